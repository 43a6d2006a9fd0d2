//! What is handed over, and what the platform says that it holds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Error, Nonce, Receipt};
use crate::secret::{Fingerprint, Secret};

/// Whose a token is; the two are verified at different addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// A Cloudflare user's.
    User,
    /// An account's own.
    Account,
}

/// A narrow token on its way to the platform.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// The profile's id.
    pub profile: &'a str,
    /// Account id.
    pub account_id: &'a str,
    /// Account name.
    pub account_name: &'a str,
    /// What the connection is for within the account; nothing where the profile has no projects.
    pub project: Option<&'a str>,
    /// The token's value.
    pub token: &'a Secret,
    /// Cloudflare's id of it.
    pub token_id: &'a str,
    /// Whose it is.
    pub token_kind: TokenKind,
    /// Its name.
    pub token_name: &'a str,
    /// When it lapses, if it does.
    pub expires_on: Option<Timestamp>,
    /// What the receipt is to be made over.
    pub nonce: &'a Nonce,
    /// In a rotation, Cloudflare's id of the token that this one replaces.
    pub replaces: Option<&'a str>,
}

#[derive(Serialize)]
struct Body<'a> {
    profile: &'a str,
    account_id: &'a str,
    account_name: String,
    project: Option<&'a str>,
    token: BodyToken<'a>,
    nonce: &'a str,
    replaces: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct BodyToken<'a> {
    value: &'a str,
    id: &'a str,
    kind: TokenKind,
    name: String,
    expires_on: Option<Timestamp>,
}

impl<'a> BodyToken<'a> {
    /// A token as it is sent. Its value is exposed to be delivered.
    pub(super) fn of(
        value: &'a Secret,
        id: &'a str,
        kind: TokenKind,
        name: &str,
        expires_on: Option<Timestamp>,
    ) -> Self {
        Self {
            value: value.expose(),
            id,
            kind,
            name: shown(name),
            expires_on,
        }
    }
}

/// A name as the contract takes it: people's names at Cloudflare may be longer or odder, and are only shown here.
fn shown(name: &str) -> String {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(256).collect();
    if shown.is_empty() {
        return "-".to_owned();
    }
    shown
}

impl Delivery<'_> {
    /// The request's body.
    pub(super) fn body(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let body = Body {
            profile: self.profile,
            account_id: self.account_id,
            account_name: shown(self.account_name),
            project: self.project,
            token: BodyToken::of(
                self.token,
                self.token_id,
                self.token_kind,
                self.token_name,
                self.expires_on,
            ),
            nonce: self.nonce.as_str(),
            replaces: self.replaces,
        };
        written(&body)
    }
}

/// A body as it is sent, wiped when dropped.
pub(super) fn written(body: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Error> {
    serde_json::to_vec(body)
        .map(Zeroizing::new)
        .map_err(|_| Error::Contract("a delivery that is not JSON".to_owned()))
}

/// A connection as the platform holds it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// The profile's id.
    pub profile: String,
    /// Account id.
    pub account_id: String,
    /// What it is for within the account.
    pub project: Option<String>,
    /// Cloudflare's id of the token.
    pub token_id: String,
    /// Whose the token is.
    pub token_kind: TokenKind,
    /// The token's public name.
    pub fingerprint: Fingerprint,
    /// The proof, over the nonce that was sent.
    pub receipt: Receipt,
    /// The code that the platform shows to people.
    pub receipt_code: String,
    /// When a delivery was last accepted.
    pub updated_on: Timestamp,
}

impl Held {
    /// Whether the platform has proved, for `nonce`, that `token` is the one it holds, and shows the same code as we.
    pub fn proves(&self, token: &Secret, nonce: &Nonce) -> bool {
        self.fingerprint == token.fingerprint()
            && self.receipt.matches(token, nonce)
            && self.receipt_code == self.receipt.code()
    }
}

/// Who is signed in. The platform's own words: shown, and the id compared with what it was before, nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// The tenant's id.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// What is connected.
    pub connections: Vec<Connected>,
}

/// A connection in the list of who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Connected {
    /// Its id.
    pub id: String,
    /// The profile's id.
    pub profile: String,
    /// Account id.
    pub account_id: String,
    /// What it is for within the account.
    pub project: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_cloudflare_allows_never_stops_a_delivery() {
        for (name, sent) in [
            ("Ada's Account", "Ada's Account".to_owned()),
            ("a\tb\u{7f}\n", "ab".to_owned()),
            ("", "-".to_owned()),
            (&"\u{fc}".repeat(300), "\u{fc}".repeat(256)),
        ] {
            assert_eq!(shown(name), sent, "{name:?}");
        }
    }
}
