//! The platform session: resumed, renewed, kept.

use std::sync::Arc;

use super::activity::note;
use super::app::App;
use super::deliver::Link;
use super::kept;
use super::story::Person;
use crate::platform::{Error, Platform, Session};
use crate::problem::Problem;
use crate::vault::Item;

/// Takes the kept session, renewing it where it lapsed, and asks whose it is. Nothing where a sign-in is needed.
pub(super) async fn resume(
    app: &App,
    platform: &Platform,
) -> Result<Option<(Link, Person)>, Problem> {
    let kept = kept::read(app, &item(platform), platform.base().url().as_str()).await?;
    let Some(session) = kept
        .as_ref()
        .and_then(|kept| Session::from_secret(kept).ok())
    else {
        return Ok(None);
    };
    let lapsed = session.is_stale((app.now)());
    let session = if lapsed {
        match renew(app, platform, &session).await? {
            Some(session) => session,
            None => return Ok(None),
        }
    } else {
        session
    };
    match platform.me(&session).await {
        Ok(who) => Ok(Some(joined(platform, session, who))),
        Err(Error::NotSignedIn(_)) if !lapsed => {
            let Some(session) = renew(app, platform, &session).await? else {
                return Ok(None);
            };
            match platform.me(&session).await {
                Ok(who) => Ok(Some(joined(platform, session, who))),
                Err(Error::NotSignedIn(_)) => Ok(None),
                Err(error) => Err(error.problem()),
            }
        }
        Err(Error::NotSignedIn(_)) => Ok(None),
        Err(error) => Err(error.problem()),
    }
}

/// Keeps a session in the vault.
pub(super) async fn keep(app: &App, platform: &Platform, session: &Session) -> Result<(), Problem> {
    let text = session.to_secret().map_err(|error| error.problem())?;
    let put = app.vault().put(&item(platform), &text).await;
    let put = put.map_err(|error| error.problem());
    let result = put
        .as_ref()
        .map_or_else(|problem| problem.code.as_str(), |()| "kept");
    note(
        app,
        "keep session",
        platform.base().url().as_str(),
        result,
        None,
    );
    put
}

/// Renews a session, or takes the one that somebody else of this installation has renewed meanwhile: each is good for
/// one renewal.
async fn renew(
    app: &App,
    platform: &Platform,
    session: &Session,
) -> Result<Option<Session>, Problem> {
    let _turn = app.renewing.lock().await;
    if let Some(renewed) = renewed(app, platform, session).await? {
        return Ok(Some(renewed));
    }
    let (listening, heard) = platform.listening();
    let answer = listening.refresh(session).await;
    let result = if answer.is_ok() {
        "renewed"
    } else {
        "not renewed"
    };
    note(
        app,
        "renew session",
        platform.base().url().as_str(),
        result,
        heard.last(),
    );
    match answer {
        Ok(renewed) => {
            keep(app, platform, &renewed).await?;
            Ok(Some(renewed))
        }
        // Another process may have been quicker.
        Err(Error::NotSignedIn(_)) => renewed(app, platform, session).await,
        Err(error) => Err(error.problem()),
    }
}

/// The kept session, if it is not this one.
async fn renewed(
    app: &App,
    platform: &Platform,
    session: &Session,
) -> Result<Option<Session>, Problem> {
    let kept = kept::read(app, &item(platform), platform.base().url().as_str()).await?;
    Ok(kept
        .and_then(|kept| Session::from_secret(&kept).ok())
        .filter(|kept| !kept.access.same_as(&session.access)))
}

pub(super) fn joined(
    platform: &Platform,
    session: Session,
    who: crate::platform::Me,
) -> (Link, Person) {
    let link = Link {
        platform: platform.clone(),
        session: Arc::new(session),
        holds: who.connections,
    };
    (
        link,
        Person {
            name: who.name,
            email: who.email,
        },
    )
}

fn item(platform: &Platform) -> Item {
    Item::Session {
        platform: platform.base().url().to_string(),
    }
}
