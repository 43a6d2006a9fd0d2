//! What every use case stands on.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::Timestamp;
use url::Url;

use super::effect::MOVE_VAULT;
use crate::calls::Calls;
use crate::cloudflare::{Client, Credential};
use crate::http::{Base, Http};
use crate::platform::Session;
use crate::problem::{Next, Problem};
use crate::proof::Pace;
use crate::record::Record;
use crate::secret::Secret;
use crate::vault::{Vault, VaultKind};

/// The setting that names the chosen vault, and its words.
const VAULT: &str = "vault";

const FILE: &str = "file";

const KEYCHAIN: &str = "keychain";

/// The outside addresses that a run talks to or opens.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// Base of Cloudflare's API.
    pub cloudflare: Url,
    /// Base of Cloudflare's dashboard.
    pub dashboard: Url,
    /// A platform's address that stands in for the profile's own.
    pub platform: Option<Url>,
    /// Whether any of these stands in for the real one.
    pub sandbox: bool,
}

impl Addresses {
    /// Reads the three overrides; each may only lie on loopback.
    pub fn new(
        cloudflare: Option<&str>,
        dashboard: Option<&str>,
        platform: Option<&str>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            cloudflare: stand_in("NARROWS_CLOUDFLARE_API", cloudflare)?
                .unwrap_or_else(|| Base::official().url().clone()),
            dashboard: stand_in("NARROWS_DASHBOARD", dashboard)?
                .unwrap_or_else(|| Base::dashboard().url().clone()),
            platform: stand_in("NARROWS_PLATFORM", platform)?,
            sandbox: cloudflare.is_some() || dashboard.is_some() || platform.is_some(),
        })
    }
}

fn stand_in(name: &str, given: Option<&str>) -> Result<Option<Url>, Problem> {
    let Some(text) = given else { return Ok(None) };
    match Base::loopback(text) {
        Ok(base) => Ok(Some(base.url().clone())),
        Err(problem) => Err(Problem::new(
            "address-refused",
            format!(
                "{name} may only name an address on this computer, such as http://127.0.0.1:8080."
            ),
            format!("Take {name} out of the environment, or give it a loopback address."),
            Next::StartOver,
        )
        .with_evidence(problem.message)),
    }
}

/// Everything that a use case needs and does not make itself.
#[derive(Clone)]
pub struct App {
    /// Version of the application.
    pub version: &'static str,
    /// The outside addresses.
    pub addresses: Addresses,
    /// The conduit of both clients.
    pub http: Http,
    /// Every outside call of this process.
    pub calls: Calls,
    /// What is remembered.
    pub record: Record,
    /// The data folder.
    pub folder: PathBuf,
    /// How patiently a new token is asked.
    pub pace: Pace,
    /// The time of day.
    pub now: fn() -> Timestamp,
    opened: Arc<RwLock<Opened>>,
    /// Sessions that were renewed and could not be kept, by the platform's address.
    pub(crate) unkept: Arc<Mutex<HashMap<String, Arc<Session>>>>,
    keychain: Arc<RwLock<Vault>>,
    /// Runs that this process goes on with by itself right now.
    pub(crate) trying: Arc<Mutex<HashSet<String>>>,
}

/// A vault that was put into use, and which one was chosen then, by the records.
#[derive(Clone)]
struct Opened {
    vault: Vault,
    chosen: Option<String>,
}

impl App {
    /// Opens the data folder and the conduit; touches neither the network nor the vault.
    pub fn open(folder: PathBuf, addresses: Addresses) -> Result<Self, Problem> {
        let calls = Calls::new();
        let http = Http::new(calls.clone()).map_err(|failure| failure.problem())?;
        let record = Record::open(&folder).map_err(|error| error.problem())?;
        let namespace = if addresses.sandbox { "sandbox" } else { "" };
        let keychain = Vault::keychain(namespace);
        Ok(Self {
            version: env!("CARGO_PKG_VERSION"),
            addresses,
            http,
            calls,
            record,
            folder,
            pace: Pace::default(),
            now: Timestamp::now,
            opened: Arc::new(RwLock::new(Opened {
                vault: keychain.clone(),
                chosen: None,
            })),
            unkept: Arc::default(),
            keychain: Arc::new(RwLock::new(keychain)),
            trying: Arc::default(),
        })
    }

