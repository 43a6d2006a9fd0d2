//! What must be true of the world after a run, whatever the product says, and of what it says.
//!
//! The world is asked past the product: Cloudflare's tokens through the sandbox's door for tests, the platform with the
//! kept session.

use narrows_core::connect::App;
use narrows_core::connect::story::BroadState;
use narrows_core::record::Connection;
use narrows_core::secret::Secret;
use narrows_core::vault::Item;
use serde_json::Value;

use super::flow::{Broad1, End};
use crate::stage::Stage;

/// A token that lives at the sandbox.
#[derive(Clone, Debug)]
pub(super) struct Living {
    pub(super) id: String,
    pub(super) name: String,
}

/// Tokens that live, narrow or not.
pub(super) async fn living(stage: &Stage) -> Vec<Living> {
    let list = stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("tokens");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    tokens
        .iter()
        .filter(|token| token["status"] == "active")
        .map(|token| Living {
            id: text(&token["id"]),
            name: text(&token["name"]),
        })
        .collect()
}

/// What is wrong after a run that ended as it says in `end`.
pub(super) async fn violations(stage: &Stage, app: &App, broad: &Broad1, end: &End) -> Vec<String> {
    let mut wrong = Vec::new();
    let living = living(stage).await;
    let mark = app.record.installation().expect("the installation's mark");
    let connections = app.record.connections().expect("the connections");
    let says = |name: &str| end.says.iter().any(|line| line.contains(name));

    for token in living.iter().filter(|token| token.name.contains(&mark)) {
        let used = connections.iter().any(|known| known.token_id == token.id);
        if !used && !says(&token.name) {
            wrong.push(format!("\"{}\" lives, and nothing accounts for it", token.name));
        }
    }
    for known in &connections {
        wrong.extend(of_connection(stage, app, known, &living).await);
    }
    wrong.extend(of_broad(broad, end, &living));
    wrong.extend(of_platform(stage, app, &connections, &living).await);
    wrong
}

fn of_broad(broad: &Broad1, end: &End, living: &[Living]) -> Option<String> {
    let lives = living.iter().any(|token| token.id == broad.id);
    let told = end.broad.as_ref().map(|told| told.state);
    match told {
        Some(BroadState::Refused) if lives => {
            Some("the broad token lives, and is said to be refused".to_owned())
        }
        // A run that made nothing leaves what was pasted as it was.
        None if lives && end.done => {
            Some("the broad token lives after a run that was done, unsaid".to_owned())
        }
        _ => None,
    }
}

/// Its token lives, is kept, and works.
async fn of_connection(
    stage: &Stage,
    app: &App,
    known: &Connection,
    living: &[Living],
) -> Option<String> {
    let about = |what: &str| Some(format!("connection {}: {what}", known.id));
    if !living.iter().any(|token| token.id == known.token_id) {
        return about("its token does not live");
    }
    let item = Item::Token {
        connection: known.id.clone(),
        token: known.token_id.clone(),
    };
    let Some(kept) = app.vault().get(&item).await.expect("the vault answers") else {
        return about("its token is not in the vault");
    };
    (!works(stage, known, &kept).await)
        .then(|| format!("connection {}: the kept value does not work", known.id))
}

/// Whether Cloudflare knows a value as this connection's token.
pub(super) async fn works(stage: &Stage, known: &Connection, value: &Secret) -> bool {
    let owner = match known.token_kind.as_str() {
        "account" => format!("accounts/{}", known.account_id),
        _ => "user".to_owned(),
    };
    let url = format!("{}/{owner}/tokens/verify", stage.face.cloudflare_api);
    let answer = stage.ask(&url, value.expose()).await;
    answer["result"]["status"] == "active" && answer["result"]["id"] == known.token_id.as_str()
}

/// What the platform holds is known here and lives.
async fn of_platform(
    stage: &Stage,
    app: &App,
    connections: &[Connection],
    living: &[Living],
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (connection, token) in held(stage, app).await {
        if !living.iter().any(|living| living.id == token) {
            wrong.push(format!("the platform holds a dead token for {connection}"));
        }
        if !connections.iter().any(|known| known.id == connection) {
            wrong.push(format!("the platform holds {connection}, which is not known here"));
        }
    }
    wrong
}

/// What the platform holds: connections and the ids of their tokens.
pub(super) async fn held(stage: &Stage, app: &App) -> Vec<(String, String)> {
    let session = Item::Session {
        platform: format!("{}/", stage.face.platform),
    };
    let Some(session) = app.vault().get(&session).await.expect("the vault answers") else {
        return Vec::new();
    };
    let session: Value = serde_json::from_str(session.expose()).expect("a session is JSON");
    let access = session["access"].as_str().expect("an access token");
    let me = stage.ask(&format!("{}/v1/me", stage.face.platform), access).await;
    let mut held = Vec::new();
    for connection in me["connections"].as_array().expect("connections") {
        let id = connection["id"].as_str().expect("an id");
        let nonce = "AAAAAAAAAAAAAAAAAAAAAA";
        let url = format!("{}/v1/connections/{id}?nonce={nonce}", stage.face.platform);
        let document = stage.ask(&url, access).await;
        let token = document["token_id"].as_str().expect("a token's id");
        held.push((id.to_owned(), token.to_owned()));
    }
    held
}
