//! Ends a run that was cut off, in one of its ways.

use std::time::Instant;

use serde_json::json;
use tokio::sync::mpsc::UnboundedSender;

use super::look::{look, occupied, overtaken};
use crate::choose::decide::already_connected;
use crate::cloudflare::{Credential, Kind, Life, TokenKind};
use crate::connect::finish::finish;
use crate::problem::{Next, Problem};
use crate::record::{Connection, RunKind};
use crate::redeliver::Again;
use crate::redeliver::again::redeliver_held;
use crate::run::cut::unknown_run;
use crate::run::effect::UNDO;
use crate::run::hold::Hold;
use crate::run::known::word;
use crate::run::{App, Cut, Left, Report};
use crate::steps::approach::Wants;
use crate::steps::destroy::{DESTROY_PASTED, PASTED, broad_left, saying};
use crate::steps::extra::settle;
use crate::steps::site::Site;
use crate::steps::{Approach, Bond, Inspected};
use crate::story::{
    BroadWish, Ending, Farewell, LeftOver, Progress, Resume, Settled, Step, StepState, Truths,
};
use crate::vault::VaultKind;
use crate::{cards, rotate};

/// A run that was cut off and is taken up.
pub struct Resuming {
    /// How far it is until a pasted token, where there is one, is known.
    pub approach: Approach,
}

impl Resuming {
    /// Takes it up. Signing in, the token page, paste and inspection go as ever.
    pub fn begin(app: &App, run: &str) -> Result<Self, Problem> {
        let cut = Cut::open(app, run)?;
        let hold = Hold::taken_up(app, &cut.run)?;
        let nominated = cut.nominated.as_ref();
        let kinds = nominated.map_or_else(
            || vec![TokenKind::User, TokenKind::Account],
            |all| vec![all.kind],
        );
        let address = nominated.and_then(|all| all.platform_address.as_deref());
        let person = nominated.and_then(|all| all.person().map(str::to_owned));
        let site = Site::at(app, address, person)?;
        Ok(Self {
            approach: Approach::new(app, hold, site, Wants::ToDelete(kinds)),
        })
    }

    /// Where the run stands now.
    pub async fn stands(&self) -> Result<LeftOver, Problem> {
        Ok(look(&self.approach.app, &self.cut()?).await)
    }

    fn cut(&self) -> Result<Cut, Problem> {
        Cut::open(&self.approach.app, self.approach.hold.id())
    }

    /// Ends the run in one of its ways, as far as that can be done now.
    ///
    /// Where that does not come through, the account is free again and the pasted token ends all the same, if the person
    /// has said so.
    pub async fn settle(
        &mut self,
        wish: Resume,
        progress: Option<UnboundedSender<Progress>>,
    ) -> Result<Settled, Problem> {
        let report = Report::new(progress, Instant::now());
        let cut = match self.may_settle() {
            Ok(cut) => cut,
            Err(problem) => {
                self.approach.hold.free_account();
                return Err(self.approach.saying_what_stands(problem).await);
            }
        };
        let mut settled = self.unsettled(&cut, wish.ending);
        let mut ending = Settling {
            approach: &mut self.approach,
            cut: &cut,
            report: &report,
        };
        if let Err(problem) = Box::pin(ending.end_in(wish, &mut settled)).await {
            self.approach.hold.free_account();
            let ended = match wish.broad {
                BroadWish::Destroy => self.approach.end_pasted(wish.broad, &report).await,
                BroadWish::Keep | BroadWish::Unsaid => None,
            };
            return Err(match ended {
                Some(broad) => saying(problem, &broad),
                None => self.approach.saying_what_stands(problem).await,
            });
        }
        if settled.broad.is_none() {
            settled.broad = self.approach.end_pasted(wish.broad, &report).await;
        }
        if let Some(left) = broad_left(&self.approach.app, &cut)
            && settled.connection.is_none()
        {
            settled.stands.push(format!(
                "The token that was pasted when the run began: {}",
                left.sentence
            ));
        }
        self.approach.hold.let_go();
        Ok(settled)
    }

    /// What has to be so before anything is done: the pasted token, the account and the vault fit the run.
    fn may_settle(&mut self) -> Result<Cut, Problem> {
        let cut = self.cut()?;
        if cut.is_unreadable() {
            return Err(unreadable());
        }
        let Some(nominated) = &cut.nominated else {
            return Ok(cut);
        };
        if let Some(account) = nominated.account() {
            self.approach.fits(nominated.kind, &account.id)?;
            self.approach.hold.take_account(&account.id)?;
        }
        self.approach.can_open(cut.vault() == VaultKind::File)?;
        Ok(cut)
    }

