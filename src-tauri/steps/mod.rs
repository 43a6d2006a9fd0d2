//! Steps: one file a step that several tasks share.
//!
//! Each writes its intent into the journal, causes its effect, writes down what came of it, and tells the face. Which steps
//! there are, and in what order, is the task's to say. Never: a step that calls a task.

pub(crate) mod approach;
pub(crate) mod deliver;
pub(crate) mod destroy;
pub(crate) mod extra;
pub(crate) mod fuse;
pub(crate) mod inspect;
pub(crate) mod keep;
pub(crate) mod mint;
pub(crate) mod ours;
pub(crate) mod parting;
pub(crate) mod paste;
pub(crate) mod prepare;
pub(crate) mod prove;
pub(crate) mod run;
pub(crate) mod sign_in;
pub(crate) mod site;
pub(crate) mod undo;
pub(crate) mod withdraw;

pub use approach::{Approach, offer};
pub(crate) use deliver::{Delivered, Parcel};
pub(crate) use extra::extras::Extras;
pub(crate) use inspect::Inspected;
pub(crate) use mint::Swept;
pub use paste::PASTE_LIVES;
pub use prepare::vault;
pub(crate) use prove::{Proof, Subject};
pub(crate) use run::Run;
pub use sign_in::{SignIn, SignedIn};
pub(crate) use undo::Undone;
pub(crate) use withdraw::Bond;
