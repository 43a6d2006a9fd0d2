//! Connect as a whole, against the sandbox.

use narrows_core::cloudflare::TokenKind;
use narrows_core::secret::Secret;
use narrows_core::story::{BroadState, BroadWish, Choices, Delivery, Outcome, Step, StepState};
use narrows_core::vault::Item;
use narrows_sandbox::Options;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::stage::{Stage, destroy};

fn connected(outcome: Outcome) -> narrows_core::story::Connected {
    match outcome {
        Outcome::Connected(result) => *result,
        other => panic!("connect did not come through: {other:#?}"),
    }
}

#[tokio::test]
async fn a_user_token_becomes_a_proved_delivered_and_kept_narrow_one() {
    let stage = Stage::slow().await;
    let outcome = stage
        .connect(&stage.face.broad_token, destroy())
        .await
        .expect("the token is good");
    let result = connected(outcome);

    assert_eq!(
        result.granted, result.requested,
        "granted is what was asked, as sets"
    );
    assert_eq!(
        result.granted.len(),
        1,
        "Pages Write on one account, and nothing else"
    );
    assert_eq!(
        (result.can.proved, result.can.of),
        (1, 1),
        "the real endpoint answered"
    );
    assert!(
        result.cannot.of >= 12 && result.cannot.proved == result.cannot.of,
        "{:?}",
        result.cannot
    );
    assert_eq!(
        result.token_kind,
        TokenKind::User,
        "a user token makes a user token"
    );
    assert_eq!(
        result.broad.state,
        BroadState::Refused,
        "{}",
        result.broad.sentence
    );
    assert_eq!(result.delivery, Delivery::Accepted);
    assert!(
        result.rounds <= 6,
        "{} rounds are more than agreed",
        result.rounds
    );

    let item = Item::Token {
        connection: result.connection_id.clone(),
        token: result.token_id.clone(),
    };
    let kept = stage
        .app
        .vault()
        .get(&item)
        .await
        .expect("the vault answers")
        .expect("the token is kept");
    assert_eq!(
        kept.fingerprint(),
        result.fingerprint,
        "what is kept is what was minted"
    );

    let tokens = stage.admin("/tokens").await;
    let held = tokens["tokens"]
        .as_array()
        .expect("tokens")
        .iter()
        .find(|token| token["id"] == result.token_id.as_str());
    assert!(
        held.is_some_and(|token| token["status"] == "active"),
        "the narrow token lives at Cloudflare"
    );
}

#[tokio::test]
async fn an_account_token_makes_an_account_token_in_no_more_than_six_rounds() {
    let stage = Stage::slow().await;
    let outcome = stage
        .connect(&stage.face.broad_account_token, destroy())
        .await
        .expect("the token is good");
    let result = connected(outcome);
    assert_eq!(result.token_kind, TokenKind::Account);
    assert_eq!(
        result.broad.state,
        BroadState::Refused,
        "{}",
        result.broad.sentence
    );
    assert!(
        result.rounds <= 6,
        "{} rounds are more than agreed",
        result.rounds
    );
    assert_eq!(result.cannot.proved, result.cannot.of);
}

#[tokio::test]
async fn a_global_second_account_is_shown_to_stay_closed() {
    let stage = Stage::with(Options {
        accounts: 3,
        ..Options::default()
    })
    .await;
    let choices = Choices {
        account: Some(stage.face.account_id.clone()),
        ..destroy()
    };
    let result = connected(
        stage
            .connect(&stage.face.broad_token, choices)
            .await
            .expect("the token is good"),
    );
    let other = result
        .checks
        .iter()
        .find(|check| check.what.contains("another account"));
    assert!(
        other.is_some_and(|check| check.proved),
        "the narrow token is refused on another account"
    );
}

#[tokio::test]
async fn several_accounts_need_a_choice_and_say_so() {
    let stage = Stage::with(Options {
        accounts: 3,
        ..Options::default()
    })
    .await;
    let outcome = stage
        .connect(&stage.face.broad_token, destroy())
        .await
        .expect("the token is good");
    let Outcome::Stopped(stopped) = outcome else {
        panic!("a choice was made for the person: {outcome:#?}")
    };
    assert_eq!(stopped.problem.code, "account-needed");
    assert_eq!(
        stage.ours().await,
        Vec::<String>::new(),
        "nothing was made before the choice"
    );
}

