//! Recover: a run that was cut off is shown by what is true of it now, and finished or taken back.
//!
//! The journal says what was begun; what became of it is asked: the vault for the value, Cloudflare with that value, the
//! platform with a fresh nonce. Nothing is changed by looking. Each kind of run has its own ways to end.

use std::collections::{HashMap, HashSet};
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;

use super::app::App;
use super::bootstrap::word;
use super::cut::{Cut, Nominated, Trace, UNDO, unknown_run};
use super::deliver::Link;
use super::destroy::{DESTROY_PASTED, PASTED};
use super::finish::{broad_left, finish};
use super::parting::{Answer, Bond, ask};
use super::redeliver::{Again, redeliver_held};
use super::report::Report;
use super::rotate::Left;
use super::rotate::story::RotationState;
use super::session;
use super::story::{
    BroadNeed, BroadWish, Ending, Fact, FactAbout, FactState, Farewell, LeftOver, Resume, RunKind,
    Settled, Step, StepState, Truths, VaultKind, Way,
};
use super::walk::{Walk, already_connected, another_run, saying};
use crate::cloudflare::{Credential, Kind, TokenKind, token_list};
use crate::http::Base;
use crate::platform::{self, Nonce, Platform};
use crate::problem::{Next, Problem};
use crate::profile::Profile;
use crate::record::Connection;
use crate::secret::Secret;

/// Between tries to come to the end of what is left over: doubled each time, up to the last.
pub const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LAST_PAUSE: Duration = Duration::from_mins(15);

/// Runs that nobody works on and that have not ended, as they were written down; nothing is asked.
pub(super) fn noted(app: &App) -> Result<Vec<LeftOver>, Problem> {
    let runs = open_runs(app)?;
    Ok(runs.iter().map(|run| told(app, &run.cut)).collect())
}

/// The same by what is true now. One after the other, as they may share a session.
pub async fn left_over(app: &App) -> Result<Vec<LeftOver>, Problem> {
    let mut found = Vec::new();
    for Open { cut, free } in open_runs(app)? {
        found.push(if free {
            look(app, &cut).await
        } else {
            told(app, &cut)
        });
    }
    Ok(found)
}

/// Goes on with what a person has already asked for and that needs nobody: deletions that a platform has not answered,
/// and questions to Cloudflare whether a token still works. Tells how many stay open.
pub async fn retry(app: &App) -> Result<u32, Problem> {
    let round = Round::of(app)?;
    Ok(Box::pin(round.go()).await)
}

/// Does [`retry`] again and again, the first time after the pause `first`. Calls `changed` where a list of what is left over would
/// differ: when it begins with some of it, and when it is through.
pub async fn keep_trying(app: &App, first: Duration, changed: impl Fn()) {
    let mut pause = first;
    loop {
        // The first screen asks at the start by itself.
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LAST_PAUSE);
        let Ok(round) = Round::of(app) else { continue };
        let of = round.runs.len();
        if of == 0 {
            continue;
        }
        changed();
        let open = Box::pin(round.go()).await;
        changed();
        if usize::try_from(open).is_ok_and(|open| open < of) {
            pause = first;
        }
    }
}

/// Runs that are gone on with, each in the way that was asked for; they are shown as such until this is dropped.
struct Round<'a> {
    app: &'a App,
    runs: Vec<(String, Ending)>,
}

impl<'a> Round<'a> {
    fn of(app: &'a App) -> Result<Self, Problem> {
        let free = open_runs(app)?.into_iter().filter(|run| run.free);
        let runs: Vec<_> = free
            .filter_map(|run| Some((run.cut.run.id.clone(), wanted(&run.cut)?)))
            .collect();
        trying(app).extend(runs.iter().map(|(run, _)| run.clone()));
        Ok(Self { app, runs })
    }

