//! A sandbox, an empty home, and a stand-in for the program that opens links.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use narrows_sandbox::{Face, Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::application::Application;
use crate::browser::Browser;
use crate::needs;
use crate::patience::{LONG, within};

/// Everything that a walk stands on.
pub(crate) struct Stage {
    pub(crate) face: Face,
    pub(crate) http: reqwest::Client,
    own: TempDir,
    _sandbox: Sandbox,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
        let own = tempfile::tempdir().expect("a folder for the walk");
        for folder in ["bin", "person", "person/run", "browser"] {
            fs::create_dir(own.path().join(folder)).expect("a folder");
        }
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(own.path().join("person/run"), private).expect("a private folder");
        let links = own.path().join("opened");
        let opener = own.path().join("bin/xdg-open");
        let script = format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >>'{}'\n", links.display());
        fs::write(&opener, script).expect("a stand-in for xdg-open");
        fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).expect("that can be run");
        Self {
            face: sandbox.face().clone(),
            http: reqwest::Client::new(),
            own,
            _sandbox: sandbox,
        }
    }

    /// The application's data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.own.path().join("person/narrows")
    }

    /// The person's home, the data folder within it.
    pub(crate) fn person(&self) -> PathBuf {
        self.own.path().join("person")
    }

    /// Opens the application on this stage.
    pub(crate) async fn open(&self) -> Application {
        self.open_with(&[]).await
    }

    /// The same with more in its environment, or other things.
    pub(crate) async fn open_with(&self, more: &[(&str, &str)]) -> Application {
        let mut driver = Command::new("WebKitWebDriver");
        self.settle(&mut driver);
        driver.arg("--host=127.0.0.1").envs(more.iter().copied());
        Application::open(driver, &needs::binary()).await
    }

    /// The application's binary as a person starts it: with arguments a command, without any the window.
    pub(crate) fn narrows(&self, arguments: &[&str]) -> Command {
        let mut narrows = Command::new(needs::binary());
        self.settle(&mut narrows);
        narrows.args(arguments);
        narrows
    }

    /// Lets a program live in the person's home, with the sandbox for Cloudflare and the platform.
    fn settle(&self, program: &mut Command) {
        home(program, &self.person());
        let path = std::env::var_os("PATH").unwrap_or_default();
        let first = std::iter::once(self.own.path().join("bin"));
        let path = std::env::join_paths(first.chain(std::env::split_paths(&path)));
        program
            .env("PATH", path.expect("folders without a colon"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("NO_AT_BRIDGE", "1")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("NARROWS_HOME", self.data())
            .env("NARROWS_CLOUDFLARE_API", &self.face.cloudflare_api)
            .env("NARROWS_DASHBOARD", &self.face.dashboard)
            .env("NARROWS_PLATFORM", &self.face.platform);
    }

    /// Opens the person's browser.
    pub(crate) async fn browser(&self) -> Browser {
        let folder = self.own.path().join("browser");
        Browser::open(|driver| home(driver, &folder), &folder.join("profile")).await
    }

    /// The link that the application has opened since the last time it was asked for.
    pub(crate) async fn opened(&self) -> String {
        let path = self.own.path().join("opened");
        let link = within(LONG, async || {
            let links = fs::read_to_string(&path).ok()?;
            links.strip_suffix('\n').map(str::to_owned)
        });
        let link = link
            .await
            .expect("the application opens a link in the browser");
        fs::remove_file(&path).expect("the link is taken");
        link
    }

    /// Asks the sandbox's door for tests.
    pub(crate) async fn admin(&self, path: &str) -> Value {
        let answer = self
            .http
            .get(format!("{}{path}", self.face.admin))
            .send()
            .await;
        let answer = answer.expect("the sandbox answers");
        answer.json().await.expect("in JSON")
    }

    /// Tells the sandbox's door for tests; gives what it answers.
    pub(crate) async fn tell(&self, path: &str, body: &Value) -> Value {
        let sent = self
            .http
            .post(format!("{}{path}", self.face.admin))
            .json(body)
            .send()
            .await;
        let answer = sent.expect("the sandbox answers");
        let status = answer.status();
        assert!(
            status.is_success(),
            "the sandbox takes {body}, but said {status}"
        );
        answer.json().await.unwrap_or_default()
    }

    /// The platform does not answer any more, or does again.
    pub(crate) async fn platform_is_down(&self, down: bool) {
        let fault = json!({ "path": "/v1/connections/**", "kind": "reset-before" });
        let faults = if down { vec![fault] } else { Vec::new() };
        self.tell("/faults", &json!({ "faults": faults })).await;
    }

    /// Ids of the tokens that exist at Cloudflare and bear this name.
    pub(crate) async fn tokens_called(&self, name: &str) -> Vec<String> {
        let list = self.admin("/tokens").await;
        let tokens = list["tokens"].as_array().expect("a list of tokens");
        tokens
            .iter()
            .filter(|token| token["name"] == name)
            .map(|token| token["id"].as_str().expect("an id").to_owned())
            .collect()
    }

    /// Makes a broad token of the person's, past the dashboard; gives its value.
    pub(crate) async fn make_broad_token(&self) -> String {
        let made = self
            .http
            .post(format!("{}/tokens", self.face.admin))
            .json(&json!({ "kind": "user", "name": "Again", "groups": ["API Tokens Write", "Account Settings Read"] }))
            .send()
            .await;
        let made: Value = made
            .expect("the sandbox answers")
            .json()
            .await
            .expect("in JSON");
        made["value"].as_str().expect("a value").to_owned()
    }

    /// The HTTP status that Cloudflare gives to whoever comes with this token.
    pub(crate) async fn knock(&self, token: &str, path: &str) -> u16 {
        let address = format!("{}{path}", self.face.cloudflare_api);
        let answer = self.http.get(address).bearer_auth(token).send().await;
        answer.expect("the sandbox answers").status().as_u16()
    }
}

/// Lets a program live in a home of its own.
fn home(program: &mut Command, folder: &Path) {
    program
        .env("HOME", folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("XDG_DATA_HOME", folder.join("data"))
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .env("XDG_STATE_HOME", folder.join("state"))
        .env("XDG_RUNTIME_DIR", folder.join("run"));
}
