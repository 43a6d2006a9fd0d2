//! The ways in which keeping a secret fails.

use std::io;

use crate::problem::{Next, Problem};
use crate::random::NoRandomness;

/// Why a vault could not do what was asked.
///
/// No variant holds a value: what the stores attach to their errors is reduced to words.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no keychain to talk to; the evidence is the system's own words.
    #[error("there is no keychain here: {0}")]
    Absent(String),
    /// The keychain is locked, or refused to be unlocked.
    #[error("the keychain is locked: {0}")]
    Locked(String),
    /// The keychain did not answer in time.
    #[error("the keychain did not answer in time")]
    Silent,
    /// What was written does not read back.
    #[error("what was written does not read back")]
    Lost,
    /// The keychain keeps no value of this length.
    #[error("the keychain keeps at most {limit} bytes")]
    TooLarge {
        /// The longest value it keeps, in bytes.
        limit: u32,
    },
    /// The keychain failed in another way.
    #[error("the keychain failed: {0}")]
    Keychain(String),
    /// The passphrase has fewer than [`Error::SHORTEST_PASSPHRASE`] characters.
    #[error("the passphrase is too short")]
    ShortPassphrase,
    /// The passphrase is not the file's.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The file is not a sealed file of ours.
    #[error("not a sealed file: {0}")]
    Foreign(&'static str),
    /// The file was written by a newer version.
    #[error("sealed file of version {0}")]
    Newer(u16),
    /// The file was cut or changed.
    #[error("the sealed file is damaged: {0}")]
    Damaged(&'static str),
    /// The file is no longer the one that was unlocked.
    #[error("the sealed file was removed or replaced")]
    Replaced,
    /// The file could not be read or written.
    #[error("{doing} the sealed file: {error}")]
    Disk {
        /// What was being done, such as `reading`.
        doing: &'static str,
        /// The system's answer.
        error: io::Error,
    },
    /// The system gave no random bytes.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

impl Error {
    /// Characters that a passphrase must have at least.
    pub const SHORTEST_PASSPHRASE: usize = 8;

    pub(super) fn disk(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Disk { doing, error }
    }

    /// An error of a store that could not even be opened.
    pub(super) fn opening(error: keyring_core::Error) -> Self {
        match error {
            keyring_core::Error::PlatformFailure(error) => Self::Absent(error.to_string()),
            other => other.into(),
        }
    }

    /// What a person sees, and the one thing to do.
    pub fn problem(&self) -> Problem {
        let (code, message, hint, next) = match self {
            Self::Absent(_) => (
                "keychain-absent",
                "This computer has no keychain that Narrows can reach.",
                "Start your desktop's keychain service, or choose a sealed file instead.",
                Next::ChooseVault,
            ),
            Self::Locked(_) => (
                "keychain-locked",
                "The keychain is locked.",
                "Unlock it and try again, or choose a sealed file instead.",
                Next::ChooseVault,
            ),
            Self::Silent => (
                "keychain-silent",
                "The keychain did not answer within ten seconds.",
                "Look for a window that asks for your password, answer it, and try again.",
                Next::Retry,
            ),
            Self::Lost => (
                "vault-lost",
                "What was written does not read back, so it would not be kept.",
                "Choose another place to keep the token.",
                Next::ChooseVault,
            ),
            Self::TooLarge { .. } => (
                "keychain-too-large",
                "The keychain does not keep a value of this length.",
                "Choose a sealed file instead.",
                Next::ChooseVault,
            ),
            Self::Keychain(_) => (
                "keychain-failed",
                "The keychain failed.",
                "Try again, or choose a sealed file instead.",
                Next::ChooseVault,
            ),
            Self::ShortPassphrase => (
                "passphrase-short",
                "The passphrase has fewer than eight characters.",
                "Choose a longer one; four words are good.",
                Next::ChooseVault,
            ),
            Self::WrongPassphrase => (
                "passphrase-wrong",
                "The passphrase does not open the sealed file.",
                "Type it again.",
                Next::ChooseVault,
            ),
            Self::Foreign(_) => (
                "sealed-file-foreign",
                "The file is not a sealed file that Narrows wrote.",
                "Move it away, or choose another place to keep the token.",
                Next::ChooseVault,
            ),
            Self::Newer(_) => (
                "sealed-file-newer",
                "The sealed file was written by a newer version of Narrows.",
                "Update Narrows, or choose another place to keep the token.",
                Next::ChooseVault,
            ),
            Self::Damaged(_) => (
                "sealed-file-damaged",
                "The sealed file is damaged and was left as it is.",
                "Put back a copy of it, or move it away and connect again.",
                Next::ChooseVault,
            ),
            Self::Replaced => (
                "sealed-file-replaced",
                "The sealed file was removed or replaced since it was unlocked.",
                "Unlock it again.",
                Next::ChooseVault,
            ),
            Self::Disk { .. } => (
                "sealed-file-unusable",
                "The sealed file could not be read or written.",
                "Make room and see to it that the folder is yours, then try again.",
                Next::Retry,
            ),
            Self::Random(error) => return error.problem(),
        };
        Problem::new(code, message, hint, next).with_evidence(self.to_string())
    }
}

impl From<keyring_core::Error> for Error {
    fn from(error: keyring_core::Error) -> Self {
        use keyring_core::Error as Store;
        match error {
            Store::NoStorageAccess(error) => Self::Locked(error.to_string()),
            Store::PlatformFailure(error) => Self::Keychain(error.to_string()),
            Store::TooLong(_, limit) => Self::TooLarge { limit },
            Store::Ambiguous(entries) => {
                Self::Keychain(format!("{} items of the same name", entries.len()))
            }
            // Both carry what is stored, which must not be shown.
            Store::BadEncoding(_) | Store::BadDataFormat(..) => {
                Self::Keychain("what is stored is not ours".to_owned())
            }
            other => Self::Keychain(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_own_code_and_one_next_action() {
        let disk = Error::disk("reading")(io::Error::other("no room"));
        let text = || "the system's words".to_owned();
        let table = [
            (Error::Absent(text()), "keychain-absent", Next::ChooseVault),
            (Error::Locked(text()), "keychain-locked", Next::ChooseVault),
            (Error::Silent, "keychain-silent", Next::Retry),
            (Error::Lost, "vault-lost", Next::ChooseVault),
            (
                Error::TooLarge { limit: 2560 },
                "keychain-too-large",
                Next::ChooseVault,
            ),
            (
                Error::Keychain(text()),
                "keychain-failed",
                Next::ChooseVault,
            ),
            (
                Error::ShortPassphrase,
                "passphrase-short",
                Next::ChooseVault,
            ),
            (
                Error::WrongPassphrase,
                "passphrase-wrong",
                Next::ChooseVault,
            ),
            (
                Error::Foreign("its first bytes"),
                "sealed-file-foreign",
                Next::ChooseVault,
            ),
            (Error::Newer(7), "sealed-file-newer", Next::ChooseVault),
            (
                Error::Damaged("its end"),
                "sealed-file-damaged",
                Next::ChooseVault,
            ),
            (Error::Replaced, "sealed-file-replaced", Next::ChooseVault),
            (disk, "sealed-file-unusable", Next::Retry),
        ];
        for (error, code, next) in table {
            let problem = error.problem();
            assert_eq!(problem.code, code, "codes are stable: {error:?}");
            assert_eq!(problem.next, next, "the button of {code}");
            assert!(
                problem.evidence.is_some_and(|seen| !seen.is_empty()),
                "{code} shows what was seen"
            );
        }
    }

    #[test]
    fn what_a_store_returned_by_mistake_is_never_shown() {
        let stored = b"cfut_example".to_vec();
        let errors = [
            keyring_core::Error::BadEncoding(stored.clone()),
            keyring_core::Error::BadDataFormat(stored, "cfut_example".into()),
        ];
        for error in errors {
            let error = Error::from(error);
            let shown = format!("{error:?} {error} {:?}", error.problem());
            assert!(!shown.contains("cfut"), "a value came out: {shown}");
            assert!(
                !shown.contains("99, 102, 117"),
                "its bytes came out: {shown}"
            );
        }
    }
}
