//! What a rotation would make: the same policy, or the profile's as it is now, and how the two differ.

use std::collections::{BTreeMap, BTreeSet};

use super::old::Old;
use crate::choose::asked::asked;
use crate::choose::decide::{place, verb};
use crate::choose::{Known, decide, extra, granted, limits};
use crate::cloudflare::resources::{Reach, Resources};
use crate::cloudflare::{Account, Catalogue, Condition, GroupRef, NewToken, Policy, Scope};
use crate::problem::{Next, Problem};
use crate::profile::Profile;
use crate::record::Connection;
use crate::run::rotation::Nominated;
use crate::run::{App, Decision, ids};
use crate::steps::paste::OneTime;
use crate::steps::site::Site;
use crate::story::{
    Choices, Difference, Grant, GrantChange, RotationChoices, RotationPreview, RotationWay,
    TokenFacts,
};

/// A rotation whose pasted token is known and whose old token was looked at: what there is to decide with.
pub(crate) struct Looked<'a> {
    pub app: &'a App,
    pub site: &'a Site,
    /// The run's id.
    pub run: &'a str,
    pub profile: &'a Profile,
    /// The connection's id.
    pub connection: &'a str,
    pub installation: &'a str,
    pub one_time: &'a OneTime,
    pub old: &'a Old,
}

impl Looked<'_> {
    /// What a rotation with these choices would do, decided anew each time.
    pub(crate) fn decide(
        &self,
        wish: &RotationChoices,
    ) -> Result<(Nominated, Vec<Difference>), Problem> {
        let (broad, old) = (&self.one_time.broad, self.old);
        let known = &old.known;
        let choices = choices(known, wish);
        let account = decide::account(Some(&known.account_id), &broad.accounts)?;
        let name = ids::rotated_token_name(
            &self.profile.id,
            self.installation,
            self.connection,
            self.run,
        );
        let extra_mark = ids::extra_token_mark(self.installation, self.connection, self.run);
        let newer = decide::decide(
            &choices,
            &Known {
                extra_mark: &extra_mark,
                profile: self.profile,
                accounts: &broad.accounts,
                catalogue: &broad.catalogue,
                kind: broad.kind(),
                own: broad.own.as_ref(),
                zones: self.one_time.zones.as_ref(),
                token_name: name.clone(),
                installation: self.installation,
                now: (self.app.now)(),
            },
        );
        let held = grants(known);
        let difference = match &newer {
            Ok(newer) => difference(&held, &newer.requested, &account),
            Err(_) => difference(&held, &held, &account),
        };
        let mut decision = if wish.profile_policy {
            newer?
        } else {
            self.same_policy(&choices, known, account, (name, &extra_mark), &held)?
        };
        if let Some(listed) = &old.listed
            && granted::granted(&held, &listed.policies, &broad.catalogue).is_err()
        {
            decision.notices.push(
                "The old token's permissions were changed at Cloudflare since it was made; the new one is made as it \
                 was then."
                    .to_owned(),
            );
        }
        if wish.in_place {
            let listed = old.listed.as_ref().ok_or_else(nothing_to_roll)?;
            if wish.profile_policy || wish.expires.is_some() {
                return Err(only_the_value());
            }
            decision.new_token = listed.to_new();
            // They have a value of their own, which a new value of the narrow token leaves as it is.
            decision.extras.clear();
        }
        let nominated = Nominated {
            connection: known.id.clone(),
            platform: self.profile.receiver().to_owned(),
            platform_address: self.site.address(),
            person: known
                .person
                .clone()
                .or_else(|| self.site.link().map(|link| link.person.clone())),
            kind: broad.kind(),
            decision,
            way: if wish.in_place {
                RotationWay::InPlace
            } else {
                RotationWay::Beside
            },
            replaces: TokenFacts {
                token_id: known.token_id.clone(),
                token_name: known.token_name.clone(),
                fingerprint: known.fingerprint.clone(),
            },
        };
        Ok((nominated, difference))
    }

    /// A decision that asks for exactly what the old token was granted.
    fn same_policy(
        &self,
        choices: &Choices,
        known: &Connection,
        account: Account,
        (name, extra_mark): (String, &str),
        held: &[Grant],
    ) -> Result<Decision, Problem> {
        let broad = &self.one_time.broad;
        let policies = policies(held, &broad.catalogue)?;
        let expires_on = choices
            .expires
            .as_deref()
            .map(|text| limits::expiry(text, (self.app.now)()))
            .transpose()?;
        let probes = asked(self.profile, broad.kind(), choices).map_or_else(
            |_| Vec::new(),
            |asked| asked.probes_of(broad.kind(), |group| held.iter().any(|g| g.group == group)),
        );
        let zones = held
            .iter()
            .filter(|grant| grant.scope == "zone")
            .filter_map(|grant| grant.resource.rsplit('.').next())
            .filter(|zone| *zone != "*")
            .map(str::to_owned)
            .collect::<BTreeSet<_>>();
        let allow_ip = known.allow_ip.clone();
        let condition = (!allow_ip.is_empty()).then(|| Condition::only_from(allow_ip.clone()));
        let (extras, notices) = extra::plan(&crate::choose::Asked {
            profile: self.profile,
            choices,
            kind: broad.kind(),
            account: &account,
            catalogue: &broad.catalogue,
            mark: extra_mark,
            expires_on,
            condition: condition.as_ref(),
        });
        Ok(Decision {
            account,
            project: known.project.clone(),
            zones: zones.into_iter().collect(),
            new_token: NewToken {
                name,
                policies,
                not_before: None,
                expires_on,
                condition,
            },
            allow_ip,
            requested: held.to_vec(),
            probes,
            notices,
            choices: choices.clone(),
            extras,
        })
    }

    /// The decision in words.
    pub(crate) fn in_words(
        &self,
        (nominated, difference): (Nominated, Vec<Difference>),
    ) -> RotationPreview {
        let in_place = nominated.way == RotationWay::InPlace;
        let told = decide::preview(
            &nominated.decision,
            self.one_time.zones.as_ref(),
            self.site.exists().then(|| self.profile.receiver()),
            self.one_time.ours,
        );
        let name = &nominated.replaces.token_name;
        RotationPreview {
            way: nominated.way,
            token_name: told.token_name,
            sentences: told.sentences,
            differs: difference
                .iter()
                .any(|line| line.change != GrantChange::Same),
            difference,
            body_json: (!in_place).then_some(told.body_json),
            cost: self.cost(),
            old: if in_place {
                format!("\"{name}\" stays, with a new value. Its old value dies at once.")
            } else {
                format!(
                    "\"{name}\" works until the new token is in its place, and is deleted then."
                )
            },
            broad: told.broad,
        }
    }

    /// What rolling in place costs.
    fn cost(&self) -> String {
        let who = self.profile.receiver();
        format!(
            "Rolled in place, the old value dies before the new one is delivered: until then {who} fails. If \
             Cloudflare's answer is lost, the new value is lost with it, and {who} fails until another rotation."
        )
    }
}

