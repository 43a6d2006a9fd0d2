//! Makes the fixtures of a version with that version's own program (`scripts/fixtures`).

use std::fs;
use std::path::{Path, PathBuf};

use narrows_sandbox::Options;
use serde_json::json;

use super::dump;
use super::fixture::{DATABASE, Fixture, stage};
use super::outcome::meet;
use super::settled;
use crate::ledger::made;
use crate::program::{PASSPHRASE, Program, Ran, SEALED};
use crate::stage::{Stage, until};

/// How often a line of the journal is tried to be met: what goes on side by side is written down in either order.
const TRIES: u32 = 12;

/// A profile without a platform.
const OWN_STACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/own-stack.toml");

/// Who pastes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paste {
    User,
    Account,
    Nothing,
}

/// Where a command is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// Right after this line of its journal.
    At(&'static str),
    /// When Cloudflare has made the token, before it says so.
    Made,
    /// Nowhere: it comes to an end that leaves the run open.
    Never,
}

/// One open run.
struct Case {
    name: &'static str,
    /// What came to its end before.
    before: Option<Flow>,
    flow: Flow,
    cut: Cut,
    paste: Paste,
    /// Whether it is taken up once more, without a token, and left open again.
    resumed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Connect,
    /// Without a platform.
    Alone,
    /// With a token of its own beside the narrow one.
    Keys,
    Rotate,
    Roll,
    Disconnect,
    Leave,
    Deliver,
    Sweep,
}

fn case(name: &'static str, before: Option<Flow>, flow: Flow, cut: Cut) -> Case {
    let asks = !matches!(flow, Flow::Leave | Flow::Deliver);
    Case {
        name,
        before,
        flow,
        cut,
        paste: if asks { Paste::User } else { Paste::Nothing },
        resumed: false,
    }
}

fn cases() -> Vec<Case> {
    use Cut::{At, Made, Never};
    use Flow::{Alone, Connect, Deliver, Disconnect, Keys, Leave, Roll, Rotate, Sweep};
    let new = |name, flow, cut| case(name, None, flow, cut);
    let of = |name, flow, cut| case(name, Some(Connect), flow, cut);
    let renew = |name, cut| case(name, Some(Keys), Rotate, cut);
    vec![
        new("connect-mint-intent", Connect, At("mint intent")),
        new("connect-mint-answer-lost", Connect, Made),
        new("connect-mint-done", Connect, At("mint done")),
        new("connect-keep-done", Connect, At("keep done")),
        new("connect-deliver-intent", Connect, At("deliver intent")),
        new("connect-deliver-done", Connect, At("deliver done")),
        Case {
            paste: Paste::Account,
            ..new("connect-account-keep-done", Connect, At("keep done"))
        },
        new("connect-alone-keep-done", Alone, At("keep done")),
        new("keys-mint-extra-intent", Keys, At("mint-extra intent")),
        new("keys-mint-extra-done", Keys, At("mint-extra done")),
        new(
            "keys-deliver-extra-intent",
            Keys,
            At("deliver-extra intent"),
        ),
        of("rotate-mint-done", Rotate, At("mint done")),
        of("rotate-keep-done", Rotate, At("keep done")),
        of("rotate-deliver-done", Rotate, At("deliver done")),
        of("rotate-swap-done", Rotate, At("swap done")),
        Case {
            resumed: true,
            ..of("rotate-old-open", Rotate, At("swap done"))
        },
        renew("renew-mint-extra-intent", At("mint-extra intent")),
        renew("renew-deliver-extra-intent", At("deliver-extra intent")),
        renew("renew-revoke-extra-intent", At("revoke-extra intent")),
        of("roll-intent", Roll, At("roll intent")),
        of("roll-keep-done", Roll, At("keep done")),
        of(
            "disconnect-platform-done",
            Disconnect,
            At("forget-platform done"),
        ),
        of("disconnect-revoke-done", Disconnect, At("revoke done")),
        of("disconnect-open", Leave, Never),
        of("deliver-intent", Deliver, At("deliver intent")),
        of("sweep-intent", Sweep, At("sweep intent")),
    ]
}

