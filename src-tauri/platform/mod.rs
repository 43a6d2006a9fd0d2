//! The platform that gets the narrow token: sign-in, delivery, receipt. The contract is `docs/platform-api.yaml`.
//!
//! What enters: an address, a [`Session`], a [`Delivery`]. What comes out: what the platform [`Held`], or an [`Error`]
//! whose kind says whether it refused, could not be reached, or may have done what was asked. A refusal counts only
//! when it is a problem document: whatever else answers in the platform's place has decided nothing.
//!
//! Nothing is kept here, and no header or body is logged.

mod answer;
mod client;
mod delivery;
mod error;
mod extra;
mod receipt;
mod session;
mod sign_in;

pub use client::Platform;
pub use delivery::{Connected, Delivery, Held, Me, TokenKind};
pub use error::Error;
pub use extra::{ExtraDelivery, HeldExtra};
pub use receipt::{Nonce, Receipt};
pub use session::Session;
pub use sign_in::DeviceCode;

#[cfg(test)]
mod tests;
