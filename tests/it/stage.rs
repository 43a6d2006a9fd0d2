//! A sandbox, a data folder, and the library on both.

use std::path::Path;

use narrows_core::connect::Connect;
use narrows_core::problem::Problem;
use narrows_core::profile::Profile;
use narrows_core::run::{Addresses, App};
use narrows_core::secret::Secret;
use narrows_core::steps::Approach;
use narrows_core::story::{BroadWish, Choices, Inspection, Outcome, Progress};
use narrows_core::vault::Vault;
use narrows_sandbox::{Face, Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::golden;

/// Everything a test of connect needs.
pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) home: TempDir,
    pub(crate) face: Face,
    admin: reqwest::Client,
    _sandbox: Sandbox,
}

/// Asks the sandbox from outside of the product. What is on loopback needs no roots, which take long to read.
pub(crate) fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().tls_certs_only([]).build();
    client.expect("a client")
}

impl Stage {
    /// A sandbox that approves sign-ins by itself, and an application with an empty data folder.
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    /// The same with answers that take longer than sending a question does: only then can rounds be told apart.
    pub(crate) async fn slow() -> Self {
        Self::with(Options {
            latency_ms: 100,
            ..Options::default()
        })
        .await
    }

    /// The same with a sandbox of one's own.
    pub(crate) async fn with(options: Options) -> Self {
        Self::attended(Options {
            auto_approve: true,
            ..options
        })
        .await
    }

    /// The same with a sandbox where a person has to approve a sign-in, unless the options say otherwise.
    pub(crate) async fn attended(options: Options) -> Self {
        let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
        let face = sandbox.face().clone();
        let home = tempfile::tempdir().expect("a folder for the test");
        let app = app(&face, home.path());
        // The conduit has set up TLS by now, which a bare client needs as well.
        Self {
            app,
            home,
            face,
            admin: client(),
            _sandbox: sandbox,
        }
    }

    /// The built-in profile.
    pub(crate) fn profile() -> Profile {
        Profile::load("site-generator").expect("the built-in profile is sound")
    }

    /// A walk that is prepared and signed in.
    pub(crate) async fn walk(&self) -> Connect {
        self.walk_with(Self::profile()).await
    }

    /// The same with another profile.
    pub(crate) async fn walk_with(&self, profile: Profile) -> Connect {
        let mut walk = Connect::begin(&self.app, profile, None).expect("a walk begins");
        let prepared = walk.approach.prepare().await;
        assert_eq!(
            prepared.problems,
            vec![],
            "nothing stands in the way of a fresh installation"
        );
        if prepared.sign_in_needed {
            let (_, waiting) = walk
                .approach
                .begin_sign_in()
                .await
                .expect("the platform offers a code");
            let signed_in = waiting
                .wait()
                .await
                .expect("the sandbox approves by itself");
            walk.approach.signed_in(signed_in);
        }
        walk
    }

    /// From paste to inspection.
    pub(crate) async fn inspect(
        &self,
        walk: &mut Approach,
        text: &str,
    ) -> Result<Inspection, Problem> {
        walk.paste(Secret::new(text.to_owned()))
            .map_err(golden::listed)?;
        walk.inspect(None).await.map_err(golden::listed)
    }

    /// The whole of connect with a token, destroying it at the end.
    pub(crate) async fn connect(&self, text: &str, choices: Choices) -> Result<Outcome, Problem> {
        self.connect_telling(text, choices)
            .await
            .map(|(outcome, _)| outcome)
    }

    /// The same, with what was told on the way.
    pub(crate) async fn connect_telling(
        &self,
        text: &str,
        choices: Choices,
    ) -> Result<(Outcome, Vec<Progress>), Problem> {
        let mut walk = self.walk().await;
        self.inspect(&mut walk.approach, text).await?;
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let cancel = CancellationToken::new();
        let outcome = Box::pin(walk.connect(&choices, Some(sender), &cancel)).await;
        match &outcome {
            Outcome::Connected(_) => {}
            Outcome::Pending(pending) => drop(golden::listed(pending.problem.clone())),
            Outcome::Stopped(stopped) => drop(golden::listed(stopped.problem.clone())),
        }
        let mut told = Vec::new();
        while let Ok(progress) = receiver.try_recv() {
            told.push(progress);
        }
        Ok((outcome, told))
    }

