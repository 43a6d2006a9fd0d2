//! Tokens of their own beside a connection's narrow one. A platform need not offer them.

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::answer::Asked;
use super::client::{Platform, until_settled};
use super::delivery::{BodyToken, written};
use super::{Error, Nonce, Receipt, Session, TokenKind};
use crate::http::Answer;
use crate::secret::{Fingerprint, Secret};

/// A token of its own on its way to the platform.
#[derive(Debug)]
pub struct ExtraDelivery<'a> {
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
}

#[derive(Serialize)]
struct Body<'a> {
    token: BodyToken<'a>,
    nonce: &'a str,
}

impl ExtraDelivery<'_> {
    fn body(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let body = Body {
            token: BodyToken::of(
                self.token,
                self.token_id,
                self.token_kind,
                self.token_name,
                self.expires_on,
            ),
            nonce: self.nonce.as_str(),
        };
        written(&body)
    }
}

/// A token of its own as the platform holds it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HeldExtra {
    /// What it is for, such as `r2-keys`.
    pub id: String,
    /// Cloudflare's id of the token.
    pub token_id: String,
    /// The token's public name.
    pub fingerprint: Fingerprint,
    /// The proof, over the nonce that was sent.
    pub receipt: Receipt,
}

impl HeldExtra {
    /// Whether the platform has proved, for `nonce`, that `token` is the one it holds.
    pub fn proves(&self, token: &Secret, nonce: &Nonce) -> bool {
        self.fingerprint == token.fingerprint() && self.receipt.matches(token, nonce)
    }
}

impl Platform {
    /// Hands over a token of its own, or replaces the one that is held. The same once more changes nothing, so it is
    /// sent up to three times while the platform is silent or busy.
    ///
    /// [`Error::NotOffered`] where the platform has no place for it.
    pub async fn put_extra(
        &self,
        session: &Session,
        connection: &str,
        extra: &str,
        delivery: &ExtraDelivery<'_>,
    ) -> Result<HeldExtra, Error> {
        let asked = Asked::changing(session).with(delivery.token);
        let path = format!("/v1/connections/{connection}/extras/{extra}");
        let body = delivery.body()?;
        let request = || {
            self.request(Method::PUT, &path, session)
                .header("content-type", "application/json")
                .body(body.to_vec())
        };
        let (request, asked) = (&request, &asked);
        let put = || async move {
            let label = "PUT /v1/connections/{id}/extras/{extra}";
            let answer = self.send_optional(label, request(), asked).await?;
            read(asked, &answer, extra)
        };
        until_settled(put, tokio::time::sleep).await
    }

    /// Which token of its own does the platform hold? With a receipt over this nonce; nothing where it holds none.
    pub async fn get_extra(
        &self,
        session: &Session,
        connection: &str,
        extra: &str,
        nonce: &Nonce,
    ) -> Result<Option<HeldExtra>, Error> {
        let asked = Asked::reading(session);
        let path = format!(
            "/v1/connections/{connection}/extras/{extra}?nonce={}",
            nonce.as_str()
        );
        let request = self.request(Method::GET, &path, session);
        let label = "GET /v1/connections/{id}/extras/{extra}";
        match self.send_optional(label, request, &asked).await {
            Ok(answer) => read(&asked, &answer, extra).map(Some),
            Err(Error::UnknownConnection(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The answer's body, which is to be about this one.
fn read(asked: &Asked<'_>, answer: &Answer, extra: &str) -> Result<HeldExtra, Error> {
    let held: HeldExtra = asked.read(answer)?;
    if held.id == extra {
        Ok(held)
    } else {
        Err(asked.outside("it is about another token".to_owned()))
    }
}
