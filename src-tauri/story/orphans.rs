//! Tokens of this installation that nothing uses.

use serde::{Deserialize, Serialize};

use super::broad::Broad;
use super::inspection::Quota;

/// What a look through Cloudflare's list found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Orphans {
    /// Tokens that exist, of the most there may be.
    pub quota: Quota,
    /// Those that bear this installation's mark and that nothing uses, oldest first.
    pub orphans: Vec<Orphan>,
    /// Those that bear it and are in use.
    pub in_use: u32,
}

/// A token of this installation that nothing uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Orphan {
    /// Cloudflare's id.
    pub token_id: String,
    /// Its name.
    pub token_name: String,
    /// Whether it was a one-time token, made through a link of this installation.
    pub one_time: bool,
    /// Cloudflare's word for how it is, such as `active`.
    pub status: String,
    /// When it was made (RFC 3339, UTC), where Cloudflare tells.
    pub issued_on: Option<String>,
    /// How many days ago that is.
    pub age_days: Option<u32>,
    /// When it was last used (RFC 3339, UTC), where Cloudflare tells.
    pub last_used_on: Option<String>,
    /// When it ends by itself (RFC 3339, UTC), if it does.
    pub expires_on: Option<String>,
}

/// What became of tokens that were to be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Swept {
    /// Names of those that were deleted.
    pub deleted: Vec<String>,
    /// Those that were not, and why, a sentence each.
    pub left: Vec<String>,
    /// Tokens that exist now, of the most there may be; nothing where it could not be read again.
    pub quota: Option<Quota>,
    /// What became of the pasted token.
    pub broad: Option<Broad>,
}
