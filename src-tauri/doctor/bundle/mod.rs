//! The support bundle: one file that says everything and gives nothing away.
//!
//! [`make()`] gathers it, [`write()`] renders it as JSON (`docs/support-bundle.schema.json`) and as Markdown, reads the
//! finished files back, and leaves none behind in which [`scan()`] finds a leak. Account and zone ids are shortened
//! unless asked; e-mail addresses and tokens are never in it.

mod contents;
mod file;
mod make;
mod markdown;
mod scan;
mod unwritable;

pub use contents::Bundle;
pub use file::{Form, Written, render, secrets, write, write_as};
pub use make::make;
pub use scan::{Leak, LeakKind, scan};
