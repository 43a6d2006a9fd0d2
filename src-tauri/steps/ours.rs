//! Tokens of this installation at Cloudflare, told by their names, and those of them that nothing uses.
//!
//! A token is ours where its name bears this installation's mark in the place where a run puts it, or is the very name
//! that a link of ours gave. It is in use where a connection or an open run knows it.

use std::collections::HashSet;

use jiff::Timestamp;

use super::inspect::Inspected;
use crate::cloudflare::Token;
use crate::problem::Problem;
use crate::record::RunKind;
use crate::run::{App, Cut, ids};
use crate::story::Orphan;

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
pub(crate) fn count(app: &App, inspected: &Inspected) -> Result<u32, Problem> {
    let found = sort(app, inspected, &inspected.listed)?.0;
    Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
}

/// Those of `tokens` that nothing uses, and how many of ours are in use.
pub(crate) fn sort(
    app: &App,
    broad: &Inspected,
    tokens: &[Token],
) -> Result<(Vec<Orphan>, u32), Problem> {
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

pub(crate) fn orphan(token: &Token, one_time: bool, now: Timestamp) -> Orphan {
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
