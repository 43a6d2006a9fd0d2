//! Rotate: a new token in the place of a connection's old one.
//!
//! ```text
//! mint → keep beside the old → prove → deliver → acknowledged by a receipt over the new token
//!      → swap → revoke the old and see it refused → forget its value → destroy the broad token
//! ```
//!
//! Until the platform acknowledges, the old token works and nothing of it is touched. `course.rs` says what comes next,
//! `turn.rs` does it; both serve a run that goes on and one that is taken up later. Each point of failure has a
//! [`RotationState`]. Rolling in place is another thing altogether, and never done unasked.

mod course;
mod decide;
mod extras;
mod finish;
mod in_place;
mod old;
mod several;
pub mod story;
mod turn;

use std::time::Instant;

use serde_json::json;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::App;
use super::cards;
use super::effect::{NOMINATE, PROVE};
use super::ids;
use super::mint::may_exist;
use super::prove::{Proof, granted, settle};
use super::redeliver::unknown_connection;
use super::report::{Journal, Report};
use super::run::{Run, Stop, at};
use super::story::{Broad, BroadState, Delivery, Grant, Progress, Step, Stopped};
use super::walk::{Walk, already_connected, nothing_pasted, paste_stale};
use crate::cloudflare::{Client, Created};
use crate::problem::{Next, Problem};
use crate::proof::Plan;
use crate::record::{Connection, RunKind};
use crate::vault::Vault;
use course::{Course, Mark};
use decide::Nominated;
use story::{
    NewTokenFacts, OldToken, OldTokenState, Rotation, RotationChoices, RotationPreview,
    RotationState, RotationWay,
};
use turn::Turn;

pub(super) use finish::Left;
pub use finish::{OpenRotation, finish_rotation, open_rotations};
pub(super) use finish::{none_open, standing, taken_along, waiting_rotation};
pub(crate) use old::Old;
pub use several::Several;

impl Walk {
    /// Begins a rotation of a connection. `file` is its profile, where that is not built in.
    pub fn rotation(app: &App, connection: &str, file: Option<&str>) -> Result<Self, Problem> {
        let walk = Self::about_with(app, RunKind::Rotate, connection, file)?;
        finish::none_open(app, connection)?;
        Ok(walk)
    }

    /// What a rotation would do. Looks at the old token, and refuses a pasted token that could not delete it.
    pub async fn preview_rotation(
        &mut self,
        wish: &RotationChoices,
    ) -> Result<RotationPreview, Problem> {
        match self.look_ahead(wish).await {
            Ok(preview) => Ok(preview),
            Err(problem) => Err(self.saying_what_stands(problem).await),
        }
    }

    async fn look_ahead(&mut self, wish: &RotationChoices) -> Result<RotationPreview, Problem> {
        self.look_at_old().await?;
        let old = self.old.as_ref().ok_or_else(nothing_pasted)?;
        let (nominated, difference) = self.decide_rotation(wish, old)?;
        Ok(self.rotation_in_words(&nominated, difference))
    }

    /// Rotates. A problem before anything was begun is an error; from then on every end is a [`Rotation`].
    ///
    /// The pasted value is dropped, and wiped, unless another try needs it.
    pub async fn rotate(
        &mut self,
        wish: &RotationChoices,
        progress: Option<UnboundedSender<Progress>>,
        cancel: &CancellationToken,
    ) -> Result<Rotation, Problem> {
        let since = self
            .pasted
            .as_ref()
            .map_or_else(Instant::now, |paste| paste.since);
        let report = Report::new(progress, since);
        let rotated = self
            .rotate_sharing(wish, report, cancel, since, false)
            .await;
        let rotation = match rotated {
            Ok(rotation) => rotation,
            Err(problem) => return Err(self.saying_what_stands(problem).await),
        };
        if !matches!(
            rotation.state,
            RotationState::Stopped | RotationState::ValueLost | RotationState::RollUnknown
        ) {
            (self.pasted, self.inspected) = (None, None);
        }
        Ok(rotation)
    }

