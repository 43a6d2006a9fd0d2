//! Resume: a run that was cut off is shown by what is true of it now, and finished or taken back.
//!
//! The journal says what was begun; what became of it is asked: the vault for the value, Cloudflare with that value, the
//! platform with a fresh nonce. Nothing is changed by looking. `look.rs` asks what is true, `ways.rs` says how a run can
//! end, `task.rs` ends it, and `retry.rs` goes on with what needs nobody.

pub(crate) mod deliver;
pub(crate) mod left_over;
pub(crate) mod look;
pub(crate) mod retry;
pub(crate) mod seen;
pub(crate) mod task;
pub(crate) mod ways;

pub use deliver::redeliver;
pub use left_over::left_over;
pub use retry::{FIRST_PAUSE, keep_trying, retry};
pub use task::Resuming;
