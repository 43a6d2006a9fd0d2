//! First answers to PUTs, kept so that a repeated request gets the same one and does nothing.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::digest::digest;
use super::problem::Problem;

/// Milliseconds for which an answer is kept.
const LIFETIME: i64 = 24 * 3_600_000;

/// What tells one request from another.
pub(super) struct RequestMark {
    key: String,
    hash: [u8; 32],
}

impl RequestMark {
    /// The mark of a PUT of `body` to the connection `id` under an Idempotency-Key.
    pub(super) fn new(key: String, id: &str, body: &[u8]) -> Self {
        Self {
            key,
            hash: digest("put-connection", &[id.as_bytes(), b"\n", body].concat()),
        }
    }
}

/// An answer with effect.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Answer {
    /// Keeps this as the first answer.
    pub(super) fn keep(
        &self,
        db: &Connection,
        now: i64,
        mark: &RequestMark,
        connection_id: &str,
    ) -> rusqlite::Result<()> {
        db.execute("DELETE FROM answer WHERE expires_at <= ?1", [now])?;
        db.execute(
            "INSERT INTO answer (key, request_hash, connection_id, status, body, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                mark.key,
                mark.hash,
                connection_id,
                self.status.as_u16(),
                self.body.to_string(),
                now + LIFETIME,
            ],
        )?;
        Ok(())
    }

    /// The first answer to the same request, if there is one.
    pub(super) fn first(
        db: &Connection,
        now: i64,
        mark: &RequestMark,
    ) -> Result<Option<Self>, Problem> {
        let row = db
            .query_row(
                "SELECT request_hash, status, body FROM answer WHERE key = ?1 AND expires_at > ?2",
                params![mark.key, now],
                |row| {
                    Ok((
                        row.get::<_, [u8; 32]>(0)?,
                        row.get::<_, u16>(1)?,
                        row.get::<_, String>(2)?,
                    ))
                },
            )
            .optional()?;
        match row {
            None => Ok(None),
            Some((hash, _, _)) if hash != mark.hash => Err(Problem::IdempotencyMismatch),
            Some((_, status, body)) => Ok(Some(Self {
                status: StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
                body: serde_json::from_str(&body).unwrap_or_default(),
            })),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, axum::Json(self.body)).into_response()
    }
}
