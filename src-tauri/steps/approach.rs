//! How every task begins: the vault is tried, the platform signed in to, a token pasted, and known.

use std::time::Instant;

use super::destroy::{Doomed, saying, untouched};
use super::inspect::Inspected;
use super::paste::{Hand, OneTime, Paste, paste_stale};
use super::sign_in::{SignIn, SignedIn};
use super::site::Site;
use super::withdraw::other_owner;
use super::{fuse, inspect, ours, paste, prepare};
use crate::choose::decide::wrong_kind;
use crate::choose::token_pages::{deleting_pages, token_pages};
use crate::cloudflare::shape::Shape;
use crate::cloudflare::{Credential, Owner, TokenKind, pasted, token_list};
use crate::http::below;
use crate::problem::{Next, Problem};
use crate::profile::Profile;
use crate::record::RunKind;
use crate::run::hold::Hold;
use crate::run::known::{kind, stored};
use crate::run::{App, Report, ids};
use crate::secret::Secret;
use crate::story::{
    AccountChoice, Broad, BroadWish, Inspection, Pasted, Person, Prepared, Quota, SignInPrompt,
    TokenPage,
};
use crate::vault::VaultKind;

/// What a pasted token is for, and so which one serves.
pub(crate) enum Wants {
    /// To make what a profile asks for.
    ToMint(Box<Profile>),
    /// To delete tokens of these kinds; one is deleted by a token of its own kind.
    ToDelete(Vec<TokenKind>),
}

/// The beginning of a task, in the order of its methods. What a task does with it then is the task's own.
pub struct Approach {
    pub(crate) app: App,
    pub(crate) hold: Hold,
    pub(crate) site: Site,
    pub(crate) hand: Hand,
    wants: Wants,
}

impl Approach {
    /// The beginning of a task that is about to hold `hold` and has to do with `site`.
    pub(crate) fn new(app: &App, hold: Hold, site: Site, wants: Wants) -> Self {
        Self {
            app: app.clone(),
            hold,
            site,
            hand: Hand::Empty,
            wants,
        }
    }

    /// One about a connection and no task yet: to sign in at its platform, or to have a one-time token at hand for what an
    /// earlier run left open.
    pub fn about(app: &App, connection: &str) -> Result<Self, Problem> {
        let known = stored(app, connection)?;
        let hold = Hold::fresh(app, RunKind::Deliver, &known.profile)?;
        let site = Site::at(app, known.platform_address.as_deref(), None)?;
        let wants = Wants::ToDelete(vec![kind(&known)]);
        Ok(Self::new(app, hold, site, wants))
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
        if problems.is_empty() {
            match self.site.resume(&self.app).await {
                Ok(who) => person = who,
                Err(problem) => problems.push(problem),
            }
        }
        Prepared {
            run: self.hold.id().to_owned(),
            vault: report,
            person,
            sign_in_needed: self.site.sign_in_needed(),
            problems,
        }
    }

    /// The platform's address, where there is a platform.
    pub fn platform_address(&self) -> Option<String> {
        self.site.address()
    }

    /// Starts the sign-in at the platform.
    pub async fn begin_sign_in(&self) -> Result<(SignInPrompt, SignIn), Problem> {
        self.site.begin_sign_in(&self.app).await
    }

    /// Takes a sign-in that came through.
    pub fn signed_in(&mut self, signed_in: SignedIn) -> Person {
        self.site.signed_in(signed_in)
    }

    /// Step 2: Cloudflare's pages, one for each kind of token that serves.
    pub fn token_pages(&self) -> Result<Vec<TokenPage>, Problem> {
        let name = offered(&self.app, self.hold.id())?;
        let dashboard = &self.app.addresses.dashboard;
        Ok(match &self.wants {
            Wants::ToMint(profile) => token_pages(dashboard, profile, &name),
            Wants::ToDelete(kinds) => deleting_pages(dashboard, kinds, &name),
        })
    }

    /// Step 3: takes what was pasted. What was there before is dropped.
    pub fn paste(&mut self, text: Secret) -> Result<Pasted, Problem> {
        let since = Instant::now();
        self.hand = Hand::Empty;
        let reading = pasted::read(text).map_err(pasted::PasteProblem::problem)?;
        let seen = paste::pasted(&reading);
        let on = (self.app.now)();
        self.hand = Hand::Pasted(Paste { reading, since, on });
        Ok(seen)
    }

