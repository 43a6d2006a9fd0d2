//! One run at a time, over all processes of an installation.

use std::fs::{File, TryLockError};

use super::{Error, Record, make_private};

/// Held while a run is under way; freed when it is dropped, and by the system when its process dies.
#[derive(Debug)]
pub struct RunLock(#[expect(dead_code, reason = "held for its lock")] Option<File>);

impl Record {
    /// Takes the lock of this name, made of letters, digits and hyphens; nothing where it is held already.
    ///
    /// A record in memory has no other process to share with, and always gives it.
    pub fn lock_run(&self, name: &str) -> Result<Option<RunLock>, Error> {
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let Some(path) = self.beside(&format!("{name}.lock")) else {
            return Ok(Some(RunLock(None)));
        };
        let unusable = |error| Error::Folder {
            folder: path.clone(),
            error,
        };
        let file = make_private(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(RunLock(Some(file)))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }
}
