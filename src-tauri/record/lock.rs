//! One run at a time for an account, over all processes of an installation.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::{Error, Record, make_private};

/// Held while a run is under way; freed when it is dropped, and by the system when its process dies.
#[derive(Debug)]
pub struct RunLock {
    _file: Option<File>,
    /// The file that goes with the lock, where nobody waits for it.
    gone: Option<PathBuf>,
}

impl Drop for RunLock {
    fn drop(&mut self) {
        if let Some(path) = &self.gone {
            // One that stays says nothing: what counts is who holds it.
            let _ = fs::remove_file(path);
        }
    }
}

impl Record {
    /// Takes the lock of this name, made of letters, digits and hyphens; nothing where it is held already.
    ///
    /// A record in memory has no other process to share with, and always gives it.
    pub fn lock(&self, name: &str) -> Result<Option<RunLock>, Error> {
        let Some(path) = self.lock_file(name) else {
            return Ok(Some(RunLock {
                _file: None,
                gone: None,
            }));
        };
        let file = make_private(&path).map_err(unusable(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(RunLock {
                _file: Some(file),
                gone: None,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unusable(&path)(error)),
        }
    }

    /// Marks a run as one that a living process works on, for as long as the lock is held; nothing where another does.
    pub fn hold_run(&self, run: &str) -> Result<Option<RunLock>, Error> {
        let name = of_run(run);
        let held = self.lock(&name)?;
        Ok(held.map(|mut lock| {
            lock.gone = self.lock_file(&name);
            lock
        }))
    }

    /// Whether a living process works on this run.
    pub fn run_is_held(&self, run: &str) -> Result<bool, Error> {
        let Some(path) = self.lock_file(&of_run(run)) else {
            return Ok(false);
        };
        // Not made here: a file that is only looked at must not be left behind.
        match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => Ok(matches!(file.try_lock(), Err(TryLockError::WouldBlock))),
            Err(_) => Ok(false),
        }
    }

    fn lock_file(&self, name: &str) -> Option<PathBuf> {
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        self.beside(&format!("{name}.lock"))
    }
}

fn of_run(run: &str) -> String {
    format!("run-{run}")
}

fn unusable(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    move |error| Error::Folder {
        folder: path.to_owned(),
        error,
    }
}
