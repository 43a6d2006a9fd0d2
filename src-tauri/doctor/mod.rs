//! Doctor: what a token can do, why it fails, and how to mend it.
//!
//! In comes a stored connection or a credential given for this once; out comes a [`Diagnosis`](story::Diagnosis).
//! Nothing here mints, delivers or keeps a token, and no request changes anything.

pub mod story;
