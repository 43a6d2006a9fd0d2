//! The activity: what is written down, how it is found, checked and handed on.

use narrows_core::connect::Connect;
use narrows_core::disconnect::Disconnect;
use narrows_core::keep::activity;
use narrows_core::resume::{left_over, redeliver};
use narrows_core::rotate::Rotate;
use narrows_core::sweep::Sweep;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use jiff::Timestamp;
use narrows_core::record::{Activity, Phase, Record};
use narrows_core::story::{
    ActivityRow, BroadWish, Choices, Ending, Farewell, Outcome, Rotation, RotationChoices,
    RotationState,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::disconnect::another_broad;
use crate::golden;
use crate::program::Program;
use crate::recover::{settle, undone};
use crate::stage::{Stage, destroy};

const MANY: usize = 1500;

fn line(number: usize) -> Activity {
    let noon: Timestamp = "2027-01-31T12:00:00.25Z".parse().expect("a time");
    Activity {
        at: noon,
        run: (!number.is_multiple_of(3)).then(|| format!("run-{number}")),
        what: "deliver token".to_owned(),
        subject: format!("subject-{number:05}-ü"),
        result: if number.is_multiple_of(2) {
            String::new()
        } else {
            "accepted".to_owned()
        },
        request: number.is_multiple_of(5).then(|| format!("ray-{number}")),
    }
}

/// A log of many rows in a folder, written whole to the file.
fn fill(folder: &Path) {
    let lines: Vec<Activity> = (1..=MANY).map(line).collect();
    let record = Record::open(folder).expect("opens");
    record.log_all(&lines).expect("logs");
}

/// The hash of a row, by what `docs/activity.md` says and nothing of the product.
fn hash(before: &[u8], row: &Value) -> Vec<u8> {
    let mut covered = b"narrows-activity-v1\n".to_vec();
    covered.extend(before);
    covered.extend(row["seq"].as_u64().expect("a place").to_be_bytes());
    for name in ["at", "run", "what", "subject", "result", "request"] {
        match row[name].as_str() {
            None => covered.push(0),
            Some(text) => {
                covered.push(1);
                covered.extend((text.len() as u64).to_be_bytes());
                covered.extend(text.as_bytes());
            }
        }
    }
    Sha256::digest(&covered).to_vec()
}

fn rows(exported: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(exported).expect("the exported log");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object a line"))
        .collect()
}

async fn all(stage: &Stage) -> Vec<ActivityRow> {
    let page = activity::page(&stage.app, None, None, 0, 1000).await;
    page.expect("reads").rows
}

#[tokio::test]
async fn reads_of_secrets_and_deliveries_are_written_down() {
    let stage = Stage::new().await;
    let outcome = stage
        .connect(&stage.face.broad_token, destroy())
        .await
        .expect("the token is good");
    let Outcome::Connected(result) = outcome else {
        panic!("{outcome:#?}")
    };
    let before = all(&stage).await.len();
    redeliver(&stage.app, &result.connection_id)
        .await
        .expect("delivers once more");
    let rows = all(&stage).await;
    let new: Vec<[&str; 3]> = rows[..rows.len() - before]
        .iter()
        .rev()
        .map(|row| [row.what.as_str(), row.subject.as_str(), row.result.as_str()])
        .collect();
    let platform = format!("{}/", stage.face.platform);
    assert_eq!(
        new,
        [
            ["read session", platform.as_str(), "read"],
            ["read token", result.token_name.as_str(), "read"],
            ["deliver token", "Site Generator", "accepted"],
        ],
        "what was read and what was done, in this order"
    );
}

#[tokio::test]
async fn a_request_is_known_by_the_other_sides_id() {
    let stage = Stage::new().await;
    let client = stage
        .app
        .cloudflare(narrows_core::cloudflare::Credential::Token(
            narrows_core::secret::Secret::new(stage.face.broad_token.clone()),
        ))
        .expect("a client");
    let (one, heard) = client.listening();
    let (other, silent) = client.listening();
    assert_eq!(heard.last(), None, "nothing was asked yet");
    one.accounts().await.expect("an answer");
    let ray = heard.last().expect("Cloudflare names each request");
    assert!(ray.ends_with("-SBX"), "{ray}");
    assert_eq!(silent.last(), None, "each listens for itself");
    other.accounts().await.expect("an answer");
    assert_ne!(silent.last(), Some(ray.clone()), "another request");
    assert_eq!(heard.last(), Some(ray), "and none of the other's");
}

#[tokio::test]
async fn an_exported_log_is_checked_by_an_outsider() {
    let stage = Stage::new().await;
    fill(stage.home.path());
    let path = stage.home.path().join("log.jsonl");
    let export = activity::export(&stage.app, &path).await.expect("exports");
    assert!(export.chain.holds, "{export:?}");
    let rows = rows(&path);
    assert_eq!(rows.len(), MANY);
    let mut before = vec![0; 32];
    for row in &rows {
        before = hash(&before, row);
        let noted = row["hash"].as_str().expect("a hash");
        assert_eq!(noted, data_encoding::HEXLOWER.encode(&before), "{row}");
    }
    let fields: Vec<&String> = rows[0].as_object().expect("an object").keys().collect();
    let mut wanted = vec![
        "at", "hash", "request", "result", "run", "seq", "subject", "what",
    ];
    wanted.sort_unstable();
    let mut fields: Vec<&str> = fields.into_iter().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, wanted, "scripts rely on these");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else reads it");
    }

    let again = activity::export(&stage.app, &path).await;
    let refused = golden::listed(again.expect_err("the file is there"));
    assert_eq!(refused.code, "export-exists", "nothing is overwritten");
    assert_eq!(self::rows(&path).len(), MANY, "and it is as it was");
    std::fs::write(&path, "something else").expect("a file");
    let over = activity::export_over(&stage.app, &path).await;
    let over = over.expect("whoever was asked may take another file's place");
    assert_eq!(over.path, path.display().to_string());
    assert_eq!(self::rows(&path).len(), MANY);
    let drafts = std::fs::read_dir(stage.home.path()).expect("the folder");
    let drafts = drafts.flatten().map(|file| file.file_name());
    assert_eq!(
        drafts
            .filter(|name| name.to_string_lossy().ends_with(".part"))
            .count(),
        0,
        "no draft is left about"
    );
    let nowhere = stage.home.path().join("none").join("log.jsonl");
    let refused = activity::export(&stage.app, &nowhere)
        .await
        .expect_err("no folder");
    assert_eq!(golden::listed(refused).code, "export-unwritable");
}

