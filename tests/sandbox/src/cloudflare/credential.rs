//! Who is asking, from the headers.

use axum::http::{HeaderMap, header};
use jiff::Timestamp;

use super::{call::Call, problem::Problem};
use crate::world::{
    Actor, World,
    token::{Owner, Status, Token},
    value,
};

/// Settles who asks, or why nobody does. Marks a token as used.
///
/// A token that is disabled, expired or not yet valid is known here and refused by [`alive`]: verify has to be able
/// to say what it is.
pub(crate) fn identify(
    world: &mut World,
    call: &Call<'_>,
    now: Timestamp,
) -> Result<Actor, Problem> {
    let text = |name: &str| {
        call.headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    if let Some(authorization) = text(header::AUTHORIZATION.as_str()) {
        return by_token(world, authorization, call, now);
    }
    match (text("x-auth-email"), text("x-auth-key")) {
        (Some(email), Some(key)) => by_key(world, email, key),
        _ => Err(Problem::missing_headers()),
    }
}

/// The secret that a request shows, for its fingerprint in the history.
pub(crate) fn shown(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text("authorization").map(|value| value.strip_prefix("Bearer ").unwrap_or(value));
    bearer.or_else(|| text("x-auth-key"))
}

fn by_token(
    world: &mut World,
    authorization: &str,
    call: &Call<'_>,
    now: Timestamp,
) -> Result<Actor, Problem> {
    let bearer = authorization
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, secret)) = bearer else {
        return Err(Problem::malformed_authorization());
    };
    if secret.starts_with(value::GLOBAL_KEY) && value::is_key_shaped(secret) {
        return Err(Problem::authentication_failed());
    }
    if !value::is_token_shaped(secret) {
        return Err(Problem::malformed_authorization());
    }
    let client = world.client_address.unwrap_or(call.client);
    let token = world
        .tokens
        .iter_mut()
        .find(|token| token.value == secret && token.status(now) != Status::Exposed)
        .ok_or_else(Problem::invalid_token)?;
    if !token.addresses.admit(client) {
        return Err(Problem::location(client));
    }
    if token.not_before.is_some_and(|start| start > now) {
        return Err(Problem::invalid_token());
    }
    token.last_used_on = Some(now);
    Ok(Actor::Token(token.clone()))
}

fn by_key(world: &World, email: &str, key: &str) -> Result<Actor, Problem> {
    let is_email = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !is_email {
        return Err(Problem::malformed_email());
    }
    if !value::is_key_shaped(key) {
        return Err(Problem::malformed_key());
    }
    if email.eq_ignore_ascii_case(&world.user.email) && key == world.user.global_key {
        Ok(Actor::Key)
    } else {
        Err(Problem::unknown_key())
    }
}

/// Refuses a token that does not live today.
pub(crate) fn alive(actor: &Actor, now: Timestamp) -> Result<(), Problem> {
    match actor {
        Actor::Token(token) if token.status(now) != Status::Active => {
            Err(Problem::lifeless_token())
        }
        _ => Ok(()),
    }
}

/// Whose rate limit a request counts against.
pub(crate) fn payer(world: &World, actor: &Actor) -> String {
    match actor {
        Actor::Token(Token {
            owner: Owner::Account(account),
            ..
        }) => account.clone(),
        Actor::Token(_) | Actor::Person | Actor::Key => world.person(actor.owner()).to_owned(),
    }
}
