//! The crash matrix: the command line, killed at every line of its journal, started again, and resumed both ways.
//!
//! The keychain is a real one, the kills are SIGKILL, and the points are those of a run that nobody killed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use narrows_core::run::{Addresses, App};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::dice::Dice;
use super::flow::{self, Flow, Kind, OneTime};
use super::table::Table;
use super::truth::{DEAD_VALUE, Keeper, World, in_keyring};
use crate::leak::{Secrets, files, holds};
use crate::program::{Program, Ran};
use crate::stage::Stage;

/// Longest time that a case may take: far longer than any limit of the product.
const PATIENCE: Duration = Duration::from_mins(5);

/// Cases under way at once.
const AT_ONCE: usize = 4;

/// How every value begins that Cloudflare gives out.
const MARKS: [&str; 3] = ["cfut_", "cfat_", "cfk_"];

/// When a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kill {
    /// At the n-th line of its journal.
    At(u32),
    /// So many milliseconds after its start.
    After(u64),
}

/// Which way a person wants what was cut off to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Finish,
    Undo,
}

/// One case.
#[derive(Clone, Copy, Debug)]
struct Case {
    flow: Flow,
    kind: Kind,
    kill: Kill,
    way: Way,
    /// Where the first try to resume is killed as well.
    again: Option<u32>,
}

