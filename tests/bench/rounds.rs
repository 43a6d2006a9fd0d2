//! Rounds and wall time of connect, beside the time that no program can avoid.
//!
//! The sandbox answers after 100 ms, as a distant service would. The bound is a ratio in one run: the wall time
//! against the same number of bare requests, one after another, to the same sandbox.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark prints, and stops when it cannot measure"
)]

use std::time::{Duration, Instant};

use narrows_core::connect::Connect;
use narrows_core::profile::Profile;
use narrows_core::run::{Addresses, App};
use narrows_core::secret::Secret;
use narrows_core::story::{BroadWish, Choices, Outcome};
use narrows_core::vault::Vault;
use narrows_sandbox::{Face, Options, Sandbox};
use tokio_util::sync::CancellationToken;

const LATENCY_MS: u64 = 100;
/// The agreed bounds.
const MOST_ROUNDS: u32 = 6;
const MOST_RATIO: f64 = 1.25;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let failed = runtime.block_on(async {
        let mut failed = false;
        println!(
            "{:<14} {:>6} {:>10} {:>12} {:>7}",
            "pasted", "rounds", "wall ms", "6 calls ms", "ratio"
        );
        for account_token in [false, true] {
            let (rounds, wall, bare) = measure(account_token).await;
            let ratio = wall.as_secs_f64() / bare.as_secs_f64();
            let name = if account_token {
                "account token"
            } else {
                "user token"
            };
            println!(
                "{name:<14} {rounds:>6} {:>10} {:>12} {ratio:>7.2}",
                wall.as_millis(),
                bare.as_millis()
            );
            failed |= rounds > MOST_ROUNDS || ratio > MOST_RATIO;
        }
        failed
    });
    println!("bounds: at most {MOST_ROUNDS} rounds, at most {MOST_RATIO} times six bare calls");
    assert!(!failed, "a bound is broken");
}

async fn measure(account_token: bool) -> (u32, Duration, Duration) {
    let options = Options {
        latency_ms: LATENCY_MS,
        auto_approve: true,
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
    let face = sandbox.face().clone();
    let home = tempfile::tempdir().expect("a folder");
    let addresses = Addresses::new(
        Some(&face.cloudflare_api),
        Some(&face.dashboard),
        Some(&face.platform),
    );
    let app = App::open(home.path().to_owned(), addresses.expect("loopback"))
        .expect("the application opens");
    app.use_vault(Vault::mock().expect("a vault in memory"));

    let profile = Profile::load("site-generator").expect("the built-in profile");
    let mut walk = Connect::begin(&app, profile, None).expect("a walk");
    walk.approach.prepare().await;
    let (_, waiting) = walk.approach.begin_sign_in().await.expect("a code");
    let signed_in = waiting.wait().await.expect("approved");
    walk.approach.signed_in(signed_in);

    let token = if account_token {
        &face.broad_account_token
    } else {
        &face.broad_token
    };
    walk.approach
        .paste(Secret::new(token.clone()))
        .expect("a token");
    walk.approach.inspect(None).await.expect("a good token");
    let choices = Choices {
        broad: BroadWish::Destroy,
        ..Choices::default()
    };
    let Outcome::Connected(result) = walk
        .connect(&choices, None, &CancellationToken::new())
        .await
    else {
        panic!("connect did not come through");
    };
    (
        result.rounds,
        Duration::from_millis(u64::from(result.elapsed_ms)),
        bare(&face).await,
    )
}

/// Six requests one after another on one connection.
async fn bare(face: &Face) -> Duration {
    let client = reqwest::Client::new();
    let began = Instant::now();
    for _ in 0..MOST_ROUNDS {
        let request = client
            .get(format!("{}/user/tokens/verify", face.cloudflare_api))
            .bearer_auth(&face.narrow_token);
        request
            .send()
            .await
            .expect("an answer")
            .bytes()
            .await
            .expect("a whole one");
    }
    began.elapsed()
}
