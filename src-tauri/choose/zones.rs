//! The zones that a narrow token reaches: what was chosen, whether it can be, and who may give it.

use super::limits::printable;
use crate::cloudflare::{Account, GroupRef, PolicyEffect, Resources, Token, Zone, resources};
use crate::problem::{Next, Problem};
use crate::profile::{Profile, Reach};
use crate::story::Choices;

/// The word for every zone of the account, those to come included.
const ALL: &str = "all";

/// The zones of one account that the pasted token sees.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// The account's id.
    pub account: String,
    /// Its zones.
    pub zones: Vec<Zone>,
}

impl Listed {
    /// The zones, if they are of that account.
    pub(crate) fn of(&self, account: &Account) -> Option<&[Zone]> {
        (self.account == account.id).then_some(self.zones.as_slice())
    }
}

/// Zones as they were chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Zones {
    /// No permission is on a zone.
    #[default]
    None,
    /// These, by id, sorted.
    Chosen(Vec<String>),
    /// Every zone of the account, by express wish.
    All,
}

impl Zones {
    /// What a policy on them reaches.
    pub(crate) fn resources(&self, account: &Account) -> Resources {
        match self {
            Self::None => Resources::default(),
            Self::Chosen(ids) => {
                Resources(ids.iter().flat_map(|id| resources::zone(id).0).collect())
            }
            Self::All => resources::all_zones_of(&account.id),
        }
    }

    /// Those that a proof can ask about: of all, the first that is known.
    pub(crate) fn to_ask(&self, listed: Option<&[Zone]>) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::Chosen(ids) => ids.clone(),
            Self::All => listed
                .and_then(<[Zone]>::first)
                .map(|zone| zone.id.clone())
                .into_iter()
                .collect(),
        }
    }
}

/// The zones that the choices mean. `listed` are those of the account, where they could be read; then a zone may be
/// named by its domain too, and a zone of another account is refused.
pub(crate) fn choose(
    choices: &Choices,
    profile: &Profile,
    needed: bool,
    listed: Option<&[Zone]>,
) -> Result<Zones, Problem> {
    let reach = &profile.resources.zones;
    let wish: Vec<&str> = choices.zones.iter().map(|zone| zone.trim()).collect();
    if wish.contains(&ALL) {
        return match (wish.as_slice(), reach.contains(&Reach::All)) {
            ([_], true) => Ok(if needed { Zones::All } else { Zones::None }),
            ([_], false) => Err(too_many(profile, "all zones")),
            _ => Err(zone_id("all, and others")),
        };
    }
    let mut ids = wish
        .into_iter()
        .map(|zone| id_of(zone, listed))
        .collect::<Result<Vec<_>, _>>()?;
    ids.sort();
    ids.dedup();
    match (needed, ids.len()) {
        (false, _) => Ok(Zones::None),
        (true, 0) => Err(zone_needed(profile, listed)),
        (true, 2..) if !reach.iter().any(|reach| *reach != Reach::One) => {
            Err(too_many(profile, "more than one zone"))
        }
        (true, _) => Ok(Zones::Chosen(ids)),
    }
}

fn id_of(wish: &str, listed: Option<&[Zone]>) -> Result<String, Problem> {
    let is_id = wish.len() == 32 && wish.bytes().all(|byte| byte.is_ascii_hexdigit());
    let same =
        |zone: &&Zone| zone.id.eq_ignore_ascii_case(wish) || zone.name.eq_ignore_ascii_case(wish);
    match (listed, is_id) {
        (Some(listed), _) => listed
            .iter()
            .find(same)
            .map(|zone| zone.id.clone())
            .ok_or_else(|| zone_unseen(wish, listed)),
        (None, true) => Ok(wish.to_ascii_lowercase()),
        (None, false) => Err(zone_id(wish)),
    }
}

/// Refuses what an account token cannot give away: a permission on single zones that it does not hold there itself.
/// Cloudflare would give it on all zones, but nobody asked for those.
pub(crate) fn check_giver(own: &Token, zones: &Zones, groups: &[GroupRef]) -> Result<(), Problem> {
    let Zones::Chosen(ids) = zones else {
        return Ok(());
    };
    let lacking: Vec<&str> = groups
        .iter()
        .filter(|group| !ids.iter().all(|zone| holds(own, group, zone)))
        .map(|group| group.name.as_deref().unwrap_or(&group.id))
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        "account-token-lacks",
        format!(
            "An account token can give a permission on a single zone only if it has it itself, and this one lacks: {}.",
            lacking.join(", ")
        ),
        "Make it again through the token page with these rows, or use a user token. Nothing was widened to all zones.",
        Next::OpenTokenPage,
    )
    .with_evidence(format!("zones {}", ids.join(", "))))
}

/// Whether a policy of the token allows a group on a zone. Zones within an account count as reached: the token's
/// account is the only one it can reach.
fn holds(own: &Token, group: &GroupRef, zone: &str) -> bool {
    let reached = |line: &String| {
        let key = line.rsplit('/').next().unwrap_or(line);
        key.strip_prefix("com.cloudflare.api.account.zone.")
            .is_some_and(|id| id == "*" || id == zone)
    };
    own.policies.iter().any(|policy| {
        policy.effect == PolicyEffect::Allow
            && policy
                .permission_groups
                .iter()
                .any(|held| held.id == group.id)
            && policy.resources.lines().iter().any(reached)
    })
}

fn zone_needed(profile: &Profile, listed: Option<&[Zone]>) -> Problem {
    let problem = Problem::new(
        "zone-needed",
        format!(
            "{} needs a zone for this, and none was chosen.",
            profile.name
        ),
        "Choose the zone.",
        Next::ChangeChoices,
    );
    match listed {
        Some(listed) => problem.with_evidence(in_words(listed)),
        None => problem,
    }
}

fn zone_unseen(wish: &str, listed: &[Zone]) -> Problem {
    Problem::new(
        "zone-unseen",
        format!(
            "The zone \"{}\" is not in the chosen account, or the pasted token does not see it.",
            printable(wish)
        ),
        "Choose one of the account's zones, or another account.",
        Next::ChangeChoices,
    )
    .with_evidence(in_words(listed))
}

fn zone_id(wish: &str) -> Problem {
    Problem::new(
        "zone-id",
        format!("\"{}\" is not a zone id.", printable(wish)),
        "A zone id has 32 hexadecimal digits; it stands on the zone's overview page.",
        Next::ChangeChoices,
    )
}

fn too_many(profile: &Profile, what: &str) -> Problem {
    Problem::new(
        "zone-too-wide",
        format!("{} does not need {what}.", profile.name),
        if profile.resources.zones.contains(&Reach::Chosen) {
            "Choose the zones that it shall reach, one by one."
        } else {
            "Choose the one zone that it shall reach."
        },
        Next::ChangeChoices,
    )
}

fn in_words(listed: &[Zone]) -> String {
    let zones: Vec<_> = listed
        .iter()
        .take(20)
        .map(|zone| format!("{} {}", zone.id, zone.name))
        .collect();
    match listed.len() {
        0 => "the account has no zone".to_owned(),
        many => format!("{many} in the account: {}", zones.join("; ")),
    }
}
