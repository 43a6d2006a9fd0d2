//! A rotation of one connection, as both faces drive it.

use std::time::Instant;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::beside::beside;
use super::in_place;
use crate::choose::decide::already_connected;
use crate::problem::{Next, Problem};
use crate::record::RunKind;
use crate::run::known::stored;
use crate::run::rotation::Nominated;
use crate::run::{App, Journal, Report, ids, rotation};
use crate::steps::paste::{nothing_pasted, paste_stale};
use crate::steps::{Run, Walk};
use crate::story::{
    Progress, Rotation, RotationChoices, RotationPreview, RotationState, RotationWay,
};

impl Walk {
    /// Begins a rotation of a connection. `file` is its profile, where that is not built in.
    pub fn rotation(app: &App, connection: &str, file: Option<&str>) -> Result<Self, Problem> {
        let walk = Self::about_with(app, RunKind::Rotate, connection, file)?;
        rotation::none_open(app, connection)?;
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
    pub(crate) async fn rotate_sharing(
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
        rotation::none_open(&self.app, &self.connection)?;
        let now = stored(&self.app, &self.connection)?;
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

fn changed_meanwhile() -> Problem {
    Problem::new(
        "rotation-changed",
        "The connection got another token, or its project another name, meanwhile.",
        "Look at it once more, then rotate again if it is still wanted.",
        Next::Home,
    )
}
