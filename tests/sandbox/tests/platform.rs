//! The sandbox's platform over real HTTP. Every answer, wherever it is met, is held against `docs/platform-api.yaml`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "the whole crate is a test, its helpers included"
)]

#[path = "platform/browser.rs"]
mod browser;
#[path = "platform/cabinet.rs"]
mod cabinet;
#[path = "platform/connections.rs"]
mod connections;
#[path = "platform/contract.rs"]
mod contract;
#[path = "platform/coverage.rs"]
mod coverage;
#[path = "platform/extras.rs"]
mod extras;
#[path = "platform/running.rs"]
mod running;
#[path = "platform/sign_in.rs"]
mod sign_in;
