//! Several connections, one after another, with one pasted token.
//!
//! Each is a run of its own with its own end. One that the pasted token cannot serve is told and skipped; one that stops
//! stops nothing but itself. The pasted token ends with the last, or after [`PASTE_LIVES`]: then the rest is skipped.

use std::time::Instant;

use serde_json::json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::old::remember_broad;
use super::task::Rotate;
use crate::choose::token_pages::shared_page;
use crate::cloudflare::TokenKind;
use crate::problem::Problem;
use crate::record::{NewRun, RunKind, RunLock};
use crate::run::effect::DESTROY;
use crate::run::hold::hold;
use crate::run::stop::cancelled;
use crate::run::{App, Journal, Report, course, ids, known};
use crate::secret::Secret;
use crate::steps::Approach;
use crate::steps::approach::offered;
use crate::steps::destroy::{Doomed, untouched};
use crate::steps::paste::{nothing_pasted, paste_stale};
use crate::story::{
    Ahead, Broad, BroadState, Inspection, Pasted, Planned, Rotation, RotationChoices,
    RotationState, RotationSummary, SeveralAhead, SeveralPreview, SeveralProgress,
    SeveralRotations, Skipped, TokenPage,
};

/// Several rotations that have not ended.
pub struct Several {
    walks: Vec<Rotate>,
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
            match Rotate::begin(app, &known.id, None) {
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
    pub fn walks(&mut self) -> &mut [Rotate] {
        &mut self.walks
    }

    /// Looks whether the vault keeps and who is signed in where, and says what is ahead. A connection whose platform
    /// cannot be asked is set aside; without the vault there is nothing to go on with.
    pub async fn prepare(&mut self) -> Result<SeveralAhead, Problem> {
        let mut ahead = Vec::new();
        for mut walk in std::mem::take(&mut self.walks) {
            let prepared = walk.approach.prepare().await;
            match prepared.problems.into_iter().next() {
                Some(problem) if prepared.vault.self_test_ms.is_none() => return Err(problem),
                Some(problem) => self.skipped.push(skip(&walk, problem)),
                None => {
                    ahead.push(ahead_of(&walk, prepared.sign_in_needed)?);
                    self.walks.push(walk);
                }
            }
        }
        Ok(SeveralAhead {
            ahead,
            skipped: self.skipped.clone(),
        })
    }

    /// Cloudflare's pages for a token that serves them all: one for each kind of token that is to be replaced.
    pub fn token_pages(&self) -> Result<Vec<TokenPage>, Problem> {
        let mut pages: Vec<TokenPage> = Vec::new();
        for lead in &self.walks {
            let kind = kind_of(lead)?;
            if pages.iter().any(|page| page.kind == kind) {
                continue;
            }
            let app = &lead.approach.app;
            let name = offered(app, lead.approach.hold.id())?;
            let served = self
                .walks
                .iter()
                .filter(|walk| kind_of(walk).is_ok_and(|other| other == kind))
                .map(|walk| &walk.profile);
            pages.push(shared_page(&app.addresses.dashboard, served, kind, &name));
        }
        Ok(pages)
    }

    /// Drops, and so wipes, a pasted token that was held too long. Tells whether there was one.
    pub fn forget_stale(&mut self) -> bool {
        let mut stale = false;
        for walk in &mut self.walks {
            stale |= walk.approach.forget_stale();
        }
        stale
    }

    /// Cloudflare's list in which the pasted token is found.
    pub fn pasted_list(&self) -> Option<String> {
        let holder = self.inspected.and_then(|number| self.walks.get(number));
        holder.or(self.walks.first())?.approach.pasted_list()
    }

    /// What the rotations would do, each in its own words; those that the pasted token cannot serve come with the
    /// reason.
    pub async fn preview(&mut self, wish: &RotationChoices) -> Result<SeveralPreview, Problem> {
        if self.forget_stale() {
            return Err(paste_stale());
        }
        let mut told = SeveralPreview {
            planned: Vec::new(),
            skipped: self.skipped.clone(),
        };
        for walk in &mut self.walks {
            match planned(walk, wish).await {
                Ok(planned) => told.planned.push(planned),
                Err(problem) => told.skipped.push(skip(walk, problem)),
            }
        }
        Ok(told)
    }

    /// Takes what was pasted, for all of them.
    pub fn paste(&mut self, text: &Secret) -> Result<Option<Pasted>, Problem> {
        let mut seen = None;
        self.inspected = None;
        for walk in &mut self.walks {
            seen = Some(walk.approach.paste(text.duplicate())?);
        }
        Ok(seen)
    }

    /// Asks who the pasted token is, with the first connection that it serves. Those before are set aside.
    pub async fn inspect(&mut self) -> Result<Inspection, Problem> {
        let mut first = None;
        for number in 0..self.walks.len() {
            match self.walks[number].approach.inspect(None).await {
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
            .approach
            .hand
            .paste()
            .map_or_else(Instant::now, |paste| paste.since);
        let of = count(self.walks.len());
        let app = self.walks[holder].approach.app.clone();
        let end = PastedEnd::begin(&self.walks[holder], wish)?;
        let mut broad = None;
        let mut rotations: Vec<Rotation> = Vec::new();
        for number in 0..self.walks.len() {
            if broad.is_none() && is_stale(&self.walks[holder]) {
                broad = Some(end.carry_out(&mut self.walks[holder], wish, began).await);
                self.forget();
            }
            let tell = progress.clone().map(|sender| Teller {
                sender,
                number: count(number) + 1,
                of,
            });
            let rotated = match broad {
                None => self.one(number, wish, tell, cancel).await,
                Some(_) => Err(paste_stale()),
            };
            match rotated {
                Ok(rotation) => rotations.push(rotation),
                Err(problem) => self.skipped.push(skip(&self.walks[number], problem)),
            }
        }
        let broad = match broad {
            Some(broad) => broad,
            None => end.carry_out(&mut self.walks[holder], wish, began).await,
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
            walk.approach.hand.take();
        }
    }

    async fn one(
        &mut self,
        number: usize,
        wish: &RotationChoices,
        tell: Option<Teller>,
        cancel: &CancellationToken,
    ) -> Result<Rotation, Problem> {
        if cancel.is_cancelled() {
            return Err(cancelled());
        }
        let since = Instant::now();
        let walk = &mut self.walks[number];
        if walk.approach.hand.one_time().is_none() {
            walk.approach.inspect(None).await?;
        }
        let (sender, relay) = match tell {
            Some(tell) => {
                let (sender, mut receiver) = unbounded_channel();
                let (id, name) = (
                    walk.connection.clone(),
                    known::stored(&walk.approach.app, &walk.connection)?.account_name,
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
        let rotated = walk.sharing(wish, report, cancel, since, true).await;
        if let Some(relay) = relay {
            let _ = relay.await;
        }
        rotated
    }
}

fn ahead_of(walk: &Rotate, sign_in: bool) -> Result<Ahead, Problem> {
    let known = known::stored(&walk.approach.app, &walk.connection)?;
    Ok(Ahead {
        connection_id: known.id,
        account_name: known.account_name,
        platform: known.platform,
        project: known.project,
        token_name: known.token_name,
        token_kind: kind_of(walk)?,
        sign_in,
    })
}

async fn planned(walk: &mut Rotate, wish: &RotationChoices) -> Result<Planned, Problem> {
    if walk.approach.hand.one_time().is_none() {
        walk.approach.inspect(None).await?;
    }
    let preview = walk.preview(wish).await?;
    Ok(Planned {
        connection_id: walk.connection.clone(),
        account_name: known::stored(&walk.approach.app, &walk.connection)?.account_name,
        preview,
    })
}

fn skip(walk: &Rotate, problem: Problem) -> Skipped {
    Skipped {
        connection_id: walk.connection.clone(),
        account_name: known::stored(&walk.approach.app, &walk.connection)
            .map_or_else(|_| String::new(), |known| known.account_name),
        problem,
    }
}

/// Whose token a walk's connection holds.
fn kind_of(walk: &Rotate) -> Result<TokenKind, Problem> {
    known::stored(&walk.approach.app, &walk.connection).map(|known| known::kind(&known))
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
    fn begin(walk: &Rotate, wish: &RotationChoices) -> Result<Self, Problem> {
        let Approach { app, hand, .. } = &walk.approach;
        let one_time = hand.known()?;
        let broad = &one_time.broad;
        let (record, run) = (&app.record, ids::id()?);
        let open = hold(record, &run)?;
        let name = broad.own.as_ref().map(|own| own.name.clone());
        if Doomed::of(one_time, wish.broad, false).destroys() {
            let new = NewRun {
                id: run.clone(),
                kind: RunKind::Rotate,
                profile: walk.profile.id.clone(),
                began: (app.now)(),
            };
            record.begin_run(&new).map_err(|error| error.problem())?;
            let subject = json!({ "token": broad.token_id, "name": name });
            Journal::of(app, course::of(RunKind::Rotate), &run)?.intent(DESTROY, &subject)?;
        }
        Ok(Self {
            run,
            token: broad.token_id.clone(),
            left: untouched(broad, None),
            _open: open,
        })
    }

    /// Ends the pasted token, which `holder` has in hand.
    async fn carry_out(
        &self,
        holder: &mut Rotate,
        wish: &RotationChoices,
        since: Instant,
    ) -> Broad {
        let Approach {
            app, hold, hand, ..
        } = &mut holder.approach;
        let Some(one_time) = hand.take() else {
            hold.end_other(&self.run, "left");
            return self.left.clone();
        };
        let journal = Journal::new(app.record.clone(), self.run.clone(), app.now);
        let report = Report::new(None, since);
        let mut doomed = Doomed::of(&one_time, wish.broad, false);
        doomed.join_fuse(&report).await;
        let ended = doomed.destroy(app, &journal, &report).await;
        hold.end_other(&self.run, "pasted-token-ended");
        ended
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

/// Whether what was pasted has been held too long.
fn is_stale(walk: &Rotate) -> bool {
    let Approach { app, hand, .. } = &walk.approach;
    hand.is_stale((app.now)())
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
