//! How a connection stands by what was found last and by its dates. Asks nobody.

use super::dates::{Dates, Wishes};
use super::found::{End, Found};
use crate::problem::Problem;
use crate::record::{Connection, Watch};
use crate::run::App;
use crate::story::{NeedKind, Reminder, Standing, Watched};

/// How a connection stands: what was found last, and what its dates say today. Asks nobody.
pub(crate) fn watched(app: &App, known: &Connection) -> Result<Watched, Problem> {
    let watch = app
        .record
        .watch(&known.id)
        .map_err(|error| error.problem())?;
    let found = last(known, &watch);
    let dates = dates(app, known, found.as_ref());
    let due = dates.due(&Wishes::of(app)?);
    let checked = found.is_some();
    let Found {
        needs, mut untold, ..
    } = found.unwrap_or_default();
    let mut needs: Vec<_> = needs
        .into_iter()
        .filter(|need| !(watch.delivered_since && is_mended_by_delivery(need.kind)))
        .collect();
    untold.retain(|need| !(watch.delivered_since && need.kind == NeedKind::SignedOut));
    for (_, need) in due {
        // A dead token's end is told once, and nobody is asked to renew what is gone.
        let told = needs.iter().any(|known| ends_the_token(known.kind));
        if !told {
            needs.push(need);
        }
    }
    let standing = match (needs.is_empty(), untold.is_empty(), checked) {
        (false, ..) => Standing::NeedsYou,
        (true, false, _) => Standing::Untold,
        (true, true, true) => Standing::Fine,
        (true, true, false) => Standing::Unchecked,
    };
    let connected = (known.delivery == "accepted").then_some(known.connected_on);
    Ok(Watched {
        standing,
        age_days: dates.age(),
        expires_on: dates.expires.map(|end| end.to_string()),
        expires_in_days: dates.left(),
        checked_on: watch
            .check
            .filter(|_| checked)
            .map(|check| check.at.to_string()),
        delivered_on: watch.delivered_on.or(connected).map(|at| at.to_string()),
        needs,
        untold,
    })
}

/// Reminders that are due and were not shown yet. [`reminded`] takes one off.
pub fn reminders(app: &App) -> Result<Vec<Reminder>, Problem> {
    let failed = |error: crate::record::Error| error.problem();
    let wishes = Wishes::of(app)?;
    let mut due = Vec::new();
    for known in app.record.connections().map_err(failed)? {
        let watch = app.record.watch(&known.id).map_err(failed)?;
        let found = last(&known, &watch);
        for (what, need) in dates(app, &known, found.as_ref()).due(&wishes) {
            // A new token begins anew.
            let what = format!("{} {what}", known.token_id);
            if !app.record.reminded(&known.id, &what).map_err(failed)? {
                due.push(Reminder {
                    connection: known.id.clone(),
                    what,
                    title: format!("{}: {}", known.platform, known.account_name),
                    text: format!("{} {}", need.message, need.hint),
                });
            }
        }
    }
    Ok(due)
}

/// Notes that a reminder was shown; false where it was before.
pub fn reminded(app: &App, reminder: &Reminder) -> Result<bool, Problem> {
    app.record
        .remind_once(&reminder.connection, &reminder.what, (app.now)())
        .map_err(|error| error.problem())
}

/// What was found last, if it was of the token that the connection has now.
fn last(known: &Connection, watch: &Watch) -> Option<Found> {
    let check = watch.check.as_ref()?;
    // What a later version wrote otherwise counts as never found.
    (check.fingerprint == known.fingerprint.as_str())
        .then(|| serde_json::from_value(check.body.clone()).ok())?
}

fn dates(app: &App, known: &Connection, found: Option<&Found>) -> Dates {
    Dates {
        connected: known.connected_on,
        expires: match found.and_then(|found| found.end) {
            Some(End(told)) => told,
            None => known.expires_on,
        },
        now: (app.now)(),
    }
}

fn is_mended_by_delivery(kind: NeedKind) -> bool {
    matches!(
        kind,
        NeedKind::PlatformHoldsAnother | NeedKind::PlatformForgot | NeedKind::ExtraForgot
    )
}

fn ends_the_token(kind: NeedKind) -> bool {
    matches!(
        kind,
        NeedKind::TokenExpired | NeedKind::TokenExposed | NeedKind::TokenDeleted
    )
}
