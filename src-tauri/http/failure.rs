//! What becomes of a request that no whole answer came to.

use std::error::Error as StdError;
use std::{fmt, io};

use crate::problem::{Next, Problem};

/// No answer came, or not a whole one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{label}: {kind} ({detail})")]
pub struct Failure {
    /// The call, as in [`Calls`](crate::calls::Calls).
    pub label: &'static str,
    /// What broke.
    pub kind: FailureKind,
    /// Whether the request may have taken effect.
    pub effect: Effect,
    /// HTTP status, where the answer broke off after it.
    pub status: Option<u16>,
    /// The lower layers' words; never an address's query, a header or a body.
    pub detail: String,
}

/// What broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The server's name could not be resolved.
    Dns,
    /// Nothing listens there.
    Refused,
    /// The network has no way there.
    Unreachable,
    /// The certificate is not one that this computer trusts, or TLS failed otherwise.
    Tls,
    /// The proxy did not let us through.
    Proxy,
    /// The time limit passed.
    Timeout,
    /// The connection was lost before the answer began.
    Reset,
    /// The answer is larger than [`ANSWER_LIMIT`](super::ANSWER_LIMIT).
    TooLarge,
    /// The answer broke off.
    Cut,
    /// Anything else.
    Other,
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "the name could not be resolved",
            Self::Refused => "the connection was refused",
            Self::Unreachable => "the network is unreachable",
            Self::Tls => "the secure connection failed",
            Self::Proxy => "the proxy did not let the request through",
            Self::Timeout => "no answer in time",
            Self::Reset => "the connection was lost",
            Self::TooLarge => "the answer is too large",
            Self::Cut => "the answer broke off",
            Self::Other => "the request failed",
        })
    }
}

/// Whether a request that failed may have been carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It never left this computer.
    NeverSent,
    /// It may have been carried out.
    Unknown,
}

impl Failure {
    pub(super) fn of(label: &'static str, error: &reqwest::Error, status: Option<u16>) -> Self {
        let chain = Chain::of(error);
        let never_sent = error.is_connect() || error.is_builder();
        let effect = if never_sent {
            Effect::NeverSent
        } else {
            Effect::Unknown
        };
        Self {
            label,
            kind: chain.kind(error, status.is_some()),
            effect,
            status,
            detail: chain.words,
        }
    }

    fn says(&self, word: &str) -> bool {
        let detail = self.detail.to_lowercase().replace(' ', "");
        detail.contains(word)
    }

    /// The failure in a person's words.
    pub fn problem(&self) -> Problem {
        let (code, message, hint) = match self.kind {
            FailureKind::Dns => (
                "no-network",
                "The server's name could not be found.",
                "Check that this computer is online, then try again.",
            ),
            FailureKind::Unreachable => (
                "no-network",
                "This computer has no way to the server.",
                "Check that this computer is online, then try again.",
            ),
            FailureKind::Refused => (
                "connection-refused",
                "The server refused the connection.",
                "Check firewall and proxy settings, then try again.",
            ),
            FailureKind::Tls if !self.says("certificate") => (
                "tls-failed",
                "A secure connection could not be made: what answers there does not speak as it should.",
                "Something on the way may be in between. Try another network.",
            ),
            FailureKind::Tls if self.says("expired") || self.says("notvalidyet") => (
                "tls-untrusted",
                "A secure connection could not be made: the certificate shown is not valid today.",
                "Check this computer's date and time, then try again.",
            ),
            FailureKind::Tls => (
                "tls-untrusted",
                "A secure connection could not be made: the certificate shown is not one that this computer trusts.",
                "If your company inspects traffic, its certificate has to be installed on this computer. Otherwise use another network.",
            ),
            FailureKind::Proxy => (
                "proxy-refused",
                "The proxy set on this computer did not let the request through.",
                "Check the proxy settings (also HTTPS_PROXY), or sign in at the proxy, then try again.",
            ),
            FailureKind::Timeout => (
                "timed-out",
                "No answer came in time.",
                "Check the network, then try again.",
            ),
            FailureKind::TooLarge => (
                "answer-too-large",
                "The answer was larger than any that is expected, and was not read.",
                "Try again; if it stays so, something on the way may be answering in the server's place.",
            ),
            FailureKind::Cut | FailureKind::Reset => (
                "connection-lost",
                "The connection was lost before the answer was whole.",
                "Check the network, then try again.",
            ),
            FailureKind::Other => (
                "request-failed",
                "The request could not be made.",
                "Try again; the details say what broke.",
            ),
        };
        Problem::new(code, message, hint, Next::Retry).with_evidence(self.to_string())
    }
}

