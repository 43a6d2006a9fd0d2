//! What an answer says: done, refused, or nothing that can be relied on.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Error, Held, Session};
use crate::http::Answer;
use crate::secret::Secret;

/// Longest text of a platform that is passed on, in characters.
const LONGEST: usize = 300;

/// What was asked, as far as it matters for reading the answer.
pub(super) struct Asked<'a> {
    /// Values that were sent, which no text may repeat.
    sent: Vec<&'a Secret>,
    /// Whether it changes something if it is done.
    changes: bool,
}

/// A problem document (RFC 9457), as far as it is read.
#[derive(Deserialize)]
struct Problem {
    code: String,
    #[serde(default)]
    detail: String,
    field: Option<String>,
    connection_id: Option<String>,
}

impl<'a> Asked<'a> {
    /// A question.
    pub(super) fn reading(session: &'a Session) -> Self {
        Self {
            sent: vec![&session.access],
            changes: false,
        }
    }

    /// A request that changes something.
    pub(super) fn changing(session: &'a Session) -> Self {
        Self {
            changes: true,
            ..Self::reading(session)
        }
    }

    /// A request that had no session yet.
    pub(super) fn signing_in(changes: bool) -> Self {
        Self {
            sent: Vec::new(),
            changes,
        }
    }

    /// The same, with another value that was sent.
    pub(super) fn with(mut self, sent: &'a Secret) -> Self {
        self.sent.push(sent);
        self
    }

    /// The answer, unless it is a refusal or nobody's.
    pub(super) fn judge(&self, answer: Answer) -> Result<Answer, Error> {
        if answer.is_success() {
            return Ok(answer);
        }
        let status = answer.status;
        let Ok(problem) = answer.json::<Problem>() else {
            return Err(if status >= 500 {
                Error::Unknown(format!("status {status}"))
            } else {
                self.outside(format!("status {status} without a problem document"))
            });
        };
        let code = self.plain(&problem.code);
        let detail = format!("{status} {code}: {}", self.plain(&problem.detail));
        let field = problem.field.map(|field| self.plain(&field));
        // A code that is not known is read by its status alone; 422 has two known meanings, so it has none then.
        Err(match (code.as_str(), status) {
            ("credential-rejected", _) => Error::CredentialRejected(detail),
            ("already-connected", _) | (_, 409) => Error::AlreadyConnected {
                connection_id: problem.connection_id.map(|id| self.plain(&id)),
            },
            ("not-signed-in", _) | (_, 401) => Error::NotSignedIn(detail),
            ("not-offered", _) => Error::NotOffered(detail),
            ("unknown-connection", _) | (_, 404) => Error::UnknownConnection(detail),
            ("invalid-request", _) | (_, 400 | 413) => Error::InvalidRequest { field, detail },
            ("busy", _) | (_, 429 | 503) => Error::Busy {
                retry_after: answer.retry_after(),
                detail,
            },
            (_, 400..500) => Error::Refused { status, detail },
            _ => Error::Unknown(detail),
        })
    }

    /// The same of an address that a platform need not have: one that nobody answers for there is not offered.
    pub(super) fn judge_optional(&self, answer: Answer) -> Result<Answer, Error> {
        let status = answer.status;
        if matches!(status, 404 | 405 | 501) && answer.json::<Problem>().is_err() {
            return Err(Error::NotOffered(format!(
                "status {status} without a problem document"
            )));
        }
        self.judge(answer)
    }

    /// The answer's body.
    pub(super) fn read<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, Error> {
        // The parser's own words may hold pieces of the body.
        answer.json().map_err(|error| {
            let place = format!("line {} column {}", error.line(), error.column());
            self.outside(format!(
                "status {}, not the expected JSON at {place}",
                answer.status
            ))
        })
    }

    /// The answer's body, which is to be about this connection.
    pub(super) fn read_held(&self, answer: &Answer, id: &str) -> Result<Held, Error> {
        let held: Held = self.read(answer)?;
        if held.id == id {
            Ok(held)
        } else {
            Err(self.outside("it is about another connection".to_owned()))
        }
    }

    /// The error for an answer that the contract does not have.
    pub(super) fn outside(&self, what: String) -> Error {
        if self.changes {
            Error::Unknown(what)
        } else {
            Error::Contract(what)
        }
    }

    /// Text of the platform, fit to be shown: short, without control characters, and without anything that was sent.
    pub(super) fn plain(&self, text: &str) -> String {
        if self.sent.iter().any(|sent| text.contains(sent.expose())) {
            return "(withheld: it repeats a secret)".to_owned();
        }
        text.chars()
            .filter(|c| !c.is_control())
            .take(LONGEST)
            .collect()
    }
}
