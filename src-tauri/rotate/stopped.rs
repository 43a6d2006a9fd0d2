//! A rotation that stopped before the platform was told of it: what was made is undone.

use std::time::Instant;

use super::old::in_use;
use crate::cards;
use crate::run::course::rotate::holds_a_token;
use crate::run::known::stored;
use crate::run::rotation::Nominated;
use crate::run::{Marks, Stop, known};
use crate::steps::Run;
use crate::story::{Delivery, Rotation, RotationState, Stopped};

/// Undoes what was made, and says that the old token is in use as before.
pub(crate) async fn stopped(mut run: Run<'_>, nominated: &Nominated, stop: Stop) -> Rotation {
    let stopped = run.stop(stop).await;
    let left = run
        .app
        .record
        .journal(run.id)
        .is_ok_and(|journal| holds_a_token(&Marks::read(&journal)));
    if !left {
        run.close(&stopped.problem.code);
    }
    let known = stored(run.app, run.connection).ok();
    let Stopped {
        step,
        problem,
        undone,
        mut stands,
        broad,
    } = stopped;
    stands.insert(0, "The old token is in use, as before.".to_owned());
    let span = run.app.calls.span(run.pasted, Instant::now());
    Rotation {
        state: RotationState::Stopped,
        run: run.id.to_owned(),
        connection_id: run.connection.to_owned(),
        profile: run.profile.to_owned(),
        platform: run.platform_name.to_owned(),
        account_id: nominated.decision.account.id.clone(),
        account_name: nominated.decision.account.name.clone(),
        project: nominated.decision.project.clone(),
        way: nominated.way,
        old_token: in_use(nominated),
        new_token: None,
        delivery: known.as_ref().map_or(Delivery::Unknown, known::delivery),
        receipt_code: None,
        extras: known.as_ref().map_or_else(Vec::new, |known| {
            cards::extras(&known.extras, &known.platform)
        }),
        broad: broad.filter(|_| !run.shared()),
        step: Some(step),
        problem: Some(problem),
        undone,
        stands,
        notices: Vec::new(),
        rounds: u32::try_from(span.rounds).unwrap_or(u32::MAX),
        elapsed_ms: u32::try_from(span.elapsed.as_millis()).unwrap_or(u32::MAX),
    }
}
