//! The keychain of the operating system, through `keyring-core` and the store of each system.
//!
//! The store is opened for each call: one that was opened while the keychain was locked stays useless.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::api::CredentialPersistence;
use keyring_core::{CredentialStore, Entry};
use zeroize::Zeroizing;

use super::turn::{Limits, Turn};
use super::{Error, Item};
use crate::secret::Secret;

#[cfg(target_os = "linux")]
const NAME: &str = "Secret Service";
#[cfg(target_os = "macos")]
const NAME: &str = "macOS Keychain";
#[cfg(target_os = "windows")]
const NAME: &str = "Windows Credential Manager";
#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
const NAME: &str = "no keychain";

/// The items of one service in a keychain.
#[derive(Clone)]
pub(super) struct Keychain {
    service: String,
    source: Source,
    turn: Turn,
}

#[derive(Clone)]
enum Source {
    System,
    Given(Arc<CredentialStore>),
}

impl Keychain {
    pub(super) fn of_the_system(namespace: &str) -> Self {
        let service = if namespace.is_empty() {
            "Narrows".to_owned()
        } else {
            format!("Narrows ({namespace})")
        };
        Self {
            service,
            source: Source::System,
            turn: Turn::shared(),
        }
    }

    pub(super) fn over(store: Arc<CredentialStore>, limits: Limits) -> Self {
        Self {
            service: "Narrows (given store)".to_owned(),
            source: Source::Given(store),
            turn: Turn::separate(limits),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self.source {
            Source::System => NAME,
            Source::Given(_) => "given store",
        }
    }

    pub(super) async fn put(&self, item: &Item, value: &Secret) -> Result<(), Error> {
        // As bytes, since the Windows store would count text twice against its 2,560; the bytes are UTF-8 for the
        // sake of KDE's wallet.
        let value = value.to_bytes();
        self.with(item, move |entry| entry.set_secret(&value)).await
    }

    pub(super) async fn get(&self, item: &Item) -> Result<Option<Secret>, Error> {
        let found = self
            .with(item, |entry| match entry.get_secret() {
                Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
                Err(keyring_core::Error::NoEntry) => Ok(None),
                Err(error) => Err(error),
            })
            .await?;
        found
            .map(|bytes| match std::str::from_utf8(&bytes) {
                Ok(text) => Ok(Secret::new(text.to_owned())),
                Err(_) => Err(Error::Keychain("what is stored is not text".to_owned())),
            })
            .transpose()
    }

    pub(super) async fn delete(&self, item: &Item) -> Result<bool, Error> {
        self.with(item, |entry| match entry.delete_credential() {
            Ok(()) => Ok(true),
            Err(keyring_core::Error::NoEntry) => Ok(false),
            Err(error) => Err(error),
        })
        .await
    }

    /// The names of everything that is kept here; nothing where the store cannot list.
    pub(super) async fn names(&self) -> Result<Option<Vec<String>>, Error> {
        let source = self.source.clone();
        let service = self.service.clone();
        self.turn
            .take(move || {
                // Windows' store looks for a pattern alone, and is asked for everything.
                let spec = if cfg!(target_os = "windows") {
                    HashMap::new()
                } else {
                    HashMap::from([("service", service.as_str())])
                };
                let found = match source.open()?.search(&spec) {
                    Err(keyring_core::Error::NotSupportedByStore(_)) => return Ok(None),
                    found => found?,
                };
                let ours = found
                    .iter()
                    .filter_map(Entry::get_specifiers)
                    .filter(|(of, _)| *of == service);
                Ok(Some(ours.map(|(_, account)| account).collect()))
            })
            .await
    }

    /// Whether the store says that it outlives the session; nothing where it cannot be opened or does not tell.
    pub(super) async fn persists(&self) -> Option<bool> {
        let source = self.source.clone();
        let persistence = self
            .turn
            .take(move || Ok(source.open()?.persistence()))
            .await
            .ok()?;
        match persistence {
            CredentialPersistence::UntilDelete => Some(true),
            CredentialPersistence::EntryOnly
            | CredentialPersistence::ProcessOnly
            | CredentialPersistence::UntilLogout
            | CredentialPersistence::UntilReboot => Some(false),
            _ => None,
        }
    }

    async fn with<T: Send + 'static>(
        &self,
        item: &Item,
        call: impl FnOnce(Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let source = self.source.clone();
        let service = self.service.clone();
        let account = item.account();
        let label = item.label(&self.service);
        self.turn
            .take(move || {
                let entry = source.entry(&service, &account, &label)?;
                Ok(call(entry)?)
            })
            .await
    }
}

impl Source {
    fn open(&self) -> Result<Arc<CredentialStore>, Error> {
        match self {
            Self::System => open_system(),
            Self::Given(store) => Ok(Arc::clone(store)),
        }
    }

