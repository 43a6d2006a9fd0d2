//! Connect.
pub mod story;
