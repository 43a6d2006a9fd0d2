//! Goes on, again and again, with what needs nobody.

use std::time::Duration;

use super::task::Resuming;
use crate::cards::left_over::{open_runs, trying};
use crate::problem::Problem;
use crate::record::RunKind;
use crate::run::{App, Cut, Left};
use crate::story::{BroadWish, Ending, Resume, RotationState};

/// Between tries to come to the end of what is left over: doubled each time, up to the last.
pub const FIRST_PAUSE: Duration = Duration::from_secs(30);

const LAST_PAUSE: Duration = Duration::from_mins(15);

/// Goes on with what a person has already asked for and that needs nobody: deletions that a platform has not answered,
/// and questions to Cloudflare whether a token still works. Tells how many stay open.
pub async fn retry(app: &App) -> Result<u32, Problem> {
    let round = Round::of(app)?;
    Ok(Box::pin(round.go()).await)
}

/// Does [`retry`] again and again, the first time after the pause `first`. Calls `changed` where a list of what is left over would
/// differ: when it begins with some of it, and when it is through.
pub async fn keep_trying(app: &App, first: Duration, changed: impl Fn()) {
    let mut pause = first;
    loop {
        // The first screen asks at the start by itself.
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LAST_PAUSE);
        let Ok(round) = Round::of(app) else { continue };
        let of = round.runs.len();
        if of == 0 {
            continue;
        }
        changed();
        let open = Box::pin(round.go()).await;
        changed();
        if usize::try_from(open).is_ok_and(|open| open < of) {
            pause = first;
        }
    }
}

/// Runs that are gone on with, each in the way that was asked for; they are shown as such until this is dropped.
struct Round<'a> {
    app: &'a App,
    runs: Vec<(String, Ending)>,
}

impl<'a> Round<'a> {
    fn of(app: &'a App) -> Result<Self, Problem> {
        let free = open_runs(app)?.into_iter().filter(|run| run.free);
        let runs: Vec<_> = free
            .filter_map(|run| Some((run.cut.run.id.clone(), wanted(&run.cut)?)))
            .collect();
        trying(app).extend(runs.iter().map(|(run, _)| run.clone()));
        Ok(Self { app, runs })
    }

    /// Goes on with each; tells how many stay open.
    async fn go(&self) -> u32 {
        let mut open = 0;
        for (run, ending) in &self.runs {
            let wish = Resume {
                ending: *ending,
                broad: BroadWish::Unsaid,
                forget: false,
            };
            // Somebody else may have taken it up meanwhile.
            if let Ok(mut walk) = Resuming::begin(self.app, run) {
                let settled = Box::pin(walk.settle(wish, None)).await;
                open += u32::from(!settled.is_ok_and(|settled| settled.ended));
            }
            trying(self.app).remove(run);
        }
        open
    }
}

impl Drop for Round<'_> {
    fn drop(&mut self) {
        let mut trying = trying(self.app);
        for (run, _) in &self.runs {
            trying.remove(run);
        }
    }
}

/// What a person has asked of a run, where going on with it needs nobody.
fn wanted(cut: &Cut) -> Option<Ending> {
    match cut.run.kind {
        RunKind::Disconnect if cut.nominated.is_some() => Some(Ending::Finish),
        RunKind::Connect if cut.undoing() => Some(Ending::Undo),
        RunKind::Deliver => Some(Ending::Finish),
        // All that is missing is that the old token is seen refused.
        RunKind::Rotate => Left::read(cut)
            .is_some_and(|left| left.open().state == RotationState::OldOpen)
            .then_some(Ending::Finish),
        _ => None,
    }
}
