//! The activity log: what was done, when and how it went, as a chain of hashes.
//!
//! Each row's hash covers the hash before it, so a row that was changed, removed or put in between shows. The chain
//! has no key: it shows damage and careless hands, and whoever rewrites the whole of it goes unseen. What a hash covers
//! is written down in `docs/activity.md`, so that others can compute it.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Transaction, named_params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::column::At;
use super::{Error, Record};

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// When.
    pub at: Timestamp,
    /// The run that did it.
    pub run: Option<String>,
    /// What was done, such as `token minted`.
    pub what: String,
    /// To what, such as the token's name.
    pub subject: String,
    /// How it went, such as `done`.
    pub result: String,
    /// The other side's id of the request, such as Cloudflare's ray.
    pub request: Option<String>,
}

/// An activity in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its place: 1, 2, 3 and so on.
    pub seq: i64,
    /// What was done.
    #[serde(flatten)]
    pub activity: Activity,
    /// SHA-256 over the hash before and everything of this row, in lower-case hexadecimal.
    pub hash: String,
}

/// A row word for word as it stands in the file, damaged or not; bytes that are no text show as replacement characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its place.
    pub seq: i64,
    /// When: RFC 3339 in UTC, to the millisecond.
    pub at: String,
    /// The run that did it.
    pub run: Option<String>,
    /// What was done.
    pub what: String,
    /// To what.
    pub subject: String,
    /// How it went.
    pub result: String,
    /// The other side's id of the request.
    pub request: Option<String>,
    /// The hash that is noted, in lower-case hexadecimal.
    pub hash: String,
}

/// A part of the log, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its rows.
    pub lines: Vec<Line>,
    /// Rows that there are, or in which the searched words stand.
    pub total: u64,
    /// The newest place that was looked at; rows that came after it are not in the count.
    pub newest: i64,
}

/// What a check of the chain found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Rows that are there.
    pub rows: u64,
    /// The first place where the chain does not hold; nothing where all of it does.
    pub first_bad: Option<i64>,
}

type Hash = [u8; 32];

/// What stands before the first row.
const BEGINNING: Hash = [0; 32];
const DOMAIN: &[u8] = b"narrows-activity-v1\n";

impl Record {
    /// Adds to the log. No secrets: the log is shown and exported.
    pub fn log(&self, activity: &Activity) -> Result<(), Error> {
        self.log_all([activity])
    }

