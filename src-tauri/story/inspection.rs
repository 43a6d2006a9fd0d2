//! Who the pasted token is, and what it sees.

use serde::{Deserialize, Serialize};

use crate::cloudflare::TokenKind;

/// Steps 4 and 5: who the pasted token is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Inspection {
    /// Cloudflare's id of the pasted token.
    pub token_id: String,
    /// Its name at Cloudflare, where it could be read.
    pub token_name: Option<String>,
    /// Whose token it is; the narrow one will be of the same kind.
    pub token_kind: TokenKind,
    /// Whether it was made through this run's link. Only then is it destroyed without asking.
    pub ours: bool,
    /// When the broad token dies by itself (RFC 3339, UTC), once its fuse is lit.
    pub expires_on: Option<String>,
    /// Accounts that it sees, by name.
    pub accounts: Vec<AccountChoice>,
    /// Tokens that exist of the most there may be, where that could be read.
    pub quota: Option<Quota>,
    /// How many tokens of this installation are used by nothing, among those that were listed.
    pub orphans: u32,
    /// What should be known before going on, a sentence each.
    pub notices: Vec<String>,
}

/// An account that can be nominated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct AccountChoice {
    /// Cloudflare's id, 32 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The connection that this installation already has on it with this profile, by id.
    pub connected: Option<String>,
}

/// A zone that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ZoneChoice {
    /// Cloudflare's id, 32 hexadecimal digits.
    pub id: String,
    /// The domain.
    pub name: String,
}

/// How many tokens there are, and may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Quota {
    /// Tokens that exist.
    pub used: u32,
    /// Most there may be.
    pub of: u32,
}
