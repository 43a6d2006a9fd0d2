//! `narrows vault`

use narrows_core::keep::vaults;
use narrows_core::problem::Problem;
use narrows_core::run::App;
use narrows_core::story::{ItemState, KeptItem, VaultPanel, VaultState};
use narrows_core::vault::VaultKind;

use super::args::{MoveVault, VaultChoice, VaultCommand};
use super::{ask, exit, print};

/// Whether JSON is wanted.
pub(crate) fn as_json(wanted: &VaultCommand) -> bool {
    match wanted {
        VaultCommand::Show(show) => show.here.output.json,
        VaultCommand::Move(wanted) => wanted.output.json,
    }
}

/// Runs one of the two.
pub(crate) async fn run(app: &App, wanted: &VaultCommand) -> Result<u8, Problem> {
    match wanted {
        VaultCommand::Show(show) => {
            ask::vault(app, show.here.vault).await?;
            let panel = vaults::panel(app).await?;
            if show.here.output.json {
                print::object(&panel);
            } else {
                shown(&panel);
            }
            let well = panel.state == VaultState::Open
                && panel
                    .items
                    .iter()
                    .all(|item| item.state != ItemState::Missing);
            Ok(if well { exit::DONE } else { exit::STOPPED })
        }
        VaultCommand::Move(wanted) => moved(app, wanted).await,
    }
}

async fn moved(app: &App, wanted: &MoveVault) -> Result<u8, Problem> {
    let to = match wanted.to {
        VaultChoice::Keychain => VaultKind::Keychain,
        VaultChoice::File => VaultKind::File,
    };
    // Nothing has to be opened where there is no file to move from.
    let passphrase = if to == VaultKind::File || app.sealed_file().exists() {
        Some(ask::passphrase(wanted.passphrase.passphrase_stdin).await?)
    } else {
        None
    };
    let moved = vaults::move_vault(app, to, passphrase).await?;
    if wanted.output.json {
        print::object(&moved);
    } else {
        for name in &moved.moved {
            print::line("Moved", name);
        }
        print::out(&moved.sentence);
    }
    match moved.problem {
        Some(problem) => {
            print::problem(&problem, wanted.output.json);
            Ok(exit::STOPPED)
        }
        None => Ok(exit::DONE),
    }
}

fn shown(panel: &VaultPanel) {
    let persists = match panel.vault.persists {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not told",
    };
    let state = match panel.state {
        VaultState::Open => "open",
        VaultState::Locked => "locked",
        VaultState::Failed => "failed",
    };
    print::line("Vault", &panel.vault.store);
    print::line("State", state);
    print::line("Persists", persists);
    let test = panel
        .vault
        .self_test_ms
        .map_or_else(|| "failed".to_owned(), |ms| format!("passed in {ms} ms"));
    print::line("Self-test", &format!("{test} at {}", panel.tested_on));
    print::line("Sealed file", &panel.sealed_file);
    for item in &panel.items {
        kept(item);
    }
    for notice in &panel.notices {
        print::line("Note", notice);
    }
    if let Some(problem) = &panel.problem {
        print::line("Needs you", &problem.to_string());
    }
}

fn kept(item: &KeptItem) {
    let place = match item.place {
        VaultKind::Keychain => "keychain",
        VaultKind::File => "sealed file",
    };
    let state = match item.state {
        ItemState::Kept => "",
        ItemState::Missing => ", missing",
        ItemState::Unseen => ", could not be looked at",
        ItemState::Stray => ", used by no connection",
    };
    print::line(
        "Kept",
        &format!("{}: {} ({place}{state})", item.what, item.name),
    );
}
