//! Connect, as both faces drive it: begun, approached, chosen for, and run.

use std::time::Instant;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::bootstrap::bootstrap;
use crate::choose::decide::already_connected;
use crate::choose::{Known, Listed, decide};
use crate::cloudflare::Kind;
use crate::cloudflare::id::is_id;
use crate::problem::Problem;
use crate::profile::Profile;
use crate::record::RunKind;
use crate::run::hold::Hold;
use crate::run::{App, Decision, Report, ids};
use crate::steps::approach::Wants;
use crate::steps::destroy::Doomed;
use crate::steps::paste::{OneTime, paste_stale};
use crate::steps::site::Site;
use crate::steps::{Approach, Run};
use crate::story::{Choices, Outcome, Preview, Progress, Step, Stopped, ZoneChoice};

/// A connect that has not ended.
pub struct Connect {
    /// How far it is until the pasted token is known.
    pub approach: Approach,
    profile: Profile,
    connection: String,
    installation: String,
}

impl Connect {
    /// Begins one. `platform` is an address that the person gave, for a profile without one of its own.
    pub fn begin(app: &App, profile: Profile, platform: Option<&str>) -> Result<Self, Problem> {
        let installation = app.record.installation().map_err(|error| error.problem())?;
        let hold = Hold::fresh(app, RunKind::Connect, &profile.id)?;
        let site = Site::of(app, &profile, platform, None)?;
        let wants = Wants::ToMint(Box::new(profile.clone()));
        Ok(Self {
            approach: Approach::new(app, hold, site, wants),
            profile,
            connection: ids::id()?,
            installation,
        })
    }

    /// The profile.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// What can be chosen for and previewed; nothing before the pasted token is known.
    pub fn choosing(&mut self) -> Result<Choosing<'_>, Problem> {
        let Approach {
            app,
            hold,
            site,
            hand,
            ..
        } = &mut self.approach;
        Ok(Choosing {
            app,
            site,
            run: hold.id(),
            profile: &self.profile,
            connection: &self.connection,
            installation: &self.installation,
            one_time: hand.known_mut()?,
        })
    }

    /// Steps 7 to 12. The pasted value is dropped, and wiped, when they end well.
    pub async fn connect(
        &mut self,
        choices: &Choices,
        progress: Option<UnboundedSender<Progress>>,
        cancel: &CancellationToken,
    ) -> Outcome {
        let since = self
            .approach
            .hand
            .paste()
            .map_or_else(Instant::now, |paste| paste.since);
        let report = Report::new(progress, since);
        let decision = match self.ready(choices).await {
            Ok(decision) => decision,
            Err(problem) => {
                self.approach.hold.free_account();
                return stopped(Step::Prepare, problem);
            }
        };
        let one_time = match self.approach.hand.known() {
            Ok(one_time) => one_time,
            Err(problem) => return stopped(Step::Inspect, problem),
        };
        let journal = match self.approach.hold.journal() {
            Ok(journal) => journal,
            Err(problem) => {
                self.approach.hold.free_account();
                return stopped(Step::Prepare, problem);
            }
        };
        // From here on the run ends itself, or is left open by whatever cuts it off.
        self.approach.hold.stand();
        let run = Run {
            app: &self.approach.app,
            id: self.approach.hold.id(),
            connection: &self.connection,
            profile: &self.profile.id,
            platform_name: self.profile.receiver(),
            link: self.approach.site.link(),
            doomed: Doomed::of(one_time, decision.choices.broad, false),
            pasted: since,
            report: &report,
            cancel,
            journal,
            made: None,
            lost: Vec::new(),
            stands: false,
        };
        let outcome = bootstrap(run, decision).await;
        // A second try is a run of its own, with names of its own.
        self.approach.hold.renew();
        if let Ok(connection) = ids::id() {
            self.connection = connection;
        }
        if !matches!(outcome, Outcome::Stopped(_)) {
            self.approach.hand.take();
        }
        outcome
    }

    async fn ready(&mut self, choices: &Choices) -> Result<Decision, Problem> {
        if self.approach.forget_stale() {
            return Err(paste_stale());
        }
        let unkept = self.approach.site.stay(&self.approach.app).await?;
        let mut decision = self.choosing()?.decide(choices)?;
        decision.notices.extend(unkept);
        self.approach.hold.take_account(&decision.account.id)?;
        self.approach.hold.begin()?;
        Ok(decision)
    }
}

