//! Rotate: a new token beside the old one, and the connection goes over to it. How far one is, read from its journal:
//! the same for a run that goes on and for one that is taken up after a crash.
//!
//! ```text
//! mint → keep → prove → deliver → swap → revoke → forget-old
//! ```
//!
//! A step is taken once the one before it is done for certain. Up to `prove` the new token can be undone, as nobody
//! else has it; from `deliver` on the way leads forward only, unless the platform is known not to hold the new token.

use super::super::effect::{DELIVER, FORGET_OLD, KEEP, MINT, PROVE, REVOKE, SWAP, UNDO_MINT};
use super::connect::{DECIDE, END_PASTED, LIGHT, make, store};
use super::table::{Back, Course, Fact, Lost, Mark, Marks, Need, Row};
use crate::story::RotationState;

/// A new token in the place of a connection's old one.
pub const ROTATE: Course = Course {
    name: "rotate",
    begins: MINT,
    undo: Some(UNDO_MINT),
    rows: &[
        LIGHT,
        DECIDE,
        make(Back::By(UNDO_MINT)),
        store(Back::By(UNDO_MINT)),
        Row {
            word: PROVE,
            needs: &[Need::Kept(KEEP), Need::Is(Fact::Compared)],
            back: Back::Nothing,
            lost: Lost::Again,
            waits: true,
        },
        Row {
            word: DELIVER,
            needs: &[Need::Done(PROVE), Need::Kept(KEEP), Need::Is(Fact::Lives)],
            back: Back::Never,
            lost: Lost::AskReceipt,
            waits: true,
        },
        Row {
            word: SWAP,
            needs: &[Need::Done(DELIVER), Need::Kept(KEEP), Need::Is(Fact::Lives)],
            back: Back::Never,
            lost: Lost::Inside,
            waits: true,
        },
        Row {
            word: REVOKE,
            needs: &[Need::Done(SWAP)],
            back: Back::Nothing,
            lost: Lost::AskToken,
            waits: true,
        },
        Row {
            word: FORGET_OLD,
            needs: &[Need::Done(REVOKE)],
            back: Back::Nothing,
            lost: Lost::Inside,
            waits: true,
        },
        Row {
            word: UNDO_MINT,
            needs: &[
                Need::NotBegun(SWAP),
                Need::Is(Fact::HoldsOld),
                Need::Is(Fact::Pasted),
            ],
            back: Back::Nothing,
            lost: Lost::AskToken,
            waits: false,
        },
        END_PASTED,
    ],
};

/// The state that a rotation is in.
pub(crate) fn state(marks: &Marks) -> RotationState {
    if ROTATE.taken_back(marks) {
        return RotationState::Stopped;
    }
    match ROTATE.open(marks).map(|row| row.word) {
        Some(DELIVER | SWAP) => RotationState::Pending,
        Some(REVOKE) => RotationState::OldOpen,
        // That the value of a dead token still lies in the vault harms nobody.
        Some(FORGET_OLD) | None => RotationState::Rotated,
        Some(_) => RotationState::Stopped,
    }
}

/// Whether a token may have been made that nothing accounts for but this journal.
pub(crate) fn holds_a_token(marks: &Marks) -> bool {
    matches!(marks.of(MINT), Mark::Perhaps | Mark::Done)
        && !ROTATE.taken_back(marks)
        && !marks.done(SWAP)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::super::effect::NOMINATE;
    use super::super::table::Facts;
    use super::*;
    use crate::record::Phase;

    const WORDS: [&str; 8] = [
        MINT, KEEP, PROVE, DELIVER, SWAP, REVOKE, FORGET_OLD, UNDO_MINT,
    ];

    /// What comes next where everything outside is as it has to be.
    fn next(marks: &Marks) -> Option<&'static str> {
        let other = |word: &str| !WORDS.contains(&word);
        ROTATE.next(marks, Facts::ALL, other).map(|row| row.word)
    }

    /// A run in which the decision is written down.
    fn begun() -> Marks {
        let mut marks = Marks::default();
        marks.note(NOMINATE, Phase::Done);
        marks
    }

    proptest! {
        /// A driver that obeys `next`, is cut off anywhere, and starts over from what was written.
        #[test]
        fn the_old_token_is_never_touched_before_the_platform_acknowledged_and_the_swap_stands(
            answers in prop::collection::vec(0_u8..4, 0..60)
        ) {
            let mut course = begun();
            for answer in answers {
                let next_word = next(&course);
                if matches!(next_word, Some(REVOKE | FORGET_OLD)) {
                    prop_assert!(course.done(DELIVER) && course.done(SWAP));
                }
                if next_word == Some(FORGET_OLD) {
                    prop_assert!(course.done(REVOKE), "the value is needed to see the token refused");
                }
                if next_word == Some(DELIVER) {
                    prop_assert!(course.done(KEEP) && course.done(PROVE));
                }
                let Some(word) = next_word else { break };
                let before = state(&course);
                // Nothing written; the intent alone; a failure; done.
                for phase in [Phase::Intent, Phase::Failed, Phase::Done].into_iter().take(answer.into()) {
                    if phase != Phase::Failed || answer == 2 {
                        course.note(word, phase);
                    }
                }
                if answer < 3 {
                    prop_assert_eq!(state(&course), before, "what did not come through changes no state");
                    prop_assert_eq!(next(&course), next_word, "and is the next thing to do");
                }
            }
        }

        #[test]
        fn no_journal_makes_a_later_step_come_before_an_earlier_one(
            lines in prop::collection::vec((select(&WORDS[..]), select(&[Phase::Intent, Phase::Done, Phase::Failed][..])), 0..40)
        ) {
            let mut course = begun();
            for (word, phase) in lines {
                let undone = course.done(UNDO_MINT);
                course.note(word, phase);
                prop_assert!(!undone || next(&course).is_none(), "what was undone is over");
                if state(&course) == RotationState::Rotated {
                    prop_assert!(course.done(REVOKE) && course.done(SWAP) && course.done(DELIVER));
                }
                if next(&course) == Some(REVOKE) {
                    prop_assert!(!holds_a_token(&course), "the connection accounts for the new token by then");
                }
            }
        }
    }

    #[test]
    fn a_receipt_once_given_outlasts_a_later_failure() {
        let mut course = begun();
        course.note(DELIVER, Phase::Done);
        course.note(DELIVER, Phase::Failed);
        assert!(course.done(DELIVER), "the platform holds the new token");
    }
}
