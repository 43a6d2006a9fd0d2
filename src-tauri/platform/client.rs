//! The client: what is asked of a platform, and what is sent once more.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Method, RequestBuilder};

use super::answer::Asked;
use super::delivery::{Delivery, Held, Me};
use super::error::Error;
use super::receipt::Nonce;
use super::session::Session;
use crate::http::{Answer, Base, Heard, Http};

/// Between sendings of one delivery, where the platform names no time of its own.
pub(super) const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// A platform at its address. Clones share connections.
#[derive(Clone, Debug)]
pub struct Platform {
    pub(super) http: Http,
    pub(super) base: Base,
    pub(super) clock: fn() -> Timestamp,
}

impl Platform {
    /// The platform at `base`, asked through `http`.
    pub fn new(http: &Http, base: Base) -> Self {
        Self::with_clock(http, base, Timestamp::now)
    }

    /// The same with another clock, by which sessions are said to lapse.
    pub fn with_clock(http: &Http, base: Base, clock: fn() -> Timestamp) -> Self {
        Self {
            http: http.clone(),
            base,
            clock,
        }
    }

    /// Its address.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// The same platform with an ear of its own, which hears the ids of the requests that are made through this one.
    #[must_use]
    pub fn listening(&self) -> (Self, Heard) {
        let (http, heard) = self.http.listening();
        let platform = Self {
            http,
            ..self.clone()
        };
        (platform, heard)
    }

    /// Who is signed in, and what is connected.
    pub async fn me(&self, session: &Session) -> Result<Me, Error> {
        let asked = Asked::reading(session);
        let request = self.request(Method::GET, "/v1/me", session);
        let answer = self.send("GET /v1/me", request, &asked).await?;
        let me: Me = asked.read(&answer)?;
        Ok(Me {
            id: asked.plain(&me.id),
            name: asked.plain(&me.name),
            email: asked.plain(&me.email),
            ..me
        })
    }

    /// Hands over a narrow token, or replaces the one that is held.
    ///
    /// Sent up to three times under one `idempotency_key` (8 to 128 letters, digits, hyphens or underscores) while the
    /// platform is silent or busy; it is waited for as long as it says, up to fifteen seconds. Where a sending may
    /// have been carried out and no later answer tells, this is [`Error::Unknown`].
    ///
    /// The receipt is not checked here: see [`Held::proves`].
    pub async fn put_connection(
        &self,
        session: &Session,
        id: &str,
        delivery: &Delivery<'_>,
        idempotency_key: &str,
    ) -> Result<Held, Error> {
        self.deliver(session, id, delivery, idempotency_key, tokio::time::sleep)
            .await
    }

    /// Which token does the platform hold? With a receipt over this nonce.
    pub async fn get_connection(
        &self,
        session: &Session,
        id: &str,
        nonce: &Nonce,
    ) -> Result<Held, Error> {
        let asked = Asked::reading(session);
        let path = format!("/v1/connections/{id}?nonce={}", nonce.as_str());
        let request = self.request(Method::GET, &path, session);
        let answer = self
            .send("GET /v1/connections/{id}", request, &asked)
            .await?;
        asked.read_held(&answer, id)
    }

    /// Makes the platform forget the connection and its token. At Cloudflare the token lives on.
    pub async fn delete_connection(&self, session: &Session, id: &str) -> Result<(), Error> {
        let asked = Asked::changing(session);
        let request = self.request(Method::DELETE, &format!("/v1/connections/{id}"), session);
        let answer = self
            .send("DELETE /v1/connections/{id}", request, &asked)
            .await?;
        // A page with status 200 may come from anybody.
        if answer.status == 204 {
            Ok(())
        } else {
            Err(asked.outside(format!("status {}", answer.status)))
        }
    }

    pub(super) async fn deliver<F: Future<Output = ()>>(
        &self,
        session: &Session,
        id: &str,
        delivery: &Delivery<'_>,
        idempotency_key: &str,
        sleep: impl Fn(Duration) -> F,
    ) -> Result<Held, Error> {
        let asked = Asked::changing(session).with(delivery.token);
        // Written once: the platform knows a repetition by its bytes.
        let body = delivery.body()?;
        let request = || {
            self.request(Method::PUT, &format!("/v1/connections/{id}"), session)
                .header("idempotency-key", idempotency_key)
                .header("content-type", "application/json")
                .body(body.to_vec())
        };
        let (request, asked) = (&request, &asked);
        let put = || async move {
            let sent = self.send("PUT /v1/connections/{id}", request(), asked);
            asked.read_held(&sent.await?, id)
        };
        until_settled(put, sleep).await
    }

    /// Sends a request and gives its answer if that is not a refusal.
    pub(super) async fn send(
        &self,
        label: &'static str,
        request: RequestBuilder,
        asked: &Asked<'_>,
    ) -> Result<Answer, Error> {
        let answer = self.http.send(label, request).await?;
        asked.judge(answer)
    }

    /// The same where the platform need not offer what is asked.
    pub(super) async fn send_optional(
        &self,
        label: &'static str,
        request: RequestBuilder,
        asked: &Asked<'_>,
    ) -> Result<Answer, Error> {
        let answer = self.http.send(label, request).await?;
        asked.judge_optional(answer)
    }

    pub(super) fn request(&self, method: Method, path: &str, session: &Session) -> RequestBuilder {
        self.http
            .request(method, self.base.join(path))
            .header("accept", "application/json, application/problem+json")
            // Exposed to be sent; the header is marked sensitive.
            .bearer_auth(session.access.expose())
    }
}

/// Sends once more while the platform is silent or busy, and says what is known then.
pub(super) async fn until_settled<T, S, F>(
    send: impl Fn() -> S,
    sleep: impl Fn(Duration) -> F,
) -> Result<T, Error>
where
    S: Future<Output = Result<T, Error>>,
    F: Future<Output = ()>,
{
    let mut pauses = PAUSES.into_iter();
    let mut doubt = None;
    loop {
        let error = match send().await {
            Ok(held) => return Ok(held),
            Err(error) => error,
        };
        let pause = pauses.next().and_then(|usual| error.pause(usual));
        // Only an answer about this very request tells what became of an earlier one that was not answered.
        let error = match doubt.take() {
            Some(doubt) if !error.settles() => doubt,
            _ => error,
        };
        let Some(pause) = pause else {
            return Err(error);
        };
        if matches!(error, Error::Unknown(_)) {
            doubt = Some(error);
        }
        sleep(pause).await;
    }
}
