//! Diagnoses that are kept, and those before.

use super::story::{CredentialKind, Diagnosis};
use crate::cloudflare;
use crate::cloudflare::Owner;
use crate::problem::{Next, Problem};
use crate::record::KeptDiagnosis;
use crate::run::App;
use crate::run::links::token_list_of;

/// Diagnoses in a list.
pub(super) const LISTED: u32 = 50;

/// The diagnosis of the same token or connection before this one, if there was one.
pub fn before(app: &App, run: &str) -> Result<Option<Diagnosis>, Problem> {
    Ok(earlier_up_to(app, run, 1)?.pop())
}

/// All that are kept of the same token or connection before this one, newest first.
pub fn earlier(app: &App, run: &str) -> Result<Vec<Diagnosis>, Problem> {
    earlier_up_to(app, run, LISTED)
}

pub(super) fn earlier_up_to(app: &App, run: &str, limit: u32) -> Result<Vec<Diagnosis>, Problem> {
    let kept = app
        .record
        .diagnoses_before(run, limit)
        .map_err(|error| error.problem())?;
    // One that a later version wrote otherwise is left out, not in the way.
    Ok(kept.iter().filter_map(|kept| read(kept).ok()).collect())
}

/// Cloudflare's list in which the token of a diagnosis is found, as far as it is known whose it is.
pub fn token_list(app: &App, diagnosis: &Diagnosis) -> String {
    let known = diagnosis.connection.as_ref();
    if let Some(list) = known.and_then(|known| token_list_of(app, known).ok()) {
        return list;
    }
    let owner = match (diagnosis.token.kind, &diagnosis.account) {
        (CredentialKind::Account, Some(account)) => Owner::Account(account.id.clone()),
        _ => Owner::User,
    };
    cloudflare::token_list(&app.addresses.dashboard, &owner).into()
}

pub(super) fn keep(app: &App, diagnosis: &Diagnosis) -> Result<(), Problem> {
    let body = serde_json::to_value(diagnosis).map_err(|_| unknown())?;
    let kept = KeptDiagnosis {
        run: diagnosis.run.clone(),
        at: (app.now)(),
        connection: diagnosis.connection.clone(),
        fingerprint: diagnosis.token.fingerprint.to_string(),
        body,
    };
    app.record
        .put_diagnosis(&kept)
        .map_err(|error| error.problem())
}

pub(super) fn read(kept: &KeptDiagnosis) -> Result<Diagnosis, Problem> {
    serde_json::from_value(kept.body.clone()).map_err(|_| unknown())
}

pub(super) fn unknown() -> Problem {
    Problem::new(
        "diagnosis-unknown",
        "There is no such diagnosis here.",
        "Check the token once more.",
        Next::Home,
    )
}
