//! What does not come through is tried again: nothing of the first try stands in the way, and nothing goes unsaid.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use narrows_core::disconnect::Disconnect;
use narrows_core::resume::{Resuming, keep_trying, left_over, retry};
use narrows_core::rotate::Rotate;
use narrows_core::run::open_rotations;
use narrows_core::secret::Secret;
use narrows_core::story::{
    BroadWish, Connected, Ending, Farewell, Outcome, Resume, RotationChoices, RotationState,
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::disconnect::another_broad;
use crate::golden;
use crate::ledger::{balanced, made};
use crate::recover::{cut_at, settle, undone};
use crate::rotate::token;
use crate::stage::{Stage, destroy};

async fn connected(stage: &Stage) -> Box<Connected> {
    match stage.connect(&stage.face.broad_token, destroy()).await {
        Ok(Outcome::Connected(result)) => result,
        other => panic!("connect did not come through: {other:#?}"),
    }
}

fn wish(ending: Ending, broad: BroadWish) -> Resume {
    Resume {
        ending,
        broad,
        forget: false,
    }
}

/// Whether another window or command could begin something on the account.
fn is_free(stage: &Stage, account: &str) -> bool {
    let lock = stage.app.record.lock(&format!("account-{account}"));
    lock.expect("a lock").is_some()
}

/// A walk that ends the connection, with a one-time token pasted; and the token's id.
async fn ending(stage: &Stage, connection: &str) -> (Disconnect, String) {
    let body = json!({ "kind": "user", "name": "one-time", "groups": ["API Tokens Write", "Account Settings Read"] });
    let (id, value) = stage.make_token(body).await;
    let mut walk = Disconnect::begin(&stage.app, connection).expect("a walk");
    stage
        .inspect(&mut walk.approach, &value)
        .await
        .expect("good");
    (walk, id)
}

const OUT_OF_ORDER: (&str, &str) = ("*", "/v1/**");

#[tokio::test]
async fn a_press_after_one_that_failed_finds_the_account_free() {
    let stage = Stage::new().await;
    cut_at(&stage, "GET", "/client/v4/accounts/{}/pages/projects", 1).await;
    let run = left_over(&stage.app).await.expect("records").remove(0).run;
    let journal = stage.app.record.journal(&run).expect("a journal");
    let decided = journal.iter().find(|entry| entry.step == "nominate");
    let decided = &decided.expect("it was decided").detail["decision"];
    let account = decided["account"]["id"].as_str().expect("an id").to_owned();
    let mut walk = Resuming::begin(&stage.app, &run).expect("it is open");
    stage
        .fault(
            OUT_OF_ORDER.0,
            OUT_OF_ORDER.1,
            json!({ "kind": "reset-before" }),
        )
        .await;
    let failed = walk
        .settle(wish(Ending::Finish, BroadWish::Unsaid), None)
        .await;
    golden::listed(failed.expect_err("the platform is down"));
    assert!(
        is_free(&stage, &account),
        "the command line may work on it meanwhile"
    );
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let settled = walk
        .settle(wish(Ending::Finish, BroadWish::Unsaid), None)
        .await;
    let settled = settled.expect("the next press works");
    assert!(settled.ended, "{settled:#?}");
    assert_eq!(balanced(&stage, &stage.app, "finished").await, vec![]);
}

#[tokio::test]
async fn a_disconnect_that_met_another_process_works_at_the_next_press() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let first = Disconnect::begin(&stage.app, &result.connection_id)
        .expect("a walk")
        .disconnect(&Farewell::default(), None)
        .await
        .expect("it stays open");
    undone(&stage, &first.run, None).await;
    // Cut off while the platform was told, and taken up by somebody else right now.
    let fault = json!({ "kind": "delay", "ms": 600_000 });
    stage.fault("DELETE", "/v1/connections/{}", fault).await;
    let mut cut = Disconnect::begin(&stage.app, &result.connection_id).expect("one");
    let running = tokio::spawn(async move { cut.disconnect(&Farewell::default(), None).await });
    let calls = async || {
        let requests = stage.requests().await;
        let sent = requests
            .iter()
            .filter(|line| line.starts_with("DELETE /v1/"));
        sent.count() == 2
    };
    crate::stage::until(calls, "the platform is told").await;
    running.abort();
    assert!(running.await.is_err(), "it was cut off");
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let open = stage.app.record.unfinished().expect("records").remove(0);
    let elsewhere = stage.app.record.hold_run(&open.id).expect("a lock");
    assert!(elsewhere.is_some(), "nobody holds it");

    let (mut walk, pasted) = ending(&stage, &result.connection_id).await;
    let refused = walk.disconnect(&Farewell::default(), None).await;
    let refused = golden::listed(refused.expect_err("it is held"));
    assert_eq!(refused.code, "run-open");
    assert!(
        refused.message.contains("The token you pasted:"),
        "it lives on, and that is said: {refused:?}"
    );
    assert!(token(&stage, &pasted).await.is_some());
    assert!(is_free(&stage, &result.account_id), "nothing is held");
    drop(elsewhere);
    let farewell = Farewell {
        broad: BroadWish::Destroy,
        forget: false,
    };
    let ended = walk
        .disconnect(&farewell, None)
        .await
        .expect("the next press");
    assert!(!ended.open, "{ended:#?}");
    assert_eq!(balanced(&stage, &stage.app, "afterwards").await, vec![]);
}

