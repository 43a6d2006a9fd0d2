//! What happens while nobody asks: a window that is closed in the middle of a run, a paste that is left lying.

use std::time::Duration;

use tauri::{AppHandle, Manager, Window, WindowEvent};

use super::desk::Desk;

/// A paste outlives its time by no more than this.
const LOOK: Duration = Duration::from_secs(20);

/// Wipes what was pasted once its time is over, even if the person never comes back to it.
pub(super) async fn forget_stale_pastes(app: AppHandle) {
    // A clock that ticks often, because one long wait would stand still while the computer sleeps.
    let mut clock = tokio::time::interval(LOOK);
    loop {
        clock.tick().await;
        app.state::<Desk>().forget_stale_exam();
        if let Some(task) = app.state::<Desk>().task().await.as_mut() {
            task.approach().forget_stale();
        }
        if let Some(several) = app.state::<Desk>().several().await.as_mut() {
            several.forget_stale();
        }
    }
}

/// Lets a run under way undo what it can before the window closes.
pub(super) fn heard(window: &Window, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    let desk = window.state::<Desk>();
    if desk.may_close() {
        return;
    }
    api.prevent_close();
    desk.cancel();
    let window = window.clone();
    tauri::async_runtime::spawn(async move {
        // The run holds the task to its end.
        drop(window.state::<Desk>().task().await);
        drop(window.state::<Desk>().several().await);
        if let Err(error) = window.destroy() {
            tracing::warn!(%error, "the window did not close");
        }
    });
}
