//! Rotate as a whole, against the sandbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use keyring_core::api::{CredentialStore, CredentialStoreApi};
use keyring_core::{Entry, mock};
use narrows_core::cloudflare::TokenKind;
use narrows_core::connect::Connect;
use narrows_core::problem::{Next, Problem};
use narrows_core::record::Connection;
use narrows_core::resume::redeliver;
use narrows_core::rotate::{Rotate, Several, finish_rotation, finish_rotation_with, undo_rotation};
use narrows_core::run::open_rotations;
use narrows_core::secret::Secret;
use narrows_core::steps::Approach;
use narrows_core::story::{
    BroadState, BroadWish, Choices, Connected, Delivery, GrantChange, OldTokenState, Outcome,
    Progress, Rotation, RotationChoices, RotationState, Step, StepState,
};
use narrows_core::vault::{Item, Vault};
use narrows_sandbox::Options;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::golden;
use crate::stage::Stage;

const CONNECTION: &str = "/v1/connections/{}";

/// Choices of a rotation that destroys the pasted token.
pub(crate) fn destroy() -> RotationChoices {
    RotationChoices {
        broad: BroadWish::Destroy,
        ..RotationChoices::default()
    }
}

/// A connection made with a token that lives on.
pub(crate) async fn connect(stage: &Stage, broad: &str, choices: Choices) -> Connected {
    let choices = Choices {
        broad: BroadWish::Keep,
        ..choices
    };
    match stage.connect(broad, choices).await.expect("a good token") {
        Outcome::Connected(result) => *result,
        other => panic!("connect did not come through: {other:#?}"),
    }
}

pub(crate) async fn connected(stage: &Stage) -> Connected {
    connect(stage, &stage.face.broad_token, Choices::default()).await
}

/// A fresh broad user token: id and value.
pub(crate) async fn broad(stage: &Stage) -> (String, String) {
    stage
        .make_token(json!({ "kind": "user", "name": "Again", "groups": ["API Tokens Write", "Account Settings Read"] }))
        .await
}

/// A walk about a connection, prepared, with a token pasted and inspected.
pub(crate) async fn ready(
    stage: &Stage,
    connection: &str,
    pasted: &str,
) -> Result<Rotate, Problem> {
    let mut walk = Rotate::begin(&stage.app, connection, None).map_err(golden::listed)?;
    let prepared = walk.approach.prepare().await;
    assert_eq!(prepared.problems, vec![], "nothing stands in the way");
    assert!(!prepared.sign_in_needed, "the session was kept");
    walk.approach.paste(Secret::new(pasted.to_owned()))?;
    walk.approach.inspect(None).await.map_err(golden::listed)?;
    Ok(walk)
}

/// The whole of a rotation.
pub(crate) async fn rotate(
    stage: &Stage,
    connection: &str,
    pasted: &str,
    wish: RotationChoices,
) -> Result<Rotation, Problem> {
    let mut walk = ready(stage, connection, pasted).await?;
    walk.preview(&wish).await.map_err(golden::listed)?;
    let rotation = Box::pin(walk.rotate(&wish, None, &CancellationToken::new()))
        .await
        .map_err(golden::listed)?;
    if let Some(problem) = &rotation.problem {
        golden::listed(problem.clone());
    }
    Ok(rotation)
}

/// The whole of one with a fresh broad token, which it destroys.
async fn rotated(stage: &Stage, before: &Connected) -> Rotation {
    let pasted = broad(stage).await.1;
    rotate(stage, &before.connection_id, &pasted, destroy())
        .await
        .expect("it begins")
}

fn item(connection: &str, token: &str) -> Item {
    Item::Token {
        connection: connection.to_owned(),
        token: token.to_owned(),
    }
}

/// What the vault keeps of a token.
pub(crate) async fn kept(stage: &Stage, connection: &str, token: &str) -> Option<Secret> {
    stage
        .app
        .vault()
        .get(&item(connection, token))
        .await
        .expect("the vault answers")
}

pub(crate) fn known(stage: &Stage, id: &str) -> Connection {
    let known = stage.app.record.connection(id).expect("records");
    known.expect("the connection is remembered")
}

/// The sandbox's token of this id, if it exists.
pub(crate) async fn token(stage: &Stage, id: &str) -> Option<Value> {
    let list = stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("tokens").clone();
    tokens.into_iter().find(|token| token["id"] == id)
}

/// Whether Cloudflare takes this value, as it would take a platform's.
async fn works(stage: &Stage, kind: TokenKind, value: &Secret) -> bool {
    let path = match kind {
        TokenKind::User => "/user/tokens/verify".to_owned(),
        TokenKind::Account => format!("/accounts/{}/tokens/verify", stage.face.account_id),
    };
    let answer = crate::stage::client()
        .get(format!("{}{path}", stage.face.cloudflare_api))
        .bearer_auth(value.expose())
        .send()
        .await;
    answer.expect("the sandbox answers").status().is_success()
}

