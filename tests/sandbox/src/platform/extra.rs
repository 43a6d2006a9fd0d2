//! Tokens of their own beside a connection's narrow one. This platform takes one kind, from which R2 keys come.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use rusqlite::{Connection as Db, OptionalExtension, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::api::{NO_STORE, QueryPairs, read_body, read_id, read_nonce};
use super::connection::Connection;
use super::delivery::{EXTRA, ExtraDelivery};
use super::problem::Problem;
use super::receipt::{Receipt, fingerprint};
use super::signed_in::SignedIn;
use super::{CloudflareVerdict, Error, Shared};

/// What this platform takes.
const R2_KEYS: &str = "r2-keys";

type Names = Result<Path<(String, String)>, PathRejection>;

/// `PUT /v1/connections/{id}/extras/{extra}`
pub(super) async fn put(
    _: SignedIn,
    State(shared): State<Arc<Shared>>,
    names: Names,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<impl IntoResponse, Problem> {
    let (id, extra) = read_names(names)?;
    let delivery = ExtraDelivery::read(&read_body(&headers, body)?)?;
    // Asking Cloudflare may block.
    let answer = tokio::task::spawn_blocking(move || carry_out(&shared, &id, &extra, &delivery))
        .await
        .map_err(|_| Problem::Busy {
            detail: "The platform could not work out an answer.",
        })??;
    Ok((NO_STORE, answer))
}

/// `GET /v1/connections/{id}/extras/{extra}`
pub(super) async fn get(
    _: SignedIn,
    State(shared): State<Arc<Shared>>,
    names: Names,
    query: QueryPairs,
) -> Result<impl IntoResponse, Problem> {
    let (id, extra) = read_names(names)?;
    let nonce = read_nonce(query)?;
    let document = shared
        .database
        .transact(|db| document(db, &shared, &id, &extra, &nonce))?;
    Ok((NO_STORE, Json(document)))
}

fn read_names(names: Names) -> Result<(String, String), Problem> {
    let Path((id, extra)) =
        names.map_err(|_| Problem::invalid("id", "The address is malformed."))?;
    let id = read_id(Ok(Path(id)))?;
    let extra = EXTRA.check("extra", extra)?;
    if extra == R2_KEYS {
        Ok((id, extra))
    } else {
        Err(Problem::NotOffered)
    }
}

fn carry_out(
    shared: &Shared,
    id: &str,
    extra: &str,
    delivery: &ExtraDelivery,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let account = shared.database.transact(|db| admit(db, id, delivery))?;
    ask_cloudflare(shared, &account, delivery)?;
    shared.database.transact(|db| {
        // The connection may have gone or changed while Cloudflare was asked.
        admit(db, id, delivery)?;
        let is_new = accept(db, shared, id, extra, delivery)?;
        let status = if is_new {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        let document = document(db, shared, id, extra, &delivery.nonce)?;
        Ok((status, Json(document)))
    })
}

/// The account of the connection, if a token of its own may be added to it.
fn admit(db: &Db, id: &str, delivery: &ExtraDelivery) -> Result<String, Problem> {
    let held = Connection::find(db, id)?.ok_or(Problem::UnknownConnection)?;
    if held.token_id == delivery.token.id {
        return Err(Problem::invalid(
            "token.id",
            "A token of its own is wanted, not the connection's.",
        ));
    }
    if held.token_kind != delivery.token.kind {
        return Err(Problem::invalid(
            "token.kind",
            "A token of the connection's kind is wanted.",
        ));
    }
    Ok(held.account_id)
}

fn ask_cloudflare(shared: &Shared, account: &str, delivery: &ExtraDelivery) -> Result<(), Problem> {
    let token = &delivery.token;
    match (shared.cloudflare)(token.value.clone(), account.to_owned(), token.kind.clone()) {
        CloudflareVerdict::Active { token_id } if token_id == token.id => {}
        CloudflareVerdict::Active { .. } => {
            return Err(Problem::CredentialRejected {
                detail: "Cloudflare knows this token by another id.",
            });
        }
        CloudflareVerdict::Refused => {
            return Err(Problem::CredentialRejected {
                detail: "Cloudflare refused this token for this account.",
            });
        }
        CloudflareVerdict::Unreachable => {
            return Err(Problem::Busy {
                detail: "Cloudflare could not be asked about the token.",
            });
        }
    }
    match (shared.s3)(
        token.id.clone(),
        secret_key(&token.value),
        account.to_owned(),
    ) {
        Some(true) => Ok(()),
        Some(false) => Err(Problem::CredentialRejected {
            detail: "The key pair that comes from this token opens no R2 of this account.",
        }),
        None => Err(Problem::Busy {
            detail: "R2 could not be asked about the key pair.",
        }),
    }
}

/// The secret access key that goes with the token's id as access key id.
fn secret_key(value: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(value.as_bytes()))
}

/// Takes the token in, in place of the one that was held. True when there was none.
fn accept(
    db: &Db,
    shared: &Shared,
    id: &str,
    extra: &str,
    delivery: &ExtraDelivery,
) -> Result<bool, Error> {
    let token = &delivery.token;
    let replaced = db.execute(
        "DELETE FROM extra WHERE connection_id = ?1 AND id = ?2",
        [id, extra],
    )?;
    db.execute(
        "INSERT INTO extra (connection_id, id, token_id, token_name, sealed_value, fingerprint, updated_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            id,
            extra,
            token.id,
            token.name,
            shared.seal.close(&token.value, id, &token.id)?,
            fingerprint(&token.value),
            Timestamp::from_second(shared.now().div_euclid(1000))
                .unwrap_or_default()
                .to_string(),
        ],
    )?;
    Ok(replaced == 0)
}

/// What the contract calls `Extra`.
fn document(
    db: &Db,
    shared: &Shared,
    id: &str,
    extra: &str,
    nonce: &str,
) -> Result<Value, Problem> {
    let sql = "SELECT token_id, sealed_value, fingerprint, updated_on FROM extra WHERE connection_id = ?1 AND id = ?2";
    let held: Option<(String, Vec<u8>, String, String)> = db
        .query_row(sql, [id, extra], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let (token_id, sealed, fingerprint, updated_on) = held.ok_or(Problem::UnknownConnection)?;
    let receipt = Receipt::over(&shared.seal.open(&sealed, id, &token_id)?, nonce)?;
    Ok(json!({
        "id": extra,
        "token_id": token_id,
        "fingerprint": fingerprint,
        "receipt": receipt.hex,
        "receipt_code": receipt.code,
        "updated_on": updated_on,
    }))
}
