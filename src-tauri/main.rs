//! Narrows: with arguments a command line, without a window.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod cli;
#[cfg(feature = "gui")]
mod desktop;
mod start;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::arguments() {
        cli::Wanted::Command(command) => cli::run(*command),
        #[cfg(feature = "gui")]
        cli::Wanted::Window => desktop::run().unwrap_or_else(cli::window_silent),
        #[cfg(not(feature = "gui"))]
        cli::Wanted::Window => cli::no_window(),
        cli::Wanted::Nothing(code) => code,
    }
}
