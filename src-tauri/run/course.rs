//! How far a rotation is, read from its journal, and what comes next. Pure: the same for a run that goes on and for one
//! that is taken up after a crash.
//!
//! ```text
//! mint → keep → prove → deliver → swap → revoke → forget-old
//! ```
//!
//! A step is taken once the one before it is done for certain. Up to `prove` the new token can be undone, as nobody
//! else has it; from `deliver` on the way leads forward only, unless the platform is known not to hold the new token.

use super::effect::{DELIVER, FORGET_OLD, KEEP, MINT, PROVE, REVOKE, SWAP, UNDO_MINT};
use crate::record::{Entry, Phase};
use crate::story::RotationState;

/// How far one effect is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Never begun.
    #[default]
    Not,
    /// Begun, and nothing more is known.
    Perhaps,
    /// Done.
    Done,
    /// Tried without coming through.
    Failed,
}

/// How far a rotation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Course {
    pub mint: Mark,
    pub keep: Mark,
    pub prove: Mark,
    pub deliver: Mark,
    pub swap: Mark,
    pub revoke: Mark,
    pub forget_old: Mark,
    pub undo: Mark,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// Make the new token.
    Mint,
    /// Put its value into the vault.
    Keep,
    /// Ask what it can do.
    Prove,
    /// Hand it to the platform.
    Deliver,
    /// Let the connection name it.
    Swap,
    /// Delete the old token, and see it refused.
    Revoke,
    /// Drop the old token's value.
    ForgetOld,
    /// Nothing is left to do.
    End,
}

impl Course {
    /// Reads a journal.
    pub(crate) fn read(journal: &[Entry]) -> Self {
        let mut course = Self::default();
        for entry in journal {
            course.note(&entry.step, entry.phase);
        }
        course
    }

    /// Takes in one line of the journal.
    pub(crate) fn note(&mut self, step: &str, phase: Phase) {
        let mark = match step {
            MINT => &mut self.mint,
            KEEP => &mut self.keep,
            PROVE => &mut self.prove,
            DELIVER => &mut self.deliver,
            SWAP => &mut self.swap,
            REVOKE => &mut self.revoke,
            FORGET_OLD => &mut self.forget_old,
            UNDO_MINT => &mut self.undo,
            _ => return,
        };
        // What was done once stays done: a second delivery that fails does not take back the receipt of the first.
        if *mark != Mark::Done {
            *mark = match phase {
                Phase::Intent => Mark::Perhaps,
                Phase::Done => Mark::Done,
                Phase::Failed => Mark::Failed,
            };
        }
    }

    /// What comes next.
    pub(crate) fn next(self) -> Move {
        let steps = [
            (self.mint, Move::Mint),
            (self.keep, Move::Keep),
            (self.prove, Move::Prove),
            (self.deliver, Move::Deliver),
            (self.swap, Move::Swap),
            (self.revoke, Move::Revoke),
            (self.forget_old, Move::ForgetOld),
        ];
        if self.undo == Mark::Done {
            return Move::End;
        }
        steps
            .into_iter()
            .find(|(mark, _)| *mark != Mark::Done)
            .map_or(Move::End, |(_, next)| next)
    }

    /// The state that this is.
    pub(crate) fn state(self) -> RotationState {
        match self.next() {
            Move::End if self.undo == Mark::Done => RotationState::Stopped,
            Move::Mint | Move::Keep | Move::Prove => RotationState::Stopped,
            Move::Deliver | Move::Swap => RotationState::Pending,
            Move::Revoke => RotationState::OldOpen,
            // That the value of a dead token still lies in the vault harms nobody.
            Move::ForgetOld | Move::End => RotationState::Rotated,
        }
    }

    /// Whether a token may have been made that nothing accounts for but this journal.
    pub(crate) fn holds_a_token(self) -> bool {
        matches!(self.mint, Mark::Perhaps | Mark::Done)
            && self.undo != Mark::Done
            && self.swap != Mark::Done
    }

    /// Whether the new token can be deleted without asking the platform first: it was never sent there.
    pub(crate) fn never_sent(self) -> bool {
        self.deliver == Mark::Not
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const WORDS: [&str; 8] = [
        MINT, KEEP, PROVE, DELIVER, SWAP, REVOKE, FORGET_OLD, UNDO_MINT,
    ];

    /// The word that a move writes.
    fn word(next: Move) -> Option<&'static str> {
        Some(match next {
            Move::Mint => MINT,
            Move::Keep => KEEP,
            Move::Prove => PROVE,
            Move::Deliver => DELIVER,
            Move::Swap => SWAP,
            Move::Revoke => REVOKE,
            Move::ForgetOld => FORGET_OLD,
            Move::End => return None,
        })
    }

    proptest! {
        /// A driver that obeys `next`, is cut off anywhere, and starts over from what was written.
        #[test]
        fn the_old_token_is_never_touched_before_the_platform_acknowledged_and_the_swap_stands(
            answers in prop::collection::vec(0_u8..4, 0..60)
        ) {
            let mut course = Course::default();
            for answer in answers {
                let next = course.next();
                if matches!(next, Move::Revoke | Move::ForgetOld) {
                    prop_assert!(course.deliver == Mark::Done && course.swap == Mark::Done);
                }
                if next == Move::ForgetOld {
                    prop_assert_eq!(course.revoke, Mark::Done, "the value is needed to see the token refused");
                }
                if next == Move::Deliver {
                    prop_assert!(course.keep == Mark::Done && course.prove == Mark::Done);
                }
                let Some(word) = word(next) else { break };
                let state = course.state();
                // Nothing written; the intent alone; a failure; done.
                for phase in [Phase::Intent, Phase::Failed, Phase::Done].into_iter().take(answer.into()) {
                    if phase != Phase::Failed || answer == 2 {
                        course.note(word, phase);
                    }
                }
                if answer < 3 {
                    prop_assert_eq!(course.state(), state, "what did not come through changes no state");
                    prop_assert_eq!(course.next(), next, "and is the next thing to do");
                }
            }
        }

        #[test]
        fn no_journal_makes_a_later_step_come_before_an_earlier_one(
            lines in prop::collection::vec((select(&WORDS[..]), select(&[Phase::Intent, Phase::Done, Phase::Failed][..])), 0..40)
        ) {
            let mut course = Course::default();
            for (word, phase) in lines {
                let undone = course.undo == Mark::Done;
                course.note(word, phase);
                prop_assert!(!undone || course.next() == Move::End, "what was undone is over");
                if course.state() == RotationState::Rotated {
                    prop_assert!(course.revoke == Mark::Done && course.swap == Mark::Done && course.deliver == Mark::Done);
                }
                if matches!(course.next(), Move::Revoke) {
                    prop_assert!(!course.holds_a_token(), "the connection accounts for the new token by then");
                }
            }
        }
    }

    #[test]
    fn a_receipt_once_given_outlasts_a_later_failure() {
        let mut course = Course::default();
        course.note(DELIVER, Phase::Done);
        course.note(DELIVER, Phase::Failed);
        assert_eq!(
            course.deliver,
            Mark::Done,
            "the platform holds the new token"
        );
    }
}
