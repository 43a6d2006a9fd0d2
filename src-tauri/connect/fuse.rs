//! Step 5: a token made through our link gets its own early end.

use jiff::{SignedDuration, Timestamp};

use super::inspect::Inspected;
use crate::cloudflare::NewToken;

/// How long a broad token made for a run lives at the most.
pub(super) const MINUTES: i64 = 15;

/// Gives the broad token an end of its own, [`MINUTES`] from `now`. Everything else of it stays as it was.
/// Returns the end, or nothing where Cloudflare did not take it or the token could not be read.
pub(super) async fn light(broad: &Inspected, now: Timestamp) -> Option<Timestamp> {
    let own = broad.own.as_ref()?;
    let end = Timestamp::from_second(
        now.checked_add(SignedDuration::from_mins(MINUTES))
            .ok()?
            .as_second(),
    )
    .ok()?;
    if own.expires_on.is_some_and(|expires| expires <= end) {
        return own.expires_on;
    }
    let change = NewToken {
        expires_on: Some(end),
        ..own.to_new()
    };
    broad
        .client
        .update_token(&broad.owner, &broad.token_id, &change, None)
        .await
        .ok()
        .map(|_| end)
}
