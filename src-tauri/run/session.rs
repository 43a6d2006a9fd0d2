//! The platform session: resumed, renewed, kept.
//!
//! A refresh token is good for one renewal, and used twice it ends the whole sign-in. So a session is renewed by one at
//! a time of all processes, who looks first whether another has done it; and a renewal that was sent goes on to the
//! vault, whoever still waits for it.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use tokio::time::sleep;

use super::app::App;
use super::kept;
use super::link::Link;
use super::note::note;
use crate::platform::{Error, Me, Platform, Session};
use crate::problem::{Next, Problem};
use crate::record::RunLock;
use crate::story::Person;
use crate::vault::Item;

pub(crate) fn sign_in() -> Problem {
    Problem::new(
        "not-signed-in",
        "You are not signed in at the platform.",
        "Sign in, then deliver again.",
        Next::SignIn,
    )
}

/// How long another one's renewal is waited for: longer than a platform and a vault may take. And between two looks.
const PATIENCE: Duration = Duration::from_mins(1);

const LOOK: Duration = Duration::from_millis(50);

/// How long a run may take from its first effect to the last word with the platform.
const RUN: SignedDuration = SignedDuration::from_mins(5);

/// Takes the kept session, renewing it where it lapsed, and asks whose it is. Nothing where a sign-in is needed.
pub(crate) async fn resume(
    app: &App,
    platform: &Platform,
) -> Result<Option<(Link, Person)>, Problem> {
    keep_held(app, platform).await;
    let Some(mut session) = current(app, platform).await? else {
        return Ok(None);
    };
    let mut fresh = false;
    if session.is_stale((app.now)()) {
        let Some(renewed) = renew(app, platform, &session).await? else {
            return Ok(None);
        };
        (session, fresh) = (renewed, true);
    }
    loop {
        match platform.me(&session).await {
            Ok(who) => return Ok(Some(joined(platform, session, who))),
            Err(Error::NotSignedIn(_)) if !fresh => {
                let Some(renewed) = renew(app, platform, &session).await? else {
                    return Ok(None);
                };
                (session, fresh) = (renewed, true);
            }
            Err(Error::NotSignedIn(_)) => return Ok(None),
            Err(error) => return Err(error.problem()),
        }
    }
}

/// The same link, with a session that lasts for a run that begins now. Nothing where a sign-in is needed.
pub(crate) async fn lasting(app: &App, link: &Link) -> Result<Option<Link>, Problem> {
    if link.session.lasts((app.now)(), RUN) {
        return Ok(Some(link.clone()));
    }
    renewed(app, link).await
}

/// The same link with another session, where the platform does not take this one. Nothing where a sign-in is needed.
pub(crate) async fn renewed(app: &App, link: &Link) -> Result<Option<Link>, Problem> {
    let session = renew(app, &link.platform, &link.session).await?;
    Ok(session.map(|session| Link {
        session,
        ..link.clone()
    }))
}

/// Puts a session into the vault.
pub(crate) async fn keep(app: &App, platform: &Platform, session: &Session) -> Result<(), Problem> {
    let _turn = turn(app, platform).await?;
    put(app, platform, session).await
}

/// What is to be said where the session at this platform was renewed and could not be kept.
pub(crate) fn unkept(app: &App, platform: &Platform) -> Option<String> {
    held(app, platform).map(|_| {
        format!(
            "Your sign-in at {} was renewed and could not be kept, so you may have to sign in again next time.",
            platform.base().url()
        )
    })
}

async fn put(app: &App, platform: &Platform, session: &Session) -> Result<(), Problem> {
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
    if put.is_ok() {
        hold(app, platform, None);
    }
    put
}

/// Renews a session, or takes the one that somebody else of this installation has renewed meanwhile.
async fn renew(
    app: &App,
    platform: &Platform,
    session: &Arc<Session>,
) -> Result<Option<Arc<Session>>, Problem> {
    let (app, platform, session) = (app.clone(), platform.clone(), Arc::clone(session));
    // Whoever waits may be dropped; the old session is spent all the same, and the new one must not be lost.
    let renewal = tokio::spawn(async move { renew_in_turn(&app, &platform, &session).await });
    renewal.await.unwrap_or_else(|_| {
        Err(Error::Unknown("the renewal of the session broke off".to_owned()).problem())
    })
}

async fn renew_in_turn(
    app: &App,
    platform: &Platform,
    session: &Session,
) -> Result<Option<Arc<Session>>, Problem> {
    let _turn = turn(app, platform).await?;
    match current(app, platform).await? {
        // Forgotten or moved away meanwhile: whoever did that has it.
        None => return Ok(None),
        Some(current) if !current.access.same_as(&session.access) => return Ok(Some(current)),
        Some(_) => {}
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
            let renewed = Arc::new(renewed);
            if put(app, platform, &renewed).await.is_err() {
                // It is the only good one, so it is used from memory, and put into the vault when that works again.
                hold(app, platform, Some(Arc::clone(&renewed)));
            }
            Ok(Some(renewed))
        }
        Err(Error::NotSignedIn(_)) => Ok(None),
        Err(error) => Err(error.problem()),
    }
}

/// Tries once more to keep a session that could not be kept.
async fn keep_held(app: &App, platform: &Platform) {
    if let Some(session) = held(app, platform)
        && keep(app, platform, &session).await.is_err()
    {
        tracing::warn!("a renewed session could still not be kept");
    }
}

/// The session in use: what the vault could not keep, or what it keeps.
async fn current(app: &App, platform: &Platform) -> Result<Option<Arc<Session>>, Problem> {
    if let Some(held) = held(app, platform) {
        return Ok(Some(held));
    }
    let kept = kept::read(app, &item(platform), platform.base().url().as_str()).await?;
    Ok(kept
        .and_then(|kept| Session::from_secret(&kept).ok())
        .map(Arc::new))
}

/// A session that was renewed and could not be kept.
fn held(app: &App, platform: &Platform) -> Option<Arc<Session>> {
    let unkept = app.unkept.lock().unwrap_or_else(PoisonError::into_inner);
    unkept.get(platform.base().url().as_str()).cloned()
}

fn hold(app: &App, platform: &Platform, session: Option<Arc<Session>>) {
    let mut unkept = app.unkept.lock().unwrap_or_else(PoisonError::into_inner);
    let address = platform.base().url().to_string();
    match session {
        Some(session) => unkept.insert(address, session),
        None => unkept.remove(&address),
    };
}

/// Drops what is held because it could not be kept.
pub(crate) fn forget_held(app: &App) {
    app.unkept
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clear();
}

/// Held while a session is renewed or put into the vault: by one at a time of all processes, and by nobody while
/// everything moves from one vault to the other.
async fn turn(app: &App, platform: &Platform) -> Result<RunLock, Problem> {
    let name = format!("session-{}", platform.base().url());
    let end = Instant::now() + PATIENCE;
    loop {
        let lock = app.record.lock_in_house(&name);
        if let Some(lock) = lock.map_err(|error| error.problem())? {
            return Ok(lock);
        }
        if Instant::now() >= end {
            return Err(busy());
        }
        sleep(LOOK).await;
    }
}

pub(crate) fn joined(platform: &Platform, session: Arc<Session>, who: Me) -> (Link, Person) {
    let link = Link {
        platform: platform.clone(),
        session,
        person: who.id,
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

fn busy() -> Problem {
    Problem::new(
        "session-busy",
        "Another window or command of Narrows is using your sign-in at the platform, and does not come to an end.",
        "Let it finish or close it, then try again.",
        Next::Retry,
    )
}
