//! Step 2: Cloudflare's pages on which a person makes the broad token, with the rows that it needs.
//!
//! A user token hands on whatever its person may do, so it needs the right to make tokens, to see accounts, and to see
//! zones where one is chosen. An account token can hand on a permission on a single zone only if it has it itself.

use url::Url;

use crate::cloudflare::token_page::{Row, TokenPageLink};
use crate::cloudflare::{Scope, TokenKind, token_page};
use crate::profile::{Need, Permission, Profile};
use crate::story::{PermissionRow, TokenPage};

/// The pages for the kinds of token that a profile allows, best first.
pub(crate) fn token_pages(dashboard: &Url, profile: &Profile, name: &str) -> Vec<TokenPage> {
    let kinds = profile.tokens.kinds.iter().copied();
    kinds
        .map(|kind| page(dashboard, kind, name, rows(profile, kind)))
        .collect()
}

/// The pages for tokens of these kinds that only delete others: they need nothing of a profile.
pub(crate) fn deleting_pages(dashboard: &Url, kinds: &[TokenKind], name: &str) -> Vec<TokenPage> {
    let rows = |kind| own_rows(kind, "To delete the narrow token, and this one at the end.");
    let kinds = kinds.iter().copied();
    kinds
        .map(|kind| page(dashboard, kind, name, rows(kind)))
        .collect()
}

/// The page for one token that makes what several profiles ask for.
pub(crate) fn shared_page<'a>(
    dashboard: &Url,
    profiles: impl Iterator<Item = &'a Profile>,
    kind: TokenKind,
    name: &str,
) -> TokenPage {
    let mut all: Vec<Asked> = Vec::new();
    for asked in profiles.flat_map(|profile| rows(profile, kind)) {
        let same = |other: &Asked| {
            other.row.group == asked.row.group && other.row.scope == asked.row.scope
        };
        if !all.iter().any(same) {
            all.push(asked);
        }
    }
    page(dashboard, kind, name, all)
}

fn page(dashboard: &Url, kind: TokenKind, name: &str, rows: Vec<Asked>) -> TokenPage {
    let link = TokenPageLink::new(dashboard, kind)
        .name(name)
        .rows(rows.iter().map(|asked| asked.row.clone()));
    let mut resources = token_page::resources_in_words(kind).to_owned();
    if rows.iter().any(|asked| asked.row.scope == Scope::Zone) {
        resources.push(' ');
        resources.push_str(token_page::ZONES_IN_WORDS);
    }
    TokenPage {
        kind,
        link: link.url().into(),
        token_name: name.to_owned(),
        rows: rows.into_iter().map(Asked::in_words).collect(),
        resources,
        fallback: token_page::fallback(kind),
    }
}

/// A row with the reason why it is asked, and what is created with it.
pub(crate) struct Asked {
    row: Row,
    why: String,
    creates: Option<String>,
}

impl Asked {
    /// One that nothing is created with.
    fn for_itself(row: Row, why: &str) -> Self {
        Self {
            row,
            why: why.to_owned(),
            creates: None,
        }
    }

    /// One that the narrow token gets.
    pub(crate) fn of(permission: &Permission) -> Self {
        Self {
            row: permission.row(),
            why: permission.why.clone(),
            creates: permission.creates.clone(),
        }
    }

    pub(crate) fn in_words(self) -> PermissionRow {
        PermissionRow {
            group: self.row.group,
            scope: self.row.scope.word().to_owned(),
            dashboard: self.row.dashboard,
            why: self.why,
            creates: self.creates,
        }
    }
}

/// What each token that is pasted needs.
fn own_rows(kind: TokenKind, tokens: &str) -> Vec<Asked> {
    token_page::broad_rows(kind)
        .into_iter()
        .map(|row| {
            let why = if row.group.contains("API Tokens") {
                tokens
            } else {
                "To show you the account by its name."
            };
            Asked::for_itself(row, why)
        })
        .collect()
}

fn rows(profile: &Profile, kind: TokenKind) -> Vec<Asked> {
    let mut rows = own_rows(
        kind,
        "To make the narrow token, and to delete this one at the end.",
    );
    let on_zones: Vec<_> = profile
        .permissions
        .iter()
        .filter(|permission| permission.scope == Scope::Zone && permission.fits(kind))
        .collect();
    let handed_on = if kind == TokenKind::Account {
        on_zones.as_slice()
    } else {
        &[]
    };
    if !on_zones.is_empty() && !handed_on.iter().any(|one| shows_zones(one)) {
        let row = token_page::row("Zone Read", &Scope::Zone);
        rows.push(Asked::for_itself(
            row,
            "To let you choose the zone by its name.",
        ));
    }
    rows.extend(handed_on.iter().map(|permission| Asked {
        why: why_handed_on(profile, permission),
        ..Asked::of(permission)
    }));
    rows
}

/// Whether a permission lets its holder list zones.
fn shows_zones(permission: &Permission) -> bool {
    matches!(permission.group.as_str(), "Zone Read" | "Zone Write")
}

fn why_handed_on(profile: &Profile, permission: &Permission) -> String {
    let why = "To hand it on: an account token gives a zone's permission only if it has it itself.";
    let question = match &permission.need {
        Need::When(id) => profile.condition(id).map(|condition| &condition.question),
        _ => None,
    };
    let part = permission.part.as_ref().and_then(|id| {
        let part = profile.parts.iter().find(|part| part.id == *id)?;
        Some(&part.label)
    });
    match (question, part) {
        (Some(question), _) => format!("{why} Leave it out if your answer is no: {question}"),
        (None, Some(part)) => format!("{why} Leave it out if this is not to be managed: {part}."),
        (None, None) => why.to_owned(),
    }
}