/// Asks with a value all along, until it is stopped; gives how often it was answered with yes and with no.
fn probe_all_along(stage: &Stage, kind: TokenKind, value: &Secret) -> Prober {
    let path = match kind {
        TokenKind::User => "/user/tokens/verify".to_owned(),
        TokenKind::Account => format!("/accounts/{}/tokens/verify", stage.face.account_id),
    };
    let url = format!("{}{path}", stage.face.cloudflare_api);
    let (stop, value) = (Arc::new(AtomicBool::new(false)), value.duplicate());
    let stopped = stop.clone();
    let task = tokio::spawn(async move {
        let client = crate::stage::client();
        while !stopped.load(Ordering::Relaxed) {
            let answer = client.get(&url).bearer_auth(value.expose()).send().await;
            answer.expect("the sandbox answers");
        }
    });
    Prober { stop, task }
}

struct Prober {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

impl Prober {
    async fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.expect("the prober ends");
    }
}

async fn the_old_token_answers_all_along(broad: &str, again: &str, stage: Stage, kind: TokenKind) {
    let before = connect(&stage, broad, Choices::default()).await;
    let old = kept(&stage, &before.connection_id, &before.token_id)
        .await
        .expect("the old value");
    stage.tell("/reset", &json!({})).await;
    let prober = probe_all_along(&stage, kind, &old);
    let rotation = rotate(&stage, &before.connection_id, again, destroy())
        .await
        .expect("it begins");
    prober.stop().await;

    assert_eq!(rotation.state, RotationState::Rotated, "{rotation:#?}");
    assert_eq!(rotation.old_token.state, OldTokenState::Refused);
    assert!(rotation.old_token.after_ms.is_some(), "it was seen");
    let new = rotation.new_token.expect("a new token");
    assert_ne!(new.token_id, before.token_id);
    assert_eq!(new.token_kind, kind);
    assert_eq!(new.granted, before.granted, "the same policy");
    assert_eq!(new.can.map(|can| (can.proved, can.of)), Some((1, 1)));
    let cannot = new.cannot.expect("a proof");
    assert!(cannot.of >= 12 && cannot.proved == cannot.of, "{cannot:?}");
    assert_eq!(rotation.delivery, Delivery::Accepted);
    assert_eq!(
        rotation.broad.map(|broad| broad.state),
        Some(BroadState::Refused)
    );
    assert!(rotation.stands.is_empty(), "{:?}", rotation.stands);

    let now = known(&stage, &before.connection_id);
    assert_eq!(now.token_id, new.token_id, "the connection names it");
    assert_eq!(now.receipt_code, rotation.receipt_code);
    let value = kept(&stage, &now.id, &new.token_id)
        .await
        .expect("its value is kept");
    assert_eq!(value.fingerprint(), now.fingerprint);
    assert!(works(&stage, kind, &value).await, "and it works");
    assert!(
        kept(&stage, &now.id, &before.token_id).await.is_none(),
        "the old value is forgotten"
    );
    assert_eq!(token(&stage, &before.token_id).await, None, "it is gone");
    assert_eq!(stage.ours().await.len(), 1, "one token of ours lives");
    assert_eq!(
        stage.app.record.unfinished().expect("records").len(),
        0,
        "the run is over"
    );

    // What the sandbox wrote down proves the order.
    let list = stage.admin("/requests").await;
    let requests = list["requests"].as_array().expect("requests");
    let find = |method: &str, end: &str| {
        requests
            .iter()
            .find(|r| r["method"] == method && r["path"].as_str().is_some_and(|p| p.ends_with(end)))
            .unwrap_or_else(|| panic!("no {method} {end}"))
    };
    let put = find("PUT", &before.connection_id);
    let delete = find("DELETE", &before.token_id);
    assert_eq!(put["status"], 200, "the platform took the new token");
    assert!(
        put["ended_ms"].as_f64() <= delete["began_ms"].as_f64(),
        "nothing of the old token was touched before the platform acknowledged: {put} {delete}"
    );
    let asked: Vec<&Value> = requests
        .iter()
        .filter(|r| {
            r["path"]
                .as_str()
                .is_some_and(|p| p.ends_with("/tokens/verify"))
        })
        // The prober was the first to ask.
        .filter(|r| r["credential"] == requests[0]["credential"])
        .collect();
    let early = asked
        .iter()
        .filter(|r| r["ended_ms"].as_f64() <= delete["began_ms"].as_f64());
    let early: Vec<_> = early.collect();
    assert!(
        early.len() >= 5,
        "it was asked all along: {} times",
        early.len()
    );
    assert!(
        early.iter().all(|r| r["status"] == 200),
        "and it answered until it was deleted: {early:#?}"
    );
    assert!(
        early
            .iter()
            .any(|r| r["ended_ms"].as_f64() >= put["ended_ms"].as_f64()),
        "also after the platform acknowledged the new one"
    );
}

#[tokio::test]
async fn the_old_token_of_a_person_answers_until_the_platform_has_acknowledged_the_new_one() {
    let stage = Stage::slow().await;
    let (broad, again) = (stage.face.broad_token.clone(), broad(&stage).await.1);
    let told = the_old_token_answers_all_along(&broad, &again, stage, TokenKind::User);
    Box::pin(told).await;
}

#[tokio::test]
async fn the_old_token_of_an_account_answers_until_the_platform_has_acknowledged_the_new_one() {
    let stage = Stage::slow().await;
    let body = json!({ "kind": "account", "name": "Again", "groups": ["Account API Tokens Write", "Account Settings Read"] });
    let (_, again) = stage.make_token(body).await;
    let broad = stage.face.broad_account_token.clone();
    let told = the_old_token_answers_all_along(&broad, &again, stage, TokenKind::Account);
    Box::pin(told).await;
}

