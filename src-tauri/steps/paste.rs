//! Step 3: what was pasted, and how long it may be held.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::cloudflare::pasted::Reading;
use crate::problem::{Next, Problem};
use crate::story::Pasted;

/// What may be known of a pasted value.
pub(crate) fn pasted(reading: &Reading) -> Pasted {
    Pasted {
        looks_like: reading.shape.name().to_owned(),
        length: u32::try_from(reading.value.len()).unwrap_or(u32::MAX),
        last_four: reading.value.last_four(),
        fingerprint: reading.value.fingerprint(),
        notices: reading
            .notices
            .iter()
            .map(|notice| notice.sentence().to_owned())
            .collect(),
        clipboard_cleared: false,
    }
}

/// How long a pasted token is held at the most.
pub const PASTE_LIVES: Duration = Duration::from_mins(15);

/// What was pasted, and when. Both clocks count: one stands still while the computer sleeps, the other may be set.
pub(crate) struct Paste {
    pub(crate) reading: Reading,
    pub(crate) since: Instant,
    pub(crate) on: Timestamp,
}

impl Paste {
    pub(crate) fn stale(&self, now: Timestamp) -> bool {
        let by_day = now.duration_since(self.on).unsigned_abs();
        self.since.elapsed() >= PASTE_LIVES || by_day >= PASTE_LIVES
    }
}

pub(crate) fn paste_stale() -> Problem {
    Problem::new(
        "paste-stale",
        "The pasted token was held for 15 minutes without being used, so it was dropped.",
        "Make a new one through the token page and paste it.",
        Next::OpenTokenPage,
    )
}

pub(crate) fn nothing_pasted() -> Problem {
    Problem::new(
        "nothing-pasted",
        "No token has been pasted yet.",
        "Paste the one-time token.",
        Next::PasteAgain,
    )
}
