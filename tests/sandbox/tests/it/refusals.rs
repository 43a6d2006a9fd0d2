//! Each refusal that a caller can meet, with its status, code and words.

use narrows_sandbox::Face;
use serde_json::json;

use crate::client::{Bench, PAGES_WRITE};

/// One line of the table: what, credential, method, path, status, code, words.
type Row = [&'static str; 7];

fn rows() -> impl Iterator<Item = Row> {
    let lines = include_str!("refusals.txt").lines().skip(1);
    lines.map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        cells
            .try_into()
            .unwrap_or_else(|cells| panic!("seven cells, not {cells:?}"))
    })
}

/// The headers that a credential of the table stands for.
fn headers(credential: &str, face: &Face) -> Vec<(&'static str, String)> {
    let bearer = |value: &str| vec![("authorization", format!("Bearer {value}"))];
    let key = |email: &str, key: &str| {
        vec![
            ("x-auth-email", email.to_owned()),
            ("x-auth-key", key.to_owned()),
        ]
    };
    match credential {
        "none" => Vec::new(),
        "half a key" => vec![("x-auth-key", face.global_key.clone())],
        "no scheme" => vec![("authorization", face.broad_token.clone())],
        "quoted" => bearer(&format!("\"{}\"", face.broad_token)),
        "truncated" => bearer(&face.broad_token[..30]),
        "labelled" => bearer(&format!("token: {}", face.broad_token)),
        "unknown" => bearer("cfut_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA00000000"),
        "key as bearer" => bearer(&face.global_key),
        "token as key" => key(&face.user_email, &face.broad_token),
        "key, no e-mail" => key("sam", &face.global_key),
        "key, wrong e-mail" => key("eve@sandbox.example", &face.global_key),
        "broad" => bearer(&face.broad_token),
        "broad account" => bearer(&face.broad_account_token),
        "narrow" => bearer(&face.narrow_token),
        other => panic!("the table names an unknown credential: {other}"),
    }
}

#[tokio::test]
async fn every_refusal_has_the_status_code_and_words_of_cloudflare() {
    let bench = Bench::new().await;
    for [what, credential, method, path, status, code, words] in rows() {
        let headers = headers(credential, bench.face());
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let reply = bench.call(method, path, &headers, None).await;
        let (seen_status, seen_code, message) = reply.refusal();
        let seen = (seen_status.to_string(), seen_code.to_string());
        assert_eq!(
            (seen.0.as_str(), seen.1.as_str()),
            (status, code),
            "{what}: {message}"
        );
        assert!(
            message.contains(words),
            "{what}: {message:?} should say {words:?}"
        );
        let explained = reply.json()["errors"][0].get("documentation_url").is_some();
        assert_eq!(
            explained,
            status == "403",
            "{what}: exactly the 403s point to an explanation"
        );
        for header in [
            "cf-ray",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "ratelimit",
            "ratelimit-policy",
        ] {
            assert!(
                reply.header(header).is_some(),
                "{what}: {header} is on every answer"
            );
        }
    }
}

#[tokio::test]
async fn a_malformed_header_names_its_deeper_cause() {
    let bench = Bench::new().await;
    let chain =
        |reply: crate::client::Reply| reply.json()["errors"][0]["error_chain"][0]["code"].clone();
    let face = bench.face();
    assert_eq!(
        chain(bench.get("/user", "x").await),
        6111,
        "the authorization header"
    );
    let email = bench
        .call(
            "GET",
            "/user",
            &[("x-auth-email", "sam"), ("x-auth-key", &face.global_key)],
            None,
        )
        .await;
    assert_eq!(chain(email), 6102, "the e-mail header");
    let key = bench
        .call(
            "GET",
            "/user",
            &[("x-auth-email", &face.user_email), ("x-auth-key", "short")],
            None,
        )
        .await;
    assert_eq!(chain(key), 6103, "the key header");
}

#[tokio::test]
async fn a_token_says_what_became_of_it_to_verify_and_is_refused_everywhere_else() {
    let bench = Bench::new().await;
    for (status, verify) in [
        ("active", Ok("active")),
        ("disabled", Ok("disabled")),
        ("expired", Ok("expired")),
        ("revoked (exposed)", Err((401, 1000))),
    ] {
        let (_, value) = bench
            .plant(json!({ "kind": "user", "groups": ["Account Settings Read"], "status": status }))
            .await;
        let reply = bench.get("/user/tokens/verify", &value).await;
        match verify {
            Ok(words) => {
                assert_eq!(reply.result()["status"], words, "verify names the state");
                let greeted = reply.json()["messages"][0]["code"] == 10_000;
                assert_eq!(
                    greeted,
                    status == "active",
                    "only a living token is called valid and active"
                );
            }
            Err(refusal) => {
                let (status, code, _) = reply.refusal();
                assert_eq!(
                    (status, code),
                    refusal,
                    "an exposed token is no token any more"
                );
            }
        }
        let elsewhere = bench.get("/accounts", &value).await.status;
        assert_eq!(
            elsewhere == 200,
            status == "active",
            "{status}: {elsewhere} elsewhere"
        );
    }
    let (_, early) = bench
        .plant(json!({ "kind": "user", "groups": ["Account Settings Read"], "not_before": "2999-01-01T00:00:00Z" }))
        .await;
    assert_eq!(
        bench.get("/user/tokens/verify", &early).await.status,
        401,
        "too early is refused"
    );
}

