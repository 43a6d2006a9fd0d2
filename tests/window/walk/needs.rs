//! What has to be there before anything can be shown.

use std::path::PathBuf;

const PROGRAMS: [&str; 5] = [
    "WebKitWebDriver",
    "import",
    "secret-tool",
    "xclip",
    "xdotool",
];

/// The first thing that is missing, in words.
pub(crate) fn missing() -> Option<String> {
    for variable in ["DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
        if std::env::var_os(variable).is_none_or(|value| value.is_empty()) {
            return Some(format!("{variable} is not set"));
        }
    }
    if let Some(program) = PROGRAMS.iter().find(|program| found(program).is_none()) {
        return Some(format!("{program} is not installed"));
    }
    let binary = binary();
    (!binary.exists()).then(|| format!("{} was not built", binary.display()))
}

/// The application, as `make window-test` has laid it down: the build's own folder may hold one without a window.
pub(crate) fn binary() -> PathBuf {
    target().join("walk/narrows")
}

/// The folder of whatever the build makes, three above this test.
pub(crate) fn target() -> PathBuf {
    let own = std::env::current_exe().expect("the test knows where it lies");
    own.ancestors()
        .nth(3)
        .expect("the folder above the build's")
        .to_owned()
}

/// Where a program lies, if it is installed.
pub(crate) fn found(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}
