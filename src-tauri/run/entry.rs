//! A line of a journal, read.

use crate::record::Entry;
use serde::de::DeserializeOwned;

/// A field of an entry; nothing where it is missing or of another version's make.
pub(crate) fn field<T: DeserializeOwned>(entry: &Entry, name: &str) -> Option<T> {
    serde_json::from_value(entry.detail.get(name)?.clone()).ok()
}
