//! Rolling in place: the token keeps its id, its name and its policy, and gets a new value.
//!
//! The old value dies with the order, so there is no way back and nothing to undo: the new value goes into the vault
//! before anything else, the connection goes over to it at once, and the platform gets it as soon as it works. Until
//! then the platform fails. An answer that is lost takes the new value with it.

use std::time::Instant;

use serde_json::json;

use super::old::{Old, client, in_use, item, remember_broad};
use super::stopped::stopped;
use super::turn::{no_answer, owner, refused, refused_in_the_end};
use crate::cards;
use crate::problem::{Next, Problem};
use crate::record::Connection;
use crate::run::course::ROLL;
use crate::run::effect::{KEEP, ROLL as ORDER, SWAP};
use crate::run::known::{stored, word};
use crate::run::rotation::Nominated;
use crate::run::stop::at;
use crate::run::{App, Journal, Link, Report, Stop};
use crate::secret::Secret;
use crate::steps::{Delivered, Parcel, Run};
use crate::story::{
    BroadState, Delivery, NewTokenFacts, OldTokenState, Rotation, RotationState, Step, StepState,
};

/// Rolls the token of a connection and hands the new value over.
pub(crate) async fn in_place(mut run: Run<'_>, old: Old, nominated: Nominated) -> Rotation {
    let value = match roll(&mut run, &old, &nominated).await {
        Ok(Rolled::Kept(value)) => value,
        Ok(Rolled::Lost(problem)) => return lost(run, &nominated, problem).await,
        Ok(Rolled::Unknown(problem)) => return untold(run, &nominated, problem).await,
        Err(stop) => return stopped(run, &nominated, stop).await,
    };
    let mut told = in_use(&nominated);
    let before = match &old.value {
        Some(value) => client(run.app, value).ok(),
        None => None,
    };
    let ordered = Instant::now();
    if refused(before.as_ref(), &owner(&nominated)).await == Some(true) {
        told.state = OldTokenState::Refused;
        told.after_ms = u32::try_from(ordered.elapsed().as_millis()).ok();
        "Its old value is refused: the token has a new one.".clone_into(&mut told.sentence);
    } else {
        told.state = OldTokenState::Open;
        "The token has a new value; the old one was not seen refused."
            .clone_into(&mut told.sentence);
    }
    let journal = run.journal.clone();
    let handed = Rolling {
        app: run.app,
        journal: &journal,
        report: run.report,
        link: run.link,
        nominated: &nominated,
        value: &value,
    };
    let mut notices = nominated.decision.notices.clone();
    if let Err(problem) = handed.swap(old.known.clone(), Delivery::Unknown, None) {
        notices.push(problem.message);
    }
    run.join_fuse().await;
    let narrow = client(run.app, &value);
    let granted = nominated.decision.requested.clone();
    let plan = run.plan(&nominated.decision, &granted);
    let proof = match &narrow {
        // A proof that fails undoes nothing: the old value is dead either way.
        Ok(narrow) => run.prove(narrow, &plan, &nominated.decision).await.ok(),
        Err(_) => None,
    };
    if proof.is_none() {
        notices.push("What the token can do could not be asked again.".to_owned());
    }
    let (delivery, receipt, problem) = handed.deliver(old.known).await;
    let broad = run.destroy().await;
    if broad.state != BroadState::Refused && !run.shared() {
        remember_broad(run.app, run.connection, &broad);
    }
    let state = if problem.is_none() {
        RotationState::Rotated
    } else {
        RotationState::Undelivered
    };
    // Until the connection names the new value, the run stays open: it alone can tell.
    if ROLL.ended(&journal.marks()) {
        run.close(if problem.is_none() {
            "rotated"
        } else {
            "undelivered"
        });
    }
    let mut rotation = handed.told(&run, state, told);
    if let Some(facts) = &mut rotation.new_token {
        facts.can = proof.as_ref().map(|proof| proof.can);
        facts.cannot = proof.as_ref().map(|proof| proof.cannot);
        facts.checks = proof.map_or_else(Vec::new, |proof| proof.checks);
    }
    if state == RotationState::Undelivered {
        rotation.stands.push(format!(
            "The token has a new value, which is kept; {} fails until it has it.",
            nominated.platform
        ));
    }
    if broad.state != BroadState::Refused && !run.shared() {
        rotation
            .stands
            .push(format!("The token you pasted: {}", broad.sentence));
    }
    Rotation {
        delivery,
        receipt_code: receipt.map(|(code, _)| code),
        broad: Some(broad),
        step: problem.as_ref().map(|_| Step::Deliver),
        problem,
        notices,
        ..rotation
    }
}

