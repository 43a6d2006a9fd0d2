//! The finished files.

use super::Bundle;
use super::markdown::markdown;
use super::scan::{Leak, scan};
use super::unwritable::unwritable;
use crate::problem::{Next, Problem};
use crate::run::{App, kept};
use crate::secret::Secret;
use crate::vault::Item;
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where a bundle was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The JSON file.
    pub json: PathBuf,
    /// The Markdown file beside it.
    pub markdown: PathBuf,
}

/// The two forms of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// For programs; `docs/support-bundle.schema.json` describes it.
    Json,
    /// For people.
    Markdown,
}

impl Form {
    /// What the name of such a file ends with.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Markdown => "md",
        }
    }
}

/// The bundle as JSON and as Markdown, for copying. Refused where either holds one of `known`, or anything else that
/// must not be given away.
pub fn render(bundle: &Bundle, known: &[Secret]) -> Result<(String, String), Problem> {
    let json = serde_json::to_string_pretty(bundle)
        .map_err(|_| unwritable("the bundle could not be put together"))?
        + "\n";
    let markdown = markdown(bundle);
    for text in [&json, &markdown] {
        harmless(text, known)?;
    }
    Ok((json, markdown))
}

/// Writes the bundle to `path` (JSON) and beside it (Markdown); where `path` ends with `.md`, the other way round.
///
/// The files are their owner's alone, and appear under their names only after they were read back and found
/// harmless. `known` are the secrets of this run.
pub fn write(path: &Path, bundle: &Bundle, known: &[Secret]) -> Result<Written, Problem> {
    let (json, markdown) = render(bundle, known)?;
    let is_markdown = path.extension().is_some_and(|ending| ending == "md");
    let written = Written {
        json: if is_markdown {
            path.with_extension("json")
        } else {
            path.to_owned()
        },
        markdown: path.with_extension("md"),
    };
    put(
        &[(&written.json, &json), (&written.markdown, &markdown)],
        known,
    )?;
    Ok(written)
}

/// Writes the bundle in one form, to exactly this file; otherwise like [`write()`].
pub fn write_as(path: &Path, form: Form, bundle: &Bundle, known: &[Secret]) -> Result<(), Problem> {
    let (json, markdown) = render(bundle, known)?;
    let text = match form {
        Form::Json => json,
        Form::Markdown => markdown,
    };
    put(&[(path, &text)], known)
}

fn put(files: &[(&Path, &str)], known: &[Secret]) -> Result<(), Problem> {
    let drafts = files
        .iter()
        .map(|(path, text)| Draft::write(path, text))
        .collect::<Result<Vec<_>, _>>()?;
    for draft in &drafts {
        let text = fs::read_to_string(&draft.path).map_err(|error| failed(&error))?;
        harmless(&text, known)?;
    }
    drafts.into_iter().try_for_each(Draft::publish)
}

/// The secrets that this installation holds and that a bundle about `connection` could leak: its tokens and the
/// platform session. What cannot be read from the vault cannot be leaked by it either.
pub async fn secrets(app: &App, connection: Option<&str>) -> Vec<Secret> {
    let Some(known) = connection.and_then(|id| app.record.connection(id).ok().flatten()) else {
        return Vec::new();
    };
    let mut secrets = Vec::new();
    secrets.extend(kept::token(app, &known).await.ok().flatten());
    for extra in known.extra_tokens() {
        let Some(id) = &extra.token_id else { continue };
        let kept = kept::extra(app, &known, id, &extra.token_name).await;
        secrets.extend(kept.ok().flatten());
    }
    if let Some(platform) = known.platform_address {
        let subject = platform.clone();
        let item = Item::Session { platform };
        secrets.extend(kept::read(app, &item, &subject).await.ok().flatten());
    }
    secrets
}

/// A file that has no name yet; removed again unless it is published.
struct Draft {
    path: PathBuf,
    target: PathBuf,
}

impl Draft {
    fn write(target: &Path, text: &str) -> Result<Self, Problem> {
        let mut name = target
            .file_name()
            .ok_or_else(|| unwritable("that is no name of a file"))?
            .to_owned();
        name.push(".part");
        let draft = Self {
            path: target.with_file_name(name),
            target: target.to_owned(),
        };
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft.path).map_err(|error| failed(&error))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| failed(&error))?;
        Ok(draft)
    }

    fn publish(self) -> Result<(), Problem> {
        fs::rename(&self.path, &self.target).map_err(|error| failed(&error))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After it was published there is nothing under this name any more.
        let _ = fs::remove_file(&self.path);
    }
}

fn harmless(text: &str, known: &[Secret]) -> Result<(), Problem> {
    let leaks = scan(text, known);
    if leaks.is_empty() {
        return Ok(());
    }
    let places: Vec<String> = leaks
        .iter()
        .take(10)
        .map(|Leak { kind, line }| format!("line {line}: {}", kind.name()))
        .collect();
    Err(Problem::new(
        "bundle-leak",
        "The bundle was not written: there is something in it that must not be given away.",
        "Report this; the details say what kind of thing it is, and never repeat it.",
        Next::Home,
    )
    .with_evidence(places.join("; ")))
}

fn failed(error: &std::io::Error) -> Problem {
    unwritable(&error.to_string())
}
