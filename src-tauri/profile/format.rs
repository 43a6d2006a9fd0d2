//! The format: one struct per table, one field per key.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::known;
use super::project::ProjectRule;
use crate::cloudflare::token_page::{self, Row};
use crate::cloudflare::{Scope, TokenKind, manages_tokens};
use crate::http::Base;

/// What one platform needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Profile {
    /// Where it was read from.
    #[serde(skip)]
    pub origin: String,
    /// Small letters, digits and dashes.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// One sentence: what the platform does with the connection.
    pub summary: String,
    /// How the platform presents itself.
    #[serde(default)]
    pub brand: Brand,
    /// The platform; nothing where there is none, and then [`Profile::no_platform`] says why.
    #[serde(default)]
    pub platform: Option<Platform>,
    /// Why there is no platform.
    #[serde(default)]
    pub no_platform: Option<String>,
    /// Which tokens will do.
    pub tokens: Tokens,
    /// How far the narrow token may reach.
    #[serde(default)]
    pub resources: Resources,
    /// What is kept, a line each.
    pub kept: Vec<Kept>,
    /// What is never kept, a line each.
    pub never_kept: Vec<String>,
    /// The project that is nominated, where there is one.
    #[serde(default)]
    pub project: Option<ProjectRule>,
    /// Names of environment variables under which tools expect what was made: of `account`, `zone`, `token`, `email`.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Questions whose answers add permissions.
    #[serde(default, rename = "condition")]
    pub conditions: Vec<Condition>,
    /// Sub-sets to choose from; where none is chosen, all of them count.
    #[serde(default, rename = "part")]
    pub parts: Vec<Part>,
    /// What the narrow token may do.
    #[serde(rename = "permission")]
    pub permissions: Vec<Permission>,
    /// Tokens of their own beside the narrow one, each for one purpose and only where its condition was answered yes.
    #[serde(default, rename = "extra")]
    pub extras: Vec<Extra>,
}

impl Profile {
    /// The permissions that are needed when these hold: ids of conditions, ids of parts, and names of optional groups
    /// that were chosen. Where no part is named, all parts count.
    pub fn permissions(&self, with: &[String]) -> Vec<&Permission> {
        let chosen = |name: &str| with.iter().any(|one| one == name);
        let all_parts = !self.parts.iter().any(|part| chosen(&part.id));
        self.permissions
            .iter()
            .filter(|permission| all_parts || permission.part.as_deref().is_none_or(chosen))
            .filter(|permission| match &permission.need {
                Need::Required => true,
                Need::Optional => chosen(&permission.group),
                Need::When(condition) => chosen(condition),
            })
            .collect()
    }

    /// Whether somebody can choose something by this name: a condition, a part, or an optional group.
    pub fn offers(&self, name: &str) -> bool {
        let optional =
            |permission: &Permission| permission.need == Need::Optional && permission.group == name;
        self.condition(name).is_some()
            || self.parts.iter().any(|part| part.id == name)
            || self.permissions.iter().any(optional)
    }

    /// Like [`Profile::permissions`], of those that a token of this kind can have.
    pub fn permissions_of(&self, kind: TokenKind, with: &[String]) -> Vec<&Permission> {
        let mut permissions = self.permissions(with);
        permissions.retain(|permission| permission.fits(kind));
        permissions
    }

    /// Whether a zone has to be chosen when these hold.
    pub fn needs_zone(&self, with: &[String]) -> bool {
        self.permissions(with)
            .iter()
            .any(|permission| permission.scope == Scope::Zone)
    }

    /// Who the narrow token is for: the platform, or the owner of the profile where there is none.
    pub fn receiver(&self) -> &str {
        self.platform
            .as_ref()
            .map_or(&self.name, |platform| &platform.name)
    }

    /// The tokens of their own that are asked for when these hold.
    pub fn extras(&self, with: &[String]) -> Vec<&Extra> {
        self.extras
            .iter()
            .filter(|extra| with.contains(&extra.condition))
            .collect()
    }

    /// The condition of that id.
    pub fn condition(&self, id: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.id == id)
    }
}

/// How the platform presents itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Brand {
    /// Accent colour, `#rrggbb`.
    #[serde(default)]
    pub accent: Option<String>,
    /// A small picture as a `data:image/png;base64,` address: it comes with the profile, so nothing is fetched.
    #[serde(default)]
    pub logo: Option<String>,
    /// Where to get help: an https or mailto address.
    #[serde(default)]
    pub support: Option<String>,
    /// Where to read more.
    #[serde(default)]
    pub docs: Vec<Link>,
}

/// A page to read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Link {
    /// Its title.
    pub title: String,
    /// Its https address.
    pub url: String,
}

/// Who gets the narrow token.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Platform {
    /// What it is called.
    pub name: String,
    /// Its API's address; left out, it is asked for once.
    #[serde(default)]
    pub address: Option<String>,
}

impl Platform {
    /// Its address, where the profile has one.
    pub fn base(&self) -> Option<Base> {
        Base::https_or_loopback(self.address.as_deref()?).ok()
    }
}

/// Which tokens will do, and how they may be made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Tokens {
    /// Kinds that will do, best first.
    pub kinds: Vec<TokenKind>,
    /// Why only one will, or why the first is best.
    #[serde(default)]
    pub why: Option<String>,
    /// Ways that are offered, best first.
    #[serde(default = "Tokens::usual_ways")]
    pub ways: Vec<Way>,
    /// The role in the account that its maker should have, in words.
    #[serde(default)]
    pub role: Option<String>,
}

