//! Orphans: tokens of this installation at Cloudflare that nothing uses any more.
//!
//! A token is ours where its name bears this installation's mark in the place where a run puts it, or is the very name
//! that a link of ours gave. It is in use where a connection or an open run knows it. What is not ours is never touched.

use serde_json::json;

use crate::choose::limits;
use crate::cloudflare::Kind;
use crate::problem::Problem;
use crate::steps::extra::extras;
use crate::steps::ours::sort;
use crate::steps::paste::{nothing_pasted, paste_stale};
use crate::steps::{Inspected, Walk};
use crate::story::{BroadWish, Orphans, Quota, Swept};

impl Walk {
    /// Lists, with the pasted token, every token of this installation that nothing uses.
    pub async fn orphans(&mut self) -> Result<Orphans, Problem> {
        if self.forget_stale() {
            return Err(paste_stale());
        }
        let broad = self.inspected.as_ref().ok_or_else(nothing_pasted)?;
        self.look_for_orphans(broad).await
    }

    /// Deletes those of `wanted` (Cloudflare's ids) that are orphans right now; then ends the pasted token as wished.
    pub async fn delete_orphans(
        &mut self,
        wanted: &[String],
        wish: BroadWish,
    ) -> Result<Swept, Problem> {
        if self.forget_stale() {
            return Err(paste_stale());
        }
        let broad = self.inspected.clone().ok_or_else(nothing_pasted)?;
        self.begin_run()?;
        let journal = self.journal();
        // Asked again: what was shown may be in use by now.
        let found = self.look_for_orphans(&broad).await?;
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
            journal.intent("sweep", &subject)?;
            let (ordering, heard) = broad.client.listening();
            let ordered = ordering.delete_token(&broad.owner, id).await;
            let told = |how: &str| journal.activity("delete unused token", name, how, Some(&heard));
            match ordered {
                Ok(()) => {
                    told("deleted");
                    journal.done("sweep", &subject)?;
                    extras::ended(&self.app, id, name).await;
                    deleted.push(name.clone());
                }
                Err(error) if error.kind == Kind::NotFound => {
                    told("was not there");
                    journal.done("sweep", &subject)?;
                    extras::ended(&self.app, id, name).await;
                    deleted.push(name.clone());
                }
                Err(error) => {
                    let problem = error.problem();
                    told(&problem.code);
                    journal.failed("sweep", &json!({ "token": id, "code": problem.code }))?;
                    left.push(format!("\"{name}\" was not deleted. {}", problem.message));
                }
            }
        }
        let quota = self.look_for_orphans(&broad).await.ok();
        let broad = self.end_broad(wish).await;
        self.end_run("swept");
        (self.begun, self.open) = (false, None);
        Ok(Swept {
            deleted,
            left,
            quota: quota.map(|found| found.quota),
            broad,
        })
    }

    async fn look_for_orphans(&self, broad: &Inspected) -> Result<Orphans, Problem> {
        let tokens = broad.client.all_tokens(&broad.owner).await;
        let tokens = tokens.map_err(|error| error.problem())?;
        let (orphans, in_use) = sort(&self.app, broad, &tokens)?;
        Ok(Orphans {
            quota: Quota {
                used: u32::try_from(tokens.len()).unwrap_or(u32::MAX),
                of: broad.limit,
            },
            orphans,
            in_use,
        })
    }
}
