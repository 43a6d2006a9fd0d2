//! A keychain that fails where a test wants it to.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex};

use keyring_core::api::{Credential, CredentialApi, CredentialStoreApi};
use keyring_core::{Entry, Error, Result};
use narrows_core::vault::Vault;

/// What can be asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Put,
    Get,
    Delete,
    List,
}

/// Service and name of an item.
type Key = (String, String);

/// The keychain; clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Moody {
    kept: Arc<Mutex<BTreeMap<Key, Vec<u8>>>>,
    refused: Arc<Mutex<Vec<(Act, String)>>>,
    garbles: Arc<Mutex<bool>>,
    hides: Arc<Mutex<bool>>,
}

impl Moody {
    /// A vault over it.
    pub(crate) fn vault(&self) -> Vault {
        Vault::over(Arc::new(self.clone()))
    }

    /// From now on it refuses this of items whose name holds `part`.
    pub(crate) fn refuse(&self, act: Act, part: &str) {
        let mut refused = self.refused.lock().expect("moods");
        refused.push((act, part.to_owned()));
    }

    /// From now on it keeps something else than what it is given for a token.
    pub(crate) fn garble(&self) {
        *self.garbles.lock().expect("moods") = true;
    }

    /// It cannot list what it keeps, as some stores cannot.
    pub(crate) fn hide(&self) {
        *self.hides.lock().expect("moods") = true;
    }

    /// It is itself again.
    pub(crate) fn calm(&self) {
        self.refused.lock().expect("moods").clear();
        *self.garbles.lock().expect("moods") = false;
    }

    /// Names of what is kept.
    pub(crate) fn names(&self) -> Vec<String> {
        let kept = self.kept.lock().expect("what is kept");
        kept.keys().map(|(_, name)| name.clone()).collect()
    }

    fn check(&self, act: Act, name: &str) -> Result<()> {
        let refused = self.refused.lock().expect("moods");
        let so = |(what, part): &(Act, String)| *what == act && name.contains(part.as_str());
        if refused.iter().any(so) {
            return Err(Error::NoStorageAccess("a test locked it".into()));
        }
        Ok(())
    }
}

impl fmt::Debug for Moody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Moody")
    }
}

impl CredentialStoreApi for Moody {
    fn vendor(&self) -> String {
        "moody".to_owned()
    }

    fn id(&self) -> String {
        "moody".to_owned()
    }

    fn build(&self, service: &str, user: &str, _: Option<&HashMap<&str, &str>>) -> Result<Entry> {
        Ok(Entry::new_with_credential(Arc::new(Item {
            store: self.clone(),
            key: (service.to_owned(), user.to_owned()),
        })))
    }

    fn search(&self, spec: &HashMap<&str, &str>) -> Result<Vec<Entry>> {
        self.check(Act::List, "")?;
        if *self.hides.lock().expect("moods") {
            return Err(Error::NotSupportedByStore("a test hides them".to_owned()));
        }
        let keys: Vec<_> = {
            let kept = self.kept.lock().expect("what is kept");
            kept.keys().cloned().collect()
        };
        keys.into_iter()
            .filter(|(service, _)| spec.get("service") == Some(&service.as_str()))
            .map(|(service, user)| self.build(&service, &user, None))
            .collect()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct Item {
    store: Moody,
    key: Key,
}

impl CredentialApi for Item {
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        self.store.check(Act::Put, &self.key.1)?;
        let garbles = *self.store.garbles.lock().expect("moods");
        let secret = if garbles && self.key.1.starts_with("token ") {
            b"something else".to_vec()
        } else {
            secret.to_vec()
        };
        let mut kept = self.store.kept.lock().expect("what is kept");
        kept.insert(self.key.clone(), secret);
        Ok(())
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        self.store.check(Act::Get, &self.key.1)?;
        let kept = self.store.kept.lock().expect("what is kept");
        kept.get(&self.key).cloned().ok_or(Error::NoEntry)
    }

    fn delete_credential(&self) -> Result<()> {
        self.store.check(Act::Delete, &self.key.1)?;
        let mut kept = self.store.kept.lock().expect("what is kept");
        kept.remove(&self.key).map(drop).ok_or(Error::NoEntry)
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        Some(self.key.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn debug_fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
