//! `POST /tokens`: a token as a test wants it, past every rule about who may make it.

use std::sync::Arc;

use axum::{Json, body::Bytes, extract::State};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Reply, read, refuse, set_status};
use crate::{
    shared::Shared,
    world::{
        World,
        draft::{Draft, Refused, policies_for},
        group::{self, Group, Scope},
        token::Owner,
    },
};

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
    Member,
    Account,
}

fn default_name() -> String {
    "Made for a test".to_owned()
}

pub(crate) async fn add(State(shared): State<Arc<Shared>>, body: Bytes) -> Reply {
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
        WantedKind::Member => (Owner::Member, wanted.account),
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
                world.person(&owner),
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
