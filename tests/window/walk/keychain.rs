//! The keychain, asked past the application.

use std::process::{Command, Stdio};

/// The one secret of this installation whose account holds `part`.
///
/// The walks share a keychain, and each installation names its items after its own connections and platform.
pub(crate) fn secret(service: &str, account: &str) -> Option<String> {
    let output = Command::new("secret-tool")
        .args(["lookup", "service", service, "username", account])
        .stderr(Stdio::null())
        .output()
        .expect("secret-tool runs");
    let value = String::from_utf8(output.stdout).expect("the application keeps text");
    (!value.is_empty()).then_some(value)
}
