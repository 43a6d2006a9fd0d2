//! What an earlier version left on the disk is opened by this one, and what it left open is brought to its end.
//!
//! `fixtures/` holds data folders as that version's own program left them, with what Cloudflare and the platform held
//! at that moment (`fixtures/README.md`). This version meets them as a person does: on the command line. The world is
//! asked past the product.

#![allow(
    clippy::print_stdout,
    reason = "what was met is told, and what is wrong"
)]

mod dump;
mod fixture;
mod make;
mod outcome;
mod settled;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use fixture::Fixture;
use outcome::{Way, meet};

/// Fixtures that are met at once.
const AT_ONCE: usize = 4;

/// What that version could not tell, and this one tells: it looks into the vault in use for what was never kept, and not
/// into a keychain that may not be there.
const TOLD_NOW: [(&str, &str, &str); 5] = [
    ("connect-mint-done", "copy", "gone"),
    ("roll-intent", "copy", "there"),
    ("roll-intent", "token", "there"),
    ("rotate-mint-done", "copy", "gone"),
    ("rotate-mint-done", "old-token", "there"),
];

/// How this version has to meet a fixture.
fn expected(fixture: &Fixture) -> Value {
    let mut expected = fixture.expected();
    for (_, what, state) in TOLD_NOW.iter().filter(|(name, ..)| *name == fixture.name()) {
        let facts = expected["left"]["facts"].as_array_mut().expect("facts");
        let untold = facts
            .iter_mut()
            .find(|fact| **fact == format!("{what}: unknown"));
        *untold.expect("that version could not tell") = format!("{what}: {state}").into();
    }
    expected
}

/// Where the fixtures lie, a folder for each version.
fn shelf() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures")
}

/// The folder of each version.
fn versions() -> Vec<PathBuf> {
    let entries = fs::read_dir(shelf()).expect("the fixtures");
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_open_run_of_an_earlier_version_ends_either_way() {
    let began = Instant::now();
    let fixtures: Vec<Fixture> = versions()
        .iter()
        .flat_map(|all| Fixture::open_runs(all))
        .collect();
    assert!(!fixtures.is_empty(), "there are fixtures");
    let (all, mut ended, mut wrong) = (fixtures.len(), BTreeMap::new(), Vec::new());
    let turn = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for fixture in fixtures {
        let turn = Arc::clone(&turn);
        running.spawn(async move {
            let _turn = turn.acquire_owned().await;
            let met = meet(&fixture, None).await;
            (fixture, met)
        });
    }
    while let Some(tried) = running.join_next().await {
        let (fixture, met) = tried.expect("a fixture is met without a panic");
        let name = fixture.name();
        for way in met.ends.keys() {
            *ended.entry(*way).or_insert(0) += 1;
        }
        let said = met.wrong.iter();
        wrong.extend(said.map(|(way, what)| format!("{name}, {way:?}: {what}")));
        let expected = expected(&fixture);
        if met.shown() != expected {
            wrong.push(format!(
                "{name}: it was met as\n{:#}\nand the version that left it says\n{expected:#}",
                met.shown()
            ));
        }
    }
    wrong.sort();
    for line in &wrong {
        println!("WRONG {line}");
    }
    let count = |way| ended.get(&way).copied().unwrap_or(0);
    println!(
        "earlier: {all} fixtures, {} open runs finished, {} undone, {} ended by being looked at, {} wrong, in {} ms",
        count(Way::Finish),
        count(Way::Undo),
        count(Way::Looked),
        wrong.len(),
        began.elapsed().as_millis()
    );
    assert!(
        wrong.is_empty(),
        "what an earlier version left does not end well, see above"
    );
}

#[tokio::test]
async fn a_settled_folder_of_an_earlier_version_opens_as_it_was() {
    let mut met = 0;
    for version in versions() {
        for fixture in Fixture::settled(&version) {
            settled::meet(&fixture).await;
            met += 1;
        }
    }
    assert!(met > 0, "there is one");
}
