//! Hands a kept narrow token to the platform once more.

use super::app::{App, passphrase_needed};
use super::cards;
use super::deliver::{Delivered, deliver};
use super::ids;
use super::rotate::story::RotationState;
use super::rotate::{OpenRotation, finish_rotation, waiting_rotation};
use super::session;
use super::story::ConnectionCard;
use crate::http::Base;
use crate::platform::{Delivery as Sent, Nonce, Platform, TokenKind};
use crate::problem::{Next, Problem};
use crate::record::{Activity, Connection};
use crate::vault::{Item, VaultKind};

/// Delivers the token of a stored connection again, with a fresh nonce. Needs a session at the platform.
///
/// Where a rotation waits for the platform to acknowledge its new token, it is finished instead.
pub async fn redeliver(app: &App, connection: &str) -> Result<ConnectionCard, Problem> {
    if let Some(open) = waiting_rotation(app, connection)? {
        return finish(app, &open).await;
    }
    let mut known = app
        .record
        .connection(connection)
        .map_err(|error| error.problem())?
        .ok_or_else(unknown_connection)?;
    let address = known.platform_address.clone().ok_or_else(no_platform)?;
    let platform = Platform::new(&app.http, Base::https_or_loopback(&address)?);
    let (link, _) = session::resume(app, &platform).await?.ok_or_else(sign_in)?;
    let item = Item::Token {
        connection: known.id.clone(),
        token: known.token_id.clone(),
    };
    if known.vault == "file" && app.vault().kind() != VaultKind::File {
        return Err(passphrase_needed());
    }
    let token = app
        .vault()
        .get(&item)
        .await
        .map_err(|error| error.problem())?
        .ok_or_else(lost)?;
    let nonce = Nonce::generate().map_err(|error| error.problem())?;
    let sent = Sent {
        profile: &known.profile,
        account_id: &known.account_id,
        account_name: &known.account_name,
        project: known.project.as_deref(),
        token: &token,
        token_id: &known.token_id,
        token_kind: if known.token_kind == "account" {
            TokenKind::Account
        } else {
            TokenKind::User
        },
        token_name: &known.token_name,
        expires_on: known.expires_on,
        nonce: &nonce,
        replaces: None,
    };
    let delivered = deliver(&link, &known.id, &sent, &ids::idempotency_key()?).await;
    let result = settle(&mut known, delivered);
    app.record
        .put_connection(&known)
        .map_err(|error| error.problem())?;
    let entry = Activity {
        at: (app.now)(),
        run: None,
        what: "deliver token".to_owned(),
        subject: known.platform.clone(),
        result: known.delivery.clone(),
        request: None,
    };
    app.record.log(&entry).map_err(|error| error.problem())?;
    result.map(|()| cards::connection(&known))
}

/// Goes on with a rotation, and shows the connection as it is then. That its old token stays open is no fault of the
/// delivery.
async fn finish(app: &App, open: &OpenRotation) -> Result<ConnectionCard, Problem> {
    let rotation = finish_rotation(app, &open.run).await?;
    if let (RotationState::Pending | RotationState::Undelivered, Some(problem)) =
        (rotation.state, rotation.problem)
    {
        return Err(problem);
    }
    let known = app
        .record
        .connection(&open.connection)
        .map_err(|error| error.problem())?
        .ok_or_else(unknown_connection)?;
    Ok(cards::connection(&known))
}

fn settle(known: &mut Connection, delivered: Delivered) -> Result<(), Problem> {
    let (word, code, nonce, result) = match delivered {
        Delivered::Accepted { code, nonce } => ("accepted", Some(code), Some(nonce), Ok(())),
        Delivered::Refused(problem) => ("refused", None, None, Err(problem)),
        Delivered::Unknown(problem) => ("unknown", None, None, Err(problem)),
    };
    (known.delivery, known.receipt_code, known.nonce) = (word.to_owned(), code, nonce);
    result
}

/// What is said where no connection has the id that was given.
pub(crate) fn unknown_connection() -> Problem {
    Problem::new(
        "connection-unknown",
        "There is no such connection here.",
        "Look at the list.",
        Next::Home,
    )
}

fn no_platform() -> Problem {
    Problem::new(
        "no-platform",
        "This connection has no platform to deliver to.",
        "Nothing to do.",
        Next::Home,
    )
}

pub(super) fn sign_in() -> Problem {
    Problem::new(
        "not-signed-in",
        "You are not signed in at the platform.",
        "Sign in, then deliver again.",
        Next::SignIn,
    )
}

fn lost() -> Problem {
    Problem::new(
        "token-not-in-vault",
        "The narrow token is not in the vault any more.",
        "Connect the account again; the old token can be deleted in Cloudflare's list.",
        Next::StartOver,
    )
}
