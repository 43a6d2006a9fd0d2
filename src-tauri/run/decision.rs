//! What was decided before the first thing is made, as the journal keeps it.

use serde::{Deserialize, Serialize};

use crate::cloudflare::{Account, NewToken};
use crate::story::{Choices, Grant};

/// A token of its own, ready to be minted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Planned {
    /// The profile's and the platform's word for it.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// What is off without it, and what to do then.
    pub without: String,
    /// The body of the mint.
    pub new_token: NewToken,
    /// What it is asked with, sorted.
    pub requested: Vec<Grant>,
    /// Names of the endpoints that prove it.
    pub probes: Vec<String>,
}

/// A decision, ready to be minted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Decision {
    /// The nominated account.
    pub account: Account,
    /// The project, where the profile has one.
    pub project: Option<String>,
    /// Zones that the proof asks about.
    pub zones: Vec<String>,
    /// Address ranges that the token is limited to; empty for anywhere.
    pub allow_ip: Vec<String>,
    /// The body of the mint.
    pub new_token: NewToken,
    /// What is asked for, sorted.
    pub requested: Vec<Grant>,
    /// Names of the endpoints that prove it.
    pub probes: Vec<String>,
    /// What is left out or of no use, a sentence each.
    pub notices: Vec<String>,
    /// What the person chose, as it was chosen.
    pub choices: Choices,
    /// Tokens of their own that are made beside the narrow one.
    #[serde(default)]
    pub extras: Vec<Planned>,
}