    /// The vault in use: the one that was opened, unless another process has moved everything to the keychain since.
    pub fn vault(&self) -> Vault {
        let Opened { vault, chosen } = self.opened();
        let moved = vault.kind() == VaultKind::File
            && chosen.as_deref() != Some(KEYCHAIN)
            && self.chosen().as_deref() == Some(KEYCHAIN);
        if moved { self.keychain() } else { vault }
    }

    /// The vault of this kind, whichever is in use. The sealed file has to have been opened.
    pub(crate) fn vault_of(&self, kind: VaultKind) -> Result<Vault, Problem> {
        match kind {
            VaultKind::Keychain => Ok(self.keychain()),
            VaultKind::File => Some(self.opened().vault)
                .filter(|vault| vault.kind() == VaultKind::File)
                .ok_or_else(passphrase_needed),
        }
    }

    fn opened(&self) -> Opened {
        self.opened
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Which vault was chosen, by the records.
    fn chosen(&self) -> Option<String> {
        self.record.setting(VAULT).ok().flatten()
    }

    /// The keychain, whichever vault is in use.
    pub(crate) fn keychain(&self) -> Vault {
        self.keychain
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Puts another vault in its place, by the user's own act.
    pub fn use_vault(&self, vault: Vault) {
        if vault.kind() == VaultKind::Keychain {
            *self
                .keychain
                .write()
                .unwrap_or_else(PoisonError::into_inner) = vault.clone();
        }
        let chosen = self.chosen();
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = Opened { vault, chosen };
    }

    /// Where the sealed file lies, if it is chosen.
    pub fn sealed_file(&self) -> PathBuf {
        self.folder.join("vault.narrows")
    }

    /// Opens the sealed file, or makes it, and uses it from now on.
    pub async fn use_sealed_file(&self, passphrase: Secret) -> Result<(), Problem> {
        let vault = Vault::file(self.sealed_file(), passphrase)
            .await
            .map_err(|error| error.problem())?;
        self.use_vault(vault);
        Ok(())
    }

    /// Remembers that the sealed file was chosen, so that the next start asks for its passphrase instead of going
    /// back to the keychain by itself.
    pub fn remember_sealed_file(&self) -> Result<(), Problem> {
        self.record
            .set_setting(VAULT, FILE)
            .map_err(|error| error.problem())?;
        self.use_vault(self.opened().vault);
        Ok(())
    }

    /// Remembers that everything rests in this kind of vault from now on.
    pub(crate) fn remember_move(&self, to: VaultKind) -> Result<(), Problem> {
        let word = match to {
            VaultKind::Keychain => KEYCHAIN,
            VaultKind::File => FILE,
        };
        self.record
            .move_vault((VAULT, word), word, MOVE_VAULT, (self.now)())
            .map_err(|error| error.problem())
    }

    /// Refuses where the sealed file was chosen and is not open.
    pub(crate) fn remembered_vault(&self) -> Result<(), Problem> {
        let chosen = self
            .record
            .setting(VAULT)
            .map_err(|error| error.problem())?;
        if chosen.as_deref() == Some(FILE) && self.vault().kind() != VaultKind::File {
            return Err(passphrase_needed());
        }
        Ok(())
    }

    /// A client of Cloudflare's API that speaks as `credential`.
    pub fn cloudflare(&self, credential: Credential) -> Result<Client, crate::cloudflare::Error> {
        Client::new(&self.http, &self.addresses.cloudflare, credential)
    }
}

/// What is said where a secret rests in the sealed file, and nobody has opened it yet.
pub(crate) fn passphrase_needed() -> Problem {
    Problem::new(
        "passphrase-needed",
        "Your tokens are in the sealed file, and it is locked.",
        "Enter its passphrase.",
        Next::ChooseVault,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_can_stand_in_for_an_address() {
        for text in [
            "http://127.0.0.1:8787/client/v4",
            "http://[::1]:9",
            "http://localhost:80/",
        ] {
            assert!(
                Addresses::new(Some(text), None, None).is_ok_and(|a| a.sandbox),
                "{text} is loopback"
            );
        }
        for text in [
            "https://api.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://user:pw@127.0.0.1",
            "file:///etc/passwd",
            "ftp://127.0.0.1",
            "127.0.0.1:80",
            "",
        ] {
            let refused = Addresses::new(Some(text), None, None).expect_err(text);
            assert_eq!(
                refused.code, "address-refused",
                "{text} must not get a token"
            );
        }
    }
}
