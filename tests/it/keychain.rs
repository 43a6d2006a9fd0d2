//! The command line on a real GNOME Keyring.

use std::path::Path;
use std::process::Command;

use narrows_core::run::{Addresses, App};
use narrows_core::secret::Secret;
use serde_json::{Value, json};

use crate::leak::Secrets;
use crate::program::{PASSPHRASE, Program, Ran, SEALED};
use crate::secrecy::both_tokens;
use crate::session::{LOCKED, UNLOCKED, in_session};
use crate::stage::Stage;

#[test]
fn a_connection_rests_in_the_keyring_alone() {
    in_session(UNLOCKED, "keychain::inside_an_unlocked_keyring");
}

#[test]
fn a_locked_keyring_stops_before_anything_is_made() {
    in_session(LOCKED, "keychain::inside_a_locked_keyring");
}

#[test]
fn a_silent_keyring_stops_before_anything_is_made() {
    in_session(UNLOCKED, "keychain::inside_a_silent_keyring");
}

#[test]
fn a_keyring_that_falls_silent_undoes_the_mint() {
    in_session(UNLOCKED, "keychain::inside_a_keyring_that_falls_silent");
}

#[test]
fn everything_moves_out_of_the_keyring_and_back_and_is_forgotten() {
    in_session(UNLOCKED, "keychain::inside_a_keyring_that_is_moved_out_of");
}

/// The program on the session's own bus.
fn program(stage: &Stage) -> Program {
    let mut program = Program::on(&stage.face);
    for name in ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"] {
        program = program.with(name, std::env::var_os(name).expect("a session"));
    }
    program
}

async fn connect(stage: &Stage, narrows: &Program) -> Ran {
    let line = ["connect", "--json", "--vault", "keychain"];
    narrows.run(&line, stage.face.broad_token.as_str()).await
}

/// What another program of this desktop finds in the keyring, by the item's name.
fn search(name: &str) -> Secret {
    let line = ["search", "service", "Narrows (sandbox)", "username", name];
    let found = Command::new("secret-tool")
        .args(line)
        .output()
        .expect("secret-tool");
    let found = String::from_utf8(found.stdout).expect("text");
    let value = found
        .lines()
        .find_map(|line| line.strip_prefix("secret = "));
    Secret::new(
        value
            .unwrap_or_else(|| panic!("nothing by the name {name}"))
            .to_owned(),
    )
}

#[tokio::test]
#[ignore = "needs a session of its own, which `a_connection_rests_in_the_keyring_alone` makes"]
async fn inside_an_unlocked_keyring() {
    let stage = Stage::new().await;
    let narrows = program(&stage).with("NARROWS_LOG", "trace");
    let ran = connect(&stage, &narrows).await;
    let result = ran.result();
    assert_eq!(result["vault"], "keychain");

    let text = |name: &str| result[name].as_str().expect("an id");
    let (connection, token) = (text("connection_id"), text("token_id"));
    let kept = search(&format!("token {connection} {token}"));
    let verified: Value = crate::stage::client()
        .get(format!("{}/user/tokens/verify", stage.face.cloudflare_api))
        .bearer_auth(kept.expose())
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(
        verified["result"]["status"], "active",
        "it works: {verified}"
    );
    assert_eq!(
        verified["result"]["id"], token,
        "it is the one that was made"
    );
    let addresses = Addresses::new(Some(&stage.face.cloudflare_api), None, None);
    let app = App::open(narrows.folder(), addresses.expect("loopback")).expect("the records");
    let known = app
        .record
        .connection(connection)
        .expect("the records")
        .expect("a connection");
    assert_eq!(
        known.fingerprint,
        kept.fingerprint(),
        "and the one that is written down"
    );

    let session = search(&format!("session {}/", stage.face.platform));
    let [access, refresh] = both_tokens(&session);
    let secrets = Secrets::new(&[
        ("the broad token", &stage.face.broad_token),
        ("the narrow token", kept.expose()),
        ("the platform's access token", &access),
        ("the platform's refresh token", &refresh),
    ]);
    assert_eq!(
        secrets.within(ran.stderr.as_bytes()),
        [""; 0],
        "in the log:\n{}",
        ran.stderr
    );
    assert_eq!(secrets.below(narrows.root()), [""; 0], "in its folders");
    let scratch = std::env::var("SCRATCH").expect("the session's folder");
    assert_eq!(
        secrets.below(Path::new(&scratch)),
        [""; 0],
        "in the keyring's own files"
    );
}

#[tokio::test]
#[ignore = "needs a session of its own, which `a_locked_keyring_stops_before_anything_is_made` makes"]
async fn inside_a_locked_keyring() {
    let stage = Stage::new().await;
    let ran = connect(&stage, &program(&stage)).await;
    assert_eq!(
        (ran.error().as_str(), ran.exit),
        ("keychain-locked", Some(1))
    );
    assert_eq!(
        stage.requests().await,
        Vec::<String>::new(),
        "nobody was asked anything"
    );
}

