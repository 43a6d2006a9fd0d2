//! What others read and rely on, as files: a change shows there.

use narrows_core::problem::Problem;
use serde_json::Value;

/// Each problem with its next action and exit code.
const PROBLEMS: &str = include_str!("golden/problems.txt");

/// The exit codes that a problem may end a command with.
pub(crate) fn exits(code: &str) -> Vec<i32> {
    rows()
        .filter(|row| row[0] == code)
        .map(|row| row[2].parse().expect("an exit code"))
        .collect()
}

/// The same problem, found in the table with its next action.
pub(crate) fn listed(problem: Problem) -> Problem {
    let next = serde_json::to_value(problem.next).expect("a word");
    assert!(
        rows().any(|row| row[0] == problem.code && next == row[1]),
        "golden/problems.txt has no row for {} with {next}",
        problem.code
    );
    assert!(
        !problem.hint.contains("--"),
        "the window shows it as well, and has no options: {}",
        problem.hint
    );
    problem
}

fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    PROBLEMS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.try_into().expect("code, next action, exit code")
        })
}

/// A result with what is different each time replaced by its name, and each check by the words of what was tried.
pub(crate) fn steady(mut result: Value) -> Value {
    for pointer in [
        "/connection_id",
        "/token_id",
        "/token_name",
        "/project",
        "/fingerprint",
        "/receipt_code",
        "/broad/after_ms",
        "/broad/sentence",
        "/rounds",
        "/elapsed_ms",
    ] {
        let value = result.pointer_mut(pointer).expect("a documented field");
        *value = format!("<{}>", pointer.trim_start_matches('/')).into();
    }
    for check in result["checks"].as_array_mut().expect("a list of checks") {
        *check = check["what"].take();
    }
    result
}
