//! Cloudflare's page for making a token by hand, and the link that fills its form beforehand.
//!
//! The link only prefills: the person still looks and presses the button. It carries permissions, account and name,
//! never an expiry or an address filter. A key that the page does not know is left out without a word, so the same
//! rows always stand beside the link in the dashboard's wording. The format is Cloudflare's documented one ("Account
//! owned token template"); what is known of keys is in `token-page.toml`.

use std::fmt::Write;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Scope, TokenKind};

/// One row of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The page's key, such as `page`; nothing where none is known, and then the link cannot carry it.
    pub key: Option<String>,
    /// The page's level: `read`, `edit`, `revoke`, `run`, `purge`.
    pub level: String,
    /// The row in words, such as "Account · Cloudflare Pages · Edit".
    pub dashboard: String,
    /// The API's name of the group, such as `Pages Write`.
    pub group: String,
    /// Where the group applies.
    pub scope: Scope,
}

#[derive(Deserialize)]
struct Table {
    template: String,
    rows: Vec<Known>,
    broad: Broad,
}

#[derive(Deserialize)]
struct Broad {
    user: Vec<(String, String)>,
    account: Vec<(String, String)>,
}

/// A key that the page knows.
#[derive(Deserialize)]
struct Known {
    key: String,
    scope: String,
    group: String,
    dashboard: String,
    levels: Vec<String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    #[allow(clippy::expect_used, reason = "a constant, and a test reads it")]
    toml::from_str(include_str!("token-page.toml")).expect("token-page.toml")
});

impl Known {
    fn scope(&self) -> Scope {
        Scope::from_word(&self.scope).unwrap_or(Scope::Other(self.scope.clone()))
    }

    fn row(&self, level: &str) -> Row {
        Row {
            key: Some(self.key.clone()),
            level: level.to_owned(),
            dashboard: wording(&self.scope(), &self.dashboard, level),
            group: group_name(&self.group, level),
            scope: self.scope(),
        }
    }
}

/// The API's name for a level of a group: the page's Edit is the API's Write.
fn group_name(base: &str, level: &str) -> String {
    let level = if level == "edit" {
        "Write".to_owned()
    } else {
        capital(level)
    };
    format!("{base} {level}")
}

/// A row as the page shows it: "Account · Cloudflare Pages · Edit".
fn wording(scope: &Scope, name: &str, level: &str) -> String {
    let level = capital(level);
    format!("{} · {name} · {level}", capital(scope.word()))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The level that a group's name ends with, in the page's word; nothing where it ends with none.
pub fn level_of(group: &str) -> Option<&'static str> {
    let (_, last) = group.rsplit_once(' ')?;
    match last {
        "Read" => Some("read"),
        "Write" | "Edit" => Some("edit"),
        "Purge" => Some("purge"),
        "Run" => Some("run"),
        "Revoke" => Some("revoke"),
        _ => None,
    }
}

/// The page's row for a permission group. Where the page's key is not known, a row in words only.
pub fn row(group: &str, scope: &Scope) -> Row {
    let level = level_of(group).unwrap_or("edit");
    let known = TABLE.rows.iter().find(|known| {
        known.scope() == *scope
            && known.levels.iter().any(|have| have == level)
            && group_name(&known.group, level) == group
    });
    known.map_or_else(
        || {
            let name = match group.rsplit_once(' ') {
                Some((name, _)) if level_of(group).is_some() && level != "purge" => name,
                _ => group,
            };
            Row {
                key: None,
                level: level.to_owned(),
                dashboard: wording(scope, name, level),
                group: group.to_owned(),
                scope: scope.clone(),
            }
        },
        |known| known.row(level),
    )
}

/// Whether any row of the page has this key.
pub fn knows_key(key: &str) -> bool {
    TABLE.rows.iter().any(|known| known.key == key)
}

/// The rows that a broad token of this kind needs: to make tokens, and to see accounts.
pub fn broad_rows(kind: TokenKind) -> Vec<Row> {
    let wanted = match kind {
        TokenKind::User => &TABLE.broad.user,
        TokenKind::Account => &TABLE.broad.account,
    };
    wanted
        .iter()
        .filter_map(|(key, level)| {
            let known = TABLE.rows.iter().find(|known| known.key == *key)?;
            Some(known.row(level))
        })
        .collect()
}

/// What to choose under resources, in words.
pub fn resources_in_words(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::User => {
            "Under Account Resources choose Include and the account to connect (or All accounts). Left unset, the token sees no account."
        }
        TokenKind::Account => {
            "Choose the account when the dashboard asks. The token belongs to that account and reaches no other."
        }
    }
}

/// What to choose under resources besides, where a row is a zone's.
pub const ZONES_IN_WORDS: &str = "Under Zone Resources choose Include, and the zones to connect (or All zones from the account).";

/// What to do if the link did not fill the form.
pub fn fallback(kind: TokenKind) -> String {
    match kind {
        TokenKind::User => format!(
            "If the rows are not there, choose the template \"{}\", then add the missing rows by hand.",
            TABLE.template
        ),
        TokenKind::Account => {
            "If the rows are not there, choose a custom token and add them by hand. Only an administrator of the account may make such tokens."
                .to_owned()
        }
    }
}

/// Builds the link to the page.
#[derive(Clone, Debug)]
pub struct TokenPageLink {
    dashboard: Url,
    kind: TokenKind,
    name: String,
    rows: Vec<Row>,
    account: Option<String>,
    zone: Option<String>,
}

