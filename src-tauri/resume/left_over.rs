//! Recover: a run that was cut off is shown by what is true of it now, and finished or taken back.
//!
//! The journal says what was begun; what became of it is asked: the vault for the value, Cloudflare with that value, the
//! platform with a fresh nonce. Nothing is changed by looking. Each kind of run has its own ways to end.
//!
//! `look.rs` asks what is true, `ways.rs` says how a run can end, `settle.rs` ends it, and `retry.rs` goes on with what needs
//! nobody.

use super::look::look;
use crate::cards::Open;
use crate::cards::left_over::{open_runs, told};
use crate::problem::Problem;
use crate::run::App;
use crate::story::LeftOver;

/// The same by what is true now. One after the other, as they may share a session.
pub async fn left_over(app: &App) -> Result<Vec<LeftOver>, Problem> {
    let mut found = Vec::new();
    for Open { cut, free } in open_runs(app)? {
        found.push(if free {
            look(app, &cut).await
        } else {
            told(app, &cut)
        });
    }
    Ok(found)
}