    /// Drops, and so wipes, a pasted token that was held for [`PASTE_LIVES`](super::PASTE_LIVES). Tells whether that
    /// became of what was pasted last, now or earlier: whoever pasted must not find a step done without the token.
    pub fn forget_stale(&mut self) -> bool {
        self.hand.forget_stale((self.app.now)())
    }

    /// Cloudflare's list in which the pasted token is found, as far as it is known whose it is.
    pub fn pasted_list(&self) -> Option<String> {
        let shape = self.hand.paste()?.reading.shape;
        let dashboard = &self.app.addresses.dashboard;
        Some(match (self.hand.one_time(), shape) {
            (Some(one_time), _) => token_list(dashboard, &one_time.broad.owner).into(),
            // The dashboard asks by itself which account that is.
            (None, Shape::AccountToken) => below(dashboard, "/?to=/:account/api-tokens").into(),
            (None, _) => token_list(dashboard, &Owner::User).into(),
        })
    }

    /// Steps 4 and 5: asks who the pasted token is, and lights its fuse if it was made through our link.
    pub async fn inspect(&mut self, account: Option<&str>) -> Result<Inspection, Problem> {
        self.hold.begin()?;
        if self.forget_stale() {
            return Err(paste_stale());
        }
        let paste = self.hand.paste().ok_or_else(paste::nothing_pasted)?;
        let account_token = paste.reading.shape == Shape::AccountToken;
        if let Some(own) = self.own_narrow_token(&paste.reading.value)? {
            return Err(own);
        }
        let credential = Credential::Token(paste.reading.value.duplicate());
        let client = self
            .app
            .cloudflare(credential)
            .map_err(|error| error.problem())?;
        let broad = inspect::inspect(client, account, account_token).await?;
        self.serves(&broad)?;
        let name = broad.own.as_ref().map(|own| own.name.clone());
        let ours = match &name {
            Some(name) => {
                let offered = self.app.record.offered(name);
                offered.map_err(|error| error.problem())?.is_some()
            }
            None => false,
        };
        let inspection = self.describe(&broad, name, ours)?;
        let fuse = if ours {
            let journal = self.hold.journal()?;
            Some(fuse::light(&broad, &journal, (self.app.now)())?)
        } else {
            None
        };
        self.hand = match std::mem::replace(&mut self.hand, Hand::Empty) {
            Hand::Pasted(paste) => known(paste, broad, ours, fuse),
            Hand::Known(before) => known(before.paste, broad, ours, fuse),
            // It was looked at above.
            nothing @ (Hand::Empty | Hand::Lapsed) => nothing,
        };
        Ok(inspection)
    }

    /// Refuses a token that cannot do what it is wanted for.
    fn serves(&self, broad: &Inspected) -> Result<(), Problem> {
        let kind = broad.kind();
        match &self.wants {
            Wants::ToMint(profile) if !profile.tokens.kinds.contains(&kind) => {
                let why = profile.tokens.why.as_deref().unwrap_or_default();
                Err(wrong_kind(&profile.name, why, kind))
            }
            Wants::ToMint(_) => broad.room(),
            Wants::ToDelete(kinds) if !kinds.contains(&kind) => {
                let why = "A token is deleted by one of its own kind.";
                Err(wrong_kind("deleting the token", why, kind))
            }
            Wants::ToDelete(_) => Ok(()),
        }
    }

    /// Refuses a pasted token that lapsed meanwhile, or that cannot have to do with this account's tokens. That none was
    /// pasted is no reason to refuse.
    pub(crate) fn fits(&mut self, kind: TokenKind, account: &str) -> Result<(), Problem> {
        if self.forget_stale() {
            return Err(paste_stale());
        }
        let Some(OneTime { broad, .. }) = self.hand.one_time() else {
            return Ok(());
        };
        let same = match &broad.owner {
            Owner::User => kind == TokenKind::User,
            Owner::Account(own) => kind == TokenKind::Account && own == account,
        };
        if same && broad.accounts.iter().any(|seen| seen.id == account) {
            return Ok(());
        }
        Err(other_owner())
    }

