//! Policies: which permission groups hold for which resources, and how two lists of them are compared.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::groups::{Catalogue, PermissionGroup, Scope};
use super::open::open_enum;
use super::resources::{Resources, scope_of};

open_enum! {
    /// What a policy does. A deny outweighs every allow.
    PolicyEffect {
        /// Grants.
        Allow = "allow",
        /// Refuses.
        Deny = "deny",
    }
}

/// One policy of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Grant or refuse.
    pub effect: PolicyEffect,
    /// What it reaches.
    pub resources: Resources,
    /// What may be done there.
    pub permission_groups: Vec<GroupRef>,
}

impl Policy {
    /// A policy that grants.
    pub fn allow(resources: Resources, permission_groups: Vec<GroupRef>) -> Self {
        Self {
            effect: PolicyEffect::Allow,
            resources,
            permission_groups,
        }
    }
}

/// A permission group as a policy names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRef {
    /// 32 hexadecimal digits; all that counts when writing.
    pub id: String,
    /// Its name, as Cloudflare tells it; never sent.
    #[serde(default, skip_serializing)]
    pub name: Option<String>,
    /// Whatever else Cloudflare attached, returned as it came when a token is written back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<serde_json::Value>,
}

impl From<&PermissionGroup> for GroupRef {
    fn from(group: &PermissionGroup) -> Self {
        Self {
            id: group.id.clone(),
            name: Some(group.name.clone()),
            meta: None,
        }
    }
}

/// One thing that is granted or refused: a group on a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The group's name; its id where nobody tells the name.
    pub group: String,
    /// Where the group applies.
    pub scope: Scope,
    /// The resource, as in [`Resources::lines`].
    pub resource: String,
    /// Granted or refused.
    pub effect: PolicyEffect,
}

/// What `policies` come to, as a set: the service may reorder and split them as it likes.
pub fn grants(policies: &[Policy], groups: &Catalogue) -> BTreeSet<Grant> {
    let mut grants = BTreeSet::new();
    for policy in policies {
        for resource in policy.resources.lines() {
            for named in &policy.permission_groups {
                let group = groups.by_id(&named.id);
                let name = group
                    .map(|group| &group.name)
                    .or(named.name.as_ref())
                    .unwrap_or(&named.id);
                let scope = group.and_then(|group| group.scopes.first());
                grants.insert(Grant {
                    group: name.clone(),
                    scope: scope.cloned().unwrap_or_else(|| scope_of(&resource)),
                    resource: resource.clone(),
                    effect: policy.effect.clone(),
                });
            }
        }
    }
    grants
}

/// Whether two lists of policies come to the same, by the groups' ids alone: for where no catalogue is at hand.
pub fn same_reach(one: &[Policy], other: &[Policy]) -> bool {
    let set = |policies: &[Policy]| -> BTreeSet<(String, String, String)> {
        policies
            .iter()
            .flat_map(|policy| {
                let effect = policy.effect.as_str().to_owned();
                policy.resources.lines().into_iter().flat_map(move |line| {
                    let effect = effect.clone();
                    policy
                        .permission_groups
                        .iter()
                        .map(move |group| (effect.clone(), line.clone(), group.id.clone()))
                })
            })
            .collect()
    };
    set(one) == set(other)
}

#[cfg(test)]
mod tests {
    use super::super::resources::{account, zone};
    use super::*;

    fn named(id: &str) -> GroupRef {
        GroupRef {
            id: id.to_owned(),
            name: Some(format!("group {id}")),
            meta: None,
        }
    }

    #[test]
    fn order_and_splitting_do_not_matter_but_effect_and_resource_do() {
        let groups = Catalogue::default();
        let asked = [
            Policy::allow(account("a"), vec![named("1"), named("2")]),
            Policy::allow(zone("z"), vec![named("3")]),
        ];
        let told = [
            Policy::allow(zone("z"), vec![named("3")]),
            Policy::allow(account("a"), vec![named("2")]),
            Policy::allow(account("a"), vec![named("1")]),
        ];
        assert_eq!(grants(&asked, &groups), grants(&told, &groups));
        assert!(same_reach(&asked, &told));
        let elsewhere = [
            Policy::allow(account("b"), vec![named("1"), named("2")]),
            asked[1].clone(),
        ];
        assert_ne!(
            grants(&asked, &groups),
            grants(&elsewhere, &groups),
            "another account is another grant"
        );
        assert!(!same_reach(&asked, &elsewhere));
        let mut denied = asked.clone();
        denied[0].effect = PolicyEffect::Deny;
        assert_ne!(grants(&asked, &groups), grants(&denied, &groups));
        assert!(!same_reach(&asked, &denied));
    }
}