#[tokio::test]
async fn a_token_made_through_our_link_is_known_fused_and_destroyed_without_asking() {
    let stage = Stage::new().await;
    let mut walk = stage.walk().await;
    let pages = walk.approach.token_pages().expect("pages");
    let name = pages[0].token_name.clone();
    let (_, value) = stage
        .make_token(json!({ "kind": "user", "name": name, "groups": ["API Tokens Write", "Account Settings Read"] }))
        .await;
    let inspection = stage
        .inspect(&mut walk.approach, &value)
        .await
        .expect("the token is good");
    assert!(inspection.ours, "its name is the one our link gave");
    let result = connected(
        walk.connect(&Choices::default(), None, &CancellationToken::new())
            .await,
    );
    assert_eq!(
        result.broad.state,
        BroadState::Refused,
        "nothing had to be asked: {}",
        result.broad.sentence
    );
    let fused = stage
        .requests()
        .await
        .iter()
        .filter(|line| line.starts_with("PUT /client/v4/user/tokens/"))
        .count();
    assert_eq!(fused, 1, "the fuse was lit once");
    assert!(
        !stage.token_names().await.contains(&name),
        "it is gone from the list"
    );
}

#[tokio::test]
async fn a_token_that_the_customer_made_is_not_touched_unless_asked() {
    let stage = Stage::new().await;
    let result = connected(
        stage
            .connect(&stage.face.broad_token, Choices::default())
            .await
            .expect("good"),
    );
    assert_eq!(
        result.broad.state,
        BroadState::Kept,
        "{}",
        result.broad.sentence
    );
    let touched: Vec<String> = stage
        .requests()
        .await
        .into_iter()
        .filter(|line| line.starts_with("PUT /client") || line.starts_with("DELETE /client"))
        .collect();
    assert_eq!(touched, Vec::<String>::new(), "no fuse, no delete");
}

#[tokio::test]
async fn keep_broad_wins_over_our_own_link() {
    let stage = Stage::new().await;
    let choices = Choices {
        broad: BroadWish::Keep,
        ..Choices::default()
    };
    let result = connected(
        stage
            .connect(&stage.face.broad_token, choices)
            .await
            .expect("good"),
    );
    assert_eq!(result.broad.state, BroadState::Kept);
}

#[tokio::test]
async fn expiry_project_and_name_arrive_at_cloudflare_and_the_platform() {
    let stage = Stage::new().await;
    let choices = Choices {
        expires: Some("90d".to_owned()),
        project: Some("my-site".to_owned()),
        ..destroy()
    };
    let result = connected(
        stage
            .connect(&stage.face.broad_token, choices)
            .await
            .expect("good"),
    );
    assert_eq!(result.project.as_deref(), Some("my-site"));
    assert_eq!(
        result.project_exists,
        Some(false),
        "the sandbox has no such project yet"
    );
    let tokens = stage.admin("/tokens").await;
    let made = tokens["tokens"]
        .as_array()
        .expect("tokens")
        .iter()
        .find(|t| t["id"] == result.token_id.as_str())
        .cloned();
    let made = made.expect("the narrow token");
    assert_eq!(
        made["expires_on"].as_str(),
        result.expires_on.as_deref(),
        "the end that was shown is the real one"
    );
}

#[tokio::test]
async fn a_token_for_other_addresses_is_proved_by_its_policy_and_says_so() {
    let stage = Stage::new().await;
    let choices = Choices {
        allow_ip: vec!["203.0.113.7".to_owned()],
        ..destroy()
    };
    let outcome = stage
        .connect(&stage.face.broad_token, choices)
        .await
        .expect("good");
    let (Outcome::Connected(result), problem) = (match outcome {
        Outcome::Pending(pending) => (
            Outcome::Connected(Box::new(pending.result)),
            Some(pending.problem),
        ),
        other => (other, None),
    }) else {
        panic!("the run stopped");
    };
    assert_eq!(
        result.can.proved, 0,
        "it cannot be used from here, so nothing is claimed"
    );
    assert!(
        result
            .notices
            .iter()
            .any(|notice| notice.contains("addresses")),
        "{:?}",
        result.notices
    );
    // The sandbox's platform sits at this computer's address as well, so it may refuse; it must not be called proved.
    assert!(problem.is_none() || result.delivery != Delivery::Accepted);
}