#[tokio::test]
async fn the_script_in_the_documentation_checks_an_exported_log() {
    let stage = Stage::new().await;
    fill(stage.home.path());
    let path = stage.home.path().join("log.jsonl");
    activity::export(&stage.app, &path).await.expect("exports");
    let page = include_str!("../../docs/activity.md");
    let (_, rest) = page.split_once("```python\n").expect("a script");
    let (script, _) = rest.split_once("```").expect("its end");
    let check = |log: &Path| {
        Command::new("python3")
            .args(["-c", script])
            .arg(log)
            .output()
    };
    let Ok(ran) = check(&path) else {
        eprintln!("skipped: python3 is not installed, which runs the script in docs/activity.md");
        return;
    };
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(said.starts_with("1500 rows hold"), "{ran:?}");

    let text = std::fs::read_to_string(&path).expect("reads");
    let forged = text.replacen("subject-00700", "subject-00701", 1);
    let other = stage.home.path().join("forged.jsonl");
    std::fs::write(&other, forged).expect("writes");
    let ran = check(&other).expect("runs");
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(said.contains("row 700 does not hold"), "{ran:?}");
    assert_eq!(ran.status.code(), Some(1));
}

#[tokio::test]
async fn one_flipped_bit_in_the_file_is_found_and_its_row_named() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    std::fs::create_dir_all(narrows.folder()).expect("a folder");
    fill(&narrows.folder());
    let well = narrows.run(&["activity", "--verify", "--json"], "").await;
    let chain = well.result()["chain"].clone();
    assert_eq!(chain["holds"], true, "{chain}");
    assert_eq!(chain["rows"], MANY, "{chain}");

    let file = narrows.folder().join("narrows.db");
    let mut bytes = std::fs::read(&file).expect("the file");
    let marker = b"subject-00812";
    let place = bytes
        .windows(marker.len())
        .position(|part| part == marker)
        .expect("row 812 lies in the file as it is");
    // A letter becomes its neighbour, and the umlaut's first byte no text at all.
    for (offset, bit) in [(3, 1), (14, 0x40)] {
        bytes[place + offset] ^= bit;
        std::fs::write(&file, &bytes).expect("writes");
        let ran = narrows.run(&["activity", "--verify", "--json"], "").await;
        assert_eq!(ran.exit, Some(1), "a script sees it: {ran:?}");
        let chain = ran.object()["chain"].clone();
        assert_eq!(chain["first_bad"], 812, "{chain}");
        assert_eq!(chain["holds"], false, "{chain}");
        let shown = narrows
            .run(&["activity", "--limit", "1000", "--json"], "")
            .await;
        assert_eq!(
            shown.result()["rows"].as_array().map(Vec::len),
            Some(1000),
            "a damaged row keeps nobody from reading the others"
        );
        let log = narrows.root().join(format!("broken-{offset}.jsonl"));
        let line = [
            "activity",
            "--json",
            "--export",
            log.to_str().expect("text"),
        ];
        let ran = narrows.run(&line, "").await;
        assert_eq!(ran.exit, Some(1), "an export of it says so: {ran:?}");
        bytes[place + offset] ^= bit;
    }
    std::fs::write(&file, &bytes).expect("writes");
    let ran = narrows.run(&["activity", "--verify"], "").await;
    assert_eq!(ran.exit, Some(0), "as it was: {ran:?}");
}

