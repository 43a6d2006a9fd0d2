//! Step 6: from what a person chose to the exact body that will be sent, and back into words.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::limits::{self, printable};
use super::story::{BroadWish, Choices, Grant, Preview};
use crate::cloudflare::{
    Account, Catalogue, Condition, GroupRef, NewToken, Policy, Resources, Scope, TokenKind,
    resources,
};
use crate::problem::{Next, Problem};
use crate::profile::{Need, Profile};

/// A decision, ready to be minted.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    /// The nominated account.
    pub account: Account,
    /// The project, where the profile has one.
    pub project: Option<String>,
    /// Zones of the zone permissions.
    pub zones: Vec<String>,
    /// Address ranges that the token is limited to; empty for anywhere.
    pub allow_ip: Vec<String>,
    /// The body of the mint.
    pub new_token: NewToken,
    /// What is asked for, sorted.
    pub requested: Vec<Grant>,
    /// Names of the endpoints that prove it.
    pub probes: Vec<String>,
    /// What the person chose, as it was chosen.
    pub choices: Choices,
}

/// What the decision is made from.
pub(super) struct Known<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// Accounts that the pasted token sees.
    pub accounts: &'a [Account],
    /// Permission groups that can be granted.
    pub catalogue: &'a Catalogue,
    /// Kind of the pasted token, and so of the narrow one.
    pub kind: TokenKind,
    /// Cloudflare's tag of the person, where the pasted token's own policy tells it.
    pub user_tag: Option<&'a str>,
    /// Name for the narrow token.
    pub token_name: String,
    /// Installation mark, for a suggested project name.
    pub installation: &'a str,
    /// The time of day.
    pub now: Timestamp,
}

