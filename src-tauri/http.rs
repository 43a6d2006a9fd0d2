//! The one conduit to the outside: both clients send through it.
//!
//! What it promises: system roots and HTTP/2; the system's proxies honoured, but never for loopback; no redirect
//! followed; a limit on connecting, on the whole request and on the answer's size; every call noted in [`Calls`],
//! also one that failed or was dropped on the way. What it never does: retry, log, or put an address's query, a
//! header or a body into the text of a failure.

mod answer;
mod base;
mod failure;
mod heard;

use std::sync::{Arc, Once, OnceLock};
use std::time::{Duration, Instant};

use reqwest::{Client, ClientBuilder, Method, RequestBuilder};
use url::Url;

pub use answer::{ANSWER_LIMIT, Answer};
pub use base::{Base, below, is_loopback};
pub use failure::{Effect, Failure, FailureKind};
pub use heard::Heard;

use crate::calls::Calls;

/// Longest time to reach a server: name, connection and TLS.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Longest time from the start of a request to the last byte of its answer.
const REQUEST_LIMIT: Duration = Duration::from_secs(15);

/// What the other side is told of us. Cloudflare refuses some edges without it (code 1010).
pub const USER_AGENT: &str = concat!("Narrows/", env!("CARGO_PKG_VERSION"), " (+desktop)");

/// Sends requests. Clones share connections and the list of calls.
#[derive(Clone, Debug)]
pub struct Http {
    /// Set up when something outside is asked first, for it reads every root certificate of the system.
    outside: Arc<OnceLock<Result<Client, Failure>>>,
    loopback: Client,
    limit: Duration,
    calls: Calls,
    heard: Heard,
}

impl Http {
    /// A conduit that notes its calls in `calls`.
    pub fn new(calls: Calls) -> Result<Self, Failure> {
        Self::with_limit(calls, REQUEST_LIMIT)
    }

    /// The same with another limit on the whole request, for tests of silence.
    pub fn with_limit(calls: Calls, limit: Duration) -> Result<Self, Failure> {
        install_crypto();
        // A proxy has no business between two programs of one machine; and plain HTTP needs no roots.
        let loopback = builder(limit).no_proxy().tls_certs_only([]);
        Ok(Self {
            outside: Arc::default(),
            loopback: built(loopback)?,
            limit,
            calls,
            heard: Heard::default(),
        })
    }

    /// The same conduit with an ear of its own: it hears the ids of requests that go through this one alone.
    #[must_use]
    pub fn listening(&self) -> (Self, Heard) {
        let heard = Heard::default();
        let http = Self {
            heard: heard.clone(),
            ..self.clone()
        };
        (http, heard)
    }

    /// Begins a request to `url`. Where the outside cannot be set up, [`Http::send`] says so.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let client = self.client(&url).unwrap_or(&self.loopback);
        client.request(method, url)
    }

    /// Who asks for `url`.
    fn client(&self, url: &Url) -> Result<&Client, Failure> {
        if url.scheme() == "http" && is_loopback(url) {
            return Ok(&self.loopback);
        }
        let outside = self.outside.get_or_init(|| built(builder(self.limit)));
        outside.as_ref().map_err(Clone::clone)
    }

    /// Sends `request` and reads its answer whole. Any status is an answer; `label` names the call in [`Calls`].
    pub async fn send(
        &self,
        label: &'static str,
        request: RequestBuilder,
    ) -> Result<Answer, Failure> {
        let mut noted = Noted {
            calls: &self.calls,
            label,
            began: Instant::now(),
            status: None,
        };
        // Calls that are begun side by side are all noted before the first of them goes out. Otherwise an answer that
        // comes at once would seem to be what its neighbour waited for.
        tokio::task::yield_now().await;
        let fail = |error: reqwest::Error, status| Failure::of(label, &error.without_url(), status);
        let (order, answering) = {
            let (client, request) = request.build_split();
            let request = request.map_err(|error| fail(error, None))?;
            self.client(request.url())?;
            (request.method() != Method::GET, client.execute(request))
        };
        let answered = answering.await;
        let mut response = answered.map_err(|error| fail(error, None))?;
        let status = response.status().as_u16();
        noted.status = Some(status);
        let too_large = || Failure {
            label,
            kind: FailureKind::TooLarge,
            effect: Effect::Unknown,
            status: Some(status),
            detail: format!("more than {ANSWER_LIMIT} bytes"),
        };
        let announced = response.content_length().unwrap_or(0);
        if announced > ANSWER_LIMIT as u64 {
            return Err(too_large());
        }
        let headers = std::mem::take(response.headers_mut());
        self.heard.hear(order, &headers);
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| fail(error, Some(status)))?
        {
            if body.len() + chunk.len() > ANSWER_LIMIT {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// The list in which calls are noted.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }
}

/// Notes a call when it is dropped, so that a cancelled one is noted as well.
struct Noted<'a> {
    calls: &'a Calls,
    label: &'static str,
    began: Instant,
    status: Option<u16>,
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.calls.note(self.label, self.began, self.status);
        tracing::debug!(
            call = self.label,
            status = self.status,
            elapsed_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            "call ended"
        );
    }
}

/// What both kinds of client have in common.
fn builder(limit: Duration) -> ClientBuilder {
    Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_LIMIT.min(limit))
        .timeout(limit)
}

fn built(builder: ClientBuilder) -> Result<Client, Failure> {
    let client = builder.build();
    client.map_err(|error| Failure::of("start", &error.without_url(), None))
}

/// Makes ring the process's cryptography. Whoever was first wins; both are good.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests;
