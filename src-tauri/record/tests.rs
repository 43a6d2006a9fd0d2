use std::path::Path;
use std::process::Command;
use std::thread;

use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;

use super::store::{FILE, PATIENCE, make_private};
use super::*;
use crate::secret::Secret;
use rusqlite::Connection as Db;
use std::time::Duration;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn open(folder: &TempDir) -> Record {
    Record::open(folder.path()).expect("opens")
}

fn memory() -> Record {
    Record::in_memory().expect("opens")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn noon() -> Timestamp {
    time("2027-01-31T12:00:00.25Z")
}

fn new_run(id: &str) -> NewRun {
    NewRun {
        id: id.to_owned(),
        kind: RunKind::Connect,
        profile: "site-generator".to_owned(),
        began: noon(),
    }
}

fn connection(id: &str, connected_on: &str) -> Connection {
    Connection {
        id: id.to_owned(),
        profile: "site-generator".to_owned(),
        platform: "Example".to_owned(),
        platform_address: Some("https://platform.example".to_owned()),
        account_id: "a1".to_owned(),
        account_name: "Ada's Account".to_owned(),
        project: None,
        token_id: "t1".to_owned(),
        token_name: "Narrows".to_owned(),
        token_kind: "user".to_owned(),
        fingerprint: Secret::new("cfut_example".to_owned()).fingerprint(),
        policy: json!([{ "effect": "allow" }]),
        expires_on: Some(time("2027-06-30T00:00:00Z")),
        allow_ip: vec!["192.0.2.0/24".to_owned()],
        connected_on: time(connected_on),
        delivery: "accepted".to_owned(),
        receipt_code: Some("WFTK-77MW".to_owned()),
        nonce: None,
        vault: "keychain".to_owned(),
        broad_left: None,
        choices: json!({ "project": "site" }),
        person: Some("tenant-ada".to_owned()),
        extras: vec![Extra {
            id: "r2-keys".to_owned(),
            label: "R2 keys".to_owned(),
            tokens: vec![ExtraToken {
                token_id: Some("t2".to_owned()),
                token_name: "example-r2-".to_owned(),
                fingerprint: Some(Secret::new("cfut_other".to_owned()).fingerprint()),
                state: ExtraState::InUse,
            }],
            off: None,
        }],
    }
}

fn activity(subject: &str) -> Activity {
    Activity {
        at: noon(),
        run: Some("r1".to_owned()),
        what: "token minted".to_owned(),
        subject: subject.to_owned(),
        result: "done".to_owned(),
        request: None,
    }
}

/// Runs the ignored test `inside` of this binary in a process of its own, with `folder` as its argument.
fn in_another_process(inside: &str, folder: &TempDir) {
    let output = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--ignored", "--exact", &format!("record::tests::{inside}")])
        .env("RECORD_FOLDER", folder.path())
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(CRASHED), "{output:?}");
}

const CRASHED: i32 = 77;

fn folder_of_the_parent() -> std::path::PathBuf {
    std::env::var_os("RECORD_FOLDER")
        .expect("started by another test")
        .into()
}

#[test]
fn the_mark_of_an_installation_never_changes() {
    let folder = folder();
    let mark = open(&folder).installation().expect("a mark");
    assert_eq!(mark.len(), 8);
    assert!(
        mark.chars().all(|c| matches!(c, 'a'..='z' | '2'..='7')),
        "it stands in token names: {mark}"
    );
    assert_eq!(
        open(&folder).installation().expect("a mark"),
        mark,
        "tokens made before would no longer be known as ours"
    );
    assert_ne!(memory().installation().expect("a mark"), mark, "at random");
}

#[test]
fn a_setting_is_what_it_was_last_set_to() {
    let record = memory();
    assert_eq!(record.setting("vault").expect("reads"), None);
    record.set_setting("vault", "keychain").expect("writes");
    record.set_setting("vault", "file").expect("writes");
    assert_eq!(
        record.setting("vault").expect("reads").as_deref(),
        Some("file")
    );
}

