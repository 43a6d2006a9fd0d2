//! What a run tells: the words that the window and the command line share.
//!
//! Everything here is data without secrets; the page's types are made from it.

use serde::{Deserialize, Serialize};

use super::broad::Broad;
use super::extra::Extra;
use super::profile::Kept;
use super::proof::{Check, Grant, Score};
use super::step::Step;
use crate::cloudflare::TokenKind;
use crate::problem::Problem;
use crate::secret::Fingerprint;
use crate::vault::VaultKind;

/// Where the platform stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// It holds the token and gave a receipt.
    Accepted,
    /// The profile has no platform.
    Skipped,
    /// No answer came; it may hold the token.
    Unknown,
    /// It refused the token.
    Refused,
}

/// How connect ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Outcome {
    /// Proved, delivered (or without a platform), kept.
    Connected(Box<Connected>),
    /// Proved and kept, but the platform has not confirmed it; can be delivered again.
    Pending(Box<Pending>),
    /// Stopped on the way; what could be undone was.
    Stopped(Box<Stopped>),
}

/// The whole result of a connect that came through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Connected {
    /// The connection's id here and at the platform.
    pub connection_id: String,
    /// The profile.
    pub profile: String,
    /// Account id.
    pub account_id: String,
    /// Account name.
    pub account_name: String,
    /// Project name, where the profile has one.
    pub project: Option<String>,
    /// Whether that project exists at Cloudflare; nothing where it was not asked or not answered.
    pub project_exists: Option<bool>,
    /// Cloudflare's id of the narrow token.
    pub token_id: String,
    /// Its name.
    pub token_name: String,
    /// Its kind.
    pub token_kind: TokenKind,
    /// Its public name here.
    pub fingerprint: Fingerprint,
    /// When it lapses (RFC 3339, UTC), if it does.
    pub expires_on: Option<String>,
    /// What was asked for, sorted.
    pub requested: Vec<Grant>,
    /// What Cloudflare says it gave, sorted.
    pub granted: Vec<Grant>,
    /// What it can do.
    pub can: Score,
    /// What it cannot do.
    pub cannot: Score,
    /// Each check with its evidence.
    pub checks: Vec<Check>,
    /// Where the platform stands.
    pub delivery: Delivery,
    /// Short code that the platform shows too; nothing without a platform.
    pub receipt_code: Option<String>,
    /// Tokens of their own that were asked for beside the narrow one, such as R2 keys.
    pub extras: Vec<Extra>,
    /// What became of the broad token.
    pub broad: Broad,
    /// Where the narrow token rests here.
    pub vault: VaultKind,
    /// What is kept, and where; made from what was really stored.
    pub kept: Vec<Kept>,
    /// What else should be known, a sentence each.
    pub notices: Vec<String>,
    /// Longest chain of requests from paste to connected.
    pub rounds: u32,
    /// Milliseconds of the same span.
    pub elapsed_ms: u32,
}

/// A connect whose delivery the platform has not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Pending {
    /// Everything else of the result.
    #[serde(flatten)]
    pub result: Connected,
    /// Why it is not confirmed, and what to do.
    pub problem: Problem,
}

/// A connect that stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Stopped {
    /// Where.
    pub step: Step,
    /// Why, and what to do.
    pub problem: Problem,
    /// What was undone, a sentence each.
    pub undone: Vec<String>,
    /// What still stands, a sentence each.
    pub stands: Vec<String>,
    /// What became of the broad token.
    pub broad: Option<Broad>,
}
