//! One window at a time: a second start brings the first to the front and ends.

use std::thread::sleep;
use std::time::{Duration, Instant};

use narrows_core::problem::Problem;
use narrows_core::record::{Place, Record};
use tauri::{AppHandle, Manager};

/// Between two looks for a knock, and for whether one was heard.
const LOOK: Duration = Duration::from_millis(250);

/// How long a second start waits to be heard.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a start finds.
pub(super) enum Found {
    /// No other window.
    Free(Place),
    /// One that came to the front.
    Shown,
    /// One that does not answer.
    Silent,
}

/// Takes the place of the one window, or knocks at whoever has it.
pub(super) fn take(record: &Record) -> Result<Found, Problem> {
    let failed = |error: narrows_core::record::Error| error.problem();
    if let Some(place) = record.place().map_err(failed)? {
        return Ok(Found::Free(place));
    }
    record.knock().map_err(failed)?;
    let knocked = Instant::now();
    while knocked.elapsed() < PATIENCE {
        sleep(LOOK);
        if record.was_heard() {
            return Ok(Found::Shown);
        }
        // The other window may have been closing.
        if let Some(place) = record.place().map_err(failed)? {
            return Ok(Found::Free(place));
        }
    }
    Ok(Found::Silent)
}

/// Comes to the front whenever another start knocks.
pub(super) async fn answer(app: AppHandle, place: Place) {
    let mut clock = tokio::time::interval(LOOK);
    loop {
        clock.tick().await;
        if !place.was_knocked() {
            continue;
        }
        let Some(window) = app.get_webview_window("main") else {
            continue;
        };
        let shown = window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window did not come to the front");
        }
    }
}
