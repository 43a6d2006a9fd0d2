//! Cloudflare's API, as far as Narrows speaks it.
//!
//! In this room live the typed [`Client`], the nouns it reads and writes, the one table by which every answer is read
//! ([`reading`]) and the kinds it tells apart ([`Kind`]), whether a token still lives ([`Life`]), the prefilled link to Cloudflare's token page and the reader of pasted text. Nothing
//! enters but credentials and choices; nothing here decides what to do with an answer, keeps anything, or knows of
//! platforms, vaults and records. Facts about the service that are not documented by Cloudflare are data
//! (`token-page.toml`) or open enums, so that a change over there breaks nothing here.

pub mod account;
mod alive;
pub mod client;
pub mod credential;
mod envelope;
pub mod error;
pub mod groups;
pub mod id;
mod kind;
mod open;
pub mod pasted;
pub mod policies;
pub mod project;
pub mod reading;
pub mod resources;
pub mod shape;
pub mod token;
pub mod token_page;
mod words;
pub mod zone;

pub use account::Account;
pub use alive::Life;
pub use client::{Client, Probe};
pub use credential::{Credential, Owner, TokenKind};
pub use error::Error;
pub use groups::{Catalogue, PermissionGroup, Scope, manages_tokens, refuses_account_tokens};
pub use kind::{Kind, Trail};
pub use policies::{GroupRef, Policy, PolicyEffect};
pub use project::Project;
pub use resources::Resources;
pub use token::{Condition, Created, NewToken, Token, TokenList, TokenStatus, Verified};
pub use token_page::TokenPageLink;
pub use zone::Zone;

use url::Url;

use crate::http::Base;

/// Cloudflare's API.
const API: &str = "https://api.cloudflare.com/client/v4";

/// Cloudflare's dashboard.
const DASHBOARD: &str = "https://dash.cloudflare.com";

impl Base {
    /// Cloudflare's own API.
    pub fn official() -> Self {
        Self::constant(API)
    }

    /// Cloudflare's own dashboard.
    pub fn dashboard() -> Self {
        Self::constant(DASHBOARD)
    }
}

/// Where a person sees and deletes their tokens by hand.
pub fn token_list(dashboard: &Url, owner: &Owner) -> Url {
    match owner {
        Owner::User => crate::http::below(dashboard, "/profile/api-tokens"),
        Owner::Account(account) => crate::http::below(dashboard, &format!("/{account}/api-tokens")),
    }
}