/// What became of the order.
enum Rolled {
    /// The new value is in the vault.
    Kept(Secret),
    /// The token has a new value, and nobody has it.
    Lost(Problem),
    /// Whether the token has a new value is not known yet.
    Unknown(Problem),
}

async fn roll(run: &mut Run<'_>, old: &Old, nominated: &Nominated) -> Result<Rolled, Stop> {
    run.note_rotation(nominated)?;
    run.still_wanted(Step::Mint)?;
    run.report.began(Step::Mint);
    let id = &nominated.replaces.token_id;
    let subject = json!({ "token": id, "connection": nominated.connection });
    run.journal
        .intent(ORDER, &subject)
        .map_err(at(Step::Mint))?;
    let name = &nominated.replaces.token_name;
    let (ordering, heard) = run.broad().client.listening();
    let value = match ordering.roll_token(&run.broad().owner, id).await {
        Ok(value) => value,
        Err(error) => {
            let problem = error.problem();
            run.journal
                .activity("roll token", name, &problem.code, Some(&heard));
            let _ = run
                .journal
                .failed(ORDER, &json!({ "token": id, "code": problem.code }));
            let untouched = Stop {
                step: Step::Mint,
                problem: problem.clone(),
            };
            if !error.may_have_taken_effect() {
                return Err(untouched);
            }
            let lost = Rolled::Lost(roll_lost(&nominated.platform, &problem));
            // Only the old value can tell whether the order was carried out, and it may work a while after that.
            let Some(before) = &old.value else {
                return Ok(lost);
            };
            let before = client(run.app, before).map_err(at(Step::Mint))?;
            return match refused_in_the_end(Some(&before), &owner(nominated), true).await {
                Some(true) => Ok(lost),
                Some(false) => Err(untouched),
                None => Ok(Rolled::Unknown(roll_unknown(&problem))),
            };
        }
    };
    // Into the vault before anything else: this is the only copy there is.
    let (vault, item) = (run.app.vault(), item(&nominated.connection, id));
    let mut kept = vault.put(&item, &value).await;
    if kept.is_err() {
        kept = vault.put(&item, &value).await;
    }
    let detail = json!({ "token": id, "vault": vault.kind() });
    if let Err(error) = kept {
        let _ = run.journal.failed(KEEP, &detail);
        return Ok(Rolled::Lost(roll_lost(
            &nominated.platform,
            &error.problem(),
        )));
    }
    let noted = run
        .journal
        .done(ORDER, &subject)
        .and_then(|()| run.journal.done(KEEP, &detail));
    if noted.is_err() {
        tracing::warn!("a roll was not written down; the vault tells of it");
    }
    run.journal
        .activity("roll token", name, "rolled", Some(&heard));
    run.report.done(
        Step::Mint,
        format!("\"{name}\" has a new value. The old one is dead."),
    );
    run.report.done(Step::Keep, "Kept, and read back.");
    Ok(Rolled::Kept(value))
}

