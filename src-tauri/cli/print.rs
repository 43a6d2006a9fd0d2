//! How results look on a terminal and as JSON.

use narrows_core::connect::story::{Connected, ConnectionCard, Delivery, Outcome, Score};
use narrows_core::problem::Problem;
use serde::Serialize;
use serde_json::json;

/// Prints one JSON object, indented.
pub(crate) fn object(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => println!("{text}"),
        Err(error) => eprintln!("narrows: {error}"),
    }
}

/// Prints a problem on standard error.
pub(crate) fn problem(problem: &Problem, as_json: bool) {
    if as_json {
        let error =
            json!({ "code": problem.code, "message": problem.message, "hint": problem.hint });
        eprintln!("{error}");
        return;
    }
    eprintln!("narrows: {}", problem.message);
    eprintln!("  {}", problem.hint);
    if let Some(evidence) = &problem.evidence {
        eprintln!("  ({evidence})");
    }
}

/// Prints how a connect ended.
pub(crate) fn outcome(outcome: &Outcome) {
    match outcome {
        Outcome::Connected(result) => {
            connected(result);
            println!("connected");
        }
        Outcome::Pending(pending) => {
            connected(&pending.result);
            println!("pending");
        }
        Outcome::Stopped(stopped) => {
            for line in stopped.undone.iter().chain(&stopped.stands) {
                println!("{line}");
            }
        }
    }
}

fn connected(result: &Connected) {
    line(
        "Account",
        &format!("{} ({})", result.account_name, result.account_id),
    );
    if let Some(project) = &result.project {
        line("Project", project);
    }
    line(
        "Token",
        &format!("{} ({})", result.token_name, result.token_id),
    );
    for grant in &result.granted {
        line("Allowed", &format!("{} on {}", grant.group, grant.resource));
    }
    line("Can", &score(result.can));
    line("Cannot", &score(result.cannot));
    line(
        "Ends",
        result.expires_on.as_deref().unwrap_or("not by itself"),
    );
    if result.delivery != Delivery::Skipped {
        line(
            "Receipt",
            result.receipt_code.as_deref().unwrap_or("none yet"),
        );
    }
    line("Pasted token", &result.broad.sentence);
    for kept in &result.kept {
        line("Kept", &format!("{}: {}", kept.what, kept.place));
    }
    for notice in &result.notices {
        line("Note", notice);
    }
    line(
        "Took",
        &format!("{} ms in {} rounds", result.elapsed_ms, result.rounds),
    );
}

/// Prints a connection.
pub(crate) fn connection(card: &ConnectionCard) {
    println!("{}", card.connection_id);
    line("Platform", &format!("{} ({})", card.platform, card.profile));
    line(
        "Account",
        &format!("{} ({})", card.account_name, card.account_id),
    );
    if let Some(project) = &card.project {
        line("Project", project);
    }
    line("Token", &format!("{} ({})", card.token_name, card.token_id));
    line("Connected", &card.connected_on);
    line(
        "Ends",
        card.expires_on.as_deref().unwrap_or("not by itself"),
    );
    if let Some(code) = &card.receipt_code {
        line("Receipt", code);
    }
    if let Some(left) = &card.broad_left {
        line("Pasted token", left);
    }
}

/// Prints one line of a list of facts.
pub(crate) fn line(name: &str, value: &str) {
    println!("  {name:<13} {value}");
}

fn score(score: Score) -> String {
    format!("{} of {}", score.proved, score.of)
}
