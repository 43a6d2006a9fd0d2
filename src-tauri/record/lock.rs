//! One run at a time for an account, over all processes of an installation.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::store::make_private;
use super::{Error, Record};

/// Held while a run is under way; freed when it is dropped, and by the system when its process dies.
#[derive(Debug)]
pub struct RunLock {
    file: Option<File>,
    /// Held by every run together, and by whoever must be alone with all that is kept.
    house: Option<File>,
    /// The file that goes with the lock, where nobody waits for it.
    gone: Option<PathBuf>,
}

impl RunLock {
    fn over(file: Option<File>) -> Self {
        Self {
            file,
            house: None,
            gone: None,
        }
    }
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
        self.take(name, File::try_lock)
    }

    /// Marks a run as one that a living process works on, for as long as the lock is held; nothing where another
    /// process does, or where one moves or forgets all that is kept.
    pub fn hold_run(&self, run: &str) -> Result<Option<RunLock>, Error> {
        let name = of_run(run);
        let held = self.lock_in_house(&name)?;
        Ok(held.map(|mut lock| {
            lock.gone = self.lock_file(&name);
            lock
        }))
    }

    /// Takes the lock of this name for something that reads and writes what is kept; nothing where it is held
    /// already, or where a process moves or forgets all that is kept.
    pub fn lock_in_house(&self, name: &str) -> Result<Option<RunLock>, Error> {
        let Some(mut house) = self.take(HOUSE, File::try_lock_shared)? else {
            return Ok(None);
        };
        let mut held = self.lock(name)?;
        for _ in 0..LOOKS {
            if held.is_some() {
                break;
            }
            // Whoever only asks whether the run is held has the lock for a moment.
            thread::sleep(LOOK);
            held = self.lock(name)?;
        }
        Ok(held.map(|mut lock| {
            lock.house = house.file.take();
            lock
        }))
    }

    /// Keeps every run of every process away; nothing where one is going on.
    pub fn lock_all(&self) -> Result<Option<RunLock>, Error> {
        self.take(HOUSE, File::try_lock)
    }

    fn take(
        &self,
        name: &str,
        take: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> Result<Option<RunLock>, Error> {
        let Some(path) = self.lock_file(name) else {
            return Ok(Some(RunLock::over(None)));
        };
        loop {
            let file = make_private(&path).map_err(unusable(&path))?;
            match take(&file) {
                Ok(()) if is_at(&file, &path) => return Ok(Some(RunLock::over(Some(file)))),
                // It went with the one who held it before; whoever comes next makes another.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(unusable(&path)(error)),
            }
        }
    }

    /// Whether a living process works on this run.
    pub fn run_is_held(&self, run: &str) -> Result<bool, Error> {
        let Some(path) = self.lock_file(&of_run(run)) else {
            return Ok(false);
        };
        // Not made here: a file that is only looked at must not be left behind.
        match OpenOptions::new().read(true).write(true).open(&path) {
            // Shared, so that two who ask do not take each other for one who works on it.
            Ok(file) => Ok(matches!(
                file.try_lock_shared(),
                Err(TryLockError::WouldBlock)
            )),
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

/// The lock that every run holds together with the others.
const HOUSE: &str = "house";

/// How often, and how long apart, a run's lock is tried that somebody else has.
const LOOKS: u32 = 20;
const LOOK: Duration = Duration::from_millis(10);

/// Whether this open file is still the one that others find under its path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(held), Ok(found)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (held.dev(), held.ino()) == (found.dev(), found.ino())
}

/// Elsewhere a file that is open does not go.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
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
