//! Tokens of this installation at Cloudflare that nothing uses any more: listed, and deleted. What is not ours is never
//! touched.

use serde_json::json;

use crate::choose::limits;
use crate::cloudflare::{Kind, TokenKind};
use crate::problem::Problem;
use crate::record::RunKind;
use crate::run::effect::SWEEP;
use crate::run::hold::Hold;
use crate::run::{App, Report};
use crate::steps::approach::Wants;
use crate::steps::extra::extras;
use crate::steps::ours::sort;
use crate::steps::site::Site;
use crate::steps::{Approach, Inspected};
use crate::story::{BroadWish, Orphans, Quota, Swept};

/// A sweep that has not ended.
pub struct Sweep {
    /// How far it is until the pasted token is known.
    pub approach: Approach,
}

impl Sweep {
    /// Begins one.
    pub fn begin(app: &App) -> Result<Self, Problem> {
        let hold = Hold::fresh(app, RunKind::Sweep, "sweep")?;
        let wants = Wants::ToDelete(vec![TokenKind::User, TokenKind::Account]);
        let site = Site::at(app, None, None)?;
        Ok(Self {
            approach: Approach::new(app, hold, site, wants),
        })
    }

    /// Lists, with the pasted token, every token of this installation that nothing uses.
    pub async fn orphans(&mut self) -> Result<Orphans, Problem> {
        self.approach.forget_stale();
        let one_time = self.approach.hand.known()?;
        look(&self.approach.app, &one_time.broad).await
    }

    /// Deletes those of `wanted` (Cloudflare's ids) that are orphans right now; then ends the pasted token as wished.
    pub async fn delete(&mut self, wanted: &[String], wish: BroadWish) -> Result<Swept, Problem> {
        self.approach.forget_stale();
        let Approach {
            app, hold, hand, ..
        } = &mut self.approach;
        let broad = &hand.known()?.broad;
        hold.begin()?;
        let journal = hold.journal()?;
        // Asked again: what was shown may be in use by now.
        let found = look(app, broad).await?;
        let (mut deleted, mut left) = (Vec::new(), Vec::new());
        for id in wanted {
            let Some(orphan) = found.orphans.iter().find(|orphan| orphan.token_id == *id) else {
                left.push(format!(
                    "{} was left alone: it is not there, in use, or not of this installation.",
                    limits::printable(id)
                ));
                continue;
            };
            let name = &orphan.token_name;
            let subject = json!({ "token": id, "name": name });
            journal.intent(SWEEP, &subject)?;
            let (ordering, heard) = broad.client.listening();
            let ordered = ordering.delete_token(&broad.owner, id).await;
            let told = |how: &str| journal.activity("delete unused token", name, how, Some(&heard));
            match ordered {
                Ok(()) => {
                    told("deleted");
                    journal.done(SWEEP, &subject)?;
                    extras::ended(app, id, name).await;
                    deleted.push(name.clone());
                }
                Err(error) if error.kind == Kind::NotFound => {
                    told("was not there");
                    journal.done(SWEEP, &subject)?;
                    extras::ended(app, id, name).await;
                    deleted.push(name.clone());
                }
                Err(error) => {
                    let problem = error.problem();
                    told(&problem.code);
                    journal.failed(SWEEP, &json!({ "token": id, "code": problem.code }))?;
                    left.push(format!("\"{name}\" was not deleted. {}", problem.message));
                }
            }
        }
        let quota = look(app, broad).await.ok();
        let broad = self.approach.end_pasted(wish, &Report::silent()).await;
        self.approach.hold.end("swept");
        self.approach.hold.let_go();
        Ok(Swept {
            deleted,
            left,
            quota: quota.map(|found| found.quota),
            broad,
        })
    }
}

async fn look(app: &App, broad: &Inspected) -> Result<Orphans, Problem> {
    let tokens = broad.client.all_tokens(&broad.owner).await;
    let tokens = tokens.map_err(|error| error.problem())?;
    let (orphans, in_use) = sort(app, broad, &tokens)?;
    Ok(Orphans {
        quota: Quota {
            used: u32::try_from(tokens.len()).unwrap_or(u32::MAX),
            of: broad.limit,
        },
        orphans,
        in_use,
    })
}
