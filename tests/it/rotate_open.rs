//! Rotations that are open: how they are shown, finished, undone, and ended with their connection.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use narrows_core::record::RunKind;
use narrows_core::resume::{left_over, redeliver, retry};
use narrows_core::rotate::{Several, finish_rotation};
use narrows_core::run::open_rotations;
use narrows_core::secret::Secret;
use narrows_core::story::{
    BroadNeed, BroadState, BroadWish, Connected, Delivery, Ending, FactAbout, FactState, Farewell,
    LeftOver, OldTokenState, Progress, Rotation, RotationChoices, RotationState, SeveralProgress,
    Step, StepState, TruthState,
};
use narrows_core::vault::Item;
use narrows_sandbox::Options;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::disconnect::{disconnect, revoking, states};
use crate::golden;
use crate::recover::settle;
use crate::rotate::{
    broad, connect, connected, delete, destroy, kept, known, ready, rotate, token,
};
use crate::stage::{Stage, until};

const CONNECTION: &str = "/v1/connections/{}";
const VERIFY: &str = "/client/v4/user/tokens/verify";
const VALUE: &str = "/client/v4/user/tokens/{}/value";

fn keep() -> RotationChoices {
    RotationChoices {
        broad: BroadWish::Keep,
        ..RotationChoices::default()
    }
}

fn in_place() -> RotationChoices {
    RotationChoices {
        in_place: true,
        ..destroy()
    }
}

/// A one-time token of another member of the same account.
async fn of_another_member(stage: &Stage) -> String {
    let body = json!({ "kind": "member", "name": "theirs", "groups": ["API Tokens Write", "Account Settings Read"] });
    stage.make_token(body).await.1
}

/// A rotation after which the old token could not be deleted.
async fn old_open(stage: &Stage, before: &Connected) -> Rotation {
    let path = format!("/client/v4/user/tokens/{}", before.token_id);
    let refusal =
        json!({ "kind": "status", "status": 403, "code": 9109, "message": "Unauthorized" });
    stage.fault("DELETE", &path, refusal).await;
    let (_, pasted) = broad(stage).await;
    let rotation = rotate(stage, &before.connection_id, &pasted, destroy()).await;
    let rotation = rotation.expect("it begins");
    assert_eq!(rotation.state, RotationState::OldOpen, "{rotation:#?}");
    stage.tell("/reset", &json!({})).await;
    rotation
}

/// A rotation that the platform has not acknowledged.
async fn pending(stage: &Stage, before: &Connected) -> Rotation {
    let silence = json!({ "kind": "status", "status": 500 });
    stage.fault("PUT", CONNECTION, silence).await;
    let (_, pasted) = broad(stage).await;
    let rotation = rotate(stage, &before.connection_id, &pasted, destroy()).await;
    let rotation = rotation.expect("it begins");
    assert_eq!(rotation.state, RotationState::Pending, "{rotation:#?}");
    stage.tell("/reset", &json!({})).await;
    rotation
}

/// Both tokens of a rotation, by their ids.
fn both(before: &Connected, rotation: &Rotation) -> [String; 2] {
    let new = rotation.new_token.as_ref().expect("a new token");
    [before.token_id.clone(), new.token_id.clone()]
}

async fn shown(stage: &Stage, run: &str) -> LeftOver {
    let left = Box::pin(left_over(&stage.app)).await.expect("records");
    let one = left.iter().find(|left| left.run == run);
    one.unwrap_or_else(|| panic!("{run} is shown: {left:#?}"))
        .clone()
}

fn state(left: &LeftOver, about: FactAbout) -> Option<FactState> {
    let fact = left.facts.iter().find(|fact| fact.about == about);
    fact.map(|fact| fact.state)
}

