//! `narrows profile list`, `show` and `lint`.

use narrows_core::cloudflare::TokenKind;
use narrows_core::problem::Problem;
use narrows_core::profile::{Extra, Need, Permission, Profile, Severity, lint};
use serde_json::{Value, json};

use super::args::{OneProfile, Output, ProfileCommand};
use super::{exit, print};

/// Whether JSON is wanted.
pub(crate) fn as_json(wanted: &ProfileCommand) -> bool {
    match wanted {
        ProfileCommand::List(output) => output.json,
        ProfileCommand::Show(one) | ProfileCommand::Lint(one) => one.output.json,
    }
}

/// Runs one of the three.
pub(crate) fn run(wanted: &ProfileCommand) -> Result<u8, Problem> {
    match wanted {
        ProfileCommand::List(output) => list(*output),
        ProfileCommand::Show(one) => show(one),
        ProfileCommand::Lint(one) => check(one),
    }
}

fn list(output: Output) -> Result<u8, Problem> {
    let profiles = Profile::built_in()
        .into_iter()
        .map(Profile::load)
        .collect::<Result<Vec<_>, _>>()?;
    if output.json {
        let profiles: Vec<_> = profiles.iter().map(summary).collect();
        print::object(&json!({ "profiles": profiles }));
        return Ok(exit::DONE);
    }
    for profile in &profiles {
        print::out(format!("{:<15} {}", profile.id, profile.summary));
    }
    Ok(exit::DONE)
}

fn show(wanted: &OneProfile) -> Result<u8, Problem> {
    let profile = Profile::load(&wanted.profile)?;
    if wanted.output.json {
        print::object(&whole(&profile));
        return Ok(exit::DONE);
    }
    print::out(format!(
        "{} ({})\n{}",
        profile.name, profile.id, profile.summary
    ));
    let platform = match (&profile.platform, &profile.no_platform) {
        (Some(platform), _) => platform
            .address
            .clone()
            .unwrap_or_else(|| format!("{}; its address is asked for once", platform.name)),
        (None, why) => format!("none. {}", why.as_deref().unwrap_or_default()),
    };
    print::line("Platform", &platform);
    print::line("Tokens", &tokens(&profile));
    if let Some(why) = &profile.tokens.why {
        print::line("", why);
    }
    if let Some(role) = &profile.tokens.role {
        print::line("Role", role);
    }
    for condition in &profile.conditions {
        let ask = format!("--with {}: {}", condition.id, condition.question);
        print::line("Condition", &ask);
    }
    for part in &profile.parts {
        print::line("Part", &format!("--with {}: {}", part.id, part.label));
    }
    for permission in &profile.permissions {
        print::out(format!("  {}{}", permission.dashboard, need(permission)));
        print::line("", &format!("{} ({})", permission.why, permission.group));
        for more in [&permission.creates, &permission.without]
            .into_iter()
            .flatten()
        {
            print::line("", more);
        }
    }
    profile.extras.iter().for_each(extra);
    Ok(exit::DONE)
}

/// A token of its own in words.
fn extra(extra: &Extra) {
    print::out(format!(
        "  A token of its own, {}…, with {}: {}",
        extra.name, extra.condition, extra.label
    ));
    for line in [
        Some(&extra.why),
        extra.creates.as_ref(),
        Some(&extra.without),
    ]
    .into_iter()
    .flatten()
    {
        print::line("", line);
    }
    for permission in &extra.permissions {
        print::line(
            "",
            &format!("{} ({})", permission.dashboard, permission.group),
        );
    }
}

fn check(wanted: &OneProfile) -> Result<u8, Problem> {
    let (text, _) = Profile::text(&wanted.profile)?;
    let findings = lint(&text);
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    if wanted.output.json {
        print::object(
            &json!({ "profile": wanted.profile, "errors": errors, "findings": findings }),
        );
    } else {
        for finding in &findings {
            print::out(format!("{}: {finding}", wanted.profile));
        }
        if findings.is_empty() {
            print::out(format!("{}: nothing is wrong", wanted.profile));
        }
    }
    Ok(if errors == 0 {
        exit::DONE
    } else {
        exit::STOPPED
    })
}

/// How many permissions each kind of token can have, such as "user 25, account 23 of 25".
fn tokens(profile: &Profile) -> String {
    let all = profile.permissions(&[]).len();
    let kinds: Vec<String> = profile
        .tokens
        .kinds
        .iter()
        .map(|kind| {
            let reached = profile.permissions_of(*kind, &[]).len();
            format!("{} {reached} of {all} permissions", word(*kind))
        })
        .collect();
    kinds.join(", ")
}

fn word(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::User => "user",
        TokenKind::Account => "account",
    }
}

fn need(permission: &Permission) -> String {
    let need = match &permission.need {
        Need::Required => String::new(),
        Need::Optional => ", optional".to_owned(),
        Need::When(condition) => format!(", with {condition}"),
    };
    let part = permission.part.as_ref();
    need + &part.map_or_else(String::new, |part| format!(", part {part}"))
}

fn summary(profile: &Profile) -> Value {
    json!({
        "id": profile.id,
        "name": profile.name,
        "summary": profile.summary,
        "platform": profile.platform.as_ref().map(|platform| &platform.name),
        "permissions": profile.permissions.len(),
    })
}

fn whole(profile: &Profile) -> Value {
    let reached = |kind| {
        let fits = profile.tokens.kinds.contains(&kind);
        fits.then(|| profile.permissions_of(kind, &[]).len())
    };
    json!({
        "id": profile.id,
        "name": profile.name,
        "summary": profile.summary,
        "origin": profile.origin,
        "platform": profile.platform.as_ref().map(|platform| json!({
            "name": platform.name,
            "address": platform.address,
        })),
        "no_platform": profile.no_platform,
        "token_kinds": profile.tokens.kinds,
        "why_kinds": profile.tokens.why,
        "role": profile.tokens.role,
        "reached": { "user": reached(TokenKind::User), "account": reached(TokenKind::Account) },
        "environment": profile.environment,
        "conditions": profile.conditions.iter().map(|condition| json!({
            "id": condition.id,
            "question": condition.question,
            "needs_zone": condition.needs_zone,
        })).collect::<Vec<_>>(),
        "parts": profile.parts.iter().map(|part| json!({
            "id": part.id,
            "label": part.label,
        })).collect::<Vec<_>>(),
        "permissions": profile.permissions.iter().map(row).collect::<Vec<_>>(),
        "extras": profile.extras.iter().map(|extra| json!({
            "id": extra.id,
            "label": extra.label,
            "condition": extra.condition,
            "name": extra.name,
            "why": extra.why,
            "creates": extra.creates,
            "without": extra.without,
            "permissions": extra.permissions.iter().map(row).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

fn row(permission: &Permission) -> Value {
    let (need, condition) = match &permission.need {
        Need::Required => ("required", None),
        Need::Optional => ("optional", None),
        Need::When(condition) => ("when", Some(condition)),
    };
    json!({
        "group": permission.group,
        "scope": permission.scope.word(),
        "level": permission.level,
        "key": permission.key,
        "dashboard": permission.dashboard,
        "why": permission.why,
        "creates": permission.creates,
        "need": need,
        "condition": condition,
        "part": permission.part,
        "without": permission.without,
        "accepts": permission.accepts,
        "kinds": permission.kinds,
        "probe": permission.probe,
    })
}
