//! Weeks later: what changed meanwhile, what is due, and a second start.

use std::io::Write;
use std::process::Stdio;
use std::time::Instant;

use serde_json::{Value, json};

use crate::focus;
use crate::notifications::Notifications;
use crate::patience::{LONG, within};
use crate::stage::Stage;
use crate::trip;

/// Connects on the command line, in the home that the window opens on.
fn connect(stage: &Stage, more: &[&str]) -> Value {
    let mut arguments = vec!["connect", "--json"];
    arguments.extend(more);
    let mut narrows = stage
        .narrows(&arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command line starts");
    let mut stdin = narrows.stdin.take().expect("a pipe");
    writeln!(stdin, "{}", stage.face.broad_token).expect("it reads");
    drop(stdin);
    let output = narrows.wait_with_output().expect("it ends");
    assert!(output.status.success(), "it connects: {output:?}");
    serde_json::from_slice(&output.stdout).expect("one object")
}

pub(super) async fn drift() {
    let stage = trip::open_platform().await;
    let made = connect(&stage, &["--expires", "12h"]);
    let token = made["token_id"].as_str().expect("an id");
    let switch = |to: &str| json!({ "tokens": { token: { "status": to } } });
    stage.tell("/world", &switch("disabled")).await;
    let notifications = Notifications::serve().await;

    let window = stage.open().await;
    window.arrives("home").await;
    window
        .reads("The token is switched off at Cloudflare.")
        .await;
    assert_eq!(
        window.sees("[data-testid=watch-badge]").await,
        "1 needs you"
    );
    assert_eq!(window.count("[data-need=expires-soon]").await, 1);
    window.photograph("50-drift").await;
    window.press("need-token-list").await;
    assert_eq!(
        stage.opened().await,
        format!("{}/profile/api-tokens", stage.face.dashboard),
        "its one next action leads to where it can be mended"
    );
    let shown = within(LONG, async || notifications.shown().pop()).await;
    let shown = shown.expect("what is due is shown on the desktop");
    assert!(shown.contains("in 1 day"), "{shown}");

    stage.tell("/world", &switch("active")).await;
    window.press("check-now").await;
    window
        .sees("li:has([data-standing]):not(:has([data-need=token-disabled]))")
        .await;
    window.close().await;

    let window = stage.open().await;
    window.arrives("home").await;
    window.reads("Checked less than a minute ago").await;
    window.close().await;
    assert_eq!(
        notifications.shown().len(),
        1,
        "each reminder is shown once: {:?}",
        notifications.shown()
    );
}

pub(super) async fn second() {
    let stage = trip::open_platform().await;
    let window = stage.open().await;
    window.arrives("welcome").await;
    focus::take();
    assert!(!focus::is_with(&window.processes()), "it lies behind");

    let began = Instant::now();
    let second = stage.narrows(&[]).stderr(Stdio::null()).status();
    assert_eq!(
        second.expect("it starts").code(),
        Some(0),
        "the second start ends by itself, after {:?}",
        began.elapsed()
    );
    let front = within(LONG, async || {
        focus::is_with(&window.processes()).then_some(())
    })
    .await;
    assert!(front.is_some(), "and the first window is in front");
    let listed = stage.narrows(&["connections", "--json"]).output();
    let listed = listed.expect("it starts");
    assert!(
        listed.status.success(),
        "the command line works beside the window: {listed:?}"
    );

    let other = trip::open_platform().await;
    let beside = other.open().await;
    beside.arrives("welcome").await;
    beside.close().await;
    window.arrives("welcome").await;
    window.crash();

    let again = stage.open().await;
    again.arrives("welcome").await;
    again.close().await;
}
