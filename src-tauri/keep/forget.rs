//! Forgetting everything on this computer: the secrets first, then the records, and the truth about what lives on
//! elsewhere.

use std::fs;
use std::io::ErrorKind;

use super::vaults;
use super::vaults::connections;
use crate::cards;
use crate::cloudflare::TokenKind;
use crate::problem::{Next, Problem};
use crate::record::{Connection, ExtraState};
use crate::run::{App, hold, items, links, session};
use crate::story::{ForgetPlan, Forgotten, LeftAlive, LeftOver, NotForgotten};
use crate::vault::VaultKind;

/// What has to be typed.
pub const PHRASE: &str = "forget everything";

/// What forgetting would do. Nothing is touched.
pub fn plan(app: &App) -> Result<ForgetPlan, Problem> {
    let known = connections(app)?;
    let mut left: Vec<LeftAlive> = known
        .iter()
        .map(|connection| alive(app, connection))
        .collect();
    // What a run that was cut off may have made is named nowhere else either.
    let cut_off = cards::home(app)?.unfinished;
    left.extend(cut_off.into_iter().map(cut));
    let mut deletes =
        vec!["Everything that Narrows keeps in the keychain of this computer".to_owned()];
    if app.sealed_file().exists() {
        deletes.push(format!("The sealed file {}", app.sealed_file().display()));
    }
    deletes.push("Connections, runs, diagnoses, the activity and every setting".to_owned());
    Ok(ForgetPlan {
        phrase: PHRASE.to_owned(),
        deletes,
        alive: left,
        stays: vec![
            format!("An empty record file in {}", app.folder.display()),
            "Files that you exported or saved yourself".to_owned(),
        ],
    })
}

/// Forgets everything. `typed` is what the person typed to confirm.
///
/// Secrets go first. Where one cannot be deleted the records stay, as they alone name it; `records_anyway` lets them
/// go all the same.
pub async fn forget(app: &App, typed: &str, records_anyway: bool) -> Result<Forgotten, Problem> {
    if typed.trim() != PHRASE {
        return Err(unconfirmed());
    }
    // Before the lock is taken: a run that is under way is not one that was cut off.
    let alive = plan(app)?.alive;
    let _lock = app
        .record
        .lock_all()
        .map_err(|error| error.problem())?
        .ok_or_else(hold::another_run)?;
    let known = connections(app)?;
    let (mut deleted, mut failed) = (Vec::new(), Vec::new());
    session::forget_held(app);
    empty_keychain(app, &known, &mut deleted, &mut failed).await;
    remove_sealed_file(app, &mut deleted, &mut failed);
    let records_kept = !failed.is_empty() && !records_anyway;
    if !records_kept {
        match app.record.erase() {
            Ok(()) => deleted.push("Connections, runs, diagnoses, activity, settings".to_owned()),
            Err(error) => failed.push(NotForgotten {
                what: "The records".to_owned(),
                problem: error.problem(),
            }),
        }
        // What the window itself stored: its theme. It may hold this open, and then it goes with the next time.
        let _ = fs::remove_dir_all(app.folder.join("web"));
    }
    Ok(Forgotten {
        complete: failed.is_empty(),
        deleted,
        failed,
        records_kept,
        alive,
    })
}

async fn empty_keychain(
    app: &App,
    known: &[Connection],
    deleted: &mut Vec<String>,
    failed: &mut Vec<NotForgotten>,
) {
    let keychain = app.keychain();
    let items = match vaults::everything(app, &keychain, known).await {
        Ok(items) => items,
        Err(problem) => {
            let chosen =
                app.remembered_vault().is_ok() && app.vault().kind() == VaultKind::Keychain;
            let named = known
                .iter()
                .any(|connection| connection.vault == "keychain");
            // A computer without a keychain has nothing in it, as long as nothing says otherwise.
            if named || (chosen && problem.code != "keychain-absent") {
                failed.push(NotForgotten {
                    what: "What the keychain keeps".to_owned(),
                    problem,
                });
            }
            return;
        }
    };
    for item in items {
        let name = items::name(&item, known);
        match items::delete(app, &keychain, &item, known).await {
            Ok(()) => deleted.push(name),
            Err(problem) => failed.push(NotForgotten {
                what: name,
                problem,
            }),
        }
    }
}

