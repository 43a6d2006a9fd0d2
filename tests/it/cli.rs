//! The command line, as scripts and people meet it.

use std::process::Stdio;

use narrows_sandbox::Options;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::golden;
use crate::program::{PASSPHRASE, Program, SEALED};
use crate::stage::Stage;

const CONNECTED: &str = include_str!("golden/connected.json");

/// The sandbox's token of this id.
async fn token(stage: &Stage, id: &Value) -> Value {
    let list = stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("tokens");
    let found = tokens.iter().find(|token| token["id"] == *id);
    found.unwrap_or_else(|| panic!("no token {id}")).clone()
}

#[tokio::test]
async fn connect_prints_one_object_with_the_documented_fields() {
    let stage = Stage::slow().await;
    let narrows = Program::on(&stage.face);
    let ran = narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await;
    let result = ran.result();

    assert_eq!(
        result["granted"], result["requested"],
        "no more and no less than was asked"
    );
    let cannot = &result["cannot"];
    assert!(cannot["of"].as_u64().is_some_and(|of| of >= 12), "{cannot}");
    assert_eq!(cannot["proved"], cannot["of"], "each refusal was seen");
    assert!(
        result["rounds"].as_u64().is_some_and(|rounds| rounds <= 6),
        "{result}"
    );
    assert!(result["broad"]["after_ms"].is_u64(), "{result}");
    let cabinet = Browser::signed_in(&stage.face).await;
    assert_eq!(
        result["receipt_code"],
        cabinet.receipt_code().await,
        "both sides show the same code"
    );
    let held = token(&stage, &result["token_id"]).await;
    assert_eq!(
        held["status"], "active",
        "the narrow token lives at Cloudflare"
    );

    let evidence = result["checks"].as_array().expect("a list of checks");
    assert!(
        evidence.iter().all(|check| check["http_status"].is_u64()),
        "each check comes with what was answered: {evidence:?}"
    );
    let steady = golden::steady(result);
    let golden: Value = serde_json::from_str(CONNECTED).expect("golden/connected.json");
    assert_eq!(steady, golden, "scripts rely on these fields:\n{steady:#}");
}

#[tokio::test]
async fn a_person_reads_progress_on_standard_error_and_the_result_on_standard_output() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let ran = narrows.connect(&stage.face.broad_token, &[]).ends().await;
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    let steps = ["Mint", "Keep", "Prove", "Deliver", "Destroy", "Record"];
    for step in steps {
        let lines = ran.stderr.lines().filter(|line| line.starts_with(step));
        assert_eq!(lines.count(), 1, "{step} is told once:\n{}", ran.stderr);
    }
    assert_eq!(
        ran.stdout.lines().last(),
        Some("connected"),
        "{}",
        ran.stdout
    );
    for word in [
        "Account",
        "Allowed",
        "Can",
        "Cannot",
        "Receipt",
        "Pasted token",
        "Kept",
    ] {
        let said = ran
            .stdout
            .lines()
            .any(|line| line.trim_start().starts_with(word));
        assert!(said, "{word} is told:\n{}", ran.stdout);
    }
}

