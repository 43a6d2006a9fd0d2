//! One pass through connect, as both faces drive it: a step at a time, in the order of the methods.

use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::destroy::{saying, untouched};
use super::fuse::Fuse;
use super::inspect::Inspected;
use super::paste::{Paste, nothing_pasted, paste_stale};
use super::run::Run;
use super::sign_in::{SignIn, SignedIn};
use super::{fuse, inspect, ours, paste, prepare};
use crate::choose::decide::already_connected;
use crate::choose::token_pages::token_pages;
use crate::choose::{Known, Listed, decide};
use crate::cloudflare::id::is_id;
use crate::cloudflare::shape::Shape;
use crate::cloudflare::{Credential, Kind, Owner, TokenKind, pasted, token_list};
use crate::connect::bootstrap::bootstrap;
use crate::http::{Base, below};
use crate::platform::Platform;
use crate::problem::{Next, Problem};
use crate::profile::Profile;
use crate::record::{NewRun, RunKind, RunLock};
use crate::rotate::Old;
use crate::run::address::platform_of;
use crate::run::hold::another_run;
use crate::run::known::{self, unknown_connection};
use crate::run::{App, Decision, Journal, Link, Report, ids, session};
use crate::secret::Secret;
use crate::story::{
    AccountChoice, Choices, Inspection, Outcome, Pasted, Person, Prepared, Preview, Progress,
    Quota, SignInPrompt, Step, Stopped, TokenPage, ZoneChoice,
};

/// A run of connect that has not ended.
pub struct Walk {
    pub(crate) app: App,
    pub(crate) profile: Profile,
    pub(crate) kind: RunKind,
    pub(crate) run: String,
    pub(crate) connection: String,
    pub(crate) installation: String,
    /// Held while the run is open: no other process takes it for one that was cut off.
    pub(crate) open: Option<RunLock>,
    /// Held while something is made: one run at a time for an account, whichever face drives it.
    pub(crate) account: Option<RunLock>,
    pub(crate) platform: Option<Platform>,
    pub(crate) link: Option<Link>,
    /// The platform's id of the person who has to be signed in, where that is known.
    pub(crate) person: Option<String>,
    pub(crate) pasted: Option<Paste>,
    /// When what was pasted last was dropped unused. Until something else is pasted, no step goes on without it.
    pub(crate) lapsed: Option<Timestamp>,
    pub(crate) inspected: Option<Inspected>,
    pub(crate) zones: Option<Listed>,
    pub(crate) ours: bool,
    pub(crate) begun: bool,
    /// Whether the run was open before: then leaving it does not end it.
    pub(crate) resumes: bool,
    pub(crate) fuse: Option<Fuse>,
    /// The token that a rotation replaces, once it was looked at.
    pub(crate) old: Option<Old>,
    /// Who hears how the end of a connection, or of a run that was cut off, goes on.
    pub(crate) report: Report,
}

impl Walk {
    /// Begins a run. `platform` is an address that the person gave, for a profile without one of its own.
    pub fn begin(app: &App, profile: Profile, platform: Option<&str>) -> Result<Self, Problem> {
        let installation = app.record.installation().map_err(|error| error.problem())?;
        let platform = platform_of(app, &profile, platform)?;
        Ok(Self {
            app: app.clone(),
            profile,
            kind: RunKind::Connect,
            run: ids::id()?,
            connection: ids::id()?,
            installation,
            open: None,
            account: None,
            platform,
            link: None,
            person: None,
            pasted: None,
            lapsed: None,
            inspected: None,
            zones: None,
            ours: false,
            begun: false,
            resumes: false,
            fuse: None,
            old: None,
            report: Report::silent(),
        })
    }

    /// Begins a run of `kind` about a connection that exists: for its profile, at its platform.
    pub fn about(app: &App, kind: RunKind, connection: &str) -> Result<Self, Problem> {
        Self::about_with(app, kind, connection, None)
    }

