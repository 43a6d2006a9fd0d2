//! `/user/tokens` and `/accounts/{id}/tokens`: the same operations on two kinds of token.

use axum::http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    answer::Answer,
    call::{Call, Pages},
    problem::Problem,
};
use crate::world::{
    Actor, World,
    draft::Draft,
    group::{self, Group, Scope},
    policy::Target,
    propagation::TOKEN_LIST,
    token::{Owner, Status, Token, date},
};

/// Answers `{tokens}/{rest}` for the tokens of `owner`.
pub(crate) fn answer(
    world: &mut World,
    actor: &Actor,
    owner: &Owner,
    call: &Call<'_>,
    rest: &[&str],
    now: Timestamp,
) -> Result<Answer, Problem> {
    let writes = *call.method != Method::GET;
    authorize(world, actor, owner, writes)?;
    match (call.method.as_str(), rest) {
        ("GET", []) => list(world, owner, call, now),
        ("POST", []) => create(world, actor, owner, call, now),
        ("GET", ["permission_groups"]) => permission_groups(owner, call),
        ("GET", [id]) => find(world, owner, id).map(|token| Answer::of(token.to_json(now))),
        ("PUT", [id]) => update(world, actor, owner, id, call, now),
        ("DELETE", [id]) => {
            find(world, owner, id)?;
            world.delete(id);
            Ok(Answer::of(json!({ "id": id })))
        }
        ("PUT", [id, "value"]) => {
            find(world, owner, id)?;
            let value = world.roll(id, now).ok_or_else(Problem::no_such_token)?;
            Ok(Answer::of(value.into()))
        }
        _ => Err(Problem::no_route()),
    }
}

/// `{tokens}/verify`: needs no permission, and knows tokens of its own kind only.
pub(crate) fn verify(actor: &Actor, owner: &Owner, now: Timestamp) -> Result<Answer, Problem> {
    let token = match actor {
        Actor::Token(token) if token.owner == *owner => token,
        _ => return Err(Problem::invalid_token()),
    };
    let status = token.status(now);
    let mut result = json!({ "id": token.id, "status": status.as_str() });
    for (key, moment) in [
        ("not_before", token.not_before),
        ("expires_on", token.expires_on),
    ] {
        if let Some(moment) = moment {
            result[key] = date(moment).into();
        }
    }
    let answer = Answer::of(result);
    Ok(match status {
        Status::Active => answer.with_message(10_000, "This API Token is valid and active"),
        Status::Disabled | Status::Expired | Status::Exposed => answer,
    })
}

fn authorize(world: &World, actor: &Actor, owner: &Owner, writes: bool) -> Result<(), Problem> {
    let (names, scope, target): ([&str; 2], _, _) = match owner {
        Owner::User | Owner::Member => {
            if let Actor::Token(Token {
                owner: Owner::Account(_),
                ..
            }) = actor
            {
                return Err(Problem::not_a_user());
            }
            (
                ["API Tokens Write", "API Tokens Read"],
                Scope::User,
                Target::User(world.person(owner)),
            )
        }
        Owner::Account(id) => (
            ["Account API Tokens Write", "Account API Tokens Read"],
            Scope::Account,
            Target::Account(id),
        ),
    };
    let enough = if writes { &names[..1] } else { &names[..] };
    let groups: Vec<_> = enough
        .iter()
        .filter_map(|name| group::by_name(name, scope))
        .collect();
    if world.may(actor, &groups, target) {
        Ok(())
    } else {
        Err(Problem::unauthorized())
    }
}

fn find<'a>(world: &'a World, owner: &Owner, id: &str) -> Result<&'a Token, Problem> {
    world
        .token(id)
        .filter(|token| token.owner == *owner)
        .ok_or_else(Problem::no_such_token)
}

fn list(
    world: &mut World,
    owner: &Owner,
    call: &Call<'_>,
    now: Timestamp,
) -> Result<Answer, Problem> {
    let page = call.page(Pages::USUAL)?;
    let with_expired = call.asked("include_expired") != Some("false");
    let World {
        tokens,
        propagation,
        random,
        ..
    } = world;
    let mut shown: Vec<&Token> = tokens
        .iter()
        .filter(|token| token.owner == *owner)
        .filter(|token| {
            call.asked("name")
                .is_none_or(|name| token.name.contains(name))
        })
        .filter(|token| with_expired || token.status(now) != Status::Expired)
        .filter(|token| !propagation.refuses(TOKEN_LIST, token.spreading_since, now, random))
        .collect();
    if call.descending()? {
        shown.reverse();
    }
    Ok(page.cut(&shown, |token| token.to_json(now)))
}

fn create(
    world: &mut World,
    actor: &Actor,
    owner: &Owner,
    call: &Call<'_>,
    now: Timestamp,
) -> Result<Answer, Problem> {
    let draft = Draft::read(&call.json()?)?;
    world.judge(&draft, owner, actor, None, now)?;
    let token = world.make(draft, owner.clone(), now);
    let mut shown = token.to_json(now);
    shown["value"] = token.value.into();
    Ok(Answer::of(shown))
}

fn update(
    world: &mut World,
    actor: &Actor,
    owner: &Owner,
    id: &str,
    call: &Call<'_>,
    now: Timestamp,
) -> Result<Answer, Problem> {
    let before = find(world, owner, id)?;
    let draft = Draft::read(&call.json()?)?;
    world.judge(&draft, owner, actor, Some(before), now)?;
    let token = world
        .replace(id, draft, now)
        .ok_or_else(Problem::no_such_token)?;
    Ok(Answer::of(token.to_json(now)))
}

/// All groups come in one answer unless a page size is asked for; a thousand is as good as all.
fn permission_groups(owner: &Owner, call: &Call<'_>) -> Result<Answer, Problem> {
    let sizes = Pages {
        default: group::all().len(),
        least: 1,
        most: 1000,
    };
    let page = call.page(sizes)?;
    let shown: Vec<&Group> = group::all()
        .iter()
        .filter(|group| !matches!(owner, Owner::Account(_)) || group.scope != Scope::User)
        .filter(|group| call.asked("name").is_none_or(|name| group.name == name))
        .filter(|group| {
            call.asked("scope")
                .is_none_or(|scope| group.scope.as_str() == scope)
        })
        .collect();
    Ok(page.cut(&shown, |group| show_group(group)))
}

fn show_group(group: &Group) -> Value {
    let mut shown = json!({
        "id": group.id,
        "name": group.name,
        "description": format!("Grants {}", group.name),
        "scopes": [group.scope.as_str()],
        "category": group.category(),
        "is_selectable": true,
    });
    if let Some(key) = group.link_key() {
        shown["key"] = key.key.into();
    }
    shown
}
