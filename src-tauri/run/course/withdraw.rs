//! The end of a connection, and of a connect that was cut off, on three sides: the platform first, so that it does not
//! go on with a token that is about to die; then Cloudflare; then this computer, which keeps the value for as long as
//! Cloudflare has to be asked with it.
//!
//! Each side is tried whatever became of the one before, and the run waits for all three.

use super::super::effect::{FORGET, NOMINATE, PLATFORM, REVOKE, UNDO};
use super::connect::{DECIDE, END_PASTED, LIGHT};
use super::table::{Back, Course, Fact, Lost, Need, Row};

const TOKEN: Row = Row {
    word: REVOKE,
    needs: &[Need::Is(Fact::Unlisted)],
    back: Back::Never,
    lost: Lost::AskToken,
    waits: true,
};

const VALUES: Row = Row {
    word: FORGET,
    needs: &[Need::Is(Fact::Unlisted), Need::Is(Fact::Unneeded)],
    back: Back::Never,
    lost: Lost::Inside,
    waits: true,
};

/// The end of a connection. Until its token dies it can be put back on the list.
pub const DISCONNECT: Course = Course {
    name: "disconnect",
    begins: NOMINATE,
    undo: None,
    rows: &[
        LIGHT,
        DECIDE,
        Row {
            word: PLATFORM,
            needs: &[Need::Done(NOMINATE)],
            back: Back::By(UNDO),
            lost: Lost::Again,
            waits: true,
        },
        TOKEN,
        VALUES,
        Row {
            word: UNDO,
            needs: &[Need::Is(Fact::Kept), Need::Is(Fact::Lives)],
            back: Back::Nothing,
            lost: Lost::Inside,
            waits: false,
        },
        END_PASTED,
    ],
};

/// A connect that was cut off is taken back. That it is comes first: from then on nobody finishes it.
pub const TAKE_BACK: Course = Course {
    name: "take-back",
    begins: UNDO,
    undo: None,
    rows: &[
        Row {
            word: UNDO,
            needs: &[],
            back: Back::Never,
            lost: Lost::Inside,
            waits: false,
        },
        Row {
            word: PLATFORM,
            needs: &[Need::Done(UNDO)],
            back: Back::Never,
            lost: Lost::Again,
            waits: true,
        },
        TOKEN,
        VALUES,
        END_PASTED,
    ],
};
