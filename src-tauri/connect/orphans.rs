//! Orphans: tokens of this installation at Cloudflare that nothing uses any more.
//!
//! A token is ours where its name bears this installation's mark in the place where a run puts it, or is the very name
//! that a link of ours gave. It is in use where a connection or an open run knows it. What is not ours is never touched.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::json;

use super::app::App;
use super::cut::Cut;
use super::ids;
use super::inspect::Inspected;
use super::story::{BroadWish, Orphan, Orphans, Quota, Swept};
use super::walk::{Walk, nothing_pasted, paste_stale};
use crate::cloudflare::{Kind, Token};
use crate::problem::Problem;
use crate::record::RunKind;

/// What tokens of ours are known by.
struct Ours {
    installation: String,
    connected: HashSet<String>,
    open: Vec<Cut>,
}

impl Ours {
    fn of(app: &App) -> Result<Self, Problem> {
        let record = &app.record;
        // The runs first: one that ends in between has put its token into the list by then.
        let mut open = Vec::new();
        for run in record.unfinished().map_err(|error| error.problem())? {
            // What a sweep was about to delete is used by nothing.
            if run.kind != RunKind::Sweep {
                open.push(Cut::read(app, run)?);
            }
        }
        let connections = record.connections().map_err(|error| error.problem())?;
        Ok(Self {
            installation: record.installation().map_err(|error| error.problem())?,
            connected: connections
                .iter()
                .flat_map(|known| known.extras_in_use().chain([known.token_id.as_str()]))
                .map(str::to_owned)
                .collect(),
            open,
        })
    }

    /// Whether a connection has it, or an open run may still need it.
    fn uses(&self, token: &Token) -> bool {
        self.connected.contains(&token.id)
            || self.open.iter().any(|cut| {
                cut.mentions(&token.id)
                    || cut.mentions(&token.name)
                    || ids::broad_token_name(&cut.run.id) == token.name
            })
    }
}

/// Whether a token of ours was made for a connection, or to be pasted; nothing where it is none of ours.
fn one_time(app: &App, ours: &Ours, name: &str) -> Result<Option<bool>, Problem> {
    if ids::is_narrow_token_name(name, &ours.installation)
        || ids::is_extra_token_name(name, &ours.installation)
    {
        return Ok(Some(false));
    }
    let offered = app.record.offered(name).map_err(|error| error.problem())?;
    Ok(offered
        .is_some_and(|offer| ids::broad_token_name(&offer.run) == name)
        .then_some(true))
}

/// How many of the tokens that the inspection listed are orphans.
pub(super) fn count(app: &App, inspected: &Inspected) -> Result<u32, Problem> {
    let found = sort(app, inspected, &inspected.listed)?.0;
    Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
}

/// Those of `tokens` that nothing uses, and how many of ours are in use.
fn sort(app: &App, broad: &Inspected, tokens: &[Token]) -> Result<(Vec<Orphan>, u32), Problem> {
    let ours = Ours::of(app)?;
    let (mut orphans, mut in_use) = (Vec::new(), 0);
    for token in tokens.iter().filter(|token| token.id != broad.token_id) {
        let Some(one_time) = one_time(app, &ours, &token.name)? else {
            continue;
        };
        if ours.uses(token) {
            in_use += 1;
        } else {
            orphans.push(orphan(token, one_time, (app.now)()));
        }
    }
    orphans.sort_by(|a, b| (&a.issued_on, &a.token_id).cmp(&(&b.issued_on, &b.token_id)));
    Ok((orphans, in_use))
}

fn orphan(token: &Token, one_time: bool, now: Timestamp) -> Orphan {
    let age = token.issued_on.map(|made| now.duration_since(made));
    let days = age.and_then(|age| u32::try_from(age.as_hours() / 24).ok());
    let shown = |time: Option<Timestamp>| time.map(|time| time.to_string());
    Orphan {
        token_id: token.id.clone(),
        token_name: token.name.clone(),
        one_time,
        status: token.status.as_str().to_owned(),
        issued_on: shown(token.issued_on),
        age_days: days,
        last_used_on: shown(token.last_used_on),
        expires_on: shown(token.expires_on),
    }
}

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
                    super::limits::printable(id)
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
                    super::extra::ended(&self.app, id, name).await;
                    deleted.push(name.clone());
                }
                Err(error) if error.kind == Kind::NotFound => {
                    told("was not there");
                    journal.done("sweep", &subject)?;
                    super::extra::ended(&self.app, id, name).await;
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
