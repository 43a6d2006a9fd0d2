//! The user, their memberships, accounts and zones.

use jiff::Timestamp;

use super::{
    answer::Answer,
    call::{Call, Pages, name_matches},
    problem::Problem,
};
use crate::world::{
    Actor, World,
    account::{Account, Role, Zone},
    group::{self, Group, Scope},
    policy::Target,
    token::{Owner, Token},
};

/// The product name under which zones have a propagation delay.
pub(crate) const ZONES: &str = "zones";

/// Any one of these opens `GET /accounts/{id}`; Pages is not among them.
const ACCOUNT_READERS: &[&str] = &[
    "Account Settings Read",
    "Account Settings Write",
    "Billing Read",
    "Billing Write",
    "Workers Scripts Read",
    "Workers Scripts Write",
    "Workers KV Storage Read",
    "Workers KV Storage Write",
    "Workers R2 Storage Read",
    "Workers R2 Storage Write",
    "Workers Tail Read",
    "Load Balancing: Monitors and Pools Read",
    "Load Balancing: Monitors and Pools Write",
    "Account Analytics Read",
    "Account Rulesets Read",
    "Account Rulesets Write",
    "Account Firewall Access Rules Read",
    "Account Firewall Access Rules Write",
];

/// `GET /user`.
pub(crate) fn user(world: &World, actor: &Actor) -> Result<Answer, Problem> {
    if is_account_owned(actor) {
        return Err(Problem::not_a_user());
    }
    let groups = named(&["User Details Read", "User Details Write"], Scope::User);
    if world.may(actor, &groups, Target::User(&world.user.id)) {
        Ok(Answer::of(world.user.to_json()))
    } else {
        Err(Problem::unauthorized())
    }
}

/// `GET /memberships`.
pub(crate) fn memberships(
    world: &World,
    actor: &Actor,
    call: &Call<'_>,
) -> Result<Answer, Problem> {
    if is_account_owned(actor) {
        return Err(Problem::authentication_failed());
    }
    let groups = named(&["Memberships Read", "Memberships Write"], Scope::User);
    if !world.may(actor, &groups, Target::User(&world.user.id)) {
        // Other codes are met too (9109, 10001), but `wrangler whoami` gives up on those.
        return Err(Problem::authentication_error());
    }
    let page = call.page(Pages::USUAL)?;
    let name = call.asked("account.name").or_else(|| call.asked("name"));
    let accepted = call
        .asked("status")
        .is_none_or(|status| status == "accepted");
    let mut shown: Vec<&Account> = world
        .accounts
        .iter()
        .filter(|account| accepted && account.role != Role::Stranger)
        .filter(|account| name.is_none_or(|name| name_matches(&account.name, name)))
        .collect();
    if call.descending()? {
        shown.reverse();
    }
    Ok(page.cut(&shown, |account| account.membership_to_json()))
}

/// `GET /accounts`: those on which the asker can do anything at all; an empty list is no error.
pub(crate) fn accounts(world: &World, actor: &Actor, call: &Call<'_>) -> Result<Answer, Problem> {
    let page = call.page(Pages::USUAL)?;
    let mut shown: Vec<&Account> = world
        .accounts
        .iter()
        .filter(|account| {
            call.asked("name")
                .is_none_or(|name| name_matches(&account.name, name))
        })
        .filter(|account| actor.sees(account))
        .collect();
    if call.descending()? {
        shown.reverse();
    }
    Ok(page.cut(&shown, |account| account.to_json()))
}

/// `GET /accounts/{id}`.
pub(crate) fn account(world: &World, actor: &Actor, id: &str) -> Result<Answer, Problem> {
    let groups = named(ACCOUNT_READERS, Scope::Account);
    match world.account(id) {
        Some(account) if world.may(actor, &groups, Target::Account(id)) => {
            Ok(Answer::of(account.to_json()))
        }
        _ => Err(Problem::unauthorized()),
    }
}

/// `GET /zones`.
pub(crate) fn zones(
    world: &mut World,
    actor: &Actor,
    call: &Call<'_>,
    now: Timestamp,
) -> Result<Answer, Problem> {
    let spreading = is_spreading(world, actor, ZONES, now);
    let readers = named(&["Zone Read", "Zone Write"], Scope::Zone);
    let mut shown: Vec<(&Zone, &Account)> = world
        .zones
        .iter()
        .filter(|zone| world.may(actor, &readers, zone.target()))
        .filter_map(|zone| Some((zone, world.account(&zone.account)?)))
        .collect();
    if shown.is_empty() || spreading {
        return Err(Problem::authentication_error());
    }
    let page = call.page(Pages::USUAL)?;
    shown.retain(|(zone, account)| {
        call.asked("name")
            .is_none_or(|name| name_matches(&zone.name, name))
            && call.asked("account.id").is_none_or(|id| zone.account == id)
            && call
                .asked("account.name")
                .is_none_or(|name| name_matches(&account.name, name))
            && call.asked("status").is_none_or(|status| status == "active")
    });
    if call.descending()? {
        shown.reverse();
    }
    Ok(page.cut(&shown, |(zone, account)| zone.to_json(account)))
}

/// `GET /zones/{id}`: nearly every zone permission lets its holder look at the zone itself.
pub(crate) fn zone(
    world: &mut World,
    actor: &Actor,
    id: &str,
    now: Timestamp,
) -> Result<Answer, Problem> {
    let readers: Vec<&'static Group> = group::all()
        .iter()
        .filter(|group| group.scope == Scope::Zone)
        .collect();
    let spreading = is_spreading(world, actor, ZONES, now);
    let zone = world
        .zone(id)
        .filter(|zone| !spreading && world.may(actor, &readers, zone.target()));
    match zone.and_then(|zone| Some((zone, world.account(&zone.account)?))) {
        Some((zone, account)) => Ok(Answer::of(zone.to_json(account))),
        None => Err(Problem::authentication_error()),
    }
}

/// Whether `product` has not heard of the asker's token yet.
pub(crate) fn is_spreading(
    world: &mut World,
    actor: &Actor,
    product: &str,
    now: Timestamp,
) -> bool {
    match actor {
        Actor::Token(token) => {
            world
                .propagation
                .refuses(product, token.spreading_since, now, &mut world.random)
        }
        Actor::Person | Actor::Key => false,
    }
}

pub(crate) fn named(names: &[&str], scope: Scope) -> Vec<&'static Group> {
    names
        .iter()
        .filter_map(|name| group::by_name(name, scope))
        .collect()
}

fn is_account_owned(actor: &Actor) -> bool {
    matches!(
        actor,
        Actor::Token(Token {
            owner: Owner::Account(_),
            ..
        })
    )
}
