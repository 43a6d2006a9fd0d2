//! The clipboard of the display.

use std::io::Write;
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

/// Copies a text, as a person does elsewhere.
pub(crate) fn put(text: &str) {
    let mut xclip = Command::new("xclip")
        .args(["-selection", "clipboard", "-in"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("xclip runs");
    let mut input = xclip.stdin.take().expect("it listens");
    input.write_all(text.as_bytes()).expect("it takes the text");
    drop(input);
    // What it leaves behind serves the text until somebody else copies.
    let taken = xclip.wait().expect("xclip ends");
    assert!(taken.success(), "the clipboard takes a text");
}
