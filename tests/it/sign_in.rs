//! The session at the platform over a long run, several processes and a vault that fails: never lost, never used twice.

use narrows_core::keep::vaults;
use narrows_core::resume::redeliver;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use narrows_core::platform::Session;
use narrows_core::problem::Next;
use narrows_core::run::App;
use narrows_core::secret::Secret;
use narrows_core::story::{Connected, Delivery, Outcome, Standing};
use narrows_core::vault::{Vault, VaultKind};
use narrows_core::watch::check;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::golden;
use crate::moody::{Act, Moody};
use crate::program::{PASSPHRASE, Program, SEALED};
use crate::secrecy::session;
use crate::stage::{Stage, destroy, until};

const CONNECTION: &str = "/v1/connections/{}";
const TOKEN: &str = "POST /oauth/token";

/// What the platform answers to a session that it does not know.
fn not_signed_in() -> Value {
    json!({ "kind": "status", "status": 401, "body": {
        "type": "urn:narrows:problem:not-signed-in",
        "title": "Not signed in",
        "status": 401,
        "detail": "The access token is unknown, expired or revoked.",
        "code": "not-signed-in",
    } })
}

async fn count(stage: &Stage, call: &str) -> usize {
    let requests = stage.requests().await;
    requests
        .iter()
        .filter(|line| line.starts_with(call))
        .count()
}

async fn connected(stage: &Stage) -> Connected {
    match stage.connect(&stage.face.broad_token, destroy()).await {
        Ok(Outcome::Connected(result)) => *result,
        other => panic!("connect did not come through: {other:#?}"),
    }
}

/// A clock by which every session has lapsed.
fn later() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(2)
}

async fn is_fine(app: &App, why: &str) {
    let checked = check(app, None).await.expect("a check");
    assert_eq!(
        checked[0].watch.standing,
        Standing::Fine,
        "{why}: {checked:#?}"
    );
}

#[tokio::test]
async fn a_session_that_might_lapse_before_the_delivery_is_renewed_before_anything_is_made() {
    static AHEAD: AtomicI64 = AtomicI64::new(0);
    let mut stage = Stage::new().await;
    stage.app.now = || Timestamp::now() + SignedDuration::from_mins(AHEAD.load(Ordering::SeqCst));
    let mut walk = stage.walk().await;
    // Making the token in the dashboard took the person most of the hour that the session lasts.
    AHEAD.store(57, Ordering::SeqCst);
    stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await
        .expect("the token is good");
    let outcome = walk
        .connect(&destroy(), None, &CancellationToken::new())
        .await;
    assert!(matches!(outcome, Outcome::Connected(_)), "{outcome:#?}");
    let requests = stage.requests().await;
    let last = |call: &str| requests.iter().rposition(|line| line == call);
    assert!(
        last(TOKEN) > last("GET /v1/me"),
        "it was renewed after it was last looked at: {requests:#?}"
    );
    assert!(
        last(TOKEN) < last("POST /client/v4/user/tokens"),
        "and before the mint: {requests:#?}"
    );
}

#[tokio::test]
async fn a_session_that_ends_under_way_is_renewed_once_and_the_token_is_delivered() {
    let stage = Stage::new().await;
    let mut fault = not_signed_in();
    fault["times"] = 1.into();
    stage.fault("PUT", CONNECTION, fault).await;
    let result = connected(&stage).await;
    assert_eq!(result.delivery, Delivery::Accepted);
    assert_eq!(count(&stage, "PUT /v1/connections/").await, 2);
}

#[tokio::test]
async fn a_sign_in_that_ended_under_way_leaves_the_token_kept_and_is_no_refusal() {
    let stage = Stage::new().await;
    let mut walk = stage.walk().await;
    stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await
        .expect("the token is good");
    let mut put = not_signed_in();
    (put["method"], put["path"]) = ("PUT".into(), CONNECTION.into());
    let renewal = json!({ "method": "POST", "path": "/oauth/token", "kind": "status", "status": 400,
        "body": { "error": "invalid_grant" } });
    stage
        .tell("/faults", &json!({ "faults": [put, renewal] }))
        .await;
    let outcome = walk
        .connect(&destroy(), None, &CancellationToken::new())
        .await;
    let Outcome::Pending(pending) = outcome else {
        panic!("the platform never took it: {outcome:#?}");
    };
    let problem = golden::listed(pending.problem);
    assert_eq!(
        (problem.code.as_str(), problem.next),
        ("not-signed-in", Next::DeliverAgain)
    );
    assert_eq!(
        pending.result.delivery,
        Delivery::Unknown,
        "nobody said a word against the token"
    );
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let card = redeliver(&stage.app, &pending.result.connection_id)
        .await
        .expect("it is delivered once somebody is signed in");
    assert_eq!(card.delivery, Delivery::Accepted);
}

