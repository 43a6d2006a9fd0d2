//! Policies at work: who may look at which product, and when.

use narrows_sandbox::Options;
use serde_json::{Value, json};

use crate::client::Bench;

/// Each probe with a group that opens it and a group that does not.
const PROBES: &[(&str, &str)] = &[
    ("/accounts/{account}/pages/projects", "Pages Read"),
    (
        "/accounts/{account}/workers/scripts",
        "Workers Scripts Read",
    ),
    ("/accounts/{account}/workers/scripts", "Workers Tail Read"),
    (
        "/accounts/{account}/storage/kv/namespaces?per_page=1",
        "Workers KV Storage Read",
    ),
    ("/accounts/{account}/d1/database?per_page=1", "D1 Read"),
    ("/accounts/{account}/r2/buckets", "Workers R2 Storage Read"),
    ("/accounts/{account}/queues", "Queues Read"),
    ("/accounts/{account}/queues", "Workers Scripts Write"),
    ("/accounts/{account}/ai-gateway/gateways", "AI Gateway Read"),
    ("/accounts/{account}/cfd_tunnel", "Cloudflare Tunnel Read"),
    ("/accounts/{account}/rulesets", "Account Rulesets Read"),
    (
        "/accounts/{account}/firewall/access_rules/rules",
        "Account Firewall Access Rules Read",
    ),
    (
        "/accounts/{account}/load_balancers/pools",
        "Load Balancing: Monitors and Pools Read",
    ),
    ("/zones/{zone}", "DNS Read"),
    ("/zones?account.id={account}", "Zone Read"),
    ("/zones/{zone}/dns_records", "DNS Read"),
    ("/zones/{zone}/settings", "Zone Settings Read"),
    (
        "/zones/{zone}/ssl/certificate_packs",
        "SSL and Certificates Read",
    ),
    (
        "/zones/{zone}/custom_hostnames",
        "SSL and Certificates Read",
    ),
    ("/zones/{zone}/rulesets", "Cache Settings Read"),
    ("/zones/{zone}/workers/routes", "Workers Routes Read"),
    ("/zones/{zone}/pagerules", "Page Rules Read"),
    ("/zones/{zone}/healthchecks", "Health Checks Read"),
    ("/zones/{zone}/waiting_rooms", "Waiting Rooms Read"),
    ("/zones/{zone}/load_balancers", "Load Balancers Read"),
    ("/zones/{zone}/firewall/rules", "Firewall Services Read"),
];

#[tokio::test]
async fn each_probe_opens_to_its_own_permission_and_to_no_other() {
    let bench = Bench::new().await;
    let stranger = bench.user_token(&["Billing Read", "Stream Read"]).await;
    for (path, group) in PROBES {
        let holder = bench.user_token(&[group]).await;
        let reply = bench.get(path, &holder).await;
        assert_eq!(reply.status, 200, "{group} opens {path}: {}", reply.body);
        let (status, code, _) = bench.get(path, &stranger).await.refusal();
        assert_eq!((status, code), (403, 10_000), "others do not open {path}");
    }
}

#[tokio::test]
async fn a_write_is_judged_for_permission_before_its_body() {
    let bench = Bench::new().await;
    let reader = bench.user_token(&["D1 Read"]).await;
    let writer = bench.user_token(&["D1 Write"]).await;
    let path = "/accounts/{account}/d1/database";
    assert_eq!(
        bench
            .with_body("POST", path, &reader, &json!({}))
            .await
            .refusal()
            .1,
        10_000,
        "a reader writes nothing"
    );
    assert_eq!(
        bench
            .with_body("POST", path, &writer, &json!({}))
            .await
            .status,
        400,
        "a writer gets as far as the body"
    );
    let purger = bench.user_token(&["Cache Purge"]).await;
    let purge = bench
        .with_body(
            "POST",
            "/zones/{zone}/purge_cache",
            &purger,
            &json!({ "purge_everything": true }),
        )
        .await;
    assert_eq!(
        purge.status, 200,
        "purging needs no more than its own permission"
    );
}

#[tokio::test]
async fn a_deny_takes_back_what_another_policy_allows() {
    let bench = Bench::with(Options {
        accounts: 2,
        ..Options::default()
    })
    .await;
    let pages = json!([{ "id": crate::client::PAGES_WRITE }]);
    let home = format!("com.cloudflare.api.account.{}", bench.face().account_id);
    let policies = json!([
        { "effect": "allow", "permission_groups": pages, "resources": { "com.cloudflare.api.account.*": "*" } },
        { "effect": "deny", "permission_groups": pages, "resources": { home: "*" } },
    ]);
    let (_, value) = bench
        .plant(json!({ "kind": "user", "policies": policies }))
        .await;
    assert_eq!(
        bench
            .get("/accounts/{account}/pages/projects", &value)
            .await
            .refusal()
            .1,
        10_000,
        "denied at home"
    );
    let seen = bench.get("/accounts", &value).await.result();
    let [other] = seen.as_array().expect("a list").as_slice() else {
        panic!("exactly one account is left: {seen}")
    };
    assert_ne!(
        other["id"],
        bench.face().account_id,
        "and it is the other one"
    );
    let there = format!(
        "/accounts/{}/pages/projects",
        other["id"].as_str().unwrap_or_default()
    );
    assert_eq!(bench.get(&there, &value).await.status, 200, "allowed there");
}

