//! The turn from the old token to the new one: delivered, acknowledged, swapped, the old one dead and forgotten.
//!
//! A step a method. Each is safe to be taken again, so that a turn that was cut off goes on where it was.

use std::time::Instant;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::old::{client, item};
use crate::cloudflare::{Client, Error, Kind, Life, Owner, TokenKind, token_list};
use crate::http::Heard;
use crate::problem::{Next, Problem};
use crate::record::{Connection, Phase};
use crate::run::course::{Fact, Facts, ROTATE};
use crate::run::effect::{DELIVER, FORGET_OLD, REVOKE, SWAP};
use crate::run::known::word;
use crate::run::rotation::{DELETED, Nominated, REFUSED};
use crate::run::{App, Journal, Link, Maker, Marks, Report, kept};
use crate::secret::Secret;
use crate::steps::destroy::{BOUND, GAP};
use crate::steps::prove::not_settled;
use crate::steps::withdraw::{OTHER_OWNER, other_owner};
use crate::steps::{Delivered, Inspected, Parcel};
use crate::story::{Delivery, OldToken, OldTokenState, Step, StepState};
use crate::vault::Vault;

pub(crate) fn no_answer() -> Problem {
    Problem::new(
        "rotation-unknown",
        "Cloudflare does not tell whether the token's value works.",
        "Try again in a moment.",
        Next::Retry,
    )
}

/// A new token that is kept and proved, on its way into the old one's place.
pub(crate) struct Turn<'a> {
    pub app: &'a App,
    pub journal: &'a Journal,
    pub report: &'a Report,
    /// The platform, signed in; nothing where the profile has none.
    pub link: Option<&'a Link>,
    /// A broad token, where one is at hand.
    pub broad: Option<&'a Inspected>,
    /// Where the values of both tokens rest.
    pub vault: Vault,
    /// What was decided.
    pub nominated: &'a Nominated,
    /// The connection as it is remembered.
    pub known: Connection,
    /// Cloudflare's id of the new token.
    pub token_id: String,
    /// Its name.
    pub token_name: String,
    /// Its value.
    pub value: Secret,
    /// How far it is.
    pub course: Marks,
    /// Whether Cloudflare knows the new token everywhere.
    pub settled: bool,
    /// Where the platform stands with it.
    pub delivery: Delivery,
    /// The receipt's short code and nonce.
    pub receipt: Option<(String, String)>,
    /// The old token.
    pub old: OldToken,
    /// Where it stopped, and why.
    pub stop: Option<(Step, Problem)>,
    /// What else should be known.
    pub notices: Vec<String>,
}

/// Why a step did not come through.
pub(crate) enum Halt {
    /// It is to be told, and finished later.
    At(Step, Problem),
    /// It harms nobody.
    Harmless,
}

