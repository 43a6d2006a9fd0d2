//! The first screen: every connection, and what is left over.

use serde::{Deserialize, Serialize};

use super::extra::Extra;
use super::outcome::Delivery;
use super::profile::ProfileCard;
use super::recovery::LeftOver;
use super::rotation::RotationState;
use super::watch::Watched;
use crate::cloudflare::TokenKind;
use crate::vault::VaultKind;

/// A connection in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct ConnectionCard {
    /// Its id here and at the platform.
    pub connection_id: String,
    /// The profile's id.
    pub profile: String,
    /// The platform's name.
    pub platform: String,
    /// Account id.
    pub account_id: String,
    /// Account name.
    pub account_name: String,
    /// Project name, where there is one.
    pub project: Option<String>,
    /// Cloudflare's id of the narrow token.
    pub token_id: String,
    /// Its name.
    pub token_name: String,
    /// Its kind.
    pub token_kind: TokenKind,
    /// When its token was put in place, by connecting or rotating (RFC 3339, UTC).
    pub connected_on: String,
    /// When the token lapses, if it does.
    pub expires_on: Option<String>,
    /// Where the platform stands.
    pub delivery: Delivery,
    /// Short code that the platform shows too.
    pub receipt_code: Option<String>,
    /// Where the token rests here.
    pub vault: VaultKind,
    /// A broad token that may still live, in a sentence.
    pub broad_left: Option<String>,
    /// Its age, its end, and what the last check found.
    pub watch: Watched,
    /// Where a rotation stands that has not ended; delivering again goes on with one that is pending.
    pub rotation: Option<RotationState>,
    /// Tokens of their own beside the narrow one.
    pub extras: Vec<Extra>,
}

/// The home screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct Home {
    /// Every connection, newest first.
    pub connections: Vec<ConnectionCard>,
    /// Runs that an earlier start left open, and ends that are; nothing was asked about them yet.
    pub unfinished: Vec<LeftOver>,
}

/// What the page has to know at its start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
pub struct About {
    /// The application's version.
    pub version: String,
    /// Addresses that stand in for Cloudflare's; the page paints a ribbon when there are any.
    pub sandbox: Option<String>,
    /// Profiles that can be connected.
    pub profiles: Vec<ProfileCard>,
}
