//! That the checks can fail: a sound house, and one fault at a time put into it.

use std::fmt::Write as _;

use super::{House, NARROWER, ROOMS, Sources, map};

/// A house with every room of the table, in which each line imports the next lower one.
fn sound() -> Sources {
    let mut house = Sources::new();
    let mut library = String::from("//! The library.\n");
    for (at, (_, rooms)) in ROOMS.iter().enumerate() {
        for room in *rooms {
            let mut door = format!("//! The room.\npub(crate) mod inner;\npub struct A{room};\n");
            if at > 1 {
                let _ = writeln!(library, "pub mod {room};");
                let all = NARROWER.iter().all(|(narrower, _)| narrower != room);
                if let (true, Some((_, [below, ..]))) = (all, ROOMS.get(at + 1)) {
                    let _ = writeln!(door, "use crate::{below}::A{below};");
                }
            }
            house.insert(format!("{room}/mod.rs"), door);
            house.insert(
                format!("{room}/inner.rs"),
                "//! Inside.\npub struct Inner;\n".to_owned(),
            );
        }
    }
    house.remove("main/mod.rs");
    house.remove("main/inner.rs");
    let main = "//! Main.\nmod cli;\nmod desktop;\nfn main() { cli::run(); desktop::run(); }\n";
    house.insert("main.rs".to_owned(), main.to_owned());
    house.insert("lib.rs".to_owned(), library);
    house
}

/// What is found wrong where these texts are added to these files.
fn wrong(added: &[(&str, &str)]) -> Vec<(&'static str, Vec<String>)> {
    let mut sources = sound();
    for (file, text) in added {
        sources
            .entry((*file).to_owned())
            .or_default()
            .push_str(text);
    }
    let mut faults = House::of(sources).faults();
    faults.retain(|(_, found)| !found.is_empty());
    faults
}

/// Asserts that one rule is broken and no other, in a line that holds each of these.
fn breaks(rule: &str, holds: &[&str], added: &[(&str, &str)]) {
    let found = wrong(added);
    let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, [rule], "{added:?}: {found:#?}");
    let told = found[0].1.join("\n");
    for part in holds {
        assert!(told.contains(part), "{added:?}: {part} in {told}");
    }
}

#[test]
fn a_sound_house_has_no_fault() {
    assert_eq!(wrong(&[]), [], "nothing is wrong with it");
    let house = House::of(sound());
    let told = house.summary();
    assert!(told.starts_with("house: 29 rooms, "), "{told}");
    assert!(
        house.tree.arrows.len() >= 20,
        "the lines hold on to each other: {told}"
    );
}

#[test]
fn an_added_circle_is_found() {
    let twins = "pub mod other;\n";
    let other = |text| ("steps/other.rs", text);
    let inner = |text| ("steps/inner.rs", text);
    for (to, back) in [
        (
            "use super::other::Other;",
            "use super::inner::Inner;\npub struct Other;",
        ),
        // In a path, in a body, in a macro's body, in an attribute, in a string of one.
        (
            "fn a() { super::other::b() }",
            "pub fn b() { crate::steps::inner::Inner; }",
        ),
        (
            "fn a() { b!(x, crate::steps::other::b()) }",
            "use super::inner::Inner;\npub fn b() {}",
        ),
        (
            "#[derive(super::other::Other)] struct A;",
            "use super::inner::Inner;",
        ),
        (
            "#[serde(with = \"super::other::words\")] struct A;",
            "use super::inner::Inner;\npub fn words() {}",
        ),
        // Through an import of the module, a rename, a glob, a group, a function's own import, another module's import.
        (
            "use super::other;\nfn a() { other::b() }",
            "use super::inner::Inner;\npub fn b() {}",
        ),
        (
            "use super::other as x;\nfn a() { x::b() }",
            "use super::inner::Inner;\npub fn b() {}",
        ),
        (
            "use super::other::*;\nfn a() { b() }",
            "use super::inner::Inner;\npub fn b() {}",
        ),
        (
            "use crate::{run::Arun, steps::{other::{self as o, B as C}}};\nfn a(_: C) { o::b() }",
            "use super::inner::Inner;\npub struct B;\npub fn b() {}",
        ),
        (
            "fn a() { use super::other::b; b() }",
            "use super::inner::Inner;\npub fn b() {}",
        ),
        (
            "mod deep { use super::super::other::b; }",
            "use super::inner::Inner;\npub fn b() {}",
        ),
    ] {
        breaks(
            "circles",
            &[
                "circle of 2 files: steps/inner.rs steps/other.rs",
                "steps/other.rs -> steps/inner.rs",
            ],
            &[("steps/mod.rs", twins), inner(to), other(back)],
        );
    }
}

