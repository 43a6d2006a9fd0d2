//! The system's own dialog for saving a file: no page, so it is used as a person does, with keys.

use std::path::Path;
use std::process::Command;

use crate::display;
use crate::patience::{LONG, within};

/// Waits for the dialog with this title, and answers it with a file.
pub(crate) async fn save_as(title: &str, file: &Path) {
    let dialog = focused(title).await;
    let name = file.to_str().expect("a path in plain letters");
    // The name that is offered is marked, so what is typed takes its place.
    xdotool(&["key", "ctrl+a"]);
    xdotool(&["type", "--delay", "5", name]);
    xdotool(&["key", "Return"]);
    gone(title, &dialog).await;
}

/// Waits for the dialog with this title, and thinks better of it; `picture` is the name of what is photographed.
pub(crate) async fn think_better(title: &str, picture: &str) {
    let dialog = focused(title).await;
    display::photograph(picture, 980, 760);
    xdotool(&["key", "Escape"]);
    gone(title, &dialog).await;
}

/// The dialog once it is there, with the focus that nobody else gives it: there is no window manager here.
async fn focused(title: &str) -> String {
    let found = within(LONG, async || shown(title)).await;
    let dialog = found.expect("the dialog for saving a file opens");
    xdotool(&["windowfocus", "--sync", &dialog]);
    dialog
}

async fn gone(title: &str, dialog: &str) {
    let gone = within(LONG, async || {
        (shown(title).as_deref() != Some(dialog)).then_some(())
    });
    gone.await.expect("the dialog closes");
}

fn shown(title: &str) -> Option<String> {
    let search = Command::new("xdotool")
        .args(["search", "--onlyvisible", "--name", &format!("^{title}$")])
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
