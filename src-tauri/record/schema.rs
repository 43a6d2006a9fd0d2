//! The tables, and how a file of an older version becomes one of this.

use rusqlite::{Connection as Db, TransactionBehavior};

use super::Error;

/// Each step takes the file one version on. Steps are only ever added.
const STEPS: &[&str] = &[
    "
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE run (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    profile TEXT NOT NULL,
    account TEXT,
    began TEXT NOT NULL,
    ended TEXT,
    how TEXT
) STRICT;

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL REFERENCES run (id),
    at TEXT NOT NULL,
    step TEXT NOT NULL,
    phase TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX journal_of_run ON journal (run, seq);

CREATE TABLE offer (
    token_name TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE TABLE connection (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    profile TEXT NOT NULL,
    platform TEXT NOT NULL,
    platform_address TEXT,
    account_id TEXT NOT NULL,
    account_name TEXT NOT NULL,
    project TEXT,
    token_id TEXT NOT NULL,
    token_name TEXT NOT NULL,
    token_kind TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    policy TEXT NOT NULL,
    expires_on TEXT,
    allow_ip TEXT NOT NULL,
    connected_on TEXT NOT NULL,
    delivery TEXT NOT NULL,
    receipt_code TEXT,
    nonce TEXT,
    vault TEXT NOT NULL,
    broad_left TEXT,
    choices TEXT NOT NULL
) STRICT;

CREATE TABLE activity (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    run TEXT,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    result TEXT NOT NULL,
    request TEXT,
    hash BLOB NOT NULL
) STRICT;
",
    "
CREATE TABLE diagnosis (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    connection TEXT,
    fingerprint TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
",
    "
CREATE TABLE watch (
    connection TEXT PRIMARY KEY REFERENCES connection (id) ON DELETE CASCADE,
    checked_on TEXT,
    fingerprint TEXT,
    body TEXT,
    delivered_on TEXT,
    delivered_since INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE reminder (
    connection TEXT NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    what TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (connection, what)
) STRICT;
",
    "
ALTER TABLE connection ADD COLUMN person TEXT;
",
    "
ALTER TABLE connection ADD COLUMN extras TEXT NOT NULL DEFAULT '[]';
",
];

/// Sets the connection up and brings the file to this version.
pub(super) fn prepare(db: &mut Db) -> Result<(), Error> {
    // Asked first, so that the file of a newer version is not touched at all.
    check_version(db)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // Two processes may start at once: the second waits here, and then finds nothing to do.
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = check_version(&transaction)?;
    for (version, step) in (1_i64..).zip(STEPS).skip(done) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    transaction.commit()?;
    Ok(())
}

/// How many of the steps are done.
fn check_version(db: &Db) -> Result<usize, Error> {
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match usize::try_from(found) {
        Ok(done) if done <= STEPS.len() => Ok(done),
        _ => Err(Error::Newer(found)),
    }
}
