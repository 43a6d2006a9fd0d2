//! Deliver again: a kept token is handed to the platform once more, and what the connection has beside it goes along.

use super::super::effect::{DELIVER as SEND, DELIVER_EXTRA, NOMINATE};
use super::connect::{DECIDE, END_PASTED, LIGHT};
use super::table::{Back, Course, Fact, Lost, Need, Row};

/// A delivery by itself. Whatever the platform says to it ends the run: the connection shows it.
pub const DELIVER: Course = Course {
    name: "deliver",
    begins: NOMINATE,
    undo: None,
    rows: &[
        LIGHT,
        DECIDE,
        Row {
            word: SEND,
            needs: &[Need::Is(Fact::Current)],
            back: Back::Nothing,
            lost: Lost::AskReceipt,
            waits: false,
        },
        Row {
            word: DELIVER_EXTRA,
            needs: &[Need::Done(SEND)],
            back: Back::Nothing,
            lost: Lost::AskReceipt,
            waits: false,
        },
        END_PASTED,
    ],
};
