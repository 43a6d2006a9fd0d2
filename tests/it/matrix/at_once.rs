//! Two programs on one account at once.

use serde_json::Value;

use crate::program::{PASSPHRASE, Program, SEALED};
use crate::stage::Stage;

fn line() -> Vec<&'static str> {
    let mut line = vec!["connect", "--json"];
    line.extend(SEALED);
    line
}

fn input(token: &str) -> String {
    format!("{PASSPHRASE}\n{token}\n")
}

async fn second_token(stage: &Stage) -> String {
    let groups = ["API Tokens Write", "Account Settings Read"];
    let wanted = serde_json::json!({ "kind": "user", "name": "second", "groups": groups });
    stage.make_token(wanted).await.1
}

#[tokio::test]
async fn of_two_programs_on_one_account_exactly_one_goes_on() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let second = second_token(&stage).await;
    let one = narrows.start(&line(), input(&stage.face.broad_token));
    let other = narrows.start(&line(), input(&second));
    let (one, other) = (one.ends().await, other.ends().await);
    let came_through = [&one, &other]
        .iter()
        .filter(|ran| ran.exit == Some(0))
        .count();
    assert_eq!(came_through, 1, "one and no more: {one:?} {other:?}");
    let refused = if one.exit == Some(0) { other } else { one };
    let code = refused.error();
    assert!(
        // The later one may have come when the first was done.
        ["run-open", "already-connected"].contains(&code.as_str()),
        "it says why: {refused:?}"
    );
    let narrow = stage.ours().await;
    assert_eq!(narrow.len(), 1, "and one narrow token was made: {narrow:?}");
}

#[tokio::test]
async fn a_run_holds_its_account_until_it_is_killed() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let second = second_token(&stage).await;
    let halt = [("NARROWS_HALT_AT", "2".to_owned())];
    let mut first = narrows.start_with(&line(), input(&stage.face.broad_token), &halt);
    let point = first.halts().await;
    assert_eq!(
        point.as_deref(),
        Some("2 mint intent"),
        "it stands still before its mint"
    );

    let refused = narrows.start(&line(), input(&second)).ends().await;
    assert_eq!(
        refused.error(),
        "run-open",
        "nobody else works on the account meanwhile"
    );
    let mut listed = vec!["resume", "--json"];
    listed.extend(SEALED);
    let before = narrows.run(&listed, format!("{PASSPHRASE}\n")).await;
    assert_eq!(
        before.object()["unfinished"],
        Value::Array(vec![]),
        "what is under way is not left over"
    );

    first.kill();
    drop(first.ends().await);
    let after = narrows.run(&listed, format!("{PASSPHRASE}\n")).await;
    let left = after.object()["unfinished"].as_array().map(Vec::len);
    assert_eq!(left, Some(1), "what was killed is: {after:?}");
    let ran = narrows.start(&line(), input(&second)).ends().await;
    assert_eq!(ran.exit, Some(0), "a killed program holds no lock: {ran:?}");
}