    /// Asks the sandbox's door for tests.
    pub(crate) async fn admin(&self, path: &str) -> Value {
        let text = self
            .admin
            .get(format!("{}{path}", self.face.admin))
            .send()
            .await
            .expect("the sandbox answers");
        text.json().await.expect("and speaks JSON")
    }

    /// Asks any address of the sandbox, past the product, showing a bearer token.
    pub(crate) async fn ask(&self, url: &str, bearer: &str) -> Value {
        let answer = self.admin.get(url).bearer_auth(bearer).send().await;
        let answer = answer.expect("the sandbox answers");
        answer.json().await.expect("and speaks JSON")
    }

    /// Tells the sandbox's door for tests.
    pub(crate) async fn tell(&self, path: &str, body: &Value) -> Value {
        let answer = self
            .admin
            .post(format!("{}{path}", self.face.admin))
            .json(body)
            .send()
            .await;
        let answer = answer.expect("the sandbox answers");
        assert!(
            answer.status().is_success(),
            "the sandbox took {body}: {}",
            answer.status()
        );
        let text = answer.text().await.expect("an answer");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Sets one fault.
    pub(crate) async fn fault(&self, method: &str, path: &str, more: Value) {
        let mut fault = json!({ "method": method, "path": path });
        for (name, value) in more.as_object().expect("an object") {
            fault[name] = value.clone();
        }
        self.tell("/faults", &json!({ "faults": [fault] })).await;
    }

    /// Makes a token in the sandbox; returns its id and value.
    pub(crate) async fn make_token(&self, body: Value) -> (String, String) {
        let made = self.tell("/tokens", &body).await;
        let text = |name: &str| {
            made[name]
                .as_str()
                .unwrap_or_else(|| panic!("{made} has no {name}"))
                .to_owned()
        };
        (text("id"), text("value"))
    }

    /// Names of the tokens that exist in the sandbox.
    pub(crate) async fn token_names(&self) -> Vec<String> {
        let list = self.admin("/tokens").await;
        let tokens = list["tokens"].as_array().expect("a list of tokens").clone();
        tokens
            .iter()
            .map(|token| token["name"].as_str().expect("a name").to_owned())
            .collect()
    }

    /// Names of those that bear our mark.
    pub(crate) async fn ours(&self) -> Vec<String> {
        self.token_names()
            .await
            .into_iter()
            .filter(|name| name.starts_with("Narrows "))
            .collect()
    }

    /// Waits until a call that begins like this has reached the sandbox.
    pub(crate) async fn reaches(&self, call: &str) {
        let sent = async || {
            let requests = self.requests().await;
            requests.iter().any(|line| line.starts_with(call))
        };
        until(sent, call).await;
    }

    /// Requests that the sandbox saw, as "METHOD path".
    pub(crate) async fn requests(&self) -> Vec<String> {
        let list = self.admin("/requests").await;
        let requests = list["requests"]
            .as_array()
            .expect("a list of requests")
            .clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        requests
            .iter()
            .map(|r| format!("{} {}", text(&r["method"]), text(&r["path"])))
            .collect()
    }
}

/// The library on a sandbox and a folder, with a vault in memory.
pub(crate) fn app(face: &Face, home: &Path) -> App {
    let addresses = Addresses::new(
        Some(&face.cloudflare_api),
        Some(&face.dashboard),
        Some(&face.platform),
    );
    let app =
        App::open(home.to_owned(), addresses.expect("loopback")).expect("the application opens");
    app.use_vault(Vault::mock().expect("a vault in memory"));
    app
}

/// Choices that destroy the pasted token.
pub(crate) fn destroy() -> Choices {
    Choices {
        broad: BroadWish::Destroy,
        ..Choices::default()
    }
}

/// Waits until something is so.
pub(crate) async fn until(so: impl AsyncFn() -> bool, what: &str) {
    for _ in 0..1000 {
        if so().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("waited in vain: {what}");
}