#[tokio::test]
async fn a_session_that_lapsed_is_renewed_by_one_process_and_used_by_all() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await
        .result();
    let vault = Vault::file(
        narrows.folder().join("vault.narrows"),
        Secret::new(PASSPHRASE.to_owned()),
    )
    .await
    .expect("opens");
    let item = session(&stage.face);
    let kept = vault.get(&item).await.expect("reads").expect("a session");
    let lapsed = Session {
        expires_on: Some(Timestamp::now() - SignedDuration::from_mins(1)),
        ..Session::from_secret(&kept).expect("a session")
    };
    let lapsed = lapsed.to_secret().expect("text");
    vault.put(&item, &lapsed).await.expect("keeps");
    // Slow enough that all of them find it lapsed.
    let slow = json!({ "kind": "delay", "ms": 1500 });
    stage.fault("POST", "/oauth/token", slow).await;
    let before = count(&stage, TOKEN).await;

    let mut line = vec!["status", "--check", "--json"];
    line.extend(SEALED);
    let checks: Vec<_> = (0..3).map(|_| narrows.start(&line, PASSPHRASE)).collect();
    for check in checks {
        let told = check.ends().await.result();
        assert_eq!(
            told["watch"][0]["watch"]["standing"], "fine",
            "nobody is signed out by another process: {told:#}"
        );
    }
    assert_eq!(
        count(&stage, TOKEN).await - before,
        1,
        "used twice, a refresh token ends the sign-in"
    );
}

#[tokio::test]
async fn a_renewal_that_nobody_waits_for_any_more_still_reaches_the_vault() {
    let mut stage = Stage::new().await;
    connected(&stage).await;
    stage.app.now = later;
    let item = session(&stage.face);
    let before = stage.app.vault().get(&item).await.expect("reads");
    let before = before.expect("a session");
    let sent = count(&stage, TOKEN).await;
    let slow = json!({ "kind": "delay", "ms": 800 });
    stage.fault("POST", "/oauth/token", slow).await;
    let dropped = tokio::select! {
        _ = check(&stage.app, None) => false,
        () = until(async || count(&stage, TOKEN).await > sent, "the renewal") => true,
    };
    assert!(dropped, "it is left while the platform is renewing");
    let kept = async || {
        let kept = stage.app.vault().get(&item).await.expect("reads");
        !kept.expect("a session").same_as(&before)
    };
    until(kept, "the new session in the vault").await;
    is_fine(&stage.app, "the person is still signed in").await;
}

#[tokio::test]
async fn a_renewed_session_that_cannot_be_kept_is_used_and_kept_later() {
    let mut stage = Stage::new().await;
    let moody = Moody::default();
    stage.app.use_vault(moody.vault());
    connected(&stage).await;
    stage.app.now = later;
    moody.refuse(Act::Put, "session");
    is_fine(&stage.app, "it is the only good one").await;
    is_fine(&stage.app, "and stays in memory").await;
    moody.calm();
    is_fine(&stage.app, "until it can be kept").await;

    // Another start has nothing but the vault.
    let mut again = crate::stage::app(&stage.face, stage.home.path());
    again.use_vault(moody.vault());
    again.now = later;
    is_fine(&again, "which has the newest one").await;
}

#[tokio::test]
async fn nothing_moves_between_the_vaults_while_a_session_is_renewed() {
    let mut stage = Stage::new().await;
    connected(&stage).await;
    stage.app.now = later;
    let sent = count(&stage, TOKEN).await;
    let slow = json!({ "kind": "delay", "ms": 1500 });
    stage.fault("POST", "/oauth/token", slow).await;
    let app = stage.app.clone();
    let checking = tokio::spawn(async move { check(&app, None).await });
    until(
        async || count(&stage, TOKEN).await > sent,
        "the renewal is under way",
    )
    .await;
    let passphrase = || Some(Secret::new(PASSPHRASE.to_owned()));
    let refused = vaults::move_vault(&stage.app, VaultKind::File, passphrase())
        .await
        .expect_err("a spent session would be moved, and the fresh one left behind");
    assert_eq!(golden::listed(refused).code, "run-open");
    checking.await.expect("ends").expect("a check");
    vaults::move_vault(&stage.app, VaultKind::File, passphrase())
        .await
        .expect("then it moves");
    is_fine(&stage.app, "with the session that works").await;
    assert!(
        stage.home.path().join("vault.narrows").exists(),
        "and it is the file's"
    );
}
