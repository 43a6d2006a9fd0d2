//! Disconnect: three truths, each for itself.

use narrows_core::disconnect::Disconnect;
use narrows_core::problem::Problem;
use narrows_core::resume::{Resuming, left_over, retry};
use narrows_core::run::token_list_of;
use narrows_core::secret::Secret;
use narrows_core::story::{
    BroadState, BroadWish, Choices, Connected, Disconnected, Ending, FactAbout, FactState,
    Farewell, Outcome, Progress, Resume, Step, StepState, Truth, TruthState,
};
use narrows_core::vault::Item;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::golden;
use crate::ledger::{balanced, held, made, works};
use crate::program::{PASSPHRASE, Program, SEALED};
use crate::stage::{Stage, destroy};

/// A connection that was just made.
async fn connected(stage: &Stage) -> Box<Connected> {
    match stage.connect(&stage.face.broad_token, destroy()).await {
        Ok(Outcome::Connected(result)) => result,
        other => panic!("connect did not come through: {other:#?}"),
    }
}

/// A one-time token beside the sandbox's own.
pub(crate) async fn another_broad(stage: &Stage) -> String {
    let body = json!({ "kind": "user", "name": "another", "groups": ["API Tokens Write", "Account Settings Read"] });
    stage.make_token(body).await.1
}

use TruthState::{Deleted, Forgotten, Kept, Open, Queued, Revoked};

fn item(result: &Connected) -> Item {
    Item::Token {
        connection: result.connection_id.clone(),
        token: result.token_id.clone(),
    }
}

pub(crate) async fn disconnect(
    stage: &Stage,
    id: &str,
    broad: Option<&str>,
    farewell: Farewell,
) -> Result<Disconnected, Problem> {
    let mut walk = Disconnect::begin(&stage.app, id).map_err(golden::listed)?;
    if let Some(broad) = broad {
        walk.approach
            .paste(Secret::new(broad.to_owned()))
            .map_err(golden::listed)?;
        walk.approach.inspect(None).await.map_err(golden::listed)?;
    }
    walk.disconnect(&farewell, None)
        .await
        .map_err(golden::listed)
}

pub(crate) fn states(ended: &Disconnected) -> [TruthState; 3] {
    let truths = &ended.truths;
    [&truths.platform, &truths.local, &truths.cloudflare].map(|truth: &Truth| truth.state)
}

pub(crate) fn revoking() -> Farewell {
    Farewell {
        broad: BroadWish::Destroy,
        forget: false,
    }
}

#[tokio::test]
async fn with_a_broad_token_all_three_are_done_and_proved() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let broad = another_broad(&stage).await;
    let ended = disconnect(&stage, &result.connection_id, Some(&broad), revoking())
        .await
        .expect("it ends");
    assert_eq!(states(&ended), [Deleted, Forgotten, Revoked], "{ended:#?}");
    assert!(!ended.open);
    assert_eq!(
        ended.broad.as_ref().map(|broad| broad.state),
        Some(BroadState::Refused),
        "the one-time token is gone too"
    );
    assert!(ended.sites.contains("stay up"), "{}", ended.sites);
    assert_eq!(made(&stage).await, Vec::<serde_json::Value>::new());
    assert_eq!(held(&stage, &stage.app).await, Vec::<String>::new());
    let kept = stage
        .app
        .vault()
        .get(&item(&result))
        .await
        .expect("the vault");
    assert!(kept.is_none(), "no value stays behind");
    assert_eq!(balanced(&stage, &stage.app, "afterwards").await, vec![]);
}

#[tokio::test]
async fn without_one_cloudflare_stays_open_until_the_token_is_seen_refused() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let ended = disconnect(&stage, &result.connection_id, None, Farewell::default())
        .await
        .expect("it ends");
    assert_eq!(states(&ended), [Deleted, Kept, Open], "{ended:#?}");
    assert!(ended.open);
    assert_eq!(
        ended.token_name, result.token_name,
        "it can be found by its name"
    );
    assert!(
        ended.token_list.contains("api-tokens"),
        "{}",
        ended.token_list
    );
    assert!(
        works(&stage, &stage.app, &item(&result)).await,
        "the value stays to ask with"
    );
    let left = balanced(&stage, &stage.app, "open").await;
    assert_eq!(left.len(), 1, "it is shown as open: {left:#?}");
    assert_eq!(retry(&stage.app).await, Ok(1), "asking does not close it");

    // The person deletes it in the dashboard.
    let broad = another_broad(&stage).await;
    let delete = format!(
        "{}/user/tokens/{}",
        stage.face.cloudflare_api, result.token_id
    );
    let answer = crate::stage::client()
        .delete(delete)
        .bearer_auth(broad)
        .send()
        .await;
    assert!(answer.expect("an answer").status().is_success());
    assert_eq!(
        retry(&stage.app).await,
        Ok(0),
        "a later check sees it refused"
    );
    assert_eq!(balanced(&stage, &stage.app, "closed").await, vec![]);
    let kept = stage
        .app
        .vault()
        .get(&item(&result))
        .await
        .expect("the vault");
    assert!(kept.is_none(), "and then the value is forgotten");
}

