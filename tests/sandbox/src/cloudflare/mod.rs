//! Cloudflare's API below `/client/v4`, as strict as the real one is known to be.
//!
//! [`answer()`] is the whole API as a function of the world, a request and the time; [`router`] puts it on HTTP.

mod answer;
mod call;
pub(crate) mod credential;
mod pages;
mod people;
pub(crate) mod problem;
mod products;
mod tokens;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Query, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header},
};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::{answer::Answer, call::Call, problem::Problem};
use crate::{
    shared::Shared,
    wire::line::Peer,
    world::{
        Actor, World,
        allowance::Remaining,
        group::Scope,
        token::{Owner, Token},
    },
};

/// Where the API lies.
pub(crate) const PREFIX: &str = "/client/v4";

/// More than any call here needs.
const LARGEST_BODY: usize = 1024 * 1024;

/// The API over HTTP.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(serve).with_state(shared)
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let client = parts
        .extensions
        .get::<ConnectInfo<Peer>>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| {
            peer.address.ip()
        });
    let body = to_bytes(body, LARGEST_BODY).await;
    let now = Timestamp::now();
    let mut world = shared.world();
    let (outcome, left) = match (&body, parts.uri.path().strip_prefix(PREFIX)) {
        (Ok(body), Some(path)) => {
            let query =
                Query::try_from_uri(&parts.uri).map_or_else(|_| Vec::new(), |Query(query)| query);
            let call = Call {
                method: &parts.method,
                path: path.trim_start_matches('/'),
                query,
                headers: &parts.headers,
                body,
                client,
            };
            answer(&mut world, &call, now)
        }
        (Err(_), _) => (
            Err(Problem::bad_request("The request body is too large")),
            world.allowance.spend(None, now),
        ),
        (_, None) => (Err(Problem::no_route()), world.allowance.spend(None, now)),
    };
    let ray = world.random.id();
    drop(world);
    respond(outcome, left, &ray)
}

/// The answer to one request, and what is left of the asker's rate limit.
fn answer(
    world: &mut World,
    call: &Call<'_>,
    now: Timestamp,
) -> (Result<Answer, Problem>, Remaining) {
    match credential::identify(world, call, now) {
        Err(problem) => (Err(problem), world.allowance.spend(None, now)),
        Ok(actor) => {
            let payer = credential::payer(world, &actor);
            let left = world.allowance.spend(Some(&payer), now);
            let outcome = if left.exceeded {
                Err(Problem::too_many_requests())
            } else {
                route(world, &actor, call, now)
            };
            (outcome, left)
        }
    }
}

fn route(
    world: &mut World,
    actor: &Actor,
    call: &Call<'_>,
    now: Timestamp,
) -> Result<Answer, Problem> {
    let segments: Vec<&str> = call.path.split('/').collect();
    if let ("GET", ["user", "tokens", "verify"]) = (call.method.as_str(), segments.as_slice()) {
        return tokens::verify(actor, actor.owner(), now);
    }
    if let ("GET", ["accounts", account, "tokens", "verify"]) =
        (call.method.as_str(), segments.as_slice())
    {
        let account = call.identifier(account)?;
        return tokens::verify(actor, &Owner::Account(account.to_owned()), now);
    }
    credential::alive(actor, now)?;
    match (call.method.as_str(), segments.as_slice()) {
        ("GET", ["user"]) => people::user(world, actor),
        (_, ["user", "tokens", rest @ ..]) => {
            tokens::answer(world, actor, actor.owner(), call, rest, now)
        }
        ("GET", ["memberships"]) => people::memberships(world, actor, call),
        ("GET", ["accounts"]) => people::accounts(world, actor, call),
        ("GET", ["accounts", account]) => people::account(world, actor, call.identifier(account)?),
        (_, ["accounts", account, "tokens", rest @ ..]) => {
            let account = call.identifier(account)?;
            tokens::answer(
                world,
                actor,
                &Owner::Account(account.to_owned()),
                call,
                rest,
                now,
            )
        }
        (_, ["accounts", account, "pages", "projects", rest @ ..]) => {
            pages::answer(world, actor, call.identifier(account)?, call, rest, now)
        }
        ("GET", ["zones"]) => people::zones(world, actor, call, now),
        ("GET", ["zones", zone]) => people::zone(world, actor, call.identifier(zone)?, now),
        (_, ["accounts", id, rest @ ..]) => {
            products::answer(world, actor, Scope::Account, id, call, rest, now)
        }
        (_, ["zones", id, rest @ ..]) => {
            products::answer(world, actor, Scope::Zone, id, call, rest, now)
        }
        _ => Err(Problem::no_route()),
    }
}

fn respond(outcome: Result<Answer, Problem>, left: Remaining, ray: &str) -> Response<Body> {
    let (status, body) = match outcome {
        Ok(answer) => (StatusCode::OK, answer.to_json()),
        Err(problem) => (problem.status, problem.to_json()),
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    decorate(headers, left, ray);
    response
}

/// The headers that every answer carries: the ray, and the rate limit in both of the forms seen.
fn decorate(headers: &mut HeaderMap, left: Remaining, ray: &str) {
    let Remaining {
        quota,
        window_seconds,
        requests,
        seconds,
        exceeded,
    } = left;
    let mut lines = vec![
        ("cf-ray", format!("{}-SBX", &ray[..16])),
        ("x-ratelimit-limit", quota.to_string()),
        ("x-ratelimit-remaining", requests.to_string()),
        ("ratelimit", format!("\"default\";r={requests};t={seconds}")),
        (
            "ratelimit-policy",
            format!("\"default\";q={quota};w={window_seconds}"),
        ),
    ];
    if exceeded {
        lines.push(("retry-after", seconds.to_string()));
        lines.push(("x-ratelimit-reset", seconds.to_string()));
    }
    for (name, value) in lines {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// Whether `value` is a living token of `kind` (`user` or `account`) for `account`: what the platform asks before it
/// accepts a token. Gives the token's id.
pub(crate) fn judge_token(
    world: &World,
    value: &str,
    account: &str,
    kind: &str,
    now: Timestamp,
) -> Option<String> {
    let token = world.tokens.iter().find(|token| token.value == value)?;
    let of_kind = match &token.owner {
        Owner::User | Owner::Member => kind == "user",
        Owner::Account(own) => kind == "account" && own == account,
    };
    let actor = Actor::Token(Token::clone(token));
    let usable =
        credential::alive(&actor, now).is_ok() && token.not_before.is_none_or(|start| start <= now);
    let sees_account = world
        .account(account)
        .is_some_and(|account| actor.sees(account));
    (of_kind && usable && sees_account).then(|| token.id.clone())
}

/// Whether a key pair for S3 opens R2 of an account. The access key id is a token's id, and the secret access key is the
/// lower-case hex SHA-256 of its value, by Cloudflare's page on R2's tokens.
pub(crate) fn opens_r2(
    world: &World,
    access_key_id: &str,
    secret_access_key: &str,
    account: &str,
    now: Timestamp,
) -> bool {
    let Some(token) = world.token(access_key_id) else {
        return false;
    };
    let actor = Actor::Token(Token::clone(token));
    let secret = HEXLOWER.encode(&Sha256::digest(token.value.as_bytes()));
    secret == secret_access_key
        && credential::alive(&actor, now).is_ok()
        && !world.r2_disabled.on(account)
        && products::reads_r2(world, &actor, account)
}

/// A refusal's envelope, for faults that answer in Cloudflare's place.
pub(crate) fn envelope(status: StatusCode, code: u32, message: &str) -> Value {
    Problem::new(status, code, message).to_json()
}