#[tokio::test]
async fn each_option_arrives_where_it_should() {
    let stage = Stage::with(Options {
        accounts: 3,
        ..Options::default()
    })
    .await;
    let narrows = Program::on(&stage.face);
    let asked = narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await;
    assert_eq!(
        asked.error(),
        "account-needed",
        "nobody chooses for a person"
    );

    let account = stage.face.account_id.as_str();
    let options = [
        "--json",
        "--account",
        account,
        "--project",
        "our-site",
        "--expires",
        "90d",
        "--allow-ip",
        "127.0.0.1",
        "--allow-ip",
        "203.0.113.0/24",
        "--keep-broad",
    ];
    let result = narrows
        .connect(&stage.face.broad_token, &options)
        .ends()
        .await
        .result();
    assert_eq!(result["account_id"], account);
    assert_eq!(result["broad"]["state"], "kept");
    assert_eq!(
        result["broad"]["after_ms"],
        Value::Null,
        "nothing was destroyed"
    );
    let made = token(&stage, &result["token_id"]).await;
    let from = &made["condition"]["request_ip"]["in"];
    assert_eq!(*from, json!(["127.0.0.1/32", "203.0.113.0/24"]), "{made}");
    assert!(made["expires_on"].is_string(), "{made}");
    let list = narrows.run(&["connections", "--json"], "").await.result();
    assert_eq!(list["connections"][0]["project"], "our-site");
    let broad = narrows.connect(&stage.face.broad_token, &["--json", "--account", account]);
    let code = broad.ends().await.result()["broad"]["state"].clone();
    assert_eq!(
        code, "refused",
        "the pasted token was kept before, and is destroyed now"
    );
}

#[tokio::test]
async fn an_account_token_makes_a_token_of_the_account() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let ran = narrows
        .connect(&stage.face.broad_account_token, &["--json"])
        .ends()
        .await;
    let result = ran.result();
    assert_eq!(result["token_kind"], "account");
    let made = token(&stage, &result["token_id"]).await;
    assert!(
        made["owner"].to_string().contains(&stage.face.account_id),
        "{made}"
    );
}

#[tokio::test]
async fn a_profile_can_be_a_file_and_need_no_platform() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let profile = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/own-stack.toml");
    let ran = narrows.connect(&stage.face.broad_token, &["--json", "--profile", profile]);
    let result = ran.ends().await.result();
    assert_eq!(
        result["receipt_code"],
        Value::Null,
        "there is nobody to give one"
    );
    assert_eq!(result["can"], json!({ "proved": 2, "of": 2 }));

    for (file, code) in [
        ("./none.toml", "profile-not-found"),
        ("none", "profile-not-found"),
    ] {
        let ran = narrows
            .run(&["connect", "--json", "--profile", file], "")
            .await;
        assert_eq!((ran.error().as_str(), ran.exit), (code, Some(64)), "{file}");
    }
    let broken = narrows.root().join("broken.toml");
    std::fs::write(&broken, "id = 1").expect("a file");
    let broken = broken.to_string_lossy();
    let line = ["token-page", "--json", "--profile", &broken];
    let ran = narrows.run(&line, "");
    assert_eq!(ran.await.error(), "profile-invalid");
}

#[tokio::test]
async fn a_token_made_through_the_printed_link_is_known_fused_and_destroyed() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let offer = narrows.run(&["token-page", "--json"], "").await.result();
    let fields: Vec<&String> = offer.as_object().expect("an object").keys().collect();
    assert_eq!(fields.len(), 2, "profile and pages: {fields:?}");
    for page in offer["pages"].as_array().expect("pages") {
        let link = url::Url::parse(page["link"].as_str().expect("a link")).expect("an address");
        let asked = |name: &str| {
            let found = link.query_pairs().find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned())
        };
        let keys: Value = serde_json::from_str(&asked("permissionGroupKeys").expect("keys"))
            .expect("a list in JSON");
        // An account token has to hold what it hands on for a zone; not every row has a key that a link can carry.
        let (key, account, handed_on, rows) = match page["kind"].as_str() {
            Some("user") => ("api_tokens", Some("*".to_owned()), None, 3),
            _ => ("account_api_tokens", None, Some("dns"), 7),
        };
        let mut wanted = vec![
            json!({ "key": key, "type": "edit" }),
            json!({ "key": "account_settings", "type": "read" }),
            json!({ "key": "zone", "type": "read" }),
        ];
        wanted.extend(handed_on.map(|key| json!({ "key": key, "type": "edit" })));
        assert_eq!(
            keys,
            Value::from(wanted),
            "the least that can make a token: {link}"
        );
        assert_eq!(asked("accountId"), account, "{link}");
        assert_eq!(asked("name").as_deref(), page["token_name"].as_str());
        assert_eq!(
            page["rows"].as_array().map(Vec::len),
            Some(rows),
            "the same list in words"
        );
    }

    let browser = Browser::signed_in(&stage.face).await;
    let link = offer["pages"][0]["link"].as_str().expect("a link");
    let made = browser.make_token(link).await;
    let mut running = narrows.connect(&made, &[]);
    running.says("Limit").await;
    let ran = running.ends().await;
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    let fused = |line: &&String| line.starts_with("PUT /client/v4/user/tokens/");
    assert_eq!(
        stage.requests().await.iter().filter(fused).count(),
        1,
        "the fuse was lit"
    );
    let name = offer["pages"][0]["token_name"]
        .as_str()
        .expect("a name")
        .to_owned();
    assert!(
        !stage.token_names().await.contains(&name),
        "and the token is gone"
    );
}

