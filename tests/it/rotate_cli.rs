//! `narrows rotate`, as scripts and people meet it.

use narrows_core::record::Record;
use narrows_core::secret::Secret;
use narrows_core::vault::{Item, Vault};
use narrows_sandbox::Options;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::leak::{Secrets, holds};
use crate::program::{PASSPHRASE, Program, Ran, SEALED};
use crate::rotate::broad;
use crate::stage::Stage;

const ROTATED: &str = include_str!("golden/rotated.json");

/// Connects, leaving the pasted token alive; gives what `connect --json` printed.
async fn connected(stage: &Stage, narrows: &Program, more: &[&str]) -> Value {
    let mut options = vec!["--json", "--keep-broad"];
    options.extend(more);
    let ran = narrows.connect(&stage.face.broad_token, &options);
    ran.ends().await.result()
}

async fn rotate(narrows: &Program, token: &str, line: &[&str]) -> Ran {
    let mut arguments = vec!["rotate"];
    arguments.extend(line);
    arguments.extend(SEALED);
    narrows
        .run(&arguments, format!("{PASSPHRASE}\n{token}\n"))
        .await
}

/// A result with what is different each time replaced by its name.
fn steady(mut result: Value) -> Value {
    for pointer in [
        "/run",
        "/connection_id",
        "/project",
        "/old_token/token_id",
        "/old_token/token_name",
        "/old_token/fingerprint",
        "/old_token/after_ms",
        "/new_token/token_id",
        "/new_token/token_name",
        "/new_token/fingerprint",
        "/receipt_code",
        "/broad/after_ms",
        "/broad/sentence",
        "/rounds",
        "/elapsed_ms",
    ] {
        let value = result.pointer_mut(pointer).expect("a documented field");
        assert!(!value.is_null(), "{pointer} is told");
        *value = format!("<{}>", pointer.trim_start_matches('/')).into();
    }
    let checks = result["new_token"]["checks"].as_array_mut();
    for check in checks.expect("a list of checks") {
        *check = check["what"].take();
    }
    result
}

#[tokio::test]
async fn rotate_prints_one_object_with_the_documented_fields() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let before = connected(&stage, &narrows, &[]).await;
    let id = before["connection_id"].as_str().expect("an id");
    let ran = rotate(&narrows, &broad(&stage).await.1, &[id, "--json"]).await;
    let result = ran.result();
    assert_eq!(result["old_token"]["token_id"], before["token_id"]);
    assert_eq!(result["new_token"]["granted"], before["granted"]);
    let cabinet = Browser::signed_in(&stage.face).await;
    assert_eq!(
        result["receipt_code"],
        cabinet.receipt_code().await,
        "both sides show the same code"
    );
    let list = narrows.run(&["connections", "--json"], "").await.result();
    assert_eq!(
        list["connections"][0]["token_id"],
        result["new_token"]["token_id"]
    );
    let steady = steady(result);
    let golden: Value = serde_json::from_str(ROTATED).expect("golden/rotated.json");
    assert_eq!(steady, golden, "scripts rely on these fields:\n{steady:#}");
}

#[tokio::test]
async fn a_person_reads_progress_on_standard_error_and_the_state_on_the_last_line() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let before = connected(&stage, &narrows, &[]).await;
    let id = before["connection_id"].as_str().expect("an id");
    let ran = rotate(&narrows, &broad(&stage).await.1, &[id]).await;
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    for step in [
        "Mint", "Keep", "Prove", "Deliver", "Swap", "Revoke", "Destroy",
    ] {
        let lines = ran.stderr.lines().filter(|line| line.starts_with(step));
        assert_eq!(lines.count(), 1, "{step} is told once:\n{}", ran.stderr);
    }
    assert_eq!(ran.stdout.lines().last(), Some("rotated"), "{}", ran.stdout);
    for word in ["Old token", "New token", "Receipt", "Pasted token"] {
        assert!(ran.stdout.contains(word), "{word}:\n{}", ran.stdout);
    }
}

#[tokio::test]
async fn each_end_has_its_exit_code() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let before = connected(&stage, &narrows, &[]).await;
    let id = before["connection_id"].as_str().expect("an id");
    for (line, code, exit) in [
        (vec!["--json"], "usage", 64),
        (vec!["--json", id, "--all"], "usage", 64),
        (
            vec!["--json", id, "--in-place", "--profile-policy"],
            "usage",
            64,
        ),
        (vec!["--json", "nothing"], "connection-unknown", 64),
        (
            vec!["--json", id, "--expires", "soon"],
            "expiry-unreadable",
            64,
        ),
    ] {
        let ran = rotate(&narrows, &stage.face.broad_token, &line).await;
        assert_eq!(
            (ran.error().as_str(), ran.exit),
            (code, Some(exit)),
            "{line:?}"
        );
    }
    let account = &stage.face.broad_account_token;
    let ran = rotate(&narrows, account, &[id, "--json"]).await;
    assert_eq!(
        (ran.error().as_str(), ran.exit),
        ("rotation-other-kind", Some(2))
    );

    let down = json!({ "kind": "status", "status": 500 });
    stage.fault("PUT", "/v1/connections/{}", down).await;
    let kept = rotate(
        &narrows,
        &stage.face.broad_token,
        &[id, "--json", "--keep-broad"],
    )
    .await;
    assert_eq!(kept.exit, Some(3), "{kept:?}");
    let pending = kept.object();
    assert_eq!(pending["state"], "pending");
    assert_eq!(pending["old_token"]["state"], "in-use");
    assert_eq!(pending["broad"]["state"], "kept");
    let again = rotate(&narrows, &stage.face.broad_token, &[id, "--json"]).await;
    assert_eq!(
        (again.error().as_str(), again.exit),
        ("rotation-open", Some(3))
    );
    stage.tell("/reset", &json!({})).await;
    let mut line = vec!["deliver", id, "--json"];
    line.extend(SEALED);
    let card = narrows.run(&line, PASSPHRASE).await.result();
    assert_eq!(card["token_id"], pending["new_token"]["token_id"]);
}

