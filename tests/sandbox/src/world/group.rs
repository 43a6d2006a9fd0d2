//! The catalogue of permission groups, and the keys that token-page links use for them.

use std::sync::LazyLock;

/// What kind of resource a group applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Account,
    Zone,
    User,
    Bucket,
}

impl Scope {
    pub(crate) const ALL: [Self; 4] = [Self::Account, Self::Zone, Self::User, Self::Bucket];

    /// As the API writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Account => "com.cloudflare.api.account",
            Self::Zone => "com.cloudflare.api.account.zone",
            Self::User => "com.cloudflare.api.user",
            Self::Bucket => "com.cloudflare.edge.r2.bucket",
        }
    }

    /// As the dashboard writes it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::Zone => "Zone",
            Self::User => "User",
            Self::Bucket => "R2 bucket",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// One permission group.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) scope: Scope,
}

impl Group {
    /// Whether holding it lets its holder make, change or delete tokens.
    pub(crate) fn manages_tokens(&self) -> bool {
        matches!(self.name, "API Tokens Write" | "Account API Tokens Write")
    }

    /// Whether it only looks.
    pub(crate) fn only_reads(&self) -> bool {
        self.name.ends_with(" Read")
    }

    /// The key a token-page link uses for it, where one is known.
    pub(crate) fn link_key(&self) -> Option<&'static LinkKey> {
        let (stem, _) = self.name.rsplit_once(' ')?;
        LINK_KEYS
            .iter()
            .find(|key| key.stem == stem && key.scope == self.scope)
    }

    /// Guessed from the name; Cloudflare's own filing is not published with the ids.
    pub(crate) fn category(&self) -> &'static str {
        let name = self.name;
        let any = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if any(&["AI Gateway", "Workers AI", "Vectorize"]) {
            "ai_and_machine_learning"
        } else if any(&[
            "Pages",
            "Workers",
            "D1",
            "Queues",
            "Hyperdrive",
            "Secrets Store",
            "Pipelines",
        ]) && name != "Page Rules"
        {
            "developer_platform"
        } else if any(&[
            "Account Settings",
            "Billing",
            "API Tokens",
            "Memberships",
            "User Details",
        ]) {
            "account_and_billing"
        } else if any(&["DNS", "Zone Read", "Zone Write", "Zone Settings"]) {
            "dns_and_zones"
        } else if any(&["WAF", "Firewall", "SSL", "Bot", "Turnstile"]) {
            "app_security"
        } else if any(&["Cache", "Load Balanc", "Waiting", "Health"]) {
            "cache_and_performance"
        } else if any(&["Analytics", "Logs"]) {
            "analytics_and_logs"
        } else if any(&[
            "Rule",
            "Redirect",
            "Origin",
            "Config",
            "headers",
            "Errors",
            "Snippets",
            "Compression",
        ]) {
            "rules_and_configuration"
        } else if any(&["Stream", "Images"]) {
            "media"
        } else if any(&["Email"]) {
            "email_and_messaging"
        } else if any(&["Tunnel"]) {
            "network_services"
        } else {
            "other"
        }
    }
}

/// A key of a token-page link.
#[derive(Debug)]
pub(crate) struct LinkKey {
    pub(crate) key: &'static str,
    /// The group's name without its level.
    pub(crate) stem: &'static str,
    pub(crate) scope: Scope,
    /// What the dashboard calls it.
    pub(crate) label: &'static str,
}

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    rows(include_str!("../../data/permission-groups.csv"))
        .filter_map(|row| {
            let [name, scope, id, _confidence] = fields(row)?;
            let scope = Scope::parse(scope)?;
            Some(Group { id, name, scope })
        })
        .collect()
});

static LINK_KEYS: LazyLock<Vec<LinkKey>> = LazyLock::new(|| {
    rows(include_str!("../../data/link-keys.csv"))
        .filter_map(|row| {
            let [key, stem, scope, label] = fields(row)?;
            let scope = Scope::parse(scope)?;
            Some(LinkKey {
                key,
                stem,
                scope,
                label,
            })
        })
        .collect()
});

/// Every group.
pub(crate) fn all() -> &'static [Group] {
    &GROUPS
}

pub(crate) fn by_id(id: &str) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.id == id)
}

/// Names are used twice, once per scope (`Logs Read`), so a name alone is not enough.
pub(crate) fn by_name(name: &str, scope: Scope) -> Option<&'static Group> {
    GROUPS
        .iter()
        .find(|group| group.name == name && group.scope == scope)
}

/// The group that a link's key and type stand for; nothing when the dashboard would leave the row out.
pub(crate) fn by_link(key: &str, level: &str) -> Option<&'static Group> {
    let key = LINK_KEYS.iter().find(|entry| entry.key == key)?;
    let suffix = match level {
        "read" => "Read",
        "edit" => "Write",
        "purge" => "Purge",
        "run" => "Run",
        "revoke" => "Revoke",
        _ => return None,
    };
    by_name(&format!("{} {suffix}", key.stem), key.scope)
}

/// The rows of a table without its heading.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().skip(1).filter(|line| !line.is_empty())
}

/// A row's fields; nothing when there are not exactly `N`. The tables hold no quoted commas.
pub(crate) fn fields<const N: usize>(row: &'static str) -> Option<[&'static str; N]> {
    row.split(',').collect::<Vec<_>>().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_tables_is_read() {
        let groups = rows(include_str!("../../data/permission-groups.csv")).count();
        assert_eq!(
            all().len(),
            groups,
            "a row that cannot be read would make its group unknown"
        );
        let keys = rows(include_str!("../../data/link-keys.csv")).count();
        assert_eq!(LINK_KEYS.len(), keys, "the same for link keys");
    }

    #[test]
    fn link_keys_lead_to_groups_and_unknown_ones_nowhere() {
        let named = |key, level| by_link(key, level).map(|group| group.name);
        assert_eq!(
            named("page", "edit"),
            Some("Pages Write"),
            "the documented key for Cloudflare Pages"
        );
        assert_eq!(
            named("api_tokens", "edit"),
            Some("API Tokens Write"),
            "the user's own tokens"
        );
        assert_eq!(
            named("cache", "purge"),
            Some("Cache Purge"),
            "purge exists for cache only"
        );
        assert_eq!(
            named("pages", "edit"),
            None,
            "an old blog's key leaves its row out"
        );
        assert_eq!(
            named("page", "purge"),
            None,
            "a level the group does not have leaves its row out"
        );
        assert_eq!(named("page", "write"), None, "links say edit, never write");
    }
}
