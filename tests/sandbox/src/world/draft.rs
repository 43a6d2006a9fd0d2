//! What a token shall be, read from JSON. Whether it may be is judged elsewhere ([`super::judge`]).

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    group::{self, Group, Scope},
    policy::{Effect, Policy, Resource},
    token::{Addresses, Standing, parse_date},
};

const LONGEST_NAME: usize = 120;

/// Why a token may not be as asked: a sentence for the one who asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) String);

/// A token as asked for. Policy ids are empty until the token is made.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) policies: Vec<Policy>,
    pub(crate) standing: Standing,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) expires_on: Option<Timestamp>,
    pub(crate) addresses: Addresses,
}

pub(crate) fn refuse<T>(why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused(why.into()))
}

impl Draft {
    /// Reads the body of a create or an update. Unknown fields are left alone, as Cloudflare leaves them.
    pub(crate) fn read(body: &Value) -> Result<Self, Refused> {
        let Some(name) = body["name"]
            .as_str()
            .map(str::trim)
            .filter(|name| !name.is_empty())
        else {
            return refuse("A token needs a name");
        };
        if name.chars().count() > LONGEST_NAME {
            return refuse(format!(
                "The name of a token has at most {LONGEST_NAME} characters"
            ));
        }
        let policies = match body["policies"].as_array() {
            Some(policies) if !policies.is_empty() => {
                policies.iter().map(read_policy).collect::<Result<_, _>>()?
            }
            _ => return refuse("invalid_request: policies must not be empty"),
        };
        let standing = match &body["status"] {
            Value::Null => Standing::Active,
            Value::String(status) if status == "active" => Standing::Active,
            Value::String(status) if status == "disabled" => Standing::Disabled,
            _ => return refuse("status must be \"active\" or \"disabled\""),
        };
        Ok(Self {
            name: name.to_owned(),
            policies,
            standing,
            not_before: read_date(body, "not_before")?,
            expires_on: read_date(body, "expires_on")?,
            addresses: read_addresses(&body["condition"])?,
        })
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = &'static Group> {
        self.policies
            .iter()
            .flat_map(|policy| policy.groups.iter().copied())
    }
}

fn read_policy(policy: &Value) -> Result<Policy, Refused> {
    let effect = match policy["effect"].as_str() {
        Some("allow") => Effect::Allow,
        Some("deny") => Effect::Deny,
        _ => return refuse("effect must be \"allow\" or \"deny\""),
    };
    let groups = match policy["permission_groups"].as_array() {
        Some(groups) if !groups.is_empty() => groups
            .iter()
            .map(read_group)
            .collect::<Result<Vec<_>, _>>()?,
        _ => return refuse("invalid_request: permission_groups must not be empty"),
    };
    let resources = match policy["resources"].as_object() {
        Some(resources) if !resources.is_empty() => resources.clone(),
        _ => return refuse("invalid_request: resources must not be empty"),
    };
    let reach = read_resources(&resources)?;
    for group in &groups {
        if let Some(stray) = reach
            .iter()
            .find(|resource| resource.scope() != group.scope)
        {
            return refuse(format!(
                "Permission group \"{}\" applies to {} and cannot be used on {}",
                group.name,
                group.scope.as_str(),
                stray.scope().as_str()
            ));
        }
    }
    Ok(Policy {
        id: String::new(),
        effect,
        groups,
        reach,
        resources,
    })
}

fn read_group(group: &Value) -> Result<&'static Group, Refused> {
    let id = group["id"].as_str().unwrap_or_default();
    group::by_id(id).ok_or_else(|| Refused(format!("Permission group \"{id}\" does not exist")))
}

fn read_resources(resources: &Map<String, Value>) -> Result<Vec<Resource>, Refused> {
    let nested = resources
        .iter()
        .map(|(name, value)| Resource::parse(name, value))
        .collect::<Result<Vec<_>, _>>();
    nested
        .map(|lists| lists.into_iter().flatten().collect())
        .map_err(Refused)
}

fn read_date(body: &Value, field: &str) -> Result<Option<Timestamp>, Refused> {
    match &body[field] {
        Value::Null => Ok(None),
        Value::String(text) => match parse_date(text) {
            Some(moment) => Ok(Some(moment)),
            None => refuse(format!("{field} must be written as YYYY-MM-DDTHH:MM:SSZ")),
        },
        _ => refuse(format!("{field} must be a date")),
    }
}

/// Both spellings are in use: `request_ip` by the clients, `request.ip` by older documentation.
fn read_addresses(condition: &Value) -> Result<Addresses, Refused> {
    let lists = match (&condition["request_ip"], &condition["request.ip"]) {
        (Value::Null, dotted) => dotted,
        (plain, _) => plain,
    };
    let read = |key: &str| match &lists[key] {
        Value::Null => Ok(Vec::new()),
        Value::Array(nets) => nets.iter().map(read_net).collect(),
        _ => refuse(format!("condition.request_ip.{key} must be a list")),
    };
    Ok(Addresses {
        inside: read("in")?,
        outside: read("not_in")?,
    })
}

fn read_net(net: &Value) -> Result<ipnet::IpNet, Refused> {
    let text = net.as_str().unwrap_or_default();
    let lone = || text.parse::<std::net::IpAddr>().map(ipnet::IpNet::from);
    text.parse()
        .or_else(|_| lone())
        .map_err(|_| Refused(format!("\"{text}\" is not an address range")))
}

/// The policies that a form or the admin door means by groups and places: one policy per scope.
pub(crate) fn policies_for(
    groups: &[&'static Group],
    user: &str,
    account: Option<&str>,
    zone: Option<&str>,
) -> Vec<Value> {
    Scope::ALL
        .into_iter()
        .filter_map(|scope| {
            let ids: Vec<Value> = groups
                .iter()
                .filter(|group| group.scope == scope)
                .map(|group| serde_json::json!({ "id": group.id }))
                .collect();
            let resources = place(scope, user, account, zone);
            (!ids.is_empty())
                .then(|| serde_json::json!({ "effect": "allow", "permission_groups": ids, "resources": resources }))
        })
        .collect()
}

fn place(scope: Scope, user: &str, account: Option<&str>, zone: Option<&str>) -> Value {
    let whole = format!("com.cloudflare.api.account.{}", account.unwrap_or("*"));
    let entry = |name: String, value: Value| Value::Object(Map::from_iter([(name, value)]));
    match (scope, zone) {
        (Scope::User, _) => entry(format!("com.cloudflare.api.user.{user}"), "*".into()),
        (Scope::Account, _) => entry(whole, "*".into()),
        (Scope::Zone, Some(zone)) => entry(
            format!("com.cloudflare.api.account.zone.{zone}"),
            "*".into(),
        ),
        (Scope::Zone, None) => entry(
            whole,
            entry("com.cloudflare.api.account.zone.*".to_owned(), "*".into()),
        ),
        (Scope::Bucket, _) => entry(
            whole,
            entry("com.cloudflare.edge.r2.bucket.*".to_owned(), "*".into()),
        ),
    }
}
