//! Cards: what the records say, as plain data for the faces.
//!
//! Enters: records, journals, settings. Never: a question to anybody outside, so that the first screen is there at once.

pub(crate) mod connection;
pub(crate) mod dates;
pub(crate) mod extras;
pub(crate) mod found;
pub(crate) mod left_over;
pub(crate) mod profile;
pub(crate) mod watched;

pub use connection::{connection, home};
pub(crate) use extras::extras;
pub(crate) use found::{End, Found};
pub(crate) use left_over::Open;
pub use profile::about;
pub use watched::{reminded, reminders};
