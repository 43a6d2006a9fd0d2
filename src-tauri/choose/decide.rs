//! Step 6: from what a person chose to the exact body that will be sent, and back into words.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::asked::asked;
use super::extra::Asked;
use super::limits::printable;
use super::zones::{Listed, Zones};
use super::{extra, limits, zones};
use crate::cloudflare::{
    Account, Catalogue, Condition, GroupRef, NewToken, Policy, Scope, Token, TokenKind, Zone,
    resources, token_page,
};
use crate::problem::{Next, Problem};
use crate::profile::Profile;
use crate::run::{Decision, Planned};
use crate::story::{BroadWish, Choices, Grant, Preview};

pub(crate) fn no_account() -> Problem {
    Problem::new(
        "no-account-visible",
        "The token works, but it sees no account. In Cloudflare's form, Account Resources was left empty.",
        "Make it again through the token page, and choose the account under Account Resources.",
        Next::OpenTokenPage,
    )
}

/// What the decision is made from.
pub(crate) struct Known<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// Accounts that the pasted token sees.
    pub accounts: &'a [Account],
    /// Permission groups that can be granted.
    pub catalogue: &'a Catalogue,
    /// Kind of the pasted token, and so of the narrow one.
    pub kind: TokenKind,
    /// The pasted token as Cloudflare lists it, where it could be read.
    pub own: Option<&'a Token>,
    /// Zones, where they were listed.
    pub zones: Option<&'a Listed>,
    /// Name for the narrow token.
    pub token_name: String,
    /// What tells the tokens beside it apart.
    pub extra_mark: &'a str,
    /// Installation mark, for a suggested project name.
    pub installation: &'a str,
    /// The time of day.
    pub now: Timestamp,
}

/// Turns choices into a decision, or says which choice cannot be.
pub(crate) fn decide(choices: &Choices, known: &Known<'_>) -> Result<Decision, Problem> {
    let account = account(choices.account.as_deref(), known.accounts)?;
    let project = project(choices.project.as_deref(), known)?;
    let expires_on = choices
        .expires
        .as_deref()
        .map(|text| limits::expiry(text, known.now))
        .transpose()?;
    let allow_ip = limits::addresses(&choices.allow_ip)?;
    let asked = asked(known.profile, known.kind, choices)?;
    let listed = known.zones.and_then(|listed| listed.of(&account));
    let zones = zones::choose(choices, known.profile, asked.needs_zone(), listed)?;

    // One policy per scope: Cloudflare evaluates a policy's groups against all of its resources.
    let mut policies: BTreeMap<&'static str, Policy> = BTreeMap::new();
    for permission in &asked.permissions {
        let group = known
            .catalogue
            .resolve(&permission.group, &permission.scope)
            .map_err(|error| error.problem())?;
        let (word, resources) = match permission.scope {
            Scope::Account => ("account", resources::account(&account.id)),
            Scope::Zone => ("zone", zones.resources(&account)),
            Scope::User => {
                let tag = user_tag(known.own).ok_or_else(|| cannot_grant(&permission.group))?;
                ("user", resources::user(tag))
            }
            _ => return Err(cannot_grant(&permission.group)),
        };
        policies
            .entry(word)
            .or_insert_with(|| Policy::allow(resources, Vec::new()))
            .permission_groups
            .push(GroupRef::from(group));
    }
    if let (TokenKind::Account, Some(own), Some(on_zones)) =
        (known.kind, known.own, policies.get("zone"))
    {
        zones::check_giver(own, &zones, &on_zones.permission_groups)?;
    }
    let requested = requested(&policies);
    let mut notices = asked.notices.clone();
    let to_ask = zones.to_ask(listed);
    if zones != Zones::None && to_ask.is_empty() {
        notices.push(
            "The permissions on all zones were not tried on a zone: none could be listed."
                .to_owned(),
        );
    }
    let condition = (!allow_ip.is_empty()).then(|| Condition::only_from(allow_ip.clone()));
    let (extras, left_out) = extra::plan(&Asked {
        profile: known.profile,
        choices,
        kind: known.kind,
        account: &account,
        catalogue: known.catalogue,
        mark: known.extra_mark,
        expires_on,
        condition: condition.as_ref(),
    });
    notices.extend(left_out);
    let new_token = NewToken {
        name: known.token_name.clone(),
        policies: policies.into_values().collect(),
        not_before: None,
        expires_on,
        condition,
    };
    Ok(Decision {
        account,
        project,
        zones: to_ask,
        allow_ip,
        new_token,
        requested,
        probes: asked.probes(known.kind),
        notices,
        choices: choices.clone(),
        extras,
    })
}

/// What the policies come to, sorted.
fn requested(policies: &BTreeMap<&'static str, Policy>) -> Vec<Grant> {
    let mut requested = Vec::new();
    for (scope, policy) in policies {
        for resource in policy.resources.lines() {
            requested.extend(policy.permission_groups.iter().map(|group| Grant {
                group: group.name.clone().unwrap_or_else(|| group.id.clone()),
                scope: (*scope).to_owned(),
                resource: resource.clone(),
            }));
        }
    }
    requested.sort();
    requested
}

/// Cloudflare's tag of the person behind the pasted token, as its own policy names it.
fn user_tag(own: Option<&Token>) -> Option<&str> {
    own?.policies
        .iter()
        .find_map(|policy| policy.resources.user_tag())
}

