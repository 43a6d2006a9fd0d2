//! Run: what every run stands on: the application, ids and names, the journal and how it is read back, the session at a
//! platform, locks.
//!
//! Enters: whatever a task or a step has to write down, hold or look up. Never: a question to Cloudflare, or a decision
//! about what comes next.

pub(crate) mod address;
pub(crate) mod app;
pub mod course;
pub(crate) mod cut;
pub(crate) mod decision;
pub(crate) mod effect;
pub(crate) mod entry;
pub(crate) mod extra_trace;
pub(crate) mod hold;
pub(crate) mod ids;
pub(crate) mod items;
pub(crate) mod journal;
pub(crate) mod kept;
pub(crate) mod known;
pub(crate) mod link;
pub(crate) mod links;
pub(crate) mod maker;
pub(crate) mod note;
pub(crate) mod report;
pub(crate) mod rotation;
pub(crate) mod session;
pub(crate) mod stop;

pub use app::{Addresses, App};
pub(crate) use course::{Mark, Marks};
pub(crate) use cut::{Cut, Nominated, Trace};
pub(crate) use decision::{Decision, Planned};
pub(crate) use journal::Journal;
pub(crate) use link::Link;
pub use links::{brand_link, openable, own_token_list, token_list_of};
pub(crate) use maker::Maker;
pub(crate) use report::Report;
pub(crate) use rotation::Left;
pub use rotation::{OpenRotation, open_rotations};
pub(crate) use stop::Stop;
pub use stop::cancelled;
