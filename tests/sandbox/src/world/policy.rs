//! Policies: what they may say, and what they grant.

use serde_json::{Map, Value, json};

use super::group::{Group, Scope};

const ACCOUNT: &str = "com.cloudflare.api.account.";
const ZONE: &str = "com.cloudflare.api.account.zone.";
const USER: &str = "com.cloudflare.api.user.";
const BUCKET: &str = "com.cloudflare.edge.r2.bucket.";

/// Something that a policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    User(String),
    Account(String),
    AllAccounts,
    Zone(String),
    AllZones,
    ZonesOf(String),
    /// A bucket, by the account that owns it.
    Bucket(String),
    BucketsOf(String),
}

/// Something that a request touches.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'a> {
    User(&'a str),
    Account(&'a str),
    Zone { zone: &'a str, account: &'a str },
}

/// Allow, or deny what another policy allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

impl Effect {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

/// Groups on resources.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) id: String,
    pub(crate) effect: Effect,
    pub(crate) groups: Vec<&'static Group>,
    pub(crate) reach: Vec<Resource>,
    /// As it was sent, for showing.
    pub(crate) resources: Map<String, Value>,
}

impl Resource {
    pub(crate) fn scope(&self) -> Scope {
        match self {
            Self::User(_) => Scope::User,
            Self::Account(_) | Self::AllAccounts => Scope::Account,
            Self::Zone(_) | Self::AllZones | Self::ZonesOf(_) => Scope::Zone,
            Self::Bucket(_) | Self::BucketsOf(_) => Scope::Bucket,
        }
    }

    /// Reads one entry of a policy's `resources`: `"<name>": "*"`, or an account with what is meant inside it.
    ///
    /// The error is a sentence for the one who wrote it.
    pub(crate) fn parse(name: &str, value: &Value) -> Result<Vec<Self>, String> {
        match value {
            Value::String(all) if all == "*" => Self::plain(name).map(|resource| vec![resource]),
            Value::Object(inner) if !inner.is_empty() => {
                let account = name
                    .strip_prefix(ACCOUNT)
                    .filter(|rest| !rest.starts_with("zone."))
                    .ok_or_else(|| format!("Resource \"{name}\" cannot hold other resources"))?;
                inner
                    .iter()
                    .map(|(inner, value)| Self::nested(account, inner, value))
                    .collect()
            }
            _ => Err(format!("Resource \"{name}\" must be \"*\"")),
        }
    }

    fn plain(name: &str) -> Result<Self, String> {
        let resource = if let Some(zone) = name.strip_prefix(ZONE) {
            if zone == "*" {
                Self::AllZones
            } else {
                Self::Zone(zone.to_owned())
            }
        } else if let Some(account) = name.strip_prefix(ACCOUNT) {
            if account == "*" {
                Self::AllAccounts
            } else {
                Self::Account(account.to_owned())
            }
        } else if let Some(user) = name.strip_prefix(USER) {
            Self::User(user.to_owned())
        } else if let Some((account, _)) = name
            .strip_prefix(BUCKET)
            .and_then(|bucket| bucket.split_once('_'))
        {
            Self::Bucket(account.to_owned())
        } else {
            return Err(format!("Resource \"{name}\" is not known"));
        };
        Ok(resource)
    }

    fn nested(account: &str, name: &str, value: &Value) -> Result<Self, String> {
        if value != "*" {
            return Err(format!("Resource \"{name}\" must be \"*\""));
        }
        match (account, name.strip_prefix(ZONE), name.strip_prefix(BUCKET)) {
            ("*", Some("*"), _) => Ok(Self::AllZones),
            (_, Some("*"), _) => Ok(Self::ZonesOf(account.to_owned())),
            (_, Some(zone), _) => Ok(Self::Zone(zone.to_owned())),
            (_, _, Some("*")) if account != "*" => Ok(Self::BucketsOf(account.to_owned())),
            (_, _, Some(bucket)) if bucket.starts_with(&format!("{account}_")) => {
                Ok(Self::Bucket(account.to_owned()))
            }
            _ => Err(format!(
                "Resource \"{name}\" is not part of \"{ACCOUNT}{account}\""
            )),
        }
    }

    fn covers(&self, target: Target<'_>) -> bool {
        match (self, target) {
            (Self::AllAccounts, Target::Account(_)) | (Self::AllZones, Target::Zone { .. }) => true,
            (Self::User(mine), Target::User(asked))
            | (Self::Account(mine), Target::Account(asked)) => mine == asked,
            (Self::Zone(mine), Target::Zone { zone, .. }) => mine == zone,
            (Self::ZonesOf(mine), Target::Zone { account, .. }) => mine == account,
            _ => false,
        }
    }
}

impl Policy {
    fn speaks_of(&self, group: &Group, target: Target<'_>) -> bool {
        self.groups.contains(&group) && self.reach.iter().any(|resource| resource.covers(target))
    }

    /// As the API shows it.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "effect": self.effect.as_str(),
            "permission_groups": self.groups.iter().map(|group| json!({ "id": group.id, "name": group.name })).collect::<Vec<_>>(),
            "resources": self.resources,
        })
    }
}