#[tokio::test]
async fn connections_status_and_deliver_tell_what_is_and_mend_what_can_be() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let sealed = |command: &'static str, more: &[&'static str]| {
        let mut line = vec![command];
        line.extend(more);
        line.extend(["--json"]);
        line.extend(SEALED);
        line
    };
    let status = narrows
        .run(&sealed("status", &[]), PASSPHRASE)
        .await
        .result();
    assert_eq!(
        (&status["connections"], &status["needs"]),
        (&json!(0), &json!([]))
    );
    assert_eq!(status["sandbox"], true);
    assert!(
        status["vault"]["self_test_ms"].is_u64(),
        "the vault was tried: {status}"
    );
    let empty = narrows.run(&["connections", "--json"], "").await.result();
    assert_eq!(empty, json!({ "connections": [] }));

    stage
        .fault(
            "PUT",
            "/v1/connections/{}",
            json!({ "kind": "reset-before" }),
        )
        .await;
    stage
        .fault("*", "/v1/connections/{}", json!({ "kind": "reset-before" }))
        .await;
    let ran = narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await;
    assert_eq!(ran.exit, Some(3), "silence is no refusal: {ran:?}");
    let pending = ran.object();
    assert_eq!(
        (&pending["state"], &pending["receipt_code"]),
        (&json!("pending"), &Value::Null)
    );
    assert_eq!(ran.error(), "platform-unknown");
    let status = narrows.run(&sealed("status", &[]), PASSPHRASE).await;
    assert_eq!(status.exit, Some(1), "something needs the person");
    assert_eq!(status.object()["needs"].as_array().map(Vec::len), Some(1));

    stage.tell("/reset", &json!({})).await;
    let id = pending["connection_id"].as_str().expect("an id").to_owned();
    let mut line = vec!["deliver", id.as_str(), "--json"];
    line.extend(SEALED);
    let card = narrows.run(&line, PASSPHRASE).await.result();
    let cabinet = Browser::signed_in(&stage.face).await;
    assert_eq!(card["receipt_code"], cabinet.receipt_code().await);
    assert_eq!(
        narrows.run(&sealed("status", &[]), PASSPHRASE).await.exit,
        Some(0)
    );
    let unknown = narrows
        .run(&sealed("deliver", &["nothing"]), PASSPHRASE)
        .await;
    assert_eq!(
        (unknown.error().as_str(), unknown.exit),
        ("connection-unknown", Some(64))
    );
    let wrong = narrows
        .run(&sealed("status", &[]), "another passphrase")
        .await;
    assert_eq!(wrong.error(), "passphrase-wrong");
}

