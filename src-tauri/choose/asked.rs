//! Which permissions a narrow token is asked with, and which are left out and why.

use super::limits::printable;
use crate::cloudflare::{Scope, TokenKind, refuses_account_tokens};
use crate::problem::{Next, Problem};
use crate::profile::{Need, Permission, Profile};
use crate::story::Choices;

/// What will be asked for.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// The permissions.
    pub permissions: Vec<&'a Permission>,
    /// What is left out or of no use, a sentence each.
    pub notices: Vec<String>,
}

impl Asked<'_> {
    /// Whether a zone has to be chosen.
    pub(crate) fn needs_zone(&self) -> bool {
        self.permissions
            .iter()
            .any(|permission| permission.scope == Scope::Zone)
    }

    /// Names of the endpoints that prove it to a token of this kind.
    pub(crate) fn probes(&self, kind: TokenKind) -> Vec<String> {
        self.probes_of(kind, |_| true)
    }

    /// The same for those permissions whose group is `held`.
    pub(crate) fn probes_of(&self, kind: TokenKind, held: impl Fn(&str) -> bool) -> Vec<String> {
        self.permissions
            .iter()
            .filter(|permission| !unused(permission, kind) && held(&permission.group))
            .filter_map(|permission| permission.probe.clone())
            .collect()
    }
}

/// Sorts the permissions of a profile by what can be minted for a token of this kind with these choices.
pub(crate) fn asked<'a>(
    profile: &'a Profile,
    kind: TokenKind,
    choices: &Choices,
) -> Result<Asked<'a>, Problem> {
    if let Some(stray) = choices.with.iter().find(|name| !profile.offers(name)) {
        return Err(condition_unknown(profile, stray));
    }
    let (permissions, left_out): (Vec<_>, Vec<_>) = profile
        .permissions(&choices.with)
        .into_iter()
        .partition(|permission| permission.fits(kind) && permission.can_be_minted());
    let unchosen = profile.permissions.iter().filter(|permission| {
        permission.need == Need::Optional && !choices.with.contains(&permission.group)
    });
    let mut notices: Vec<String> = left_out
        .into_iter()
        .map(|permission| with_loss(permission, why_not(permission, kind)))
        .collect();
    notices.extend(unchosen.map(|permission| with_loss(permission, "was not asked for.")));
    notices.extend(
        permissions
            .iter()
            .filter(|permission| unused(permission, kind))
            .map(|permission| {
                with_loss(
                    permission,
                    "is given, but Cloudflare's product behind it answers no account token so far.",
                )
            }),
    );
    Ok(Asked {
        permissions,
        notices,
    })
}

fn unused(permission: &Permission, kind: TokenKind) -> bool {
    kind == TokenKind::Account && refuses_account_tokens(&permission.group)
}

fn why_not(permission: &Permission, kind: TokenKind) -> &'static str {
    match kind {
        _ if !permission.can_be_minted() => {
            "is left out: Cloudflare gives no token that a token makes the right to make more."
        }
        TokenKind::Account => "is left out: an account token cannot have it.",
        TokenKind::User => "is left out: a user token cannot have it.",
    }
}

fn with_loss(permission: &Permission, why: &str) -> String {
    let row = &permission.dashboard;
    match &permission.without {
        Some(loss) => format!("\"{row}\" {why} {loss}"),
        None => format!("\"{row}\" {why}"),
    }
}

fn condition_unknown(profile: &Profile, name: &str) -> Problem {
    let offered: Vec<_> = profile
        .conditions
        .iter()
        .map(|condition| condition.id.as_str())
        .chain(profile.parts.iter().map(|part| part.id.as_str()))
        .chain(
            profile
                .permissions
                .iter()
                .filter(|permission| permission.need == Need::Optional)
                .map(|permission| permission.group.as_str()),
        )
        .collect();
    let hint = if offered.is_empty() {
        "Leave it out.".to_owned()
    } else {
        format!("Leave it out, or choose of: {}.", offered.join(", "))
    };
    Problem::new(
        "condition-unknown",
        format!(
            "{} does not ask about \"{}\".",
            profile.name,
            printable(name)
        ),
        hint,
        Next::ChangeChoices,
    )
}
