//! Where a run stopped, and why.

use crate::problem::{Next, Problem};
use crate::story::Step;

/// Where a run stopped, and why.
pub(crate) struct Stop {
    pub step: Step,
    pub problem: Problem,
}

/// The stop of a step that a problem ended.
pub(crate) fn at(step: Step) -> impl FnOnce(Problem) -> Stop {
    move |problem| Stop { step, problem }
}

/// The code of a run that its person stopped.
pub(crate) const CANCELLED: &str = "cancelled";

/// What a run that a person stopped ends with.
pub fn cancelled() -> Problem {
    Problem::new(
        CANCELLED,
        "You stopped the run.",
        "Start again when you like.",
        Next::StartOver,
    )
}
