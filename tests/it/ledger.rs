//! Holds Cloudflare, the platform, the records and the vault against one another.

use narrows_core::resume::left_over;
use narrows_core::run::App;
use narrows_core::story::LeftOver;
use narrows_core::vault::Item;
use serde_json::Value;

use crate::leak::Secrets;
use crate::secrecy;
use crate::stage::Stage;

/// Tokens that this installation made and that exist, as the sandbox has them.
pub(crate) async fn made(stage: &Stage) -> Vec<Value> {
    let list = stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("tokens").clone();
    let narrow = |token: &Value| {
        let name = token["name"].as_str().unwrap_or_default();
        name.starts_with("Narrows ") && !name.starts_with("Narrows one-time ")
    };
    tokens.into_iter().filter(narrow).collect()
}

/// Whether Cloudflare takes a kept token.
pub(crate) async fn works(stage: &Stage, app: &App, item: &Item) -> bool {
    let Some(value) = app.vault().get(item).await.expect("the vault") else {
        return false;
    };
    let verify = format!("{}/user/tokens/verify", stage.face.cloudflare_api);
    let answer = crate::stage::client()
        .get(verify)
        .bearer_auth(value.expose())
        .send()
        .await
        .expect("the sandbox answers");
    answer.status().is_success()
}

/// Ids of the connections that the platform holds.
pub(crate) async fn held(stage: &Stage, app: &App) -> Vec<String> {
    let session = app.vault().get(&secrecy::session(&stage.face)).await;
    let Some(session) = session.expect("the vault") else {
        return Vec::new();
    };
    let [access, _] = secrecy::both_tokens(&session);
    let me = crate::stage::client()
        .get(format!("{}/v1/me", stage.face.platform))
        .bearer_auth(access)
        .send()
        .await
        .expect("the platform answers");
    let me: Value = me.json().await.expect("JSON");
    let held = me["connections"].as_array().expect("connections");
    let id = |one: &Value| one["id"].as_str().expect("an id").to_owned();
    held.iter().map(id).collect()
}

/// Checks what must hold whatever happened: no token of ours alive that nothing accounts for, no connection without a
/// working token, no secret outside the vault. Returns what is still left over.
pub(crate) async fn balanced(stage: &Stage, app: &App, why: &str) -> Vec<LeftOver> {
    let connections = app.record.connections().expect("records");
    let left = left_over(app).await.expect("what is left over");
    let tokens = made(stage).await;
    for token in &tokens {
        let known = connections
            .iter()
            .any(|known| token["id"] == known.token_id.as_str())
            || left.iter().any(|run| {
                let noted = run.facts.iter().map(|fact| fact.sentence.as_str());
                let name = token["name"].as_str().expect("a name");
                run.token_name.as_deref() == Some(name)
                    || noted.clone().any(|fact| fact.contains(name))
            });
        assert!(
            known,
            "{why}: nothing accounts for {token}; left: {left:#?}"
        );
    }
    let platform = held(stage, app).await;
    for known in &connections {
        let item = Item::Token {
            connection: known.id.clone(),
            token: known.token_id.clone(),
        };
        if left
            .iter()
            .all(|run| run.connection_id.as_ref() != Some(&known.id))
        {
            assert!(
                works(stage, app, &item).await,
                "{why}: {} works",
                known.token_name
            );
            if known.delivery == "accepted" {
                assert!(platform.contains(&known.id), "{why}: the platform holds it");
            }
        }
    }
    for id in &platform {
        let known = connections.iter().any(|known| known.id == *id)
            || left
                .iter()
                .any(|run| run.connection_id.as_ref() == Some(id));
        assert!(known, "{why}: nothing accounts for {id} at the platform");
    }
    let mut secrets = vec![("broad token", stage.face.broad_token.clone())];
    for known in &connections {
        let item = Item::Token {
            connection: known.id.clone(),
            token: known.token_id.clone(),
        };
        if let Some(value) = app.vault().get(&item).await.expect("the vault") {
            secrets.push(("narrow token", value.expose().to_owned()));
        }
    }
    let secrets: Vec<_> = secrets
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let found = Secrets::new(&secrets).below(&app.folder);
    assert_eq!(
        found,
        Vec::<String>::new(),
        "{why}: no secret outside the vault"
    );
    left
}