/// What became of a case.
struct Found {
    /// Where it was killed: the step and its phase.
    point: String,
    /// What was left in the end.
    end: &'static str,
    wrong: Vec<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs a keychain of its own: `make crashes`, and `make crash-matrix SEEDS=n` for many more"]
async fn every_point_of_every_flow_is_resumed_both_ways() {
    let began = Instant::now();
    let seeds: u64 = std::env::var("SEEDS").map_or(0, |text| text.parse().expect("a number"));
    let mut cases = Vec::new();
    let mut points = Vec::new();
    for flow in Flow::ALL {
        let (steps, took) = clean(flow).await;
        let lines = u32::try_from(steps.len()).expect("a small number");
        println!("{}: {lines} points", flow.name());
        points.push((flow, lines, took));
        for (n, step) in (1..).zip(&steps) {
            if flow.has_keys() && !is_about_keys(step) {
                continue;
            }
            // By then a rotation leads forward only.
            let ways = if flow == Flow::Renew {
                &[Way::Finish][..]
            } else {
                &[Way::Finish, Way::Undo]
            };
            for &way in ways {
                cases.push(Case {
                    flow,
                    kind: Kind::User,
                    kill: Kill::At(n),
                    way,
                    again: None,
                });
            }
        }
    }
    cases.extend((1..=seeds).map(|seed| drawn(seed, &points)));
    let only = std::env::var("NARROWS_CASES").unwrap_or_default();
    cases.retain(|case| format!("{case:?}").contains(&only));

    let all = cases.len();
    let (mut table, mut wrong) = (Table::default(), Vec::new());
    let turn = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for case in cases {
        let turn = Arc::clone(&turn);
        running.spawn(async move {
            let _turn = turn.acquire_owned().await;
            (case, tried(case).await)
        });
    }
    while let Some(ended) = running.join_next().await {
        let (case, found) = ended.expect("a case is awaited");
        if std::env::var_os("NARROWS_TELL").is_some() {
            eprintln!("{:>4} {case:?}", began.elapsed().as_secs());
        }
        match found {
            Ok(Ok(found)) => {
                let row = format!("{} cut off at {}", case.flow.name(), found.point);
                table.count(row, format!("{:?}: {}", case.way, found.end));
                wrong.extend(
                    found
                        .wrong
                        .into_iter()
                        .map(|what| format!("{case:?} at {}: {what}", found.point)),
                );
            }
            Ok(Err(_)) => wrong.push(format!("{case:?}: it hangs")),
            Err(panic) => wrong.push(format!("{case:?}: {panic}")),
        }
    }
    wrong.sort();
    println!("\n{table}");
    for line in &wrong {
        println!("WRONG {line}");
    }
    let lines: u32 = points.iter().map(|(_, lines, _)| lines).sum();
    println!(
        "crash matrix: {all} runs, {lines} points, {seeds} seeds in {} s, {} wrong",
        began.elapsed().as_secs(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "what must hold did not, see above");
}

/// Runs a case; once more where the keyring itself fell over meanwhile, for that is not what is tried here.
async fn tried(case: Case) -> Result<Result<Found, Elapsed>, JoinError> {
    let before = falls();
    let found = tokio::spawn(timeout(PATIENCE, run(case))).await;
    let well = matches!(&found, Ok(Ok(found)) if found.wrong.is_empty());
    if well || falls() == before {
        return found;
    }
    println!("{case:?} is run once more: the keyring fell over");
    tokio::spawn(timeout(PATIENCE, run(case))).await
}

/// How often the keyring fell over and was started again, as `scripts/with-keychain` counts it.
fn falls() -> usize {
    let file = std::env::var_os("NARROWS_KEYRING_FALLS").expect("run by scripts/with-keychain");
    let said = std::fs::read_to_string(file).expect("its count");
    said.lines().count()
}

/// A case drawn by a seed: other kinds of token, kills by the clock, and a second crash while it is resumed.
fn drawn(seed: u64, points: &[(Flow, u32, Duration)]) -> Case {
    let mut dice = Dice::new(seed);
    let number = |count: usize| u32::try_from(count).expect("a small number");
    let at = dice.below(number(points.len()));
    let (flow, lines, took) = points[at as usize];
    let millis = u32::try_from(took.as_millis()).expect("not so long");
    let line = Kill::At(1 + dice.below(lines));
    // On a busy machine everything takes longer than when it was measured.
    let moment = Kill::After(dice.below(3 * millis).into());
    let second = 1 + dice.below(8);
    Case {
        flow,
        kind: dice.either(Kind::User, Kind::Account),
        kill: dice.either(line, moment),
        way: dice.either(Way::Finish, Way::Undo),
        again: dice.either(None, Some(second)),
    }
}

/// Whether a line is about a token of its own beside the narrow one. What was done is as good as what comes next: the
/// gate kills before each effect, and after the last.
fn is_about_keys(line: &str) -> bool {
    line.ends_with("-extra intent") || line == "note-extra done"
}

/// The lines of the journal of a flow that nobody kills, by step and phase, and how long it takes.
async fn clean(flow: Flow) -> (Vec<String>, Duration) {
    let scene = Scene::set(flow, Kind::User).await;
    let before = scene.lines();
    let paste = scene.paste_for(flow).await;
    let began = Instant::now();
    let ran = scene
        .narrows
        .run(&scene.line(flow), paste.value.as_str())
        .await;
    // What stays open at Cloudflare needs somebody yet.
    let exit = i32::from(flow == Flow::Leave);
    assert_eq!(
        ran.exit,
        Some(exit),
        "{} comes through by itself: {ran:?}",
        flow.name()
    );
    let steps = scene.lines().split_off(before.len());
    (steps, began.elapsed())
}

/// A sandbox, the program on it, and the same folder opened to be read.
struct Scene {
    stage: Stage,
    narrows: Program,
    reader: App,
    kind: Kind,
}

impl Scene {
    async fn set(flow: Flow, kind: Kind) -> Self {
        let stage = Stage::new().await;
        let mut narrows = Program::on(&stage.face);
        for name in ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"] {
            narrows = narrows.with(name, std::env::var_os(name).expect("a session of its own"));
        }
        let face = &stage.face;
        let addresses = Addresses::new(
            Some(&face.cloudflare_api),
            Some(&face.dashboard),
            Some(&face.platform),
        );
        let reader =
            App::open(narrows.folder(), addresses.expect("loopback")).expect("the records");
        let scene = Self {
            stage,
            narrows,
            reader,
            kind,
        };
        if let Some(before) = flow.before() {
            let paste = scene.paste().await;
            let ran = scene
                .narrows
                .run(&scene.line(before), paste.value.as_str())
                .await;
            assert_eq!(
                ran.exit,
                Some(0),
                "there is something to begin with: {ran:?}"
            );
        }
        scene
    }

    /// A one-time token.
    async fn paste(&self) -> OneTime {
        flow::one_time(&self.stage, &self.reader, self.kind).await
    }

    /// What is pasted into a flow.
    async fn paste_for(&self, flow: Flow) -> OneTime {
        if flow.pastes() {
            self.paste().await
        } else {
            OneTime::none()
        }
    }

    /// The command line of a flow.
    fn line(&self, flow: Flow) -> Vec<String> {
        let id = || {
            let known = self.reader.record.connections().expect("the connections");
            known.first().expect("a connection").id.clone()
        };
        let words = match flow {
            Flow::Connect => vec!["connect".to_owned()],
            Flow::Keys => ["connect", "--profile", "flarelink", "--with", "r2-keys"]
                .map(str::to_owned)
                .to_vec(),
            Flow::Rotate | Flow::Renew => vec!["rotate".to_owned(), id()],
            Flow::Roll => vec!["rotate".to_owned(), id(), "--in-place".to_owned()],
            Flow::Disconnect => vec!["disconnect".to_owned(), id()],
            Flow::Leave => vec!["disconnect".to_owned(), id(), "--no-revoke".to_owned()],
        };
        words.into_iter().chain(["--json".to_owned()]).collect()
    }

    /// Lines of every journal, by step and phase.
    fn lines(&self) -> Vec<String> {
        let db = self.records();
        let mut lines = db
            .prepare("SELECT step || ' ' || phase FROM journal ORDER BY seq")
            .expect("a query");
        let rows = lines.query_map([], |row| row.get(0)).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    }

    fn records(&self) -> rusqlite::Connection {
        let file = self.narrows.folder().join("narrows.db");
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        rusqlite::Connection::open_with_flags(file, flags).expect("the records")
    }

    /// Tokens of this folder that are in the keyring, and that no connection uses.
    fn left_in_keyring(&self) -> Vec<String> {
        let world = self.world();
        let used = world.connections();
        let unused = |token: &String| {
            used.iter().all(|known| {
                known.token_id != *token && known.extras_in_use().all(|extra| extra != token)
            })
        };
        let made = self.made().into_iter();
        made.filter(|(_, token)| unused(token))
            .filter(|(connection, token)| in_keyring(connection, token))
            .map(|(_, token)| format!("the keyring still has the token {token}"))
            .collect()
    }

    /// Every token that a run of this folder made, with its connection.
    fn made(&self) -> Vec<(String, String)> {
        let db = self.records();
        let sql = "SELECT nominated.detail ->> 'connection', mint.detail ->> 'token'
            FROM journal AS mint JOIN journal AS nominated ON nominated.run = mint.run
            WHERE mint.step IN ('mint', 'mint-extra') AND mint.phase = 'done' AND nominated.step = 'nominate'";
        let mut made = db.prepare(sql).expect("a query");
        let rows = made.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.expect("rows").map(|row| row.expect("a row")).collect()
    }

    fn world(&self) -> World<'_> {
        World {
            stage: &self.stage,
            app: &self.reader,
            keeper: Keeper::Keyring,
        }
    }
}

