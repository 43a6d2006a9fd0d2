//! The shape of the house: which room may know which, checked against the sources' own imports and paths.
//!
//! Needs nothing of the product but its text.

pub(crate) mod graph;
mod seeded;
mod tree;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use tree::{Sources, Tree};

/// How the rooms of one line stand to one another.
#[derive(Clone, Copy, PartialEq)]
enum Among {
    /// None imports another.
    Strangers,
    /// The same; they are what a person asks for, and meet only in what lies below them.
    Tasks,
    /// The floor: any may import any, but not in a circle.
    Floor,
}

/// The rooms, from the top down. A room may import those of lower lines.
const ROOMS: &[(Among, &[&str])] = &[
    (Among::Strangers, &["main"]),
    (Among::Strangers, &["cli", "desktop"]),
    (Among::Strangers, &["start"]),
    (Among::Strangers, &["doctor"]),
    (Among::Strangers, &["resume", "watch"]),
    (
        Among::Tasks,
        &[
            "connect",
            "rotate",
            "disconnect",
            "redeliver",
            "sweep",
            "keep",
        ],
    ),
    (Among::Strangers, &["steps"]),
    (Among::Strangers, &["cards"]),
    (Among::Strangers, &["choose"]),
    (Among::Strangers, &["run"]),
    (Among::Strangers, &["story"]),
    (Among::Strangers, &["proof"]),
    (Among::Strangers, &["profile"]),
    (
        Among::Strangers,
        &["cloudflare", "platform", "vault", "record"],
    ),
    (
        Among::Floor,
        &["http", "calls", "random", "problem", "secret"],
    ),
];

/// Rooms that may import less than all that is below them.
const NARROWER: &[(&str, &[&str])] = &[(
    "story",
    &[
        "profile",
        "cloudflare",
        "vault",
        "record",
        "problem",
        "secret",
    ],
)];

/// The root of the library: below the faces, above every room that it declares.
const LIBRARY: &str = "lib";

/// How many of the paths between two files are told.
const MOST_NAMED: usize = 6;

/// The one room that knows the window.
const WINDOW: &str = "desktop";

/// One house: its files, and what is drawn between them.
pub(crate) struct House {
    sources: Sources,
    pub(crate) tree: Tree,
}

impl House {
    /// Reads the sources of the project in a folder.
    pub(crate) fn open(project: &Path) -> Self {
        let mut sources = Sources::new();
        let folder = project.join("src-tauri");
        gather(&folder, "", &mut sources);
        assert!(!sources.is_empty(), "no sources in {}", folder.display());
        Self::of(sources)
    }

    fn of(sources: Sources) -> Self {
        let tree = Tree::read(&sources);
        Self { sources, tree }
    }

    /// How large it is, and how many arrows break a rule.
    pub(crate) fn summary(&self) -> String {
        format!(
            "house: {} rooms, {} files, {} arrows, {} circles, {} up, {} across, {} between tasks",
            self.rooms().len(),
            self.tree.words.len(),
            self.tree.arrows.len(),
            self.circles().len(),
            self.up().len(),
            self.across().len(),
            self.between_tasks().len(),
        )
    }

    fn rooms(&self) -> BTreeSet<&str> {
        let rooms = self.sources.keys().map(|file| room(file));
        rooms
            .filter(|room| *room != LIBRARY && *room != "build")
            .collect()
    }

    /// Every circle of files, and every circle of rooms on the floor, each with what draws it.
    pub(crate) fn circles(&self) -> Vec<String> {
        let arrows = &self.tree.arrows;
        let files = graph::circles(arrows.keys().map(|(from, to)| (&**from, &**to)));
        let rooms = graph::circles(arrows.keys().filter_map(|(from, to)| {
            let (from, to) = (room(from), room(to));
            let floor = |room| matches!(line(room), Some((_, Among::Floor)));
            (from != to && floor(from) && floor(to)).then_some((from, to))
        }));
        let tell = |circle: &[&str], of: &str, name: fn(&str) -> &str| {
            let mut told = format!("circle of {} {of}: {}", circle.len(), circle.join(" "));
            for (from, to) in arrows.keys() {
                let (a, b) = (name(from), name(to));
                if a != b && circle.contains(&a) && circle.contains(&b) {
                    let _ = write!(told, "\n    {}", self.arrow(from, to));
                }
            }
            told
        };
        let files = files
            .iter()
            .map(|circle| tell(circle, "files", |file| file));
        let rooms = rooms.iter().map(|circle| tell(circle, "rooms", room));
        files.chain(rooms).collect()
    }

