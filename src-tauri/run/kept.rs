//! What the vault keeps, read so that every reading is written down.

use super::app::App;
use super::known;
use super::note::note;
use crate::problem::Problem;
use crate::record::Connection;
use crate::secret::Secret;
use crate::vault::{Item, Vault};

/// Reads the token of a connection, in the vault where it rests.
pub(crate) async fn token(app: &App, known: &Connection) -> Result<Option<Secret>, Problem> {
    let vault = app.vault_of(known::place(known))?;
    let item = Item::Token {
        connection: known.id.clone(),
        token: known.token_id.clone(),
    };
    read_in(app, &vault, &item, &known.token_name).await
}

/// Reads a token of its own that a connection has beside its narrow one.
pub(crate) async fn extra(
    app: &App,
    known: &Connection,
    token: &str,
    name: &str,
) -> Result<Option<Secret>, Problem> {
    let vault = app.vault_of(known::place(known))?;
    let item = Item::Token {
        connection: known.id.clone(),
        token: token.to_owned(),
    };
    read_in(app, &vault, &item, name).await
}

/// Reads an item of the vault in use.
pub(crate) async fn read(app: &App, item: &Item, subject: &str) -> Result<Option<Secret>, Problem> {
    read_in(app, &app.vault(), item, subject).await
}

/// Reads an item of a vault. `subject` says in the log whose it is.
pub(crate) async fn read_in(
    app: &App,
    vault: &Vault,
    item: &Item,
    subject: &str,
) -> Result<Option<Secret>, Problem> {
    let found = vault.get(item).await.map_err(|error| error.problem());
    let result = match &found {
        Ok(Some(_)) => "read",
        Ok(None) => "not there",
        Err(problem) => &problem.code,
    };
    note(app, &format!("read {}", kind(item)), subject, result, None);
    found
}

/// An item's kind in a word.
pub(crate) fn kind(item: &Item) -> &'static str {
    match item {
        Item::Token { .. } => "token",
        Item::Session { .. } => "session",
        Item::SelfTest(_) => "self-test value",
    }
}
