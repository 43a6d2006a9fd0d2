//! A token of its own beside a connection's narrow one, as both faces show it.

use serde::{Deserialize, Serialize};

/// What a connection has of one kind of token beside its narrow one, such as R2 keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Extra {
    /// Such as `r2-keys`.
    pub id: String,
    /// What it is called, such as "R2 keys".
    pub label: String,
    /// Whether the platform has it.
    pub state: ExtraStanding,
    /// Cloudflare's id of the token; nothing where there is none.
    pub token_id: Option<String>,
    /// Its name.
    pub token_name: Option<String>,
    /// In a sentence: that the platform has it, or why not.
    pub sentence: String,
    /// Names of tokens that nothing uses any more and that may still live, to be deleted in Cloudflare's list.
    pub left: Vec<String>,
}

/// Whether the platform has such a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum ExtraStanding {
    /// It has proved that it has it.
    InUse,
    /// It is made and kept, and the platform has not confirmed it.
    Waiting,
    /// There is none.
    Off,
}
