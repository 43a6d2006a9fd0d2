//! What stands in a bundle.

use crate::doctor::story::{Comparison, Diagnosis};
use crate::vault::VaultKind;
use serde::{Deserialize, Serialize};

/// Everything that support gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// The version of this format.
    pub format: u32,
    /// When it was made (RFC 3339, UTC).
    pub made_on: String,
    /// Version of Narrows.
    pub version: String,
    /// Whether any address stands in for Cloudflare's.
    pub sandbox: bool,
    /// The computer.
    pub system: System,
    /// Where secrets rest, and whether that works.
    pub vault: VaultState,
    /// How many connections there are.
    pub connections: u32,
    /// Whether account and zone ids stand in it whole.
    pub full_ids: bool,
    /// The diagnosis, with the time that each request took.
    pub diagnosis: Diagnosis,
    /// The diagnosis held against the one before, if there was one.
    pub comparison: Option<Comparison>,
    /// What was done last, newest first.
    pub activity: Vec<Line>,
}

/// The computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// Such as `linux`.
    pub os: String,
    /// Such as `x86_64`.
    pub arch: String,
    /// Whether a proxy is set in the environment; never its address.
    pub proxy: bool,
}

/// Where secrets rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultState {
    /// Keychain or sealed file.
    pub kind: VaultKind,
    /// The store's own name; of a sealed file no path, which names the person.
    pub store: String,
    /// Whether what is kept outlives this session; nothing where the store does not tell.
    pub persists: Option<bool>,
    /// Milliseconds that the self-test took; nothing where it failed.
    pub self_test_ms: Option<u32>,
    /// Why the self-test failed: the problem's code.
    pub self_test_failed: Option<String>,
}

/// A line of the activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When (RFC 3339, UTC).
    pub at: String,
    /// What was done.
    pub what: String,
    /// To what.
    pub subject: String,
    /// How it went.
    pub result: String,
    /// The other side's id of the request.
    pub request: Option<String>,
}
