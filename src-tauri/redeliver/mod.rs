//! Redeliver: a kept narrow token handed to the platform once more.
//!
//! Enters: a connection. Leaves: the connection as it stands then. Never: a token that a rotation waits with.

pub(crate) mod again;

pub(crate) use again::Again;
pub use again::rename;
