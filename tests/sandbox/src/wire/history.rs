//! Which requests were made: enough to count and order them, never enough to repeat one.

use std::{collections::VecDeque, time::Instant};

use axum::http::Response;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The oldest entries go first beyond this many.
const KEPT: usize = 50_000;

/// The plain SHA-256 of an R2 token is its S3 secret, so a fingerprint must never be a part of that.
const FINGERPRINT_DOMAIN: &[u8] = b"narrows-sandbox-fingerprint\n";

/// Marks of the values that must not be repeated.
const SECRET_MARKS: [&str; 3] = ["cfut_", "cfat_", "cfk_"];

/// Which door a request came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Side {
    Cloudflare,
    Platform,
}

/// One request.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    /// Counted from 1; a reset does not start it again.
    n: u64,
    /// When it arrived.
    at: Timestamp,
    side: Side,
    method: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    /// The fingerprint of the secret it showed.
    credential: Option<String>,
    /// The status answered; null while it runs, and when the connection was cut.
    status: Option<u16>,
    /// What its answer calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The fault that met it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
    /// Milliseconds since the sandbox started.
    began_ms: f64,
    ended_ms: Option<f64>,
}

/// All requests since the start or the last reset.
#[derive(Debug)]
pub(crate) struct History {
    started: Instant,
    last: u64,
    entries: VecDeque<Entry>,
}

/// What is known of a request when it arrives.
pub(crate) struct Arrival<'a> {
    pub(crate) side: Side,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) secret: Option<&'a str>,
}

impl History {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            last: 0,
            entries: VecDeque::new(),
        }
    }

    /// Notes an arrival and gives its number.
    pub(crate) fn begin(&mut self, arrival: &Arrival<'_>) -> u64 {
        self.last += 1;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            n: self.last,
            at: Timestamp::now(),
            side: arrival.side,
            method: arrival.method.to_owned(),
            path: without_secrets(arrival.path),
            query: arrival.query.map(without_secrets),
            credential: arrival.secret.map(fingerprint),
            status: None,
            id: None,
            fault: None,
            began_ms: self.elapsed_ms(),
            ended_ms: None,
        });
        self.last
    }

    /// Notes how request `n` ended; without an answer where the connection was cut.
    pub(crate) fn end<B>(
        &mut self,
        n: u64,
        answer: Option<&Response<B>>,
        fault: Option<&'static str>,
    ) {
        let ended = self.elapsed_ms();
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.n == n) {
            entry.status = answer.map(|answer| answer.status().as_u16());
            entry.id = answer.and_then(name);
            entry.fault = fault;
            entry.ended_ms = Some(ended);
        }
    }

    pub(crate) fn entries(&self) -> &VecDeque<Entry> {
        &self.entries
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    fn elapsed_ms(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1_000.0
    }
}

/// What an answer calls its request, at either door.
fn name<B>(answer: &Response<B>) -> Option<String> {
    let headers = answer.headers();
    let id = headers.get("cf-ray").or(headers.get("x-request-id"))?;
    id.to_str().ok().map(str::to_owned)
}

/// Twelve hexadecimal digits that tell two secrets apart and say nothing else about them.
pub(crate) fn fingerprint(secret: &str) -> String {
    let digest = Sha256::new()
        .chain_update(FINGERPRINT_DOMAIN)
        .chain_update(secret)
        .finalize();
    HEXLOWER.encode(&digest[..6])
}

/// People paste a token where an id belongs; the history must not keep it.
fn without_secrets(text: &str) -> String {
    if SECRET_MARKS.iter().any(|mark| text.contains(mark)) {
        "[redacted]".to_owned()
    } else {
        text.to_owned()
    }
}
