//! The clipboard of the display.

use std::process::{Command, Stdio};

/// What the clipboard holds; empty where it holds no text.
pub(crate) fn text() -> String {
    let output = Command::new("xclip")
        .args(["-selection", "clipboard", "-out"])
        .stderr(Stdio::null())
        .output()
        .expect("xclip runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
