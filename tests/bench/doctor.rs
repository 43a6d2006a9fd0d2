//! Rounds and wall time of a diagnosis of 25 permissions, beside the same checks made one after another.
//!
//! The sandbox answers after 100 ms, as a distant service would. Both are measured in one run, so that the machine's
//! speed falls out.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and stops when it cannot measure"
)]

use std::time::{Duration, Instant};

use narrows_core::doctor::story::{Against, DoctorOptions};
use narrows_core::doctor::{self, Given, Input, Subject};
use narrows_core::profile::Profile;
use narrows_core::proof::Endpoint;
use narrows_core::run::{Addresses, App};
use narrows_core::secret::Secret;
use narrows_core::vault::Vault;
use narrows_sandbox::{Face, Options, Sandbox};
use serde_json::{Value, json};

const LATENCY_MS: u64 = 100;
const PROFILE: &str = "stackone";
/// The agreed bound.
const MOST_ROUNDS: u32 = 3;
/// Wall time against the bare latency of that many rounds.
const MOST_RATIO: f64 = 1.5;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let failed = runtime.block_on(async {
        let mut failed = false;
        println!(
            "{:<14} {:>8} {:>6} {:>10} {:>18} {:>8}",
            "token", "answer", "rounds", "wall ms", "one by one ms", "faster"
        );
        for kind in ["user", "account"] {
            let measured = measure(kind).await;
            println!(
                "{kind:<14} {:>8} {:>6} {:>10} {:>18} {:>7.1}x",
                measured.answer,
                measured.rounds,
                measured.wall.as_millis(),
                measured.one_by_one.as_millis(),
                measured.one_by_one.as_secs_f64() / measured.wall.as_secs_f64()
            );
            let bare = Duration::from_millis(LATENCY_MS * u64::from(MOST_ROUNDS));
            failed |= measured.rounds > MOST_ROUNDS
                || measured.wall.as_secs_f64() > MOST_RATIO * bare.as_secs_f64();
        }
        failed
    });
    println!("bounds: at most {MOST_ROUNDS} rounds, at most {MOST_RATIO} times their bare latency");
    assert!(!failed, "a bound is broken");
}

struct Measured {
    answer: String,
    rounds: u32,
    wall: Duration,
    one_by_one: Duration,
}

async fn measure(kind: &str) -> Measured {
    let options = Options {
        latency_ms: LATENCY_MS,
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
    let face = sandbox.face().clone();
    let home = tempfile::tempdir().expect("a folder");
    let addresses = Addresses::new(Some(&face.cloudflare_api), Some(&face.dashboard), None);
    let app = App::open(home.path().to_owned(), addresses.expect("loopback"))
        .expect("the application opens");
    app.use_vault(Vault::mock().expect("a vault in memory"));

    let profile = Profile::load(PROFILE).expect("a built-in profile");
    let token = plant(&face, &profile, kind).await;
    let ask = || Input {
        subject: Subject::Given(Given::Token(Secret::new(token.clone()))),
        second: None,
        options: DoctorOptions {
            against: Against::Profile(PROFILE.to_owned()),
            account: Some(face.account_id.clone()),
            zones: vec![face.zone_id.clone()],
            ..DoctorOptions::default()
        },
    };
    // The first one opens connections, which a person's second look does not.
    doctor::examine(&app, ask(), None).await.expect("sound");
    let began = Instant::now();
    let told = doctor::examine(&app, ask(), None).await.expect("sound");
    let wall = began.elapsed();
    Measured {
        answer: format!("{}/{}", told.score.granted, told.score.of),
        rounds: told.rounds,
        wall,
        one_by_one: one_by_one(&face, &profile, &token, kind).await,
    }
}

/// A token with every permission that its kind can have.
async fn plant(face: &Face, profile: &Profile, kind: &str) -> String {
    let groups: Vec<&str> = profile
        .permissions(&[])
        .into_iter()
        .filter(|one| kind == "user" || one.scope.word() != "user")
        .map(|one| one.group.as_str())
        .collect();
    let body =
        json!({ "kind": kind, "groups": groups, "account": face.account_id, "zone": face.zone_id });
    let answer = reqwest::Client::new()
        .post(format!("{}/tokens", face.admin))
        .json(&body)
        .send()
        .await
        .expect("the sandbox answers");
    let made: Value = answer.json().await.expect("JSON");
    made["value"].as_str().expect("a value").to_owned()
}

/// Who it is, and then the read of each permission, one after another on one connection.
async fn one_by_one(face: &Face, profile: &Profile, token: &str, kind: &str) -> Duration {
    let client = reqwest::Client::new();
    let verify = match kind {
        "user" => "/user/tokens/verify".to_owned(),
        _ => format!("/accounts/{}/tokens/verify", face.account_id),
    };
    let mut paths = vec![verify];
    for permission in profile.permissions(&[]) {
        let Some(endpoint) = permission.probe.as_deref().and_then(Endpoint::find) else {
            continue;
        };
        let resource = match permission.scope.word() {
            "zone" => &face.zone_id,
            _ => &face.account_id,
        };
        paths.push(endpoint.path(resource));
    }
    let began = Instant::now();
    for path in paths {
        client
            .get(format!("{}{path}", face.cloudflare_api))
            .bearer_auth(token)
            .send()
            .await
            .expect("an answer")
            .bytes()
            .await
            .expect("a whole one");
    }
    began.elapsed()
}
