//! Commands that end a connection.

use narrows_core::problem::Problem;
use narrows_core::record::RunKind;
use narrows_core::steps::Walk;
use narrows_core::story::{Disconnected, Farewell, Prepared, Progress};
use tauri::State;
use tauri::ipc::Channel;

use super::desk::{Desk, forward, out_of_order};

/// Takes up the end of a connection; nothing is deleted yet.
#[tauri::command]
pub(crate) async fn disconnect_begin(
    desk: State<'_, Desk>,
    connection_id: String,
) -> Result<Prepared, Problem> {
    let mut slot = desk.walk().await;
    // The run before this one lets go of its lock first.
    *slot = None;
    let mut walk = Walk::about(desk.app()?, RunKind::Disconnect, &connection_id)?;
    let prepared = walk.prepare().await;
    *slot = Some(walk);
    Ok(prepared)
}

/// Ends the connection, with the pasted token where one was pasted.
#[tauri::command]
pub(crate) async fn disconnect(
    desk: State<'_, Desk>,
    farewell: Farewell,
    progress: Channel<Progress>,
) -> Result<Disconnected, Problem> {
    let (sender, forward) = forward(progress);
    let mut slot = desk.walk().await;
    let walk = slot.as_mut().ok_or_else(out_of_order)?;
    walk.listen(sender);
    desk.set_connecting(true);
    let ended = walk.disconnect(&farewell).await;
    desk.set_connecting(false);
    let _ = forward.await;
    let ended = ended?;
    *slot = None;
    Ok(ended)
}