#[tokio::test]
async fn nothing_is_ended_without_the_pasted_token_once_that_has_lapsed() {
    static SHIFT: AtomicI64 = AtomicI64::new(0);
    let mut stage = Stage::new().await;
    stage.app.now = || Timestamp::now() + SignedDuration::from_secs(SHIFT.load(Ordering::SeqCst));
    let result = connected(&stage).await;
    let (mut walk, _) = ending(&stage, &result.connection_id).await;
    SHIFT.store(16 * 60, Ordering::SeqCst);
    assert!(
        walk.approach.forget_stale(),
        "the window's timer drops it unasked"
    );
    let refused = walk.disconnect(&Farewell::default(), None).await;
    let refused = golden::listed(refused.expect_err("it was to be revoked as well"));
    assert_eq!(refused.code, "paste-stale");
    assert_eq!(
        stage.app.record.connections().expect("records").len(),
        1,
        "nothing was done"
    );
    let fresh = another_broad(&stage).await;
    stage
        .inspect(&mut walk.approach, &fresh)
        .await
        .expect("good");
    let ended = walk
        .disconnect(&Farewell::default(), None)
        .await
        .expect("good");
    assert!(!ended.open, "with another token it is: {ended:#?}");
    assert_eq!(made(&stage).await.len(), 0);
}

#[tokio::test]
async fn a_connection_whose_token_is_switched_off_is_not_put_back_into_the_list() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let mut walk = Disconnect::begin(&stage.app, &result.connection_id).expect("a walk");
    let open = walk
        .disconnect(&Farewell::default(), None)
        .await
        .expect("open");
    for status in ["disabled", "expired"] {
        let change = json!({ "tokens": { (result.token_id.as_str()): { "status": status } } });
        stage.tell("/world", &change).await;
        let shown = left_over(&stage.app).await.expect("records").remove(0);
        assert_eq!(shown.undo, None, "{status}: it is not offered");
        let refused = settle(&stage.app, &open.run, Ending::Undo, None).await;
        assert_eq!(
            refused.expect_err("it could not work").code,
            "run-way",
            "{status}"
        );
        let listed = stage.app.record.connections().expect("records");
        assert_eq!(listed, vec![], "{status}: the list has only what works");
    }
}