    /// The same with a profile that is read from `file`, for a connection made with one that is not built in.
    pub fn about_with(
        app: &App,
        kind: RunKind,
        connection: &str,
        file: Option<&str>,
    ) -> Result<Self, Problem> {
        let known = app
            .record
            .connection(connection)
            .map_err(|error| error.problem())?
            .ok_or_else(unknown_connection)?;
        let mut walk = if kind == RunKind::Disconnect {
            let kinds = vec![known::kind(&known)];
            Self::without_profile(
                app,
                &known.profile,
                kinds,
                known.platform_address.as_deref(),
            )?
        } else {
            let profile = Profile::load(file.unwrap_or(&known.profile))?;
            if profile.id != known.profile {
                return Err(another_profile(&known.profile, &profile.id));
            }
            Self::begin(app, profile, known.platform_address.as_deref())?
        };
        (walk.kind, walk.connection, walk.person) = (kind, known.id, known.person);
        Ok(walk)
    }

    /// Begins a run that deletes tokens of this installation that nothing uses.
    pub fn sweep(app: &App) -> Result<Self, Problem> {
        let kinds = vec![TokenKind::User, TokenKind::Account];
        let mut walk = Self::without_profile(app, "sweep", kinds, None)?;
        walk.kind = RunKind::Sweep;
        Ok(walk)
    }

    /// A walk that makes nothing, so that it needs no profile: the file of one may be gone by now.
    pub(crate) fn without_profile(
        app: &App,
        profile: &str,
        kinds: Vec<TokenKind>,
        platform: Option<&str>,
    ) -> Result<Self, Problem> {
        let mut stand_in = Profile::load("site-generator")?;
        (stand_in.id, stand_in.platform) = (profile.to_owned(), None);
        "deleting the token".clone_into(&mut stand_in.name);
        stand_in.tokens.kinds = kinds;
        stand_in.tokens.why = Some("A token is deleted by one of its own kind.".to_owned());
        let mut walk = Self::begin(app, stand_in, None)?;
        let base = platform.map(Base::https_or_loopback).transpose()?;
        walk.platform = base.map(|base| Platform::new(&app.http, base));
        Ok(walk)
    }

    /// Whether it makes nothing new: it ends a connection, a run that was cut off, or tokens that nothing uses.
    pub fn is_errand(&self) -> bool {
        !self.mints()
    }

    /// Lets `progress` hear of the next [`Walk::disconnect`] or [`Walk::settle`], step by step.
    pub fn listen(&mut self, progress: UnboundedSender<Progress>) {
        self.report = Report::new(Some(progress), Instant::now());
    }

    /// The profile of this run.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Step 1: the vault keeps, the session is valid. Nothing is minted before this passes.
    pub async fn prepare(&mut self) -> Prepared {
        let (mut report, tested) = prepare::vault(&self.app).await;
        let mut problems = Vec::new();
        match (self.app.remembered_vault(), tested) {
            // Whether the other vault works does not matter then.
            (Err(problem), _) | (Ok(()), Err(problem)) => problems.push(problem),
            (Ok(()), Ok(ms)) => report.self_test_ms = Some(ms),
        }
        let mut person = None;
        if let (Some(platform), true) = (&self.platform, problems.is_empty()) {
            match session::resume(&self.app, platform).await {
                Ok(Some((link, who))) if link.is_of(self.person.as_deref()).is_ok() => {
                    self.link = Some(link);
                    person = Some(who);
                }
                // Somebody else's sign-in is of no use here.
                Ok(_) => {}
                Err(problem) => problems.push(problem),
            }
        }
        Prepared {
            run: self.run.clone(),
            vault: report,
            person,
            sign_in_needed: self.platform.is_some() && self.link.is_none(),
            problems,
        }
    }

    /// The platform's address, where the profile has a platform.
    pub fn platform_address(&self) -> Option<String> {
        self.platform
            .as_ref()
            .map(|platform| platform.base().url().to_string())
    }