#[tokio::test]
async fn a_disconnect_deletes_both_tokens_of_a_rotation_that_is_open() {
    for open in [true, false] {
        let stage = Stage::new().await;
        let before = connected(&stage).await;
        let rotation = if open {
            old_open(&stage, &before).await
        } else {
            pending(&stage, &before).await
        };
        let id = before.connection_id.as_str();
        let (_, pasted) = broad(&stage).await;
        let ended = disconnect(&stage, id, Some(&pasted), revoking()).await;
        let ended = ended.expect("it ends");
        assert_eq!(
            states(&ended),
            [
                TruthState::Deleted,
                TruthState::Forgotten,
                TruthState::Revoked
            ],
            "{ended:#?}"
        );
        for token in both(&before, &rotation) {
            assert!(kept(&stage, id, &token).await.is_none(), "no value is left");
        }
        assert_eq!(stage.ours().await, [""; 0], "and no token");
        assert_eq!(
            stage.app.record.unfinished().expect("records"),
            vec![],
            "the rotation ended with its connection"
        );
    }
}

#[tokio::test]
async fn without_a_one_time_token_a_disconnect_stays_open_until_both_tokens_are_refused() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let rotation = old_open(&stage, &before).await;
    let [old, new] = both(&before, &rotation);
    let ended = disconnect(&stage, &before.connection_id, None, Farewell::default())
        .await
        .expect("it ends");
    assert!(ended.open, "{ended:#?}");
    let left = left_over(&stage.app).await.expect("records");
    assert_eq!(
        left.iter().map(|left| left.kind).collect::<Vec<_>>(),
        [RunKind::Disconnect],
        "one end for both, as the rotation alone could not be ended any more"
    );
    for name in [&before.token_name, &known_name(&rotation)] {
        let told = left[0].facts.iter().any(|fact| {
            fact.about == FactAbout::Token
                && fact.state == FactState::There
                && fact.sentence.contains(name)
        });
        assert!(told, "\"{name}\" is said to work: {left:#?}");
    }
    let refused = finish_rotation(&stage.app, &rotation.run).await;
    assert_eq!(
        refused
            .map_err(|problem| golden::listed(problem).code)
            .err()
            .as_deref(),
        Some("connection-unknown")
    );
    delete(&stage, &new).await;
    assert_eq!(retry(&stage.app).await, Ok(1), "the old one still works");
    delete(&stage, &old).await;
    assert_eq!(retry(&stage.app).await, Ok(0), "and now nothing does");
    assert_eq!(stage.app.record.unfinished().expect("records"), vec![]);
    for token in [old, new] {
        assert!(kept(&stage, &before.connection_id, &token).await.is_none());
    }
}

fn known_name(rotation: &Rotation) -> String {
    let new = rotation.new_token.as_ref().expect("a new token");
    new.token_name.clone()
}

#[tokio::test]
async fn a_disconnect_that_is_taken_back_leaves_its_rotation_as_it_was() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let rotation = pending(&stage, &before).await;
    let id = before.connection_id.as_str();
    let ended = disconnect(&stage, id, None, Farewell::default()).await;
    let ended = ended.expect("it ends");
    let back = settle(&stage.app, &ended.run, Ending::Undo, None).await;
    assert!(back.expect("taken back").ended);
    let open = open_rotations(&stage.app, id).expect("records");
    assert_eq!(open.len(), 1, "the rotation still accounts for its token");
    redeliver(&stage.app, id).await.expect("and is finished");
    assert_eq!(
        Some(known(&stage, id).token_id),
        rotation.new_token.map(|new| new.token_id)
    );
}

