//! Commands that show and end what was cut off, and that delete what nothing uses.

use narrows_core::cards;
use narrows_core::problem::Problem;
use narrows_core::resume::{FIRST_PAUSE, Resuming, keep_trying, left_over, retry};
use narrows_core::run::App;
use narrows_core::story::{
    BroadWish, Home, LeftOver, Orphans, Prepared, Progress, Resume, Settled, Swept,
};
use narrows_core::sweep::Sweep;
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, State};

use super::desk::{Desk, forward, out_of_order};
use super::task::Task;

/// Goes on with what needs nobody, then says what is left by what is true now.
#[tauri::command]
pub(crate) async fn check_left_over(desk: State<'_, Desk>) -> Result<Vec<LeftOver>, Problem> {
    let app = desk.app()?;
    retry(app).await?;
    left_over(app).await
}

/// Takes up a run that was cut off; nothing is changed yet.
#[tauri::command]
pub(crate) async fn resume_begin(desk: State<'_, Desk>, run: String) -> Result<Prepared, Problem> {
    let begin = |app: &App| Resuming::begin(app, &run);
    desk.begin(|app| Ok(Task::Resume(Box::new(begin(app)?))))
        .await
}

/// Ends the run in one of its ways.
#[tauri::command]
pub(crate) async fn resume(
    desk: State<'_, Desk>,
    wish: Resume,
    progress: Channel<Progress>,
) -> Result<Settled, Problem> {
    let (sender, forward) = forward(progress);
    let mut slot = desk.task().await;
    let task = slot.as_mut().and_then(Task::resume);
    let task = task.ok_or_else(out_of_order)?;
    desk.set_connecting(true);
    let settled = task.settle(wish, Some(sender)).await;
    desk.set_connecting(false);
    let _ = forward.await;
    let settled = settled?;
    *slot = None;
    Ok(settled)
}

/// Begins a look for tokens that nothing uses.
#[tauri::command]
pub(crate) async fn orphans_begin(desk: State<'_, Desk>) -> Result<Prepared, Problem> {
    desk.begin(|app| Ok(Task::Sweep(Box::new(Sweep::begin(app)?))))
        .await
}

/// Tokens of this installation that nothing uses.
#[tauri::command]
pub(crate) async fn orphans(desk: State<'_, Desk>) -> Result<Orphans, Problem> {
    desk.part(Task::sweep).await?.orphans().await
}

/// Deletes the chosen ones.
#[tauri::command]
pub(crate) async fn delete_orphans(
    desk: State<'_, Desk>,
    token_ids: Vec<String>,
    broad: BroadWish,
) -> Result<Swept, Problem> {
    let mut slot = desk.task().await;
    let task = slot.as_mut().and_then(Task::sweep);
    let task = task.ok_or_else(out_of_order)?;
    desk.set_connecting(true);
    let swept = task.delete(&token_ids, broad).await;
    desk.set_connecting(false);
    let swept = swept?;
    *slot = None;
    Ok(swept)
}

/// Tells the first screen how things stand whenever that changes without it.
#[tauri::command]
pub(crate) async fn hear_left_over(
    desk: State<'_, Desk>,
    progress: Channel<Home>,
) -> Result<(), Problem> {
    desk.put_listener(progress);
    Ok(())
}

/// Tries again, while the window is open, what a platform or Cloudflare has not answered.
pub(crate) async fn go_on(handle: AppHandle) {
    let desk = handle.state::<Desk>();
    let Ok(app) = desk.app() else { return };
    keep_trying(app, FIRST_PAUSE, || match cards::home(app) {
        Ok(home) => desk.tell_listener(home),
        Err(problem) => tracing::warn!(code = problem.code, "the first screen was not told"),
    })
    .await;
}