#[test]
fn a_flipped_byte_anywhere_changes_nothing_unseen() {
    let folder = tempfile::tempdir().expect("a folder");
    fill(folder.path());
    let read = || -> Result<_, narrows_core::record::Error> {
        let record = Record::open(folder.path())?;
        let mut lines = Vec::new();
        let chain = record.each_activity(|line| {
            lines.push(line);
            Ok::<_, narrows_core::record::Error>(())
        })?;
        Ok((chain, lines))
    };
    let (_, well) = read().expect("reads");
    let file = folder.path().join("narrows.db");
    let bytes = std::fs::read(&file).expect("the file");
    let (mut found, mut harmless) = (0, 0);
    // Odd, so that every kind of place on a page is met.
    for place in (0..bytes.len()).step_by(1237) {
        for side in ["narrows.db-wal", "narrows.db-shm"] {
            let _ = std::fs::remove_file(folder.path().join(side));
        }
        let mut flipped = bytes.clone();
        flipped[place] ^= 0x10;
        let mut open = std::fs::File::create(&file).expect("the file");
        open.write_all(&flipped).expect("writes");
        drop(open);
        match read() {
            Ok((chain, lines)) if chain.first_bad.is_none() => {
                assert!(lines == well, "a change at byte {place} went unseen");
                harmless += 1;
            }
            _ => found += 1,
        }
    }
    assert!(
        found > harmless,
        "{found} found, {harmless} in empty places"
    );
}

#[tokio::test]
async fn pages_fit_together_while_rows_are_added() {
    let stage = Stage::new().await;
    fill(stage.home.path());
    let app = &stage.app;
    let first = activity::page(app, None, None, 0, 40).await.expect("reads");
    assert_eq!(first.total as usize, MANY);
    assert_eq!(first.rows[0].seq as usize, MANY, "newest first");
    app.record.log(&line(1)).expect("a row comes meanwhile");
    let newest = Some(first.newest);
    let second = activity::page(app, None, newest, 40, 40)
        .await
        .expect("reads");
    assert_eq!(
        second.rows[0].seq,
        first.rows[39].seq - 1,
        "no row twice and none left out"
    );
    assert_eq!(
        second.total, first.total,
        "and the list is as long as it was"
    );

    let words = Some(" RUN-7 ");
    let found = activity::page(app, words, None, 0, 1000)
        .await
        .expect("reads");
    let all = (1..=MANY).filter(|n| n % 3 != 0 && n.to_string().starts_with('7'));
    assert_eq!(found.total as usize, all.count(), "whatever their case");
    let last = activity::page(app, words, Some(found.newest), found.total - 1, 9);
    let last = last.await.expect("reads").rows;
    assert_eq!(last.len(), 1);
    assert_eq!(last[0].run.as_deref(), Some("run-7"), "a match deep down");
    let none = activity::page(app, Some("100%"), None, 0, 9)
        .await
        .expect("reads");
    assert_eq!(
        (none.total, none.rows.len()),
        (0, 0),
        "a sign stands for itself"
    );
}

