//! What the faces show, made from what the library knows.

use crate::choose::token_pages::Asked;
use crate::cloudflare::Scope;
use crate::profile;
use crate::profile::{Need, Profile, Reach};
use crate::run::App;
use crate::run::address::address_setting;
use crate::story::{
    About, Brand, Condition, Kept, Link, OptionalPermission, Part, ProfileCard, ProjectRule,
    ZoneReach,
};

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
pub(crate) fn profile_card(app: &App, profile: &Profile) -> ProfileCard {
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