#[tokio::test]
async fn a_platform_that_is_down_is_told_later() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    stage
        .fault("*", "/v1/**", json!({ "kind": "reset-before" }))
        .await;
    let broad = another_broad(&stage).await;
    let ended = disconnect(&stage, &result.connection_id, Some(&broad), revoking())
        .await
        .expect("it ends");
    assert_eq!(states(&ended), [Queued, Forgotten, Revoked], "{ended:#?}");
    let left = left_over(&stage.app).await.expect("records");
    assert_eq!(left.len(), 1, "it is shown");
    assert_eq!(retry(&stage.app).await, Ok(1), "and tried again in vain");
    stage.tell("/faults", &json!({ "faults": [] })).await;
    assert_eq!(retry(&stage.app).await, Ok(0), "until the platform answers");
    assert_eq!(held(&stage, &stage.app).await, Vec::<String>::new());
    assert_eq!(balanced(&stage, &stage.app, "afterwards").await, vec![]);
}

#[tokio::test]
async fn a_lost_answer_of_the_platform_is_asked_again_and_what_it_does_not_have_is_deleted() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let fault = json!({ "kind": "reset-after", "times": 1 });
    stage.fault("DELETE", "/v1/connections/{}", fault).await;
    let ended = disconnect(&stage, &result.connection_id, None, Farewell::default())
        .await
        .expect("it ends");
    assert_eq!(
        ended.truths.platform.state,
        TruthState::Queued,
        "{ended:#?}"
    );
    retry(&stage.app).await.expect("it is tried again");
    let left = left_over(&stage.app).await.expect("records");
    let fact = left[0]
        .facts
        .iter()
        .find(|fact| fact.about == FactAbout::Platform);
    assert_eq!(
        fact.map(|fact| fact.state),
        Some(FactState::Gone),
        "it has no such connection, which is as good as deleted: {left:#?}"
    );
}

#[tokio::test]
async fn who_insists_forgets_everything_here_and_is_told_what_stays() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let farewell = Farewell {
        forget: true,
        ..Farewell::default()
    };
    let ended = disconnect(&stage, &result.connection_id, None, farewell)
        .await
        .expect("it ends");
    assert_eq!(ended.truths.local.state, TruthState::Forgotten);
    assert_eq!(
        ended.truths.cloudflare.state,
        TruthState::Open,
        "nothing is glossed over"
    );
    assert!(!ended.open, "nothing more can be checked from here");
    assert_eq!(left_over(&stage.app).await.expect("records"), vec![]);
}

#[tokio::test]
async fn a_disconnect_that_is_open_can_be_taken_back_while_its_token_lives() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let ended = disconnect(&stage, &result.connection_id, None, Farewell::default())
        .await
        .expect("it ends");
    let mut walk = Resuming::begin(&stage.app, &ended.run).expect("it is open");
    let wish = Resume {
        ending: Ending::Undo,
        broad: BroadWish::Unsaid,
        forget: false,
    };
    let settled = walk.settle(wish, None).await.expect("it is taken back");
    assert!(settled.ended, "{settled:#?}");
    let card = settled.connection.expect("a connection");
    assert!(
        card.receipt_code.is_some(),
        "the platform holds the token again"
    );
    assert_eq!(balanced(&stage, &stage.app, "afterwards").await, vec![]);
    assert_eq!(
        held(&stage, &stage.app).await,
        [result.connection_id.as_str()]
    );
}

