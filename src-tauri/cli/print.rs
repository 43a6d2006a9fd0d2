//! How results look on a terminal and as JSON.

use std::io::Write;

use narrows_core::connect::story::{Connected, ConnectionCard, Delivery, Outcome, Score};
use narrows_core::problem::Problem;
use serde::Serialize;
use serde_json::json;

/// Prints a line on standard output. Where nobody reads any more, as behind `head`, there is nobody to tell.
pub(crate) fn out(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout().lock(), "{}", line.as_ref());
}

/// Prints a line on standard error, in the same way.
pub(crate) fn err(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", line.as_ref());
}

/// Prints one JSON object, indented.
pub(crate) fn object(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => out(text),
        Err(error) => err(format!("narrows: {error}")),
    }
}

/// Prints a problem on standard error.
pub(crate) fn problem(problem: &Problem, as_json: bool) {
    if as_json {
        let error =
            json!({ "code": problem.code, "message": problem.message, "hint": problem.hint });
        err(error.to_string());
        return;
    }
    err(format!("narrows: {}", problem.message));
    err(format!("  {}", problem.hint));
    if let Some(evidence) = &problem.evidence {
        err(format!("  ({evidence})"));
    }
}

/// Prints how a connect ended.
pub(crate) fn outcome(outcome: &Outcome, as_json: bool) {
    if as_json {
        object(outcome);
        return;
    }
    match outcome {
        Outcome::Connected(result) => {
            connected(result);
            out("connected");
        }
        Outcome::Pending(pending) => {
            connected(&pending.result);
            out("pending");
        }
        Outcome::Stopped(stopped) => {
            for line in stopped.undone.iter().chain(&stopped.stands) {
                out(line);
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
    out(&card.connection_id);
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
    out(format!("  {name:<13} {value}"));
}

fn score(score: Score) -> String {
    format!("{} of {}", score.proved, score.of)
}
