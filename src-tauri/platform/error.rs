//! The ways in which a platform does not do what it was asked.

use std::time::Duration;

use crate::http::{Effect, Failure};
use crate::problem::{Next, Problem};
use crate::random::NoRandomness;

/// Longest pause, named by a busy platform, that a delivery makes before it is sent again.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why the platform did not do what it was asked.
///
/// Text from the platform is shortened, without control characters, and never repeats a value that was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The platform tried the token at Cloudflare and was refused. Nothing changed.
    #[error("the platform could not use the token: {0}")]
    CredentialRejected(String),
    /// Another connection holds this account and project. Nothing changed.
    #[error("connection {} holds this account and project", connection_id.as_deref().unwrap_or("of another id"))]
    AlreadyConnected {
        /// The other connection's id, where the platform named it.
        connection_id: Option<String>,
    },
    /// Nobody is signed in: there is no session, or the platform knows it no more.
    #[error("nobody is signed in at the platform: {0}")]
    NotSignedIn(String),
    /// The platform has no connection of this id.
    #[error("the platform has no such connection: {0}")]
    UnknownConnection(String),
    /// The platform has no place for what was handed over: it does not offer that. Nothing changed.
    #[error("the platform does not offer this: {0}")]
    NotOffered(String),
    /// The platform finds the request itself at fault. Nothing changed.
    #[error("the platform finds fault with {}: {detail}", field.as_deref().unwrap_or("the request"))]
    InvalidRequest {
        /// What is at fault, such as `project` or `token.id`, where the platform named it.
        field: Option<String>,
        /// The platform's words.
        detail: String,
    },
    /// The platform refused for a reason that this version does not know. Nothing changed.
    #[error("the platform refused: {status} {detail}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The platform's code and words.
        detail: String,
    },
    /// The platform decided nothing.
    #[error("the platform is busy: {detail}")]
    Busy {
        /// When it wants to be asked again, where it said so.
        retry_after: Option<Duration>,
        /// The platform's words.
        detail: String,
    },
    /// No answer came, or none that could be understood: what was asked may have been done.
    #[error("it is not known what the platform did: {0}")]
    Unknown(String),
    /// The request never left this computer.
    #[error(transparent)]
    Unreachable(Failure),
    /// An answer outside the contract to a question that changes nothing.
    #[error("the platform answered outside its contract: {0}")]
    Contract(String),
    /// The person said no at the platform.
    #[error("the sign-in was denied")]
    SignInDenied,
    /// Nobody answered at the platform in time.
    #[error("the sign-in lapsed")]
    SignInExpired,
    /// The system gave no random bytes.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure.effect {
            Effect::NeverSent => Self::Unreachable(failure),
            Effect::Unknown => Self::Unknown(failure.to_string()),
        }
    }
}

impl Error {
    /// How long to wait before sending the same thing again, where that can help; `usual` where nothing else was said.
    pub(super) fn pause(&self, usual: Duration) -> Option<Duration> {
        match self {
            Self::Unknown(_) => Some(usual),
            Self::Busy { retry_after, .. } => {
                Some(retry_after.unwrap_or(usual)).filter(|pause| *pause <= PATIENCE)
            }
            _ => None,
        }
    }

    /// Whether it is an answer about the request itself, so that what was sent before is not in doubt any more.
    pub(super) fn settles(&self) -> bool {
        matches!(
            self,
            Self::CredentialRejected(_)
                | Self::AlreadyConnected { .. }
                | Self::InvalidRequest { .. }
                | Self::UnknownConnection(_)
                | Self::NotOffered(_)
                | Self::Refused { .. }
        )
    }

