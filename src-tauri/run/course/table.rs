//! A course as plain data, how far a journal says that it is, and the pure functions that read both.

use std::fmt;

use super::super::effect::{MINT_EXTRA, REVOKE_EXTRA, WORDS};
use crate::record::{Entry, Phase};

/// The steps of one task, in their order.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// The task in a word.
    pub name: &'static str,
    /// The word with which something begins that has to be brought to an end. Before it, a run may be left as it is.
    pub begins: &'static str,
    /// The word that takes back what was begun, where the course has one: once it is done, the course is at its end.
    pub undo: Option<&'static str>,
    /// The steps.
    pub rows: &'static [Row],
}

/// One step.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its word in the journal.
    pub word: &'static str,
    /// What has to be true before it.
    pub needs: &'static [Need],
    /// What takes it back.
    pub back: Back,
    /// What an answer that never came means.
    pub lost: Lost,
    /// Whether the run stays open until it is done. Where it does not, it is enough that it was tried.
    pub waits: bool,
}

/// What has to be true before a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The journal says that this was done.
    Done(&'static str),
    /// The journal does not say that this was done.
    NotDone(&'static str),
    /// The journal does not say that this was ever begun.
    NotBegun(&'static str),
    /// The journal says that a value was on its way into the vault with this word, and whoever asks has found it there.
    Kept(&'static str),
    /// Whoever asks has seen that this is so.
    Is(Fact),
}

/// What no journal can tell: it is so now, or it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A broad token is at hand.
    Pasted,
    /// The run was not cut off since it began, so that what it holds in memory is there.
    First,
    /// The value that is needed is in the vault.
    Kept,
    /// What was granted is what was asked, and the token can do that and nothing else.
    Proved,
    /// The policy that Cloudflare gave was compared with what was asked.
    Compared,
    /// Cloudflare takes the token, or nobody has begun to delete it.
    Lives,
    /// The platform was never sent the new token, or says now that it holds the old one.
    HoldsOld,
    /// The connection is off the list.
    Unlisted,
    /// No value is needed any more: each token is dead, nothing is kept, or the person insists.
    Unneeded,
    /// The connection still has the token that is handed over.
    Current,
    /// Neither a connection nor an open run uses the token.
    Unused,
    /// The connection names each token that the run made beside its narrow one.
    Named,
}

/// What takes a step back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// There is nothing to take back: it deletes, asks, or writes down.
    Nothing,
    /// This word of the same or the undoing course.
    By(&'static str),
    /// It ends by itself.
    Itself,
    /// Nothing can: the way leads forward only.
    Never,
}

/// What an answer that never came means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Nothing goes out, so none can be lost.
    Inside,
    /// A token may have been made: it is looked for by its unique name.
    LookFor,
    /// The platform may have it: it is asked for its receipt.
    AskReceipt,
    /// It may be dead: it is asked with its own value, or the list is.
    AskToken,
    /// Nothing is known, and doing it again is harmless.
    Again,
    /// It may have happened, and what it gave is gone.
    Gone,
}

/// Facts that hold together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts(u16);

impl Facts {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// All of them.
    pub const ALL: Self = Self(u16::MAX);

    /// These.
    pub fn of(facts: &[Fact]) -> Self {
        facts.iter().fold(Self::NONE, |all, fact| all.and(*fact))
    }

    /// These and one more.
    #[must_use]
    pub fn and(self, fact: Fact) -> Self {
        Self(self.0 | 1 << fact as u16)
    }

    /// The same, with this one where it `holds`.
    #[must_use]
    pub fn when(self, fact: Fact, holds: bool) -> Self {
        if holds { self.and(fact) } else { self }
    }

    /// Whether this one holds.
    pub fn has(self, fact: Fact) -> bool {
        self.0 & 1 << fact as u16 != 0
    }
}

/// How far one step is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mark {
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

/// How far each step is, by a journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks([Mark; WORDS.len()]);

impl Marks {
    /// Reads a journal.
    pub fn read(journal: &[Entry]) -> Self {
        let mut marks = Self::default();
        for entry in journal {
            marks.note(&entry.step, entry.phase);
        }
        marks
    }

    /// Takes in one line of a journal. Words that are no step's are passed over.
    pub fn note(&mut self, word: &str, phase: Phase) {
        let Some(place) = place(word) else { return };
        // Each of these words speaks of another token when it begins anew.
        let anew = phase == Phase::Intent && matches!(word, MINT_EXTRA | REVOKE_EXTRA);
        // What was done once stays done: a second delivery that fails does not take back the receipt of the first.
        if self.0[place] != Mark::Done || anew {
            self.0[place] = match phase {
                Phase::Intent => Mark::Perhaps,
                Phase::Done => Mark::Done,
                Phase::Failed => Mark::Failed,
            };
        }
    }

    /// How far a step is.
    pub fn of(&self, word: &str) -> Mark {
        place(word).map_or(Mark::Not, |place| self.0[place])
    }

    /// Whether it is done.
    pub fn done(&self, word: &str) -> bool {
        self.of(word) == Mark::Done
    }

    /// Whether it was ever begun.
    pub fn begun(&self, word: &str) -> bool {
        self.of(word) != Mark::Not
    }
}

fn place(word: &str) -> Option<usize> {
    WORDS.iter().position(|known| *known == word)
}

impl Need {
    /// Whether it holds as far as a journal can tell.
    fn by_journal(self, marks: &Marks) -> bool {
        match self {
            Self::Done(word) => marks.done(word),
            Self::NotDone(word) => !marks.done(word),
            Self::NotBegun(word) => !marks.begun(word),
            Self::Kept(word) => marks.begun(word),
            Self::Is(_) => true,
        }
    }

    /// Whether it holds.
    fn holds(self, marks: &Marks, facts: Facts) -> bool {
        self.by_journal(marks)
            && match self {
                Self::Kept(_) => facts.has(Fact::Kept),
                Self::Is(fact) => facts.has(fact),
                _ => true,
            }
    }
}

impl Course {
    /// The row of a word.
    pub fn row(&self, word: &str) -> Option<&'static Row> {
        self.rows.iter().find(|row| row.word == word)
    }

    /// What comes next: the first step that is neither done nor was tried in this pass, and before which all is true
    /// that has to be. Nothing where the course is at its end, or nothing more can be done now.
    pub fn next(
        &self,
        marks: &Marks,
        facts: Facts,
        tried: impl Fn(&str) -> bool,
    ) -> Option<&'static Row> {
        if self.taken_back(marks) {
            return None;
        }
        self.rows
            .iter()
            .filter(|row| Some(row.word) != self.undo && !tried(row.word) && !marks.done(row.word))
            .find(|row| row.needs.iter().all(|need| need.holds(marks, facts)))
    }

    /// Whether a step may be taken now; otherwise the first thing that is missing.
    pub fn may(&self, marks: &Marks, facts: Facts, word: &str) -> Result<(), Need> {
        let needs = self.row(word).map_or(&[][..], |row| row.needs);
        match needs.iter().find(|need| !need.holds(marks, facts)) {
            Some(missing) => Err(*missing),
            None => Ok(()),
        }
    }

    /// The same as far as the journal alone can tell.
    pub fn may_by_journal(&self, marks: &Marks, word: &str) -> Result<(), Need> {
        self.may(marks, Facts::ALL, word)
    }

    /// The steps that were begun and that something takes back: each with the word that does.
    pub fn undo(&self, marks: &Marks) -> Vec<(&'static str, &'static str)> {
        let begun = self.rows.iter().filter(|row| marks.begun(row.word));
        begun
            .filter_map(|row| match row.back {
                Back::By(word) if !marks.done(word) => Some((row.word, word)),
                _ => None,
            })
            .collect()
    }

    /// The first step that the end waits for and that is not done.
    pub fn open(&self, marks: &Marks) -> Option<&'static Row> {
        self.rows
            .iter()
            .find(|row| row.waits && !marks.done(row.word))
    }

    /// Whether everything that was begun was taken back.
    pub fn taken_back(&self, marks: &Marks) -> bool {
        self.undo.is_some_and(|undo| marks.done(undo))
    }

    /// Whether the run can be closed: nothing was begun, all of it was taken back, or each step that the end waits for
    /// is done.
    pub fn ended(&self, marks: &Marks) -> bool {
        matches!(marks.of(self.begins), Mark::Not | Mark::Failed)
            || self.taken_back(marks)
            || self.open(marks).is_none()
    }
}

