//! Ends a run that was cut off, in one of its ways.

use serde_json::json;

use super::look::{look, occupied, overtaken};
use crate::cards;
use crate::cards::left_over::told;
use crate::choose::decide::already_connected;
use crate::cloudflare::{Credential, Kind, TokenKind};
use crate::connect::finish::finish;
use crate::problem::{Next, Problem};
use crate::profile::Profile;
use crate::record::{Connection, RunKind};
use crate::redeliver::Again;
use crate::redeliver::again::redeliver_held;
use crate::run::cut::unknown_run;
use crate::run::effect::UNDO;
use crate::run::hold::another_run;
use crate::run::known::word;
use crate::run::{App, Cut, Left, Report, session};
use crate::steps::destroy::{DESTROY_PASTED, PASTED, broad_left, saying};
use crate::steps::extra::settle;
use crate::steps::{Answer, Bond, Walk};
use crate::story::{
    BroadWish, Ending, Farewell, LeftOver, Resume, Settled, Step, StepState, Truths,
};
use crate::vault::VaultKind;

impl Walk {
    /// Takes up a run that was cut off. Signing in, the token page, paste and inspection go as ever.
    pub fn resuming(app: &App, run: &str) -> Result<Self, Problem> {
        let cut = Cut::open(app, run)?;
        let held = app.record.hold_run(run).map_err(|error| error.problem())?;
        let held = held.ok_or_else(another_run)?;
        let nominated = cut.nominated.as_ref();
        let kinds = nominated.map_or_else(
            || vec![TokenKind::User, TokenKind::Account],
            |all| vec![all.kind],
        );
        let address = nominated.and_then(|all| all.platform_address.as_deref());
        let mut walk = Self::without_profile(app, &cut.run.profile, kinds, address)?;
        if let Ok(profile) = Profile::load(&cut.run.profile)
            && cut.run.kind == RunKind::Rotate
        {
            walk.profile = profile;
        }
        if let Some(nominated) = nominated {
            nominated.connection.clone_into(&mut walk.connection);
            walk.person = nominated.person().map(str::to_owned);
        }
        run.clone_into(&mut walk.run);
        (walk.kind, walk.open) = (cut.run.kind, Some(held));
        (walk.begun, walk.resumes) = (true, true);
        Ok(walk)
    }

    /// Where the run stands now.
    pub async fn stands(&self) -> Result<LeftOver, Problem> {
        Ok(look(&self.app, &Cut::open(&self.app, &self.run)?).await)
    }

    /// Ends the run in one of its ways, as far as that can be done now.
    ///
    /// Where that does not come through, the account is free again and the pasted token ends all the same, if the person
    /// has said so.
    pub async fn settle(&mut self, wish: Resume) -> Result<Settled, Problem> {
        let settled = self.end_cut_off(wish).await;
        self.report = Report::silent();
        settled
    }

    async fn end_cut_off(&mut self, wish: Resume) -> Result<Settled, Problem> {
        let cut = match self.may_settle() {
            Ok(cut) => cut,
            Err(problem) => {
                self.account = None;
                return Err(self.saying_what_stands(problem).await);
            }
        };
        let mut settled = self.unsettled(&cut, wish.ending);
        if let Err(problem) = Box::pin(self.end_in(&cut, wish, &mut settled)).await {
            self.account = None;
            let ended = match wish.broad {
                BroadWish::Destroy => self.end_broad(wish.broad).await,
                BroadWish::Keep | BroadWish::Unsaid => None,
            };
            return Err(match ended {
                Some(broad) => saying(problem, &broad),
                None => self.saying_what_stands(problem).await,
            });
        }
        if settled.broad.is_none() {
            settled.broad = self.end_broad(wish.broad).await;
        }
        if let Some(left) = broad_left(&self.app, &cut)
            && settled.connection.is_none()
        {
            settled.stands.push(format!(
                "The token that was pasted when the run began: {}",
                left.sentence
            ));
        }
        (self.begun, self.open, self.account) = (false, None, None);
        Ok(settled)
    }

