//! What a token may do, and how each check of it came out.

use serde::{Deserialize, Serialize};

/// A permission with the resource it holds for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Grant {
    /// Cloudflare's API name.
    pub group: String,
    /// `account`, `zone`, `user` or `bucket`.
    pub scope: String,
    /// Resource key, such as `com.cloudflare.api.account.<id>`.
    pub resource: String,
}

/// How many checks came out as they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Score {
    /// Checks that came out as they should.
    pub proved: u32,
    /// Checks made.
    pub of: u32,
}

/// One check of step 9 with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Check {
    /// What was tried, in words, such as "Read Workers scripts".
    pub what: String,
    /// Whether it should be allowed or refused.
    pub expected: Expected,
    /// Whether it came out so.
    pub proved: bool,
    /// Method and path, such as `GET /accounts/{account}/workers/scripts`.
    pub endpoint: String,
    /// HTTP status; nothing where no answer came.
    pub http_status: Option<u16>,
    /// Cloudflare's code, where there was one.
    pub code: Option<u32>,
    /// Cloudflare's request id, where there was one.
    pub ray: Option<String>,
}

/// What a check expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// It should be allowed.
    Allowed,
    /// It should be refused.
    Refused,
}