#[test]
fn a_circle_through_a_door_is_found() {
    breaks(
        "circles",
        &["steps/inner.rs -> steps/mod.rs   (super::Asteps)"],
        &[
            ("steps/mod.rs", "pub use inner::Inner;\n"),
            ("steps/inner.rs", "use super::Asteps;\n"),
        ],
    );
    // A door that only declares its rooms, or that is only gone through, is in no circle.
    let apart = wrong(&[
        ("steps/mod.rs", "pub mod other;\npub use inner::Inner;\n"),
        (
            "steps/other.rs",
            "use super::Inner;\nuse super::inner;\nfn a() { inner::b() }",
        ),
        ("run/inner.rs", "use super::Arun;\n"),
    ]);
    assert_eq!(apart, [], "no circle is seen where none is");
}

#[test]
fn a_circle_of_rooms_on_the_floor_is_found() {
    breaks(
        "circles",
        &["circle of 2 rooms: calls http"],
        &[
            ("http/mod.rs", "use crate::calls::inner::Inner;\n"),
            ("calls/mod.rs", "use crate::http::inner::Inner;\n"),
        ],
    );
    let one_way = wrong(&[("secret/mod.rs", "use crate::http::inner::Inner;\n")]);
    assert_eq!(one_way, [], "the floor has no order");
}

#[test]
fn an_arrow_up_is_found() {
    for up in [
        "use crate::connect::inner::Inner;",
        "use crate::connect;\nfn a(_: connect::inner::Inner) {}",
        "fn a() { crate::connect::inner::b() }",
        "fn a() { $crate::connect::inner::b() }",
        "macro_rules! a { () => { crate::connect::inner::b() } }",
        "impl crate::connect::inner::Inner {}",
        "pub struct A(pub (crate::connect::inner::Inner, u8));",
        "use crate as here;\nfn a() { here::connect::inner::b() }",
        "use crate::*;\nfn a() { connect::inner::b() }",
    ] {
        let holds = ["run/inner.rs -> connect/inner.rs"];
        breaks("arrows up", &holds, &[("run/inner.rs", up)]);
    }
    breaks(
        "arrows up",
        &["doctor/inner.rs -> lib.rs   (crate::VERSION)"],
        &[
            ("lib.rs", "pub const VERSION: u8 = 1;\n"),
            ("doctor/inner.rs", "use crate::VERSION;\n"),
        ],
    );
}

#[test]
fn an_arrow_up_behind_a_re_export_is_found() {
    // The room that is imported is below; what it hands on is above.
    let found = wrong(&[
        ("run/inner.rs", "use crate::story::Passed;\n"),
        ("story/mod.rs", "pub use inner::Passed;\n"),
        (
            "story/inner.rs",
            "pub use crate::connect::inner::Inner as Passed;\n",
        ),
    ]);
    let up = &found
        .iter()
        .find(|(rule, _)| *rule == "arrows up")
        .expect("found")
        .1;
    for (from, to) in [
        ("run/inner.rs", "connect/inner.rs"),
        ("story/inner.rs", "connect/inner.rs"),
        ("story/mod.rs", "connect/inner.rs"),
    ] {
        let arrow = format!("{from} -> {to}");
        assert!(
            up.iter().any(|one| one.starts_with(&arrow)),
            "{arrow} in {up:#?}"
        );
    }
    // The same with globs, and with the library's own root between.
    breaks(
        "arrows up",
        &["run/inner.rs -> connect/inner.rs   (crate::Inner)"],
        &[
            ("lib.rs", "pub use connect::inner::*;\n"),
            ("run/inner.rs", "use crate::Inner;\n"),
        ],
    );
}

#[test]
fn an_arrow_from_the_library_into_a_face_is_found_and_one_back_is_none() {
    breaks(
        "arrows across",
        &["desktop/inner.rs -> cli/inner.rs"],
        &[("desktop/inner.rs", "use crate::cli::inner::Inner;\n")],
    );
    let house = {
        let mut sources = sound();
        let face =
            "use narrows_core::connect::inner::Inner;\nfn a() { ::narrows_core::run::inner::b() }";
        sources.insert("cli/inner.rs".to_owned(), face.to_owned());
        House::of(sources)
    };
    for to in ["connect/inner.rs", "run/inner.rs"] {
        let arrow = ("cli/inner.rs".to_owned(), to.to_owned());
        assert!(house.tree.arrows.contains_key(&arrow), "{arrow:?}");
    }
}

#[test]
fn an_arrow_between_tasks_is_found() {
    for across in [
        "use crate::rotate::inner::Inner;",
        "fn a() { crate::rotate::inner::b() }",
        "use super::super::rotate::inner;\nfn a() { inner::b() }",
        "fn a() { tokio::select! { _ = crate::rotate::inner::b() => {} } }",
    ] {
        let holds = ["keep/inner.rs -> rotate/inner.rs"];
        breaks("arrows between tasks", &holds, &[("keep/inner.rs", across)]);
    }
    breaks(
        "arrows between tasks",
        &[
            "keep/inner.rs -> rotate/inner.rs   (super::Hidden)",
            "keep/mod.rs -> rotate/inner.rs",
        ],
        &[
            (
                "keep/mod.rs",
                "use crate::rotate::inner::Inner as Hidden;\n",
            ),
            ("keep/inner.rs", "use super::Hidden;\n"),
        ],
    );
}

