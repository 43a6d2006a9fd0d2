//! `narrows disconnect`.

use narrows_core::disconnect::Disconnect as Task;
use narrows_core::problem::Problem;
use narrows_core::run::{App, cancelled};
use narrows_core::secret::Secret;
use narrows_core::steps::Approach;
use narrows_core::story::{Broad, BroadWish, Disconnected, Farewell, TruthState, Truths};

use super::args::Disconnect;
use super::connect::{showing, sign_in};
use super::{ask, exit, print};

/// Steps that the end of a connection tells of: three sides, and the pasted token.
pub(crate) const STEPS: u64 = 4;

/// Ends a connection.
pub(crate) async fn disconnect(app: &App, wanted: Disconnect) -> Result<u8, Problem> {
    ask::vault(app, wanted.here.vault).await?;
    let mut task = Task::begin(app, &wanted.one.connection)?;
    // Until the first thing is deleted, stopping is leaving.
    interruptible(ready(&mut task.approach, wanted.no_revoke)).await?;
    let farewell = Farewell {
        broad: broad_wish(wanted.paste.keep_broad),
        forget: wanted.forget,
    };
    let (sender, shown) = showing(STEPS, wanted.here.output.json);
    let ended = task.disconnect(&farewell, Some(sender)).await;
    // Progress ends with the run; a fault in showing it is not the run's.
    let _ = shown.await;
    let ended = ended?;
    if wanted.here.output.json {
        print::object(&ended);
    } else {
        told(&ended);
    }
    Ok(exit_of(&ended.truths))
}

async fn ready(approach: &mut Approach, no_revoke: bool) -> Result<(), Problem> {
    reach(approach).await?;
    if no_revoke {
        return Ok(());
    }
    inspect(approach, ask::token().await?, None).await
}

/// Signs in where that can be done. A platform that cannot be reached is told later.
pub(crate) async fn reach(approach: &mut Approach) -> Result<(), Problem> {
    let prepared = approach.prepare().await;
    let mut problems = prepared.problems.into_iter();
    match (prepared.vault.self_test_ms, problems.next()) {
        (None, Some(problem)) => return Err(problem),
        (_, Some(problem)) => {
            print::err(format!("The platform is told later. {}", problem.message));
        }
        (_, None) if prepared.sign_in_needed => {
            if let Err(problem) = sign_in(approach).await {
                print::err(format!("The platform is told later. {}", problem.message));
            }
        }
        (_, None) => {}
    }
    Ok(())
}

/// Pastes a one-time token and asks who it is.
pub(crate) async fn inspect(
    approach: &mut Approach,
    token: Secret,
    account: Option<&str>,
) -> Result<(), Problem> {
    approach.paste(token)?;
    approach.inspect(account).await.map(drop)
}

/// Runs what may be left at any moment by Ctrl-C.
pub(crate) async fn interruptible<T>(
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    tokio::select! {
        done = Box::pin(work) => done,
        _ = tokio::signal::ctrl_c() => Err(cancelled()),
    }
}

pub(crate) fn broad_wish(keep: bool) -> BroadWish {
    if keep {
        BroadWish::Keep
    } else {
        BroadWish::Destroy
    }
}

/// The exit code of what the three sides say.
pub(crate) fn exit_of(truths: &Truths) -> u8 {
    if truths.platform.state == TruthState::Queued {
        exit::UNKNOWN
    } else if truths.is_open() {
        exit::STOPPED
    } else {
        exit::DONE
    }
}

fn told(ended: &Disconnected) {
    print::line("Account", &ended.account_name);
    truths(&ended.truths, &ended.platform_name);
    pasted(ended.broad.as_ref());
    print::line("Sites", &ended.sites);
    if ended.truths.cloudflare.state == TruthState::Open {
        print::line("Token", &ended.token_name);
        print::line("Delete it at", &ended.token_list);
    }
    if ended.open {
        print::line("Run", &ended.run);
        print::out("open");
    } else {
        print::out("disconnected");
    }
}

/// Prints where the three sides stand.
pub(crate) fn truths(truths: &Truths, platform: &str) {
    let name = if platform.chars().count() > 13 {
        "Platform"
    } else {
        platform
    };
    print::line(name, &truths.platform.sentence);
    print::line("Here", &truths.local.sentence);
    print::line("Cloudflare", &truths.cloudflare.sentence);
}

/// Prints what became of the pasted token.
pub(crate) fn pasted(broad: Option<&Broad>) {
    if let Some(broad) = broad {
        print::line("Pasted token", &broad.sentence);
    }
}
