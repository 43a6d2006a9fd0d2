//! What goes wrong when told to, and what is written down.

use std::time::{Duration, Instant};

use narrows_sandbox::Options;
use serde_json::{Value, json};

use crate::client::{Bench, PAGES_WRITE, send};

const MINT: &str = "/client/v4/user/tokens";

async fn set(bench: &Bench, fault: Value) {
    bench
        .admin("POST", "/faults", Some(&json!({ "faults": [fault] })))
        .await;
}

/// Tries to mint; gives what the caller saw.
async fn mint(bench: &Bench) -> std::io::Result<crate::client::Reply> {
    let body = bench
        .draft(
            "n",
            PAGES_WRITE,
            &json!({ "com.cloudflare.api.account.{account}": "*" }),
        )
        .to_string();
    let bearer = format!("Bearer {}", bench.face().broad_token);
    bench
        .try_call(
            "POST",
            "/user/tokens",
            &[("authorization", &bearer)],
            Some(&body),
        )
        .await
}

async fn tokens(bench: &Bench) -> usize {
    bench.admin("GET", "/tokens", None).await["tokens"]
        .as_array()
        .map_or(0, Vec::len)
}

#[tokio::test]
async fn each_fault_spoils_the_call_it_names_and_only_that_one() {
    for (kind, took_effect) in [
        ("delay", true),
        ("status", false),
        ("rate-limit", false),
        ("reset-before", false),
        ("reset-after", true),
        ("truncate", true),
        ("garbage", true),
        ("html", false),
        ("slow-body", true),
    ] {
        let bench = Bench::new().await;
        set(&bench, json!({ "method": "POST", "path": MINT, "nth": 2, "kind": kind, "ms": 40, "status": 503, "retry_after": 7 })).await;
        assert_eq!(
            mint(&bench).await.expect("the first call is fine").status,
            200,
            "{kind}: the first call"
        );
        let before = tokens(&bench).await;
        let began = Instant::now();
        let second = mint(&bench).await;
        let slow = began.elapsed() >= Duration::from_millis(40);
        match (kind, &second) {
            ("delay" | "slow-body", Ok(reply)) => {
                assert!(slow && reply.status == 200, "late, and fine: {reply:?}");
            }
            ("status", Ok(reply)) => assert_eq!(
                reply.refusal().0,
                503,
                "the status asked for, in an envelope"
            ),
            ("rate-limit", Ok(reply)) => {
                assert_eq!(
                    (reply.status, reply.header("retry-after")),
                    (429, Some("7")),
                    "with the time to wait"
                );
            }
            ("html", Ok(reply)) => assert!(
                reply.status == 503 && reply.body.starts_with("<!doctype"),
                "{reply:?}"
            ),
            ("garbage", Ok(reply)) => {
                assert!(
                    serde_json::from_str::<Value>(&reply.body).is_err(),
                    "no JSON under a good status: {reply:?}"
                );
                assert_eq!(reply.status, 200, "the status is the real one");
            }
            ("reset-before" | "reset-after", Err(error)) => {
                assert_eq!(
                    error.kind(),
                    std::io::ErrorKind::ConnectionReset,
                    "no answer at all"
                );
            }
            ("truncate", Err(_)) => {}
            (_, other) => panic!("{kind}: {other:?}"),
        }
        assert_eq!(
            tokens(&bench).await > before,
            took_effect,
            "{kind}: whether the token was made"
        );
        assert_eq!(
            mint(&bench).await.expect("the third call is fine").status,
            200,
            "{kind}: the third call"
        );
    }
}

