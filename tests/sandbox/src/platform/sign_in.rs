//! Sign-in of the desktop application: device authorization (RFC 8628), refresh (RFC 6749) and revocation (RFC 7009).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::device::{self, Polled};
use super::grant::{self, Grant};
use super::parameters::Parameters;
use super::problem::Problem;
use super::{Error, Shared};

const CLIENT: &str = "narrows-desktop";
const SCOPE: &str = "connections";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// The error codes of RFC 6749, section 5.2, and RFC 8628, section 3.5.
#[derive(Clone, Copy, Debug)]
pub(super) enum RefusalCode {
    AuthorizationPending,
    SlowDown,
    AccessDenied,
    ExpiredToken,
    InvalidGrant,
    InvalidClient,
    InvalidRequest,
    InvalidScope,
    UnsupportedGrantType,
}

impl RefusalCode {
    fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::AccessDenied => "access_denied",
            Self::ExpiredToken => "expired_token",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidClient => "invalid_client",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::UnsupportedGrantType => "unsupported_grant_type",
        }
    }
}

/// Why an OAuth request was refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// In OAuth's own words, and in a sentence.
    OAuth(RefusalCode, &'static str),
    /// The platform itself failed.
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::OAuth(code, description) => (
                StatusCode::BAD_REQUEST,
                NO_STORE,
                Json(json!({ "error": code.as_str(), "error_description": description })),
            )
                .into_response(),
            Self::Failed(error) => Problem::from(error).into_response(),
        }
    }
}

/// `POST /oauth/device_authorization`
pub(super) async fn authorize_device(
    State(shared): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<impl IntoResponse, Refusal> {
    check_client(&parameters)?;
    check_scope(&parameters)?;
    let now = shared.now();
    let made = shared
        .database
        .transact(|db| device::begin(db, now, shared.auto_approve))?;
    let page = format!("{}/device", shared.issuer);
    Ok((
        NO_STORE,
        Json(json!({
            "verification_uri_complete": format!("{page}?user_code={}", made.user_code),
            "verification_uri": page,
            "device_code": made.device_code,
            "user_code": made.user_code,
            "expires_in": device::LIFETIME,
            "interval": device::INTERVAL,
        })),
    ))
}

/// `POST /oauth/token`
pub(super) async fn token(
    State(shared): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<impl IntoResponse, Refusal> {
    check_client(&parameters)?;
    let grant = match parameters.require("grant_type")? {
        DEVICE_GRANT => exchange_device_code(&shared, parameters.require("device_code")?)?,
        "refresh_token" => {
            check_scope(&parameters)?;
            exchange_refresh_token(&shared, parameters.require("refresh_token")?)?
        }
        _ => {
            return Err(Refusal::OAuth(
                RefusalCode::UnsupportedGrantType,
                "Only device codes and refresh tokens are exchanged here.",
            ));
        }
    };
    Ok((NO_STORE, Json(tokens(&grant))))
}

/// `POST /oauth/revoke`
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    parameters: Parameters,
) -> Result<StatusCode, Refusal> {
    check_client(&parameters)?;
    let token = parameters.require("token")?;
    shared.database.transact(|db| grant::revoke(db, token))?;
    Ok(StatusCode::OK)
}

fn exchange_device_code(shared: &Shared, device_code: &str) -> Result<Grant, Refusal> {
    let now = shared.now();
    // A refused poll leaves its mark too, so the refusal is a success of the transaction.
    shared.database.transact(|db| {
        let (code, why) = match device::poll(db, now, device_code)? {
            Polled::Approved => return Ok::<_, Error>(Ok(grant::begin(db, now)?)),
            Polled::Denied => (RefusalCode::AccessDenied, "The tenant said no."),
            Polled::Pending => (
                RefusalCode::AuthorizationPending,
                "The tenant has not answered yet.",
            ),
            Polled::TooSoon => (
                RefusalCode::SlowDown,
                "Ask less often, by 5 seconds from now on.",
            ),
            Polled::Expired => (
                RefusalCode::ExpiredToken,
                "Nobody answered in time. Begin again.",
            ),
            Polled::Unknown => (
                RefusalCode::InvalidGrant,
                "The device code is unknown or was used.",
            ),
        };
        Ok(Err(Refusal::OAuth(code, why)))
    })?
}

fn exchange_refresh_token(shared: &Shared, refresh_token: &str) -> Result<Grant, Refusal> {
    let now = shared.now();
    shared
        .database
        .transact(|db| grant::refresh(db, now, refresh_token))?
        .ok_or(Refusal::OAuth(
            RefusalCode::InvalidGrant,
            "The refresh token is unknown, used or revoked.",
        ))
}

fn tokens(grant: &Grant) -> Value {
    json!({
        "access_token": grant.access_token,
        "token_type": "bearer",
        "expires_in": grant::ACCESS_LIFETIME,
        "refresh_token": grant.refresh_token,
        "scope": SCOPE,
    })
}

fn check_client(parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.require("client_id")? {
        CLIENT => Ok(()),
        _ => Err(Refusal::OAuth(
            RefusalCode::InvalidClient,
            "The client is not known here.",
        )),
    }
}

fn check_scope(parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.get("scope") {
        None | Some(SCOPE) => Ok(()),
        Some(_) => Err(Refusal::OAuth(
            RefusalCode::InvalidScope,
            "The one scope here is `connections`.",
        )),
    }
}
