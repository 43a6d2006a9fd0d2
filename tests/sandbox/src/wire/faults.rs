//! What shall go wrong, and when.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a request is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Answered late, by `ms`.
    Delay,
    /// Answered with `status`; nothing takes effect.
    Status,
    /// 429 with `Retry-After: retry_after`; nothing takes effect.
    RateLimit,
    /// The connection is reset; nothing takes effect.
    ResetBefore,
    /// The connection is reset after everything took effect.
    ResetAfter,
    /// The body ends half-way although its length was announced; everything took effect.
    Truncate,
    /// The body is no JSON, under the real status; everything took effect.
    Garbage,
    /// `status` with an HTML page, as a proxy in between answers; nothing takes effect.
    Html,
    /// The body comes in pieces over `ms`; everything took effect.
    SlowBody,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Delay => "delay",
            Self::Status => "status",
            Self::RateLimit => "rate-limit",
            Self::ResetBefore => "reset-before",
            Self::ResetAfter => "reset-after",
            Self::Truncate => "truncate",
            Self::Garbage => "garbage",
            Self::Html => "html",
            Self::SlowBody => "slow-body",
        }
    }
}

/// One fault: an endpoint, a call number, and what happens to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// Any method when absent or `*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// Segment by segment; `{}`, `{anything}` and `*` stand for one segment, a last `**` for the rest.
    path: String,
    /// The first call that is met, counted from when the fault was set; 0 for the first and every later one.
    #[serde(default)]
    nth: u64,
    /// How many calls are met; one when `nth` is given, all when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    pub(crate) kind: Kind,
    /// Milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ms: Option<u64>,
    /// HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// Cloudflare's error code in the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// Sent instead of the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Value>,
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<u64>,
    /// Matching calls so far.
    #[serde(default, skip_deserializing)]
    seen: u64,
}

/// All faults, in the order they were set.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn set(&mut self, faults: Vec<Fault>) {
        self.0 = faults;
    }

    pub(crate) fn all(&self) -> &[Fault] {
        &self.0
    }

    /// Counts a call against every fault that names it, and gives the first that meets it.
    pub(crate) fn meet(&mut self, method: &str, path: &str) -> Option<Fault> {
        let mut met = None;
        for fault in &mut self.0 {
            if fault.names(method, path) {
                fault.seen += 1;
                if met.is_none() && fault.is_due() {
                    met = Some(fault.clone());
                }
            }
        }
        met
    }
}

impl Fault {
    fn names(&self, method: &str, path: &str) -> bool {
        let method_fits = self
            .method
            .as_deref()
            .is_none_or(|mine| mine == "*" || mine.eq_ignore_ascii_case(method));
        method_fits && path_fits(&self.path, path)
    }

    fn is_due(&self) -> bool {
        let first = self.nth.max(1);
        let times = self
            .times
            .unwrap_or(if self.nth == 0 { u64::MAX } else { 1 });
        self.seen >= first && self.seen - first < times
    }
}

fn path_fits(pattern: &str, path: &str) -> bool {
    let mut given = path.trim_matches('/').split('/');
    for wanted in pattern.trim_matches('/').split('/') {
        if wanted == "**" {
            return true;
        }
        let Some(segment) = given.next() else {
            return false;
        };
        let wild = wanted == "*" || (wanted.starts_with('{') && wanted.ends_with('}'));
        if !wild && wanted != segment {
            return false;
        }
    }
    given.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: Value) -> Fault {
        serde_json::from_value(json).expect("a fault")
    }

    #[test]
    fn paths_fit_segment_by_segment() {
        for (pattern, path, fits) in [
            ("/client/v4/user/tokens", "/client/v4/user/tokens", true),
            (
                "/client/v4/user/tokens",
                "/client/v4/user/tokens/verify",
                false,
            ),
            (
                "/client/v4/user/tokens/{}",
                "/client/v4/user/tokens/abc",
                true,
            ),
            (
                "/client/v4/user/tokens/{id}",
                "/client/v4/user/tokens/abc",
                true,
            ),
            ("/client/v4/user/tokens/*", "/client/v4/user/tokens", false),
            (
                "/client/v4/accounts/*/**",
                "/client/v4/accounts/abc/pages/projects",
                true,
            ),
            ("/v1/connections/{}", "/v1/connections/1", true),
        ] {
            assert_eq!(path_fits(pattern, path), fits, "{pattern} on {path}");
        }
    }

    #[test]
    fn calls_are_counted_from_when_the_fault_was_set() {
        let due = |fault: Fault| {
            let mut faults = Faults(vec![fault]);
            (1..=5)
                .filter(|_| faults.meet("GET", "/a").is_some())
                .count()
        };
        let kind = "delay";
        assert_eq!(
            due(fault(serde_json::json!({ "path": "/a", "kind": kind }))),
            5,
            "no number means every call"
        );
        assert_eq!(
            due(fault(
                serde_json::json!({ "path": "/a", "kind": kind, "nth": 2 })
            )),
            1,
            "one call by number"
        );
        assert_eq!(
            due(fault(
                serde_json::json!({ "path": "/a", "kind": kind, "nth": 2, "times": 3 })
            )),
            3,
            "and on"
        );
        assert_eq!(
            due(fault(
                serde_json::json!({ "path": "/a", "kind": kind, "times": 2 })
            )),
            2,
            "the first two"
        );
        assert_eq!(
            due(fault(
                serde_json::json!({ "method": "POST", "path": "/a", "kind": kind })
            )),
            0,
            "not a POST"
        );
    }

    #[test]
    fn the_second_of_two_faults_waits_for_its_own_number() {
        let mut faults = Faults(vec![
            fault(serde_json::json!({ "path": "/a", "nth": 1, "kind": "delay" })),
            fault(serde_json::json!({ "path": "/a", "nth": 2, "kind": "garbage" })),
        ]);
        let kinds: Vec<_> = (0..3)
            .map(|_| faults.meet("GET", "/a").map(|fault| fault.kind))
            .collect();
        assert_eq!(
            kinds,
            [Some(Kind::Delay), Some(Kind::Garbage), None],
            "each call meets its own fault"
        );
    }
}
