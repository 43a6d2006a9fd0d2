//! A connection is ended without a one-time token, stays open, and is closed with one after a new start.

use serde_json::json;

use crate::application::Application;
use crate::stage::Stage;
use crate::trip;

pub(super) async fn walk() {
    let (stage, window) = trip::connected().await;

    window.press("disconnect").await;
    window.arrives("disconnect").await;
    window.reads("Sites that were deployed stay up").await;
    window.photograph("40-disconnect").await;
    window
        .press_at("label:has(input[name=when][value=later])")
        .await;
    window.press("primary").await;
    window.arrives("errand").await;
    window.press("primary").await;
    window.arrives("settled").await;
    for (side, state) in [
        ("platform", "deleted"),
        ("local", "kept"),
        ("cloudflare", "open"),
    ] {
        truth(&window, side, state).await;
    }
    window.photograph("41-open").await;
    assert_eq!(narrow_tokens(&stage).await, 1, "nobody has deleted it yet");
    window.press("primary").await;
    window.arrives("home").await;
    window.close().await;

    let window = stage.open().await;
    window.arrives("home").await;
    window.reads("A connection was ended").await;
    window.reads("works at Cloudflare").await;
    window.photograph("42-still-open").await;
    let another = json!({ "kind": "user", "name": "another", "groups": ["API Tokens Write", "Account Settings Read"] });
    let made = stage.tell("/tokens", &another).await;
    window.press("finish").await;
    window.arrives("token-page").await;
    window.press("primary").await;
    window.arrives("paste").await;
    trip::type_token(&window, made["value"].as_str().expect("a value")).await;
    window.reads("Cloudflare knows this token.").await;
    window.press("primary").await;
    window.arrives("errand").await;
    window.press_at("label:has(#destroy)").await;
    window.press("primary").await;
    window.arrives("settled").await;
    for (side, state) in [
        ("platform", "deleted"),
        ("local", "forgotten"),
        ("cloudflare", "revoked"),
    ] {
        truth(&window, side, state).await;
    }
    window.photograph("43-disconnected").await;
    assert_eq!(narrow_tokens(&stage).await, 0, "it is gone at Cloudflare");
    assert_eq!(
        stage.tokens_called("another").await,
        Vec::<String>::new(),
        "and so is the one-time token"
    );
    window.press("primary").await;
    window.arrives("welcome").await;
    window.close().await;
}

async fn truth(window: &Application, side: &str, state: &str) {
    window
        .sees(&format!("[data-testid=truth-{side}][data-state={state}]"))
        .await;
}

async fn narrow_tokens(stage: &Stage) -> usize {
    let tokens = stage.admin("/tokens").await;
    let all = tokens["tokens"].as_array().expect("a list of tokens");
    let narrow = |name: &str| name.starts_with("Narrows site-generator");
    all.iter()
        .filter(|token| token["name"].as_str().is_some_and(narrow))
        .count()
}
