//! Where secrets rest: the keychain of the operating system, or a file sealed with a passphrase.
//!
//! What enters: a [`Secret`] and the [`Item`] it is kept as. What comes out: the same value, or an [`Error`] that says
//! which of the ways to fail it was. What is put is read back and compared before [`Vault::put`] says that it is kept.
//!
//! This room never chooses: a keychain that is absent or locked is an error, and using a file instead is a person's act.
//! Nothing here is written to a log.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keyring_core::CredentialStore;
use serde::{Deserialize, Serialize};

use crate::random;
use crate::secret::Secret;

mod error;
mod file;
mod item;
mod keychain;
mod sealed;
mod turn;

pub use error::Error;
pub use item::Item;

use file::SealedFile;
use keychain::Keychain;

/// A place that keeps secrets. Clones are the same place.
#[derive(Clone)]
pub struct Vault(Place);

/// The two kinds of vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(export, export_to = "types.ts"))]
#[serde(rename_all = "kebab-case")]
pub enum VaultKind {
    /// The keychain of the operating system.
    Keychain,
    /// A file sealed with a passphrase.
    File,
}

/// What a vault tells of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Keychain or sealed file.
    pub kind: VaultKind,
    /// The store's own name, or the file's path.
    pub store: String,
    /// Whether what is kept outlives this session; nothing where the store does not tell.
    pub persists: Option<bool>,
}

/// A self-test that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelfTest {
    /// What writing, reading and deleting a random value took.
    pub elapsed: Duration,
}

#[derive(Clone)]
enum Place {
    Keychain(Keychain),
    File(SealedFile),
}

impl Vault {
    /// The keychain of this computer. Nothing is touched yet.
    ///
    /// `namespace` keeps installations apart: items belong to the service "Narrows" where it is empty, and to
    /// "Narrows (sandbox)" where it is `sandbox`.
    pub fn keychain(namespace: &str) -> Self {
        Self(Place::Keychain(Keychain::of_the_system(namespace)))
    }

    /// A file sealed with `passphrase`, which is made where there is none and unlocked where there is one.
    ///
    /// The folder must exist. Making or unlocking takes a tenth of a second or so of computing and 64 MiB of memory.
    pub async fn file(path: PathBuf, passphrase: Secret) -> Result<Self, Error> {
        let sealed = SealedFile::open(path, passphrase).await?;
        Ok(Self(Place::File(sealed)))
    }

    /// A keychain that lives in memory, for tests.
    #[doc(hidden)]
    pub fn mock() -> Result<Self, Error> {
        let store = keyring_core::mock::Store::new().map_err(Error::opening)?;
        Ok(Self::over(store))
    }

    /// A keychain over a given store, for tests that need one that fails.
    #[doc(hidden)]
    pub fn over(store: Arc<CredentialStore>) -> Self {
        Self(Place::Keychain(Keychain::over(
            store,
            turn::Limits::default(),
        )))
    }

    /// Keeps `value` as `item`, in place of what was kept so before.
    ///
    /// Returns once the value was read back and found equal; [`Error::Lost`] where it was not.
    pub async fn put(&self, item: &Item, value: &Secret) -> Result<(), Error> {
        match &self.0 {
            Place::Keychain(keychain) => keychain.put(item, value).await?,
            Place::File(file) => file.put(item, value).await?,
        }
        match self.get(item).await? {
            Some(kept) if kept.same_as(value) => Ok(()),
            _ => Err(Error::Lost),
        }
    }

    /// What is kept as `item`, if anything is.
    pub async fn get(&self, item: &Item) -> Result<Option<Secret>, Error> {
        match &self.0 {
            Place::Keychain(keychain) => keychain.get(item).await,
            Place::File(file) => file.get(item).await,
        }
    }

    /// Forgets `item`; false where it was not kept.
    pub async fn delete(&self, item: &Item) -> Result<bool, Error> {
        match &self.0 {
            Place::Keychain(keychain) => keychain.delete(item).await,
            Place::File(file) => file.delete(item).await,
        }
    }

    /// The names of everything that is kept here, as [`Item::account`] makes them; nothing where the store cannot list.
    pub async fn names(&self) -> Result<Option<Vec<String>>, Error> {
        match &self.0 {
            Place::Keychain(keychain) => keychain.names().await,
            Place::File(file) => file.names().await.map(Some),
        }
    }

    /// Removes a sealed file in which nothing is left; whether it did. A keychain stays.
    pub async fn remove_if_empty(&self) -> Result<bool, Error> {
        match &self.0 {
            Place::Keychain(_) => Ok(false),
            Place::File(file) => file.remove_if_empty().await,
        }
    }

    /// Writes a random value under a random name, reads it back and deletes it.
    pub async fn self_test(&self) -> Result<SelfTest, Error> {
        let began = Instant::now();
        let item = Item::self_test()?;
        let value = Secret::new(random::word::<10>()?);
        let kept = self.put(&item, &value).await;
        // A value that could not be read back may still be there.
        if matches!(kept, Err(Error::Silent)) {
            // The write may come through once a prompt is answered; nobody should wait for that a second time.
            let vault = self.clone();
            tokio::spawn(async move { vault.delete(&item).await });
            return Err(Error::Silent);
        }
        let deleted = self.delete(&item).await;
        kept?;
        if !deleted? {
            return Err(Error::Lost);
        }
        Ok(SelfTest {
            elapsed: began.elapsed(),
        })
    }

    /// Keychain or sealed file.
    pub fn kind(&self) -> VaultKind {
        match &self.0 {
            Place::Keychain(_) => VaultKind::Keychain,
            Place::File(_) => VaultKind::File,
        }
    }

    /// What this vault tells of itself. A keychain that cannot be opened is named all the same.
    pub async fn describe(&self) -> Description {
        match &self.0 {
            Place::Keychain(keychain) => Description {
                kind: VaultKind::Keychain,
                store: keychain.name().to_owned(),
                persists: keychain.persists().await,
            },
            Place::File(file) => Description {
                kind: VaultKind::File,
                store: file.path().display().to_string(),
                persists: Some(true),
            },
        }
    }
}
