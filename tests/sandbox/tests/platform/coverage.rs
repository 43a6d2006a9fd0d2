//! Every answer that the contract documents is given by the platform at some time.

use crate::contract;
use crate::running::{ACCOUNT_ID, CLIENT, NONCE, Running, Start, delivery, extra};

const ID: &str = "0b9a3f6e-52c4-4f0e-8a55-6d1f5c0e7a21";

#[tokio::test]
async fn every_documented_answer_of_every_operation_is_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("platform.sqlite");
    let platform = Running::start_as(Start {
        auto_approve: true,
        database: Some(database.clone()),
        ..Start::default()
    })
    .await;

    let refresh_token = platform.sign_in().await.text("refresh_token");
    let access_token = platform.refresh(&refresh_token).await.text("access_token");
    for access_token in [access_token.as_str(), "unknown"] {
        platform.me(access_token).await;
        platform
            .put(access_token, ID, "idempotent-1", &delivery())
            .await;
        platform
            .put(access_token, ID, "idempotent-2", &delivery())
            .await;
        platform
            .put(access_token, "another-one", "idempotent-3", &delivery())
            .await;
        let mut elsewhere = delivery();
        elsewhere["account_id"] = ACCOUNT_ID.replace('0', "1").into();
        platform
            .put(access_token, "another-one", "idempotent-4", &elsewhere)
            .await;
        platform
            .put(access_token, ID, "idempotent-5", &"x".repeat(70_000).into())
            .await;
        platform
            .put(access_token, "!", "idempotent-6", &delivery())
            .await;
        for (id, name, body) in [
            (ID, "r2-keys", extra()),
            (ID, "r2-keys", extra()),
            (ID, "other", extra()),
            (ID, "!", extra()),
            (ID, "r2-keys", "x".repeat(70_000).into()),
            (ID, "r2-keys", refused_extra()),
        ] {
            platform.put_extra(access_token, id, name, &body).await;
            platform.get_extra(access_token, id, name, NONCE).await;
        }
        platform.get(access_token, ID, NONCE).await;
        platform.get(access_token, "!", NONCE).await;
        platform.delete(access_token, "!").await;
        platform.delete(access_token, ID).await;
        platform.delete(access_token, ID).await;
        platform.get(access_token, ID, NONCE).await;
    }
    platform.device_authorization(&[]).await;
    platform.token(&[]).await;
    platform.revoke(&[]).await;
    platform.revoke(&[CLIENT, ("token", "unknown")]).await;

    break_database(&database);
    platform.device_authorization(&[CLIENT]).await;
    platform.refresh(&refresh_token).await;
    platform.revoke(&[CLIENT, ("token", &refresh_token)]).await;
    platform.me(&access_token).await;
    platform
        .put(&access_token, ID, "idempotent-7", &delivery())
        .await;
    platform
        .put_extra(&access_token, ID, "r2-keys", &extra())
        .await;
    platform
        .get_extra(&access_token, ID, "r2-keys", NONCE)
        .await;
    platform.get(&access_token, ID, NONCE).await;
    platform.delete(&access_token, ID).await;

    let documented = contract::documented_answers();
    let unmet: Vec<_> = documented.difference(&platform.met()).cloned().collect();
    assert_eq!(unmet, [], "documented, but never given");
}

/// One that Cloudflare does not know.
fn refused_extra() -> serde_json::Value {
    let mut refused = extra();
    refused["token"]["value"] = "x".repeat(40).into();
    refused
}

fn break_database(path: &std::path::Path) {
    rusqlite::Connection::open(path)
        .and_then(|db| {
            db.execute_batch("DROP TABLE device; DROP TABLE spent; DROP TABLE signed_in;")
        })
        .expect("breaks");
}
