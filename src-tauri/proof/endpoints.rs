//! Endpoints that tell by one read whether a token holds a permission.
//!
//! Which groups an endpoint accepts is Cloudflare's to change, so it stands here as a table: from the "Accepted
//! Permissions" lists of Cloudflare's Terraform provider and from recorded use. Nothing else in the code knows it.

use crate::cloudflare::Scope;

/// Where an endpoint lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Under an account.
    Account,
    /// Under a zone.
    Zone,
    /// Of the user behind the token.
    User,
}

impl Place {
    /// The scope of the groups that open endpoints there.
    pub fn scope(self) -> Scope {
        match self {
            Self::Account => Scope::Account,
            Self::Zone => Scope::Zone,
            Self::User => Scope::User,
        }
    }
}

/// One read.
#[derive(Debug)]
pub struct Endpoint {
    /// Its name in profiles.
    pub id: &'static str,
    /// What it does, in words that follow "can" or "cannot".
    pub what: &'static str,
    /// Where it lies.
    pub place: Place,
    /// Method and path as shown, with `{account}` and `{zone}` in place of ids.
    pub shown: &'static str,
    /// Query, without the question mark; small pages, because only the status counts.
    pub query: &'static str,
    /// Any of these groups opens it.
    pub accepts: &'static [&'static str],
    /// Whether its refusal is asked for after a mint. Not every read answers clearly to a token without rights.
    pub refuses_clearly: bool,
}

impl Endpoint {
    /// Looks one up by its name in profiles.
    pub fn find(id: &str) -> Option<&'static Endpoint> {
        ENDPOINTS.iter().find(|endpoint| endpoint.id == id)
    }

    /// Path and query with `resource` (an account or zone id) filled in.
    pub fn path(&self, resource: &str) -> String {
        let path = self
            .shown
            .trim_start_matches("GET ")
            .replace("{account}", resource)
            .replace("{zone}", resource);
        if self.query.is_empty() {
            path
        } else {
            format!("{path}?{}", self.query)
        }
    }
}

const fn account(
    id: &'static str,
    what: &'static str,
    shown: &'static str,
    query: &'static str,
    accepts: &'static [&'static str],
) -> Endpoint {
    Endpoint {
        id,
        what,
        place: Place::Account,
        shown,
        query,
        accepts,
        refuses_clearly: true,
    }
}

const fn zone(
    id: &'static str,
    what: &'static str,
    shown: &'static str,
    query: &'static str,
    accepts: &'static [&'static str],
) -> Endpoint {
    Endpoint {
        id,
        what,
        place: Place::Zone,
        shown,
        query,
        accepts,
        refuses_clearly: true,
    }
}

/// Nearly every permission on a zone lets its holder look at the zone itself, so this read alone seldom proves Zone
/// Read. Those that profiles ask for, and those of zone rules.
const ZONE_READERS: &[&str] = &[
    "Zone Read",
    "Zone Write",
    "Zone Settings Read",
    "Zone Settings Write",
    "DNS Read",
    "DNS Write",
    "SSL and Certificates Read",
    "SSL and Certificates Write",
    "Firewall Services Read",
    "Firewall Services Write",
    "Cache Purge",
    "Load Balancers Read",
    "Load Balancers Write",
    "Waiting Rooms Read",
    "Waiting Rooms Write",
    "Workers Routes Read",
    "Workers Routes Write",
    "Analytics Read",
    "Page Rules Read",
    "Page Rules Write",
    "Health Checks Read",
    "Health Checks Write",
    "Zone WAF Read",
    "Zone WAF Write",
    "Zone Transform Rules Read",
    "Zone Transform Rules Write",
    "Origin Read",
    "Origin Write",
    "Config Settings Read",
    "Config Settings Write",
    "Cache Settings Read",
    "Cache Settings Write",
    "Dynamic URL Redirects Read",
    "Dynamic URL Redirects Write",
    "Custom Errors Read",
    "Custom Errors Write",
    "Managed headers Read",
    "Managed headers Write",
    "Response Compression Read",
    "Response Compression Write",
];

