//! One data folder that an earlier version left, and how it is laid out for this one.

use std::fs;
use std::path::{Path, PathBuf};

use narrows_core::secret::Secret;
use narrows_core::vault::{Item, Vault};
use narrows_sandbox::Options;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dump;
use crate::program::{PASSPHRASE, Program};
use crate::stage::Stage;

/// What seals the tokens in the platform's tables, so that another platform opens them.
const PLATFORM_KEY: [u8; 32] = *b"the sandbox's key for fixtures..";

const RECORDS: &str = "narrows.sql";
const VAULT: &str = "vault.narrows";
const OUTSIDE: &str = "outside.json";
const ABOUT: &str = "about.json";
const EXPECTED: &str = "expected.json";

/// The names of the files in a data folder.
pub(super) const DATABASE: &str = "narrows.db";

/// What is noted of a fixture.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    /// The command line that was cut off, the connection's id in it.
    pub(super) command: Vec<String>,
    /// The last line of its journal; nothing where it came to its end.
    pub(super) killed_at: Option<String>,
    /// Addresses of the Cloudflare, dashboard and platform that it talked to.
    pub(super) addresses: [String; 3],
    /// Empty files that lay in the folder: locks.
    pub(super) locks: Vec<String>,
}

/// A fixture in its folder.
#[derive(Clone, Debug)]
pub(super) struct Fixture(PathBuf);

impl Fixture {
    /// All open runs that a version left.
    pub(super) fn open_runs(version: &Path) -> Vec<Self> {
        Self::all(&version.join("open"))
    }

    /// All folders of a version in which nothing is open.
    pub(super) fn settled(version: &Path) -> Vec<Self> {
        Self::all(&version.join("settled"))
    }

    fn all(folder: &Path) -> Vec<Self> {
        let entries = fs::read_dir(folder).expect("the fixtures of a version");
        let mut all: Vec<_> = entries
            .map(|entry| Self(entry.expect("an entry").path()))
            .collect();
        all.sort_by(|one, other| one.0.cmp(&other.0));
        all
    }

    /// Puts what a program left into a folder of its own. Nothing runs there any more.
    pub(super) async fn keep(
        folder: PathBuf,
        stage: &Stage,
        narrows: &Program,
        command: Vec<String>,
        killed_at: Option<String>,
    ) -> Self {
        fs::create_dir_all(&folder).expect("a folder");
        let home = narrows.folder();
        let outside = stage.admin("/snapshot").await;
        let records = dump::dump(&home.join(DATABASE));
        let mut locks: Vec<String> = fs::read_dir(&home)
            .expect("the data folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("a name")
            })
            .filter(|name| !name.starts_with(DATABASE) && name != VAULT)
            .collect();
        locks.sort();
        for name in &locks {
            let size = fs::metadata(home.join(name)).expect("a file").len();
            assert_eq!(size, 0, "{name} is more than a lock: keep what is in it");
        }
        let face = &stage.face;
        let about = About {
            command,
            killed_at,
            addresses: [&face.cloudflare_api, &face.dashboard, &face.platform].map(Clone::clone),
            locks,
        };
        fs::write(folder.join(RECORDS), &records).expect("the records are kept");
        fs::copy(home.join(VAULT), folder.join(VAULT)).expect("the vault is kept");
        let fixture = Self(folder);
        fixture.write(OUTSIDE, &outside.to_string());
        let about = serde_json::to_value(about).expect("JSON");
        fixture.write(ABOUT, &format!("{about:#}\n"));
        fixture.is_faithful(&home.join(DATABASE), &records);
        fixture
    }

    /// What is made from the text is what was written as text.
    fn is_faithful(&self, original: &Path, text: &str) {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join(DATABASE);
        dump::load(&file, text);
        assert_eq!(dump::dump(&file), text, "{} says everything", self.name());
        assert_eq!(dump::shape(&file), dump::shape(original));
    }

    pub(super) fn name(&self) -> String {
        let name = self.0.file_name().expect("a name");
        name.to_string_lossy().into_owned()
    }

    pub(super) fn about(&self) -> About {
        serde_json::from_str(&self.read(ABOUT)).expect("about.json")
    }

    /// What the version that left it says of it, and makes of it.
    pub(super) fn expected(&self) -> Value {
        serde_json::from_str(&self.read(EXPECTED)).expect("expected.json")
    }

    /// Nobody outside is asked about it.
    pub(super) fn forget_outside(&self) {
        fs::remove_file(self.0.join(OUTSIDE)).expect("it was kept");
    }

    pub(super) fn expect(&self, expected: &Value) {
        self.write(EXPECTED, &format!("{expected:#}\n"));
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("it is written");
    }

    fn read(&self, name: &str) -> String {
        let file = self.0.join(name);
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// A sandbox and a program on it, for a folder that is laid out as often as one likes.
    pub(super) async fn scene(&self, binary: Option<&Path>) -> Scene {
        let stage = stage(Options::default()).await;
        let mut narrows = Program::on(&stage.face);
        if let Some(binary) = binary {
            narrows = narrows.built_as(binary);
        }
        let mut scene = Scene {
            stage,
            narrows,
            records: self.read(RECORDS),
            vault: Vec::new(),
            outside: serde_json::from_str(&self.read(OUTSIDE)).expect("outside.json"),
            about: self.about(),
            opened: None,
        };
        scene.readdress(&self.0.join(VAULT)).await;
        scene
    }

    /// The folder as it was, where nothing outside is asked.
    pub(super) fn lay_out(&self, narrows: &Program) {
        let vault = fs::read(self.0.join(VAULT)).expect("the vault");
        lay_out(
            &narrows.folder(),
            &self.read(RECORDS),
            &vault,
            &self.about().locks,
        );
    }
}

