//! Which outside calls were made, when, and how they ended: the measure of a run.
//!
//! Both clients write here; nothing of a request but its label is kept. From the times follows the number of
//! *rounds*: the longest chain of calls each of which began after the former's answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One finished outside call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Method and path template, such as `GET /user/tokens/verify`; no ids, no values.
    pub label: &'static str,
    /// When the request was begun.
    pub began: Instant,
    /// When its answer was read whole, or the attempt given up.
    pub ended: Instant,
    /// HTTP status, or nothing where no answer came.
    pub status: Option<u16>,
}

/// A shared list of calls. Clones write to the same list.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<Mutex<Vec<Call>>>);

impl Calls {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a call that has ended now.
    pub fn note(&self, label: &'static str, began: Instant, status: Option<u16>) {
        let call = Call {
            label,
            began,
            ended: Instant::now(),
            status,
        };
        self.lock().push(call);
    }

    /// Every call so far, in order of their ends.
    pub fn all(&self) -> Vec<Call> {
        self.lock().clone()
    }

    /// Rounds and time between two moments, of the calls that lie wholly within.
    pub fn span(&self, from: Instant, to: Instant) -> Span {
        let mut calls: Vec<Call> = self
            .lock()
            .iter()
            .filter(|call| call.began >= from && call.ended <= to)
            .cloned()
            .collect();
        calls.sort_by_key(|call| call.ended);
        let mut chains: Vec<usize> = Vec::with_capacity(calls.len());
        for (index, call) in calls.iter().enumerate() {
            let before = calls[..index]
                .iter()
                .zip(&chains)
                .filter(|(earlier, _)| earlier.ended <= call.began)
                .map(|(_, &chain)| chain)
                .max();
            chains.push(before.unwrap_or(0) + 1);
        }
        Span {
            rounds: chains.into_iter().max().unwrap_or(0),
            elapsed: to.saturating_duration_since(from),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long something took, in rounds and in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Calls in the longest chain.
    pub rounds: usize,
    /// Wall time.
    pub elapsed: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallel_calls_are_one_round_and_a_chain_is_as_long_as_its_calls() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let calls = Calls::new();
        for (began, ended) in [(0, 10), (0, 20), (10, 30), (20, 40), (41, 50)] {
            calls.lock().push(Call {
                label: "GET /",
                began: at(began),
                ended: at(ended),
                status: Some(200),
            });
        }
        assert_eq!(
            calls.span(at(0), at(60)).rounds,
            3,
            "0-20, 20-40, 41-50 follow one another"
        );
        assert_eq!(
            calls.span(at(10), at(60)).rounds,
            2,
            "what began before the span does not count"
        );
    }
}
