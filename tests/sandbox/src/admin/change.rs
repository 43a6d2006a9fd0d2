//! `/world`: what is there, and how it shall differ.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use axum::{Json, body::Bytes, extract::State};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Reply, read, refuse, set_status};
use crate::{
    shared::Shared,
    world::{World, account::Role, draft::Refused, token::parse_date},
};

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

pub(crate) async fn show(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(outline(&shared.world()))
}

pub(crate) async fn make(State(shared): State<Arc<Shared>>, body: Bytes) -> Reply {
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
