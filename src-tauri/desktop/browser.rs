//! Opens pages in the person's own browser.

use narrows_core::connect::{App, openable};
use narrows_core::problem::{Next, Problem};

/// Opens a page that may be opened.
pub(crate) fn open(app: &App, platform: Option<&str>, link: &str) -> Result<(), Problem> {
    let url = openable(app, platform, link)?;
    open::that_detached(url.as_str()).map_err(|error| {
        Problem::new(
            "browser-unreachable",
            "No browser could be opened.",
            "Copy the link and open it yourself.",
            Next::Retry,
        )
        .with_evidence(error.to_string())
    })
}
