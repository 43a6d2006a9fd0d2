//! Tokens: who owns them, whether they live, where they may be used from.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::policy::Policy;

/// Whom a token belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Owner {
    User,
    /// Another member of the user's accounts: neither sees the other's tokens.
    Member,
    /// The account with this id.
    Account(String),
}

/// What somebody made of the token; whether it lives today is [`Token::status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Standing {
    Active,
    Disabled,
    /// Found in public and revoked by Cloudflare.
    Exposed,
}

/// The state that the API shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Active,
    Disabled,
    Expired,
    Exposed,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::Exposed => "revoked (exposed)",
        }
    }
}

/// Client addresses that may use a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// Empty means all.
    pub(crate) inside: Vec<IpNet>,
    pub(crate) outside: Vec<IpNet>,
}

impl Addresses {
    pub(crate) fn admit(&self, address: IpAddr) -> bool {
        let within = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&address));
        (self.inside.is_empty() || within(&self.inside)) && !within(&self.outside)
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut lists = Map::new();
        for (key, nets) in [("in", &self.inside), ("not_in", &self.outside)] {
            if !nets.is_empty() {
                lists.insert(
                    key.to_owned(),
                    nets.iter().map(ToString::to_string).collect(),
                );
            }
        }
        json!({ "request_ip": lists })
    }
}

/// One token. Holds its value, so it has no `Debug`.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) id: String,
    pub(crate) value: String,
    pub(crate) owner: Owner,
    pub(crate) name: String,
    pub(crate) standing: Standing,
    pub(crate) issued_on: Timestamp,
    pub(crate) modified_on: Timestamp,
    pub(crate) last_used_on: Option<Timestamp>,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) expires_on: Option<Timestamp>,
    pub(crate) addresses: Addresses,
    pub(crate) policies: Vec<Policy>,
    /// Since when its present policies are on their way to the products; nothing for those that were always there.
    pub(crate) spreading_since: Option<Timestamp>,
}

impl Token {
    pub(crate) fn status(&self, now: Timestamp) -> Status {
        match self.standing {
            Standing::Exposed => Status::Exposed,
            Standing::Disabled => Status::Disabled,
            Standing::Active if self.expires_on.is_some_and(|end| end <= now) => Status::Expired,
            Standing::Active => Status::Active,
        }
    }

    /// As the API shows it, without the value. Dates that are not set are left out: the schema knows no null there.
    pub(crate) fn to_json(&self, now: Timestamp) -> Value {
        let mut shown = json!({
            "id": self.id,
            "name": self.name,
            "status": self.status(now).as_str(),
            "issued_on": date(self.issued_on),
            "modified_on": date(self.modified_on),
            "policies": self.policies.iter().map(Policy::to_json).collect::<Vec<_>>(),
        });
        for (key, moment) in [
            ("last_used_on", self.last_used_on),
            ("not_before", self.not_before),
            ("expires_on", self.expires_on),
        ] {
            if let Some(moment) = moment {
                shown[key] = date(moment).into();
            }
        }
        if self.addresses != Addresses::default() {
            shown["condition"] = self.addresses.to_json();
        }
        shown
    }
}

/// A moment as the API writes it: UTC, whole seconds.
pub(crate) fn date(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads `YYYY-MM-DDTHH:MM:SSZ` and nothing else.
pub(crate) fn parse_date(text: &str) -> Option<Timestamp> {
    let moment: Timestamp = text.parse().ok()?;
    (date(moment) == text).then_some(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_one_form_only() {
        assert!(
            parse_date("2026-01-08T00:00:00Z").is_some(),
            "the form of the documentation"
        );
        for text in [
            "2026-01-08",
            "2026-01-08T00:00:00+00:00",
            "2026-01-08T00:00:00.5Z",
            "2026-13-08T00:00:00Z",
            "soon",
        ] {
            assert!(parse_date(text).is_none(), "{text} must be refused");
        }
    }

    #[test]
    fn addresses_are_judged_by_both_lists() {
        let nets = |list: &[&str]| {
            list.iter()
                .map(|net| net.parse().expect("a network"))
                .collect::<Vec<IpNet>>()
        };
        let rule = Addresses {
            inside: nets(&["203.0.113.0/24"]),
            outside: nets(&["203.0.113.7/32"]),
        };
        let admits =
            |rule: &Addresses, address: &str| rule.admit(address.parse().expect("an address"));
        assert!(admits(&rule, "203.0.113.8"), "inside the first list");
        assert!(!admits(&rule, "203.0.113.7"), "taken out by the second");
        assert!(!admits(&rule, "198.51.100.1"), "outside the first");
        assert!(
            admits(&Addresses::default(), "2001:db8::1"),
            "no condition admits everybody"
        );
    }
}
