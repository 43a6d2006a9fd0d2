//! Who looks at the cabinet: a cookie, of which the database knows the hash only.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use data_encoding::HEXLOWER;
use rusqlite::{Connection as Db, params};

use super::digest::digest;
use super::page::Page;
use super::{Error, Shared, random};

// Browsers share cookies among the ports of one host, so the name must be nobody else's.
const COOKIE: &str = "narrows_platform_session";
const LIFETIME: i64 = 24 * 3600;

/// A signed-in browser.
pub(super) struct Session(String);

impl Session {
    /// Signs a browser in.
    pub(super) fn begin(db: &Db, now: i64) -> Result<Self, Error> {
        let session = Self(random::opaque()?);
        db.execute("DELETE FROM session WHERE expires_at <= ?1", [now])?;
        db.execute(
            "INSERT INTO session (cookie_hash, expires_at) VALUES (?1, ?2)",
            params![session.hash(), now + LIFETIME * 1000],
        )?;
        Ok(session)
    }

    /// Signs the browser out.
    pub(super) fn end(&self, db: &Db) -> Result<(), Error> {
        db.execute("DELETE FROM session WHERE cookie_hash = ?1", [self.hash()])?;
        Ok(())
    }

    /// The value of `Set-Cookie`.
    pub(super) fn set_cookie(&self) -> String {
        format!(
            "{COOKIE}={}; Path=/; Max-Age={LIFETIME}; HttpOnly; SameSite=Lax",
            self.0
        )
    }

    /// What each form of this session carries, so that no other site can post it (CSRF).
    pub(super) fn form_token(&self) -> String {
        HEXLOWER.encode(&digest("form-token", self.0.as_bytes()))
    }

    fn hash(&self) -> [u8; 32] {
        digest("session-cookie", self.0.as_bytes())
    }

    fn is_good(&self, db: &Db, now: i64) -> Result<bool, Error> {
        Ok(db.query_row(
            "SELECT EXISTS (SELECT 1 FROM session WHERE cookie_hash = ?1 AND expires_at > ?2)",
            params![self.hash(), now],
            |row| row.get(0),
        )?)
    }
}

/// The value of `Set-Cookie` that makes a browser forget the session.
pub(super) fn clear_cookie() -> String {
    format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
}

/// Anyone who comes to the cabinet, signed in or not.
pub(super) struct Visitor(pub(super) Option<Session>);

impl FromRequestParts<Arc<Shared>> for Visitor {
    type Rejection = Page;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Page> {
        let cookie = parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == COOKIE).then(|| value.to_owned()));
        let Some(cookie) = cookie else {
            return Ok(Self(None));
        };
        let session = Session(cookie);
        let now = shared.now();
        let is_good = shared.database.transact(|db| session.is_good(db, now))?;
        Ok(Self(is_good.then_some(session)))
    }
}
