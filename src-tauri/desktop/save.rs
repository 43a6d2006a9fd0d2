//! Asks where a file shall be saved, in the system's own dialog. Opened from here, so that the page cannot name a file.

use std::path::PathBuf;

use rfd::AsyncFileDialog;
use tauri::WebviewWindow;

/// The file that the person chose, in Downloads unless they went elsewhere; nothing where they thought better of it.
///
/// The dialog asks before it gives the name of a file that exists.
pub(crate) async fn ask(window: &WebviewWindow, title: &str, name: &str) -> Option<PathBuf> {
    let mut dialog = AsyncFileDialog::new()
        .set_parent(window)
        .set_title(title)
        .set_file_name(name);
    // Left to itself it would open where the program was started.
    if let Some(folders) = directories::UserDirs::new() {
        let downloads = folders.download_dir().filter(|folder| folder.is_dir());
        dialog = dialog.set_directory(downloads.unwrap_or_else(|| folders.home_dir()));
    }
    let chosen = dialog.save_file().await?;
    Some(chosen.path().to_owned())
}