#[tokio::test]
async fn what_is_piped_in_and_is_no_token_is_refused() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let mut line = vec!["connect", "--json"];
    line.extend(SEALED);
    let table: [(Vec<u8>, &str); 8] = [
        (Vec::new(), "paste-empty"),
        (b" \n\n".to_vec(), "paste-empty"),
        (vec![b'x'; 1024 * 1024], "paste-too-long"),
        (vec![b'y'; 3 * 1024 * 1024], "paste-too-long"),
        (b"\xff\xfe\x00".to_vec(), "paste-not-text"),
        (b"ada@example.com".to_vec(), "paste-email"),
        (stage.face.global_key.clone().into(), "paste-global-key"),
        (
            b"https://dash.cloudflare.com/profile/api-tokens".to_vec(),
            "paste-token-page-link",
        ),
    ];
    for (pasted, code) in table {
        let mut input = format!("{PASSPHRASE}\n").into_bytes();
        input.extend(pasted);
        let ran = narrows.run(&line, input).await;
        assert_eq!((ran.error().as_str(), ran.exit), (code, Some(2)));
        assert_eq!(ran.stdout, "", "no result");
    }
    for (passphrase, code) in [
        ("short", "passphrase-short"),
        ("of another file", "passphrase-wrong"),
    ] {
        let ran = narrows.run(&line, format!("{passphrase}\ncfut_x")).await;
        assert_eq!((ran.error().as_str(), ran.exit), (code, Some(1)));
    }
    for (line, code) in [
        (["--vault", "file"], "passphrase-needed"),
        (
            ["--vault=keychain", "--passphrase-stdin"],
            "passphrase-unasked",
        ),
    ] {
        let line: Vec<&str> = ["connect", "--json"].into_iter().chain(line).collect();
        let ran = narrows.run(&line, PASSPHRASE).await;
        assert_eq!((ran.error().as_str(), ran.exit), (code, Some(64)));
    }
    assert_eq!(stage.ours().await, Vec::<String>::new(), "nothing was made");
}

#[tokio::test]
async fn a_token_that_cannot_be_used_ends_with_its_own_code() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let groups = ["API Tokens Write", "Account Settings Read"];
    let table = [
        (json!({ "status": "disabled" }), "token-disabled"),
        (
            json!({ "expires_on": "2020-01-01T00:00:00Z" }),
            "token-expired",
        ),
        (json!({ "status": "revoked (exposed)" }), "token-unknown"),
        (
            json!({ "condition": { "request_ip": { "in": ["203.0.113.9/32"] } } }),
            "address-blocked",
        ),
        (
            json!({ "groups": ["API Tokens Write"] }),
            "no-account-visible",
        ),
        (
            json!({ "groups": ["API Tokens Read", "Account Settings Read"] }),
            "cannot-mint",
        ),
        (json!({ "groups": ["Pages Write"] }), "cannot-mint"),
    ];
    for (odd, code) in table {
        let mut body = json!({ "kind": "user", "name": "odd", "groups": groups });
        for (name, value) in odd.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let (_, value) = stage.make_token(body).await;
        let ran = narrows.connect(&value, &["--json"]).ends().await;
        assert_eq!((ran.error().as_str(), ran.exit), (code, Some(2)), "{odd}");
        assert!(!ran.stderr.contains(&value), "the value is not repeated");
    }
    let unknown = "cfut_".to_owned() + &"q".repeat(40) + "0badc0de";
    let ran = narrows.connect(&unknown, &["--json"]).ends().await;
    assert_eq!((ran.error().as_str(), ran.exit), ("token-unknown", Some(2)));
    assert_eq!(
        stage.ours().await,
        Vec::<String>::new(),
        "nothing was made with any of them"
    );
}

