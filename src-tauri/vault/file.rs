//! The sealed file on disk: locked while it is changed, replaced whole, readable by its owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::sealed::{Contents, Seal};
use super::{Error, Item};
use crate::secret::Secret;

/// A file of ours holds a few tokens; more than this, in bytes, is not read.
const LARGEST: u64 = 1024 * 1024;

/// An unlocked sealed file. The key stays in memory, the contents do not.
#[derive(Clone)]
pub(super) struct SealedFile {
    path: Arc<Path>,
    seal: Arc<Seal>,
}

impl SealedFile {
    pub(super) async fn open(path: PathBuf, passphrase: Secret) -> Result<Self, Error> {
        if passphrase.expose().chars().count() < Error::SHORTEST_PASSPHRASE {
            return Err(Error::ShortPassphrase);
        }
        off_thread(move || {
            let lock = Lock::take(&path)?;
            let seal = if let Some(bytes) = read(&path)? {
                Seal::unlock(&bytes, &passphrase)?.0
            } else {
                let seal = Seal::new(&passphrase)?;
                replace(&path, &seal.close(&Contents::new())?)?;
                seal
            };
            drop(lock);
            Ok(Self {
                path: path.into(),
                seal: Arc::new(seal),
            })
        })
        .await
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn put(&self, item: &Item, value: &Secret) -> Result<(), Error> {
        let (account, value) = (item.account(), value.duplicate());
        self.change(move |contents| {
            contents.insert(account, value);
            true
        })
        .await?;
        Ok(())
    }

    pub(super) async fn get(&self, item: &Item) -> Result<Option<Secret>, Error> {
        let file = self.clone();
        let account = item.account();
        off_thread(move || Ok(file.contents()?.remove(&account))).await
    }

    pub(super) async fn delete(&self, item: &Item) -> Result<bool, Error> {
        let account = item.account();
        self.change(move |contents| contents.remove(&account).is_some())
            .await
    }

    /// The names of everything that is kept here.
    pub(super) async fn names(&self) -> Result<Vec<String>, Error> {
        let file = self.clone();
        off_thread(move || Ok(file.contents()?.into_keys().collect())).await
    }

    /// Removes the file where nothing is in it; whether it did.
    pub(super) async fn remove_if_empty(&self) -> Result<bool, Error> {
        let file = self.clone();
        off_thread(move || {
            let lock = Lock::take(&file.path)?;
            let empty = file.contents()?.is_empty();
            if empty {
                fs::remove_file(&file.path).map_err(Error::disk("removing"))?;
            }
            drop(lock);
            Ok(empty)
        })
        .await
    }

    /// Reads, changes and, where `change` says that something changed, writes, with no other process in between.
    async fn change(
        &self,
        change: impl FnOnce(&mut Contents) -> bool + Send + 'static,
    ) -> Result<bool, Error> {
        let file = self.clone();
        off_thread(move || {
            let lock = Lock::take(&file.path)?;
            let mut contents = file.contents()?;
            let changed = change(&mut contents);
            if changed {
                replace(&file.path, &file.seal.close(&contents)?)?;
            }
            drop(lock);
            Ok(changed)
        })
        .await
    }

    fn contents(&self) -> Result<Contents, Error> {
        // Made anew it would have another seal, so a file that is gone is not quietly written again.
        let bytes = read(&self.path)?.ok_or(Error::Replaced)?;
        self.seal.open(&bytes)
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::disk("working on")(error.into()))?
}

/// Keeps other processes away until it is dropped, or its process dies.
///
/// It is held on a file beside the sealed one, which itself is replaced at each writing.
struct Lock(#[expect(dead_code, reason = "held for its lock")] File);

impl Lock {
    fn take(path: &Path) -> Result<Self, Error> {
        let file = private()
            .create(true)
            .write(true)
            .truncate(false)
            .open(beside(path, "lock"))
            .map_err(Error::disk("locking"))?;
        file.lock().map_err(Error::disk("locking"))?;
        Ok(Self(file))
    }
}

/// The file's bytes, or nothing where there is no file.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::disk("opening")(error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(Error::disk("reading"))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::Foreign("it is too large"));
    }
    Ok(Some(bytes))
}

/// Writes the file so that after a crash either the old or the new one is there, whole.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let new = beside(path, "new");
    let wrong = || Error::disk("writing");
    // Left by a crash; the lock says that nobody is writing it now.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(wrong()(error)),
        _ => {}
    }
    let mut file = private()
        .create_new(true)
        .write(true)
        .open(&new)
        .map_err(wrong())?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(wrong())?;
    drop(file);
    fs::rename(&new, path).map_err(wrong())?;
    sync_folder(path).map_err(wrong())
}

