//! Connections: what the platform knows of the tokens it holds.

use jiff::Timestamp;
use rusqlite::{Connection as Db, OptionalExtension, Row, named_params, params};
use serde_json::{Value, json};

use super::Error;
use super::delivery::Delivery;
use super::problem::Problem;
use super::receipt::{Receipt, fingerprint};
use super::seal::Seal;

const COLUMNS: &str = "id, profile, account_id, account_name, project, token_id, token_kind, token_name, \
     token_expires_on, sealed_value, fingerprint, receipt_code, updated_on";

/// One account linked through one profile.
pub(super) struct Connection {
    pub(super) id: String,
    pub(super) profile: String,
    pub(super) account_id: String,
    pub(super) account_name: String,
    pub(super) project: Option<String>,
    pub(super) token_id: String,
    pub(super) token_kind: String,
    pub(super) token_name: String,
    pub(super) token_expires_on: Option<String>,
    /// The token's value, sealed.
    sealed_value: Vec<u8>,
    fingerprint: String,
    /// The short form of the last receipt that was given.
    pub(super) receipt_code: String,
    pub(super) updated_on: String,
}

impl Connection {
    /// All connections, oldest first.
    pub(super) fn all(db: &Db) -> rusqlite::Result<Vec<Self>> {
        db.prepare(&format!("SELECT {COLUMNS} FROM connection ORDER BY rowid"))?
            .query_map([], Self::of)?
            .collect()
    }

    /// The connection with this id.
    pub(super) fn find(db: &Db, id: &str) -> rusqlite::Result<Option<Self>> {
        db.query_row(
            &format!("SELECT {COLUMNS} FROM connection WHERE id = ?1"),
            [id],
            Self::of,
        )
        .optional()
    }

    /// The token's receipt over a nonce, from now on the last one given.
    pub(super) fn receipt(&self, db: &Db, seal: &Seal, nonce: &str) -> Result<Receipt, Error> {
        let value = seal.open(&self.sealed_value, &self.id, &self.token_id)?;
        let receipt = Receipt::over(&value, nonce)?;
        db.execute(
            "UPDATE connection SET receipt_code = ?2 WHERE id = ?1",
            params![self.id, receipt.code],
        )?;
        Ok(receipt)
    }

    /// What the contract calls `Connection`.
    pub(super) fn document(&self, receipt: &Receipt) -> Value {
        json!({
            "id": self.id,
            "state": "connected",
            "profile": self.profile,
            "account_id": self.account_id,
            "project": self.project,
            "token_id": self.token_id,
            "token_kind": self.token_kind,
            "fingerprint": self.fingerprint,
            "receipt": receipt.hex,
            "receipt_code": receipt.code,
            "updated_on": self.updated_on,
        })
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            profile: row.get("profile")?,
            account_id: row.get("account_id")?,
            account_name: row.get("account_name")?,
            project: row.get("project")?,
            token_id: row.get("token_id")?,
            token_kind: row.get("token_kind")?,
            token_name: row.get("token_name")?,
            token_expires_on: row.get("token_expires_on")?,
            sealed_value: row.get("sealed_value")?,
            fingerprint: row.get("fingerprint")?,
            receipt_code: row.get("receipt_code")?,
            updated_on: row.get("updated_on")?,
        })
    }
}

/// Whether the rules of the contract's section "Connections" let this delivery in, Cloudflare's word aside.
pub(super) fn admit(db: &Db, id: &str, delivery: &Delivery) -> Result<(), Problem> {
    if let Some(held) = Connection::find(db, id)? {
        if held.profile != delivery.profile {
            return Err(Problem::invalid(
                "profile",
                "This connection belongs to another profile for good.",
            ));
        }
        if held.account_id != delivery.account_id {
            return Err(Problem::invalid(
                "account_id",
                "This connection belongs to another account for good.",
            ));
        }
        let is_same = held.fingerprint == fingerprint(&delivery.token.value);
        if !is_same
            && delivery
                .replaces
                .as_ref()
                .is_some_and(|token| *token != held.token_id)
        {
            return Err(Problem::invalid(
                "replaces",
                "The platform holds another token than this one.",
            ));
        }
    }
    let rival = db
        .query_row(
            "SELECT id FROM connection WHERE account_id = ?1 AND project IS ?2 AND id <> ?3",
            params![delivery.account_id, delivery.project, id],
            |row| row.get(0),
        )
        .optional()?;
    match rival {
        Some(connection_id) => Err(Problem::AlreadyConnected { connection_id }),
        None => Ok(()),
    }
}

/// Makes or updates a connection. True when it is new.
pub(super) fn accept(
    db: &Db,
    seal: &Seal,
    now: i64,
    id: &str,
    delivery: &Delivery,
) -> Result<bool, Error> {
    let is_new = Connection::find(db, id)?.is_none();
    let token = &delivery.token;
    db.execute(
        &format!(
            "INSERT INTO connection ({COLUMNS}) VALUES (:id, :profile, :account_id, :account_name, :project,
                 :token_id, :token_kind, :token_name, :token_expires_on, :sealed_value, :fingerprint, '', :updated_on)
             ON CONFLICT (id) DO UPDATE SET account_name = excluded.account_name, project = excluded.project,
                 token_id = excluded.token_id, token_kind = excluded.token_kind, token_name = excluded.token_name,
                 token_expires_on = excluded.token_expires_on, sealed_value = excluded.sealed_value,
                 fingerprint = excluded.fingerprint, updated_on = excluded.updated_on"
        ),
        named_params! {
            ":id": id,
            ":profile": delivery.profile,
            ":account_id": delivery.account_id,
            ":account_name": delivery.account_name,
            ":project": delivery.project,
            ":token_id": token.id,
            ":token_kind": token.kind,
            ":token_name": token.name,
            ":token_expires_on": token.expires_on,
            ":sealed_value": seal.close(&token.value, id, &token.id)?,
            ":fingerprint": fingerprint(&token.value),
            ":updated_on": Timestamp::from_second(now.div_euclid(1000)).unwrap_or_default().to_string(),
        },
    )?;
    Ok(is_new)
}

/// Forgets a connection, its token and its answers. False when there is none.
pub(super) fn forget(db: &Db, id: &str) -> rusqlite::Result<bool> {
    Ok(db.execute("DELETE FROM connection WHERE id = ?1", [id])? == 1)
}
