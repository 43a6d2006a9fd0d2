//! Whether a token still lives, by what it is answered when it asks who it is.

use super::error::Error;
use super::kind::Kind;
use super::{TokenStatus, Verified};

/// What a token's own question says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Cloudflare takes it; or knows it, and takes it from other addresses than this.
    Works,
    /// Cloudflare does not take it any more.
    Refused,
    /// Cloudflare could not be asked, or did not say.
    Unknown,
}

impl Life {
    /// What the answer to [`verify`](super::Client::verify) says. Whatever is not known to mean death is no death.
    pub fn of(verified: &Result<Verified, Error>) -> Self {
        match verified {
            Ok(verified) => match verified.status {
                TokenStatus::Active => Self::Works,
                TokenStatus::Disabled | TokenStatus::Expired | TokenStatus::Exposed => {
                    Self::Refused
                }
                TokenStatus::Other(_) => Self::Unknown,
            },
            Err(error) => match error.kind {
                Kind::UnknownToken => Self::Refused,
                // It is known, but not taken from here.
                Kind::AddressBlocked { .. } => Self::Works,
                // Refusals of the call, of the way to it, or of whoever sends it.
                Kind::NotPermitted
                | Kind::NoTokenManagement
                | Kind::UserAuthNotFound
                | Kind::SubTokenManagement
                | Kind::AccountsUnsupported
                | Kind::OAuthScopes
                | Kind::CannotGrant { .. }
                | Kind::MalformedCredential
                | Kind::MalformedHeader
                | Kind::WrongSecretInHeader
                | Kind::WrongKeyOrEmail
                | Kind::AuthMissing
                | Kind::EdgeAuth
                | Kind::NoRoute
                | Kind::NoSuchPath
                | Kind::NotFound
                | Kind::R2NotEnabled
                | Kind::NotEntitled
                | Kind::EmailUnverified
                | Kind::ProjectNotFound
                | Kind::ProjectExists
                | Kind::QuotaReached
                | Kind::RateLimited
                | Kind::BrowserBan
                | Kind::EdgeBlocked
                | Kind::Challenged
                | Kind::Invalid
                | Kind::Unknown
                | Kind::ServerError
                | Kind::NotCloudflare
                | Kind::NoAnswer
                | Kind::NoNetwork
                | Kind::Yes => Self::Unknown,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_means_death_is_a_death() {
        let verified = |word: &str| {
            let verified = serde_json::json!({ "id": "0", "status": word });
            Ok(serde_json::from_value(verified).expect("an answer to verify"))
        };
        let refused = |kind| Err(Error::own(kind, "GET /user/tokens/verify", ""));
        let address = "203.0.113.7".into();
        for (answer, life) in [
            (verified("active"), Life::Works),
            (verified("disabled"), Life::Refused),
            (verified("expired"), Life::Refused),
            (verified("revoked (exposed)"), Life::Refused),
            (verified("resting"), Life::Unknown),
            (refused(Kind::UnknownToken), Life::Refused),
            (refused(Kind::AddressBlocked { address }), Life::Works),
            (refused(Kind::NotPermitted), Life::Unknown),
            (refused(Kind::RateLimited), Life::Unknown),
            (refused(Kind::Unknown), Life::Unknown),
            (refused(Kind::NoAnswer), Life::Unknown),
        ] {
            assert_eq!(Life::of(&answer), life, "{answer:?}");
        }
    }
}
