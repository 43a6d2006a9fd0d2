//! A line of the activity that belongs to no run.

use super::app::App;
use crate::record::Activity;

/// Writes one line of the log, outside of any run. A line that cannot be written stops nothing.
pub(crate) fn note(app: &App, what: &str, subject: &str, result: &str, request: Option<String>) {
    let line = Activity {
        at: (app.now)(),
        run: None,
        what: what.to_owned(),
        subject: subject.to_owned(),
        result: result.to_owned(),
        request,
    };
    if let Err(error) = app.record.log(&line) {
        tracing::warn!(
            code = error.problem().code,
            "a line of the activity was not written"
        );
    }
}
