//! What a request is signed with, and whose tokens it is about.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// What kind of Cloudflare credential something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// Belongs to a person.
    User,
    /// Belongs to an account.
    Account,
}

/// What a request is signed with.
#[derive(Debug)]
pub enum Credential {
    /// A user's or an account's API token.
    Token(Secret),
    /// A person's Global API Key with the e-mail address of their login.
    GlobalKey {
        /// The login's address.
        email: String,
        /// The key.
        key: Secret,
    },
}

impl Credential {
    /// The headers that carry it, marked so that no layer below prints or indexes them.
    ///
    /// This is one of the places where a secret is exposed: it has to go onto the wire.
    pub(super) fn headers(&self) -> Result<HeaderMap, InvalidHeaderValue> {
        let mut headers = HeaderMap::new();
        let mut put = |name: HeaderName, value: &str| {
            let mut value = HeaderValue::from_str(value)?;
            value.set_sensitive(true);
            headers.insert(name, value);
            Ok(())
        };
        match self {
            Self::Token(token) => {
                let value = Zeroizing::new(format!("Bearer {}", token.expose()));
                put(AUTHORIZATION, &value)?;
            }
            Self::GlobalKey { email, key } => {
                put(HeaderName::from_static("x-auth-email"), email)?;
                put(HeaderName::from_static("x-auth-key"), key.expose())?;
            }
        }
        Ok(headers)
    }

    /// Whether there is nothing to sign with.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Token(token) => token.is_empty(),
            Self::GlobalKey { email, key } => email.is_empty() || key.is_empty(),
        }
    }
}

/// Whose tokens a call is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The signed-in person's, under `/user/tokens`.
    User,
    /// An account's, by its id, under `/accounts/{id}/tokens`.
    Account(String),
}

impl Owner {
    /// The kind of token that it owns.
    pub fn kind(&self) -> TokenKind {
        match self {
            Self::User => TokenKind::User,
            Self::Account(_) => TokenKind::Account,
        }
    }

    /// Most tokens that it may have (Cloudflare, "Rate limits").
    pub fn quota(&self) -> u32 {
        match self {
            Self::User => 50,
            Self::Account(_) => 500,
        }
    }
}
