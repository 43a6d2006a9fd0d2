//! The kept token of a connection, delivered once more: by itself, or as the end of a rotation that waits for it.

use crate::cards;
use crate::problem::Problem;
use crate::redeliver::again::{redeliver_held, take_account};
use crate::rotate::finish::finish_rotation;
use crate::run::known::{stored, unknown_connection};
use crate::run::rotation::waiting_rotation;
use crate::run::{App, OpenRotation};
use crate::story::{ConnectionCard, RotationState};

/// Delivers the token of a stored connection again, with a fresh nonce. Needs a session at the platform.
///
/// Where a rotation waits for the platform to acknowledge its new token, it is finished instead.
pub async fn redeliver(app: &App, connection: &str) -> Result<ConnectionCard, Problem> {
    let account = take_account(app, &stored(app, connection)?)?;
    if let Some(open) = waiting_rotation(app, connection)? {
        // It takes the account itself.
        drop(account);
        return finish(app, &open).await;
    }
    redeliver_held(app, connection).await
}

/// Goes on with a rotation, and shows the connection as it is then. That its old token stays open is no fault of the
/// delivery.
async fn finish(app: &App, open: &OpenRotation) -> Result<ConnectionCard, Problem> {
    let rotation = finish_rotation(app, &open.run).await?;
    if let (
        RotationState::Pending
        | RotationState::Undelivered
        | RotationState::RollUnknown
        | RotationState::ValueLost,
        Some(problem),
    ) = (rotation.state, rotation.problem)
    {
        return Err(problem);
    }
    let known = app
        .record
        .connection(&open.connection)
        .map_err(|error| error.problem())?
        .ok_or_else(unknown_connection)?;
    cards::connection(app, &known)
}