impl Turn<'_> {
    /// Goes as far as it can.
    pub(crate) async fn go_on(&mut self) {
        // Its value is here and was asked before the turn began.
        let facts = Facts::of(&[Fact::Kept, Fact::Lives]);
        while let Some(row) = ROTATE.next(&self.course, facts, |_| false) {
            let went = match row.word {
                DELIVER => self.deliver().await,
                SWAP => self.swap().await,
                REVOKE => self.revoke().await,
                FORGET_OLD => self.forget_old().await,
                _ => return,
            };
            if let Err(halt) = went {
                self.halted(halt);
                return;
            }
        }
    }

    /// Takes in why a step did not come through.
    pub(crate) fn halted(&mut self, halt: Halt) {
        if let Halt::At(step, problem) = halt {
            self.stop = Some((step, problem));
        }
    }

    /// Hands the new token to the platform. Only a receipt over the new token counts.
    pub(crate) async fn deliver(&mut self) -> Result<(), Halt> {
        let decision = &self.nominated.decision;
        let parcel = Parcel {
            connection: &self.known.id,
            profile: &self.known.profile,
            platform_name: &self.nominated.platform,
            account: &decision.account,
            project: decision.project.as_deref(),
            value: &self.value,
            token_id: &self.token_id,
            token_name: &self.token_name,
            token_kind: self.nominated.kind,
            expires_on: decision.new_token.expires_on,
            replaces: Some(&self.nominated.replaces.token_id),
        };
        let delivered = parcel
            .hand_over(self.app, self.link, self.journal, self.report)
            .await;
        match delivered {
            None => {
                self.done(Step::Deliver, DELIVER, &json!({ "skipped": true }))?;
                self.delivery = Delivery::Skipped;
            }
            Some(Delivered::Accepted { code, nonce }) => {
                self.course.note(DELIVER, Phase::Done);
                self.delivery = Delivery::Accepted;
                self.receipt = Some((code, nonce));
            }
            Some(Delivered::Refused(problem)) => {
                self.course.note(DELIVER, Phase::Failed);
                self.delivery = Delivery::Refused;
                return Err(Halt::At(Step::Deliver, problem));
            }
            Some(Delivered::Unknown(problem)) => {
                self.course.note(DELIVER, Phase::Failed);
                self.delivery = Delivery::Unknown;
                return Err(Halt::At(Step::Deliver, problem));
            }
        }
        Ok(())
    }

    /// Lets the connection name the new token, once its value was read back from the vault and found equal.
    async fn swap(&mut self) -> Result<(), Halt> {
        self.report.began(Step::Swap);
        let item = item(&self.known.id, &self.token_id);
        let vault = self.vault.clone();
        let kept = kept::read_in(self.app, &vault, &item, &self.token_name).await;
        if !kept.is_ok_and(|kept| kept.is_some_and(|kept| kept.same_as(&self.value))) {
            let put = vault.put(&item, &self.value).await;
            let put = put.map_err(|error| error.problem());
            let how = put
                .as_ref()
                .map_or_else(|problem| problem.code.as_str(), |()| "kept");
            self.journal
                .activity("keep token", &self.token_name, how, None);
            put.map_err(|problem| self.halt(Step::Swap, problem))?;
        }
        let subject = json!({ "connection": self.known.id, "token": self.token_id,
            "replaces": self.nominated.replaces.token_id });
        self.intent(Step::Swap, SWAP, &subject)?;
        let decision = &self.nominated.decision;
        let successor = Connection {
            token_id: self.token_id.clone(),
            token_name: self.token_name.clone(),
            fingerprint: self.value.fingerprint(),
            policy: json!(decision.requested),
            expires_on: decision.new_token.expires_on,
            connected_on: (self.app.now)(),
            allow_ip: decision.allow_ip.clone(),
            delivery: word(self.delivery),
            receipt_code: self.receipt.as_ref().map(|(code, _)| code.clone()),
            nonce: self.receipt.as_ref().map(|(_, nonce)| nonce.clone()),
            vault: word(vault.kind()),
            choices: json!(decision.choices),
            person: self.nominated.person.clone(),
            ..self.known.clone()
        };
        self.app
            .record
            .put_connection(&successor)
            .map_err(|error| self.halt(Step::Swap, error.problem()))?;
        if self.delivery == Delivery::Accepted {
            self.app
                .record
                .delivered(&successor.id, (self.app.now)())
                .map_err(|error| self.halt(Step::Swap, error.problem()))?;
        }
        self.known = successor;
        self.done(Step::Swap, SWAP, &subject)?;
        self.journal
            .activity("swap token", &self.token_name, "in use", None);
        self.report
            .done(Step::Swap, "The connection uses the new token.");
        Ok(())
    }

    /// Deletes the old token with the broad one, and asks until Cloudflare refuses it. Without a broad token it is only
    /// looked at.
    async fn revoke(&mut self) -> Result<(), Halt> {
        if !self.settled {
            return Err(Halt::At(Step::Revoke, not_settled()));
        }
        self.report.began(Step::Revoke);
        let id = self.nominated.replaces.token_id.clone();
        let subject = &self.nominated.replaces.token_name;
        let item = item(&self.known.id, &id);
        let kept = kept::read_in(self.app, &self.vault, &item, subject).await;
        let own = kept.ok().flatten();
        let own = own.and_then(|value| client(self.app, &value).ok());
        let subject = json!({ "token": id });
        let owner = owner(self.nominated);
        let Some(broad) = self.broad else {
            if refused(own.as_ref(), &owner).await == Some(true) {
                self.done(Step::Revoke, REVOKE, &subject)?;
                self.old = self.old_as(OldTokenState::Refused, None, REFUSED);
                self.report.done(Step::Revoke, REFUSED);
                return Ok(());
            }
            return Err(self.open(None));
        };
        self.intent(Step::Revoke, REVOKE, &subject)?;
        let ordered = Instant::now();
        let (ordering, heard) = broad.client.listening();
        let order = match ordering.delete_token(&broad.owner, &id).await {
            Ok(()) => Order::Deleted,
            Err(error) if is_missing(&error) => Order::Missing,
            Err(error) if error.may_have_taken_effect() => Order::Unanswered,
            Err(error) => {
                let problem = error.problem();
                let _ = self
                    .journal
                    .failed(REVOKE, &json!({ "token": id, "code": problem.code }));
                self.revoked(&problem.code, &heard);
                return Err(self.open(Some(problem)));
            }
        };
        let ended = match &own {
            Some(own) => self.seen_refused(own, broad, order).await,
            None => self.seen_gone(broad, order).await,
        };
        if let Err(why) = ended {
            let _ = self.journal.failed(REVOKE, &subject);
            self.revoked("not seen refused", &heard);
            return Err(match (why, order) {
                (None, Order::Deleted) => self.unseen(),
                (why, _) => self.open(why),
            });
        }
        let seen = own.is_some();
        let subject = json!({ "token": id, "seen": seen });
        self.done(Step::Revoke, REVOKE, &subject)?;
        let after = u32::try_from(ordered.elapsed().as_millis()).unwrap_or(u32::MAX);
        self.old = match (order, seen) {
            (Order::Missing, _) => self.old_as(
                OldTokenState::Gone,
                None,
                "It was gone at Cloudflare already.",
            ),
            (_, true) => self.old_as(
                OldTokenState::Refused,
                Some(after),
                "It was deleted, and Cloudflare refuses it.",
            ),
            (_, false) => self.old_as(OldTokenState::Deleted, None, DELETED),
        };
        self.revoked(if seen { "refused" } else { "deleted" }, &heard);
        self.report.done(Step::Revoke, self.old.sentence.clone());
        Ok(())
    }

    fn revoked(&self, how: &str, heard: &Heard) {
        let name = &self.old.token_name;
        self.journal
            .activity("revoke token", name, how, Some(heard));
    }

    /// Drops the old token's value. It was needed to see it refused.
    async fn forget_old(&mut self) -> Result<(), Halt> {
        let old = item(&self.known.id, &self.nominated.replaces.token_id);
        let subject = json!({ "token": self.nominated.replaces.token_id });
        self.intent(Step::Revoke, FORGET_OLD, &subject)?;
        if let Err(error) = self.vault.delete(&old).await {
            let _ = self.journal.failed(FORGET_OLD, &subject);
            let code = error.problem().code;
            self.journal
                .activity("forget old token", &self.old.token_name, &code, None);
            self.notices.push(format!(
                "The old token is dead, and its value still lies in the vault: {}",
                error.problem().message
            ));
            return Err(Halt::Harmless);
        }
        self.journal
            .activity("forget old token", &self.old.token_name, "forgotten", None);
        self.done(Step::Revoke, FORGET_OLD, &subject)
    }

    /// Asks with the old token's own value until Cloudflare refuses it. An answer that does not come is none.
    async fn seen_refused(
        &self,
        own: &Client,
        broad: &Inspected,
        order: Order,
    ) -> Result<(), Option<Problem>> {
        let owner = owner(self.nominated);
        if order == Order::Missing && refused(Some(own), &owner).await == Some(false) {
            self.of_maker(broad).await?;
        }
        match refused_in_the_end(Some(own), &owner, true).await {
            Some(true) => Ok(()),
            _ => Err(None),
        }
    }

    /// The same where its value is not here: then only Cloudflare's list tells, which shows nobody another's tokens.
    async fn seen_gone(&self, broad: &Inspected, order: Order) -> Result<(), Option<Problem>> {
        if order == Order::Deleted {
            return Ok(());
        }
        let id = &self.nominated.replaces.token_id;
        let end = Instant::now() + BOUND;
        loop {
            match broad.client.token(&broad.owner, id).await {
                Err(error) if is_missing(&error) => return self.of_maker(broad).await,
                _ if Instant::now() >= end => return Err(None),
                _ => sleep(GAP).await,
            }
        }
    }

    /// Refuses a broad token of somebody else. The new token shows whose it is: it lives.
    async fn of_maker(&self, broad: &Inspected) -> Result<(), Option<Problem>> {
        let maker = Maker {
            person: None,
            tokens: vec![self.token_id.clone()],
        };
        match broad.is_of(&maker).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Some(other_owner())),
            Err(error) => Err(Some(error.problem())),
        }
    }

    /// It was deleted, and nobody could be asked whether it is refused: its value stays, so that it can be asked later.
    fn unseen(&mut self) -> Halt {
        let halt = self.open(None);
        "It was deleted, and Cloudflare did not say yet that it refuses it. Looking once more tells."
            .clone_into(&mut self.old.sentence);
        halt
    }

    /// The old token has not been seen refused; why, if that is known.
    fn open(&mut self, why: Option<Problem>) -> Halt {
        let sentence = format!(
            "It is not used any more. \"{}\" may still work: it needs a one-time token, or the dashboard, to be deleted.",
            self.old.token_name
        );
        self.old = self.old_as(OldTokenState::Open, None, &sentence);
        self.old.link =
            Some(token_list(&self.app.addresses.dashboard, &owner(self.nominated)).into());
        self.report.tell(Step::Revoke, StepState::Warned, sentence);
        let problem = Problem::new(
            "old-token-open",
            format!(
                "The new token is in use. The old one, \"{}\", has not been seen refused.",
                self.old.token_name
            ),
            "Delete it in Cloudflare's list of tokens.",
            Next::OpenTokenList,
        );
        Halt::At(
            Step::Revoke,
            match why {
                Some(why) if why.code == OTHER_OWNER => why,
                Some(Problem {
                    evidence: Some(evidence),
                    ..
                }) => problem.with_evidence(evidence),
                _ => problem,
            },
        )
    }

    fn old_as(&self, state: OldTokenState, after_ms: Option<u32>, sentence: &str) -> OldToken {
        OldToken {
            state,
            after_ms,
            sentence: sentence.to_owned(),
            link: None,
            ..self.old.clone()
        }
    }

    fn intent(&mut self, step: Step, word: &str, detail: &Value) -> Result<(), Halt> {
        self.journal
            .intent(word, detail)
            .map_err(|problem| self.halt(step, problem))?;
        self.course.note(word, Phase::Intent);
        Ok(())
    }

    fn done(&mut self, step: Step, word: &str, detail: &Value) -> Result<(), Halt> {
        self.journal
            .done(word, detail)
            .map_err(|problem| self.halt(step, problem))?;
        self.course.note(word, Phase::Done);
        Ok(())
    }

    fn halt(&self, step: Step, problem: Problem) -> Halt {
        self.report
            .tell(step, StepState::Warned, problem.message.clone());
        Halt::At(step, problem)
    }
}

