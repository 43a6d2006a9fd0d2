//! The door for tests: what was asked, what shall go wrong, how the world shall change.
//!
//! Never delayed, never spoilt, never written down, and the only place that hands out the value of a token it makes.

mod change;
mod plant;
mod snapshot;
mod weather;

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    platform::Platform,
    shared::Shared,
    wire::history::fingerprint,
    world::{
        draft::Refused,
        token::{Owner, Standing, Token},
    },
};

type Refusal = (StatusCode, Json<Value>);
type Reply = Result<Json<Value>, Refusal>;

/// The routes below the admin address.
pub(crate) fn router(shared: Arc<Shared>, platform: Platform) -> Router {
    Router::new()
        .route("/requests", get(requests))
        .route("/faults", get(weather::show).post(weather::set))
        .route("/reset", post(reset))
        .route("/tokens", get(tokens).post(plant::add))
        .route("/world", get(change::show).post(change::make))
        .with_state(Arc::clone(&shared))
        .merge(snapshot::router(shared, platform))
}

async fn requests(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "requests": shared.history().entries() }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    #[serde(default)]
    tokens: bool,
    #[serde(default)]
    projects: bool,
}

async fn reset(State(shared): State<Arc<Shared>>, body: Bytes) -> Reply {
    let wanted: Reset = if body.is_empty() {
        Reset::default()
    } else {
        read(&body)?
    };
    shared.history().clear();
    shared.faults().set(Vec::new());
    let mut world = shared.world();
    if wanted.tokens {
        world.replant();
    }
    if wanted.projects {
        world.projects.clear();
    }
    Ok(Json(json!({ "reset": true })))
}

async fn tokens(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let now = Timestamp::now();
    let world = shared.world();
    let shown: Vec<Value> = world.tokens.iter().map(|token| show(token, now)).collect();
    Json(json!({ "tokens": shown }))
}

fn show(token: &Token, now: Timestamp) -> Value {
    let mut shown = token.to_json(now);
    shown["owner"] = match &token.owner {
        Owner::User => json!({ "kind": "user" }),
        Owner::Member => json!({ "kind": "member" }),
        Owner::Account(account) => json!({ "kind": "account", "account_id": account }),
    };
    shown["credential"] = fingerprint(&token.value).into();
    shown
}

fn set_status(token: &mut Token, status: &str, now: Timestamp) -> Result<(), Refused> {
    match status {
        "active" => token.standing = Standing::Active,
        "disabled" => token.standing = Standing::Disabled,
        "revoked (exposed)" => token.standing = Standing::Exposed,
        "expired" => token.expires_on = Some(now),
        other => return Err(Refused(format!("status \"{other}\" is not known"))),
    }
    Ok(())
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| refuse(&error.to_string()))
}

fn refuse(why: &str) -> Refusal {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why })))
}
