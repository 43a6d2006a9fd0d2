//! What is asked beside the narrow token, from the profile and what was chosen.

use jiff::Timestamp;

use crate::cloudflare::{
    Account, Catalogue, Condition, GroupRef, NewToken, Policy, TokenKind, resources,
};
use crate::profile;
use crate::profile::Profile;
use crate::run::Planned;
use crate::story::{Choices, Grant};

/// What the plan is made from.
pub(crate) struct Asked<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// What was chosen.
    pub choices: &'a Choices,
    /// Kind of the pasted token, and so of these.
    pub kind: TokenKind,
    /// The nominated account.
    pub account: &'a Account,
    /// Groups that can be granted.
    pub catalogue: &'a Catalogue,
    /// What tells their names apart: the installation, the connection and the run.
    pub mark: &'a str,
    /// They end with the narrow token.
    pub expires_on: Option<Timestamp>,
    /// And work from nowhere else.
    pub condition: Option<&'a Condition>,
}

/// What is made, and what cannot be, a sentence each.
pub(crate) fn plan(asked: &Asked<'_>) -> (Vec<Planned>, Vec<String>) {
    let (mut planned, mut notices) = (Vec::new(), Vec::new());
    for extra in asked.profile.extras(&asked.choices.with) {
        match one(asked, extra) {
            Some(one) => planned.push(one),
            None => notices.push(format!(
                "{} are left out: this kind of token cannot have them. {}",
                extra.label, extra.without
            )),
        }
    }
    (planned, notices)
}

fn one(asked: &Asked<'_>, extra: &profile::Extra) -> Option<Planned> {
    let resources = resources::account(&asked.account.id);
    let resource = resources.lines().into_iter().next()?;
    let (mut groups, mut requested) = (Vec::new(), Vec::new());
    for permission in &extra.permissions {
        let may = permission.fits(asked.kind) && permission.can_be_minted();
        let group = asked
            .catalogue
            .resolve(&permission.group, &permission.scope)
            .ok()
            .filter(|_| may)?;
        groups.push(GroupRef::from(group));
        requested.push(Grant {
            group: permission.group.clone(),
            scope: permission.scope.word().to_owned(),
            resource: resource.clone(),
        });
    }
    requested.sort();
    let probes = extra.permissions.iter();
    Some(Planned {
        id: extra.id.clone(),
        label: extra.label.clone(),
        without: extra.without.clone(),
        new_token: NewToken {
            name: format!("{}{}", extra.name, asked.mark),
            policies: vec![Policy::allow(resources, groups)],
            not_before: None,
            expires_on: asked.expires_on,
            condition: asked.condition.cloned(),
        },
        requested,
        probes: probes
            .filter_map(|permission| permission.probe.clone())
            .collect(),
    })
}