#[test]
fn a_run_is_unfinished_until_it_is_finished() {
    let record = memory();
    record.begin_run(&new_run("r1")).expect("begins");
    record.begin_run(&new_run("r2")).expect("begins");
    record.update_run_account("r2", "a1").expect("notes");
    record.finish_run("r1", "connected", noon()).expect("ends");
    let open: Vec<_> = record.unfinished().expect("reads");
    assert_eq!(open.len(), 1, "r1 has ended: {open:?}");
    assert_eq!(open[0].id, "r2");
    assert_eq!(open[0].account.as_deref(), Some("a1"));
    record.finish_run("r1", "stopped", noon()).expect("ends");
    let ended = record.run("r1").expect("reads").expect("is there");
    assert_eq!(
        (ended.how.as_deref(), ended.ended),
        (Some("connected"), Some(noon())),
        "the first end counts"
    );
}

#[test]
fn a_run_that_was_never_begun_takes_no_notes() {
    let record = memory();
    let answers = [
        record.note("r9", "mint", Phase::Intent, &json!({}), noon()),
        record.update_run_account("r9", "a1"),
        record.finish_run("r9", "stopped", noon()),
    ];
    for answer in answers {
        assert!(
            matches!(answer, Err(Error::UnknownRun(_))),
            "a note that nobody finds is no note: {answer:?}"
        );
    }
}

#[test]
fn the_journal_keeps_its_order_and_its_details() {
    let record = memory();
    record.begin_run(&new_run("r1")).expect("begins");
    record.begin_run(&new_run("r2")).expect("begins");
    let name = json!({ "token_name": "Narrows \"x\" · ü" });
    for (run, step, phase) in [
        ("r1", "mint", Phase::Intent),
        ("r2", "mint", Phase::Intent),
        ("r1", "mint", Phase::Done),
        ("r1", "deliver", Phase::Failed),
    ] {
        record.note(run, step, phase, &name, noon()).expect("notes");
    }
    let journal = record.journal("r1").expect("reads");
    let steps: Vec<_> = journal
        .iter()
        .map(|entry| (entry.step.as_str(), entry.phase))
        .collect();
    assert_eq!(
        steps,
        [
            ("mint", Phase::Intent),
            ("mint", Phase::Done),
            ("deliver", Phase::Failed)
        ]
    );
    assert_eq!(journal[0].detail, name);
    assert_eq!(journal[0].at, noon(), "to the millisecond");
}

#[test]
fn a_note_survives_the_death_of_its_process() {
    let folder = folder();
    in_another_process("inside_a_process_that_notes_and_dies", &folder);
    let record = open(&folder);
    let open = record.unfinished().expect("reads");
    assert_eq!(open.len(), 1, "the run is met at the next start");
    let journal = record.journal(&open[0].id).expect("reads");
    assert_eq!(journal.len(), 1, "its intent tells what to look for");
    assert_eq!(journal[0].detail, json!({ "token_name": "n" }));
    assert!(
        record.lock("connect").expect("answers").is_some(),
        "a dead process holds no lock"
    );
}

#[test]
#[ignore = "dies; `a_note_survives_the_death_of_its_process` starts it"]
fn inside_a_process_that_notes_and_dies() {
    let record = Record::open(&folder_of_the_parent()).expect("opens");
    let lock = record.lock("connect").expect("answers");
    assert!(lock.is_some());
    record.begin_run(&new_run("r1")).expect("begins");
    let detail = json!({ "token_name": "n" });
    record
        .note("r1", "mint", Phase::Intent, &detail, noon())
        .expect("notes");
    // Nothing is dropped: neither the lock nor the connection to the file is closed in good order.
    std::process::exit(CRASHED);
}

#[test]
fn one_run_at_a_time_and_names_apart() {
    let folder = folder();
    let (one, other) = (open(&folder), open(&folder));
    let held = one.lock("connect").expect("answers");
    assert!(held.is_some(), "nobody held it");
    assert!(
        other.lock("connect").expect("answers").is_none(),
        "two runs at once would take each other's token for a stray one"
    );
    assert!(other.lock("rotate").expect("answers").is_some());
    drop(held);
    assert!(other.lock("connect").expect("answers").is_some());
}

#[test]
fn a_run_is_held_while_its_process_works_on_it() {
    let folder = folder();
    let (one, other) = (open(&folder), open(&folder));
    let files = || std::fs::read_dir(folder.path()).expect("reads").count();
    // The lock that all runs share stays once there was one.
    drop(one.hold_run("r0").expect("answers"));
    let before = files();
    assert!(!other.run_is_held("r1").expect("answers"));
    assert_eq!(files(), before, "looking leaves nothing behind");
    let held = one.hold_run("r1").expect("answers");
    assert!(held.is_some() && other.run_is_held("r1").expect("answers"));
    assert!(other.hold_run("r1").expect("answers").is_none());
    drop(held);
    assert!(!other.run_is_held("r1").expect("answers"));
    assert_eq!(files(), before, "no file for each run that ever was");
}

