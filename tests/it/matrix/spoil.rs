//! The ways in which an outside call can go wrong.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use super::calls::Call;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spoilt {
    NoAnswer,
    TooMany,
    ServerError,
    ResetBefore,
    ResetAfter,
    Truncated,
    Html,
    Portal,
    SlowBody,
}

impl Spoilt {
    pub(super) const ALL: [Self; 9] = [
        Self::NoAnswer,
        Self::TooMany,
        Self::ServerError,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::Truncated,
        Self::Html,
        Self::Portal,
        Self::SlowBody,
    ];

    /// In the sandbox's words. `limit` is how long the product waits for an answer.
    fn words(self, limit: Duration) -> Value {
        let long = 20 * limit.as_millis();
        match self {
            Self::NoAnswer => json!({ "kind": "delay", "ms": 3_600_000 }),
            Self::TooMany => json!({ "kind": "rate-limit", "retry_after": 1 }),
            Self::ServerError => json!({ "kind": "status", "status": 500 }),
            Self::ResetBefore => json!({ "kind": "reset-before" }),
            Self::ResetAfter => json!({ "kind": "reset-after" }),
            Self::Truncated => json!({ "kind": "truncate" }),
            Self::Html => json!({ "kind": "html", "status": 503 }),
            Self::Portal => json!({ "kind": "html", "status": 200 }),
            Self::SlowBody => json!({ "kind": "slow-body", "ms": long }),
        }
    }
}

impl fmt::Display for Spoilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NoAnswer => "no answer",
            Self::TooMany => "429",
            Self::ServerError => "500",
            Self::ResetBefore => "reset before the effect",
            Self::ResetAfter => "reset after the effect",
            Self::Truncated => "truncated body",
            Self::Html => "HTML body, 503",
            Self::Portal => "HTML body, 200",
            Self::SlowBody => "slow body",
        })
    }
}

/// How much of what follows goes wrong as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// The call alone: asking again helps.
    Once,
    /// It and every later call of its endpoint.
    Endpoint,
    /// It and every later call of any endpoint, as where the network is gone.
    Everything,
}

impl Reach {
    pub(super) const ALL: [Self; 3] = [Self::Once, Self::Endpoint, Self::Everything];
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Once => "once",
            Self::Endpoint => "from then on",
            Self::Everything => "and all that follows",
        })
    }
}

/// The fault for the sandbox that spoils `call`, which is the `at`-th of its flow, counted from 1.
pub(super) fn fault(call: &Call, at: u64, spoilt: Spoilt, reach: Reach, limit: Duration) -> Value {
    let mut fault = spoilt.words(limit);
    let (method, path, nth, times) = match reach {
        Reach::Once => (call.method.as_str(), call.path.as_str(), call.nth, 1),
        Reach::Endpoint => (call.method.as_str(), call.path.as_str(), call.nth, u64::MAX),
        Reach::Everything => ("*", "/**", at, u64::MAX),
    };
    fault["method"] = method.into();
    fault["path"] = path.into();
    fault["nth"] = nth.into();
    fault["times"] = times.into();
    fault
}
