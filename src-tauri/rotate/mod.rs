//! Rotate: a new token in the place of a connection's old one.
//!
//! ```text
//! mint → keep beside the old → prove → deliver → acknowledged by a receipt over the new token
//!      → swap → revoke the old and see it refused → forget its value → destroy the broad token
//! ```
//!
//! Until the platform acknowledges, the old token works and nothing of it is touched. `turn.rs` takes the steps; it serves a
//! run that goes on and one that is taken up later. Each point of failure has a
//! [`RotationState`](crate::story::RotationState). Rolling in place is another thing altogether, and never done unasked.

pub(crate) mod beside;
pub(crate) mod decide;
pub(crate) mod extras;
pub(crate) mod finish;
pub(crate) mod in_place;
pub(crate) mod old;
pub(crate) mod several;
pub(crate) mod stopped;
pub(crate) mod task;
pub(crate) mod told;
pub(crate) mod turn;

pub(crate) use finish::finish;
pub use finish::{finish_rotation, finish_rotation_with, undo_rotation};
pub use several::Several;
pub use task::Rotate;
