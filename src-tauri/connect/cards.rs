//! What the faces show, made from what the library knows.

use super::app::App;
use super::recover::noted;
use super::rotate;
use super::story::{
    About, Brand, Condition, ConnectionCard, Extra, ExtraStanding, Home, Kept, Link,
    OptionalPermission, Part, Pasted, ProfileCard, ProjectRule, VaultReport, ZoneReach,
};
use super::token_pages::Asked;
use super::walk::address_setting;
use super::watch;
use crate::cloudflare::pasted::Reading;
use crate::cloudflare::{Scope, TokenKind};
use crate::problem::Problem;
use crate::profile::{self, Need, Profile, Reach};
use crate::record::{self, Connection};
use crate::vault::VaultKind;

/// What a face has to know at its start.
pub fn about(app: &App) -> About {
    let sandbox = app
        .addresses
        .sandbox
        .then(|| app.addresses.cloudflare.as_str().to_owned());
    let profiles = Profile::built_in()
        .into_iter()
        .filter_map(|id| Profile::load(id).ok());
    About {
        version: app.version.to_owned(),
        sandbox,
        profiles: profiles
            .map(|profile| profile_card(app, &profile))
            .collect(),
    }
}

/// The first screen's card of a profile.
pub fn profile_card(app: &App, profile: &Profile) -> ProfileCard {
    let own = || {
        profile
            .platform
            .as_ref()?
            .base()
            .map(|base| base.url().to_string())
    };
    let stand_in = app.addresses.platform.as_ref().map(ToString::to_string);
    let remembered = || app.record.setting(&address_setting(profile)).ok().flatten();
    ProfileCard {
        id: profile.id.clone(),
        name: profile.name.clone(),
        summary: profile.summary.clone(),
        brand: brand(profile),
        has_platform: profile.platform.is_some(),
        platform_address: stand_in.or_else(own).or_else(remembered),
        kept: profile
            .kept
            .iter()
            .map(|kept| Kept {
                what: kept.what.clone(),
                place: kept.place.clone(),
            })
            .collect(),
        never_kept: profile.never_kept.clone(),
        permissions: profile
            .permissions(&[])
            .into_iter()
            .map(|permission| Asked::of(permission).in_words())
            .collect(),
        token_kinds: profile.tokens.kinds.clone(),
        conditions: profile
            .conditions
            .iter()
            .map(|condition| Condition {
                id: condition.id.clone(),
                question: condition.question.clone(),
                needs_zone: condition.needs_zone,
            })
            .collect(),
        parts: profile
            .parts
            .iter()
            .map(|part| part_card(profile, part))
            .collect(),
        optional: profile
            .permissions
            .iter()
            .filter(|permission| permission.need == Need::Optional)
            .map(|permission| OptionalPermission {
                group: permission.group.clone(),
                dashboard: permission.dashboard.clone(),
                why: permission.why.clone(),
                without: permission.without.clone(),
                needs_zone: permission.scope == Scope::Zone,
                possible: permission.can_be_minted(),
            })
            .collect(),
        needs_zone: profile.needs_zone(&[]),
        zones: zone_reach(&profile.resources.zones),
        project: profile.project.as_ref().map(|rule| ProjectRule {
            label: rule.label.clone(),
            suggestion: rule.suggest(&app.record.installation().unwrap_or_default()),
            help: rule.help.clone(),
            max_length: rule.max_length,
        }),
    }
}

fn brand(profile: &Profile) -> Brand {
    let brand = &profile.brand;
    Brand {
        accent: brand.accent.clone(),
        logo: brand.logo.clone(),
        support: brand.support.clone(),
        docs: brand
            .docs
            .iter()
            .map(|link| Link {
                title: link.title.clone(),
                url: link.url.clone(),
            })
            .collect(),
    }
}

fn part_card(profile: &Profile, part: &profile::Part) -> Part {
    Part {
        id: part.id.clone(),
        label: part.label.clone(),
        needs_zone: profile.needs_zone(std::slice::from_ref(&part.id)),
    }
}

fn zone_reach(reach: &[Reach]) -> ZoneReach {
    if reach.contains(&Reach::All) {
        ZoneReach::All
    } else if reach.contains(&Reach::Chosen) {
        ZoneReach::Chosen
    } else {
        ZoneReach::One
    }
}

