//! Tokens of this installation that nothing uses: found with a one-time token, and deleted where the person chose them.

use serde_json::json;

use crate::stage::Stage;
use crate::trip;

pub(super) async fn walk() {
    let (stage, window) = trip::connected().await;

    // As if an earlier run had been forgotten on this computer.
    let used = narrow_token(&stage).await;
    let (mark, _) = used.rsplit_once('-').expect("a connection in the name");
    let unused = format!("{mark}-zzzzzzzzzzzzzzzz");
    for name in [unused.as_str(), "Somebody else\u{2019}s"] {
        let body = json!({ "kind": "user", "name": name, "groups": ["Pages Write"] });
        stage.tell("/tokens", &body).await;
    }
    let one_time = stage.make_broad_token().await;

    window.press("orphans").await;
    window.arrives("token-page").await;
    window.photograph("46-orphans-token-page").await;
    window.press("primary").await;
    window.arrives("paste").await;
    trip::type_token(&window, &one_time).await;
    window.reads("Cloudflare knows this token.").await;
    window.press("primary").await;
    window.arrives("errand").await;
    window.reads(&unused).await;
    let shown = window.shown().await;
    for other in [used.as_str(), "Somebody else"] {
        assert!(
            !shown.contains(other),
            "\"{other}\" is not offered: {shown}"
        );
    }
    window.photograph("47-orphans").await;
    window.press_at("label:has(input[id^=orphan-])").await;
    window.press("primary").await;
    window.arrives("settled").await;
    window.reads("was deleted.").await;
    window.photograph("48-orphans-deleted").await;
    assert_eq!(
        stage.tokens_called(&unused).await,
        Vec::<String>::new(),
        "it is gone at Cloudflare"
    );
    for left in [used.as_str(), "Somebody else\u{2019}s", "Again"] {
        assert_eq!(
            stage.tokens_called(left).await.len(),
            1,
            "\"{left}\" is as it was"
        );
    }
    window.press("primary").await;
    window.arrives("home").await;
    window.close().await;
}

/// The name of the token that the connection uses.
async fn narrow_token(stage: &Stage) -> String {
    let tokens = stage.admin("/tokens").await;
    let all = tokens["tokens"].as_array().expect("a list of tokens");
    let names = all.iter().filter_map(|token| token["name"].as_str());
    let mut ours = names.filter(|name| name.starts_with("Narrows site-generator"));
    ours.next().expect("the token that connect made").to_owned()
}
