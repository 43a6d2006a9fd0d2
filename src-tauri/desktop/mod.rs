//! The window: thin. Each command hands over to the library and hands back what it says.

mod activity;
mod browser;
mod clipboard;
mod desk;
mod disconnect;
mod doctor;
mod exam;
mod life;
mod manage;
mod place;
mod recover;
mod rotate;
mod save;
mod settings;
mod task;
mod watch;
mod wizard;

use std::error::Error;
use std::process::ExitCode;

use narrows_core::record::Place;
use tauri::{Manager, WebviewWindowBuilder};

use desk::Desk;

/// Opens the window, and returns when it is closed; nothing where another one is open that does not answer.
pub(crate) fn run() -> Option<ExitCode> {
    crate::start::start_log();
    let desk = Desk::new();
    // Where the library cannot be opened the window opens all the same, to say why.
    let place = match desk.app().and_then(|app| place::take(&app.record)) {
        Ok(place::Found::Free(place)) => Some(place),
        Ok(place::Found::Shown) => return Some(ExitCode::SUCCESS),
        Ok(place::Found::Silent) => return None,
        Err(_) => None,
    };
    let built = tauri::Builder::default()
        .manage(desk)
        .invoke_handler(tauri::generate_handler![
            wizard::about,
            wizard::prepare,
            wizard::choose_file_vault,
            wizard::sign_in_start,
            wizard::sign_in_wait,
            wizard::sign_in_cancel,
            wizard::token_pages,
            wizard::open_page,
            wizard::open_brand_link,
            wizard::copy_link,
            wizard::copy_rows,
            wizard::paste_clipboard,
            wizard::paste_typed,
            wizard::inspect,
            wizard::zones,
            wizard::preview,
            wizard::connect,
            wizard::cancel,
            manage::home,
            manage::deliver_again,
            manage::open_token_list,
            doctor::doctor_second_paste,
            doctor::doctor_second_forget,
            watch::check_connections,
            watch::sign_in_for,
            watch::unlock_sealed_file,
            rotate::rotate_prepare,
            rotate::rotate_preview,
            rotate::rotate,
            rotate::rotate_all_prepare,
            rotate::rotate_all_preview,
            rotate::rotate_all,
            doctor::doctor_examine,
            doctor::doctor_again,
            doctor::doctor_history,
            doctor::doctor_copy_rows,
            doctor::doctor_bundle,
            doctor::doctor_bundle_copy,
            doctor::doctor_bundle_save,
            activity::activity_page,
            activity::activity_verify,
            activity::activity_export,
            activity::open_audit_log,
            settings::settings_show,
            settings::settings_set,
            settings::project_rename,
            settings::open_folder,
            settings::vault_panel,
            settings::vault_unlock,
            settings::vault_move,
            settings::forget_plan,
            settings::forget_everything,
            settings::open_left,
            disconnect::disconnect_begin,
            disconnect::disconnect,
            recover::check_left_over,
            recover::hear_left_over,
            recover::resume_begin,
            recover::resume,
            recover::orphans_begin,
            recover::orphans,
            recover::delete_orphans,
        ])
        .on_window_event(life::heard)
        .setup(|app| set_up(app, place))
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(|_, _| {});
            Some(ExitCode::SUCCESS)
        }
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            Some(ExitCode::from(70))
        }
    }
}

/// Opens the window, and starts what goes on beside it.
fn set_up(app: &mut tauri::App, place: Option<Place>) -> Result<(), Box<dyn Error>> {
    tauri::async_runtime::spawn(life::forget_stale_pastes(app.handle().clone()));
    tauri::async_runtime::spawn(watch::remind(app.handle().clone()));
    if let Some(place) = place {
        tauri::async_runtime::spawn(place::answer(app.handle().clone(), place));
    }
    tauri::async_runtime::spawn(recover::go_on(app.handle().clone()));
    let config = app
        .config()
        .app
        .windows
        .first()
        .cloned()
        .ok_or("tauri.conf.json names no window")?;
    let mut window = WebviewWindowBuilder::from_config(app.handle(), &config)?;
    if let Ok(library) = app.state::<Desk>().app() {
        // What the page stores (its theme) lies in the data folder, not beside it.
        window = window.data_directory(library.folder.join("web"));
    }
    window.build()?;
    Ok(())
}
