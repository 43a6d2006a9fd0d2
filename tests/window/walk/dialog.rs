//! The system's own dialog for saving a file: no page, so it is used as a person does, with keys.

use std::path::Path;
use std::process::Command;

use crate::display;
use crate::patience::{LONG, within};

/// What stands above the dialog.
const TITLE: &str = "^Save the support bundle$";

/// Waits for the dialog, and answers it with a file.
pub(crate) async fn save_as(file: &Path) {
    let dialog = focused().await;
    let name = file.to_str().expect("a path in plain letters");
    // The name that is offered is marked, so what is typed takes its place.
    xdotool(&["key", "ctrl+a"]);
    xdotool(&["type", "--delay", "5", name]);
    xdotool(&["key", "Return"]);
    gone(&dialog).await;
}

/// Waits for the dialog, and thinks better of it.
pub(crate) async fn think_better() {
    let dialog = focused().await;
    display::photograph("56-doctor-save-as", 980, 760);
    xdotool(&["key", "Escape"]);
    gone(&dialog).await;
}

/// The dialog once it is there, with the focus that nobody else gives it: there is no window manager here.
async fn focused() -> String {
    let found = within(LONG, async || shown()).await;
    let dialog = found.expect("the dialog for saving a file opens");
    xdotool(&["windowfocus", "--sync", &dialog]);
    dialog
}

async fn gone(dialog: &str) {
    let gone = within(LONG, async || {
        (shown().as_deref() != Some(dialog)).then_some(())
    });
    gone.await.expect("the dialog closes");
}

fn shown() -> Option<String> {
    let search = Command::new("xdotool")
        .args(["search", "--onlyvisible", "--name", TITLE])
        .output()
        .expect("xdotool runs");
    let windows = String::from_utf8(search.stdout).ok()?;
    windows.lines().next().map(str::to_owned)
}

fn xdotool(arguments: &[&str]) {
    let done = Command::new("xdotool").args(arguments).status();
    assert!(
        done.expect("xdotool runs").success(),
        "xdotool does what it is told: {arguments:?}"
    );
}