/// Turns choices into a decision, or says which choice cannot be.
pub(super) fn decide(choices: &Choices, known: &Known<'_>) -> Result<Decision, Problem> {
    let account = account(choices.account.as_deref(), known.accounts)?;
    let project = project(choices.project.as_deref(), known)?;
    let expires_on = choices
        .expires
        .as_deref()
        .map(|text| limits::expiry(text, known.now))
        .transpose()?;
    let allow_ip = limits::addresses(&choices.allow_ip)?;
    let zones = zones(choices, known.profile)?;

    let permissions = known.profile.permissions_of(known.kind, &choices.with);
    let mut requested = Vec::new();
    // One policy per scope and resource: Cloudflare evaluates a policy's groups against all of its resources.
    let mut policies: BTreeMap<(&'static str, String), (Resources, Vec<GroupRef>)> =
        BTreeMap::new();
    for permission in &permissions {
        let group = known
            .catalogue
            .resolve(&permission.group, &permission.scope)
            .map_err(|error| error.problem())?;
        let (word, resources): (&'static str, Vec<Resources>) = match permission.scope {
            Scope::Account => ("account", vec![resources::account(&account.id)]),
            Scope::Zone => (
                "zone",
                zones.iter().map(|zone| resources::zone(zone)).collect(),
            ),
            Scope::User => {
                let tag = known
                    .user_tag
                    .ok_or_else(|| cannot_grant(&permission.group))?;
                ("user", vec![resources::user(tag)])
            }
            _ => return Err(cannot_grant(&permission.group)),
        };
        for resource in resources {
            let key = resource.lines().join(" ");
            requested.push(Grant {
                group: permission.group.clone(),
                scope: word.to_owned(),
                resource: key.clone(),
            });
            let groups = &mut policies
                .entry((word, key))
                .or_insert_with(|| (resource, Vec::new()))
                .1;
            groups.push(GroupRef::from(group));
        }
    }
    requested.sort();
    let policies = policies
        .into_values()
        .map(|(resources, groups)| Policy::allow(resources, groups))
        .collect();
    let condition = (!allow_ip.is_empty()).then(|| Condition::only_from(allow_ip.clone()));
    let new_token = NewToken {
        name: known.token_name.clone(),
        policies,
        not_before: None,
        expires_on,
        condition,
    };
    let probes = permissions
        .iter()
        .filter_map(|permission| permission.probe.clone())
        .collect();
    Ok(Decision {
        account,
        project,
        zones,
        allow_ip,
        new_token,
        requested,
        probes,
        choices: choices.clone(),
    })
}

/// The decision in words, with the very body that will be sent.
pub(super) fn preview(decision: &Decision, platform: Option<&str>, ours: bool) -> Preview {
    let mut sentences = Vec::new();
    for grant in &decision.requested {
        let place = if grant.scope == "account" {
            format!("on the account \"{}\" only", decision.account.name)
        } else {
            format!("on the {} {} only", grant.scope, short(&grant.resource))
        };
        sentences.push(format!("{} {place}.", grant.group));
    }
    sentences.push("Nothing else: no other account, no other product, no other token.".to_owned());
    sentences.push(match decision.new_token.expires_on {
        Some(end) => format!("It ends on {}.", end.strftime("%-d %B %Y at %H:%M UTC")),
        None => "It does not end by itself.".to_owned(),
    });
    if !decision.allow_ip.is_empty() {
        sentences.push(format!(
            "It works only from {}.",
            decision.allow_ip.join(", ")
        ));
    }
    if let Some(project) = &decision.project {
        let who = platform.unwrap_or("Your own deploys");
        sentences.push(format!(
            "{who} will use the project \"{project}\", and make it if it does not exist."
        ));
    }
    let broad = match (decision.choices.broad, ours) {
        (BroadWish::Keep, _) => "The token you pasted stays alive.",
        (BroadWish::Unsaid, false) => {
            "The token you pasted was not made for this run, so it stays alive."
        }
        _ => "The token you pasted is destroyed at the end.",
    };
    Preview {
        token_name: decision.new_token.name.clone(),
        sentences,
        body_json: decision.new_token.body_json_pretty(),
        broad: broad.to_owned(),
    }
}

fn short(resource: &str) -> &str {
    resource.rsplit('.').next().unwrap_or(resource)
}

fn account(chosen: Option<&str>, accounts: &[Account]) -> Result<Account, Problem> {
    match (chosen.map(str::trim), accounts) {
        (_, []) => Err(super::inspect::no_account()),
        (None, [only]) => Ok(only.clone()),
        (None, many) => Err(Problem::new(
            "account-needed",
            format!("The token sees {} accounts, and one has to be chosen.", many.len()),
            "Choose the account to connect (on the command line: --account ID).",
            Next::ChangeChoices,
        )
        .with_evidence(many.iter().take(20).map(|a| format!("{} {}", a.id, a.name)).collect::<Vec<_>>().join("; "))),
        (Some(id), _) => accounts.iter().find(|account| account.id.eq_ignore_ascii_case(id)).cloned().ok_or_else(|| {
            Problem::new(
                "account-unseen",
                "The pasted token does not see the chosen account.",
                "Choose one of the accounts that it sees, or make a token that includes this one.",
                Next::ChangeChoices,
            )
            .with_evidence(format!("asked for {}; the token sees {} accounts", printable(id), accounts.len()))
        }),
    }
}

fn project(chosen: Option<&str>, known: &Known<'_>) -> Result<Option<String>, Problem> {
    let Some(rule) = &known.profile.project else {
        return match chosen {
            None => Ok(None),
            Some(_) => Err(Problem::new(
                "project-unasked",
                format!("{} does not use a project.", known.profile.name),
                "Leave the project out.",
                Next::ChangeChoices,
            )),
        };
    };
    let name = match chosen.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => rule.suggest(known.installation),
    };
    if rule.check(&name).is_ok() {
        return Ok(Some(name));
    }
    Err(Problem::new(
        "project-name",
        format!("\"{}\" cannot be the name of a project.", printable(&name)),
        rule.help.clone(),
        Next::ChangeChoices,
    ))
}

fn zones(choices: &Choices, profile: &Profile) -> Result<Vec<String>, Problem> {
    for name in &choices.with {
        let optional = profile
            .permissions
            .iter()
            .any(|permission| permission.group == *name && permission.need == Need::Optional);
        if profile.condition(name).is_none() && !optional {
            return Err(Problem::new(
                "condition-unknown",
                format!(
                    "{} does not ask about \"{}\".",
                    profile.name,
                    printable(name)
                ),
                "Leave it out.",
                Next::ChangeChoices,
            ));
        }
    }
    let needed = profile.needs_zone(&choices.with);
    for zone in &choices.zones {
        if zone.len() != 32 || !zone.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Problem::new(
                "zone-id",
                format!("\"{}\" is not a zone id.", printable(zone)),
                "A zone id has 32 hexadecimal digits; it stands on the zone's overview page.",
                Next::ChangeChoices,
            ));
        }
    }
    if needed && choices.zones.is_empty() {
        return Err(Problem::new(
            "zone-needed",
            "A zone has to be chosen for this.",
            "Choose the zone (on the command line: --zone ID).",
            Next::ChangeChoices,
        ));
    }
    let mut zones = if needed {
        choices.zones.clone()
    } else {
        Vec::new()
    };
    zones.sort();
    zones.dedup();
    Ok(zones)
}