#[tokio::test]
async fn a_disconnect_that_is_open_is_not_taken_back_once_another_connection_is_there() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let ended = disconnect(&stage, &result.connection_id, None, Farewell::default())
        .await
        .expect("it ends");
    let broad = another_broad(&stage).await;
    let again = stage.connect(&broad, destroy()).await.expect("good");
    let Outcome::Connected(again) = again else {
        panic!("the platform has room again: {again:#?}");
    };
    let left = left_over(&stage.app).await.expect("records").remove(0);
    assert!(
        left.undo.is_none() && left.finish.is_some(),
        "the platform has room for one of them: {left:#?}"
    );
    let mut walk = Resuming::begin(&stage.app, &ended.run).expect("it is open");
    let wish = Resume {
        ending: Ending::Undo,
        broad: BroadWish::Unsaid,
        forget: false,
    };
    let refused = walk.settle(wish, None).await.map_err(golden::listed);
    assert_eq!(
        refused.expect_err("not offered").code,
        "already-connected",
        "and who asks for it all the same is told why"
    );
    assert_eq!(
        held(&stage, &stage.app).await,
        [again.connection_id.as_str()],
        "the one in use stays as it is"
    );
}

#[tokio::test]
async fn the_token_of_somebody_else_is_refused_before_anything_is_deleted() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let broad = stage.face.broad_account_token.clone();
    let refused = disconnect(&stage, &result.connection_id, Some(&broad), revoking()).await;
    assert_eq!(
        refused.expect_err("an account token").code,
        "wrong-token-kind"
    );
    assert_eq!(
        held(&stage, &stage.app).await,
        [result.connection_id.as_str()]
    );
    assert_eq!(balanced(&stage, &stage.app, "afterwards").await, vec![]);
}

#[tokio::test]
async fn a_second_disconnect_goes_on_with_the_first() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    // Cut off in the middle of telling the platform.
    stage
        .fault(
            "DELETE",
            "/v1/connections/{}",
            json!({ "kind": "delay", "ms": 60_000 }),
        )
        .await;
    let app = stage.app.clone();
    let id = result.connection_id.clone();
    let running = tokio::spawn(async move {
        let mut walk = Disconnect::begin(&app, &id).expect("a walk");
        walk.disconnect(&Farewell::default(), None).await
    });
    stage.reaches("DELETE /v1/connections").await;
    running.abort();
    assert!(running.await.is_err(), "it was cut off");
    stage.tell("/faults", &json!({ "faults": [] })).await;
    assert_eq!(
        stage.app.record.connections().expect("records").len(),
        1,
        "it is still in the list"
    );
    let broad = another_broad(&stage).await;
    let ended = disconnect(&stage, &result.connection_id, Some(&broad), revoking())
        .await
        .expect("it ends");
    assert!(!ended.open, "{ended:#?}");
    assert_eq!(balanced(&stage, &stage.app, "afterwards").await, vec![]);
}

#[tokio::test]
async fn the_command_line_prints_one_object_with_three_truths() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let made_one = narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await
        .result();
    let id = made_one["connection_id"].as_str().expect("an id");
    let mut line = vec!["disconnect", id, "--no-revoke", "--json"];
    line.extend(SEALED);
    let ran = narrows.run(&line, format!("{PASSPHRASE}\n")).await;
    assert_eq!(ran.exit, Some(1), "something needs the person: {ran:?}");
    let ended = ran.object();
    for (side, state) in [
        ("platform", "deleted"),
        ("local", "kept"),
        ("cloudflare", "open"),
    ] {
        assert_eq!(ended[side]["state"], state, "{ended:#}");
        assert!(ended[side]["sentence"].is_string(), "{ended:#}");
        assert_eq!(
            ended[side]["at"].is_string(),
            state == "deleted",
            "{ended:#}"
        );
    }
    let run = ended["run"].as_str().expect("a run");
    let broad = another_broad(&stage).await;
    let mut line = vec!["resume", run, "--finish", "--json"];
    line.extend(SEALED);
    let ran = narrows.run(&line, format!("{PASSPHRASE}\n{broad}\n")).await;
    let settled = ran.result();
    assert_eq!(settled["ended"], true, "{settled:#}");
    assert_eq!(
        settled["truths"]["cloudflare"]["state"], "revoked",
        "{settled:#}"
    );
    let mut line = vec!["resume", "--json"];
    line.extend(SEALED);
    let ran = narrows.run(&line, format!("{PASSPHRASE}\n")).await;
    assert_eq!(ran.result()["unfinished"], json!([]));

    let mut line = vec!["disconnect", id, "--no-revoke", "--json"];
    line.extend(SEALED);
    let ran = narrows.run(&line, format!("{PASSPHRASE}\n")).await;
    assert_eq!(ran.error(), "connection-unknown");
}

/// What was told of a run that has ended: the steps and what became of each.
fn heard(mut lines: UnboundedReceiver<Progress>) -> Vec<(Step, StepState)> {
    std::iter::from_fn(|| lines.try_recv().ok())
        .map(|line| (line.step, line.state))
        .collect()
}

