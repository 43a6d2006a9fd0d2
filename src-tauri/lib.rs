//! Narrows' library.

pub mod calls;
pub mod connect;
pub mod http;
pub mod platform;
pub mod problem;
pub mod random;
pub mod record;
pub mod secret;
pub mod vault;
