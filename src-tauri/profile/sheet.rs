//! A TOML text as a sheet with lines: which fields stand where, which are missing, which nobody knows.

use std::collections::HashMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The fields of each table; those with a `!` must be there. A table in a list is named without its number.
pub(super) const FIELDS: [(&str, &[&str]); 13] = [
    (
        "",
        &[
            "id!",
            "name!",
            "summary!",
            "brand",
            "platform",
            "no_platform",
            "tokens!",
            "resources",
            "kept!",
            "never_kept!",
            "project",
            "environment",
            "condition",
            "part",
            "permission!",
            "extra",
        ],
    ),
    ("brand", &["accent", "logo", "support", "docs"]),
    ("brand.docs", &["title!", "url!"]),
    ("platform", &["name!", "address"]),
    ("tokens", &["kinds!", "why", "ways", "role"]),
    ("resources", &["accounts", "zones"]),
    ("kept", &["what!", "place!"]),
    ("project", &["label!", "suggestion!", "help!", "max_length"]),
    ("condition", &["id!", "question!", "needs_zone"]),
    ("part", &["id!", "label!"]),
    ("permission", PERMISSION),
    (
        "extra",
        &[
            "id!",
            "label!",
            "condition!",
            "name!",
            "why!",
            "creates",
            "without!",
            "permission!",
        ],
    ),
    ("extra.permission", PERMISSION),
];

/// The fields of a permission.
const PERMISSION: &[&str] = &[
    "group!",
    "scope!",
    "key",
    "level",
    "dashboard",
    "why!",
    "creates",
    "need",
    "part",
    "without",
    "accepts",
    "kinds",
    "probe",
];

/// A text with the line of each of its fields.
pub(super) struct Sheet {
    lines: HashMap<String, usize>,
    /// Fields that nobody knows: their path.
    pub(super) unknown: Vec<String>,
    /// Fields that are missing: the path that they should have.
    pub(super) missing: Vec<String>,
}

impl Sheet {
    /// Lays out a text that is TOML.
    pub(super) fn of(text: &str) -> Result<Self, toml::de::Error> {
        let table = DeTable::parse(text)?;
        let mut sheet = Self {
            lines: HashMap::new(),
            unknown: Vec::new(),
            missing: Vec::new(),
        };
        sheet.table(text, "", table.get_ref());
        Ok(sheet)
    }

    /// The line (from 1) on which `path` stands, such as `permission[2].group`; where it stands nowhere, the line of
    /// what it would be part of.
    pub(super) fn line(&self, path: &str) -> usize {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return *line;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None => return 1,
            }
        }
    }

    fn table(&mut self, text: &str, path: &str, table: &DeTable<'_>) {
        let kind = without_numbers(path);
        let fields = FIELDS.iter().find(|(name, _)| *name == kind);
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let below = join(path, name);
            self.lines
                .insert(below.clone(), line_at(text, key.span().start));
            let allowed = |fields: &[&str]| {
                fields
                    .iter()
                    .any(|field| field.trim_end_matches('!') == name)
            };
            // A table without a list of fields (the environment) may hold any.
            if fields.is_some_and(|(_, fields)| !allowed(fields)) {
                self.unknown.push(below);
            } else {
                self.value(text, &below, value);
            }
        }
        for field in fields.into_iter().flat_map(|(_, fields)| *fields) {
            if let Some(name) = field.strip_suffix('!')
                && !table.contains_key(name)
            {
                self.missing.push(join(path, name));
            }
        }
    }

    fn value(&mut self, text: &str, path: &str, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::Table(table) => self.table(text, path, table),
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    self.lines
                        .insert(path.clone(), line_at(text, item.span().start));
                    self.value(text, &path, item);
                }
            }
            _ => {}
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// The path of a table's kind: `brand.docs[1]` is one of `brand.docs`.
fn without_numbers(path: &str) -> String {
    path.split('[')
        .map(|part| part.split_once(']').map_or(part, |(_, rest)| rest))
        .collect()
}

/// The line (from 1) of a byte.
pub(super) fn line_at(text: &str, byte: usize) -> usize {
    let before = text.get(..byte).unwrap_or(text);
    before.matches('\n').count() + 1
}
