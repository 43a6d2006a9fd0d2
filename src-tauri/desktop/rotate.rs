//! Commands of a rotation. What is pasted and signed in goes the wizard's way.

use narrows_core::problem::Problem;
use narrows_core::rotate::{Rotate, Several};
use narrows_core::run::App;
use narrows_core::story::{
    Prepared, Progress, Rotation, RotationChoices, RotationPreview, SeveralAhead, SeveralPreview,
    SeveralProgress, SeveralRotations,
};
use tauri::State;
use tauri::ipc::Channel;

use super::desk::{Desk, forward, out_of_order};
use super::task::Task;

#[tauri::command]
pub(crate) async fn rotate_prepare(
    desk: State<'_, Desk>,
    connection_id: String,
) -> Result<Prepared, Problem> {
    let begin = |app: &App| Rotate::begin(app, &connection_id, None);
    desk.begin(|app| Ok(Task::Rotate(Box::new(begin(app)?))))
        .await
}

#[tauri::command]
pub(crate) async fn rotate_preview(
    desk: State<'_, Desk>,
    choices: RotationChoices,
) -> Result<RotationPreview, Problem> {
    desk.part(Task::rotate).await?.preview(&choices).await
}

#[tauri::command]
pub(crate) async fn rotate(
    desk: State<'_, Desk>,
    choices: RotationChoices,
    progress: Channel<Progress>,
) -> Result<Rotation, Problem> {
    let cancel = desk.new_cancel();
    let (sender, forward) = forward(progress);
    let mut task = desk.part(Task::rotate).await?;
    desk.set_connecting(true);
    let rotation = Box::pin(task.rotate(&choices, Some(sender), &cancel)).await;
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

/// Begins a rotation of every connection; nothing is made yet.
#[tauri::command]
pub(crate) async fn rotate_all_prepare(desk: State<'_, Desk>) -> Result<SeveralAhead, Problem> {
    let mut slot = desk.several().await;
    // The runs before these let go of their locks first.
    *slot = None;
    *desk.task().await = None;
    let mut several = Several::begin(desk.app()?)?;
    let ahead = several.prepare().await?;
    *slot = Some(several);
    Ok(ahead)
}

#[tauri::command]
pub(crate) async fn rotate_all_preview(
    desk: State<'_, Desk>,
    choices: RotationChoices,
) -> Result<SeveralPreview, Problem> {
    let mut slot = desk.several().await;
    let several = slot.as_mut().ok_or_else(out_of_order)?;
    several.preview(&choices).await
}

#[tauri::command]
pub(crate) async fn rotate_all(
    desk: State<'_, Desk>,
    choices: RotationChoices,
    progress: Channel<SeveralProgress>,
) -> Result<SeveralRotations, Problem> {
    let cancel = desk.new_cancel();
    let (sender, forward) = forward(progress);
    let mut slot = desk.several().await;
    let several = slot.take().ok_or_else(out_of_order)?;
    desk.set_connecting(true);
    let rotations = Box::pin(several.rotate(&choices, Some(sender), &cancel)).await;
    desk.set_connecting(false);
    let _ = forward.await;
    rotations
}
