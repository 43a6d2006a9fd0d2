//! A rotation of one connection, as both faces drive it.

use std::time::Instant;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::beside::beside;
use super::decide::Looked;
use super::in_place::in_place;
use super::old::{self, Old};
use crate::choose::decide::already_connected;
use crate::problem::{Next, Problem};
use crate::profile::Profile;
use crate::record::RunKind;
use crate::run::hold::Hold;
use crate::run::known::stored;
use crate::run::rotation::Nominated;
use crate::run::{App, Report, course, rotation};
use crate::steps::approach::Wants;
use crate::steps::destroy::Doomed;
use crate::steps::paste::paste_stale;
use crate::steps::site::Site;
use crate::steps::{Approach, Run};
use crate::story::{
    Progress, Rotation, RotationChoices, RotationPreview, RotationState, RotationWay,
};

/// A rotation that has not ended.
pub struct Rotate {
    /// How far it is until the pasted token is known.
    pub approach: Approach,
    pub(crate) profile: Profile,
    pub(crate) connection: String,
    installation: String,
    /// The token that it replaces, and the paste that this was looked at with.
    old: Option<(Instant, Old)>,
}

impl Rotate {
    /// Begins a rotation of a connection. `file` is its profile, where that is not built in.
    pub fn begin(app: &App, connection: &str, file: Option<&str>) -> Result<Self, Problem> {
        let known = stored(app, connection)?;
        let profile = Profile::load(file.unwrap_or(&known.profile))?;
        if profile.id != known.profile {
            return Err(another_profile(&known.profile, &profile.id));
        }
        let hold = Hold::fresh(app, RunKind::Rotate, &profile.id)?;
        let address = known.platform_address.as_deref();
        let site = Site::of(app, &profile, address, known.person)?;
        let wants = Wants::ToMint(Box::new(profile.clone()));
        rotation::none_open(app, connection)?;
        Ok(Self {
            approach: Approach::new(app, hold, site, wants),
            profile,
            connection: known.id,
            installation: app.record.installation().map_err(|error| error.problem())?,
            old: None,
        })
    }

    /// What a rotation would do. Looks at the old token, and refuses a pasted token that could not delete it.
    pub async fn preview(&mut self, wish: &RotationChoices) -> Result<RotationPreview, Problem> {
        match self.look_ahead(wish).await {
            Ok(preview) => Ok(preview),
            Err(problem) => Err(self.approach.saying_what_stands(problem).await),
        }
    }

    async fn look_ahead(&mut self, wish: &RotationChoices) -> Result<RotationPreview, Problem> {
        let since = self.approach.hand.known()?.paste.since;
        let old = self.look().await?;
        let told = self
            .looked(&old)
            .and_then(|looked| Ok(looked.in_words(looked.decide(wish)?)));
        self.old = Some((since, old));
        told
    }

    /// The old token, looked at with what is pasted now.
    async fn look(&mut self) -> Result<Old, Problem> {
        let one_time = self.approach.hand.known()?;
        match self.old.take() {
            Some((since, old)) if since == one_time.paste.since => Ok(old),
            _ => old::look(&self.approach.app, &self.connection, &one_time.broad).await,
        }
    }

    fn looked<'a>(&'a self, old: &'a Old) -> Result<Looked<'a>, Problem> {
        Ok(Looked {
            app: &self.approach.app,
            site: &self.approach.site,
            run: self.approach.hold.id(),
            profile: &self.profile,
            connection: &self.connection,
            installation: &self.installation,
            one_time: self.approach.hand.known()?,
            old,
        })
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
            .approach
            .hand
            .paste()
            .map_or_else(Instant::now, |paste| paste.since);
        let report = Report::new(progress, since);
        let rotation = match self.sharing(wish, report, cancel, since, false).await {
            Ok(rotation) => rotation,
            Err(problem) => return Err(self.approach.saying_what_stands(problem).await),
        };
        if !matches!(
            rotation.state,
            RotationState::Stopped | RotationState::ValueLost | RotationState::RollUnknown
        ) {
            self.approach.hand.take();
        }
        Ok(rotation)
    }

    /// The same for one of several that share the pasted token, which is left as it is where it is `shared`.
    pub(crate) async fn sharing(
        &mut self,
        wish: &RotationChoices,
        report: Report,
        cancel: &CancellationToken,
        since: Instant,
        shared: bool,
    ) -> Result<Rotation, Problem> {
        let ready = self.ready(wish).await;
        if ready.is_err() {
            self.approach.hold.free_account();
        }
        let (nominated, old) = ready?;
        let course = course::of_rotation(nominated.way);
        let journal = self.approach.hold.journal_of(course);
        if journal.is_err() {
            self.approach.hold.free_account();
        }
        // From here on the journal tells what became of it, also where this is dropped half-way.
        self.approach.hold.stand();
        let run = Run {
            app: &self.approach.app,
            id: self.approach.hold.id(),
            connection: &self.connection,
            profile: &self.profile.id,
            platform_name: self.profile.receiver(),
            link: self.approach.site.link(),
            doomed: Doomed::of(self.approach.hand.known()?, wish.broad, shared),
            pasted: since,
            report: &report,
            cancel,
            journal: journal?,
            made: None,
            lost: Vec::new(),
            stands: false,
        };
        let rotation = match nominated.way {
            RotationWay::Beside => Box::pin(beside(run, old, nominated)).await,
            RotationWay::InPlace => Box::pin(in_place(run, old, nominated)).await,
        };
        self.approach.hold.renew();
        Ok(rotation)
    }

    async fn ready(&mut self, wish: &RotationChoices) -> Result<(Nominated, Old), Problem> {
        if self.approach.forget_stale() {
            return Err(paste_stale());
        }
        let unkept = self.approach.site.stay(&self.approach.app).await?;
        let old = self.look().await?;
        let (mut nominated, _) = self.looked(&old)?.decide(wish)?;
        nominated.decision.notices.extend(unkept);
        let site = &self.approach.site;
        if let Some(link) = site.link() {
            link.is_of(old.known.person.as_deref())?;
        }
        let account = nominated.decision.account.id.clone();
        let project = nominated.decision.project.as_deref();
        if site.holds(&account, project, Some(&self.connection)) {
            return Err(already_connected(self.profile.receiver()));
        }
        self.approach.hold.take_account(&account)?;
        // Looked at once more under the lock: another window may have left one open meanwhile.
        rotation::none_open(&self.approach.app, &self.connection)?;
        let now = stored(&self.approach.app, &self.connection)?;
        if now.token_id != nominated.replaces.token_id || now.project != old.known.project {
            return Err(changed_meanwhile());
        }
        self.approach.hold.begin()?;
        self.approach.hold.about(&account)?;
        Ok((nominated, old))
    }
}

fn another_profile(known: &str, given: &str) -> Problem {
    Problem::new(
        "profile-other",
        format!("The connection was made with the profile {known}, and this one is {given}."),
        "Name the file of the connection's own profile.",
        Next::ChangeChoices,
    )
}

fn changed_meanwhile() -> Problem {
    Problem::new(
        "rotation-changed",
        "The connection got another token, or its project another name, meanwhile.",
        "Look at it once more, then rotate again if it is still wanted.",
        Next::Home,
    )
}
