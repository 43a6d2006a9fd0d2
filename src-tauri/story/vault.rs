//! What the vaults keep, and what became of moving it.

use serde::{Deserialize, Serialize};

use super::prepare::VaultReport;
use crate::problem::Problem;
use crate::vault::VaultKind;

/// Where secrets rest on this computer, and which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct VaultPanel {
    /// The vault that was chosen, and its self-test.
    pub vault: VaultReport,
    /// Whether it can be used.
    pub state: VaultState,
    /// Why it cannot, and what to do.
    pub problem: Option<Problem>,
    /// When the self-test was made (RFC 3339, UTC).
    pub tested_on: String,
    /// Where the sealed file lies, or would.
    pub sealed_file: String,
    /// What is kept, by name.
    pub items: Vec<KeptItem>,
    /// What could not be looked into, a sentence each.
    pub notices: Vec<String>,
}

/// Whether a vault can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum VaultState {
    /// It keeps what it is given.
    Open,
    /// It wants its password or passphrase.
    Locked,
    /// It does not work.
    Failed,
}

/// One secret that is kept, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct KeptItem {
    /// What it is, such as "Narrow token".
    pub what: String,
    /// Its name: the token's at Cloudflare, or the platform's address.
    pub name: String,
    /// Whose it is: the account's name.
    pub account: Option<String>,
    /// Where it rests.
    pub place: VaultKind,
    /// Whether it is there.
    pub state: ItemState,
}

/// Whether something is where it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum ItemState {
    /// It is there.
    Kept,
    /// It should be there and is not.
    Missing,
    /// It should be there; nobody could look.
    Unseen,
    /// It is there, and no connection uses it.
    Stray,
}

/// What a move between vaults came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Moved {
    /// Where everything rests now.
    pub to: VaultKind,
    /// What was copied and proved, by name.
    pub moved: Vec<String>,
    /// Old copies that could not be deleted, by name.
    pub left: Vec<String>,
    /// In a sentence.
    pub sentence: String,
    /// Why the old copies could not be deleted, and what to do.
    pub problem: Option<Problem>,
}
