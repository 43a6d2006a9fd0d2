//! Connect, from the mint to the end: steps 7 to 12 in their order.

use std::time::Instant;

use jiff::Timestamp;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::app::App;
use super::deliver::{Delivered, Link, deliver};
use super::destroy::{self, Rung};
use super::fuse::Fuse;
use super::ids;
use super::inspect::Inspected;
use super::mint::{Minted, mint, sweep};
use super::nominate::Decision;
use super::prove::{Proof, Subject, granted, prove, settle};
use super::report::{Journal, Report};
use super::story::{
    Broad, BroadState, BroadWish, Connected, Delivery, Grant, Kept, Outcome, Pending, Step,
    StepState, Stopped,
};
use crate::cloudflare::{Created, Credential, TokenKind};
use crate::platform::{Delivery as Sent, Nonce, TokenKind as SentKind};
use crate::problem::{Next, Problem};
use crate::proof::{Plan, Where, plan};
use crate::record::Connection;
use crate::vault::{Item, Vault};

/// What the earlier steps found and made.
pub(super) struct Stage<'a> {
    /// What everything stands on.
    pub app: &'a App,
    /// Id of this run.
    pub run: &'a str,
    /// Id of the connection that will be.
    pub connection: &'a str,
    /// The profile's id.
    pub profile: &'a str,
    /// The platform's name, or the profile's where there is none.
    pub platform_name: &'a str,
    /// The platform, signed in; nothing where the profile has none.
    pub link: Option<&'a Link>,
    /// The pasted token.
    pub broad: &'a Inspected,
    /// Whether it was made through our link.
    pub ours: bool,
    /// The fuse, lit or being lit.
    pub fuse: Option<Fuse>,
    /// The moment of the paste.
    pub pasted: Instant,
}

/// Runs steps 7 to 12.
pub(super) async fn bootstrap(
    stage: Stage<'_>,
    decision: Decision,
    report: &Report,
    cancel: &CancellationToken,
) -> Outcome {
    let journal = Journal::new(
        stage.app.record.clone(),
        stage.run.to_owned(),
        stage.app.now,
    );
    let fuse_end = stage.broad.own.as_ref().and_then(|own| own.expires_on);
    let mut run = Run {
        stage,
        decision,
        report,
        cancel,
        journal,
        fuse_end,
        made: None,
    };
    let outcome = match run.walk().await {
        Ok(outcome) => outcome,
        Err(stop) => run.stop(stop).await,
    };
    run.close(&outcome);
    outcome
}

/// Where a run stopped, and why.
struct Stop {
    step: Step,
    problem: Problem,
}

fn at(step: Step) -> impl FnOnce(Problem) -> Stop {
    move |problem| Stop { step, problem }
}

struct Run<'a> {
    stage: Stage<'a>,
    decision: Decision,
    report: &'a Report,
    cancel: &'a CancellationToken,
    journal: Journal,
    /// When the broad token ends by itself, once that is known.
    fuse_end: Option<Timestamp>,
    /// What has to be undone if the run stops: the narrow token's id, and whether its value is in the vault.
    made: Option<Made>,
}

struct Made {
    token_id: String,
    token_name: String,
    kept: bool,
}

