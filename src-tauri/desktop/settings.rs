//! Commands of the settings' screen.

use narrows_core::keep::{forget, settings, vaults};
use narrows_core::problem::{Next, Problem};
use narrows_core::redeliver::rename;
use narrows_core::secret::Secret;
use narrows_core::story::{
    ConnectionCard, ForgetPlan, Forgotten, LeftAlive, Moved, Settings, VaultPanel,
};
use narrows_core::vault::VaultKind;
use serde::Deserialize;
use tauri::State;

use super::browser;
use super::desk::{Desk, out_of_order};
use super::manage::let_sign_in;

type Answer<T> = Result<T, Problem>;

/// Where something lives on.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Elsewhere {
    Tokens,
    Platform,
}

impl Elsewhere {
    fn page(&self, connection: &str) -> String {
        match self {
            Self::Tokens => format!("left-tokens/{connection}"),
            Self::Platform => format!("left-platform/{connection}"),
        }
    }
}

#[tauri::command]
pub(crate) async fn settings_show(desk: State<'_, Desk>) -> Answer<Settings> {
    settings::settings(desk.app()?)
}

#[tauri::command]
pub(crate) async fn settings_set(
    desk: State<'_, Desk>,
    name: String,
    value: String,
) -> Answer<Settings> {
    settings::set(desk.app()?, &name, &value)
}

#[tauri::command]
pub(crate) async fn project_rename(
    desk: State<'_, Desk>,
    connection_id: String,
    project: String,
) -> Answer<ConnectionCard> {
    let renamed = rename(desk.app()?, &connection_id, &project).await;
    let_sign_in(&desk, &connection_id, renamed).await
}

#[tauri::command]
pub(crate) async fn open_folder(desk: State<'_, Desk>) -> Answer<()> {
    open::that_detached(&desk.app()?.folder).map_err(|error| {
        Problem::new(
            "folder-unopened",
            "The folder could not be opened.",
            "Open it yourself; its path is shown.",
            Next::Retry,
        )
        .with_evidence(error.to_string())
    })
}

#[tauri::command]
pub(crate) async fn vault_panel(desk: State<'_, Desk>) -> Answer<VaultPanel> {
    vaults::panel(desk.app()?).await
}

#[tauri::command]
pub(crate) async fn vault_unlock(desk: State<'_, Desk>, passphrase: Secret) -> Answer<VaultPanel> {
    let app = desk.app()?;
    app.use_sealed_file(passphrase).await?;
    vaults::panel(app).await
}

#[tauri::command]
pub(crate) async fn vault_move(
    desk: State<'_, Desk>,
    to: VaultKind,
    passphrase: Option<Secret>,
) -> Answer<Moved> {
    // A run that was begun and left would hold the lock that a move needs.
    *desk.task().await = None;
    vaults::move_vault(desk.app()?, to, passphrase).await
}

#[tauri::command]
pub(crate) async fn forget_plan(desk: State<'_, Desk>) -> Answer<ForgetPlan> {
    let plan = forget::plan(desk.app()?)?;
    put_links(&desk, &plan.alive);
    Ok(plan)
}

#[tauri::command]
pub(crate) async fn forget_everything(
    desk: State<'_, Desk>,
    typed: String,
    records_anyway: bool,
) -> Answer<Forgotten> {
    *desk.task().await = None;
    desk.put_exam(None);
    let forgotten = forget::forget(desk.app()?, &typed, records_anyway).await?;
    put_links(&desk, &forgotten.alive);
    Ok(forgotten)
}

#[tauri::command]
pub(crate) async fn open_left(
    desk: State<'_, Desk>,
    connection_id: String,
    place: Elsewhere,
) -> Answer<()> {
    let link = desk
        .link(&place.page(&connection_id))
        .ok_or_else(out_of_order)?;
    let platform = match place {
        Elsewhere::Tokens => None,
        Elsewhere::Platform => Some(link.as_str()),
    };
    browser::open(desk.app()?, platform, &link)
}

/// Remembers where the pages lie: once the records are gone, nothing else does.
fn put_links(desk: &Desk, alive: &[LeftAlive]) {
    for left in alive {
        let id = &left.connection_id;
        desk.put_link(&Elsewhere::Tokens.page(id), left.token_list.clone());
        if let Some(address) = &left.platform_address {
            desk.put_link(&Elsewhere::Platform.page(id), address.clone());
        }
    }
}
