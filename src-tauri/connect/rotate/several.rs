//! Several connections, one after another, with one pasted token.
//!
//! Each is a run of its own with its own end. One that the pasted token cannot serve is told and skipped; one that stops
//! stops nothing but itself. The pasted token ends with the last, or after [`PASTE_LIVES`]: then the rest is skipped.

use std::time::Instant;

use serde_json::json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::super::destroy::{alive, expiring};
use super::super::effect::DESTROY;
use super::super::ids;
use super::super::report::{Journal, Report};
use super::super::run::{Run, cancelled};
use super::super::story::{Broad, BroadState, BroadWish, Inspection, Pasted};
use super::super::walk::{Walk, another_run, nothing_pasted, paste_stale};
use super::remember_broad;
use super::story::{
    Rotation, RotationChoices, RotationState, RotationSummary, SeveralProgress, SeveralRotations,
    Skipped,
};
use crate::connect::App;
use crate::problem::Problem;
use crate::record::{NewRun, RunKind, RunLock};
use crate::secret::Secret;

/// Several rotations that have not ended.
pub struct Several {
    walks: Vec<Walk>,
    skipped: Vec<Skipped>,
    /// Which walk inspected the pasted token, and so can end it.
    inspected: Option<usize>,
}

impl Several {
    /// Begins a rotation of every connection, oldest first. Those that cannot begin are set aside with the reason.
    pub fn begin(app: &App) -> Result<Self, Problem> {
        let mut several = Self {
            walks: Vec::new(),
            skipped: Vec::new(),
            inspected: None,
        };
        let connections = app.record.connections().map_err(|error| error.problem())?;
        for known in connections.iter().rev() {
            match Walk::rotation(app, &known.id, None) {
                Ok(walk) => several.walks.push(walk),
                Err(problem) => several.skipped.push(Skipped {
                    connection_id: known.id.clone(),
                    account_name: known.account_name.clone(),
                    problem,
                }),
            }
        }
        Ok(several)
    }

    /// The walks, each to be prepared and signed in.
    pub fn walks(&mut self) -> &mut [Walk] {
        &mut self.walks
    }

    /// Takes what was pasted, for all of them.
    pub fn paste(&mut self, text: &Secret) -> Result<Option<Pasted>, Problem> {
        let mut seen = None;
        for walk in &mut self.walks {
            seen = Some(walk.paste(text.duplicate())?);
        }
        Ok(seen)
    }

    /// Asks who the pasted token is, with the first connection that it serves. Those before are set aside.
    pub async fn inspect(&mut self) -> Result<Inspection, Problem> {
        let mut first = None;
        for number in 0..self.walks.len() {
            match self.walks[number].inspect(None).await {
                Ok(inspection) => {
                    self.inspected = Some(number);
                    return Ok(inspection);
                }
                Err(problem) => first = first.or(Some(problem)),
            }
        }
        Err(first.unwrap_or_else(nothing_pasted))
    }

    /// Rotates one after another, then ends the pasted token.
    pub async fn rotate(
        mut self,
        wish: &RotationChoices,
        progress: Option<UnboundedSender<SeveralProgress>>,
        cancel: &CancellationToken,
    ) -> Result<SeveralRotations, Problem> {
        let holder = self.inspected.ok_or_else(nothing_pasted)?;
        let began = self.walks[holder]
            .pasted
            .as_ref()
            .map_or_else(Instant::now, |paste| paste.since);
        let of = count(self.walks.len());
        let app = self.walks[holder].app.clone();
        let end = PastedEnd::begin(&self.walks[holder], wish)?;
        let mut broad = None;
        let mut rotations: Vec<Rotation> = Vec::new();
        for number in 0..self.walks.len() {
            if broad.is_none() && self.walks[holder].is_stale() {
                broad = Some(
                    self.walks[holder]
                        .end_pasted(&end, wish, began, cancel)
                        .await,
                );
                self.forget();
            }
            let tell = progress.clone().map(|sender| Teller {
                sender,
                number: count(number) + 1,
                of,
            });
            let rotated = match broad {
                None => self.one(number, holder, wish, tell, cancel).await,
                Some(_) => Err(paste_stale()),
            };
            match rotated {
                Ok(rotation) => rotations.push(rotation),
                Err(problem) => {
                    let walk = &self.walks[number];
                    self.skipped.push(Skipped {
                        connection_id: walk.connection.clone(),
                        account_name: super::known(&walk.app, &walk.connection)
                            .map_or_else(|_| String::new(), |known| known.account_name),
                        problem,
                    });
                }
            }
        }
        let broad = match broad {
            Some(broad) => broad,
            None => {
                self.walks[holder]
                    .end_pasted(&end, wish, began, cancel)
                    .await
            }
        };
        for rotation in &rotations {
            if broad.state == BroadState::Refused {
                end.tell(&app, &rotation.run);
            } else {
                remember_broad(&app, &rotation.connection_id, &broad);
            }
        }
        let span = app.calls.span(began, Instant::now());
        Ok(SeveralRotations {
            summary: summary(&rotations, &self.skipped),
            rotations,
            skipped: self.skipped,
            broad: Some(broad),
            rounds: u32::try_from(span.rounds).unwrap_or(u32::MAX),
            elapsed_ms: u32::try_from(span.elapsed.as_millis()).unwrap_or(u32::MAX),
        })
    }

    /// Drops, and so wipes, what was pasted.
    fn forget(&mut self) {
        for walk in &mut self.walks {
            (walk.pasted, walk.inspected) = (None, None);
        }
    }