/// What can be read from an error and its causes.
struct Chain {
    words: String,
    io: Option<io::ErrorKind>,
    tls: bool,
    cut: bool,
}

impl Chain {
    fn of(error: &reqwest::Error) -> Self {
        let mut chain = Self {
            words: String::new(),
            io: None,
            tls: false,
            cut: false,
        };
        let mut next: Option<&(dyn StdError + 'static)> = error.source();
        while let Some(cause) = next {
            chain.look_at(cause);
            next = cause.source();
        }
        if chain.words.is_empty() {
            chain.words = error.to_string();
        }
        chain
    }

    fn look_at(&mut self, cause: &(dyn StdError + 'static)) {
        let words = cause.to_string();
        if !self.words.contains(&words) {
            if !self.words.is_empty() {
                self.words.push_str(": ");
            }
            self.words.push_str(&words);
        }
        // A server that hangs up during the greeting leaves no error of TLS's own, only these words.
        self.tls |= cause.is::<rustls::Error>() || words.contains("tls handshake eof");
        self.cut |= words.contains("message completed") || words.contains("end of file");
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            self.io = Some(error.kind());
            // An I/O error hides what it wraps from `source`, and that is where TLS puts its own.
            if let Some(inner) = error.get_ref() {
                self.look_at(inner);
            }
        }
    }

    fn kind(&self, error: &reqwest::Error, answering: bool) -> FailureKind {
        if self.words.contains("tunnel error") || self.words.contains("SOCKS error") {
            FailureKind::Proxy
        } else if error.is_timeout() {
            FailureKind::Timeout
        } else if error.is_dns() {
            FailureKind::Dns
        } else if self.tls {
            FailureKind::Tls
        } else {
            match self.io {
                Some(io::ErrorKind::ConnectionRefused) => FailureKind::Refused,
                Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
                    FailureKind::Unreachable
                }
                _ if answering => FailureKind::Cut,
                Some(
                    io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::UnexpectedEof,
                ) => FailureKind::Reset,
                _ if self.cut => FailureKind::Reset,
                _ => FailureKind::Other,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rustls::{CertificateError, Error};

    use super::*;

    #[test]
    fn an_inspecting_proxy_is_told_from_a_wrong_clock_and_from_what_is_no_tls() {
        let table = [
            (
                Error::InvalidCertificate(CertificateError::UnknownIssuer),
                "tls-untrusted",
                "company",
            ),
            (
                Error::InvalidCertificate(CertificateError::Expired),
                "tls-untrusted",
                "date and time",
            ),
            (
                Error::InvalidCertificate(CertificateError::NotValidYet),
                "tls-untrusted",
                "date and time",
            ),
            (Error::DecryptError, "tls-failed", "another network"),
        ];
        for (error, code, hint) in table {
            let failure = Failure {
                label: "GET /",
                kind: FailureKind::Tls,
                effect: Effect::NeverSent,
                status: None,
                detail: error.to_string(),
            };
            let problem = failure.problem();
            assert_eq!(problem.code, code, "{error}");
            assert!(problem.hint.contains(hint), "{error}: {problem}");
        }
    }
}
