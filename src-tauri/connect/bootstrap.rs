//! Connect, from the mint to the end: steps 7 to 12 in their order.

use std::time::Instant;

use serde_json::json;

use crate::cards;
use crate::choose::granted::granted;
use crate::cloudflare::{Created, Credential};
use crate::record::{Connection, Extra};
use crate::run::known::word;
use crate::run::stop::{at, cancelled};
use crate::run::{Decision, Stop};
use crate::steps::extra::make::not_begun;
use crate::steps::mint::may_exist;
use crate::steps::prove::{not_settled, settle};
use crate::steps::{Delivered, Proof, Run};
use crate::story::{
    Broad, BroadState, Connected, Delivery, ExtraStanding, Grant, Kept, Outcome, Pending, Step,
    StepState,
};
use crate::vault::Vault;

/// Runs steps 7 to 12.
pub(crate) async fn bootstrap(mut run: Run<'_>, decision: Decision) -> Outcome {
    let outcome = match run.bootstrap(decision).await {
        Ok(outcome) => outcome,
        Err(stop) => Outcome::Stopped(Box::new(run.stop(stop).await)),
    };
    run.close(match &outcome {
        Outcome::Connected(_) => "connected",
        Outcome::Pending(_) => "pending",
        Outcome::Stopped(stopped) => &stopped.problem.code,
    });
    outcome
}

impl Run<'_> {
    async fn bootstrap(&mut self, mut decision: Decision) -> Result<Outcome, Stop> {
        self.nominate(&decision)?;
        let created = self
            .mint(&mut decision.new_token, &decision.account.id)
            .await?;
        let vault = self.app.vault();
        self.keep(&vault, &created).await?;

        let granted = granted(
            &decision.requested,
            &created.token.policies,
            &self.broad().catalogue,
        )
        .map_err(at(Step::Prove))?;
        let narrow = self
            .app
            .cloudflare(Credential::Token(created.value.duplicate()))
            .map_err(|error| at(Step::Prove)(error.problem()))?;
        let plan = self.plan(&decision, &granted);
        let proof = tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(at(Step::Prove)(cancelled())),
            proof = self.prove(&narrow, &plan, &decision) => proof,
        }?;

        // From here on nothing is undone: the platform may hold the token, and the broad one is going.
        self.join_fuse().await;
        let ((delivered, extras, broad), settled) =
            tokio::join!(self.hand_on(&decision, &created, &vault), async {
                proof.elsewhere || settle(&narrow, &plan, self.app.pace).await
            });
        Ok(self.record(
            &decision,
            Ending {
                created: &created,
                granted,
                proof,
                delivered,
                extras,
                broad,
                settled,
                vault: &vault,
            },
        ))
    }

    /// Delivers and destroys side by side; where tokens of their own are to be made, the pasted one dies after that.
    async fn hand_on(
        &self,
        decision: &Decision,
        created: &Created,
        vault: &Vault,
    ) -> (Option<Delivered>, Vec<Extra>, Broad) {
        if decision.extras.is_empty() {
            let (delivered, broad) = tokio::join!(self.deliver(decision, created), self.destroy());
            return (delivered, Vec::new(), broad);
        }
        let delivered = self.deliver(decision, created).await;
        let extras = match &delivered {
            Some(Delivered::Accepted { .. }) => {
                Box::pin(self.extras(decision, vault, Vec::new(), false)).await
            }
            _ => not_begun(&decision.extras, self.platform_name),
        };
        (delivered, extras, self.destroy().await)
    }

    fn record(&self, decision: &Decision, ending: Ending<'_>) -> Outcome {
        self.report.began(Step::Record);
        let Ending {
            created,
            granted,
            proof,
            delivered,
            extras,
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
        let span = self.app.calls.span(self.pasted, Instant::now());
        let mut result = Connected {
            connection_id: self.connection.to_owned(),
            profile: self.profile.to_owned(),
            account_id: decision.account.id.clone(),
            account_name: decision.account.name.clone(),
            project: decision.project.clone(),
            project_exists: proof.project_exists,
            token_id: created.token.id.clone(),
            token_name: created.token.name.clone(),
            token_kind: self.broad().kind(),
            fingerprint: created.value.fingerprint(),
            expires_on: created.token.expires_on.map(|end| end.to_string()),
            requested: decision.requested.clone(),
            granted,
            can: proof.can,
            cannot: proof.cannot,
            checks: proof.checks,
            delivery,
            receipt_code,
            extras: cards::extras(&extras, self.platform_name),
            broad,
            vault: vault.kind(),
            kept: Vec::new(),
            notices: decision.notices.clone(),
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
        result.notices.extend(self.doubtful().map(may_exist));
        result.kept = kept(&result, self.platform_name);
        match self
            .app
            .record
            .put_connection(&self.connection(decision, &result, nonce_used, extras))
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

    fn connection(
        &self,
        decision: &Decision,
        result: &Connected,
        nonce: Option<String>,
        extras: Vec<Extra>,
    ) -> Connection {
        let left = (result.broad.state != BroadState::Refused).then(|| json!(result.broad));
        Connection {
            id: result.connection_id.clone(),
            profile: result.profile.clone(),
            platform: self.platform_name.to_owned(),
            platform_address: self.link.map(|link| link.platform.base().url().to_string()),
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
            allow_ip: decision.allow_ip.clone(),
            connected_on: (self.app.now)(),
            delivery: word(result.delivery),
            receipt_code: result.receipt_code.clone(),
            nonce,
            vault: word(result.vault),
            broad_left: left,
            choices: json!(decision.choices),
            person: self.link.map(|link| link.person.clone()),
            extras,
        }
    }
}

struct Ending<'a> {
    created: &'a Created,
    granted: Vec<Grant>,
    proof: Proof,
    delivered: Option<Delivered>,
    extras: Vec<Extra>,
    broad: Broad,
    settled: bool,
    vault: &'a Vault,
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
    for extra in &result.extras {
        let what = format!("The token for {}", extra.label);
        if extra.token_name.is_some() {
            kept.push(Kept {
                what: what.clone(),
                place: here.to_owned(),
            });
        }
        if extra.state == ExtraStanding::InUse {
            kept.push(Kept {
                what,
                place: platform.to_owned(),
            });
        }
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
