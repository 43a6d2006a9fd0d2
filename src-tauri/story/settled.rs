//! What became of a run that was cut off.

use super::broad::Broad;
use super::home::ConnectionCard;
use super::parting::Truths;
use super::recovery::Ending;
use crate::problem::Problem;
use crate::record::RunKind;
use serde::{Deserialize, Serialize};

/// What became of a run that was cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Settled {
    /// The run.
    pub run: String,
    /// What it was for.
    pub kind: RunKind,
    /// Which way it went.
    pub ending: Ending,
    /// Whether it has ended; otherwise it is shown again.
    pub ended: bool,
    /// What was done, a sentence each.
    pub done: Vec<String>,
    /// What still stands, a sentence each.
    pub stands: Vec<String>,
    /// Where platform, this computer and Cloudflare stand, where something was taken back.
    pub truths: Option<Truths>,
    /// The connection that came of it, where one did.
    pub connection: Option<ConnectionCard>,
    /// What became of the pasted token, where one was pasted.
    pub broad: Option<Broad>,
    /// The narrow token's name at Cloudflare.
    pub token_name: Option<String>,
    /// Cloudflare's page on which a token can be deleted by hand.
    pub token_list: String,
    /// What kept it from its end, and what to do.
    pub problem: Option<Problem>,
}
