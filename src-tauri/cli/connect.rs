//! `narrows connect` and `narrows deliver`.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use narrows_core::connect::Connect as Task;
use narrows_core::problem::Problem;
use narrows_core::profile::Profile;
use narrows_core::resume::redeliver;
use narrows_core::run::{App, cancelled};
use narrows_core::steps::Approach;
use narrows_core::story::{BroadWish, Choices, Outcome, Progress, Step, StepState};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::args::{Connect, Deliver};
use super::{ask, exit, print};

/// Walks through connect.
pub(crate) async fn connect(app: &App, wanted: Connect) -> Result<u8, Problem> {
    let json = wanted.here.output.json;
    let cancel = stop_when_interrupted(json);
    // Until something is made, stopping is leaving: the task closes its run when it is dropped.
    let (mut connect, choices) = cancel
        .run_until_cancelled(Box::pin(ready(app, wanted)))
        .await
        .unwrap_or_else(|| Err(cancelled()))?;
    let (sender, shown) = showing(STEPS, json);
    let outcome = connect.connect(&choices, Some(sender), &cancel).await;
    // Progress ends with the run; a fault in showing it is not the run's.
    let _ = shown.await;
    Ok(finish(&outcome, json))
}

/// Everything that comes before the first thing is made.
async fn ready(app: &App, wanted: Connect) -> Result<(Task, Choices), Problem> {
    let profile = Profile::load(&wanted.profile.profile)?;
    ask::vault(app, wanted.here.vault).await?;
    let mut task = Task::begin(app, profile, wanted.platform.as_deref())?;
    let prepared = task.approach.prepare().await;
    if let Some(problem) = prepared.problems.into_iter().next() {
        return Err(problem);
    }
    if prepared.sign_in_needed {
        sign_in(&mut task.approach).await?;
    }
    let pasted = task.approach.paste(ask::token().await?)?;
    if !wanted.here.output.json {
        pasted.notices.iter().for_each(print::err);
    }
    let inspection = task.approach.inspect(wanted.account.as_deref()).await?;
    let destroy = !wanted.paste.keep_broad
        && (!ask::at_terminal()
            || inspection.ours
            || ask::yes("This token was not made for this run. Destroy it at the end?").await?);
    let choices = Choices {
        account: wanted.account,
        project: wanted.project,
        expires: wanted.expires,
        allow_ip: wanted.allow_ip,
        with: wanted.with,
        zones: wanted.zone,
        broad: if destroy {
            BroadWish::Destroy
        } else {
            BroadWish::Keep
        },
    };
    let mut choosing = task.choosing()?;
    choosing.look_up_zones(&choices).await?;
    choosing.preview(&choices)?;
    Ok((task, choices))
}

/// Cancelled by Ctrl-C.
pub(crate) fn stop_when_interrupted(json: bool) -> CancellationToken {
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            if !json {
                print::err("Stopping. What was made, if anything, is undone first.");
            }
            stop.cancel();
        }
    });
    cancel
}

/// Delivers once more.
pub(crate) async fn deliver(app: &App, wanted: &Deliver) -> Result<u8, Problem> {
    ask::vault(app, wanted.here.vault).await?;
    let card = redeliver(app, &wanted.one.connection).await?;
    if wanted.here.output.json {
        print::object(&card);
    } else {
        print::connection(&card);
    }
    Ok(exit::DONE)
}

/// Signs in at the platform, in the browser.
pub(crate) async fn sign_in(approach: &mut Approach) -> Result<(), Problem> {
    let (prompt, waiting) = approach.begin_sign_in().await?;
    print::err(format!("Sign in at {}", prompt.verification_uri));
    print::err(format!("and compare the code {}", prompt.user_code));
    let signed_in = waiting.wait().await?;
    let person = approach.signed_in(signed_in);
    print::err(format!("Signed in as {}.", person.email));
    Ok(())
}

/// Shows the progress of `steps` steps as it is told, until nobody tells any more.
pub(crate) fn showing(steps: u64, json: bool) -> (UnboundedSender<Progress>, JoinHandle<()>) {
    let (sender, mut progress) = unbounded_channel::<Progress>();
    let shown = tokio::spawn(async move {
        let bar = Bar::new(steps, json);
        while let Some(line) = progress.recv().await {
            bar.show(&line, "");
        }
        bar.end();
    });
    (sender, shown)
}

/// Live progress: a bar at a terminal, lines elsewhere, nothing beside JSON.
pub(crate) struct Bar {
    bar: ProgressBar,
    plain: bool,
}

impl Bar {
    pub(crate) fn new(steps: u64, json: bool) -> Self {
        let bar = if json {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(steps)
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        let plain = !json && bar.is_hidden();
        Self { bar, plain }
    }

    /// Shows one line; `of` says which of several it is about.
    pub(crate) fn show(&self, line: &Progress, of: &str) {
        if line.state == StepState::Began {
            self.bar.set_message(format!("{of}{}", words(line.step)));
            return;
        }
        if line.state != StepState::Going {
            self.bar.inc(1);
        }
        let text = format!("{of}{:<8} {}", words(line.step), line.detail);
        if self.plain {
            print::err(text);
        } else {
            self.bar.println(text);
        }
    }

    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Steps that connect tells of.
const STEPS: u64 = 7;

fn words(step: Step) -> &'static str {
    match step {
        Step::Prepare => "Prepare",
        Step::Inspect => "Inspect",
        Step::Fuse => "Limit",
        Step::Mint => "Mint",
        Step::Keep => "Keep",
        Step::Prove => "Prove",
        Step::Deliver => "Deliver",
        Step::Extra => "Extra",
        Step::Swap => "Swap",
        Step::Revoke => "Revoke",
        Step::Destroy => "Destroy",
        Step::Record => "Record",
        Step::Platform => "Platform",
        Step::Cloudflare => "Cloudflare",
        Step::Local => "Here",
    }
}

fn finish(outcome: &Outcome, json: bool) -> u8 {
    print::outcome(outcome, json);
    match outcome {
        Outcome::Connected(_) => exit::DONE,
        Outcome::Pending(pending) => {
            print::problem(&pending.problem, json);
            exit::UNKNOWN
        }
        Outcome::Stopped(stopped) => {
            print::problem(&stopped.problem, json);
            exit::of(&stopped.problem)
        }
    }
}
