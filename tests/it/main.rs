//! The library and the command line, against the sandbox and a real keychain.
#![allow(
    clippy::print_stderr,
    reason = "a test that is skipped says why where a person sees it"
)]

mod browser;
mod cli;
mod connect;
mod golden;
mod platform_moods;
mod program;
mod refusals;
mod stage;
mod vault;
