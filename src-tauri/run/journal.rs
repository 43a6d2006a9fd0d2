//! The journal of a run, written before and after each outside effect; and the seam at which tests cut a run off.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

use super::app::App;
use super::course::{Courses, Marks, Need, admits};
use crate::http::Heard;
use crate::problem::{Next, Problem};
use crate::record::{Activity, Phase, Record};

/// Writes down what a run is about to do, and what came of it.
#[derive(Clone)]
pub(crate) struct Journal {
    record: Record,
    run: String,
    now: fn() -> Timestamp,
    /// What its run does, step by step: nothing is announced that these do not allow.
    courses: Courses,
    /// How far it is. Clones share it.
    marks: Arc<Mutex<Marks>>,
}

impl Journal {
    /// The journal of `run`, which is at work on these courses; what it holds already is read.
    pub(crate) fn of(app: &App, courses: Courses, run: &str) -> Result<Self, Problem> {
        let lines = app.record.journal(run).map_err(|error| error.problem())?;
        Ok(Self {
            courses,
            marks: Arc::new(Mutex::new(Marks::read(&lines))),
            ..Self::new(app.record.clone(), run.to_owned(), app.now)
        })
    }

    /// The journal of `run`, which obeys no table.
    pub(crate) fn new(record: Record, run: String, now: fn() -> Timestamp) -> Self {
        Self {
            record,
            run,
            now,
            courses: &[],
            marks: Arc::default(),
        }
    }

    /// How far the run is.
    pub(crate) fn marks(&self) -> Marks {
        *self.held()
    }

    /// Before an outside effect. If it cannot be written, or is not due by the run's course, the effect must not happen.
    pub(crate) fn intent(&self, step: &str, detail: &Value) -> Result<(), Problem> {
        if !self.courses.is_empty() {
            admits(self.courses, &self.held(), step).map_err(|missing| not_due(step, missing))?;
        }
        self.note(step, Phase::Intent, detail)
    }

    /// After an outside effect.
    pub(crate) fn done(&self, step: &str, detail: &Value) -> Result<(), Problem> {
        self.note(step, Phase::Done, detail)
    }

    /// After an outside effect that did not come about, or of which nothing is known.
    pub(crate) fn failed(&self, step: &str, detail: &Value) -> Result<(), Problem> {
        self.note(step, Phase::Failed, detail)
    }

    /// A line of the activity, for people; with what was heard where an order was given outside. A line that cannot be
    /// written stops nothing: the journal is what counts.
    pub(crate) fn activity(&self, what: &str, subject: &str, result: &str, heard: Option<&Heard>) {
        let line = Activity {
            at: (self.now)(),
            run: Some(self.run.clone()),
            what: what.to_owned(),
            subject: subject.to_owned(),
            result: result.to_owned(),
            request: heard.and_then(Heard::last),
        };
        if let Err(error) = self.record.log(&line) {
            tracing::warn!(
                code = error.problem().code,
                "a line of the activity was not written"
            );
        }
    }

    fn note(&self, step: &str, phase: Phase, detail: &Value) -> Result<(), Problem> {
        #[cfg(debug_assertions)]
        let count = halt::counting();
        self.record
            .note(&self.run, step, phase, detail, (self.now)())
            .map_err(|error| error.problem())?;
        self.held().note(step, phase);
        #[cfg(debug_assertions)]
        halt::at(count, step, phase);
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is said where a step was to be taken before what it stands on.
fn not_due(step: &str, missing: Option<Need>) -> Problem {
    let missing = missing.map_or("it is no step of this run".to_owned(), |need| {
        format!("it needs that {need}")
    });
    Problem::new(
        "step-not-due",
        "Narrows stopped before a step whose turn it was not, so nothing was done.",
        "Look at what is left over.",
        Next::Home,
    )
    .with_evidence(format!("{step}: {missing}"))
}

/// A seam for tests that kill the process at a point of their choice; no release build has it.
///
/// With `NARROWS_HALT_AT=n` in the environment, the n-th line that this process adds to a journal is its last act: once
/// the line is on the disk, the process says `halted n step phase` on standard error and stands still. Whatever would
/// note something after it waits as well, so that nothing is caused beyond that point.
#[cfg(debug_assertions)]
mod halt {
    use std::io::Write;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use crate::record::Phase;

    static NOTED: Mutex<u32> = Mutex::new(0);

    /// Held while a line is written, so that lines are counted in the order in which they lie on the disk.
    pub(crate) fn counting() -> MutexGuard<'static, u32> {
        NOTED.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a line that was written, and stands still if it is the one.
    pub(crate) fn at(mut count: MutexGuard<'static, u32>, step: &str, phase: Phase) {
        *count += 1;
        let wanted = std::env::var("NARROWS_HALT_AT").ok();
        if wanted.and_then(|n| n.parse().ok()) != Some(*count) {
            return;
        }
        let phase = serde_json::to_value(phase).unwrap_or_default();
        let phase = phase.as_str().unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "halted {} {step} {phase}", *count);
        loop {
            std::thread::park();
        }
    }
}