impl Run<'_> {
    async fn walk(&mut self) -> Result<Outcome, Stop> {
        let created = self.mint().await?;
        let vault = self.stage.app.vault();
        self.keep(&vault, &created).await?;

        let granted = granted(
            &self.decision.requested,
            &created.token.policies,
            &self.stage.broad.catalogue,
        )
        .map_err(at(Step::Prove))?;
        let narrow = self
            .stage
            .app
            .cloudflare(Credential::Token(created.value.duplicate()))
            .map_err(|error| Stop {
                step: Step::Prove,
                problem: error.problem(),
            })?;
        let plan = self.plan(&granted);
        let proof = tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stop { step: Step::Prove, problem: cancelled() }),
            proof = self.prove(&narrow, &plan) => proof,
        }?;

        // From here on nothing is undone: the platform may hold the token, and the broad one is going.
        self.join_fuse().await;
        let (delivered, broad, settled) =
            tokio::join!(self.deliver(&created), self.destroy(), async {
                proof.elsewhere || settle(&narrow, &plan, self.stage.app.pace).await
            },);
        Ok(self.record(Ending {
            created: &created,
            granted,
            proof,
            delivered,
            broad,
            settled,
            vault: &vault,
        }))
    }

    async fn mint(&mut self) -> Result<Box<Created>, Stop> {
        self.still_wanted(Step::Mint)?;
        self.report.began(Step::Mint);
        let mut lost: Vec<String> = Vec::new();
        for attempt in 1..=2 {
            if attempt > 1 {
                self.decision.new_token.name =
                    format!("{} ({attempt})", self.decision.new_token.name);
            }
            let name = self.decision.new_token.name.clone();
            let intent = json!({ "name": name, "account": self.decision.account.id, "connection": self.stage.connection });
            self.journal
                .intent("mint", &intent)
                .map_err(at(Step::Mint))?;
            match mint(self.stage.broad, &self.decision.new_token).await {
                Minted::Made(created) => {
                    self.made = Some(Made {
                        token_id: created.token.id.clone(),
                        token_name: created.token.name.clone(),
                        kept: false,
                    });
                    self.journal
                        .done("mint", &json!({ "token": created.token.id, "name": name }))
                        .map_err(at(Step::Mint))?;
                    self.journal.activity("mint token", &name, "made", None);
                    for name in lost {
                        sweep(self.stage.broad, &name).await;
                    }
                    self.report
                        .done(Step::Mint, format!("\"{}\" was made.", created.token.name));
                    return Ok(created);
                }
                Minted::NotMade(error) => {
                    let problem = error.problem();
                    self.journal
                        .failed("mint", &json!({ "code": problem.code }))
                        .map_err(at(Step::Mint))?;
                    self.journal
                        .activity("mint token", &name, &problem.code, None);
                    return Err(Stop {
                        step: Step::Mint,
                        problem,
                    });
                }
                Minted::Lost(error) => {
                    let problem = error.problem();
                    self.journal
                        .failed("mint", &json!({ "code": problem.code, "lost": name }))
                        .map_err(at(Step::Mint))?;
                    self.journal
                        .activity("mint token", &name, "no answer", None);
                    if attempt == 2 {
                        return Err(Stop {
                            step: Step::Mint,
                            problem,
                        });
                    }
                    self.report.tell(
                        Step::Mint,
                        StepState::Going,
                        "Cloudflare did not answer. Trying once more.",
                    );
                    lost.push(name);
                }
            }
        }
        Err(Stop {
            step: Step::Mint,
            problem: cancelled(),
        })
    }

    async fn keep(&mut self, vault: &Vault, created: &Created) -> Result<(), Stop> {
        self.report.began(Step::Keep);
        let item = self.item(&created.token.id);
        let detail = json!({ "token": created.token.id, "vault": vault.kind() });
        self.journal
            .intent("keep", &detail)
            .map_err(at(Step::Keep))?;
        if let Some(made) = &mut self.made {
            // Even a write that seems to fail may have left something.
            made.kept = true;
        }
        vault
            .put(&item, &created.value)
            .await
            .map_err(|error| Stop {
                step: Step::Keep,
                problem: error.problem(),
            })?;
        self.journal.done("keep", &detail).map_err(at(Step::Keep))?;
        self.journal
            .activity("keep token", &created.token.name, "kept", None);
        self.report.done(Step::Keep, "Kept, and read back.");
        Ok(())
    }

    fn plan(&self, granted: &[Grant]) -> Plan {
        let probes: Vec<&str> = self.decision.probes.iter().map(String::as_str).collect();
        let groups: Vec<&str> = granted.iter().map(|grant| grant.group.as_str()).collect();
        let account = self.decision.account.id.as_str();
        let other = self
            .stage
            .broad
            .accounts
            .iter()
            .map(|seen| seen.id.as_str())
            .find(|id| *id != account);
        plan(
            &probes,
            &groups,
            Where {
                account,
                zones: &self.decision.zones,
                other_account: other,
            },
        )
    }

    async fn prove(&self, narrow: &crate::cloudflare::Client, plan: &Plan) -> Result<Proof, Stop> {
        self.report.began(Step::Prove);
        let uses_pages = self
            .decision
            .requested
            .iter()
            .any(|grant| grant.group.starts_with("Pages "));
        let project = self.decision.project.as_deref().filter(|_| uses_pages);
        let subject = Subject {
            client: narrow,
            owner: &self.stage.broad.owner,
            plan,
            project: project.map(|project| (self.decision.account.id.as_str(), project)),
            limited_to_addresses: !self.decision.allow_ip.is_empty(),
        };
        // It only reads, so it can be left at any moment.
        let proof = self
            .cancel
            .run_until_cancelled(prove(&subject, self.stage.app.pace))
            .await
            .unwrap_or_else(|| Err(cancelled()))
            .map_err(at(Step::Prove))?;
        let (can, cannot) = (proof.can, proof.cannot);
        self.journal
            .activity("prove token", &self.decision.new_token.name, "proved", None);
        if proof.elsewhere {
            let words = "Proved by its policy. It does not work from this computer's address, as you chose.";
            self.report.tell(Step::Prove, StepState::Warned, words);
        } else {
            self.report.done(
                Step::Prove,
                format!(
                    "Can {} of {}; cannot {} of {}.",
                    can.proved, can.of, cannot.proved, cannot.of
                ),
            );
        }
        Ok(proof)
    }

    async fn deliver(&self, created: &Created) -> Option<Delivered> {
        let Some(link) = self.stage.link else {
            self.report.tell(
                Step::Deliver,
                StepState::Skipped,
                "This profile has no platform to deliver to.",
            );
            return None;
        };
        self.report.began(Step::Deliver);
        let delivered = match self.hand_over(link, created).await {
            Ok(delivered) => delivered,
            Err(problem) => Delivered::Unknown(problem),
        };
        let (state, detail, phase) = match &delivered {
            Delivered::Accepted { code, .. } => {
                (StepState::Done, format!("Receipt {code}."), "accepted")
            }
            Delivered::Refused(problem) => (StepState::Failed, problem.message.clone(), "refused"),
            Delivered::Unknown(problem) => (StepState::Warned, problem.message.clone(), "unknown"),
        };
        self.report.tell(Step::Deliver, state, detail);
        self.journal
            .activity("deliver token", self.stage.platform_name, phase, None);
        Some(delivered)
    }

    async fn hand_over(&self, link: &Link, created: &Created) -> Result<Delivered, Problem> {
        let nonce = Nonce::generate().map_err(|error| error.problem())?;
        let sent = Sent {
            profile: self.stage.profile,
            account_id: &self.decision.account.id,
            account_name: &self.decision.account.name,
            project: self.decision.project.as_deref(),
            token: &created.value,
            token_id: &created.token.id,
            token_kind: match self.stage.broad.kind() {
                TokenKind::User => SentKind::User,
                TokenKind::Account => SentKind::Account,
            },
            token_name: &created.token.name,
            expires_on: created.token.expires_on,
            nonce: &nonce,
            replaces: None,
        };
        let key = ids::idempotency_key()?;
        self.journal.intent(
            "deliver",
            &json!({ "token": created.token.id, "platform": self.stage.platform_name }),
        )?;
        let delivered = deliver(link, self.stage.connection, &sent, &key).await;
        let _ = match &delivered {
            Delivered::Accepted { code, .. } => {
                self.journal.done("deliver", &json!({ "receipt": code }))
            }
            Delivered::Refused(problem) | Delivered::Unknown(problem) => self
                .journal
                .failed("deliver", &json!({ "code": problem.code })),
        };
        Ok(delivered)
    }

    async fn destroy(&self) -> Broad {
        let name = self.stage.broad.own.as_ref().map(|own| own.name.clone());
        if !self.destroys() {
            let broad = destroy::kept(name, self.decision.choices.broad == BroadWish::Keep);
            self.report
                .tell(Step::Destroy, StepState::Skipped, broad.sentence.clone());
            return broad;
        }
        self.report.began(Step::Destroy);
        let subject = json!({ "token": self.stage.broad.token_id });
        if let Err(problem) = self.journal.intent("destroy", &subject) {
            self.report
                .tell(Step::Destroy, StepState::Warned, problem.message);
            return self.left_alive();
        }
        let now = (self.stage.app.now)();
        let ordered = Instant::now();
        let rung = destroy::order(self.stage.broad, now).await;
        let broad = destroy::watch(self.stage.broad, rung, ordered, self.fuse_end, now).await;
        let _ = match broad.state {
            BroadState::Refused => self.journal.done("destroy", &subject),
            _ => self.journal.failed(
                "destroy",
                &json!({ "token": self.stage.broad.token_id, "rung": rung_word(rung) }),
            ),
        };
        let state = if broad.state == BroadState::Refused {
            StepState::Done
        } else {
            StepState::Warned
        };
        self.report
            .tell(Step::Destroy, state, broad.sentence.clone());
        self.journal.activity(
            "destroy pasted token",
            name.as_deref().unwrap_or("pasted token"),
            &broad.sentence,
            None,
        );
        broad
    }

    fn record(&self, ending: Ending<'_>) -> Outcome {
        self.report.began(Step::Record);
        let Ending {
            created,
            granted,
            proof,
            delivered,
            broad,
            settled,
            vault,
        } = ending;
        let mut nonce_used = None;
        let (delivery, receipt_code, mut problem) = match delivered {
            None => (Delivery::Skipped, None, None),
            Some(Delivered::Accepted { code, nonce }) => {
                nonce_used = Some(nonce);
                (Delivery::Accepted, Some(code), None)
            }
            Some(Delivered::Refused(problem)) => (Delivery::Refused, None, Some(problem)),
            Some(Delivered::Unknown(problem)) => (Delivery::Unknown, None, Some(problem)),
        };
        if !settled && problem.is_none() {
            problem = Some(not_settled());
        }
        let span = self.stage.app.calls.span(self.stage.pasted, Instant::now());
        let mut result = Connected {
            connection_id: self.stage.connection.to_owned(),
            profile: self.stage.profile.to_owned(),
            account_id: self.decision.account.id.clone(),
            account_name: self.decision.account.name.clone(),
            project: self.decision.project.clone(),
            project_exists: proof.project_exists,
            token_id: created.token.id.clone(),
            token_name: created.token.name.clone(),
            token_kind: self.stage.broad.kind(),
            fingerprint: created.value.fingerprint(),
            expires_on: created.token.expires_on.map(|end| end.to_string()),
            requested: self.decision.requested.clone(),
            granted,
            can: proof.can,
            cannot: proof.cannot,
            checks: proof.checks,
            delivery,
            receipt_code,
            broad,
            vault: vault.kind(),
            kept: Vec::new(),
            notices: self.decision.notices.clone(),
            rounds: u32::try_from(span.rounds).unwrap_or(u32::MAX),
            elapsed_ms: u32::try_from(span.elapsed.as_millis()).unwrap_or(u32::MAX),
        };
        if proof.elsewhere {
            result.notices.push(
                "The token works only from the addresses you named, and this computer is not among them, so only \
                 its policy could be checked from here."
                    .to_owned(),
            );
        }
        result.kept = kept(&result, self.stage.platform_name);
        match self
            .stage
            .app
            .record
            .put_connection(&self.connection(&result, nonce_used))
        {
            Ok(()) => self.report.done(Step::Record, "Written down."),
            Err(error) => {
                let problem = error.problem();
                self.report
                    .tell(Step::Record, StepState::Warned, problem.message.clone());
                result.notices.push(format!(
                    "The connection works, but was not written down here: {problem}"
                ));
            }
        }
        match problem {
            None => Outcome::Connected(Box::new(result)),
            Some(problem) => Outcome::Pending(Box::new(Pending { result, problem })),
        }
    }

    fn connection(&self, result: &Connected, nonce: Option<String>) -> Connection {
        let left = (result.broad.state != BroadState::Refused).then(|| json!(result.broad));
        Connection {
            id: result.connection_id.clone(),
            profile: result.profile.clone(),
            platform: self.stage.platform_name.to_owned(),
            platform_address: self
                .stage
                .link
                .map(|link| link.platform.base().url().to_string()),
            account_id: result.account_id.clone(),
            account_name: result.account_name.clone(),
            project: result.project.clone(),
            token_id: result.token_id.clone(),
            token_name: result.token_name.clone(),
            token_kind: word(result.token_kind),
            fingerprint: result.fingerprint.clone(),
            policy: json!(result.granted),
            expires_on: result
                .expires_on
                .as_deref()
                .and_then(|end| end.parse().ok()),
            allow_ip: self.decision.allow_ip.clone(),
            connected_on: (self.stage.app.now)(),
            delivery: word(result.delivery),
            receipt_code: result.receipt_code.clone(),
            nonce,
            vault: word(result.vault),
            broad_left: left,
            choices: json!(self.decision.choices),
        }
    }

    /// Undoes what can be undone, and says what stands.
    async fn stop(&mut self, stop: Stop) -> Outcome {
        self.report
            .tell(stop.step, StepState::Failed, stop.problem.message.clone());
        let (mut undone, mut stands) = (Vec::new(), Vec::new());
        if let Some(made) = self.made.take() {
            let broad = self.stage.broad;
            let _ = self
                .journal
                .intent("undo-mint", &json!({ "token": made.token_id }));
            match broad
                .client
                .delete_token(&broad.owner, &made.token_id)
                .await
            {
                Ok(()) => {
                    let _ = self
                        .journal
                        .done("undo-mint", &json!({ "token": made.token_id }));
                    undone.push(format!(
                        "The new token \"{}\" was deleted again.",
                        made.token_name
                    ));
                }
                Err(error) => {
                    let _ = self
                        .journal
                        .failed("undo-mint", &json!({ "token": made.token_id }));
                    stands.push(format!(
                        "The new token \"{}\" still exists at Cloudflare, because deleting it failed: {}",
                        made.token_name,
                        error.problem().message
                    ));
                }
            }
            if made.kept {
                match self
                    .stage
                    .app
                    .vault()
                    .delete(&self.item(&made.token_id))
                    .await
                {
                    Ok(true) => undone.push("Its copy on this computer was deleted.".to_owned()),
                    Ok(false) => {}
                    Err(error) => stands.push(format!(
                        "Its copy may still be in the vault: {}",
                        error.problem().message
                    )),
                }
            }
            self.journal.activity(
                "undo",
                &made.token_name,
                if stands.is_empty() {
                    "undone"
                } else {
                    "in part"
                },
                None,
            );
        }
        self.join_fuse().await;
        let broad = if stop.problem.code == CANCELLED && self.destroys() {
            self.destroy().await
        } else {
            self.left_alive()
        };
        if broad.state != BroadState::Refused {
            stands.push(format!("The token you pasted: {}", broad.sentence));
        }
        if undone.is_empty() && stands.is_empty() {
            undone.push("Nothing was made, so nothing is left.".to_owned());
        }
        Outcome::Stopped(Box::new(Stopped {
            step: stop.step,
            problem: stop.problem,
            undone,
            stands,
            broad: Some(broad),
        }))
    }

    fn close(&self, outcome: &Outcome) {
        let how = match outcome {
            Outcome::Connected(_) => "connected",
            Outcome::Pending(_) => "pending",
            Outcome::Stopped(stopped) => &stopped.problem.code,
        };
        if self
            .stage
            .app
            .record
            .finish_run(self.stage.run, how, (self.stage.app.now)())
            .is_err()
        {
            tracing::warn!(
                "the end of a run was not written down; the next start will show it as open"
            );
        }
    }

    fn item(&self, token: &str) -> Item {
        Item::Token {
            connection: self.stage.connection.to_owned(),
            token: token.to_owned(),
        }
    }

    fn destroys(&self) -> bool {
        match self.decision.choices.broad {
            BroadWish::Destroy => true,
            BroadWish::Keep => false,
            BroadWish::Unsaid => self.stage.ours,
        }
    }

    async fn join_fuse(&mut self) {
        let Some(fuse) = self.stage.fuse.take() else {
            return;
        };
        if let Some(end) = fuse.await {
            self.fuse_end = Some(end);
            self.report.done(
                Step::Fuse,
                format!(
                    "The pasted token ends at {} at the latest.",
                    end.strftime("%H:%M UTC")
                ),
            );
        } else {
            self.report.tell(
                Step::Fuse,
                StepState::Warned,
                "The pasted token could not be given an early end.",
            );
        }
    }

    fn left_alive(&self) -> Broad {
        let name = self.stage.broad.own.as_ref().map(|own| own.name.clone());
        match self.fuse_end {
            Some(end) => destroy::expiring(name, end),
            None => destroy::alive(name),
        }
    }

    fn still_wanted(&self, step: Step) -> Result<(), Stop> {
        if self.cancel.is_cancelled() {
            Err(Stop {
                step,
                problem: cancelled(),
            })
        } else {
            Ok(())
        }
    }
}

