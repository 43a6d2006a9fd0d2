//! What the command line asks a person, and reads from standard input.

use std::io::{BufRead, ErrorKind, IsTerminal, Read, Write, stdin};

use narrows_core::problem::{Next, Problem};
use narrows_core::run::{App, cancelled};
use narrows_core::secret::Secret;

use super::args::{self, VaultChoice};

/// The most that is read from standard input, in bytes: anything longer is no token.
const MOST: u64 = 2 * 1024 * 1024;

/// Whether a person sits at both ends.
pub(crate) fn at_terminal() -> bool {
    stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Reads the one-time token: hidden at a terminal, whole from a pipe.
pub(crate) async fn token() -> Result<Secret, Problem> {
    aside(read_token).await
}

/// Reads a one-time token where one is given: at a terminal an empty line, and from a pipe nothing at all, means none.
pub(crate) async fn token_if_any() -> Result<Option<Secret>, Problem> {
    let token = aside(|| {
        if stdin().is_terminal() {
            return hidden("One-time token (empty for none): ");
        }
        piped()
    })
    .await?;
    Ok((!token.is_blank()).then_some(token))
}

fn read_token() -> Result<Secret, Problem> {
    if stdin().is_terminal() {
        return hidden("One-time token: ");
    }
    piped()
}

/// Reads a token to diagnose, a more powerful credential, or both on a line each; hidden at a terminal.
pub(crate) async fn credentials(
    first: bool,
    second: bool,
) -> Result<(Option<Secret>, Option<Secret>), Problem> {
    aside(move || {
        if stdin().is_terminal() {
            let token = first.then(|| hidden("Token: ")).transpose()?;
            let policy = second
                .then(|| hidden("Credential that may read its policies: "))
                .transpose()?;
            return Ok((token, policy));
        }
        let text = piped()?;
        // This is one of the places where a secret is exposed: two of them have to be told apart by their lines.
        Ok(match (first, second) {
            (true, true) => {
                let (token, policy) = text
                    .expose()
                    .trim_start()
                    .split_once('\n')
                    .unwrap_or_default();
                (
                    Some(Secret::new(token.to_owned())),
                    Some(Secret::new(policy.to_owned())),
                )
            }
            (true, false) => (Some(text), None),
            (false, _) => (None, Some(text)),
        })
    })
    .await
}

/// Everything on standard input.
fn piped() -> Result<Secret, Problem> {
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
    match (wanted.vault, wanted.passphrase.passphrase_stdin) {
        (VaultChoice::Keychain, false) => return Ok(()),
        (VaultChoice::Keychain, true) => return Err(no_passphrase()),
        (VaultChoice::File, _) => {}
    }
    let passphrase = passphrase(wanted.passphrase.passphrase_stdin).await?;
    app.use_sealed_file(passphrase).await
}

/// The passphrase of the sealed file.
pub(crate) async fn passphrase(from_stdin: bool) -> Result<Secret, Problem> {
    aside(move || read_passphrase(from_stdin)).await
}

/// What a person types at a terminal, seen; nothing where nobody is there.
pub(crate) async fn typed(question: String) -> Result<Option<String>, Problem> {
    if !at_terminal() {
        return Ok(None);
    }
    aside(move || {
        let mut terminal = std::io::stderr();
        let _ = write!(terminal, "{question} ").and_then(|()| terminal.flush());
        let mut line = String::new();
        stdin()
            .lock()
            .take(256)
            .read_line(&mut line)
            .map_err(|error| unreadable(&error))?;
        Ok(Some(line.trim().to_owned()))
    })
    .await
}

fn read_passphrase(from_stdin: bool) -> Result<Secret, Problem> {
    if from_stdin {
        let mut line = String::new();
        stdin()
            .lock()
            .take(4096)
            .read_line(&mut line)
            .map_err(|error| unreadable(&error))?;
        let passphrase = Secret::new(line.trim_end_matches(['\r', '\n']).to_owned());
        drop(Secret::new(line));
        Ok(passphrase)
    } else if at_terminal() {
        hidden("Passphrase of the sealed file: ")
    } else {
        Err(Problem::new(
            "passphrase-needed",
            "The sealed file needs a passphrase, and nobody is here to ask.",
            "Add --passphrase-stdin and put the passphrase on the first line of standard input.",
            Next::ChangeChoices,
        ))
    }
}

/// Asks a question that only yes or no answers; anything but yes is no.
pub(crate) async fn yes(question: &'static str) -> Result<bool, Problem> {
    aside(move || {
        let mut terminal = std::io::stderr();
        let _ = write!(terminal, "{question} [y/N] ").and_then(|()| terminal.flush());
        let mut line = String::new();
        let read = stdin().lock().take(64).read_line(&mut line);
        Ok(read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes"))
    })
    .await
}

/// Reads where it may block, so that Ctrl-C is heard meanwhile.
async fn aside<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(read)
        .await
        .unwrap_or_else(|error| Err(unreadable(&std::io::Error::other(error))))
}

fn hidden(prompt: &str) -> Result<Secret, Problem> {
    rpassword::prompt_password(prompt)
        .map(Secret::new)
        .map_err(|error| match error.kind() {
            // The prompt takes Ctrl-C for itself.
            ErrorKind::Interrupted => cancelled(),
            _ => unreadable(&error),
        })
}

/// A passphrase that nobody reads would be taken for a part of the token.
fn no_passphrase() -> Problem {
    Problem::new(
        "passphrase-unasked",
        "The keychain needs no passphrase; only a sealed file does.",
        "Add --vault file, or leave --passphrase-stdin out.",
        Next::ChangeChoices,
    )
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