    /// Refuses where the value rests in the sealed file and nobody has opened it.
    pub(crate) fn can_open(&self, sealed: bool) -> Result<(), Problem> {
        self.app.remembered_vault()?;
        if sealed {
            self.app.vault_of(VaultKind::File)?;
        }
        Ok(())
    }

    /// Ends the pasted token as wished, where one is known, and drops it.
    pub(crate) async fn end_pasted(&mut self, wish: BroadWish, report: &Report) -> Option<Broad> {
        let one_time = self.hand.take()?;
        let mut doomed = Doomed::of(&one_time, wish, false);
        doomed.join_fuse(report).await;
        Some(
            doomed
                .destroy(&self.app, &self.hold.plain_journal(), report)
                .await,
        )
    }

    /// The problem that a task stopped with, and what stands of a pasted token that it leaves alive.
    pub(crate) async fn saying_what_stands(&self, problem: Problem) -> Problem {
        let Some(one_time) = self.hand.one_time() else {
            return problem;
        };
        let lit = match &one_time.fuse {
            Some(fuse) => fuse.clone().await,
            None => None,
        };
        saying(problem, &untouched(&one_time.broad, lit))
    }

    fn describe(
        &self,
        broad: &Inspected,
        name: Option<String>,
        ours: bool,
    ) -> Result<Inspection, Problem> {
        let connections = self
            .app
            .record
            .connections()
            .map_err(|error| error.problem())?;
        let accounts = broad
            .accounts
            .iter()
            .map(|account| AccountChoice {
                id: account.id.clone(),
                name: account.name.clone(),
                connected: connections
                    .iter()
                    .find(|known| {
                        known.account_id == account.id && known.profile == self.hold.profile()
                    })
                    .map(|known| known.id.clone()),
            })
            .collect();
        let mut notices = Vec::new();
        if ours {
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
        if let Some(used) = broad.used.filter(|used| used + 5 >= broad.limit) {
            notices.push(format!(
                "There are {used} tokens of {} that Cloudflare allows.",
                broad.limit
            ));
        }
        let orphans = ours::count(&self.app, broad)?;
        if orphans > 0 {
            notices.push(format!(
                "{orphans} tokens of this installation are used by nothing. They can be deleted with a one-time token."
            ));
        }
        let own_end = broad.own.as_ref().and_then(|own| own.expires_on);
        Ok(Inspection {
            token_id: broad.token_id.clone(),
            token_name: name,
            token_kind: broad.kind(),
            ours,
            expires_on: own_end.map(|end| end.to_string()),
            accounts,
            quota: broad.used.map(|used| Quota {
                used,
                of: broad.limit,
            }),
            orphans,
            notices,
        })
    }

    /// A narrow token that we made ourselves and that was pasted in place of a broad one.
    fn own_narrow_token(&self, value: &Secret) -> Result<Option<Problem>, Problem> {
        let fingerprint = value.fingerprint();
        let connections = self
            .app
            .record
            .connections()
            .map_err(|error| error.problem())?;
        let own = connections
            .into_iter()
            .find(|known| known.has(&fingerprint));
        Ok(own.map(|known| narrow_pasted(&known.account_name)))
    }
}

fn known(paste: Paste, broad: Inspected, ours: bool, fuse: Option<fuse::Fuse>) -> Hand {
    Hand::Known(Box::new(OneTime {
        paste,
        broad,
        ours,
        fuse,
        zones: None,
    }))
}

/// Remembers the name that a link gives, so that the token is known again when it is pasted.
pub(crate) fn offered(app: &App, run: &str) -> Result<String, Problem> {
    let name = ids::broad_token_name(run);
    app.record
        .offer(run, &name, (app.now)())
        .map_err(|error| error.problem())?;
    Ok(name)
}

/// Step 2 by itself: pages for a token that is pasted into a later run of this installation.
pub fn offer(app: &App, profile: &Profile) -> Result<Vec<TokenPage>, Problem> {
    let name = offered(app, &ids::id()?)?;
    Ok(token_pages(&app.addresses.dashboard, profile, &name))
}

fn narrow_pasted(account: &str) -> Problem {
    Problem::new(
        "narrow-pasted",
        format!(
            "This is the narrow token of your connection to \"{account}\", not a one-time token."
        ),
        "Open the token page, make the one-time token there, and paste that one.",
        Next::OpenTokenPage,
    )
}
