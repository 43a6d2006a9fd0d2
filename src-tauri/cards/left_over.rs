//! Runs that nobody works on and that have not ended, as they were written down. Asks nobody.

use std::collections::HashSet;
use std::sync::{MutexGuard, PoisonError};

use crate::cloudflare::{Owner, token_list};
use crate::problem::Problem;
use crate::record::RunKind;
use crate::run::{App, Cut, Nominated};
use crate::story::LeftOver;

/// Runs that nobody works on and that have not ended, as they were written down; nothing is asked.
pub(crate) fn noted(app: &App) -> Result<Vec<LeftOver>, Problem> {
    let runs = open_runs(app)?;
    Ok(runs.iter().map(|run| told(app, &run.cut)).collect())
}

/// A run that has not ended.
pub(crate) struct Open {
    pub(crate) cut: Cut,
    /// Whether nobody works on it.
    pub(crate) free: bool,
}

/// Runs that nobody works on, but for what Narrows goes on with by itself: that is left over all the same.
pub(crate) fn open_runs(app: &App) -> Result<Vec<Open>, Problem> {
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
pub(crate) fn told(app: &App, cut: &Cut) -> LeftOver {
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

pub(crate) fn trying(app: &App) -> MutexGuard<'_, HashSet<String>> {
    app.trying.lock().unwrap_or_else(PoisonError::into_inner)
}