/// The file goes whole, so its passphrase is not needed.
fn remove_sealed_file(app: &App, deleted: &mut Vec<String>, failed: &mut Vec<NotForgotten>) {
    let path = app.sealed_file();
    for ending in ["", ".new", ".lock"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match fs::remove_file(&name) {
            Ok(()) if ending.is_empty() => deleted.push(path.display().to_string()),
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => failed.push(NotForgotten {
                what: name.to_string_lossy().into_owned(),
                problem: undeletable(&error),
            }),
        }
    }
    if !path.exists() {
        app.use_vault(app.keychain());
    }
}

fn alive(app: &App, connection: &Connection) -> LeftAlive {
    let kind = if connection.token_kind == "account" {
        TokenKind::Account
    } else {
        TokenKind::User
    };
    let mut sentences = vec![match connection.expires_on {
        Some(end) => format!(
            "The narrow token \"{}\" works at Cloudflare until {}.",
            connection.token_name,
            end.strftime("%Y-%m-%d %H:%M UTC")
        ),
        None => format!(
            "The narrow token \"{}\" works at Cloudflare until you delete it there.",
            connection.token_name
        ),
    }];
    let held = connection.platform_address.is_some() && connection.delivery != "refused";
    if held {
        sentences.push(format!(
            "{} holds a copy of it until you disconnect there.",
            connection.platform
        ));
    }
    for extra in &connection.extras {
        for token in &extra.tokens {
            sentences.push(match token.state {
                ExtraState::Retired => {
                    format!(
                        "The token \"{}\" may live on at Cloudflare.",
                        token.token_name
                    )
                }
                _ => format!(
                    "The token \"{}\" ({}) works at Cloudflare until you delete it there.",
                    token.token_name, extra.label
                ),
            });
        }
        if extra.in_use().is_some() {
            sentences.push(format!(
                "{} has the {} that come from it.",
                connection.platform, extra.label
            ));
        }
    }
    let broad = connection
        .broad_left
        .as_ref()
        .and_then(|left| left.get("sentence")?.as_str());
    if let Some(broad) = broad {
        sentences.push(format!("The pasted token: {broad}"));
    }
    LeftAlive {
        connection_id: connection.id.clone(),
        account_name: connection.account_name.clone(),
        token_name: connection.token_name.clone(),
        token_list: links::token_list(app, kind, &connection.account_id),
        platform: held.then(|| connection.platform.clone()),
        platform_address: connection.platform_address.clone().filter(|_| held),
        sentences,
    }
}

/// What a run that was cut off leaves.
fn cut(run: LeftOver) -> LeftAlive {
    let name = run.token_name.as_ref();
    let named = name.map(|name| format!("The token \"{name}\" may live on at Cloudflare."));
    LeftAlive {
        connection_id: run.run,
        account_name: format!("A run that was cut off, begun {}", run.began_on),
        token_list: run.token_list,
        platform: None,
        platform_address: None,
        sentences: std::iter::once(run.headline)
            .chain(run.facts.into_iter().map(|fact| fact.sentence))
            .chain(named)
            .collect(),
        token_name: run.token_name.unwrap_or_default(),
    }
}

fn unconfirmed() -> Problem {
    Problem::new(
        "not-confirmed",
        "Nothing was forgotten: what was typed is not the confirmation.",
        format!("Type \"{PHRASE}\"."),
        Next::ChangeChoices,
    )
}

fn undeletable(error: &std::io::Error) -> Problem {
    Problem::new(
        "file-undeletable",
        "A file could not be deleted.",
        "See to it that the data folder is yours and can be written to, then try again.",
        Next::Retry,
    )
    .with_evidence(error.to_string())
}