impl fmt::Display for Course {
    /// The table, as it is pinned by a golden file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, which begins with {}", self.name, self.begins)?;
        match self.undo {
            Some(undo) => writeln!(f, " and is undone by {undo}")?,
            None => writeln!(f)?,
        }
        for row in self.rows {
            writeln!(f, "\n  {}", row.word)?;
            for need in row.needs {
                writeln!(f, "    needs    {need}")?;
            }
            writeln!(f, "    undone   {}", row.back)?;
            writeln!(f, "    if lost  {}", row.lost)?;
            let end = if row.waits {
                "waits for it"
            } else {
                "once it was tried"
            };
            writeln!(f, "    the end  {end}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(word) => write!(f, "{word} is done"),
            Self::NotDone(word) => write!(f, "{word} is not done"),
            Self::NotBegun(word) => write!(f, "{word} was never begun"),
            Self::Kept(word) => write!(f, "{word} was begun, and the value is in the vault"),
            Self::Is(fact) => fact.fmt(f),
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pasted => "a broad token is at hand",
            Self::First => "the run was not cut off since it began",
            Self::Kept => "the value is in the vault",
            Self::Proved => "the token can do what was asked and nothing else",
            Self::Compared => "what was granted was compared with what was asked",
            Self::Lives => "Cloudflare takes the token, or nobody has begun to delete it",
            Self::HoldsOld => {
                "the platform was never sent the new token, or says now that it holds the old one"
            }
            Self::Unlisted => "the connection is off the list",
            Self::Unneeded => {
                "no value is needed: the tokens are dead, nothing is kept, or the person insists"
            }
            Self::Current => "the connection still has the token that is handed over",
            Self::Unused => "neither a connection nor an open run uses the token",
            Self::Named => "the connection names each token that was made",
        })
    }
}

impl fmt::Display for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing to take back"),
            Self::By(word) => write!(f, "by {word}"),
            Self::Itself => f.write_str("ends by itself"),
            Self::Never => f.write_str("never: the way leads forward only"),
        }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inside => "nothing goes out",
            Self::LookFor => "it may exist: look for it by its name",
            Self::AskReceipt => "the platform may have it: ask for its receipt",
            Self::AskToken => "it may be dead: ask with its own value, or look at the list",
            Self::Again => "nothing is known: do it again",
            Self::Gone => "it may have happened, and the new value is gone",
        })
    }
}
