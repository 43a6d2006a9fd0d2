//! Doctor: what a token can do, why it fails, and how to mend it.
//!
//! In comes a stored connection or a credential given for this once ([`Input`]); out comes a
//! [`Diagnosis`](story::Diagnosis), told row by row on the way. Nothing here mints, delivers or keeps a token, and no
//! request changes anything. [`examine`] is the door, [`compare()`] holds two diagnoses against each other, [`bundle`]
//! makes the file for support.

pub mod bundle;
mod causes;
mod compare;
mod examine;
mod fix;
mod found;
mod heard;
mod history;
mod identify;
mod issuer;
mod places;
mod policy;
mod rows;
pub mod story;
mod subject;
mod tell;
mod wants;
mod weigh;
pub use compare::compare;
pub use examine::examine;
pub use history::{before, earlier, token_list};
pub use subject::{Given, Input, Subject, second_card};
