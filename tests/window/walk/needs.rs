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

/// The application, which lies beside this test's own folder.
pub(crate) fn binary() -> PathBuf {
    let own = std::env::current_exe().expect("the test knows where it lies");
    own.parent()
        .and_then(|deps| deps.parent())
        .expect("the folder of the build")
        .join("narrows")
}

/// The folder of whatever the build makes.
pub(crate) fn target() -> PathBuf {
    binary()
        .ancestors()
        .nth(2)
        .expect("the folder above the build's")
        .to_owned()
}

/// Where a program lies, if it is installed.
pub(crate) fn found(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}
