//! The connection API.

use std::collections::BTreeSet;

use narrows_sandbox::platform::CloudflareVerdict;
use serde_json::{Value, json};

use crate::contract;
use crate::running::{
    ACCOUNT_ID, CLIENT, NONCE, Running, SECOND_TOKEN_ID, SECOND_VALUE, Start, TOKEN_ID, VALUE,
    active, delivery, rotation,
};

const ID: &str = "0b9a3f6e-52c4-4f0e-8a55-6d1f5c0e7a21";
const OTHER_ID: &str = "other-connection";

#[test]
fn every_example_in_the_contract_fits_its_schema() {
    let examples = contract::examples();
    assert!(examples.len() > 10, "there are examples to look at");
    for (schema, example) in examples {
        let faults = contract::faults(&schema, &example);
        assert!(faults.is_empty(), "{schema}: {faults:?}");
    }
}

#[tokio::test]
async fn receipts_are_those_of_the_contracts_worked_examples() {
    let (platform, access_token) = Running::signed_in().await;
    let vectors = contract::receipt_vectors();
    assert_eq!(vectors.len(), 2, "one for each form of a nonce");
    for (number, vector) in vectors.iter().enumerate() {
        let value = vector["value"].as_str().expect("a value");
        platform.cloudflare_says(value, active(TOKEN_ID));
        let mut body = delivery();
        body["project"] = json!(format!("project-{number}"));
        body["token"]["value"] = vector["value"].clone();
        body["nonce"] = vector["nonce"].clone();

        let id = format!("connection-{number}");
        let put = platform
            .put(&access_token, &id, &format!("idempotent-{number}"), &body)
            .await;
        let nonce = vector["nonce"].as_str().expect("a nonce");
        let got = platform.get(&access_token, &id, nonce).await;
        for answer in [put.json(), got.json()] {
            for field in ["fingerprint", "receipt", "receipt_code"] {
                assert_eq!(answer[field], vector[field], "{field} of example {number}");
            }
        }
    }
}

