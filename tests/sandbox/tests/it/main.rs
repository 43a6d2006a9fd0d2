//! The sandbox over real HTTP.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "clippy lets only functions marked as tests panic, not their helpers"
)]

mod client;
mod dashboard;
mod face;
mod faults;
mod permissions;
mod refusals;
mod tokens;