    /// The same for one of several that share the pasted token, which is left as it is.
    async fn rotate_sharing(
        &mut self,
        wish: &RotationChoices,
        report: Report,
        cancel: &CancellationToken,
        since: Instant,
        shared: bool,
    ) -> Result<Rotation, Problem> {
        let ready = self.ready_to_rotate(wish).await;
        if ready.is_err() {
            self.account = None;
        }
        let nominated = ready?;
        let broad = self.inspected.clone().ok_or_else(nothing_pasted)?;
        let old = self.old.take().ok_or_else(nothing_pasted)?;
        // From here on the journal tells what became of it, also where this is dropped half-way.
        self.begun = false;
        let run = Run {
            app: &self.app,
            id: &self.run,
            connection: &self.connection,
            profile: &self.profile.id,
            platform_name: self.profile.receiver(),
            link: self.link.as_ref(),
            broad: &broad,
            ours: self.ours,
            wish: wish.broad,
            shared,
            pasted: since,
            fuse: self.fuse.clone(),
            fuse_end: broad.own.as_ref().and_then(|own| own.expires_on),
            report: &report,
            cancel,
            journal: Journal::new(self.app.record.clone(), self.run.clone(), self.app.now),
            made: None,
            lost: Vec::new(),
            stands: false,
        };
        let rotation = match nominated.way {
            RotationWay::Beside => Box::pin(beside(run, old, nominated)).await,
            RotationWay::InPlace => Box::pin(in_place::in_place(run, old, nominated)).await,
        };
        (self.open, self.account) = (None, None);
        if let Ok(run) = ids::id() {
            self.run = run;
        }
        Ok(rotation)
    }

    async fn ready_to_rotate(&mut self, wish: &RotationChoices) -> Result<Nominated, Problem> {
        if self.forget_stale() {
            return Err(paste_stale());
        }
        let unkept = self.stay_signed_in().await?;
        self.look_at_old().await?;
        let old = self.old.as_ref().ok_or_else(nothing_pasted)?;
        let (mut nominated, _) = self.decide_rotation(wish, old)?;
        nominated.decision.notices.extend(unkept);
        let project = old.known.project.clone();
        if let Some(link) = &self.link {
            link.is_of(old.known.person.as_deref())?;
        }
        let account = nominated.decision.account.id.clone();
        let holds = self.link.as_ref().map_or(&[][..], |link| &link.holds);
        if holds.iter().any(|held| {
            held.id != self.connection
                && held.account_id == account
                && held.project == nominated.decision.project
        }) {
            return Err(already_connected(self.profile.receiver()));
        }
        self.take_account(&account)?;
        // Looked at once more under the lock: another window may have left one open meanwhile.
        finish::none_open(&self.app, &self.connection)?;
        let now = known(&self.app, &self.connection)?;
        if now.token_id != nominated.replaces.token_id || now.project != project {
            self.old = None;
            return Err(changed_meanwhile());
        }
        self.begin_run()?;
        self.app
            .record
            .update_run_account(&self.run, &account)
            .map_err(|error| error.problem())?;
        Ok(nominated)
    }
}

/// The connection of this id.
fn known(app: &App, connection: &str) -> Result<Connection, Problem> {
    app.record
        .connection(connection)
        .map_err(|error| error.problem())?
        .ok_or_else(unknown_connection)
}

/// A new token that is made, kept and proved.
struct Fresh {
    created: Box<Created>,
    granted: Vec<Grant>,
    proof: Proof,
    narrow: Client,
    plan: Plan,
}

/// Makes a new token beside the old one and turns the connection over to it.
async fn beside(mut run: Run<'_>, old: Old, mut nominated: Nominated) -> Rotation {
    let vault = run.app.vault();
    let fresh = match make(&mut run, &mut nominated, &vault).await {
        Ok(fresh) => fresh,
        Err(stop) => return stopped(run, &nominated, stop).await,
    };
    // From here on nothing is undone by itself: the platform may hold the new token.
    run.made = None;
    run.join_fuse().await;
    let mut turn = Turn {
        app: run.app,
        journal: &run.journal,
        report: run.report,
        link: run.link,
        broad: Some(run.broad),
        vault,
        nominated: &nominated,
        token_id: fresh.created.token.id.clone(),
        token_name: fresh.created.token.name.clone(),
        value: fresh.created.value.duplicate(),
        course: Course {
            mint: Mark::Done,
            keep: Mark::Done,
            prove: Mark::Done,
            ..Course::default()
        },
        settled: true,
        delivery: Delivery::Unknown,
        receipt: None,
        old: in_use(&nominated),
        stop: None,
        notices: nominated
            .decision
            .notices
            .iter()
            .cloned()
            .chain(run.doubtful().map(may_exist))
            .collect(),
        known: old.known,
    };
    let (delivered, settled) = tokio::join!(turn.deliver(), async {
        fresh.proof.elsewhere || settle(&fresh.narrow, &fresh.plan, run.app.pace).await
    });
    turn.settled = settled;
    match delivered {
        Ok(()) => turn.go_on().await,
        Err(halt) => turn.halted(halt),
    }
    if turn.course.swap == course::Mark::Done {
        Box::pin(turn.make_extras(&run)).await;
    }
    let others = finish_earlier(&run).await;
    turn.notices.extend(others);
    let broad = run.destroy().await;
    if broad.state != BroadState::Refused && !run.shared {
        remember_broad(run.app, &turn.known.id, &broad);
    }
    if fresh.proof.elsewhere {
        turn.notices.push(elsewhere());
    }
    let told = turn.told(&run, Some(broad), Some(&fresh.proof), fresh.granted);
    // A rotation that is not done stays open, so that the next start, `resume` and `deliver` find it.
    if turn.course.next() == course::Move::End {
        run.close("rotated");
    }
    told
}