#[tokio::test]
async fn a_pasted_token_is_ended_as_wished_also_where_the_run_could_not_be() {
    let stage = Stage::new().await;
    cut_at(&stage, "GET", "/client/v4/accounts/{}/pages/projects", 1).await;
    let run = left_over(&stage.app).await.expect("records").remove(0).run;
    stage
        .fault(
            OUT_OF_ORDER.0,
            OUT_OF_ORDER.1,
            json!({ "kind": "reset-before" }),
        )
        .await;
    for (broad, lives, says) in [
        (BroadWish::Keep, true, "still works"),
        (BroadWish::Destroy, false, "opens nothing any more"),
    ] {
        let body = json!({ "kind": "user", "name": "one-time", "groups": ["API Tokens Write", "Account Settings Read"] });
        let (id, value) = stage.make_token(body).await;
        let mut walk = Resuming::begin(&stage.app, &run).expect("it is open");
        stage
            .inspect(&mut walk.approach, &value)
            .await
            .expect("good");
        let failed = walk.settle(wish(Ending::Finish, broad), None).await;
        let failed = golden::listed(failed.expect_err("the platform is down"));
        assert!(failed.message.contains(says), "{broad:?}: {failed:?}");
        assert_eq!(token(&stage, &id).await.is_some(), lives, "{broad:?}");
    }
}

#[tokio::test]
async fn a_rotation_that_does_not_begin_says_what_stands_of_the_pasted_token() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let pasted = another_broad(&stage).await;
    let mut walk = Rotate::begin(&stage.app, &result.connection_id, None).expect("a walk");
    walk.approach.prepare().await;
    walk.approach.paste(Secret::new(pasted)).expect("a token");
    walk.approach.inspect(None).await.expect("good");
    let account = format!("account-{}", result.account_id);
    let elsewhere = stage.app.record.lock(&account).expect("a lock");
    let wish = RotationChoices::default();
    let cancel = CancellationToken::new();
    let refused = Box::pin(walk.rotate(&wish, None, &cancel)).await;
    let refused = golden::listed(refused.expect_err("somebody is at work"));
    assert_eq!(refused.code, "run-open");
    assert!(refused.message.contains("still works"), "{refused:?}");
    drop(elsewhere);
    let rotation = Box::pin(walk.rotate(&wish, None, &cancel)).await;
    rotation.expect("and it serves the next try");
}

/// Deletes a token as a person would in the dashboard.
async fn delete(stage: &Stage, id: &str) {
    let answer = crate::stage::client()
        .delete(format!("{}/user/tokens/{id}", stage.face.cloudflare_api))
        .bearer_auth(another_broad(stage).await)
        .send()
        .await;
    assert!(answer.expect("an answer").status().is_success());
}

#[tokio::test]
async fn a_rotation_whose_old_token_stayed_open_is_asked_about_again() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let pasted = another_broad(&stage).await;
    let mut walk = Rotate::begin(&stage.app, &result.connection_id, None).expect("a walk");
    walk.approach.prepare().await;
    stage
        .inspect(&mut walk.approach, &pasted)
        .await
        .expect("good");
    let fault = json!({ "kind": "status", "status": 403, "code": 10000 });
    stage
        .fault("DELETE", "/client/v4/user/tokens/{}", fault)
        .await;
    let cancel = CancellationToken::new();
    let rotation = Box::pin(walk.rotate(&RotationChoices::default(), None, &cancel)).await;
    let rotation = rotation.expect("it begins");
    assert_eq!(rotation.state, RotationState::OldOpen, "{rotation:#?}");
    stage.tell("/faults", &json!({ "faults": [] })).await;
    assert_eq!(retry(&stage.app).await, Ok(1), "asking does not close it");
    delete(&stage, &result.token_id).await;
    assert_eq!(retry(&stage.app).await, Ok(0), "it is seen refused");
    assert_eq!(
        open_rotations(&stage.app, &result.connection_id),
        Ok(vec![])
    );
    assert_eq!(balanced(&stage, &stage.app, "closed").await, vec![]);
}