#[tokio::test]
async fn each_step_is_told_once_and_in_order() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let mut walk = ready(&stage, &before.connection_id, &stage.face.broad_token)
        .await
        .expect("ready");
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let rotation = walk
        .rotate(&destroy(), Some(sender), &CancellationToken::new())
        .await
        .expect("it begins");
    assert_eq!(rotation.state, RotationState::Rotated);
    let mut done = Vec::new();
    while let Ok(line) = receiver.try_recv() {
        if line.state == StepState::Done {
            done.push(line.step);
        }
    }
    assert_eq!(
        done,
        [
            Step::Mint,
            Step::Keep,
            Step::Prove,
            Step::Deliver,
            Step::Swap,
            Step::Revoke,
            Step::Destroy
        ]
    );
}

#[tokio::test]
async fn a_platform_that_refuses_leaves_both_tokens_and_a_rotation_that_is_finished_later() {
    let refusal = json!({ "kind": "status", "status": 422, "body": {
        "type": "urn:narrows:problem:credential-rejected", "title": "Cloudflare refused the token", "status": 422,
        "detail": "Cloudflare refused this token for this account.", "code": "credential-rejected" } });
    let silence = json!({ "kind": "status", "status": 500 });
    for (fault, delivery) in [(refusal, Delivery::Refused), (silence, Delivery::Unknown)] {
        let stage = Stage::new().await;
        let before = connected(&stage).await;
        let id = before.connection_id.as_str();
        stage.fault("PUT", CONNECTION, fault).await;
        let rotation = rotate(&stage, id, &broad(&stage).await.1, destroy())
            .await
            .expect("it begins");
        assert_eq!(rotation.state, RotationState::Pending, "{rotation:#?}");
        assert_eq!(rotation.delivery, delivery);
        assert_eq!(rotation.old_token.state, OldTokenState::InUse);
        assert_eq!(
            rotation.broad.map(|broad| broad.state),
            Some(BroadState::Refused)
        );
        let new = rotation.new_token.expect("it is kept").token_id;
        for token in [&before.token_id, &new] {
            let value = kept(&stage, id, token).await.expect("both are kept");
            assert!(works(&stage, TokenKind::User, &value).await, "both live");
        }
        assert_eq!(known(&stage, id).token_id, before.token_id, "no swap");
        let open = open_rotations(&stage.app, id).expect("records").remove(0);
        assert_eq!(open.state, RotationState::Pending);
        let (_, another) = broad(&stage).await;
        let refused = rotate(&stage, id, &another, destroy()).await;
        assert_eq!(
            refused.map_err(|problem| problem.code),
            Err("rotation-open".to_owned()),
            "no third token is made"
        );

        stage.tell("/reset", &json!({})).await;
        let card = redeliver(&stage.app, id)
            .await
            .expect("the platform is back");
        assert_eq!((&card.token_id, card.delivery), (&new, Delivery::Accepted));
        let old = kept(&stage, id, &before.token_id).await;
        let old = old.expect("its value is needed to see it refused");
        assert!(works(&stage, TokenKind::User, &old).await);
        let told = finish_rotation(&stage.app, &open.run).await.expect("told");
        assert_eq!(
            told.state,
            RotationState::OldOpen,
            "nobody could delete the old one"
        );
        assert_eq!(told.old_token.state, OldTokenState::Open);
        assert!(told.old_token.link.is_some(), "where to delete it by hand");
        golden::listed(told.problem.expect("and says so"));

        let walk = ready(&stage, id, &another).await.expect("a good token");
        let told = finish_rotation_with(&walk.approach, &open.run)
            .await
            .expect("it goes on");
        assert_eq!(told.state, RotationState::Rotated, "{told:#?}");
        assert_eq!(told.old_token.state, OldTokenState::Refused);
        assert_eq!(token(&stage, &before.token_id).await, None);
        assert!(kept(&stage, id, &before.token_id).await.is_none());
        assert!(open_rotations(&stage.app, id).expect("records").is_empty());
    }
}

#[tokio::test]
async fn an_old_token_that_somebody_deleted_meanwhile_is_seen_refused_without_a_broad_one() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    let old = json!({ "kind": "status", "status": 403, "code": 9109, "message": "Unauthorized" });
    stage
        .fault(
            "DELETE",
            &format!("/client/v4/user/tokens/{}", before.token_id),
            old,
        )
        .await;
    let rotation = rotate(&stage, id, &broad(&stage).await.1, destroy())
        .await
        .expect("it begins");
    assert_eq!(rotation.state, RotationState::OldOpen, "{rotation:#?}");
    let new = rotation.new_token.expect("in use").token_id;
    assert_eq!(known(&stage, id).token_id, new);
    stage.tell("/reset", &json!({})).await;
    delete(&stage, &before.token_id).await;
    let told = finish_rotation(&stage.app, &rotation.run)
        .await
        .expect("it goes on");
    assert_eq!(told.state, RotationState::Rotated);
    assert!(kept(&stage, id, &before.token_id).await.is_none());
}