/// Deletes what earlier rotations of the connection left open, now that a broad token is at hand. A sentence for each.
async fn finish_earlier(run: &Run<'_>) -> Vec<String> {
    let mut told = Vec::new();
    let open = finish::open_rotations(run.app, run.connection).unwrap_or_default();
    for open in open {
        if open.run == run.id || open.state != RotationState::OldOpen {
            continue;
        }
        let silent = Report::silent();
        let finished = finish::finish_held(run.app, &open.run, Some(run.broad), &silent).await;
        if finished.is_ok_and(|rotation| rotation.state == RotationState::Rotated) {
            told.push(format!(
                "\"{}\", which an earlier rotation left open, was deleted as well.",
                open.accounts_for.join("\", \"")
            ));
        }
    }
    told
}

/// Steps 7 to 9 of connect, for a token that takes another's place.
async fn make(run: &mut Run<'_>, nominated: &mut Nominated, vault: &Vault) -> Result<Fresh, Stop> {
    run.note_rotation(nominated)?;
    let decision = &mut nominated.decision;
    let created = run
        .mint(&mut decision.new_token, &decision.account.id)
        .await?;
    run.keep(vault, &created).await?;
    let granted = granted(
        &decision.requested,
        &created.token.policies,
        &run.broad.catalogue,
    )
    .map_err(at(Step::Prove))?;
    let subject = json!({ "token": created.token.id });
    run.journal
        .intent(PROVE, &subject)
        .map_err(at(Step::Prove))?;
    let narrow = old::client(run.app, &created.value).map_err(at(Step::Prove))?;
    let plan = run.plan(decision, &granted);
    let proof = run.prove(&narrow, &plan, decision).await?;
    run.still_wanted(Step::Prove)?;
    run.journal.done(PROVE, &subject).map_err(at(Step::Prove))?;
    Ok(Fresh {
        created,
        granted,
        proof,
        narrow,
        plan,
    })
}

impl Run<'_> {
    /// Writes down what was decided, with the pasted token, to find it by if the run is cut off.
    fn note_rotation(&self, nominated: &Nominated) -> Result<(), Stop> {
        let mut detail = json!(nominated);
        detail["broad"] = self.broad_mark();
        self.journal
            .done(NOMINATE, &detail)
            .map_err(at(Step::Prepare))
    }
}

/// Undoes what was made, and says that the old token is in use as before.
async fn stopped(mut run: Run<'_>, nominated: &Nominated, stop: Stop) -> Rotation {
    let stopped = run.stop(stop).await;
    let left = run
        .app
        .record
        .journal(run.id)
        .is_ok_and(|journal| Course::read(&journal).holds_a_token());
    if !left {
        run.close(&stopped.problem.code);
    }
    let known = known(run.app, run.connection).ok();
    let Stopped {
        step,
        problem,
        undone,
        mut stands,
        broad,
    } = stopped;
    stands.insert(0, "The old token is in use, as before.".to_owned());
    let span = run.app.calls.span(run.pasted, Instant::now());
    Rotation {
        state: RotationState::Stopped,
        run: run.id.to_owned(),
        connection_id: run.connection.to_owned(),
        profile: run.profile.to_owned(),
        platform: run.platform_name.to_owned(),
        account_id: nominated.decision.account.id.clone(),
        account_name: nominated.decision.account.name.clone(),
        project: nominated.decision.project.clone(),
        way: nominated.way,
        old_token: in_use(nominated),
        new_token: None,
        delivery: known.as_ref().map_or(Delivery::Unknown, cards::delivery),
        receipt_code: None,
        extras: known.as_ref().map_or_else(Vec::new, |known| {
            cards::extras(&known.extras, &known.platform)
        }),
        broad: broad.filter(|_| !run.shared),
        step: Some(step),
        problem: Some(problem),
        undone,
        stands,
        notices: Vec::new(),
        rounds: u32::try_from(span.rounds).unwrap_or(u32::MAX),
        elapsed_ms: u32::try_from(span.elapsed.as_millis()).unwrap_or(u32::MAX),
    }
}