/// A connect whose pasted token is known.
pub struct Choosing<'a> {
    app: &'a App,
    site: &'a Site,
    run: &'a str,
    profile: &'a Profile,
    connection: &'a str,
    installation: &'a str,
    one_time: &'a mut OneTime,
}

impl Choosing<'_> {
    /// Zones of the chosen account to pick from, or nothing where the pasted token may not list them. Once listed,
    /// choices may name a zone by its domain, and a zone of another account is refused.
    pub async fn zones(
        &mut self,
        account: Option<&str>,
    ) -> Result<Option<Vec<ZoneChoice>>, Problem> {
        let broad = &self.one_time.broad;
        let account = decide::account(account, &broad.accounts)?.id;
        let zones = match broad.client.zones(&account).await {
            Ok(zones) => zones,
            Err(error) if error.kind == Kind::NotPermitted => return Ok(None),
            Err(error) => return Err(error.problem()),
        };
        let choices = zones.iter().map(|zone| ZoneChoice {
            id: zone.id.clone(),
            name: zone.name.clone(),
        });
        let choices = choices.collect();
        self.one_time.zones = Some(Listed { account, zones });
        Ok(Some(choices))
    }

    /// Lists the zones where these choices name one by its domain, or name none where one is needed: a zone id says
    /// all by itself.
    pub async fn look_up_zones(&mut self, choices: &Choices) -> Result<(), Problem> {
        let by_id = !choices.zones.is_empty() && choices.zones.iter().all(|zone| is_id(zone));
        let chosen = choices.account.as_deref();
        let listed = self.one_time.zones.as_ref().is_some_and(|listed| {
            chosen.is_none_or(|account| account.eq_ignore_ascii_case(&listed.account))
        });
        if self.profile.needs_zone(&choices.with) && !by_id && !listed {
            self.zones(chosen).await?;
        }
        Ok(())
    }

    /// Step 6: what would be made.
    pub fn preview(&self, choices: &Choices) -> Result<Preview, Problem> {
        let decision = self.decide(choices)?;
        let platform = self.site.exists().then(|| self.profile.receiver());
        Ok(decide::preview(
            &decision,
            self.one_time.zones.as_ref(),
            platform,
            self.one_time.ours,
        ))
    }

    fn decide(&self, choices: &Choices) -> Result<Decision, Problem> {
        let broad = &self.one_time.broad;
        let extra_mark = ids::extra_token_mark(self.installation, self.connection, self.run);
        let known = Known {
            extra_mark: &extra_mark,
            profile: self.profile,
            accounts: &broad.accounts,
            catalogue: &broad.catalogue,
            kind: broad.kind(),
            own: broad.own.as_ref(),
            zones: self.one_time.zones.as_ref(),
            token_name: ids::narrow_token_name(
                &self.profile.id,
                self.installation,
                self.connection,
            ),
            installation: self.installation,
            now: (self.app.now)(),
        };
        let decision = decide::decide(choices, &known)?;
        let (account, project) = (&decision.account.id, decision.project.as_deref());
        if self.site.holds(account, project, None) {
            return Err(already_connected(self.profile.receiver()));
        }
        Ok(decision)
    }
}

fn stopped(step: Step, problem: Problem) -> Outcome {
    let undone = vec!["Nothing was made, so nothing is left.".to_owned()];
    Outcome::Stopped(Box::new(Stopped {
        step,
        problem,
        undone,
        stands: Vec::new(),
        broad: None,
    }))
}
