//! Three connections get new tokens with one paste, but for the one whose token is of another kind.

use narrows_sandbox::Options;

use crate::application::Application;
use crate::stage::Stage;
use crate::{keychain, trip};

pub(super) async fn walk() {
    let stage = Stage::with(Options {
        auto_approve: true,
        ..Options::default()
    })
    .await;
    let window = stage.open().await;
    connected(&window, "one", &stage.face.broad_token).await;
    let another = stage.make_broad_token().await;
    connected(&window, "two", &another).await;
    connected(&window, "three", &stage.face.broad_account_token).await;
    let before = ours(&stage).await;
    assert_eq!(before.len(), 3, "{before:?}");

    window.press("rotate-all").await;
    window.arrives("rotate-all").await;
    window.sees("[data-testid=ahead]").await;
    assert_eq!(window.count("[data-testid=ahead] > li").await, 3);
    window.photograph("60-rotate-all").await;
    window.press("primary").await;
    window.arrives("token-page").await;
    window.press("primary").await;
    window.arrives("paste").await;
    let broad = stage.make_broad_token().await;
    trip::type_token(&window, &broad).await;
    window.reads("Cloudflare knows this token.").await;
    window.press("primary").await;
    window.arrives("rotations").await;
    window.reads("2 connections get a new token").await;
    window.reads("so it could not be deleted with it").await;
    window
        .press_at("label:has(input[name=broad][value=destroy])")
        .await;
    window
        .sees("[data-testid=primary]:not([aria-disabled])")
        .await;
    window.photograph("61-rotations").await;
    stage
        .tell("/faults", &serde_json::json!({ "latency_ms": 400 }))
        .await;
    window.press("primary").await;
    window.arrives("rotating-all").await;
    window.reads("2 of 3: ").await;
    let far = window.run("return document.querySelector('progress').position");
    let far = far.await.as_f64().expect("a bar that says how far it is");
    assert!((0.3..1.0).contains(&far), "one of three is over: {far}");
    Application::photograph_now("62-rotating-all");
    window.arrives("rotated-all").await;
    stage
        .tell("/faults", &serde_json::json!({ "latency_ms": 0 }))
        .await;
    assert_eq!(window.sees("h1").await, "2 of 3 rotated");
    let rotated = "[data-testid=rotated-one][data-state=rotated]";
    assert_eq!(window.count(rotated).await, 2);
    window.photograph("63-rotated-all").await;

    let after = ours(&stage).await;
    assert_eq!(after.len(), 3, "each connection has one token: {after:?}");
    let stayed: Vec<_> = before.iter().filter(|one| after.contains(one)).collect();
    assert_eq!(stayed.len(), 1, "only the account's own stays: {stayed:?}");
    assert_eq!(
        stage.knock(&broad, "/user/tokens/verify").await,
        401,
        "the pasted token opens nothing any more"
    );
    let held = stage.admin("/requests").await.to_string();
    for (id, name) in after.iter().filter(|one| !before.contains(one)) {
        // The name ends with the connection and the run that made it.
        let connection = name
            .split(['-', ' '])
            .find(|word| held.contains(&format!("/v1/connections/{word}\"")))
            .unwrap_or_else(|| panic!("the platform was told of {name}"));
        let kept = keychain::secret(&format!("token {connection} {id}"));
        let kept = kept.expect("the keychain holds the new token");
        assert_eq!(
            stage.knock(&kept, "/user/tokens/verify").await,
            200,
            "and it works"
        );
    }
    window.press("primary").await;
    window.arrives("home").await;
    window.close().await;
}

/// Connects a project of the first account, from wherever the window is.
async fn connected(window: &Application, project: &str, token: &str) {
    if window.screen().await == "home" {
        window.press("primary").await;
    }
    trip::to_paste(window).await;
    trip::type_token(window, token).await;
    window.reads("Cloudflare knows this token.").await;
    window.press("primary").await;
    window.arrives("nominate").await;
    window
        .run("document.querySelector('#project').value = ''")
        .await;
    window.fill("#project", project).await;
    window
        .press_at("label:has(input[name=broad][value=destroy])")
        .await;
    window.press("primary").await;
    window.arrives("result").await;
    window.press("primary").await;
    window.arrives("home").await;
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
        .filter(|(_, name)| name.starts_with("Narrows site-generator"))
        .collect()
}
