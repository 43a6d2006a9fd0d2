//! Hands a kept narrow token to the platform once more: as it was, or for a project of another name.

use super::activity::note;
use super::app::{App, passphrase_needed};
use super::deliver::{Delivered, Link, deliver};
use super::nominate::project_name;
use super::rotate::story::RotationState;
use super::rotate::{OpenRotation, finish_rotation, waiting_rotation};
use super::story::ConnectionCard;
use super::{cards, ids, kept, session};
use crate::http::Base;
use crate::platform::{Delivery as Sent, Nonce, Platform, TokenKind};
use crate::problem::{Next, Problem};
use crate::profile::Profile;
use crate::record::Connection;
use crate::vault::{Item, VaultKind};

/// Delivers the token of a stored connection again, with a fresh nonce. Needs a session at the platform.
///
/// Where a rotation waits for the platform to acknowledge its new token, it is finished instead.
pub async fn redeliver(app: &App, connection: &str) -> Result<ConnectionCard, Problem> {
    if let Some(open) = waiting_rotation(app, connection)? {
        return finish(app, &open).await;
    }
    let mut known = stored(app, connection)?;
    if known.platform_address.is_none() {
        return Err(no_platform());
    }
    let delivered = hand_over(app, &known, "deliver token").await?;
    let result = settle(&mut known, delivered);
    put(app, &known)?;
    result?;
    cards::connection(app, &known)
}

/// Gives a connection's project another name, here and at the platform. The name is written down once the platform's
/// receipt says that it took it; where it refused, everything is as before; where no answer came, the old name stays
/// here, the delivery counts as unknown, and doing the same again settles it.
///
/// At Cloudflare nothing changes: the token reaches every project of its account.
pub async fn rename(app: &App, connection: &str, project: &str) -> Result<ConnectionCard, Problem> {
    let mut known = stored(app, connection)?;
    let name = project_name(&Profile::load(&known.profile)?, project)?;
    let before = known.project.replace(name.clone());
    if known.platform_address.is_none() {
        put(app, &known)?;
        note(
            app,
            "change project",
            &name,
            "noted here; there is no platform",
            None,
        );
        return cards::connection(app, &known);
    }
    match hand_over(app, &known, "change project").await? {
        delivered @ Delivered::Accepted { .. } => {
            settle(&mut known, delivered)?;
            put(app, &known)?;
            cards::connection(app, &known)
        }
        // The platform said no, and what it holds is what it held.
        Delivered::Refused(problem) => Err(unchanged(problem, before.as_deref())),
        unknown @ Delivered::Unknown(_) => {
            known.project = before;
            let told = settle(&mut known, unknown);
            put(app, &known)?;
            told?;
            cards::connection(app, &known)
        }
    }
}

async fn hand_over(app: &App, known: &Connection, what: &str) -> Result<Delivered, Problem> {
    let address = known.platform_address.as_deref().ok_or_else(no_platform)?;
    let platform = Platform::new(&app.http, Base::https_or_loopback(address)?);
    let (link, _) = session::resume(app, &platform).await?.ok_or_else(sign_in)?;
    let item = Item::Token {
        connection: known.id.clone(),
        token: known.token_id.clone(),
    };
    if known.vault == "file" && app.vault().kind() != VaultKind::File {
        return Err(passphrase_needed());
    }
    let token = kept::read(app, &item, &known.token_name)
        .await?
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
    let (platform, heard) = link.platform.listening();
    let link = Link { platform, ..link };
    let delivered = deliver(&link, &known.id, &sent, &ids::idempotency_key()?).await;
    let subject = match (what, &known.project) {
        ("change project", Some(project)) => format!("{} at {}", project, known.platform),
        _ => known.platform.clone(),
    };
    let result = match &delivered {
        Delivered::Accepted { .. } => "accepted",
        Delivered::Refused(_) => "refused",
        Delivered::Unknown(_) => "unknown",
    };
    if matches!(delivered, Delivered::Accepted { .. }) {
        app.record
            .delivered(&known.id, (app.now)())
            .map_err(|error| error.problem())?;
    }
    note(app, what, &subject, result, heard.last());
    Ok(delivered)
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

fn stored(app: &App, connection: &str) -> Result<Connection, Problem> {
    app.record
        .connection(connection)
        .map_err(|error| error.problem())?
        .ok_or_else(unknown_connection)
}

fn put(app: &App, known: &Connection) -> Result<(), Problem> {
    app.record
        .put_connection(known)
        .map_err(|error| error.problem())
}

/// The token was delivered before, so delivering it again is not what mends a name that was refused.
fn unchanged(problem: Problem, before: Option<&str>) -> Problem {
    Problem {
        message: format!(
            "The project is still \"{}\". {}",
            before.unwrap_or_default(),
            problem.message
        ),
        ..problem
    }
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
