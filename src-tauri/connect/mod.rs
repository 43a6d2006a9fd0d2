//! Connect: from a pasted broad token to a narrow one that is proved, delivered and kept.
//!
//! In comes what a person chose and pasted; out comes an [`Outcome`](story::Outcome), told step by step on the way.
//! [`Walk`] is the door: both faces drive it, a method a step. Nothing here prints, draws, or asks a person.

pub mod activity;
mod app;
mod asked;
mod bootstrap;
pub mod cards;
mod cut;
mod deliver;
mod destroy;
mod disconnect;
mod effect;
mod extra;
mod finish;
pub mod forget;
mod fuse;
mod ids;
mod inspect;
mod keep;
pub(crate) mod kept;
mod limits;
mod links;
mod mint;
mod nominate;
mod orphans;
mod parting;
mod prove;
mod recover;
mod redeliver;
mod report;
pub mod rotate;
mod run;
mod session;
pub mod settings;
pub mod story;
mod token_pages;
mod undo;
pub mod vaults;
mod walk;
pub mod watch;
mod zones;

pub(crate) use app::passphrase_needed;
pub use app::{Addresses, App};
pub use links::{brand_link, openable, own_token_list, token_list_of};
pub use recover::{FIRST_PAUSE, keep_trying, left_over, retry};
pub(crate) use redeliver::unknown_connection;
pub use redeliver::{redeliver, rename};
pub use rotate::{OpenRotation, Several, finish_rotation, open_rotations};
pub use run::cancelled;
pub use walk::{PASTE_LIVES, SignIn, SignedIn, Walk};
