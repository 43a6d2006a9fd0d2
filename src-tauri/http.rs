//! The one conduit to the outside: both clients send through it.
//!
//! What it promises: system roots and HTTP/2; the system's proxies honoured, but never for loopback; no redirect
//! followed; a limit on connecting, on the whole request and on the answer's size; every call noted in [`Calls`],
//! also one that failed or was dropped on the way. What it never does: retry, log, or put an address's query, a
//! header or a body into the text of a failure.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Once;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder};
use serde::de::DeserializeOwned;
use url::{Host, Url};

use crate::calls::Calls;
use crate::problem::{Next, Problem};

/// Longest time to reach a server: name, connection and TLS.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Longest time from the start of a request to the last byte of its answer.
const REQUEST_LIMIT: Duration = Duration::from_secs(15);

/// Largest answer that is read, in bytes.
pub const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// What the other side is told of us. Cloudflare refuses some edges without it (code 1010).
pub const USER_AGENT: &str = concat!("Narrows/", env!("CARGO_PKG_VERSION"), " (+desktop)");

/// Seconds beyond which a reset header is a moment since 1970, not a span.
const EPOCH_LIKE: u64 = 1_000_000_000;

/// Sends requests. Clones share connections and the list of calls.
#[derive(Clone, Debug)]
pub struct Http {
    outside: Client,
    loopback: Client,
    calls: Calls,
}

impl Http {
    /// A conduit that notes its calls in `calls`.
    pub fn new(calls: Calls) -> Result<Self, Failure> {
        Self::with_limit(calls, REQUEST_LIMIT)
    }

    /// The same with another limit on the whole request, for tests of silence.
    pub fn with_limit(calls: Calls, limit: Duration) -> Result<Self, Failure> {
        install_crypto();
        let builder = || {
            Client::builder()
                .user_agent(USER_AGENT)
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(CONNECT_LIMIT.min(limit))
                .timeout(limit)
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder
                .build()
                .map_err(|error| Failure::of("start", &error.without_url(), None))
        };
        Ok(Self {
            outside: build(builder())?,
            // A proxy has no business between two programs of one machine; and plain HTTP needs no roots.
            loopback: build(builder().no_proxy().tls_certs_only([]))?,
            calls,
        })
    }

    /// Begins a request to `url`.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let client = if url.scheme() == "http" && is_loopback(&url) {
            &self.loopback
        } else {
            &self.outside
        };
        client.request(method, url)
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
        let fail = |error: reqwest::Error, status| Failure::of(label, &error.without_url(), status);
        let mut response = request.send().await.map_err(|error| fail(error, None))?;
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

/// Makes ring the process's cryptography. Whoever was first wins; both are good.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// An answer, whatever its status.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, whole; at most [`ANSWER_LIMIT`] bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Cloudflare's id of the request (`cf-ray`).
    pub fn ray(&self) -> Option<&str> {
        self.header(&HeaderName::from_static("cf-ray"))
    }

    /// How long to wait before asking again, from the first of `Retry-After` (seconds or a date),
    /// `x-ratelimit-reset`, and `t=` of the draft header `ratelimit`.
    pub fn retry_after(&self) -> Option<Duration> {
        let now = || {
            self.header(&DATE)
                .and_then(date)
                .unwrap_or_else(Timestamp::now)
        };
        let until = |moment: Timestamp| {
            Duration::try_from(moment.duration_since(now())).unwrap_or(Duration::ZERO)
        };
        if let Some(text) = self.header(&RETRY_AFTER) {
            if let Ok(seconds) = text.trim().parse() {
                return Some(Duration::from_secs(seconds));
            }
            if let Some(moment) = date(text) {
                return Some(until(moment));
            }
        }
        let reset = self
            .header(&HeaderName::from_static("x-ratelimit-reset"))
            .and_then(|text| text.trim().parse::<u64>().ok());
        if let Some(seconds) = reset {
            if seconds < EPOCH_LIKE {
                return Some(Duration::from_secs(seconds));
            }
            let moment = i64::try_from(seconds)
                .ok()
                .and_then(|seconds| Timestamp::from_second(seconds).ok());
            return moment.map(until);
        }
        self.header(&HeaderName::from_static("ratelimit"))?
            .split([';', ','])
            .find_map(|part| part.trim().strip_prefix("t=")?.trim().parse().ok())
            .map(Duration::from_secs)
    }

    /// The body read as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A body may hold a token's value.
        write!(
            f,
            "Answer {{ status: {}, body: {} bytes }}",
            self.status,
            self.body.len()
        )
    }
}

/// An HTTP date; the older grammar of RFC 2822 covers the form that servers send.
fn date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new()
        .parse_timestamp(text.trim())
        .ok()
}

