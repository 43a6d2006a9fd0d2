//! The bundle for people to read.

use std::fmt::Write;

use serde::Serialize;

use super::Bundle;
use crate::doctor::story::{Cause, DiagnosedPermission, Diagnosis};

/// Renders the bundle.
pub(super) fn markdown(bundle: &Bundle) -> String {
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut page, bundle);
    page
}

fn write(page: &mut String, bundle: &Bundle) -> std::fmt::Result {
    let diagnosis = &bundle.diagnosis;
    writeln!(page, "# Narrows support bundle: {}\n", diagnosis.headline)?;
    facts(
        page,
        &[
            ("Made", bundle.made_on.clone()),
            ("Narrows", bundle.version.clone()),
            (
                "System",
                format!("{} {}", bundle.system.os, bundle.system.arch),
            ),
            ("Proxy set", yes(bundle.system.proxy)),
            ("Sandbox", yes(bundle.sandbox)),
            ("Vault", vault(bundle)),
            ("Connections", bundle.connections.to_string()),
        ],
    )?;
    token(page, diagnosis)?;
    causes(page, &diagnosis.causes)?;
    permissions(page, &diagnosis.permissions)?;
    if let Some(link) = &diagnosis.fix_link {
        writeln!(page, "\n## Fix\n\n<{link}>\n")?;
    }
    for row in &diagnosis.fix_rows {
        writeln!(
            page,
            "- {} (`{}`): {}",
            cell(&row.dashboard),
            cell(&row.group),
            cell(&row.resource)
        )?;
    }
    if let Some(comparison) = &bundle.comparison {
        writeln!(
            page,
            "\n## Since {}\n\n{}",
            comparison.before.at, comparison.summary
        )?;
    }
    if !diagnosis.notices.is_empty() {
        writeln!(page, "\n## Notes\n")?;
        for notice in &diagnosis.notices {
            writeln!(page, "- {}", cell(notice))?;
        }
    }
    writeln!(page, "\n## Requests\n")?;
    writeln!(
        page,
        "{} rounds, {} ms\n\n| began ms | took ms | HTTP | request |\n|---|---|---|---|",
        diagnosis.rounds, diagnosis.elapsed_ms
    )?;
    for call in &diagnosis.calls {
        writeln!(
            page,
            "| {} | {} | {} | {} |",
            call.began_ms,
            call.took_ms,
            or_dash(call.http_status),
            cell(&call.label)
        )?;
    }
    writeln!(
        page,
        "\n## Last activity\n\n| when | what | subject | result | request |\n|---|---|---|---|---|"
    )?;
    for line in &bundle.activity {
        writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            line.at,
            cell(&line.what),
            cell(&line.subject),
            cell(&line.result),
            cell(line.request.as_deref().unwrap_or("-"))
        )?;
    }
    Ok(())
}

fn token(page: &mut String, diagnosis: &Diagnosis) -> std::fmt::Result {
    let token = &diagnosis.token;
    let named = |named: &crate::doctor::story::Named| format!("{} ({})", named.name, named.id);
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "not told".to_owned());
    writeln!(page, "\n## Token\n")?;
    facts(
        page,
        &[
            (
                "Kind",
                format!("{} ({})", word(&token.kind), token.looks_like),
            ),
            ("Id", text(&token.id)),
            ("Name", text(&token.name)),
            ("Status", text(&token.status)),
            ("Made", text(&token.issued_on)),
            ("Ends", text(&token.expires_on)),
            ("Begins", text(&token.not_before)),
            ("Ends with", format!("…{}", token.last_four)),
            ("Fingerprint", token.fingerprint.to_string()),
            ("Policies", word(&token.policy)),
            (
                "Profile",
                diagnosis
                    .profile
                    .as_ref()
                    .map_or_else(|| "none".to_owned(), |p| p.id.clone()),
            ),
            (
                "Account",
                diagnosis
                    .account
                    .as_ref()
                    .map_or_else(|| "none".to_owned(), named),
            ),
            (
                "Zones",
                diagnosis
                    .zones
                    .iter()
                    .map(named)
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            ("Exit", diagnosis.exit.to_string()),
        ],
    )
}

fn causes(page: &mut String, causes: &[Cause]) -> std::fmt::Result {
    if causes.is_empty() {
        return Ok(());
    }
    writeln!(page, "\n## Causes\n")?;
    for cause in causes {
        writeln!(
            page,
            "- **{}**: {} {}",
            word(&cause.kind),
            cell(&cause.message),
            cell(&cause.action)
        )?;
        if let Some(evidence) = &cause.evidence {
            writeln!(page, "  - {}", cell(evidence))?;
        }
    }
    Ok(())
}

fn permissions(page: &mut String, permissions: &[DiagnosedPermission]) -> std::fmt::Result {
    writeln!(
        page,
        "\n## Permissions\n\n| permission | scope | resource | state | evidence | request | HTTP | code | ray |\n|---|---|---|---|---|---|---|---|---|"
    )?;
    for one in permissions {
        writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            cell(&one.group),
            one.scope,
            cell(one.resource_name.as_deref().unwrap_or(&one.resource)),
            word(&one.state),
            one.evidence
                .map_or_else(|| "-".to_owned(), |evidence| word(&evidence)),
            cell(one.endpoint.as_deref().unwrap_or("-")),
            or_dash(one.http_status),
            or_dash(one.code),
            one.ray.as_deref().unwrap_or("-")
        )?;
    }
    Ok(())
}

fn facts(page: &mut String, facts: &[(&str, String)]) -> std::fmt::Result {
    for (name, value) in facts {
        writeln!(page, "- {name}: {}", cell(value))?;
    }
    Ok(())
}

fn vault(bundle: &Bundle) -> String {
    let test = match (bundle.vault.self_test_ms, &bundle.vault.self_test_failed) {
        (Some(ms), _) => format!("self-test passed in {ms} ms"),
        (None, Some(code)) => format!("self-test failed: {code}"),
        (None, None) => "self-test failed".to_owned(),
    };
    format!("{}, {test}", bundle.vault.store)
}

/// The word of a closed enum.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn yes(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// Foreign words, so that they stay within a line and a cell.
fn cell(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '|' => '¦',
            '<' => '‹',
            '>' => '›',
            '`' => '\'',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}
