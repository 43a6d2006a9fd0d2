//! How a connection ends: three truths, each for itself.

use serde::{Deserialize, Serialize};

use super::broad::Broad;
use super::choices::BroadWish;

/// Where one side of a disconnect stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum TruthState {
    /// The platform has no such connection any more.
    Deleted,
    /// The platform was not reached yet; it is asked again.
    Queued,
    /// There was nothing: no platform has it, or no token was made.
    None,
    /// Nothing of it is kept on this computer.
    Forgotten,
    /// The token's value stays in the vault, so that Cloudflare can be asked whether it still works.
    Kept,
    /// Cloudflare refuses the token.
    Revoked,
    /// The token may still work at Cloudflare.
    Open,
}

impl TruthState {
    /// Whether something is left to do.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Kept | Self::Open)
    }
}

/// One side of a disconnect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Truth {
    /// Where it stands.
    pub state: TruthState,
    /// The same in a sentence.
    pub sentence: String,
    /// Since when (RFC 3339, UTC); nothing while it is open.
    pub at: Option<String>,
}

/// The three truths of a disconnect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Truths {
    /// Deleted at the platform?
    pub platform: Truth,
    /// Forgotten here?
    pub local: Truth,
    /// Revoked at Cloudflare?
    pub cloudflare: Truth,
}

impl Truths {
    /// Whether something is left to do.
    pub fn is_open(&self) -> bool {
        [&self.platform, &self.local, &self.cloudflare]
            .iter()
            .any(|truth| truth.state.is_open())
    }
}

/// What a person wants at the end of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(default, deny_unknown_fields)]
pub struct Farewell {
    /// What becomes of the pasted token, where one was pasted.
    pub broad: BroadWish,
    /// Forget everything here, also what is still open: then nothing can be checked from here any more.
    pub forget: bool,
}

/// How a disconnect ended, or where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Disconnected {
    /// The run; it stays open while one of the truths is.
    pub run: String,
    /// The connection that it was.
    pub connection_id: String,
    /// The platform's name.
    pub platform_name: String,
    /// The account's name.
    pub account_name: String,
    /// The narrow token's name at Cloudflare, to find it by.
    pub token_name: String,
    /// Cloudflare's page on which it can be deleted by hand.
    pub token_list: String,
    /// The three truths.
    #[serde(flatten)]
    pub truths: Truths,
    /// What became of the pasted token, where one was pasted.
    pub broad: Option<Broad>,
    /// Whether something is left to do.
    pub open: bool,
    /// What does not change: sites that were deployed stay up.
    pub sites: String,
}
