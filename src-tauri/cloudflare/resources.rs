//! What a policy reaches: the map from resource keys to `"*"`, or to a narrower map (Cloudflare, "Create tokens via API").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::groups::Scope;

/// Every zone, as a key.
const ALL_ZONES: &str = "com.cloudflare.api.account.zone.*";

/// Every R2 bucket, as a key.
const ALL_BUCKETS: &str = "com.cloudflare.edge.r2.bucket.*";

/// Resource keys with how far each reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Resources(pub BTreeMap<String, Reach>);

/// How far a resource key reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reach {
    /// `"*"`: the thing itself.
    Whole(String),
    /// Only these things within it.
    Within(BTreeMap<String, String>),
}

impl Resources {
    /// One key, reached whole.
    fn whole(key: String) -> Self {
        Self(BTreeMap::from([(key, Reach::Whole("*".to_owned()))]))
    }

    /// One key, reached only in `part`.
    fn within(key: String, part: &str) -> Self {
        let part = BTreeMap::from([(part.to_owned(), "*".to_owned())]);
        Self(BTreeMap::from([(key, Reach::Within(part))]))
    }

    /// Each thing reached, as one line: a key, or `key/key within it`.
    pub fn lines(&self) -> Vec<String> {
        self.0
            .iter()
            .flat_map(|(key, reach)| match reach {
                Reach::Whole(_) => vec![key.clone()],
                Reach::Within(parts) => parts.keys().map(|part| format!("{key}/{part}")).collect(),
            })
            .collect()
    }

    /// The tag of the user whom a key names, if one does. It is how a token learns whose it is.
    pub fn user_tag(&self) -> Option<&str> {
        self.0
            .keys()
            .find_map(|key| key.strip_prefix("com.cloudflare.api.user."))
            .filter(|tag| *tag != "*")
    }
}

/// The scope that a line of [`Resources::lines`] belongs to.
pub fn scope_of(line: &str) -> Scope {
    let key = line.rsplit('/').next().unwrap_or(line);
    let scope = key.rsplit_once('.').map_or(key, |(scope, _)| scope);
    Scope::from(scope.to_owned())
}

/// One account.
pub fn account(id: &str) -> Resources {
    Resources::whole(format!("com.cloudflare.api.account.{id}"))
}

/// One zone.
pub fn zone(id: &str) -> Resources {
    Resources::whole(format!("com.cloudflare.api.account.zone.{id}"))
}

/// Every zone of one account, those to come included.
pub fn all_zones_of(account: &str) -> Resources {
    Resources::within(format!("com.cloudflare.api.account.{account}"), ALL_ZONES)
}

/// One user, by their tag.
pub fn user(tag: &str) -> Resources {
    Resources::whole(format!("com.cloudflare.api.user.{tag}"))
}

/// One R2 bucket; `jurisdiction` is `default`, `eu` or `fedramp`.
pub fn bucket(account: &str, jurisdiction: &str, name: &str) -> Resources {
    Resources::whole(format!(
        "com.cloudflare.edge.r2.bucket.{account}_{jurisdiction}_{name}"
    ))
}

/// Every R2 bucket of one account.
pub fn all_buckets_of(account: &str) -> Resources {
    Resources::within(format!("com.cloudflare.api.account.{account}"), ALL_BUCKETS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_maps_are_written_as_cloudflare_documents_them() {
        let json = |resources: Resources| serde_json::to_string(&resources).unwrap();
        assert_eq!(
            json(account("a1")),
            r#"{"com.cloudflare.api.account.a1":"*"}"#
        );
        assert_eq!(
            json(all_zones_of("a1")),
            r#"{"com.cloudflare.api.account.a1":{"com.cloudflare.api.account.zone.*":"*"}}"#
        );
        assert_eq!(
            json(bucket("a1", "default", "logs")),
            r#"{"com.cloudflare.edge.r2.bucket.a1_default_logs":"*"}"#
        );
    }

    #[test]
    fn a_resource_tells_its_scope() {
        let table = [
            (account("a1"), Scope::Account),
            (zone("z1"), Scope::Zone),
            (all_zones_of("a1"), Scope::Zone),
            (user("u1"), Scope::User),
            (bucket("a1", "eu", "logs-2026"), Scope::Bucket),
            (all_buckets_of("a1"), Scope::Bucket),
        ];
        for (resources, scope) in table {
            let line = &resources.lines()[0];
            assert_eq!(scope_of(line), scope, "{line}");
        }
        assert_eq!(user("u1").user_tag(), Some("u1"));
        assert_eq!(account("a1").user_tag(), None);
    }
}