    /// Starts the sign-in at the platform.
    pub async fn begin_sign_in(&self) -> Result<(SignInPrompt, SignIn), Problem> {
        let platform = self.platform.clone().ok_or_else(no_platform)?;
        let code = platform
            .begin_sign_in()
            .await
            .map_err(|error| error.problem())?;
        let prompt = SignInPrompt {
            user_code: code.user_code.clone(),
            verification_uri: code
                .verification_uri_complete
                .as_ref()
                .unwrap_or(&code.verification_uri)
                .to_string(),
            expires_in_s: u32::try_from(code.expires_in.as_secs()).unwrap_or(u32::MAX),
        };
        Ok((
            prompt,
            SignIn {
                app: self.app.clone(),
                platform,
                code,
            },
        ))
    }

    /// Takes a sign-in that came through.
    pub fn signed_in(&mut self, signed_in: SignedIn) -> Person {
        self.link = Some(signed_in.link);
        signed_in.person
    }

    /// Step 2: Cloudflare's pages, one for each kind of token that the profile allows.
    pub fn token_pages(&self) -> Result<Vec<TokenPage>, Problem> {
        offer(&self.app, &self.profile, &self.run, self.mints())
    }

    /// Step 2 by itself: pages for a token that is pasted into a later run of this installation.
    pub fn offer(app: &App, profile: &Profile) -> Result<Vec<TokenPage>, Problem> {
        offer(app, profile, &ids::id()?, true)
    }

    /// Step 3: takes what was pasted. What was there before is dropped.
    pub fn paste(&mut self, text: Secret) -> Result<Pasted, Problem> {
        let since = Instant::now();
        (self.pasted, self.inspected, self.zones) = (None, None, None);
        (self.fuse, self.old, self.lapsed) = (None, None, None);
        let reading = pasted::read(text).map_err(pasted::PasteProblem::problem)?;
        let seen = paste::pasted(&reading);
        let on = (self.app.now)();
        self.pasted = Some(Paste { reading, since, on });
        Ok(seen)
    }

    /// Whether a pasted token has been held for [`PASTE_LIVES`](super::PASTE_LIVES).
    pub(crate) fn is_stale(&self) -> bool {
        let now = (self.app.now)();
        self.pasted.as_ref().is_some_and(|paste| paste.stale(now))
    }

    /// Drops, and so wipes, a pasted token that was held for [`PASTE_LIVES`](super::PASTE_LIVES). Tells whether that became of what was
    /// pasted last, now or earlier: whoever pasted must not find a step done without the token.
    pub fn forget_stale(&mut self) -> bool {
        if self.is_stale() {
            (self.pasted, self.inspected) = (None, None);
            self.lapsed = Some((self.app.now)());
        }
        self.lapsed.is_some()
    }

    /// Cloudflare's list in which the pasted token is found, as far as it is known whose it is.
    pub fn pasted_list(&self) -> Option<String> {
        let shape = self.pasted.as_ref()?.reading.shape;
        let dashboard = &self.app.addresses.dashboard;
        Some(match (&self.inspected, shape) {
            (Some(broad), _) => token_list(dashboard, &broad.owner).into(),
            // The dashboard asks by itself which account that is.
            (None, Shape::AccountToken) => below(dashboard, "/?to=/:account/api-tokens").into(),
            (None, _) => token_list(dashboard, &Owner::User).into(),
        })
    }

