//! The linter: what is wrong with a profile, on which line, and how to mend it.

mod extras;

use std::collections::BTreeSet;
use std::fmt;

use data_encoding::BASE64;
use serde::Serialize;

use super::format::{Need, Permission, Profile};
use super::known;
use super::project::SITE_ID;
use super::sheet::{Sheet, line_at};
use crate::cloudflare::{Scope, TokenKind, project, token_page};
use crate::http::Base;

/// Levels that the token page has.
const LEVELS: [&str; 5] = ["read", "edit", "purge", "run", "revoke"];

/// What may have a name in the environment.
const ENVIRONMENT: [&str; 4] = ["account", "zone", "token", "email"];

/// How a logo begins. PNG holds a picture and nothing else: no script, no link, nothing to fetch.
const PNG_DATA: &str = "data:image/png;base64,";
/// The first bytes of every PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Longest logo, in bytes: it is shown no taller than a line of text.
const LARGEST_LOGO: usize = 32 * 1024;

/// Whether a logo can be shown as it is.
fn picture(logo: &str) -> bool {
    let decoded = logo
        .strip_prefix(PNG_DATA)
        .and_then(|text| BASE64.decode(text.as_bytes()).ok());
    decoded.is_some_and(|bytes| bytes.starts_with(PNG) && bytes.len() <= LARGEST_LOGO)
}

/// Something that is wrong with a profile, or may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Line, from 1.
    pub line: usize,
    /// Whether the profile can be used all the same.
    pub severity: Severity,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub fix: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(
            f,
            "line {}: {severity}: {} {}",
            self.line, self.what, self.fix
        )
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The profile cannot be used.
    Error,
    /// It can, but somebody should look.
    Warning,
}

/// Everything that is wrong with a profile, by line.
pub fn lint(text: &str) -> Vec<Finding> {
    read(text).1
}

/// The profile, where it could be read at all, with everything that is wrong.
pub(super) fn read(text: &str) -> (Option<Profile>, Vec<Finding>) {
    let not_toml = |error: &toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        Finding {
            line: line_at(text, start),
            severity: Severity::Error,
            what: format!("{}.", error.message().trim_end_matches('.')),
            fix: "See docs/profiles.md for the format.".to_owned(),
        }
    };
    let sheet = match Sheet::of(text) {
        Ok(sheet) => sheet,
        Err(error) => return (None, vec![not_toml(&error)]),
    };
    let mut linter = Linter {
        sheet: &sheet,
        findings: Vec::new(),
    };
    linter.fields();
    let profile = match toml::from_str::<Profile>(text) {
        Ok(profile) => {
            linter.profile(&profile);
            Some(profile)
        }
        // A missing field has been named already, and better.
        Err(_) if !sheet.missing.is_empty() => None,
        Err(error) => {
            linter.findings.push(not_toml(&error));
            None
        }
    };
    let mut findings = linter.findings;
    findings.sort_by_key(|finding| (finding.line, finding.severity));
    (profile, findings)
}

struct Linter<'a> {
    sheet: &'a Sheet,
    findings: Vec<Finding>,
}

