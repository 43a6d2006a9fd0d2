//! Connect: from a pasted broad token to a narrow one that is proved, delivered and kept.
//!
//! In comes what a person chose and pasted; out comes an [`Outcome`](story::Outcome), told step by step on the way.
//! [`Walk`] is the door: both faces drive it, a method a step. Nothing here prints, draws, or asks a person.

mod app;
mod asked;
mod bootstrap;
pub mod cards;
mod deliver;
mod destroy;
mod effect;
mod fuse;
mod ids;
mod inspect;
mod keep;
mod limits;
mod links;
mod mint;
mod nominate;
mod prove;
mod redeliver;
mod report;
pub mod rotate;
mod run;
mod session;
pub mod story;
mod token_pages;
mod undo;
mod walk;
mod zones;

pub(crate) use app::passphrase_needed;
pub use app::{Addresses, App};
pub use links::openable;
pub use redeliver::redeliver;
pub(crate) use redeliver::unknown_connection;
pub use rotate::{OpenRotation, Several, finish_rotation, open_rotations};
pub use run::cancelled;
pub use walk::{PASTE_LIVES, SignIn, SignedIn, Walk};
