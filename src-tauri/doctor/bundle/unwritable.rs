//! A bundle that cannot be written.

use crate::problem::{Next, Problem};

pub(super) fn unwritable(why: &str) -> Problem {
    Problem::new(
        "bundle-unwritable",
        "The bundle could not be written.",
        "Name a file in a folder that you may write to.",
        Next::ChangeChoices,
    )
    .with_evidence(why)
}