    /// What has to be so before anything is done: the pasted token, the account and the vault fit the run.
    fn may_settle(&mut self) -> Result<Cut, Problem> {
        let cut = Cut::open(&self.app, &self.run)?;
        if cut.is_unreadable() {
            return Err(unreadable());
        }
        let Some(nominated) = &cut.nominated else {
            return Ok(cut);
        };
        if let Some(account) = nominated.account() {
            self.fits(nominated.kind, &account.id)?;
            self.take_account(&account.id)?;
        }
        self.can_open(cut.vault() == Some(VaultKind::File))?;
        Ok(cut)
    }

    /// Ends the run in one of the ways of its kind.
    async fn end_in(
        &mut self,
        cut: &Cut,
        wish: Resume,
        settled: &mut Settled,
    ) -> Result<(), Problem> {
        let listed = self.app.record.connection(&self.connection);
        let listed = listed.map_err(|error| error.problem())?;
        match (cut.run.kind, wish.ending) {
            _ if cut.nominated.is_none() => {
                settled
                    .done
                    .push("Nothing was made, so the run is closed.".to_owned());
                self.end_run("left");
                settled.ended = true;
            }
            (_, Ending::Undo) if overtaken(cut, listed.as_ref()) => return Err(no_such_way()),
            (_, Ending::Finish) if overtaken(cut, listed.as_ref()) => {
                let closed = "The connection went on with another token, so the run is closed.";
                settled.done.push(closed.to_owned());
                self.end_run("connected");
                settled.ended = true;
            }
            (RunKind::Connect, Ending::Finish) => self.finish_connect(cut, settled).await?,
            (RunKind::Connect, Ending::Undo) => {
                if !cut.undoing() {
                    self.journal().done(UNDO, &json!({}))?;
                }
                self.settle_back(cut, wish, "undone", settled).await?;
            }
            (RunKind::Disconnect, Ending::Finish) => {
                self.settle_back(cut, wish, "disconnected", settled).await?;
            }
            (RunKind::Disconnect, Ending::Undo) => self.take_up_again(cut, settled).await?,
            (RunKind::Rotate, ending) => self.settle_rotation(cut, ending, settled).await?,
            (RunKind::Sweep | RunKind::Deliver, Ending::Undo) => return Err(no_such_way()),
            (RunKind::Deliver, Ending::Finish) => self.settle_delivery(cut, settled).await?,
            (RunKind::Sweep, Ending::Finish) => {
                settled.done.push("The run is closed.".to_owned());
                self.end_run("left");
                settled.ended = true;
            }
        }
        Ok(())
    }

    fn unsettled(&self, cut: &Cut, ending: Ending) -> Settled {
        let told = told(&self.app, cut);
        Settled {
            run: told.run,
            kind: told.kind,
            ending,
            ended: false,
            done: Vec::new(),
            stands: Vec::new(),
            truths: None,
            connection: None,
            broad: None,
            token_name: told.token_name,
            token_list: told.token_list,
            problem: None,
        }
    }

    async fn finish_connect(&mut self, cut: &Cut, settled: &mut Settled) -> Result<(), Problem> {
        if cut.undoing() {
            return Err(no_such_way());
        }
        if occupied(&self.app, cut)? {
            return Err(already_connected(self.profile.receiver()));
        }
        self.sign_in_kept().await?;
        let journal = self.journal();
        let finished = finish(
            &self.app,
            &journal,
            cut,
            self.link.as_ref(),
            self.inspected.as_ref(),
            &self.report,
        )
        .await?;
        self.end_run(if finished.problem.is_some() {
            "pending"
        } else {
            "connected"
        });
        settled.ended = true;
        settled.done = finished.done;
        settled
            .stands
            .extend(finished.connection.broad_left.clone());
        settled.connection = Some(finished.connection);
        settled.problem = finished.problem;
        Ok(())
    }