#[tokio::test]
async fn what_another_members_token_does_not_see_is_not_gone() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    let theirs = of_another_member(&stage).await;

    let rotation = pending(&stage, &before).await;
    let [_, new] = both(&before, &rotation);
    let undone = settle(&stage.app, &rotation.run, Ending::Undo, Some(&theirs)).await;
    assert_eq!(undone.expect_err("it sees neither").code, "other-owner");
    assert!(token(&stage, &new).await.is_some(), "the new token lives");
    assert!(kept(&stage, id, &new).await.is_some(), "with its value");
    assert_eq!(open_rotations(&stage.app, id).expect("records").len(), 1);
    let (_, own) = broad(&stage).await;
    let undone = settle(&stage.app, &rotation.run, Ending::Undo, Some(&own)).await;
    assert!(undone.expect("its maker's").ended);
    assert!(token(&stage, &new).await.is_none());

    let rotation = old_open(&stage, &before).await;
    let theirs = of_another_member(&stage).await;
    let told = settle(&stage.app, &rotation.run, Ending::Finish, Some(&theirs)).await;
    let told = told.expect("it goes on");
    assert!(!told.ended, "{told:#?}");
    assert_eq!(
        told.problem.map(|problem| problem.code).as_deref(),
        Some("other-owner")
    );
    assert!(token(&stage, &before.token_id).await.is_some());
}

#[tokio::test]
async fn a_token_whose_value_is_lost_is_revoked_only_with_a_token_of_its_maker() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let item = Item::Token {
        connection: before.connection_id.clone(),
        token: before.token_id.clone(),
    };
    stage.app.vault().delete(&item).await.expect("the vault");
    let theirs = of_another_member(&stage).await;
    let ended = disconnect(&stage, &before.connection_id, Some(&theirs), revoking()).await;
    let ended = ended.expect("it ends");
    assert_eq!(
        ended.truths.cloudflare.state,
        TruthState::Open,
        "a list may be another person's: {ended:#?}"
    );
    assert!(token(&stage, &before.token_id).await.is_some(), "it lives");
    let (_, own) = broad(&stage).await;
    let settled = settle(&stage.app, &ended.run, Ending::Finish, Some(&own)).await;
    assert!(settled.expect("its maker's").ended);
    assert!(token(&stage, &before.token_id).await.is_none());
}

#[tokio::test]
async fn a_rotation_whose_undoing_failed_can_be_finished_or_undone() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    let rotation = pending(&stage, &before).await;
    let fault = json!({ "kind": "status", "status": 500 });
    stage
        .fault("DELETE", "/client/v4/user/tokens/{}", fault)
        .await;
    let (_, pasted) = broad(&stage).await;
    let undone = settle(&stage.app, &rotation.run, Ending::Undo, Some(&pasted)).await;
    assert!(undone.is_err(), "Cloudflare is out of order");
    stage.tell("/reset", &json!({})).await;
    let left = shown(&stage, &rotation.run).await;
    assert!(left.finish.is_some() && left.undo.is_some(), "{left:#?}");
    let card = redeliver(&stage.app, id).await.expect("it is finished");
    assert_eq!(card.delivery, Delivery::Accepted);

    // Here it was deleted, and the answer was lost: a dead token is not delivered.
    let now = known(&stage, id);
    let silence = json!({ "kind": "status", "status": 500 });
    stage.fault("PUT", CONNECTION, silence).await;
    let rotation = rotate(&stage, id, &broad(&stage).await.1, destroy()).await;
    let rotation = rotation.expect("it begins");
    let faults = json!({ "faults": [
        { "method": "DELETE", "path": "/client/v4/user/tokens/{}", "kind": "reset-after" },
    ] });
    stage.tell("/faults", &faults).await;
    let (_, pasted) = broad(&stage).await;
    let undone = settle(&stage.app, &rotation.run, Ending::Undo, Some(&pasted)).await;
    assert!(undone.is_err(), "no answer came");
    stage.tell("/reset", &json!({})).await;
    let refused = redeliver(&stage.app, id).await.map_err(golden::listed);
    assert_eq!(refused.expect_err("it is dead").code, "rotation-new-gone");
    assert_eq!(known(&stage, id).token_id, now.token_id, "as before");
    let (_, pasted) = broad(&stage).await;
    let undone = settle(&stage.app, &rotation.run, Ending::Undo, Some(&pasted)).await;
    assert!(undone.expect("it is gone already").ended);
}

