//! Tokens of their own beside a connection's narrow one, such as the one that R2 keys come from.
//!
//! Cloudflare gives no token that a token makes the right to make more, so they are made in the same run as the narrow
//! one, while the pasted token is held, and only once the platform has the connection. Nothing here stops a run: what
//! does not come about is off, with the reason, and whatever was made of it is deleted again.
//!
//! ```text
//! mint → keep → prove → deliver → acknowledged by a receipt → in use; the one before is revoked
//! ```
//!
//! A connection names each of them with what it is to it ([`ExtraState`]), and so accounts for those too that nothing
//! uses any more and that were not seen dead. `plan.rs` says what is asked, `make.rs` makes it, `deliver.rs` hands it over,
//! `end.rs` ends what is used no more, `trace.rs` reads a journal, and `settle.rs` takes up what was cut off.

pub(crate) mod deliver;
pub(crate) mod end;
pub(crate) mod extras;
pub(crate) mod make;
pub(crate) mod settle;