#[tokio::test]
async fn a_delivered_token_is_connected_and_never_given_back() {
    let (platform, access_token) = Running::signed_in().await;
    let answer = platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;
    assert_eq!(answer.status, 201, "a new connection");
    assert_eq!(
        answer.text("token_id"),
        TOKEN_ID,
        "the answer says which token is held"
    );

    let me = platform.me(&access_token).await;
    assert_eq!(
        me.json()["connections"],
        json!([{ "id": ID, "profile": "site-generator", "account_id": ACCOUNT_ID, "project": "ada-site" }]),
        "the tenant sees it"
    );
    let got = platform.get(&access_token, ID, NONCE).await;
    assert_eq!(
        got.json(),
        answer.json(),
        "asked with the same nonce, the same is said"
    );
    let other = platform.get(&access_token, ID, &"ab".repeat(32)).await;
    assert_eq!(
        other.text("fingerprint"),
        answer.text("fingerprint"),
        "it is the same token"
    );
    assert_ne!(
        other.text("receipt"),
        answer.text("receipt"),
        "proved over another nonce"
    );

    for said in [answer, me, got, other] {
        assert!(
            !said.body.contains(VALUE),
            "no answer holds the value: {}",
            said.body
        );
    }
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_does_nothing() {
    let (platform, access_token) = Running::signed_in().await;
    let first = platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;
    platform.pass_seconds(60);
    let again = platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;
    assert_eq!(
        (again.status, &again.body),
        (201, &first.body),
        "word for word, the time included"
    );
    assert_eq!(platform.times_asked(), 1, "Cloudflare is not asked again");

    let mut other_body = delivery();
    other_body["nonce"] = json!("ab".repeat(16));
    let mismatch = (422, "idempotency-mismatch".to_owned());
    let answer = platform
        .put(&access_token, ID, "idempotent-1", &other_body)
        .await;
    assert_eq!(answer.refusal(), mismatch, "the same key with another body");
    let answer = platform
        .put(&access_token, OTHER_ID, "idempotent-1", &delivery())
        .await;
    assert_eq!(
        answer.refusal(),
        mismatch,
        "the same key for another connection"
    );

    let answer = platform
        .put(&access_token, ID, "idempotent-2", &other_body)
        .await;
    assert_eq!(
        answer.status, 200,
        "the same token under another key is known"
    );
    assert_ne!(
        answer.text("receipt"),
        first.text("receipt"),
        "with a receipt over the new nonce"
    );

    platform.pass_seconds(24 * 3600);
    let access_token = platform.sign_in().await.text("access_token");
    let later = platform
        .put(&access_token, ID, "idempotent-1", &other_body)
        .await;
    assert_eq!(later.status, 200, "after a day the key is free");
}

#[tokio::test]
async fn another_token_takes_the_place_of_the_one_held() {
    let (platform, access_token) = Running::signed_in().await;
    let first = platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;

    let mut astray = rotation();
    astray["replaces"] = json!("f".repeat(32));
    let answer = platform
        .put(&access_token, ID, "idempotent-2", &astray)
        .await;
    assert_eq!(
        (answer.refusal(), answer.text("field")),
        ((400, "invalid-request".into()), "replaces".into()),
        "a rotation that starts from another token is out of date"
    );

    let rotated = platform
        .put(&access_token, ID, "idempotent-3", &rotation())
        .await;
    assert_eq!(rotated.status, 200, "the connection was known");
    assert_eq!(
        rotated.text("token_id"),
        SECOND_TOKEN_ID,
        "the new token is held"
    );
    assert_ne!(
        rotated.text("fingerprint"),
        first.text("fingerprint"),
        "it is another one"
    );

    let lost = platform
        .put(&access_token, ID, "idempotent-4", &rotation())
        .await;
    assert_eq!(
        lost.status, 200,
        "a rotation sent again under a new key is already done"
    );
    let replay = platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;
    assert_eq!(
        replay.body, first.body,
        "the first request, late, gets its first answer"
    );
    assert_eq!(
        platform
            .get(&access_token, ID, NONCE)
            .await
            .text("token_id"),
        SECOND_TOKEN_ID,
        "and does not bring the old token back"
    );

    for (field, value) in [
        ("profile", "another-profile"),
        ("account_id", &"a".repeat(32)),
    ] {
        let mut moved = rotation();
        moved[field] = json!(value);
        let answer = platform
            .put(&access_token, ID, "idempotent-5", &moved)
            .await;
        assert_eq!(
            (answer.status, answer.text("field")),
            (400, field.into()),
            "a connection keeps its {field} for good"
        );
    }
}

#[tokio::test]
async fn an_account_and_project_belong_to_one_connection() {
    let (platform, access_token) = Running::signed_in().await;
    for project in [json!("ada-site"), Value::Null] {
        let mut body = delivery();
        body["project"] = project.clone();
        let id = format!("first-{}", project.is_null());
        let key = |name: &str| format!("{name}-{}", project.is_null());
        platform
            .put(&access_token, &id, &key("idempotent-1"), &body)
            .await;

        let answer = platform
            .put(&access_token, OTHER_ID, &key("idempotent-2"), &body)
            .await;
        assert_eq!(
            answer.refusal(),
            (409, "already-connected".into()),
            "{project} is taken"
        );
        assert_eq!(answer.text("connection_id"), id, "and the holder is named");

        assert_eq!(
            platform.delete(&access_token, &id).await.status,
            204,
            "the holder goes"
        );
        let answer = platform
            .put(&access_token, OTHER_ID, &key("idempotent-2"), &body)
            .await;
        assert_eq!(
            answer.status, 201,
            "then {project} is free, under the very key that was refused"
        );
        platform.delete(&access_token, OTHER_ID).await;
    }
}

#[tokio::test]
async fn a_token_that_cloudflare_does_not_confirm_changes_nothing() {
    let (platform, access_token) = Running::signed_in().await;
    for (verdict, status, code) in [
        (CloudflareVerdict::Refused, 422, "credential-rejected"),
        (active("f"), 422, "credential-rejected"),
        (CloudflareVerdict::Unreachable, 503, "busy"),
    ] {
        platform.cloudflare_says(VALUE, verdict.clone());
        let answer = platform
            .put(&access_token, ID, "idempotent-1", &delivery())
            .await;
        assert_eq!(answer.refusal(), (status, code.into()), "{verdict:?}");
        assert!(
            !answer.body.contains(VALUE),
            "the value is not repeated: {}",
            answer.body
        );
        assert_eq!(
            platform.get(&access_token, ID, NONCE).await.refusal(),
            (404, "unknown-connection".into()),
            "nothing is left behind by {verdict:?}"
        );
    }
    platform.cloudflare_says(VALUE, active(TOKEN_ID));
    let answer = platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;
    assert_eq!(
        answer.status, 201,
        "the same request may simply be sent again"
    );

    platform.cloudflare_says(SECOND_VALUE, CloudflareVerdict::Refused);
    let answer = platform
        .put(&access_token, ID, "idempotent-2", &rotation())
        .await;
    assert_eq!(answer.status, 422, "a rotation can be refused as well");
    assert_eq!(
        platform
            .get(&access_token, ID, NONCE)
            .await
            .text("token_id"),
        TOKEN_ID,
        "and the old token is still held"
    );
}

#[tokio::test]
async fn a_deleted_connection_is_forgotten_with_its_keys() {
    let (platform, access_token) = Running::signed_in().await;
    platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;
    assert_eq!(
        platform.delete(&access_token, ID).await.status,
        204,
        "it goes"
    );
    let unknown = (404, "unknown-connection".to_owned());
    assert_eq!(
        platform.delete(&access_token, ID).await.refusal(),
        unknown,
        "once"
    );
    assert_eq!(
        platform.get(&access_token, ID, NONCE).await.refusal(),
        unknown,
        "it is gone"
    );
    let answer = platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;
    assert_eq!(
        answer.status, 201,
        "an old key must not say `connected` of a token that is not held"
    );
    assert_eq!(
        platform.get(&access_token, ID, NONCE).await.status,
        200,
        "it is held again"
    );
}

/// One wrong body: where in the delivery, what to put there (or to take away), and the field to be named.
struct WrongBody {
    pointer: &'static str,
    value: Option<Value>,
    field: &'static str,
}

fn wrong(pointer: &'static str, value: Value, field: &'static str) -> WrongBody {
    WrongBody {
        pointer,
        value: Some(value),
        field,
    }
}

fn missing(pointer: &'static str, field: &'static str) -> WrongBody {
    WrongBody {
        pointer,
        value: None,
        field,
    }
}

fn wrong_bodies() -> Vec<WrongBody> {
    vec![
        missing("/profile", "profile"),
        missing("/project", "project"),
        missing("/replaces", "replaces"),
        missing("/token", "token"),
        missing("/token/expires_on", "token.expires_on"),
        missing("/token/value", "token.value"),
        wrong("/profile", json!("Site Generator"), "profile"),
        wrong("/profile", json!("-x"), "profile"),
        wrong("/profile", json!(""), "profile"),
        wrong("/profile", json!("x".repeat(65)), "profile"),
        wrong("/profile", json!(7), "profile"),
        wrong(
            "/account_id",
            json!("ABCDEF0123456789ABCDEF0123456789"),
            "account_id",
        ),
        wrong("/account_id", json!("0".repeat(31)), "account_id"),
        wrong("/account_id", Value::Null, "account_id"),
        wrong("/account_name", json!(""), "account_name"),
        wrong("/account_name", json!("two\nlines"), "account_name"),
        wrong("/account_name", json!("é".repeat(257)), "account_name"),
        wrong("/project", json!(""), "project"),
        wrong("/project", json!("../etc"), "project"),
        wrong("/project", json!("x".repeat(101)), "project"),
        wrong("/token", json!(VALUE), "token"),
        wrong("/token/value", json!("short"), "token.value"),
        wrong(
            "/token/value",
            json!(format!("{VALUE}\r\nX: y")),
            "token.value",
        ),
        wrong("/token/value", json!("x".repeat(257)), "token.value"),
        wrong("/token/id", json!("f"), "token.id"),
        wrong("/token/kind", json!("global"), "token.kind"),
        wrong("/token/name", json!("\u{0}"), "token.name"),
        wrong("/token/expires_on", json!("tomorrow"), "token.expires_on"),
        wrong("/token/expires_on", json!("2027-01-01"), "token.expires_on"),
        wrong(
            "/token/expires_on",
            json!("2027-02-30T00:00:00Z"),
            "token.expires_on",
        ),
        wrong("/token/scope", json!("x"), "token.scope"),
        wrong("/nonce", json!("short"), "nonce"),
        wrong("/nonce", json!("!".repeat(32)), "nonce"),
        wrong("/nonce", json!("z".repeat(87)), "nonce"),
        wrong("/nonce", json!("a".repeat(129)), "nonce"),
        wrong("/replaces", json!("none"), "replaces"),
        wrong("/fast", json!(true), "fast"),
        wrong("", json!([]), "body"),
        wrong("", json!("delivery"), "body"),
        wrong("", Value::Null, "body"),
    ]
}

#[tokio::test]
async fn a_wrong_field_is_named_and_the_contract_agrees_that_it_is_wrong() {
    let (platform, access_token) = Running::signed_in().await;
    assert!(
        contract::faults("Delivery", &delivery()).is_empty(),
        "the right body is right by the contract"
    );
    for WrongBody {
        pointer,
        value,
        field,
    } in wrong_bodies()
    {
        let mut body = delivery();
        match pointer.rsplit_once('/') {
            None => body = value.unwrap_or_default(),
            Some((parent, name)) => {
                let parent = body
                    .pointer_mut(parent)
                    .and_then(Value::as_object_mut)
                    .expect("an object");
                parent.remove(name);
                parent.extend(value.map(|value| (name.to_owned(), value)));
            }
        }
        assert!(
            !contract::faults("Delivery", &body).is_empty(),
            "the contract accepts {body}"
        );
        let answer = platform.put(&access_token, ID, "idempotent-1", &body).await;
        assert_eq!(
            (answer.refusal(), answer.text("field")),
            ((400, "invalid-request".into()), field.into()),
            "{pointer} in {body}"
        );
    }
    assert_eq!(
        platform.times_asked(),
        0,
        "Cloudflare never hears of such requests"
    );
}

#[tokio::test]
async fn limits_of_the_contract_are_accepted_to_the_last_character() {
    let (platform, access_token) = Running::signed_in().await;
    let long_value = "~".repeat(256);
    platform.cloudflare_says(&long_value, active(TOKEN_ID));
    for (pointer, value) in [
        ("/profile", json!("a".repeat(64))),
        ("/account_name", json!("é".repeat(256))),
        ("/project", json!("0".repeat(100))),
        ("/token/value", json!(long_value)),
        ("/token/kind", json!("account")),
        ("/token/expires_on", json!("2027-01-01T00:00:00.123+02:00")),
        ("/nonce", json!("a".repeat(128))),
        ("/nonce", json!("_-".repeat(43))),
    ] {
        let mut body = delivery();
        *body.pointer_mut(pointer).expect("a field") = value;
        let faults = contract::faults("Delivery", &body);
        assert!(faults.is_empty(), "{pointer}: {faults:?}");
        let answer = platform.put(&access_token, ID, "idempotent-1", &body).await;
        assert_eq!(answer.status, 201, "{pointer}: {}", answer.body);
        platform.delete(&access_token, ID).await;
    }
}

#[tokio::test]
async fn requests_that_are_wrong_around_the_body_are_refused() {
    let (platform, access_token) = Running::signed_in().await;
    let put = |id: &str| {
        platform
            .http
            .put(platform.connection(id))
            .bearer_auth(&access_token)
            .header("Content-Type", "application/json")
    };
    let key = "Idempotency-Key";
    let body = delivery().to_string();
    let long = format!("{body}{}", " ".repeat(65_536));
    let fits = format!("{body}{}", " ".repeat(65_536 - body.len()));
    for (request, status, field) in [
        (put(ID).body(body.clone()), 400, key),
        (put(ID).header(key, "short").body(body.clone()), 400, key),
        (
            put(ID).header(key, "not a key!").body(body.clone()),
            400,
            key,
        ),
        (
            put(ID)
                .header(key, "idempotent-1")
                .header(key, "idempotent-2")
                .body(body.clone()),
            400,
            key,
        ),
        (
            put("short").header(key, "idempotent-1").body(body.clone()),
            400,
            "id",
        ),
        (
            put("not%2Fan%20id")
                .header(key, "idempotent-1")
                .body(body.clone()),
            400,
            "id",
        ),
        (
            put("%FF%FF%FF%FF%FF%FF%FF%FF")
                .header(key, "idempotent-1")
                .body(body.clone()),
            400,
            "id",
        ),
        (put(ID).header(key, "idempotent-1").body(""), 400, "body"),
        (put(ID).header(key, "idempotent-1").body("{"), 400, "body"),
        (
            put(ID).header(key, "idempotent-1").body(vec![0xff; 10]),
            400,
            "body",
        ),
        (
            put(ID).header(key, "idempotent-1").body("[".repeat(60_000)),
            400,
            "body",
        ),
        (put(ID).header(key, "idempotent-1").body(long), 413, "body"),
    ] {
        let answer = platform.call("putConnection", request).await;
        assert_eq!(
            (answer.refusal(), answer.text("field")),
            ((status, "invalid-request".into()), field.into()),
            "{answer:?}"
        );
    }
    let request = platform
        .http
        .put(platform.connection(ID))
        .bearer_auth(&access_token)
        .header(key, "idempotent-1")
        .body(body);
    let answer = platform.call("putConnection", request).await;
    assert_eq!(
        answer.text("field"),
        "Content-Type",
        "JSON must say that it is JSON"
    );

    let request = put(ID).header(key, "idempotent-1").body(fits);
    let answer = platform.call("putConnection", request).await;
    assert_eq!(answer.status, 201, "65,536 bytes are not too many");
}

#[tokio::test]
async fn a_question_without_one_good_nonce_is_refused() {
    let (platform, access_token) = Running::signed_in().await;
    platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;
    for (query, reason) in [
        ("", "none"),
        ("?nonce=short", "a short one"),
        ("?nonce=%FF%00", "bytes"),
    ] {
        let request = platform
            .http
            .get(format!("{}{query}", platform.connection(ID)))
            .bearer_auth(&access_token);
        let answer = platform.call("getConnection", request).await;
        assert_eq!(
            (answer.status, answer.text("field")),
            (400, "nonce".into()),
            "{reason}"
        );
    }
    let twice = platform
        .get(&access_token, ID, &format!("{NONCE}&nonce={NONCE}"))
        .await;
    assert_eq!(twice.text("field"), "nonce", "two nonces are one too many");
}

#[tokio::test]
async fn nobody_gets_in_without_a_good_access_token() {
    let platform = Running::start().await;
    let requests = || {
        [
            ("getMe", platform.http.get(platform.url("/v1/me"))),
            (
                "putConnection",
                platform
                    .http
                    .put(platform.connection(ID))
                    .body("x".repeat(1_000)),
            ),
            ("getConnection", platform.http.get(platform.connection("!"))),
            (
                "deleteConnection",
                platform.http.delete(platform.connection(ID)),
            ),
        ]
    };
    for (header, is_told) in [
        (None, false),
        (Some("Basic QWRhOkFkYQ=="), false),
        (Some("Bearer"), false),
        (Some("Bearer unknown"), true),
        (Some("bearer unknown"), true),
    ] {
        for (operation, request) in requests() {
            let request = match header {
                Some(value) => request.header("Authorization", value),
                None => request,
            };
            let answer = platform.call(operation, request).await;
            assert_eq!(
                answer.refusal(),
                (401, "not-signed-in".into()),
                "{operation}, {header:?}"
            );
            let challenge = answer.headers["www-authenticate"]
                .to_str()
                .expect("readable");
            assert_eq!(
                challenge.contains("invalid_token"),
                is_told,
                "only a token that was sent can be invalid: {header:?} met {challenge}"
            );
        }
    }
}

#[tokio::test]
async fn requests_at_the_same_time_come_to_one_result() {
    let (platform, access_token) = Running::signed_in().await;
    let body = delivery();
    let (a, b, c, d) = tokio::join!(
        platform.put(&access_token, ID, "idempotent-1", &body),
        platform.put(&access_token, ID, "idempotent-1", &body),
        platform.put(&access_token, ID, "idempotent-1", &body),
        platform.put(&access_token, ID, "idempotent-1", &body),
    );
    let answers: BTreeSet<_> = [a, b, c, d]
        .map(|answer| (answer.status, answer.body))
        .into();
    assert_eq!(answers.len(), 1, "one request, one answer: {answers:?}");
    assert_eq!(
        answers.first().map(|(status, _)| *status),
        Some(201),
        "it is new once"
    );

    let mut body = delivery();
    body["project"] = json!("contested");
    let (a, b) = tokio::join!(
        platform.put(&access_token, "contender-1", "idempotent-2", &body),
        platform.put(&access_token, "contender-2", "idempotent-3", &body),
    );
    let statuses = BTreeSet::from([a.status, b.status]);
    assert_eq!(
        statuses,
        BTreeSet::from([201, 409]),
        "one of the two holds the project"
    );
}

#[tokio::test]
async fn nothing_secret_can_be_read_in_the_database_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = |key| Start {
        auto_approve: true,
        key: Some(key),
        database: Some(folder.path().join("platform.sqlite")),
    };
    let platform = Running::start_as(start([7; 32])).await;
    let device = platform.device_authorization(&[CLIENT]).await;
    let tokens = platform.poll(&device.text("device_code")).await;
    let access_token = tokens.text("access_token");
    let held = platform
        .put(&access_token, ID, "idempotent-1", &delivery())
        .await;
    let browser = crate::browser::Browser::signed_in(&platform).await;
    let (_, cookie) = browser.cookie.split_once('=').expect("a cookie");

    let bytes: Vec<u8> = std::fs::read_dir(folder.path())
        .expect("a listing")
        .flat_map(|entry| std::fs::read(entry.expect("an entry").path()).expect("readable"))
        .collect();
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(
        holds(&held.text("fingerprint")),
        "the connection itself is in the files"
    );
    for (name, secret) in [
        ("the token's value", VALUE),
        ("the access token", &access_token),
        ("the refresh token", &tokens.text("refresh_token")),
        ("the device code", &device.text("device_code")),
        ("the cookie", cookie),
    ] {
        assert!(!holds(secret), "{name} lies open in the files");
    }

    let reopened = Running::start_as(start([7; 32])).await;
    let again = reopened.get(&access_token, ID, NONCE).await;
    assert_eq!(
        again.text("receipt"),
        held.text("receipt"),
        "with the same key, another process holds the same token"
    );
    let locked_out = Running::start_as(start([8; 32])).await;
    assert_eq!(
        locked_out.get(&access_token, ID, NONCE).await.refusal(),
        (503, "busy".into()),
        "with another key the value stays shut, and no false receipt is given"
    );
}
