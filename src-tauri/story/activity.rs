//! The log of what was done, as it is read and handed on.

use serde::{Deserialize, Serialize};

/// One thing that was done, as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ActivityRow {
    /// Its place: 1, 2, 3 and so on.
    pub seq: u32,
    /// When (RFC 3339, UTC, to the millisecond).
    pub at: String,
    /// The run that did it, where it was part of one.
    pub run: Option<String>,
    /// What was done, such as "mint token".
    pub what: String,
    /// To what, such as the token's name.
    pub subject: String,
    /// How it went, such as "made".
    pub result: String,
    /// The other side's id of the request, such as Cloudflare's ray.
    pub request: Option<String>,
    /// The hash over this row and the hash before it, in lower-case hexadecimal.
    pub hash: String,
}

/// A part of the log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ActivityPage {
    /// Its rows.
    pub rows: Vec<ActivityRow>,
    /// Rows that there are in all, or in which the searched words stand.
    pub total: u32,
    /// The newest place that this list knows; given back, later pages fit to this one.
    pub newest: u32,
}

/// What a check of the whole chain found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ChainReport {
    /// Whether every hash is what it should be.
    pub holds: bool,
    /// Rows that are there.
    pub rows: u32,
    /// The first place where the chain does not hold; nothing where all of it does.
    pub first_bad: Option<u32>,
    /// Milliseconds that the check took.
    pub elapsed_ms: u32,
    /// In a sentence.
    pub sentence: String,
}

/// A log that was written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ActivityExport {
    /// The file's path.
    pub path: String,
    /// The check of what was written.
    pub chain: ChainReport,
}
