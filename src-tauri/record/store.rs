//! The file, and what every table is read and written through.

use super::error::Error;
use super::schema;
use crate::random;
use rusqlite::{Connection as Db, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};
use std::fs::TryLockError;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, thread};

pub(super) const FILE: &str = "narrows.db";

/// How long a call waits for another process that writes, or that is opening the record.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Between two looks whether another process has opened the record.
pub(super) const LOOK: Duration = Duration::from_millis(10);

/// The memory of one installation. Clones share one connection to the file; what reads for long takes one of its own.
#[derive(Clone)]
pub struct Record {
    db: Arc<Mutex<Db>>,
    folder: Option<Arc<Path>>,
}

impl Record {
    /// Opens the record in `folder`, making both where they are missing.
    ///
    /// A new folder and the file are its owner's alone (on Unix, modes 0700 and 0600).
    pub fn open(folder: &Path) -> Result<Self, Error> {
        Self::open_within(folder, PATIENCE)
    }

    pub(super) fn open_within(folder: &Path, patience: Duration) -> Result<Self, Error> {
        let unusable = |error| Error::Folder {
            folder: folder.to_owned(),
            error,
        };
        make_folder(folder).map_err(unusable)?;
        // Of several that switch a new file to write-ahead logging at once, SQLite fails all but one without waiting.
        let opening = make_private(&folder.join("opening.lock")).map_err(unusable)?;
        let end = Instant::now() + patience;
        loop {
            match opening.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < end => thread::sleep(LOOK),
                Err(TryLockError::WouldBlock) => return Err(Error::Busy),
                Err(TryLockError::Error(error)) => return Err(unusable(error)),
            }
        }
        let path = folder.join(FILE);
        // SQLite gives its side files the mode of this one.
        make_private(&path).map_err(unusable)?;
        Self::over(Db::open(path)?, Some(folder.into()))
    }

    /// A record that is gone when its last clone is.
    pub fn in_memory() -> Result<Self, Error> {
        Self::over(Db::open_in_memory()?, None)
    }

    pub(super) fn over(mut db: Db, folder: Option<Arc<Path>>) -> Result<Self, Error> {
        db.busy_timeout(PATIENCE)?;
        schema::prepare(&mut db)?;
        Ok(Self {
            db: Arc::new(Mutex::new(db)),
            folder,
        })
    }

    /// This installation's mark, which stands in the names of the tokens that it makes: eight lower-case letters and
    /// digits, chosen once at random.
    pub fn installation(&self) -> Result<String, Error> {
        const NAME: &str = "installation";
        let mark = random::word::<5>()?;
        self.write(|db| {
            db.execute(
                "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                (NAME, mark),
            )?;
            db.query_row("SELECT value FROM setting WHERE name = ?1", [NAME], |row| {
                row.get(0)
            })
        })
    }

    /// What a setting is set to.
    pub fn setting(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(self
            .db()
            .query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .optional()?)
    }

    /// Sets a setting. Settings are shown and exported: no secrets.
    pub fn set_setting(&self, name: &str, value: &str) -> Result<(), Error> {
        self.db().execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )?;
        Ok(())
    }

    /// Empties every table, and overwrites on the disk what stood there. The file itself stays.
    ///
    /// Where another process reads at this moment the rows are gone all the same, and only their overwriting fails.
    pub fn erase(&self) -> Result<(), Error> {
        self.db().execute_batch("PRAGMA secure_delete = ON")?;
        self.write(|db| {
            db.execute_batch("PRAGMA defer_foreign_keys = ON")?;
            let tables: Vec<String> = db
                .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for table in tables {
                db.execute_batch(&format!("DELETE FROM \"{table}\""))?;
            }
            db.execute_batch("DELETE FROM sqlite_sequence")
        })?;
        self.db()
            .execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(())
    }

    /// A connection of its own for reading that takes long, so that whoever writes meanwhile does not wait for it;
    /// nothing where the record lies in memory.
    pub(super) fn reader(&self) -> Result<Option<Db>, Error> {
        let Some(path) = self.beside(FILE) else {
            return Ok(None);
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Db::open_with_flags(path, flags)?;
        db.busy_timeout(PATIENCE)?;
        Ok(Some(db))
    }

    pub(super) fn db(&self) -> MutexGuard<'_, Db> {
        // A panic rolls its transaction back, so the connection is as good as before.
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of `change` or nothing, with no other writer in between.
    pub(super) fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let mut db = self.db();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = change(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    pub(super) fn beside(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(name))
    }
}

pub(super) fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes sure that the file is there and that only its owner can read it.
pub(super) fn make_private(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}