    fn entry(&self, service: &str, account: &str, label: &str) -> Result<Entry, Error> {
        let store = self.open()?;
        // Only the Secret Service takes a label; the others show service and account.
        let labels = [("label", label)].into();
        let modifiers =
            (cfg!(target_os = "linux") && matches!(self, Self::System)).then_some(&labels);
        Ok(store.build(service, account, modifiers)?)
    }
}

#[cfg(target_os = "linux")]
fn open_system() -> Result<Arc<CredentialStore>, Error> {
    let store = zbus_secret_service_keyring_store::Store::new().map_err(Error::opening)?;
    Ok(store)
}

#[cfg(target_os = "macos")]
fn open_system() -> Result<Arc<CredentialStore>, Error> {
    let store = apple_native_keyring_store::keychain::Store::new().map_err(Error::opening)?;
    Ok(store)
}

#[cfg(target_os = "windows")]
fn open_system() -> Result<Arc<CredentialStore>, Error> {
    let store = windows_native_keyring_store::Store::new().map_err(Error::opening)?;
    Ok(store)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn open_system() -> Result<Arc<CredentialStore>, Error> {
    Err(Error::Absent(
        "this operating system has none that is supported".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use keyring_core::api::CredentialStoreApi;
    use keyring_core::mock;

    use super::*;
    use crate::vault::Vault;

    fn token() -> Item {
        Item::Token {
            connection: "c1".to_owned(),
            token: "t1".to_owned(),
        }
    }

    fn secret(value: &str) -> Secret {
        Secret::new(value.to_owned())
    }

    /// A store whose next call on the token's item fails with `error`.
    fn failing(error: keyring_core::Error) -> Vault {
        let store = mock::Store::new().expect("a mock store");
        let entry = store
            .build("Narrows (given store)", &token().account(), None)
            .expect("an entry");
        entry
            .as_any()
            .downcast_ref::<mock::Cred>()
            .expect("a mock entry")
            .set_error(error);
        Vault::over(store)
    }

    #[tokio::test]
    async fn what_is_put_is_there_until_it_is_deleted() {
        let vault = Vault::mock().expect("a mock");
        assert!(
            vault.get(&token()).await.expect("answers").is_none(),
            "at first"
        );
        vault
            .put(&token(), &secret("first"))
            .await
            .expect("is kept");
        vault
            .put(&token(), &secret("second"))
            .await
            .expect("is kept");
        let kept = vault
            .get(&token())
            .await
            .expect("answers")
            .expect("is there");
        assert!(kept.same_as(&secret("second")), "the later value counts");
        assert!(
            vault.delete(&token()).await.expect("answers"),
            "it was there"
        );
        assert!(
            !vault.delete(&token()).await.expect("answers"),
            "it is gone"
        );
    }

    #[tokio::test]
    async fn a_store_in_memory_says_that_it_does_not_persist() {
        let vault = Vault::mock().expect("a mock");
        vault.self_test().await.expect("works for now");
        assert_eq!(
            vault.describe().await.persists,
            Some(false),
            "several applications lost every secret in such a store"
        );
    }

    #[tokio::test]
    async fn each_failure_of_the_store_has_its_own_error() {
        use keyring_core::Error as Store;
        let table = [
            (Store::NoStorageAccess("locked".into()), "keychain-locked"),
            (Store::PlatformFailure("no pipe".into()), "keychain-failed"),
            (
                Store::TooLong("secret".to_owned(), 2560),
                "keychain-too-large",
            ),
            (Store::Ambiguous(Vec::new()), "keychain-failed"),
            (Store::BadEncoding(vec![0x80]), "keychain-failed"),
            (
                Store::NotSupportedByStore("no".to_owned()),
                "keychain-failed",
            ),
        ];
        for (cause, expected) in table {
            let told = format!("{cause:?}");
            let error = failing(cause)
                .put(&token(), &secret("value"))
                .await
                .expect_err("it failed");
            assert_eq!(error.problem().code, expected, "{told} became {error:?}");
        }
    }

    #[tokio::test]
    async fn bytes_that_are_not_text_are_an_error_and_not_a_value() {
        let store = mock::Store::new().expect("a mock store");
        store
            .build("Narrows (given store)", &token().account(), None)
            .and_then(|entry| entry.set_secret(&[0xff, 0xfe]))
            .expect("somebody wrote it");
        let found = Vault::over(store).get(&token()).await;
        assert!(
            matches!(found, Err(Error::Keychain(_))),
            "not ours: {found:?}"
        );
    }

    /// A store whose entries share nothing, so that nothing written is found again.
    struct Forgetful;

    impl CredentialStoreApi for Forgetful {
        fn vendor(&self) -> String {
            "forgetful".to_owned()
        }

        fn id(&self) -> String {
            "forgetful".to_owned()
        }

        fn build(
            &self,
            service: &str,
            user: &str,
            modifiers: Option<&std::collections::HashMap<&str, &str>>,
        ) -> keyring_core::Result<Entry> {
            mock::Store::new()?.build(service, user, modifiers)
        }

        fn as_any(&self) -> &dyn std::any::Any {
            self
        }
    }

    #[tokio::test]
    async fn a_store_that_forgets_is_found_out_before_anything_is_minted() {
        let vault = Vault::over(Arc::new(Forgetful));
        let put = vault.put(&token(), &secret("value")).await;
        assert!(matches!(put, Err(Error::Lost)), "{put:?}");
        let tested = vault.self_test().await;
        assert!(matches!(tested, Err(Error::Lost)), "{tested:?}");
    }

    #[test]
    fn installations_are_kept_apart_by_the_name_of_the_service() {
        assert_eq!(Keychain::of_the_system("").service, "Narrows");
        assert_eq!(
            Keychain::of_the_system("sandbox").service,
            "Narrows (sandbox)",
            "a sandbox must never touch a real token"
        );
    }
}