impl Turn<'_> {
    /// What became of it.
    fn told(
        &self,
        run: &Run<'_>,
        broad: Option<Broad>,
        proof: Option<&Proof>,
        granted: Vec<Grant>,
    ) -> Rotation {
        let left = broad
            .as_ref()
            .filter(|broad| broad.state != BroadState::Refused && !run.shared)
            .map(|broad| format!("The token you pasted: {}", broad.sentence));
        let mut told = self.tell(run.id, run.pasted, broad, proof, granted);
        told.stands.extend(left);
        told
    }

    fn tell(
        &self,
        run: &str,
        since: Instant,
        broad: Option<Broad>,
        proof: Option<&Proof>,
        granted: Vec<Grant>,
    ) -> Rotation {
        let decision = &self.nominated.decision;
        let state = self.course.state();
        let mut stands = Vec::new();
        match state {
            RotationState::Pending => stands.push(format!(
                "Both tokens live: the old one is in use, and the new one, \"{}\", is kept until {} has acknowledged it.",
                self.token_name, self.nominated.platform
            )),
            RotationState::OldOpen => stands.push(self.old.sentence.clone()),
            _ => {}
        }
        let (step, problem) = match &self.stop {
            Some((step, problem)) => (Some(*step), Some(problem.clone())),
            None => (None, None),
        };
        let span = self.app.calls.span(since, Instant::now());
        Rotation {
            state,
            run: run.to_owned(),
            connection_id: self.known.id.clone(),
            profile: self.known.profile.clone(),
            platform: self.nominated.platform.clone(),
            account_id: decision.account.id.clone(),
            account_name: decision.account.name.clone(),
            project: decision.project.clone(),
            way: self.nominated.way,
            old_token: self.old.clone(),
            new_token: (!self.value.is_empty()).then(|| NewTokenFacts {
                token_id: self.token_id.clone(),
                token_name: self.token_name.clone(),
                token_kind: self.nominated.kind,
                fingerprint: self.value.fingerprint(),
                expires_on: decision.new_token.expires_on.map(|end| end.to_string()),
                granted,
                can: proof.map(|proof| proof.can),
                cannot: proof.map(|proof| proof.cannot),
                checks: proof.map_or_else(Vec::new, |proof| proof.checks.clone()),
                vault: self.vault.kind(),
            }),
            delivery: self.delivery,
            receipt_code: self.receipt.as_ref().map(|(code, _)| code.clone()),
            extras: cards::extras(&self.known.extras, &self.nominated.platform),
            broad,
            step,
            problem,
            undone: Vec::new(),
            stands,
            notices: self.notices.clone(),
            rounds: u32::try_from(span.rounds).unwrap_or(u32::MAX),
            elapsed_ms: u32::try_from(span.elapsed.as_millis()).unwrap_or(u32::MAX),
        }
    }
}

/// The old token while nothing of it was touched.
fn in_use(nominated: &Nominated) -> OldToken {
    OldToken {
        token_id: nominated.replaces.token_id.clone(),
        token_name: nominated.replaces.token_name.clone(),
        fingerprint: nominated.replaces.fingerprint.clone(),
        state: OldTokenState::InUse,
        after_ms: None,
        sentence: "It is in use, as before.".to_owned(),
        link: None,
    }
}

/// Writes down that a broad token may still live.
fn remember_broad(app: &App, connection: &str, broad: &Broad) {
    let noted = known(app, connection).and_then(|known| {
        let known = Connection {
            broad_left: Some(json!(broad)),
            ..known
        };
        app.record
            .put_connection(&known)
            .map_err(|error| error.problem())
    });
    if noted.is_err() {
        tracing::warn!("a broad token that may still live was not written down");
    }
}

fn elsewhere() -> String {
    "The token works only from the addresses you named, and this computer is not among them, so only its policy could \
     be checked from here."
        .to_owned()
}

fn changed_meanwhile() -> Problem {
    Problem::new(
        "rotation-changed",
        "The connection got another token, or its project another name, meanwhile.",
        "Look at it once more, then rotate again if it is still wanted.",
        Next::Home,
    )
}