    /// Steps 4 and 5: asks who the pasted token is, and lights its fuse if it was made through our link.
    pub async fn inspect(&mut self, account: Option<&str>) -> Result<Inspection, Problem> {
        self.begin_run()?;
        if self.forget_stale() {
            return Err(paste_stale());
        }
        let paste = self.pasted.as_ref().ok_or_else(nothing_pasted)?;
        let account_token = paste.reading.shape == Shape::AccountToken;
        if let Some(own) = self.own_narrow_token(&paste.reading.value)? {
            return Err(own);
        }
        let credential = Credential::Token(paste.reading.value.duplicate());
        let client = self
            .app
            .cloudflare(credential)
            .map_err(|error| error.problem())?;
        let inspected = inspect::inspect(client, account, account_token).await?;
        if !self.profile.tokens.kinds.contains(&inspected.kind()) {
            return Err(wrong_kind(&self.profile, inspected.kind()));
        }
        if self.mints() {
            inspected.room()?;
        }
        let name = inspected.own.as_ref().map(|own| own.name.clone());
        self.ours = match &name {
            Some(name) => self
                .app
                .record
                .offered(name)
                .map_err(|error| error.problem())?
                .is_some(),
            None => false,
        };
        let inspection = self.describe(&inspected, name)?;
        if self.ours {
            let journal = Journal::new(self.app.record.clone(), self.run.clone(), self.app.now);
            self.fuse = Some(fuse::light(&inspected, &journal, (self.app.now)())?);
        }
        self.inspected = Some(inspected);
        Ok(inspection)
    }

    /// Zones of the chosen account to pick from, or nothing where the pasted token may not list them. Once listed,
    /// choices may name a zone by its domain, and a zone of another account is refused.
    pub async fn zones(
        &mut self,
        account: Option<&str>,
    ) -> Result<Option<Vec<ZoneChoice>>, Problem> {
        let inspected = self.inspected.as_ref().ok_or_else(nothing_pasted)?;
        let account = decide::account(account, &inspected.accounts)?.id;
        let zones = match inspected.client.zones(&account).await {
            Ok(zones) => zones,
            Err(error) if error.kind == Kind::NotPermitted => return Ok(None),
            Err(error) => return Err(error.problem()),
        };
        let choices = zones.iter().map(|zone| ZoneChoice {
            id: zone.id.clone(),
            name: zone.name.clone(),
        });
        let choices = choices.collect();
        self.zones = Some(Listed { account, zones });
        Ok(Some(choices))
    }

