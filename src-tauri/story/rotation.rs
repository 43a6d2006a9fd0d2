//! What a rotation tells: the words that the window and the command line share.

use serde::{Deserialize, Serialize};

use super::broad::Broad;
use super::choices::BroadWish;
use super::extra::Extra;
use super::outcome::Delivery;
use super::proof::{Check, Grant, Score};
use super::step::{Progress, Step};
use crate::cloudflare::TokenKind;
use crate::problem::Problem;
use crate::secret::Fingerprint;
use crate::vault::VaultKind;

/// What the person chooses for a rotation. Everything else stays as it was chosen for the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(default, deny_unknown_fields)]
pub struct RotationChoices {
    /// Take the profile's policy as it is now, in place of the one that the old token has.
    pub profile_policy: bool,
    /// Give the old token a new value, in place of making a new token beside it.
    pub in_place: bool,
    /// `90d`, `12h`, `2w`, a date `2027-01-31` (00:00 UTC), or `never`; left out, as it was chosen before.
    pub expires: Option<String>,
    /// What becomes of the pasted token at the end.
    pub broad: BroadWish,
}

/// How the new value comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum RotationWay {
    /// A new token is made beside the old one.
    Beside,
    /// The token gets a new value; the old value dies at once.
    InPlace,
}

/// What would be made, before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct RotationPreview {
    /// How the new value comes about.
    pub way: RotationWay,
    /// The new token's name; in place, the old one's.
    pub token_name: String,
    /// The policy and the dates in words, a sentence each.
    pub sentences: Vec<String>,
    /// The profile's policy as it is now, grant by grant against what the old token has.
    pub difference: Vec<Difference>,
    /// Whether that differs at all.
    pub differs: bool,
    /// The very body that will be sent, indented; nothing in place.
    pub body_json: Option<String>,
    /// What rolling in place costs.
    pub cost: String,
    /// What becomes of the old token.
    pub old: String,
    /// What becomes of the pasted token.
    pub broad: String,
}

/// One grant of two policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Difference {
    /// What became of it.
    pub change: GrantChange,
    /// The grant.
    pub grant: Grant,
    /// It in words, such as "read and change Cloudflare Pages in the account “Ada” only".
    pub words: String,
}

/// What became of a grant from one policy to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum GrantChange {
    /// In both.
    Same,
    /// Only in the newer one.
    Added,
    /// Only in the older one.
    Removed,
}

/// Where a rotation ended, or stands: each point of failure has one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum RotationState {
    /// The new token is in use everywhere, and the old one is refused.
    Rotated,
    /// The new token is in use everywhere, and the old one has not been seen refused. It needs a broad token, or the
    /// dashboard.
    OldOpen,
    /// Both tokens live. The platform has not acknowledged the new one; delivering again finishes it.
    Pending,
    /// In place: the token has a new value, which is kept, and the platform has not acknowledged it. Until it does, it
    /// fails.
    Undelivered,
    /// In place: the token got a new value and nobody has it. Another rotation replaces it.
    ValueLost,
    /// In place: no answer came to the order, and Cloudflare does not tell yet whether the token has a new value.
    /// Delivering again looks once more.
    RollUnknown,
    /// The old token is in use as before.
    Stopped,
}

/// How a rotation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Rotation {
    /// Where it stands.
    pub state: RotationState,
    /// The run's id, by which it can be resumed.
    pub run: String,
    /// The connection's id here and at the platform.
    pub connection_id: String,
    /// The profile's id.
    pub profile: String,
    /// The platform's name.
    pub platform: String,
    /// Account id.
    pub account_id: String,
    /// Account name.
    pub account_name: String,
    /// Project name, where there is one.
    pub project: Option<String>,
    /// How the new value came about.
    pub way: RotationWay,
    /// The token that was to be replaced.
    pub old_token: OldToken,
    /// The token in its place; nothing where none was made, or it was undone.
    pub new_token: Option<NewTokenFacts>,
    /// Where the platform stands with the new token.
    pub delivery: Delivery,
    /// Short code of the receipt over the new token, which the platform shows too.
    pub receipt_code: Option<String>,
    /// Tokens of their own beside the narrow one, as they stand now.
    pub extras: Vec<Extra>,
    /// What became of the broad token; nothing where none was used.
    pub broad: Option<Broad>,
    /// Where it stopped, if it did.
    pub step: Option<Step>,
    /// Why it is not done, and what to do.
    pub problem: Option<Problem>,
    /// What was undone, a sentence each.
    pub undone: Vec<String>,
    /// What stands and needs somebody, a sentence each.
    pub stands: Vec<String>,
    /// What else should be known, a sentence each.
    pub notices: Vec<String>,
    /// Longest chain of requests from paste to end.
    pub rounds: u32,
    /// Milliseconds of the same span.
    pub elapsed_ms: u32,
}

