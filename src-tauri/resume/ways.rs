//! The ways in which a run that was cut off can end, by its kind and by what is true of it.

use super::seen::Seen;
use crate::cloudflare::Life;
use crate::record::RunKind;
use crate::run::{Cut, Left, Trace, effect, extra_trace};
use crate::steps::Bond;
use crate::story::{BroadNeed, Way};

/// How a run of each kind can end.
pub(crate) fn ways(cut: &Cut, bond: &Bond, seen: &Seen) -> (Option<Way>, Option<Way>) {
    let alive = seen.answer == Life::Works;
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
        let others = || {
            seen.others
                .values()
                .all(|said| *said == Some(Life::Refused))
        };
        let unnamed = || bond.tokens.iter().any(|(_, id)| id.is_none());
        let dead = bond.tokens.is_empty() || seen.answer == Life::Refused && others() && !unnamed();
        Way {
            does,
            broad: if dead {
                BroadNeed::No
            } else {
                BroadNeed::Better
            },
            sign_in: bond.address.is_some()
                && seen.link.is_none()
                && cut.done(effect::PLATFORM).is_none(),
        }
    };
    match cut.run.kind {
        RunKind::Connect => {
            let finish = alive.then(|| joining(cut, seen, name, there)).flatten();
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

/// How a connect that was cut off is finished, if it can be.
fn joining(cut: &Cut, seen: &Seen, platform: &str, there: bool) -> Option<Way> {
    let traces = cut.traces();
    let policies = traces
        .last()
        .is_some_and(|trace: &Trace| trace.policies.is_some());
    if !policies || cut.undoing() {
        return None;
    }
    let mut does = vec!["Proves the kept token once more.".to_owned()];
    if there {
        does.push(format!(
            "Delivers it to {platform}, unless it holds it already."
        ));
    }
    let loose = extra_trace::traces(cut.entries())
        .into_iter()
        .find(|trace| {
            let said = trace.id.as_ref().and_then(|id| seen.others.get(id));
            trace.given_up || said != Some(&Some(Life::Works))
        });
    let broad = if let Some(loose) = loose {
        does.push(format!(
            "Deletes the token \"{}\" at Cloudflare, if you paste a one-time token; without one it is named with the connection.",
            loose.name
        ));
        BroadNeed::Better
    } else {
        BroadNeed::No
    };
    does.push("Puts the connection into the list.".to_owned());
    Some(Way {
        does,
        broad,
        sign_in: there && seen.link.is_none(),
    })
}

/// A rotation knows its own ways; they are put into words here.
fn ways_of_rotation(cut: &Cut, seen: &Seen, sign_in: bool) -> (Option<Way>, Option<Way>) {
    let Some(left) = Left::read(cut) else {
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

pub(crate) fn way(does: &[&str], broad: BroadNeed, sign_in: bool) -> Way {
    Way {
        does: does.iter().map(|&line| line.to_owned()).collect(),
        broad,
        sign_in,
    }
}
