//! The ways in which remembering fails.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::problem::{Next, Problem};
use crate::random::NoRandomness;

/// Why the record could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be made, or not be written to.
    #[error("{}: {error}", folder.display())]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// The system's answer.
        error: io::Error,
    },
    /// The file cannot be opened or written; SQLite's words.
    #[error("the record cannot be written: {0}")]
    Unwritable(rusqlite::Error),
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The file is damaged, or not a record at all; SQLite's words.
    #[error("the record is damaged: {0}")]
    Damaged(rusqlite::Error),
    /// The file was written by a newer version, whose number this is.
    #[error("record of version {0}")]
    Newer(i64),
    /// Another process kept the record busy for more than five seconds.
    #[error("another process keeps the record busy")]
    Busy,
    /// A run of this id was never begun.
    #[error("there is no run `{0}`")]
    UnknownRun(String),
    /// SQLite failed in another way.
    #[error("the record failed: {0}")]
    Sqlite(rusqlite::Error),
    /// The system gave no random bytes.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as Sqlite;
        let unreadable = matches!(
            error,
            Sqlite::FromSqlConversionFailure(..)
                | Sqlite::InvalidColumnType(..)
                | Sqlite::IntegralValueOutOfRange(..)
        );
        match error.sqlite_error_code() {
            _ if unreadable => Self::Damaged(error),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(
                ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::SystemIoFailure,
            ) => Self::Unwritable(error),
            _ => Self::Sqlite(error),
        }
    }
}

impl Error {
    /// What a person sees, and the one thing to do.
    pub fn problem(&self) -> Problem {
        let (code, message, hint, next) = match self {
            Self::Folder { .. } => (
                "record-folder-unusable",
                "The folder in which Narrows remembers your connections cannot be used.",
                "See to it that the folder is yours and can be written to, then try again.",
                Next::Retry,
            ),
            Self::Unwritable(_) => (
                "record-unwritable",
                "The file in which Narrows remembers your connections cannot be written.",
                "See to it that the file is yours and can be written to, then try again.",
                Next::Retry,
            ),
            Self::Full => (
                "disk-full",
                "The disk is full.",
                "Make room, then try again.",
                Next::Retry,
            ),
            Self::Damaged(_) => (
                "record-damaged",
                "The file in which Narrows remembers your connections is damaged.",
                "Put back a copy of it, or move it away and start over; tokens stay in the keychain.",
                Next::StartOver,
            ),
            Self::Newer(_) => (
                "record-newer",
                "Your connections were last used with a newer version of Narrows.",
                "Update Narrows.",
                Next::Retry,
            ),
            Self::Busy => (
                "record-busy",
                "Another Narrows is writing at this moment.",
                "Wait for it to finish or close it, then try again.",
                Next::Retry,
            ),
            Self::UnknownRun(_) => (
                "unknown-run",
                "This run is not known any more.",
                "Start over.",
                Next::StartOver,
            ),
            Self::Sqlite(_) => (
                "record-failed",
                "Narrows could not remember what it did.",
                "Try again; the details say what broke.",
                Next::Retry,
            ),
            Self::Random(error) => return error.problem(),
        };
        Problem::new(code, message, hint, next).with_evidence(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sqlite(code: i32) -> Error {
        rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None).into()
    }

    #[test]
    fn every_error_has_its_own_code_and_one_next_action() {
        use rusqlite::ffi;
        let folder = Error::Folder {
            folder: PathBuf::from("/nowhere"),
            error: io::Error::other("no such place"),
        };
        let table = [
            (folder, "record-folder-unusable", Next::Retry),
            (
                sqlite(ffi::SQLITE_READONLY),
                "record-unwritable",
                Next::Retry,
            ),
            (
                sqlite(ffi::SQLITE_CANTOPEN),
                "record-unwritable",
                Next::Retry,
            ),
            (sqlite(ffi::SQLITE_IOERR), "record-unwritable", Next::Retry),
            (sqlite(ffi::SQLITE_FULL), "disk-full", Next::Retry),
            (
                sqlite(ffi::SQLITE_CORRUPT),
                "record-damaged",
                Next::StartOver,
            ),
            (
                sqlite(ffi::SQLITE_NOTADB),
                "record-damaged",
                Next::StartOver,
            ),
            (Error::Newer(99), "record-newer", Next::Retry),
            (sqlite(ffi::SQLITE_BUSY), "record-busy", Next::Retry),
            (sqlite(ffi::SQLITE_LOCKED), "record-busy", Next::Retry),
            (
                Error::UnknownRun("r1".to_owned()),
                "unknown-run",
                Next::StartOver,
            ),
            (sqlite(ffi::SQLITE_MISUSE), "record-failed", Next::Retry),
        ];
        for (error, code, next) in table {
            let problem = error.problem();
            assert_eq!(problem.code, code, "codes are stable: {error:?}");
            assert_eq!(problem.next, next, "the button of {code}");
            assert!(problem.evidence.is_some(), "{code} shows what was seen");
        }
    }
}
