//! A Cloudflare and a platform on loopback, strict where the real ones are.

pub mod platform;