#[tokio::test]
async fn a_slow_spread_is_waited_for_and_refusals_are_asked_again() {
    let stage = Stage::with(Options {
        propagation_ms: 3000,
        ..Options::default()
    })
    .await;
    let result = connected(
        stage
            .connect(&stage.face.broad_token, destroy())
            .await
            .expect("good"),
    );
    assert_eq!(
        (result.can.proved, result.cannot.proved),
        (result.can.of, result.cannot.of)
    );
    let asked = stage
        .requests()
        .await
        .iter()
        .filter(|line| line.ends_with("/workers/scripts"))
        .count();
    assert!(
        asked >= 2,
        "refusals from before the token was known prove nothing, so they are asked again"
    );
}

#[tokio::test]
async fn progress_tells_every_step_once_in_order() {
    let stage = Stage::new().await;
    let (_, told) = stage
        .connect_telling(&stage.face.broad_token, destroy())
        .await
        .expect("good");
    for step in [
        Step::Mint,
        Step::Keep,
        Step::Prove,
        Step::Deliver,
        Step::Destroy,
        Step::Record,
    ] {
        let done = told
            .iter()
            .filter(|line| line.step == step && line.state == StepState::Done)
            .count();
        assert_eq!(done, 1, "{step:?} is told to be done once: {told:#?}");
    }
    assert!(told.is_sorted_by_key(|line| line.at_ms), "times only grow");
}

#[tokio::test]
async fn a_cancelled_run_leaves_nothing_behind() {
    let stage = Stage::new().await;
    let mut walk = stage.walk().await;
    stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await
        .expect("good");
    let cancel = CancellationToken::new();
    cancel.cancel();
    let outcome = walk.connect(&destroy(), None, &cancel).await;
    let Outcome::Stopped(stopped) = outcome else {
        panic!("it went on: {outcome:#?}")
    };
    assert_eq!(stopped.problem.code, "cancelled");
    assert_eq!(stage.ours().await, Vec::<String>::new());
    assert_eq!(
        stage.app.record.unfinished().expect("records").len(),
        0,
        "a run that was stopped is not left open"
    );
}

#[tokio::test]
async fn a_profile_without_a_platform_skips_delivery_and_says_so() {
    let stage = Stage::new().await;
    let file = stage.home.path().join("own.toml");
    std::fs::write(&file, OWN_STACK).expect("a profile file");
    let profile =
        narrows_core::profile::Profile::load(&file.display().to_string()).expect("a sound profile");
    let mut walk =
        narrows_core::connect::Connect::begin(&stage.app, profile, None).expect("a walk");
    let prepared = walk.approach.prepare().await;
    assert!(!prepared.sign_in_needed, "there is nobody to sign in to");
    walk.approach
        .paste(Secret::new(stage.face.broad_token.clone()))
        .expect("a token");
    walk.approach.inspect(None).await.expect("good");
    let result = connected(
        walk.connect(&destroy(), None, &CancellationToken::new())
            .await,
    );
    assert_eq!(result.delivery, Delivery::Skipped);
    assert_eq!(result.receipt_code, None);
    assert_eq!(result.granted.len(), 2);
    assert_eq!(result.can.of, 2, "each permission has its own proof");
    let platform = stage
        .requests()
        .await
        .into_iter()
        .filter(|line| line.contains("/v1/"))
        .count();
    assert_eq!(platform, 0, "the platform was never spoken to");
}

const OWN_STACK: &str = include_str!("own-stack.toml");

#[tokio::test]
async fn two_runs_for_one_account_do_not_go_on_at_once() {
    let stage = Stage::new().await;
    let (mut first, mut second) = (stage.walk().await, stage.walk().await);
    for walk in [&mut first, &mut second] {
        let broad = &stage.face.broad_token;
        stage
            .inspect(&mut walk.approach, broad)
            .await
            .expect("a good token");
    }
    let cancel = CancellationToken::new();
    let choices = destroy();
    let (one, other) = tokio::join!(
        first.connect(&choices, None, &cancel),
        second.connect(&choices, None, &cancel)
    );
    connected(one);
    let Outcome::Stopped(stopped) = other else {
        panic!("the second must not make a token beside the first: {other:?}");
    };
    assert_eq!(stopped.problem.code, "run-open");
    assert_eq!(stopped.stands, Vec::<String>::new(), "it made nothing");
}
