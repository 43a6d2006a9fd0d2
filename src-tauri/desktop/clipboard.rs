//! The clipboard, read and written by Rust so that the page never sees what is pasted.

use narrows_core::problem::{Next, Problem};
use narrows_core::secret::Secret;

use super::desk::Desk;

/// Takes the text of the clipboard.
pub(crate) fn read(desk: &Desk) -> Result<Secret, Problem> {
    desk.with_clipboard(arboard::Clipboard::get_text)
        .map(Secret::new)
        .map_err(|error| match error {
            arboard::Error::ContentNotAvailable => Problem::new(
                "clipboard-empty",
                "There is no text in the clipboard.",
                "Copy the token in Cloudflare's page, then press the button again.",
                Next::PasteAgain,
            ),
            other => unreachable_clipboard(&other),
        })
}

/// Clears the clipboard if it still holds `value`, whatever blanks are around it; tells whether it did.
pub(crate) fn clear(desk: &Desk, value: &Secret) -> bool {
    let cleared = desk.with_clipboard(|clipboard| {
        let now = Secret::new(clipboard.get_text()?);
        // A field drops the line break that was copied along with it.
        if now.trimmed().same_as(&value.trimmed()) {
            clipboard.clear().map(|()| true)
        } else {
            Ok(false)
        }
    });
    cleared.unwrap_or(false)
}

/// Puts a text that is no secret into the clipboard.
pub(crate) fn write(desk: &Desk, text: String) -> Result<(), Problem> {
    desk.with_clipboard(|clipboard| clipboard.set_text(text))
        .map_err(|error| Problem {
            hint: "Try again, or select the text and copy it yourself.".to_owned(),
            next: Next::Retry,
            ..unreachable_clipboard(&error)
        })
}

fn unreachable_clipboard(error: &arboard::Error) -> Problem {
    Problem::new(
        "clipboard-unreachable",
        "The clipboard did not answer.",
        "Type or paste the token into the field below.",
        Next::PasteAgain,
    )
    .with_evidence(error.to_string())
}
