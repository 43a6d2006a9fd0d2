//! The real binary, in a home of its own.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use narrows_sandbox::Face;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::golden;

/// What seals the files of these tests.
pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

/// Options that keep the token in a sealed file, with the passphrase on the first line of standard input.
pub(crate) const SEALED: [&str; 3] = ["--vault", "file", "--passphrase-stdin"];

/// Longest wait for anything: far longer than it takes, so that a slow machine fails nothing.
const PATIENCE: Duration = Duration::from_secs(90);

/// `narrows` with an environment in which nothing of the user's is left.
pub(crate) struct Program {
    binary: PathBuf,
    root: TempDir,
    environment: Vec<(&'static str, OsString)>,
}

impl Program {
    /// One that takes a sandbox for Cloudflare and the platform.
    pub(crate) fn on(face: &Face) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let mut environment = vec![
            ("PATH", std::env::var_os("PATH").unwrap_or_default()),
            ("NARROWS_CLOUDFLARE_API", face.cloudflare_api.clone().into()),
            ("NARROWS_DASHBOARD", face.dashboard.clone().into()),
            ("NARROWS_PLATFORM", face.platform.clone().into()),
            ("NARROWS_HOME", root.path().join("narrows").into()),
            ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere".into()),
        ];
        for (name, folder) in [
            ("HOME", "home"),
            ("TMPDIR", "tmp"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            let folder = root.path().join(folder);
            std::fs::create_dir(&folder).expect("a folder");
            environment.push((name, folder.into()));
        }
        Self {
            binary: env!("CARGO_BIN_EXE_narrows").into(),
            root,
            environment,
        }
    }

    /// The same with a variable of one's own.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.retain(|(known, _)| *known != name);
        self.environment.push((name, value.into()));
        self
    }

    /// The same by another build of it.
    pub(crate) fn built_as(mut self, binary: &Path) -> Self {
        binary.clone_into(&mut self.binary);
        self
    }

    /// The folder that holds everything it may write to.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Its data folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.path().join("narrows")
    }

    /// `narrows connect` with a sealed file and more options, with `token` piped in.
    pub(crate) fn connect(&self, token: &str, more: &[&str]) -> Running {
        let mut arguments = vec!["connect"];
        arguments.extend(SEALED);
        arguments.extend(more);
        self.start(&arguments, format!("{PASSPHRASE}\n{token}\n"))
    }

    /// Runs to the end.
    pub(crate) async fn run(
        &self,
        arguments: &[impl AsRef<OsStr>],
        input: impl Into<Vec<u8>>,
    ) -> Ran {
        self.start(arguments, input).ends().await
    }

    /// Starts and does not wait.
    pub(crate) fn start(
        &self,
        arguments: &[impl AsRef<OsStr>],
        input: impl Into<Vec<u8>>,
    ) -> Running {
        self.start_with(arguments, input, &[])
    }

    /// The same with more in its environment, for this once.
    pub(crate) fn start_with(
        &self,
        arguments: &[impl AsRef<OsStr>],
        input: impl Into<Vec<u8>>,
        more: &[(&str, String)],
    ) -> Running {
        let mut child = self
            .command(arguments)
            .envs(more.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (mut stdin, input) = (child.stdin.take().expect("a pipe"), input.into());
        // It may end without having read everything.
        thread::spawn(move || drop(stdin.write_all(&input)));
        let mut stdout = child.stdout.take().expect("a pipe");
        let stdout = thread::spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).expect("text");
            text
        });
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let (sender, said) = unbounded_channel();
        thread::spawn(move || {
            for line in stderr.lines() {
                let _ = sender.send(line.expect("text"));
            }
        });
        Running {
            child,
            stdout,
            said,
            heard: String::new(),
        }
    }

    /// The command itself.
    pub(crate) fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// A command under way.
pub(crate) struct Running {
    child: Child,
    stdout: JoinHandle<String>,
    said: UnboundedReceiver<String>,
    heard: String,
}

impl Running {
    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line on standard error that holds `part`.
    pub(crate) async fn says(&mut self, part: &str) -> String {
        while let Some(line) = self.next().await {
            if line.contains(part) {
                return line;
            }
        }
        panic!("it never said {part:?}, but:\n{}", self.heard)
    }

    /// Waits until it stands still at a line of its journal, and tells at which; nothing where it came to its end.
    pub(crate) async fn halts(&mut self) -> Option<String> {
        while let Some(line) = self.next().await {
            if let Some(point) = line.strip_prefix("halted ") {
                return Some(point.to_owned());
            }
        }
        None
    }

    /// Kills it, as the system does when it runs out of memory.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it is killed");
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let pressed = Command::new("kill")
            .args(["-INT", &self.id().to_string()])
            .status();
        assert!(pressed.expect("kill runs").success(), "it is still there");
    }

    /// Waits for its end.
    pub(crate) async fn ends(mut self) -> Ran {
        while self.next().await.is_some() {}
        let (status, stdout) = (self.child.wait(), self.stdout.join());
        Ran {
            exit: status.expect("an end").code(),
            stdout: stdout.expect("text"),
            stderr: self.heard,
        }
    }

    async fn next(&mut self) -> Option<String> {
        let Ok(line) = tokio::time::timeout(PATIENCE, self.said.recv()).await else {
            let _ = self.child.kill();
            panic!("it hangs, having said:\n{}", self.heard);
        };
        if let Some(line) = &line {
            self.heard.push_str(line);
            self.heard.push('\n');
        }
        line
    }
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The one JSON object on standard output of a command that came through.
    pub(crate) fn result(&self) -> Value {
        assert_eq!(self.exit, Some(0), "it came through: {self:?}");
        self.object()
    }

    /// The one JSON object on standard output, however the command ended.
    pub(crate) fn object(&self) -> Value {
        let object: Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {self:?}"));
        assert!(object.is_object(), "{object} is one object");
        object
    }

    /// The code of the error on standard error, which has exactly the documented fields and exit code.
    pub(crate) fn error(&self) -> String {
        let last = self.stderr.lines().last().unwrap_or_default();
        let error: Value =
            serde_json::from_str(last).unwrap_or_else(|_| panic!("no error in {self:?}"));
        let fields = error.as_object().expect("an object");
        let names: BTreeSet<&str> = fields.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            BTreeSet::from(["code", "hint", "message"]),
            "these three and no others"
        );
        for (name, text) in fields {
            assert!(
                text.as_str().is_some_and(|text| !text.is_empty()),
                "{name} of {error}"
            );
        }
        let code = error["code"].as_str().unwrap_or_default().to_owned();
        let documented = golden::exits(&code);
        assert!(
            self.exit.is_some_and(|exit| documented.contains(&exit)),
            "{code} ended with {:?}, and the table says {documented:?}",
            self.exit
        );
        code
    }
}
