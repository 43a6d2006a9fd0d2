//! Step 11: the broad token dies, and is seen dead.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::time::sleep;

use super::fuse::Fuse;
use super::inspect::Inspected;
use super::paste::OneTime;
use crate::cloudflare::{Error, Kind, Life, NewToken, TokenStatus};
use crate::problem::Problem;
use crate::run::effect::DESTROY;
use crate::run::{App, Cut, Journal, Report};
use crate::story::{Broad, BroadState, BroadWish, Step, StepState};

/// How long Cloudflare may take to refuse a token that was deleted.
pub(crate) const BOUND: Duration = Duration::from_secs(15);

pub(crate) const GAP: Duration = Duration::from_millis(250);

/// The activity's words for the end of a pasted token, and for one without a name.
pub(crate) const DESTROY_PASTED: &str = "destroy pasted token";

pub(crate) const PASTED: &str = "pasted token";

/// Which rung of the ladder held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rung {
    /// Deleted.
    Deleted,
    /// Its end was set one minute away.
    Expired,
    /// Switched off.
    Disabled,
    /// Rolled, and the new value dropped unread.
    Rolled,
    /// No answer came to the order; what became of it shows when it is asked.
    Unanswered,
    /// Everything was refused.
    None,
}

/// Deletes the broad token; if that is refused, ends, switches off, or rolls it. `refused` is told of each order that
/// was refused before the last.
pub(crate) async fn order(broad: &Inspected, now: Timestamp, refused: impl Fn(&Error)) -> Rung {
    let (client, owner, id) = (&broad.client, &broad.owner, broad.token_id.as_str());
    match client.delete_token(owner, id).await {
        Ok(()) => return Rung::Deleted,
        Err(error) if error.kind == Kind::UnknownToken => return Rung::Deleted,
        Err(error) if error.may_have_taken_effect() => return Rung::Unanswered,
        Err(error) => refused(&error),
    }
    if let Some(own) = &broad.own {
        let soon = now.checked_add(SignedDuration::from_mins(1)).ok();
        let soon = soon.and_then(|soon| Timestamp::from_second(soon.as_second()).ok());
        let ended = NewToken {
            expires_on: soon,
            ..own.to_new()
        };
        match client.update_token(owner, id, &ended, None).await {
            Ok(_) => return Rung::Expired,
            Err(error) => refused(&error),
        }
        let (same, off) = (own.to_new(), Some(TokenStatus::Disabled));
        match client.update_token(owner, id, &same, off).await {
            Ok(_) => return Rung::Disabled,
            Err(error) => refused(&error),
        }
    }
    // The answer holds the new value, which is dropped, and wiped, here.
    if client.roll_token(owner, id).await.is_ok() {
        Rung::Rolled
    } else {
        Rung::None
    }
}

/// Asks until Cloudflare refuses the token, and tells what became of it.
pub(crate) async fn watch(
    broad: &Inspected,
    rung: Rung,
    ordered: Instant,
    fuse: Option<Timestamp>,
    now: Timestamp,
) -> Broad {
    let name = broad.own.as_ref().map(|own| own.name.clone());
    let end = std::time::Instant::now() + BOUND;
    let wait = matches!(
        rung,
        Rung::Deleted | Rung::Disabled | Rung::Rolled | Rung::Unanswered
    );
    while wait && std::time::Instant::now() < end {
        if refused(broad).await {
            let after = ordered.elapsed();
            return Broad {
                state: BroadState::Refused,
                after_ms: Some(u32::try_from(after.as_millis()).unwrap_or(u32::MAX)),
                name,
                expires_on: None,
                sentence: "It opens nothing any more: Cloudflare refuses it.".to_owned(),
            };
        }
        sleep(GAP).await;
    }
    let ends = match rung {
        Rung::Expired => now.checked_add(SignedDuration::from_mins(1)).ok(),
        _ => fuse,
    };
    match ends {
        Some(ends) => expiring(name, ends),
        None => alive(name),
    }
}

/// The state of a broad token that will end by itself at `ends`.
pub(crate) fn expiring(name: Option<String>, ends: Timestamp) -> Broad {
    Broad {
        state: BroadState::Expiring,
        after_ms: None,
        name,
        expires_on: Some(ends.to_string()),
        sentence: format!("It ends by itself at {}.", ends.strftime("%H:%M UTC")),
    }
}

/// The state of a broad token whose end lies behind us by this computer's clock, which Cloudflare does not go by.
pub(crate) fn overdue(name: Option<String>, ended: Timestamp) -> Broad {
    Broad {
        sentence: format!(
            "It should have ended by itself at {}.",
            ended.strftime("%H:%M UTC")
        ),
        ..expiring(name, ended)
    }
}

/// The state of a broad token that nothing ended.
pub(crate) fn alive(name: Option<String>) -> Broad {
    let called = name
        .as_deref()
        .map_or_else(String::new, |name| format!(" \"{name}\""));
    Broad {
        state: BroadState::Alive,
        after_ms: None,
        name,
        expires_on: None,
        sentence: format!(
            "The token{called} still works. Delete it in Cloudflare's list of tokens."
        ),
    }
}

/// The state of a broad token that is left as it is; `lit` is the end that its fuse gave it.
pub(crate) fn untouched(broad: &Inspected, lit: Option<Timestamp>) -> Broad {
    let own = broad.own.as_ref();
    let name = own.map(|own| own.name.clone());
    match lit.or(own.and_then(|own| own.expires_on)) {
        Some(end) => expiring(name, end),
        None => alive(name),
    }
}

