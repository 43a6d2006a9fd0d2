//! What can this token do? Plans the questions, asks them, judges each answer.
//!
//! In comes a client that holds the token in question, and what the token is meant to be allowed. Out comes, for
//! each question, what was expected, what was answered, and whether the two agree. Questions are reads and change
//! nothing. A read that is answered proves Read; it never proves Write.

mod ask;
pub mod endpoints;
mod judge;
mod plan;

pub use ask::{Answered, Pace, READY_AFTER, Readiness, ask_all, ask_until_ready};
pub use endpoints::{ENDPOINTS, Endpoint, Place};
pub use judge::{Verdict, judge};
pub use plan::{Plan, Question, Where, plan};
