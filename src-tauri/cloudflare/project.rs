//! A Pages project.

use serde::Deserialize;

/// Longest name of a project, in characters (Cloudflare's own `create-cloudflare`).
pub const NAME_LIMIT: usize = 58;

/// A Pages project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Project {
    /// Its name, unique in the account.
    pub name: String,
    /// Its host, such as `shop-7f3.pages.dev`; not always made of the name, which may be taken elsewhere.
    #[serde(default)]
    pub subdomain: Option<String>,
}

/// Why a name cannot be a project's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing was given.
    #[error("The name is empty.")]
    Empty,
    /// Longer than [`NAME_LIMIT`].
    #[error("The name is longer than {NAME_LIMIT} characters.")]
    TooLong,
    /// A character other than `a`–`z`, `0`–`9` and `-`.
    #[error("The name may hold only small letters, digits and dashes.")]
    Character,
    /// A dash at the start or the end.
    #[error("The name may neither begin nor end with a dash.")]
    Dash,
}

/// Checks a name by the rules of Cloudflare's schema and of its `create-cloudflare`.
pub fn check_name(name: &str) -> Result<(), BadName> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if name.is_empty() {
        Err(BadName::Empty)
    } else if !name.bytes().all(allowed) {
        Err(BadName::Character)
    } else if name.len() > NAME_LIMIT {
        Err(BadName::TooLong)
    } else if name.starts_with('-') || name.ends_with('-') {
        Err(BadName::Dash)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_refused_for_the_reason_that_cloudflare_has() {
        let longest = "a".repeat(NAME_LIMIT);
        let table = [
            ("generator-42", Ok(())),
            (longest.as_str(), Ok(())),
            (&format!("{longest}a"), Err(BadName::TooLong)),
            ("", Err(BadName::Empty)),
            ("Shop", Err(BadName::Character)),
            ("my shop", Err(BadName::Character)),
            ("käse", Err(BadName::Character)),
            ("-shop", Err(BadName::Dash)),
            ("shop-", Err(BadName::Dash)),
        ];
        for (name, expected) in table {
            assert_eq!(check_name(name), expected, "{name:?}");
        }
    }
}
