//! A connection gets a new token: first with a platform that is silent, then as it should be.

use serde_json::json;

use crate::application::Application;
use crate::stage::Stage;
use crate::{keychain, trip};

pub(super) async fn walk() {
    let (stage, window) = trip::connected().await;
    let first = ours(&stage).await;
    let [old] = first.as_slice() else {
        panic!("one token of ours lives: {first:?}")
    };
    window.photograph("40-home-with-rotate").await;

    stage.platform_is_down(true).await;
    to_rotation(&window, &stage).await;
    window.photograph("41-rotation").await;
    window.press("primary").await;
    window.arrives("rotated").await;
    window.problem().await;
    window
        .reads("Both tokens live, and the old one is used")
        .await;
    window.photograph("42-rotation-pending").await;
    assert_eq!(
        ours(&stage).await.len(),
        2,
        "the old token and its successor"
    );

    stage.platform_is_down(false).await;
    window.press("next-action").await;
    window.arrives("home").await;
    window.reads("has the token. Receipt").await;
    window
        .reads("After a rotation the old token has not been seen refused.")
        .await;
    window.photograph("43-old-open").await;

    to_rotation(&window, &stage).await;
    stage.tell("/faults", &json!({ "latency_ms": 400 })).await;
    window.press("primary").await;
    window.arrives("rotating").await;
    window.reads("Delete the old token").await;
    Application::photograph_now("44-rotating");
    window.arrives("rotated").await;
    stage.tell("/faults", &json!({ "latency_ms": 0 })).await;
    assert_eq!(window.sees("h1").await, "Rotated");
    window
        .reads("It was deleted, and Cloudflare refuses it.")
        .await;
    window.photograph("45-rotated").await;
    let receipt = window.sees("[data-testid=receipt]").await;
    let living = ours(&stage).await;
    assert_eq!(
        living.len(),
        1,
        "the one that was left open is deleted as well: {living:?}"
    );
    assert!(!living.contains(old), "and so is the first of all");

    window.press("primary").await;
    window.arrives("home").await;
    window.reads(&receipt).await;
    let new = &living[0];
    let connection = stage.admin("/requests").await.to_string();
    let connection = connection
        .split("/v1/connections/")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("the platform was spoken to")
        .to_owned();
    let kept = keychain::secret(&format!("token {connection} {}", new.0));
    let kept = kept.expect("the keychain holds the new token");
    assert_eq!(
        stage.knock(&kept, "/user/tokens/verify").await,
        200,
        "and it works"
    );
    window.close().await;
}

/// From the list of connections to the preview of a rotation, with a fresh broad token typed in.
async fn to_rotation(window: &Application, stage: &Stage) {
    let broad = stage.make_broad_token().await;
    window.press("rotate").await;
    window.arrives("prepare").await;
    trip::from_prepare_to_paste(window).await;
    trip::type_token(window, &broad).await;
    window.reads("Cloudflare knows this token.").await;
    window.press("primary").await;
    window.arrives("rotation").await;
    window
        .press_at("label:has(input[name=broad][value=destroy])")
        .await;
    window
        .reads("works until the new token is in its place")
        .await;
}

/// Id and name of each token that bears our mark.
async fn ours(stage: &Stage) -> Vec<(String, String)> {
    let list = stage.admin("/tokens").await;
    let text = |token: &serde_json::Value, name: &str| token[name].as_str().map(str::to_owned);
    list["tokens"]
        .as_array()
        .expect("a list of tokens")
        .iter()
        .filter_map(|token| Some((text(token, "id")?, text(token, "name")?)))
        .filter(|(_, name)| name.starts_with("Narrows "))
        .collect()
}
