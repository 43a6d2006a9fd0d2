//! Disconnect: the end of a connection, in the order of the three truths.
//!
//! What was known of the connection goes into the journal first, so that the run alone can show it, check it and put
//! it back. The run stays open until platform, Cloudflare and this computer are done with it, or the person insists.
//! Rotations of the connection that are open are taken along: what they account for is taken back with it, and they end
//! with it.

use std::time::Instant;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::cloudflare::{Owner, TokenKind, token_list};
use crate::problem::Problem;
use crate::record::{Connection, RunKind};
use crate::run::effect::NOMINATE;
use crate::run::hold::another_run;
use crate::run::known::{kind, unknown_connection};
use crate::run::rotation::taken_along;
use crate::run::{Cut, Journal, Report, cut};
use crate::steps::paste::paste_stale;
use crate::steps::withdraw::{other_owner, part};
use crate::steps::{Bond, Means, Run, Walk};
use crate::story::{Broad, BroadWish, Disconnected, Farewell, TruthState, Truths};
use crate::vault::VaultKind;

/// What a disconnect does not change.
const SITES: &str = "Sites that were deployed stay up: Cloudflare serves them, and the token is not needed for that.";

impl Walk {
    /// Ends the connection. With a token that was pasted and inspected, the narrow one is deleted at Cloudflare too;
    /// without one it is open there until it is seen refused.
    pub async fn disconnect(&mut self, farewell: &Farewell) -> Result<Disconnected, Problem> {
        let ended = self.end_connection(farewell).await;
        self.report = Report::silent();
        match ended {
            Ok(ended) => Ok(ended),
            Err(problem) => {
                self.account = None;
                Err(self.saying_what_stands(problem).await)
            }
        }
    }

    async fn end_connection(&mut self, farewell: &Farewell) -> Result<Disconnected, Problem> {
        let known = self
            .app
            .record
            .connection(&self.connection)
            .map_err(|error| error.problem())?
            .ok_or_else(unknown_connection)?;
        let kind = kind(&known);
        self.can_open(known.vault == "file")?;
        self.fits(kind, &known.account_id)?;
        self.take_account(&known.account_id)?;
        self.take_over()?;
        self.begin_run()?;
        self.app
            .record
            .update_run_account(&self.run, &known.account_id)
            .map_err(|error| error.problem())?;
        self.journal().done(NOMINATE, &self.nomination(&known)?)?;
        // From here on only its end ends the run.
        self.resumes = true;
        let cut = Cut::open(&self.app, &self.run)?;
        let (truths, broad) = self.take_back(&cut, farewell).await?;
        let open = self.leave(&cut, &truths, farewell.forget, "disconnected");
        Ok(Disconnected {
            run: cut.run.id,
            connection_id: known.id,
            platform_name: known.platform,
            account_name: known.account_name,
            token_name: known.token_name,
            token_list: self.token_list(kind, &known.account_id),
            truths,
            broad,
            open,
            sites: SITES.to_owned(),
        })
    }

    /// Takes back what a run made or was about, on all three sides; then ends the pasted token, where one was pasted.
    pub(crate) async fn take_back(
        &mut self,
        cut: &Cut,
        farewell: &Farewell,
    ) -> Result<(Truths, Option<Broad>), Problem> {
        let bond = Bond::of(cut).ok_or_else(cut::unknown_run)?;
        let journal = self.journal();
        let means = Means {
            link: self.link.as_ref(),
            broad: self.inspected.as_ref(),
            forget: farewell.forget,
            report: &self.report,
        };
        let truths = part(&self.app, &journal, cut, &bond, &means).await;
        let broad = self.end_broad(farewell.broad).await;
        Ok((truths, broad))
    }