    /// Adds several at once: all of them or none.
    pub fn log_all<'a>(
        &self,
        activities: impl IntoIterator<Item = &'a Activity>,
    ) -> Result<(), Error> {
        self.write(|db| {
            let mut seq = last_place(db)?;
            let before: Option<Vec<u8>> = db
                .query_row(
                    "SELECT hash FROM activity ORDER BY seq DESC LIMIT 1",
                    [],
                    |row| row.get(0),
                )
                .optional()?;
            // A hash that was cut short is found by a check; it must not keep anything from being written down.
            let mut before = before
                .and_then(|before| before.try_into().ok())
                .unwrap_or(BEGINNING);
            let mut add = db.prepare(
                "INSERT INTO activity (seq, at, run, what, subject, result, request, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for activity in activities {
                seq += 1;
                let at = At::text(activity.at);
                before = Fields {
                    seq,
                    at: at.as_bytes(),
                    run: activity.run.as_deref().map(str::as_bytes),
                    what: activity.what.as_bytes(),
                    subject: activity.subject.as_bytes(),
                    result: activity.result.as_bytes(),
                    request: activity.request.as_deref().map(str::as_bytes),
                }
                .hash(&before);
                add.execute((
                    seq,
                    &at,
                    &activity.run,
                    &activity.what,
                    &activity.subject,
                    &activity.result,
                    &activity.request,
                    before,
                ))?;
            }
            Ok(())
        })
    }

    /// At most `limit` rows, newest first: those before the place `before`, or the newest; with `search`, those in
    /// which the words stand, whatever the case of Latin letters.
    pub fn activity(
        &self,
        before: Option<i64>,
        limit: u32,
        search: Option<&str>,
    ) -> Result<Vec<Row>, Error> {
        let pattern = search.map(pattern);
        let db = self.db();
        let mut statement = db.prepare(
            "SELECT seq, at, run, what, subject, result, request, hash FROM activity
             WHERE seq < ?1
               AND (?3 IS NULL OR concat_ws(char(10), at, run, what, subject, result, request) LIKE ?3 ESCAPE '\\')
             ORDER BY seq DESC LIMIT ?2",
        )?;
        let rows = statement.query_map((before.unwrap_or(i64::MAX), limit, pattern), |row| {
            let hash: Vec<u8> = row.get(7)?;
            Ok(Row {
                seq: row.get(0)?,
                activity: Activity {
                    at: row.get::<_, At>(1)?.0,
                    run: row.get(2)?,
                    what: row.get(3)?,
                    subject: row.get(4)?,
                    result: row.get(5)?,
                    request: row.get(6)?,
                },
                hash: data_encoding::HEXLOWER.encode(&hash),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A part of the log, newest first: `limit` rows after the first `offset`, with `search` of those in which the words
    /// stand. Rows that came after the place `newest` are left out, so that a list does not shift under its reader.
    pub fn activity_page(
        &self,
        search: Option<&str>,
        newest: Option<i64>,
        offset: u32,
        limit: u32,
    ) -> Result<Page, Error> {
        let pattern = search.map(pattern);
        let mut db = self.db();
        let snapshot = db.transaction()?;
        let newest = newest.map_or_else(|| last_place(&snapshot), Ok)?;
        let found = "seq <= :newest
            AND (:search IS NULL OR concat_ws(char(10), at, run, what, subject, result, request) LIKE :search ESCAPE '\\')";
        let total: i64 = if pattern.is_some() {
            snapshot.query_row(
                &format!("SELECT count(*) FROM activity WHERE {found}"),
                named_params! { ":newest": newest, ":search": pattern },
                |row| row.get(0),
            )?
        } else {
            // A count of a whole table looks at no row.
            let all: i64 =
                snapshot.query_row("SELECT count(*) FROM activity", [], |row| row.get(0))?;
            let later: i64 = snapshot.query_row(
                "SELECT count(*) FROM activity WHERE seq > ?1",
                [newest],
                |row| row.get(0),
            )?;
            all - later
        };
        let mut statement = snapshot.prepare(&format!(
            "SELECT seq, hash, at, run, what, subject, result, request FROM activity
             WHERE {found} ORDER BY seq DESC LIMIT :limit OFFSET :offset"
        ))?;
        let mut rows = statement.query(named_params! {
            ":newest": newest, ":search": pattern, ":limit": limit, ":offset": offset,
        })?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            lines.push(Fields::of(row)?.line(row.get_ref(1)?));
        }
        Ok(Page {
            lines,
            total: total.unsigned_abs(),
            newest,
        })
    }

    /// Computes every hash again. Rows that were cut off the end are found too, by the count that SQLite keeps.
    pub fn verify_chain(&self) -> Result<Chain, Error> {
        self.read_chain(|_| Ok::<(), Error>(()))
    }

    /// The same, with each row told in its order, whether it holds or not. No row is kept in memory, and rows that are
    /// added meanwhile wait for nothing and are not told.
    pub fn each_activity<E: From<Error>>(
        &self,
        mut told: impl FnMut(Line) -> Result<(), E>,
    ) -> Result<Chain, E> {
        self.read_chain(|row| {
            let fields = Fields::of(row).map_err(Error::from)?;
            let noted = row.get_ref(1).map_err(Error::from)?;
            told(fields.line(noted))
        })
    }

    fn read_chain<E: From<Error>>(
        &self,
        mut visit: impl FnMut(&rusqlite::Row<'_>) -> Result<(), E>,
    ) -> Result<Chain, E> {
        let (mut own, mut shared);
        let db = if let Some(reader) = self.reader()? {
            own = reader;
            &mut own
        } else {
            shared = self.db();
            &mut *shared
        };
        let snapshot = db.transaction().map_err(Error::from)?;
        let mut statement = snapshot
            .prepare("SELECT seq, hash, at, run, what, subject, result, request FROM activity ORDER BY seq")
            .map_err(Error::from)?;
        let mut found = statement.query([]).map_err(Error::from)?;
        let (mut rows, mut place, mut before) = (0, 0, BEGINNING);
        let mut first_bad = None;
        while let Some(row) = found.next().map_err(Error::from)? {
            rows += 1;
            place += 1;
            if first_bad.is_none() {
                let fields = Fields::of(row).map_err(Error::from)?;
                before = fields.hash(&before);
                if fields.seq != place || !is_hash(row.get_ref(1).map_err(Error::from)?, &before) {
                    first_bad = Some(place);
                }
            }
            visit(row)?;
        }
        if first_bad.is_none() && last_place(&snapshot).map_err(Error::from)? != place {
            first_bad = Some(place + 1);
        }
        Ok(Chain { rows, first_bad })
    }
}

/// The words as SQLite's `LIKE` takes them, each sign standing for itself.
fn pattern(words: &str) -> String {
    let literal = words
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{literal}%")
}

fn is_hash(noted: ValueRef<'_>, hash: &Hash) -> bool {
    matches!(noted, ValueRef::Blob(noted) if noted == hash)
}

/// The last place that was ever given, also of a row that is gone.
fn last_place(db: &Transaction<'_>) -> rusqlite::Result<i64> {
    let last = db
        .query_row(
            "SELECT seq FROM sqlite_sequence WHERE name = 'activity'",
            [],
            |row| row.get(0),
        )
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// What a hash covers, as it stands in the columns: bytes, so that text that was damaged is a wrong hash and no more.
struct Fields<'a> {
    seq: i64,
    at: &'a [u8],
    run: Option<&'a [u8]>,
    what: &'a [u8],
    subject: &'a [u8],
    result: &'a [u8],
    request: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    fn of(row: &'a rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_bytes_or_null()?);
        Ok(Self {
            seq: row.get(0)?,
            at: text(2)?.unwrap_or_default(),
            run: text(3)?,
            what: text(4)?.unwrap_or_default(),
            subject: text(5)?.unwrap_or_default(),
            result: text(6)?.unwrap_or_default(),
            request: text(7)?,
        })
    }

    fn line(&self, noted: ValueRef<'_>) -> Line {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let hash = noted.as_bytes_or_null().ok().flatten();
        Line {
            seq: self.seq,
            at: text(self.at),
            run: self.run.map(text),
            what: text(self.what),
            subject: text(self.subject),
            result: text(self.result),
            request: self.request.map(text),
            hash: data_encoding::HEXLOWER.encode(hash.unwrap_or_default()),
        }
    }

    fn hash(&self, before: &Hash) -> Hash {
        let mut hash = Sha256::new();
        hash.update(DOMAIN);
        hash.update(before);
        hash.update(self.seq.to_be_bytes());
        let fields = [
            Some(self.at),
            self.run,
            Some(self.what),
            Some(self.subject),
            Some(self.result),
            self.request,
        ];
        for field in fields {
            // Lengths keep fields apart, and the first byte an empty one from a missing one.
            match field {
                None => hash.update([0]),
                Some(text) => {
                    hash.update([1]);
                    hash.update((text.len() as u64).to_be_bytes());
                    hash.update(text);
                }
            }
        }
        hash.finalize().into()
    }
}