#[tokio::test]
#[allow(clippy::too_many_lines, reason = "a table")]
async fn each_refusal_of_cloudflare_ends_with_its_own_code() {
    const VERIFY: (&str, &str) = ("GET", "/client/v4/user/tokens/verify");
    const GROUPS: (&str, &str) = ("GET", "/client/v4/user/tokens/permission_groups");
    const ACCOUNTS: (&str, &str) = ("GET", "/client/v4/accounts");
    const MINT: (&str, &str) = ("POST", "/client/v4/user/tokens");
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let told = |status: u16, code: u32, message: &str| json!({ "kind": "status", "status": status, "code": code, "message": message });
    let chained = |inner: u32| {
        let error = json!({ "code": 6003, "message": "Invalid request headers",
            "error_chain": [{ "code": inner, "message": "Invalid format" }] });
        let body = json!({ "success": false, "errors": [error], "messages": [], "result": null });
        json!({ "kind": "status", "status": 400, "body": body })
    };
    let as_text = json!({ "success": false, "messages": [], "result": null,
        "errors": [{ "code": "10000", "message": "Authentication error" }] });
    let as_text = json!({ "kind": "status", "status": 403, "body": as_text });
    let exposed = json!({ "success": true, "errors": [], "messages": [],
        "result": { "id": "ed17574386854bf78a67040be0a770b0", "status": "revoked (exposed)" } });
    let exposed = json!({ "kind": "status", "status": 200, "body": exposed });
    #[rustfmt::skip]
    let table = [
        (VERIFY, exposed, "token-exposed", 2),
        (VERIFY, chained(6111), "token-malformed", 2),
        (VERIFY, chained(6102), "wrong-secret", 2),
        (VERIFY, chained(6103), "wrong-secret", 2),
        (VERIFY, told(403, 9103, "Unknown X-Auth-Key or X-Auth-Email"), "key-or-email-wrong", 2),
        (VERIFY, told(400, 9106, "Authentication failed"), "wrong-credential-kind", 2),
        (VERIFY, told(403, 1010, "Access denied"), "client-refused", 1),
        (VERIFY, json!({ "kind": "html", "status": 200 }), "answer-unreadable", 3),
        (VERIFY, json!({ "kind": "rate-limit", "retry_after": 0 }), "rate-limited", 3),
        (VERIFY, told(429, 971, "Please wait and consider throttling"), "rate-limited", 3),
        (ACCOUNTS, told(403, 10_001, "Unable to authenticate request"), "scope-missing", 2),
        (GROUPS, told(403, 9109, "Valid user-level authentication not found"), "cannot-mint", 2),
        (GROUPS, told(403, 9109, "Unauthorized to access requested resource"), "cannot-mint", 2),
        (GROUPS, told(403, 10_000, "Authentication error"), "cannot-mint", 2),
        (GROUPS, as_text, "cannot-mint", 2),
        // A reason that nobody knows is no missing permission.
        (GROUPS, told(403, 12_345, "Ask the owner of this account to accept the terms."), "request-refused", 1),
        (GROUPS, told(403, 9109, "Invalid access token"), "token-unknown", 2),
        (MINT, told(400, 1001, "sub-token is not allowed to have permissions to manage other tokens"), "sub-token-management", 1),
        (MINT, told(400, 1001, "OAuth session does not include the scopes"), "oauth-scopes", 2),
        (MINT, told(400, 1001, "maximum number of tokens reached"), "token-quota", 1),
        (MINT, told(404, 7003, "Could not route to /accounts/x"), "id-malformed", 1),
        (MINT, told(403, 10_000, "Authentication error"), "no-token-management", 2),
        (MINT, told(403, 9109, "Cannot use the access token from location: 203.0.113.9"), "address-blocked", 2),
    ];
    for ((method, path), fault, code, exit) in table {
        stage.fault(method, path, fault.clone()).await;
        let ran = narrows
            .connect(&stage.face.broad_token, &["--json"])
            .ends()
            .await;
        assert_eq!(
            (ran.error().as_str(), ran.exit),
            (code, Some(exit)),
            "{path}: {fault}"
        );
    }
    assert_eq!(
        stage.ours().await,
        Vec::<String>::new(),
        "nothing is left of any of them"
    );
}