/// A sandbox that keeps its tokens as each other one of these does.
pub(super) async fn stage(options: Options) -> Stage {
    let platform_key = Some(PLATFORM_KEY);
    Stage::with(Options {
        platform_key,
        ..options
    })
    .await
}

/// A sandbox that holds what Cloudflare and the platform held, and the folder beside it.
pub(super) struct Scene {
    pub(super) stage: Stage,
    pub(super) narrows: Program,
    records: String,
    vault: Vec<u8>,
    outside: Value,
    about: About,
    opened: Option<Vault>,
}

impl Scene {
    /// Here the platform has another address, so what names the old one gets the new one: the records, and the kept
    /// session, which the vault knows by it. The activity stays as it is, for its hashes are over what was written.
    async fn readdress(&mut self, vault: &Path) {
        let [.., old] = self.about.addresses.clone();
        let face = &self.stage.face;
        let new = [&face.cloudflare_api, &face.dashboard, &face.platform];
        let lines = self.records.split_inclusive('\n').map(|line| {
            if line.starts_with("INSERT INTO activity ") {
                return line.to_owned();
            }
            let pairs = self.about.addresses.iter().zip(new);
            pairs.fold(line.to_owned(), |line, (old, new)| line.replace(old, new))
        });
        self.records = lines.collect();
        let item = |platform: &str| Item::Session {
            platform: format!("{platform}/"),
        };
        let file = self.narrows.folder().join(VAULT);
        fs::create_dir_all(self.narrows.folder()).expect("a folder");
        fs::copy(vault, &file).expect("the vault");
        let opened = Vault::file(file.clone(), Secret::new(PASSPHRASE.to_owned())).await;
        let opened = opened.expect("this version opens the vault");
        if let Some(session) = opened.get(&item(&old)).await.expect("it opens") {
            let put = opened.put(&item(&self.stage.face.platform), &session).await;
            put.expect("it is kept");
            opened.delete(&item(&old)).await.expect("it is moved");
        }
        self.vault = fs::read(&file).expect("the vault");
        self.opened = Some(opened);
    }

    /// Everything as it was when the program was killed.
    pub(super) async fn lay_out(&self) {
        self.stage.tell("/snapshot", &self.outside).await;
        let folder = self.narrows.folder();
        lay_out(&folder, &self.records, &self.vault, &self.about.locks);
    }

    pub(super) fn records(&self) -> PathBuf {
        self.narrows.folder().join(DATABASE)
    }

    /// The vault, past the product's own choice of it. It is the same file each time it is laid out.
    pub(super) fn vault(&self) -> &Vault {
        self.opened.as_ref().expect("it was opened")
    }
}

fn lay_out(folder: &Path, records: &str, vault: &[u8], locks: &[String]) {
    if folder.exists() {
        fs::remove_dir_all(folder).expect("it goes");
    }
    fs::create_dir_all(folder).expect("a folder");
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .expect("its owner's");
    dump::load(&folder.join(DATABASE), records);
    fs::write(folder.join(VAULT), vault).expect("the vault");
    for lock in locks {
        fs::write(folder.join(lock), "").expect("a lock");
    }
}