#[tokio::test]
async fn what_a_rotation_left_open_is_deleted_by_the_next_one() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    let path = format!("/client/v4/user/tokens/{}", before.token_id);
    let refused =
        json!({ "kind": "status", "status": 403, "code": 9109, "message": "Unauthorized" });
    stage.fault("DELETE", &path, refused).await;
    let rotation = rotate(&stage, id, &broad(&stage).await.1, destroy())
        .await
        .expect("it begins");
    assert_eq!(rotation.state, RotationState::OldOpen, "{rotation:#?}");
    stage.tell("/reset", &json!({})).await;
    let next = rotate(&stage, id, &broad(&stage).await.1, destroy())
        .await
        .expect("it begins");
    assert_eq!(next.state, RotationState::Rotated);
    assert!(
        next.notices.iter().any(|line| line.contains("as well")),
        "it says so: {:?}",
        next.notices
    );
    assert_eq!(
        stage.ours().await,
        [next.new_token.expect("one").token_name]
    );
    assert_eq!(open_rotations(&stage.app, id), Ok(vec![]));
}

/// Deletes a user token, as a person would in the dashboard.
pub(crate) async fn delete(stage: &Stage, id: &str) {
    let answer = crate::stage::client()
        .delete(format!("{}/user/tokens/{id}", stage.face.cloudflare_api))
        .bearer_auth(&broad(stage).await.1)
        .send()
        .await;
    let status = answer.expect("the sandbox answers").status();
    assert!(status.is_success(), "{status}");
}

#[tokio::test]
async fn a_receipt_over_the_old_token_acknowledges_nothing() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let now = known(&stage, &before.connection_id);
    let held = json!({ "id": now.id, "state": "connected", "profile": now.profile, "account_id": now.account_id,
        "project": now.project, "token_id": now.token_id, "token_kind": "user", "fingerprint": now.fingerprint,
        "receipt": "0".repeat(64), "receipt_code": "0000-0000", "updated_on": "2026-11-22T12:00:00Z" });
    stage
        .fault(
            "PUT",
            CONNECTION,
            json!({ "kind": "status", "status": 200, "body": held }),
        )
        .await;
    let rotation = rotated(&stage, &before).await;
    assert_eq!(rotation.state, RotationState::Pending);
    let code = rotation.problem.map(|problem| problem.code);
    assert_eq!(code.as_deref(), Some("receipt-differs"));
    assert!(
        token(&stage, &before.token_id).await.is_some(),
        "the platform still uses the old token, so it lives"
    );
}

#[tokio::test]
async fn a_profile_without_a_platform_swaps_after_the_proof_and_says_so() {
    let stage = Stage::new().await;
    let file = stage.home.path().join("own.toml");
    std::fs::write(&file, include_str!("own-stack.toml")).expect("a file");
    let file = file.display().to_string();
    let profile = narrows_core::profile::Profile::load(&file).expect("sound");
    let mut walk = Connect::begin(&stage.app, profile, None).expect("a walk");
    stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await
        .expect("good");
    let outcome = walk
        .connect(&Choices::default(), None, &CancellationToken::new())
        .await;
    let Outcome::Connected(before) = outcome else {
        panic!("connect did not come through: {outcome:#?}")
    };
    let id = before.connection_id.as_str();
    let missing = Rotate::begin(&stage.app, id, None)
        .err()
        .map(|p| golden::listed(p).code);
    assert_eq!(missing.as_deref(), Some("profile-not-found"));
    let other = Rotate::begin(&stage.app, id, Some("getaipage")).err();
    assert_eq!(
        other.map(|p| golden::listed(p).code).as_deref(),
        Some("profile-other")
    );

    let mut walk = Rotate::begin(&stage.app, id, Some(&file)).expect("a walk");
    assert!(
        !walk.approach.prepare().await.sign_in_needed,
        "nobody to sign in to"
    );
    stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await
        .expect("good");
    let rotation = walk
        .rotate(&destroy(), None, &CancellationToken::new())
        .await
        .expect("it begins");
    assert_eq!(rotation.state, RotationState::Rotated, "{rotation:#?}");
    assert_eq!(rotation.delivery, Delivery::Skipped);
    assert_eq!(rotation.receipt_code, None);
    let new = rotation.new_token.expect("a token");
    assert_eq!(new.can.map(|can| can.of), Some(2), "both are proved");
    assert_eq!(new.granted, before.granted);
}

#[tokio::test]
async fn an_old_token_that_is_gone_already_is_no_fault() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    delete(&stage, &before.token_id).await;
    let rotation = rotated(&stage, &before).await;
    assert_eq!(rotation.state, RotationState::Rotated, "{rotation:#?}");
    assert_eq!(rotation.old_token.state, OldTokenState::Gone);
}

