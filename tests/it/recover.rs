//! Recover: a run that was cut off anywhere is shown as it is, and ends either way.

use std::path::Path;

use narrows_core::problem::Problem;
use narrows_core::record::RunKind;
use narrows_core::resume::{Resuming, left_over};
use narrows_core::run::App;
use narrows_core::secret::Secret;
use narrows_core::story::{
    BroadWish, Ending, FactAbout, FactState, LeftOver, Resume, Settled, TruthState,
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::disconnect::another_broad;
use crate::golden;
use crate::ledger::{balanced, held, made};
use crate::program::{PASSPHRASE, Program, SEALED};
use crate::stage::{self, Stage, destroy};

/// Starts a connect and cuts it off while Cloudflare or the platform answers this call.
pub(crate) async fn cut_at(stage: &Stage, method: &'static str, path: &'static str, nth: u32) {
    stage
        .fault(
            method,
            path,
            json!({ "kind": "delay", "ms": 600_000, "nth": nth }),
        )
        .await;
    let mut walk = stage.walk().await;
    let pasted = stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await;
    pasted.expect("good");
    let running = tokio::spawn(async move {
        walk.connect(&destroy(), None, &CancellationToken::new())
            .await
    });
    let call = path.split("{}").next().unwrap_or_default();
    stage.reaches(&format!("{method} {call}")).await;
    running.abort();
    assert!(running.await.is_err(), "it was cut off");
    stage.tell("/faults", &json!({ "faults": [] })).await;
}

async fn only(app: &App) -> LeftOver {
    let mut left = Box::pin(left_over(app)).await.expect("records");
    assert_eq!(left.len(), 1, "one run is left over: {left:#?}");
    left.remove(0)
}

fn state(left: &LeftOver, about: FactAbout) -> Option<FactState> {
    let fact = left.facts.iter().find(|fact| fact.about == about);
    fact.map(|fact| fact.state)
}

/// Ends a run, with a one-time token where one is given.
pub(crate) async fn settle(
    app: &App,
    run: &str,
    ending: Ending,
    broad: Option<&str>,
) -> Result<Settled, Problem> {
    let mut walk = Resuming::begin(app, run).map_err(golden::listed)?;
    if let Some(broad) = broad {
        walk.approach
            .paste(Secret::new(broad.to_owned()))
            .map_err(golden::listed)?;
        walk.approach.inspect(None).await.map_err(golden::listed)?;
    }
    let wish = Resume {
        ending,
        broad: BroadWish::Destroy,
        forget: false,
    };
    Box::pin(walk.settle(wish, None))
        .await
        .map_err(golden::listed)
}

/// Goes on with a run to the end that was wanted.
pub(crate) async fn finished(stage: &Stage, run: &str, broad: Option<&str>) -> Settled {
    settle(&stage.app, run, Ending::Finish, broad)
        .await
        .expect("it can be finished")
}

/// Takes back what a run did.
pub(crate) async fn undone(stage: &Stage, run: &str, broad: Option<&str>) -> Settled {
    settle(&stage.app, run, Ending::Undo, broad)
        .await
        .expect("it can be taken back")
}

const MINT: (&str, &str) = ("POST", "/client/v4/user/tokens");

#[tokio::test]
async fn a_token_whose_value_was_lost_is_found_by_its_name_and_deleted() {
    let stage = Stage::new().await;
    // It is made, and the answer never arrives.
    stage
        .fault(
            MINT.0,
            MINT.1,
            json!({ "kind": "slow-body", "ms": 600_000 }),
        )
        .await;
    let mut walk = stage.walk().await;
    stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await
        .expect("good");
    let running = tokio::spawn(async move {
        walk.connect(&destroy(), None, &CancellationToken::new())
            .await
    });
    stage::until(async || !made(&stage).await.is_empty(), "it is made").await;
    running.abort();
    assert!(running.await.is_err(), "it was cut off");
    stage.tell("/faults", &json!({ "faults": [] })).await;
    assert_eq!(made(&stage).await.len(), 1, "it exists");

    let left = only(&stage.app).await;
    assert_eq!(
        state(&left, FactAbout::Token),
        Some(FactState::Unknown),
        "{left:#?}"
    );
    assert_eq!(state(&left, FactAbout::Copy), Some(FactState::Gone));
    assert_eq!(
        left.finish, None,
        "a value that was never kept cannot be delivered"
    );
    let refused = settle(&stage.app, &left.run, Ending::Finish, None).await;
    assert_eq!(refused.expect_err("lost").code, "run-lost");

    let settled = undone(&stage, &left.run, None).await;
    assert!(
        !settled.ended,
        "without a one-time token nothing can be deleted: {settled:#?}"
    );
    let shown = only(&stage.app).await;
    assert_eq!(shown.finish, None, "it is being taken back");
    let broad = another_broad(&stage).await;
    let settled = undone(&stage, &left.run, Some(&broad)).await;
    assert!(settled.ended, "{settled:#?}");
    assert_eq!(balanced(&stage, &stage.app, "undone").await, vec![]);
    assert_eq!(made(&stage).await.len(), 0);
}

#[tokio::test]
async fn a_kept_token_is_proved_delivered_and_listed_without_the_broad_one() {
    let stage = Stage::new().await;
    cut_at(&stage, "GET", "/client/v4/accounts/{}/pages/projects", 1).await;
    let left = only(&stage.app).await;
    for (about, found) in [
        (FactAbout::Token, FactState::There),
        (FactAbout::Copy, FactState::There),
        (FactAbout::Platform, FactState::Gone),
        (FactAbout::PastedToken, FactState::Unknown),
    ] {
        assert_eq!(state(&left, about), Some(found), "{about:?}: {left:#?}");
    }
    let settled = finished(&stage, &left.run, None).await;
    assert!(settled.ended, "{settled:#?}");
    let card = settled.connection.expect("a connection");
    assert!(card.receipt_code.is_some(), "the platform holds it");
    assert!(
        card.broad_left.is_some(),
        "the pasted token still lives, and is named"
    );
    assert_eq!(balanced(&stage, &stage.app, "finished").await, vec![]);
}

#[tokio::test]
async fn a_kept_token_can_be_taken_back() {
    let stage = Stage::new().await;
    cut_at(&stage, "GET", "/client/v4/accounts/{}/pages/projects", 1).await;
    let left = only(&stage.app).await;
    let settled = undone(&stage, &left.run, None).await;
    let truths = settled.truths.expect("three truths");
    assert_eq!(
        truths.platform.state,
        TruthState::None,
        "it was never delivered"
    );
    assert_eq!(
        truths.local.state,
        TruthState::Kept,
        "the value stays to ask with"
    );
    assert_eq!(truths.cloudflare.state, TruthState::Open);
    balanced(&stage, &stage.app, "open").await;
    let broad = another_broad(&stage).await;
    let settled = undone(&stage, &left.run, Some(&broad)).await;
    assert!(settled.ended, "{settled:#?}");
    assert_eq!(balanced(&stage, &stage.app, "undone").await, vec![]);
    assert_eq!(made(&stage).await.len(), 0);
}

#[tokio::test]
async fn a_delivery_whose_answer_was_cut_off_is_asked_for_and_not_assumed() {
    let stage = Stage::new().await;
    stage
        .fault(
            "PUT",
            "/v1/connections/{}",
            json!({ "kind": "slow-body", "ms": 600_000 }),
        )
        .await;
    let mut walk = stage.walk().await;
    stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await
        .expect("good");
    let running = tokio::spawn(async move {
        walk.connect(&destroy(), None, &CancellationToken::new())
            .await
    });
    let taken = async || !held(&stage, &stage.app).await.is_empty();
    stage::until(taken, "the platform takes it").await;
    running.abort();
    assert!(running.await.is_err(), "it was cut off");
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let left = only(&stage.app).await;
    assert_eq!(
        held(&stage, &stage.app).await.len(),
        1,
        "the platform took it"
    );
    assert_eq!(
        state(&left, FactAbout::Platform),
        Some(FactState::There),
        "{left:#?}"
    );
    let before = stage.requests().await.len();
    let settled = finished(&stage, &left.run, None).await;
    assert!(settled.ended, "{settled:#?}");
    let puts = stage.requests().await.into_iter().skip(before);
    assert_eq!(
        puts.filter(|line| line.starts_with("PUT /v1/")).count(),
        0,
        "what the platform holds is not delivered again"
    );
    assert_eq!(balanced(&stage, &stage.app, "finished").await, vec![]);
}

#[tokio::test]
async fn nothing_is_finished_for_nobody_signed_in() {
    let stage = Stage::new().await;
    cut_at(&stage, "PUT", "/v1/connections/{}", 1).await;
    let session = crate::secrecy::session(&stage.face);
    stage.app.vault().delete(&session).await.expect("the vault");
    let left = only(&stage.app).await;
    assert_eq!(
        left.finish.as_ref().map(|way| way.sign_in),
        Some(true),
        "{left:#?}"
    );
    let refused = settle(&stage.app, &left.run, Ending::Finish, None).await;
    assert_eq!(
        refused.expect_err("nobody is signed in").code,
        "not-signed-in"
    );
    assert_eq!(only(&stage.app).await.run, left.run, "it is still there");
}

#[tokio::test]
async fn a_token_that_could_not_be_deleted_again_leaves_its_run_open() {
    let mut stage = Stage::new().await;
    // It is too wide, as it seems, and then it cannot be deleted.
    let faults = json!({ "faults": [
        { "method": "GET", "path": "/client/v4/accounts/{}/pages/projects", "kind": "status", "status": 403, "code": 10000 },
        { "method": "DELETE", "path": "/client/v4/user/tokens/{}", "kind": "status", "status": 500 },
    ] });
    stage.tell("/faults", &faults).await;
    stage.app.pace.bound = std::time::Duration::ZERO;
    let mut walk = stage.walk().await;
    stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await
        .expect("good");
    let outcome = walk
        .connect(&destroy(), None, &CancellationToken::new())
        .await;
    stage.tell("/faults", &json!({ "faults": [] })).await;
    assert_eq!(made(&stage).await.len(), 1, "it stands: {outcome:#?}");
    let left = balanced(&stage, &stage.app, "left open").await;
    let settled = settle(
        &stage.app,
        &left[0].run,
        Ending::Undo,
        Some(&another_broad(&stage).await),
    )
    .await;
    assert!(settled.expect("good").ended);
    assert_eq!(balanced(&stage, &stage.app, "undone").await, vec![]);
}

#[tokio::test]
async fn a_run_that_goes_on_elsewhere_is_neither_shown_nor_taken_up() {
    let stage = Stage::new().await;
    let mut walk = stage.walk().await;
    stage
        .inspect(&mut walk.approach, &stage.face.broad_token)
        .await
        .expect("good");
    let run = stage.app.record.unfinished().expect("records").remove(0).id;
    assert_eq!(left_over(&stage.app).await.expect("records"), vec![]);
    let refused = Resuming::begin(&stage.app, &run).map(|_| ());
    assert_eq!(
        golden::listed(refused.expect_err("it is held")).code,
        "run-open"
    );
    let refused = Resuming::begin(&stage.app, "nosuchrun").map(|_| ());
    assert_eq!(
        golden::listed(refused.expect_err("unknown")).code,
        "run-unknown"
    );
}

/// The library on a data folder that a program used.
async fn library(stage: &Stage, folder: &Path) -> App {
    let app = stage::app(&stage.face, folder);
    let passphrase = Secret::new(PASSPHRASE.to_owned());
    app.use_sealed_file(passphrase)
        .await
        .expect("the sealed file");
    app
}

/// Runs a command that is killed at the n-th line of its journal; nothing where it has fewer.
async fn killed_at(
    program: Program,
    line: &[&str],
    input: &str,
    n: u32,
) -> (Program, Option<String>) {
    let program = program.with("NARROWS_HALT_AT", n.to_string());
    let mut running = program.start(line, input);
    let point = running.halts().await;
    if point.is_some() {
        running.kill();
    }
    running.ends().await;
    (program, point)
}

/// The lines of the last run's journal: step and phase.
fn journal(program: &Program) -> Vec<String> {
    let db = rusqlite::Connection::open(program.folder().join("narrows.db")).expect("the records");
    let sql = "SELECT step || ' ' || phase FROM journal
        WHERE run = (SELECT run FROM journal ORDER BY rowid DESC LIMIT 1)";
    let mut lines = db.prepare(sql).expect("a query");
    let lines = lines.query_map([], |row| row.get(0)).expect("rows");
    lines.map(|line| line.expect("a row")).collect()
}

#[tokio::test]
async fn a_run_killed_before_its_first_line_tells_that_a_token_was_pasted() {
    let stage = Stage::new().await;
    let program = Program::on(&stage.face);
    let slow = json!({ "kind": "delay", "ms": 600_000 });
    stage.fault("GET", "/client/v4/accounts", slow).await;
    let mut running = program.connect(&stage.face.broad_token, &["--json"]);
    stage.reaches("GET /client/v4/accounts").await;
    running.kill();
    running.ends().await;
    assert_eq!(journal(&program), Vec::<String>::new(), "nothing was noted");
    let app = library(&stage, &program.folder()).await;
    let left = only(&app).await;
    assert_eq!(
        state(&left, FactAbout::PastedToken),
        Some(FactState::Unknown),
        "it may still work, and nobody else tells: {left:#?}"
    );
    let settled = settle(&app, &left.run, Ending::Finish, None)
        .await
        .expect("it ends");
    assert!(settled.ended, "there is nothing to take back: {settled:#?}");
}

#[tokio::test]
async fn a_connect_killed_at_any_line_of_its_journal_ends_either_way() {
    let (mut points, mut all) = (Vec::new(), Vec::new());
    for n in 1.. {
        let mut reached = None;
        for ending in [Ending::Finish, Ending::Undo] {
            let stage = Stage::new().await;
            let mut line = vec!["connect"];
            line.extend(SEALED);
            let input = format!("{PASSPHRASE}\n{}\n", stage.face.broad_token);
            let (program, point) = killed_at(Program::on(&stage.face), &line, &input, n).await;
            let Some(point) = point else {
                all = journal(&program);
                continue;
            };
            let app = library(&stage, &program.folder()).await;
            let why = format!("killed at {point}, then {ending:?}");
            let left = balanced(&stage, &app, &why).await;
            assert_eq!(left.len(), 1, "{why}: the run is shown: {left:#?}");
            let finish = left[0].finish.is_some();
            let way = if finish { ending } else { Ending::Undo };
            let broad = another_broad(&stage).await;
            let broad = (way == Ending::Undo).then_some(broad.as_str());
            let settled = settle(&app, &left[0].run, way, broad).await;
            let settled = settled.unwrap_or_else(|problem| panic!("{why}: {problem:?}"));
            assert!(settled.ended, "{why}: {settled:#?}");
            assert_eq!(
                balanced(&stage, &app, &why).await,
                vec![],
                "{why}: nothing is left"
            );
            let connections = app.record.connections().expect("records").len();
            let wanted = usize::from(way == Ending::Finish);
            assert_eq!(connections, wanted, "{why}: {settled:#?}");
            assert_eq!(made(&stage).await.len(), wanted, "{why}");
            assert_eq!(held(&stage, &app).await.len(), wanted, "{why}");
            reached = Some(point);
        }
        match reached {
            Some(point) => points.push(point),
            None => break,
        }
    }
    for step in [
        "nominate done",
        "mint intent",
        "mint done",
        "keep intent",
        "keep done",
        "deliver intent",
        "deliver done",
        "destroy done",
    ] {
        assert!(
            all.iter().any(|line| line == step),
            "{step} is among {all:?}"
        );
    }
    // What goes on side by side is written down in either order, so it is counted and not compared.
    assert_eq!(points.len(), all.len(), "killed at {points:?} of {all:?}");
}

#[tokio::test]
async fn a_disconnect_killed_at_any_line_of_its_journal_ends_either_way() {
    let (mut points, mut all) = (Vec::new(), Vec::new());
    for n in 1.. {
        let mut reached = None;
        for ending in [Ending::Finish, Ending::Undo] {
            let stage = Stage::new().await;
            let program = Program::on(&stage.face);
            let ran = program
                .connect(&stage.face.broad_token, &["--json"])
                .ends()
                .await;
            let result = ran.result();
            let id = result["connection_id"].as_str().expect("an id").to_owned();
            let mut line = vec!["disconnect", id.as_str()];
            line.extend(SEALED);
            let broad = another_broad(&stage).await;
            let input = format!("{PASSPHRASE}\n{broad}\n");
            let (program, point) = killed_at(program, &line, &input, n).await;
            let Some(point) = point else {
                all = journal(&program);
                continue;
            };
            let app = library(&stage, &program.folder()).await;
            let why = format!("killed at {point}, then {ending:?}");
            let left = balanced(&stage, &app, &why).await;
            assert_eq!(left.len(), 1, "{why}: the run is shown: {left:#?}");
            assert_eq!(left[0].kind, RunKind::Disconnect);
            let way = if left[0].undo.is_some() {
                ending
            } else {
                Ending::Finish
            };
            let broad = another_broad(&stage).await;
            let broad = (way == Ending::Finish).then_some(broad.as_str());
            let settled = settle(&app, &left[0].run, way, broad).await;
            let settled = settled.unwrap_or_else(|problem| panic!("{why}: {problem:?}"));
            assert!(settled.ended, "{why}: {settled:#?}");
            assert_eq!(
                balanced(&stage, &app, &why).await,
                vec![],
                "{why}: nothing is left"
            );
            let wanted = usize::from(way == Ending::Undo);
            assert_eq!(
                app.record.connections().expect("records").len(),
                wanted,
                "{why}"
            );
            assert_eq!(made(&stage).await.len(), wanted, "{why}");
            assert_eq!(held(&stage, &app).await.len(), wanted, "{why}");
            reached = Some(point);
        }
        match reached {
            Some(point) => points.push(point),
            None => break,
        }
    }
    for step in [
        "nominate done",
        "forget-platform intent",
        "forget-platform done",
        "revoke intent",
        "revoke done",
        "forget intent",
        "forget done",
        "destroy done",
    ] {
        assert!(
            all.iter().any(|line| line == step),
            "{step} is among {all:?}"
        );
    }
    // What goes on side by side is written down in either order, so it is counted and not compared.
    assert_eq!(points.len(), all.len(), "killed at {points:?} of {all:?}");
}
