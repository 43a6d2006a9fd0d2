//! A rotation that was cut off, or that the platform left pending: what it is, and how it is finished or undone.
//!
//! Finishing needs no broad token, as the new one is kept; only the old one then stays open until somebody deletes it.
//! Undoing needs one, and is refused where the platform may hold the new token.

use std::time::Instant;

use serde_json::json;

use super::in_place::{Rolling, roll_lost};
use super::old::{client, in_use, item, remember_broad, value};
use super::turn::{Turn, no_answer, owner, refused_in_the_end};
use crate::choose::granted::granted;
use crate::cloudflare::{Kind, Life};
use crate::http::Base;
use crate::platform::{Error as PlatformError, Nonce, Platform};
use crate::problem::{Next, Problem};
use crate::proof::{Where, plan};
use crate::record::{Connection, Phase};
use crate::run::course::{Fact, Facts, ROLL, ROTATE};
use crate::run::effect::{DELIVER, KEEP, PROVE, REVOKE, SWAP, UNDO_MINT};
use crate::run::hold::another_run;
use crate::run::known::stored;
use crate::run::rotation::{DELETED, Nominated, REFUSED};
use crate::run::session::sign_in;
use crate::run::{App, Cut, Journal, Left, Link, Mark, Report, course, kept, session};
use crate::secret::Secret;
use crate::steps::destroy::broad_left;
use crate::steps::mint::sweep;
use crate::steps::withdraw::{ask, other_owner};
use crate::steps::{Approach, Inspected, Subject, Swept, Undone, prove};
use crate::story::{Delivery, Grant, OldTokenState, Rotation, RotationState, RotationWay};