#[tokio::test]
async fn a_pasted_token_that_could_not_delete_the_old_one_is_refused_before_anything_is_made() {
    let stage = Stage::with(Options {
        accounts: 2,
        ..Options::default()
    })
    .await;
    let choices = Choices {
        account: Some(stage.face.account_id.clone()),
        ..Choices::default()
    };
    let before = connect(&stage, &stage.face.broad_token, choices).await;
    let id = before.connection_id.as_str();
    let world = stage.admin("/world").await;
    let other = world["accounts"][1]["id"].as_str().expect("an account");
    let elsewhere = json!({ "kind": "user", "name": "elsewhere", "account": other,
        "groups": ["API Tokens Write", "Account Settings Read"] });
    let (_, elsewhere) = stage.make_token(elsewhere).await;
    stage.tell("/reset", &json!({})).await;
    for (pasted, code) in [
        (
            stage.face.broad_account_token.as_str(),
            "rotation-other-kind",
        ),
        (&elsewhere, "rotation-other-account"),
    ] {
        let refused = rotate(&stage, id, pasted, destroy()).await;
        let problem = refused.expect_err("it cannot serve");
        assert_eq!(
            (problem.code.as_str(), problem.next),
            (code, Next::OpenTokenPage)
        );
    }
    // Somebody else's token: it does not see the old one, which answers for itself.
    stage
        .fault(
            "GET",
            &format!("/client/v4/user/tokens/{}", before.token_id),
            json!({ "kind": "status", "status": 404, "code": 1003, "message": "Token not found" }),
        )
        .await;
    let refused = rotate(&stage, id, &stage.face.broad_token, destroy()).await;
    let code = refused.map_err(|problem| problem.code);
    assert_eq!(code, Err("rotation-other-owner".to_owned()));
    let made = stage
        .requests()
        .await
        .into_iter()
        .filter(|line| line.starts_with("POST /client"))
        .count();
    assert_eq!(made, 0, "nothing was made with any of them");
    assert_eq!(known(&stage, id).token_id, before.token_id);
    assert_eq!(stage.app.record.unfinished().expect("records").len(), 0);
}

#[tokio::test]
async fn a_full_list_of_tokens_is_told_before_anything_is_made() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    while stage.token_names().await.len() < 51 {
        stage
            .make_token(json!({ "kind": "user", "name": "one more", "groups": ["Pages Read"] }))
            .await;
    }
    let refused = rotate(
        &stage,
        &before.connection_id,
        &stage.face.broad_token,
        destroy(),
    )
    .await;
    let problem = refused.expect_err("there is no room");
    assert_eq!(
        (problem.code.as_str(), problem.next),
        ("token-quota", Next::OpenTokenList)
    );
}

#[tokio::test]
async fn a_run_that_is_stopped_undoes_the_new_token_and_leaves_the_old_one_in_use() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    for moment in [None, Some(Step::Mint), Some(Step::Keep)] {
        let (_, pasted) = broad(&stage).await;
        let mut walk = ready(&stage, id, &pasted).await.expect("ready");
        let cancel = CancellationToken::new();
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<Progress>();
        let stop = cancel.clone();
        match moment {
            None => cancel.cancel(),
            Some(moment) => drop(tokio::spawn(async move {
                while let Some(line) = receiver.recv().await {
                    if line.step == moment && line.state == StepState::Done {
                        stop.cancel();
                    }
                }
            })),
        }
        let rotation = walk
            .rotate(&destroy(), Some(sender), &cancel)
            .await
            .expect("it begins");
        assert_eq!(rotation.state, RotationState::Stopped, "{moment:?}");
        let code = rotation.problem.map(|problem| problem.code);
        assert_eq!(code.as_deref(), Some("cancelled"));
        assert_eq!(rotation.old_token.state, OldTokenState::InUse);
        assert_eq!(stage.ours().await.len(), 1, "only the old token is left");
        let old = kept(&stage, id, &before.token_id).await.expect("kept");
        assert!(works(&stage, TokenKind::User, &old).await);
        assert_eq!(stage.app.record.unfinished().expect("records").len(), 0);
        assert_eq!(
            rotation.broad.map(|broad| broad.state),
            Some(BroadState::Refused)
        );
    }
}

#[tokio::test]
async fn a_new_token_that_cannot_be_proved_is_undone() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    stage
        .fault(
            "GET",
            "/client/v4/accounts/{}/workers/scripts",
            json!({ "kind": "status", "status": 200, "body": { "success": true, "errors": [], "messages": [], "result": [] } }),
        )
        .await;
    let rotation = rotated(&stage, &before).await;
    assert_eq!(rotation.state, RotationState::Stopped);
    let code = rotation.problem.map(|problem| problem.code);
    assert_eq!(code.as_deref(), Some("token-too-wide"));
    assert_eq!(stage.ours().await.len(), 1, "it is gone again");
    let put = stage
        .requests()
        .await
        .into_iter()
        .filter(|line| line.starts_with("PUT /v1/connections"))
        .count();
    assert_eq!(put, 1, "the platform saw the first token only");
}

/// A keychain in memory that can be told to take no token.
#[derive(Debug)]
struct Moody {
    inner: Arc<mock::Store>,
    refuses: Arc<AtomicBool>,
}

impl CredentialStoreApi for Moody {
    fn vendor(&self) -> String {
        "moody".to_owned()
    }

    fn id(&self) -> String {
        "moody".to_owned()
    }

