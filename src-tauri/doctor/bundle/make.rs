//! Gathers what stands in a bundle.

use super::contents::{Bundle, Line, System, VaultState};
use crate::cloudflare::id::is_id;
use crate::doctor::story::Diagnosis;
use crate::problem::Problem;
use crate::run::App;
use crate::steps::prepare;
use crate::vault::VaultKind;
use serde_json::Value;

/// Activity lines that go along.
const LINES: u32 = 50;

/// Gathers a bundle about `diagnosis`. The vault's self-test runs now.
pub async fn make(app: &App, diagnosis: &Diagnosis, full_ids: bool) -> Result<Bundle, Problem> {
    let (vault, tested) = prepare::vault(app).await;
    let recorded = |error: crate::record::Error| error.problem();
    let connections = app.record.connections().map_err(recorded)?;
    let rows = app.record.activity(None, LINES, None).map_err(recorded)?;
    let comparison = crate::doctor::before(app, &diagnosis.run)?
        .map(|before| crate::doctor::compare(&before, diagnosis));
    let bundle = Bundle {
        format: 1,
        made_on: (app.now)().to_string(),
        version: app.version.to_owned(),
        sandbox: app.addresses.sandbox,
        system: System {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            proxy: ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
                .iter()
                .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())),
        },
        vault: VaultState {
            kind: vault.kind,
            store: match vault.kind {
                VaultKind::File => "Sealed file".to_owned(),
                VaultKind::Keychain => vault.store,
            },
            persists: vault.persists,
            self_test_ms: tested.as_ref().ok().copied(),
            self_test_failed: tested.err().map(|problem| problem.code),
        },
        connections: u32::try_from(connections.len()).unwrap_or(u32::MAX),
        full_ids,
        diagnosis: diagnosis.clone(),
        comparison,
        activity: rows
            .into_iter()
            .map(|row| Line {
                at: row.activity.at.to_string(),
                what: row.activity.what,
                subject: row.activity.subject,
                result: row.activity.result,
                request: row.activity.request,
            })
            .collect(),
    };
    tamed(&bundle, full_ids)
}

/// The same bundle without e-mail addresses, and with short ids where they were not asked for whole.
fn tamed(bundle: &Bundle, full_ids: bool) -> Result<Bundle, Problem> {
    let garbled = |_| super::unwritable::unwritable("the bundle could not be put together");
    let mut value = serde_json::to_value(bundle).map_err(garbled)?;
    tame(&mut value, full_ids);
    serde_json::from_value(value).map_err(garbled)
}

fn tame(value: &mut Value, full_ids: bool) {
    match value {
        Value::String(text) => {
            let mut tame = without_emails(text);
            if !full_ids {
                tame = with_short_ids(&tame);
            }
            *text = tame;
        }
        Value::Array(items) => items.iter_mut().for_each(|item| tame(item, full_ids)),
        Value::Object(fields) => fields.values_mut().for_each(|field| tame(field, full_ids)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Names are the customer's: an account is called after an address more often than not.
fn without_emails(text: &str) -> String {
    let mut tame = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((from, to)) = super::scan::email(rest) {
        tame.push_str(&rest[..from]);
        tame.push_str("(e-mail)");
        rest = &rest[to..];
    }
    tame.push_str(rest);
    tame
}

/// Ids of 32 digits, to their first and last four.
fn with_short_ids(text: &str) -> String {
    let mut tame = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars().chain(['\0']) {
        if character.is_ascii_alphanumeric() {
            word.push(character);
            continue;
        }
        if is_id(&word) {
            tame.push_str(&word[..4]);
            tame.push('…');
            tame.push_str(&word[28..]);
        } else {
            tame.push_str(&word);
        }
        word.clear();
        if character != '\0' {
            tame.push(character);
        }
    }
    tame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_ids_are_taken_out_of_whatever_they_stand_in() {
        assert_eq!(
            without_emails("ada@example.com's Account; bob.b+c@mail.example.co.uk."),
            "(e-mail)'s Account; (e-mail)."
        );
        assert_eq!(without_emails("at 5@ once, @home"), "at 5@ once, @home");
        assert_eq!(
            with_short_ids("com.cloudflare.api.account.0123456789abcdef0123456789abcdef/x"),
            "com.cloudflare.api.account.0123…cdef/x"
        );
        assert_eq!(
            with_short_ids("accountId=0123456789abcdef0123456789abcdef&zone"),
            "accountId=0123…cdef&zone"
        );
        assert_eq!(with_short_ids("8f3a-SBX ä"), "8f3a-SBX ä");
    }
}