    /// Goes on with each; tells how many stay open.
    async fn go(&self) -> u32 {
        let mut open = 0;
        for (run, ending) in &self.runs {
            let wish = Resume {
                ending: *ending,
                broad: BroadWish::Unsaid,
                forget: false,
            };
            // Somebody else may have taken it up meanwhile.
            if let Ok(mut walk) = Walk::resuming(self.app, run) {
                let settled = Box::pin(walk.settle(wish)).await;
                open += u32::from(!settled.is_ok_and(|settled| settled.ended));
            }
            trying(self.app).remove(run);
        }
        open
    }
}

impl Drop for Round<'_> {
    fn drop(&mut self) {
        let mut trying = trying(self.app);
        for (run, _) in &self.runs {
            trying.remove(run);
        }
    }
}

/// What a person has asked of a run, where going on with it needs nobody.
fn wanted(cut: &Cut) -> Option<Ending> {
    match cut.run.kind {
        RunKind::Disconnect if cut.nominated.is_some() => Some(Ending::Finish),
        RunKind::Connect if cut.undoing() => Some(Ending::Undo),
        RunKind::Deliver => Some(Ending::Finish),
        // All that is missing is that the old token is seen refused.
        RunKind::Rotate => Left::read(&cut.run.id, cut.entries())
            .is_some_and(|left| left.open().state == RotationState::OldOpen)
            .then_some(Ending::Finish),
        _ => None,
    }
}

fn trying(app: &App) -> MutexGuard<'_, HashSet<String>> {
    app.trying.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A run that has not ended.
struct Open {
    cut: Cut,
    /// Whether nobody works on it.
    free: bool,
}

/// Runs that nobody works on, but for what Narrows goes on with by itself: that is left over all the same.
fn open_runs(app: &App) -> Result<Vec<Open>, Problem> {
    let (mut open, mut taken) = (Vec::new(), HashSet::new());
    for run in app.record.unfinished().map_err(|error| error.problem())? {
        let held = app.record.run_is_held(&run.id);
        let trying = trying(app).contains(&run.id);
        let free = !held.map_err(|error| error.problem())? && !trying;
        let cut = Cut::read(app, run)?;
        let rotations = cut.nominated.iter().flat_map(|all| &all.rotations);
        taken.extend(rotations.map(|left| left.run.clone()));
        if free || trying {
            open.push(Open { cut, free });
        }
    }
    // A rotation that a disconnect took along ends with it, and not by itself.
    open.retain(|open| !taken.contains(&open.cut.run.id));
    Ok(open)
}

/// What was written down.
fn told(app: &App, cut: &Cut) -> LeftOver {
    let nominated = cut.nominated.as_ref();
    let account = nominated.and_then(Nominated::account);
    let was = nominated.and_then(|all| all.was.as_ref());
    let trace = cut.traces().into_iter().next_back();
    let owner = nominated.map_or(crate::cloudflare::Owner::User, Nominated::owner);
    LeftOver {
        run: cut.run.id.clone(),
        kind: cut.run.kind,
        began_on: cut.run.began.to_string(),
        profile: cut.run.profile.clone(),
        platform: nominated.map(|all| all.platform.clone()),
        account_name: account.map(|account| account.name),
        connection_id: nominated.map(|all| all.connection.clone()),
        token_name: was
            .map(|was| was.token_name.clone())
            .or_else(|| trace.map(|trace| trace.name)),
        token_list: token_list(&app.addresses.dashboard, &owner).to_string(),
        headline: headline(cut).to_owned(),
        trying: trying(app).contains(&cut.run.id),
        asked: false,
        facts: Vec::new(),
        finish: None,
        undo: None,
    }
}

