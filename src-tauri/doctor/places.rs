//! Which account and which zones are asked about.

use std::collections::BTreeSet;

use super::identify::Seen;
use super::policy::{Held, id_of};
use super::story::{DoctorOptions, Named};
use crate::cloudflare::id::is_id;
use crate::problem::{Next, Problem};
use crate::record::Connection;
use crate::story::{Choices, Grant};

/// Most entries of a list that is read in one page; a full one does not tell what is not in it.
const PAGE: usize = 50;

/// What a person or a stored connection names.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// The account.
    pub account: Option<String>,
    /// Its name, where it is known without asking.
    pub account_name: Option<String>,
    /// The zones.
    pub zones: Vec<String>,
    /// Whether a person named the zones.
    pub zones_named: bool,
}

impl Places {
    /// What was named: by the options first, then by the connection.
    pub(super) fn named(
        options: &DoctorOptions,
        connection: Option<&Connection>,
    ) -> Result<Self, Problem> {
        let tidy = |text: &String| text.trim().to_ascii_lowercase();
        let account = options.account.as_ref().map(tidy);
        let zones: BTreeSet<String> = options.zones.iter().map(tidy).collect();
        let named = account.iter().map(|id| ("account-id", "an account", id));
        for (code, what, id) in named.chain(zones.iter().map(|id| ("zone-id", "a zone", id))) {
            if !is_id(id) {
                return Err(no_id(code, what, id));
            }
        }
        let known =
            connection.filter(|known| account.as_ref().is_none_or(|id| *id == known.account_id));
        let zones_named = !zones.is_empty();
        let zones = if zones_named {
            zones.into_iter().collect()
        } else {
            known.map(zones_of).unwrap_or_default()
        };
        Ok(Self {
            account: account.or_else(|| connection.map(|known| known.account_id.clone())),
            account_name: known.map(|known| known.account_name.clone()),
            zones,
            zones_named,
        })
    }

    /// Fills in what was not named from what the token shows. Returns what should be known of that.
    pub(super) fn fill(
        &mut self,
        seen: &Seen,
        held: Option<&Held>,
        zones_wanted: bool,
    ) -> Vec<String> {
        let mut notices = Vec::new();
        let accounts = seen
            .accounts
            .as_ref()
            .and_then(|accounts| accounts.as_ref().ok());
        if self.account.is_none() {
            let by_policy = held.map(Held::accounts).unwrap_or_default();
            self.account = match (accounts.map(Vec::as_slice), by_policy.as_slice()) {
                (Some([only]), _) => Some(only.id.clone()),
                (_, [only]) => Some(only.clone()),
                _ => None,
            };
        }
        if self.zones.is_empty() && zones_wanted {
            let listed = seen.zones.as_ref().and_then(|zones| zones.as_ref().ok());
            let by_policy = held.map(Held::zones).unwrap_or_default();
            let own = |zone: &&crate::cloudflare::Zone| {
                let account = zone.account.as_ref().map(|account| account.id.as_str());
                account.is_none() || self.account.is_none() || account == self.account.as_deref()
            };
            if !by_policy.is_empty() {
                self.zones = by_policy;
            } else if let Some(listed) = listed
                && let Some(first) = listed.iter().find(own)
            {
                self.zones = vec![first.id.clone()];
                if listed.len() > 1 {
                    notices.push(format!(
                        "No zone was named, so {} was asked about, the first of {} that the token sees.",
                        first.name,
                        if listed.len() < PAGE {
                            listed.len().to_string()
                        } else {
                            format!("{PAGE} or more")
                        }
                    ));
                }
            }
        }
        notices
    }

    /// The account with its name, as far as the token may read it.
    pub(super) fn account_named(&self, seen: Option<&Seen>) -> Option<Named> {
        let id = self.account.as_ref()?;
        let listed = seen.map(accounts_seen).unwrap_or_default();
        let listed = listed.into_iter().find(|one| one.id == *id);
        Some(listed.unwrap_or_else(|| Named {
            id: id.clone(),
            name: self.account_name.clone().unwrap_or_else(|| id.clone()),
        }))
    }

    /// The zones with their names, as far as the token may read them.
    pub(super) fn zones_named(&self, seen: Option<&Seen>) -> Vec<Named> {
        let listed = seen.and_then(zones_seen).unwrap_or_default();
        let name = |id: &String| {
            let known = listed.iter().find(|one| one.id == *id);
            known.map_or_else(|| id.clone(), |one| one.name.clone())
        };
        self.zones
            .iter()
            .map(|id| Named {
                id: id.clone(),
                name: name(id),
            })
            .collect()
    }
}

/// The zones that the connection's token was made for, by the policy that Cloudflare granted; none where it reaches all.
fn zones_of(connection: &Connection) -> Vec<String> {
    let granted: Vec<Grant> = serde_json::from_value(connection.policy.clone()).unwrap_or_default();
    let zones: BTreeSet<String> = granted
        .iter()
        .filter(|grant| grant.scope == "zone")
        .map(|grant| id_of(&grant.resource).to_owned())
        .filter(|id| is_id(id))
        .collect();
    zones.into_iter().collect()
}

/// What was chosen when the connection was made.
pub(super) fn choices(connection: &Connection) -> Choices {
    serde_json::from_value(connection.choices.clone()).unwrap_or_default()
}

/// Accounts that the token sees.
pub(super) fn accounts_seen(seen: &Seen) -> Vec<Named> {
    let accounts = seen
        .accounts
        .as_ref()
        .and_then(|accounts| accounts.as_ref().ok());
    let named = accounts.into_iter().flatten().map(|account| Named {
        id: account.id.clone(),
        name: account.name.clone(),
    });
    named.collect()
}

/// Zones that the token sees, where it may list them.
pub(super) fn zones_seen(seen: &Seen) -> Option<Vec<Named>> {
    let zones = seen.zones.as_ref()?.as_ref().ok()?;
    let named = zones.iter().map(|zone| Named {
        id: zone.id.clone(),
        name: zone.name.clone(),
    });
    Some(named.collect())
}

/// Whether a list that the token gave certainly leaves `id` out.
pub(super) fn leaves_out(list: &[Named], id: &str) -> bool {
    list.len() < PAGE && !list.iter().any(|one| one.id == id)
}

fn no_id(code: &str, what: &str, text: &str) -> Problem {
    let shown: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
    Problem::new(
        code,
        format!("\"{shown}\" is not the id of {what}."),
        "An id has 32 digits and letters from a to f; a domain or a name is not one.",
        Next::ChangeChoices,
    )
}
