//! The door for tests: what was asked, what shall go wrong, how the world shall change.
//!
//! Never delayed, never spoilt, never written down, and the only place that hands out the value of a token it makes.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

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
    shared::Shared,
    wire::{faults::Fault, history::fingerprint},
    world::{
        R2Disabled, World,
        account::Role,
        draft::{Draft, Refused, policies_for},
        group::{self, Group, Scope},
        propagation::Propagation,
        token::{Owner, Standing, Token, parse_date},
    },
};

type Reply = Result<Json<Value>, (StatusCode, Json<Value>)>;

/// The routes below the admin address.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/requests", get(requests))
        .route("/faults", get(show_faults).post(set_faults))
        .route("/reset", post(reset))
        .route("/tokens", get(tokens).post(add_token))
        .route("/world", get(show_world).post(change_world))
        .with_state(shared)
}

async fn requests(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "requests": shared.history().entries() }))
}

/// What `POST /faults` takes; what is absent stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weather {
    faults: Option<Vec<Fault>>,
    latency_ms: Option<u64>,
    propagation_ms: Option<Delays>,
    r2_disabled: Option<Disabled>,
    rate_limit: Option<Limit>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Delays {
    All(u64),
    Each(HashMap<String, u64>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Disabled {
    All(bool),
    On(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    quota: u64,
    window_seconds: i64,
}

async fn show_faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(weather(&shared))
}

async fn set_faults(State(shared): State<Arc<Shared>>, body: Bytes) -> Reply {
    let weather_wanted: Weather = read(&body)?;
    if let Some(faults) = weather_wanted.faults {
        shared.faults().set(faults);
    }
    if let Some(latency) = weather_wanted.latency_ms {
        shared.set_latency(latency);
    }
    let mut world = shared.world();
    match weather_wanted.propagation_ms {
        Some(Delays::All(delay)) => world.propagation = Propagation::uniform(delay),
        Some(Delays::Each(delays)) => {
            for (product, delay) in delays {
                world.propagation.set(&product, delay);
            }
        }
        None => {}
    }
    match weather_wanted.r2_disabled {
        Some(Disabled::All(true)) => world.r2_disabled = R2Disabled::Everywhere,
        Some(Disabled::All(false)) => world.r2_disabled = R2Disabled::Nowhere,
        Some(Disabled::On(accounts)) => world.r2_disabled = R2Disabled::On(accounts),
        None => {}
    }
    if let Some(Limit {
        quota,
        window_seconds,
    }) = weather_wanted.rate_limit
    {
        world.allowance.set(quota, window_seconds);
    }
    drop(world);
    Ok(Json(weather(&shared)))
}

fn weather(shared: &Shared) -> Value {
    let world = shared.world();
    json!({
        "faults": shared.faults().all(),
        "latency_ms": u64::try_from(shared.latency().as_millis()).unwrap_or(u64::MAX),
        "propagation_ms": world.propagation.to_json(),
        "r2_disabled": match &world.r2_disabled {
            R2Disabled::Nowhere => json!(false),
            R2Disabled::Everywhere => json!(true),
            R2Disabled::On(accounts) => json!(accounts),
        },
        "rate_limit": { "quota": world.allowance.quota, "window_seconds": world.allowance.window_seconds },
    })
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
        Owner::Account(account) => json!({ "kind": "account", "account_id": account }),
    };
    shown["credential"] = fingerprint(&token.value).into();
    shown
}

/// What `POST /tokens` takes: policies as the API writes them, or groups by name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    kind: WantedKind,
    #[serde(default = "default_name")]
    name: String,
    policies: Option<Value>,
    groups: Option<Vec<String>>,
    account: Option<String>,
    zone: Option<String>,
    not_before: Option<String>,
    expires_on: Option<String>,
    status: Option<String>,
    condition: Option<Value>,
    /// Whether it still has to spread to the products.
    #[serde(default)]
    fresh: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WantedKind {
    User,
    Account,
}

fn default_name() -> String {
    "Made for a test".to_owned()
}

async fn add_token(State(shared): State<Arc<Shared>>, body: Bytes) -> Reply {
    let wanted: Wanted = read(&body)?;
    let now = Timestamp::now();
    let mut world = shared.world();
    let (id, value) = plant(&mut world, wanted, now).map_err(|Refused(why)| refuse(&why))?;
    Ok(Json(json!({ "id": id, "value": value })))
}

fn plant(world: &mut World, wanted: Wanted, now: Timestamp) -> Result<(String, String), Refused> {
    let home = world.accounts[0].id.clone();
    let (owner, account) = match wanted.kind {
        WantedKind::User => (Owner::User, wanted.account),
        WantedKind::Account => {
            let account = wanted.account.unwrap_or(home);
            (Owner::Account(account.clone()), Some(account))
        }
    };
    let policies = match (wanted.policies, wanted.groups) {
        (Some(policies), _) => policies,
        (None, Some(names)) => {
            let groups = names
                .iter()
                .map(|name| find_group(name))
                .collect::<Result<Vec<_>, _>>()?;
            policies_for(
                &groups,
                &world.user.id,
                account.as_deref(),
                wanted.zone.as_deref(),
            )
            .into()
        }
        (None, None) => return Err(Refused("policies or groups must be given".to_owned())),
    };
    let body = json!({
        "name": wanted.name,
        "policies": policies,
        "not_before": wanted.not_before,
        "expires_on": wanted.expires_on,
        "condition": wanted.condition.unwrap_or_default(),
    });
    let draft = Draft::read(&body)?;
    let made = world.make(draft, owner, now);
    if let Some(token) = world.token_mut(&made.id) {
        if !wanted.fresh {
            token.spreading_since = None;
        }
        set_status(token, wanted.status.as_deref().unwrap_or("active"), now)?;
    }
    Ok((made.id, made.value))
}

/// A group by its name; the account's where both an account and a zone have one of that name, unless the name is
/// followed by ` (zone)`.
fn find_group(name: &str) -> Result<&'static Group, Refused> {
    let (name, scopes) = match name.strip_suffix(" (zone)") {
        Some(name) => (name, vec![Scope::Zone]),
        None => (name, Scope::ALL.to_vec()),
    };
    scopes
        .into_iter()
        .find_map(|scope| group::by_name(name, scope))
        .ok_or_else(|| Refused(format!("Permission group \"{name}\" does not exist")))
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

/// What `POST /world` takes; what is absent stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// The address that the API sees; `"peer"` for the connection's own again.
    client_ip: Option<String>,
    /// Tokens by id.
    tokens: Option<HashMap<String, TokenChange>>,
    /// The user's role by account id.
    roles: Option<HashMap<String, String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenChange {
    status: Option<String>,
    expires_on: Option<String>,
}

async fn show_world(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(outline(&shared.world()))
}

async fn change_world(State(shared): State<Arc<Shared>>, body: Bytes) -> Reply {
    let change: Change = read(&body)?;
    let mut world = shared.world();
    apply(&mut world, change, Timestamp::now()).map_err(|Refused(why)| refuse(&why))?;
    Ok(Json(outline(&world)))
}

fn apply(world: &mut World, change: Change, now: Timestamp) -> Result<(), Refused> {
    match change.client_ip.as_deref() {
        None => {}
        Some("peer") => world.client_address = None,
        Some(text) => {
            let address: IpAddr = text
                .parse()
                .map_err(|_| Refused(format!("\"{text}\" is not an address")))?;
            world.client_address = Some(address);
        }
    }
    for (id, change) in change.tokens.unwrap_or_default() {
        let token = world
            .token_mut(&id)
            .ok_or_else(|| Refused(format!("token \"{id}\" does not exist")))?;
        if let Some(date) = change.expires_on {
            let moment =
                parse_date(&date).ok_or_else(|| Refused(format!("\"{date}\" is not a date")))?;
            token.expires_on = Some(moment);
        }
        if let Some(status) = change.status {
            set_status(token, &status, now)?;
        }
    }
    for (id, role) in change.roles.unwrap_or_default() {
        let role =
            Role::parse(&role).ok_or_else(|| Refused(format!("role \"{role}\" is not known")))?;
        let account = world
            .account_mut(&id)
            .ok_or_else(|| Refused(format!("account \"{id}\" does not exist")))?;
        account.role = role;
    }
    Ok(())
}

/// The first accounts are enough for a test; ten thousand would only be slow to read.
const OUTLINED: usize = 100;

fn outline(world: &World) -> Value {
    let accounts: Vec<Value> = world
        .accounts
        .iter()
        .take(OUTLINED)
        .chain(world.accounts.last().filter(|_| world.accounts.len() > OUTLINED))
        .map(|account| json!({ "id": account.id, "name": account.name, "role": account.role.as_str() }))
        .collect();
    let zones: Vec<Value> = world
        .zones
        .iter()
        .map(|zone| json!({ "id": zone.id, "name": zone.name, "account_id": zone.account }))
        .collect();
    json!({
        "user": { "id": world.user.id, "email": world.user.email },
        "accounts": accounts,
        "zones": zones,
        "projects": world.projects.iter().map(|project| json!({ "account_id": project.account, "name": project.name })).collect::<Vec<_>>(),
        "client_ip": world.client_address,
    })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (StatusCode, Json<Value>)> {
    serde_json::from_slice(body).map_err(|error| refuse(&error.to_string()))
}

fn refuse(why: &str) -> (StatusCode, Json<Value>) {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why })))
}
