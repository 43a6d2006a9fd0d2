//! One run at a time for an account, and for itself.

use crate::problem::{Next, Problem};

pub(crate) fn another_run() -> Problem {
    Problem::new(
        "run-open",
        "Another window or command of Narrows is at work on this account right now.",
        "Let it finish or close it, then try again.",
        Next::Retry,
    )
}
