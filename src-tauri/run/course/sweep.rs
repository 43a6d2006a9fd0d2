//! Sweep: tokens of this installation that nothing uses are deleted, each asked for once more right before.

use super::super::effect::SWEEP as DELETE;
use super::connect::{END_PASTED, LIGHT};
use super::table::{Back, Course, Fact, Lost, Need, Row};

/// Tokens that nothing uses. One that is not deleted is met again the next time, so no end waits for it.
pub const SWEEP: Course = Course {
    name: "sweep",
    begins: DELETE,
    undo: None,
    rows: &[
        LIGHT,
        Row {
            word: DELETE,
            needs: &[Need::Is(Fact::Pasted), Need::Is(Fact::Unused)],
            back: Back::Nothing,
            lost: Lost::Again,
            waits: false,
        },
        END_PASTED,
    ],
};