impl TokenPageLink {
    /// A link for a token of `kind`, to the dashboard at this address.
    pub fn new(dashboard: &Url, kind: TokenKind) -> Self {
        Self {
            dashboard: dashboard.clone(),
            kind,
            name: String::new(),
            rows: Vec::new(),
            account: None,
            zone: None,
        }
    }

    /// The token's name.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// The permissions; those without a key cannot be carried and are left out.
    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.rows = rows.into_iter().collect();
        self
    }

    /// One account instead of all (user token), or instead of the one that the dashboard asks for (account token).
    #[must_use]
    pub fn account(mut self, id: &str) -> Self {
        self.account = Some(id.to_owned());
        self
    }

    /// One zone instead of all.
    #[must_use]
    pub fn zone(mut self, id: &str) -> Self {
        self.zone = Some(id.to_owned());
        self
    }

    /// The link.
    pub fn url(&self) -> Url {
        #[derive(Serialize)]
        struct Key<'a> {
            key: &'a str,
            r#type: &'a str,
        }
        let keys: Vec<Key<'_>> = self
            .rows
            .iter()
            .filter_map(|row| {
                Some(Key {
                    key: row.key.as_deref()?,
                    r#type: &row.level,
                })
            })
            .collect();
        let keys = encoded(&serde_json::to_string(&keys).unwrap_or_default());
        let mut query = String::new();
        let path = match self.kind {
            TokenKind::User => "/profile/api-tokens",
            TokenKind::Account => {
                let account = self.account.as_deref().unwrap_or(":account");
                // The dashboard's documented form has this one parameter as it is.
                let _ = write!(query, "to=/{account}/api-tokens&");
                "/"
            }
        };
        let _ = write!(query, "permissionGroupKeys={keys}");
        if self.kind == TokenKind::User {
            let account = self.account.as_deref().unwrap_or("*");
            let zone = self.zone.as_deref().unwrap_or("all");
            // Always sent: without them the form leaves the resources unset, and the token sees no account.
            let _ = write!(query, "&accountId={account}&zoneId={zone}");
        }
        if !self.name.is_empty() {
            let _ = write!(query, "&name={}", encoded(&self.name));
        }
        crate::http::below(&self.dashboard, &format!("{path}?{query}"))
    }
}

/// Percent-encoding of everything but RFC 3986's unreserved characters: a `+` for a space is not understood everywhere.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Base;

    fn query(url: &Url, name: &str) -> Option<String> {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    #[test]
    fn the_link_for_a_user_token_carries_rows_accounts_and_name() {
        let url = TokenPageLink::new(Base::dashboard().url(), TokenKind::User)
            .rows(broad_rows(TokenKind::User))
            .name("narrows 7f3+ø")
            .url();
        assert_eq!(url.host_str(), Some("dash.cloudflare.com"));
        assert_eq!(url.path(), "/profile/api-tokens");
        assert_eq!(
            query(&url, "permissionGroupKeys").unwrap(),
            r#"[{"key":"api_tokens","type":"edit"},{"key":"account_settings","type":"read"}]"#
        );
        assert_eq!(query(&url, "accountId").unwrap(), "*");
        assert_eq!(query(&url, "zoneId").unwrap(), "all");
        assert_eq!(query(&url, "name").unwrap(), "narrows 7f3+ø");
        assert!(
            !url.as_str().contains(['"', '[', ' ', '+']),
            "encoded as a whole: {url}"
        );
    }

    #[test]
    fn the_link_for_an_account_token_lets_the_dashboard_ask_for_the_account() {
        let link = TokenPageLink::new(Base::dashboard().url(), TokenKind::Account)
            .rows(broad_rows(TokenKind::Account))
            .name("n");
        let url = link.url();
        assert!(
            url.as_str().starts_with(
                "https://dash.cloudflare.com/?to=/:account/api-tokens&permissionGroupKeys=%5B%7B"
            ),
            "{url}"
        );
        assert_eq!(query(&url, "accountId"), None, "not used there");
        let url = link.account("a1").url();
        assert_eq!(query(&url, "to").unwrap(), "/a1/api-tokens");
    }

    #[test]
    fn rows_are_worded_as_the_dashboard_does() {
        let table = [
            (
                "Pages Write",
                Scope::Account,
                Some("page"),
                "Account · Cloudflare Pages · Edit",
            ),
            (
                "Cache Purge",
                Scope::Zone,
                Some("cache"),
                "Zone · Cache Purge · Purge",
            ),
            (
                "API Tokens Write",
                Scope::User,
                Some("api_tokens"),
                "User · API Tokens · Edit",
            ),
            (
                "Waiting Rooms Write",
                Scope::Zone,
                None,
                "Zone · Waiting Rooms · Edit",
            ),
            (
                "Workers Routes Write",
                Scope::Account,
                None,
                "Account · Workers Routes · Edit",
            ),
        ];
        for (group, scope, key, dashboard) in table {
            let row = row(group, &scope);
            assert_eq!(row.key.as_deref(), key, "{group}");
            assert_eq!(row.dashboard, dashboard);
            assert_eq!(row.group, group);
        }
    }

    #[test]
    fn both_kinds_of_broad_token_may_make_tokens_and_see_accounts() {
        let groups =
            |kind| -> Vec<_> { broad_rows(kind).into_iter().map(|row| row.group).collect() };
        assert_eq!(
            groups(TokenKind::User),
            ["API Tokens Write", "Account Settings Read"]
        );
        assert_eq!(
            groups(TokenKind::Account),
            ["Account API Tokens Write", "Account Settings Read"]
        );
    }
}