/// What may be known of a pasted value.
pub fn pasted(reading: &Reading) -> Pasted {
    Pasted {
        looks_like: reading.shape.name().to_owned(),
        length: u32::try_from(reading.value.len()).unwrap_or(u32::MAX),
        last_four: reading.value.last_four(),
        fingerprint: reading.value.fingerprint(),
        notices: reading
            .notices
            .iter()
            .map(|notice| notice.sentence().to_owned())
            .collect(),
        clipboard_cleared: false,
    }
}

/// The vault in words, and how its self-test went.
pub async fn vault(app: &App) -> (VaultReport, Result<u32, Problem>) {
    let vault = app.vault();
    // Side by side, so that a keychain that does not answer is waited for once.
    let (tested, description) = tokio::join!(vault.self_test(), vault.describe());
    let tested = tested.map_err(|error| error.problem());
    let report = VaultReport {
        kind: description.kind,
        store: description.store,
        persists: description.persists,
        self_test_ms: None,
        sealed_file: app.sealed_file().exists(),
    };
    (
        report,
        tested.map(|test| u32::try_from(test.elapsed.as_millis()).unwrap_or(u32::MAX)),
    )
}

/// The home screen.
pub fn home(app: &App) -> Result<Home, Problem> {
    let connections = app.record.connections().map_err(|error| error.problem())?;
    Ok(Home {
        connections: connections
            .iter()
            .map(|known| connection(app, known))
            .collect::<Result<_, _>>()?,
        unfinished: noted(app)?,
    })
}

/// A connection as a card.
pub fn connection(app: &App, known: &Connection) -> Result<ConnectionCard, Problem> {
    Ok(ConnectionCard {
        connection_id: known.id.clone(),
        profile: known.profile.clone(),
        platform: known.platform.clone(),
        account_id: known.account_id.clone(),
        account_name: known.account_name.clone(),
        project: known.project.clone(),
        token_id: known.token_id.clone(),
        token_name: known.token_name.clone(),
        token_kind: kind(known),
        connected_on: known.connected_on.to_string(),
        expires_on: known.expires_on.map(|end| end.to_string()),
        delivery: delivery(known),
        receipt_code: known.receipt_code.clone(),
        vault: place(known),
        broad_left: known
            .broad_left
            .as_ref()
            .and_then(|left| left.get("sentence")?.as_str().map(str::to_owned)),
        watch: watch::watched(app, known)?,
        rotation: rotate::standing(app, &known.id)?,
        extras: extras(&known.extras, &known.platform),
    })
}

/// What a connection has beside its narrow token, for people.
pub(super) fn extras(known: &[record::Extra], platform: &str) -> Vec<Extra> {
    known.iter().map(|one| extra(one, platform)).collect()
}

fn extra(known: &record::Extra, platform: &str) -> Extra {
    let (state, token) = match (known.in_use(), known.waiting()) {
        (Some(token), _) => (ExtraStanding::InUse, Some(token)),
        (None, Some(token)) => (ExtraStanding::Waiting, Some(token)),
        (None, None) => (ExtraStanding::Off, None),
    };
    let why = known.off.clone().unwrap_or_default();
    let sentence = match state {
        ExtraStanding::InUse if known.off.is_none() => format!("{platform} has them."),
        ExtraStanding::InUse => why,
        ExtraStanding::Waiting => format!("{platform} has not confirmed them. {why}"),
        ExtraStanding::Off => format!("{platform} does not have them. {why}"),
    };
    Extra {
        id: known.id.clone(),
        label: known.label.clone(),
        state,
        token_id: token.and_then(|token| token.token_id.clone()),
        token_name: token.map(|token| token.token_name.clone()),
        sentence: sentence.trim_end().to_owned(),
        left: known
            .retired()
            .map(|token| token.token_name.clone())
            .collect(),
    }
}

/// Where the platform of a connection stands.
pub(super) fn delivery(known: &Connection) -> super::story::Delivery {
    enum_of(&known.delivery, super::story::Delivery::Unknown)
}

/// Whose the token of a connection is.
pub(super) fn kind(known: &Connection) -> TokenKind {
    enum_of(&known.token_kind, TokenKind::User)
}

/// Where the token of a connection rests.
pub(super) fn place(known: &Connection) -> VaultKind {
    enum_of(&known.vault, VaultKind::Keychain)
}

/// A word of the records as its closed enum; a word of a later version becomes `otherwise`.
fn enum_of<T: serde::de::DeserializeOwned>(word: &str, otherwise: T) -> T {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).unwrap_or(otherwise)
}