#[tokio::test]
async fn an_old_token_that_is_open_is_finished_also_after_the_next_rotation() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let first = old_open(&stage, &before).await;
    let path = format!("/client/v4/user/tokens/{}", before.token_id);
    let refusal =
        json!({ "kind": "status", "status": 403, "code": 9109, "message": "Unauthorized" });
    stage.fault("DELETE", &path, refusal).await;
    let id = before.connection_id.as_str();
    let next = rotate(&stage, id, &broad(&stage).await.1, destroy()).await;
    assert_eq!(next.expect("it begins").state, RotationState::Rotated);
    stage.tell("/reset", &json!({})).await;
    let left = shown(&stage, &first.run).await;
    assert!(left.finish.is_some(), "there is a way: {left:#?}");
    let (_, pasted) = broad(&stage).await;
    let told = settle(&stage.app, &first.run, Ending::Finish, Some(&pasted)).await;
    assert!(told.expect("it goes on").ended);
    assert!(token(&stage, &before.token_id).await.is_none());
}

#[tokio::test]
async fn an_open_rotation_says_what_is_true_of_both_tokens_and_which_way_needs_a_one_time_token() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    let rotation = pending(&stage, &before).await;
    let left = shown(&stage, &rotation.run).await;
    let need = |way: &Option<narrows_core::story::Way>| way.as_ref().map(|way| way.broad);
    assert_eq!(need(&left.finish), Some(BroadNeed::Better), "{left:#?}");
    assert_eq!(need(&left.undo), Some(BroadNeed::Must));
    assert_eq!(state(&left, FactAbout::OldToken), Some(FactState::There));
    redeliver(&stage.app, id)
        .await
        .expect("the platform is back");
    let left = shown(&stage, &rotation.run).await;
    let old = left
        .facts
        .iter()
        .find(|fact| fact.about == FactAbout::OldToken);
    assert!(
        old.is_some_and(|fact| fact.sentence.contains("still works")
            && fact.sentence.contains(&before.token_name)),
        "it is not revoked yet: {left:#?}"
    );
    delete(&stage, &before.token_id).await;
    let left = shown(&stage, &rotation.run).await;
    assert_eq!(state(&left, FactAbout::OldToken), Some(FactState::Gone));
}

#[tokio::test]
async fn a_roll_that_was_cut_off_shows_the_value_that_is_kept() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let (_, pasted) = broad(&stage).await;
    let mut walk = ready(&stage, &before.connection_id, &pasted)
        .await
        .expect("ready");
    let delay = json!({ "kind": "delay", "ms": 600_000 });
    stage.fault("PUT", VALUE, delay).await;
    let running = tokio::spawn(async move {
        walk.rotate(&in_place(), None, &CancellationToken::new())
            .await
    });
    stage
        .reaches(&format!("PUT {}", VALUE.replace("{}", &before.token_id)))
        .await;
    running.abort();
    assert!(running.await.is_err(), "it was cut off");
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let run = stage.app.record.unfinished().expect("records").remove(0).id;
    let left = shown(&stage, &run).await;
    assert_eq!(
        state(&left, FactAbout::Copy),
        Some(FactState::There),
        "{left:#?}"
    );
    assert_eq!(state(&left, FactAbout::Token), Some(FactState::There));
    assert_eq!(
        left.finish.map(|way| way.broad),
        Some(BroadNeed::No),
        "looking needs nobody's token"
    );
    assert_eq!(left.undo, None);
}

