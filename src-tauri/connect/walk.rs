//! One pass through connect, as both faces drive it: a step at a time, in the order of the methods.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::activity::note;
use super::app::App;
use super::bootstrap::bootstrap;
use super::deliver::Link;
use super::destroy::untouched;
use super::fuse::{self, Fuse};
use super::inspect::{self, Inspected};
use super::nominate::{self, Decision, Known};
use super::redeliver::unknown_connection;
use super::report::{Journal, Report};
use super::rotate::Old;
use super::run::Run;
use super::story::{
    AccountChoice, Broad, Choices, Inspection, Outcome, Pasted, Person, Prepared, Preview,
    Progress, Quota, SignInPrompt, Step, Stopped, TokenPage, ZoneChoice,
};
use super::token_pages::token_pages;
use super::zones::Listed;
use super::{cards, ids, orphans, session};
use crate::cloudflare::id::is_id;
use crate::cloudflare::pasted::{self, Reading};
use crate::cloudflare::shape::Shape;
use crate::cloudflare::{Credential, Kind, Owner, TokenKind, token_list};
use crate::http::{Base, below};
use crate::platform::{DeviceCode, Platform};
use crate::problem::{Next, Problem};
use crate::profile::Profile;
use crate::record::{Connection, NewRun, RunKind, RunLock};
use crate::secret::Secret;

/// How long a pasted token is held at the most.
pub const PASTE_LIVES: Duration = Duration::from_mins(15);

/// What was pasted, and when. Both clocks count: one stands still while the computer sleeps, the other may be set.
pub(super) struct Paste {
    pub(super) reading: Reading,
    pub(super) since: Instant,
    pub(super) on: Timestamp,
}

impl Paste {
    fn stale(&self, now: Timestamp) -> bool {
        let by_day = now.duration_since(self.on).unsigned_abs();
        self.since.elapsed() >= PASTE_LIVES || by_day >= PASTE_LIVES
    }
}

/// A run of connect that has not ended.
pub struct Walk {
    pub(super) app: App,
    pub(super) profile: Profile,
    pub(super) kind: RunKind,
    pub(super) run: String,
    pub(super) connection: String,
    pub(super) installation: String,
    /// Held while the run is open: no other process takes it for one that was cut off.
    pub(super) open: Option<RunLock>,
    /// Held while something is made: one run at a time for an account, whichever face drives it.
    pub(super) account: Option<RunLock>,
    pub(super) platform: Option<Platform>,
    pub(super) link: Option<Link>,
    /// The platform's id of the person who has to be signed in, where that is known.
    pub(super) person: Option<String>,
    pub(super) pasted: Option<Paste>,
    /// When what was pasted last was dropped unused. Until something else is pasted, no step goes on without it.
    pub(super) lapsed: Option<Timestamp>,
    pub(super) inspected: Option<Inspected>,
    pub(super) zones: Option<Listed>,
    pub(super) ours: bool,
    pub(super) begun: bool,
    /// Whether the run was open before: then leaving it does not end it.
    pub(super) resumes: bool,
    pub(super) fuse: Option<Fuse>,
    /// The token that a rotation replaces, once it was looked at.
    pub(super) old: Option<Old>,
    /// Who hears how the end of a connection, or of a run that was cut off, goes on.
    pub(super) report: Report,
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
            let kinds = vec![kind_of(&known)];
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
    pub(super) fn without_profile(
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
        let (mut report, tested) = cards::vault(&self.app).await;
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
        let seen = cards::pasted(&reading);
        let on = (self.app.now)();
        self.pasted = Some(Paste { reading, since, on });
        Ok(seen)
    }

    /// Whether a pasted token has been held for [`PASTE_LIVES`].
    pub(super) fn is_stale(&self) -> bool {
        let now = (self.app.now)();
        self.pasted.as_ref().is_some_and(|paste| paste.stale(now))
    }

