//! What can this token do? Plans the questions, asks them, judges each answer.
//!
//! In comes a client that holds the token in question, and what the token is meant to be allowed. Out comes, for
//! each question, what was expected, what was answered, and whether the two agree. Questions are reads and change
//! nothing. A read that is answered proves Read; it never proves Write. Whoever asks for it gets writes as well
//! ([`writes`]): on things that cannot exist, so that they change nothing either.

mod ask;
pub mod endpoints;
mod judge;
mod plan;
pub mod writes;

pub use ask::{
    Answered, LONGEST_PAUSE, Pace, READY_AFTER, Readiness, ask_all, ask_each, ask_until_ready,
};
pub use endpoints::{ENDPOINTS, Endpoint, Place};
pub use judge::{Verdict, judge, judge_write};
pub use plan::{Plan, Question, Where, plan};