// On a paused clock time passes only where somebody sleeps, so what is measured is exactly what was added.
#[tokio::test(start_paused = true)]
async fn latency_is_added_once_to_cloudflare_and_the_platform_and_not_to_the_admin_door() {
    let bench = Bench::with(Options {
        latency_ms: 60,
        ..Options::default()
    })
    .await;
    let slept = async |url: String| {
        let began = tokio::time::Instant::now();
        send("GET", &url, &[], None).await.expect("an answer");
        began.elapsed().as_millis()
    };
    let face = bench.face();
    // The timer rounds up to its next tick.
    let once = 60..=62;
    let cloudflare = slept(format!("{}/user", face.cloudflare_api)).await;
    assert!(
        once.contains(&cloudflare),
        "Cloudflare: {cloudflare} ms, once and not twice"
    );
    let platform = slept(format!("{}/v1/me", face.platform)).await;
    assert!(once.contains(&platform), "the platform: {platform} ms");
    let admin = slept(format!("{}/requests", face.admin)).await;
    assert_eq!(admin, 0, "the admin door is never late");
}

#[tokio::test]
async fn faults_reach_the_platform_too() {
    let bench = Bench::new().await;
    let fault = json!({ "method": "PUT", "path": "/v1/connections/{}", "kind": "status", "status": 503, "retry_after": 4 });
    set(&bench, fault).await;
    let url = format!("{}/v1/connections/abc", bench.face().platform);
    let reply = send("PUT", &url, &[], Some("{}")).await.expect("an answer");
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (503, Some("4")),
        "by its own path"
    );
    assert_eq!(
        reply.json()["code"],
        "busy",
        "in the platform's words, not Cloudflare's"
    );
    let history = bench.admin("GET", "/requests", None).await;
    assert_eq!(
        history["requests"][0]["side"], "platform",
        "and it is in the same history"
    );
}

#[tokio::test]
async fn the_history_orders_requests_and_holds_no_secret() {
    let bench = Bench::new().await;
    let face = bench.face();
    bench.get("/user/tokens/verify", &face.broad_token).await;
    let made = mint(&bench).await.expect("an answer").result();
    let value = made["value"].as_str().expect("a value").to_owned();
    bench
        .get(
            &format!("/accounts/{value}/pages/projects?x={value}"),
            &value,
        )
        .await;
    bench
        .call(
            "GET",
            "/user",
            &[
                ("x-auth-email", &face.user_email),
                ("x-auth-key", &face.global_key),
            ],
            None,
        )
        .await;
    let history = bench.admin("GET", "/requests", None).await;
    let requests = history["requests"].as_array().expect("a list");
    let paths: Vec<&str> = requests
        .iter()
        .filter_map(|request| request["path"].as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "/client/v4/user/tokens/verify",
            MINT,
            "[redacted]",
            "/client/v4/user"
        ],
        "in order"
    );
    assert!(
        requests
            .windows(2)
            .all(|pair| pair[0]["ended_ms"].as_f64() <= pair[1]["began_ms"].as_f64()),
        "one by one"
    );
    assert_eq!(
        requests[0]["credential"], requests[1]["credential"],
        "the same token has the same fingerprint"
    );
    assert_ne!(
        requests[1]["credential"], requests[2]["credential"],
        "another token another one"
    );
    let everything = history.to_string() + &bench.admin("GET", "/tokens", None).await.to_string();
    for secret in [
        &face.broad_token,
        &face.global_key,
        &face.narrow_token,
        &face.broad_account_token,
        &value,
    ] {
        assert!(
            !everything.contains(secret.as_str()),
            "no value is ever written down"
        );
    }
    bench
        .admin("POST", "/reset", Some(&json!({ "tokens": true })))
        .await;
    assert_eq!(
        bench.admin("GET", "/requests", None).await["requests"],
        json!([]),
        "a reset forgets the requests"
    );
    assert_eq!(
        tokens(&bench).await,
        3,
        "and, when asked, the tokens made since the start"
    );
}

#[tokio::test]
async fn a_fault_with_a_misspelt_field_is_refused() {
    let bench = Bench::new().await;
    let body = json!({ "faults": [{ "path": MINT, "kind": "delay", "millis": 5 }] }).to_string();
    let reply = send(
        "POST",
        &format!("{}/faults", bench.face().admin),
        &[],
        Some(&body),
    )
    .await
    .expect("an answer");
    assert_eq!(
        reply.status, 400,
        "or the test that set it would prove nothing"
    );
}
