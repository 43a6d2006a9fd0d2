//! Keep: what is done on this computer with what is kept: settings, vaults, the activity, forgetting.
//!
//! Never: a call to Cloudflare or a platform.

pub mod activity;
pub mod forget;
pub mod settings;
pub mod vaults;
