//! What is remembered without secrets: settings, runs and their journal, offered links, connections, activity,
//! diagnoses, checks and reminders.
//!
//! One SQLite file, `narrows.db`. What enters: ids, names, times, fingerprints, policies. What never does: a value that
//! opens anything. There is no column for one, and no type here can hold a [`Secret`](crate::secret::Secret).
//!
//! Whatever was answered with `Ok` is on the disk: each call is a transaction that is synced. Calls block for the few
//! milliseconds that this takes, or for up to five seconds while another process writes. Times are kept in UTC and to
//! the millisecond.

mod activity;
mod column;
mod connection;
mod diagnosis;
mod error;
mod extra;
mod lock;
mod run;
mod schema;
mod store;
mod watch;
mod window;

pub use activity::{Activity, Chain, Line, Page, Row};
pub use connection::Connection;
pub use diagnosis::KeptDiagnosis;
pub use error::Error;
pub use extra::{Extra, ExtraState, ExtraToken};
pub use lock::RunLock;
pub use run::{Entry, NewRun, Offer, Phase, Run, RunKind};
pub use store::Record;
pub use watch::{KeptCheck, Watch};
pub use window::Place;

#[cfg(test)]
mod tests;