#[tokio::test]
async fn an_account_token_whose_account_is_not_told_needs_it_named() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let older_edge = json!({ "kind": "status", "status": 400, "code": 1001,
        "message": "List accounts endpoint does not support account owned tokens" });
    stage.fault("GET", "/client/v4/accounts", older_edge).await;
    let token = stage.face.broad_account_token.as_str();
    let ran = narrows.connect(token, &["--json"]).ends().await;
    assert_eq!(ran.error(), "account-id-needed");
    let named = ["--json", "--account", &stage.face.account_id];
    let result = narrows.connect(token, &named).ends().await.result();
    assert_eq!(
        result["account_id"], stage.face.account_id,
        "naming it helps"
    );
}

#[tokio::test]
async fn a_platform_that_refuses_leaves_a_kept_token() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let body = json!({ "type": "about:blank", "title": "Refused", "status": 422, "code": "credential-rejected" });
    let fault = json!({ "kind": "status", "status": 422, "body": body });
    stage.fault("PUT", "/v1/connections/{}", fault).await;
    let ran = narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await;
    assert_eq!(ran.object()["state"], "pending");
    assert_eq!(
        ran.object()["broad"]["state"],
        "refused",
        "the pasted token dies all the same"
    );
    assert_eq!(ran.exit, Some(3), "{ran:?}");
    ran.error();
    assert_eq!(stage.ours().await.len(), 1, "the narrow one is kept");
}

#[tokio::test]
async fn wrong_usage_is_told_without_repeating_a_token() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let token = stage.face.broad_token.as_str();
    let assigned = format!("--token={token}");
    let old = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_Ab";
    for line in [
        vec!["connect", token],
        vec!["connect", "--token", token],
        vec!["connect", &assigned],
        vec!["connect", "--account", token],
        vec!["deliver", token],
        vec![token],
        vec!["connect", old],
    ] {
        for json in [&["--json"][..], &[]] {
            let line: Vec<&str> = line.iter().chain(json).copied().collect();
            let ran = narrows.run(&line, "").await;
            assert_eq!(ran.exit, Some(64), "{ran:?}");
            let said = format!("{}{}", ran.stdout, ran.stderr);
            for secret in [&token[5..20], &old[5..20]] {
                assert!(!said.contains(secret), "it was repeated: {said}");
            }
            assert!(
                said.contains("must not stand among the arguments"),
                "and why: {said}"
            );
            if !json.is_empty() {
                assert_eq!(ran.error(), "token-in-arguments");
            }
        }
    }
    for line in [
        vec!["connect", "--jsno"],
        vec!["conect"],
        vec!["connect", "--vault", "drawer"],
    ] {
        let plain = narrows.run(&line, "").await;
        assert_eq!(plain.exit, Some(64), "{plain:?}");
        let with_json: Vec<&str> = line.iter().copied().chain(["--json"]).collect();
        assert_eq!(
            narrows.run(&with_json, "").await.error(),
            "usage",
            "{line:?}"
        );
    }
    for line in [["--help"], ["--version"]] {
        let ran = narrows.run(&line, "").await;
        assert_eq!((ran.exit, ran.stderr.as_str()), (Some(0), ""), "{line:?}");
    }
    assert_eq!(
        stage.requests().await,
        Vec::<String>::new(),
        "nobody was asked anything"
    );
}

#[tokio::test]
async fn an_environment_that_cannot_be_is_refused() {
    let stage = Stage::new().await;
    for name in [
        "NARROWS_CLOUDFLARE_API",
        "NARROWS_DASHBOARD",
        "NARROWS_PLATFORM",
    ] {
        let narrows = Program::on(&stage.face).with(name, "https://example.com");
        let ran = narrows
            .run(&["connect", "--json"], stage.face.broad_token.as_str())
            .await;
        assert_eq!(
            (ran.error().as_str(), ran.exit),
            ("address-refused", Some(64)),
            "{name}"
        );
        assert!(!narrows.folder().exists(), "nothing was begun");
    }
    let narrows = Program::on(&stage.face);
    let file = narrows.root().join("file");
    std::fs::write(&file, "").expect("a file");
    let narrows = narrows.with("NARROWS_HOME", file.join("below"));
    let ran = narrows.run(&["status", "--json"], "").await;
    assert_eq!(
        (ran.error().as_str(), ran.exit),
        ("record-folder-unusable", Some(1))
    );
}