/// The state of a broad token that was left alive on purpose.
pub(crate) fn kept(name: Option<String>, asked: bool) -> Broad {
    let why = if asked {
        "as you chose"
    } else {
        "because it was not made for this run"
    };
    Broad {
        state: BroadState::Kept,
        after_ms: None,
        name,
        expires_on: None,
        sentence: format!(
            "It still works, {why}. It can make tokens for everything you can reach."
        ),
    }
}

/// The state of a broad token that another run goes on with.
fn handed_on(broad: Broad) -> Broad {
    Broad {
        state: BroadState::Kept,
        sentence: "It is used for the other connections, and ends with the last of them."
            .to_owned(),
        ..broad
    }
}

async fn refused(broad: &Inspected) -> bool {
    Life::of(&broad.client.verify(&broad.owner).await) == Life::Refused
}

/// A pasted token on its way to its end.
pub(crate) struct Doomed<'a> {
    /// What Cloudflare says of it.
    pub broad: &'a Inspected,
    /// Whether it was made through our link.
    pub ours: bool,
    /// What is to become of it.
    pub wish: BroadWish,
    /// Whether another run needs it after this one, and so ends it.
    pub shared: bool,
    /// The fuse, lit or being lit.
    fuse: Option<Fuse>,
    /// When it ends by itself, once that is known.
    fuse_end: Option<Timestamp>,
}

impl<'a> Doomed<'a> {
    /// A token that was pasted, with what is wished for it.
    pub(crate) fn of(one_time: &'a OneTime, wish: BroadWish, shared: bool) -> Self {
        Self {
            broad: &one_time.broad,
            ours: one_time.ours,
            wish,
            shared,
            fuse: one_time.fuse.clone(),
            fuse_end: one_time.broad.own.as_ref().and_then(|own| own.expires_on),
        }
    }

    /// Waits until the fuse is lit, if one is being lit.
    pub(crate) async fn join_fuse(&mut self, report: &Report) {
        let Some(fuse) = self.fuse.take() else {
            return;
        };
        if let Some(end) = fuse.await {
            self.fuse_end = Some(end);
            report.done(
                Step::Fuse,
                format!(
                    "The pasted token ends at {} at the latest.",
                    end.strftime("%H:%M UTC")
                ),
            );
        } else {
            report.tell(
                Step::Fuse,
                StepState::Warned,
                "The pasted token could not be given an early end.",
            );
        }
    }

    /// Destroys it, unless it is to be kept.
    pub(crate) async fn destroy(&self, app: &App, journal: &Journal, report: &Report) -> Broad {
        if self.shared {
            return handed_on(self.left_alive());
        }
        let name = self.broad.own.as_ref().map(|own| own.name.clone());
        if !self.destroys() {
            let broad = kept(name, self.wish == BroadWish::Keep);
            report.tell(Step::Destroy, StepState::Skipped, broad.sentence.clone());
            return broad;
        }
        report.began(Step::Destroy);
        let subject = json!({ "token": self.broad.token_id });
        if let Err(problem) = journal.intent(DESTROY, &subject) {
            report.tell(Step::Destroy, StepState::Warned, problem.message);
            return self.left_alive();
        }
        let now = (app.now)();
        let ordered = Instant::now();
        let (ordering, heard) = self.broad.listening();
        let told = |how: &str| {
            let subject = name.as_deref().unwrap_or(PASTED);
            journal.activity(DESTROY_PASTED, subject, how, Some(&heard));
        };
        let rung = order(&ordering, now, |error| told(&error.problem().code)).await;
        let broad = watch(self.broad, rung, ordered, self.fuse_end, now).await;
        let _ = match broad.state {
            BroadState::Refused => journal.done(DESTROY, &subject),
            _ => journal.failed(
                DESTROY,
                &json!({ "token": self.broad.token_id, "rung": rung_word(rung) }),
            ),
        };
        let state = if broad.state == BroadState::Refused {
            StepState::Done
        } else {
            StepState::Warned
        };
        report.tell(Step::Destroy, state, broad.sentence.clone());
        told(&broad.sentence);
        broad
    }

    /// Whether it is to be destroyed.
    pub(crate) fn destroys(&self) -> bool {
        match self.wish {
            _ if self.shared => false,
            BroadWish::Destroy => true,
            BroadWish::Keep => false,
            BroadWish::Unsaid => self.ours,
        }
    }

    /// What is said of it where a run leaves it as it is.
    pub(crate) fn left_alive(&self) -> Broad {
        untouched(self.broad, self.fuse_end)
    }
}

fn rung_word(rung: Rung) -> &'static str {
    match rung {
        Rung::Deleted => "deleted",
        Rung::Expired => "expired",
        Rung::Disabled => "disabled",
        Rung::Rolled => "rolled",
        Rung::Unanswered => "unanswered",
        Rung::None => "none",
    }
}

/// What is known of the token that was pasted into the run that was cut off.
pub(crate) fn broad_left(app: &App, cut: &Cut) -> Option<Broad> {
    if cut.destroyed() {
        return None;
    }
    let mark = cut.nominated.as_ref().and_then(|all| all.broad.as_ref());
    let name = mark
        .and_then(|mark| mark.name.clone())
        .or_else(|| cut.broad_name());
    match (cut.fuse(), mark) {
        (Some(end), _) if end <= (app.now)() => Some(overdue(name, end)),
        (Some(end), _) => Some(expiring(name, end)),
        (None, Some(mark)) if !mark.ours && !cut.intended("destroy") => Some(kept(name, false)),
        (None, _) => cut.broad_id().map(|_| alive(name)),
    }
}

/// A problem with what became of the pasted token: who reads only the problem has to know of it.
pub(crate) fn saying(problem: Problem, broad: &Broad) -> Problem {
    Problem {
        message: format!(
            "{} The token you pasted: {}",
            problem.message, broad.sentence
        ),
        ..problem
    }
}
