//! Watch: does a connection still stand as it was made?
//!
//! [`check`] asks vault, Cloudflare and platform about every connection, and remembers what it found; [`watched`] tells
//! what was found last and what the dates say today, without asking anybody; [`reminders`] are those of the dates that
//! nobody was shown yet. Whatever could not be asked is *untold*, never *fine*.

use futures_util::{StreamExt, stream};
use serde_json::json;

use super::look::{AT_ONCE, Platforms};
use super::{extras, look};
use crate::cards::Found;
use crate::cards::watched::watched;
use crate::problem::Problem;
use crate::record::{Activity, Connection, KeptCheck};
use crate::run::App;
use crate::run::known::unknown_connection;
use crate::story::Checked;

/// Checks one connection, or all of them, side by side. What stands in the way of one is told of that one.
pub async fn check(app: &App, connection: Option<&str>) -> Result<Vec<Checked>, Problem> {
    let connections = match connection {
        Some(id) => vec![
            app.record
                .connection(id)
                .map_err(|error| error.problem())?
                .ok_or_else(unknown_connection)?,
        ],
        None => app.record.connections().map_err(|error| error.problem())?,
    };
    let platforms = Platforms::of(app, &connections).await;
    let looks = connections.into_iter().map(|known| {
        let platforms = &platforms;
        async move {
            let mut found = look::look(app, &known, platforms).await;
            Box::pin(extras::look(app, &known, platforms, &mut found)).await;
            keep(app, &known, &found)
        }
    });
    stream::iter(looks)
        .buffered(AT_ONCE)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        // One that was disconnected meanwhile is not told of.
        .filter_map(Result::transpose)
        .collect()
}

/// Remembers what was found, and tells how the connection stands by it.
fn keep(app: &App, known: &Connection, found: &Found) -> Result<Option<Checked>, Problem> {
    let record = &app.record;
    let now = (app.now)();
    let kept = KeptCheck {
        at: now,
        fingerprint: known.fingerprint.to_string(),
        body: json!(found),
    };
    let told = match (found.needs.len(), found.untold.is_empty()) {
        (0, true) => "fine".to_owned(),
        (0, false) => "could not tell".to_owned(),
        (needs, _) => format!("{needs} found"),
    };
    let line = Activity {
        at: now,
        run: None,
        what: "connection checked".to_owned(),
        subject: known.token_name.clone(),
        result: told,
        request: None,
    };
    let written = record.put_check(&known.id, &kept).and_then(|()| {
        if let Some((code, nonce)) = &found.proved {
            record.confirm_delivery(&known.id, known.fingerprint.as_str(), code, nonce)?;
        }
        record.log(&line)?;
        record.connection(&known.id)
    });
    // The connection may have changed while it was asked about.
    let Some(known) = written.map_err(|error| error.problem())? else {
        return Ok(None);
    };
    Ok(Some(Checked {
        watch: watched(app, &known)?,
        connection_id: known.id,
    }))
}