#[tokio::test]
async fn without_a_keychain_the_way_out_is_named_and_nothing_is_made() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let ran = narrows
        .run(&["connect", "--json"], stage.face.broad_token.as_str())
        .await;
    assert_eq!(
        (ran.error().as_str(), ran.exit),
        ("keychain-absent", Some(1))
    );
    assert!(ran.stderr.contains("--vault file"), "{}", ran.stderr);
    assert_eq!(
        stage.requests().await,
        Vec::<String>::new(),
        "nobody was asked anything"
    );
    let status = narrows.run(&["status", "--json"], "").await;
    assert_eq!(status.exit, Some(1), "and status says so as well");
    assert_eq!(status.object()["vault"]["self_test_ms"], Value::Null);
}

#[tokio::test]
async fn sign_in_is_waited_for_once_and_remembered() {
    let stage = Stage::attended(Options::default()).await;
    let narrows = Program::on(&stage.face);
    let mut running = narrows.connect(&stage.face.broad_token, &["--json", "--keep-broad"]);
    let page = running.says("Sign in at ").await.replace("Sign in at ", "");
    let code = running.says("compare the code").await;
    let code = code.rsplit(' ').next().unwrap_or_default();
    assert!(page.contains(code), "{page} leads to the page of {code}");
    assert!(
        page.starts_with(&stage.face.platform),
        "{page} is the platform's"
    );
    Browser::signed_in(&stage.face).await.approve(&page).await;
    running.ends().await.result();

    let again = ["--json", "--project", "another-site"];
    let ran = narrows
        .connect(&stage.face.broad_token, &again)
        .ends()
        .await;
    ran.result();
    assert_eq!(ran.stderr, "", "nobody has to sign in twice");
}

#[tokio::test]
async fn ctrl_c_undoes_what_was_made() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let endless = json!({ "kind": "delay", "ms": 3_600_000 });
    stage
        .fault("GET", "/client/v4/accounts/{}/pages/projects", endless)
        .await;
    let mut running = narrows.connect(&stage.face.broad_token, &[]);
    running.says("Keep").await;
    assert_eq!(
        stage.ours().await.len(),
        1,
        "the narrow token is made by then"
    );
    running.interrupt();
    let ran = running.ends().await;
    assert_eq!(ran.exit, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("You stopped the run."), "{ran:?}");
    assert_eq!(
        stage.ours().await,
        Vec::<String>::new(),
        "and is deleted again"
    );
    let mut line = vec!["status", "--json"];
    line.extend(SEALED);
    let status = narrows.run(&line, PASSPHRASE).await.result();
    assert_eq!(status["needs"], json!([]), "the run is closed");
}

#[tokio::test]
async fn ctrl_c_before_anything_is_made_just_leaves() {
    let stage = Stage::attended(Options::default()).await;
    let narrows = Program::on(&stage.face);
    let mut running = narrows.connect(&stage.face.broad_token, &["--json"]);
    running.says("compare the code").await;
    running.interrupt();
    let ran = running.ends().await;
    assert_eq!((ran.error().as_str(), ran.exit), ("cancelled", Some(1)));
    assert_eq!(stage.ours().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_fault() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    for line in [vec!["connections"], vec!["token-page"], vec!["--help"]] {
        // The reading end is closed before anything is written.
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = narrows.command(&line);
        command
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped());
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await.expect("a thread").expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{line:?}: {said}");
        assert_eq!(output.status.code(), Some(0), "{line:?}: {said}");
    }
}