/// Nobody has the new value. The broad token is what the next rotation needs, and is left for it.
async fn lost(run: Run<'_>, nominated: &Nominated, problem: Problem) -> Rotation {
    run.report
        .tell(Step::Mint, StepState::Failed, problem.message.clone());
    let (name, platform) = (&nominated.replaces.token_name, &nominated.platform);
    let unsure = Unsure {
        state: RotationState::ValueLost,
        ends: Some("value-lost"),
        noted: "value lost",
        told: "It got a new value that nobody has. Another rotation replaces it.",
        stands: format!("\"{name}\" has a value that nobody has, so {platform} fails with it."),
    };
    unsure.rotation(run, nominated, problem).await
}

/// Leaves the run open: a later look tells.
async fn untold(run: Run<'_>, nominated: &Nominated, problem: Problem) -> Rotation {
    run.report
        .tell(Step::Mint, StepState::Warned, problem.message.clone());
    let (name, platform) = (&nominated.replaces.token_name, &nominated.platform);
    let unsure = Unsure {
        state: RotationState::RollUnknown,
        ends: None,
        noted: "no answer",
        told: "It is not known whether it has a new value.",
        stands: format!(
            "\"{name}\" may have a value that nobody has; then {platform} fails with it."
        ),
    };
    unsure.rotation(run, nominated, problem).await
}

/// A roll after which no value is at hand that is known to work.
struct Unsure {
    state: RotationState,
    /// How the run ends, if it does.
    ends: Option<&'static str>,
    /// In the activity.
    noted: &'static str,
    /// Of the token.
    told: &'static str,
    stands: String,
}

impl Unsure {
    async fn rotation(self, mut run: Run<'_>, nominated: &Nominated, problem: Problem) -> Rotation {
        run.join_fuse().await;
        let broad = run.doomed.left_alive();
        if let Some(how) = self.ends {
            run.close(how);
        }
        let name = &nominated.replaces.token_name;
        run.journal.activity("roll token", name, self.noted, None);
        let mut told = in_use(nominated);
        told.state = OldTokenState::Open;
        self.told.clone_into(&mut told.sentence);
        let rolling = Rolling {
            app: run.app,
            journal: &run.journal,
            report: run.report,
            link: run.link,
            nominated,
            value: &Secret::new(String::new()),
        };
        let rotation = rolling.told(&run, self.state, told);
        Rotation {
            new_token: None,
            stands: vec![
                self.stands,
                format!("The token you pasted: {}", broad.sentence),
            ],
            broad: (!run.shared()).then_some(broad),
            step: Some(Step::Mint),
            problem: Some(problem),
            ..rotation
        }
    }
}

/// A token that has its new value, on the way to the platform.
pub(crate) struct Rolling<'a> {
    pub app: &'a App,
    pub journal: &'a Journal,
    pub report: &'a Report,
    pub link: Option<&'a Link>,
    pub nominated: &'a Nominated,
    pub value: &'a Secret,
}

