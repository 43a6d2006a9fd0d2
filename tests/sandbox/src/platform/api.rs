//! The connection API.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use rusqlite::Connection as Db;
use serde_json::{Value, json};

use super::answer::{Answer, RequestMark};
use super::connection::{self, Connection};
use super::delivery::{CONNECTION_ID, Delivery, IDEMPOTENCY_KEY, NONCE};
use super::problem::Problem;
use super::signed_in::SignedIn;
use super::{CloudflareVerdict, Shared, TENANT};

pub(super) const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

pub(super) type QueryPairs = Result<Query<Vec<(String, String)>>, QueryRejection>;

/// `GET /v1/me`
pub(super) async fn me(
    _: SignedIn,
    State(shared): State<Arc<Shared>>,
) -> Result<impl IntoResponse, Problem> {
    let connections: Vec<Value> = shared
        .database
        .transact(|db| Connection::all(db))?
        .iter()
        .map(|held| {
            json!({
                "id": held.id,
                "profile": held.profile,
                "account_id": held.account_id,
                "project": held.project,
            })
        })
        .collect();
    Ok((
        NO_STORE,
        Json(json!({
            "id": TENANT.id,
            "name": TENANT.name,
            "email": TENANT.email,
            "connections": connections,
        })),
    ))
}

/// `PUT /v1/connections/{id}`
pub(super) async fn put_connection(
    _: SignedIn,
    State(shared): State<Arc<Shared>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<impl IntoResponse, Problem> {
    let id = read_id(id)?;
    let key = read_idempotency_key(&headers)?;
    let body = read_body(&headers, body)?;
    let put = Put {
        mark: RequestMark::new(key, &id, &body),
        delivery: Delivery::read(&body)?,
        id,
    };
    // Asking Cloudflare may block.
    let answer = tokio::task::spawn_blocking(move || put.carry_out(&shared))
        .await
        .map_err(|_| Problem::Busy {
            detail: "The platform could not work out an answer.",
        })??;
    Ok((NO_STORE, answer))
}

/// `GET /v1/connections/{id}`
pub(super) async fn get_connection(
    _: SignedIn,
    State(shared): State<Arc<Shared>>,
    id: Result<Path<String>, PathRejection>,
    query: QueryPairs,
) -> Result<impl IntoResponse, Problem> {
    let id = read_id(id)?;
    let nonce = read_nonce(query)?;
    let document = shared
        .database
        .transact(|db| receipted(db, &shared, &id, &nonce))?;
    Ok((NO_STORE, Json(document)))
}

/// `DELETE /v1/connections/{id}`
pub(super) async fn delete_connection(
    _: SignedIn,
    State(shared): State<Arc<Shared>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let id = read_id(id)?;
    if shared.database.transact(|db| connection::forget(db, &id))? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::UnknownConnection)
    }
}

/// A PUT that is well-formed.
struct Put {
    id: String,
    delivery: Delivery,
    mark: RequestMark,
}

impl Put {
    fn carry_out(&self, shared: &Shared) -> Result<Answer, Problem> {
        let now = shared.now();
        if let Some(first) = shared.database.transact(|db| self.precheck(db, now))? {
            return Ok(first);
        }
        self.ask_cloudflare(shared)?;
        shared.database.transact(|db| {
            // Another request may have come between while Cloudflare was asked.
            if let Some(first) = self.precheck(db, now)? {
                return Ok(first);
            }
            let is_new = connection::accept(db, &shared.seal, now, &self.id, &self.delivery)?;
            let answer = Answer {
                status: if is_new {
                    StatusCode::CREATED
                } else {
                    StatusCode::OK
                },
                body: receipted(db, shared, &self.id, &self.delivery.nonce)?,
            };
            answer.keep(db, now, &self.mark, &self.id)?;
            Ok(answer)
        })
    }

    /// The first answer to this request, or nothing when it may go on.
    fn precheck(&self, db: &Db, now: i64) -> Result<Option<Answer>, Problem> {
        let first = Answer::first(db, now, &self.mark)?;
        if first.is_none() {
            connection::admit(db, &self.id, &self.delivery)?;
        }
        Ok(first)
    }

    fn ask_cloudflare(&self, shared: &Shared) -> Result<(), Problem> {
        let Delivery {
            token, account_id, ..
        } = &self.delivery;
        match (shared.cloudflare)(token.value.clone(), account_id.clone(), token.kind.clone()) {
            CloudflareVerdict::Active { token_id } if token_id == token.id => Ok(()),
            CloudflareVerdict::Active { .. } => Err(Problem::CredentialRejected {
                detail: "Cloudflare knows this token by another id.",
            }),
            CloudflareVerdict::Refused => Err(Problem::CredentialRejected {
                detail: "Cloudflare refused this token for this account.",
            }),
            CloudflareVerdict::Unreachable => Err(Problem::Busy {
                detail: "Cloudflare could not be asked about the token.",
            }),
        }
    }
}

fn receipted(db: &Db, shared: &Shared, id: &str, nonce: &str) -> Result<Value, Problem> {
    let held = Connection::find(db, id)?.ok_or(Problem::UnknownConnection)?;
    let receipt = held.receipt(db, &shared.seal, nonce)?;
    Ok(held.document(&receipt))
}

pub(super) fn read_id(id: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    let Path(id) = id.map_err(|_| Problem::invalid("id", "The address is malformed."))?;
    CONNECTION_ID.check("id", id)
}

fn read_idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    const NAME: &str = "Idempotency-Key";
    let mut keys = headers.get_all(NAME).iter();
    match (keys.next(), keys.next()) {
        (Some(key), None) => {
            IDEMPOTENCY_KEY.check(NAME, String::from_utf8_lossy(key.as_bytes()).into())
        }
        _ => Err(Problem::invalid(NAME, "This header is wanted, once.")),
    }
}

pub(super) fn read_body(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Bytes, Problem> {
    let body = body.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::TooLarge
        } else {
            Problem::invalid("body", "The body broke off.")
        }
    })?;
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"));
    if is_json {
        Ok(body)
    } else {
        Err(Problem::invalid(
            "Content-Type",
            "application/json is wanted.",
        ))
    }
}

pub(super) fn read_nonce(query: QueryPairs) -> Result<String, Problem> {
    let Query(pairs) = query.map_err(|_| Problem::invalid("nonce", "The query is malformed."))?;
    let mut nonces = pairs.into_iter().filter(|(name, _)| name == "nonce");
    match (nonces.next(), nonces.next()) {
        (Some((_, nonce)), None) => NONCE.check("nonce", nonce),
        _ => Err(Problem::invalid("nonce", "This parameter is wanted, once.")),
    }
}
