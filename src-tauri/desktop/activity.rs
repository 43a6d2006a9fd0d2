//! Commands of the activity's screen.

use narrows_core::keep::activity;
use narrows_core::problem::Problem;
use narrows_core::story::{ActivityExport, ActivityPage, ChainReport};
use tauri::{State, WebviewWindow};

use super::desk::Desk;
use super::{browser, save};

type Answer<T> = Result<T, Problem>;

#[tauri::command]
pub(crate) async fn activity_page(
    desk: State<'_, Desk>,
    search: Option<String>,
    newest: Option<u32>,
    offset: u32,
    limit: u32,
) -> Answer<ActivityPage> {
    activity::page(desk.app()?, search.as_deref(), newest, offset, limit).await
}

#[tauri::command]
pub(crate) async fn activity_verify(desk: State<'_, Desk>) -> Answer<ChainReport> {
    activity::verify(desk.app()?).await
}

/// Answers with nothing where the person thought better of it.
#[tauri::command]
pub(crate) async fn activity_export(
    desk: State<'_, Desk>,
    window: WebviewWindow,
) -> Answer<Option<ActivityExport>> {
    let app = desk.app()?;
    let name = activity::export_name(app);
    match save::ask(&window, "Save the activity", &name).await {
        Some(path) => activity::export_over(app, &path).await.map(Some),
        None => Ok(None),
    }
}

#[tauri::command]
pub(crate) async fn open_audit_log(desk: State<'_, Desk>, connection_id: String) -> Answer<()> {
    let app = desk.app()?;
    let link = activity::audit_log(app, &connection_id)?;
    browser::open(app, None, link.as_str())
}