impl Tokens {
    fn usual_ways() -> Vec<Way> {
        vec![Way::BroadToken]
    }
}

/// How a narrow token can come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// A broad token mints it.
    BroadToken,
    /// A Global API Key mints it.
    GlobalKey,
    /// A person makes it in the dashboard.
    ByHand,
}

/// How far the narrow token may reach; of each, what may be chosen, the first being the proposal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Resources {
    /// Accounts.
    #[serde(default = "Resources::one")]
    pub accounts: Vec<Reach>,
    /// Zones.
    #[serde(default = "Resources::one")]
    pub zones: Vec<Reach>,
}

impl Resources {
    fn one() -> Vec<Reach> {
        vec![Reach::One]
    }
}

impl Default for Resources {
    fn default() -> Self {
        Self {
            accounts: Self::one(),
            zones: Self::one(),
        }
    }
}

/// How many of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Exactly one.
    One,
    /// Those that are picked.
    Chosen,
    /// All of them, those to come included.
    All,
}

/// Something that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Kept {
    /// What.
    pub what: String,
    /// Where.
    pub place: String,
}

/// A question whose answer adds permissions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Condition {
    /// Such as `domain`.
    pub id: String,
    /// The question.
    pub question: String,
    /// Whether a zone has to be chosen with it.
    #[serde(default)]
    pub needs_zone: bool,
}

/// A sub-set of the permissions, chosen by what is to be managed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Part {
    /// Such as `dns`.
    pub id: String,
    /// What is managed with it, such as "DNS records".
    pub label: String,
}

/// A token of its own beside the narrow one: made in the same run, listed and revocable alone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Extra {
    /// Such as `r2-keys`; the platform knows it by this name.
    pub id: String,
    /// What it is called, such as "R2 keys".
    pub label: String,
    /// The id of the condition that asks for it.
    pub condition: String,
    /// How its name at Cloudflare begins, such as `flarelink-r2-`.
    pub name: String,
    /// Why it is asked.
    pub why: String,
    /// What is made with it.
    #[serde(default)]
    pub creates: Option<String>,
    /// What is off without it, and what to do then.
    pub without: String,
    /// What it may do, and no more.
    #[serde(rename = "permission")]
    pub permissions: Vec<Permission>,
}

/// One permission of a token.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct Permission {
    /// Cloudflare's API name, such as `Pages Write`.
    pub group: String,
    /// Where it applies.
    pub scope: Scope,
    /// The token page's key, where one is known.
    pub key: Option<String>,
    /// The token page's level: `read`, `edit`, `purge`, `run`, `revoke`.
    pub level: String,
    /// The row in the dashboard's wording, such as "Account · Cloudflare Pages · Edit".
    pub dashboard: String,
    /// Why it is asked.
    pub why: String,
    /// What is made with it.
    pub creates: Option<String>,
    /// When it is needed.
    pub need: Need,
    /// The part that it belongs to; nothing where it is needed whatever part is chosen.
    pub part: Option<String>,
    /// What is off without it, and what to do then.
    pub without: Option<String>,
    /// Groups that will do in its place when a token is checked. The Write of a Read group always does.
    pub accepts: Vec<String>,
    /// Kinds of token that can have it; empty for both.
    pub kinds: Vec<TokenKind>,
    /// The endpoint that shows it, by its name in the catalogue of proofs.
    pub probe: Option<String>,
}

impl Permission {
    /// Whether a token of this kind can have it.
    pub fn fits(&self, kind: TokenKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Whether a token that another token makes can have it.
    pub fn can_be_minted(&self) -> bool {
        !manages_tokens(&self.group)
    }

    /// Its row on the token page.
    pub fn row(&self) -> Row {
        Row {
            key: self.key.clone(),
            level: self.level.clone(),
            dashboard: self.dashboard.clone(),
            group: self.group.clone(),
            scope: self.scope.clone(),
        }
    }
}

/// When a permission is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Always.
    #[default]
    Required,
    /// Without it something is off, and the rest works.
    Optional,
    /// When the condition of this id holds.
    When(String),
}

/// A permission as it is written: what the token page's table knows may be left out.
#[derive(Deserialize)]
struct Written {
    group: String,
    #[serde(deserialize_with = "scope_from_word")]
    scope: Scope,
    key: Option<String>,
    level: Option<String>,
    dashboard: Option<String>,
    why: String,
    creates: Option<String>,
    #[serde(default)]
    need: Need,
    part: Option<String>,
    without: Option<String>,
    #[serde(default)]
    accepts: Vec<String>,
    #[serde(default)]
    kinds: Vec<TokenKind>,
    probe: Option<String>,
}

impl From<Written> for Permission {
    fn from(written: Written) -> Self {
        let row = token_page::row(&written.group, &written.scope);
        let mut accepts = written.accepts;
        accepts.extend(
            known::write_of(&written.group, &written.scope)
                .filter(|write| !accepts.contains(write)),
        );
        Self {
            key: written.key.or(row.key),
            level: written.level.unwrap_or(row.level),
            dashboard: written.dashboard.unwrap_or(row.dashboard),
            group: written.group,
            scope: written.scope,
            why: written.why,
            creates: written.creates,
            need: written.need,
            part: written.part,
            without: written.without,
            accepts,
            kinds: written.kinds,
            probe: written.probe,
        }
    }
}

fn scope_from_word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scope, D::Error> {
    let word = String::deserialize(deserializer)?;
    Scope::from_word(&word).ok_or_else(|| {
        serde::de::Error::custom(format!(
            "unknown scope `{word}`, expected one of `account`, `zone`, `user`, `bucket`"
        ))
    })
}
