//! The library and the command line, against the sandbox and a real keychain.
#![allow(
    clippy::print_stderr,
    reason = "a test that is skipped says why where a person sees it"
)]

mod connect;
mod doctor;
mod platform_moods;
mod refusals;
mod stage;
mod vault;
