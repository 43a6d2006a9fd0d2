//! What the vault keeps, by the names that people know; and the end of one item.

use super::app::App;
use super::kept;
use super::note::note;
use crate::problem::Problem;
use crate::record::Connection;
use crate::vault::{Item, Vault, VaultKind};

/// Deletes an item, and writes that down.
pub(crate) async fn delete(
    app: &App,
    vault: &Vault,
    item: &Item,
    known: &[Connection],
) -> Result<(), Problem> {
    let deleted = vault.delete(item).await.map_err(|error| error.problem());
    let result = match &deleted {
        Ok(true) => format!("deleted from {}", word(vault.kind())),
        Ok(false) => "not there".to_owned(),
        Err(problem) => problem.code.clone(),
    };
    note(
        app,
        &format!("delete {}", kept::kind(item)),
        &name(item, known),
        &result,
        None,
    );
    deleted.map(drop)
}

/// The connection that an item belongs to.
pub(crate) fn of<'a>(item: &Item, known: &'a [Connection]) -> Option<&'a Connection> {
    match item {
        Item::Token { connection, .. } => known.iter().find(|known| known.id == *connection),
        Item::Session { .. } | Item::SelfTest(_) => None,
    }
}

/// What a person knows an item by.
pub(crate) fn name(item: &Item, known: &[Connection]) -> String {
    match item {
        Item::Token { token, .. } => match of(item, known) {
            Some(connection) if connection.token_id == *token => connection.token_name.clone(),
            Some(connection) => connection
                .extra_tokens()
                .find(|extra| extra.token_id.as_ref() == Some(token))
                .map_or_else(
                    || format!("token {token}"),
                    |extra| extra.token_name.clone(),
                ),
            None => format!("token {token}"),
        },
        Item::Session { platform } => platform.clone(),
        Item::SelfTest(word) => word.clone(),
    }
}

/// A vault's kind, as it stands in the records.
pub(crate) fn word(kind: VaultKind) -> &'static str {
    match kind {
        VaultKind::Keychain => "keychain",
        VaultKind::File => "file",
    }
}
