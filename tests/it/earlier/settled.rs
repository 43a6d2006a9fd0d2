//! A folder of an earlier version in which nothing was open: everything that is shown without asking anybody.

use serde_json::{Map, Value, json};

use super::dump;
use super::fixture::{DATABASE, Fixture, stage};
use crate::program::Program;

/// The commands that show it.
const SHOWN: [&[&str]; 6] = [
    &["connections", "--json"],
    &["resume", "--json"],
    &["settings", "show", "--json"],
    &["activity", "--verify", "--json"],
    &["activity", "--limit", "5", "--json"],
    &["activity", "--search", "mint token", "--json"],
];

/// Opens it with this version and compares what is shown with what the version that left it showed.
pub(super) async fn meet(fixture: &Fixture) {
    // Nobody is asked; the sandbox is there so that no other Cloudflare can be.
    let sandbox = stage(narrows_sandbox::Options::default()).await;
    let narrows = Program::on(&sandbox.face);
    fixture.lay_out(&narrows);
    let file = narrows.folder().join(DATABASE);
    let before = dump::dump(&file);
    let (version, _) = dump::shape(&file);
    let shown = show(&narrows).await;
    let expected = fixture.expected();
    for (command, shows) in expected.as_object().expect("commands") {
        assert_eq!(
            &shown[command],
            shows,
            "`narrows {command}` shows something else of {}:\n{:#}",
            fixture.name(),
            shown[command]
        );
    }
    assert_eq!(dump::dump(&file), before, "looking at it changes nothing");

    let new = Program::on(&sandbox.face);
    new.run(&["connections", "--json"], "").await.result();
    let made = dump::shape(&new.folder().join(DATABASE));
    assert_eq!(
        dump::shape(&file),
        made,
        "it has the tables of a file that this version makes"
    );
    // A version that adds a step to the tables says so here, and takes the comparison with `before` out.
    assert_eq!(
        made.0, version,
        "the tables are those of the version that left it"
    );
    let asked = sandbox.requests().await;
    assert_eq!(asked, Vec::<String>::new(), "nobody was asked");
}

/// What each command shows.
pub(super) async fn show(narrows: &Program) -> Value {
    let mut all = Map::new();
    for command in SHOWN {
        let ran = narrows.run(command, "").await;
        all.insert(
            command.join(" "),
            json!({ "exit": ran.exit, "shows": steady(ran.object()) }),
        );
    }
    all.into()
}

/// The same without what another day, another folder or another machine changes.
fn steady(mut shown: Value) -> Value {
    if let Some(folder) = shown.get_mut("folder") {
        *folder = "<folder>".into();
    }
    if let Some(took) = shown.pointer_mut("/chain/elapsed_ms") {
        *took = "<ms>".into();
    }
    let cards = shown.get_mut("connections").and_then(Value::as_array_mut);
    for card in cards.into_iter().flatten() {
        for name in ["age_days", "expires_in_days"] {
            let days = &mut card["watch"][name];
            if days.is_number() {
                *days = "<days>".into();
            }
        }
    }
    shown
}