fn headline(cut: &Cut) -> &'static str {
    match cut.run.kind {
        _ if cut.is_unreadable() => {
            "A newer version of Narrows began this run, and only it can end it."
        }
        RunKind::Connect if cut.undoing() => {
            "A connection is being taken back, and not all of it is done."
        }
        RunKind::Connect if cut.nominated.is_none() => {
            "A connection was cut off before anything was made."
        }
        RunKind::Connect if cut.intended("deliver") => {
            "A connection was cut off while its token was handed to the platform."
        }
        RunKind::Connect if cut.done("keep").is_some() => {
            "A connection was cut off after its token was kept, before it was delivered."
        }
        RunKind::Connect => "A connection was cut off while its token was made.",
        RunKind::Rotate => "A rotation was cut off.",
        RunKind::Disconnect => "A connection was ended, and not all of it is done.",
        RunKind::Sweep => "The deleting of unused tokens was cut off.",
        RunKind::Deliver => "A delivery to the platform was cut off.",
    }
}

/// What is known of a run's token, platform and copy.
struct Seen {
    value: Result<Option<Secret>, Problem>,
    answer: Answer,
    /// What the other tokens that are to be taken back say, by their ids; nothing where the value is not here.
    others: HashMap<String, Option<Answer>>,
    link: Option<Link>,
}

/// The kept value of a token, and what it says of the token.
pub(super) async fn asked(
    app: &App,
    bond: &Bond,
    token: &str,
) -> (Result<Option<Secret>, Problem>, Answer) {
    let value = bond.value(app, token).await;
    let answer = match &value {
        Ok(Some(value)) => match app.cloudflare(Credential::Token(value.duplicate())) {
            Ok(narrow) => ask(&narrow, &bond.owner()).await,
            Err(_) => Answer::Unknown,
        },
        _ => Answer::Unknown,
    };
    (value, answer)
}

/// Asks everything that can be asked.
async fn look(app: &App, cut: &Cut) -> LeftOver {
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
        RunKind::Rotate => Left::read(&cut.run.id, cut.entries()),
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
        None => (Ok(None), Answer::Unknown),
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
        left.facts.extend(rotation.old_token(app, &bond).await);
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
        (finish.filter(|_| !occupied), undo)
    };
    left
}

/// Whether a connect came to its end without that being written down, and its connection got another token since. What
/// the run made is over then, and taking it back would take back what came after it.
fn overtaken(cut: &Cut, listed: Option<&Connection>) -> bool {
    cut.run.kind == RunKind::Connect
        && listed.is_some_and(|known| !cut.made().contains(&known.token_id))
}

