//! `narrows rotate`.

use narrows_core::problem::Problem;
use narrows_core::rotate::{Rotate as Task, Several};
use narrows_core::run::{App, cancelled};
use narrows_core::steps::Approach;
use narrows_core::story::{BroadWish, Rotation, RotationChoices, RotationState, SeveralProgress};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use super::args::Rotate;
use super::connect::{Bar, showing, sign_in, stop_when_interrupted};
use super::{ask, exit, print};

/// Steps that a rotation tells of.
const STEPS: u64 = 9;

/// Rotates one connection, or all.
pub(crate) async fn rotate(app: &App, wanted: Rotate) -> Result<u8, Problem> {
    let cancel = stop_when_interrupted(wanted.here.output.json);
    match wanted.connection.clone() {
        Some(connection) => Box::pin(one(app, &wanted, &connection, &cancel)).await,
        None => Box::pin(all(app, &wanted, &cancel)).await,
    }
}

async fn one(
    app: &App,
    wanted: &Rotate,
    connection: &str,
    cancel: &CancellationToken,
) -> Result<u8, Problem> {
    let json = wanted.here.output.json;
    // Until something is made, stopping is leaving: the task closes its run when it is dropped.
    let (mut task, choices) = cancel
        .run_until_cancelled(Box::pin(ready(app, wanted, connection)))
        .await
        .unwrap_or_else(|| Err(cancelled()))?;
    let (sender, shown) = showing(STEPS, json);
    let rotation = task.rotate(&choices, Some(sender), cancel).await;
    // Progress ends with the run; a fault in showing it is not the run's.
    let _ = shown.await;
    let rotation = rotation?;
    print::rotation(&rotation, json);
    if let Some(problem) = &rotation.problem {
        print::problem(problem, json);
    }
    Ok(exit_of(&rotation))
}

/// Everything that comes before the first thing is made.
async fn ready(
    app: &App,
    wanted: &Rotate,
    connection: &str,
) -> Result<(Task, RotationChoices), Problem> {
    ask::vault(app, wanted.here.vault).await?;
    let mut task = Task::begin(app, connection, wanted.profile.as_deref())?;
    prepare(&mut task.approach).await?;
    let pasted = task.approach.paste(ask::token().await?)?;
    if !wanted.here.output.json {
        pasted.notices.iter().for_each(print::err);
    }
    let inspection = task.approach.inspect(None).await?;
    let choices = choices(wanted, inspection.ours).await?;
    let preview = task.preview(&choices).await?;
    if !wanted.here.output.json {
        print::rotation_preview(&preview);
    }
    Ok((task, choices))
}

async fn prepare(approach: &mut Approach) -> Result<(), Problem> {
    let prepared = approach.prepare().await;
    if let Some(problem) = prepared.problems.into_iter().next() {
        return Err(problem);
    }
    if prepared.sign_in_needed {
        sign_in(approach).await?;
    }
    Ok(())
}

fn wish(wanted: &Rotate, broad: BroadWish) -> RotationChoices {
    RotationChoices {
        profile_policy: wanted.profile_policy,
        in_place: wanted.in_place,
        expires: wanted.expires.clone(),
        broad,
    }
}

async fn choices(wanted: &Rotate, ours: bool) -> Result<RotationChoices, Problem> {
    let destroy = !wanted.paste.keep_broad
        && (!ask::at_terminal()
            || ours
            || ask::yes("This token was not made for this run. Destroy it at the end?").await?);
    let broad = if destroy {
        BroadWish::Destroy
    } else {
        BroadWish::Keep
    };
    Ok(wish(wanted, broad))
}

async fn all(app: &App, wanted: &Rotate, cancel: &CancellationToken) -> Result<u8, Problem> {
    let json = wanted.here.output.json;
    let ready = async {
        ask::vault(app, wanted.here.vault).await?;
        let mut several = Several::begin(app)?;
        // Whoever signs in at a platform has done so for every connection there.
        while let Some(next) = several
            .prepare()
            .await?
            .ahead
            .iter()
            .position(|one| one.sign_in)
        {
            sign_in(&mut several.walks()[next].approach).await?;
        }
        let pasted = several.paste(&ask::token().await?)?;
        if let (Some(pasted), false) = (pasted, json) {
            pasted.notices.iter().for_each(print::err);
        }
        let inspection = several.inspect().await?;
        let preview = several.preview(&wish(wanted, BroadWish::Unsaid)).await?;
        if !json {
            print::several_preview(&preview);
        }
        Ok((several, choices(wanted, inspection.ours).await?))
    };
    let (several, choices) = cancel
        .run_until_cancelled(Box::pin(ready))
        .await
        .unwrap_or_else(|| Err(cancelled()))?;
    let (sender, mut receiver) = unbounded_channel::<SeveralProgress>();
    let shown = tokio::spawn(async move {
        let mut bar = None;
        while let Some(line) = receiver.recv().await {
            let bar = bar.get_or_insert_with(|| Bar::new(STEPS * u64::from(line.of), json));
            let of = format!("{} of {}: ", line.number, line.of);
            bar.show(&line.progress, &of);
        }
        if let Some(bar) = bar {
            bar.end();
        }
    });
    let told = several.rotate(&choices, Some(sender), cancel).await;
    let _ = shown.await;
    let told = told?;
    print::rotations(&told, json);
    let worst = told.rotations.iter().map(exit_of);
    let skipped = told.skipped.iter().map(|_| exit::STOPPED);
    // What is not confirmed counts most; then what stopped or was skipped.
    Ok(worst.chain(skipped).max().unwrap_or(exit::DONE))
}

fn exit_of(rotation: &Rotation) -> u8 {
    match (rotation.state, &rotation.problem) {
        (RotationState::Rotated, _) => exit::DONE,
        (RotationState::Pending | RotationState::Undelivered | RotationState::RollUnknown, _) => {
            exit::UNKNOWN
        }
        (RotationState::Stopped, Some(problem)) => exit::of(problem),
        (RotationState::OldOpen | RotationState::ValueLost | RotationState::Stopped, _) => {
            exit::STOPPED
        }
    }
}