/// Whether `policies` grant `group` on `target`: an explicit deny beats an allow, and silence denies.
pub(crate) fn grant(policies: &[Policy], group: &Group, target: Target<'_>) -> bool {
    let said = |effect| {
        policies
            .iter()
            .any(|policy| policy.effect == effect && policy.speaks_of(group, target))
    };
    !said(Effect::Deny) && said(Effect::Allow)
}

/// Whether some policy allows any account-scoped group on `account`: what makes an account show up in a list.
pub(crate) fn touch_account(policies: &[Policy], account: &str) -> bool {
    policies.iter().any(|policy| {
        policy.effect == Effect::Allow
            && policy
                .reach
                .iter()
                .any(|resource| resource.covers(Target::Account(account)))
            && policy
                .groups
                .iter()
                .any(|group| grant(policies, group, Target::Account(account)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::group;

    fn policy(effect: Effect, name: &str, scope: Scope, resource: Resource) -> Policy {
        Policy {
            id: String::new(),
            effect,
            groups: vec![group::by_name(name, scope).expect("a known group")],
            reach: vec![resource],
            resources: Map::new(),
        }
    }

    #[test]
    fn policies_reach_what_their_resources_name_and_nothing_else() {
        let here = Target::Zone {
            zone: "z1",
            account: "a1",
        };
        let there = Target::Zone {
            zone: "z2",
            account: "a2",
        };
        for (resource, at_home, abroad) in [
            (Resource::Zone("z1".into()), true, false),
            (Resource::ZonesOf("a1".into()), true, false),
            (Resource::AllZones, true, true),
            (Resource::Account("a1".into()), false, false),
            (Resource::AllAccounts, false, false),
        ] {
            let policies = [policy(
                Effect::Allow,
                "DNS Write",
                Scope::Zone,
                resource.clone(),
            )];
            let dns = group::by_name("DNS Write", Scope::Zone).expect("a known group");
            assert_eq!(grant(&policies, dns, here), at_home, "{resource:?} at home");
            assert_eq!(grant(&policies, dns, there), abroad, "{resource:?} abroad");
        }
    }

    #[test]
    fn a_deny_beats_an_allow_in_either_order() {
        let pages = group::by_name("Pages Write", Scope::Account).expect("a known group");
        let mut policies = vec![
            policy(
                Effect::Allow,
                "Pages Write",
                Scope::Account,
                Resource::AllAccounts,
            ),
            policy(
                Effect::Deny,
                "Pages Write",
                Scope::Account,
                Resource::Account("a1".into()),
            ),
        ];
        for _ in 0..2 {
            assert!(
                !grant(&policies, pages, Target::Account("a1")),
                "denied by name"
            );
            assert!(
                grant(&policies, pages, Target::Account("a2")),
                "still allowed elsewhere"
            );
            assert!(
                !touch_account(&policies, "a1"),
                "nothing is left to do on a1, so it does not show"
            );
            policies.reverse();
        }
    }

    #[test]
    fn resources_are_read_as_cloudflare_writes_them() {
        let parse = |name: &str, value: Value| Resource::parse(name, &value).map_err(drop);
        let all = json!("*");
        assert_eq!(
            parse("com.cloudflare.api.account.a1", all.clone()),
            Ok(vec![Resource::Account("a1".into())])
        );
        assert_eq!(
            parse("com.cloudflare.api.account.*", all.clone()),
            Ok(vec![Resource::AllAccounts])
        );
        assert_eq!(
            parse("com.cloudflare.api.account.zone.*", all.clone()),
            Ok(vec![Resource::AllZones])
        );
        assert_eq!(
            parse("com.cloudflare.api.user.u1", all.clone()),
            Ok(vec![Resource::User("u1".into())])
        );
        assert_eq!(
            parse(
                "com.cloudflare.api.account.a1",
                json!({ "com.cloudflare.api.account.zone.*": "*" })
            ),
            Ok(vec![Resource::ZonesOf("a1".into())])
        );
        assert_eq!(
            parse(
                "com.cloudflare.edge.r2.bucket.a1_default_photos",
                all.clone()
            ),
            Ok(vec![Resource::Bucket("a1".into())])
        );
        assert_eq!(
            parse(
                "com.cloudflare.api.account.a1",
                json!({ "com.cloudflare.edge.r2.bucket.*": "*" })
            ),
            Ok(vec![Resource::BucketsOf("a1".into())])
        );
        for (name, value) in [
            ("com.cloudflare.api.account.a1", json!("read")),
            ("com.cloudflare.api.account.a1", json!({})),
            (
                "com.cloudflare.api.account.zone.z1",
                json!({ "com.cloudflare.api.account.zone.*": "*" }),
            ),
            ("com.cloudflare.edge.r2.bucket.*", all.clone()),
            (
                "com.cloudflare.api.account.a1",
                json!({ "com.cloudflare.edge.r2.bucket.a2_default_x": "*" }),
            ),
            ("everything", all),
        ] {
            assert!(
                parse(name, value.clone()).is_err(),
                "{name}: {value} must be refused"
            );
        }
    }
}
