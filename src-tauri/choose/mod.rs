//! Choose: from what a person chose and pasted to the exact decision, and back into words.
//!
//! Enters: choices, a profile, what the pasted token sees. Leaves: a decision that can be minted, or the one choice that
//! cannot be. Never: a call outside.

pub(crate) mod asked;
pub(crate) mod decide;
pub(crate) mod extra;
pub(crate) mod granted;
pub(crate) mod limits;
pub(crate) mod token_pages;
pub(crate) mod zones;

pub(crate) use decide::Known;
pub(crate) use extra::Asked;
pub(crate) use zones::Listed;