/// No answer came, or not a whole one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{label}: {kind} ({detail})")]
pub struct Failure {
    /// The call, as in [`Calls`].
    pub label: &'static str,
    /// What broke.
    pub kind: FailureKind,
    /// Whether the request may have taken effect.
    pub effect: Effect,
    /// HTTP status, where the answer broke off after it.
    pub status: Option<u16>,
    /// The lower layers' words; never an address's query, a header or a body.
    pub detail: String,
}

/// What broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The server's name could not be resolved.
    Dns,
    /// Nothing listens there.
    Refused,
    /// The network has no way there.
    Unreachable,
    /// The certificate is not one that this computer trusts, or TLS failed otherwise.
    Tls,
    /// The proxy did not let us through.
    Proxy,
    /// The time limit passed.
    Timeout,
    /// The connection was lost before the answer began.
    Reset,
    /// The answer is larger than [`ANSWER_LIMIT`].
    TooLarge,
    /// The answer broke off.
    Cut,
    /// Anything else.
    Other,
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "the name could not be resolved",
            Self::Refused => "the connection was refused",
            Self::Unreachable => "the network is unreachable",
            Self::Tls => "the secure connection failed",
            Self::Proxy => "the proxy did not let the request through",
            Self::Timeout => "no answer in time",
            Self::Reset => "the connection was lost",
            Self::TooLarge => "the answer is too large",
            Self::Cut => "the answer broke off",
            Self::Other => "the request failed",
        })
    }
}

/// Whether a request that failed may have been carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It never left this computer.
    NeverSent,
    /// It may have been carried out.
    Unknown,
}

impl Failure {
    fn of(label: &'static str, error: &reqwest::Error, status: Option<u16>) -> Self {
        let chain = Chain::of(error);
        let never_sent = error.is_connect() || error.is_builder();
        let effect = if never_sent {
            Effect::NeverSent
        } else {
            Effect::Unknown
        };
        Self {
            label,
            kind: chain.kind(error, status.is_some()),
            effect,
            status,
            detail: chain.words,
        }
    }

    /// The failure in a person's words.
    pub fn problem(&self) -> Problem {
        let (code, message, hint) = match self.kind {
            FailureKind::Dns => (
                "no-network",
                "The server's name could not be found.",
                "Check that this computer is online, then try again.",
            ),
            FailureKind::Unreachable => (
                "no-network",
                "This computer has no way to the server.",
                "Check that this computer is online, then try again.",
            ),
            FailureKind::Refused => (
                "connection-refused",
                "The server refused the connection.",
                "Check firewall and proxy settings, then try again.",
            ),
            FailureKind::Tls => (
                "tls-untrusted",
                "A secure connection could not be made: the certificate shown is not one that this computer trusts.",
                "If your company inspects traffic, its certificate has to be installed on this computer. Otherwise use another network.",
            ),
            FailureKind::Proxy => (
                "proxy-refused",
                "The proxy set on this computer did not let the request through.",
                "Check the proxy settings (also HTTPS_PROXY), or sign in at the proxy, then try again.",
            ),
            FailureKind::Timeout => (
                "timed-out",
                "No answer came in time.",
                "Check the network, then try again.",
            ),
            FailureKind::TooLarge => (
                "answer-too-large",
                "The answer was larger than any that is expected, and was not read.",
                "Try again; if it stays so, something on the way may be answering in the server's place.",
            ),
            FailureKind::Cut | FailureKind::Reset => (
                "connection-lost",
                "The connection was lost before the answer was whole.",
                "Check the network, then try again.",
            ),
            FailureKind::Other => (
                "request-failed",
                "The request could not be made.",
                "Try again; the details say what broke.",
            ),
        };
        Problem::new(code, message, hint, Next::Retry).with_evidence(self.to_string())
    }
}

/// What can be read from an error and its causes.
struct Chain {
    words: String,
    io: Option<io::ErrorKind>,
    tls: bool,
    cut: bool,
}

