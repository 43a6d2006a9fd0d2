//! Connect: a token is made, kept, proved and handed over; then the pasted one dies.
//!
//! What was made is deleted again as long as the platform was not sent it. From then on a run that is not to go on is
//! taken back on all three sides ([`TAKE_BACK`](super::TAKE_BACK)).

use super::super::effect::{
    DELIVER, DESTROY, FORGET, FUSE, KEEP, MINT, NOMINATE, PLATFORM, REVOKE, UNDO, UNDO_MINT,
};
use super::table::{Back, Course, Fact, Lost, Need, Row};

/// The pasted token gets an early end.
pub(super) const LIGHT: Row = Row {
    word: FUSE,
    needs: &[Need::Is(Fact::Pasted)],
    back: Back::Itself,
    lost: Lost::Again,
    waits: false,
};

/// What was decided is written down.
pub(super) const DECIDE: Row = Row {
    word: NOMINATE,
    needs: &[],
    back: Back::Nothing,
    lost: Lost::Inside,
    waits: false,
};

/// The pasted token dies.
pub(super) const END_PASTED: Row = Row {
    word: DESTROY,
    needs: &[Need::Is(Fact::Pasted)],
    back: Back::Nothing,
    lost: Lost::AskToken,
    waits: false,
};

/// A token is made under its unique name.
pub(super) const fn make(back: Back) -> Row {
    Row {
        word: MINT,
        needs: &[
            Need::Done(NOMINATE),
            Need::NotDone(MINT),
            Need::NotBegun(UNDO_MINT),
            Need::Is(Fact::Pasted),
            Need::Is(Fact::First),
        ],
        back,
        lost: Lost::LookFor,
        waits: true,
    }
}

/// Its value goes into the vault.
pub(super) const fn store(back: Back) -> Row {
    Row {
        word: KEEP,
        needs: &[
            Need::Done(MINT),
            Need::NotBegun(UNDO_MINT),
            Need::Is(Fact::First),
        ],
        back,
        lost: Lost::Inside,
        waits: true,
    }
}

/// A new connection. That it is on the list is no step of the journal: it is there once it was proved and the delivery
/// was tried.
pub const CONNECT: Course = Course {
    name: "connect",
    begins: MINT,
    undo: Some(UNDO_MINT),
    rows: &[
        LIGHT,
        DECIDE,
        make(Back::By(REVOKE)),
        Row {
            waits: false,
            ..store(Back::By(FORGET))
        },
        Row {
            word: DELIVER,
            needs: &[
                Need::Kept(KEEP),
                Need::NotBegun(UNDO),
                Need::Is(Fact::Proved),
            ],
            back: Back::By(PLATFORM),
            lost: Lost::AskReceipt,
            waits: false,
        },
        Row {
            word: UNDO_MINT,
            needs: &[
                Need::NotBegun(DELIVER),
                Need::Is(Fact::Unlisted),
                Need::Is(Fact::Pasted),
            ],
            back: Back::Nothing,
            lost: Lost::AskToken,
            waits: false,
        },
        END_PASTED,
    ],
};
