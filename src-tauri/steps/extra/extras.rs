//! Tokens of their own beside a connection's narrow one, such as the one that R2 keys come from.
//!
//! Cloudflare gives no token that a token makes the right to make more, so they are made in the same run as the narrow
//! one, while the pasted token is held, and only once the platform has the connection. Nothing here stops a run: what
//! does not come about is off, with the reason, and whatever was made of it is deleted again.
//!
//! ```text
//! mint → keep → prove → deliver → acknowledged by a receipt → in use; the one before is revoked
//! ```
//!
//! A connection names each of them with what it is to it ([`ExtraState`]), and so accounts for those too that nothing
//! uses any more and that were not seen dead. `plan.rs` says what is asked, `make.rs` makes it, `deliver.rs` hands it over,
//! `end.rs` ends what is used no more, `trace.rs` reads a journal, and `settle.rs` takes up what was cut off.

use super::super::inspect::Inspected;
use super::super::withdraw::Bond;
use crate::cloudflare::{Account, Owner, TokenKind};
use crate::record::{Extra, ExtraState};
use crate::run::{App, Journal, Link, Maker, Report, effect, items, known};
use crate::vault::{Item, Vault};

/// What making, handing over and ending such tokens stands on.
pub(crate) struct Extras<'a> {
    pub app: &'a App,
    pub journal: &'a Journal,
    pub report: &'a Report,
    /// The connection's id.
    pub connection: &'a str,
    /// The platform's name.
    pub platform: &'a str,
    /// The nominated account.
    pub account: &'a Account,
    /// Kind of every token of the connection.
    pub kind: TokenKind,
    /// Where values are kept.
    pub vault: Vault,
    /// The platform, signed in.
    pub link: Option<&'a Link>,
    /// The pasted token, where there is one.
    pub broad: Option<&'a Inspected>,
    /// Whose tokens they are.
    pub maker: Maker,
    /// Whether the connection is in the records by now, so that each change is noted there at once.
    pub listed: bool,
}

impl Extras<'_> {
    /// Notes how they stand, where the connection is in the records. A note that cannot be written stops nothing: the
    /// journal has what the next start needs.
    pub(crate) fn note(&self, extras: &[Extra]) {
        if self.listed && self.app.record.put_extras(self.connection, extras).is_err() {
            tracing::warn!("how the tokens beside the narrow one stand was not written down");
        }
    }

    pub(crate) fn item(&self, token: &str) -> Item {
        Item::Token {
            connection: self.connection.to_owned(),
            token: token.to_owned(),
        }
    }

    pub(crate) fn owner(&self) -> Owner {
        match self.kind {
            TokenKind::User => Owner::User,
            TokenKind::Account => Owner::Account(self.account.id.clone()),
        }
    }

    /// Everything that taking one of them back stands on.
    pub(crate) fn bond(&self) -> Bond {
        Bond {
            connection: self.connection.to_owned(),
            platform: self.platform.to_owned(),
            address: None,
            person: None,
            account: self.account.clone(),
            kind: self.kind,
            tokens: Vec::new(),
            copies: Vec::new(),
            maker: self.maker.clone(),
            vault: self.vault.kind(),
            word: effect::REVOKE_EXTRA,
        }
    }
}

/// Lets a connection go over to one of these tokens: whatever was there before is used no more.
pub(crate) fn turn_to(extra: &mut Extra, name: &str) {
    for token in &mut extra.tokens {
        token.state = if token.token_name == name {
            ExtraState::InUse
        } else {
            ExtraState::Retired
        };
    }
    extra.off = None;
}

/// Takes a token that was seen dead off the connection that still named it, and deletes its value. What stays is met
/// again as one that nothing uses.
pub(crate) async fn ended(app: &App, token_id: &str, name: &str) {
    let Ok(named) = app.record.end_extra(token_id, name) else {
        tracing::warn!("a dead token is still named by its connection");
        return;
    };
    for id in named {
        let Ok(Some(known)) = app.record.connection(&id) else {
            continue;
        };
        let Ok(vault) = app.vault_of(known::place(&known)) else {
            continue;
        };
        let item = Item::Token {
            connection: known.id.clone(),
            token: token_id.to_owned(),
        };
        let known = std::slice::from_ref(&known);
        if items::delete(app, &vault, &item, known).await.is_err() {
            tracing::warn!("the value of a dead token was not deleted");
        }
    }
}
