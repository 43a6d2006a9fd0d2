//! The life of tokens: made, listed, changed, rolled, deleted, and what may not be made.

use narrows_sandbox::Options;
use serde_json::{Value, json};

use crate::client::{
    ACCOUNT_API_TOKENS_WRITE, API_TOKENS_READ, API_TOKENS_WRITE, Bench, DNS_WRITE, PAGES_WRITE,
    Reply,
};

fn on_account() -> Value {
    json!({ "com.cloudflare.api.account.{account}": "*" })
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_minted_token_works_at_once_and_shows_its_value_only_once() {
    let bench = Bench::new().await;
    let broad = &bench.face().broad_token;
    let body = bench.draft("Narrow one", PAGES_WRITE, &on_account());
    let made = bench
        .with_body("POST", "/user/tokens", broad, &body)
        .await
        .result();
    let value = text(&made, "value");
    assert!(
        value.starts_with("cfut_") && value.len() == 53,
        "the scannable format of user tokens"
    );
    assert_eq!(
        bench
            .get("/accounts/{account}/pages/projects", &value)
            .await
            .status,
        200,
        "it opens what it was made for"
    );
    let shown = bench
        .get(&format!("/user/tokens/{}", text(&made, "id")), broad)
        .await
        .result();
    assert_eq!(shown.get("value"), None, "the value is never shown again");
    assert_eq!(shown["policies"], made["policies"], "everything else is");
    assert!(
        shown["policies"][0]["id"].is_string(),
        "the service numbers the policies"
    );
    assert!(shown["last_used_on"].is_string(), "and notes the use");
}

#[tokio::test]
async fn account_tokens_mint_account_tokens() {
    let bench = Bench::new().await;
    let broad = &bench.face().broad_account_token;
    let body = bench.draft("Narrow one", PAGES_WRITE, &on_account());
    let made = bench
        .with_body("POST", "/accounts/{account}/tokens", broad, &body)
        .await
        .result();
    let value = text(&made, "value");
    assert!(
        value.starts_with("cfat_"),
        "the scannable format of account tokens"
    );
    let verified = bench
        .get("/accounts/{account}/tokens/verify", &value)
        .await
        .result();
    assert_eq!(
        verified["id"], made["id"],
        "it verifies on its account's path"
    );
    assert_eq!(
        bench.get("/accounts", &value).await.result()[0]["id"],
        bench.face().account_id,
        "and sees its account"
    );
    let groups = bench
        .get(
            "/accounts/{account}/tokens/permission_groups?per_page=1000",
            broad,
        )
        .await
        .result();
    let scopes: Vec<&str> = groups
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|group| group["scopes"][0].as_str())
        .collect();
    assert!(
        !scopes.contains(&"com.cloudflare.api.user"),
        "user groups are left out there"
    );
    assert!(
        scopes.contains(&"com.cloudflare.api.account.zone"),
        "zone groups are not"
    );
}

#[tokio::test]
async fn rolling_kills_the_old_value_and_answers_the_new_one_bare() {
    let bench = Bench::new().await;
    let broad = &bench.face().broad_token;
    let made = bench
        .with_body(
            "POST",
            "/user/tokens",
            broad,
            &bench.draft("n", PAGES_WRITE, &on_account()),
        )
        .await
        .result();
    let path = format!("/user/tokens/{}/value", text(&made, "id"));
    let rolled = bench
        .call(
            "PUT",
            &path,
            &[("authorization", &format!("Bearer {broad}"))],
            None,
        )
        .await
        .result();
    let new = rolled.as_str().expect("a bare string");
    assert_eq!(
        bench
            .get("/user/tokens/verify", &text(&made, "value"))
            .await
            .refusal()
            .1,
        1000,
        "the old one is dead"
    );
    assert_eq!(
        bench.get("/user/tokens/verify", new).await.result()["id"],
        made["id"],
        "the new one is the same token"
    );
}

