//! One window at a time on one data folder: a lock that ends with its process, and a file by which a second start asks
//! the first to come to the front.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;

use super::store::make_private;
use super::{Error, Record};

const LOCK: &str = "window.lock";
const KNOCK: &str = "window.knock";

/// Held by the one window; freed when it is dropped, and by the system when its process dies.
#[derive(Debug)]
pub struct Place {
    #[expect(dead_code, reason = "held for its lock")]
    lock: Option<File>,
    knock: Option<PathBuf>,
}

impl Place {
    /// Whether another start has asked for the window since this was last asked.
    pub fn was_knocked(&self) -> bool {
        self.knock
            .as_ref()
            .is_some_and(|knock| fs::remove_file(knock).is_ok())
    }
}

impl Record {
    /// Takes the window's place; nothing where another process holds it.
    ///
    /// A record in memory has no other process to share with, and always gives it.
    pub fn place(&self) -> Result<Option<Place>, Error> {
        let (Some(lock), Some(knock)) = (self.beside(LOCK), self.beside(KNOCK)) else {
            return Ok(Some(Place {
                lock: None,
                knock: None,
            }));
        };
        let unusable = |error| Error::Folder {
            folder: lock.clone(),
            error,
        };
        let file = make_private(&lock).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {
                let place = Place {
                    lock: Some(file),
                    knock: Some(knock),
                };
                // Whoever knocked at a window that is gone does not want this one.
                place.was_knocked();
                Ok(Some(place))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// Asks the window that is open to come to the front.
    pub fn knock(&self) -> Result<(), Error> {
        let Some(knock) = self.beside(KNOCK) else {
            return Ok(());
        };
        make_private(&knock)
            .map(drop)
            .map_err(|error| Error::Folder {
                folder: knock,
                error,
            })
    }

    /// Whether the window that is open has heard the knock.
    pub fn was_heard(&self) -> bool {
        self.beside(KNOCK).is_none_or(|knock| !knock.exists())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_window_on_one_folder_knocks_and_one_on_another_opens() {
        let (folder, other) = (tempfile::tempdir(), tempfile::tempdir());
        let (folder, other) = (folder.expect("a folder"), other.expect("a folder"));
        let open = |folder: &tempfile::TempDir| Record::open(folder.path()).expect("opens");
        let (first, second) = (open(&folder), open(&folder));
        let place = first.place().expect("asks").expect("nobody else is there");
        assert!(second.place().expect("asks").is_none(), "one at a time");
        assert!(
            open(&other).place().expect("asks").is_some(),
            "another folder is another application"
        );
        assert!(!place.was_knocked());
        second.knock().expect("knocks");
        assert!(!second.was_heard(), "nobody has looked yet");
        assert!(place.was_knocked());
        assert!(second.was_heard());
        assert!(!place.was_knocked(), "each knock is heard once");

        second.knock().expect("knocks");
        drop(place);
        let place = second.place().expect("asks").expect("it is free again");
        assert!(
            !place.was_knocked(),
            "an old knock was for the window before"
        );
    }
}