    async fn settle_rotation(
        &mut self,
        cut: &Cut,
        ending: Ending,
        settled: &mut Settled,
    ) -> Result<(), Problem> {
        if Left::read(&cut.run.id, cut.entries()).is_some_and(|left| left.is_empty()) {
            let nothing = "No new token was made, and the old one is in use as before.";
            settled.done.push(nothing.to_owned());
            self.end_run("left");
            settled.ended = true;
            return Ok(());
        }
        // It takes both locks itself.
        (self.open, self.account) = (None, None);
        match ending {
            Ending::Finish => {
                let rotation = self.finish_rotation(&cut.run.id).await?;
                settled.done.push(rotation.old_token.sentence.clone());
                settled.stands.extend(rotation.stands);
                settled.problem = rotation.problem;
            }
            Ending::Undo => {
                self.report.began(Step::Cloudflare);
                let (undone, stands) = self.undo_rotation(&cut.run.id).await?;
                self.report.done(Step::Cloudflare, undone.join(" "));
                settled.done.extend(undone);
                settled.stands.extend(stands);
            }
        }
        let record = &self.app.record;
        let run = record.run(&cut.run.id).map_err(|error| error.problem())?;
        settled.ended = run.is_none_or(|run| run.ended.is_some());
        let known = record
            .connection(&self.connection)
            .map_err(|error| error.problem())?;
        settled.connection = known
            .map(|known| cards::connection(&self.app, &known))
            .transpose()?;
        Ok(())
    }

    /// Hands the token over once more. Whatever the platform says to it ends the run: the connection shows it.
    async fn settle_delivery(&mut self, cut: &Cut, settled: &mut Settled) -> Result<(), Problem> {
        self.report.began(Step::Deliver);
        match Again::resumed(&self.app, cut).await? {
            None => {
                let nothing = "The connection has changed since, so nothing is left to deliver.";
                self.report.done(Step::Deliver, nothing);
                settled.done.push(nothing.to_owned());
            }
            Some(again) => match again.deliver(&self.journal()).await {
                Ok(card) => {
                    let holds = format!("{} holds the token.", card.platform);
                    self.report.done(Step::Deliver, holds.clone());
                    settled.done.push(holds);
                    settled.connection = Some(card);
                }
                Err(problem) => {
                    self.report
                        .tell(Step::Deliver, StepState::Warned, problem.message.clone());
                    settled.problem = Some(problem);
                }
            },
        }
        self.end_run("delivered");
        settled.ended = true;
        Ok(())
    }

    async fn settle_back(
        &mut self,
        cut: &Cut,
        wish: Resume,
        how: &str,
        settled: &mut Settled,
    ) -> Result<(), Problem> {
        let farewell = Farewell {
            broad: wish.broad,
            forget: wish.forget,
        };
        self.end_earlier(cut, settled).await;
        let (truths, broad) = self.take_back(cut, &farewell).await?;
        settled.ended = !self.leave(cut, &truths, wish.forget, how);
        let Truths {
            platform,
            local,
            cloudflare,
        } = &truths;
        for truth in [platform, cloudflare, local] {
            let list = if truth.state.is_open() {
                &mut settled.stands
            } else {
                &mut settled.done
            };
            list.push(truth.sentence.clone());
        }
        (settled.truths, settled.broad) = (Some(truths), broad);
        Ok(())
    }

