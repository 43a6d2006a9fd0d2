//! Recover: a run that was cut off is shown by what is true of it now, and finished or taken back.
//!
//! The journal says what was begun; what became of it is asked: the vault for the value, Cloudflare with that value, the
//! platform with a fresh nonce. Nothing is changed by looking. Each kind of run has its own ways to end.
//!
//! `look.rs` asks what is true, `ways.rs` says how a run can end, `settle.rs` ends it, and `retry.rs` goes on with what needs
//! nobody.

mod look;
mod retry;
mod settle;
mod ways;

use std::collections::HashSet;

use super::app::App;
use super::cut::{Cut, Nominated};
use super::story::{LeftOver, RunKind};
use crate::cloudflare::{Owner, token_list};
use crate::problem::Problem;

use look::look;
pub(super) use look::{asked, fact};
use retry::trying;
pub use retry::{FIRST_PAUSE, keep_trying, retry};

/// Runs that nobody works on and that have not ended, as they were written down; nothing is asked.
pub(super) fn noted(app: &App) -> Result<Vec<LeftOver>, Problem> {
    let runs = open_runs(app)?;
    Ok(runs.iter().map(|run| told(app, &run.cut)).collect())
}

/// The same by what is true now. One after the other, as they may share a session.
pub async fn left_over(app: &App) -> Result<Vec<LeftOver>, Problem> {
    let mut found = Vec::new();
    for Open { cut, free } in open_runs(app)? {
        found.push(if free {
            look(app, &cut).await
        } else {
            told(app, &cut)
        });
    }
    Ok(found)
}

/// A run that has not ended.
struct Open {
    cut: Cut,
    /// Whether nobody works on it.
    free: bool,
}

/// Runs that nobody works on, but for what Narrows goes on with by itself: that is left over all the same.
fn open_runs(app: &App) -> Result<Vec<Open>, Problem> {
    let (mut open, mut taken) = (Vec::new(), HashSet::new());
    for run in app.record.unfinished().map_err(|error| error.problem())? {
        let held = app.record.run_is_held(&run.id);
        let trying = trying(app).contains(&run.id);
        let free = !held.map_err(|error| error.problem())? && !trying;
        let cut = Cut::read(app, run)?;
        let rotations = cut.nominated.iter().flat_map(|all| &all.rotations);
        taken.extend(rotations.map(|left| left.run.clone()));
        if free || trying {
            open.push(Open { cut, free });
        }
    }
    // A rotation that a disconnect took along ends with it, and not by itself.
    open.retain(|open| !taken.contains(&open.cut.run.id));
    Ok(open)
}

/// What was written down.
fn told(app: &App, cut: &Cut) -> LeftOver {
    let nominated = cut.nominated.as_ref();
    let account = nominated.and_then(Nominated::account);
    let was = nominated.and_then(|all| all.was.as_ref());
    let trace = cut.traces().into_iter().next_back();
    let owner = nominated.map_or(Owner::User, Nominated::owner);
    LeftOver {
        run: cut.run.id.clone(),
        kind: cut.run.kind,
        began_on: cut.run.began.to_string(),
        profile: cut.run.profile.clone(),
        platform: nominated.map(|all| all.platform.clone()),
        account_name: account.map(|account| account.name),
        connection_id: nominated.map(|all| all.connection.clone()),
        token_name: was
            .map(|was| was.token_name.clone())
            .or_else(|| trace.map(|trace| trace.name)),
        token_list: token_list(&app.addresses.dashboard, &owner).to_string(),
        headline: headline(cut).to_owned(),
        trying: trying(app).contains(&cut.run.id),
        asked: false,
        facts: Vec::new(),
        finish: None,
        undo: None,
    }
}

fn headline(cut: &Cut) -> &'static str {
    match cut.run.kind {
        _ if cut.is_unreadable() => {
            "A newer version of Narrows began this run, and only it can end it."
        }
        RunKind::Connect if cut.undoing() => {
            "A connection is being taken back, and not all of it is done."
        }
        RunKind::Connect if cut.nominated.is_none() => {
            "A connection was cut off before anything was made."
        }
        RunKind::Connect if cut.intended("deliver") => {
            "A connection was cut off while its token was handed to the platform."
        }
        RunKind::Connect if cut.done("keep").is_some() => {
            "A connection was cut off after its token was kept, before it was delivered."
        }
        RunKind::Connect => "A connection was cut off while its token was made.",
        RunKind::Rotate => "A rotation was cut off.",
        RunKind::Disconnect => "A connection was ended, and not all of it is done.",
        RunKind::Sweep => "The deleting of unused tokens was cut off.",
        RunKind::Deliver => "A delivery to the platform was cut off.",
    }
}
