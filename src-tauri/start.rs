//! What both faces start with: the application that the environment names, and the log.

use narrows_core::problem::{Next, Problem};
use narrows_core::run::{Addresses, App};
use std::path::PathBuf;
use tracing_subscriber::filter::{EnvFilter, FilterExt, LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Opens the application on the addresses and the data folder that the environment names.
pub(crate) fn open() -> Result<App, Problem> {
    let (api, dashboard, platform) = (
        variable("NARROWS_CLOUDFLARE_API")?,
        variable("NARROWS_DASHBOARD")?,
        variable("NARROWS_PLATFORM")?,
    );
    let addresses = Addresses::new(api.as_deref(), dashboard.as_deref(), platform.as_deref())?;
    let folder = home(addresses.sandbox).ok_or_else(|| {
        Problem::new(
            "no-home",
            "This user has no home folder to keep the records in.",
            "Name a folder in NARROWS_HOME.",
            Next::StartOver,
        )
    })?;
    App::open(folder, addresses)
}

/// Logs to standard error what `NARROWS_LOG` names, and nothing without it.
///
/// Of other crates only warnings are let through, whatever is named: how much of a header, a body or a keychain's
/// message they log below that is theirs to change with any version.
pub(crate) fn start_log() {
    let Ok(named) = EnvFilter::try_from_env("NARROWS_LOG") else {
        return;
    };
    let ours = Targets::new()
        .with_target("narrows", LevelFilter::TRACE)
        .with_default(LevelFilter::WARN);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_filter(named.and(ours));
    // A second call in one process is a programming fault that harms nobody.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}

/// What a variable of the environment is set to; nothing where it is empty.
pub(crate) fn variable(name: &str) -> Result<Option<String>, Problem> {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => Ok(Some(text)),
        Ok(_) | Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(unreadable(name)),
    }
}

pub(crate) fn unreadable(name: &str) -> Problem {
    Problem::new(
        "environment-unreadable",
        format!("{name} is not text."),
        format!("Correct {name}."),
        Next::StartOver,
    )
}

/// The data folder of this computer's user.
pub(crate) fn home(sandbox: bool) -> Option<PathBuf> {
    if let Some(home) = std::env::var_os("NARROWS_HOME").filter(|home| !home.is_empty()) {
        return Some(PathBuf::from(home));
    }
    let name = if sandbox {
        "narrows-sandbox"
    } else {
        "narrows"
    };
    Some(directories::BaseDirs::new()?.data_local_dir().join(name))
}
