//! Narrows' library.

pub mod calls;
pub mod cloudflare;
pub mod connect;
pub mod http;
pub mod problem;
pub mod profile;
pub mod record;
pub mod secret;
pub mod vault;
