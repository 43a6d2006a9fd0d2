//! Commands that check connections, and the reminders that come while the window is open.

use narrows_core::{cards, watch};
use std::time::Duration;

use narrows_core::problem::Problem;
use narrows_core::secret::Secret;
use narrows_core::story::{Checked, Reminder};
use notify_rust::Notification;
use tauri::{AppHandle, Manager, State};

use super::desk::Desk;
use super::manage::sign_in_at;

/// Between two looks for reminders. Often, because one long wait would stand still while the computer sleeps.
const LOOK: Duration = Duration::from_mins(1);

/// Looks that are left out where no notification can be shown.
const PAUSE: u32 = 60;

#[tauri::command]
pub(crate) async fn check_connections(
    desk: State<'_, Desk>,
    connection_id: Option<String>,
) -> Result<Vec<Checked>, Problem> {
    watch::check(desk.app()?, connection_id.as_deref()).await
}

/// Lets the person sign in at the platform of a connection.
#[tauri::command]
pub(crate) async fn sign_in_for(
    desk: State<'_, Desk>,
    connection_id: String,
) -> Result<(), Problem> {
    *desk.task().await = Some(sign_in_at(desk.app()?, &connection_id)?);
    Ok(())
}

/// Opens the sealed file, so that the connections whose tokens rest in it can be checked.
#[tauri::command]
pub(crate) async fn unlock_sealed_file(
    desk: State<'_, Desk>,
    passphrase: Secret,
) -> Result<(), Problem> {
    desk.app()?.use_sealed_file(passphrase).await
}

/// Shows each reminder once. Where none can be shown nothing is lost: it stands on the home screen.
pub(super) async fn remind(app: AppHandle) {
    let mut clock = tokio::time::interval(LOOK);
    let mut pause = 0;
    loop {
        clock.tick().await;
        if pause > 0 {
            pause -= 1;
            continue;
        }
        let desk = app.state::<Desk>();
        let Ok(library) = desk.app() else { continue };
        for reminder in cards::reminders(library).unwrap_or_default() {
            if !show(&reminder).await {
                pause = PAUSE;
                break;
            }
            if let Err(problem) = cards::reminded(library, &reminder) {
                tracing::warn!(code = problem.code, "a reminder was not noted");
                pause = PAUSE;
                break;
            }
        }
    }
}

async fn show(reminder: &Reminder) -> bool {
    let mut notification = Notification::new();
    notification
        .appname("Narrows")
        .summary(&reminder.title)
        .body(&reminder.text)
        .icon("narrows");
    // The service may take its time.
    let shown = tokio::task::spawn_blocking(move || notification.show().map(drop)).await;
    match shown {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::info!(%error, "no notification could be shown");
            false
        }
        Err(_) => false,
    }
}
