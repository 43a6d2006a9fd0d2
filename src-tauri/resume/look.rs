//! What is true of a run that was cut off: everything that can be asked is asked, and nothing is changed by it.

use super::seen::Seen;
use super::ways::{way, ways};
use crate::cards::left_over::told;
use crate::cloudflare::Life;
use crate::http::Base;
use crate::platform;
use crate::platform::{Nonce, Platform};
use crate::problem::Problem;
use crate::record::{Connection, RunKind};
use crate::run::rotation::{DELETED, REFUSED};
use crate::run::{App, Cut, Left, Link, Nominated, effect, session};
use crate::steps::Bond;
use crate::steps::destroy::broad_left;
use crate::steps::withdraw::asked;
use crate::story::{BroadNeed, Fact, FactAbout, FactState, LeftOver};
use std::collections::HashMap;

/// Asks everything that can be asked.
pub(crate) async fn look(app: &App, cut: &Cut) -> LeftOver {
    let mut left = told(app, cut);
    left.asked = true;
    let Some(nominated) = &cut.nominated else {
        if !cut.is_unreadable() {
            left.facts.extend(pasted(app, cut));
            left.finish = Some(way(
                &["Closes the run: no narrow token was made."],
                BroadNeed::No,
                false,
            ));
        }
        return left;
    };
    let Some(mut bond) = Bond::of(cut) else {
        return left;
    };
    let rotation = match cut.run.kind {
        RunKind::Rotate => Left::read(cut),
        _ => None,
    };
    if let Some(rolled) = rotation.as_ref().and_then(Left::rolled_in_place) {
        bond.copies.push(rolled.token_id.clone());
        bond.tokens
            .push((rolled.token_name.clone(), Some(rolled.token_id.clone())));
    }
    let id = bond.copies.last().cloned();
    let (value, answer) = match &id {
        Some(id) => asked(app, &bond, id).await,
        None => (Ok(None), Life::Unknown),
    };
    let mut others = HashMap::new();
    for other in bond.tokens.iter().filter_map(|(_, other)| other.as_ref()) {
        if Some(other) != id.as_ref() {
            let (value, answer) = asked(app, &bond, other).await;
            let here = matches!(value, Ok(Some(_)));
            others.insert(other.clone(), here.then_some(answer));
        }
    }
    let (link, reach) = reach(app, nominated).await;
    let seen = Seen {
        value,
        answer,
        others,
        link,
    };
    left.facts.extend(token(cut, &bond, &seen));
    if let Some(rotation) = &rotation {
        left.facts.extend(old_token(rotation, app, &bond).await);
    }
    left.facts.push(copy(&seen));
    left.facts
        .push(platform(cut, nominated, &seen, reach).await);
    let listed = app.record.connection(&bond.connection).ok().flatten();
    if let Some(known) = &listed {
        let sentence = format!(
            "The connection to “{}” is in the list, with the token \"{}\".",
            known.account_name, known.token_name
        );
        left.facts
            .push(fact(FactAbout::Connection, FactState::There, sentence));
    }
    left.facts.extend(pasted(app, cut));
    (left.finish, left.undo) = if overtaken(cut, listed.as_ref()) {
        let close = "Closes the run: the connection went on with another token.";
        (Some(way(&[close], BroadNeed::No, false)), None)
    } else {
        let (finish, undo) = ways(cut, &bond, &seen);
        let occupied = occupied(app, cut).unwrap_or(false);
        if occupied {
            left.facts.push(fact(
                FactAbout::Connection,
                FactState::There,
                "Another connection of this account and project is in the list by now.",
            ));
        }
        // Neither a finished connect nor a disconnect that is taken back has room beside it.
        match cut.run.kind {
            RunKind::Connect => (finish.filter(|_| !occupied), undo),
            _ => (finish, undo.filter(|_| !occupied)),
        }
    };
    left
}

/// Whether a connect came to its end without that being written down, and its connection got another token since. What
/// the run made is over then, and taking it back would take back what came after it.
pub(crate) fn overtaken(cut: &Cut, listed: Option<&Connection>) -> bool {
    cut.run.kind == RunKind::Connect
        && listed.is_some_and(|known| !cut.made().contains(&known.token_id))
}

