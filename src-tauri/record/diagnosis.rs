//! Diagnoses, so that today's can be held against yesterday's.

use jiff::Timestamp;
use rusqlite::OptionalExtension;
use serde_json::Value;

use super::column::{At, Json};
use super::{Error, Record};

/// Diagnoses that are kept; the oldest go first.
const KEPT: u32 = 200;

/// A diagnosis as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptDiagnosis {
    /// Its id.
    pub run: String,
    /// When it was made.
    pub at: Timestamp,
    /// The connection that it was about, if it was.
    pub connection: Option<String>,
    /// Public name of the token.
    pub fingerprint: String,
    /// All of it. No secrets.
    pub body: Value,
}

impl Record {
    /// Keeps a diagnosis.
    pub fn put_diagnosis(&self, diagnosis: &KeptDiagnosis) -> Result<(), Error> {
        self.write(|db| {
            db.execute(
                "INSERT INTO diagnosis (run, at, connection, fingerprint, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                (
                    &diagnosis.run,
                    At(diagnosis.at),
                    &diagnosis.connection,
                    &diagnosis.fingerprint,
                    Json(&diagnosis.body),
                ),
            )?;
            db.execute(
                "DELETE FROM diagnosis WHERE seq NOT IN (SELECT seq FROM diagnosis ORDER BY seq DESC LIMIT ?1)",
                [KEPT],
            )?;
            Ok(())
        })
    }

    /// The diagnosis of this id.
    pub fn diagnosis(&self, run: &str) -> Result<Option<KeptDiagnosis>, Error> {
        Ok(self
            .db()
            .query_row(
                "SELECT run, at, connection, fingerprint, body FROM diagnosis WHERE run = ?1",
                [run],
                read,
            )
            .optional()?)
    }

    /// The newest diagnoses of the same token, or of the same connection, before the one of this id; newest first.
    pub fn diagnoses_before(&self, run: &str, limit: u32) -> Result<Vec<KeptDiagnosis>, Error> {
        let db = self.db();
        let mut statement = db.prepare(
            "SELECT earlier.run, earlier.at, earlier.connection, earlier.fingerprint, earlier.body
             FROM diagnosis earlier JOIN diagnosis later ON later.run = ?1
             WHERE earlier.seq < later.seq
               AND (earlier.fingerprint = later.fingerprint OR earlier.connection = later.connection)
             ORDER BY earlier.seq DESC LIMIT ?2",
        )?;
        let found = statement.query_map((run, limit), read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<KeptDiagnosis> {
    Ok(KeptDiagnosis {
        run: row.get(0)?,
        at: row.get::<_, At>(1)?.0,
        connection: row.get(2)?,
        fingerprint: row.get(3)?,
        body: row.get::<_, Json<_>>(4)?.0,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(run: &str, connection: Option<&str>, fingerprint: &str) -> KeptDiagnosis {
        KeptDiagnosis {
            run: run.to_owned(),
            at: "2026-11-22T12:00:00Z".parse().expect("a time"),
            connection: connection.map(str::to_owned),
            fingerprint: fingerprint.to_owned(),
            body: json!({ "headline": "8/8" }),
        }
    }

    #[test]
    fn the_one_before_is_of_the_same_token_or_the_same_connection() {
        let record = Record::in_memory().expect("a record");
        for (run, connection, fingerprint) in [
            ("1", None, "a"),
            ("2", Some("c"), "b"),
            ("3", None, "x"),
            ("4", Some("c"), "a"),
            ("5", None, "new"),
        ] {
            let kept = kept(run, connection, fingerprint);
            record.put_diagnosis(&kept).expect("kept");
        }
        let before = |run: &str| {
            let found = record.diagnoses_before(run, 10).expect("an answer");
            found.into_iter().map(|found| found.run).collect::<Vec<_>>()
        };
        assert_eq!(before("4"), ["2", "1"], "those of either, the newest first");
        assert!(before("5").is_empty(), "nothing is known of a new token");
        let newest = record.diagnoses_before("4", 1).expect("an answer");
        assert_eq!(newest.len(), 1, "no more than was asked for");
    }

    #[test]
    fn the_oldest_go_first() {
        let record = Record::in_memory().expect("a record");
        for number in 0..=KEPT {
            let kept = kept(&number.to_string(), None, "a");
            record.put_diagnosis(&kept).expect("kept");
        }
        assert_eq!(record.diagnosis("0").expect("an answer"), None);
        assert!(record.diagnosis("1").expect("an answer").is_some());
    }
}
