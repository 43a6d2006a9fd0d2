//! The activity log: what was done, when and how it went, as a chain of hashes.
//!
//! Each row's hash covers the hash before it, so a row that was changed, removed or put in between shows. The chain
//! has no key: it shows damage and careless hands, and whoever rewrites the whole of it goes unseen.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction};
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
        self.write(|db| {
            let seq = last_place(db)? + 1;
            let before: Option<Hash> = db
                .query_row(
                    "SELECT hash FROM activity ORDER BY seq DESC LIMIT 1",
                    [],
                    |row| row.get(0),
                )
                .optional()?;
            let at = At::text(activity.at);
            let hash = Fields {
                seq,
                at: &at,
                run: activity.run.as_deref(),
                what: &activity.what,
                subject: &activity.subject,
                result: &activity.result,
                request: activity.request.as_deref(),
            }
            .hash(&before.unwrap_or(BEGINNING));
            db.execute(
                "INSERT INTO activity (seq, at, run, what, subject, result, request, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                (
                    seq,
                    &at,
                    &activity.run,
                    &activity.what,
                    &activity.subject,
                    &activity.result,
                    &activity.request,
                    hash,
                ),
            )?;
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
        let pattern = search.map(|words| {
            let literal = words
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_");
            format!("%{literal}%")
        });
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

    /// Computes every hash again. Rows that were cut off the end are found too, by the count that SQLite keeps.
    pub fn verify_chain(&self) -> Result<Chain, Error> {
        let mut db = self.db();
        let snapshot = db.transaction()?;
        let mut statement = snapshot.prepare(
            "SELECT seq, hash, at, run, what, subject, result, request FROM activity ORDER BY seq",
        )?;
        let mut found = statement.query([])?;
        let (mut rows, mut place, mut before) = (0, 0, BEGINNING);
        let mut first_bad = None;
        while let Some(row) = found.next()? {
            rows += 1;
            place += 1;
            if first_bad.is_none() {
                let fields = Fields::of(row)?;
                before = fields.hash(&before);
                let noted: Vec<u8> = row.get(1)?;
                if fields.seq != place || noted != before {
                    first_bad = Some(place);
                }
            }
        }
        if first_bad.is_none() && last_place(&snapshot)? != place {
            first_bad = Some(place + 1);
        }
        Ok(Chain { rows, first_bad })
    }
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

/// What a hash covers, as it stands in the columns.
struct Fields<'a> {
    seq: i64,
    at: &'a str,
    run: Option<&'a str>,
    what: &'a str,
    subject: &'a str,
    result: &'a str,
    request: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn of(row: &'a rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            at: row.get_ref(2)?.as_str()?,
            run: row.get_ref(3)?.as_str_or_null()?,
            what: row.get_ref(4)?.as_str()?,
            subject: row.get_ref(5)?.as_str()?,
            result: row.get_ref(6)?.as_str()?,
            request: row.get_ref(7)?.as_str_or_null()?,
        })
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
