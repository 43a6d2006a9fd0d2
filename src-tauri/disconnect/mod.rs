//! Disconnect: the end of a connection, on three sides.
//!
//! Enters: a connection, and a pasted token where there is one. Leaves: three truths. Never: another task.

pub(crate) mod task;

pub use task::Disconnect;