/// The decision in words, with the very body that will be sent.
pub(crate) fn preview(
    decision: &Decision,
    listed: Option<&Listed>,
    platform: Option<&str>,
    ours: bool,
) -> Preview {
    let zones = listed.and_then(|listed| listed.of(&decision.account));
    let mut sentences = Vec::new();
    for grant in &decision.requested {
        let place = place(grant, &decision.account, zones);
        sentences.push(format!("May {} {place} ({}).", verb(grant), grant.group));
    }
    for planned in &decision.extras {
        sentences.push(format!(
            "A second token, \"{}\", may {}. It is for {} alone.",
            planned.new_token.name,
            in_words(planned, &decision.account),
            planned.label
        ));
    }
    sentences.extend(decision.notices.iter().cloned());
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
            "{who} will use the project “{project}”, and make it if it does not exist."
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
        extra_bodies: decision
            .extras
            .iter()
            .map(|planned| planned.new_token.body_json_pretty())
            .collect(),
        broad: broad.to_owned(),
    }
}

/// What a token of its own may do.
fn in_words(planned: &Planned, account: &Account) -> String {
    let words = planned.requested.iter();
    words
        .map(|grant| format!("{} {}", verb(grant), place(grant, account, None)))
        .collect::<Vec<_>>()
        .join(", and ")
}

/// What may be done, in the dashboard's word for the product: people know that page, not the API's names.
pub(crate) fn verb(grant: &Grant) -> String {
    let scope = Scope::from_word(&grant.scope).unwrap_or(Scope::Account);
    let row = token_page::row(&grant.group, &scope);
    let product = row.dashboard.split(" · ").nth(1).unwrap_or(&grant.group);
    let verb = match row.level.as_str() {
        "read" => "read",
        "purge" => "purge",
        "run" => "run",
        "revoke" => "revoke",
        _ => "read and change",
    };
    format!("{verb} {product}")
}

pub(crate) fn place(grant: &Grant, account: &Account, zones: Option<&[Zone]>) -> String {
    let id = grant.resource.rsplit('.').next().unwrap_or_default();
    let account = &account.name;
    match (grant.scope.as_str(), id) {
        ("account", _) => format!("in the account “{account}” only"),
        ("zone", "*") => {
            format!("in every zone of the account “{account}”, those to come included")
        }
        ("user", _) => "of your own user only".to_owned(),
        (scope, id) => {
            let known = zones.and_then(|zones| zones.iter().find(|zone| zone.id == id));
            let name = known.map_or(id, |zone| &zone.name);
            format!("in the {scope} {name} only")
        }
    }
}

pub(crate) fn account(chosen: Option<&str>, accounts: &[Account]) -> Result<Account, Problem> {
    match (chosen.map(str::trim), accounts) {
        (_, []) => Err(no_account()),
        (None, [only]) => Ok(only.clone()),
        (None, many) => Err(Problem::new(
            "account-needed",
            format!("The token sees {} accounts, and one has to be chosen.", many.len()),
            "Choose the account to connect.",
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
    let named = chosen.map(str::trim).filter(|name| !name.is_empty());
    let name = match (&known.profile.project, named) {
        (None, None) if chosen.is_none() => return Ok(None),
        (Some(rule), None) => rule.suggest(known.installation),
        _ => named.unwrap_or_default().to_owned(),
    };
    project_name(known.profile, &name).map(Some)
}

/// A project's name, if this profile has projects and one may be called so.
pub(crate) fn project_name(profile: &Profile, name: &str) -> Result<String, Problem> {
    let Some(rule) = &profile.project else {
        return Err(Problem::new(
            "project-unasked",
            format!("{} does not use a project.", profile.name),
            "Leave the project out.",
            Next::ChangeChoices,
        ));
    };
    let name = name.trim();
    if rule.check(name).is_ok() {
        return Ok(name.to_owned());
    }
    Err(Problem::new(
        "project-name",
        format!("\"{}\" cannot be the name of a project.", printable(name)),
        rule.help.clone(),
        Next::ChangeChoices,
    ))
}

pub(crate) fn cannot_grant(group: &str) -> Problem {
    Problem::new(
        "scope-unsupported",
        format!("{group} cannot be asked for in a narrow token here."),
        "Use another profile.",
        Next::StartOver,
    )
}

/// Asked before the mint, so that no token is made only to be refused.
pub(crate) fn already_connected(platform: &str) -> Problem {
    Problem::new(
        "already-connected",
        format!("{platform} already has a connection to this account and project."),
        "Choose another project, or disconnect the old connection there first.",
        Next::ChangeChoices,
    )
}

/// Refuses a token of a kind that does not serve `name`; `why` says why not.
pub(crate) fn wrong_kind(name: &str, why: &str, kind: TokenKind) -> Problem {
    let (is, wants) = match kind {
        TokenKind::User => ("a user token", "an account token"),
        TokenKind::Account => ("an account token", "a user token"),
    };
    Problem::new(
        "wrong-token-kind",
        format!("This is {is}; {name} needs {wants}. {why}"),
        "Open the token page for the other kind and make the token there.",
        Next::OpenTokenPage,
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
                own: None,
                zones: None,
                token_name: "Narrows site-generator a-b".to_owned(),
                extra_mark: "a-b c",
                installation: "ab12",
                now: "2026-11-22T12:00:00Z".parse().expect("a time"),
            };
            match decide(&choices, &known) {
                Ok(decision) => {
                    prop_assert!(known.accounts.contains(&decision.account));
                    for grant in &decision.requested {
                        let id = grant.resource.rsplit('.').next().unwrap_or_default();
                        let nominated = match grant.scope.as_str() {
                            "account" => id == decision.account.id,
                            "zone" => choices.zones.iter().any(|zone| zone == id),
                            _ => false,
                        };
                        prop_assert!(nominated, "{grant:?} was not nominated in {choices:?}");
                    }
                    prop_assert!(!decision.requested.is_empty() && decision.requested.is_sorted());
                    prop_assert!(!preview(&decision, None, None, false).body_json.is_empty());
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
