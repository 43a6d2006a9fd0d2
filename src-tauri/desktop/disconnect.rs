//! Commands that end a connection.

use narrows_core::disconnect::Disconnect;
use narrows_core::problem::Problem;
use narrows_core::run::App;
use narrows_core::story::{Disconnected, Farewell, Prepared, Progress};
use tauri::State;
use tauri::ipc::Channel;

use super::desk::{Desk, forward, out_of_order};
use super::task::Task;

/// Takes up the end of a connection; nothing is deleted yet.
#[tauri::command]
pub(crate) async fn disconnect_begin(
    desk: State<'_, Desk>,
    connection_id: String,
) -> Result<Prepared, Problem> {
    let begin = |app: &App| Disconnect::begin(app, &connection_id);
    desk.begin(|app| Ok(Task::Disconnect(Box::new(begin(app)?))))
        .await
}

/// Ends the connection, with the pasted token where one was pasted.
#[tauri::command]
pub(crate) async fn disconnect(
    desk: State<'_, Desk>,
    farewell: Farewell,
    progress: Channel<Progress>,
) -> Result<Disconnected, Problem> {
    let (sender, forward) = forward(progress);
    let mut slot = desk.task().await;
    let task = slot.as_mut().and_then(Task::disconnect);
    let task = task.ok_or_else(out_of_order)?;
    desk.set_connecting(true);
    let ended = task.disconnect(&farewell, Some(sender)).await;
    desk.set_connecting(false);
    let _ = forward.await;
    let ended = ended?;
    *slot = None;
    Ok(ended)
}
