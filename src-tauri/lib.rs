//! Narrows' library.

pub mod calls;
pub mod connect;
pub mod problem;
pub mod record;
pub mod secret;
pub mod vault;