#[tokio::test]
async fn an_old_value_that_works_a_while_longer_does_not_hide_that_the_roll_was_carried_out() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    let (_, pasted) = broad(&stage).await;
    let mut walk = ready(&stage, id, &pasted).await.expect("ready");
    walk.preview(&in_place()).await.expect("a preview");
    let active = json!({ "success": true, "errors": [], "messages": [],
        "result": { "id": before.token_id, "status": "active" } });
    let faults = json!({ "faults": [
        { "method": "PUT", "path": VALUE, "kind": "reset-after" },
        { "method": "GET", "path": VERIFY, "kind": "status", "status": 200, "body": active, "times": 2 },
        { "method": "GET", "path": VERIFY, "kind": "status", "status": 500, "nth": 1 },
    ] });
    stage.tell("/faults", &faults).await;
    let rotation = walk
        .rotate(&in_place(), None, &CancellationToken::new())
        .await
        .expect("it begins");
    assert_eq!(
        rotation.state,
        RotationState::ValueLost,
        "one answer is not enough: {rotation:#?}"
    );
}

#[tokio::test]
async fn a_roll_of_which_nothing_is_known_stays_open_until_the_old_value_tells() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    let (_, pasted) = broad(&stage).await;
    let mut walk = ready(&stage, id, &pasted).await.expect("ready");
    walk.preview(&in_place()).await.expect("a preview");
    let faults = json!({ "faults": [
        { "method": "PUT", "path": VALUE, "kind": "reset-after" },
        { "method": "GET", "path": VERIFY, "kind": "status", "status": 500 },
    ] });
    stage.tell("/faults", &faults).await;
    let rotation = walk
        .rotate(&in_place(), None, &CancellationToken::new())
        .await
        .expect("it begins");
    assert_eq!(rotation.state, RotationState::RollUnknown, "{rotation:#?}");
    assert_eq!(
        rotation
            .problem
            .map(|problem| golden::listed(problem).code)
            .as_deref(),
        Some("rotation-unknown")
    );
    stage.tell("/reset", &json!({})).await;
    let open = open_rotations(&stage.app, id).expect("records").remove(0);
    assert_eq!(open.state, RotationState::RollUnknown);
    let refused = redeliver(&stage.app, id).await.map_err(golden::listed);
    assert_eq!(
        refused.expect_err("there is nothing to deliver").code,
        "rotation-value-lost"
    );
    let mended = rotate(&stage, id, &pasted, destroy()).await;
    assert_eq!(mended.expect("it begins").state, RotationState::Rotated);
}

/// Rotates, and lets Cloudflare answer no question about tokens from the moment the connection uses the new one.
async fn rotate_with_silence_after_the_swap(stage: &Stage, id: &str) -> Rotation {
    let (_, pasted) = broad(stage).await;
    let mut walk = ready(stage, id, &pasted).await.expect("ready");
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<Progress>();
    let (wish, cancel) = (keep(), CancellationToken::new());
    let silent = async {
        while let Some(line) = receiver.recv().await {
            if (line.step, line.state) == (Step::Swap, StepState::Began) {
                let silence = json!({ "kind": "status", "status": 500 });
                stage.fault("GET", VERIFY, silence).await;
            }
        }
    };
    let (rotation, ()) = tokio::join!(walk.rotate(&wish, Some(sender), &cancel), silent);
    stage.tell("/faults", &json!({ "faults": [] })).await;
    rotation.expect("it begins")
}

#[tokio::test]
async fn an_old_token_that_was_deleted_and_not_seen_refused_keeps_its_value_to_be_asked_again() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    let rotation = rotate_with_silence_after_the_swap(&stage, id).await;
    assert_eq!(rotation.state, RotationState::OldOpen, "{rotation:#?}");
    assert!(
        rotation.old_token.sentence.contains("was deleted"),
        "{:?}",
        rotation.old_token
    );
    assert!(
        kept(&stage, id, &before.token_id).await.is_some(),
        "without its value it could not be asked"
    );
    let told = finish_rotation(&stage.app, &rotation.run).await;
    let told = told.expect("it is asked");
    assert_eq!(told.state, RotationState::Rotated, "{told:#?}");
    assert_eq!(told.old_token.state, OldTokenState::Refused);
}

