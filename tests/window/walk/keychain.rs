//! The keychain, asked past the application.

use std::process::{Command, Stdio};

/// What the application's items belong to while it plays in the sandbox.
const SERVICE: &str = "Narrows (sandbox)";

/// The secret that is kept under this name.
pub(crate) fn secret(account: &str) -> Option<String> {
    let output = tool("lookup", account).output().expect("secret-tool runs");
    let value = String::from_utf8(output.stdout).expect("the application keeps text");
    (!value.is_empty()).then_some(value)
}

/// Takes a secret away.
pub(crate) fn forget(account: &str) {
    let gone = tool("clear", account).status().expect("secret-tool runs");
    assert!(gone.success(), "the keychain held {account}");
}

fn tool(verb: &str, account: &str) -> Command {
    let mut tool = Command::new("secret-tool");
    tool.args([verb, "service", SERVICE, "username", account])
        .stderr(Stdio::null());
    tool
}
