//! Step 7: one token is made, once.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::effect::MINT;
use super::inspect::Inspected;
use super::run::{Made, Run, Stop, at, cancelled};
use super::story::{Step, StepState};
use crate::cloudflare::{Created, Error, NewToken};

/// How often the list is read for a token whose making was not answered. A new token may be missing from it for a
/// moment.
const LOOKS: u32 = 3;
const GAP: Duration = Duration::from_millis(700);

/// What became of a mint.
#[derive(Debug)]
pub(super) enum Minted {
    /// Made, with its value.
    Made(Box<Created>),
    /// Refused, or not sent: nothing was made.
    NotMade(Error),
    /// No answer came, and the token was not found: nothing was made, as far as can be seen.
    Lost(Error),
}

/// Makes the token. Where no answer came, looks for it by its unique name, deletes what it finds (its value is lost)
/// and says [`Minted::Lost`], so that the caller can try once more under another name.
pub(super) async fn mint(broad: &Inspected, new_token: &NewToken) -> Minted {
    match broad.client.create_token(&broad.owner, new_token).await {
        Ok(created) => Minted::Made(Box::new(created)),
        Err(error) if error.may_have_taken_effect() => {
            for look in 0..LOOKS {
                if look > 0 {
                    sleep(GAP).await;
                }
                if sweep(broad, &new_token.name).await {
                    break;
                }
            }
            Minted::Lost(error)
        }
        Err(error) => Minted::NotMade(error),
    }
}

/// Deletes every token of exactly this name; tells whether there was one.
pub(super) async fn sweep(broad: &Inspected, name: &str) -> bool {
    let Ok(list) = broad.client.tokens(&broad.owner, Some(name)).await else {
        return false;
    };
    let mut found = false;
    for token in list.tokens.iter().filter(|token| token.name == name) {
        found |= broad
            .client
            .delete_token(&broad.owner, &token.id)
            .await
            .is_ok();
    }
    found
}

impl Run<'_> {
    /// Makes the token of the run, once; where the answer to it was lost, once more under another name.
    pub(super) async fn mint(
        &mut self,
        new_token: &mut NewToken,
        account: &str,
    ) -> Result<Box<Created>, Stop> {
        self.still_wanted(Step::Mint)?;
        self.report.began(Step::Mint);
        let mut lost: Vec<String> = Vec::new();
        for attempt in 1..=2 {
            if attempt > 1 {
                new_token.name = format!("{} ({attempt})", new_token.name);
            }
            let name = new_token.name.clone();
            let intent = json!({ "name": name, "account": account, "connection": self.connection });
            self.journal.intent(MINT, &intent).map_err(at(Step::Mint))?;
            match mint(self.broad, new_token).await {
                Minted::Made(created) => {
                    self.made = Some(Made {
                        token_id: created.token.id.clone(),
                        token_name: created.token.name.clone(),
                        kept: false,
                    });
                    // The policies are compared with the decision also where the run is finished later.
                    let detail = json!({
                        "token": created.token.id,
                        "name": name,
                        "policies": created.token.policies,
                    });
                    self.journal.done(MINT, &detail).map_err(at(Step::Mint))?;
                    self.journal.activity("mint token", &name, "made", None);
                    for name in lost {
                        sweep(self.broad, &name).await;
                    }
                    self.report
                        .done(Step::Mint, format!("\"{}\" was made.", created.token.name));
                    return Ok(created);
                }
                Minted::NotMade(error) => {
                    let problem = error.problem();
                    self.journal
                        .failed(MINT, &json!({ "code": problem.code }))
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
                        .failed(MINT, &json!({ "code": problem.code, "lost": name }))
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
}
