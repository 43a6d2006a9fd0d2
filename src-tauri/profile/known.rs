//! The names of permission groups that the linter knows.
//!
//! A hint for whoever writes a profile, not a list to mint by: at run time a group is found by name and scope in what
//! Cloudflare lists. `groups.csv` holds the groups that public sources agree on, about a third of all; `names.csv` the
//! names that people meet for them elsewhere: in the dashboard, in older documents, in short.

use std::sync::LazyLock;

use crate::cloudflare::Scope;

/// A group by name and scope.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) scope: Scope,
}

static GROUPS: LazyLock<Vec<Known>> = LazyLock::new(|| {
    include_str!("groups.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut fields = line.split(',');
            Some(Known {
                name: fields.next()?,
                scope: Scope::from(fields.next()?.to_owned()),
            })
        })
        .collect()
});

/// The reads that a permission can name as its probe, each with the scope of the groups that it shows. Asking them is
/// no business of a profile, so that a test of those who do keeps this list to theirs.
pub(crate) const PROBES: &[(&str, Scope)] = &[
    ("pages-projects", Scope::Account),
    ("workers-scripts", Scope::Account),
    ("kv-namespaces", Scope::Account),
    ("d1-databases", Scope::Account),
    ("r2-buckets", Scope::Account),
    ("queues", Scope::Account),
    ("ai-gateways", Scope::Account),
    ("tunnels", Scope::Account),
    ("account-rulesets", Scope::Account),
    ("access-rules", Scope::Account),
    ("load-balancer-pools", Scope::Account),
    ("account", Scope::Account),
    ("account-members", Scope::Account),
    ("account-tokens", Scope::Account),
    ("user-tokens", Scope::User),
    ("user", Scope::User),
    ("memberships", Scope::User),
    ("zone", Scope::Zone),
    ("dns-records", Scope::Zone),
    ("zone-settings", Scope::Zone),
    ("certificate-packs", Scope::Zone),
    ("custom-hostnames", Scope::Zone),
    ("zone-rulesets", Scope::Zone),
    ("workers-routes", Scope::Zone),
    ("page-rules", Scope::Zone),
    ("health-checks", Scope::Zone),
    ("waiting-rooms", Scope::Zone),
    ("load-balancers", Scope::Zone),
    ("firewall-rules", Scope::Zone),
];

/// Names that are none at the API, with the API's; without the level.
static NAMES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    include_str!("names.csv")
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(','))
        .collect()
});

/// What the API calls a group that goes by `name` elsewhere: the dashboard's Edit is Write, some groups have another
/// name there, and Cache Purge has no level. Nothing where that leads to no known group.
pub(super) fn right_name(name: &str) -> Option<String> {
    let (stem, level) = name.rsplit_once(' ')?;
    let level = if level == "Edit" { "Write" } else { level };
    let stem = NAMES
        .iter()
        .find(|(other, _)| other.eq_ignore_ascii_case(stem))
        .map_or(stem, |(_, right)| right);
    [format!("{stem} {level}"), stem.to_owned()]
        .into_iter()
        .find(|right| right != name && !scopes_of(right).is_empty())
}

/// The scopes in which a group of that name is known.
pub(super) fn scopes_of(name: &str) -> Vec<&'static Scope> {
    GROUPS
        .iter()
        .filter(|group| group.name == name)
        .map(|group| &group.scope)
        .collect()
}

/// The Write group that a Read group has in the same scope, where one is known: it opens whatever the Read group opens.
pub(super) fn write_of(name: &str, scope: &Scope) -> Option<String> {
    let write = format!("{} Write", name.strip_suffix(" Read")?);
    scopes_of(&write).contains(&scope).then_some(write)
}

/// The scope of the groups that a probe shows, where there is a probe of that name.
pub(super) fn probed(name: &str) -> Option<&'static Scope> {
    let probe = PROBES.iter().find(|(probe, _)| *probe == name);
    probe.map(|(_, scope)| scope)
}

/// The known name that is most like `name`, if one is like it at all.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    likest(name, GROUPS.iter().map(|group| group.name))
}

/// The same among the probes of a scope.
pub(super) fn nearest_probe(name: &str, scope: &Scope) -> Option<&'static str> {
    let probes = PROBES.iter().filter(|(_, of)| of == scope);
    likest(name, probes.map(|(probe, _)| *probe))
}

fn likest(name: &str, among: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    among
        .map(|one| (distance(name, one), one))
        .min()
        .filter(|(distance, _)| *distance <= name.len() / 3)
        .map(|(_, nearest)| nearest)
}

/// How many letters have to be changed, put in or left out (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let changed = corner + usize::from(a != *b);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::{TokenKind, token_page};

    #[test]
    fn every_line_is_read_and_names_a_scope() {
        assert!(GROUPS.len() > 100, "only {} groups were read", GROUPS.len());
        for group in GROUPS.iter() {
            assert!(!matches!(group.scope, Scope::Other(_)), "{}", group.name);
        }
    }

    #[test]
    fn what_the_token_page_offers_for_a_broad_token_exists_in_that_scope() {
        for kind in [TokenKind::User, TokenKind::Account] {
            for row in token_page::broad_rows(kind) {
                assert!(scopes_of(&row.group).contains(&&row.scope), "{row:?}");
            }
        }
    }

    #[test]
    fn every_name_of_elsewhere_leads_to_a_known_group() {
        for (other, _) in NAMES.iter() {
            assert!(right_name(&format!("{other} Edit")).is_some(), "{other}");
        }
    }

    #[test]
    fn a_misspelt_name_finds_its_neighbour_and_nonsense_finds_none() {
        assert_eq!(nearest("Page Write"), Some("Pages Write"));
        assert_eq!(nearest("zzzzzzzz"), None);
    }
}