impl Rolling<'_> {
    /// Lets the connection name the new value.
    pub(crate) fn swap(
        &self,
        known: Connection,
        delivery: Delivery,
        receipt: Option<&(String, String)>,
    ) -> Result<(), Problem> {
        let subject = json!({ "connection": known.id, "token": known.token_id });
        self.journal.intent(SWAP, &subject)?;
        let rolled = Connection {
            fingerprint: self.value.fingerprint(),
            connected_on: (self.app.now)(),
            delivery: word(delivery),
            receipt_code: receipt.map(|(code, _)| code.clone()),
            nonce: receipt.map(|(_, nonce)| nonce.clone()),
            ..known
        };
        self.app
            .record
            .put_connection(&rolled)
            .map_err(|error| error.problem())?;
        if delivery == Delivery::Accepted {
            self.app
                .record
                .delivered(&rolled.id, (self.app.now)())
                .map_err(|error| error.problem())?;
        }
        self.journal.done(SWAP, &subject)
    }

    /// Hands the new value over, and lets the connection say what came of it.
    pub(crate) async fn deliver(
        &self,
        known: Connection,
    ) -> (Delivery, Option<(String, String)>, Option<Problem>) {
        let decision = &self.nominated.decision;
        let parcel = Parcel {
            connection: &known.id,
            profile: &known.profile,
            platform_name: &self.nominated.platform,
            account: &decision.account,
            project: decision.project.as_deref(),
            value: self.value,
            token_id: &known.token_id,
            token_name: &known.token_name,
            token_kind: self.nominated.kind,
            expires_on: known.expires_on,
            replaces: Some(&known.token_id),
        };
        let delivered = parcel
            .hand_over(self.app, self.link, self.journal, self.report)
            .await;
        let (delivery, receipt, problem) = match delivered {
            None => (Delivery::Skipped, None, None),
            Some(Delivered::Accepted { code, nonce }) => {
                (Delivery::Accepted, Some((code, nonce)), None)
            }
            Some(Delivered::Refused(problem)) => (Delivery::Refused, None, Some(problem)),
            Some(Delivered::Unknown(problem)) => (Delivery::Unknown, None, Some(problem)),
        };
        let noted = self.swap(known, delivery, receipt.as_ref());
        (delivery, receipt, problem.or(noted.err()))
    }

    fn told(
        &self,
        run: &Run<'_>,
        state: RotationState,
        old_token: crate::story::OldToken,
    ) -> Rotation {
        self.tell(run.id, run.pasted, state, old_token)
    }

    /// What became of it.
    pub(crate) fn tell(
        &self,
        run: &str,
        since: Instant,
        state: RotationState,
        old_token: crate::story::OldToken,
    ) -> Rotation {
        let decision = &self.nominated.decision;
        let replaces = &self.nominated.replaces;
        let span = self.app.calls.span(since, Instant::now());
        let now = stored(self.app, &self.nominated.connection).ok();
        let ends = now.as_ref().and_then(|known| known.expires_on);
        let extras = now.as_ref().map_or(&[][..], |known| &known.extras);
        Rotation {
            state,
            run: run.to_owned(),
            connection_id: self.nominated.connection.clone(),
            profile: stored(self.app, &self.nominated.connection)
                .map_or_else(|_| String::new(), |known| known.profile),
            platform: self.nominated.platform.clone(),
            account_id: decision.account.id.clone(),
            account_name: decision.account.name.clone(),
            project: decision.project.clone(),
            way: self.nominated.way,
            old_token,
            new_token: Some(NewTokenFacts {
                token_id: replaces.token_id.clone(),
                token_name: replaces.token_name.clone(),
                token_kind: self.nominated.kind,
                fingerprint: self.value.fingerprint(),
                expires_on: ends.map(|end| end.to_string()),
                granted: decision.requested.clone(),
                can: None,
                cannot: None,
                checks: Vec::new(),
                vault: self.app.vault().kind(),
            }),
            delivery: Delivery::Unknown,
            receipt_code: None,
            extras: cards::extras(extras, &self.nominated.platform),
            broad: None,
            step: None,
            problem: None,
            undone: Vec::new(),
            stands: Vec::new(),
            notices: Vec::new(),
            rounds: u32::try_from(span.rounds).unwrap_or(u32::MAX),
            elapsed_ms: u32::try_from(span.elapsed.as_millis()).unwrap_or(u32::MAX),
        }
    }
}

/// Whether the token has a new value is not known; what to do about it.
fn roll_unknown(why: &Problem) -> Problem {
    Problem {
        evidence: why.evidence.clone(),
        ..no_answer()
    }
}

/// The token has a value that nobody has; what to do about it.
pub(crate) fn roll_lost(platform: &str, why: &Problem) -> Problem {
    Problem::new(
        "rotation-value-lost",
        format!(
            "The token got a new value, and it did not get here: {} {platform} fails from now on.",
            why.message
        ),
        "Rotate again at once, with a new token: it is made and delivered, and this one deleted.",
        Next::StartOver,
    )
    .with_evidence(why.evidence.clone().unwrap_or_else(|| why.code.clone()))
}
