//! Permission groups, and the catalogue in which they are found by name and scope.
//!
//! Names are reused across scopes and ids differ, so a group is never named by its name alone.

use std::collections::HashMap;

use serde::Deserialize;

use super::open::open_enum;
use crate::problem::{Next, Problem};

open_enum! {
    /// Where a permission group applies.
    Scope {
        /// An account.
        Account = "com.cloudflare.api.account",
        /// A zone.
        Zone = "com.cloudflare.api.account.zone",
        /// A person.
        User = "com.cloudflare.api.user",
        /// An R2 bucket.
        Bucket = "com.cloudflare.edge.r2.bucket",
    }
}

impl Scope {
    /// The short word for it: `account`, `zone`, `user`, `bucket`; of an unknown one, what Cloudflare calls it.
    pub fn word(&self) -> &str {
        match self {
            Self::Account => "account",
            Self::Zone => "zone",
            Self::User => "user",
            Self::Bucket => "bucket",
            Self::Other(word) => word,
        }
    }

    /// The scope of a short word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Account, Self::Zone, Self::User, Self::Bucket]
            .into_iter()
            .find(|scope| scope.word() == word)
    }
}

/// Whether a group lets a token manage tokens. Cloudflare gives no such group to a token that a token makes (400, 1001).
pub fn manages_tokens(group: &str) -> bool {
    matches!(group, "API Tokens Write" | "Account API Tokens Write")
}

/// Whether the product behind a group answers no account token, although one can be given the group (Cloudflare,
/// "Account owned tokens", compatibility; of that list those that are groups by name).
pub fn refuses_account_tokens(group: &str) -> bool {
    let product = group.rsplit_once(' ').map_or(group, |(product, _)| product);
    matches!(
        product,
        "Page Rules" | "Turnstile Sites" | "Registrar Domains"
    )
}

/// A permission group, as Cloudflare lists it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PermissionGroup {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Such as `Pages Write`.
    pub name: String,
    /// Where it applies; nearly always one.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// The key that token-page links use; undocumented.
    #[serde(default)]
    pub key: Option<String>,
}

/// Every permission group that a credential may look up.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    groups: Vec<PermissionGroup>,
    by_id: HashMap<String, usize>,
}

impl From<Vec<PermissionGroup>> for Catalogue {
    fn from(groups: Vec<PermissionGroup>) -> Self {
        let by_id = groups
            .iter()
            .enumerate()
            .map(|(index, group)| (group.id.clone(), index))
            .collect();
        Self { groups, by_id }
    }
}

impl Catalogue {
    /// The group of that name in that scope.
    pub fn resolve(&self, name: &str, scope: &Scope) -> Result<&PermissionGroup, UnknownGroup> {
        let named = || self.groups.iter().filter(|group| group.name == name);
        named()
            .find(|group| group.scopes.contains(scope))
            .ok_or_else(|| UnknownGroup {
                name: name.to_owned(),
                scope: scope.clone(),
                elsewhere: named()
                    .flat_map(|group| group.scopes.iter().cloned())
                    .collect(),
            })
    }

    /// The group with that id.
    pub fn by_id(&self, id: &str) -> Option<&PermissionGroup> {
        self.by_id.get(id).map(|&index| &self.groups[index])
    }

    /// Every group, in Cloudflare's order.
    pub fn all(&self) -> &[PermissionGroup] {
        &self.groups
    }
}

/// Cloudflare lists no such group.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no permission group \"{name}\" in scope {}", scope.word())]
pub struct UnknownGroup {
    /// The name that was looked for.
    pub name: String,
    /// The scope it was looked for in.
    pub scope: Scope,
    /// Scopes in which the name does exist.
    pub elsewhere: Vec<Scope>,
}

impl UnknownGroup {
    /// The same in a person's words.
    pub fn problem(&self) -> Problem {
        let hint = if self.elsewhere.is_empty() {
            "Cloudflare may have renamed it, or the pasted token may not see it. Report this to the platform."
        } else {
            "It exists in another scope, so the profile is wrong. Report this to the platform."
        };
        let elsewhere: Vec<_> = self.elsewhere.iter().map(Scope::word).collect();
        Problem::new(
            "permission-group-unknown",
            format!(
                "Cloudflare does not offer the permission \"{}\" here.",
                self.name
            ),
            hint,
            Next::Home,
        )
        .with_evidence(format!("{self}; found in: {}", elsewhere.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str, name: &str, scope: Scope) -> PermissionGroup {
        PermissionGroup {
            id: id.to_owned(),
            name: name.to_owned(),
            scopes: vec![scope],
            key: None,
        }
    }

    #[test]
    fn one_name_in_two_scopes_is_two_groups() {
        let catalogue = Catalogue::from(vec![
            group("1", "Logs Read", Scope::Account),
            group("2", "Logs Read", Scope::Zone),
            group("3", "Workers Routes Write", Scope::Zone),
        ]);
        let id = |name, scope| catalogue.resolve(name, &scope).map(|group| &*group.id);
        assert_eq!(id("Logs Read", Scope::Zone), Ok("2"));
        assert_eq!(id("Logs Read", Scope::Account), Ok("1"));
        let unknown = id("Workers Routes Write", Scope::Account).unwrap_err();
        assert_eq!(
            unknown.elsewhere,
            [Scope::Zone],
            "Workers Routes is a zone group: the refusal says where it is"
        );
    }

    #[test]
    fn a_scope_that_nobody_knows_yet_is_kept() {
        let group: PermissionGroup = serde_json::from_str(
            r#"{"id":"1","name":"Moon Read","scopes":["com.cloudflare.moon"],"phase":"new"}"#,
        )
        .unwrap();
        assert_eq!(group.scopes, [Scope::Other("com.cloudflare.moon".into())]);
    }
}