async fn run(case: Case) -> Found {
    let scene = Scene::set(case.flow, case.kind).await;
    let world = scene.world();
    let mut pasted = Vec::new();
    let mut secrets = Vec::new();
    for known in world.connections() {
        secrets.extend(world.all_kept(&known).await);
    }
    let old = world
        .connections()
        .first()
        .map(|known| known.token_id.clone());
    let paste = scene.paste_for(case.flow).await;
    let (point, killed) = cut_off(&scene, &scene.line(case.flow), &paste, case.kill).await;
    let mut heard = vec![killed];

    let mut wrong: Vec<String> = world.wrong(&[]).await;
    // Cut off between the roll and its answer, the only copy of the new value is lost.
    wrong.retain(|line| case.flow != Flow::Roll || !line.ends_with(DEAD_VALUE));
    let begun = !scene
        .reader
        .record
        .unfinished()
        .expect("the open runs")
        .is_empty();
    let unsaid =
        begun && world.lives(&paste.id).await && !flow::tells_of_paste(&scene.reader).await;
    if unsaid {
        wrong.push("the pasted token lives, and nothing tells so".to_owned());
    }
    pasted.extend(Some(paste).filter(|paste| !paste.value.is_empty()));
    for known in world.connections() {
        secrets.extend(world.all_kept(&known).await);
    }

    match resume(&scene, case, &mut pasted, &mut heard).await {
        Ok(offered) => wrong.extend(not_as_wanted(&world, case, offered, old.as_deref())),
        Err(why) => wrong.push(format!("it does not resume: {why}")),
    }
    if case.flow == Flow::Roll && world.has_dead_value().await {
        let paste = scene.paste().await;
        let line = scene.line(Flow::Rotate);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let ran = scene.narrows.run(&line, paste.value.as_str()).await;
        if ran.exit != Some(0) {
            wrong.push(format!("a lost value is not replaced: {ran:?}"));
        }
        heard.push(ran);
        pasted.push(paste);
        for known in world.connections() {
            secrets.extend(world.all_kept(&known).await);
        }
    }
    // The sweep is for pasted tokens: everything else has to be settled without it.
    wrong.extend(world.unsettled().await);
    let last = scene.paste().await;
    let swept = scene
        .narrows
        .run(&["orphans", "--delete-all", "--json"], last.value.as_str())
        .await;
    pasted.push(last);
    if swept.exit != Some(0) {
        wrong.push(format!("the sweep fails: {swept:?}"));
    }
    let orphans = swept.object()["orphans"].take();
    let orphans = orphans.as_array().expect("a list").iter();
    let narrow = orphans.filter(|orphan| orphan["one_time"] == false);
    wrong.extend(narrow.map(|orphan| format!("an orphan: {orphan}")));
    heard.push(swept);
    wrong.extend(world.unsettled().await);
    for token in world.living().await {
        if token.name.starts_with("Narrows one-time") {
            wrong.push(format!("\"{}\" lives in the end", token.name));
        }
    }
    for known in world.connections() {
        secrets.extend(world.all_kept(&known).await);
    }
    wrong.extend(scene.left_in_keyring());
    let mut values: Vec<(&'static str, &str)> = Vec::new();
    values.extend(
        pasted
            .iter()
            .map(|paste| ("a pasted token", paste.value.as_str())),
    );
    values.extend(
        secrets
            .iter()
            .map(|secret| ("a narrow token", secret.expose())),
    );
    wrong.extend(leaks(&scene, &Secrets::new(&values), &heard));
    Found {
        point,
        end: ended(&world, case.flow, old.as_deref()),
        wrong,
    }
}

/// Starts the program and kills it. Tells where it was.
async fn cut_off(scene: &Scene, line: &[String], paste: &OneTime, kill: Kill) -> (String, Ran) {
    let input = paste.value.as_str();
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    match kill {
        Kill::At(n) => {
            let halt = [("NARROWS_HALT_AT", n.to_string())];
            let mut running = scene.narrows.start_with(&line, input, &halt);
            let point = running.halts().await;
            running.kill();
            (
                point.unwrap_or_else(|| "its end".to_owned()),
                running.ends().await,
            )
        }
        Kill::After(millis) => {
            let mut running = scene.narrows.start(&line, input);
            tokio::time::sleep(Duration::from_millis(millis)).await;
            running.kill();
            ("any moment".to_owned(), running.ends().await)
        }
    }
}

/// Does what `narrows resume` offers until nothing is left. Tells which way was offered and taken at first.
async fn resume(
    scene: &Scene,
    case: Case,
    pasted: &mut Vec<OneTime>,
    heard: &mut Vec<Ran>,
) -> Result<Option<Way>, String> {
    let (mut taken, mut again) = (None, case.again);
    for _ in 0..6 {
        let listed = scene.narrows.run(&["resume", "--json"], "").await;
        let left = listed.object()["unfinished"].take();
        heard.push(listed);
        let Some(left) = left.as_array().expect("a list").first().cloned() else {
            return deliver(scene, heard).await.map(|()| taken);
        };
        let run = left["run"].as_str().expect("an id").to_owned();
        let offered = |way: Way| &left[if way == Way::Finish { "finish" } else { "undo" }];
        let other = if case.way == Way::Finish {
            Way::Undo
        } else {
            Way::Finish
        };
        let way = if offered(case.way).is_null() {
            other
        } else {
            case.way
        };
        if offered(way).is_null() {
            return Err(format!("nothing is offered: {left}"));
        }
        let option = if way == Way::Finish {
            "--finish"
        } else {
            "--undo"
        };
        let line = ["resume", &run, option, "--json"].map(str::to_owned);
        let paste = if offered(way)["broad"] == "no" {
            OneTime::none()
        } else {
            scene.paste().await
        };
        if let Some(n) = again.take() {
            heard.push(cut_off(scene, &line, &paste, Kill::At(n)).await.1);
            let wrong = scene.world().wrong(&[]).await;
            if !wrong.is_empty() {
                return Err(format!("after the second crash: {}", wrong.join("; ")));
            }
        } else {
            let line: Vec<&str> = line.iter().map(String::as_str).collect();
            let ran = scene.narrows.run(&line, paste.value.as_str()).await;
            if ran.exit == Some(70) || ran.exit.is_none() {
                return Err(format!("{ran:?}"));
            }
            heard.push(ran);
            // What was cut off before anything was decided is only closed.
            let decided = !left["connection_id"].is_null();
            taken = taken.or(decided.then_some(way));
        }
        if !paste.value.is_empty() {
            pasted.push(paste);
        }
    }
    Err(format!("it does not come to an end: {:?}", heard.last()))
}

/// Hands over what the platform has not confirmed yet.
async fn deliver(scene: &Scene, heard: &mut Vec<Ran>) -> Result<(), String> {
    for known in scene.world().connections() {
        let waits = known.extras.iter().any(|extra| extra.waiting().is_some());
        if known.delivery != "accepted" || waits {
            let ran = scene
                .narrows
                .run(&["deliver", &known.id, "--json"], "")
                .await;
            if ran.exit != Some(0) {
                return Err(format!("{ran:?}"));
            }
            heard.push(ran);
        }
    }
    Ok(())
}

/// What is left in the end, in a word.
fn ended(world: &World<'_>, flow: Flow, old: Option<&str>) -> &'static str {
    let known = world.connections();
    match (flow, known.first()) {
        (Flow::Connect | Flow::Keys, Some(_)) => "connected",
        (Flow::Rotate | Flow::Renew | Flow::Roll, Some(known))
            if Some(known.token_id.as_str()) != old =>
        {
            "rotated"
        }
        // A token keeps its id where it only gets a new value.
        (Flow::Roll, Some(_)) => "in use",
        (Flow::Rotate | Flow::Renew | Flow::Disconnect | Flow::Leave, Some(_))
        | (Flow::Connect | Flow::Keys, None) => "as before",
        (Flow::Rotate | Flow::Renew | Flow::Roll, None) => "lost",
        (Flow::Disconnect | Flow::Leave, None) => "disconnected",
    }
}

/// Where a way was offered and taken, it leads where it says.
fn not_as_wanted(
    world: &World<'_>,
    case: Case,
    taken: Option<Way>,
    old: Option<&str>,
) -> Option<String> {
    let end = ended(world, case.flow, old);
    let wrong = match (case.flow, taken) {
        // Where no new token was made, a rotation is only closed; what was rolled cannot be rolled back.
        (Flow::Rotate | Flow::Renew, Some(Way::Finish)) | (Flow::Roll, Some(_)) | (_, None) => {
            end == "lost"
        }
        (_, Some(Way::Undo)) => end != "as before",
        (Flow::Disconnect | Flow::Leave, Some(Way::Finish)) => end != "disconnected",
        (Flow::Connect | Flow::Keys, Some(Way::Finish)) => end != "connected",
    };
    wrong.then(|| format!("it was resumed by {taken:?}, and is {end}"))
}

/// Values outside the vault: in files, and in what was said.
fn leaks(scene: &Scene, secrets: &Secrets, heard: &[Ran]) -> Vec<String> {
    let mut found = secrets.below(scene.narrows.root());
    for file in files(scene.narrows.root()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let marked = MARKS.iter().filter(|mark| holds(&bytes, mark.as_bytes()));
        found.extend(marked.map(|mark| format!("{mark} in {}", file.display())));
    }
    for ran in heard {
        let said = format!("{}{}", ran.stdout, ran.stderr);
        found.extend(
            secrets
                .within(said.as_bytes())
                .into_iter()
                .map(str::to_owned),
        );
        let marked = MARKS.iter().filter(|mark| said.contains(**mark));
        found.extend(marked.map(|mark| format!("{mark} was said")));
    }
    found
        .into_iter()
        .map(|what| format!("outside the vault: {what}"))
        .collect()
}

#[test]
fn a_seed_draws_the_same_case_each_time() {
    let points = [(Flow::Connect, 11, Duration::from_secs(1))];
    let shown = |seed| format!("{:?}", drawn(seed, &points));
    assert_eq!(shown(7), shown(7), "so that what failed can be run again");
    let drawn: std::collections::BTreeSet<String> = (0..50).map(shown).collect();
    assert!(drawn.len() > 30, "and seeds differ: {}", drawn.len());
}
