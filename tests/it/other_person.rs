//! Somebody else is signed in at the platform than who made the connection.

use narrows_core::disconnect::Disconnect;
use narrows_core::resume::{left_over, redeliver, retry};
use narrows_core::rotate::{Rotate, undo_rotation};
use narrows_core::steps::Approach;
use narrows_core::story::{Connected, Farewell, Standing, TruthState};
use narrows_core::watch::check;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::golden;
use crate::ledger::held;
use crate::rotate::{broad, connected};
use crate::stage::Stage;

const CONNECTION: &str = "/v1/connections/{}";

/// From now on the platform takes the kept session for another person's, who has no connections.
async fn somebody_else(stage: &Stage) {
    let me = json!({ "method": "GET", "path": "/v1/me", "kind": "status", "status": 200, "body": {
        "id": "tenant-grace", "name": "Grace", "email": "grace@example.com", "connections": [],
    } });
    let none = json!({ "method": "*", "path": CONNECTION, "kind": "status", "status": 404, "body": {
        "type": "urn:narrows:problem:unknown-connection",
        "title": "There is no such connection",
        "status": 404,
        "detail": "You have no connection with this id.",
        "code": "unknown-connection",
    } });
    stage
        .tell("/faults", &json!({ "faults": [me, none] }))
        .await;
}

async fn herself_again(stage: &Stage) {
    stage.tell("/faults", &json!({ "faults": [] })).await;
}

#[tokio::test]
async fn a_disconnect_waits_for_the_person_and_does_not_say_deleted() {
    let stage = Stage::new().await;
    let result: Connected = connected(&stage).await;
    somebody_else(&stage).await;
    let mut walk = Disconnect::begin(&stage.app, &result.connection_id);
    let walk = walk.as_mut().expect("a walk");
    let prepared = walk.approach.prepare().await;
    assert!(
        prepared.sign_in_needed && prepared.person.is_none(),
        "the face asks for the right person: {prepared:?}"
    );
    let ended = walk
        .disconnect(&Farewell::default(), None)
        .await
        .expect("ends");
    let platform = &ended.truths.platform;
    assert_eq!(platform.state, TruthState::Queued, "{platform:?}");
    assert!(
        platform.sentence.contains("Another person is signed in"),
        "{platform:?}"
    );
    let left = left_over(&stage.app).await.expect("records");
    let facts = format!("{:?}", left[0].facts);
    assert!(
        !facts.contains("has no such connection"),
        "what others are told says nothing: {facts}"
    );
    herself_again(&stage).await;
    assert_eq!(held(&stage, &stage.app).await, [result.connection_id]);
    retry(&stage.app).await.expect("asks again");
    assert_eq!(held(&stage, &stage.app).await, Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_delivered_for_another_person() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    somebody_else(&stage).await;
    let refused = redeliver(&stage.app, &result.connection_id)
        .await
        .expect_err("it would be a second connection");
    assert_eq!(golden::listed(refused).code, "other-person");
    let checked = check(&stage.app, None).await.expect("a check");
    assert_eq!(
        checked[0].watch.standing,
        Standing::Untold,
        "that the platform has no such connection was told to somebody else: {checked:#?}"
    );
}

#[tokio::test]
async fn a_rotation_is_not_undone_on_the_word_that_another_person_has_no_connection() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let id = &result.connection_id;
    let wish = crate::rotate::destroy();
    // The platform takes the new token, and no answer arrives.
    let lost = json!({ "kind": "reset-after" });
    stage.fault("*", CONNECTION, lost).await;
    let mut walk = Rotate::begin(&stage.app, id, None).expect("a walk");
    walk.approach.prepare().await;
    let (_, pasted) = broad(&stage).await;
    stage
        .inspect(&mut walk.approach, &pasted)
        .await
        .expect("good");
    walk.preview(&wish).await.expect("a preview");
    let rotation = Box::pin(walk.rotate(&wish, None, &CancellationToken::new()))
        .await
        .expect("it began");
    let both = stage.ours().await;
    assert_eq!(both.len(), 2, "{rotation:#?}");

    somebody_else(&stage).await;
    let mut walk = Approach::about(&stage.app, id).expect("a walk");
    let (_, pasted) = broad(&stage).await;
    stage.inspect(&mut walk, &pasted).await.expect("good");
    let refused = undo_rotation(&walk, &rotation.run).await;
    let problem = golden::listed(refused.expect_err("the platform may hold the new token"));
    assert_eq!(problem.code, "other-person");

    // Nor where the platform says so to herself: only that it holds the old token shows that it has not the new one.
    let none = json!({ "kind": "status", "status": 404, "body": {
        "type": "urn:narrows:problem:unknown-connection", "title": "None", "status": 404,
        "detail": "You have no connection with this id.", "code": "unknown-connection",
    } });
    stage.fault("GET", CONNECTION, none).await;
    let refused = undo_rotation(&walk, &rotation.run).await;
    let problem = golden::listed(refused.expect_err("nobody said what it holds"));
    assert_eq!(problem.code, "unknown-connection");
    assert_eq!(stage.ours().await, both, "nothing was deleted");

    herself_again(&stage).await;
    redeliver(&stage.app, id).await.expect("it is finished");
}