/// The set of tokens that both narrow tokens belong to.
pub(crate) fn owner(nominated: &Nominated) -> Owner {
    match nominated.kind {
        TokenKind::User => Owner::User,
        TokenKind::Account => Owner::Account(nominated.decision.account.id.clone()),
    }
}

/// What became of the order to delete the old token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Cloudflare says that it did.
    Deleted,
    /// The pasted token sees none of this id.
    Missing,
    /// No answer came.
    Unanswered,
}

fn is_missing(error: &Error) -> bool {
    matches!(error.kind, Kind::NotFound | Kind::NoRoute)
}

/// Asks with a token's own value until Cloudflare refuses it (or takes it, where that is `wanted`), for [`BOUND`] at
/// the most. Gives the last answer; nothing where that did not tell, as a token spreads and dies unevenly.
pub(crate) async fn refused_in_the_end(
    own: Option<&Client>,
    owner: &Owner,
    wanted: bool,
) -> Option<bool> {
    let end = Instant::now() + BOUND;
    loop {
        let said = refused(own, owner).await;
        if own.is_none() || said == Some(wanted) || Instant::now() >= end {
            return said;
        }
        sleep(GAP).await;
    }
}

/// Whether Cloudflare refuses a token, by its own value; nothing where that does not tell.
pub(crate) async fn refused(own: Option<&Client>, owner: &Owner) -> Option<bool> {
    match Life::of(&own?.verify(owner).await) {
        Life::Works => Some(false),
        Life::Refused => Some(true),
        Life::Unknown => None,
    }
}