/// Whether another connection took the place of the one that this connect began, or that this disconnect was ending, while
/// the run was cut off: at the platform there is room for one of them.
pub(crate) fn occupied(app: &App, cut: &Cut) -> Result<bool, Problem> {
    let Some(nominated) = &cut.nominated else {
        return Ok(false);
    };
    let (account, project) = match (cut.run.kind, &nominated.decision, &nominated.was) {
        (RunKind::Connect, Some(decision), _) => (&decision.account.id, &decision.project),
        (RunKind::Disconnect, _, Some(was)) => (&was.account_id, &was.project),
        _ => return Ok(false),
    };
    let Some(address) = &nominated.platform_address else {
        return Ok(false);
    };
    let listed = app.record.connections().map_err(|error| error.problem())?;
    Ok(listed.iter().any(|known| {
        known.id != nominated.connection
            && known.platform_address.as_ref() == Some(address)
            && known.account_id == *account
            && known.project == *project
    }))
}

/// The platform, if the person is signed in there; else why it cannot be asked.
async fn reach(app: &App, nominated: &Nominated) -> (Option<Link>, Option<Problem>) {
    let Some(address) = &nominated.platform_address else {
        return (None, None);
    };
    let platform = match Base::https_or_loopback(address) {
        Ok(base) => Platform::new(&app.http, base),
        Err(problem) => return (None, Some(problem)),
    };
    match session::resume(app, &platform).await {
        Ok(Some((link, _))) => match link.is_of(nominated.person()) {
            Ok(()) => (Some(link), None),
            Err(problem) => (None, Some(problem)),
        },
        Ok(None) => (None, Some(sign_in_first())),
        Err(problem) => (None, Some(problem)),
    }
}

pub(crate) fn token(cut: &Cut, bond: &Bond, seen: &Seen) -> Vec<Fact> {
    let about = FactAbout::Token;
    let mut facts = Vec::new();
    for (name, id) in &bond.tokens {
        let (known, answer) = match id.as_ref().and_then(|id| seen.others.get(id)) {
            Some(other) => (other.is_some(), other.unwrap_or(Life::Unknown)),
            None => (
                id.is_some() && matches!(seen.value, Ok(Some(_))),
                seen.answer,
            ),
        };
        let (state, sentence) = match (id, known, answer) {
            (_, true, Life::Works) => (
                FactState::There,
                format!("The narrow token \"{name}\" works at Cloudflare."),
            ),
            (_, true, Life::Refused) => (
                FactState::Gone,
                format!("Cloudflare refuses the narrow token \"{name}\"."),
            ),
            (_, true, Life::Unknown) => (
                FactState::Unknown,
                format!("Cloudflare could not be asked whether the narrow token \"{name}\" works."),
            ),
            (Some(_), false, _) => (
                FactState::Unknown,
                format!(
                    "The narrow token \"{name}\" was made. Its value is not here, so it cannot be asked; a one-time token can find it."
                ),
            ),
            (None, _, _) => (
                FactState::Unknown,
                format!(
                    "A narrow token \"{name}\" may have been made. A one-time token can find it by its name."
                ),
            ),
        };
        facts.push(fact(about, state, sentence));
    }
    if bond.tokens.is_empty() && cut.intended("mint") || cut.done(effect::REVOKE).is_some() {
        facts.push(fact(
            about,
            FactState::Gone,
            "No narrow token of this run is left at Cloudflare.",
        ));
    }
    facts
}

