//! The refusals of the connection API, as problem documents (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Error;

/// Why a request to the connection API was refused. Nothing changed.
#[derive(Debug)]
pub(super) enum Problem {
    /// A field, header or parameter is missing, unknown or wrong.
    InvalidRequest { field: String, wants: String },
    /// The body is over the limit.
    TooLarge,
    /// No access token, or one that is no good.
    NotSignedIn { token_sent: bool },
    /// No connection has this id.
    UnknownConnection,
    /// This platform has no use for such a token.
    NotOffered,
    /// Another connection holds this account and project.
    AlreadyConnected { connection_id: String },
    /// Cloudflare refused the token.
    CredentialRejected { detail: &'static str },
    /// This key was used with another request.
    IdempotencyMismatch,
    /// Nothing was decided.
    Busy { detail: &'static str },
}

impl Problem {
    /// A wrong field, and what is wanted there.
    pub(super) fn invalid(field: impl Into<String>, wants: impl Into<String>) -> Self {
        Self::InvalidRequest {
            field: field.into(),
            wants: wants.into(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest { .. } | Self::TooLarge => "invalid-request",
            Self::NotSignedIn { .. } => "not-signed-in",
            Self::UnknownConnection => "unknown-connection",
            Self::NotOffered => "not-offered",
            Self::AlreadyConnected { .. } => "already-connected",
            Self::CredentialRejected { .. } => "credential-rejected",
            Self::IdempotencyMismatch => "idempotency-mismatch",
            Self::Busy { .. } => "busy",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::InvalidRequest { .. } => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotSignedIn { .. } => StatusCode::UNAUTHORIZED,
            Self::UnknownConnection | Self::NotOffered => StatusCode::NOT_FOUND,
            Self::AlreadyConnected { .. } => StatusCode::CONFLICT,
            Self::CredentialRejected { .. } | Self::IdempotencyMismatch => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::InvalidRequest { .. } | Self::TooLarge => "The request is not valid",
            Self::NotSignedIn { .. } => "Not signed in",
            Self::UnknownConnection => "There is no such connection",
            Self::NotOffered => "This is not offered",
            Self::AlreadyConnected { .. } => "Already connected",
            Self::CredentialRejected { .. } => "Cloudflare refused the token",
            Self::IdempotencyMismatch => "The key was used with another request",
            Self::Busy { .. } => "Not now",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::InvalidRequest { wants, .. } => wants.clone(),
            Self::TooLarge => "The body is longer than 65,536 bytes.".into(),
            Self::NotSignedIn { token_sent: false } => "An access token is wanted.".into(),
            Self::NotSignedIn { token_sent: true } => {
                "The access token is unknown, expired or revoked.".into()
            }
            Self::UnknownConnection => {
                "You have no connection with this id, or it has no such token.".into()
            }
            Self::NotOffered => "This platform takes no token of this name.".into(),
            Self::AlreadyConnected { .. } => {
                "Another connection holds this account and project.".into()
            }
            Self::CredentialRejected { detail } | Self::Busy { detail } => (*detail).into(),
            Self::IdempotencyMismatch => {
                "This Idempotency-Key was sent with another id or body.".into()
            }
        }
    }

    fn document(&self) -> Value {
        let mut document = json!({
            "type": format!("urn:narrows:problem:{}", self.code()),
            "title": self.title(),
            "status": self.status().as_u16(),
            "detail": self.detail(),
            "code": self.code(),
        });
        match self {
            Self::InvalidRequest { field, .. } => document["field"] = json!(field),
            Self::TooLarge => document["field"] = json!("body"),
            Self::AlreadyConnected { connection_id } => {
                document["connection_id"] = json!(connection_id);
            }
            _ => {}
        }
        document
    }
}

/// Our own failures decide nothing, so the client may come again.
impl From<Error> for Problem {
    fn from(_: Error) -> Self {
        Self::Busy {
            detail: "The platform could not work out an answer.",
        }
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Error::from(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.document())).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match self {
            Self::NotSignedIn { token_sent } => {
                headers.insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static(if token_sent {
                        r#"Bearer realm="narrows", error="invalid_token""#
                    } else {
                        r#"Bearer realm="narrows""#
                    }),
                );
            }
            Self::Busy { .. } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}