#[tokio::test]
async fn all_connections_are_rotated_and_counted() {
    let stage = Stage::with(Options {
        accounts: 2,
        ..Options::default()
    })
    .await;
    let narrows = Program::on(&stage.face);
    let account = stage.face.account_id.as_str();
    connected(&stage, &narrows, &["--account", account]).await;
    connected(
        &stage,
        &narrows,
        &["--account", account, "--project", "two"],
    )
    .await;
    let ran = narrows.connect(
        &stage.face.broad_account_token,
        &["--json", "--project", "three"],
    );
    let own = ran.ends().await.result();
    let ran = rotate(&narrows, &broad(&stage).await.1, &["--all", "--json"]).await;
    assert_eq!(ran.exit, Some(1), "one was skipped: {ran:?}");
    let told = ran.object();
    assert_eq!(
        told["summary"],
        json!({ "of": 3, "rotated": 2, "old_open": 0, "pending": 0, "stopped": 0, "skipped": 1 })
    );
    assert_eq!(told["skipped"][0]["connection_id"], own["connection_id"]);
    assert_eq!(told["broad"]["state"], "refused");

    // As if the profile had asked for more when the newest was made.
    let record = Record::open(&narrows.folder()).expect("the same folder");
    let all = record.connections().expect("records");
    let mut was = all.first().cloned().expect("the newest");
    let resource = format!("com.cloudflare.api.account.{}", was.account_id);
    was.policy = json!([
        { "group": "Pages Read", "scope": "account", "resource": resource },
        { "group": "Pages Write", "scope": "account", "resource": resource },
    ]);
    record.put_connection(&was).expect("records");
    let line = ["--all", "--profile-policy"];
    let person = rotate(&narrows, &broad(&stage).await.1, &line).await;
    let (ahead, _) = person.stderr.split_once("2 of 3").expect("progress");
    assert!(
        ahead.contains("- read Cloudflare Pages") && ahead.contains(&was.id),
        "what each loses or gains is printed before anything is made:\n{ahead}"
    );
    assert!(person.stderr.contains("2 of 3: Mint"), "{}", person.stderr);
    let last = person.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with("2 of 3 rotated"), "{last}");
}

#[tokio::test]
async fn neither_value_of_a_rotation_is_anywhere_but_in_the_vault() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face).with("NARROWS_LOG", "trace");
    let before = connected(&stage, &narrows, &[]).await;
    let id = before["connection_id"].as_str().expect("an id");
    let folder = narrows.folder();
    let value = async |token: &Value| {
        let passphrase = Secret::new(PASSPHRASE.to_owned());
        let vault = Vault::file(folder.join("vault.narrows"), passphrase);
        let item = Item::Token {
            connection: id.to_owned(),
            token: token.as_str().expect("an id").to_owned(),
        };
        let vault = vault.await.expect("the passphrase opens the file");
        vault.get(&item).await.expect("the vault")
    };
    let old = value(&before["token_id"]).await.expect("kept");
    let (_, pasted) = broad(&stage).await;
    let mut said = Vec::new();
    let down = json!({ "nth": 1, "kind": "garbage" });
    stage
        .fault("DELETE", "/client/v4/user/tokens/{}", down)
        .await;
    let ran = rotate(&narrows, &pasted, &[id, "--json"]).await;
    assert!(ran.stderr.contains("call ended"), "the log is on");
    let new = ran.object()["new_token"]["token_id"].clone();
    let new = value(&new).await.expect("kept");
    said.extend([ran.stdout, ran.stderr]);
    let (_, again) = broad(&stage).await;
    let ran = rotate(&narrows, &again, &[id, "--in-place"]).await;
    said.extend([ran.stdout, ran.stderr]);
    let list = narrows.run(&["connections", "--json"], "").await.result();
    let rolled = value(&list["connections"][0]["token_id"]).await;
    let rolled = rolled.expect("kept");
    let secrets = Secrets::new(&[
        ("the pasted token", &pasted),
        ("the second pasted token", &again),
        ("the old token", old.expose()),
        ("the new token", new.expose()),
        ("the rolled value", rolled.expose()),
        ("the passphrase", PASSPHRASE),
    ]);
    for text in &said {
        assert_eq!(secrets.within(text.as_bytes()), [""; 0], "in:\n{text}");
    }
    assert_eq!(secrets.below(narrows.root()), [""; 0], "on disk");
    let database = std::fs::read_dir(&folder).expect("the folder");
    let names = before["token_name"].as_str().expect("a name").as_bytes();
    let found = database
        .filter_map(|file| std::fs::read(file.expect("a file").path()).ok())
        .any(|bytes| holds(&bytes, names));
    assert!(found, "looking finds what is there");
}
