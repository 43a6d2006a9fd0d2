//! Tokens of their own beside a connection's narrow one.

use narrows_sandbox::platform::CloudflareVerdict;
use serde_json::{Value, json};

use crate::running::{
    EXTRA_ID, EXTRA_SECRET, EXTRA_VALUE, NONCE, Running, SECOND_TOKEN_ID, SECOND_VALUE, TOKEN_ID,
    VALUE, delivery, extra,
};

const ID: &str = "0b9a3f6e-52c4-4f0e-8a55-6d1f5c0e7a21";
const KEYS: &str = "r2-keys";

/// A platform with a connection.
async fn connected() -> (Running, String) {
    let (platform, access) = Running::signed_in().await;
    let put = platform.put(&access, ID, "idempotent-1", &delivery()).await;
    assert_eq!(put.status, 201, "{put:?}");
    (platform, access)
}

#[tokio::test]
async fn one_is_taken_proved_by_its_receipt_and_never_given_back() {
    let (platform, access) = connected().await;
    let put = platform.put_extra(&access, ID, KEYS, &extra()).await;
    assert_eq!(put.status, 201, "there was none: {put:?}");
    assert_eq!(put.text("token_id"), EXTRA_ID);
    let got = platform.get_extra(&access, ID, KEYS, NONCE).await;
    assert_eq!(got.json(), put.json(), "the same nonce, the same receipt");
    for answer in [&put, &got, &platform.get(&access, ID, NONCE).await] {
        for secret in [EXTRA_VALUE, EXTRA_SECRET, VALUE] {
            assert!(!answer.body.contains(secret), "no answer holds a secret");
        }
    }
    let again = platform.put_extra(&access, ID, KEYS, &extra()).await;
    assert_eq!(again.status, 200, "the same thing again");
    assert_eq!(again.json(), put.json());
}

#[tokio::test]
async fn it_is_taken_only_if_the_pair_that_comes_from_it_opens_r2() {
    let (platform, access) = connected().await;
    platform.r2_says(EXTRA_ID, EXTRA_SECRET, Some(false));
    let refused = platform.put_extra(&access, ID, KEYS, &extra()).await;
    assert_eq!(refused.refusal(), (422, "credential-rejected".into()));
    platform.r2_says(EXTRA_ID, EXTRA_SECRET, None);
    let busy = platform.put_extra(&access, ID, KEYS, &extra()).await;
    assert_eq!(busy.refusal(), (503, "busy".into()));
    platform.cloudflare_says(EXTRA_VALUE, CloudflareVerdict::Refused);
    let refused = platform.put_extra(&access, ID, KEYS, &extra()).await;
    assert_eq!(refused.refusal(), (422, "credential-rejected".into()));
    let none = platform.get_extra(&access, ID, KEYS, NONCE).await;
    assert_eq!(
        none.refusal(),
        (404, "unknown-connection".into()),
        "nothing is held"
    );
}

#[tokio::test]
async fn it_belongs_to_a_connection_and_goes_with_it() {
    let (platform, access) = connected().await;
    let stray = platform
        .put_extra(&access, "other-connection", KEYS, &extra())
        .await;
    assert_eq!(stray.refusal(), (404, "unknown-connection".into()));
    platform.put_extra(&access, ID, KEYS, &extra()).await;
    assert_eq!(platform.delete(&access, ID).await.status, 204);
    platform.put(&access, ID, "idempotent-2", &delivery()).await;
    let gone = platform.get_extra(&access, ID, KEYS, NONCE).await;
    assert_eq!(
        gone.refusal(),
        (404, "unknown-connection".into()),
        "it was forgotten"
    );
}

#[tokio::test]
async fn another_takes_its_place() {
    let (platform, access) = connected().await;
    platform.put_extra(&access, ID, KEYS, &extra()).await;
    // As `printf %s "$SECOND_VALUE" | sha256sum` says.
    let secret = "b38da2e65863a00812c7526187d7c0fcda75aa23dcd58c5716dbba92442a2f6f";
    platform.r2_says(SECOND_TOKEN_ID, secret, Some(true));
    let mut other = extra();
    other["token"]["value"] = json!(SECOND_VALUE);
    other["token"]["id"] = json!(SECOND_TOKEN_ID);
    let put = platform.put_extra(&access, ID, KEYS, &other).await;
    assert_eq!(put.status, 200, "{put:?}");
    let got = platform.get_extra(&access, ID, KEYS, NONCE).await;
    assert_eq!(got.text("token_id"), SECOND_TOKEN_ID);
}

#[tokio::test]
async fn whatever_is_not_as_the_contract_says_is_refused_by_name() {
    let (platform, access) = connected().await;
    let other = platform.put_extra(&access, ID, "d1-keys", &extra()).await;
    assert_eq!(other.refusal(), (404, "not-offered".into()));
    let signed_out = platform.put_extra("unknown", ID, KEYS, &extra()).await;
    assert_eq!(signed_out.refusal(), (401, "not-signed-in".into()));
    let table: [(&str, Value); 8] = [
        ("token.id", json!(TOKEN_ID)),
        ("token.id", json!("short")),
        ("token.kind", json!("account")),
        ("token.kind", json!("robot")),
        ("token.value", json!("short")),
        ("token.name", json!("")),
        ("nonce", json!("short")),
        ("colour", json!(1)),
    ];
    for (field, value) in table {
        let mut body = extra();
        match field.split_once('.') {
            Some((table, name)) => body[table][name] = value,
            None => body[field] = value,
        }
        let answer = platform.put_extra(&access, ID, KEYS, &body).await;
        assert_eq!(answer.refusal(), (400, "invalid-request".into()), "{body}");
        assert_eq!(answer.text("field"), field);
    }
    for missing in ["token", "nonce"] {
        let mut body = extra();
        body.as_object_mut().expect("an object").remove(missing);
        let answer = platform.put_extra(&access, ID, KEYS, &body).await;
        assert_eq!(answer.text("field"), missing);
    }
    let nonce = platform.get_extra(&access, ID, KEYS, "short").await;
    assert_eq!(nonce.text("field"), "nonce");
}
