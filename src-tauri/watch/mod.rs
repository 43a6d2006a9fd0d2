//! Watch: does a connection still stand as it was made?
//!
//! [`check`] asks vault, Cloudflare and platform about every connection, and remembers what it found. Whatever could not be
//! asked is *untold*, never *fine*.

pub(crate) mod answers;
pub(crate) mod check;
pub(crate) mod extras;
pub(crate) mod judge;
pub(crate) mod look;

pub use check::check;