    /// What a person sees, and the one thing to do.
    pub fn problem(&self) -> Problem {
        let (code, message, hint, next) = match self {
            Self::CredentialRejected(_) => (
                "credential-rejected",
                "The platform tried the token at Cloudflare and was refused.",
                "Wait a minute and deliver it again; if the token is for certain addresses only, the platform's must be among them.",
                Next::DeliverAgain,
            ),
            Self::AlreadyConnected { .. } => (
                "already-connected",
                "The platform has another connection for this account and project.",
                "Choose another project, or disconnect the other connection at the platform.",
                Next::ChangeChoices,
            ),
            Self::NotSignedIn(_) => (
                "not-signed-in",
                "You are not signed in at the platform.",
                "Sign in.",
                Next::SignIn,
            ),
            Self::UnknownConnection(_) => (
                "unknown-connection",
                "The platform does not know this connection.",
                "Connect again.",
                Next::Home,
            ),
            Self::NotOffered(_) => (
                "not-offered",
                "The platform does not offer this.",
                "Ask there whether it will, or go on without.",
                Next::Home,
            ),
            Self::InvalidRequest { .. } => (
                "invalid-request",
                "The platform finds fault with what it was sent.",
                "Change what the details name, or update Narrows.",
                Next::ChangeChoices,
            ),
            Self::Refused { .. } => (
                "platform-refused",
                "The platform refused.",
                "The details have the platform's words; ask there, or update Narrows.",
                Next::Retry,
            ),
            Self::Busy { .. } => (
                "platform-busy",
                "The platform is busy and has decided nothing.",
                "Try again in a minute.",
                Next::Retry,
            ),
            Self::Unknown(_) => (
                "platform-unknown",
                "The platform's answer did not arrive, so it is not known whether it did what it was asked.",
                "Ask it again; nothing is done twice.",
                Next::DeliverAgain,
            ),
            Self::Unreachable(_) => (
                "platform-unreachable",
                "The platform cannot be reached.",
                "Check the network and the platform's address, then try again.",
                Next::Retry,
            ),
            Self::Contract(_) => (
                "platform-contract",
                "What answered does not speak as a platform should.",
                "Check the platform's address, and whether the network asks you to sign in first.",
                Next::Retry,
            ),
            Self::SignInDenied => (
                "sign-in-denied",
                "The sign-in was denied at the platform.",
                "Sign in again and approve.",
                Next::SignIn,
            ),
            Self::SignInExpired => (
                "sign-in-expired",
                "The code was not used in time.",
                "Sign in with a new one.",
                Next::SignIn,
            ),
            Self::Random(error) => return error.problem(),
        };
        Problem::new(code, message, hint, next).with_evidence(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::FailureKind;

    #[test]
    fn every_error_has_its_own_code_and_one_next_action() {
        let text = || "its words".to_owned();
        let failure = Failure {
            label: "GET /v1/me",
            kind: FailureKind::Dns,
            effect: Effect::NeverSent,
            status: None,
            detail: text(),
        };
        let table = [
            (
                Error::CredentialRejected(text()),
                "credential-rejected",
                Next::DeliverAgain,
            ),
            (
                Error::AlreadyConnected {
                    connection_id: None,
                },
                "already-connected",
                Next::ChangeChoices,
            ),
            (Error::NotSignedIn(text()), "not-signed-in", Next::SignIn),
            (
                Error::UnknownConnection(text()),
                "unknown-connection",
                Next::Home,
            ),
            (Error::NotOffered(text()), "not-offered", Next::Home),
            (
                Error::InvalidRequest {
                    field: None,
                    detail: text(),
                },
                "invalid-request",
                Next::ChangeChoices,
            ),
            (
                Error::Refused {
                    status: 418,
                    detail: text(),
                },
                "platform-refused",
                Next::Retry,
            ),
            (
                Error::Busy {
                    retry_after: None,
                    detail: text(),
                },
                "platform-busy",
                Next::Retry,
            ),
            (
                Error::Unknown(text()),
                "platform-unknown",
                Next::DeliverAgain,
            ),
            (Error::from(failure), "platform-unreachable", Next::Retry),
            (Error::Contract(text()), "platform-contract", Next::Retry),
            (Error::SignInDenied, "sign-in-denied", Next::SignIn),
            (Error::SignInExpired, "sign-in-expired", Next::SignIn),
        ];
        for (error, code, next) in table {
            let problem = error.problem();
            assert_eq!(problem.code, code, "codes are stable: {error:?}");
            assert_eq!(problem.next, next, "the button of {code}");
            assert!(problem.evidence.is_some(), "{code} shows what was seen");
        }
    }
}
