//! What is asked about: the permissions of a profile, or everything that can be asked where there is none.

use crate::cloudflare::token_page::{self, Row};
use crate::cloudflare::{Scope, TokenKind};
use crate::profile::{Need, Permission, Profile};
use crate::proof::writes::Write;
use crate::proof::{ENDPOINTS, Endpoint, Place};

/// One permission that is asked about.
#[derive(Clone, Debug)]
pub(super) struct Want {
    /// Its row on the token page.
    pub row: Row,
    /// Why the profile asks for it.
    pub why: String,
    /// What the platform creates with it.
    pub creates: Option<String>,
    /// When the profile needs it; nothing where nobody asks for it.
    pub need: Option<Need>,
    /// Groups that will do in its place.
    pub accepts: Vec<String>,
    /// Kinds of token that can have it; empty for both.
    pub kinds: Vec<TokenKind>,
    /// The read that shows it.
    pub endpoint: Option<&'static Endpoint>,
}

impl Want {
    /// Where it applies.
    pub(super) fn scope(&self) -> &Scope {
        &self.row.scope
    }

    /// Cloudflare's API name.
    pub(super) fn group(&self) -> &str {
        &self.row.group
    }

    /// The API's word for its level: the page's Edit is the API's Write.
    pub(super) fn level(&self) -> &str {
        match self.row.level.as_str() {
            "edit" => "write",
            other => other,
        }
    }

    /// Whether a read is enough for it.
    pub(super) fn only_reads(&self) -> bool {
        self.row.level == "read"
    }

    /// The Read group beside a Write one.
    pub(super) fn read_group(&self) -> Option<String> {
        let stem = self
            .group()
            .strip_suffix(" Write")
            .or_else(|| self.group().strip_suffix(" Edit"))?;
        Some(format!("{stem} Read"))
    }

    /// Whether `group` gives it.
    pub(super) fn is_given_by(&self, group: &str) -> bool {
        let write_of_read = || {
            let stem = self.group().strip_suffix(" Read")?;
            Some(group.strip_prefix(stem)? == " Write")
        };
        group == self.group()
            || self.accepts.iter().any(|accepted| accepted == group)
            || write_of_read() == Some(true)
    }

    /// Whether a token of this kind can have it. What belongs to a person, no account's token can.
    pub(super) fn fits(&self, kind: TokenKind) -> bool {
        let allowed = self.kinds.is_empty() || self.kinds.contains(&kind);
        allowed && !(kind == TokenKind::Account && *self.scope() == Scope::User)
    }

    /// Whether the read that shows it shows nothing else: an endpoint that other groups open too proves less.
    pub(super) fn is_shown_alone(&self) -> bool {
        let stem = stem(self.group());
        self.endpoint.is_some_and(|endpoint| {
            endpoint
                .accepts
                .iter()
                .all(|group| self::stem(group) == stem)
        })
    }

    /// The write on nothing that shows it, if there is one.
    pub(super) fn write(&self) -> Option<&'static Write> {
        let write = Write::find(self.group(), self.place());
        write.filter(|_| !self.only_reads())
    }

    /// Where its read lies.
    pub(super) fn place(&self) -> Place {
        match self.scope() {
            Scope::Zone => Place::Zone,
            Scope::User => Place::User,
            _ => Place::Account,
        }
    }
}

/// What a profile asks for, in its order.
pub(super) fn of_profile(profile: &Profile) -> Vec<Want> {
    profile.permissions.iter().map(want).collect()
}

fn want(permission: &Permission) -> Want {
    Want {
        row: permission.row(),
        why: permission.why.clone(),
        creates: permission.creates.clone(),
        need: Some(permission.need.clone()),
        accepts: permission.accepts.clone(),
        kinds: permission.kinds.clone(),
        endpoint: sharpest(permission),
    }
}

/// The profile's own probe, unless another read shows the group and nothing but it.
fn sharpest(permission: &Permission) -> Option<&'static Endpoint> {
    let group = permission.group.as_str();
    let foreign = |endpoint: &&Endpoint| {
        let others = endpoint.accepts.iter();
        others.filter(|other| stem(other) != stem(group)).count()
    };
    let own = permission
        .probe
        .as_deref()
        .and_then(Endpoint::find)
        .into_iter();
    let place = |endpoint: &&Endpoint| match permission.scope {
        Scope::Zone => endpoint.place == Place::Zone,
        Scope::User => endpoint.place == Place::User,
        _ => endpoint.place == Place::Account,
    };
    let others = ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.accepts.contains(&group))
        .filter(place);
    own.chain(others).min_by_key(foreign)
}

/// Everything that can be asked, where nobody says what is needed.
pub(super) fn of_everything() -> Vec<Want> {
    ENDPOINTS
        .iter()
        .filter_map(|endpoint| {
            let group = *endpoint.accepts.first()?;
            let scope = match endpoint.place {
                Place::Account => Scope::Account,
                Place::Zone => Scope::Zone,
                Place::User => Scope::User,
            };
            Some(Want {
                row: token_page::row(group, &scope),
                why: String::new(),
                creates: None,
                need: None,
                accepts: endpoint.accepts.iter().map(ToString::to_string).collect(),
                kinds: Vec::new(),
                endpoint: Some(endpoint),
            })
        })
        .collect()
}

/// A group without its level.
pub(super) fn stem(group: &str) -> &str {
    match group.rsplit_once(' ') {
        Some((stem, "Read" | "Write" | "Edit")) => stem,
        _ => group,
    }
}

/// The conditions that a token seems to have been made for, where nobody said: those of which it has a permission,
/// and the one that asks for a zone where a zone was named.
pub(super) fn conditions(
    profile: &Profile,
    zone_named: bool,
    has: impl Fn(&Permission) -> bool,
) -> Vec<String> {
    let asks_for_zone = || profile.conditions.iter().filter(|c| c.needs_zone);
    let only = asks_for_zone().count() == 1 && zone_named;
    profile
        .conditions
        .iter()
        .filter(|condition| {
            let own = |permission: &&Permission| {
                matches!(&permission.need, Need::When(id) if *id == condition.id)
            };
            let held = profile.permissions.iter().filter(own).any(&has);
            held || (only && condition.needs_zone)
        })
        .map(|condition| condition.id.clone())
        .collect()
}
