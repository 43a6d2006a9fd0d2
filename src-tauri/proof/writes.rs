//! Writes that cannot touch anything, and tell all the same whether a token may write.
//!
//! Each deletes (or, where nothing can be deleted, changes) one thing under a name that was drawn at random a moment
//! ago, so that there is none. Cloudflare judges the permission before it looks for the thing: "not found" comes from
//! behind the door. That order is seen in use and documented for no product, so only two answers count, and every
//! other one tells nothing ([`judge_write`](super::judge_write)).
//!
//! Groups that have no such write have no row here. Among them are Zone Write, whose every write is on the zone itself,
//! and the groups of single kinds of rules (redirects, cache, transform): which of them a write on a ruleset needs is
//! known by the ruleset alone, so that "not found" would speak for all of them at once.

use reqwest::Method;

use super::endpoints::Place;
use crate::random::{self, NoRandomness};

/// One write.
#[derive(Debug)]
pub struct Write {
    /// The permission group that it needs.
    pub group: &'static str,
    /// Where it lies.
    pub place: Place,
    /// Method and path as shown, with `{account}` or `{zone}`, and the form of the name at its end.
    pub shown: &'static str,
    /// What is sent along; `{name}` stands for the drawn name.
    pub body: Option<&'static str>,
}

/// A write with its name drawn.
#[derive(Debug)]
pub struct Drawn {
    /// The method.
    pub method: Method,
    /// The path, whole.
    pub path: String,
    /// The body.
    pub body: Option<Vec<u8>>,
}

impl Write {
    /// The write that shows this group, if there is one.
    pub fn find(group: &str, place: Place) -> Option<&'static Write> {
        WRITES
            .iter()
            .find(|write| write.group == group && write.place == place)
    }

    /// The same about `resource` (an account or zone id) and a name that nothing has.
    pub fn draw(&self, resource: &str) -> Result<Drawn, NoRandomness> {
        let hex = data_encoding::HEXLOWER.encode(&random::bytes::<16>()?);
        let uuid = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
            .map(|(from, to)| &hex[from..to])
            .join("-");
        let name = format!("narrows-nothing-{}", random::word::<10>()?);
        let (method, path) = self.shown.split_once(' ').unwrap_or(("DELETE", self.shown));
        let path = path
            .replace("{account}", resource)
            .replace("{zone}", resource)
            .replace("{hex}", &hex)
            .replace("{uuid}", &uuid)
            .replace("{name}", &name);
        let method = match method {
            "PATCH" => Method::PATCH,
            "POST" => Method::POST,
            _ => Method::DELETE,
        };
        let body = self.body.map(|body| body.replace("{name}", &name).into());
        Ok(Drawn { method, path, body })
    }
}

const fn account(group: &'static str, shown: &'static str) -> Write {
    Write {
        group,
        place: Place::Account,
        shown,
        body: None,
    }
}

const fn zone(group: &'static str, shown: &'static str) -> Write {
    Write {
        group,
        place: Place::Zone,
        shown,
        body: None,
    }
}

/// Every write that is asked. The paths are those of Cloudflare's API reference.
pub static WRITES: &[Write] = &[
    account(
        "Pages Write",
        "DELETE /accounts/{account}/pages/projects/{name}",
    ),
    account(
        "Workers Scripts Write",
        "DELETE /accounts/{account}/workers/scripts/{name}",
    ),
    account(
        "Workers KV Storage Write",
        "DELETE /accounts/{account}/storage/kv/namespaces/{hex}",
    ),
    account(
        "Workers R2 Storage Write",
        "DELETE /accounts/{account}/r2/buckets/{name}",
    ),
    account("D1 Write", "DELETE /accounts/{account}/d1/database/{uuid}"),
    account("Queues Write", "DELETE /accounts/{account}/queues/{hex}"),
    account(
        "AI Gateway Write",
        "DELETE /accounts/{account}/ai-gateway/gateways/{name}",
    ),
    account(
        "Cloudflare Tunnel Write",
        "DELETE /accounts/{account}/cfd_tunnel/{uuid}",
    ),
    account(
        "Account Firewall Access Rules Write",
        "DELETE /accounts/{account}/firewall/access_rules/rules/{hex}",
    ),
    account(
        "Load Balancing: Monitors and Pools Write",
        "DELETE /accounts/{account}/load_balancers/pools/{hex}",
    ),
    Write {
        place: Place::User,
        ..account("API Tokens Write", "DELETE /user/tokens/{hex}")
    },
    zone("DNS Write", "DELETE /zones/{zone}/dns_records/{hex}"),
    zone(
        "SSL and Certificates Write",
        "DELETE /zones/{zone}/ssl/certificate_packs/{uuid}",
    ),
    zone(
        "Workers Routes Write",
        "DELETE /zones/{zone}/workers/routes/{hex}",
    ),
    zone("Page Rules Write", "DELETE /zones/{zone}/pagerules/{hex}"),
    zone(
        "Health Checks Write",
        "DELETE /zones/{zone}/healthchecks/{hex}",
    ),
    zone(
        "Waiting Rooms Write",
        "DELETE /zones/{zone}/waiting_rooms/{hex}",
    ),
    zone(
        "Load Balancers Write",
        "DELETE /zones/{zone}/load_balancers/{hex}",
    ),
    zone(
        "Firewall Services Write",
        "DELETE /zones/{zone}/firewall/rules/{hex}",
    ),
    Write {
        body: Some(r#"{"value":"off"}"#),
        ..zone("Zone Settings Write", "PATCH /zones/{zone}/settings/{name}")
    },
    // An address of nobody's: the domain `invalid` never resolves (RFC 2606), so no cache holds it.
    Write {
        body: Some(r#"{"files":["https://{name}.invalid/"]}"#),
        ..zone("Cache Purge", "POST /zones/{zone}/purge_cache")
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn every_write_names_something_new_each_time() {
        for write in WRITES {
            let one = write.draw(ID).unwrap();
            let other = write.draw(ID).unwrap();
            assert_ne!(
                (&one.path, &one.body),
                (&other.path, &other.body),
                "{}: a name that stays the same could be made by somebody",
                write.group
            );
            assert!(
                (write.place == Place::User || one.path.contains(ID))
                    && !one.path.contains(['{', ' ']),
                "{} still has a blank to fill",
                one.path
            );
        }
    }

    #[test]
    fn a_group_is_asked_for_where_it_applies() {
        assert!(Write::find("DNS Write", Place::Zone).is_some());
        assert!(Write::find("DNS Write", Place::Account).is_none());
        assert!(Write::find("API Tokens Write", Place::User).is_some());
        assert!(
            Write::find("DNS Read", Place::Zone).is_none(),
            "what only reads has nothing to write"
        );
    }
}
