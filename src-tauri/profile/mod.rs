//! Profiles: what one platform needs of a Cloudflare account, as data.
//!
//! In this room live the format (TOML), its linter, the catalogue of permission group names that the linter knows, and
//! the profiles that are built in. A profile is read and checked whole before anything uses it; nothing here talks to
//! anybody. It speaks the words of [`crate::cloudflare`].

mod format;
mod known;
mod lint;
mod project;
mod sheet;

use std::io::Read;
use std::path::Path;

pub use format::{
    Brand, Condition, Extra, Kept, Link, Need, Part, Permission, Platform, Profile, Reach,
    Resources, Tokens, Way,
};
#[cfg(test)]
pub(crate) use known::PROBES;
pub use lint::{Finding, Severity, lint};
pub use project::ProjectRule;

use crate::problem::{Next, Problem};

/// Largest file that is read as a profile, in bytes.
const FILE_LIMIT: u64 = 256 * 1024;

/// The built-in profiles, by id.
const BUILT_IN: [(&str, &str); 5] = [
    ("site-generator", include_str!("site-generator.toml")),
    ("getaipage", include_str!("getaipage.toml")),
    ("stackone", include_str!("stackone.toml")),
    ("edge-stack", include_str!("edge-stack.toml")),
    ("flarelink", include_str!("flarelink.toml")),
];

impl Profile {
    /// Reads a profile. `origin` tells where it comes from, and stands in its place in messages.
    ///
    /// Where anything is wrong, everything that is wrong; mere warnings do not count (see [`lint()`]).
    pub fn parse(text: &str, origin: &str) -> Result<Self, Vec<Finding>> {
        let (profile, findings) = lint::read(text);
        let wrong: Vec<_> = findings
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        match profile {
            Some(mut profile) if wrong.is_empty() => {
                origin.clone_into(&mut profile.origin);
                Ok(profile)
            }
            _ => Err(wrong),
        }
    }

    /// The ids of the built-in profiles.
    pub fn built_in() -> Vec<&'static str> {
        BUILT_IN.iter().map(|(id, _)| *id).collect()
    }

    /// The built-in profile of that id, or the one in that file.
    pub fn load(name_or_file: &str) -> Result<Self, Problem> {
        let (text, origin) = Self::text(name_or_file)?;
        Self::parse(&text, &origin).map_err(|findings| {
            let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
            Problem::new(
                "profile-invalid",
                format!("The profile {name_or_file} cannot be used."),
                "Mend what is listed, or use a built-in profile.",
                Next::StartOver,
            )
            .with_evidence(lines.join("\n"))
        })
    }

    /// The text of the built-in profile of that id, or of that file, as it is, with where it comes from.
    pub fn text(name_or_file: &str) -> Result<(String, String), Problem> {
        match BUILT_IN.iter().find(|(id, _)| *id == name_or_file) {
            Some((id, text)) => Ok(((*text).to_owned(), format!("built in: {id}"))),
            None => Ok((file(Path::new(name_or_file))?, name_or_file.to_owned())),
        }
    }
}

fn file(path: &Path) -> Result<String, Problem> {
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(FILE_LIMIT).read_to_string(&mut text))
        .map_err(|error| {
            Problem::new(
                "profile-not-found",
                format!(
                    "There is no built-in profile {}, and no file of that name that can be read.",
                    path.display()
                ),
                format!("Built in: {}.", Profile::built_in().join(", ")),
                Next::StartOver,
            )
            .with_evidence(error.to_string())
        })?;
    Ok(text)
}

#[cfg(test)]
mod tests;
