//! Connections as cards, and the first screen.

use super::extras::extras;
use super::left_over::noted;
use super::watched;
use crate::problem::Problem;
use crate::record::Connection;
use crate::run::known::{delivery, kind, place};
use crate::run::{App, rotation};
use crate::story::{ConnectionCard, Home};

/// The home screen.
pub fn home(app: &App) -> Result<Home, Problem> {
    let connections = app.record.connections().map_err(|error| error.problem())?;
    Ok(Home {
        connections: connections
            .iter()
            .map(|known| connection(app, known))
            .collect::<Result<_, _>>()?,
        unfinished: noted(app)?,
    })
}

/// A connection as a card.
pub fn connection(app: &App, known: &Connection) -> Result<ConnectionCard, Problem> {
    Ok(ConnectionCard {
        connection_id: known.id.clone(),
        profile: known.profile.clone(),
        platform: known.platform.clone(),
        account_id: known.account_id.clone(),
        account_name: known.account_name.clone(),
        project: known.project.clone(),
        token_id: known.token_id.clone(),
        token_name: known.token_name.clone(),
        token_kind: kind(known),
        connected_on: known.connected_on.to_string(),
        expires_on: known.expires_on.map(|end| end.to_string()),
        delivery: delivery(known),
        receipt_code: known.receipt_code.clone(),
        vault: place(known),
        broad_left: known
            .broad_left
            .as_ref()
            .and_then(|left| left.get("sentence")?.as_str().map(str::to_owned)),
        watch: watched::watched(app, known)?,
        rotation: rotation::standing(app, &known.id)?,
        extras: extras(&known.extras, &known.platform),
    })
}
