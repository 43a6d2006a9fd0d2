//! Exit codes, as `narrows --help` and the README list them.

use narrows_core::problem::{Next, Problem};

/// Done.
pub(crate) const DONE: u8 = 0;
/// Stopped by something expected, or something needs the user.
pub(crate) const STOPPED: u8 = 1;
/// The pasted token cannot be used.
pub(crate) const TOKEN: u8 = 2;
/// No answer, or no confirmation.
pub(crate) const UNKNOWN: u8 = 3;
/// Wrong usage.
pub(crate) const USAGE: u8 = 64;
/// A fault of Narrows itself.
pub(crate) const FAULT: u8 = 70;

/// The code of a problem, told by its next action: what helps says what kind it is.
pub(crate) fn of(problem: &Problem) -> u8 {
    match (problem.next, problem.code.as_str()) {
        (
            _,
            "address-refused"
            | "environment-unreadable"
            | "no-home"
            | "profile-invalid"
            | "profile-not-found",
        ) => USAGE,
        (_, "no-randomness") => FAULT,
        (Next::PasteAgain | Next::OpenTokenPage, _) => TOKEN,
        (Next::ChangeChoices, _) => USAGE,
        (Next::Retry, "narrow-not-ready" | "granted-differs" | "run-open") => STOPPED,
        (Next::DeliverAgain | Next::Retry, _) => UNKNOWN,
        _ => STOPPED,
    }
}
