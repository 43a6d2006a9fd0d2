//! Accounts, their zones, and the one user whose accounts they are.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{group::Group, policy::Target, token::date};

/// What the user may do on an account; every user token is capped by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Role {
    SuperAdministrator,
    Administrator,
    AdministratorReadOnly,
    MinimalAccountAccess,
    /// Not a member.
    Stranger,
}

impl Role {
    const ALL: [Self; 5] = [
        Self::SuperAdministrator,
        Self::Administrator,
        Self::AdministratorReadOnly,
        Self::MinimalAccountAccess,
        Self::Stranger,
    ];

    /// The name that memberships and the admin door use.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SuperAdministrator => "Super Administrator - All Privileges",
            Self::Administrator => "Administrator",
            Self::AdministratorReadOnly => "Administrator Read Only",
            Self::MinimalAccountAccess => "Minimal Account Access",
            Self::Stranger => "none",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str().eq_ignore_ascii_case(text))
    }

    /// Whether somebody in this role may use, or hand on, `group`.
    pub(crate) fn grants(self, group: &Group) -> bool {
        match self {
            Self::SuperAdministrator | Self::Administrator => true,
            Self::AdministratorReadOnly => group.only_reads(),
            Self::MinimalAccountAccess | Self::Stranger => false,
        }
    }
}

/// One account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_on: Timestamp,
    pub(crate) membership_id: String,
    pub(crate) role: Role,
}

impl Account {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "type": "standard",
            "created_on": date(self.created_on),
            "settings": {
                "enforce_twofactor": false,
                "api_access_enabled": null,
                "access_approval_expiry": null,
                "abuse_contact_email": "",
                "default_nameservers": "cloudflare.standard",
                "use_account_custom_ns_by_default": false,
            },
        })
    }

    pub(crate) fn membership_to_json(&self) -> Value {
        let writes = matches!(self.role, Role::SuperAdministrator | Role::Administrator);
        let level = json!({ "read": self.role != Role::MinimalAccountAccess, "write": writes });
        let areas = [
            "analytics",
            "billing",
            "cache_purge",
            "dns",
            "dns_records",
            "lb",
            "logs",
            "organization",
            "ssl",
            "waf",
            "zone_settings",
            "zones",
        ];
        json!({
            "id": self.membership_id,
            "account": self.to_json(),
            "api_access_enabled": true,
            "permissions": areas.into_iter().map(|area| (area.to_owned(), level.clone())).collect::<serde_json::Map<_, _>>(),
            "roles": [self.role.as_str()],
            "status": "accepted",
        })
    }
}

/// One zone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Zone {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) created_on: Timestamp,
}

impl Zone {
    /// This zone, as something that a request touches.
    pub(crate) fn target(&self) -> Target<'_> {
        Target::Zone {
            zone: &self.id,
            account: &self.account,
        }
    }

    pub(crate) fn to_json(&self, account: &Account) -> Value {
        let created = date(self.created_on);
        json!({
            "id": self.id,
            "name": self.name,
            "status": "active",
            "paused": false,
            "type": "full",
            "development_mode": 0,
            "name_servers": ["ada.ns.cloudflare.com", "ben.ns.cloudflare.com"],
            "original_name_servers": null,
            "original_registrar": null,
            "original_dnshost": null,
            "vanity_name_servers": [],
            "verification_key": "",
            "cname_suffix": "",
            "created_on": created,
            "modified_on": created,
            "activated_on": created,
            "meta": {
                "step": 2,
                "custom_certificate_quota": 0,
                "page_rule_quota": 3,
                "phishing_detected": false,
                "cdn_only": false,
                "dns_only": false,
                "foundation_dns": false,
            },
            "owner": { "id": null, "name": null, "type": "user" },
            "account": { "id": account.id, "name": account.name },
            "tenant": { "id": null, "name": null },
            "tenant_unit": { "id": null },
            "permissions": [],
            "plan": {
                "id": "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "name": "Free Website",
                "price": 0,
                "currency": "USD",
                "frequency": "",
                "is_subscribed": false,
                "can_subscribe": false,
                "legacy_id": "free",
                "legacy_discount": false,
                "externally_managed": false,
            },
        })
    }
}

/// The one user of the sandbox.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) global_key: String,
}

impl User {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "email": self.email,
            "first_name": "Sam",
            "last_name": "Sandbox",
            "telephone": null,
            "country": null,
            "zipcode": null,
            "suspended": false,
            "two_factor_authentication_enabled": true,
            "two_factor_authentication_locked": false,
            "has_pro_zones": false,
            "has_business_zones": false,
            "has_enterprise_zones": false,
            "betas": [],
            "organizations": [],
        })
    }
}
