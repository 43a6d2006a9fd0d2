//! Waiting for something that a person would wait for: asked again and again, never slept away.

use std::time::{Duration, Instant};

/// Longer than anything here takes on a busy machine.
pub(crate) const LONG: Duration = Duration::from_mins(1);

const PAUSE: Duration = Duration::from_millis(50);

/// What `ask` finds, as soon as it finds something; nothing once `limit` is over.
pub(crate) async fn within<T>(
    limit: Duration,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> Option<T> {
    let began = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return Some(found);
        }
        if began.elapsed() > limit {
            return None;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
