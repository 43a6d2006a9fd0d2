//! The platform refuses, is silent, answers twice.

use narrows_core::problem::Next;
use narrows_core::resume::redeliver;
use narrows_core::story::{BroadState, Delivery, Outcome, Pending};
use serde_json::json;

use crate::stage::{Stage, destroy};

const CONNECTION: &str = "/v1/connections/{}";

async fn pending(stage: &Stage) -> Pending {
    match stage
        .connect(&stage.face.broad_token, destroy())
        .await
        .expect("the token is good")
    {
        Outcome::Pending(pending) => *pending,
        other => panic!("the platform did not confirm, and yet: {other:#?}"),
    }
}

#[tokio::test]
async fn a_delivery_whose_answer_is_lost_is_asked_for_by_its_receipt() {
    let stage = Stage::new().await;
    stage
        .fault("PUT", CONNECTION, json!({ "kind": "reset-after" }))
        .await;
    let outcome = stage
        .connect(&stage.face.broad_token, destroy())
        .await
        .expect("good");
    let Outcome::Connected(result) = outcome else {
        panic!("the platform has it, and says so: {outcome:#?}")
    };
    assert_eq!(result.delivery, Delivery::Accepted);
    assert!(result.receipt_code.is_some());
}

#[tokio::test]
async fn a_platform_that_is_out_of_order_leaves_a_kept_token_that_is_delivered_later() {
    let stage = Stage::new().await;
    stage
        .fault(
            "PUT",
            CONNECTION,
            json!({ "kind": "status", "status": 500 }),
        )
        .await;
    let pending = pending(&stage).await;
    assert_eq!(
        pending.result.delivery,
        Delivery::Unknown,
        "a fault is not a refusal"
    );
    assert_eq!(pending.problem.next, Next::DeliverAgain);
    assert_eq!(
        pending.result.broad.state,
        BroadState::Refused,
        "the broad token dies all the same"
    );

    stage.tell("/reset", &json!({})).await;
    let card = redeliver(&stage.app, &pending.result.connection_id)
        .await
        .expect("the platform is back");
    assert_eq!(card.delivery, Delivery::Accepted);
    assert!(card.receipt_code.is_some());
}

#[tokio::test]
async fn a_delivery_that_arrives_twice_makes_one_connection() {
    let stage = Stage::new().await;
    stage
        .fault(
            "PUT",
            CONNECTION,
            json!({ "nth": 1, "times": 1, "kind": "truncate" }),
        )
        .await;
    let outcome = stage
        .connect(&stage.face.broad_token, destroy())
        .await
        .expect("good");
    assert!(
        matches!(outcome, Outcome::Connected(_)),
        "the second delivery is the first one again: {outcome:#?}"
    );
}

#[tokio::test]
async fn an_account_that_the_platform_holds_already_is_refused_with_its_own_words() {
    let stage = Stage::new().await;
    let first = stage
        .connect(&stage.face.broad_token, destroy())
        .await
        .expect("good");
    assert!(matches!(first, Outcome::Connected(_)));
    let (_, value) = stage
        .make_token(json!({ "kind": "user", "name": "again", "groups": ["API Tokens Write", "Account Settings Read"] }))
        .await;
    let outcome = stage
        .connect(&value, destroy())
        .await
        .expect("the token is good");
    let (code, next) = match outcome {
        Outcome::Pending(pending) => (pending.problem.code, pending.problem.next),
        Outcome::Stopped(stopped) => (stopped.problem.code, stopped.problem.next),
        Outcome::Connected(result) => panic!("two connections for one account: {result:#?}"),
    };
    assert_eq!(code, "already-connected");
    assert_ne!(
        next,
        Next::DeliverAgain,
        "delivering again would be refused again"
    );
}

#[tokio::test]
async fn a_token_that_the_platform_cannot_use_is_refused_with_its_own_words() {
    let stage = Stage::new().await;
    stage
        .fault(
            "PUT",
            CONNECTION,
            json!({ "kind": "status", "status": 422, "body": {
                "type": "urn:narrows:problem:credential-rejected",
                "title": "Cloudflare refused the token",
                "status": 422,
                "detail": "Cloudflare refused this token for this account.",
                "code": "credential-rejected",
            } }),
        )
        .await;
    let pending = pending(&stage).await;
    assert_eq!(pending.problem.code, "credential-rejected");
    assert_eq!(pending.result.delivery, Delivery::Refused);
    assert_eq!(
        stage.ours().await.len(),
        1,
        "the narrow token stands, and is kept to be delivered again"
    );
}

#[tokio::test]
async fn a_session_is_kept_and_used_again() {
    let stage = Stage::new().await;
    drop(stage.walk().await);
    let mut walk =
        narrows_core::connect::Connect::begin(&stage.app, Stage::profile(), None).expect("a walk");
    let prepared = walk.approach.prepare().await;
    assert!(!prepared.sign_in_needed, "the session was kept");
    assert!(prepared.person.is_some(), "and it is known whose it is");
}
