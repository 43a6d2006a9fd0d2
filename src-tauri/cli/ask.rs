//! What the command line asks a person, and reads from standard input.

use std::io::{BufRead, IsTerminal, Read, Write, stdin};

use narrows_core::connect::App;
use narrows_core::problem::{Next, Problem};
use narrows_core::secret::Secret;

use super::args::{self, VaultChoice};

/// The most that is read from standard input, in bytes: anything longer is no token.
const MOST: u64 = 2 * 1024 * 1024;

/// Whether a person sits at both ends.
pub(crate) fn at_terminal() -> bool {
    stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Reads the one-time token: hidden at a terminal, whole from a pipe.
pub(crate) fn token() -> Result<Secret, Problem> {
    if stdin().is_terminal() {
        return hidden("One-time token: ");
    }
    let mut text = Vec::new();
    stdin()
        .lock()
        .take(MOST)
        .read_to_end(&mut text)
        .map_err(|error| unreadable(&error))?;
    match String::from_utf8(text) {
        Ok(text) => Ok(Secret::new(text)),
        Err(wrong) => {
            drop(Secret::new(
                String::from_utf8_lossy(wrong.as_bytes()).into_owned(),
            ));
            Err(Problem::new(
                "paste-not-text",
                "Standard input is not text.",
                "Pipe the token itself, as text.",
                Next::PasteAgain,
            ))
        }
    }
}

/// Puts the wished-for vault in place, asking for the passphrase of a sealed file.
pub(crate) async fn vault(app: &App, wanted: args::Vault) -> Result<(), Problem> {
    if wanted.vault == VaultChoice::Keychain {
        return Ok(());
    }
    let passphrase = if wanted.passphrase_stdin {
        let mut line = String::new();
        stdin()
            .lock()
            .take(4096)
            .read_line(&mut line)
            .map_err(|error| unreadable(&error))?;
        let passphrase = Secret::new(line.trim_end_matches(['\r', '\n']).to_owned());
        drop(Secret::new(line));
        passphrase
    } else if at_terminal() {
        hidden("Passphrase of the sealed file: ")?
    } else {
        return Err(Problem::new(
            "passphrase-needed",
            "The sealed file needs a passphrase, and nobody is here to ask.",
            "Add --passphrase-stdin and put the passphrase on the first line of standard input.",
            Next::ChangeChoices,
        ));
    };
    app.use_sealed_file(passphrase).await
}

/// Asks a question that only yes or no answers; anything but yes is no.
pub(crate) fn yes(question: &str) -> bool {
    eprint!("{question} [y/N] ");
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    stdin().lock().take(64).read_line(&mut line).is_ok() && matches!(line.trim(), "y" | "Y" | "yes")
}

fn hidden(prompt: &str) -> Result<Secret, Problem> {
    rpassword::prompt_password(prompt)
        .map(Secret::new)
        .map_err(|error| unreadable(&error))
}

fn unreadable(error: &std::io::Error) -> Problem {
    Problem::new(
        "input-unreadable",
        "Standard input could not be read.",
        "Try again.",
        Next::PasteAgain,
    )
    .with_evidence(error.to_string())
}
