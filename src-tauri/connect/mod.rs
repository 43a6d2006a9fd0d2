//! Connect: from a pasted broad token to a narrow one that is proved, delivered and kept.
//!
//! In comes what a person chose and pasted; out comes an [`Outcome`](story::Outcome), told step by step on the way.
//! [`Walk`] is the door: both faces drive it, a method a step. Nothing here prints, draws, or asks a person.

pub mod activity;
mod app;
mod asked;
mod bootstrap;
pub mod cards;
mod deliver;
mod destroy;
pub mod forget;
mod fuse;
mod ids;
mod inspect;
pub(crate) mod kept;
mod limits;
mod links;
mod mint;
mod nominate;
mod prove;
mod redeliver;
mod report;
mod session;
pub mod settings;
pub mod story;
mod token_pages;
pub mod vaults;
mod walk;
mod zones;

pub(crate) use app::passphrase_needed;
pub use app::{Addresses, App};
pub use bootstrap::cancelled;
pub use links::openable;
pub(crate) use redeliver::unknown_connection;
pub use redeliver::{redeliver, rename};
pub use walk::{PASTE_LIVES, SignIn, SignedIn, Walk};
