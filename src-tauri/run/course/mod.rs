//! Courses: what each task does, step by step, as a table.
//!
//! A row is a step: its word in the journal, what has to be true before it, what takes it back, what a lost answer
//! means, and whether the end of the run waits for it. A run that goes on, one that is taken up and one that is undone
//! read the same rows, and no step is announced in a journal whose rows do not allow it.
//!
//! Enters: a journal, and what was seen of the world. Never: a question to anybody. Everything here is pure, so that a
//! test can walk every state (`tests/it/courses.rs`).

mod connect;
mod deliver;
mod extra;
mod roll;
pub(crate) mod rotate;
mod sweep;
mod table;
mod withdraw;

pub use connect::CONNECT;
pub use deliver::DELIVER;
pub use extra::EXTRA;
pub use roll::ROLL;
pub use rotate::ROTATE;
pub use sweep::SWEEP;
pub use table::{Back, Course, Fact, Facts, Lost, Mark, Marks, Need, Row};
pub use withdraw::{DISCONNECT, TAKE_BACK};

use crate::record::RunKind;
use crate::story::RotationWay;

/// The tables that a journal obeys: the first that has a word speaks for it.
pub type Courses = &'static [&'static Course];

/// Every table.
pub const ALL: Courses = &[
    &CONNECT,
    &ROTATE,
    &ROLL,
    &DISCONNECT,
    &TAKE_BACK,
    &DELIVER,
    &SWEEP,
    &EXTRA,
];

/// The tables of a run of this kind. A rotation goes beside the old token, unless it says otherwise.
pub fn of(kind: RunKind) -> Courses {
    match kind {
        RunKind::Connect => &[&CONNECT, &EXTRA, &TAKE_BACK],
        RunKind::Rotate => of_rotation(RotationWay::Beside),
        RunKind::Disconnect => &[&DISCONNECT],
        RunKind::Deliver => &[&DELIVER],
        RunKind::Sweep => &[&SWEEP],
    }
}

/// The tables of a rotation.
pub fn of_rotation(way: RotationWay) -> Courses {
    match way {
        RotationWay::Beside => &[&ROTATE, &EXTRA],
        RotationWay::InPlace => &[&ROLL],
    }
}

/// Whether a step may be announced, as far as the journal can tell; otherwise what is missing. A word that is in no
/// table may not.
pub(crate) fn admits(courses: Courses, marks: &Marks, word: &str) -> Result<(), Option<Need>> {
    let course = courses.iter().find(|course| course.row(word).is_some());
    let course = course.ok_or(None)?;
    course.may_by_journal(marks, word).map_err(Some)
}
