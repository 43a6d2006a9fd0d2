//! Delivering again, and a project's new name: alone with the account, written down before and after, and never in the
//! way of a rotation.

use narrows_core::record::{Connection, Phase, RunKind};
use narrows_core::redeliver::rename;
use narrows_core::resume::{left_over, redeliver, retry};
use narrows_core::rotate::Rotate;
use narrows_core::secret::Secret;
use narrows_core::story::{Delivery, FactAbout, FactState, RotationState};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::browser::Browser;
use crate::golden;
use crate::rotate::{broad, connected, destroy};
use crate::stage::Stage;

const CONNECTION: &str = "/v1/connections/{}";

fn known(stage: &Stage, id: &str) -> Connection {
    let known = stage.app.record.connection(id).expect("reads");
    known.expect("is known")
}

/// A rotation with a token pasted and inspected, and its preview seen.
async fn previewed(stage: &Stage, id: &str) -> Rotate {
    let (_, pasted) = broad(stage).await;
    let mut walk = Rotate::begin(&stage.app, id, None).expect("a walk");
    walk.approach.prepare().await;
    walk.approach.paste(Secret::new(pasted)).expect("a token");
    walk.approach.inspect(None).await.expect("a good one");
    walk.preview(&destroy()).await.expect("a preview");
    walk
}

#[tokio::test]
async fn nothing_is_delivered_beside_another_process_that_works_on_the_account() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let id = &result.connection_id;
    let name = format!("account-{}", result.account_id);
    let lock = stage.app.record.lock(&name).expect("answers");
    assert!(lock.is_some(), "nobody else has it");
    stage.tell("/reset", &json!({})).await;
    for refused in [
        redeliver(&stage.app, id).await,
        rename(&stage.app, id, "other-site").await,
    ] {
        let problem = refused.expect_err("somebody is at work");
        assert_eq!(golden::listed(problem).code, "run-open");
    }
    assert_eq!(
        stage.requests().await,
        Vec::<String>::new(),
        "nothing was sent"
    );
    drop(lock);
    redeliver(&stage.app, id).await.expect("then it is");
}

#[tokio::test]
async fn a_delivery_is_written_down_before_and_after_it() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    redeliver(&stage.app, &result.connection_id)
        .await
        .expect("delivers");
    let rows = stage.app.record.activity(None, 9, Some("deliver token"));
    let row = rows.expect("reads").remove(0).activity;
    let run = row.run.expect("it is part of a run");
    let lines: Vec<_> = stage
        .app
        .record
        .journal(&run)
        .expect("reads")
        .into_iter()
        .map(|line| (line.step, line.phase))
        .collect();
    let line = |step: &str, phase| (step.to_owned(), phase);
    assert_eq!(
        lines,
        [
            line("nominate", Phase::Done),
            line("deliver", Phase::Intent),
            line("deliver", Phase::Done),
        ]
    );
    let run = stage.app.record.run(&run).expect("reads");
    assert!(
        run.is_some_and(|run| run.ended.is_some()),
        "and it has ended"
    );
}

#[tokio::test]
async fn a_new_name_that_was_cut_off_is_shown_and_comes_through_at_the_next_try() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let id = result.connection_id.clone();
    stage.tell("/reset", &json!({})).await;
    let slow = json!({ "kind": "delay", "ms": 600_000 });
    stage.fault("PUT", CONNECTION, slow).await;
    let cut = tokio::select! {
        _ = rename(&stage.app, &id, "other-site") => false,
        () = stage.reaches("PUT /v1/connections/") => true,
    };
    assert!(cut, "it is cut off while the platform answers");
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let left = left_over(&stage.app).await.expect("records");
    assert_eq!(left.len(), 1, "it is shown: {left:#?}");
    assert_eq!(left[0].kind, RunKind::Deliver);
    let held = left[0]
        .facts
        .iter()
        .find(|fact| fact.about == FactAbout::Platform);
    assert_eq!(held.map(|fact| fact.state), Some(FactState::There));
    assert!(left[0].finish.is_some() && left[0].undo.is_none());
    assert_ne!(known(&stage, &id).project.as_deref(), Some("other-site"));

    assert_eq!(retry(&stage.app).await, Ok(0), "it needs nobody");
    let now = known(&stage, &id);
    assert_eq!(now.project.as_deref(), Some("other-site"));
    assert_eq!(now.delivery, "accepted");
    let cabinet = Browser::signed_in(&stage.face).await.cabinet().await;
    assert!(cabinet.contains("other-site"), "both sides: {cabinet}");
    assert!(left_over(&stage.app).await.expect("records").is_empty());
}

#[tokio::test]
async fn a_project_keeps_its_name_while_a_rotation_waits_for_the_platform() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let id = &result.connection_id;
    let mut walk = previewed(&stage, id).await;
    let down = json!({ "kind": "status", "status": 500 });
    stage.fault("PUT", CONNECTION, down).await;
    let rotation = Box::pin(walk.rotate(&destroy(), None, &CancellationToken::new())).await;
    let rotation = rotation.expect("it began");
    assert_eq!(rotation.state, RotationState::Pending);
    stage.tell("/reset", &json!({})).await;
    let refused = rename(&stage.app, id, "other-site")
        .await
        .expect_err("the old token would be handed over again");
    assert_eq!(golden::listed(refused).code, "rotation-open");
    assert_eq!(
        stage.requests().await,
        Vec::<String>::new(),
        "nothing was sent"
    );
    let card = redeliver(&stage.app, id).await.expect("finishes it");
    assert_eq!(
        Some(&card.token_id),
        rotation.new_token.map(|token| token.token_id).as_ref()
    );
    let card = rename(&stage.app, id, "other-site").await.expect("then");
    assert_eq!(card.delivery, Delivery::Accepted);
}

#[tokio::test]
async fn a_rotation_does_not_take_back_a_name_that_was_given_since_its_preview() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let id = &result.connection_id;
    let mut walk = previewed(&stage, id).await;
    rename(&stage.app, id, "other-site").await.expect("renames");
    let refused = Box::pin(walk.rotate(&destroy(), None, &CancellationToken::new()))
        .await
        .expect_err("it would deliver under the old name");
    assert_eq!(golden::listed(refused).code, "rotation-changed");
    let rotation = Box::pin(walk.rotate(&destroy(), None, &CancellationToken::new()))
        .await
        .expect("looked at once more, it goes on");
    assert_eq!(rotation.project.as_deref(), Some("other-site"));
}
