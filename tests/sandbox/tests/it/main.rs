//! The sandbox over real HTTP.

mod client;
mod dashboard;
mod face;
mod faults;
mod permissions;
mod refusals;
mod tokens;