/// A sandbox with the program of the version that leaves something.
struct Scene {
    stage: Stage,
    narrows: Program,
}

impl Scene {
    async fn new(binary: &Path, options: Options) -> Self {
        let stage = stage(options).await;
        let narrows = Program::on(&stage.face).built_as(binary);
        Self { stage, narrows }
    }

    async fn id(&self) -> String {
        let list = self
            .narrows
            .run(&["connections", "--json"], "")
            .await
            .result();
        let id = list["connections"][0]["connection_id"].as_str();
        id.expect("a connection").to_owned()
    }

    async fn line(&self, flow: Flow) -> Vec<String> {
        let words: &[&str] = match flow {
            Flow::Connect => &["connect"],
            Flow::Alone => &["connect", "--profile", OWN_STACK],
            Flow::Keys => &["connect", "--profile", "flarelink", "--with", "r2-keys"],
            Flow::Rotate => &["rotate", "ID"],
            Flow::Roll => &["rotate", "ID", "--in-place"],
            Flow::Disconnect => &["disconnect", "ID"],
            Flow::Leave => &["disconnect", "ID", "--no-revoke"],
            Flow::Deliver => &["deliver", "ID"],
            Flow::Sweep => &["orphans", "--delete-all"],
        };
        let mut line = Vec::new();
        for word in words {
            line.push(if *word == "ID" {
                self.id().await
            } else {
                (*word).to_owned()
            });
        }
        line
    }

    /// The passphrase, and a token that was made by the link of the token page.
    async fn input(&self, line: &[impl AsRef<str>], paste: Paste) -> String {
        let kind = match paste {
            Paste::Nothing => return format!("{PASSPHRASE}\n"),
            Paste::User => "user",
            Paste::Account => "account",
        };
        let offered = self
            .narrows
            .run(&["token-page", "--json"], "")
            .await
            .result();
        let mut pages = offered["pages"].as_array().expect("pages").iter();
        let page = pages
            .find(|page| page["kind"] == kind)
            .expect("a page for this kind");
        let rows = page["rows"].as_array().expect("rows").iter();
        let groups: Vec<_> = rows.map(|row| row["group"].clone()).collect();
        let made = json!({ "kind": kind, "name": page["token_name"], "groups": groups });
        let (_, value) = self.stage.make_token(made).await;
        if line[0].as_ref() == "orphans" {
            return value;
        }
        format!("{PASSPHRASE}\n{value}\n")
    }

    /// Runs a command to its end.
    async fn run(&self, line: &[impl AsRef<str>], paste: Paste) -> Ran {
        let input = self.input(line, paste).await;
        self.narrows.run(&sealed(line), input).await
    }

    /// The same, and it comes through.
    async fn does(&self, line: &[impl AsRef<str>], paste: Paste) -> Ran {
        let ran = self.run(line, paste).await;
        assert_eq!(ran.exit, Some(0), "it comes through: {ran:?}");
        ran
    }

    /// A token with this installation's mark that nothing uses.
    async fn orphan(&self) {
        let mark = dump::setting(&self.file(), "installation");
        let name = format!("Narrows site-generator {mark}-abcdefgh12345678");
        let orphan = json!({ "kind": "user", "name": name, "groups": ["Pages Write"] });
        self.stage.make_token(orphan).await;
    }

    fn file(&self) -> PathBuf {
        self.narrows.folder().join(DATABASE)
    }

    async fn before(&self, case: &Case) {
        if let Some(before) = case.before {
            self.does(&self.line(before).await, Paste::User).await;
        }
        if case.flow == Flow::Sweep {
            self.orphan().await;
        }
    }
}

/// The sealed file for what reads or writes a vault.
fn sealed(line: &[impl AsRef<str>]) -> Vec<String> {
    let words = line.iter().map(|word| word.as_ref().to_owned());
    if line[0].as_ref() == "orphans" {
        return words.chain(["--json".to_owned()]).collect();
    }
    let more = SEALED.iter().map(|&word| word.to_owned());
    words.chain(["--json".to_owned()]).chain(more).collect()
}