#[tokio::test]
async fn a_broad_token_can_shorten_its_life_and_end_it() {
    let bench = Bench::new().await;
    let broad = &bench.face().broad_token;
    let id = text(
        &bench.get("/user/tokens/verify", broad).await.result(),
        "id",
    );
    let path = format!("/user/tokens/{id}");
    let mut own = bench.get(&path, broad).await.result();
    own["expires_on"] = json!("2999-01-01T00:00:00Z");
    let changed = bench.with_body("PUT", &path, broad, &own).await.result();
    assert_eq!(
        changed["expires_on"], "2999-01-01T00:00:00Z",
        "its own token management may stay as it is"
    );
    let bare = json!({ "name": own["name"], "policies": own["policies"] });
    let replaced = bench.with_body("PUT", &path, broad, &bare).await.result();
    assert_eq!(
        replaced.get("expires_on"),
        None,
        "an update replaces everything"
    );
    let deleted = bench
        .call(
            "DELETE",
            &path,
            &[("authorization", &format!("Bearer {broad}"))],
            None,
        )
        .await
        .result();
    assert_eq!(deleted, json!({ "id": id }), "it can delete itself");
    assert_eq!(
        bench.get("/user/tokens/verify", broad).await.refusal().1,
        1000,
        "and is refused from then on"
    );
}

#[tokio::test]
async fn what_may_not_be_minted_is_refused_with_a_reason() {
    let bench = Bench::with(Options {
        accounts: 2,
        ..Options::default()
    })
    .await;
    let broad = &bench.face().broad_token;
    let world = bench.admin("GET", "/world", None).await;
    let stranger = text(&world["accounts"][2], "id");
    let zone = text(&world["zones"][0], "id");
    let pages = |resources: Value| bench.draft("n", PAGES_WRITE, &resources);
    let with = |field: &str, value: Value| {
        let mut body = pages(on_account());
        body[field] = value;
        body
    };
    let user = format!("com.cloudflare.api.user.{}", text(&world["user"], "id"));
    for (what, body, words) in [
        ("no name", with("name", json!("")), "name"),
        ("a long name", with("name", json!("x".repeat(121))), "120"),
        (
            "no policies",
            with("policies", json!([])),
            "policies must not be empty",
        ),
        (
            "no resources",
            pages(json!({})),
            "resources must not be empty",
        ),
        (
            "an unknown group",
            bench.draft("n", "nope", &on_account()),
            "does not exist",
        ),
        (
            "an account group on a zone",
            pages(json!({ format!("com.cloudflare.api.account.zone.{zone}"): "*" })),
            "cannot be used",
        ),
        (
            "a zone group on an account",
            bench.draft("n", DNS_WRITE, &on_account()),
            "cannot be used",
        ),
        (
            "a stranger's account",
            pages(json!({ format!("com.cloudflare.api.account.{stranger}"): "*" })),
            "not available",
        ),
        (
            "token management",
            bench.draft("n", API_TOKENS_WRITE, &json!({ user.clone(): "*" })),
            "sub-token is not allowed",
        ),
        (
            "account token management",
            bench.draft("n", ACCOUNT_API_TOKENS_WRITE, &on_account()),
            "sub-token is not allowed",
        ),
        (
            "a date of its own",
            with("expires_on", json!("2999-01-01T00:00:00.000Z")),
            "YYYY-MM-DDTHH:MM:SSZ",
        ),
        (
            "the past",
            with("expires_on", json!("2020-01-01T00:00:00Z")),
            "future",
        ),
        (
            "no addresses",
            with("condition", json!({ "request_ip": { "in": ["here"] } })),
            "address range",
        ),
    ] {
        let (status, code, message) = bench
            .with_body("POST", "/user/tokens", broad, &body)
            .await
            .refusal();
        assert_eq!((status, code), (400, 1001), "{what}: {message}");
        assert!(
            message.contains(words),
            "{what}: {message:?} should say {words:?}"
        );
    }
    let reading = bench.draft("n", API_TOKENS_READ, &json!({ user: "*" }));
    assert_eq!(
        bench
            .with_body("POST", "/user/tokens", broad, &reading)
            .await
            .status,
        200,
        "reading tokens may be handed on"
    );
}

