//! Step 5: a token made through our link gets its own early end.

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::inspect::Inspected;
use crate::cloudflare::NewToken;
use crate::problem::Problem;
use crate::run::Journal;
use crate::run::effect::FUSE;

/// How long a broad token made for a run lives at the most.
pub(crate) const MINUTES: i64 = 15;

/// A fuse that is lit or being lit: in the end, when the broad token dies by itself, or nothing where Cloudflare did
/// not take it.
pub(crate) type Fuse = Shared<BoxFuture<'static, Option<Timestamp>>>;

/// Begins to light the fuse. Nothing waits for it but the end of the broad token.
pub(crate) fn light(broad: &Inspected, journal: &Journal, now: Timestamp) -> Result<Fuse, Problem> {
    journal.intent(FUSE, &json!({ "token": broad.token_id }))?;
    let (broad, journal) = (broad.clone(), journal.clone());
    let lighting = tokio::spawn(async move {
        let end = set_end(&broad, &journal, now).await;
        let detail = json!({ "token": broad.token_id, "ends": end.map(|end| end.to_string()) });
        let noted = match end {
            Some(_) => journal.done(FUSE, &detail),
            None => journal.failed(FUSE, &detail),
        };
        if noted.is_err() {
            tracing::warn!("the fuse was not written down");
        }
        end
    });
    Ok(async move { lighting.await.ok().flatten() }
        .boxed()
        .shared())
}

/// Gives the broad token an end of its own, [`MINUTES`] from `now`. Everything else of it stays as it was.
async fn set_end(broad: &Inspected, journal: &Journal, now: Timestamp) -> Option<Timestamp> {
    let own = broad.own.as_ref()?;
    let end = now.checked_add(SignedDuration::from_mins(MINUTES)).ok()?;
    // Cloudflare's dates carry no fractions of a second.
    let end = Timestamp::from_second(end.as_second()).ok()?;
    if own.expires_on.is_some_and(|expires| expires <= end) {
        return own.expires_on;
    }
    let change = NewToken {
        expires_on: Some(end),
        ..own.to_new()
    };
    let (ordering, heard) = broad.client.listening();
    let changed = ordering
        .update_token(&broad.owner, &broad.token_id, &change, None)
        .await;
    let how = match &changed {
        Ok(_) => format!("ends at {} at the latest", end.strftime("%H:%M UTC")),
        Err(error) => error.problem().code,
    };
    journal.activity("limit pasted token", &own.name, &how, Some(&heard));
    changed.ok().map(|_| end)
}
