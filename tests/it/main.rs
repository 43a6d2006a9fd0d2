//! The library and the command line, against the sandbox and a real keychain.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and one that is skipped says why where a person sees it"
)]

mod activity;
mod browser;
mod bundle;
mod cli;
mod connect;
mod contract;
mod courses;
mod disconnect;
mod doctor;
mod doctor_table;
mod earlier;
mod extras;
mod golden;
mod house;
mod keychain;
mod leak;
mod ledger;
mod matrix;
mod moody;
mod orphans;
mod other_person;
mod places;
mod platform_moods;
mod profiles;
mod program;
mod recover;
mod redeliver;
mod refusals;
mod rotate;
mod rotate_cli;
mod rotate_open;
mod rotate_storm;
mod second_try;
mod secrecy;
mod session;
mod settings;
mod sign_in;
mod stage;
mod together;
mod traps;
mod vault;
mod watch;