/// Cuts a case off where it says. Its lines were counted by a run that nobody cut off.
async fn cut_off(binary: &Path, case: &Case) -> (Scene, Vec<String>, Option<String>) {
    let Cut::At(wanted) = case.cut else {
        return other_end(binary, case).await;
    };
    let clean = Scene::new(binary, Options::default()).await;
    clean.before(case).await;
    let so_far = lines(&clean).len();
    clean.does(&clean.line(case.flow).await, case.paste).await;
    let steps = lines(&clean).split_off(so_far);
    let at = steps.iter().position(|line| line == wanted);
    let at = at.unwrap_or_else(|| panic!("{}: no {wanted} in {steps:?}", case.name)) + 1;
    let mut met = Vec::new();
    for nth in 0..TRIES {
        // In its place first, then in those beside it.
        let away = usize::try_from(nth.div_ceil(2)).expect("a small number") % 4;
        let at = if nth % 2 == 0 {
            at + away
        } else {
            at.saturating_sub(away).max(1)
        };
        let scene = Scene::new(binary, Options::default()).await;
        scene.before(case).await;
        let line = scene.line(case.flow).await;
        let input = scene.input(&line, case.paste).await;
        let halt = [("NARROWS_HALT_AT", at.to_string())];
        let mut running = scene.narrows.start_with(&sealed(&line), input, &halt);
        let point = running.halts().await;
        running.kill();
        running.ends().await;
        let point = point.map(|point| {
            point
                .split_once(' ')
                .expect("a number and more")
                .1
                .to_owned()
        });
        if point.as_deref() == Some(wanted) {
            if case.resumed {
                let run = dump::open_runs(&scene.file()).remove(0);
                let resume = ["resume", &run, "--finish", "--no-revoke"];
                let ran = scene.run(&resume, Paste::Nothing).await;
                assert_eq!(ran.object()["ended"], false, "{}: {ran:?}", case.name);
            }
            return (scene, line, Some(wanted.to_owned()));
        }
        met.push(point);
    }
    panic!(
        "{}: {wanted} was never the last line, but {met:?}",
        case.name
    )
}

async fn other_end(binary: &Path, case: &Case) -> (Scene, Vec<String>, Option<String>) {
    let scene = Scene::new(binary, Options::default()).await;
    scene.before(case).await;
    let line = scene.line(case.flow).await;
    if case.cut == Cut::Never {
        scene.run(&line, case.paste).await;
        return (scene, line, None);
    }
    let lost = json!({ "kind": "slow-body", "ms": 600_000 });
    scene
        .stage
        .fault("POST", "/client/v4/user/tokens", lost)
        .await;
    let input = scene.input(&line, case.paste).await;
    let mut running = scene.narrows.start(&sealed(&line), input);
    let there = async || !made(&scene.stage).await.is_empty();
    until(there, "it is made").await;
    running.kill();
    running.ends().await;
    (scene, line, Some("mint intent".to_owned()))
}

fn lines(scene: &Scene) -> Vec<String> {
    let file = scene.file();
    if file.exists() {
        dump::lines(&file)
    } else {
        Vec::new()
    }
}