/// The token that a rotation replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct OldToken {
    /// Cloudflare's id of it.
    pub token_id: String,
    /// Its name, to find it by.
    pub token_name: String,
    /// Its public name here.
    pub fingerprint: Fingerprint,
    /// Its state.
    pub state: OldTokenState,
    /// Milliseconds from the order to delete it until Cloudflare refused it.
    pub after_ms: Option<u32>,
    /// In a sentence.
    pub sentence: String,
    /// Cloudflare's list of tokens, where it can be deleted by hand; only while it is open.
    pub link: Option<String>,
}

/// A token by what everybody may know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenFacts {
    /// Cloudflare's id of it.
    pub token_id: String,
    /// Its name.
    pub token_name: String,
    /// Its public name here.
    pub fingerprint: Fingerprint,
}

/// States of the token that a rotation replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum OldTokenState {
    /// Nothing of it was touched; it is in use.
    InUse,
    /// Cloudflare refuses it.
    Refused,
    /// It was deleted; its value is not here, so nobody could see it refused.
    Deleted,
    /// It was gone before this rotation.
    Gone,
    /// It is not used any more, and nobody has seen it refused.
    Open,
}

/// The token that takes the old one's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct NewTokenFacts {
    /// Cloudflare's id of it.
    pub token_id: String,
    /// Its name.
    pub token_name: String,
    /// Its kind.
    pub token_kind: TokenKind,
    /// Its public name here.
    pub fingerprint: Fingerprint,
    /// When it lapses (RFC 3339, UTC), if it does.
    pub expires_on: Option<String>,
    /// What Cloudflare says it gave, sorted.
    pub granted: Vec<Grant>,
    /// What it can do; nothing where that was not asked in this pass.
    pub can: Option<Score>,
    /// What it cannot do.
    pub cannot: Option<Score>,
    /// Each check with its evidence.
    pub checks: Vec<Check>,
    /// Where it rests here.
    pub vault: VaultKind,
}

/// What is ahead of several rotations, before anything is pasted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct SeveralAhead {
    /// Those that are to be rotated, in their order.
    pub ahead: Vec<Ahead>,
    /// Those that are set aside.
    pub skipped: Vec<Skipped>,
}

/// A connection that is to be rotated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Ahead {
    /// Its id.
    pub connection_id: String,
    /// Its account.
    pub account_name: String,
    /// The platform's name.
    pub platform: String,
    /// Project name, where there is one.
    pub project: Option<String>,
    /// The token that is to be replaced.
    pub token_name: String,
    /// Its kind: only a token of the same kind can replace it.
    pub token_kind: TokenKind,
    /// Whether somebody has to sign in at its platform first.
    pub sign_in: bool,
}

/// What several rotations would do, before anything is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct SeveralPreview {
    /// Those that the pasted token serves, in their order.
    pub planned: Vec<Planned>,
    /// Those that are set aside.
    pub skipped: Vec<Skipped>,
}

/// What one of several rotations would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Planned {
    /// The connection's id.
    pub connection_id: String,
    /// Its account.
    pub account_name: String,
    /// What would be made.
    #[serde(flatten)]
    pub preview: RotationPreview,
}

/// One line of live progress of several rotations, one after another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct SeveralProgress {
    /// Which connection, counted from one.
    pub number: u32,
    /// How many there are.
    pub of: u32,
    /// Its id.
    pub connection_id: String,
    /// Its account, to be shown.
    pub account_name: String,
    /// What happens to it.
    pub progress: Progress,
}

/// How several rotations ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct SeveralRotations {
    /// Those that were begun, in their order.
    pub rotations: Vec<Rotation>,
    /// Those that the pasted token cannot serve, or that something else stood in the way of. Nothing of them was touched.
    pub skipped: Vec<Skipped>,
    /// How many of each.
    pub summary: RotationSummary,
    /// What became of the broad token.
    pub broad: Option<Broad>,
    /// Longest chain of requests.
    pub rounds: u32,
    /// Milliseconds of the same span.
    pub elapsed_ms: u32,
}

/// A connection that was not rotated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Skipped {
    /// Its id.
    pub connection_id: String,
    /// Its account.
    pub account_name: String,
    /// Why, and what to do.
    pub problem: Problem,
}

/// How many rotations ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct RotationSummary {
    /// All connections.
    pub of: u32,
    /// Done, the old token refused.
    pub rotated: u32,
    /// New token in use, old one open.
    pub old_open: u32,
    /// Not acknowledged by the platform.
    pub pending: u32,
    /// Stopped, or its value lost.
    pub stopped: u32,
    /// Not begun.
    pub skipped: u32,
}
