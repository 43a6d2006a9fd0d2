//! What one check of a connection found, as it is kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::story::Need;

/// What one check found. Its needs and what it could not tell are kept; dates are judged anew each day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// The token's end by Cloudflare's word, where it was told.
    pub end: Option<End>,
    /// What needs the person.
    pub needs: Vec<Need>,
    /// What could not be told.
    pub untold: Vec<Need>,
    /// Short code and nonce by which the platform has proved that it holds the token.
    #[serde(skip)]
    pub proved: Option<(String, String)>,
}

/// When a token ends; nothing where it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End(pub(crate) Option<Timestamp>);
