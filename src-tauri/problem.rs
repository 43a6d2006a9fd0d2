//! What went wrong, in the one form that both faces show.

use serde::{Deserialize, Serialize};

/// Something that a person has to know of and can act on.
///
/// Codes are kebab-case, stable, and exist only where somebody branches on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Problem {
    /// Stable name, such as `token-unknown`.
    pub code: String,
    /// What happened, in one or two plain sentences.
    pub message: String,
    /// The one thing to do next.
    pub hint: String,
    /// The button for that one thing.
    pub next: Next,
    /// What was seen, for an expert: HTTP status, Cloudflare's code and words. Never a value.
    pub evidence: Option<String>,
}

/// The one next action that the window offers with a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum Next {
    /// Do the same step once more.
    Retry,
    /// Paste another token.
    PasteAgain,
    /// Open Cloudflare's token page and make another token.
    OpenTokenPage,
    /// Open Cloudflare's list of tokens and delete one by hand.
    OpenTokenList,
    /// Sign in at the platform.
    SignIn,
    /// Unlock the keychain and try again, or choose a sealed file.
    ChooseVault,
    /// Change what was chosen: account, project, expiry, addresses.
    ChangeChoices,
    /// Hand the narrow token to the platform once more.
    DeliverAgain,
    /// Start over from the first screen.
    StartOver,
    /// Go back to the list of connections.
    Home,
}

impl Problem {
    /// A problem without evidence.
    pub fn new(
        code: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
        next: Next,
    ) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            hint: hint.into(),
            next,
            evidence: None,
        }
    }

    /// The same with what was seen.
    #[must_use]
    pub fn with_evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = Some(evidence.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.message, self.hint)
    }
}

impl std::error::Error for Problem {}