/// A folder in which everything came to its end.
async fn settled(binary: &Path, folder: PathBuf) {
    let options = Options {
        accounts: 3,
        ..Options::default()
    };
    let scene = Scene::new(binary, options).await;
    let world = scene.stage.admin("/world").await;
    let account = |nth: usize| {
        world["accounts"][nth]["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let (one, two, three) = (account(0), account(1), account(2));
    let connect = |more: &[&str]| -> Vec<String> {
        ["connect", "--account"]
            .iter()
            .chain(more)
            .map(|&word| word.to_owned())
            .collect()
    };
    let id = |ran: &Ran| {
        ran.object()["connection_id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };

    let first = id(&scene.does(&connect(&[&one]), Paste::User).await);
    scene.does(&["rotate", &first], Paste::User).await;
    scene
        .does(
            &["settings", "project", &first, "bakery-site"],
            Paste::Nothing,
        )
        .await;
    scene.does(&["deliver", &first], Paste::Nothing).await;
    let second = connect(&[&one, "--project", "second-site"]);
    let second = id(&scene.does(&second, Paste::Account).await);
    let keys = connect(&[&two, "--profile", "flarelink", "--with", "r2-keys"]);
    let keys = id(&scene.does(&keys, Paste::User).await);
    scene.does(&["rotate", &keys], Paste::User).await;
    let alone = [
        &three,
        "--profile",
        OWN_STACK,
        "--expires",
        "2099-12-31",
        "--allow-ip",
        "127.0.0.0/8",
    ];
    scene.does(&connect(&alone), Paste::User).await;
    scene
        .does(&connect(&[&three, "--keep-broad"]), Paste::User)
        .await;
    let gone = id(&scene
        .does(&connect(&[&two, "--project", "gone-site"]), Paste::User)
        .await);
    scene.does(&["disconnect", &gone], Paste::User).await;
    scene.orphan().await;
    scene.does(&["orphans", "--delete-all"], Paste::User).await;

    for (name, value) in [
        ("theme", "dark"),
        ("reminders/days", "14,3"),
        ("reminders/age-days", "off"),
    ] {
        let set = ["settings", "set", name, value, "--json"];
        scene.narrows.run(&set, "").await.result();
    }
    // A person deletes a token in the dashboard, so that the check has something to find.
    let card = scene
        .narrows
        .run(&["connections", "--json"], "")
        .await
        .result();
    let cards = card["connections"].as_array().expect("a list").iter();
    let token = cards
        .clone()
        .find(|card| card["connection_id"] == second.as_str());
    let token = token.expect("it is listed")["token_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let disabled = json!({ "tokens": { token: { "status": "disabled" } } });
    scene.stage.tell("/world", &disabled).await;
    scene.run(&["status", "--check"], Paste::Nothing).await;
    scene
        .does(&["doctor", "--connection", &first], Paste::Nothing)
        .await;
    scene
        .run(&["doctor", "--connection", &second], Paste::Nothing)
        .await;
    assert_eq!(dump::open_runs(&scene.file()), Vec::<String>::new());

    let command = vec!["settled".to_owned()];
    let fixture = Fixture::keep(folder, &scene.stage, &scene.narrows, command, None).await;
    fixture.forget_outside();
    let expected = settled::show(&scene.narrows).await;
    fixture.expect(&expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "makes fixtures with the program of a version: `scripts/fixtures`"]
async fn fixtures_are_made() {
    let variable = |name: &str| PathBuf::from(std::env::var_os(name).expect(name));
    let (binary, version) = (variable("NARROWS_BINARY"), variable("NARROWS_FIXTURES"));
    let only = std::env::var("NARROWS_CASES").unwrap_or_default();
    for case in cases() {
        if !case.name.contains(&only) {
            continue;
        }
        let (scene, line, point) = cut_off(&binary, &case).await;
        assert_eq!(
            dump::open_runs(&scene.file()).len(),
            1,
            "{}: one run is open",
            case.name
        );
        let line = line
            .iter()
            .map(|word| word.replace(OWN_STACK, "own-stack.toml"));
        let folder = version.join("open").join(case.name);
        let _ = fs::remove_dir_all(&folder);
        let fixture =
            Fixture::keep(folder, &scene.stage, &scene.narrows, line.collect(), point).await;
        let met = meet(&fixture, Some(&binary)).await;
        fixture.expect(&met.shown());
        println!("{}: {}", case.name, met.shown());
        // A version is kept as it is, its faults included; whoever makes the fixtures has to know them.
        for (way, what) in &met.wrong {
            println!("WRONG {}, {way:?}: {what}", case.name);
        }
    }
    if "settled".contains(&only) {
        let folder = version.join("settled").join("everything");
        let _ = fs::remove_dir_all(&folder);
        settled(&binary, folder).await;
    }
}