/// What is true now of the token that a new one was made beside.
async fn old_token(left: &Left, app: &App, bond: &Bond) -> Option<Fact> {
    if left.rolled_in_place().is_some() {
        return None;
    }
    let old = &left.nominated.replaces;
    let name = &old.token_name;
    let told = |state, sentence: String| Some(fact(FactAbout::OldToken, state, sentence));
    if left.course.done(effect::REVOKE) {
        let dead = if left.seen { REFUSED } else { DELETED };
        return told(FactState::Gone, format!("The old token \"{name}\": {dead}"));
    }
    let (value, answer) = asked(app, bond, &old.token_id).await;
    match (value, answer) {
        (Err(problem), _) => told(FactState::Unknown, problem.message),
        (Ok(None), _) => told(
            FactState::Unknown,
            format!("The value of the old token \"{name}\" is not here, so it cannot be asked."),
        ),
        (Ok(Some(_)), Life::Works) if left.course.done(effect::SWAP) => told(
            FactState::There,
            format!("The old token \"{name}\" is not used any more, and still works."),
        ),
        (Ok(Some(_)), Life::Works) => told(
            FactState::There,
            format!("The old token \"{name}\" is in use, and works."),
        ),
        (Ok(Some(_)), Life::Refused) => told(
            FactState::Gone,
            format!("Cloudflare refuses the old token \"{name}\"."),
        ),
        (Ok(Some(_)), Life::Unknown) => told(
            FactState::Unknown,
            format!("Cloudflare could not be asked whether the old token \"{name}\" works."),
        ),
    }
}

fn copy(seen: &Seen) -> Fact {
    let (state, sentence) = match &seen.value {
        Ok(Some(_)) => (
            FactState::There,
            "The token's value is in the vault on this computer.".to_owned(),
        ),
        Ok(None) => (
            FactState::Gone,
            "No value of it is in the vault on this computer.".to_owned(),
        ),
        Err(problem) => (FactState::Unknown, problem.message.clone()),
    };
    fact(FactAbout::Copy, state, sentence)
}

async fn platform(cut: &Cut, nominated: &Nominated, seen: &Seen, why: Option<Problem>) -> Fact {
    let name = &nominated.platform;
    let about = FactAbout::Platform;
    if nominated.platform_address.is_none() {
        return fact(
            about,
            FactState::Gone,
            "There is no platform to deliver to.",
        );
    }
    if nominated.was.is_none() && !cut.intended("deliver") {
        let sentence = format!("{name} was never sent the token.");
        return fact(about, FactState::Gone, sentence);
    }
    let unknown = |problem: &Problem| {
        let sentence = format!(
            "{name} could not be asked what it holds. {}",
            problem.message
        );
        fact(about, FactState::Unknown, sentence)
    };
    let Some(link) = &seen.link else {
        return unknown(&why.unwrap_or_else(sign_in_first));
    };
    let Ok(nonce) = Nonce::generate() else {
        return unknown(&sign_in_first());
    };
    let held = link
        .platform
        .get_connection(&link.session, &nominated.connection, &nonce)
        .await;
    match (held, &seen.value) {
        (Ok(held), Ok(Some(value))) if held.proves(value, &nonce) => fact(
            about,
            FactState::There,
            format!("{name} holds this token: receipt {}.", held.receipt.code()),
        ),
        (Ok(held), _) => fact(
            about,
            FactState::There,
            format!(
                "{name} holds a token for this connection, with fingerprint {}.",
                held.fingerprint
            ),
        ),
        (Err(platform::Error::UnknownConnection(_)), _) => fact(
            about,
            FactState::Gone,
            format!("{name} has no such connection."),
        ),
        (Err(error), _) => unknown(&error.problem()),
    }
}

fn pasted(app: &App, cut: &Cut) -> Option<Fact> {
    let about = FactAbout::PastedToken;
    if cut.destroyed() {
        let sentence = "The token that was pasted opens nothing any more.";
        return Some(fact(about, FactState::Gone, sentence));
    }
    if cut.is_bare() && cut.run.kind != RunKind::Deliver {
        // A run begins before anybody is asked who the pasted token is.
        let sentence = "If a token was pasted, it may still work: nothing was done with it.";
        return Some(fact(about, FactState::Unknown, sentence));
    }
    let left = broad_left(app, cut)?;
    let sentence = match cut.fuse() {
        Some(end) if end > (app.now)() => format!(
            "The token that was pasted may still work. {}",
            left.sentence
        ),
        _ => format!("The token that was pasted: {}", left.sentence),
    };
    Some(fact(about, FactState::Unknown, sentence))
}

pub(crate) fn fact(about: FactAbout, state: FactState, sentence: impl Into<String>) -> Fact {
    Fact {
        about,
        state,
        sentence: sentence.into(),
    }
}

fn sign_in_first() -> Problem {
    platform::Error::NotSignedIn("no session is kept".to_owned()).problem()
}