#[tokio::test]
#[ignore = "needs a session of its own, which `a_silent_keyring_stops_before_anything_is_made` makes"]
async fn inside_a_silent_keyring() {
    let stage = Stage::new().await;
    signal("-STOP");
    let ran = connect(&stage, &program(&stage)).await;
    signal("-CONT");
    assert_eq!(
        (ran.error().as_str(), ran.exit),
        ("keychain-silent", Some(1))
    );
    assert_eq!(
        stage.requests().await,
        Vec::<String>::new(),
        "nobody was asked anything"
    );
}

#[tokio::test]
#[ignore = "needs a session of its own, which `a_keyring_that_falls_silent_undoes_the_mint` makes"]
async fn inside_a_keyring_that_falls_silent() {
    let stage = Stage::new().await;
    let slow = json!({ "kind": "delay", "ms": 2000 });
    stage.fault("POST", "/client/v4/user/tokens", slow).await;
    let line = ["connect", "--json"];
    let running = program(&stage).start(&line, stage.face.broad_token.as_str());
    let minting = |line: &String| line == "POST /client/v4/user/tokens";
    while !stage.requests().await.iter().any(minting) {}
    signal("-STOP");
    let ran = running.ends().await;
    signal("-CONT");
    assert_eq!(
        (ran.error().as_str(), ran.exit),
        ("keychain-silent", Some(1))
    );
    assert_eq!(
        stage.ours().await,
        Vec::<String>::new(),
        "what could not be kept is gone"
    );
    let left = ran.object();
    assert_eq!(left["state"], "stopped");
    let told = left["undone"].to_string();
    assert!(
        told.contains("was deleted again"),
        "and that is told: {left}"
    );
}

/// Sends a signal to the process that is this session's keyring.
fn signal(name: &str) {
    let sent = Command::new("kill")
        .args([name, &keyring_process()])
        .status();
    assert!(
        sent.expect("kill runs").success(),
        "the keyring takes {name}"
    );
}

/// Id of the process that is this session's keyring.
fn keyring_process() -> String {
    let asked = Command::new("dbus-send")
        .args([
            "--session",
            "--print-reply=literal",
            "--dest=org.freedesktop.DBus",
            "/",
        ])
        .arg("org.freedesktop.DBus.GetConnectionUnixProcessID")
        .arg("string:org.freedesktop.secrets")
        .output();
    let told = String::from_utf8(asked.expect("dbus-send").stdout).expect("text");
    let id = told.split_whitespace().last().expect("an id");
    id.to_owned()
}

/// Names of everything that the keyring keeps of the sandbox's installation.
fn listed() -> Vec<String> {
    let line = ["search", "--all", "service", "Narrows (sandbox)"];
    let found = Command::new("secret-tool")
        .args(line)
        .output()
        .expect("secret-tool");
    // The attributes are printed on standard error.
    let said = [found.stdout, found.stderr].concat();
    let said = String::from_utf8(said).expect("text");
    let mut names: Vec<String> = said
        .lines()
        .filter_map(|line| line.strip_prefix("attribute.username = "))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

#[tokio::test]
#[ignore = "needs a session of its own, which `everything_moves_out_of_the_keyring_and_back_and_is_forgotten` makes"]
async fn inside_a_keyring_that_is_moved_out_of() {
    let stage = Stage::new().await;
    let narrows = program(&stage);
    let result = connect(&stage, &narrows).await.result();
    let before = listed();
    assert_eq!(before.len(), 2, "a token and a session: {before:?}");
    let token = before.iter().find(|name| name.starts_with("token "));
    let token = token.expect("the token");
    let value = search(token);

    let panel = narrows.run(&["vault", "show", "--json"], "").await.result();
    assert_eq!(panel["items"][0]["name"], result["token_name"], "{panel:#}");
    assert_eq!(
        panel["items"].as_array().map(Vec::len),
        Some(2),
        "{panel:#}"
    );

    let passphrase = format!("{PASSPHRASE}\n");
    let line = [
        "vault",
        "move",
        "--to",
        "file",
        "--passphrase-stdin",
        "--json",
    ];
    let moved = narrows.run(&line, passphrase.as_str()).await.result();
    assert_eq!(
        moved["moved"].as_array().map(Vec::len),
        Some(2),
        "{moved:#}"
    );
    assert_eq!(listed(), [""; 0], "no old copy stays");
    let id = result["connection_id"].as_str().expect("an id");
    let mut line = vec!["deliver", id, "--json"];
    line.extend(SEALED);
    narrows.run(&line, passphrase.as_str()).await.result();

    let line = [
        "vault",
        "move",
        "--to",
        "keychain",
        "--passphrase-stdin",
        "--json",
    ];
    narrows.run(&line, passphrase.as_str()).await.result();
    assert_eq!(listed(), before, "the same items by the same names");
    assert!(search(token).same_as(&value), "with the same value");
    narrows.run(&["deliver", id, "--json"], "").await.result();

    let line = ["forget", "--confirm", "forget everything", "--json"];
    let forgotten = narrows.run(&line, "").await.result();
    assert_eq!(forgotten["complete"], true, "{forgotten:#}");
    assert_eq!(
        listed(),
        [""; 0],
        "the keyring is as if Narrows had never been"
    );
}
