//! Sweep: tokens of this installation that nothing uses, listed and deleted.
//!
//! Enters: a pasted token. Never: a token that a connection or an open run knows, or that is not ours.

pub(crate) mod task;

pub use task::Sweep;