/// Deletes tokens under names whose making was never answered; gives those that there were.
async fn sweep_others<'a>(
    left: &'a Left,
    broad: &Inspected,
    journal: &Journal,
) -> Result<Vec<&'a str>, crate::cloudflare::Error> {
    let mut found = Vec::new();
    for name in &left.names {
        let known = left.made.as_ref().is_some_and(|(_, made)| made == name);
        if known {
            continue;
        }
        match sweep(broad, name, journal).await {
            Swept::Deleted => found.push(name.as_str()),
            Swept::Nothing => {}
            Swept::Unknown(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Goes on with a rotation without a broad token: delivers, swaps, and looks whether the old token is refused.
pub async fn finish_rotation(app: &App, run: &str) -> Result<Rotation, Problem> {
    finish(app, run, None, &Report::silent()).await
}

/// The same with the pasted token at hand: the old token is deleted as well.
pub async fn finish_rotation_with(approach: &Approach, run: &str) -> Result<Rotation, Problem> {
    let broad = approach.hand.one_time().map(|one_time| &one_time.broad);
    finish(&approach.app, run, broad, &Report::silent()).await
}

/// Undoes a rotation with the pasted token: deletes the new token, if the platform does not hold it. Tells what was
/// undone and what stands, a sentence each.
pub async fn undo_rotation(
    approach: &Approach,
    run: &str,
) -> Result<(Vec<String>, Vec<String>), Problem> {
    let one_time = approach.hand.known()?;
    let Undone { undone, stands } = undo(&approach.app, run, &one_time.broad).await?;
    Ok((undone, stands))
}

/// Goes on with a rotation where it was cut off. An error before anything was done; from then on a [`Rotation`].
pub(crate) async fn finish(
    app: &App,
    run: &str,
    broad: Option<&Inspected>,
    report: &Report,
) -> Result<Rotation, Problem> {
    let left = Left::of(app, run)?;
    let account = &left.nominated.decision.account.id;
    let lock = app.record.lock(&format!("account-{account}"));
    let _lock = lock
        .map_err(|error| error.problem())?
        .ok_or_else(another_run)?;
    finish_held(app, run, broad, report).await
}

/// The same for one who holds the account already.
pub(crate) async fn finish_held(
    app: &App,
    run: &str,
    broad: Option<&Inspected>,
    report: &Report,
) -> Result<Rotation, Problem> {
    let since = Instant::now();
    let held = app.record.hold_run(run).map_err(|error| error.problem())?;
    let _held = held.ok_or_else(another_run)?;
    let left = Left::of(app, run)?;
    let broad = broad.filter(|broad| broad.owner == owner(&left.nominated));
    let known = stored(app, &left.nominated.connection)?;
    let journal = Journal::of(app, course::of_rotation(left.nominated.way), run)?;
    if left.nominated.way == RotationWay::InPlace {
        return finish_in_place(app, left, known, &journal, report, since, broad).await;
    }
    let (token_id, token_name) = left.fresh().cloned().ok_or_else(nothing_to_finish)?;
    let swapped = left.course.done(SWAP);
    if known.token_id != left.nominated.replaces.token_id && known.token_id != token_id && !swapped
    {
        return Err(overtaken());
    }
    let vault = app.vault_of(left.vault)?;
    let kept = kept::read_in(
        app,
        &vault,
        &item(&known.id, &token_id),
        &known.account_name,
    )
    .await;
    let value = match kept? {
        Some(value) => value,
        // Another rotation may have replaced it since; only the old token is of interest then.
        None if !left.needs_value() => Secret::new(String::new()),
        None => return Err(value_gone()),
    };
    let mut course = left.course;
    // Kept and found again is kept, whatever the journal had time to say.
    course.note(KEEP, Phase::Done);
    let next = ROTATE.open(&course).map(|row| row.word);
    if next == Some(PROVE) {
        prove(app, &left, &token_id, &value, broad, &journal).await?;
        course.note(PROVE, Phase::Done);
    } else if next == Some(DELIVER) || next == Some(SWAP) && course.begun(UNDO_MINT) {
        still_taken(app, &left, &value).await?;
    }
    let link = match (&left.nominated.platform_address, course.of(DELIVER)) {
        (Some(_), Mark::Done) | (None, _) => None,
        (Some(address), _) => Some(sign_in_again(app, address, &left.nominated).await?),
    };
    let (delivery, receipt) = match (&left.receipt, course.of(DELIVER)) {
        (Some(receipt), _) => (Delivery::Accepted, Some(receipt.clone())),
        (None, Mark::Done) => (Delivery::Skipped, None),
        (None, _) => (Delivery::Unknown, None),
    };
    let mut old = in_use(&left.nominated);
    if course.done(REVOKE) {
        let (state, sentence) = if left.seen {
            (OldTokenState::Refused, REFUSED)
        } else {
            (OldTokenState::Deleted, DELETED)
        };
        old.state = state;
        sentence.clone_into(&mut old.sentence);
    }
    let mut turn = Turn {
        app,
        journal: &journal,
        report,
        link: link.as_ref(),
        broad,
        vault,
        nominated: &left.nominated,
        known,
        token_id,
        token_name,
        value,
        course,
        settled: true,
        delivery,
        receipt,
        old,
        stop: None,
        notices: Vec::new(),
    };
    turn.go_on().await;
    if let Some(broad) = broad {
        // What could not be looked for is met again by whoever lists what nothing uses.
        let _ = sweep_others(&left, broad, &journal).await;
    }
    let granted: Vec<Grant> = left.nominated.decision.requested.clone();
    if turn.course.done(SWAP) {
        // A delivery that was done needed nobody signed in; what there is beside the token may.
        let again = match (&left.nominated.platform_address, turn.link) {
            (Some(address), None) if !left.nominated.decision.extras.is_empty() => {
                sign_in_again(app, address, &left.nominated).await.ok()
            }
            _ => None,
        };
        let link = turn.link.or(again.as_ref());
        Box::pin(turn.settle_extras(run, left.maker, link)).await;
    }
    let told = turn.tell(run, since, None, None, granted);
    if ROTATE.ended(&turn.course) {
        close(app, run, "rotated", broad);
    }
    Ok(told)
}

/// Refuses to deliver a new token that is dead: an undo that failed may have deleted it, or somebody did.
async fn still_taken(app: &App, left: &Left, value: &Secret) -> Result<(), Problem> {
    match ask(&client(app, value)?, &owner(&left.nominated)).await {
        Life::Refused => Err(new_gone()),
        Life::Unknown if left.course.begun(UNDO_MINT) => Err(no_answer()),
        Life::Works | Life::Unknown => Ok(()),
    }
}

/// Asks again what the new token can do. Which policy it got is known only if that was compared before the cut, or can
/// be now, with a broad token.
async fn prove(
    app: &App,
    left: &Left,
    token_id: &str,
    value: &Secret,
    broad: Option<&Inspected>,
    journal: &Journal,
) -> Result<(), Problem> {
    let decision = &left.nominated.decision;
    let owner = owner(&left.nominated);
    let compared = left.course.begun(PROVE);
    let facts = Facts::of(&[Fact::Kept]).when(Fact::Compared, compared || broad.is_some());
    if ROTATE.may(&left.course, facts, PROVE).is_err() {
        return Err(broad_needed());
    }
    if let (false, Some(broad)) = (compared, broad) {
        let token = broad.client.token(&broad.owner, token_id).await;
        let token = token.map_err(|error| error.problem())?;
        granted(&decision.requested, &token.policies, &broad.catalogue)?;
    }
    let subject = json!({ "token": token_id });
    journal.intent(PROVE, &subject)?;
    let narrow = client(app, value)?;
    let probes: Vec<&str> = decision.probes.iter().map(String::as_str).collect();
    let groups: Vec<&str> = decision
        .requested
        .iter()
        .map(|grant| grant.group.as_str())
        .collect();
    let plan = plan(
        &probes,
        &groups,
        Where {
            account: &decision.account.id,
            zones: &decision.zones,
            other_account: None,
        },
    );
    let asked = Subject {
        client: &narrow,
        owner: &owner,
        plan: &plan,
        project: None,
        limited_to_addresses: !decision.allow_ip.is_empty(),
    };
    prove::prove(&asked, app.pace).await?;
    journal.done(PROVE, &subject)
}

/// A roll in place that was cut off: the vault tells what became of it.
async fn finish_in_place(
    app: &App,
    left: Left,
    known: Connection,
    journal: &Journal,
    report: &Report,
    since: Instant,
    broad: Option<&Inspected>,
) -> Result<Rotation, Problem> {
    let nominated = &left.nominated;
    let value = value(app, &known).await?.ok_or_else(value_gone)?;
    let own = client(app, &value)?;
    let rolled = value.fingerprint() != nominated.replaces.fingerprint;
    // A new value may not be known everywhere yet, nor an old one be refused everywhere.
    let dead = refused_in_the_end(Some(&own), &owner(nominated), !rolled).await;
    let mut told = in_use(nominated);
    let mut rolling = Rolling {
        app,
        journal,
        report,
        link: None,
        nominated,
        value: &value,
    };
    match (rolled, dead) {
        (_, None) => Err(no_answer()),
        (false, Some(false)) => {
            close(app, &left.run, "nothing-rolled", broad);
            let mut rotation = rolling.tell(&left.run, since, RotationState::Stopped, told);
            rotation.new_token = None;
            rotation.stands = vec!["The old value is in use, as before.".to_owned()];
            Ok(rotation)
        }
        (_, Some(true)) => {
            close(app, &left.run, "value-lost", broad);
            told.state = OldTokenState::Open;
            "It got a new value that nobody has. Another rotation replaces it."
                .clone_into(&mut told.sentence);
            let mut rotation = rolling.tell(&left.run, since, RotationState::ValueLost, told);
            rotation.new_token = None;
            rotation.problem = Some(roll_lost(&nominated.platform, &no_answer()));
            Ok(rotation)
        }
        (true, Some(false)) => {
            told.state = OldTokenState::Refused;
            "The token has a new value.".clone_into(&mut told.sentence);
            let link = match &nominated.platform_address {
                Some(address) => Some(sign_in_again(app, address, nominated).await?),
                None => None,
            };
            rolling.link = link.as_ref();
            let (delivery, receipt, problem) = rolling.deliver(known).await;
            let state = if problem.is_none() {
                RotationState::Rotated
            } else {
                RotationState::Undelivered
            };
            let how = if problem.is_none() {
                "rotated"
            } else {
                "undelivered"
            };
            if ROLL.ended(&journal.marks()) {
                close(app, &left.run, how, broad);
            }
            let rotation = rolling.tell(&left.run, since, state, told);
            Ok(Rotation {
                delivery,
                receipt_code: receipt.map(|(code, _)| code),
                problem,
                ..rotation
            })
        }
    }
}

/// Deletes the new token of a rotation that did not come through, and its value. Refused where the platform holds it, or
/// may: then only finishing is safe.
pub(crate) async fn undo(app: &App, run: &str, broad: &Inspected) -> Result<Undone, Problem> {
    let held = app.record.hold_run(run).map_err(|error| error.problem())?;
    let _held = held.ok_or_else(another_run)?;
    let left = Left::of(app, run)?;
    let account = &left.nominated.decision.account.id;
    let lock = app.record.lock(&format!("account-{account}"));
    let _lock = lock
        .map_err(|error| error.problem())?
        .ok_or_else(another_run)?;
    if left.nominated.way == RotationWay::InPlace || left.course.begun(SWAP) {
        return Err(too_late());
    }
    stored(app, &left.nominated.connection)?;
    if broad.owner != owner(&left.nominated) {
        return Err(other_broad());
    }
    let of_maker = broad.is_of(&left.maker).await;
    if !of_maker.map_err(|error| error.problem())? {
        return Err(other_owner());
    }
    if left.course.begun(DELIVER) {
        not_held(app, &left).await?;
    }
    let vault = app.vault_of(left.vault)?;
    let journal = Journal::of(app, course::of_rotation(left.nominated.way), run)?;
    let mut undone = Undone::default();
    let subject = json!({ "names": left.names, "token": left.made.as_ref().map(|(id, _)| id) });
    journal.intent(UNDO_MINT, &subject)?;
    if let Some((id, name)) = &left.made {
        let (ordering, heard) = broad.client.listening();
        let ordered = ordering.delete_token(&broad.owner, id).await;
        let told = |how: &str| journal.activity("undo", name, how, Some(&heard));
        match ordered {
            Ok(()) => {
                told("undone");
                undone
                    .undone
                    .push(format!("The new token \"{name}\" was deleted again."));
            }
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::NoRoute) => {
                told("was not there");
                undone
                    .undone
                    .push(format!("The new token \"{name}\" was gone already."));
            }
            Err(error) => {
                let problem = error.problem();
                told(&problem.code);
                journal.failed(UNDO_MINT, &subject)?;
                return Err(problem);
            }
        }
        match vault.delete(&item(&left.nominated.connection, id)).await {
            Ok(true) => undone
                .undone
                .push("Its copy on this computer was deleted.".to_owned()),
            Ok(false) => {}
            Err(error) => undone.stands.push(format!(
                "Its copy may still be in the vault: {}",
                error.problem().message
            )),
        }
    }
    match sweep_others(&left, broad, &journal).await {
        Ok(found) => undone.undone.extend(
            found
                .into_iter()
                .map(|name| format!("The new token \"{name}\" was deleted again.")),
        ),
        Err(error) => {
            journal.failed(UNDO_MINT, &subject)?;
            return Err(error.problem());
        }
    }
    journal.done(UNDO_MINT, &subject)?;
    close(app, run, "undone", Some(broad));
    if undone.undone.is_empty() {
        undone
            .undone
            .push("Nothing was made, so nothing is left.".to_owned());
    }
    undone
        .stands
        .insert(0, "The old token is in use, as before.".to_owned());
    Ok(undone)
}

/// Asks the platform, which was sent the new token, whether it holds another.
async fn not_held(app: &App, left: &Left) -> Result<(), Problem> {
    let Some(address) = &left.nominated.platform_address else {
        return Ok(());
    };
    let link = sign_in_again(app, address, &left.nominated).await?;
    let nonce = Nonce::generate().map_err(|error| error.problem())?;
    let held = link
        .platform
        .get_connection(&link.session, &left.nominated.connection, &nonce)
        .await;
    match held {
        Ok(held) if held.fingerprint == left.nominated.replaces.fingerprint => Ok(()),
        Ok(_) => Err(too_late()),
        Err(PlatformError::UnknownConnection(_)) => Err(not_told()),
        Err(error) => Err(error.problem()),
    }
}

async fn sign_in_again(app: &App, address: &str, nominated: &Nominated) -> Result<Link, Problem> {
    let platform = Platform::new(&app.http, Base::https_or_loopback(address)?);
    let resumed = session::resume(app, &platform).await?;
    let (link, _) = resumed.ok_or_else(sign_in)?;
    link.is_of(nominated.person.as_deref())?;
    Ok(link)
}

/// Ends the run. A token that was pasted when it began and that may still live is named with the connection from now on;
/// `pasted` is the one at hand, which is told of by itself.
fn close(app: &App, run: &str, how: &str, pasted: Option<&Inspected>) {
    if let Ok(cut) = Cut::open(app, run)
        && let (Some(left), Some(all)) = (broad_left(app, &cut), &cut.nominated)
        && pasted.map(|broad| &broad.token_id) != cut.broad_id().as_ref()
    {
        remember_broad(app, &all.connection, &left);
    }
    if app.record.finish_run(run, how, (app.now)()).is_err() {
        tracing::warn!("the end of a rotation was not written down");
    }
}

fn nothing_to_finish() -> Problem {
    Problem::new(
        "rotation-nothing-made",
        "No new token is known of this rotation, so there is nothing to finish.",
        "Undo it with a one-time token, in case one was made unseen; then rotate again.",
        Next::OpenTokenPage,
    )
}

fn new_gone() -> Problem {
    Problem::new(
        "rotation-new-gone",
        "The new token was made and kept, and Cloudflare refuses it now: it was deleted meanwhile.",
        "Undo the rotation with a one-time token, then rotate again.",
        Next::OpenTokenPage,
    )
}

fn value_gone() -> Problem {
    Problem::new(
        "rotation-value-gone",
        "The new token was made, and its value is not in the vault.",
        "Undo the rotation with a one-time token, then rotate again.",
        Next::OpenTokenPage,
    )
}

fn overtaken() -> Problem {
    Problem::new(
        "rotation-changed",
        "The connection got another token meanwhile.",
        "Look at it once more, then rotate again if it is still wanted.",
        Next::Home,
    )
}

fn broad_needed() -> Problem {
    Problem::new(
        "rotation-unproved",
        "The new token was cut off before anybody compared what it may do, which only a one-time token can.",
        "Go on with a one-time token, or undo the rotation.",
        Next::OpenTokenPage,
    )
}

fn too_late() -> Problem {
    Problem::new(
        "rotation-too-late",
        "The new token is in use, so it cannot be taken back.",
        "Finish the rotation.",
        Next::DeliverAgain,
    )
}

/// It may hold the new token for somebody else than who is signed in.
fn not_told() -> Problem {
    Problem::new(
        "unknown-connection",
        "The platform shows no such connection to who is signed in there, so it is not known which token it holds.",
        "Finish the rotation, which delivers the new token.",
        Next::DeliverAgain,
    )
}

fn other_broad() -> Problem {
    Problem::new(
        "rotation-other-kind",
        "The pasted token cannot see the tokens that this rotation made.",
        "Make one of the same kind and account, and paste that.",
        Next::OpenTokenPage,
    )
}
