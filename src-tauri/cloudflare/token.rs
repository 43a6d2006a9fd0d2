//! API tokens: as they are read, and as they are asked for.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::open::open_enum;
use super::policies::Policy;
use crate::secret::Secret;

open_enum! {
    /// Whether a token works. An expired one may still be called active: see [`Token::is_live`].
    TokenStatus {
        /// It works, within its dates.
        Active = "active",
        /// Switched off, until somebody switches it on.
        Disabled = "disabled",
        /// Past its expiry.
        Expired = "expired",
        /// Found in public and revoked by Cloudflare.
        Exposed = "revoked (exposed)",
    }
}

/// What `verify` tells of the token that asks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Verified {
    /// Its id.
    pub id: String,
    /// Whether it works.
    pub status: TokenStatus,
    /// When it stops working, UTC.
    #[serde(default)]
    pub expires_on: Option<Timestamp>,
    /// When it starts working, UTC.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
}

/// A token without its value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Token {
    /// 32 hexadecimal digits.
    pub id: String,
    /// As its maker named it.
    #[serde(default)]
    pub name: String,
    /// Whether it works.
    pub status: TokenStatus,
    /// When it was made, UTC.
    #[serde(default)]
    pub issued_on: Option<Timestamp>,
    /// When it was last changed, UTC.
    #[serde(default)]
    pub modified_on: Option<Timestamp>,
    /// When it was last used, UTC.
    #[serde(default)]
    pub last_used_on: Option<Timestamp>,
    /// When it starts working, UTC.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
    /// When it stops working, UTC.
    #[serde(default)]
    pub expires_on: Option<Timestamp>,
    /// What it may do.
    #[serde(default)]
    pub policies: Vec<Policy>,
    /// From where it may be used.
    #[serde(default)]
    pub condition: Option<Condition>,
}

impl Token {
    /// Whether it works at `now`; the status alone does not tell, as it lags behind the dates.
    pub fn is_live(&self, now: Timestamp) -> bool {
        live(&self.status, self.not_before, self.expires_on, now)
    }

    /// The same token as a body to write back: an update replaces everything that it does not repeat.
    pub fn to_new(&self) -> NewToken {
        NewToken {
            name: self.name.clone(),
            policies: self.policies.clone(),
            not_before: self.not_before,
            expires_on: self.expires_on,
            condition: self.condition.clone(),
        }
    }
}

fn live(
    status: &TokenStatus,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    now: Timestamp,
) -> bool {
    *status == TokenStatus::Active
        && from.is_none_or(|from| from <= now)
        && until.is_none_or(|until| now < until)
}

/// Tokens of one owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenList {
    /// Those that were read.
    pub tokens: Vec<Token>,
    /// How many there are in all, where that was told.
    pub total: Option<u32>,
}

/// A token that was just made; its value is shown this once.
#[derive(Debug)]
pub struct Created {
    /// The token.
    pub token: Token,
    /// Its value.
    pub value: Secret,
}

/// A token to be made, or what a token is to be replaced by. Serializes to the very body that is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewToken {
    /// At most 120 characters.
    pub name: String,
    /// What it may do; never empty.
    pub policies: Vec<Policy>,
    /// When it starts working.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "seconds")]
    pub not_before: Option<Timestamp>,
    /// When it stops working; never, where left out.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "seconds")]
    pub expires_on: Option<Timestamp>,
    /// From where it may be used; anywhere, where left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

impl NewToken {
    /// The body that is sent, indented for a person.
    pub fn body_json_pretty(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Cloudflare's examples have neither fractions nor an offset: `2027-01-31T00:00:00Z`.
#[allow(clippy::ref_option, reason = "the form that serde calls")]
fn seconds<S: Serializer>(moment: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => {
            serializer.serialize_str(&moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        }
        None => serializer.serialize_none(),
    }
}

/// Limits on where a token may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Limits on the client's address. Read under both spellings that are about, written under the API's own.
    #[serde(default, alias = "request.ip", skip_serializing_if = "Option::is_none")]
    pub request_ip: Option<RequestIp>,
}

impl Condition {
    /// Only from these addresses (CIDR).
    pub fn only_from(addresses: Vec<String>) -> Self {
        Self {
            request_ip: Some(RequestIp {
                within: addresses,
                outside: Vec::new(),
            }),
        }
    }
}

/// Client addresses, in CIDR notation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestIp {
    /// Only from these.
    #[serde(
        default,
        rename = "in",
        deserialize_with = "absent_is_empty",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub within: Vec<String>,
    /// Not from these.
    #[serde(
        default,
        rename = "not_in",
        deserialize_with = "absent_is_empty",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub outside: Vec<String>,
}

fn absent_is_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::policies::GroupRef;
    use super::super::resources::account;
    use super::*;

    const STORED: &str = r#"{"id":"t1","name":"n","status":"active","expires_on":"2027-01-31T00:00:00Z",
        "policies":[{"id":"p1","effect":"allow","resources":{"com.cloudflare.api.account.a":"*"},
        "permission_groups":[{"id":"g1","name":"Pages Write","meta":{"k":"v"}}]}],"surprise":[1]}"#;

    #[test]
    fn the_body_is_as_cloudflare_documents_it() {
        let token = NewToken {
            name: "narrow".into(),
            policies: vec![Policy::allow(
                account("a"),
                vec![GroupRef {
                    id: "g1".into(),
                    name: Some("Pages Write".into()),
                    meta: None,
                }],
            )],
            not_before: None,
            expires_on: Some("2026-01-08T00:00:00.123456Z".parse().unwrap()),
            condition: Some(Condition::only_from(vec!["203.0.113.7/32".into()])),
        };
        assert_eq!(
            serde_json::to_string(&token).unwrap(),
            r#"{"name":"narrow","policies":[{"effect":"allow","resources":{"com.cloudflare.api.account.a":"*"},"permission_groups":[{"id":"g1"}]}],"expires_on":"2026-01-08T00:00:00Z","condition":{"request_ip":{"in":["203.0.113.7/32"]}}}"#
        );
    }

    #[test]
    fn a_token_that_was_read_is_written_back_whole() {
        let token: Token = serde_json::from_str(STORED).unwrap();
        let body = serde_json::to_value(token.to_new()).unwrap();
        assert_eq!(
            body["policies"][0]["permission_groups"][0]["meta"]["k"], "v",
            "an update replaces everything, so what is not understood has to be repeated"
        );
        assert_eq!(body["expires_on"], "2027-01-31T00:00:00Z");
    }

    #[test]
    fn both_spellings_of_the_address_condition_are_read() {
        for key in ["request_ip", "request.ip"] {
            let condition: Condition = serde_json::from_str(&format!(
                r#"{{"{key}":{{"in":["::1/128"],"not_in":null}}}}"#
            ))
            .unwrap();
            assert_eq!(
                condition,
                Condition::only_from(vec!["::1/128".into()]),
                "{key}"
            );
        }
    }

    #[test]
    fn an_active_token_past_its_date_is_not_live() {
        let token: Token = serde_json::from_str(STORED).unwrap();
        assert!(token.is_live("2027-01-30T23:59:59Z".parse().unwrap()));
        assert!(
            !token.is_live("2027-01-31T00:00:00Z".parse().unwrap()),
            "Cloudflare may still call it active"
        );
        let status: TokenStatus = serde_json::from_str(r#""revoked (exposed)""#).unwrap();
        assert_eq!(status, TokenStatus::Exposed);
        let status: TokenStatus = serde_json::from_str(r#""resting""#).unwrap();
        assert_eq!(status, TokenStatus::Other("resting".into()));
    }
}