    fn build(
        &self,
        service: &str,
        user: &str,
        modifiers: Option<&std::collections::HashMap<&str, &str>>,
    ) -> keyring_core::Result<Entry> {
        if user.starts_with("token") && self.refuses.load(Ordering::Relaxed) {
            return Err(keyring_core::Error::NoStorageAccess("moody".into()));
        }
        self.inner.build(service, user, modifiers)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[tokio::test]
async fn a_vault_that_fails_undoes_the_new_token() {
    let stage = Stage::new().await;
    let refuses = Arc::new(AtomicBool::new(false));
    let store: Arc<CredentialStore> = Arc::new(Moody {
        inner: mock::Store::new().expect("a store"),
        refuses: refuses.clone(),
    });
    stage.app.use_vault(Vault::over(store));
    let before = connected(&stage).await;
    let (_, pasted) = broad(&stage).await;
    let mut walk = ready(&stage, &before.connection_id, &pasted)
        .await
        .expect("ready");
    walk.preview(&destroy()).await.expect("a preview");
    refuses.store(true, Ordering::Relaxed);
    let rotation = walk
        .rotate(&destroy(), None, &CancellationToken::new())
        .await
        .expect("it begins");
    refuses.store(false, Ordering::Relaxed);
    assert_eq!(
        (rotation.state, rotation.step),
        (RotationState::Stopped, Some(Step::Keep)),
        "{rotation:#?}"
    );
    assert_eq!(stage.ours().await.len(), 1, "only the old token is left");
    let again = walk
        .rotate(&destroy(), None, &CancellationToken::new())
        .await
        .expect("a second try needs no second paste");
    assert_eq!(again.state, RotationState::Rotated, "{again:#?}");
}

#[tokio::test]
async fn lost_answers_leave_one_token_and_no_doubt() {
    const TOKENS: &str = "/client/v4/user/tokens";
    for (method, path) in [
        ("POST", TOKENS.to_owned()),
        ("PUT", CONNECTION.to_owned()),
        ("DELETE", format!("{TOKENS}/{{}}")),
    ] {
        for kind in ["reset-after", "reset-before", "truncate"] {
            let stage = Stage::new().await;
            let before = connected(&stage).await;
            stage
                .fault(method, &path, json!({ "nth": 1, "kind": kind }))
                .await;
            let rotation = rotated(&stage, &before).await;
            assert_eq!(
                rotation.state,
                RotationState::Rotated,
                "{method} {kind}: {rotation:#?}"
            );
            let new = rotation.new_token.expect("a token").token_name;
            assert_eq!(stage.ours().await, [new], "{method} {kind}");
        }
    }
}

#[tokio::test]
async fn a_policy_is_kept_or_taken_anew_and_the_difference_is_shown_grant_by_grant() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    // As if the profile had asked for other things when this was connected.
    let mut was = known(&stage, id);
    let resource = format!("com.cloudflare.api.account.{}", was.account_id);
    was.policy = json!([
        { "group": "Pages Read", "scope": "account", "resource": resource },
        { "group": "Pages Write", "scope": "account", "resource": resource },
    ]);
    stage.app.record.put_connection(&was).expect("records");
    let (_, pasted) = broad(&stage).await;
    let mut walk = ready(&stage, id, &pasted).await.expect("ready");
    let preview = walk.preview(&destroy()).await.expect("a preview");
    assert!(preview.differs);
    let lines: Vec<_> = preview
        .difference
        .iter()
        .map(|line| (line.change, line.grant.group.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (GrantChange::Removed, "Pages Read"),
            (GrantChange::Same, "Pages Write")
        ]
    );
    let newer = RotationChoices {
        profile_policy: true,
        expires: Some("90d".to_owned()),
        ..destroy()
    };
    let preview = walk.preview(&newer).await.expect("a preview");
    assert!(!preview.body_json.expect("a body").is_empty());
    let rotation = walk
        .rotate(&newer, None, &CancellationToken::new())
        .await
        .expect("it begins");
    let new = rotation.new_token.expect("a token");
    assert_eq!(new.granted.len(), 1, "what the profile asks now");
    assert!(new.expires_on.is_some(), "with an end of its own");
    let now = known(&stage, id);
    assert_eq!(now.policy, json!(new.granted));
    assert_eq!(now.expires_on.map(|end| end.to_string()), new.expires_on);

    // And as it was: the end is counted anew, the policy stays.
    let rotation = rotate(&stage, id, &broad(&stage).await.1, destroy())
        .await
        .expect("it begins");
    let again = rotation.new_token.expect("a token");
    assert_eq!(again.granted, new.granted);
    assert!(again.expires_on.is_some(), "90 days as before");
    let endless = RotationChoices {
        expires: Some("never".to_owned()),
        ..destroy()
    };
    let rotation = rotate(&stage, id, &broad(&stage).await.1, endless)
        .await
        .expect("it begins");
    assert_eq!(rotation.new_token.expect("a token").expires_on, None);
    assert_eq!(rotation.state, RotationState::Rotated);
}

#[tokio::test]
async fn rolling_in_place_happens_only_when_asked_and_keeps_the_value_before_anything_else() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    let old = kept(&stage, id, &before.token_id).await.expect("kept");
    let wish = RotationChoices {
        in_place: true,
        ..destroy()
    };
    let (_, pasted) = broad(&stage).await;
    let mut walk = ready(&stage, id, &pasted).await.expect("ready");
    let preview = walk.preview(&wish).await.expect("a preview");
    assert!(preview.cost.contains("fails"), "{}", preview.cost);
    let both = RotationChoices {
        profile_policy: true,
        ..wish.clone()
    };
    let refused = walk.preview(&both).await.map_err(golden::listed);
    assert_eq!(
        refused.map_err(|problem| problem.code).err().as_deref(),
        Some("rotation-only-the-value")
    );
    let rotation = walk
        .rotate(&wish, None, &CancellationToken::new())
        .await
        .expect("it begins");
    assert_eq!(rotation.state, RotationState::Rotated, "{rotation:#?}");
    let new = rotation.new_token.expect("a value");
    assert_eq!(new.token_id, before.token_id, "the token is the same");
    assert_ne!(new.fingerprint, before.fingerprint, "its value is not");
    let value = kept(&stage, id, &before.token_id).await.expect("kept");
    assert_eq!(value.fingerprint(), new.fingerprint);
    assert!(works(&stage, TokenKind::User, &value).await);
    assert!(!works(&stage, TokenKind::User, &old).await);
    assert_eq!(known(&stage, id).fingerprint, new.fingerprint);
    assert_eq!(known(&stage, id).receipt_code, rotation.receipt_code);
}

