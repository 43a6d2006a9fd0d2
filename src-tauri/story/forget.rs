//! What forgetting everything would do, and did.

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// What would be forgotten, and what would not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ForgetPlan {
    /// What has to be typed to confirm.
    pub phrase: String,
    /// What is deleted here, in its order.
    pub deletes: Vec<String>,
    /// What lives on elsewhere, by connection.
    pub alive: Vec<LeftAlive>,
    /// What stays on this computer all the same.
    pub stays: Vec<String>,
}

/// What lives on of one connection once this computer has forgotten it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct LeftAlive {
    /// The connection's id here and at the platform, or that of a run that was cut off.
    pub connection_id: String,
    /// Account name, or what tells the run.
    pub account_name: String,
    /// The narrow token's name at Cloudflare; empty for a run that was cut off.
    pub token_name: String,
    /// Where it can be deleted: Cloudflare's list of tokens.
    pub token_list: String,
    /// The platform that holds a copy, where there is one.
    pub platform: Option<String>,
    /// Its address.
    pub platform_address: Option<String>,
    /// All of it, a sentence each.
    pub sentences: Vec<String>,
}

/// What was forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Forgotten {
    /// Whether everything is gone that should be.
    pub complete: bool,
    /// What was deleted, by name.
    pub deleted: Vec<String>,
    /// What could not be deleted.
    pub failed: Vec<NotForgotten>,
    /// Whether the records are still there, because a secret could not be deleted that only they name.
    pub records_kept: bool,
    /// What lives on elsewhere.
    pub alive: Vec<LeftAlive>,
}

/// Something that could not be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct NotForgotten {
    /// What, by name.
    pub what: String,
    /// Why, and what to do.
    pub problem: Problem,
}
