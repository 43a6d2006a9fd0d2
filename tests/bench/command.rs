//! What the command `narrows doctor` takes beside the network: the whole process, from its start to its exit.
//!
//! The bare reference is a process too: it asks as many questions one after another as a diagnosis takes rounds, and
//! nothing else. Both are measured by turns in one run, so that the machine's speed falls out.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and stops when it cannot measure"
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use narrows_core::profile::Profile;
use narrows_core::run::{Addresses, App};
use narrows_sandbox::{Face, Options, Sandbox};
use serde_json::{Value, json};

const LATENCY_MS: u64 = 100;
const PROFILE: &str = "getaipage";
const RUNS: usize = 15;
/// What the command may take beside the network is 60 ms, and a diagnosis with everything named is one round: so much
/// more than the bare reference, which takes the latency and nearly nothing else.
const MOST_RATIO: f64 = 1.6;
/// Tells this program that it is the bare reference: how often to ask, and whom.
const BARE: &str = "NARROWS_BENCH_BARE";

fn main() {
    if let Ok(wish) = std::env::var(BARE) {
        let (times, host) = wish.split_once(' ').expect("a number and a host");
        bare(times.parse().expect("a number"), host);
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let options = Options {
        latency_ms: LATENCY_MS,
        ..Options::default()
    };
    let sandbox = runtime.block_on(Sandbox::start(options));
    let sandbox = sandbox.expect("the sandbox starts");
    let face = sandbox.face();
    let token = runtime.block_on(plant(face));

    let (mut own, mut reference) = (Vec::new(), Vec::new());
    let mut rounds = 0;
    // The first pair brings both programs into memory and is not counted.
    for run in 0..=RUNS {
        let (took, asked) = doctor(face, &token);
        rounds = asked;
        let bare = process(bare_command(face, rounds), "");
        if run > 0 {
            own.push(took);
            reference.push(bare.0);
        }
    }
    let (took, bare) = (median(own), median(reference));
    let beyond = took.saturating_sub(Duration::from_millis(LATENCY_MS * rounds));
    let ratio = took.as_secs_f64() / bare.as_secs_f64();
    println!(
        "{:>8} {:>6} {:>9} {:>16} {:>8} {:>7}",
        "profile", "rounds", "wall ms", "beyond network", "bare ms", "ratio"
    );
    println!(
        "{PROFILE:>8} {rounds:>6} {:>9} {:>16} {:>8} {ratio:>7.2}",
        took.as_millis(),
        beyond.as_millis(),
        bare.as_millis()
    );
    println!("bound: at most {MOST_RATIO} times the bare reference");
    assert!(ratio <= MOST_RATIO, "the bound is broken");
}

/// As many questions as there are rounds, one after another, each over a connection of its own: nothing is set up
/// that a question does not need.
fn bare(times: u64, host: &str) {
    let question = format!(
        "GET /client/v4/user/tokens/verify HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    );
    for _ in 0..times {
        let mut line = TcpStream::connect(host).expect("somebody listens");
        line.write_all(question.as_bytes()).expect("it is heard");
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).expect("an answer");
        assert!(answer.starts_with(b"HTTP/1.1 "), "an answer");
    }
}

fn bare_command(face: &Face, rounds: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let address = face.cloudflare_api.trim_start_matches("http://");
    let host = address.split('/').next().unwrap_or_default();
    command.env(BARE, format!("{rounds} {host}"));
    command
}

/// The command from start to end, and the rounds that it counted.
fn doctor(face: &Face, token: &str) -> (Duration, u64) {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_narrows"));
    command
        .args(["doctor", "--json", "--profile", PROFILE])
        .args(["--account", &face.account_id, "--zone", &face.zone_id])
        .env_clear()
        .env("HOME", home.path())
        .env("NARROWS_HOME", home.path())
        .env("NARROWS_CLOUDFLARE_API", &face.cloudflare_api)
        .env("NARROWS_DASHBOARD", &face.dashboard)
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let (took, out) = process(command, token);
    let told: Value = serde_json::from_slice(&out).expect("one object");
    assert_eq!(told["headline"], "8/8, 5 assumed", "{told:#}");
    (took, told["rounds"].as_u64().expect("a number"))
}

fn process(mut command: Command, input: &str) -> (Duration, Vec<u8>) {
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut pipe = child.stdin.take().expect("its input");
    pipe.write_all(input.as_bytes()).expect("it reads");
    drop(pipe);
    let ran = child.wait_with_output().expect("it ends");
    let took = began.elapsed();
    assert!(ran.status.success(), "it ends well: {}", ran.status);
    (took, ran.stdout)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A token with every permission of the profile.
async fn plant(face: &Face) -> String {
    // The conduit sets up TLS, which a bare client needs as well.
    let home = tempfile::tempdir().expect("a folder");
    let addresses = Addresses::new(Some(&face.cloudflare_api), Some(&face.dashboard), None);
    App::open(home.path().to_owned(), addresses.expect("loopback")).expect("the application opens");

    let profile = Profile::load(PROFILE).expect("a built-in profile");
    let permissions = profile.permissions(&[]);
    let groups: Vec<&str> = permissions.iter().map(|one| one.group.as_str()).collect();
    let body = json!({
        "kind": "user", "groups": groups, "account": face.account_id, "zone": face.zone_id,
    });
    let answer = reqwest::Client::new()
        .post(format!("{}/tokens", face.admin))
        .json(&body)
        .send()
        .await
        .expect("the sandbox answers");
    let made: Value = answer.json().await.expect("JSON");
    made["value"].as_str().expect("a value").to_owned()
}