/// Makes the renaming itself last. Windows has no such call, and needs none.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// Options for a file that only its owner can read.
fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are Unix's"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::{Vault, VaultKind};

    fn secret(value: &str) -> Secret {
        Secret::new(value.to_owned())
    }

    fn token(id: usize) -> Item {
        Item::Token {
            connection: "c1".to_owned(),
            token: format!("t{id}"),
        }
    }

    struct Home(tempfile::TempDir);

    impl Home {
        fn new() -> Self {
            Self(tempfile::tempdir().expect("a folder"))
        }

        fn path(&self) -> PathBuf {
            self.0.path().join("vault.sealed")
        }

        async fn unlock(&self, passphrase: &str) -> Result<Vault, Error> {
            Vault::file(self.path(), secret(passphrase)).await
        }
    }

    const PASSPHRASE: &str = "correct horse battery staple";

    #[tokio::test]
    async fn what_is_put_is_there_after_unlocking_again() {
        let home = Home::new();
        let vault = home.unlock(PASSPHRASE).await.expect("is made");
        assert_eq!(vault.kind(), VaultKind::File);
        vault.self_test().await.expect("works");
        vault
            .put(&token(1), &secret("cfut_example"))
            .await
            .expect("is kept");

        let later = home.unlock(PASSPHRASE).await.expect("unlocks");
        let kept = later
            .get(&token(1))
            .await
            .expect("opens")
            .expect("is there");
        assert!(kept.same_as(&secret("cfut_example")), "the same value");
        assert!(later.delete(&token(1)).await.expect("writes"), "was there");
        assert!(!later.delete(&token(1)).await.expect("reads"), "is gone");
        assert!(
            vault.get(&token(1)).await.expect("opens").is_none(),
            "the first handle sees what the second did"
        );
    }

    #[tokio::test]
    async fn a_wrong_passphrase_says_so_and_a_short_one_is_refused() {
        let home = Home::new();
        let short = home.unlock("1234567").await.map(|_| ());
        assert!(matches!(short, Err(Error::ShortPassphrase)), "{short:?}");
        assert!(!home.path().exists(), "nothing was made with it");
        home.unlock(PASSPHRASE).await.expect("is made");
        let wrong = home
            .unlock("correct horse battery stable")
            .await
            .map(|_| ());
        assert!(matches!(wrong, Err(Error::WrongPassphrase)), "{wrong:?}");
    }

    #[tokio::test]
    async fn a_file_that_is_not_ours_is_left_as_it_is() {
        let home = Home::new();
        fs::write(home.path(), "my diary").expect("writes");
        let opened = home.unlock(PASSPHRASE).await.map(|_| ());
        assert!(matches!(opened, Err(Error::Foreign(_))), "{opened:?}");
        assert_eq!(
            fs::read(home.path()).expect("reads"),
            b"my diary",
            "somebody's file was overwritten"
        );
    }

    #[tokio::test]
    async fn an_empty_file_is_damaged_and_not_a_new_vault() {
        let home = Home::new();
        fs::write(home.path(), "").expect("writes");
        let opened = home.unlock(PASSPHRASE).await.map(|_| ());
        assert!(
            matches!(opened, Err(Error::Damaged(_))),
            "a full disk once emptied it; the person must know: {opened:?}"
        );
    }

    #[tokio::test]
    async fn a_file_that_is_gone_or_another_is_never_written_over() {
        let home = Home::new();
        let vault = home.unlock(PASSPHRASE).await.expect("is made");
        fs::remove_file(home.path()).expect("removes");
        let put = vault.put(&token(1), &secret("value")).await;
        assert!(matches!(put, Err(Error::Replaced)), "{put:?}");
        home.unlock(PASSPHRASE).await.expect("is made anew");
        let put = vault.put(&token(1), &secret("value")).await;
        assert!(matches!(put, Err(Error::Replaced)), "{put:?}");
    }

    #[tokio::test]
    async fn a_missing_folder_is_an_error_of_the_disk() {
        let home = Home::new();
        let path = home.0.path().join("none").join("vault.sealed");
        let opened = Vault::file(path, secret(PASSPHRASE)).await.map(|_| ());
        assert!(matches!(opened, Err(Error::Disk { .. })), "{opened:?}");
    }

    #[tokio::test]
    async fn a_writing_cut_off_by_a_crash_does_no_harm() {
        let home = Home::new();
        let vault = home.unlock(PASSPHRASE).await.expect("is made");
        vault.put(&token(1), &secret("one")).await.expect("is kept");
        fs::write(beside(&home.path(), "new"), "half a fi").expect("the crash");
        vault.put(&token(2), &secret("two")).await.expect("is kept");
        for (id, value) in [(1, "one"), (2, "two")] {
            let kept = vault.get(&token(id)).await.expect("opens");
            assert!(
                kept.is_some_and(|kept| kept.same_as(&secret(value))),
                "{value} is there"
            );
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn handles_that_write_at_once_lose_nothing() {
        let home = Home::new();
        let one = home.unlock(PASSPHRASE).await.expect("is made");
        let other = home.unlock(PASSPHRASE).await.expect("unlocks");
        let puts = (0..16).map(|id| {
            let vault = if id % 2 == 0 { &one } else { &other }.clone();
            tokio::spawn(async move { vault.put(&token(id), &secret("value")).await })
        });
        for put in puts.collect::<Vec<_>>() {
            put.await.expect("ends").expect("is kept");
        }
        for id in 0..16 {
            assert!(
                one.get(&token(id)).await.expect("opens").is_some(),
                "token {id} was overwritten by another writer"
            );
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let home = Home::new();
        let vault = home.unlock(PASSPHRASE).await.expect("is made");
        vault.put(&token(1), &secret("one")).await.expect("is kept");
        for path in [home.path(), beside(&home.path(), "lock")] {
            let mode = fs::metadata(&path).expect("is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
    }
}
