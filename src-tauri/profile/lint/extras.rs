//! What is wrong with the tokens of their own that a profile asks for.

use std::collections::BTreeSet;

use super::Linter;
use crate::cloudflare::Scope;
use crate::profile::format::{Extra, Need, Profile};

/// Longest beginning of a name, in characters: the mark of the connection and the run follow it, and Cloudflare allows
/// 120 in all.
const LONGEST_NAME: usize = 40;

impl Linter<'_> {
    /// Every token of its own.
    pub(super) fn extras(&mut self, profile: &Profile) {
        let mut ids = BTreeSet::new();
        for (index, extra) in profile.extras.iter().enumerate() {
            let path = format!("extra[{index}]");
            if !is_word(&extra.id) {
                self.error(
                    &format!("{path}.id"),
                    format!("`{}` is no id.", extra.id),
                    "Use up to 40 small letters, digits and dashes, a letter first.",
                );
            } else if !ids.insert(extra.id.as_str()) {
                self.error(
                    &path,
                    format!("The token `{}` is asked for twice.", extra.id),
                    "Remove one of them.",
                );
            }
            if !(is_word(&extra.name) && extra.name.ends_with('-')) {
                self.error(
                    &format!("{path}.name"),
                    format!("No name of a token can begin with `{}`.", extra.name),
                    "Use up to 40 small letters, digits and dashes, a letter first and a dash last.",
                );
            }
            if profile.condition(&extra.condition).is_none() {
                self.error(
                    &format!("{path}.condition"),
                    format!(
                        "The condition `{}` is used but never asked.",
                        extra.condition
                    ),
                    "Add a table `condition` with that id.",
                );
            }
            if profile.platform.is_none() {
                self.error(
                    &path,
                    "There is no platform to hand a token of its own to.",
                    "Add a table `platform`, or remove this one.",
                );
            }
            self.extra_permissions(&path, extra, profile);
        }
    }

    fn extra_permissions(&mut self, path: &str, extra: &Extra, profile: &Profile) {
        let path = format!("{path}.permission");
        if extra.permissions.is_empty() {
            self.error(&path, "This token would have no permission.", "Add one.");
        }
        self.permissions(&path, &extra.permissions, &profile.tokens.kinds);
        for (index, permission) in extra.permissions.iter().enumerate() {
            let path = format!("{path}[{index}]");
            if permission.scope != Scope::Account {
                self.error(
                    &format!("{path}.scope"),
                    "A token of its own reaches the nominated account and nothing else.",
                    "Use a group of scope account.",
                );
            }
            if permission.need != Need::Required {
                self.error(
                    &format!("{path}.need"),
                    "A token of its own has all of its permissions or none.",
                    "Leave `need` out: the token's `condition` says when it is made.",
                );
            }
            if permission.part.is_some() {
                self.error(
                    &format!("{path}.part"),
                    "A token of its own belongs to no part.",
                    "Leave `part` out.",
                );
            }
        }
    }
}

fn is_word(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}
