//! Desktop sessions of their own, each with its own bus and keyring, for tests of a real GNOME Keyring.
//!
//! A test runs this very binary inside of one, so that the keychain of whoever runs it stays untouched. It needs
//! `dbus-run-session` and `gnome-keyring-daemon`, and is skipped unless `NARROWS_TEST_KEYRING=1`.

use std::process::Command;

/// A folder of its own, and a way to wait for the keyring: its daemon returns before it owns its name, and a call made
/// meanwhile would start a second, locked one.
const SCRATCH: &str = r#"
export HOME="$SCRATCH" XDG_RUNTIME_DIR="$SCRATCH" XDG_DATA_HOME="$SCRATCH/data"
owner() {
  dbus-send --session --dest=org.freedesktop.DBus --print-reply=literal / \
    org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets 2>/dev/null || true
}
wait_for_another_than() {
  for _ in $(seq 100); do
    now=$(owner)
    if [ -n "$now" ] && [ "$now" != "$1" ]; then return; fi
    sleep 0.1
  done
  echo "gnome-keyring did not come up" >&2
  exit 1
}
"#;

/// A keyring of its own, with its password typed.
pub(crate) const UNLOCKED: &str = r#"
printf pw | gnome-keyring-daemon --daemonize --unlock --components=secrets >/dev/null
wait_for_another_than ""
"#;

/// The same, then started again with its password not typed.
pub(crate) const LOCKED: &str = r#"
printf pw | gnome-keyring-daemon --daemonize --unlock --components=secrets >/dev/null
wait_for_another_than ""
unlocked=$(owner)
gnome-keyring-daemon --replace --daemonize --components=secrets >/dev/null
wait_for_another_than "$unlocked"
"#;

/// A bus address where nobody answers.
pub(crate) const ABSENT: &str = r#"
export DBUS_SESSION_BUS_ADDRESS="unix:path=$SCRATCH/nowhere"
"#;

/// Runs the ignored test `inside` in a session prepared by `script`.
pub(crate) fn in_session(script: &str, inside: &str) {
    if std::env::var_os("NARROWS_TEST_KEYRING").is_none_or(|value| value != "1") {
        eprintln!(
            "skipped: NARROWS_TEST_KEYRING=1 is not set, which allows a keyring to be started"
        );
        return;
    }
    let scratch = tempfile::tempdir().expect("a folder");
    let script = format!("set -e\n{SCRATCH}\n{script}\nexec \"$0\" --ignored --exact {inside}");
    let output = Command::new("dbus-run-session")
        .args(["--", "bash", "-c", &script])
        .arg(std::env::current_exe().expect("this binary"))
        .env("SCRATCH", scratch.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("dbus-run-session runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{inside}:\n{said}\n{complained}");
    assert!(said.contains("1 passed"), "{inside} did not run:\n{said}");
}