#[tokio::test]
async fn an_old_token_without_a_value_is_told_as_deleted_and_not_as_refused() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let item = Item::Token {
        connection: before.connection_id.clone(),
        token: before.token_id.clone(),
    };
    stage.app.vault().delete(&item).await.expect("the vault");
    let (_, pasted) = broad(&stage).await;
    let rotation = rotate(&stage, &before.connection_id, &pasted, destroy()).await;
    let rotation = rotation.expect("it begins");
    assert_eq!(rotation.state, RotationState::Rotated, "{rotation:#?}");
    assert_eq!(rotation.old_token.state, OldTokenState::Deleted);
    assert_eq!(rotation.old_token.after_ms, None, "nobody saw it refused");
}

#[tokio::test]
async fn a_delivery_that_never_came_is_unknown_and_not_refused() {
    for wish in [destroy(), in_place()] {
        let stage = Stage::new().await;
        let before = connected(&stage).await;
        let lost = json!({ "kind": "reset-before" });
        stage.fault("PUT", CONNECTION, lost).await;
        let (_, pasted) = broad(&stage).await;
        let rotation = rotate(&stage, &before.connection_id, &pasted, wish).await;
        let rotation = rotation.expect("it begins");
        assert_eq!(
            rotation.delivery,
            Delivery::Unknown,
            "it holds the old token, as nothing else reached it: {rotation:#?}"
        );
    }
}

/// Rotates until a call reaches the sandbox, and cuts it off there.
async fn cut_at(stage: &Stage, id: &str, pasted: &str, method: &str, path: &str) {
    let mut walk = ready(stage, id, pasted).await.expect("ready");
    let delay = json!({ "kind": "delay", "ms": 600_000 });
    stage.fault(method, path, delay).await;
    let running = tokio::spawn(async move {
        walk.rotate(&destroy(), None, &CancellationToken::new())
            .await
    });
    let call = path.split("{}").next().unwrap_or_default();
    stage.reaches(&format!("{method} {call}")).await;
    running.abort();
    assert!(running.await.is_err(), "it was cut off");
    stage.tell("/faults", &json!({ "faults": [] })).await;
}

#[tokio::test]
async fn a_rotation_that_was_cut_off_tells_of_the_token_that_was_pasted() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    let (_, pasted) = broad(&stage).await;
    stage.tell("/reset", &json!({})).await;
    cut_at(&stage, id, &pasted, "PUT", CONNECTION).await;
    let run = stage.app.record.unfinished().expect("records").remove(0).id;
    let left = shown(&stage, &run).await;
    assert_eq!(
        state(&left, FactAbout::PastedToken),
        Some(FactState::Unknown),
        "it was not made through our link, and it lives: {left:#?}"
    );
    redeliver(&stage.app, id).await.expect("it is finished");
    delete(&stage, &before.token_id).await;
    finish_rotation(&stage.app, &run).await.expect("it ends");
    let left = known(&stage, id).broad_left.expect("one may live");
    assert_eq!(
        left["name"], "Again",
        "once the run has ended, the connection tells of it"
    );
}

/// Two connections on two accounts.
async fn two(stage: &Stage) -> Vec<Connected> {
    let mut walk = stage.walk().await;
    let seen = stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await;
    drop(walk);
    let mut made = Vec::new();
    for account in seen.expect("good").accounts {
        let choices = narrows_core::story::Choices {
            account: Some(account.id),
            ..Default::default()
        };
        let connecting = connect(stage, &stage.face.broad_token, choices);
        made.push(Box::pin(connecting).await);
    }
    made
}

async fn several(stage: &Stage) -> Several {
    let mut several = Several::begin(&stage.app).expect("it begins");
    for walk in several.walks() {
        assert_eq!(walk.approach.prepare().await.problems, vec![]);
    }
    let (_, pasted) = broad(stage).await;
    several.paste(&Secret::new(pasted)).expect("a token");
    several.inspect().await.expect("good");
    several
}