#[tokio::test]
async fn a_roll_whose_answer_is_lost_says_so_and_the_next_rotation_mends_it() {
    const VALUE: &str = "/client/v4/user/tokens/{}/value";
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    let wish = RotationChoices {
        in_place: true,
        ..destroy()
    };
    let (_, pasted) = broad(&stage).await;
    stage
        .fault("PUT", VALUE, json!({ "kind": "status", "status": 500 }))
        .await;
    let rotation = rotate(&stage, id, &pasted, wish.clone())
        .await
        .expect("it begins");
    assert_eq!(
        rotation.state,
        RotationState::Stopped,
        "the old value works, so nothing happened: {rotation:#?}"
    );
    stage.tell("/reset", &json!({})).await;
    stage
        .fault("PUT", VALUE, json!({ "kind": "reset-after" }))
        .await;
    let rotation = rotate(&stage, id, &pasted, wish).await.expect("it begins");
    assert_eq!(rotation.state, RotationState::ValueLost, "{rotation:#?}");
    assert_eq!(rotation.new_token, None);
    stage.tell("/reset", &json!({})).await;
    let mended = rotate(&stage, id, &pasted, destroy())
        .await
        .expect("the pasted token was left for it");
    assert_eq!(mended.state, RotationState::Rotated, "{mended:#?}");
    assert_eq!(token(&stage, &before.token_id).await, None);
}

#[tokio::test]
async fn a_rolled_value_that_the_platform_did_not_take_is_delivered_later() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    stage
        .fault(
            "PUT",
            CONNECTION,
            json!({ "kind": "status", "status": 500 }),
        )
        .await;
    let wish = RotationChoices {
        in_place: true,
        ..destroy()
    };
    let rotation = rotate(&stage, id, &broad(&stage).await.1, wish)
        .await
        .expect("it begins");
    assert_eq!(rotation.state, RotationState::Undelivered);
    assert!(rotation.stands.iter().any(|line| line.contains("fails")));
    stage.tell("/reset", &json!({})).await;
    let card = redeliver(&stage.app, id).await.expect("it is back");
    assert_eq!(card.delivery, Delivery::Accepted);
}

#[tokio::test]
async fn a_pending_rotation_is_undone_only_where_the_platform_does_not_hold_the_new_token() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    let id = before.connection_id.as_str();
    // It refused: the new token can go.
    stage
        .fault(
            "PUT",
            CONNECTION,
            json!({ "kind": "status", "status": 500 }),
        )
        .await;
    let (_, again) = broad(&stage).await;
    let rotation = rotate(&stage, id, &broad(&stage).await.1, destroy())
        .await
        .expect("it begins");
    stage.tell("/reset", &json!({})).await;
    let walk = Rotate::begin(&stage.app, id, None);
    assert_eq!(
        walk.err().map(|problem| problem.code).as_deref(),
        Some("rotation-open")
    );
    let walk = Approach::about(&stage.app, id);
    let mut walk = walk.expect("resume walks about it all the same");
    stage.inspect(&mut walk, &again).await.expect("good");
    undo_rotation(&walk, &rotation.run).await.expect("undone");
    assert_eq!(stage.ours().await.len(), 1, "only the old token is left");
    assert!(open_rotations(&stage.app, id).expect("records").is_empty());

    // It took the new token, and the answers were lost: then only finishing is safe.
    stage
        .fault("*", CONNECTION, json!({ "kind": "reset-after" }))
        .await;
    let rotation = rotate(&stage, id, &broad(&stage).await.1, destroy())
        .await
        .expect("it begins");
    assert_eq!(rotation.state, RotationState::Pending, "{rotation:#?}");
    stage.tell("/reset", &json!({})).await;
    let refused = undo_rotation(&walk, &rotation.run).await;
    let code = refused.map_err(|problem| golden::listed(problem).code);
    assert_eq!(code.err().as_deref(), Some("rotation-too-late"));
    let told = finish_rotation_with(&walk, &rotation.run)
        .await
        .expect("finished");
    assert_eq!(told.state, RotationState::Rotated, "{told:#?}");
    assert_ne!(known(&stage, id).token_id, before.token_id);
}

