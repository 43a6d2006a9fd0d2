//! What became of a pasted token.

use serde::{Deserialize, Serialize};

/// What became of the broad token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Broad {
    /// Its state.
    pub state: BroadState,
    /// Milliseconds from the order to destroy it until Cloudflare refused it.
    pub after_ms: Option<u32>,
    /// Its name at Cloudflare, where known, to find it by.
    pub name: Option<String>,
    /// When it dies by itself (RFC 3339, UTC), where it does.
    pub expires_on: Option<String>,
    /// In a sentence.
    pub sentence: String,
}

/// States in which a broad token is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum BroadState {
    /// Cloudflare refuses it.
    Refused,
    /// It will be refused at a known time.
    Expiring,
    /// It lives, and nothing that was tried ended it.
    Alive,
    /// It lives, as was wished.
    Kept,
}
