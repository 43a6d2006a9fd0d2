//! The guard of the connection API.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::problem::Problem;
use super::{Shared, grant};

/// Proof that the request bears a good access token.
pub(super) struct SignedIn;

impl FromRequestParts<Arc<Shared>> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let Some(token) = token else {
            return Err(Problem::NotSignedIn { token_sent: false });
        };
        let now = shared.now();
        if shared
            .database
            .transact(|db| grant::is_good(db, now, token))?
        {
            Ok(Self)
        } else {
            Err(Problem::NotSignedIn { token_sent: true })
        }
    }
}
