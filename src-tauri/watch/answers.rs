//! What vault, Cloudflare and platform answered.

use crate::cloudflare::{Error, Token, Verified};
use crate::platform;
use crate::platform::{Held, Nonce};
use crate::problem::{Next, Problem};
use crate::proof::Answered;
use crate::record::Connection;
use crate::secret::Secret;
use crate::story::Grant;

/// What the vault holds.
pub(crate) enum Kept {
    /// The very token.
    Same(Secret),
    /// Another value.
    Another,
    /// Nothing.
    Nothing,
    /// It could not be asked.
    Untold(Problem),
}

/// What Cloudflare told.
pub(crate) enum AtCloudflare {
    /// Nothing: there was no value to ask with.
    Unasked,
    /// It could not be asked.
    Untold(Problem),
    /// Its word on the token, and what followed.
    Told(Box<Told>),
}

/// Cloudflare's answers.
pub(crate) struct Told {
    /// Who the token is.
    pub verified: Result<Verified, Error>,
    /// The token with its policies, where it may read itself.
    pub own: Option<Token>,
    /// What it should be able to do, tried.
    pub can: Vec<Answered>,
    /// What it should not.
    pub cannot: Vec<Answered>,
    /// Whether a refusal of what it should be able to do is certain to be a change.
    pub certain: bool,
    /// Whether it may be too new to be known everywhere.
    pub young: bool,
}

/// What the platform told.
pub(crate) enum AtPlatform {
    /// The connection has none.
    None,
    /// Nobody is signed in.
    SignedOut,
    /// It could not be asked.
    Untold(Problem),
    /// Its answer, to this nonce.
    Told(Box<Result<Held, platform::Error>>, Nonce),
}

/// What the token was granted when it was made.
pub(crate) fn granted(known: &Connection) -> Vec<Grant> {
    serde_json::from_value(known.policy.clone()).unwrap_or_default()
}

/// What is said where no answer came in time.
pub(crate) fn silent() -> Problem {
    Problem::new(
        "timed-out",
        "No answer came in time.",
        "Check the network, then try again.",
        Next::Retry,
    )
}