#[tokio::test]
async fn an_address_condition_names_the_address_it_refuses() {
    let bench = Bench::new().await;
    for spelling in ["request_ip", "request.ip"] {
        let condition =
            json!({ spelling: { "in": ["203.0.113.0/24"], "not_in": ["203.0.113.9"] } });
        let wanted =
            json!({ "kind": "user", "groups": ["Account Settings Read"], "condition": condition });
        let (_, value) = bench.plant(wanted).await;
        for (address, admitted) in [
            ("203.0.113.7", true),
            ("203.0.113.9", false),
            ("198.51.100.1", false),
        ] {
            bench
                .admin("POST", "/world", Some(&json!({ "client_ip": address })))
                .await;
            let reply = bench.get("/user/tokens/verify", &value).await;
            if admitted {
                assert_eq!(reply.status, 200, "{spelling}: {address} is inside");
            } else {
                let (status, code, message) = reply.refusal();
                assert_eq!(
                    (status, code),
                    (403, 9109),
                    "{spelling}: {address} is outside"
                );
                assert_eq!(
                    message,
                    format!("Cannot use the access token from location: {address}"),
                    "it names it"
                );
            }
        }
    }
    bench
        .admin("POST", "/world", Some(&json!({ "client_ip": "peer" })))
        .await;
    let wanted = json!({ "kind": "user", "groups": ["Account Settings Read"], "condition": { "request_ip": { "in": ["127.0.0.1/32"] } } });
    let (_, value) = bench.plant(wanted).await;
    assert_eq!(
        bench.get("/user/tokens/verify", &value).await.status,
        200,
        "the connection's own address counts again"
    );
}

#[tokio::test]
async fn the_rate_limit_ends_in_429_with_the_time_to_wait() {
    let bench = Bench::new().await;
    bench
        .admin(
            "POST",
            "/faults",
            Some(&json!({ "rate_limit": { "quota": 2, "window_seconds": 300 } })),
        )
        .await;
    let face = bench.face();
    let first = bench.get("/user/tokens/verify", &face.broad_token).await;
    assert_eq!(
        first.header("x-ratelimit-remaining"),
        Some("1"),
        "one of two is left"
    );
    assert_eq!(first.header("retry-after"), None, "nothing to wait for yet");
    bench.get("/user/tokens/verify", &face.narrow_token).await;
    let third = bench.get("/user/tokens/verify", &face.broad_token).await;
    assert_eq!(third.refusal().0, 429, "the user's tokens share one limit");
    assert_eq!(
        third.header("retry-after"),
        Some("300"),
        "and wait five minutes"
    );
    let account = bench
        .get(
            "/accounts/{account}/tokens/verify",
            &face.broad_account_token,
        )
        .await;
    assert_eq!(account.status, 200, "the account's token has its own");
}

#[tokio::test]
async fn r2_can_be_switched_off_for_an_account() {
    let bench = Bench::new().await;
    let token = bench.user_token(&["Workers R2 Storage Read"]).await;
    assert_eq!(
        bench
            .get("/accounts/{account}/r2/buckets", &token)
            .await
            .result(),
        json!({ "buckets": [] }),
        "on"
    );
    bench
        .admin(
            "POST",
            "/faults",
            Some(&json!({ "r2_disabled": [bench.face().account_id] })),
        )
        .await;
    let (status, code, _) = bench
        .get("/accounts/{account}/r2/buckets", &token)
        .await
        .refusal();
    assert_eq!((status, code), (403, 10_042), "off");
    let (_, code, _) = bench
        .get("/accounts/{account}/r2/buckets", &bench.face().narrow_token)
        .await
        .refusal();
    assert_eq!(code, 10_000, "a token without R2 learns nothing about it");
}

#[tokio::test]
async fn a_project_name_is_taken_once_per_account() {
    let bench = Bench::new().await;
    let face = bench.face();
    let body = json!({ "name": "generator-1", "production_branch": "main" });
    let path = "/accounts/{account}/pages/projects";
    let made = bench
        .with_body("POST", path, &face.narrow_token, &body)
        .await
        .result();
    assert_eq!(
        made["subdomain"], "generator-1.pages.dev",
        "the first one gets its name"
    );
    let (status, code, _) = bench
        .with_body("POST", path, &face.narrow_token, &body)
        .await
        .refusal();
    assert_eq!((status, code), (409, 8_000_002), "the second does not");
    let bad = json!({ "name": "-Bad-", "production_branch": "main" });
    assert_eq!(
        bench
            .with_body("POST", path, &face.narrow_token, &bad)
            .await
            .status,
        400,
        "names have rules"
    );
    let reader = bench.user_token(&["Pages Read"]).await;
    assert_eq!(
        bench.get(path, &reader).await.result()[0]["name"],
        "generator-1",
        "a reader sees it"
    );
    let (_, code, _) = bench
        .with_body("POST", path, &reader, &body)
        .await
        .refusal();
    assert_eq!(code, 10_000, "and makes none");
    let gone = bench
        .call(
            "DELETE",
            &format!("{path}/generator-1"),
            &[("authorization", &format!("Bearer {}", face.narrow_token))],
            None,
        )
        .await;
    assert_eq!(gone.status, 200, "deleted without a body");
    assert_eq!(
        bench.get(path, &face.narrow_token).await.result(),
        json!([]),
        "and gone"
    );
}

#[tokio::test]
async fn a_user_resource_must_be_the_tokens_own_user() {
    let bench = Bench::new().await;
    let body = bench.draft(
        "n",
        PAGES_WRITE,
        &json!({ "com.cloudflare.api.user.0123": "*" }),
    );
    let (status, _, message) = bench
        .with_body("POST", "/user/tokens", &bench.face().broad_token, &body)
        .await
        .refusal();
    assert_eq!(status, 400, "{message}");
}
