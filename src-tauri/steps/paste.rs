//! Step 3: what was pasted, and how long it may be held.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::fuse::Fuse;
use super::inspect::Inspected;
use crate::choose::Listed;
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

/// A pasted token once it is known who it is.
pub(crate) struct OneTime {
    /// What was pasted, and when.
    pub(crate) paste: Paste,
    /// What Cloudflare says of it.
    pub(crate) broad: Inspected,
    /// Whether it was made through a link of this installation.
    pub(crate) ours: bool,
    /// The early end that it was given, or is being given.
    pub(crate) fuse: Option<Fuse>,
    /// The zones of one account that it sees, once they were listed.
    pub(crate) zones: Option<Listed>,
}

/// What is in hand of a pasted token.
pub(crate) enum Hand {
    /// Nothing: none was pasted, or it was used up.
    Empty,
    /// Pasted, and nobody was asked yet who it is.
    Pasted(Paste),
    /// Known.
    Known(Box<OneTime>),
    /// It was held for [`PASTE_LIVES`] and dropped unused. Until something else is pasted, no step goes on without it.
    Lapsed,
}

impl Hand {
    /// What was pasted.
    pub(crate) fn paste(&self) -> Option<&Paste> {
        match self {
            Self::Pasted(paste) => Some(paste),
            Self::Known(one_time) => Some(&one_time.paste),
            Self::Empty | Self::Lapsed => None,
        }
    }

    /// The token, where it is known.
    pub(crate) fn one_time(&self) -> Option<&OneTime> {
        match self {
            Self::Known(one_time) => Some(one_time),
            Self::Empty | Self::Pasted(_) | Self::Lapsed => None,
        }
    }

    /// The token, or why there is none to go on with.
    pub(crate) fn known(&self) -> Result<&OneTime, Problem> {
        match self {
            Self::Known(one_time) => Ok(one_time),
            Self::Empty | Self::Pasted(_) => Err(nothing_pasted()),
            Self::Lapsed => Err(paste_stale()),
        }
    }

    /// The same, to be looked through further.
    pub(crate) fn known_mut(&mut self) -> Result<&mut OneTime, Problem> {
        match self {
            Self::Known(one_time) => Ok(one_time),
            Self::Empty | Self::Pasted(_) => Err(nothing_pasted()),
            Self::Lapsed => Err(paste_stale()),
        }
    }

    /// Takes the token out, where it is known; anything else is dropped, and so wiped.
    pub(crate) fn take(&mut self) -> Option<OneTime> {
        match std::mem::replace(self, Self::Empty) {
            Self::Known(one_time) => Some(*one_time),
            Self::Lapsed => {
                *self = Self::Lapsed;
                None
            }
            Self::Empty | Self::Pasted(_) => None,
        }
    }

    /// Drops, and so wipes, what was held for [`PASTE_LIVES`]. Tells whether that became of what was pasted last, now or
    /// earlier: whoever pasted must not find a step done without the token.
    pub(crate) fn forget_stale(&mut self, now: Timestamp) -> bool {
        if self.is_stale(now) {
            *self = Self::Lapsed;
        }
        matches!(self, Self::Lapsed)
    }

    /// Whether what was pasted has been held for [`PASTE_LIVES`].
    pub(crate) fn is_stale(&self, now: Timestamp) -> bool {
        self.paste().is_some_and(|paste| paste.stale(now))
    }
}

/// What is said of a token that was held too long.
pub(crate) fn paste_stale() -> Problem {
    Problem::new(
        "paste-stale",
        "The pasted token was held for 15 minutes without being used, so it was dropped.",
        "Make a new one through the token page and paste it.",
        Next::OpenTokenPage,
    )
}

/// What is said where a step needs a token that nobody pasted, or that nobody was asked about.
pub(crate) fn nothing_pasted() -> Problem {
    Problem::new(
        "nothing-pasted",
        "No token has been pasted yet.",
        "Paste the one-time token.",
        Next::PasteAgain,
    )
}