fn cannot_grant(group: &str) -> Problem {
    Problem::new(
        "scope-unsupported",
        format!("{group} cannot be asked for in a narrow token here."),
        "Use another profile.",
        Next::StartOver,
    )
}

#[cfg(test)]
mod tests {
    use proptest::option::of;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::cloudflare::PermissionGroup;

    const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";
    const OTHER: &str = "1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d";
    const ZONE: &str = "353c0d2738a8c9da3fece4013e50e320";

    fn profile() -> Profile {
        Profile::load("site-generator").expect("the built-in profile is sound")
    }

    /// Every group that the profile can ask for.
    fn catalogue(profile: &Profile) -> Catalogue {
        let group = |(number, permission): (usize, &crate::profile::Permission)| PermissionGroup {
            id: format!("{number:032x}"),
            name: permission.group.clone(),
            scopes: vec![permission.scope.clone()],
            key: None,
        };
        let groups: Vec<_> = profile.permissions.iter().enumerate().map(group).collect();
        Catalogue::from(groups)
    }

    fn account(id: &str) -> Account {
        Account {
            id: id.to_owned(),
            name: format!("Account {id:.4}"),
        }
    }

    /// Now and then what is meant, mostly anything at all.
    fn typed(meant: &'static [&'static str]) -> impl Strategy<Value = String> {
        prop_oneof![select(meant).prop_map(str::to_owned), ".{0,70}"]
    }

    prop_compose! {
        fn choices()(
            account in of(typed(&[ACCOUNT, OTHER, " 023E105F4ECEF8AD9CA31A8372D0C353 "])),
            project in of(typed(&["my-site", "a"])),
            expires in of(typed(&["90d", "12h", "2027-01-31"])),
            allow_ip in prop::collection::vec(typed(&["203.0.113.7", "2001:db8::/48"]), 0..3),
            with in prop::collection::vec(typed(&["domain"]), 0..3),
            zones in prop::collection::vec(typed(&[ZONE]), 0..3),
        ) -> Choices {
            Choices { account, project, expires, allow_ip, with, zones, broad: BroadWish::Unsaid }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_reaches_no_further_than_what_was_nominated(choices in choices(), several: bool) {
            let profile = profile();
            let catalogue = catalogue(&profile);
            let accounts = [account(ACCOUNT), account(OTHER)];
            let known = Known {
                profile: &profile,
                accounts: if several { &accounts } else { &accounts[..1] },
                catalogue: &catalogue,
                kind: TokenKind::User,
                user_tag: None,
                token_name: "Narrows site-generator a-b".to_owned(),
                installation: "ab12",
                now: "2026-11-22T12:00:00Z".parse().expect("a time"),
            };
            match decide(&choices, &known) {
                Ok(decision) => {
                    prop_assert!(known.accounts.contains(&decision.account));
                    for grant in &decision.requested {
                        let id = short(&grant.resource);
                        let nominated = match grant.scope.as_str() {
                            "account" => id == decision.account.id,
                            "zone" => choices.zones.iter().any(|zone| zone == id),
                            _ => false,
                        };
                        prop_assert!(nominated, "{grant:?} was not nominated in {choices:?}");
                    }
                    prop_assert!(!decision.requested.is_empty() && decision.requested.is_sorted());
                    prop_assert!(!preview(&decision, None, false).body_json.is_empty());
                }
                Err(problem) => {
                    prop_assert_eq!(problem.next, Next::ChangeChoices, "{}", problem.code);
                    let tame = problem.message.chars().all(|c| !c.is_control());
                    prop_assert!(tame, "a terminal is safe from {:?}", problem.message);
                }
            }
        }
    }
}
