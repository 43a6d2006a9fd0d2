//! Asks vault, Cloudflare and platform how a connection stands. Nothing is changed anywhere.

use super::answers::{self, AtCloudflare, AtPlatform, Kept, Told, granted};
use super::judge;
use crate::cards::Found;
use crate::choose::asked::asked;
use crate::cloudflare::{Credential, Error, Life, Owner, TokenKind};
use crate::http::Base;
use crate::platform::{Nonce, Platform};
use crate::problem::Problem;
use crate::profile::Profile;
use crate::proof::{ENDPOINTS, Pace, Plan, Where, ask_all, plan};
use crate::record::Connection;
use crate::run::{App, Link, kept, known, session};
use crate::secret::Secret;
use crate::story::Choices;
use futures_util::future::join_all;
use jiff::SignedDuration;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use tokio::time::timeout;

/// Connections that are looked at side by side, and questions that each has under way: eight requests in all.
pub(crate) const AT_ONCE: usize = 2;

const QUESTIONS_AT_ONCE: usize = 4;

/// Longest time that Cloudflare, or a platform, is asked about one connection.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Begins a resource that is one zone.
const ZONE: &str = "com.cloudflare.api.account.zone.";

/// How long a new token may be unknown to some services.
const YOUNG: SignedDuration = SignedDuration::from_secs(120);

/// The platforms of all connections, each signed in once: a session that two renew at a time is lost to one of them.
pub(crate) struct Platforms(HashMap<String, Result<Option<Link>, Problem>>);

impl Platforms {
    /// Resumes the kept sessions.
    pub(crate) async fn of(app: &App, connections: &[Connection]) -> Self {
        let mut addresses: Vec<String> = connections
            .iter()
            .filter_map(|known| known.platform_address.clone())
            .collect();
        addresses.sort_unstable();
        addresses.dedup();
        let links = join_all(addresses.into_iter().map(|address| async move {
            let link = resume(app, &address).await;
            (address, link)
        }));
        Self(links.await.into_iter().collect())
    }

    /// The platform of a connection, where its person is signed in there.
    pub(crate) fn of_person(&self, known: &Connection) -> Option<&Link> {
        let link = self.0.get(known.platform_address.as_ref()?)?;
        let link = link.as_ref().ok()?.as_ref()?;
        link.is_of(known.person.as_deref()).ok().map(|()| link)
    }
}

async fn resume(app: &App, address: &str) -> Result<Option<Link>, Problem> {
    let platform = Platform::new(&app.http, Base::https_or_loopback(address)?);
    match timeout(PATIENCE, session::resume(app, &platform)).await {
        Ok(resumed) => Ok(resumed?.map(|(link, _)| link)),
        Err(_) => Err(answers::silent()),
    }
}

/// Looks at one connection.
pub(crate) async fn look(app: &App, known: &Connection, platforms: &Platforms) -> Found {
    let kept = kept(app, known).await;
    let value = match &kept {
        Kept::Same(value) => Some(value),
        _ => None,
    };
    let (cloudflare, platform) = tokio::join!(
        async {
            let Some(value) = value else {
                return AtCloudflare::Unasked;
            };
            match timeout(PATIENCE, ask(app, known, value)).await {
                Ok(Ok(told)) => AtCloudflare::Told(Box::new(told)),
                Ok(Err(error)) => AtCloudflare::Untold(error.problem()),
                Err(_) => AtCloudflare::Untold(answers::silent()),
            }
        },
        async {
            let asked = timeout(PATIENCE, ask_platform(known, platforms));
            asked
                .await
                .unwrap_or_else(|_| AtPlatform::Untold(answers::silent()))
        },
    );
    judge::found(known, &kept, &cloudflare, &platform)
}

async fn kept(app: &App, known: &Connection) -> Kept {
    match kept::token(app, known).await {
        Ok(Some(value)) if value.fingerprint() == known.fingerprint => Kept::Same(value),
        Ok(Some(_)) => Kept::Another,
        Ok(None) => Kept::Nothing,
        Err(problem) => Kept::Untold(problem),
    }
}

/// Verify first: a token that is dead is not tried on twenty doors.
async fn ask(app: &App, known: &Connection, value: &Secret) -> Result<Told, Error> {
    let client = app.cloudflare(Credential::Token(value.duplicate()))?;
    let kind = known::kind(known);
    let owner = match kind {
        TokenKind::Account => Owner::Account(known.account_id.clone()),
        TokenKind::User => Owner::User,
    };
    let (verified, own) =
        tokio::join!(client.verify(&owner), client.token(&owner, &known.token_id));
    let age = (app.now)().duration_since(known.connected_on).abs();
    let mut told = Told {
        verified,
        own: own.ok(),
        can: Vec::new(),
        cannot: Vec::new(),
        certain: true,
        young: age < YOUNG,
    };
    // A token that is blocked from here is known to live, and would be refused at every door.
    let lives = told.verified.is_ok() && Life::of(&told.verified) == Life::Works;
    if lives && told.own.is_none() {
        let (plan, certain) = doors(known, kind);
        let pace = Pace {
            at_once: QUESTIONS_AT_ONCE,
            ..app.pace
        };
        told.certain = certain;
        told.can = ask_all(&client, &plan.can, pace).await;
        told.cannot = ask_all(&client, &plan.cannot, pace).await;
    }
    Ok(told)
}

/// The questions of a stored connection; and whether its profile is known, so that each of the first kind has to be
/// answered.
fn doors(known: &Connection, kind: TokenKind) -> (Plan, bool) {
    let granted = granted(known);
    let groups: Vec<&str> = granted.iter().map(|grant| grant.group.as_str()).collect();
    let zones: BTreeSet<&str> = granted
        .iter()
        .filter_map(|grant| grant.resource.strip_prefix(ZONE))
        .filter(|zone| *zone != "*")
        .collect();
    let zones: Vec<String> = zones.into_iter().map(str::to_owned).collect();
    let place = Where {
        account: &known.account_id,
        zones: &zones,
        other_account: None,
    };
    let choices: Choices = serde_json::from_value(known.choices.clone()).unwrap_or_default();
    let profile = Profile::load(&known.profile);
    if let Ok(probes) =
        profile.and_then(|profile| Ok(asked(&profile, kind, &choices)?.probes(kind)))
    {
        let probes: Vec<&str> = probes.iter().map(String::as_str).collect();
        return (plan(&probes, &groups, place), true);
    }
    // A profile that came from a file: whatever its groups may open is tried.
    let all: Vec<&str> = ENDPOINTS.iter().map(|endpoint| endpoint.id).collect();
    (plan(&all, &groups, place), false)
}

async fn ask_platform(known: &Connection, platforms: &Platforms) -> AtPlatform {
    let Some(address) = &known.platform_address else {
        return AtPlatform::None;
    };
    let link = match platforms.0.get(address) {
        Some(Ok(Some(link))) => link,
        Some(Ok(None)) | None => return AtPlatform::SignedOut,
        Some(Err(problem)) => return AtPlatform::Untold(problem.clone()),
    };
    if let Err(problem) = link.is_of(known.person.as_deref()) {
        return AtPlatform::Untold(problem);
    }
    let nonce = match Nonce::generate() {
        Ok(nonce) => nonce,
        Err(error) => return AtPlatform::Untold(error.problem()),
    };
    let held = link
        .platform
        .get_connection(&link.session, &known.id, &nonce)
        .await;
    AtPlatform::Told(Box::new(held), nonce)
}
