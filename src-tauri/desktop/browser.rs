//! Opens pages in the person's own browser.

use narrows_core::problem::{Next, Problem};
use narrows_core::run::{App, openable};
use url::Url;

/// Opens a page that may be opened.
pub(crate) fn open(app: &App, platform: Option<&str>, link: &str) -> Result<(), Problem> {
    show(&openable(app, platform, link)?)
}

/// Opens a page that was found to be one that may be opened.
pub(crate) fn show(url: &Url) -> Result<(), Problem> {
    open::that_detached(url.as_str()).map_err(|error| {
        Problem::new(
            "browser-unreachable",
            "No browser could be opened.",
            "Open this address in a browser yourself.",
            Next::Retry,
        )
        // The page shows it at once: without a browser the address is all there is.
        .with_evidence(format!("{url}\n{error}"))
    })
}