    /// Arrows into a higher line.
    pub(crate) fn up(&self) -> Vec<String> {
        self.between(|(from, _), (to, _)| to < from)
    }

    /// Arrows between two rooms of one line that are strangers.
    pub(crate) fn across(&self) -> Vec<String> {
        self.between(|(from, among), (to, _)| from == to && among == Among::Strangers)
    }

    /// Arrows from one task into another.
    pub(crate) fn between_tasks(&self) -> Vec<String> {
        self.between(|(from, among), (to, _)| from == to && among == Among::Tasks)
    }

    /// Arrows down into a room that this one does without.
    pub(crate) fn beyond(&self) -> Vec<String> {
        self.arrows(|from, to| {
            let below = |room| line(room).map(|(below, _)| below);
            let narrower = NARROWER.iter().find(|(room, _)| *room == from);
            narrower.is_some_and(|(_, may)| below(from) < below(to) && !may.contains(&to))
        })
    }

    fn between(&self, wrong: fn((usize, Among), (usize, Among)) -> bool) -> Vec<String> {
        self.arrows(|from, to| match (line(from), line(to)) {
            (Some(from), Some(to)) => wrong(from, to),
            _ => false,
        })
    }

    fn arrows(&self, wrong: impl Fn(&str, &str) -> bool) -> Vec<String> {
        let arrows = self.tree.arrows.keys();
        let wrong = arrows.filter(|(from, to)| {
            let (from, to) = (room(from), room(to));
            from != to && wrong(from, to)
        });
        wrong.map(|(from, to)| self.arrow(from, to)).collect()
    }

    fn arrow(&self, from: &str, to: &str) -> String {
        let said = &self.tree.arrows[&(from.to_owned(), to.to_owned())];
        let first: Vec<_> = said.iter().take(MOST_NAMED).map(String::as_str).collect();
        let more = match said.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        format!("{from} -> {to}   ({}{more})", first.join(", "))
    }

    /// Files outside the window's room that name what draws it.
    pub(crate) fn windows(&self) -> Vec<String> {
        let files = self.tree.words.iter();
        let named = files.filter(|(file, _)| room(file) != WINDOW);
        named
            .filter_map(|(file, words)| {
                let word = words
                    .iter()
                    .find(|word| *word == "tauri" || word.starts_with("tauri_"))?;
                Some(format!("{file} names {word}"))
            })
            .collect()
    }

    /// Rooms without one documented door, rooms that are missing or unknown, and files that belong nowhere.
    pub(crate) fn doors(&self) -> Vec<String> {
        let mut wrong = self.tree.strays.clone();
        let there = self.rooms();
        for name in ROOMS.iter().flat_map(|(_, rooms)| *rooms) {
            if !there.contains(name) {
                wrong.push(format!("{name} stands in the table and is not there"));
            }
        }
        for name in there {
            if line(name).is_none() {
                wrong.push(format!("{name} is a room that does not stand in the table"));
            }
            let doors = [format!("{name}.rs"), format!("{name}/mod.rs")];
            let doors: Vec<_> = doors
                .iter()
                .filter_map(|door| self.sources.get_key_value(door))
                .collect();
            match doors[..] {
                [(_, text)] if text.starts_with("//!") => {}
                [(door, _)] => wrong.push(format!("{door} does not begin with a `//!`")),
                [] => wrong.push(format!("{name} has no door")),
                _ => wrong.push(format!("{name} has two doors")),
            }
        }
        wrong
    }

    /// Whatever breaks a rule, under the rule's name.
    pub(crate) fn faults(&self) -> Vec<(&'static str, Vec<String>)> {
        vec![
            ("circles", self.circles()),
            ("arrows up", self.up()),
            ("arrows across", self.across()),
            ("arrows between tasks", self.between_tasks()),
            ("arrows beyond what a room may know", self.beyond()),
            ("windows outside desktop", self.windows()),
            ("doors", self.doors()),
        ]
    }
}

