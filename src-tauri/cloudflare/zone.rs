//! A zone: a domain that Cloudflare serves.

use serde::Deserialize;

use super::account::Account;

/// A zone that a credential sees.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Zone {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The domain.
    pub name: String,
    /// The account that it belongs to, where that is told.
    #[serde(default)]
    pub account: Option<Account>,
}
