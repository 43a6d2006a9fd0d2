//! Runs, what each has done so far, and the links that were shown.
//!
//! The journal is what a crash leaves: an intent is noted before each outside effect, and its end after it.

use jiff::Timestamp;
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::column::{At, Json, Word, Worded};
use super::{Error, Record};

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// A new connection.
    Connect,
    /// A new token for a connection.
    Rotate,
    /// The end of a connection.
    Disconnect,
    /// Tokens of ours that nothing uses are deleted.
    Sweep,
    /// A kept token is handed to the platform once more.
    Deliver,
}

impl Word for RunKind {
    const ALL: &'static [Self] = &[
        Self::Connect,
        Self::Rotate,
        Self::Disconnect,
        Self::Sweep,
        Self::Deliver,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Rotate => "rotate",
            Self::Disconnect => "disconnect",
            Self::Sweep => "sweep",
            Self::Deliver => "deliver",
        }
    }
}

/// A run that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// Its id, made by the caller.
    pub id: String,
    /// What it is for.
    pub kind: RunKind,
    /// The profile's id.
    pub profile: String,
    /// When it began.
    pub began: Timestamp,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub kind: RunKind,
    /// The profile's id.
    pub profile: String,
    /// The account's id, once it was nominated.
    pub account: Option<String>,
    /// When it began.
    pub began: Timestamp,
    /// When it ended; nothing while it is open.
    pub ended: Option<Timestamp>,
    /// How it ended, in the word of whoever ended it; nothing while it is open.
    pub how: Option<String>,
}

/// Where an outside effect stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It is about to be caused.
    Intent,
    /// It was caused.
    Done,
    /// It was not caused, for certain.
    Failed,
}

impl Word for Phase {
    const ALL: &'static [Self] = &[Self::Intent, Self::Done, Self::Failed];

    fn word(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Grows with each line.
    pub seq: i64,
    /// When it was noted.
    pub at: Timestamp,
    /// The step, in the word of whoever noted it.
    pub step: String,
    /// Where the step stands.
    pub phase: Phase,
    /// Names and ids that a cleaning will need.
    pub detail: Value,
}

/// A link that was shown, for a token of a known name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The run that showed it.
    pub run: String,
    /// When.
    pub at: Timestamp,
}

const RUN: &str = "SELECT id, kind, profile, account, began, ended, how FROM run";

impl Record {
    /// Sets the setting of this name and value, says of every connection that its token rests in `vault`, and notes
    /// the same as `step` in the journal of every run that has not ended: all of it or nothing.
    pub fn move_vault(
        &self,
        setting: (&str, &str),
        vault: &str,
        step: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let detail = json!({ "vault": vault });
        self.write(|db| {
            db.execute(
                "INSERT INTO setting (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                setting,
            )?;
            db.execute("UPDATE connection SET vault = ?1", [vault])?;
            db.execute(
                "INSERT INTO journal (run, at, step, phase, detail)
                 SELECT id, ?1, ?2, ?3, ?4 FROM run WHERE ended IS NULL",
                (At(at), step, Worded(Phase::Done), Json(&detail)),
            )?;
            Ok(())
        })
    }

    /// Begins a run. An id that was used already is an error.
    pub fn begin_run(&self, run: &NewRun) -> Result<(), Error> {
        self.db().execute(
            "INSERT INTO run (id, kind, profile, began) VALUES (?1, ?2, ?3, ?4)",
            (&run.id, Worded(run.kind), &run.profile, At(run.began)),
        )?;
        Ok(())
    }

    /// The run of this id.
    pub fn run(&self, id: &str) -> Result<Option<Run>, Error> {
        let sql = format!("{RUN} WHERE id = ?1");
        Ok(self.db().query_row(&sql, [id], read_run).optional()?)
    }

    /// Notes which account the run is about.
    pub fn update_run_account(&self, run: &str, account: &str) -> Result<(), Error> {
        let changed = self
            .db()
            .execute("UPDATE run SET account = ?2 WHERE id = ?1", (run, account))?;
        known(run, changed)
    }

    /// Ends a run. One that has ended already keeps its first end.
    pub fn finish_run(&self, run: &str, how: &str, at: Timestamp) -> Result<(), Error> {
        let changed = self.db().execute(
            "UPDATE run SET ended = coalesce(ended, ?3), how = coalesce(how, ?2) WHERE id = ?1",
            (run, how, At(at)),
        )?;
        known(run, changed)
    }

    /// Runs that have not ended, oldest first. Those of other processes that still work are among them.
    pub fn unfinished(&self) -> Result<Vec<Run>, Error> {
        let sql = format!("{RUN} WHERE ended IS NULL ORDER BY seq");
        let db = self.db();
        let mut statement = db.prepare(&sql)?;
        let runs = statement.query_map([], read_run)?;
        Ok(runs.collect::<Result<_, _>>()?)
    }

    /// Adds a line to the journal of a run that was begun. It is on the disk when this returns.
    pub fn note(
        &self,
        run: &str,
        step: &str,
        phase: Phase,
        detail: &Value,
        at: Timestamp,
    ) -> Result<(), Error> {
        let added = self.db().execute(
            "INSERT INTO journal (run, at, step, phase, detail)
             SELECT id, ?2, ?3, ?4, ?5 FROM run WHERE id = ?1",
            (run, At(at), step, Worded(phase), Json(detail)),
        )?;
        known(run, added)
    }

    /// The journal of a run, in the order in which it was noted.
    pub fn journal(&self, run: &str) -> Result<Vec<Entry>, Error> {
        let db = self.db();
        let mut statement = db.prepare(
            "SELECT seq, at, step, phase, detail FROM journal WHERE run = ?1 ORDER BY seq",
        )?;
        let entries = statement.query_map([run], |row| {
            Ok(Entry {
                seq: row.get(0)?,
                at: row.get::<_, At>(1)?.0,
                step: row.get(2)?,
                phase: row.get::<_, Worded<_>>(3)?.0,
                detail: row.get::<_, Json<_>>(4)?.0,
            })
        })?;
        Ok(entries.collect::<Result<_, _>>()?)
    }

    /// Notes that a link for a token of this name was shown, so that the token is known as ours when it comes.
    pub fn offer(&self, run: &str, token_name: &str, at: Timestamp) -> Result<(), Error> {
        self.db().execute(
            "INSERT INTO offer (token_name, run, at) VALUES (?1, ?2, ?3)
             ON CONFLICT (token_name) DO UPDATE SET run = excluded.run, at = excluded.at",
            (token_name, run, At(at)),
        )?;
        Ok(())
    }

    /// Who offered a token of this name, if this installation did.
    pub fn offered(&self, token_name: &str) -> Result<Option<Offer>, Error> {
        Ok(self
            .db()
            .query_row(
                "SELECT run, at FROM offer WHERE token_name = ?1",
                [token_name],
                |row| {
                    Ok(Offer {
                        run: row.get(0)?,
                        at: row.get::<_, At>(1)?.0,
                    })
                },
            )
            .optional()?)
    }
}

fn read_run(row: &rusqlite::Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: row.get(0)?,
        kind: row.get::<_, Worded<_>>(1)?.0,
        profile: row.get(2)?,
        account: row.get(3)?,
        began: row.get::<_, At>(4)?.0,
        ended: row.get::<_, Option<At>>(5)?.map(|at| at.0),
        how: row.get(6)?,
    })
}

fn known(run: &str, rows: usize) -> Result<(), Error> {
    if rows == 0 {
        return Err(Error::UnknownRun(run.to_owned()));
    }
    Ok(())
}