#[tokio::test]
async fn the_command_shows_searches_and_exports() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let empty = narrows.run(&["activity", "--json"], "").await.result();
    assert_eq!(empty["total"], 0, "{empty}");
    let connected = narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await
        .result();
    let name = connected["token_name"].as_str().expect("a name");
    let found = narrows
        .run(&["activity", "--search", name, "--json"], "")
        .await
        .result();
    let what: Vec<&str> = found["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|row| row["what"].as_str())
        .collect();
    assert!(what.contains(&"mint token"), "{found:#}");
    let shown = narrows.run(&["activity", "--limit", "2"], "").await;
    assert_eq!(
        shown.stdout.lines().count(),
        3,
        "two rows and their number: {shown:?}"
    );
    let log = narrows.root().join("log.jsonl");
    let log = log.to_str().expect("text");
    let exported = narrows
        .run(&["activity", "--export", log, "--json"], "")
        .await;
    assert_eq!(exported.result()["export"], log);
    let again = narrows
        .run(&["activity", "--export", log, "--json"], "")
        .await;
    assert_eq!(again.error(), "export-exists");
    assert_eq!(again.exit, Some(64));
    let wrong = narrows
        .run(&["activity", "--limit", "0", "--json"], "")
        .await;
    assert_eq!(wrong.exit, Some(64), "{wrong:?}");
}

/// What was changed outside since the sandbox started, each with the id that its answer gave it. Asking for a code to
/// sign in with changes nothing, and what was spoilt on purpose has no id.
async fn changes(stage: &Stage) -> Vec<(String, String)> {
    let list = stage.admin("/requests").await;
    let requests = list["requests"].as_array().expect("requests").clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |request: &Value| format!("{} {}", text(&request["method"]), text(&request["path"]));
    requests
        .iter()
        .filter(|request| request["method"] != "GET" && request["fault"].is_null())
        .map(|request| (line(request), text(&request["id"])))
        .filter(|(line, _)| line != "POST /oauth/device_authorization")
        .collect()
}

