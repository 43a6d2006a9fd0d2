//! Rotate in place: the token keeps its id and gets a new value. The old value dies with the order, so nothing is
//! undone.

use super::super::effect::{DELIVER, KEEP, NOMINATE, ROLL as ORDER, SWAP};
use super::connect::{DECIDE, END_PASTED, LIGHT};
use super::table::{Back, Course, Fact, Lost, Need, Row};

/// A new value in the place of the old one. The value is in the vault before the order counts as done, so `keep` is a
/// note and no step.
pub const ROLL: Course = Course {
    name: "roll",
    begins: ORDER,
    undo: None,
    rows: &[
        LIGHT,
        DECIDE,
        Row {
            word: ORDER,
            needs: &[
                Need::Done(NOMINATE),
                Need::NotBegun(ORDER),
                Need::Is(Fact::Pasted),
            ],
            back: Back::Never,
            lost: Lost::Gone,
            waits: false,
        },
        Row {
            word: KEEP,
            needs: &[],
            back: Back::Never,
            lost: Lost::Inside,
            waits: false,
        },
        Row {
            word: SWAP,
            needs: &[Need::Kept(ORDER)],
            back: Back::Never,
            lost: Lost::Inside,
            waits: true,
        },
        Row {
            word: DELIVER,
            needs: &[Need::Kept(ORDER)],
            back: Back::Never,
            lost: Lost::AskReceipt,
            waits: false,
        },
        END_PASTED,
    ],
};
