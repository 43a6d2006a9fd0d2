//! The sandbox's platform: device sign-in, the connection API of `docs/platform-api.yaml`, and a small cabinet for the tenant.
//!
//! There is one tenant, Ada. What the platform knows lies in one SQLite database: token values sealed with AES-256-GCM, and access
//! tokens, refresh tokens, device codes and cookies as SHA-256 hashes only. It never logs, and no answer holds a token's value.
//!
//! Nothing here knows the product: the contract alone is shared, so that a mistake on either side shows.

mod answer;
mod api;
mod cabinet;
mod connection;
mod database;
mod delivery;
mod device;
mod digest;
mod extra;
mod grant;
mod page;
mod parameters;
mod problem;
mod random;
mod receipt;
mod seal;
mod session;
mod sign_in;
mod signed_in;
mod snapshot;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post, put};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use jiff::Timestamp;

use database::Database;
use seal::Seal;

/// The environment variable with the sealing key, as 64 hex digits.
const KEY_VARIABLE: &str = "NARROWS_SANDBOX_KEY";

/// The largest request body, in bytes.
const BODY_LIMIT: usize = 65_536;

/// Ada's sign-in, which `/v1/me` and the cabinet show.
const TENANT: Tenant = Tenant {
    id: "tenant-ada",
    name: "Ada Tenant",
    email: "ada@example.com",
};

struct Tenant {
    id: &'static str,
    name: &'static str,
    email: &'static str,
}

/// Asks Cloudflare about a token: its value, the account's id, and its kind (`user` or `account`). May block.
pub type AskCloudflare = Arc<dyn Fn(String, String, String) -> CloudflareVerdict + Send + Sync>;

/// Lists the buckets of an account with a key pair for S3: access key id, secret access key, the account's id. Whether
/// that worked; nothing where nobody answered. May block.
pub type ListBuckets = Arc<dyn Fn(String, String, String) -> Option<bool> + Send + Sync>;

/// The time, in milliseconds since 1970 UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What Cloudflare says of a token that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloudflareVerdict {
    /// The token is active and reaches the account.
    Active {
        /// The token's id at Cloudflare.
        token_id: String,
    },
    /// Cloudflare refuses the token, or the token doesn't reach the account.
    Refused,
    /// Cloudflare could not be asked.
    Unreachable,
}

/// How a platform is set up.
#[derive(Clone)]
pub struct Config {
    /// Whether device codes are approved by themselves, at once.
    pub auto_approve: bool,
    /// The key that seals token values; `None` makes one, which is gone with the process.
    pub key: Option<[u8; 32]>,
    /// The database file; `None` keeps everything in memory.
    pub database: Option<PathBuf>,
    /// The platform's own base address, without a slash at the end.
    pub issuer: String,
    /// How Cloudflare is asked about a token.
    pub cloudflare: AskCloudflare,
    /// How a key pair for S3 is tried.
    pub s3: ListBuckets,
}

impl Config {
    /// The key in `NARROWS_SANDBOX_KEY` (64 hex digits), or `None` when there is none.
    ///
    /// # Errors
    /// [`Error::Key`] when the variable holds something else.
    pub fn key_from_environment() -> Result<Option<[u8; 32]>, Error> {
        match std::env::var(KEY_VARIABLE) {
            Ok(text) => parse_key(&text).map(Some),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => Err(Error::Key),
        }
    }
}

fn parse_key(text: &str) -> Result<[u8; 32], Error> {
    HEXLOWER_PERMISSIVE
        .decode(text.trim().as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(Error::Key)
}

/// Why a platform does not open, or an answer could not be worked out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The environment's key is not one.
    #[error("{KEY_VARIABLE} must hold 64 hex digits")]
    Key,
    /// The database failed.
    #[error("the platform's database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// The system has no randomness to give.
    #[error("no randomness: {0}")]
    Random(#[from] getrandom::Error),
    /// A token value does not open: it was sealed with another key, or tampered with.
    #[error("a sealed token value does not open with this key")]
    Seal,
}

/// A platform. Clones are the same one.
#[derive(Clone)]
pub struct Platform {
    shared: Arc<Shared>,
}

/// What every request may use.
struct Shared {
    auto_approve: bool,
    issuer: String,
    cloudflare: AskCloudflare,
    s3: ListBuckets,
    database: Database,
    seal: Seal,
    clock: Clock,
}

impl Shared {
    /// The time, in milliseconds since 1970 UTC.
    fn now(&self) -> i64 {
        (self.clock)()
    }
}

impl Platform {
    /// A platform that runs by the system's clock.
    pub fn open(config: Config) -> Result<Self, Error> {
        Self::open_at(config, Arc::new(|| Timestamp::now().as_millisecond()))
    }

    /// A platform that runs by a clock of the caller's.
    pub fn open_at(config: Config, clock: Clock) -> Result<Self, Error> {
        let key = match config.key {
            Some(key) => key,
            None => random::bytes()?,
        };
        Ok(Self {
            shared: Arc::new(Shared {
                auto_approve: config.auto_approve,
                issuer: config.issuer,
                cloudflare: config.cloudflare,
                s3: config.s3,
                database: Database::open(config.database.as_deref())?,
                seal: Seal::new(key),
                clock,
            }),
        })
    }

    /// Everything that the platform answers.
    pub fn router(&self) -> Router {
        Router::new()
            .route(
                "/oauth/device_authorization",
                post(sign_in::authorize_device),
            )
            .route("/oauth/token", post(sign_in::token))
            .route("/oauth/revoke", post(sign_in::revoke))
            .route("/v1/me", get(api::me))
            .route(
                "/v1/connections/{id}",
                put(api::put_connection)
                    .get(api::get_connection)
                    .delete(api::delete_connection),
            )
            .route(
                "/v1/connections/{id}/extras/{extra}",
                put(extra::put).get(extra::get),
            )
            .route("/", get(cabinet::home))
            .route("/sign-in", post(cabinet::sign_in))
            .route("/sign-out", post(cabinet::sign_out))
            .route("/disconnect", post(cabinet::disconnect))
            .route("/device", get(cabinet::device).post(cabinet::answer_device))
            .route("/cabinet.css", get(page::style))
            .fallback(page::not_here)
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .layer(map_response(name_request))
            .with_state(Arc::clone(&self.shared))
    }
}

/// Gives each answer the id by which its request can be found again.
async fn name_request(mut response: Response) -> Response {
    let id = random::bytes::<8>().map(|bytes| HEXLOWER.encode(&bytes));
    if let Some(id) = id.ok().and_then(|id| HeaderValue::try_from(id).ok()) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::{Error, parse_key};

    #[test]
    fn a_key_is_exactly_64_hex_digits() {
        assert_eq!(
            parse_key(&"0aF1".repeat(16)).expect("a key"),
            [0x0a, 0xf1].repeat(16).as_slice(),
            "either case of hex is read"
        );
        for wrong in ["", "00", &"0".repeat(63), &"0".repeat(66), &"g".repeat(64)] {
            assert!(
                matches!(parse_key(wrong), Err(Error::Key)),
                "{wrong:?} is refused, not padded or cut"
            );
        }
    }
}
