//! What is remembered of a connection, in the closed words of the library.

use super::app::App;
use crate::cloudflare::TokenKind;
use crate::problem::{Next, Problem};
use crate::record::Connection;
use crate::vault::VaultKind;

/// The kebab-case word of a closed enum, as it stands in the records.
pub(crate) fn word<T: serde::Serialize>(value: T) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Where the platform of a connection stands.
pub(crate) fn delivery(known: &Connection) -> crate::story::Delivery {
    enum_of(&known.delivery, crate::story::Delivery::Unknown)
}

/// Whose the token of a connection is.
pub(crate) fn kind(known: &Connection) -> TokenKind {
    enum_of(&known.token_kind, TokenKind::User)
}

/// Where the token of a connection rests.
pub(crate) fn place(known: &Connection) -> VaultKind {
    enum_of(&known.vault, VaultKind::Keychain)
}

/// A word of the records as its closed enum; a word of a later version becomes `otherwise`.
fn enum_of<T: serde::de::DeserializeOwned>(word: &str, otherwise: T) -> T {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).unwrap_or(otherwise)
}

/// What is said where no connection has the id that was given.
pub(crate) fn unknown_connection() -> Problem {
    Problem::new(
        "connection-unknown",
        "There is no such connection here.",
        "Look at the list.",
        Next::Home,
    )
}

/// The connection of this id.
pub(crate) fn stored(app: &App, connection: &str) -> Result<Connection, Problem> {
    app.record
        .connection(connection)
        .map_err(|error| error.problem())?
        .ok_or_else(unknown_connection)
}
