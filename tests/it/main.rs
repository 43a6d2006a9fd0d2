//! The library and the command line, against the sandbox and a real keychain.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and one that is skipped says why where a person sees it"
)]

mod browser;
mod bundle;
mod cli;
mod connect;
mod contract;
mod doctor;
mod doctor_table;
mod golden;
mod keychain;
mod leak;
mod platform_moods;
mod profiles;
mod program;
mod refusals;
mod rotate;
mod rotate_cli;
mod rotate_storm;
mod secrecy;
mod session;
mod stage;
mod traps;
mod vault;
