//! How a run speaks while it goes: to the face that shows it, to the journal, to the activity.

use std::time::Instant;

use tokio::sync::mpsc::UnboundedSender;

use crate::story::{Progress, Step, StepState};

/// Tells a face how far a run is. Nobody has to listen.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    sender: Option<UnboundedSender<Progress>>,
    since: Instant,
}

impl Report {
    /// Tells `sender`, in milliseconds since `since`.
    pub(crate) fn new(sender: Option<UnboundedSender<Progress>>, since: Instant) -> Self {
        Self { sender, since }
    }

    /// Tells nobody.
    pub(crate) fn silent() -> Self {
        Self::new(None, Instant::now())
    }

    /// Tells one thing.
    pub(crate) fn tell(&self, step: Step, state: StepState, detail: impl Into<String>) {
        if let Some(sender) = &self.sender {
            let at_ms = u32::try_from(self.since.elapsed().as_millis()).unwrap_or(u32::MAX);
            // A window that was closed meanwhile does not end the run.
            let _ = sender.send(Progress {
                step,
                state,
                detail: detail.into(),
                at_ms,
            });
        }
    }

    /// Tells that a step began.
    pub(crate) fn began(&self, step: Step) {
        self.tell(step, StepState::Began, "");
    }

    /// Tells that a step is done.
    pub(crate) fn done(&self, step: Step, detail: impl Into<String>) {
        self.tell(step, StepState::Done, detail);
    }
}