    /// Drops, and so wipes, a pasted token that was held for [`PASTE_LIVES`]. Tells whether that became of what was
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
        let account = nominate::account(account, &inspected.accounts)?.id;
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
        Ok(nominate::preview(
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
    pub(super) async fn stay_signed_in(&mut self) -> Result<Option<String>, Problem> {
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
        let decision = nominate::decide(choices, &known)?;
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
        let orphans = orphans::count(&self.app, inspected)?;
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

    pub(super) fn begin_run(&mut self) -> Result<(), Problem> {
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
    pub(super) fn take_account(&mut self, account: &str) -> Result<(), Problem> {
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
    pub(super) async fn saying_what_stands(&mut self, problem: Problem) -> Problem {
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

/// A sign-in under way; it borrows nothing of the walk, so that a face can wait for it and stay responsive.
pub struct SignIn {
    app: App,
    platform: Platform,
    code: DeviceCode,
}

/// A sign-in that came through.
#[derive(Debug)]
pub struct SignedIn {
    link: Link,
    person: Person,
}

impl SignIn {
    /// Waits until the person has approved or denied, or the code has lapsed; keeps the session in the vault.
    pub async fn wait(self) -> Result<SignedIn, Problem> {
        let (listening, heard) = self.platform.listening();
        let granted = listening.wait_for_sign_in(&self.code).await;
        let granted = granted.map_err(|error| error.problem());
        let result = granted
            .as_ref()
            .map_or_else(|problem| problem.code.as_str(), |_| "signed in");
        let address = self.platform.base().url().as_str();
        note(&self.app, "sign in", address, result, heard.last());
        let granted = granted?;
        let who = self
            .platform
            .me(&granted)
            .await
            .map_err(|error| error.problem())?;
        session::keep(&self.app, &self.platform, &granted).await?;
        let (link, person) = session::joined(&self.platform, Arc::new(granted), who);
        Ok(SignedIn { link, person })
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

fn platform_of(
    app: &App,
    profile: &Profile,
    given: Option<&str>,
) -> Result<Option<Platform>, Problem> {
    let Some(own) = &profile.platform else {
        return Ok(None);
    };
    let remembered = || {
        app.record
            .setting(&address_setting(profile))
            .map_err(|error| error.problem())
    };
    let base = match (&app.addresses.platform, own.base(), given) {
        (Some(stand_in), _, _) => Base::loopback(stand_in.as_str())?,
        (None, Some(own), _) => own,
        (None, None, Some(given)) => {
            let base = Base::https_or_loopback(given.trim())?;
            let name = address_setting(profile);
            app.record
                .set_setting(&name, base.url().as_str())
                .map_err(|error| error.problem())?;
            base
        }
        (None, None, None) => {
            Base::https_or_loopback(&remembered()?.ok_or_else(platform_address)?)?
        }
    };
    Ok(Some(Platform::new(&app.http, base)))
}

/// The name under which a platform's address is remembered once it was given.
pub(super) fn address_setting(profile: &Profile) -> String {
    format!("platform-address/{}", profile.id)
}

/// Whose token a connection holds.
pub(super) fn kind_of(known: &Connection) -> TokenKind {
    if known.token_kind == "account" {
        TokenKind::Account
    } else {
        TokenKind::User
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

/// A problem with what became of the pasted token: who reads only the problem has to know of it.
pub(super) fn saying(problem: Problem, broad: &Broad) -> Problem {
    Problem {
        message: format!(
            "{} The token you pasted: {}",
            problem.message, broad.sentence
        ),
        ..problem
    }
}

fn no_platform() -> Problem {
    Problem::new(
        "no-platform",
        "This profile has no platform to sign in to.",
        "Go on without signing in.",
        Next::Retry,
    )
}

fn platform_address() -> Problem {
    Problem::new(
        "platform-address-needed",
        "The platform's address is not known.",
        "Give the https address of the platform.",
        Next::StartOver,
    )
}

pub(super) fn sign_in_first() -> Problem {
    Problem::new(
        "not-signed-in",
        "You are not signed in at the platform.",
        "Sign in, then go on. Nothing was made.",
        Next::SignIn,
    )
}

pub(super) fn paste_stale() -> Problem {
    Problem::new(
        "paste-stale",
        "The pasted token was held for 15 minutes without being used, so it was dropped.",
        "Make a new one through the token page and paste it.",
        Next::OpenTokenPage,
    )
}

pub(super) fn nothing_pasted() -> Problem {
    Problem::new(
        "nothing-pasted",
        "No token has been pasted yet.",
        "Paste the one-time token.",
        Next::PasteAgain,
    )
}

pub(super) fn another_run() -> Problem {
    Problem::new(
        "run-open",
        "Another window or command of Narrows is at work on this account right now.",
        "Let it finish or close it, then try again.",
        Next::Retry,
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

/// Asked before the mint, so that no token is made only to be refused.
pub(super) fn already_connected(platform: &str) -> Problem {
    Problem::new(
        "already-connected",
        format!("{platform} already has a connection to this account and project."),
        "Choose another project, or disconnect the old connection there first.",
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
