//! What is told of a connection as time goes by.
//!
//! Everything here is data without secrets; the page's types are made from it.

use serde::{Deserialize, Serialize};

/// How a connection stands: what was found last, and what its dates say today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Watched {
    /// In a word.
    pub standing: Standing,
    /// Whole days since it was connected.
    pub age_days: u32,
    /// When the token ends, as Cloudflare told last or as it was made (RFC 3339, UTC); nothing where it does not.
    pub expires_on: Option<String>,
    /// Days until then, a begun one counted whole; 0 where it is over.
    pub expires_in_days: Option<u32>,
    /// When it was last checked (RFC 3339, UTC).
    pub checked_on: Option<String>,
    /// When the platform last accepted the token (RFC 3339, UTC).
    pub delivered_on: Option<String>,
    /// What needs the person.
    pub needs: Vec<Need>,
    /// What the last check could not tell.
    pub untold: Vec<Need>,
}

/// A connection's state in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// This token was never checked.
    Unchecked,
    /// Everything was as it should be.
    Fine,
    /// Something needs the person.
    NeedsYou,
    /// Not everything could be told.
    Untold,
}

/// One thing that needs the person, or could not be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Need {
    /// Which of the known ones.
    pub kind: NeedKind,
    /// What is so, in a sentence.
    pub message: String,
    /// The one thing to do, in a sentence.
    pub hint: String,
    /// The button for that one thing.
    pub next: WatchNext,
    /// What was seen, for an expert. Never a value.
    pub evidence: Option<String>,
}

/// Needs, and things that could not be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum NeedKind {
    /// The token's end is near.
    ExpiresSoon,
    /// The token is older than the person wants.
    Old,
    /// The token's time is over.
    TokenExpired,
    /// The token is switched off.
    TokenDisabled,
    /// The token was found in public and revoked.
    TokenExposed,
    /// Cloudflare does not know the value any more.
    TokenDeleted,
    /// The token does not work, and Cloudflare's word for why is another.
    TokenInactive,
    /// The token has another end than it was made with.
    ExpiryChanged,
    /// The token may do less, or more, than it was made for.
    PolicyChanged,
    /// The token may not be used from here, though nobody limited it when it was made.
    AddressBlocked,
    /// The platform holds another token.
    PlatformHoldsAnother,
    /// The platform knows nothing of the connection.
    PlatformForgot,
    /// A token of its own beside the narrow one is gone: at Cloudflare, or in the vault.
    ExtraGone,
    /// The platform does not hold it any more, or holds another.
    ExtraForgot,
    /// The vault does not hold the token any more.
    TokenMissing,
    /// The vault holds another value.
    TokenChanged,
    /// Could not tell: Cloudflare gave no clear answer.
    CloudflareUntold,
    /// Could not tell: the platform gave no clear answer.
    PlatformUntold,
    /// Could not tell: nobody is signed in at the platform.
    SignedOut,
    /// Could not tell: the vault is locked or silent.
    VaultUntold,
    /// Could not tell: the token works from other addresses only, as was chosen.
    WorksElsewhere,
    /// Could not tell: the token is too new to be known everywhere.
    TooNew,
}

/// The one thing to do about a [`Need`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum WatchNext {
    /// Check once more.
    CheckAgain,
    /// Hand the kept token to the platform once more.
    DeliverAgain,
    /// Sign in at the platform.
    SignIn,
    /// Unlock the vault.
    UnlockVault,
    /// Open Cloudflare's list of tokens.
    OpenTokenList,
    /// Put a new token in its place.
    Rotate,
}

/// A connection that was just checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Checked {
    /// The connection's id.
    pub connection_id: String,
    /// How it stands now.
    pub watch: Watched,
}

/// A reminder that is due and was not shown yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// The connection's id.
    pub connection: String,
    /// Which reminder; each is shown once.
    pub what: String,
    /// What it is about, in a few words.
    pub title: String,
    /// What is so, and what to do.
    pub text: String,
}
