//! A run that was cut off: what is true of it now, and how it can end.

use super::choices::BroadWish;
use crate::record::RunKind;
use serde::{Deserialize, Serialize};

/// A run that was cut off, or whose end is still open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct LeftOver {
    /// The run's id.
    pub run: String,
    /// What it was for.
    pub kind: RunKind,
    /// When it began (RFC 3339, UTC).
    pub began_on: String,
    /// The profile's id.
    pub profile: String,
    /// The platform's name, once it was written down.
    pub platform: Option<String>,
    /// The account's name, once it was written down.
    pub account_name: Option<String>,
    /// The connection that it is about, once it was written down.
    pub connection_id: Option<String>,
    /// The narrow token's name at Cloudflare, where one may exist.
    pub token_name: Option<String>,
    /// Cloudflare's page on which a token can be deleted by hand.
    pub token_list: String,
    /// Where it stands, in a sentence.
    pub headline: String,
    /// Whether Narrows goes on with it by itself right now, so that nobody else can take it up.
    pub trying: bool,
    /// Whether Cloudflare, the platform and the vault were asked; without that, only what was written down is told.
    pub asked: bool,
    /// What is true now, as far as it could be asked.
    pub facts: Vec<Fact>,
    /// Going on to the end that was wanted, where that can be done.
    pub finish: Option<Way>,
    /// Taking back what was done, where that can be done.
    pub undo: Option<Way>,
}

/// One thing that is true now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Fact {
    /// What it is about.
    pub about: FactAbout,
    /// How it stands.
    pub state: FactState,
    /// The same in a sentence.
    pub sentence: String,
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum FactAbout {
    /// The narrow token at Cloudflare.
    Token,
    /// Its value in the vault here.
    Copy,
    /// What the platform holds.
    Platform,
    /// The token that was pasted.
    PastedToken,
    /// In a rotation: the token that is being replaced.
    OldToken,
    /// The connection in the list here.
    Connection,
}

/// How a thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum FactState {
    /// It is there, and works.
    There,
    /// It is not there, or works no more.
    Gone,
    /// It could not be asked.
    Unknown,
}

/// A way for a run to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Way {
    /// What it will do, a sentence each.
    pub does: Vec<String>,
    /// Whether a broad token has to be pasted for it.
    pub broad: BroadNeed,
    /// Whether a sign-in at the platform is needed first.
    pub sign_in: bool,
}

/// Whether a way needs a broad token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum BroadNeed {
    /// No.
    No,
    /// Without one, the narrow token stays at Cloudflare and is shown as open.
    Better,
    /// It cannot be done without one.
    Must,
}

/// Which way a run is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// As it was wanted.
    Finish,
    /// By taking back what was done.
    Undo,
}

/// What a person wants of a run that was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// Which way.
    pub ending: Ending,
    /// What becomes of the pasted token, where one was pasted.
    #[serde(default)]
    pub broad: BroadWish,
    /// Forget everything here, also what is still open.
    #[serde(default)]
    pub forget: bool,
}