#[tokio::test]
async fn whatever_is_changed_outside_is_written_down_with_the_other_sides_id() {
    let stage = Stage::new().await;
    // A one-time token made through our link: its fuse is lit.
    let mut walk = stage.walk().await;
    let pages = walk.approach.token_pages().expect("pages");
    let broad = json!({ "kind": "user", "name": pages[0].token_name, "groups": ["API Tokens Write", "Account Settings Read"] });
    let (_, pasted) = stage.make_token(broad).await;
    let inspected = stage.inspect(&mut walk.approach, &pasted).await;
    inspected.expect("good");
    let cancel = CancellationToken::new();
    let Outcome::Connected(result) = walk.connect(&destroy(), None, &cancel).await else {
        panic!("connect came through")
    };
    let id = result.connection_id.as_str();

    // A connect that undoes its own token; the rest of it is deleted where deleting the pasted one is refused.
    let faults = json!({ "faults": [
        { "method": "GET", "path": "/client/v4/accounts/{}/pages/projects", "kind": "status", "status": 403, "code": 10000 },
    ] });
    stage.tell("/faults", &faults).await;
    let mut hasty = stage.app.clone();
    hasty.pace.bound = Duration::ZERO;
    let other = Choices {
        project: Some("another-project".to_owned()),
        ..destroy()
    };
    let mut walk = Connect::begin(&hasty, Stage::profile(), None).expect("a walk");
    walk.approach.prepare().await;
    stage
        .inspect(&mut walk.approach, &another_broad(&stage).await)
        .await
        .expect("good");
    let stopped = walk.connect(&other, None, &cancel).await;
    assert!(matches!(stopped, Outcome::Stopped(_)), "{stopped:#?}");
    stage.tell("/faults", &json!({ "faults": [] })).await;

    // One that is cut off, and finished later; and one that is taken back with another one-time token.
    for ending in [Ending::Finish, Ending::Undo] {
        let project = format!("project-{ending:?}").to_lowercase();
        cut_off(&stage, &project).await;
        let run = left_over(&stage.app).await.expect("records").remove(0).run;
        let broad = another_broad(&stage).await;
        let broad = (ending == Ending::Undo).then_some(broad.as_str());
        let settled = settle(&stage.app, &run, ending, broad).await;
        assert!(settled.expect("settled").ended, "{ending:?}");
    }

    for in_place in [false, true] {
        let wish = RotationChoices {
            in_place,
            broad: BroadWish::Destroy,
            ..RotationChoices::default()
        };
        let rotation = rotated(&stage, id, &wish).await;
        assert_eq!(rotation.state, RotationState::Rotated, "{rotation:#?}");
    }

    // A rotation that is undone, and an orphan.
    stage
        .fault(
            "PUT",
            "/v1/connections/{}",
            json!({ "kind": "status", "status": 500 }),
        )
        .await;
    let wish = RotationChoices {
        broad: BroadWish::Keep,
        ..RotationChoices::default()
    };
    let pending = rotated(&stage, id, &wish).await;
    assert_eq!(pending.state, RotationState::Pending, "{pending:#?}");
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let broad = another_broad(&stage).await;
    undone(&stage, &pending.run, Some(&broad)).await;
    let mark = stage.app.record.installation().expect("a mark");
    let orphan = json!({ "kind": "user", "groups": ["Pages Write"],
        "name": format!("Narrows site-generator {mark}-abcdefgh12345678") });
    let (orphan, _) = stage.make_token(orphan).await;
    let mut walk = Sweep::begin(&stage.app).expect("a walk");
    stage
        .inspect(&mut walk.approach, &another_broad(&stage).await)
        .await
        .expect("good");
    let swept = walk.delete(&[orphan], BroadWish::Destroy).await;
    assert_eq!(swept.expect("swept").deleted.len(), 1);

    let mut walk = Disconnect::begin(&stage.app, id).expect("a walk");
    stage
        .inspect(&mut walk.approach, &another_broad(&stage).await)
        .await
        .expect("good");
    let farewell = Farewell {
        broad: BroadWish::Destroy,
        forget: false,
    };
    let ended = walk.disconnect(&farewell, None).await.expect("it ends");
    assert!(!ended.open, "{ended:#?}");

    let rows = all(&stage).await;
    let noted = |id: &str| rows.iter().any(|row| row.request.as_deref() == Some(id));
    let changes = changes(&stage).await;
    assert!(changes.len() > 25, "{changes:#?}");
    for (line, id) in &changes {
        assert_ne!(id, "", "{line}: both sides name each request");
        assert!(noted(id), "{line} {id} is not written down: {rows:#?}");
    }
}

/// Rotates with another one-time token.
async fn rotated(stage: &Stage, id: &str, wish: &RotationChoices) -> Rotation {
    let mut walk = Rotate::begin(&stage.app, id, None).expect("a walk");
    walk.approach.prepare().await;
    stage
        .inspect(&mut walk.approach, &another_broad(stage).await)
        .await
        .expect("good");
    let rotation = Box::pin(walk.rotate(wish, None, &CancellationToken::new())).await;
    rotation.expect("it begins")
}

/// Starts a connect and cuts it off once its token is kept.
async fn cut_off(stage: &Stage, project: &str) {
    let fault = json!({ "kind": "delay", "ms": 600_000 });
    stage
        .fault("GET", "/client/v4/accounts/{}/pages/projects", fault)
        .await;
    let mut walk = stage.walk().await;
    stage
        .inspect(&mut walk.approach, &another_broad(stage).await)
        .await
        .expect("good");
    let choices = Choices {
        project: Some(project.to_owned()),
        ..destroy()
    };
    let running = tokio::spawn(async move {
        walk.connect(&choices, None, &CancellationToken::new())
            .await
    });
    let kept = async || !stage.app.record.unfinished().expect("records").is_empty();
    crate::stage::until(kept, "it began").await;
    let run = stage.app.record.unfinished().expect("records").remove(0).id;
    let kept = async || {
        let journal = stage.app.record.journal(&run).expect("a journal");
        journal
            .iter()
            .any(|entry| entry.step == "keep" && entry.phase == Phase::Done)
    };
    crate::stage::until(kept, "the token is kept").await;
    running.abort();
    assert!(running.await.is_err(), "it was cut off");
    stage.tell("/faults", &json!({ "faults": [] })).await;
}