    async fn one(
        &mut self,
        number: usize,
        holder: usize,
        wish: &RotationChoices,
        tell: Option<Teller>,
        cancel: &CancellationToken,
    ) -> Result<Rotation, Problem> {
        if cancel.is_cancelled() {
            return Err(cancelled());
        }
        let since = Instant::now();
        let walk = &mut self.walks[number];
        if number != holder {
            walk.inspect(None).await?;
        }
        let (sender, relay) = match tell {
            Some(tell) => {
                let (sender, mut receiver) = unbounded_channel();
                let (id, name) = (
                    walk.connection.clone(),
                    super::known(&walk.app, &walk.connection)?.account_name,
                );
                let relay = tokio::spawn(async move {
                    while let Some(progress) = receiver.recv().await {
                        // A window that was closed meanwhile ends nothing.
                        let _ = tell.sender.send(SeveralProgress {
                            number: tell.number,
                            of: tell.of,
                            connection_id: id.clone(),
                            account_name: name.clone(),
                            progress,
                        });
                    }
                });
                (Some(sender), Some(relay))
            }
            None => (None, None),
        };
        let report = Report::new(sender, since);
        let rotated = walk.rotate_sharing(wish, report, cancel, since, true).await;
        if let Some(relay) = relay {
            let _ = relay.await;
        }
        rotated
    }
}

/// Tells which of several it is about.
struct Teller {
    sender: UnboundedSender<SeveralProgress>,
    number: u32,
    of: u32,
}

/// The run in which the pasted token ends. It is begun before anything is rotated, so that the token is told of where
/// everything is cut off.
struct PastedEnd {
    run: String,
    token: String,
    /// What is said of the token where it was dropped before it could be ended.
    left: Broad,
    _open: RunLock,
}

impl PastedEnd {
    fn begin(walk: &Walk, wish: &RotationChoices) -> Result<Self, Problem> {
        let broad = walk.inspected.as_ref().ok_or_else(nothing_pasted)?;
        let (record, run) = (&walk.app.record, ids::id()?);
        let open = record.hold_run(&run).map_err(|error| error.problem())?;
        let open = open.ok_or_else(another_run)?;
        let name = broad.own.as_ref().map(|own| own.name.clone());
        let destroys = match wish.broad {
            BroadWish::Destroy => true,
            BroadWish::Unsaid => walk.ours,
            BroadWish::Keep => false,
        };
        if destroys {
            let new = NewRun {
                id: run.clone(),
                kind: RunKind::Rotate,
                profile: walk.profile.id.clone(),
                began: (walk.app.now)(),
            };
            record.begin_run(&new).map_err(|error| error.problem())?;
            let subject = json!({ "token": broad.token_id, "name": name });
            Journal::new(record.clone(), run.clone(), walk.app.now).intent(DESTROY, &subject)?;
        }
        Ok(Self {
            run,
            token: broad.token_id.clone(),
            left: match broad.own.as_ref().and_then(|own| own.expires_on) {
                Some(end) => expiring(name, end),
                None => alive(name),
            },
            _open: open,
        })
    }

    /// Lets a rotation that is still open know that the token is dead.
    fn tell(&self, app: &App, run: &str) {
        let open = app.record.run(run).ok().flatten();
        if open.is_none_or(|run| run.ended.is_some()) {
            return;
        }
        let journal = Journal::new(app.record.clone(), run.to_owned(), app.now);
        if journal
            .done(DESTROY, &json!({ "token": self.token }))
            .is_err()
        {
            tracing::warn!("an open rotation does not know that the pasted token is dead");
        }
    }
}

impl Walk {
    /// Ends the pasted token that several shared.
    async fn end_pasted(
        &mut self,
        end: &PastedEnd,
        wish: &RotationChoices,
        since: Instant,
        cancel: &CancellationToken,
    ) -> Broad {
        let Some(broad) = self.inspected.take() else {
            self.end(&end.run, "left");
            return end.left.clone();
        };
        let report = Report::new(None, since);
        let mut run = Run {
            app: &self.app,
            id: &end.run,
            connection: &self.connection,
            profile: &self.profile.id,
            platform_name: self.profile.receiver(),
            link: self.link.as_ref(),
            broad: &broad,
            ours: self.ours,
            wish: wish.broad,
            shared: false,
            pasted: since,
            fuse: self.fuse.clone(),
            fuse_end: broad.own.as_ref().and_then(|own| own.expires_on),
            report: &report,
            cancel,
            journal: Journal::new(self.app.record.clone(), end.run.clone(), self.app.now),
            made: None,
            lost: Vec::new(),
            stands: false,
        };
        run.join_fuse().await;
        let ended = run.destroy().await;
        run.close("pasted-token-ended");
        self.pasted = None;
        ended
    }
}

fn summary(rotations: &[Rotation], skipped: &[Skipped]) -> RotationSummary {
    let mut summary = RotationSummary {
        of: count(rotations.len() + skipped.len()),
        skipped: count(skipped.len()),
        ..RotationSummary::default()
    };
    for rotation in rotations {
        *match rotation.state {
            RotationState::Rotated => &mut summary.rotated,
            RotationState::OldOpen => &mut summary.old_open,
            RotationState::Pending | RotationState::Undelivered | RotationState::RollUnknown => {
                &mut summary.pending
            }
            RotationState::Stopped | RotationState::ValueLost => &mut summary.stopped,
        } += 1;
    }
    summary
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