#[tokio::test]
async fn several_that_are_cut_off_tell_of_the_token_that_was_pasted() {
    let stage = Stage::with(Options {
        accounts: 2,
        ..Options::default()
    })
    .await;
    let before = two(&stage).await;
    let several = several(&stage).await;
    // The first is done by then, and its run has ended.
    let delay = json!({ "kind": "delay", "ms": 600_000 });
    let last = format!("/v1/connections/{}", before[1].connection_id);
    stage.fault("PUT", &last, delay).await;
    let running = tokio::spawn(async move {
        let (wish, cancel) = (destroy(), CancellationToken::new());
        Box::pin(several.rotate(&wish, None, &cancel)).await
    });
    let first = before[0].clone();
    let swapped = async || known(&stage, &first.connection_id).token_id != first.token_id;
    until(swapped, "the first is rotated").await;
    running.abort();
    assert!(running.await.is_err(), "it was cut off");
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let left = Box::pin(left_over(&stage.app)).await.expect("records");
    let told = left.iter().any(|left| {
        left.finish.is_some() && state(left, FactAbout::PastedToken) == Some(FactState::Unknown)
    });
    assert!(told, "it may live: {left:#?}");
}

#[tokio::test]
async fn one_of_several_that_stays_open_knows_that_the_pasted_token_is_dead() {
    let stage = Stage::with(Options {
        accounts: 2,
        ..Options::default()
    })
    .await;
    let before = two(&stage).await;
    let several = several(&stage).await;
    let silence = json!({ "kind": "status", "status": 500 });
    let first = format!("/v1/connections/{}", before[0].connection_id);
    stage.fault("PUT", &first, silence).await;
    let cancel = CancellationToken::new();
    let told = Box::pin(several.rotate(&destroy(), None, &cancel)).await;
    let told = told.expect("it goes");
    assert_eq!(
        (told.summary.pending, told.summary.rotated),
        (1, 1),
        "{told:#?}"
    );
    assert_eq!(
        told.broad.map(|broad| broad.state),
        Some(BroadState::Refused)
    );
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let left = Box::pin(left_over(&stage.app)).await.expect("records");
    assert_eq!(left.len(), 1, "{left:#?}");
    assert_eq!(
        state(&left[0], FactAbout::PastedToken),
        Some(FactState::Gone)
    );
}

#[tokio::test]
async fn a_pasted_token_that_several_hold_too_long_ends_and_the_rest_is_skipped() {
    static SHIFT: AtomicI64 = AtomicI64::new(0);
    let mut stage = Stage::with(Options {
        accounts: 2,
        ..Options::default()
    })
    .await;
    stage.app.now = || Timestamp::now() + SignedDuration::from_secs(SHIFT.load(Ordering::SeqCst));
    let before = two(&stage).await;
    let several = several(&stage).await;
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<SeveralProgress>();
    let late = async {
        while let Some(line) = receiver.recv().await {
            if line.number == 1 {
                SHIFT.store(16 * 60, Ordering::SeqCst);
            }
        }
    };
    let (wish, cancel) = (destroy(), CancellationToken::new());
    let run = Box::pin(several.rotate(&wish, Some(sender), &cancel));
    let (told, ()) = tokio::join!(run, late);
    let told = told.expect("it goes");
    assert_eq!(
        (told.summary.rotated, told.summary.skipped),
        (1, 1),
        "{told:#?}"
    );
    assert_eq!(told.skipped[0].problem.code, "paste-stale");
    assert_eq!(
        told.broad.map(|broad| broad.state),
        Some(BroadState::Refused),
        "the summary says what became of it"
    );
    let last = known(&stage, &before[1].connection_id);
    assert_eq!(
        last.token_id, before[1].token_id,
        "nothing of it was touched"
    );
}