struct Ending<'a> {
    created: &'a Created,
    granted: Vec<Grant>,
    proof: Proof,
    delivered: Option<Delivered>,
    broad: Broad,
    settled: bool,
    vault: &'a Vault,
}

const CANCELLED: &str = "cancelled";

/// What a run that a person stopped ends with.
pub fn cancelled() -> Problem {
    Problem::new(
        CANCELLED,
        "You stopped the run.",
        "Start again when you like.",
        Next::StartOver,
    )
}

fn not_settled() -> Problem {
    Problem::new(
        "answers-uneven",
        "The token works, but Cloudflare's answers to it are still uneven.",
        "Wait a minute before the first deploy.",
        Next::Home,
    )
}

fn rung_word(rung: Rung) -> &'static str {
    match rung {
        Rung::Deleted => "deleted",
        Rung::Expired => "expired",
        Rung::Disabled => "disabled",
        Rung::Rolled => "rolled",
        Rung::Unanswered => "unanswered",
        Rung::None => "none",
    }
}

/// What is kept, and where: made from the result, so that the list cannot promise what did not happen.
fn kept(result: &Connected, platform: &str) -> Vec<Kept> {
    let here = match result.vault {
        crate::vault::VaultKind::Keychain => "The keychain of this computer",
        crate::vault::VaultKind::File => "The sealed file on this computer",
    };
    let mut kept = vec![Kept {
        what: "The narrow token".to_owned(),
        place: here.to_owned(),
    }];
    if matches!(result.delivery, Delivery::Accepted) {
        kept.push(Kept {
            what: "The narrow token".to_owned(),
            place: platform.to_owned(),
        });
    }
    if matches!(result.delivery, Delivery::Unknown) {
        kept.push(Kept {
            what: "The narrow token, perhaps".to_owned(),
            place: platform.to_owned(),
        });
    }
    let names = if result.project.is_some() {
        "Account id and name, project name, token id and name, times"
    } else {
        "Account id and name, token id and name, times"
    };
    kept.push(Kept {
        what: names.to_owned(),
        place: "Narrows' records on this computer".to_owned(),
    });
    kept
}

/// The kebab-case word of a closed enum, as it stands in the records.
fn word<T: serde::Serialize>(value: T) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