    /// Puts a connection that was being ended back.
    async fn take_up_again(&mut self, cut: &Cut, settled: &mut Settled) -> Result<(), Problem> {
        let (Some(bond), Some(was)) = (
            Bond::of(cut),
            cut.nominated.as_ref().and_then(|all| all.was.clone()),
        ) else {
            return Err(unknown_run());
        };
        if occupied(&self.app, cut)? {
            return Err(already_connected(&bond.platform));
        }
        self.report.began(Step::Cloudflare);
        let value = bond
            .value(&self.app, &was.token_id)
            .await?
            .ok_or_else(no_such_way)?;
        let narrow = self
            .app
            .cloudflare(Credential::Token(value))
            .map_err(|error| error.problem())?;
        let verified = narrow.verify(&bond.owner()).await;
        match (Answer::of(&verified), verified) {
            (Answer::Works, _) => {}
            (Answer::Unknown, Err(error)) => return Err(error.problem()),
            // Also one that is switched off or over: on the list it would be a connection that cannot work.
            (Answer::Refused | Answer::Unknown, _) => return Err(no_such_way()),
        }
        self.report.done(Step::Cloudflare, "The token still works.");
        self.journal().done(UNDO, &json!({}))?;
        let mut known = Connection {
            vault: word(bond.vault),
            ..was
        };
        if known.platform_address.is_some() {
            "unknown".clone_into(&mut known.delivery);
            (known.receipt_code, known.nonce) = (None, None);
        }
        settle::put_back(&self.app, &bond, &mut known.extras).await;
        self.app
            .record
            .put_connection(&known)
            .map_err(|error| error.problem())?;
        self.end_run("undone");
        settled.ended = true;
        settled
            .done
            .push("The connection is back in the list.".to_owned());
        settled.connection = Some(cards::connection(&self.app, &known)?);
        if known.platform_address.is_none() {
            return Ok(());
        }
        self.report.began(Step::Deliver);
        match redeliver_held(&self.app, &known.id).await {
            Ok(card) => {
                let held = format!("{} holds its token again.", known.platform);
                self.report.done(Step::Deliver, held.clone());
                settled.done.push(held);
                settled.connection = Some(card);
            }
            Err(problem) => {
                self.report
                    .tell(Step::Deliver, StepState::Warned, problem.message.clone());
                settled.problem = Some(problem);
            }
        }
        Ok(())
    }

    /// With a token that was pasted now, the one that the run began with is ended too, where it was made for the run.
    async fn end_earlier(&self, cut: &Cut, settled: &mut Settled) {
        let (Some(broad), Some(earlier)) = (&self.inspected, cut.broad_id()) else {
            return;
        };
        let mark = cut.nominated.as_ref().and_then(|all| all.broad.as_ref());
        let ours = cut.fuse().is_some() || mark.is_some_and(|mark| mark.ours);
        if !ours || cut.destroyed() || earlier == broad.token_id {
            return;
        }
        let journal = self.journal();
        let subject = json!({ "token": earlier });
        if journal.intent("destroy", &subject).is_err() {
            return;
        }
        let (ordering, heard) = broad.client.listening();
        let deleted = ordering.delete_token(&broad.owner, &earlier).await;
        let (gone, how) = match &deleted {
            Ok(()) => (true, "deleted".to_owned()),
            // Somebody else's token looks the same.
            Err(error)
                if error.kind == Kind::NotFound
                    && broad.is_of(&cut.maker()).await.is_ok_and(|of| of) =>
            {
                (true, "was not there".to_owned())
            }
            Err(error) => (false, error.problem().code),
        };
        let name = mark.and_then(|mark| mark.name.as_deref());
        journal.activity(DESTROY_PASTED, name.unwrap_or(PASTED), &how, Some(&heard));
        if gone && journal.done("destroy", &subject).is_ok() {
            settled
                .done
                .push("The token that was pasted when the run began is gone.".to_owned());
        }
    }

    /// Takes the kept session where nobody has signed in on this walk.
    async fn sign_in_kept(&mut self) -> Result<(), Problem> {
        if let (Some(platform), None) = (&self.platform, &self.link) {
            let resumed = session::resume(&self.app, platform).await?;
            self.link = resumed.map(|(link, _)| link);
        }
        Ok(())
    }
}

fn no_such_way() -> Problem {
    Problem::new(
        "run-way",
        "This run cannot be ended that way any more.",
        "Look at what it offers now.",
        Next::Home,
    )
}

fn unreadable() -> Problem {
    Problem::new(
        "run-unreadable",
        "This run was begun by another version of Narrows, and what it decided cannot be read.",
        "End it with the version that began it.",
        Next::Home,
    )
}