    /// Lists the zones where these choices name one by its domain, or name none where one is needed: a zone id says
    /// all by itself.
    pub async fn look_up_zones(&mut self, choices: &Choices) -> Result<(), Problem> {
        let by_id = !choices.zones.is_empty() && choices.zones.iter().all(|zone| is_id(zone));
        let chosen = choices.account.as_deref();
        let listed = self.zones.as_ref().is_some_and(|listed| {
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
        let platform = self.platform.as_ref().map(|_| self.profile.receiver());
        Ok(decide::preview(
            &decision,
            self.zones.as_ref(),
            platform,
            self.ours,
        ))
    }

    /// Steps 7 to 12. The pasted value is dropped, and wiped, when they end well.
    pub async fn connect(
        &mut self,
        choices: &Choices,
        progress: Option<UnboundedSender<Progress>>,
        cancel: &CancellationToken,
    ) -> Outcome {
        let since = self
            .pasted
            .as_ref()
            .map_or_else(Instant::now, |paste| paste.since);
        let report = Report::new(progress, since);
        let decision = match self.ready(choices).await {
            Ok(decision) => decision,
            Err(problem) => {
                self.account = None;
                return stopped(Step::Prepare, problem);
            }
        };
        let Some(broad) = self.inspected.clone() else {
            return stopped(Step::Inspect, nothing_pasted());
        };
        // From here on the run ends itself, or is left open by whatever cuts it off.
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
            wish: decision.choices.broad,
            shared: false,
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
        let outcome = bootstrap(run, decision).await;
        // A second try is a run of its own, with names of its own.
        (self.open, self.account) = (None, None);
        if let (Ok(run), Ok(connection)) = (ids::id(), ids::id()) {
            (self.run, self.connection) = (run, connection);
        }
        if !matches!(outcome, Outcome::Stopped(_)) {
            (self.pasted, self.inspected) = (None, None);
        }
        outcome
    }

    async fn ready(&mut self, choices: &Choices) -> Result<Decision, Problem> {
        if self.forget_stale() {
            return Err(paste_stale());
        }
        let unkept = self.stay_signed_in().await?;
        let mut decision = self.decide(choices)?;
        decision.notices.extend(unkept);
        self.take_account(&decision.account.id)?;
        self.begin_run()?;
        Ok(decision)
    }

    /// Sees to it that the session lasts until what is made now is delivered: the person may have signed in long
    /// before they had made and pasted the token. Gives what should be known of it.
    pub(crate) async fn stay_signed_in(&mut self) -> Result<Option<String>, Problem> {
        let Some(platform) = &self.platform else {
            return Ok(None);
        };
        if let Some(link) = &self.link {
            self.link = session::lasting(&self.app, link).await?;
        }
        if self.link.is_none() {
            return Err(sign_in_first());
        }
        Ok(session::unkept(&self.app, platform))
    }

    fn decide(&self, choices: &Choices) -> Result<Decision, Problem> {
        let inspected = self.inspected.as_ref().ok_or_else(nothing_pasted)?;
        let extra_mark = ids::extra_token_mark(&self.installation, &self.connection, &self.run);
        let known = Known {
            extra_mark: &extra_mark,
            profile: &self.profile,
            accounts: &inspected.accounts,
            catalogue: &inspected.catalogue,
            kind: inspected.kind(),
            own: inspected.own.as_ref(),
            zones: self.zones.as_ref(),
            token_name: ids::narrow_token_name(
                &self.profile.id,
                &self.installation,
                &self.connection,
            ),
            installation: &self.installation,
            now: (self.app.now)(),
        };
        let decision = decide::decide(choices, &known)?;
        let holds = self.link.as_ref().map_or(&[][..], |link| &link.holds);
        if holds
            .iter()
            .any(|held| held.account_id == decision.account.id && held.project == decision.project)
        {
            return Err(already_connected(self.profile.receiver()));
        }
        Ok(decision)
    }

    fn describe(&self, inspected: &Inspected, name: Option<String>) -> Result<Inspection, Problem> {
        let connections = self
            .app
            .record
            .connections()
            .map_err(|error| error.problem())?;
        let accounts = inspected
            .accounts
            .iter()
            .map(|account| AccountChoice {
                id: account.id.clone(),
                name: account.name.clone(),
                connected: connections
                    .iter()
                    .find(|known| {
                        known.account_id == account.id && known.profile == self.profile.id
                    })
                    .map(|known| known.id.clone()),
            })
            .collect();
        let mut notices = Vec::new();
        if self.ours {
            notices.push(format!(
                "It ends by itself {} minutes from now at the latest.",
                fuse::MINUTES
            ));
        } else {
            notices.push(
                "It was not made through this run's link, so it is not touched unless you say so."
                    .to_owned(),
            );
        }
        if let Some(used) = inspected.used.filter(|used| used + 5 >= inspected.limit) {
            notices.push(format!(
                "There are {used} tokens of {} that Cloudflare allows.",
                inspected.limit
            ));
        }
        let orphans = ours::count(&self.app, inspected)?;
        if orphans > 0 {
            notices.push(format!(
                "{orphans} tokens of this installation are used by nothing. They can be deleted with a one-time token."
            ));
        }
        let own_end = inspected.own.as_ref().and_then(|own| own.expires_on);
        Ok(Inspection {
            token_id: inspected.token_id.clone(),
            token_name: name,
            token_kind: inspected.kind(),
            ours: self.ours,
            expires_on: own_end.map(|end| end.to_string()),
            accounts,
            quota: inspected.used.map(|used| Quota {
                used,
                of: inspected.limit,
            }),
            orphans,
            notices,
        })
    }

    /// Whether a token is to be made.
    fn mints(&self) -> bool {
        !self.resumes && matches!(self.kind, RunKind::Connect | RunKind::Rotate)
    }

    pub(crate) fn begin_run(&mut self) -> Result<(), Problem> {
        if !self.begun {
            let record = &self.app.record;
            self.open = record
                .hold_run(&self.run)
                .map_err(|error| error.problem())?;
            if self.open.is_none() {
                return Err(another_run());
            }
            let run = NewRun {
                id: self.run.clone(),
                kind: self.kind,
                profile: self.profile.id.clone(),
                began: (self.app.now)(),
            };
            record.begin_run(&run).map_err(|error| error.problem())?;
            self.begun = true;
        }
        Ok(())
    }

    /// Takes the account; whoever called lets go of it again where it does not come through.
    pub(crate) fn take_account(&mut self, account: &str) -> Result<(), Problem> {
        // A lock that this walk still holds would stand in its own way.
        self.account = None;
        let record = &self.app.record;
        let lock = record.lock(&format!("account-{account}"));
        self.account = lock.map_err(|error| error.problem())?;
        match self.account {
            Some(_) => Ok(()),
            None => Err(another_run()),
        }
    }

    /// The problem that a walk stopped with, and what stands of a pasted token that it leaves alive.
    pub(crate) async fn saying_what_stands(&mut self, problem: Problem) -> Problem {
        let Some(broad) = &self.inspected else {
            return problem;
        };
        let lit = match &self.fuse {
            Some(fuse) => fuse.clone().await,
            None => None,
        };
        saying(problem, &untouched(broad, lit))
    }

    /// A narrow token that we made ourselves and that was pasted in place of a broad one.
    fn own_narrow_token(&self, value: &Secret) -> Result<Option<Problem>, Problem> {
        let fingerprint = value.fingerprint();
        let connections = self
            .app
            .record
            .connections()
            .map_err(|error| error.problem())?;
        Ok(connections.into_iter().find(|known| known.has(&fingerprint)).map(|known| {
            Problem::new(
                "narrow-pasted",
                format!("This is the narrow token of your connection to \"{}\", not a one-time token.", known.account_name),
                "Open the token page, make the one-time token there, and paste that one.",
                Next::OpenTokenPage,
            )
        }))
    }
}

impl Drop for Walk {
    /// A run that was begun and left before anything was made is closed, so that no start asks about it.
    fn drop(&mut self) {
        if self.begun
            && !self.resumes
            && self
                .app
                .record
                .finish_run(&self.run, "left", (self.app.now)())
                .is_err()
        {
            tracing::warn!("a run that was left was not closed");
        }
    }
}

/// Remembers the name that the link gives, so that the token is known again when it is pasted.
fn offer(app: &App, profile: &Profile, run: &str, mints: bool) -> Result<Vec<TokenPage>, Problem> {
    let name = ids::broad_token_name(run);
    app.record
        .offer(run, &name, (app.now)())
        .map_err(|error| error.problem())?;
    Ok(token_pages(&app.addresses.dashboard, profile, &name, mints))
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

fn no_platform() -> Problem {
    Problem::new(
        "no-platform",
        "This profile has no platform to sign in to.",
        "Go on without signing in.",
        Next::Retry,
    )
}

pub(crate) fn sign_in_first() -> Problem {
    Problem::new(
        "not-signed-in",
        "You are not signed in at the platform.",
        "Sign in, then go on. Nothing was made.",
        Next::SignIn,
    )
}

fn another_profile(known: &str, given: &str) -> Problem {
    Problem::new(
        "profile-other",
        format!("The connection was made with the profile {known}, and this one is {given}."),
        "Name the file of the connection's own profile.",
        Next::ChangeChoices,
    )
}

fn wrong_kind(profile: &Profile, kind: TokenKind) -> Problem {
    let (is, wants) = match kind {
        TokenKind::User => ("a user token", "an account token"),
        TokenKind::Account => ("an account token", "a user token"),
    };
    Problem::new(
        "wrong-token-kind",
        format!(
            "This is {is}; {} needs {wants}. {}",
            profile.name,
            profile.tokens.why.as_deref().unwrap_or_default()
        ),
        "Open the token page for the other kind and make the token there.",
        Next::OpenTokenPage,
    )
}