/// Whether a connect was made once more after this one was cut off, and came through: at the platform there is room for
/// one of them.
fn occupied(app: &App, cut: &Cut) -> Result<bool, Problem> {
    let Some(nominated) = cut
        .nominated
        .as_ref()
        .filter(|_| cut.run.kind == RunKind::Connect)
    else {
        return Ok(false);
    };
    let (Some(address), Some(decision)) = (&nominated.platform_address, &nominated.decision) else {
        return Ok(false);
    };
    let listed = app.record.connections().map_err(|error| error.problem())?;
    Ok(listed.iter().any(|known| {
        known.id != nominated.connection
            && known.platform_address.as_ref() == Some(address)
            && known.account_id == decision.account.id
            && known.project == decision.project
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

fn token(cut: &Cut, bond: &Bond, seen: &Seen) -> Vec<Fact> {
    let about = FactAbout::Token;
    let mut facts = Vec::new();
    for (name, id) in &bond.tokens {
        let (known, answer) = match id.as_ref().and_then(|id| seen.others.get(id)) {
            Some(other) => (other.is_some(), other.unwrap_or(Answer::Unknown)),
            None => (
                id.is_some() && matches!(seen.value, Ok(Some(_))),
                seen.answer,
            ),
        };
        let (state, sentence) = match (id, known, answer) {
            (_, true, Answer::Works) => (
                FactState::There,
                format!("The narrow token \"{name}\" works at Cloudflare."),
            ),
            (_, true, Answer::Refused) => (
                FactState::Gone,
                format!("Cloudflare refuses the narrow token \"{name}\"."),
            ),
            (_, true, Answer::Unknown) => (
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
    if bond.tokens.is_empty() && cut.intended("mint") || cut.done(super::parting::REVOKE).is_some()
    {
        facts.push(fact(
            about,
            FactState::Gone,
            "No narrow token of this run is left at Cloudflare.",
        ));
    }
    facts
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

/// How a run of each kind can end.
fn ways(cut: &Cut, bond: &Bond, seen: &Seen) -> (Option<Way>, Option<Way>) {
    let alive = seen.answer == Answer::Works;
    let name = bond.platform.as_str();
    let there = cut
        .nominated
        .as_ref()
        .is_some_and(|all| all.platform_address.is_some());
    let sign_in = there && seen.link.is_none();
    let taking_back = || {
        let mut does = Vec::new();
        if bond.address.is_some() {
            does.push(format!("Deletes the connection at {name}."));
        }
        if !bond.tokens.is_empty() {
            does.push(
                "Deletes the narrow token at Cloudflare, if you paste a one-time token; without one it stays open until Cloudflare refuses it."
                    .to_owned(),
            );
        }
        does.push("Then deletes its value on this computer.".to_owned());
        let dead = bond.tokens.is_empty() || seen.answer == Answer::Refused;
        Way {
            does,
            broad: if dead {
                BroadNeed::No
            } else {
                BroadNeed::Better
            },
            sign_in: bond.address.is_some()
                && seen.link.is_none()
                && cut.done(super::parting::PLATFORM).is_none(),
        }
    };
    match cut.run.kind {
        RunKind::Connect => {
            let policies = cut
                .traces()
                .last()
                .is_some_and(|trace: &Trace| trace.policies.is_some());
            let finish = (alive && policies && !cut.undoing()).then(|| {
                let mut does = vec!["Proves the kept token once more.".to_owned()];
                if there {
                    does.push(format!(
                        "Delivers it to {name}, unless it holds it already."
                    ));
                }
                does.push("Puts the connection into the list.".to_owned());
                Way {
                    does,
                    broad: BroadNeed::No,
                    sign_in,
                }
            });
            (finish, Some(taking_back()))
        }
        RunKind::Disconnect => {
            let undo = alive.then(|| {
                let mut does = vec!["Puts the connection back into the list.".to_owned()];
                if there {
                    does.push(format!("Delivers the kept token to {name} again."));
                }
                Way {
                    does,
                    broad: BroadNeed::No,
                    sign_in,
                }
            });
            (Some(taking_back()), undo)
        }
        RunKind::Rotate => ways_of_rotation(cut, seen, sign_in),
        RunKind::Deliver => {
            let does = format!("Hands the kept token to {name} once more.");
            (Some(way(&[&does], BroadNeed::No, sign_in)), None)
        }
        RunKind::Sweep => (
            Some(way(
                &[
                    "Closes the run. What nothing uses can be listed again with another one-time token.",
                ],
                BroadNeed::No,
                false,
            )),
            None,
        ),
    }
}

/// A rotation knows its own ways; they are put into words here.
fn ways_of_rotation(cut: &Cut, seen: &Seen, sign_in: bool) -> (Option<Way>, Option<Way>) {
    let Some(left) = Left::read(&cut.run.id, cut.entries()) else {
        return (None, None);
    };
    if left.is_empty() {
        let close = way(
            &["Closes the run: no new token was made, and the old one is in use as before."],
            BroadNeed::No,
            false,
        );
        return (Some(close), None);
    }
    let (finish, undo) = left.ends(matches!(seen.value, Ok(Some(_))));
    if left.rolled_in_place().is_some() {
        let does = [
            "Looks whether the token has a new value that works, and hands that one to the platform.",
        ];
        return (finish.then(|| way(&does, BroadNeed::No, sign_in)), None);
    }
    let need = if left.is_unproved() {
        BroadNeed::Must
    } else {
        BroadNeed::Better
    };
    let finish = finish.then(|| {
        let does = [
            "Goes on where the rotation was cut off, until the new token is in use here and at the platform.",
            "Deletes the old token at Cloudflare, if you paste a one-time token; without one it stays open until Cloudflare refuses it.",
        ];
        way(&does, need, sign_in)
    });
    let undo = undo.then(|| {
        let does = [
            "Deletes the new token at Cloudflare with a one-time token that you paste, unless the platform holds it.",
            "The old token stays in use.",
        ];
        way(&does, BroadNeed::Must, sign_in)
    });
    (finish, undo)
}

fn way(does: &[&str], broad: BroadNeed, sign_in: bool) -> Way {
    Way {
        does: does.iter().map(|&line| line.to_owned()).collect(),
        broad,
        sign_in,
    }
}

pub(super) fn fact(about: FactAbout, state: FactState, sentence: impl Into<String>) -> Fact {
    Fact {
        about,
        state,
        sentence: sentence.into(),
    }
}

impl Walk {
    /// Takes up a run that was cut off. Signing in, the token page, paste and inspection go as ever.
    pub fn resuming(app: &App, run: &str) -> Result<Self, Problem> {
        let cut = Cut::open(app, run)?;
        let held = app.record.hold_run(run).map_err(|error| error.problem())?;
        let held = held.ok_or_else(another_run)?;
        let nominated = cut.nominated.as_ref();
        let kinds = nominated.map_or_else(
            || vec![TokenKind::User, TokenKind::Account],
            |all| vec![all.kind],
        );
        let address = nominated.and_then(|all| all.platform_address.as_deref());
        let mut walk = Self::without_profile(app, &cut.run.profile, kinds, address)?;
        if let Ok(profile) = Profile::load(&cut.run.profile)
            && cut.run.kind == RunKind::Rotate
        {
            walk.profile = profile;
        }
        if let Some(nominated) = nominated {
            nominated.connection.clone_into(&mut walk.connection);
            walk.person = nominated.person().map(str::to_owned);
        }
        run.clone_into(&mut walk.run);
        (walk.kind, walk.open) = (cut.run.kind, Some(held));
        (walk.begun, walk.resumes) = (true, true);
        Ok(walk)
    }

    /// Where the run stands now.
    pub async fn stands(&self) -> Result<LeftOver, Problem> {
        Ok(look(&self.app, &Cut::open(&self.app, &self.run)?).await)
    }

    /// Ends the run in one of its ways, as far as that can be done now.
    ///
    /// Where that does not come through, the account is free again and the pasted token ends all the same, if the person
    /// has said so.
    pub async fn settle(&mut self, wish: Resume) -> Result<Settled, Problem> {
        let settled = self.end_cut_off(wish).await;
        self.report = Report::silent();
        settled
    }

    async fn end_cut_off(&mut self, wish: Resume) -> Result<Settled, Problem> {
        let cut = match self.may_settle() {
            Ok(cut) => cut,
            Err(problem) => {
                self.account = None;
                return Err(self.saying_what_stands(problem).await);
            }
        };
        let mut settled = self.unsettled(&cut, wish.ending);
        if let Err(problem) = Box::pin(self.end_in(&cut, wish, &mut settled)).await {
            self.account = None;
            let ended = match wish.broad {
                BroadWish::Destroy => self.end_broad(wish.broad).await,
                BroadWish::Keep | BroadWish::Unsaid => None,
            };
            return Err(match ended {
                Some(broad) => saying(problem, &broad),
                None => self.saying_what_stands(problem).await,
            });
        }
        if settled.broad.is_none() {
            settled.broad = self.end_broad(wish.broad).await;
        }
        if let Some(left) = broad_left(&self.app, &cut)
            && settled.connection.is_none()
        {
            settled.stands.push(format!(
                "The token that was pasted when the run began: {}",
                left.sentence
            ));
        }
        (self.begun, self.open, self.account) = (false, None, None);
        Ok(settled)
    }

    /// What has to be so before anything is done: the pasted token, the account and the vault fit the run.
    fn may_settle(&mut self) -> Result<Cut, Problem> {
        let cut = Cut::open(&self.app, &self.run)?;
        if cut.is_unreadable() {
            return Err(unreadable());
        }
        let Some(nominated) = &cut.nominated else {
            return Ok(cut);
        };
        if let Some(account) = nominated.account() {
            self.fits(nominated.kind, &account.id)?;
            self.take_account(&account.id)?;
        }
        self.can_open(cut.vault() == Some(VaultKind::File))?;
        Ok(cut)
    }

    /// Ends the run in one of the ways of its kind.
    async fn end_in(
        &mut self,
        cut: &Cut,
        wish: Resume,
        settled: &mut Settled,
    ) -> Result<(), Problem> {
        let listed = self.app.record.connection(&self.connection);
        let listed = listed.map_err(|error| error.problem())?;
        match (cut.run.kind, wish.ending) {
            _ if cut.nominated.is_none() => {
                settled
                    .done
                    .push("Nothing was made, so the run is closed.".to_owned());
                self.end_run("left");
                settled.ended = true;
            }
            (_, Ending::Undo) if overtaken(cut, listed.as_ref()) => return Err(no_such_way()),
            (_, Ending::Finish) if overtaken(cut, listed.as_ref()) => {
                let closed = "The connection went on with another token, so the run is closed.";
                settled.done.push(closed.to_owned());
                self.end_run("connected");
                settled.ended = true;
            }
            (RunKind::Connect, Ending::Finish) => self.finish_connect(cut, settled).await?,
            (RunKind::Connect, Ending::Undo) => {
                if !cut.undoing() {
                    self.journal().done(UNDO, &json!({}))?;
                }
                self.settle_back(cut, wish, "undone", settled).await?;
            }
            (RunKind::Disconnect, Ending::Finish) => {
                self.settle_back(cut, wish, "disconnected", settled).await?;
            }
            (RunKind::Disconnect, Ending::Undo) => self.take_up_again(cut, settled).await?,
            (RunKind::Rotate, ending) => self.settle_rotation(cut, ending, settled).await?,
            (RunKind::Sweep | RunKind::Deliver, Ending::Undo) => return Err(no_such_way()),
            (RunKind::Deliver, Ending::Finish) => self.settle_delivery(cut, settled).await?,
            (RunKind::Sweep, Ending::Finish) => {
                settled.done.push("The run is closed.".to_owned());
                self.end_run("left");
                settled.ended = true;
            }
        }
        Ok(())
    }

    fn unsettled(&self, cut: &Cut, ending: Ending) -> Settled {
        let told = told(&self.app, cut);
        Settled {
            run: told.run,
            kind: told.kind,
            ending,
            ended: false,
            done: Vec::new(),
            stands: Vec::new(),
            truths: None,
            connection: None,
            broad: None,
            token_name: told.token_name,
            token_list: told.token_list,
            problem: None,
        }
    }

    async fn finish_connect(&mut self, cut: &Cut, settled: &mut Settled) -> Result<(), Problem> {
        if cut.undoing() {
            return Err(no_such_way());
        }
        if occupied(&self.app, cut)? {
            return Err(already_connected(self.profile.receiver()));
        }
        self.sign_in_kept().await?;
        let journal = self.journal();
        let finished = finish(&self.app, &journal, cut, self.link.as_ref(), &self.report).await?;
        self.end_run(if finished.problem.is_some() {
            "pending"
        } else {
            "connected"
        });
        settled.ended = true;
        settled.done = finished.done;
        settled
            .stands
            .extend(finished.connection.broad_left.clone());
        settled.connection = Some(finished.connection);
        settled.problem = finished.problem;
        Ok(())
    }

    async fn settle_rotation(
        &mut self,
        cut: &Cut,
        ending: Ending,
        settled: &mut Settled,
    ) -> Result<(), Problem> {
        if Left::read(&cut.run.id, cut.entries()).is_some_and(|left| left.is_empty()) {
            let nothing = "No new token was made, and the old one is in use as before.";
            settled.done.push(nothing.to_owned());
            self.end_run("left");
            settled.ended = true;
            return Ok(());
        }
        // It takes both locks itself.
        (self.open, self.account) = (None, None);
        match ending {
            Ending::Finish => {
                let rotation = self.finish_rotation(&cut.run.id).await?;
                settled.done.push(rotation.old_token.sentence.clone());
                settled.stands.extend(rotation.stands);
                settled.problem = rotation.problem;
            }
            Ending::Undo => {
                self.report.began(Step::Cloudflare);
                let (undone, stands) = self.undo_rotation(&cut.run.id).await?;
                self.report.done(Step::Cloudflare, undone.join(" "));
                settled.done.extend(undone);
                settled.stands.extend(stands);
            }
        }
        let record = &self.app.record;
        let run = record.run(&cut.run.id).map_err(|error| error.problem())?;
        settled.ended = run.is_none_or(|run| run.ended.is_some());
        let known = record
            .connection(&self.connection)
            .map_err(|error| error.problem())?;
        settled.connection = known
            .map(|known| super::cards::connection(&self.app, &known))
            .transpose()?;
        Ok(())
    }

    /// Hands the token over once more. Whatever the platform says to it ends the run: the connection shows it.
    async fn settle_delivery(&mut self, cut: &Cut, settled: &mut Settled) -> Result<(), Problem> {
        self.report.began(Step::Deliver);
        match Again::resumed(&self.app, cut).await? {
            None => {
                let nothing = "The connection has changed since, so nothing is left to deliver.";
                self.report.done(Step::Deliver, nothing);
                settled.done.push(nothing.to_owned());
            }
            Some(again) => match again.deliver(&self.journal()).await {
                Ok(card) => {
                    let holds = format!("{} holds the token.", card.platform);
                    self.report.done(Step::Deliver, holds.clone());
                    settled.done.push(holds);
                    settled.connection = Some(card);
                }
                Err(problem) => {
                    self.report
                        .tell(Step::Deliver, StepState::Warned, problem.message.clone());
                    settled.problem = Some(problem);
                }
            },
        }
        self.end_run("delivered");
        settled.ended = true;
        Ok(())
    }

    async fn settle_back(
        &mut self,
        cut: &Cut,
        wish: Resume,
        how: &str,
        settled: &mut Settled,
    ) -> Result<(), Problem> {
        let farewell = Farewell {
            broad: wish.broad,
            forget: wish.forget,
        };
        self.end_earlier(cut, settled).await;
        let (truths, broad) = self.take_back(cut, &farewell).await?;
        settled.ended = !self.leave(cut, &truths, wish.forget, how);
        let Truths {
            platform,
            local,
            cloudflare,
        } = &truths;
        for truth in [platform, cloudflare, local] {
            let list = if truth.state.is_open() {
                &mut settled.stands
            } else {
                &mut settled.done
            };
            list.push(truth.sentence.clone());
        }
        (settled.truths, settled.broad) = (Some(truths), broad);
        Ok(())
    }

    /// Puts a connection that was being ended back.
    async fn take_up_again(&mut self, cut: &Cut, settled: &mut Settled) -> Result<(), Problem> {
        let (Some(bond), Some(was)) = (
            Bond::of(cut),
            cut.nominated.as_ref().and_then(|all| all.was.clone()),
        ) else {
            return Err(unknown_run());
        };
        self.report.began(Step::Cloudflare);
        let value = bond
            .value(&self.app, &was.token_id)
            .await?
            .ok_or_else(no_such_way)?;
        let narrow = self
            .app
            .cloudflare(Credential::Token(value))
            .map_err(|error| error.problem())?;
        let verified = narrow.verify(&bond.owner()).await;
        match (Answer::of(&verified), verified) {
            (Answer::Works, _) => {}
            (Answer::Unknown, Err(error)) => return Err(error.problem()),
            // Also one that is switched off or over: on the list it would be a connection that cannot work.
            (Answer::Refused | Answer::Unknown, _) => return Err(no_such_way()),
        }
        self.report.done(Step::Cloudflare, "The token still works.");
        self.journal().done(UNDO, &json!({}))?;
        let mut known = Connection {
            vault: word(bond.vault),
            ..was
        };
        if known.platform_address.is_some() {
            "unknown".clone_into(&mut known.delivery);
            (known.receipt_code, known.nonce) = (None, None);
        }
        self.app
            .record
            .put_connection(&known)
            .map_err(|error| error.problem())?;
        self.end_run("undone");
        settled.ended = true;
        settled
            .done
            .push("The connection is back in the list.".to_owned());
        settled.connection = Some(super::cards::connection(&self.app, &known)?);
        if known.platform_address.is_none() {
            return Ok(());
        }
        self.report.began(Step::Deliver);
        match redeliver_held(&self.app, &known.id).await {
            Ok(card) => {
                let held = format!("{} holds its token again.", known.platform);
                self.report.done(Step::Deliver, held.clone());
                settled.done.push(held);
                settled.connection = Some(card);
            }
            Err(problem) => {
                self.report
                    .tell(Step::Deliver, StepState::Warned, problem.message.clone());
                settled.problem = Some(problem);
            }
        }
        Ok(())
    }

    /// With a token that was pasted now, the one that the run began with is ended too, where it was made for the run.
    async fn end_earlier(&self, cut: &Cut, settled: &mut Settled) {
        let (Some(broad), Some(earlier)) = (&self.inspected, cut.broad_id()) else {
            return;
        };
        let mark = cut.nominated.as_ref().and_then(|all| all.broad.as_ref());
        let ours = cut.fuse().is_some() || mark.is_some_and(|mark| mark.ours);
        if !ours || cut.destroyed() || earlier == broad.token_id {
            return;
        }
        let journal = self.journal();
        let subject = json!({ "token": earlier });
        if journal.intent("destroy", &subject).is_err() {
            return;
        }
        let (ordering, heard) = broad.client.listening();
        let deleted = ordering.delete_token(&broad.owner, &earlier).await;
        let (gone, how) = match &deleted {
            Ok(()) => (true, "deleted".to_owned()),
            // Somebody else's token looks the same.
            Err(error)
                if error.kind == Kind::NotFound
                    && broad.is_of(&cut.maker()).await.is_ok_and(|of| of) =>
            {
                (true, "was not there".to_owned())
            }
            Err(error) => (false, error.problem().code),
        };
        let name = mark.and_then(|mark| mark.name.as_deref());
        journal.activity(DESTROY_PASTED, name.unwrap_or(PASTED), &how, Some(&heard));
        if gone && journal.done("destroy", &subject).is_ok() {
            settled
                .done
                .push("The token that was pasted when the run began is gone.".to_owned());
        }
    }

    /// Takes the kept session where nobody has signed in on this walk.
    async fn sign_in_kept(&mut self) -> Result<(), Problem> {
        if let (Some(platform), None) = (&self.platform, &self.link) {
            let resumed = session::resume(&self.app, platform).await?;
            self.link = resumed.map(|(link, _)| link);
        }
        Ok(())
    }
}

fn sign_in_first() -> Problem {
    platform::Error::NotSignedIn("no session is kept".to_owned()).problem()
}

fn no_such_way() -> Problem {
    Problem::new(
        "run-way",
        "This run cannot be ended that way any more.",
        "Look at what it offers now.",
        Next::Home,
    )
}

fn unreadable() -> Problem {
    Problem::new(
        "run-unreadable",
        "This run was begun by another version of Narrows, and what it decided cannot be read.",
        "End it with the version that began it.",
        Next::Home,
    )
}
