//! The window: thin. Each command hands over to the library and hands back what it says.

mod browser;
mod clipboard;
mod desk;
mod doctor;
mod life;
mod manage;
mod rotate;
mod wizard;

use std::process::ExitCode;

use tauri::{Manager, WebviewWindowBuilder};

use desk::Desk;

/// Opens the window, and returns when it is closed.
pub(crate) fn run() -> ExitCode {
    crate::cli::start_log();
    let built = tauri::Builder::default()
        .manage(Desk::new())
        .invoke_handler(tauri::generate_handler![
            wizard::about,
            wizard::prepare,
            wizard::choose_file_vault,
            wizard::sign_in_start,
            wizard::sign_in_wait,
            wizard::sign_in_cancel,
            wizard::token_pages,
            wizard::open_page,
            wizard::copy_link,
            wizard::copy_rows,
            wizard::paste_clipboard,
            wizard::paste_typed,
            wizard::inspect,
            wizard::preview,
            wizard::connect,
            wizard::cancel,
            manage::home,
            manage::deliver_again,
            rotate::rotate_prepare,
            rotate::rotate_preview,
            rotate::rotate,
            doctor::doctor_examine,
            doctor::doctor_again,
            doctor::doctor_history,
            doctor::doctor_copy_rows,
            doctor::doctor_bundle,
            doctor::doctor_bundle_copy,
            doctor::doctor_bundle_save,
        ])
        .on_window_event(life::heard)
        .setup(|app| {
            tauri::async_runtime::spawn(life::forget_stale_pastes(app.handle().clone()));
            let config = app
                .config()
                .app
                .windows
                .first()
                .cloned()
                .ok_or("tauri.conf.json names no window")?;
            let mut window = WebviewWindowBuilder::from_config(app.handle(), &config)?;
            // Where the library cannot be opened the window opens all the same, to say why.
            if let Ok(library) = app.state::<Desk>().app() {
                // What the page stores (its theme) lies in the data folder, not beside it.
                window = window.data_directory(library.folder.join("web"));
            }
            window.build()?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(|_, _| {});
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            ExitCode::from(70)
        }
    }
}
