//! The fixed face that others drive.

use narrows_sandbox::Options;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::client::{Bench, send};

#[tokio::test]
async fn the_same_seed_gives_the_same_world() {
    let start = async |seed| {
        Bench::with(Options {
            seed,
            ..Options::default()
        })
        .await
    };
    let (first, again, other) = (start(5).await, start(5).await, start(6).await);
    let kernel = |bench: &Bench| {
        let face = bench.face().clone();
        [
            face.account_id,
            face.zone_id,
            face.broad_token,
            face.broad_account_token,
            face.narrow_token,
            face.global_key,
        ]
    };
    assert_eq!(kernel(&first), kernel(&again), "ids and values repeat");
    assert_ne!(
        kernel(&first),
        kernel(&other),
        "another seed is another world"
    );
    let mint = async |bench: &Bench| {
        bench
            .plant(json!({ "kind": "user", "groups": ["Pages Write"] }))
            .await
    };
    assert_eq!(
        mint(&first).await,
        mint(&again).await,
        "and so do tokens made the same way"
    );
}

#[tokio::test]
async fn the_face_names_credentials_that_work() {
    let bench = Bench::new().await;
    let face = bench.face();
    assert_eq!(
        bench.get("/user/tokens", &face.broad_token).await.status,
        200,
        "the broad token manages tokens"
    );
    assert_eq!(
        bench
            .get("/accounts/{account}", &face.broad_token)
            .await
            .status,
        200,
        "and reads account settings"
    );
    assert_eq!(
        bench
            .get("/accounts/{account}/tokens", &face.broad_account_token)
            .await
            .status,
        200,
        "so does the account's"
    );
    assert_eq!(
        bench
            .get("/accounts/{account}/pages/projects", &face.narrow_token)
            .await
            .status,
        200,
        "the narrow one opens Pages"
    );
    let listed = bench.get("/user/tokens", &face.broad_token).await.result();
    assert_eq!(
        listed.as_array().map(Vec::len),
        Some(2),
        "the account's token is not the user's"
    );
    for address in [
        &face.cloudflare_api,
        &face.dashboard,
        &face.platform,
        &face.admin,
    ] {
        assert!(
            address.starts_with("http://127.0.0.1:"),
            "{address} is loopback"
        );
    }
}

#[tokio::test]
async fn a_dropped_sandbox_answers_nobody_not_even_on_an_open_connection() {
    let bench = Bench::new().await;
    let address = bench.face().admin.replace("http://", "");
    let mut kept = TcpStream::connect(&address)
        .await
        .expect("the door is open");
    let ask = format!("GET /requests HTTP/1.1\r\nhost: {address}\r\n\r\n");
    kept.write_all(ask.as_bytes())
        .await
        .expect("it can be asked");
    let mut answer = [0; 1024];
    let read = kept.read(&mut answer).await.expect("it answers");
    assert!(read > 0, "the connection works and stays open");
    drop(bench);
    let _ = kept.write_all(ask.as_bytes()).await;
    let after = kept.read(&mut answer).await;
    assert!(
        !matches!(after, Ok(1..)),
        "nothing is answered any more: {after:?}"
    );
}

#[test]
fn the_process_prints_one_line_of_json_when_it_is_ready() {
    use std::{
        io::{BufRead, BufReader},
        process::{Command, Stdio},
    };
    let mut child = Command::new(env!("CARGO_BIN_EXE_narrows-sandbox"))
        .args(["--seed", "9", "--accounts", "3", "--zones", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut line = String::new();
    let read = BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line);
    child.kill().expect("it was running");
    child.wait().expect("it ends");
    read.expect("a line");
    let face: serde_json::Value = serde_json::from_str(&line).expect("one line of JSON");
    for key in [
        "cloudflare_api",
        "dashboard",
        "platform",
        "admin",
        "user_email",
        "account_id",
        "broad_token",
        "broad_account_token",
        "narrow_token",
        "global_key",
    ] {
        assert!(
            face[key].as_str().is_some_and(|value| !value.is_empty()),
            "{key} is there"
        );
    }
    assert_eq!(face["zone_id"], "", "no zones, no zone id");
}

#[tokio::test]
async fn a_snapshot_is_taken_up_by_another_sandbox() {
    let key = Some([7; 32]);
    let start = async |seed| {
        Bench::with(Options {
            seed,
            auto_approve: true,
            platform_key: key,
            ..Options::default()
        })
        .await
    };
    let (one, other) = (start(1).await, start(2).await);
    let narrow = json!({
        "kind": "user",
        "groups": ["Pages Write"],
        "account": one.face().account_id,
        "condition": { "request_ip": { "in": ["127.0.0.0/8"] } },
        "expires_on": "2099-01-01T00:00:00Z",
    });
    let (id, value) = one.plant(narrow).await;
    let projects = format!("/accounts/{}/pages/projects", one.face().account_id);
    let project = json!({ "name": "bakery", "production_branch": "main" });
    one.with_body("POST", &projects, &value, &project)
        .await
        .result();
    let begun = format!("{}/oauth/device_authorization", one.face().platform);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let begun = send("POST", &begun, &form, Some("client_id=narrows-desktop")).await;
    assert_eq!(begun.expect("an answer").status, 200, "somebody signs in");

    let whole = one.admin("GET", "/snapshot", None).await;
    other.admin("POST", "/snapshot", Some(&whole)).await;
    assert_eq!(
        other.admin("GET", "/snapshot", None).await,
        whole,
        "it holds the same"
    );
    let grown = json!({ "kind": "user", "groups": ["Pages Write"] });
    assert_eq!(
        one.plant(grown.clone()).await,
        other.plant(grown).await,
        "and both go on alike"
    );
    let devices = whole["platform"]["device"].as_array().expect("rows");
    assert_eq!(devices.len(), 1, "the sign-in is among it: {whole}");
    let verified = other.get("/user/tokens/verify", &value).await.result();
    assert_eq!(
        verified["id"],
        id.as_str(),
        "a token works there by its value"
    );
    let listed = other.get(&projects, &value).await.result();
    assert_eq!(listed[0]["name"], "bakery", "and reaches what it reached");
    let mut broken = whole.clone();
    broken["platform"]["signed_in"] = json!([{ "id": "not a number" }]);
    broken["cloudflare"]["projects"] = json!([]);
    let url = format!("{}/snapshot", other.face().admin);
    let refused = send("POST", &url, &[], Some(&broken.to_string())).await;
    assert_eq!(refused.expect("an answer").status, 400);
    let listed = other.get(&projects, &value).await.result();
    assert_eq!(
        listed[0]["name"], "bakery",
        "what does not fit changes nothing"
    );
}
