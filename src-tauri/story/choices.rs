//! What a person chooses for a connection, and what would be made of it.

use serde::{Deserialize, Serialize};

/// Step 6: what the person chooses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(default, deny_unknown_fields)]
pub struct Choices {
    /// Account id; may be left out where there is only one.
    pub account: Option<String>,
    /// Project name; left out, the profile's suggestion.
    pub project: Option<String>,
    /// `90d`, `12h`, `2w`, or a date `2027-01-31` (00:00 UTC); left out, no expiry.
    pub expires: Option<String>,
    /// Addresses (single or CIDR) from which alone the narrow token works; empty for anywhere.
    pub allow_ip: Vec<String>,
    /// Ids of the profile's conditions that hold, ids of its parts (none for all), names of its optional groups.
    pub with: Vec<String>,
    /// Ids of the zones that are to be reached, or `all` where the profile allows it. Domains, once zones are listed.
    pub zones: Vec<String>,
    /// What becomes of the pasted token at the end.
    pub broad: BroadWish,
}

/// What the person wants done with the pasted token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum BroadWish {
    /// Nothing was said: destroyed if it was made through our link, kept if not.
    #[default]
    Unsaid,
    /// Destroy it, whoever made it.
    Destroy,
    /// Leave it alive.
    Keep,
}

/// What will be made, before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Preview {
    /// The narrow token's name.
    pub token_name: String,
    /// The policy in words, a sentence each.
    pub sentences: Vec<String>,
    /// The very body that will be sent, indented.
    pub body_json: String,
    /// The same of each token of its own that is made beside it.
    pub extra_bodies: Vec<String>,
    /// What becomes of the pasted token.
    pub broad: String,
}