    /// Ends the pasted token as wished, where one was pasted, and drops it.
    pub(crate) async fn end_broad(&mut self, wish: BroadWish) -> Option<Broad> {
        let broad = self.inspected.take()?;
        let (report, cancel) = (self.report.clone(), CancellationToken::new());
        let mut run = Run {
            app: &self.app,
            id: &self.run,
            connection: &self.connection,
            profile: &self.profile.id,
            platform_name: self.profile.receiver(),
            link: self.link.as_ref(),
            broad: &broad,
            ours: self.ours,
            wish,
            shared: false,
            pasted: Instant::now(),
            fuse: self.fuse.take(),
            fuse_end: broad.own.as_ref().and_then(|own| own.expires_on),
            report: &report,
            cancel: &cancel,
            journal: self.journal(),
            made: None,
            lost: Vec::new(),
            stands: false,
        };
        run.join_fuse().await;
        let end = run.destroy().await;
        self.pasted = None;
        Some(end)
    }

    /// Ends the run where nothing is open or the person insists, and leaves it open otherwise. Tells whether it is.
    pub(crate) fn leave(&mut self, cut: &Cut, truths: &Truths, forget: bool, how: &str) -> bool {
        let forgotten = forget && truths.local.state == TruthState::Forgotten;
        let open = truths.is_open() && !forgotten;
        if !open {
            // First, as the run that ends last is the one that is met again after a crash.
            let rotations = cut.nominated.iter().flat_map(|all| &all.rotations);
            rotations.for_each(|left| self.end(&left.run, how));
            self.end_run(how);
        }
        (self.begun, self.open, self.account) = (false, None, None);
        open
    }

    /// Ends the run in the records.
    pub(crate) fn end_run(&self, how: &str) {
        self.end(&self.run, how);
    }

    pub(crate) fn end(&self, run: &str, how: &str) {
        let ended = self.app.record.finish_run(run, how, (self.app.now)());
        if ended.is_err() {
            tracing::warn!("the end of a run was not written down; it is shown as open");
        }
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::new(self.app.record.clone(), self.run.clone(), self.app.now)
    }

    /// Refuses where the value rests in the sealed file and nobody has opened it.
    pub(crate) fn can_open(&self, sealed: bool) -> Result<(), Problem> {
        self.app.remembered_vault()?;
        if sealed {
            self.app.vault_of(VaultKind::File)?;
        }
        Ok(())
    }

    /// Refuses a pasted token that lapsed meanwhile, or that cannot have to do with this account's tokens.
    pub(crate) fn fits(&mut self, kind: TokenKind, account: &str) -> Result<(), Problem> {
        if self.forget_stale() {
            return Err(paste_stale());
        }
        let Some(broad) = &self.inspected else {
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

    /// Cloudflare's page on which a token is deleted by hand.
    pub(crate) fn token_list(&self, kind: TokenKind, account: &str) -> String {
        let owner = match kind {
            TokenKind::User => Owner::User,
            TokenKind::Account => Owner::Account(account.to_owned()),
        };
        token_list(&self.app.addresses.dashboard, &owner).to_string()
    }

    /// Goes on with an earlier disconnect of the same connection that was cut off, instead of beginning another.
    fn take_over(&mut self) -> Result<(), Problem> {
        let record = self.app.record.clone();
        for run in record.unfinished().map_err(|error| error.problem())? {
            if run.kind != RunKind::Disconnect || run.id == self.run {
                continue;
            }
            let cut = Cut::read(&self.app, run)?;
            let about = cut.nominated.as_ref().map(|all| all.connection.as_str());
            if about != Some(self.connection.as_str()) {
                continue;
            }
            let held = record.hold_run(&cut.run.id);
            let held = held.map_err(|error| error.problem())?;
            let held = held.ok_or_else(another_run)?;
            if self.begun {
                self.end_run("left");
            }
            (self.run, self.open) = (cut.run.id, Some(held));
            (self.begun, self.resumes) = (true, true);
        }
        Ok(())
    }

    fn nomination(&self, known: &Connection) -> Result<serde_json::Value, Problem> {
        let broad = self.inspected.as_ref().map(|broad| {
            let name = broad.own.as_ref().map(|own| &own.name);
            json!({ "token": broad.token_id, "name": name, "ours": self.ours })
        });
        Ok(json!({
            "connection": known.id,
            "platform": known.platform,
            "platform_address": known.platform_address,
            "kind": kind(known),
            "was": known,
            "broad": broad,
            "rotations": taken_along(&self.app, &known.id)?,
        }))
    }
}
