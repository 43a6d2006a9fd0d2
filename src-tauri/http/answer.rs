//! An answer, and what its headers say.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde::de::DeserializeOwned;

/// Largest answer that is read, in bytes.
pub const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// Seconds beyond which a reset header is a moment since 1970, not a span.
const EPOCH_LIKE: u64 = 1_000_000_000;

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
        let now = || self.date().unwrap_or_else(Timestamp::now);
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

    /// The server's time of day.
    pub fn date(&self) -> Option<Timestamp> {
        self.header(&DATE).and_then(date)
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
