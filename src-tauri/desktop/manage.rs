//! Commands of the home screen.

use narrows_core::cards;
use narrows_core::problem::{Next, Problem};
use narrows_core::resume::redeliver;
use narrows_core::run::{App, token_list_of};
use narrows_core::steps::Approach;
use narrows_core::story::{ConnectionCard, Home};
use tauri::State;

use super::browser;
use super::desk::Desk;
use super::task::Task;

#[tauri::command]
pub(crate) async fn home(desk: State<'_, Desk>) -> Result<Home, Problem> {
    let app = desk.app()?;
    let mut slot = desk.task().await;
    // Whoever is back here has left it, and a run that is held would be missing from the list.
    if slot.as_ref().is_some_and(Task::is_errand) {
        *slot = None;
    }
    *desk.several().await = None;
    cards::home(app)
}

#[tauri::command]
pub(crate) async fn deliver_again(
    desk: State<'_, Desk>,
    connection_id: String,
) -> Result<ConnectionCard, Problem> {
    let delivered = redeliver(desk.app()?, &connection_id).await;
    let_sign_in(&desk, &connection_id, delivered).await
}

/// Opens Cloudflare's list in which the token of a connection, or of a run, is found.
#[tauri::command]
pub(crate) async fn open_token_list(desk: State<'_, Desk>, of: String) -> Result<(), Problem> {
    let app = desk.app()?;
    browser::open(app, None, &token_list_of(app, &of)?)
}

/// Where the answer is that the person has to sign in, makes ready for it.
pub(super) async fn let_sign_in<T>(
    desk: &Desk,
    connection_id: &str,
    answer: Result<T, Problem>,
) -> Result<T, Problem> {
    if let Err(Problem {
        next: Next::SignIn, ..
    }) = &answer
    {
        *desk.task().await = Some(sign_in_at(desk.app()?, connection_id)?);
    }
    answer
}

/// A sign-in at the platform of a connection.
pub(super) fn sign_in_at(app: &App, connection: &str) -> Result<Task, Problem> {
    let approach = Approach::about(app, connection)?;
    Ok(Task::SignIn(Box::new(approach)))
}