#[test]
fn strangers_that_import_one_another_are_found() {
    breaks(
        "arrows across",
        &["vault/inner.rs -> record/inner.rs"],
        &[("vault/inner.rs", "use crate::record::inner::Inner;\n")],
    );
}

#[test]
fn what_a_room_may_not_know_is_found() {
    breaks(
        "arrows beyond what a room may know",
        &["story/inner.rs -> platform/inner.rs"],
        &[("story/inner.rs", "use crate::platform::inner::Inner;\n")],
    );
}

#[test]
fn a_window_outside_of_the_desktop_is_found() {
    for named in [
        "use tauri::AppHandle;",
        "fn a(_: &tauri::AppHandle) {}",
        "#[tauri::command] fn a() {}",
        "fn a() { b!(tauri_runtime::c) }",
        "extern crate tauri as other;",
        "#[cfg(test)] mod tests { use tauri::test; }",
    ] {
        let holds = ["steps/inner.rs names tauri"];
        breaks(
            "windows outside desktop",
            &holds,
            &[("steps/inner.rs", named)],
        );
    }
    let there = wrong(&[("desktop/inner.rs", "use tauri::AppHandle;")]);
    assert_eq!(there, [], "the desktop is where it belongs");
}

#[test]
fn tests_may_import_what_they_like() {
    let apart = wrong(&[
        (
            "run/inner.rs",
            "#[cfg(test)]\nuse crate::connect::inner::Inner;\n\
             #[cfg(all(test, unix))]\nfn a() { crate::connect::inner::b() }\n\
             #[cfg(test)]\nmod tests { use super::*; use crate::connect::*; }\n\
             #[cfg(test)]\nmod more;\n",
        ),
        ("run/inner/more.rs", "use crate::connect::inner::Inner;\n"),
    ]);
    assert_eq!(apart, [], "tests are not part of the shape");
    // What is also compiled without tests is.
    for also in [
        "#[cfg(not(test))]",
        "#[cfg(any(test, unix))]",
        "#[cfg(test)] fn a() {}\n",
    ] {
        let text = format!("{also} use crate::connect::inner::Inner;\n");
        breaks("arrows up", &[], &[("run/inner.rs", &text)]);
    }
}

#[test]
fn a_room_without_a_door_or_a_place_and_a_file_without_a_module_are_found() {
    for (holds, added) in [
        (
            "attic is a room that does not stand",
            ("attic.rs", "//! Up there.\n"),
        ),
        ("run has two doors", ("run.rs", "//! A second.\n")),
        (
            "keep/lost.rs belongs to no module",
            ("keep/lost.rs", "use crate::rotate::Arotate;\n"),
        ),
        ("declares `mod gone;`", ("keep/mod.rs", "mod gone;\n")),
        ("keep/inner.rs is not Rust", ("keep/inner.rs", "fn a( {\n")),
    ] {
        breaks("doors", &[holds], &[added]);
    }
    let mut sources = sound();
    sources.insert(
        "http/mod.rs".to_owned(),
        "pub(crate) mod inner;\n".to_owned(),
    );
    let untold = House::of(sources).doors();
    assert_eq!(
        untold,
        ["http/mod.rs does not begin with a `//!`"],
        "a door says what it is"
    );
}

#[test]
fn a_map_that_differs_is_found() {
    let page = |rooms: &[String]| {
        format!(
            "# A\n\n```\nother\n```\n\n```text\n{}\n```\n",
            rooms.join("\n")
        )
    };
    let rows = || ROOMS.iter().map(|(_, rooms)| *rooms);
    let bare: Vec<_> = rows().map(|rooms| rooms.join("  ")).collect();
    assert_eq!(map(&page(&bare)), Vec::<String>::new(), "names alone");
    let mut set_in = vec!["src-tauri/".to_owned()];
    set_in.push("  lib.rs   the library's root".to_owned());
    for rooms in rows() {
        set_in.push(format!("  {}/   run and keep, told", rooms.join("/ ")));
        set_in.push("                more about it".to_owned());
        set_in.push("    extra/      a folder inside".to_owned());
    }
    set_in.push("ui/   the page".to_owned());
    assert_eq!(
        map(&page(&set_in)),
        Vec::<String>::new(),
        "names with text behind them"
    );
    let mut turned = bare.clone();
    turned.swap(5, 6);
    assert!(
        map(&page(&turned))[0].starts_with("the map has another order"),
        "an order"
    );
    let mut short = bare;
    short.retain(|row| row != "steps");
    assert_eq!(
        map(&page(&short)),
        ["steps is not on the map"],
        "a room too few"
    );
    set_in.insert(4, "  attic/   up there".to_owned());
    assert_eq!(
        map(&page(&set_in)),
        ["attic is on the map and not in the table"],
        "one too many"
    );
    assert_eq!(map("# No map"), ["the page has no fenced block"], "no map");
}