#[tokio::test]
async fn what_is_gone_on_with_by_itself_stays_in_the_list_and_is_told_of_when_it_is_through() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    stage
        .fault(
            OUT_OF_ORDER.0,
            OUT_OF_ORDER.1,
            json!({ "kind": "reset-before" }),
        )
        .await;
    let (mut walk, _) = ending(&stage, &result.connection_id).await;
    let ended = walk
        .disconnect(&Farewell::default(), None)
        .await
        .expect("queued");
    assert!(ended.open, "{ended:#?}");
    drop(walk);
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let seen = std::sync::Mutex::new(Vec::new());
    let told = tokio::sync::Notify::new();
    let changed = || {
        let home = narrows_core::cards::home(&stage.app).expect("records");
        let runs: Vec<_> = home.unfinished.iter().map(|run| run.trying).collect();
        let mut seen = seen.lock().expect("nobody panics");
        seen.push(runs);
        if seen.len() == 2 {
            told.notify_one();
        }
    };
    tokio::select! {
        () = keep_trying(&stage.app, Duration::from_millis(10), changed) => {}
        () = told.notified() => {}
    }
    assert_eq!(
        *seen.lock().expect("nobody panics"),
        [vec![true], vec![]],
        "it stays while it is tried, and goes when it is through"
    );
    assert_eq!(balanced(&stage, &stage.app, "through").await, vec![]);
}

#[tokio::test]
async fn a_connect_whose_end_was_not_written_down_takes_nothing_back_once_the_connection_was_rotated()
 {
    let stage = Stage::new().await;
    // The end of a run and the connection itself are written in two steps; what lies between them is made here.
    cut_at(&stage, "GET", "/client/v4/accounts/{}/pages/projects", 1).await;
    let run = left_over(&stage.app).await.expect("records").remove(0).run;
    let settled = settle(&stage.app, &run, Ending::Finish, None).await;
    let card = settled.expect("finished").connection.expect("a connection");
    let db = rusqlite::Connection::open(stage.app.folder.join("narrows.db")).expect("opens");
    let opened = db.execute(
        "UPDATE run SET ended = NULL, how = NULL WHERE id = ?1",
        [&run],
    );
    assert_eq!(
        opened,
        Ok(1),
        "as if the process had died before its last line"
    );
    let pasted = another_broad(&stage).await;
    let mut walk = Rotate::begin(&stage.app, &card.connection_id, None).expect("a walk");
    walk.approach.prepare().await;
    stage
        .inspect(&mut walk.approach, &pasted)
        .await
        .expect("good");
    let cancel = CancellationToken::new();
    let rotation = Box::pin(walk.rotate(&RotationChoices::default(), None, &cancel)).await;
    assert_eq!(rotation.expect("it begins").state, RotationState::Rotated);

    let left = left_over(&stage.app).await.expect("records").remove(0);
    assert_eq!(left.undo, None, "it would take the rotated token back");
    let refused = settle(&stage.app, &run, Ending::Undo, None).await;
    assert_eq!(refused.expect_err("not offered").code, "run-way");
    let settled = settle(&stage.app, &run, Ending::Finish, None).await;
    assert!(settled.expect("closed").ended);
    assert_eq!(stage.app.record.connections().expect("records").len(), 1);
    assert_eq!(balanced(&stage, &stage.app, "closed").await, vec![]);
}

#[tokio::test]
async fn a_connect_that_another_one_came_after_is_taken_back_and_not_finished() {
    let stage = Stage::new().await;
    cut_at(&stage, "GET", "/client/v4/accounts/{}/pages/projects", 1).await;
    let broad = another_broad(&stage).await;
    let again = stage.connect(&broad, destroy()).await.expect("good");
    assert!(matches!(again, Outcome::Connected(_)), "{again:#?}");
    let left = left_over(&stage.app).await.expect("records").remove(0);
    assert!(
        left.finish.is_none() && left.undo.is_some(),
        "the platform has room for one of them: {left:#?}"
    );
    let finished = settle(&stage.app, &left.run, Ending::Finish, None).await;
    let refused = finished.map_err(golden::listed).expect_err("not offered");
    assert_eq!(refused.code, "already-connected");
    let broad = another_broad(&stage).await;
    let undone = settle(&stage.app, &left.run, Ending::Undo, Some(&broad)).await;
    assert!(undone.expect("it is taken back").ended);
    assert_eq!(made(&stage).await.len(), 1, "the one in use");
}
