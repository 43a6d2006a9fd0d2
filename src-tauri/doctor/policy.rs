//! What a token's policies say of one permission on one resource.

use std::collections::BTreeSet;

use super::wants::Want;
use crate::cloudflare::policies::{Grant, grants};
use crate::cloudflare::{Catalogue, Policy, PolicyEffect, Scope};
use crate::proof::Endpoint;

const ACCOUNT: &str = "com.cloudflare.api.account.";
const ZONE: &str = "com.cloudflare.api.account.zone.";

/// The policies of a token, as a set.
#[derive(Clone, Debug)]
pub(super) struct Held(BTreeSet<Grant>);

/// What they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holding {
    /// It is granted there, by this group.
    Yes(String),
    /// It is granted there, and denied.
    Denied,
    /// Only reading is.
    Lower(String),
    /// It is granted, but not there: on these resources, as policies name them.
    Elsewhere(Vec<String>),
    /// It is not granted.
    No,
}

/// The resource that is asked about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'a> {
    /// The account; the zone's own account too.
    pub account: Option<&'a str>,
    /// The zone, for zone groups; nothing where any zone will do.
    pub zone: Option<&'a str>,
}

impl Held {
    /// Reads the policies. Cloudflare tells the groups' names along with them.
    pub(super) fn of(policies: &[Policy]) -> Self {
        Self(grants(policies, &Catalogue::default()))
    }

    /// Whether nothing is granted at all.
    pub(super) fn is_empty(&self) -> bool {
        self.allows().next().is_none()
    }

    /// What is said of `want` there.
    pub(super) fn on(&self, want: &Want, spot: Spot<'_>) -> Holding {
        let granted = |gives: &dyn Fn(&str) -> bool| -> Vec<&Grant> {
            self.allows()
                .filter(|grant| grant.scope == *want.scope() && gives(&grant.group))
                .collect()
        };
        let whole = granted(&|group| want.is_given_by(group));
        let here = |grant: &&&Grant| covers(&grant.resource, want.scope(), spot);
        let exact = whole
            .iter()
            .filter(here)
            .find(|grant| grant.group == want.group());
        if let Some(grant) = exact.or_else(|| whole.iter().find(here)) {
            let denied = self.0.iter().any(|other| {
                other.effect == PolicyEffect::Deny
                    && other.scope == grant.scope
                    && other.group == grant.group
                    && covers(&other.resource, want.scope(), spot)
            });
            return if denied {
                Holding::Denied
            } else {
                Holding::Yes(grant.group.clone())
            };
        }
        let lower = want.read_group();
        let reads = granted(&|group| lower.as_deref() == Some(group));
        if let Some(grant) = reads.iter().find(here) {
            return Holding::Lower(grant.group.clone());
        }
        if whole.is_empty() {
            Holding::No
        } else {
            Holding::Elsewhere(whole.iter().map(|grant| grant.resource.clone()).collect())
        }
    }

    /// Whether anything that is granted on the account opens this endpoint.
    pub(super) fn opens(&self, endpoint: &Endpoint, spot: Spot<'_>) -> bool {
        self.allows().any(|grant| {
            grant.scope == Scope::Account
                && endpoint.accepts.contains(&grant.group.as_str())
                && covers(&grant.resource, &Scope::Account, spot)
        })
    }

    /// Groups that are granted and not among `asked` (name and scope), with their resources.
    pub(super) fn beyond(&self, asked: &[(String, Scope)]) -> Vec<(String, Scope, Vec<String>)> {
        let mut beyond: Vec<(String, Scope, Vec<String>)> = Vec::new();
        for grant in self.allows() {
            if asked
                .iter()
                .any(|(group, scope)| *group == grant.group && *scope == grant.scope)
            {
                continue;
            }
            match beyond
                .iter_mut()
                .find(|(group, scope, _)| *group == grant.group && *scope == grant.scope)
            {
                Some((_, _, resources)) => resources.push(grant.resource.clone()),
                None => beyond.push((
                    grant.group.clone(),
                    grant.scope.clone(),
                    vec![grant.resource.clone()],
                )),
            }
        }
        beyond
    }

    /// Accounts that are named by their id.
    pub(super) fn accounts(&self) -> Vec<String> {
        self.ids(|resource| {
            let key = resource.split('/').next().unwrap_or(resource);
            key.strip_prefix(ACCOUNT).filter(|id| !id.contains('.'))
        })
    }

    /// Zones that are named by their id.
    pub(super) fn zones(&self) -> Vec<String> {
        self.ids(|resource| resource.strip_prefix(ZONE))
    }