#[tokio::test]
async fn each_side_of_an_end_is_told_as_it_is_done() {
    use StepState::{Began, Done, Warned};
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let mut walk = Disconnect::begin(&stage.app, &result.connection_id).expect("a walk");
    let (sender, lines) = unbounded_channel();
    let open = walk
        .disconnect(&Farewell::default(), Some(sender))
        .await
        .expect("it ends");
    assert_eq!(
        heard(lines),
        [
            (Step::Platform, Began),
            (Step::Platform, Done),
            (Step::Cloudflare, Began),
            (Step::Cloudflare, Warned),
            (Step::Local, Began),
            (Step::Local, Warned),
        ],
        "without a one-time token two sides stay open"
    );
    drop(walk);

    let mut walk = Resuming::begin(&stage.app, &open.run).expect("the run is open");
    walk.approach
        .paste(Secret::new(another_broad(&stage).await))
        .expect("a token");
    walk.approach.inspect(None).await.expect("good");
    let (sender, lines) = unbounded_channel();
    let wish = Resume {
        ending: Ending::Finish,
        broad: BroadWish::Destroy,
        forget: false,
    };
    assert!(
        walk.settle(wish, Some(sender))
            .await
            .expect("it ends")
            .ended
    );
    let told = heard(lines);
    let done: Vec<_> = told.iter().filter(|(_, state)| *state == Done).collect();
    assert_eq!(
        done,
        [
            &(Step::Platform, Done),
            &(Step::Cloudflare, Done),
            &(Step::Local, Done),
            &(Step::Destroy, Done),
        ],
        "and then every side, and the one-time token: {told:?}"
    );
}

#[tokio::test]
async fn whoever_keeps_a_connection_after_all_hears_that_it_is_delivered_again() {
    let stage = Stage::new().await;
    let result = connected(&stage).await;
    let open = disconnect(&stage, &result.connection_id, None, Farewell::default())
        .await
        .expect("it ends");
    let mut walk = Resuming::begin(&stage.app, &open.run).expect("the run is open");
    let (sender, lines) = unbounded_channel();
    let wish = Resume {
        ending: Ending::Undo,
        broad: BroadWish::Unsaid,
        forget: false,
    };
    walk.settle(wish, Some(sender)).await.expect("it is kept");
    assert_eq!(
        heard(lines),
        [
            (Step::Cloudflare, StepState::Began),
            (Step::Cloudflare, StepState::Done),
            (Step::Deliver, StepState::Began),
            (Step::Deliver, StepState::Done),
        ]
    );
}

#[tokio::test]
async fn a_person_reads_each_side_on_standard_error_while_it_is_done() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let ran = narrows.connect(&stage.face.broad_token, &["--json"]);
    let made_one = ran.ends().await.result();
    let id = made_one["connection_id"].as_str().expect("an id");
    let broad = another_broad(&stage).await;
    let mut line = vec!["disconnect", id];
    line.extend(SEALED);
    let ran = narrows.run(&line, format!("{PASSPHRASE}\n{broad}\n")).await;
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    for side in ["Platform", "Cloudflare", "Here", "Destroy"] {
        let lines = ran.stderr.lines().filter(|line| line.starts_with(side));
        assert_eq!(lines.count(), 1, "{side} is told once:\n{}", ran.stderr);
    }
}

#[tokio::test]
async fn the_list_of_tokens_is_that_of_whoever_owns_the_token() {
    let stage = Stage::new().await;
    let account = stage.face.account_id.clone();
    let dashboard = stage.face.dashboard.clone();
    for (broad, list) in [
        (&stage.face.broad_token, "/profile/api-tokens".to_owned()),
        (
            &stage.face.broad_account_token,
            format!("/{account}/api-tokens"),
        ),
    ] {
        let choices = Choices {
            account: Some(account.clone()),
            broad: BroadWish::Keep,
            ..Choices::default()
        };
        let Ok(Outcome::Connected(result)) = stage.connect(broad, choices).await else {
            panic!("connect did not come through");
        };
        let wanted = format!("{dashboard}{list}");
        let of = |id: &str| token_list_of(&stage.app, id).map_err(golden::listed);
        assert_eq!(of(&result.connection_id).as_ref(), Ok(&wanted));
        let open = disconnect(&stage, &result.connection_id, None, Farewell::default())
            .await
            .expect("it ends");
        assert_eq!(
            of(&open.run).as_ref(),
            Ok(&wanted),
            "once the connection is off the list, its run still tells"
        );
    }
    let unknown = token_list_of(&stage.app, "nothing").map_err(golden::listed);
    assert!(unknown.is_err(), "nothing is opened for nobody");
}
