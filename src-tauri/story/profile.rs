//! A profile, as the welcome screen shows it.

use serde::{Deserialize, Serialize};

use crate::cloudflare::TokenKind;

/// A profile, as the welcome screen shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ProfileCard {
    /// Such as `site-generator`.
    pub id: String,
    /// The platform's name.
    pub name: String,
    /// One sentence: what the platform does with the connection.
    pub summary: String,
    /// How it presents itself.
    pub brand: Brand,
    /// Whether there is a platform to deliver to.
    pub has_platform: bool,
    /// The platform's address, or nothing where it has to be asked for.
    pub platform_address: Option<String>,
    /// What will be kept, and where, a line each.
    pub kept: Vec<Kept>,
    /// What is never kept, a line each.
    pub never_kept: Vec<String>,
    /// The permissions that the narrow token will have.
    pub permissions: Vec<PermissionRow>,
    /// Kinds of token that can be pasted, best first.
    pub token_kinds: Vec<TokenKind>,
    /// Questions to be answered at the nominate step (domain attached? KV used?).
    pub conditions: Vec<Condition>,
    /// Sub-sets to choose from; none chosen means all.
    pub parts: Vec<Part>,
    /// Permissions without which something is off and the rest works.
    pub optional: Vec<OptionalPermission>,
    /// Whether a zone has to be chosen although no condition and no part was.
    pub needs_zone: bool,
    /// How many zones may be chosen.
    pub zones: ZoneReach,
    /// Whether a project is nominated, and the rules of its name.
    pub project: Option<ProjectRule>,
}

/// One thing that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Kept {
    /// What, such as "Narrow token".
    pub what: String,
    /// Where, such as "Keychain on this computer" or "The platform, encrypted".
    pub place: String,
}

/// One permission in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct PermissionRow {
    /// Cloudflare's API name, such as `Pages Write`.
    pub group: String,
    /// `account`, `zone`, `user` or `bucket`.
    pub scope: String,
    /// The row in the dashboard's wording, such as "Account · Cloudflare Pages · Edit".
    pub dashboard: String,
    /// Why it is asked.
    pub why: String,
    /// What the platform creates with it; nothing where that is nothing, or is not said.
    pub creates: Option<String>,
}

/// A question of a profile whose answer adds permissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Condition {
    /// Such as `domain`.
    pub id: String,
    /// The question.
    pub question: String,
    /// Whether a zone has to be chosen with it.
    pub needs_zone: bool,
}

/// How a platform presents itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Brand {
    /// Accent colour, `#rrggbb`.
    pub accent: Option<String>,
    /// A small picture as a `data:image/png;base64,` address: it comes with the profile, so nothing is fetched.
    pub logo: Option<String>,
    /// Where to get help: an https or mailto address.
    pub support: Option<String>,
    /// Where to read more.
    pub docs: Vec<Link>,
}

/// A page to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Link {
    /// Its title.
    pub title: String,
    /// Its https address.
    pub url: String,
}

/// A sub-set of a profile's permissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Part {
    /// Such as `dns`.
    pub id: String,
    /// What is managed with it.
    pub label: String,
    /// Whether a zone has to be chosen with it.
    pub needs_zone: bool,
}

/// A permission without which something is off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct OptionalPermission {
    /// Cloudflare's API name, by which it is chosen.
    pub group: String,
    /// The row in the dashboard's wording.
    pub dashboard: String,
    /// Why it is asked.
    pub why: String,
    /// What is off without it.
    pub without: Option<String>,
    /// Whether a zone has to be chosen with it.
    pub needs_zone: bool,
    /// Whether a token that Narrows makes can have it at all.
    pub possible: bool,
}

/// How many zones may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum ZoneReach {
    /// One.
    One,
    /// Several, one by one.
    Chosen,
    /// The same, or all of the account.
    All,
}

/// The rules of a project's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ProjectRule {
    /// What it is called, such as "Pages project".
    pub label: String,
    /// The name that stands in the field at first.
    pub suggestion: String,
    /// The rule in words.
    pub help: String,
    /// Longest name, in characters.
    pub max_length: u32,
}