/// What was chosen for the connection, with what is chosen for the rotation.
fn choices(known: &Connection, wish: &RotationChoices) -> Choices {
    let before: Choices = serde_json::from_value(known.choices.clone()).unwrap_or_default();
    let expires = match wish.expires.as_deref().map(str::trim) {
        Some("never") => None,
        Some(given) => Some(given.to_owned()),
        None => before.expires,
    };
    Choices {
        account: Some(known.account_id.clone()),
        project: known.project.clone(),
        expires,
        allow_ip: known.allow_ip.clone(),
        broad: wish.broad,
        ..before
    }
}

/// What the connection's token was granted.
pub(crate) fn grants(known: &Connection) -> Vec<Grant> {
    let mut grants: Vec<Grant> = serde_json::from_value(known.policy.clone()).unwrap_or_default();
    grants.sort();
    grants
}

/// Policies that come to exactly these grants: groups that reach the same resources of a scope share one.
fn policies(held: &[Grant], catalogue: &Catalogue) -> Result<Vec<Policy>, Problem> {
    let mut reached: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for grant in held {
        reached
            .entry((&grant.scope, &grant.group))
            .or_default()
            .insert(&grant.resource);
    }
    let mut policies: BTreeMap<(&str, BTreeSet<&str>), Vec<GroupRef>> = BTreeMap::new();
    for ((word, group), resources) in reached {
        let scope = Scope::from_word(word).ok_or_else(|| decide::cannot_grant(group))?;
        let group = catalogue
            .resolve(group, &scope)
            .map_err(|error| error.problem())?;
        policies
            .entry((word, resources))
            .or_default()
            .push(GroupRef::from(group));
    }
    if policies.is_empty() {
        return Err(policy_unknown());
    }
    Ok(policies
        .into_iter()
        .map(|((_, lines), groups)| Policy::allow(resources(&lines), groups))
        .collect())
}

/// The resources of these lines: the other way round of [`Resources::lines`].
fn resources(lines: &BTreeSet<&str>) -> Resources {
    let mut map: BTreeMap<String, Reach> = BTreeMap::new();
    for line in lines {
        match line.split_once('/') {
            None => {
                map.insert((*line).to_owned(), Reach::Whole("*".to_owned()));
            }
            Some((key, part)) => {
                let reach = map
                    .entry(key.to_owned())
                    .or_insert_with(|| Reach::Within(BTreeMap::new()));
                if let Reach::Within(parts) = reach {
                    parts.insert(part.to_owned(), "*".to_owned());
                }
            }
        }
    }
    Resources(map)
}

fn difference(held: &[Grant], newer: &[Grant], account: &Account) -> Vec<Difference> {
    let all: BTreeSet<&Grant> = held.iter().chain(newer).collect();
    all.into_iter()
        .map(|grant| Difference {
            change: match (held.contains(grant), newer.contains(grant)) {
                (true, true) => GrantChange::Same,
                (false, _) => GrantChange::Added,
                (true, false) => GrantChange::Removed,
            },
            words: format!("{} {}", verb(grant), place(grant, account, None)),
            grant: grant.clone(),
        })
        .collect()
}

fn nothing_to_roll() -> Problem {
    Problem::new(
        "rotation-nothing-to-roll",
        "The old token is gone at Cloudflare, so it cannot be given a new value.",
        "Make a new token instead.",
        Next::ChangeChoices,
    )
}

fn only_the_value() -> Problem {
    Problem::new(
        "rotation-only-the-value",
        "Rolled in place, a token gets a new value and nothing else: policy and end stay as they are.",
        "Leave the new policy and the new end out, or make a new token instead.",
        Next::ChangeChoices,
    )
}

fn policy_unknown() -> Problem {
    Problem::new(
        "rotation-policy-unknown",
        "It is not written down what the old token may do.",
        "Take the profile's policy.",
        Next::ChangeChoices,
    )
}