impl Linter<'_> {
    fn error(&mut self, path: &str, what: impl Into<String>, fix: impl Into<String>) {
        self.find(Severity::Error, path, what.into(), fix.into());
    }

    fn warning(&mut self, path: &str, what: impl Into<String>, fix: impl Into<String>) {
        self.find(Severity::Warning, path, what.into(), fix.into());
    }

    fn find(&mut self, severity: Severity, path: &str, what: String, fix: String) {
        self.findings.push(Finding {
            line: self.sheet.line(path),
            severity,
            what,
            fix,
        });
    }

    /// Fields that are missing, or that nobody knows.
    fn fields(&mut self) {
        for path in &self.sheet.unknown {
            self.error(
                path,
                format!("Nobody knows the field `{path}`."),
                "Remove it, or correct its name.",
            );
        }
        for path in &self.sheet.missing {
            self.error(path, format!("The field `{path}` is missing."), "Add it.");
        }
    }

    fn profile(&mut self, profile: &Profile) {
        let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
        if profile.id.is_empty() || !profile.id.chars().all(plain) {
            self.error(
                "id",
                format!("`{}` is no id.", profile.id),
                "Use small letters, digits and dashes.",
            );
        }
        self.platform(profile);
        self.brand(profile);
        self.tokens(profile);
        self.project(profile);
        self.conditions(profile);
        self.parts(profile);
        self.extras(profile);
        for name in profile.environment.keys() {
            if !ENVIRONMENT.contains(&name.as_str()) {
                self.error(
                    &format!("environment.{name}"),
                    format!("There is nothing called `{name}` to hand over."),
                    format!("Use one of: {}.", ENVIRONMENT.join(", ")),
                );
            }
        }
        if profile.permissions.is_empty() {
            self.error(
                "permission",
                "The narrow token would have no permission.",
                "Add one.",
            );
        }
        self.permissions("permission", &profile.permissions, &profile.tokens.kinds);
    }

    /// Permissions of one token, which stand at `path`.
    fn permissions(&mut self, path: &str, permissions: &[Permission], kinds: &[TokenKind]) {
        let mut seen = BTreeSet::new();
        for (index, permission) in permissions.iter().enumerate() {
            let path = format!("{path}[{index}]");
            if !seen.insert((&permission.group, &permission.scope)) {
                self.error(
                    &path,
                    format!("`{}` is asked for twice.", permission.group),
                    "Remove one of them.",
                );
            }
            self.group(&path, permission);
            self.kinds(&path, permission, kinds);
            self.row(&path, permission);
            self.probe(&path, permission);
        }
    }

    /// A probe that nobody knows is never asked, and its permission never proved.
    fn probe(&mut self, path: &str, permission: &Permission) {
        let Some(probe) = permission.probe.as_deref() else {
            return;
        };
        let path = format!("{path}.probe");
        // A group whose scope is wrong is said so already.
        let scopes = known::scopes_of(&permission.group);
        let astray = !scopes.is_empty() && !scopes.contains(&&permission.scope);
        let what = match known::probed(probe) {
            Some(scope) if *scope == permission.scope || astray => return,
            Some(scope) => format!(
                "The probe `{probe}` shows permissions of scope {}, and this one is of scope {}.",
                scope.word(),
                permission.scope.word()
            ),
            None => format!("There is no probe `{probe}`."),
        };
        let fix = match known::nearest_probe(probe, &permission.scope) {
            Some(nearest) => format!("Is `{nearest}` meant? docs/profiles.md lists them all."),
            None => "Remove it, or take one of those that docs/profiles.md lists.".to_owned(),
        };
        self.error(&path, what, fix);
    }

    fn platform(&mut self, profile: &Profile) {
        match (&profile.platform, &profile.no_platform) {
            (Some(_), Some(_)) => self.error(
                "no_platform",
                "There is a platform, and a reason why there is none.",
                "Remove one of them.",
            ),
            (None, None) => self.error(
                "platform",
                "It is not said who gets the narrow token.",
                "Add a table `platform`, or `no_platform` with the reason.",
            ),
            (Some(platform), None) => {
                if let Some(Err(problem)) = platform.address.as_deref().map(Base::https_or_loopback)
                {
                    self.error("platform.address", problem.message, problem.hint);
                }
            }
            (None, Some(_)) => {}
        }
    }

    fn brand(&mut self, profile: &Profile) {
        let brand = &profile.brand;
        let colour = |text: &str| {
            text.strip_prefix('#').is_some_and(|digits| {
                digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        };
        if let Some(accent) = brand.accent.as_deref().filter(|accent| !colour(accent)) {
            self.error(
                "brand.accent",
                format!("`{accent}` is no colour."),
                "Write it as #rrggbb.",
            );
        }
        if brand.logo.as_deref().is_some_and(|logo| !picture(logo)) {
            self.error(
                "brand.logo",
                "The logo is not a small PNG within the profile.",
                format!(
                    "Write it as {PNG_DATA} and the picture in Base64, of at most {} KiB.",
                    LARGEST_LOGO / 1024
                ),
            );
        }
        let safe = |text: &str| text.starts_with("https://");
        if let Some(support) = brand
            .support
            .as_deref()
            .filter(|support| !safe(support) && !support.starts_with("mailto:"))
        {
            self.error(
                "brand.support",
                format!("`{support}` cannot be opened."),
                "Use an https or mailto address.",
            );
        }
        for (index, link) in brand.docs.iter().enumerate() {
            if !safe(&link.url) {
                self.error(
                    &format!("brand.docs[{index}].url"),
                    format!("`{}` is not a secure address.", link.url),
                    "Use an https address.",
                );
            }
        }
    }

    fn tokens(&mut self, profile: &Profile) {
        let tokens = &profile.tokens;
        match tokens.kinds.as_slice() {
            [] => self.error(
                "tokens.kinds",
                "No kind of token will do.",
                "Name `user`, `account` or both.",
            ),
            [only] if tokens.why.is_none() => self.error(
                "tokens.kinds",
                format!("Only one kind of token will do ({only:?}), and it is not said why."),
                "Add `why`.",
            ),
            [one, other] if one == other => {
                self.error(
                    "tokens.kinds",
                    "A kind is named twice.",
                    "Remove one of them.",
                );
            }
            _ => {}
        }
        if tokens.ways.is_empty() {
            self.error("tokens.ways", "There is no way to a token.", "Name one.");
        }
    }

    fn project(&mut self, profile: &Profile) {
        let Some(rule) = &profile.project else {
            return;
        };
        if rule.max_length as usize > project::NAME_LIMIT || rule.max_length == 0 {
            self.error(
                "project.max_length",
                format!("A name of {} characters cannot be.", rule.max_length),
                format!("Pages allows 1 to {}.", project::NAME_LIMIT),
            );
        }
        if let Err(bad) = rule.check(&rule.suggestion.replace(SITE_ID, "1")) {
            self.error(
                "project.suggestion",
                format!("`{}` would not be accepted. {bad}", rule.suggestion),
                format!("Use small letters, digits, dashes and {SITE_ID}."),
            );
        }
    }

    fn conditions(&mut self, profile: &Profile) {
        let mut ids = BTreeSet::new();
        for (index, condition) in profile.conditions.iter().enumerate() {
            let path = format!("condition[{index}]");
            if !ids.insert(condition.id.as_str()) {
                self.error(
                    &path,
                    format!("The condition `{}` is asked twice.", condition.id),
                    "Remove one of them.",
                );
            }
            let scopes: Vec<_> = profile
                .permissions
                .iter()
                .filter(|permission| permission.need == Need::When(condition.id.clone()))
                .map(|permission| &permission.scope)
                .collect();
            let on_zone = scopes.contains(&&Scope::Zone);
            let extra = profile
                .extras
                .iter()
                .any(|extra| extra.condition == condition.id);
            if scopes.is_empty() && !extra {
                self.warning(
                    &path,
                    format!("The condition `{}` is asked but never used.", condition.id),
                    "Remove it, or let a permission need it.",
                );
            } else if on_zone && !condition.needs_zone {
                self.error(
                    &path,
                    format!(
                        "The condition `{}` adds zone permissions but asks for no zone.",
                        condition.id
                    ),
                    "Set `needs_zone = true`.",
                );
            } else if condition.needs_zone && !on_zone {
                self.warning(
                    &path,
                    format!(
                        "The condition `{}` asks for a zone that nothing needs.",
                        condition.id
                    ),
                    "Set `needs_zone = false`.",
                );
            }
        }
        for (index, permission) in profile.permissions.iter().enumerate() {
            if let Need::When(id) = &permission.need
                && !ids.contains(id.as_str())
            {
                self.error(
                    &format!("permission[{index}].need"),
                    format!("The condition `{id}` is used but never asked."),
                    "Add a table `condition` with that id.",
                );
            }
        }
    }

    fn parts(&mut self, profile: &Profile) {
        let mut ids = BTreeSet::new();
        for (index, part) in profile.parts.iter().enumerate() {
            let path = format!("part[{index}]");
            if !ids.insert(part.id.as_str()) || profile.condition(&part.id).is_some() {
                self.error(
                    &path,
                    format!("`{}` is the id of something else already.", part.id),
                    "Give each condition and each part an id of its own.",
                );
            }
            let mut permissions = profile.permissions.iter();
            if !permissions.any(|permission| permission.part.as_ref() == Some(&part.id)) {
                self.warning(
                    &path,
                    format!("No permission belongs to the part `{}`.", part.id),
                    "Remove it, or name it in a permission.",
                );
            }
        }
        for (index, permission) in profile.permissions.iter().enumerate() {
            if let Some(part) = &permission.part
                && !ids.contains(part.as_str())
            {
                self.error(
                    &format!("permission[{index}].part"),
                    format!("The part `{part}` is used but can never be chosen."),
                    "Add a table `part` with that id.",
                );
            }
        }
    }

    fn group(&mut self, path: &str, permission: &Permission) {
        let at = format!("{path}.group");
        let name = &permission.group;
        let scopes = known::scopes_of(name);
        if let Some(right) = known::right_name(name).filter(|_| scopes.is_empty()) {
            self.error(
                &at,
                format!("The API has no group `{name}`."),
                format!("It calls it `{right}`."),
            );
        } else if scopes.is_empty() {
            let fix = known::nearest(name).map_or_else(
                || "Check it against what Cloudflare lists.".to_owned(),
                |near| format!("Did you mean `{near}`?"),
            );
            self.warning(&at, format!("No group `{name}` is known."), fix);
        } else if !scopes.contains(&&permission.scope) {
            let right: Vec<_> = scopes.iter().map(|scope| scope.word()).collect();
            self.error(
                &format!("{path}.scope"),
                format!("`{name}` is no group of scope {}.", permission.scope.word()),
                format!("Its scope is {}.", right.join(" or ")),
            );
        }
        for (index, other) in permission.accepts.iter().enumerate() {
            let at = format!("{path}.accepts[{index}]");
            if other == name {
                self.warning(&at, "A group is its own alternative.", "Remove it.");
            } else if !known::scopes_of(other).contains(&&permission.scope) {
                self.warning(
                    &at,
                    format!("No group `{other}` is known in this scope."),
                    "Check it against what Cloudflare lists.",
                );
            }
        }
        if permission.can_be_minted() {
            return;
        }
        let what = format!("A token made by a token cannot have `{name}`.");
        if permission.need != Need::Optional {
            self.error(&at, what, "Leave it out, or make it optional.");
        } else if permission.without.is_none() {
            self.warning(
                &at,
                what,
                "It stays off unless the token is made by hand or with a Global API Key: say in `without` what is off then.",
            );
        }
    }

    fn kinds(&mut self, path: &str, permission: &Permission, kinds: &[TokenKind]) {
        let for_account =
            kinds.contains(&TokenKind::Account) && permission.fits(TokenKind::Account);
        if permission.scope == Scope::User && for_account {
            self.error(
                &format!("{path}.scope"),
                format!("No account token can have `{}`: it is a user's.", permission.group),
                "Add `kinds = [\"user\"]` to leave it out of account tokens, or allow user tokens only.",
            );
        }
        if !kinds.is_empty() && !kinds.iter().any(|kind| permission.fits(*kind)) {
            self.error(
                &format!("{path}.kinds"),
                "No kind of token that will do can have this permission.",
                "Correct `kinds` here or under `tokens`.",
            );
        }
    }

    fn row(&mut self, path: &str, permission: &Permission) {
        let level = permission.level.as_str();
        if !LEVELS.contains(&level) {
            let fix = match level {
                "write" => "The token page calls it `edit`.".to_owned(),
                _ => format!("Use one of: {}.", LEVELS.join(", ")),
            };
            self.error(
                &format!("{path}.level"),
                format!("There is no level `{level}`."),
                fix,
            );
        } else if let Some(right) = token_page::level_of(&permission.group)
            && right != level
        {
            self.error(
                &format!("{path}.level"),
                format!("`{}` is not of level `{level}`.", permission.group),
                format!("Its level is `{right}`."),
            );
        }
        let Some(key) = &permission.key else {
            return;
        };
        let row = token_page::row(&permission.group, &permission.scope);
        let at = format!("{path}.key");
        if !token_page::knows_key(key) {
            self.warning(
                &at,
                format!("The token page is not known to have the key `{key}`; it would leave the row out without a word."),
                row.key.map_or_else(
                    || "Leave it out: the row is then shown in words only.".to_owned(),
                    |right| format!("Use `{right}`."),
                ),
            );
        } else if row.key.as_ref() != Some(key) && !known::scopes_of(&permission.group).is_empty() {
            self.error(
                &at,
                format!("`{key}` is the key of another group."),
                row.key.map_or_else(
                    || "Leave it out.".to_owned(),
                    |right| format!("Use `{right}`."),
                ),
            );
        }
    }
}
