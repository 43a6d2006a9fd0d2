//! Refusals, each with the status, code and text that Cloudflare gives it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::draft::Refused;

const CONTEXT: &str = "https://developers.cloudflare.com/fundamentals/api/troubleshooting/";

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: u32,
    pub(crate) message: String,
    chain: Option<(u32, &'static str)>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            chain: None,
        }
    }

    fn header(code: u32, message: &'static str) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, 6003, "Invalid request headers");
        problem.chain = Some((code, message));
        problem
    }

    /// `Authorization` holds no bearer, or something that is no token.
    pub(crate) fn malformed_authorization() -> Self {
        Self::header(6111, "Invalid format for Authorization header")
    }

    pub(crate) fn malformed_email() -> Self {
        Self::header(6102, "Invalid format for X-Auth-Email header")
    }

    pub(crate) fn malformed_key() -> Self {
        Self::header(6103, "Invalid format for X-Auth-Key header")
    }

    pub(crate) fn missing_headers() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            9106,
            "Missing X-Auth-Key, X-Auth-Email or Authorization headers",
        )
    }

    /// A Global API Key as bearer, or an account token where only a user can be meant.
    pub(crate) fn authentication_failed() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            9106,
            "Authentication failed (status: 400)",
        )
    }

    pub(crate) fn unknown_key() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            9103,
            "Unknown X-Auth-Key or X-Auth-Email",
        )
    }

    /// Mistyped, rolled, deleted, revoked, or of the other kind than this path verifies.
    pub(crate) fn invalid_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 1000, "Invalid API Token")
    }

    /// Disabled, expired or not yet valid.
    pub(crate) fn lifeless_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 10_000, "Authentication error")
    }

    pub(crate) fn location(address: std::net::IpAddr) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            9109,
            format!("Cannot use the access token from location: {address}"),
        )
    }

    /// A product without the permission for it.
    pub(crate) fn authentication_error() -> Self {
        Self::new(StatusCode::FORBIDDEN, 10_000, "Authentication error")
    }

    /// The user's or the account's own things without the permission for them.
    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            9109,
            "Unauthorized to access requested resource",
        )
    }

    pub(crate) fn not_a_user() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            9109,
            "Valid user-level authentication not found",
        )
    }

    pub(crate) fn no_route() -> Self {
        Self::new(StatusCode::BAD_REQUEST, 7000, "No route for that URI")
    }

    /// The identifier in `path` is none.
    pub(crate) fn bad_identifier(path: &str) -> Self {
        let message =
            format!("Could not route to {path}, perhaps your object identifier is invalid?");
        Self::new(StatusCode::NOT_FOUND, 7003, message)
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 1001, message)
    }

    pub(crate) fn malformed_json() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            6007,
            "Malformed JSON in request body",
        )
    }

    pub(crate) fn no_such_token() -> Self {
        Self::new(StatusCode::NOT_FOUND, 1003, "API token was not found")
    }

    /// What a product says of a thing that is not there; the code differs from product to product.
    pub(crate) fn no_such_thing() -> Self {
        Self::new(StatusCode::NOT_FOUND, 7404, "Not found")
    }

    pub(crate) fn r2_not_enabled() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            10_042,
            "Please enable R2 through the Cloudflare Dashboard.",
        )
    }

    pub(crate) fn too_many_requests() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            971,
            "Please wait and consider throttling your request speed",
        )
    }

    /// The envelope. `result` is null in every refusal.
    pub(crate) fn to_json(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some((code, message)) = self.chain {
            error["error_chain"] = json!([{ "code": code, "message": message }]);
        }
        if self.status == StatusCode::FORBIDDEN {
            error["documentation_url"] = CONTEXT.into();
        }
        json!({ "success": false, "errors": [error], "messages": [], "result": null })
    }
}

impl From<Refused> for Problem {
    fn from(Refused(why): Refused) -> Self {
        Self::bad_request(why)
    }
}