#[tokio::test]
async fn a_zone_permission_on_one_zone_does_not_open_the_next() {
    let bench = Bench::new().await;
    let zone = &bench.face().zone_id;
    let (_, value) = bench
        .plant(json!({ "kind": "user", "groups": ["DNS Write", "Zone Read"], "zone": zone }))
        .await;
    assert_eq!(
        bench.get("/zones/{zone}/dns_records", &value).await.status,
        200,
        "its own zone"
    );
    let world = bench.admin("GET", "/world", None).await;
    for other in world["zones"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|other| other["id"] != zone.as_str())
    {
        let path = format!(
            "/zones/{}/dns_records",
            other["id"].as_str().unwrap_or_default()
        );
        assert_eq!(
            bench.get(&path, &value).await.refusal().1,
            10_000,
            "not {}",
            other["name"]
        );
    }
    let listed = bench.get("/zones", &value).await.result();
    assert_eq!(
        listed.as_array().map(Vec::len),
        Some(1),
        "the list shows it alone: {listed}"
    );
}

#[tokio::test]
async fn the_key_opens_everything_the_user_has() {
    let bench = Bench::new().await;
    let face = bench.face();
    let headers = [
        ("x-auth-email", face.user_email.as_str()),
        ("x-auth-key", face.global_key.as_str()),
    ];
    for path in [
        "/user",
        "/memberships",
        "/accounts",
        "/accounts/{account}",
        "/zones",
        "/user/tokens",
        "/accounts/{account}/queues",
    ] {
        assert_eq!(
            bench.call("GET", path, &headers, None).await.status,
            200,
            "{path} by key"
        );
    }
    let world = bench.admin("GET", "/world", None).await;
    let stranger = world["accounts"][1]["id"].as_str().unwrap_or_default();
    let abroad = bench
        .call(
            "GET",
            &format!("/accounts/{stranger}/queues"),
            &headers,
            None,
        )
        .await;
    assert_eq!(
        abroad.refusal().1,
        10_000,
        "but not somebody else's account"
    );
}

#[tokio::test]
async fn a_new_token_verifies_before_the_products_know_it() {
    let bench = Bench::new().await;
    // An hour stands for "not yet": the clock is never waited for.
    bench
        .admin(
            "POST",
            "/faults",
            Some(&json!({ "propagation_ms": { "pages": 3_600_000 } })),
        )
        .await;
    let wanted = json!({ "kind": "user", "groups": ["Pages Write", "D1 Read"], "fresh": true });
    let (id, fresh) = bench.plant(wanted).await;
    assert_eq!(
        bench.get("/user/tokens/verify", &fresh).await.result()["status"],
        "active",
        "verify knows it at once"
    );
    let path = "/accounts/{account}/pages/projects";
    assert_eq!(
        bench.get(path, &fresh).await.refusal().1,
        10_000,
        "Pages does not"
    );
    assert_eq!(
        bench
            .get("/accounts/{account}/d1/database", &fresh)
            .await
            .status,
        200,
        "another product does"
    );
    assert_eq!(
        bench.get(path, &bench.face().narrow_token).await.status,
        200,
        "old tokens are not touched"
    );
    bench
        .admin("POST", "/faults", Some(&json!({ "propagation_ms": 0 })))
        .await;
    assert_eq!(
        bench.get(path, &fresh).await.status,
        200,
        "and then it does"
    );
    let token = bench
        .get(&format!("/user/tokens/{id}"), &bench.face().broad_token)
        .await
        .result();
    assert_eq!(
        token["status"], "active",
        "nothing about the token itself changed"
    );
}

#[tokio::test]
async fn ten_thousand_accounts_are_listed_page_by_page() {
    let bench = Bench::with(Options {
        accounts: 10_000,
        ..Options::default()
    })
    .await;
    let last = bench
        .get("/accounts?per_page=50&page=200", &bench.face().broad_token)
        .await;
    assert_eq!(
        last.json()["result_info"]["total_count"],
        json!(10_000),
        "all are counted"
    );
    assert_eq!(
        last.result().as_array().map(Vec::len),
        Some(50),
        "and the last page is full"
    );
    let one: Value = bench
        .get("/accounts", &bench.face().narrow_token)
        .await
        .result();
    assert_eq!(
        one.as_array().map(Vec::len),
        Some(1),
        "a narrow token sees one of them"
    );
}