#[tokio::test]
async fn several_connections_share_one_pasted_token_and_those_it_cannot_serve_are_told() {
    let stage = Stage::with(Options {
        accounts: 3,
        ..Options::default()
    })
    .await;
    let mut walk = stage.walk().await;
    let seen = stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await
        .expect("good");
    drop(walk);
    let home = &stage.face.account_id;
    let others = seen.accounts.iter().filter(|account| account.id != *home);
    let mut before = Vec::new();
    for account in others {
        let choices = Choices {
            account: Some(account.id.clone()),
            ..Choices::default()
        };
        before.push(connect(&stage, &stage.face.broad_token, choices).await);
    }
    let own = connect(
        &stage,
        &stage.face.broad_account_token,
        Choices {
            account: Some(home.clone()),
            ..Choices::default()
        },
    )
    .await;

    let mut several = Several::begin(&stage.app).expect("it begins");
    for walk in several.walks() {
        assert_eq!(walk.approach.prepare().await.problems, vec![]);
    }
    several
        .paste(&Secret::new(stage.face.broad_token.clone()))
        .expect("a token");
    several.inspect().await.expect("good");
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let told = several
        .rotate(&destroy(), Some(sender), &CancellationToken::new())
        .await
        .expect("it goes");
    let summary = told.summary;
    assert_eq!(
        (summary.of, summary.rotated, summary.skipped),
        (3, 2, 1),
        "{told:#?}"
    );
    assert_eq!(told.skipped[0].connection_id, own.connection_id);
    assert_eq!(told.skipped[0].problem.code, "rotation-other-kind");
    assert_eq!(
        known(&stage, &own.connection_id).token_id,
        own.token_id,
        "nothing of it was touched"
    );
    for (rotation, before) in told.rotations.iter().zip(&before) {
        assert_eq!(rotation.connection_id, before.connection_id, "oldest first");
        assert_eq!(rotation.state, RotationState::Rotated);
        assert_eq!(rotation.stands, [""; 0], "the pasted token is told once");
        assert_ne!(
            known(&stage, &before.connection_id).token_id,
            before.token_id
        );
    }
    assert_eq!(
        told.broad.map(|broad| broad.state),
        Some(BroadState::Refused)
    );
    let mut seen = Vec::new();
    while let Ok(line) = receiver.try_recv() {
        seen.push((line.number, line.of));
    }
    seen.dedup();
    assert_eq!(seen, [(1, 3), (2, 3)], "progress says which of how many");
    assert_eq!(stage.app.record.unfinished().expect("records").len(), 0);
}

#[tokio::test]
async fn what_several_rotations_would_do_is_shown_for_each_before_anything_is_made() {
    let stage = Stage::with(Options {
        accounts: 2,
        ..Options::default()
    })
    .await;
    let home = Some(stage.face.account_id.clone());
    let in_home = |project: &str| Choices {
        account: home.clone(),
        project: Some(project.to_owned()),
        ..Choices::default()
    };
    let broad_token = &stage.face.broad_token;
    let same = connect(&stage, broad_token, in_home("one")).await;
    let changed = connect(&stage, broad_token, in_home("two")).await;
    let own = connect(&stage, &stage.face.broad_account_token, in_home("three")).await;
    // As if the profile had asked for more when this was connected.
    let mut was = known(&stage, &changed.connection_id);
    let resource = format!("com.cloudflare.api.account.{}", was.account_id);
    was.policy = json!([
        { "group": "Pages Read", "scope": "account", "resource": resource },
        { "group": "Pages Write", "scope": "account", "resource": resource },
    ]);
    stage.app.record.put_connection(&was).expect("records");

    let mut several = Several::begin(&stage.app).expect("it begins");
    let ahead = several.prepare().await.expect("the vault keeps");
    let names: Vec<_> = ahead.ahead.iter().map(|one| &one.connection_id).collect();
    assert_eq!(
        names,
        [
            &same.connection_id,
            &changed.connection_id,
            &own.connection_id
        ],
        "oldest first"
    );
    assert!(ahead.ahead.iter().all(|one| !one.sign_in), "{ahead:#?}");
    let pages = several.token_pages().expect("pages");
    let kinds: Vec<_> = pages.iter().map(|page| page.kind).collect();
    assert_eq!(
        kinds,
        [TokenKind::User, TokenKind::Account],
        "one page for each kind of token that is to be replaced"
    );
    several
        .paste(&Secret::new(broad(&stage).await.1))
        .expect("a token");
    several.inspect().await.expect("good");
    let before = stage.ours().await;
    let preview = several.preview(&destroy()).await.expect("a preview");
    let differs: Vec<_> = preview
        .planned
        .iter()
        .map(|one| (&one.connection_id, one.preview.differs))
        .collect();
    assert_eq!(
        differs,
        [(&same.connection_id, false), (&changed.connection_id, true)]
    );
    let left_out: Vec<_> = preview
        .skipped
        .iter()
        .map(|one| (&one.connection_id, one.problem.code.as_str()))
        .collect();
    assert_eq!(left_out, [(&own.connection_id, "rotation-other-kind")]);
    assert_eq!(stage.ours().await, before, "nothing was made");

    let told = several
        .rotate(&destroy(), None, &CancellationToken::new())
        .await
        .expect("it goes");
    assert_eq!((told.summary.rotated, told.summary.skipped), (2, 1));
}

#[tokio::test]
async fn a_connection_whose_platform_is_silent_is_set_aside_before_anything_is_pasted() {
    let stage = Stage::new().await;
    let before = connected(&stage).await;
    stage
        .fault("*", "/v1/**", json!({ "kind": "reset-before" }))
        .await;
    let mut several = Several::begin(&stage.app).expect("it begins");
    let ahead = several.prepare().await.expect("the vault keeps");
    assert_eq!(ahead.ahead, vec![], "nothing is ahead");
    let reasons: Vec<_> = ahead.skipped.iter().map(|one| &one.connection_id).collect();
    assert_eq!(reasons, [&before.connection_id], "and the reason is told");
}
