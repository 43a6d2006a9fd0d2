//! After a whole run with every log on, no secret is anywhere but in the vault.

use std::sync::{Arc, Mutex};

use narrows_core::story::Outcome;

use narrows_core::secret::Secret;
use narrows_core::vault::{Item, Vault};
use narrows_sandbox::Face;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::leak::{Secrets, files, holds};
use crate::program::{PASSPHRASE, Program, SEALED};
use crate::stage::{Stage, destroy};

/// The item that holds the session at the sandbox's platform.
pub(crate) fn session(face: &Face) -> Item {
    let platform = url::Url::parse(&face.platform).expect("an address");
    Item::Session {
        platform: platform.to_string(),
    }
}

/// The item that holds the token of a result of `connect --json`.
pub(crate) fn token(result: &Value) -> Item {
    let text = |name: &str| result[name].as_str().expect("an id").to_owned();
    Item::Token {
        connection: text("connection_id"),
        token: text("token_id"),
    }
}

/// A kept session's access and refresh token.
pub(crate) fn both_tokens(session: &Secret) -> [String; 2] {
    let session: Value = serde_json::from_str(session.expose()).expect("a session");
    ["access", "refresh"].map(|name| session[name].as_str().expect("a token").to_owned())
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_is_anywhere_but_in_the_vault() {
    // Slow enough that the process can be looked at while it holds all of them.
    let stage = Stage::slow().await;
    let narrows = Program::on(&stage.face).with("NARROWS_LOG", "trace");
    let broad = stage.face.broad_token.as_str();
    let mut running = narrows.connect(broad, &[]);
    running.says("Keep     Kept").await;
    let process = format!("/proc/{}", running.id());
    let seen = ["cmdline", "environ"].map(|file| std::fs::read(format!("{process}/{file}")));
    let ran = running.ends().await;
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    assert!(
        ran.stderr.contains("call ended"),
        "the log is on: {}",
        ran.stderr
    );

    let mut said = vec![ran.stdout, ran.stderr];
    let list = narrows.run(&["connections", "--json"], "").await;
    let card = list.result()["connections"][0].clone();
    let id = card["connection_id"].as_str().expect("an id");
    for (command, more) in [("deliver", Some(id)), ("status", None)] {
        let line: Vec<&str> = std::iter::once(command).chain(more).chain(SEALED).collect();
        let ran = narrows.run(&line, PASSPHRASE).await;
        assert_eq!(ran.exit, Some(0), "{ran:?}");
        said.extend([ran.stdout, ran.stderr]);
    }
    // And where something goes wrong, which is when programs talk most.
    let unknown = "cfut_".to_owned() + &"q".repeat(40) + "0badc0de";
    let garbage = json!({ "kind": "garbage" });
    stage.fault("*", "/v1/me", garbage).await;
    for (token, more) in [
        (unknown.as_str(), "a"),
        (broad, "b"),
        (stage.face.broad_account_token.as_str(), "c"),
    ] {
        let ran = narrows.connect(token, &["--project", more]).ends().await;
        assert_ne!(ran.exit, Some(0), "{ran:?}");
        said.extend([ran.stdout, ran.stderr]);
        stage.tell("/reset", &json!({})).await;
        let garbage = json!({ "kind": "garbage" });
        stage
            .fault("POST", "/client/v4/accounts/{}/tokens", garbage)
            .await;
    }
    said.extend([list.stdout, list.stderr]);

    let folder = narrows.folder();
    let vault = Vault::file(
        folder.join("vault.narrows"),
        Secret::new(PASSPHRASE.to_owned()),
    )
    .await
    .expect("the passphrase opens the file");
    let narrow = vault
        .get(&token(&card))
        .await
        .expect("the vault")
        .expect("a token");
    let kept = vault
        .get(&session(&stage.face))
        .await
        .expect("the vault")
        .expect("a session");
    let [access, refresh] = both_tokens(&kept);
    let secrets = Secrets::new(&[
        ("the broad token", broad),
        ("the account's broad token", &stage.face.broad_account_token),
        ("the unknown token", &unknown),
        ("the narrow token", narrow.expose()),
        ("the platform's access token", &access),
        ("the platform's refresh token", &refresh),
        ("the passphrase", PASSPHRASE),
    ]);
    for text in &said {
        assert_eq!(
            secrets.within(text.as_bytes()),
            [""; 0],
            "in what it said:\n{text}"
        );
    }
    for bytes in seen {
        let bytes = bytes.expect("the process was there");
        assert!(holds(&bytes, b"narrows"), "this is the process's own");
        assert_eq!(
            secrets.within(&bytes),
            [""; 0],
            "in its arguments or environment"
        );
    }
    assert_eq!(secrets.below(narrows.root()), [""; 0], "on disk");

    let name = card["token_name"].as_str().expect("a name").as_bytes();
    let named = |file: &std::path::PathBuf| holds(&std::fs::read(file).unwrap_or_default(), name);
    assert!(
        files(&folder).iter().any(named),
        "looking finds what is there"
    );
}

#[tokio::test]
async fn what_the_library_and_its_dependencies_show_holds_no_secret() {
    // The command line holds back other crates' logs; here they are heard as well.
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(lines);
    // With one listener alone, a line that a test on another thread comes to first would be taken for unheard for good.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    let stage = Stage::new().await;
    let broad = stage.face.broad_token.as_str();
    let mut walk =
        narrows_core::connect::Connect::begin(&stage.app, Stage::profile(), None).expect("a walk");
    walk.approach.prepare().await;
    let (prompt, waiting) = walk.approach.begin_sign_in().await.expect("a code");
    let signed_in = waiting.wait().await.expect("the sandbox approves");
    let mut shown = vec![format!("{prompt:?} {signed_in:?}")];
    walk.approach.signed_in(signed_in);
    let pasted = walk
        .approach
        .paste(Secret::new(broad.to_owned()))
        .expect("a token");
    let inspection = walk.approach.inspect(None).await.expect("good");
    let credential = narrows_core::cloudflare::Credential::Token(Secret::new(broad.to_owned()));
    let client = stage.app.cloudflare(credential).expect("a client");
    let outcome = walk
        .connect(&destroy(), None, &CancellationToken::new())
        .await;
    shown.push(format!("{pasted:?} {inspection:?} {client:?} {outcome:?}"));
    let Outcome::Connected(result) = outcome else {
        panic!("connect did not come through: {outcome:?}");
    };
    shown.push(serde_json::to_string(&result).expect("JSON"));

    let vault = stage.app.vault();
    let narrow = vault
        .get(&token(&json!(result)))
        .await
        .expect("the vault")
        .expect("a token");
    let kept = vault
        .get(&session(&stage.face))
        .await
        .expect("the vault")
        .expect("a session");
    shown.push(format!("{narrow:?} {kept:?}"));
    let shown = shown.join("\n");
    let [access, refresh] = both_tokens(&kept);
    let secrets = Secrets::new(&[
        ("the broad token", broad),
        ("the narrow token", narrow.expose()),
        ("the platform's access token", &access),
        ("the platform's refresh token", &refresh),
    ]);
    assert_eq!(secrets.within(shown.as_bytes()), [""; 0], "{shown}");
    let log = log.0.lock().expect("the log").clone();
    for part in ["hyper", "call ended"] {
        assert!(holds(&log, part.as_bytes()), "{part} is heard");
    }
    let shown = String::from_utf8_lossy(&log);
    assert_eq!(secrets.within(&log), [""; 0], "in the log:\n{shown}");
}
