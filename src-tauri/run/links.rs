//! Which pages may be opened in the browser.

use url::Url;

use super::app::App;
use super::cut::{Cut, unknown_run};
use super::known::kind;
use crate::cloudflare;
use crate::cloudflare::{Owner, TokenKind};
use crate::http::is_loopback;
use crate::problem::{Next, Problem};
use crate::profile::Profile;

/// Lets through Cloudflare's dashboard and the platform's own host, by https; in a sandbox, loopback.
pub fn openable(app: &App, platform: Option<&str>, link: &str) -> Result<Url, Problem> {
    let url = Url::parse(link).map_err(|_| refused(link))?;
    let same_host = |other: &Url| other.host_str().is_some() && other.host_str() == url.host_str();
    let known = same_host(&app.addresses.dashboard)
        || platform
            .and_then(|platform| Url::parse(platform).ok())
            .is_some_and(|platform| same_host(&platform));
    let loopback = is_loopback(&url);
    let secure =
        url.scheme() == "https" || (app.addresses.sandbox && loopback && url.scheme() == "http");
    if known && secure && url.username().is_empty() {
        Ok(url)
    } else {
        Err(refused(link))
    }
}

/// A page that a built-in profile names: of its documentation, or where no number is given, its support.
///
/// The profiles are part of the application and linted, so these may lie anywhere on the web.
pub fn brand_link(profile: &str, doc: Option<usize>) -> Result<Url, Problem> {
    let built_in = Profile::built_in().into_iter().find(|id| *id == profile);
    let brand = Profile::load(built_in.ok_or_else(|| refused(""))?)?.brand;
    let link = match doc {
        Some(at) => brand.docs.into_iter().nth(at).map(|link| link.url),
        None => brand.support,
    };
    let link = link.unwrap_or_default();
    let url = Url::parse(&link).map_err(|_| refused(&link))?;
    if matches!(url.scheme(), "https" | "mailto") && url.username().is_empty() {
        Ok(url)
    } else {
        Err(refused(&link))
    }
}

/// Cloudflare's list of the tokens of this kind: the person's own, or the account's.
pub(crate) fn token_list(app: &App, kind: TokenKind, account: &str) -> String {
    let owner = match kind {
        TokenKind::User => Owner::User,
        TokenKind::Account => Owner::Account(account.to_owned()),
    };
    cloudflare::token_list(&app.addresses.dashboard, &owner).into()
}

/// Cloudflare's list of a person's own tokens.
pub fn own_token_list(app: &App) -> String {
    cloudflare::token_list(&app.addresses.dashboard, &Owner::User).into()
}

/// Cloudflare's list in which the narrow token of a connection, or of a run, is found.
pub fn token_list_of(app: &App, id: &str) -> Result<String, Problem> {
    let known = app.record.connection(id);
    if let Some(known) = known.map_err(|error| error.problem())? {
        return Ok(token_list(app, kind(&known), &known.account_id));
    }
    let run = app.record.run(id).map_err(|error| error.problem())?;
    let cut = Cut::read(app, run.ok_or_else(unknown_run)?)?;
    let owner = cut.nominated.map_or(Owner::User, |all| all.owner());
    Ok(cloudflare::token_list(&app.addresses.dashboard, &owner).into())
}

fn refused(link: &str) -> Problem {
    let host = Url::parse(link)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default();
    Problem::new(
        "link-refused",
        "Narrows opens only Cloudflare's dashboard and the platform's own pages.",
        "Tell the platform's support.",
        Next::Home,
    )
    .with_evidence(format!("host {host}"))
}
