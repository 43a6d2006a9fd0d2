//! The token that is to be replaced: looked at before anything is made.

use serde_json::json;

use crate::cloudflare::{Client, Credential, Error, Kind, Token, TokenKind, TokenStatus};
use crate::problem::{Next, Problem};
use crate::record::Connection;
use crate::run::app::passphrase_needed;
use crate::run::known::{kind, stored};
use crate::run::rotation::Nominated;
use crate::run::{App, kept, known};
use crate::secret::Secret;
use crate::steps::Inspected;
use crate::story::{Broad, OldToken, OldTokenState};
use crate::vault::{Item, VaultKind};

/// The old token while nothing of it was touched.
pub(crate) fn in_use(nominated: &Nominated) -> OldToken {
    OldToken {
        token_id: nominated.replaces.token_id.clone(),
        token_name: nominated.replaces.token_name.clone(),
        fingerprint: nominated.replaces.fingerprint.clone(),
        state: OldTokenState::InUse,
        after_ms: None,
        sentence: "It is in use, as before.".to_owned(),
        link: None,
    }
}

/// Writes down that a broad token may still live.
pub(crate) fn remember_broad(app: &App, connection: &str, broad: &Broad) {
    let noted = stored(app, connection).and_then(|known| {
        let known = Connection {
            broad_left: Some(json!(broad)),
            ..known
        };
        app.record
            .put_connection(&known)
            .map_err(|error| error.problem())
    });
    if noted.is_err() {
        tracing::warn!("a broad token that may still live was not written down");
    }
}

/// A connection's token as it is before a rotation.
pub(crate) struct Old {
    /// The connection as it is remembered.
    pub known: Connection,
    /// The token as Cloudflare lists it; nothing where it is gone.
    pub listed: Option<Token>,
    /// Its value, where it is still kept.
    pub value: Option<Secret>,
}

/// Looks at the token of a connection, with the pasted token and with its own value. Refuses a pasted token that cannot
/// see it, and so could not delete it.
pub(crate) async fn look(app: &App, connection: &str, broad: &Inspected) -> Result<Old, Problem> {
    let known = known::stored(app, connection)?;
    serves(&known, broad)?;
    in_one_vault(app, &known)?;
    let value = value(app, &known).await?;
    let own = value.as_ref().map(|value| client(app, value));
    let own = own.transpose()?;
    let (listed, verified) =
        tokio::join!(broad.client.token(&broad.owner, &known.token_id), async {
            match &own {
                Some(own) => Some(own.verify(&broad.owner).await),
                None => None,
            }
        });
    let listed = match listed {
        Ok(token) => Some(token),
        Err(error) if matches!(error.kind, Kind::NotFound | Kind::NoRoute) => {
            match verified {
                // It is gone, or its time is over: there is nothing to delete.
                Some(Err(error)) if error.kind == Kind::UnknownToken => None,
                Some(Ok(verified)) if verified.status == TokenStatus::Expired => None,
                Some(Err(error)) if !answers_about_it(&error) => return Err(error.problem()),
                _ => return Err(other_owner(&known)),
            }
        }
        Err(error) => return Err(error.problem()),
    };
    Ok(Old {
        known,
        listed,
        value,
    })
}

/// A client that speaks as a narrow token.
pub(crate) fn client(app: &App, value: &Secret) -> Result<Client, Problem> {
    app.cloudflare(Credential::Token(value.duplicate()))
        .map_err(|error| error.problem())
}

/// The value of a connection's token, where it is still kept.
pub(crate) async fn value(app: &App, known: &Connection) -> Result<Option<Secret>, Problem> {
    kept::token(app, known).await
}

/// Refuses where the old token does not rest in the vault in use, which is where the new one is put: until the old one
/// is dead, both are needed.
fn in_one_vault(app: &App, known: &Connection) -> Result<(), Problem> {
    match (known::place(known), app.vault().kind()) {
        (VaultKind::File, VaultKind::Keychain) => Err(passphrase_needed()),
        (VaultKind::Keychain, VaultKind::File) => Err(other_vault()),
        _ => Ok(()),
    }
}

/// What a token is kept as.
pub(crate) fn item(connection: &str, token: &str) -> Item {
    Item::Token {
        connection: connection.to_owned(),
        token: token.to_owned(),
    }
}

/// Whether the pasted token is of the right kind and sees the right account.
fn serves(known: &Connection, broad: &Inspected) -> Result<(), Problem> {
    let (is, wants) = match (broad.kind(), kind(known)) {
        (TokenKind::User, TokenKind::Account) => ("a person's token", "the account's"),
        (TokenKind::Account, TokenKind::User) => ("an account's token", "a person's"),
        _ if broad
            .accounts
            .iter()
            .any(|seen| seen.id == known.account_id) =>
        {
            return Ok(());
        }
        _ => {
            return Err(Problem::new(
                "rotation-other-account",
                format!(
                    "The pasted token does not see the account \"{}\" of this connection.",
                    known.account_name
                ),
                "Make a token that includes this account, and paste that one. Nothing was made.",
                Next::OpenTokenPage,
            )
            .with_evidence(format!("account {}", known.account_id)));
        }
    };
    Err(Problem::new(
        "rotation-other-kind",
        format!(
            "You pasted {is}, and this connection's token is {wants}, so it could not be deleted with it."
        ),
        "Open the token page for the other kind and make the token there. Nothing was made.",
        Next::OpenTokenPage,
    ))
}

/// Whether an error tells something of the token, and not of the way to Cloudflare.
fn answers_about_it(error: &Error) -> bool {
    matches!(
        error.kind,
        Kind::AddressBlocked { .. } | Kind::NotPermitted | Kind::NoTokenManagement
    )
}

fn other_owner(known: &Connection) -> Problem {
    Problem::new(
        "rotation-other-owner",
        format!(
            "The pasted token does not see \"{}\", which it has to delete in the end. It was probably made by another \
             person.",
            known.token_name
        ),
        "Let the person who connected this account make the token. Nothing was made.",
        Next::OpenTokenPage,
    )
    .with_evidence(format!("token {}", known.token_id))
}

fn other_vault() -> Problem {
    Problem::new(
        "rotation-other-vault",
        "This connection's token is in the keychain, and the sealed file is open.",
        "Use the keychain for this connection.",
        Next::ChooseVault,
    )
}