/// Every endpoint that is asked.
pub static ENDPOINTS: &[Endpoint] = &[
    account(
        "pages-projects",
        "list Pages projects",
        "GET /accounts/{account}/pages/projects",
        "per_page=10",
        &["Pages Read", "Pages Write"],
    ),
    account(
        "workers-scripts",
        "list Workers scripts",
        "GET /accounts/{account}/workers/scripts",
        "",
        &[
            "Workers Scripts Read",
            "Workers Scripts Write",
            "Workers Tail Read",
        ],
    ),
    account(
        "kv-namespaces",
        "list KV namespaces",
        "GET /accounts/{account}/storage/kv/namespaces",
        "per_page=5",
        &["Workers KV Storage Read", "Workers KV Storage Write"],
    ),
    account(
        "d1-databases",
        "list D1 databases",
        "GET /accounts/{account}/d1/database",
        "per_page=10",
        &["D1 Read", "D1 Write"],
    ),
    account(
        "r2-buckets",
        "list R2 buckets",
        "GET /accounts/{account}/r2/buckets",
        "per_page=5",
        &["Workers R2 Storage Read", "Workers R2 Storage Write"],
    ),
    account(
        "queues",
        "list queues",
        "GET /accounts/{account}/queues",
        "",
        &[
            "Queues Read",
            "Queues Write",
            "Workers Scripts Read",
            "Workers Scripts Write",
        ],
    ),
    account(
        "ai-gateways",
        "list AI gateways",
        "GET /accounts/{account}/ai-gateway/gateways",
        "per_page=5",
        &["AI Gateway Read", "AI Gateway Write"],
    ),
    account(
        "tunnels",
        "list tunnels",
        "GET /accounts/{account}/cfd_tunnel",
        "per_page=5",
        &["Cloudflare Tunnel Read", "Cloudflare Tunnel Write"],
    ),
    account(
        "account-rulesets",
        "list the account's rulesets",
        "GET /accounts/{account}/rulesets",
        "",
        &[
            "Account Rulesets Read",
            "Account Rulesets Write",
            "Account WAF Read",
            "Account WAF Write",
            "Transform Rules Read",
            "Transform Rules Write",
            "Mass URL Redirects Read",
            "Mass URL Redirects Write",
        ],
    ),
    account(
        "access-rules",
        "list the account's IP access rules",
        "GET /accounts/{account}/firewall/access_rules/rules",
        "per_page=5",
        &[
            "Account Firewall Access Rules Read",
            "Account Firewall Access Rules Write",
        ],
    ),
    account(
        "load-balancer-pools",
        "list load balancer pools",
        "GET /accounts/{account}/load_balancers/pools",
        "",
        &[
            "Load Balancing: Monitors and Pools Read",
            "Load Balancing: Monitors and Pools Write",
        ],
    ),
    account(
        "account",
        "read the account's settings",
        "GET /accounts/{account}",
        "",
        &[
            "Account Settings Read",
            "Account Settings Write",
            "Billing Read",
            "Billing Write",
            "Workers Scripts Read",
            "Workers Scripts Write",
            "Workers KV Storage Read",
            "Workers KV Storage Write",
            "Workers R2 Storage Read",
            "Workers R2 Storage Write",
            "Workers Tail Read",
            "Load Balancing: Monitors and Pools Read",
            "Load Balancing: Monitors and Pools Write",
            "Account Analytics Read",
            "Account Rulesets Read",
            "Account Rulesets Write",
            "Account Firewall Access Rules Read",
            "Account Firewall Access Rules Write",
        ],
    ),
    // Unlike the account itself, its members are shown to holders of Account Settings alone.
    account(
        "account-members",
        "list the account's members",
        "GET /accounts/{account}/members",
        "per_page=5",
        &["Account Settings Read", "Account Settings Write"],
    ),
    account(
        "account-tokens",
        "list the account's tokens",
        "GET /accounts/{account}/tokens",
        "per_page=5",
        &["Account API Tokens Read", "Account API Tokens Write"],
    ),
    Endpoint {
        id: "user-tokens",
        what: "list the person's tokens",
        place: Place::User,
        shown: "GET /user/tokens",
        query: "per_page=5",
        accepts: &["API Tokens Read", "API Tokens Write"],
        refuses_clearly: true,
    },
    Endpoint {
        id: "user",
        what: "read the person's details",
        place: Place::User,
        shown: "GET /user",
        query: "",
        accepts: &["User Details Read", "User Details Write"],
        refuses_clearly: true,
    },
    Endpoint {
        id: "memberships",
        what: "list the person's memberships",
        place: Place::User,
        shown: "GET /memberships",
        query: "per_page=5",
        accepts: &["Memberships Read", "Memberships Write"],
        refuses_clearly: true,
    },
    zone(
        "zone",
        "read the zone",
        "GET /zones/{zone}",
        "",
        ZONE_READERS,
    ),
    zone(
        "dns-records",
        "list DNS records",
        "GET /zones/{zone}/dns_records",
        "per_page=5",
        &["DNS Read", "DNS Write"],
    ),
    zone(
        "zone-settings",
        "read the zone's settings",
        "GET /zones/{zone}/settings",
        "",
        &["Zone Settings Read", "Zone Settings Write"],
    ),
    zone(
        "certificate-packs",
        "list certificate packs",
        "GET /zones/{zone}/ssl/certificate_packs",
        "",
        &["SSL and Certificates Read", "SSL and Certificates Write"],
    ),
    zone(
        "custom-hostnames",
        "list custom hostnames",
        "GET /zones/{zone}/custom_hostnames",
        "per_page=5",
        &["SSL and Certificates Read", "SSL and Certificates Write"],
    ),
    Endpoint {
        id: "zone-rulesets",
        what: "list the zone's rulesets",
        place: Place::Zone,
        shown: "GET /zones/{zone}/rulesets",
        query: "",
        accepts: &[
            "Zone WAF Read",
            "Zone WAF Write",
            "Zone Transform Rules Read",
            "Zone Transform Rules Write",
            "Origin Read",
            "Origin Write",
            "Config Settings Read",
            "Config Settings Write",
            "Cache Settings Read",
            "Cache Settings Write",
            "Dynamic URL Redirects Read",
            "Dynamic URL Redirects Write",
            "Custom Errors Read",
            "Custom Errors Write",
            "Managed headers Read",
            "Managed headers Write",
            "Response Compression Read",
            "Response Compression Write",
        ],
        refuses_clearly: true,
    },
    zone(
        "workers-routes",
        "list Workers routes",
        "GET /zones/{zone}/workers/routes",
        "",
        &["Workers Routes Read", "Workers Routes Write"],
    ),
    zone(
        "page-rules",
        "list page rules",
        "GET /zones/{zone}/pagerules",
        "",
        &["Page Rules Read", "Page Rules Write"],
    ),
    zone(
        "health-checks",
        "list health checks",
        "GET /zones/{zone}/healthchecks",
        "",
        &["Health Checks Read", "Health Checks Write"],
    ),
    zone(
        "waiting-rooms",
        "list waiting rooms",
        "GET /zones/{zone}/waiting_rooms",
        "",
        &["Waiting Rooms Read", "Waiting Rooms Write"],
    ),
    zone(
        "load-balancers",
        "list load balancers",
        "GET /zones/{zone}/load_balancers",
        "",
        &["Load Balancers Read", "Load Balancers Write"],
    ),
    zone(
        "firewall-rules",
        "list firewall rules",
        "GET /zones/{zone}/firewall/rules",
        "per_page=5",
        &["Firewall Services Read", "Firewall Services Write"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{PROBES, Profile};

    /// Groups that exist as Read only.
    const READ_ALONE: [&str; 3] = ["Workers Tail", "Analytics", "Account Analytics"];

    /// Permissions that no read shows: emptying a cache is a write, and traffic is read by GraphQL.
    const NO_READ: [&str; 2] = ["Cache Purge", "Analytics Read"];

    #[test]
    fn every_permission_of_a_built_in_profile_names_a_read_that_shows_it_if_there_is_one() {
        for id in Profile::built_in() {
            let profile = Profile::load(id).unwrap();
            for permission in &profile.permissions {
                let group = permission.group.as_str();
                let Some(probe) = &permission.probe else {
                    assert!(NO_READ.contains(&group), "{id}: {group} names no probe");
                    continue;
                };
                let endpoint = Endpoint::find(probe);
                let endpoint =
                    endpoint.unwrap_or_else(|| panic!("{id}: there is no probe {probe}"));
                assert!(
                    endpoint.accepts.contains(&group),
                    "{id}: {probe} does not show {group}"
                );
                assert_eq!(
                    endpoint.place.scope(),
                    permission.scope,
                    "{id}: {probe} lies elsewhere than {group}"
                );
            }
        }
    }

    #[test]
    fn the_linter_knows_every_probe_and_no_other() {
        let asked: Vec<_> = ENDPOINTS
            .iter()
            .map(|endpoint| (endpoint.id, endpoint.place.scope()))
            .collect();
        assert_eq!(PROBES, asked.as_slice());
    }

    #[test]
    fn every_endpoint_stands_in_the_documentation_of_profiles() {
        let page = include_str!("../../docs/profiles.md");
        for endpoint in ENDPOINTS {
            let row = format!("| `{}` | `{}` |", endpoint.id, endpoint.shown);
            assert!(page.contains(&row), "docs/profiles.md lacks {row}");
        }
    }

    #[test]
    fn every_endpoint_has_its_own_name_and_a_path_without_a_blank() {
        let mut seen = std::collections::HashSet::new();
        for endpoint in ENDPOINTS {
            assert!(seen.insert(endpoint.id), "{} stands twice", endpoint.id);
            let path = endpoint.path("0123456789abcdef0123456789abcdef");
            assert!(
                path.starts_with('/') && !path.contains(['{', ' ']),
                "{path} still has a blank to fill"
            );
        }
    }

    #[test]
    fn a_write_group_opens_whatever_its_read_group_opens() {
        for endpoint in ENDPOINTS {
            for group in endpoint.accepts {
                let Some(stem) = group
                    .strip_suffix(" Read")
                    .filter(|stem| !READ_ALONE.contains(stem))
                else {
                    continue;
                };
                let write = format!("{stem} Write");
                assert!(
                    endpoint.accepts.contains(&write.as_str()),
                    "{}: {write} is missing",
                    endpoint.id
                );
            }
        }
    }
}
