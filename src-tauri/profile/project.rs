//! The project that a profile nominates.

use serde::Deserialize;

use crate::cloudflare::project::{BadName, NAME_LIMIT, check_name};

/// Stands for the site's id in a suggestion.
pub(super) const SITE_ID: &str = "<siteId>";

/// The rules of a project's name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ProjectRule {
    /// What it is called, such as "Pages project".
    pub label: String,
    /// The name that stands in the field at first; `<siteId>` in it is replaced.
    pub suggestion: String,
    /// The rule in words.
    pub help: String,
    /// Longest name, in characters; at most what Pages allows.
    #[serde(default = "name_limit")]
    pub max_length: u32,
}

impl ProjectRule {
    /// The suggestion for this site, bent until it is a name that Pages allows.
    pub fn suggest(&self, site_id: &str) -> String {
        let name: String = self
            .suggestion
            .replace(SITE_ID, site_id)
            .to_lowercase()
            .chars()
            .map(|c| match c {
                'a'..='z' | '0'..='9' => c,
                _ => '-',
            })
            .take(self.max_length as usize)
            .collect();
        name.trim_matches('-').to_owned()
    }

    /// Whether a project may have this name.
    pub fn check(&self, name: &str) -> Result<(), BadName> {
        check_name(name)?;
        if name.len() > self.max_length as usize {
            return Err(BadName::TooLong);
        }
        Ok(())
    }
}

fn name_limit() -> u32 {
    u32::try_from(NAME_LIMIT).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggestion_is_always_a_name_that_pages_allows() {
        let rule = ProjectRule {
            label: "Pages project".into(),
            suggestion: "generator-<siteId>".into(),
            help: String::new(),
            max_length: name_limit(),
        };
        assert_eq!(rule.suggest("42"), "generator-42");
        for site in ["Küche & Bad", "", "--", &"x".repeat(100), "a_b.c"] {
            let name = rule.suggest(site);
            assert_eq!(rule.check(&name), Ok(()), "{site:?} became {name:?}");
        }
    }
}