#[tokio::test]
async fn the_global_key_may_hand_on_token_management() {
    let bench = Bench::new().await;
    let face = bench.face();
    let body = bench
        .draft("n", ACCOUNT_API_TOKENS_WRITE, &on_account())
        .to_string();
    let headers = [
        ("x-auth-email", face.user_email.as_str()),
        ("x-auth-key", face.global_key.as_str()),
    ];
    let made = bench
        .call("POST", "/user/tokens", &headers, Some(&body))
        .await
        .result();
    assert_eq!(
        bench
            .get("/accounts/{account}/tokens", &text(&made, "value"))
            .await
            .status,
        200,
        "and it works"
    );
}

#[tokio::test]
async fn an_account_token_hands_on_one_zone_only_if_it_holds_the_permission_itself() {
    let bench = Bench::new().await;
    let path = "/accounts/{account}/tokens";
    let one_zone = bench.draft(
        "n",
        DNS_WRITE,
        &json!({ "com.cloudflare.api.account.zone.{zone}": "*" }),
    );
    let (status, code, message) = bench
        .with_body("POST", path, &bench.face().broad_account_token, &one_zone)
        .await
        .refusal();
    assert_eq!((status, code), (400, 1001), "{message}");
    assert_eq!(
        message, "A selected permission cannot be granted (Permission group: \"DNS Write\")",
        "it names the group"
    );
    let all_zones = json!({ "com.cloudflare.api.account.{account}": { "com.cloudflare.api.account.zone.*": "*" } });
    let all_zones = bench.draft("n", DNS_WRITE, &all_zones);
    let reply = bench
        .with_body("POST", path, &bench.face().broad_account_token, &all_zones)
        .await;
    assert_eq!(
        reply.status, 200,
        "all zones need no such thing: {}",
        reply.body
    );
    let (_, holder) = bench
        .plant(json!({ "kind": "account", "groups": ["Account API Tokens Write", "DNS Write"] }))
        .await;
    assert_eq!(
        bench
            .with_body("POST", path, &holder, &one_zone)
            .await
            .status,
        200,
        "a holder may"
    );
    let user = bench.draft(
        "n",
        DNS_WRITE,
        &json!({ "com.cloudflare.api.account.zone.{zone}": "*" }),
    );
    assert_eq!(
        bench
            .with_body("POST", "/user/tokens", &bench.face().broad_token, &user)
            .await
            .status,
        200,
        "a user token may"
    );
}

#[tokio::test]
async fn a_role_caps_what_the_user_can_use_and_hand_on() {
    let bench = Bench::new().await;
    let account = &bench.face().account_id;
    bench
        .admin(
            "POST",
            "/world",
            Some(&json!({ "roles": { account.as_str(): "Administrator Read Only" } })),
        )
        .await;
    let body = bench.draft("n", PAGES_WRITE, &on_account());
    let (status, _, message) = bench
        .with_body("POST", "/user/tokens", &bench.face().broad_token, &body)
        .await
        .refusal();
    assert_eq!(status, 400, "{message}");
    assert!(
        message.contains("cannot be granted (Permission group: \"Pages Write\")"),
        "{message}"
    );
    let narrow = bench
        .get(
            "/accounts/{account}/pages/projects",
            &bench.face().narrow_token,
        )
        .await;
    assert_eq!(
        narrow.refusal().1,
        10_000,
        "a token cannot do more than its user"
    );
}

#[tokio::test]
async fn users_have_fifty_tokens_and_accounts_five_hundred() {
    let bench = Bench::new().await;
    let face = bench.face();
    let body = bench.draft("n", PAGES_WRITE, &on_account());
    for (kind, path, token, most) in [
        ("user", "/user/tokens", &face.broad_token, 50),
        (
            "account",
            "/accounts/{account}/tokens",
            &face.broad_account_token,
            500,
        ),
    ] {
        let mut refused = None;
        for _ in 0..=most {
            let reply = bench.with_body("POST", path, token, &body).await;
            if reply.status != 200 {
                refused = Some(reply.refusal());
                break;
            }
        }
        let (status, _, message) = refused.expect("there is an end");
        assert_eq!(status, 400, "{message}");
        let all = bench.admin("GET", "/tokens", None).await;
        let all = all["tokens"].as_array().expect("a list");
        let own = all
            .iter()
            .filter(|token| token["owner"]["kind"] == kind)
            .count();
        assert_eq!(
            own, most,
            "so many {kind} tokens fit, the first ones included"
        );
    }
}

