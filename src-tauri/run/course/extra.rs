//! A token of its own beside the narrow one: made within a connect or a rotation, once the platform has the connection.
//! It never holds up the run that it is made in.

use super::super::effect::{
    DELIVER, DELIVER_EXTRA, FORGET_EXTRA, KEEP_EXTRA, MINT_EXTRA, NOTE_EXTRA, REVOKE_EXTRA,
};
use super::table::{Back, Course, Fact, Lost, Need, Row};

/// A token of its own. `revoke-extra` and `forget-extra` end the one before it, and one that did not come about.
pub const EXTRA: Course = Course {
    name: "extra",
    begins: MINT_EXTRA,
    undo: None,
    rows: &[
        Row {
            word: MINT_EXTRA,
            needs: &[
                Need::Done(DELIVER),
                Need::NotBegun(NOTE_EXTRA),
                Need::Is(Fact::Pasted),
                Need::Is(Fact::First),
            ],
            back: Back::By(REVOKE_EXTRA),
            lost: Lost::LookFor,
            waits: false,
        },
        Row {
            word: KEEP_EXTRA,
            needs: &[Need::Done(MINT_EXTRA), Need::Is(Fact::First)],
            back: Back::By(FORGET_EXTRA),
            lost: Lost::Inside,
            waits: false,
        },
        Row {
            word: DELIVER_EXTRA,
            needs: &[Need::Kept(KEEP_EXTRA), Need::Is(Fact::Proved)],
            back: Back::By(REVOKE_EXTRA),
            lost: Lost::AskReceipt,
            waits: false,
        },
        Row {
            word: REVOKE_EXTRA,
            needs: &[Need::Is(Fact::Unused)],
            back: Back::Nothing,
            lost: Lost::AskToken,
            waits: false,
        },
        Row {
            word: FORGET_EXTRA,
            needs: &[Need::Done(REVOKE_EXTRA)],
            back: Back::Nothing,
            lost: Lost::Inside,
            waits: false,
        },
        Row {
            word: NOTE_EXTRA,
            needs: &[Need::Is(Fact::Named)],
            back: Back::Nothing,
            lost: Lost::Inside,
            waits: false,
        },
    ],
};
