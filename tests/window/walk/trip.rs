//! The way through the wizard, a stretch at a time, for walks that are about something else.

use narrows_sandbox::Options;

use crate::application::Application;
use crate::stage::Stage;

/// A stage whose platform lets everybody in without being asked.
pub(crate) async fn open_platform() -> Stage {
    Stage::with(Options {
        auto_approve: true,
        ..Options::default()
    })
    .await
}

/// The first screen, with one connection.
pub(crate) async fn connected() -> (Stage, Application) {
    let stage = open_platform().await;
    let window = stage.open().await;
    to_paste(&window).await;
    type_token(&window, &stage.face.broad_token).await;
    connect(&window).await;
    window.arrives("result").await;
    window.press("primary").await;
    window.arrives("home").await;
    (stage, window)
}

/// From the first screen to the paste.
pub(crate) async fn to_paste(window: &Application) {
    window.arrives("welcome").await;
    window.press("primary").await;
    window.arrives("prepare").await;
    from_prepare_to_paste(window).await;
}

/// From the check to the paste, past a sign-in that the platform approves by itself.
pub(crate) async fn from_prepare_to_paste(window: &Application) {
    window.press("primary").await;
    window.arrives("token-page").await;
    window.press("primary").await;
    window.arrives("paste").await;
}

/// Brings a token by hand.
pub(crate) async fn type_token(window: &Application, token: &str) {
    window.press("type-instead").await;
    window.fill("#token-text", token).await;
    window.press("primary").await;
}

/// From a token that was not made through the link to the run.
pub(crate) async fn connect(window: &Application) {
    window.reads("Cloudflare knows this token.").await;
    window.press("primary").await;
    window.arrives("nominate").await;
    window
        .press_at("label:has(input[name=broad][value=destroy])")
        .await;
    window.press("primary").await;
}