impl Chain {
    fn of(error: &reqwest::Error) -> Self {
        let mut chain = Self {
            words: String::new(),
            io: None,
            tls: false,
            cut: false,
        };
        let mut next: Option<&(dyn StdError + 'static)> = error.source();
        while let Some(cause) = next {
            chain.look_at(cause);
            next = cause.source();
        }
        if chain.words.is_empty() {
            chain.words = error.to_string();
        }
        chain
    }

    fn look_at(&mut self, cause: &(dyn StdError + 'static)) {
        let words = cause.to_string();
        if !self.words.contains(&words) {
            if !self.words.is_empty() {
                self.words.push_str(": ");
            }
            self.words.push_str(&words);
        }
        self.tls |= cause.is::<rustls::Error>();
        self.cut |= words.contains("message completed") || words.contains("end of file");
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            self.io = Some(error.kind());
            // An I/O error hides what it wraps from `source`, and that is where TLS puts its own.
            if let Some(inner) = error.get_ref() {
                self.look_at(inner);
            }
        }
    }

    fn kind(&self, error: &reqwest::Error, answering: bool) -> FailureKind {
        if self.words.contains("tunnel error") || self.words.contains("SOCKS error") {
            FailureKind::Proxy
        } else if error.is_timeout() {
            FailureKind::Timeout
        } else if error.is_dns() {
            FailureKind::Dns
        } else if self.tls {
            FailureKind::Tls
        } else {
            match self.io {
                Some(io::ErrorKind::ConnectionRefused) => FailureKind::Refused,
                Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
                    FailureKind::Unreachable
                }
                _ if answering => FailureKind::Cut,
                Some(
                    io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::UnexpectedEof,
                ) => FailureKind::Reset,
                _ if self.cut => FailureKind::Reset,
                _ => FailureKind::Other,
            }
        }
    }
}

/// An address below which a client asks: https anywhere, or http on this machine for the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(Url);

impl Base {
    /// An http address on this machine, such as `http://127.0.0.1:4000/client/v4`.
    pub fn loopback(text: &str) -> Result<Self, Problem> {
        let url = plain(text)?;
        if is_loopback(&url) && url.scheme() == "http" {
            return Ok(Self(url));
        }
        Err(refuse(
            text,
            "is not an address on this computer",
            "Use http on 127.0.0.1, [::1] or localhost, or leave it unset.",
        ))
    }

    /// Any https address, such as a platform's.
    pub fn https(text: &str) -> Result<Self, Problem> {
        let url = plain(text)?;
        if url.scheme() == "https" {
            return Ok(Self(url));
        }
        Err(refuse(
            text,
            "is not a secure address",
            "Use an address that begins with https://.",
        ))
    }

    /// Any https address, or one on this machine.
    pub fn https_or_loopback(text: &str) -> Result<Self, Problem> {
        Self::loopback(text).or_else(|_| Self::https(text))
    }

    /// The address, without a slash at its end unless it has no path.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Whether it lies on this machine, so that it stands for a sandbox.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The address of `path` below this base; see [`below`].
    pub fn join(&self, path: &str) -> Url {
        below(&self.0, path)
    }

    /// A well-known address, written in the source.
    pub(crate) fn constant(text: &'static str) -> Self {
        #[allow(clippy::expect_used, reason = "a constant, and a test asks for each")]
        Self(Url::parse(text).expect("a constant address"))
    }
}

