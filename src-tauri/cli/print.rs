//! How results look on a terminal and as JSON.

use std::io::Write;

use narrows_core::problem::Problem;
use narrows_core::story::{
    Connected, ConnectionCard, Delivery, Extra, GrantChange, Outcome, Rotation, RotationPreview,
    RotationState, Score, SeveralPreview, SeveralRotations, Standing, Watched,
};
use serde::Serialize;
use serde_json::json;

use super::hint;

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
    let hint = hint::of(problem);
    if as_json {
        let error = json!({ "code": problem.code, "message": problem.message, "hint": hint });
        err(error.to_string());
        return;
    }
    err(format!("narrows: {}", problem.message));
    err(format!("  {hint}"));
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
    extras(&result.extras);
    let after = result.broad.after_ms.map(|ms| format!(" (after {ms} ms)"));
    let broad = format!("{}{}", result.broad.sentence, after.unwrap_or_default());
    line("Pasted token", &broad);
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

/// Prints what a rotation would do, on standard error: the result alone belongs on standard output.
pub(crate) fn rotation_preview(preview: &RotationPreview) {
    for sentence in &preview.sentences {
        err(format!("  {sentence}"));
    }
    if preview.differs {
        err("The profile's policy has changed since:");
        for line in &preview.difference {
            let sign = match line.change {
                GrantChange::Same => ' ',
                GrantChange::Added => '+',
                GrantChange::Removed => '-',
            };
            err(format!("  {sign} {} ({})", line.words, line.grant.group));
        }
    }
    err(format!("  {}", preview.old));
}

/// Prints what several rotations would do, on standard error as well.
pub(crate) fn several_preview(preview: &SeveralPreview) {
    for planned in &preview.planned {
        err(format!(
            "{} ({})",
            planned.account_name, planned.connection_id
        ));
        rotation_preview(&planned.preview);
    }
    for skipped in &preview.skipped {
        err(format!(
            "{} ({})",
            skipped.account_name, skipped.connection_id
        ));
        err(format!("  Skipped: {}", skipped.problem));
    }
}

/// Prints how a rotation ended.
pub(crate) fn rotation(rotation: &Rotation, as_json: bool) {
    if as_json {
        object(rotation);
        return;
    }
    facts(rotation);
    out(state(rotation.state));
}

/// Prints how several rotations ended.
pub(crate) fn rotations(told: &SeveralRotations, as_json: bool) {
    if as_json {
        object(told);
        return;
    }
    for rotation in &told.rotations {
        out(&rotation.connection_id);
        facts(rotation);
        if let Some(problem) = &rotation.problem {
            line("Problem", &problem.to_string());
        }
        line("State", state(rotation.state));
    }
    for skipped in &told.skipped {
        out(&skipped.connection_id);
        line("Account", &skipped.account_name);
        line("Skipped", &skipped.problem.to_string());
    }
    if let Some(broad) = &told.broad {
        line("Pasted token", &broad.sentence);
    }
    let summary = told.summary;
    out(format!(
        "{} of {} rotated, {} with the old token open, {} pending, {} stopped, {} skipped",
        summary.rotated,
        summary.of,
        summary.old_open,
        summary.pending,
        summary.stopped,
        summary.skipped
    ));
}

fn state(state: RotationState) -> &'static str {
    match state {
        RotationState::Rotated => "rotated",
        RotationState::OldOpen => "old-open",
        RotationState::Pending => "pending",
        RotationState::Undelivered => "undelivered",
        RotationState::ValueLost => "value-lost",
        RotationState::RollUnknown => "roll-unknown",
        RotationState::Stopped => "stopped",
    }
}

fn facts(rotation: &Rotation) {
    line(
        "Account",
        &format!("{} ({})", rotation.account_name, rotation.account_id),
    );
    if let Some(project) = &rotation.project {
        line("Project", project);
    }
    let old = &rotation.old_token;
    line(
        "Old token",
        &format!("{} ({})", old.token_name, old.token_id),
    );
    let after = old.after_ms.map(|ms| format!(" (after {ms} ms)"));
    line(
        "",
        &format!("{}{}", old.sentence, after.unwrap_or_default()),
    );
    if let Some(link) = &old.link {
        line("", link);
    }
    if let Some(new) = &rotation.new_token {
        line(
            "New token",
            &format!("{} ({})", new.token_name, new.token_id),
        );
        for grant in &new.granted {
            line("Allowed", &format!("{} on {}", grant.group, grant.resource));
        }
        if let Some(can) = new.can {
            line("Can", &score(can));
        }
        if let Some(cannot) = new.cannot {
            line("Cannot", &score(cannot));
        }
        line("Ends", new.expires_on.as_deref().unwrap_or("not by itself"));
    }
    if rotation.delivery != Delivery::Skipped {
        let code = rotation.receipt_code.as_deref();
        line("Receipt", code.unwrap_or("none over a new token"));
    }
    extras(&rotation.extras);
    if let Some(broad) = &rotation.broad {
        line("Pasted token", &broad.sentence);
    }
    for text in &rotation.undone {
        line("Undone", text);
    }
    for text in &rotation.stands {
        line("Stands", text);
    }
    for text in &rotation.notices {
        line("Note", text);
    }
    line(
        "Took",
        &format!("{} ms in {} rounds", rotation.elapsed_ms, rotation.rounds),
    );
}

/// Prints what there is beside the narrow token.
fn extras(extras: &[Extra]) {
    for extra in extras {
        line(&extra.label, &extra.sentence);
        if let (Some(name), Some(id)) = (&extra.token_name, &extra.token_id) {
            line("", &format!("{name} ({id})"));
        }
        for left in &extra.left {
            let open = format!(
                "\"{left}\" may still live. Delete it in Cloudflare's list of tokens, or with a one-time token."
            );
            line("", &open);
        }
    }
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
        card.watch.expires_on.as_deref().unwrap_or("not by itself"),
    );
    if let Some(code) = &card.receipt_code {
        line("Receipt", code);
    }
    extras(&card.extras);
    if let Some(left) = &card.broad_left {
        line("Pasted token", left);
    }
    if let Some(delivered) = &card.watch.delivered_on {
        line("Delivered", delivered);
    }
    line("Stands", &standing(&card.watch));
    for need in &card.watch.needs {
        line("Needs you", &format!("{} {}", need.message, need.hint));
    }
    for open in &card.watch.untold {
        line("Not told", &format!("{} {}", open.message, open.hint));
    }
}

/// How a connection stands, in one line.
pub(crate) fn standing(watch: &Watched) -> String {
    let word = match watch.standing {
        Standing::Unchecked => "never checked",
        Standing::Fine => "fine",
        Standing::NeedsYou => "needs you",
        Standing::Untold => "could not tell",
    };
    let days = |count: u32| format!("{count} {}", if count == 1 { "day" } else { "days" });
    let parts = [
        Some(format!("{word}, {} old", days(watch.age_days))),
        watch
            .expires_in_days
            .map(|left| format!("{} left", days(left))),
        watch
            .checked_on
            .as_ref()
            .map(|checked| format!("checked {checked}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Prints one line of a list of facts.
pub(crate) fn line(name: &str, value: &str) {
    out(format!("  {name:<13} {value}"));
}

fn score(score: Score) -> String {
    format!("{} of {}", score.proved, score.of)
}