#[test]
fn runs_go_side_by_side_and_whoever_needs_all_waits_for_none_of_them() {
    let folder = folder();
    let (one, other) = (open(&folder), open(&folder));
    let (first, second) = (one.hold_run("r1"), other.hold_run("r2"));
    let (first, second) = (first.expect("answers"), second.expect("answers"));
    assert!(first.is_some() && second.is_some());
    assert!(one.lock_all().expect("answers").is_none(), "two runs go on");
    drop((first, second));
    let all = one.lock_all().expect("answers");
    assert!(all.is_some(), "nobody is at work");
    assert!(
        other.hold_run("r3").expect("answers").is_none(),
        "a run would keep a token in a vault that is being emptied"
    );
}

#[test]
fn whoever_only_asks_keeps_nobody_from_a_run_and_two_never_work_on_one() {
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    let folder = folder();
    let working = AtomicU32::new(0);
    let asks = || {
        let record = open(&folder);
        for _ in 0..1000 {
            record.run_is_held("r1").expect("answers");
            thread::sleep(Duration::from_micros(500));
        }
    };
    let works = || {
        let record = open(&folder);
        let mut turns = 0;
        for _ in 0..300 {
            if let Some(_held) = record.hold_run("r1").expect("answers") {
                assert_eq!(working.fetch_add(1, SeqCst), 0, "another is at work on it");
                turns += 1;
                assert_eq!(working.fetch_sub(1, SeqCst), 1);
            }
        }
        turns
    };
    std::thread::scope(|scope| {
        let asking = [scope.spawn(asks), scope.spawn(asks)];
        assert_eq!(works(), 300, "nobody else was at work, and two only asked");
        for other in [scope.spawn(works), scope.spawn(works)] {
            other.join().expect("one at a time");
        }
        for other in asking {
            other.join().expect("asks");
        }
    });
}

#[test]
fn a_lock_never_leaves_its_folder() {
    let folder = folder();
    let inner = folder.path().join("inner");
    let record = Record::open(&inner).expect("opens");
    let _lock = record.lock("../../connect").expect("answers");
    let outside = std::fs::read_dir(folder.path()).expect("reads").count();
    assert_eq!(outside, 1, "only the inner folder is there");
}

#[test]
fn a_token_of_an_offered_name_is_known_as_ours() {
    let record = memory();
    assert_eq!(record.offered("Narrows r1").expect("reads"), None);
    record.offer("r1", "Narrows r1", noon()).expect("notes");
    record.offer("r1", "Narrows r1", noon()).expect("notes");
    let offer = record.offered("Narrows r1").expect("reads");
    assert_eq!(
        offer,
        Some(Offer {
            run: "r1".to_owned(),
            at: noon()
        })
    );
}

#[test]
fn a_connection_comes_back_as_it_was_and_newest_first() {
    let record = memory();
    let old = connection("c1", "2027-01-01T00:00:00.5Z");
    let new = connection("c2", "2027-01-01T00:00:01Z");
    record.put_connection(&new).expect("writes");
    record.put_connection(&old).expect("writes");
    assert_eq!(
        record.connections().expect("reads"),
        [new.clone(), old.clone()]
    );
    let changed = Connection {
        broad_left: Some(json!("alive")),
        project: Some("site".to_owned()),
        expires_on: None,
        ..old
    };
    record.put_connection(&changed).expect("writes");
    assert_eq!(record.connection("c1").expect("reads"), Some(changed));
    assert_eq!(record.connections().expect("reads").len(), 2);
    assert!(record.remove_connection("c1").expect("writes"), "was known");
    assert!(!record.remove_connection("c1").expect("writes"), "is gone");
    assert_eq!(record.connections().expect("reads"), [new]);
}

