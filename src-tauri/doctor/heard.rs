//! One answer, whichever way it came.

use std::time::Duration;

use jiff::Timestamp;

use super::causes::{of_error, of_kind};
use super::story::CauseKind;
use crate::cloudflare::{Error, Kind, Probe};
use crate::proof::{Answered, Verdict, judge};

/// What was answered to a question about a permission.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    /// What it means.
    pub verdict: Verdict,
    /// Method and path template.
    pub endpoint: String,
    /// HTTP status; nothing where no answer came.
    pub status: Option<u16>,
    /// Cloudflare's code.
    pub code: Option<u32>,
    /// Cloudflare's words.
    pub message: Option<String>,
    /// Cloudflare's id of the request.
    pub ray: Option<String>,
    /// The pause that was asked for.
    pub retry_after: Option<Duration>,
    /// Cloudflare's time of day.
    pub date: Option<Timestamp>,
    /// What kept the answer from telling.
    pub obstacle: Option<CauseKind>,
    /// The words of whoever broke, for an expert.
    pub evidence: Option<String>,
}

impl Heard {
    /// What was answered to a probe.
    pub(super) fn answered(answered: &Answered) -> Self {
        let endpoint = answered.question.endpoint.shown;
        match (&answered.probe, &answered.error) {
            (Some(probe), _) => Self::probed(endpoint, probe, answered.verdict),
            (None, Some(error)) => Self::failed(endpoint, error),
            (None, None) => Self::silent(endpoint),
        }
    }

    /// What was answered to one call, judged so.
    pub(super) fn probed(endpoint: &str, probe: &Probe, verdict: Verdict) -> Self {
        // What is only unclear is told by its own words.
        let obstacle = match &probe.kind {
            Kind::R2NotEnabled => Some(CauseKind::ProductNotEnabled),
            kind @ (Kind::RateLimited
            | Kind::ServerError
            | Kind::AddressBlocked { .. }
            | Kind::UnknownToken) => Some(of_kind(kind)),
            _ => None,
        };
        Self {
            verdict,
            status: Some(probe.status),
            code: probe.code,
            message: Some(probe.message.clone()).filter(|text| !text.is_empty()),
            ray: probe.trail.ray.clone(),
            retry_after: probe.retry_after,
            date: probe.date,
            obstacle,
            evidence: Some(probe.evidence(endpoint)),
            ..Self::silent(endpoint)
        }
    }

    /// What was answered to a call that lists something.
    pub(super) fn listed<T>(endpoint: &str, result: &Result<T, Error>) -> Self {
        match result {
            Ok(_) => Self {
                verdict: Verdict::Allowed,
                status: Some(200),
                obstacle: None,
                ..Self::silent(endpoint)
            },
            Err(error) => Self::failed(endpoint, error),
        }
    }

    fn failed(endpoint: &str, error: &Error) -> Self {
        // Nothing that was not asked was refused.
        let verdict = error
            .status
            .map_or(Verdict::Unclear, |_| judge(&error.kind));
        // Of a refusal there is nothing more to tell; of anything else, what was in the way.
        let obstacle = match verdict {
            Verdict::Allowed | Verdict::Refused => None,
            _ if error.kind == Kind::R2NotEnabled => Some(CauseKind::ProductNotEnabled),
            _ => Some(of_error(error)),
        };
        Self {
            verdict,
            status: error.status,
            code: error.code,
            message: Some(error.message.to_string()).filter(|text| !text.is_empty()),
            ray: error.trail.ray.clone(),
            retry_after: error.retry_after,
            obstacle,
            evidence: Some(error.evidence()),
            ..Self::silent(endpoint)
        }
    }

    fn silent(endpoint: &str) -> Self {
        Self {
            verdict: Verdict::Unclear,
            endpoint: endpoint.to_owned(),
            status: None,
            code: None,
            message: None,
            ray: None,
            retry_after: None,
            date: None,
            obstacle: Some(CauseKind::NoAnswer),
            evidence: None,
        }
    }

    /// What was seen, in one line.
    pub(super) fn seen(&self) -> String {
        if let Some(evidence) = &self.evidence {
            return evidence.clone();
        }
        match self.status {
            Some(status) => format!("{}: HTTP {status}", self.endpoint),
            None => format!("{}: no answer", self.endpoint),
        }
    }
}
