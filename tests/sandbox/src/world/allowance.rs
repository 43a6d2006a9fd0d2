//! The rate limit: so many requests per span of time and owner, then nothing for as long again.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

/// Cloudflare's published limit: 1,200 requests per five minutes and user.
const QUOTA: u64 = 1_200;
const WINDOW_SECONDS: i64 = 300;

/// The limit and what each owner has used of it.
#[derive(Debug)]
pub(crate) struct Allowance {
    pub(crate) quota: u64,
    pub(crate) window_seconds: i64,
    used: HashMap<String, Window>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    ends: Timestamp,
    used: u64,
}

/// What is left after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Remaining {
    pub(crate) quota: u64,
    pub(crate) window_seconds: i64,
    pub(crate) requests: u64,
    /// Until the count starts again.
    pub(crate) seconds: i64,
    /// Whether this request was one too many.
    pub(crate) exceeded: bool,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            quota: QUOTA,
            window_seconds: WINDOW_SECONDS,
            used: HashMap::new(),
        }
    }
}

impl Allowance {
    /// Counts one request of `owner`; requests that prove no owner are not counted.
    pub(crate) fn spend(&mut self, owner: Option<&str>, now: Timestamp) -> Remaining {
        let fresh = Window {
            ends: now
                .saturating_add(SignedDuration::from_secs(self.window_seconds))
                .unwrap_or(now),
            used: 0,
        };
        let mut spare = fresh;
        let window = match owner {
            Some(owner) => self.used.entry(owner.to_owned()).or_insert(fresh),
            None => &mut spare,
        };
        if window.ends <= now {
            *window = fresh;
        }
        if owner.is_some() {
            window.used += 1;
            if window.used == self.quota + 1 {
                window.ends = fresh.ends;
            }
        }
        Remaining {
            quota: self.quota,
            window_seconds: self.window_seconds,
            requests: self.quota.saturating_sub(window.used),
            seconds: window.ends.duration_since(now).as_secs().max(1),
            exceeded: window.used > self.quota,
        }
    }

    /// Sets the limit and forgets what was used.
    pub(crate) fn set(&mut self, quota: u64, window_seconds: i64) {
        *self = Self {
            quota,
            window_seconds,
            used: HashMap::new(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_beyond_the_quota_is_refused_for_a_whole_window() {
        let mut allowance = Allowance::default();
        allowance.set(2, 300);
        let start = Timestamp::UNIX_EPOCH;
        let at = |seconds| start + SignedDuration::from_secs(seconds);
        assert_eq!(
            allowance.spend(Some("u"), at(0)).requests,
            1,
            "one of two is left"
        );
        assert!(
            !allowance.spend(Some("u"), at(10)).exceeded,
            "the second is the last one allowed"
        );
        let third = allowance.spend(Some("u"), at(200));
        assert!(
            third.exceeded && third.seconds == 300,
            "the block lasts five minutes from here: {third:?}"
        );
        assert!(
            allowance.spend(Some("u"), at(499)).exceeded,
            "still blocked"
        );
        assert!(
            !allowance.spend(Some("u"), at(500)).exceeded,
            "and then free again"
        );
        assert!(
            !allowance.spend(Some("other"), at(200)).exceeded,
            "owners do not share"
        );
        assert!(
            !allowance.spend(None, at(200)).exceeded,
            "the unknown are not counted"
        );
    }
}