#[test]
fn a_delivery_is_noted_of_the_very_token_that_was_delivered() {
    let record = memory();
    let known = connection("c1", "2027-01-01T00:00:00Z");
    let told = |of: &Connection| Connection {
        project: Some("renamed".to_owned()),
        delivery: "accepted".to_owned(),
        receipt_code: Some("WFTK-77MW".to_owned()),
        ..of.clone()
    };
    let put = |of: &Connection| record.put_delivery(&told(of)).expect("writes");
    assert!(!put(&known), "what is gone does not come back");
    assert_eq!(record.connection("c1").expect("reads"), None);
    let rotated = Connection {
        token_id: "t2".to_owned(),
        fingerprint: Secret::new("another".to_owned()).fingerprint(),
        ..known.clone()
    };
    record.put_connection(&rotated).expect("writes");
    assert!(!put(&known), "it has another token by now");
    assert_eq!(
        record.connection("c1").expect("reads"),
        Some(rotated.clone())
    );
    assert!(put(&rotated));
    assert_eq!(
        record.connection("c1").expect("reads"),
        Some(told(&rotated))
    );
}

#[test]
fn activity_is_paged_and_searched() {
    let record = memory();
    for subject in ["one", "TWO", "100%", "1000"] {
        record.log(&activity(subject)).expect("logs");
    }
    let subjects = |before, limit, search| -> Vec<String> {
        let rows = record.activity(before, limit, search).expect("reads");
        rows.into_iter().map(|row| row.activity.subject).collect()
    };
    assert_eq!(subjects(None, 2, None), ["1000", "100%"], "newest first");
    assert_eq!(subjects(Some(3), 2, None), ["TWO", "one"], "the next page");
    assert_eq!(subjects(None, 9, Some("two")), ["TWO"]);
    assert_eq!(
        subjects(None, 9, Some("100%")),
        ["100%"],
        "a percent sign stands for itself"
    );
    assert_eq!(subjects(None, 9, Some("minted")).len(), 4);
}

#[test]
fn a_chain_that_nobody_touched_holds() {
    let record = memory();
    let nothing = record.verify_chain().expect("checks");
    assert_eq!((nothing.rows, nothing.first_bad), (0, None));
    for number in 0..20 {
        record.log(&activity(&number.to_string())).expect("logs");
    }
    let chain = record.verify_chain().expect("checks");
    assert_eq!((chain.rows, chain.first_bad), (20, None));
}

#[test]
fn every_way_of_tampering_is_found_where_it_was_done() {
    let table = [
        ("UPDATE activity SET result = 'failed' WHERE seq = 3", 3),
        (
            "UPDATE activity SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 1",
            1,
        ),
        ("UPDATE activity SET run = NULL WHERE seq = 2", 2),
        ("UPDATE activity SET request = '' WHERE seq = 2", 2),
        (
            "UPDATE activity SET what = what || subject, subject = '' WHERE seq = 2",
            2,
        ),
        ("UPDATE activity SET hash = zeroblob(32) WHERE seq = 4", 4),
        ("UPDATE activity SET hash = zeroblob(3) WHERE seq = 4", 4),
        ("DELETE FROM activity WHERE seq = 2", 2),
        ("DELETE FROM activity WHERE seq = 1", 1),
        ("DELETE FROM activity WHERE seq = 5", 5),
        ("DELETE FROM activity", 1),
        ("UPDATE activity SET seq = 9 WHERE seq = 5", 5),
        (
            "INSERT INTO activity SELECT 6, at, run, what, subject, result, request, hash FROM activity WHERE seq = 5",
            6,
        ),
    ];
    for (tampering, place) in table {
        let record = memory();
        for number in 0..5 {
            record.log(&activity(&number.to_string())).expect("logs");
        }
        record.db().execute(tampering, []).expect("is done");
        let chain = record.verify_chain().expect("checks");
        assert_eq!(chain.first_bad, Some(place), "{tampering}");
    }
}

#[test]
fn two_that_write_at_once_make_one_chain() {
    let folder = folder();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let record = open(&folder);
                for number in 0..20 {
                    record.log(&activity(&number.to_string())).expect("logs");
                }
            });
        }
    });
    let chain = open(&folder).verify_chain().expect("checks");
    assert_eq!((chain.rows, chain.first_bad), (40, None));
}

#[test]
fn many_that_start_at_once_all_open() {
    let folder = folder();
    let marks: Vec<String> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| open(&folder).installation().expect("a mark")))
            .collect();
        starts
            .into_iter()
            .map(|start| start.join().expect("ends"))
            .collect()
    });
    assert!(
        marks.iter().all(|mark| mark == &marks[0]),
        "one installation has one mark: {marks:?}"
    );
}

