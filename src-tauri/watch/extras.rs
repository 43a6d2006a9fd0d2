//! Whether what a connection has beside its narrow token still stands, and whether what it uses no more is dead by now.

use tokio::time::timeout;

use super::judge::row;
use super::look::{PATIENCE, Platforms};
use crate::cards::Found;
use crate::cloudflare::{Credential, Life, Owner, TokenKind};
use crate::platform::Nonce;
use crate::record::{Connection, Extra, ExtraState, ExtraToken};
use crate::run::{App, kept, known};
use crate::secret::Secret;
use crate::steps::extra::extras;
use crate::steps::withdraw::ask;
use crate::story::{Need, NeedKind, WatchNext};

/// Asks about each, and adds what it finds.
pub(crate) async fn look(app: &App, known: &Connection, platforms: &Platforms, found: &mut Found) {
    for extra in &known.extras {
        for token in &extra.tokens {
            let asked = timeout(PATIENCE, one(app, known, extra, token, platforms, found));
            if asked.await.is_err() {
                found.untold.push(untold(extra));
            }
        }
    }
}

async fn one(
    app: &App,
    known: &Connection,
    extra: &Extra,
    token: &ExtraToken,
    platforms: &Platforms,
    found: &mut Found,
) {
    let Some(id) = token.token_id.as_deref() else {
        return;
    };
    let value = match kept::extra(app, known, id, &token.token_name).await {
        Ok(Some(value)) => value,
        Ok(None) if token.state != ExtraState::Retired => {
            found
                .needs
                .push(gone(extra, "are not in the vault any more"));
            return;
        }
        // Where the vault could not be asked, the narrow token's own row says so.
        Ok(None) | Err(_) => return,
    };
    let answer = match app.cloudflare(Credential::Token(value.duplicate())) {
        Ok(client) => ask(&client, &owner(known)).await,
        Err(_) => Life::Unknown,
    };
    match (token.state, answer) {
        (ExtraState::Retired, Life::Refused) => {
            extras::ended(app, id, &token.token_name).await;
        }
        (ExtraState::Retired, _) | (ExtraState::Waiting, Life::Works) => {}
        (_, Life::Refused) => found.needs.push(gone(
            extra,
            "do not open anything any more: Cloudflare refuses their token",
        )),
        (_, Life::Unknown) => found.untold.push(untold(extra)),
        (ExtraState::InUse, Life::Works) => {
            let forgot = forgot(known, extra, &value, platforms).await;
            found.needs.extend(forgot);
        }
    }
}

/// Where the platform cannot be asked, the narrow token's own row says so.
async fn forgot(
    known: &Connection,
    extra: &Extra,
    value: &Secret,
    platforms: &Platforms,
) -> Option<Need> {
    let link = platforms.of_person(known)?;
    let nonce = Nonce::generate().ok()?;
    let held = link
        .platform
        .get_extra(&link.session, &known.id, &extra.id, &nonce)
        .await
        .ok()?;
    if held.is_some_and(|held| held.proves(value, &nonce)) {
        return None;
    }
    let message = format!(
        "{} does not hold the {} that it was given.",
        known.platform, extra.label
    );
    let hint = "Deliver the connection again.";
    Some(row(
        NeedKind::ExtraForgot,
        &message,
        hint,
        WatchNext::DeliverAgain,
    ))
}

fn owner(known: &Connection) -> Owner {
    match known::kind(known) {
        TokenKind::Account => Owner::Account(known.account_id.clone()),
        TokenKind::User => Owner::User,
    }
}

fn gone(extra: &Extra, how: &str) -> Need {
    row(
        NeedKind::ExtraGone,
        &format!("The {} {how}.", extra.label),
        "Rotate the connection: they are made anew.",
        WatchNext::Rotate,
    )
}

fn untold(extra: &Extra) -> Need {
    row(
        NeedKind::CloudflareUntold,
        &format!("Cloudflare could not be asked about the {}.", extra.label),
        "Check again in a minute.",
        WatchNext::CheckAgain,
    )
}
