//! The row and the locks of a run: one at a time for an account, and for itself.

use super::app::App;
use super::course::{self, Courses};
use super::ids;
use super::journal::Journal;
use crate::problem::{Next, Problem};
use crate::record::{NewRun, Record, RunKind, RunLock};

/// A run's id, its row in the records, and what it holds so that no other process takes it for one that was cut off.
pub(crate) struct Hold {
    app: App,
    id: String,
    kind: RunKind,
    profile: String,
    state: State,
    /// Held while something is made: one run at a time for an account, whichever face drives it.
    account: Option<RunLock>,
}

/// How far the row is.
enum State {
    /// Nothing is written down.
    Fresh,
    /// It was begun, and nothing is made: leaving it ends it.
    Begun { _lock: RunLock },
    /// Only its end ends it: it was open before, or its journal tells what became of it.
    Standing { _lock: RunLock },
}

impl Hold {
    /// A run that is not begun yet.
    pub(crate) fn fresh(app: &App, kind: RunKind, profile: &str) -> Result<Self, Problem> {
        Ok(Self {
            app: app.clone(),
            id: ids::id()?,
            kind,
            profile: profile.to_owned(),
            state: State::Fresh,
            account: None,
        })
    }

    /// A run that has not ended, taken up.
    pub(crate) fn taken_up(app: &App, run: &crate::record::Run) -> Result<Self, Problem> {
        let lock = hold(&app.record, &run.id)?;
        Ok(Self {
            app: app.clone(),
            id: run.id.clone(),
            kind: run.kind,
            profile: run.profile.clone(),
            state: State::Standing { _lock: lock },
            account: None,
        })
    }

    /// Its id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The profile's id, or the word that stands for none.
    pub(crate) fn profile(&self) -> &str {
        &self.profile
    }

    /// Its journal, which knows how far the run is and obeys the course of its kind.
    pub(crate) fn journal(&self) -> Result<Journal, Problem> {
        self.journal_of(course::of(self.kind))
    }

    /// The same for a run that takes another course than others of its kind.
    pub(crate) fn journal_of(&self, courses: Courses) -> Result<Journal, Problem> {
        Journal::of(&self.app, courses, &self.id)
    }

    /// The journal of something that is in every course and waits for nothing: the end of a pasted token.
    pub(crate) fn plain_journal(&self) -> Journal {
        Journal::new(self.app.record.clone(), self.id.clone(), self.app.now)
    }

    /// Writes it down, where that was not done yet.
    pub(crate) fn begin(&mut self) -> Result<(), Problem> {
        if !matches!(self.state, State::Fresh) {
            return Ok(());
        }
        let lock = hold(&self.app.record, &self.id)?;
        let run = NewRun {
            id: self.id.clone(),
            kind: self.kind,
            profile: self.profile.clone(),
            began: (self.app.now)(),
        };
        self.app
            .record
            .begin_run(&run)
            .map_err(|error| error.problem())?;
        self.state = State::Begun { _lock: lock };
        Ok(())
    }

    /// Notes which account it is about.
    pub(crate) fn about(&self, account: &str) -> Result<(), Problem> {
        self.app
            .record
            .update_run_account(&self.id, account)
            .map_err(|error| error.problem())
    }

    /// From here on only its end ends it.
    pub(crate) fn stand(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Fresh) {
            State::Begun { _lock: lock } => State::Standing { _lock: lock },
            state => state,
        };
    }

    /// Goes on with an earlier run in the place of this one.
    pub(crate) fn take_over(&mut self, run: &str) -> Result<(), Problem> {
        let lock = hold(&self.app.record, run)?;
        self.leave();
        run.clone_into(&mut self.id);
        self.state = State::Standing { _lock: lock };
        Ok(())
    }

    /// Takes the account; whoever called lets go of it again where it does not come through.
    pub(crate) fn take_account(&mut self, account: &str) -> Result<(), Problem> {
        // A lock that this one still holds would stand in its own way.
        self.account = None;
        let lock = self.app.record.lock(&format!("account-{account}"));
        self.account = lock.map_err(|error| error.problem())?;
        match self.account {
            Some(_) => Ok(()),
            None => Err(another_run()),
        }
    }

    /// Lets go of the account.
    pub(crate) fn free_account(&mut self) {
        self.account = None;
    }

    /// Lets go of everything: what became of the run is written down, or somebody else goes on with it.
    pub(crate) fn let_go(&mut self) {
        (self.state, self.account) = (State::Fresh, None);
    }

    /// The same, and the next one is a run of its own.
    pub(crate) fn renew(&mut self) {
        self.let_go();
        if let Ok(id) = ids::id() {
            self.id = id;
        }
    }

    /// Ends it in the records.
    pub(crate) fn end(&self, how: &str) {
        self.end_other(&self.id, how);
    }

    /// Ends a run that it took along.
    pub(crate) fn end_other(&self, run: &str, how: &str) {
        if self
            .app
            .record
            .finish_run(run, how, (self.app.now)())
            .is_err()
        {
            tracing::warn!("the end of a run was not written down; it is shown as open");
        }
    }

    /// Ends a run that was begun and left before anything was made, so that no start asks about it.
    fn leave(&mut self) {
        if matches!(self.state, State::Begun { .. }) {
            self.end("left");
        }
        self.state = State::Fresh;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Holds a run, unless somebody else does.
pub(crate) fn hold(record: &Record, run: &str) -> Result<RunLock, Problem> {
    let lock = record.hold_run(run).map_err(|error| error.problem())?;
    lock.ok_or_else(another_run)
}

/// What is said where somebody else is at work.
pub(crate) fn another_run() -> Problem {
    Problem::new(
        "run-open",
        "Another window or command of Narrows is at work on this account right now.",
        "Let it finish or close it, then try again.",
        Next::Retry,
    )
}