    fn ids<'a>(&'a self, id: impl Fn(&'a str) -> Option<&'a str>) -> Vec<String> {
        let mut ids: Vec<String> = self
            .allows()
            .filter_map(|grant| id(&grant.resource))
            .filter(|id| *id != "*")
            .map(str::to_owned)
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    fn allows(&self) -> impl Iterator<Item = &Grant> {
        self.0
            .iter()
            .filter(|grant| grant.effect == PolicyEffect::Allow)
    }
}

/// The id at the end of a resource, for people.
pub(super) fn id_of(resource: &str) -> &str {
    resource.rsplit('.').next().unwrap_or(resource)
}

/// Whether a resource of a policy covers the one that is asked about.
fn covers(resource: &str, scope: &Scope, spot: Spot<'_>) -> bool {
    let account = |id: &str| id == "*" || spot.account.is_none_or(|asked| asked == id);
    match scope {
        Scope::User => true,
        Scope::Zone => match resource.split_once('/') {
            // Zones of one account. A zone is taken to lie in the account that is asked about.
            Some((outer, inner)) => {
                inner == "com.cloudflare.api.account.zone.*"
                    && outer.strip_prefix(ACCOUNT).is_some_and(account)
            }
            None => resource
                .strip_prefix(ZONE)
                .is_some_and(|id| id == "*" || spot.zone.is_none_or(|asked| asked == id)),
        },
        _ => resource
            .split('/')
            .next()
            .and_then(|key| key.strip_prefix(ACCOUNT))
            .is_some_and(account),
    }
}

#[cfg(test)]
mod tests {
    use super::super::wants::Want;
    use super::*;
    use crate::cloudflare::token_page;
    use crate::cloudflare::{GroupRef, Resources, resources};

    fn want(group: &str, scope: &Scope) -> Want {
        Want {
            row: token_page::row(group, scope),
            why: String::new(),
            creates: None,
            need: None,
            accepts: Vec::new(),
            kinds: Vec::new(),
            endpoint: None,
        }
    }

    fn policy(resources: Resources, groups: &[&str]) -> Policy {
        let groups = groups.iter().map(|name| GroupRef {
            id: format!("id of {name}"),
            name: Some((*name).to_owned()),
            meta: None,
        });
        Policy::allow(resources, groups.collect())
    }

    fn spot<'a>(account: &'a str, zone: &'a str) -> Spot<'a> {
        Spot {
            account: Some(account),
            zone: Some(zone),
        }
    }

    #[test]
    fn policies_tell_level_resource_and_deny_apart() {
        let mut deny = policy(resources::account("a"), &["Queues Write"]);
        deny.effect = PolicyEffect::Deny;
        let held = Held::of(&[
            policy(
                resources::account("a"),
                &["Pages Read", "D1 Write", "Queues Write"],
            ),
            policy(resources::account("b"), &["Workers Scripts Write"]),
            policy(resources::zone("z"), &["DNS Write"]),
            policy(resources::all_zones_of("a"), &["Zone Read"]),
            deny,
        ]);
        let account = Scope::Account;
        let elsewhere = |resource: &str| Holding::Elsewhere(vec![resource.to_owned()]);
        for (group, scope, zone, holding) in [
            (
                "Pages Write",
                &account,
                "z",
                Holding::Lower("Pages Read".into()),
            ),
            (
                "Pages Read",
                &account,
                "z",
                Holding::Yes("Pages Read".into()),
            ),
            ("D1 Read", &account, "z", Holding::Yes("D1 Write".into())),
            ("Queues Write", &account, "z", Holding::Denied),
            ("AI Gateway Write", &account, "z", Holding::No),
            (
                "Workers Scripts Write",
                &account,
                "z",
                elsewhere("com.cloudflare.api.account.b"),
            ),
            (
                "DNS Write",
                &Scope::Zone,
                "z",
                Holding::Yes("DNS Write".into()),
            ),
            (
                "DNS Write",
                &Scope::Zone,
                "y",
                elsewhere("com.cloudflare.api.account.zone.z"),
            ),
            (
                "Zone Read",
                &Scope::Zone,
                "y",
                Holding::Yes("Zone Read".into()),
            ),
            ("DNS Write", &account, "z", Holding::No),
        ] {
            assert_eq!(
                held.on(&want(group, scope), spot("a", zone)),
                holding,
                "{group} on {zone}"
            );
        }
        assert_eq!(held.accounts(), ["a", "b"]);
        assert_eq!(held.zones(), ["z"]);
    }

    #[test]
    fn what_was_not_asked_for_is_beyond() {
        let held = Held::of(&[policy(
            resources::account("a"),
            &["Pages Write", "D1 Write"],
        )]);
        let beyond = held.beyond(&[("Pages Write".to_owned(), Scope::Account)]);
        assert_eq!(beyond.len(), 1);
        assert_eq!(beyond[0].0, "D1 Write");
    }
}