/// How the map of a page differs from the table: its fenced block that names most rooms, a line each or several, with
/// any text behind the names.
pub(crate) fn map(page: &str) -> Vec<String> {
    let table: Vec<_> = ROOMS
        .iter()
        .flat_map(|(_, rooms)| *rooms)
        .copied()
        .collect();
    let blocks = page.split("\n```").skip(1).step_by(2).map(named);
    let known = |names: &Vec<String>| {
        names
            .iter()
            .filter(|name| table.contains(&&***name))
            .count()
    };
    let Some(named) = blocks.max_by_key(known) else {
        return vec!["the page has no fenced block".to_owned()];
    };
    let mut wrong = Vec::new();
    for name in &table {
        if !named.iter().any(|one| one == name) {
            wrong.push(format!("{name} is not on the map"));
        }
    }
    for name in &named {
        if !table.contains(&&**name) {
            wrong.push(format!("{name} is on the map and not in the table"));
        }
    }
    if wrong.is_empty() && named != table {
        wrong.push(format!("the map has another order: {}", named.join(" ")));
    }
    wrong
}

/// The rooms that a block names, which are the lines that are set in as far as the one of `main`.
fn named(block: &str) -> Vec<String> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let lines = block.lines().skip(1).filter(|line| !line.trim().is_empty());
    let lines: Vec<_> = lines
        .skip_while(|line| names(line).first().is_none_or(|name| name != "main"))
        .collect();
    let first = lines.first().map_or(0, |line| depth(line));
    lines
        .iter()
        .take_while(|line| depth(line) >= first)
        .filter(|line| depth(line) == first)
        .flat_map(|line| names(line))
        .filter(|name| name != LIBRARY)
        .collect()
}

/// The names at the start of a line: all that end as a folder or a file does, or else all that are rooms.
fn names(line: &str) -> Vec<String> {
    let words = line.split_whitespace();
    let marked = |word: &str| word.ends_with('/') || word.strip_suffix(".rs").is_some();
    let bare = |word: &str| {
        word.trim_end_matches('/')
            .trim_end_matches(".rs")
            .to_owned()
    };
    if words.clone().next().is_some_and(marked) {
        return words.take_while(|word| marked(word)).map(bare).collect();
    }
    let known = |word: &&str| self::line(word).is_some();
    words.take_while(known).map(str::to_owned).collect()
}

/// The room that a file is in.
fn room(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// Where a room stands, counted from the top, and how it stands to its neighbours.
fn line(room: &str) -> Option<(usize, Among)> {
    let below = |room| ROOMS.iter().position(|(_, rooms)| rooms.contains(&room));
    if room == LIBRARY {
        // Between the faces and what the library declares.
        return Some((2 * below(WINDOW)? + 1, Among::Strangers));
    }
    let at = below(room)?;
    Some((2 * at, ROOMS[at].0))
}

fn gather(folder: &Path, below: &str, sources: &mut Sources) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = format!("{below}{}", name.to_string_lossy());
        if path.is_dir() {
            gather(&path, &format!("{name}/"), sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source is readable");
            sources.insert(name, text);
        }
    }
}

static HOUSE: LazyLock<House> =
    LazyLock::new(|| House::open(Path::new(env!("CARGO_MANIFEST_DIR"))));

fn none(wrong: &[String], rule: &str) {
    assert!(wrong.is_empty(), "{rule}:\n  {}\n", wrong.join("\n  "));
}

#[test]
fn no_files_import_one_another_in_a_circle() {
    eprintln!("{}", HOUSE.summary());
    none(&HOUSE.circles(), "imports run in no circle");
}

#[test]
fn no_room_imports_one_that_is_above_or_beside_it() {
    none(&HOUSE.up(), "imports run downward");
    none(&HOUSE.across(), "rooms of one line are strangers");
}

#[test]
fn no_task_imports_another() {
    none(&HOUSE.between_tasks(), "tasks meet in what is below them");
}

#[test]
fn a_room_that_needs_few_others_imports_no_more() {
    none(&HOUSE.beyond(), "some rooms know less than all below");
}

#[test]
fn only_the_desktop_knows_the_window() {
    none(&HOUSE.windows(), "the window is named in its own room");
}

#[test]
fn every_room_stands_in_the_table_and_has_one_door_that_says_what_it_is() {
    none(&HOUSE.doors(), "a room has a place and a door");
}

#[test]
fn the_map_in_the_architecture_names_these_rooms_in_this_order() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let page = fs::read_to_string(page).expect("the page");
    none(&map(&page), "the map shows the house");
}
