//! Sign-ins of the desktop application: an access token and a refresh token that is good for one use.

use rusqlite::{Connection, OptionalExtension, params};

use super::digest::digest;
use super::{Error, random};

/// Seconds that an access token is good for.
pub(super) const ACCESS_LIFETIME: i64 = 3600;

const ACCESS: &str = "access-token";
const REFRESH: &str = "refresh-token";

/// Tokens just made, which exist in full only here.
pub(super) struct Grant {
    pub(super) access_token: String,
    pub(super) refresh_token: String,
}

impl Grant {
    fn make() -> Result<Self, Error> {
        Ok(Self {
            access_token: random::opaque()?,
            refresh_token: random::opaque()?,
        })
    }

    fn access_hash(&self) -> [u8; 32] {
        digest(ACCESS, self.access_token.as_bytes())
    }

    fn refresh_hash(&self) -> [u8; 32] {
        digest(REFRESH, self.refresh_token.as_bytes())
    }
}

/// Begins a sign-in.
pub(super) fn begin(db: &Connection, now: i64) -> Result<Grant, Error> {
    let grant = Grant::make()?;
    db.execute(
        "INSERT INTO signed_in (access_hash, expires_at, refresh_hash) VALUES (?1, ?2, ?3)",
        params![
            grant.access_hash(),
            now + ACCESS_LIFETIME * 1000,
            grant.refresh_hash()
        ],
    )?;
    Ok(grant)
}

/// Exchanges a refresh token; `None` when it is no good. One that was used before ends its sign-in.
pub(super) fn refresh(
    db: &Connection,
    now: i64,
    refresh_token: &str,
) -> Result<Option<Grant>, Error> {
    let hash = digest(REFRESH, refresh_token.as_bytes());
    let id: Option<i64> = db
        .query_row(
            "SELECT id FROM signed_in WHERE refresh_hash = ?1",
            [hash],
            |row| row.get(0),
        )
        .optional()?;
    let Some(id) = id else {
        db.execute(
            "DELETE FROM signed_in WHERE id IN (SELECT signed_in FROM spent WHERE refresh_hash = ?1)",
            [hash],
        )?;
        return Ok(None);
    };
    let grant = Grant::make()?;
    db.execute(
        "INSERT INTO spent (refresh_hash, signed_in) VALUES (?1, ?2)",
        params![hash, id],
    )?;
    db.execute(
        "UPDATE signed_in SET access_hash = ?2, expires_at = ?3, refresh_hash = ?4 WHERE id = ?1",
        params![
            id,
            grant.access_hash(),
            now + ACCESS_LIFETIME * 1000,
            grant.refresh_hash()
        ],
    )?;
    Ok(Some(grant))
}

/// Ends the sign-in that this access or refresh token belongs to, if it belongs to one.
pub(super) fn revoke(db: &Connection, token: &str) -> Result<(), Error> {
    db.execute(
        "DELETE FROM signed_in WHERE access_hash = ?1 OR refresh_hash = ?2",
        params![
            digest(ACCESS, token.as_bytes()),
            digest(REFRESH, token.as_bytes())
        ],
    )?;
    Ok(())
}

/// Whether an access token is good.
pub(super) fn is_good(db: &Connection, now: i64, access_token: &str) -> Result<bool, Error> {
    Ok(db.query_row(
        "SELECT EXISTS (SELECT 1 FROM signed_in WHERE access_hash = ?1 AND expires_at > ?2)",
        params![digest(ACCESS, access_token.as_bytes()), now],
        |row| row.get(0),
    )?)
}