    fn unsettled(&self, cut: &Cut, ending: Ending) -> Settled {
        let told = cards::left_over::told(&self.approach.app, cut);
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
}

/// A run on the way to its end.
struct Settling<'a> {
    approach: &'a mut Approach,
    cut: &'a Cut,
    report: &'a Report,
}

impl Settling<'_> {
    /// Ends the run in one of the ways of its kind.
    async fn end_in(&mut self, wish: Resume, settled: &mut Settled) -> Result<(), Problem> {
        let cut = self.cut;
        let listed = self.listed()?;
        match (cut.run.kind, wish.ending) {
            _ if cut.nominated.is_none() => {
                settled
                    .done
                    .push("Nothing was made, so the run is closed.".to_owned());
                self.approach.hold.end("left");
                settled.ended = true;
            }
            (_, Ending::Undo) if overtaken(cut, listed.as_ref()) => return Err(no_such_way()),
            (_, Ending::Finish) if overtaken(cut, listed.as_ref()) => {
                let closed = "The connection went on with another token, so the run is closed.";
                settled.done.push(closed.to_owned());
                self.approach.hold.end("connected");
                settled.ended = true;
            }
            (RunKind::Connect, Ending::Finish) => self.finish_connect(settled).await?,
            (RunKind::Connect, Ending::Undo) => {
                if !cut.undoing() {
                    self.approach.hold.journal()?.done(UNDO, &json!({}))?;
                }
                self.settle_back(wish, "undone", settled).await?;
            }
            (RunKind::Disconnect, Ending::Finish) => {
                self.settle_back(wish, "disconnected", settled).await?;
            }
            (RunKind::Disconnect, Ending::Undo) => self.take_up_again(settled).await?,
            (RunKind::Rotate, ending) => self.settle_rotation(ending, settled).await?,
            (RunKind::Sweep | RunKind::Deliver, Ending::Undo) => return Err(no_such_way()),
            (RunKind::Deliver, Ending::Finish) => self.settle_delivery(settled).await?,
            (RunKind::Sweep, Ending::Finish) => {
                settled.done.push("The run is closed.".to_owned());
                self.approach.hold.end("left");
                settled.ended = true;
            }
        }
        Ok(())
    }

    async fn finish_connect(&mut self, settled: &mut Settled) -> Result<(), Problem> {
        let cut = self.cut;
        if cut.undoing() {
            return Err(no_such_way());
        }
        if occupied(&self.approach.app, cut)? {
            let platform = cut.nominated.as_ref().map_or("", |all| &all.platform);
            return Err(already_connected(platform));
        }
        self.approach.site.resume_any(&self.approach.app).await?;
        let journal = self.approach.hold.journal()?;
        let finished = finish(
            &self.approach.app,
            &journal,
            cut,
            self.approach.site.link(),
            self.broad(),
            self.report,
        )
        .await?;
        self.approach.hold.end(if finished.problem.is_some() {
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
        ending: Ending,
        settled: &mut Settled,
    ) -> Result<(), Problem> {
        let cut = self.cut;
        if Left::read(cut).is_some_and(|left| left.is_empty()) {
            let nothing = "No new token was made, and the old one is in use as before.";
            settled.done.push(nothing.to_owned());
            self.approach.hold.end("left");
            settled.ended = true;
            return Ok(());
        }
        // It takes both locks itself.
        self.approach.hold.let_go();
        let app = &self.approach.app;
        match ending {
            Ending::Finish => {
                let rotation = rotate::finish(app, &cut.run.id, self.broad(), self.report).await?;
                settled.done.push(rotation.old_token.sentence.clone());
                settled.stands.extend(rotation.stands);
                settled.problem = rotation.problem;
            }
            Ending::Undo => {
                self.report.began(Step::Cloudflare);
                let (undone, stands) = rotate::undo_rotation(self.approach, &cut.run.id).await?;
                self.report.done(Step::Cloudflare, undone.join(" "));
                settled.done.extend(undone);
                settled.stands.extend(stands);
            }
        }
        let record = &self.approach.app.record;
        let run = record.run(&cut.run.id).map_err(|error| error.problem())?;
        settled.ended = run.is_none_or(|run| run.ended.is_some());
        settled.connection = self
            .listed()?
            .map(|known| cards::connection(&self.approach.app, &known))
            .transpose()?;
        Ok(())
    }

    /// Hands the token over once more. Whatever the platform says to it ends the run: the connection shows it.
    async fn settle_delivery(&mut self, settled: &mut Settled) -> Result<(), Problem> {
        let cut = self.cut;
        self.report.began(Step::Deliver);
        match Again::resumed(&self.approach.app, cut).await? {
            None => {
                let nothing = "The connection has changed since, so nothing is left to deliver.";
                self.report.done(Step::Deliver, nothing);
                settled.done.push(nothing.to_owned());
            }
            Some(again) => match again.deliver(&self.approach.hold.journal()?).await {
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
        self.approach.hold.end("delivered");
        settled.ended = true;
        Ok(())
    }

    async fn settle_back(
        &mut self,
        wish: Resume,
        how: &str,
        settled: &mut Settled,
    ) -> Result<(), Problem> {
        let cut = self.cut;
        let farewell = Farewell {
            broad: wish.broad,
            forget: wish.forget,
        };
        self.end_earlier(settled).await;
        let (truths, broad) = self.approach.take_back(cut, &farewell, self.report).await?;
        settled.ended = !self.approach.leave(cut, &truths, wish.forget, how);
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
    async fn take_up_again(&mut self, settled: &mut Settled) -> Result<(), Problem> {
        let cut = self.cut;
        let (Some(bond), Some(was)) = (
            Bond::of(cut),
            cut.nominated.as_ref().and_then(|all| all.was.clone()),
        ) else {
            return Err(unknown_run());
        };
        if occupied(&self.approach.app, cut)? {
            return Err(already_connected(&bond.platform));
        }
        self.report.began(Step::Cloudflare);
        let value = bond
            .value(&self.approach.app, &was.token_id)
            .await?
            .ok_or_else(no_such_way)?;
        let narrow = self
            .approach
            .app
            .cloudflare(Credential::Token(value))
            .map_err(|error| error.problem())?;
        let verified = narrow.verify(&bond.owner()).await;
        match (Life::of(&verified), verified) {
            (Life::Works, _) => {}
            (Life::Unknown, Err(error)) => return Err(error.problem()),
            // Also one that is switched off or over: on the list it would be a connection that cannot work.
            (Life::Refused | Life::Unknown, _) => return Err(no_such_way()),
        }
        self.report.done(Step::Cloudflare, "The token still works.");
        self.approach.hold.journal()?.done(UNDO, &json!({}))?;
        let mut known = Connection {
            vault: word(bond.vault),
            ..was
        };
        if known.platform_address.is_some() {
            "unknown".clone_into(&mut known.delivery);
            (known.receipt_code, known.nonce) = (None, None);
        }
        settle::put_back(&self.approach.app, &bond, &mut known.extras).await;
        self.approach
            .app
            .record
            .put_connection(&known)
            .map_err(|error| error.problem())?;
        self.approach.hold.end("undone");
        settled.ended = true;
        settled
            .done
            .push("The connection is back in the list.".to_owned());
        settled.connection = Some(cards::connection(&self.approach.app, &known)?);
        if known.platform_address.is_none() {
            return Ok(());
        }
        self.report.began(Step::Deliver);
        match redeliver_held(&self.approach.app, &known.id).await {
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
    async fn end_earlier(&self, settled: &mut Settled) {
        let cut = self.cut;
        let (Some(broad), Some(earlier)) = (self.broad(), cut.broad_id()) else {
            return;
        };
        let mark = cut.nominated.as_ref().and_then(|all| all.broad.as_ref());
        let ours = cut.fuse().is_some() || mark.is_some_and(|mark| mark.ours);
        if !ours || cut.destroyed() || earlier == broad.token_id {
            return;
        }
        let Ok(journal) = self.approach.hold.journal() else {
            return;
        };
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

    /// The connection that it is about, where that is listed.
    fn listed(&self) -> Result<Option<Connection>, Problem> {
        let Some(nominated) = &self.cut.nominated else {
            return Ok(None);
        };
        let listed = self.approach.app.record.connection(&nominated.connection);
        listed.map_err(|error| error.problem())
    }
    /// The pasted token, where one is known.
    fn broad(&self) -> Option<&Inspected> {
        let one_time = self.approach.hand.one_time()?;
        Some(&one_time.broad)
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