#[test]
fn an_opening_that_never_ends_keeps_nobody_waiting_for_good() {
    let folder = folder();
    drop(open(&folder));
    let opening = make_private(&folder.path().join("opening.lock")).expect("a file");
    opening.lock().expect("held");
    let refused = Record::open_within(folder.path(), Duration::from_millis(50));
    let code = refused.err().map(|error| error.problem().code);
    assert_eq!(code.as_deref(), Some("record-busy"));
    drop(opening);
    open(&folder);
}

#[test]
fn a_long_reading_of_the_chain_keeps_nobody_from_writing() {
    let folder = folder();
    let record = open(&folder);
    record.log(&activity("one")).expect("logs");
    let mut told = 0;
    let chain = record.each_activity(|_| {
        told += 1;
        let (sender, written) = std::sync::mpsc::channel();
        let writer = record.clone();
        std::thread::spawn(move || sender.send(writer.log(&activity("two"))));
        let written = written.recv_timeout(PATIENCE);
        written.expect("a command that writes does not wait for the export")
    });
    assert_eq!(chain.expect("checks").rows, 1, "a snapshot is told");
    assert_eq!(told, 1);
    assert_eq!(record.verify_chain().expect("checks").rows, 2);
}

#[test]
fn a_record_of_a_newer_version_is_left_alone() {
    let folder = folder();
    let newer = Db::open(folder.path().join(FILE)).expect("opens");
    newer.pragma_update(None, "user_version", 99).expect("sets");
    drop(newer);
    let before = std::fs::read(folder.path().join(FILE)).expect("reads");
    let opened = Record::open(folder.path()).map(|_| ());
    assert!(matches!(opened, Err(Error::Newer(99))), "{opened:?}");
    let after = std::fs::read(folder.path().join(FILE)).expect("reads");
    assert!(before == after, "an older version changed it");
}

#[test]
fn a_file_that_is_not_a_record_says_so() {
    let folder = folder();
    std::fs::write(folder.path().join(FILE), "my diary ".repeat(1000)).expect("writes");
    let opened = Record::open(folder.path()).map(|_| ());
    assert!(matches!(opened, Err(Error::Damaged(_))), "{opened:?}");
}

#[test]
fn a_damaged_page_is_an_error_and_never_a_panic() {
    let folder = folder();
    let record = open(&folder);
    for number in 0..200 {
        record.log(&activity(&number.to_string())).expect("logs");
    }
    drop(record);
    let path = folder.path().join(FILE);
    let mut bytes = std::fs::read(&path).expect("reads");
    for byte in bytes.iter_mut().skip(8192) {
        *byte = 0xa5;
    }
    std::fs::write(&path, bytes).expect("writes");
    let read = Record::open(folder.path()).and_then(|record| record.verify_chain());
    assert!(matches!(read, Err(Error::Damaged(_))), "{read:?}");
}

#[test]
fn a_value_that_cannot_be_is_damage() {
    let record = memory();
    record.begin_run(&new_run("r1")).expect("begins");
    for sql in [
        "UPDATE run SET kind = 'dance'",
        "UPDATE run SET kind = 'connect', began = 'yesterday'",
    ] {
        record.db().execute(sql, []).expect("is done");
        let read = record.run("r1");
        assert!(matches!(read, Err(Error::Damaged(_))), "{sql}: {read:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_says_so() {
    let folder = folder();
    std::fs::write(folder.path().join("file"), "").expect("writes");
    let opened = Record::open(&folder.path().join("file").join("home")).map(|_| ());
    assert!(matches!(opened, Err(Error::Folder { .. })), "{opened:?}");
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let home = folder.path().join("a").join("b");
    let record = Record::open(&home).expect("opens");
    record.set_setting("name", "value").expect("writes");
    let _lock = record.lock("connect").expect("answers");
    let mode = |path: &Path| {
        let metadata = std::fs::metadata(path).expect("is there");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode(&home), 0o700, "the folder");
    for file in std::fs::read_dir(&home).expect("reads") {
        let path = file.expect("reads").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn what_is_written_is_synced() {
    let folder = folder();
    let record = open(&folder);
    let pragma = |name: &str| -> String {
        record
            .db()
            .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
            .map(|value| format!("{value:?}"))
            .expect("answers")
    };
    assert_eq!(pragma("journal_mode"), "Text(\"wal\")");
    assert_eq!(pragma("synchronous"), "Integer(2)", "2 is FULL");
    assert_eq!(pragma("foreign_keys"), "Integer(1)");
}