#[tokio::test]
async fn a_broad_token_can_switch_itself_off_or_throw_its_value_away() {
    let bench = Bench::new().await;
    let broad = &bench.face().broad_token;
    let id = text(
        &bench.get("/user/tokens/verify", broad).await.result(),
        "id",
    );
    let mut own = bench
        .get(&format!("/user/tokens/{id}"), broad)
        .await
        .result();
    let rolled = bench
        .with_body(
            "PUT",
            &format!("/user/tokens/{id}/value"),
            broad,
            &json!({}),
        )
        .await
        .result();
    let broad = rolled.as_str().expect("a bare string");
    own["status"] = json!("disabled");
    let off = bench
        .with_body("PUT", &format!("/user/tokens/{id}"), broad, &own)
        .await
        .result();
    assert_eq!(off["status"], "disabled", "a token may end its own use");
    assert_eq!(
        bench.get("/user/tokens/verify", broad).await.result()["status"],
        "disabled",
        "verify says so"
    );
    assert_eq!(
        bench.get("/user/tokens", broad).await.status,
        401,
        "and it manages nothing any more"
    );
}

#[tokio::test]
async fn lists_come_in_pages_and_end_with_an_empty_one() {
    let bench = Bench::with(Options {
        accounts: 12,
        ..Options::default()
    })
    .await;
    let token = &bench.face().broad_token;
    let mut seen = Vec::new();
    for page in 1.. {
        let reply = bench
            .get(&format!("/accounts?per_page=5&page={page}"), token)
            .await;
        let info = reply.json()["result_info"].clone();
        assert_eq!(
            (&info["total_count"], &info["per_page"]),
            (&json!(12), &json!(5)),
            "the counts are on every page"
        );
        let accounts = reply.result().as_array().expect("a list").clone();
        if accounts.is_empty() {
            break;
        }
        seen.extend(accounts.iter().map(|account| text(account, "id")));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 12, "each account once");
    for number in 0..3 {
        bench.plant(json!({ "kind": "user", "name": format!("app {number}"), "groups": ["Pages Write"] })).await;
    }
    let names = |reply: Reply| {
        reply
            .result()
            .as_array()
            .expect("a list")
            .iter()
            .map(|token| text(token, "name"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(bench.get("/user/tokens?name=app", token).await),
        ["app 0", "app 1", "app 2"],
        "by name"
    );
    assert_eq!(
        names(
            bench
                .get("/user/tokens?name=app&direction=desc", token)
                .await
        )[0],
        "app 2",
        "backwards"
    );
}

#[tokio::test]
async fn a_token_without_account_is_alive_and_sees_nothing() {
    let bench = Bench::new().await;
    let (_, value) = bench
        .plant(json!({ "kind": "user", "groups": ["API Tokens Write"] }))
        .await;
    assert_eq!(
        bench.get("/user/tokens/verify", &value).await.result()["status"],
        "active",
        "alive"
    );
    assert_eq!(
        bench.get("/accounts", &value).await.result(),
        json!([]),
        "and an empty list, no error"
    );
}

#[tokio::test]
async fn members_of_an_account_do_not_see_one_anothers_tokens() {
    let bench = Bench::new().await;
    let groups = json!(["API Tokens Write", "Account Settings Read"]);
    let wanted = json!({ "kind": "member", "name": "Theirs", "groups": groups });
    let theirs = bench.plant(wanted).await;
    let mine = bench.face().broad_token.clone();
    let verified = bench.get("/user/tokens/verify", &mine).await.result();
    for (asks, about) in [
        (&theirs.1, text(&verified, "id")),
        (&mine, theirs.0.clone()),
    ] {
        for method in ["GET", "DELETE"] {
            let path = format!("/user/tokens/{about}");
            let answer = bench.with_body(method, &path, asks, &json!({})).await;
            assert_eq!(answer.status, 404, "{method}: as if it were not there");
        }
        let listed = bench.get("/user/tokens", asks).await.result();
        let listed = listed.as_array().expect("a list");
        assert!(listed.iter().all(|token| token["id"] != about.as_str()));
    }
    assert_eq!(
        bench.get("/accounts/{account}", &theirs.1).await.status,
        200,
        "the account is theirs too"
    );
}