/// The address of `path` (which begins with a slash and may hold a query) below `base`.
pub fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path, None),
    };
    let whole = format!("{}{path}", base.path().trim_end_matches('/'));
    url.set_path(&whole);
    url.set_query(query);
    url
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// Reads an address that holds nothing but scheme, host, port and path.
fn plain(text: &str) -> Result<Url, Problem> {
    let mut url = Url::parse(text.trim()).map_err(|_| {
        refuse(
            text,
            "is not an address",
            "Write it whole, with https:// in front.",
        )
    })?;
    let bare = url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !bare {
        return Err(refuse(
            "The address",
            "holds more than a host and a path",
            "Leave out user names, question marks and what follows them.",
        ));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

fn refuse(what: &str, why: &str, hint: &str) -> Problem {
    // What was given may be a token put into the wrong variable: only what looks like an address is repeated.
    let what = if what.contains("://") && !what.contains('@') && !what.contains('?') {
        what
    } else {
        "The address"
    };
    Problem::new(
        "address-refused",
        format!("{what} {why}."),
        hint,
        Next::ChangeChoices,
    )
}

/// Whether `url` names this machine: `localhost`, 127.0.0.0/8 or `::1`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use super::*;

    /// Answers one connection as `serve` likes, and tells its address.
    fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            serve(stream);
        });
        Url::parse(&format!("http://{address}/?secret=hunter2")).unwrap()
    }

    async fn get(http: &Http, url: Url) -> Result<Answer, Failure> {
        http.send("GET /", http.request(Method::GET, url)).await
    }

    fn answer(headers: &[(&'static str, &str)]) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Answer {
            status: 429,
            headers: map,
            body: Vec::new(),
        }
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_told_from_one_that_never_began() {
        let http = Http::new(Calls::new()).unwrap();
        let cut = server(|mut stream| {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
                .unwrap();
        });
        let failure = get(&http, cut).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Cut, "{failure}");
        assert_eq!(failure.status, Some(200), "the status was already there");
        let silent = server(drop);
        let failure = get(&http, silent).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Reset, "{failure}");
        assert_eq!(
            failure.effect,
            Effect::Unknown,
            "the request had been taken before the connection went away"
        );
    }

    #[tokio::test]
    async fn a_refused_connection_was_never_sent_and_shows_no_query() {
        let http = Http::new(Calls::new()).unwrap();
        let url = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            Url::parse(&format!("http://{address}/?secret=hunter2")).unwrap()
        };
        let failure = get(&http, url).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
        assert_eq!(failure.effect, Effect::NeverSent);
        assert!(
            !format!("{failure:?} {failure}").contains("hunter2"),
            "a query may hold anything: {failure:?}"
        );
        assert_eq!(http.calls().all().len(), 1, "a failed call is noted too");
    }

    #[tokio::test]
    async fn silence_ends_at_the_limit() {
        let http = Http::with_limit(Calls::new(), Duration::from_millis(50)).unwrap();
        let (release, waiting) = std::sync::mpsc::channel::<()>();
        let url = server(move |_stream| {
            let _ = waiting.recv();
        });
        let failure = get(&http, url).await.unwrap_err();
        drop(release);
        assert_eq!(failure.kind, FailureKind::Timeout, "{failure}");
        assert_eq!(failure.effect, Effect::Unknown);
    }

    #[tokio::test]
    async fn an_answer_without_end_is_given_up() {
        let http = Http::new(Calls::new()).unwrap();
        let url = server(|mut stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            while stream.write_all(&[b'x'; 4096]).is_ok() {}
        });
        let failure = get(&http, url).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::TooLarge, "{failure}");
    }

    #[tokio::test]
    async fn plain_http_where_tls_is_expected_reads_as_tls_trouble() {
        let http = Http::new(Calls::new()).unwrap();
        let mut url = server(|mut stream| {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        });
        url.set_scheme("https").unwrap();
        let failure = get(&http, url).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Tls, "{failure}");
        assert_eq!(failure.effect, Effect::NeverSent);
        assert_eq!(failure.problem().code, "tls-untrusted");
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let http = Http::new(Calls::new()).unwrap();
        let url = server(|mut stream| {
            let _ = stream.write_all(
                b"HTTP/1.1 302 Found\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\n\r\n",
            );
        });
        let answer = get(&http, url).await.unwrap();
        assert_eq!(
            answer.status, 302,
            "a credential must not travel to another host"
        );
    }

    #[test]
    fn every_way_of_saying_when_to_come_back_is_read() {
        let table = [
            (vec![("retry-after", "7")], Some(7)),
            (
                vec![
                    ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                    ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"),
                ],
                Some(30),
            ),
            (
                vec![
                    ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                    ("retry-after", "Sun, 06 Nov 1994 08:40:00 GMT"),
                ],
                Some(0),
            ),
            (vec![("x-ratelimit-reset", "12")], Some(12)),
            (
                vec![
                    ("date", "Sun, 09 Sep 2001 01:46:40 GMT"),
                    ("x-ratelimit-reset", "1000000045"),
                ],
                Some(45),
            ),
            (vec![("ratelimit", "\"default\";r=0;t=99")], Some(99)),
            (vec![("retry-after", "soon")], None),
            (vec![], None),
        ];
        for (headers, seconds) in table {
            assert_eq!(
                answer(&headers).retry_after(),
                seconds.map(Duration::from_secs),
                "{headers:?}"
            );
        }
    }

    #[test]
    fn only_https_or_this_machine_is_ever_asked() {
        for text in [
            "http://127.0.0.1:4000/client/v4/",
            "http://localhost",
            "http://[::1]:80",
        ] {
            assert!(Base::loopback(text).is_ok(), "{text} is this machine");
        }
        for text in [
            "http://192.0.2.1/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com",
            "http://user@127.0.0.1/",
            "http://127.0.0.1/?x",
            "file:///etc/passwd",
            "cfut_notanaddress",
            "",
        ] {
            let problem = Base::https_or_loopback(text).expect_err(text);
            assert_eq!(problem.code, "address-refused");
            assert!(
                !problem.to_string().contains("cfut_"),
                "a token in the wrong variable is not repeated"
            );
        }
        assert!(Base::https("https://platform.example/").is_ok());
        assert!(
            Base::loopback("https://api.cloudflare.com").is_err(),
            "not this machine"
        );
    }

    #[test]
    fn a_path_is_joined_below_the_base_and_keeps_its_query() {
        let base = Base::loopback("http://127.0.0.1:4000/client/v4/").unwrap();
        assert_eq!(
            base.join("/zones?per_page=1").as_str(),
            "http://127.0.0.1:4000/client/v4/zones?per_page=1"
        );
        let root = Base::https("https://platform.example").unwrap();
        assert_eq!(
            root.join("/v1/me").as_str(),
            "https://platform.example/v1/me"
        );
    }
}
