//! The platform's place, until it moves in.

use std::{path::PathBuf, sync::Arc};

/// Whether Cloudflare knows a token.
pub enum CloudflareVerdict {
    /// It lives, under this id.
    Active {
        /// The token's id.
        token_id: String,
    },
    /// Cloudflare refuses it.
    Refused,
    /// Cloudflare did not answer.
    Unreachable,
}

/// Asks Cloudflare about a token: its value, the account id, and `user` or `account`.
pub type AskCloudflare = dyn Fn(String, String, String) -> CloudflareVerdict + Send + Sync;

/// How a platform starts.
pub struct Config {
    /// Approve device codes without a person.
    pub auto_approve: bool,
    /// The sealing key, or a fresh one.
    pub key: Option<[u8; 32]>,
    /// The database file, or memory.
    pub database: Option<PathBuf>,
    /// Its own base address.
    pub issuer: String,
    /// How it asks Cloudflare.
    pub cloudflare: Arc<AskCloudflare>,
}

impl Config {
    /// The sealing key of the environment, if there is one.
    pub fn key_from_environment() -> Result<Option<[u8; 32]>, Error> {
        Ok(None)
    }
}

/// Why a platform cannot start.
#[derive(Debug, thiserror::Error)]
#[error("the platform cannot start")]
pub struct Error;

/// The platform.
pub struct Platform;

impl Platform {
    /// Starts it.
    pub fn open(_config: Config) -> Result<Self, Error> {
        Ok(Self)
    }

    /// Its routes.
    pub fn router(&self) -> axum::Router {
        axum::Router::new()
    }
}
