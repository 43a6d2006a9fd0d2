//! Connect: from a pasted broad token to a narrow one that is proved, delivered and kept.
//!
//! Enters: what was chosen and pasted. Leaves: an [`Outcome`](crate::story::Outcome), told step by step. Never: another
//! task.

pub(crate) mod bootstrap;
pub(crate) mod finish;
pub(crate) mod task;

pub use task::{Choosing, Connect};
