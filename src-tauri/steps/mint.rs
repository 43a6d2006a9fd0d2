//! Step 7: one token is made, once.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::inspect::Inspected;
use super::run::{Lost, Made, Run};
use crate::cloudflare::{Created, Error, Kind, NewToken};
use crate::run::effect::MINT;
use crate::run::stop::{at, cancelled};
use crate::run::{Journal, Stop};
use crate::story::{Step, StepState};

/// How often the list is read for a token whose making was not answered. A new token may be missing from it for a
/// moment.
const LOOKS: u32 = 3;

const GAP: Duration = Duration::from_millis(700);

/// What became of a mint.
#[derive(Debug)]
pub(crate) enum Minted {
    /// Made, with its value.
    Made(Box<Created>),
    /// Refused, or not sent: nothing was made.
    NotMade(Error),
    /// No answer came. What was found was deleted; where nothing could be seen, a token may be left.
    Lost {
        /// Why no answer came.
        error: Error,
        /// Whether it was seen that none is left.
        clear: bool,
    },
}

/// What came of looking for tokens of one name.
pub(crate) enum Swept {
    /// There was one, and it was deleted.
    Deleted,
    /// There was none to be seen.
    Nothing,
    /// It could not be seen, or what was seen could not be deleted.
    Unknown(Error),
}

/// Makes the token. Where no answer came, looks for it by its unique name, deletes what it finds (its value is lost)
/// and says [`Minted::Lost`], so that the caller can try once more under another name.
pub(crate) async fn mint(broad: &Inspected, new_token: &NewToken, journal: &Journal) -> Minted {
    match broad.client.create_token(&broad.owner, new_token).await {
        Ok(created) => Minted::Made(Box::new(created)),
        Err(error) if error.may_have_taken_effect() => {
            let mut clear = false;
            for look in 0..LOOKS {
                if look > 0 {
                    sleep(GAP).await;
                }
                match sweep(broad, &new_token.name, journal).await {
                    Swept::Deleted => {
                        clear = true;
                        break;
                    }
                    Swept::Nothing => clear = true,
                    Swept::Unknown(_) => clear = false,
                }
            }
            Minted::Lost { error, clear }
        }
        Err(error) => Minted::NotMade(error),
    }
}

/// Deletes every token of exactly this name, and writes each down.
pub(crate) async fn sweep(broad: &Inspected, name: &str, journal: &Journal) -> Swept {
    let list = match broad.client.tokens(&broad.owner, Some(name)).await {
        Ok(list) => list,
        Err(error) => return Swept::Unknown(error),
    };
    let mut swept = Swept::Nothing;
    for token in list.tokens.iter().filter(|token| token.name == name) {
        let (ordering, heard) = broad.client.listening();
        let ordered = ordering.delete_token(&broad.owner, &token.id).await;
        let told = |how: &str| journal.activity("delete lost token", name, how, Some(&heard));
        match ordered {
            Ok(()) => {
                told("deleted");
                swept = Swept::Deleted;
            }
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::NoRoute) => {
                told("was not there");
            }
            Err(error) => {
                told(&error.problem().code);
                return Swept::Unknown(error);
            }
        }
    }
    swept
}

/// What is said of a token that may be left.
pub(crate) fn may_exist(name: &str) -> String {
    format!(
        "A token \"{name}\" may exist at Cloudflare: no answer came when it was to be made, and it could not be looked for. Nobody has its value."
    )
}

impl Run<'_> {
    /// Makes the token of the run, once; where the answer to it was lost, once more under another name.
    pub(crate) async fn mint(
        &mut self,
        new_token: &mut NewToken,
        account: &str,
    ) -> Result<Box<Created>, Stop> {
        self.still_wanted(Step::Mint)?;
        self.report.began(Step::Mint);
        for attempt in 1..=2 {
            if attempt > 1 {
                new_token.name = format!("{} ({attempt})", new_token.name);
            }
            let name = new_token.name.clone();
            let intent = json!({ "name": name, "account": account, "connection": self.connection });
            self.journal.intent(MINT, &intent).map_err(at(Step::Mint))?;
            let (broad, heard) = self.broad().listening();
            match mint(&broad, new_token, &self.journal).await {
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
                    self.journal
                        .activity("mint token", &name, "made", Some(&heard));
                    self.look_again().await;
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
                        .activity("mint token", &name, &problem.code, Some(&heard));
                    return Err(Stop {
                        step: Step::Mint,
                        problem,
                    });
                }
                Minted::Lost { error, clear } => {
                    // Also one that was not in the list is looked for again: it may be late.
                    self.lost.push(Lost {
                        name: name.clone(),
                        clear,
                    });
                    let problem = error.problem();
                    self.journal
                        .failed(MINT, &json!({ "code": problem.code, "lost": name }))
                        .map_err(at(Step::Mint))?;
                    self.journal
                        .activity("mint token", &name, "no answer", Some(&heard));
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
                }
            }
        }
        Err(Stop {
            step: Step::Mint,
            problem: cancelled(),
        })
    }

    /// Looks once more for tokens whose making was not answered.
    pub(crate) async fn look_again(&mut self) {
        let broad = self.broad();
        for lost in &mut self.lost {
            let swept = sweep(broad, &lost.name, &self.journal).await;
            lost.clear = !matches!(swept, Swept::Unknown(_));
        }
    }

    /// Names of tokens that may be left, as nobody could look for them.
    pub(crate) fn doubtful(&self) -> impl Iterator<Item = &str> {
        let doubtful = self.lost.iter().filter(|lost| !lost.clear);
        doubtful.map(|lost| lost.name.as_str())
    }
}
