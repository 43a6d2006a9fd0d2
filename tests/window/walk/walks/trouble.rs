//! What goes wrong on an ordinary day, and the way out that the window offers.

use serde_json::json;

use crate::application::Application;
use crate::keychain;
use crate::stage::Stage;
use crate::trip;

pub(super) async fn walk() {
    let stage = trip::open_platform().await;
    let window = stage.open().await;
    trip::to_paste(&window).await;
    wrong_tokens(&window, &stage).await;

    trip::type_token(&window, &stage.face.broad_token).await;
    stage.platform_is_down(true).await;
    trip::connect(&window).await;
    window.arrives("pending").await;
    window.problem().await;
    window.photograph("22-pending").await;

    stage.platform_is_down(false).await;
    window.press("next-action").await;
    window.arrives("home").await;
    window.reads("has the token. Receipt").await;
    window.reads("Delivered").await;
    window.close().await;
}

/// The platform's answer never came, and by the next day the person is signed out.
pub(super) async fn next_day() {
    let stage = trip::open_platform().await;
    let window = stage.open().await;
    trip::to_paste(&window).await;
    trip::type_token(&window, &stage.face.broad_token).await;
    stage.platform_is_down(true).await;
    trip::connect(&window).await;
    window.arrives("pending").await;
    window.press("leave").await;
    window.arrives("home").await;
    window.close().await;
    stage.platform_is_down(false).await;
    keychain::forget(&format!("session {}/", stage.face.platform));

    let window = stage.open().await;
    window.arrives("home").await;
    window.reads("Not confirmed").await;
    // What the check found moves the buttons.
    window.reads("Could not tell").await;
    window.press("deliver-again").await;
    let words = window.problem().await;
    assert!(
        words.contains("not signed in"),
        "it says what is missing: {words}"
    );
    window.press("next-action").await;
    // What the person had asked for goes on by itself.
    window.reads("has the token. Receipt").await;
    window.close().await;
}

/// The person closes the window in the middle of a run.
pub(super) async fn left() {
    let stage = trip::open_platform().await;
    let window = stage.open().await;
    trip::to_paste(&window).await;
    trip::type_token(&window, &stage.face.broad_token).await;
    window.reads("Cloudflare knows this token.").await;
    stage.tell("/faults", &json!({ "latency_ms": 1000 })).await;
    trip::connect(&window).await;
    window.arrives("progress").await;
    window.reads("Working").await;
    window.close().await;

    stage.tell("/faults", &json!({ "latency_ms": 0 })).await;
    let tokens = stage.admin("/tokens").await.to_string();
    assert!(
        !tokens.contains("Narrows site-generator"),
        "what was made is undone before the window goes: {tokens}"
    );
    let window = stage.open().await;
    window.arrives("welcome").await;
    window.close().await;
}

/// The computer dies in the middle of a run.
pub(super) async fn crash() {
    let stage = trip::open_platform().await;
    let window = stage.open().await;
    trip::to_paste(&window).await;
    trip::type_token(&window, &stage.face.broad_token).await;
    window.reads("Cloudflare knows this token.").await;
    stage.tell("/faults", &json!({ "latency_ms": 2000 })).await;
    trip::connect(&window).await;
    window.arrives("progress").await;
    window.reads("Working").await;
    window.crash();
    stage.tell("/faults", &json!({ "latency_ms": 0 })).await;

    let window = stage.open().await;
    window.arrives("home").await;
    window.reads("Needs your attention").await;
    window.reads("A connection was cut off").await;
    // What is true now is asked before a way out is offered.
    window.sees("[data-testid=check-again]").await;
    window.photograph("23-cut-off").await;
    window.press_words("Open my tokens").await;
    assert_eq!(
        stage.opened().await,
        format!("{}/profile/api-tokens", stage.face.dashboard),
        "the list of tokens opens, although no run has begun since"
    );

    // Taken back with the token that the run began with: it still lives.
    window.press("undo").await;
    window.arrives("token-page").await;
    window.press("primary").await;
    window.arrives("paste").await;
    trip::type_token(&window, &stage.face.broad_token).await;
    window.reads("Cloudflare knows this token.").await;
    window.press("primary").await;
    window.arrives("errand").await;
    window.photograph("24-take-back").await;
    window.press("primary").await;
    window.arrives("settled").await;
    window.photograph("25-taken-back").await;
    window.press("primary").await;
    window.arrives("welcome").await;
    let tokens = stage.admin("/tokens").await.to_string();
    assert!(
        !tokens.contains("Narrows site-generator"),
        "nothing of the run is left: {tokens}"
    );
    window.close().await;
}

async fn wrong_tokens(window: &Application, stage: &Stage) {
    // Shaped like a token, but nobody's.
    trip::type_token(window, &"x".repeat(40)).await;
    let words = window.problem().await;
    assert!(
        words.contains("Cloudflare") && words.contains("token"),
        "it says who does not know what: {words}"
    );
    window.photograph("20-unknown-token").await;
    back_to_paste(window).await;

    // A live one that may not make others.
    trip::type_token(window, &stage.face.narrow_token).await;
    window.problem().await;
    window.photograph("21-narrow-token").await;
    back_to_paste(window).await;
}

/// The one next action leads to the paste, if need be past the token page.
async fn back_to_paste(window: &Application) {
    window.press("next-action").await;
    window.sees("[data-screen]:not(:has([data-summary]))").await;
    if window.screen().await == "token-page" {
        window.press("primary").await;
    }
    window.arrives("paste").await;
}
