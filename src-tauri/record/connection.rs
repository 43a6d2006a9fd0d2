//! Connections.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::column::{At, Json};
use super::{Error, Extra, ExtraState, ExtraToken, Record};
use crate::secret::Fingerprint;

/// An account that is linked through a profile. Everything of it but the token's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// Its id here and at the platform.
    pub id: String,
    /// The profile's id.
    pub profile: String,
    /// The platform's name.
    pub platform: String,
    /// The platform's address, where there is a platform.
    pub platform_address: Option<String>,
    /// Account id.
    pub account_id: String,
    /// Account name.
    pub account_name: String,
    /// Project name, where the profile has one.
    pub project: Option<String>,
    /// Cloudflare's id of the narrow token.
    pub token_id: String,
    /// Its name.
    pub token_name: String,
    /// Whose it is: `user` or `account`.
    pub token_kind: String,
    /// Its public name here and at the platform.
    pub fingerprint: Fingerprint,
    /// The policy as Cloudflare granted it.
    pub policy: Value,
    /// When the token lapses, if it does.
    pub expires_on: Option<Timestamp>,
    /// Addresses from which alone it works; empty for anywhere.
    pub allow_ip: Vec<String>,
    /// When its token was put in place, by connecting or rotating.
    pub connected_on: Timestamp,
    /// Where the platform stands: `accepted`, `skipped`, `unknown` or `refused`.
    pub delivery: String,
    /// Short code that the platform shows too.
    pub receipt_code: Option<String>,
    /// The nonce of the receipt, by which it can be computed again.
    pub nonce: Option<String>,
    /// Where the token rests: `keychain` or `file`.
    pub vault: String,
    /// What is known of a broad token that may still live.
    pub broad_left: Option<Value>,
    /// What was chosen, to be offered again at a rotation.
    pub choices: Value,
    /// The platform's id of the person who was signed in when it took the token; nothing where that was not noted.
    #[serde(default)]
    pub person: Option<String>,
    /// Tokens that it has beside the narrow one.
    #[serde(default)]
    pub extras: Vec<Extra>,
}

const COLUMNS: &str = "id, profile, platform, platform_address, account_id, account_name, project, token_id, \
    token_name, token_kind, fingerprint, policy, expires_on, allow_ip, connected_on, delivery, receipt_code, nonce, \
    vault, broad_left, choices, person, extras";

impl Connection {
    /// Cloudflare's ids of the tokens beside the narrow one that are used, or wait to be.
    pub fn extras_in_use(&self) -> impl Iterator<Item = &str> {
        self.extras
            .iter()
            .flat_map(|extra| &extra.tokens)
            .filter(|token| token.state != ExtraState::Retired)
            .filter_map(|token| token.token_id.as_deref())
    }

    /// Whether one of its tokens has this public name.
    pub fn has(&self, fingerprint: &Fingerprint) -> bool {
        let mut extras = self.extra_tokens();
        self.fingerprint == *fingerprint
            || extras.any(|token| token.fingerprint.as_ref() == Some(fingerprint))
    }

    /// Every token beside the narrow one.
    pub fn extra_tokens(&self) -> impl Iterator<Item = &ExtraToken> {
        self.extras.iter().flat_map(|extra| &extra.tokens)
    }
}

impl Record {
    /// Remembers a connection, in place of what was known of its id.
    pub fn put_connection(&self, connection: &Connection) -> Result<(), Error> {
        let parameters = COLUMNS.replace(", ", ", :");
        let updates = COLUMNS
            .split(", ")
            .map(|name| format!("{name} = excluded.{name}"))
            .collect::<Vec<_>>()
            .join(", ");
        let sql = format!(
            "INSERT INTO connection ({COLUMNS}) VALUES (:{parameters})
             ON CONFLICT (id) DO UPDATE SET {updates}"
        );
        self.db().execute(
            &sql,
            named_params! {
                ":id": connection.id,
                ":profile": connection.profile,
                ":platform": connection.platform,
                ":platform_address": connection.platform_address,
                ":account_id": connection.account_id,
                ":account_name": connection.account_name,
                ":project": connection.project,
                ":token_id": connection.token_id,
                ":token_name": connection.token_name,
                ":token_kind": connection.token_kind,
                ":fingerprint": connection.fingerprint.as_str(),
                ":policy": Json(&connection.policy),
                ":expires_on": connection.expires_on.map(At),
                ":allow_ip": Json(&connection.allow_ip),
                ":connected_on": At(connection.connected_on),
                ":delivery": connection.delivery,
                ":receipt_code": connection.receipt_code,
                ":nonce": connection.nonce,
                ":vault": connection.vault,
                ":broad_left": connection.broad_left.as_ref().map(Json),
                ":choices": Json(&connection.choices),
                ":person": connection.person,
                ":extras": Json(&connection.extras),
            },
        )?;
        Ok(())
    }

    /// Notes where the platform stands with a connection's token, for which project and whom. False, and nothing is
    /// written, where the connection is gone or has another token by now.
    pub fn put_delivery(&self, connection: &Connection) -> Result<bool, Error> {
        let changed = self.db().execute(
            "UPDATE connection SET project = ?3, delivery = ?4, receipt_code = ?5, nonce = ?6, person = ?7
             WHERE id = ?1 AND fingerprint = ?2",
            (
                &connection.id,
                connection.fingerprint.as_str(),
                &connection.project,
                &connection.delivery,
                &connection.receipt_code,
                &connection.nonce,
                &connection.person,
            ),
        )?;
        Ok(changed > 0)
    }

    /// Every connection, newest first.
    pub fn connections(&self) -> Result<Vec<Connection>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM connection ORDER BY connected_on DESC, seq DESC");
        let db = self.db();
        let mut statement = db.prepare(&sql)?;
        let connections = statement.query_map([], read)?;
        Ok(connections.collect::<Result<_, _>>()?)
    }

    /// The connection of this id.
    pub fn connection(&self, id: &str) -> Result<Option<Connection>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM connection WHERE id = ?1");
        Ok(self.db().query_row(&sql, [id], read).optional()?)
    }

    /// Forgets a connection; false where it was not known.
    pub fn remove_connection(&self, id: &str) -> Result<bool, Error> {
        let removed = self
            .db()
            .execute("DELETE FROM connection WHERE id = ?1", [id])?;
        Ok(removed > 0)
    }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Connection> {
    Ok(Connection {
        id: row.get("id")?,
        profile: row.get("profile")?,
        platform: row.get("platform")?,
        platform_address: row.get("platform_address")?,
        account_id: row.get("account_id")?,
        account_name: row.get("account_name")?,
        project: row.get("project")?,
        token_id: row.get("token_id")?,
        token_name: row.get("token_name")?,
        token_kind: row.get("token_kind")?,
        fingerprint: Fingerprint::deserialize(Value::String(row.get("fingerprint")?))
            .map_err(rusqlite::types::FromSqlError::other)?,
        policy: row.get::<_, Json<_>>("policy")?.0,
        expires_on: row.get::<_, Option<At>>("expires_on")?.map(|at| at.0),
        allow_ip: row.get::<_, Json<_>>("allow_ip")?.0,
        connected_on: row.get::<_, At>("connected_on")?.0,
        delivery: row.get("delivery")?,
        receipt_code: row.get("receipt_code")?,
        nonce: row.get("nonce")?,
        vault: row.get("vault")?,
        broad_left: row
            .get::<_, Option<Json<_>>>("broad_left")?
            .map(|json| json.0),
        choices: row.get::<_, Json<_>>("choices")?.0,
        person: row.get("person")?,
        extras: row.get::<_, Json<_>>("extras")?.0,
    })
}
