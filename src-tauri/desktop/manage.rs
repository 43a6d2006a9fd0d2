//! Commands of the home screen.

use narrows_core::connect::story::{ConnectionCard, Home};
use narrows_core::connect::{cards, redeliver};
use narrows_core::problem::Problem;
use tauri::State;

use super::desk::Desk;

#[tauri::command]
pub(crate) async fn home(desk: State<'_, Desk>) -> Result<Home, Problem> {
    cards::home(desk.app()?)
}

#[tauri::command]
pub(crate) async fn deliver_again(
    desk: State<'_, Desk>,
    connection_id: String,
) -> Result<ConnectionCard, Problem> {
    redeliver(desk.app()?, &connection_id).await
}
