//! Commands of a rotation. What is pasted and signed in goes the wizard's way.

use narrows_core::connect::Walk;
use narrows_core::connect::rotate::story::{Rotation, RotationChoices, RotationPreview};
use narrows_core::connect::story::{Prepared, Progress};
use narrows_core::problem::Problem;
use tauri::State;
use tauri::ipc::Channel;
use tokio::sync::mpsc::unbounded_channel;

use super::desk::{Desk, out_of_order};

#[tauri::command]
pub(crate) async fn rotate_prepare(
    desk: State<'_, Desk>,
    connection_id: String,
) -> Result<Prepared, Problem> {
    let mut slot = desk.walk().await;
    // The run before this one lets go of its lock first.
    *slot = None;
    let mut walk = Walk::rotation(desk.app()?, &connection_id, None)?;
    let prepared = walk.prepare().await;
    if let Some(address) = walk.platform_address() {
        desk.put_link("platform", address);
    }
    *slot = Some(walk);
    Ok(prepared)
}

#[tauri::command]
pub(crate) async fn rotate_preview(
    desk: State<'_, Desk>,
    choices: RotationChoices,
) -> Result<RotationPreview, Problem> {
    let mut slot = desk.walk().await;
    let walk = slot.as_mut().ok_or_else(out_of_order)?;
    walk.preview_rotation(&choices).await
}

#[tauri::command]
pub(crate) async fn rotate(
    desk: State<'_, Desk>,
    choices: RotationChoices,
    progress: Channel<Progress>,
) -> Result<Rotation, Problem> {
    let cancel = desk.new_cancel();
    let (sender, mut receiver) = unbounded_channel();
    let forward = tokio::spawn(async move {
        while let Some(line) = receiver.recv().await {
            // A page that is gone does not end the run.
            let _ = progress.send(line);
        }
    });
    let mut slot = desk.walk().await;
    let walk = slot.as_mut().ok_or_else(out_of_order)?;
    desk.set_connecting(true);
    let rotation = Box::pin(walk.rotate(&choices, Some(sender), &cancel)).await;
    desk.set_connecting(false);
    let _ = forward.await;
    if let Some(link) = rotation
        .as_ref()
        .ok()
        .and_then(|rotation| rotation.old_token.link.clone())
    {
        desk.put_link("old-token", link);
    }
    rotation
}
