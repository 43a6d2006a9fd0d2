//! How types of ours stand in columns: times and JSON as text, closed sets as one word each.

use jiff::Timestamp;
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A time: RFC 3339, UTC, always three digits of a second, so that text sorts as time does.
pub(super) struct At(pub(super) Timestamp);

impl At {
    pub(super) fn text(time: Timestamp) -> String {
        format!("{time:.3}")
    }
}

impl ToSql for At {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(Self::text(self.0).into())
    }
}

impl FromSql for At {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value
            .as_str()?
            .parse()
            .map(Self)
            .map_err(FromSqlError::other)
    }
}

/// A value as JSON text.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> ToSql for Json<&T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = serde_json::to_string(self.0)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(text.into())
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?)
            .map(Self)
            .map_err(FromSqlError::other)
    }
}

/// One of a closed set, each of which has a word.
pub(super) trait Word: Copy + 'static {
    /// The whole set.
    const ALL: &'static [Self];

    /// The word that stands in the column.
    fn word(self) -> &'static str;
}

/// A member of such a set.
pub(super) struct Worded<T>(pub(super) T);

impl<T: Word> ToSql for Worded<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.word().into())
    }
}

impl<T: Word> FromSql for Worded<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        let known = T::ALL.iter().find(|known| known.word() == word);
        known
            .map(|known| Self(*known))
            .ok_or_else(|| FromSqlError::Other(format!("unknown word `{word}`").into()))
    }
}
