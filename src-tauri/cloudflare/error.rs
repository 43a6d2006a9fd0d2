//! What Cloudflare refused, and why: told apart by status, code, path and words.
//!
//! One code can mean several things (1001 means at least three, 9109 four), and one thing can have several codes,
//! so none of the four is enough alone. The codes are from Cloudflare's documentation and from recorded answers.

use std::fmt;
use std::time::Duration;

use super::envelope::{Complaint, Envelope};
use crate::http::{Answer, Effect, Failure};

/// Longest text of Cloudflare's that is repeated, in characters.
const MESSAGE_LIMIT: usize = 200;

/// A call that did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What it means.
    pub kind: Kind,
    /// HTTP status, where one came.
    pub status: Option<u16>,
    /// Cloudflare's code, where one came.
    pub code: Option<u32>,
    /// Cloudflare's words, shortened.
    pub message: Box<str>,
    /// Cloudflare's id of the request.
    pub ray: Option<String>,
    /// How long Cloudflare asks us to wait.
    pub retry_after: Option<Duration>,
    /// The call: method and path template.
    pub label: &'static str,
    /// What broke on the way, where no whole answer came.
    pub failure: Option<Box<Failure>>,
}

/// What an error means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The credential cannot even be put into a header.
    MalformedCredential,
    /// No such value: mistyped, rolled, deleted, or an account token on the user's path (1000).
    UnknownToken,
    /// A real token without this permission, or on the wrong account, or too new (10000).
    NotPermitted,
    /// The token may not manage tokens (9109 or 10000 on a token path).
    NoTokenManagement,
    /// The path wants a person, and this is none (9109).
    UserAuthNotFound,
    /// The token may not be used from here (9109).
    AddressBlocked {
        /// The address that Cloudflare saw.
        address: Box<str>,
    },
    /// A token made by a token may not manage tokens (1001).
    SubTokenManagement,
    /// Account tokens cannot list accounts, says an older edge (1001).
    AccountsUnsupported,
    /// An OAuth session lacks scopes (1001).
    OAuthScopes,
    /// The creator may not grant this group.
    CannotGrant {
        /// The group's name, where it was told.
        group: Box<str>,
    },
    /// The bearer is malformed: cut, quoted, or with a label (6003 with 6111).
    MalformedHeader,
    /// A secret of another kind was put into a header (6003 with 6102 or 6103).
    WrongSecretInHeader,
    /// An id is empty, malformed, or of something else (7000, 7003).
    NoRoute,
    /// There is nothing with that id.
    NotFound,
    /// The Global API Key and the address do not belong together (9103).
    WrongKeyOrEmail,
    /// The headers do not suit the path (9106).
    AuthMissing,
    /// An edge could not authenticate the request: mostly a missing scope (10001).
    EdgeAuth,
    /// R2 has to be switched on in the dashboard first (10042).
    R2NotEnabled,
    /// There is no such Pages project (8000007).
    ProjectNotFound,
    /// There is such a Pages project already (8000002).
    ProjectExists,
    /// The owner has as many tokens as there may be.
    QuotaReached,
    /// Too many requests (429, or 971).
    RateLimited,
    /// The edge does not like the client (1010).
    BrowserBan,
    /// The request is wrong otherwise.
    Invalid,
    /// Cloudflare is in trouble (5xx).
    ServerError,
    /// What answered does not speak Cloudflare's API, or its answer was garbled.
    NotCloudflare,
    /// The request was sent and no whole answer came: it may have been carried out.
    NoAnswer,
    /// The request never left this computer.
    NoNetwork,
}

impl Error {
    /// An error of our own making: nothing was sent.
    pub(super) fn own(kind: Kind, label: &'static str, message: &str) -> Self {
        Self {
            kind,
            status: None,
            code: None,
            message: message.into(),
            ray: None,
            retry_after: None,
            label,
            failure: None,
        }
    }

    /// What a lost request means.
    pub(super) fn lost(failure: Failure) -> Self {
        let kind = match failure.effect {
            Effect::NeverSent => Kind::NoNetwork,
            Effect::Unknown => Kind::NoAnswer,
        };
        Self {
            status: failure.status,
            message: failure.to_string().into(),
            ..Self::own(kind, failure.label, "")
        }
        .with(failure)
    }

    fn with(mut self, failure: Failure) -> Self {
        self.failure = Some(Box::new(failure));
        self
    }

    /// What an answer means that is not a success. `envelope` is nothing where the answer has none.
    pub(super) fn told(label: &'static str, answer: &Answer, envelope: Option<&Envelope>) -> Self {
        let none = Complaint::default();
        let complaints = envelope.map_or(&[][..], |envelope| &envelope.errors);
        let (kind, complaint) = complaints
            .iter()
            .map(|complaint| (classify(answer.status, label, complaint), complaint))
            .max_by_key(|(kind, _)| !matches!(kind, Kind::Invalid | Kind::NotPermitted))
            .unwrap_or_else(|| (without_complaint(answer, envelope.is_some()), &none));
        let ray = answer.ray().map(shorten);
        Self {
            kind,
            status: Some(answer.status),
            code: Some(complaint.code).filter(|&code| code != 0),
            message: shorten(&complaint.message).into(),
            ray,
            retry_after: answer.retry_after(),
            label,
            failure: None,
        }
    }

    /// An answer of status 2xx that cannot be read.
    pub(super) fn garbled(label: &'static str, answer: &Answer, why: &str) -> Self {
        Self {
            kind: Kind::NotCloudflare,
            message: shorten(why).into(),
            ..Self::told(label, answer, None)
        }
    }

    /// Whether the call may have been carried out all the same.
    pub fn may_have_taken_effect(&self) -> bool {
        match self.kind {
            Kind::NoAnswer | Kind::ServerError => true,
            Kind::NotCloudflare => self.status.is_some_and(|status| status < 300),
            _ => false,
        }
    }

    /// What was seen, in one line, for an expert.
    pub fn evidence(&self) -> String {
        use fmt::Write;
        let mut line = self.label.to_owned();
        // Writing to a string cannot fail.
        match (self.status, &self.failure) {
            (_, Some(failure)) => {
                let _ = write!(line, ": {} ({})", failure.kind, failure.detail);
            }
            (Some(status), None) => {
                let _ = write!(line, ": HTTP {status}");
            }
            (None, None) => {}
        }
        if let Some(code) = self.code {
            let _ = write!(line, ", Cloudflare code {code}");
        }
        if self.failure.is_none() && !self.message.is_empty() {
            let _ = write!(line, ": {}", self.message);
        }
        if let Some(ray) = &self.ray {
            let _ = write!(line, ", ray {ray}");
        }
        line
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.evidence())
    }
}

impl std::error::Error for Error {}

/// What one complaint means.
fn classify(status: u16, label: &str, complaint: &Complaint) -> Kind {
    let words = complaint.message.to_lowercase();
    let says = |text: &str| words.contains(text);
    let codes = complaint.codes();
    let has = |wanted: &[u32]| codes.iter().any(|code| wanted.contains(code));
    if status == 429 || has(&[971]) {
        return Kind::RateLimited;
    }
    if status >= 500 {
        return Kind::ServerError;
    }
    if says("cannot be granted") {
        let group = complaint.message.split('"').nth(1).unwrap_or_default();
        return Kind::CannotGrant {
            group: shorten(group).into(),
        };
    }
    if has(&[6111]) {
        return Kind::MalformedHeader;
    }
    if has(&[6102, 6103]) {
        return Kind::WrongSecretInHeader;
    }
    match complaint.code {
        1000 => Kind::UnknownToken,
        1001 if says("sub-token") => Kind::SubTokenManagement,
        1001 if says("account owned token") => Kind::AccountsUnsupported,
        1001 if says("oauth") => Kind::OAuthScopes,
        1010 if status == 403 => Kind::BrowserBan,
        6003 => Kind::MalformedHeader,
        7000 | 7003 => Kind::NoRoute,
        9103 => Kind::WrongKeyOrEmail,
        9106 => Kind::AuthMissing,
        9109 if says("from location") => Kind::AddressBlocked {
            address: shorten(address_in(&complaint.message)).into(),
        },
        9109 if says("user-level authentication") => Kind::UserAuthNotFound,
        9109 if says("invalid access token") => Kind::UnknownToken,
        9109 | 10_000 if manages_tokens(label) => Kind::NoTokenManagement,
        9109 | 10_000 => Kind::NotPermitted,
        10_001 => Kind::EdgeAuth,
        10_042 => Kind::R2NotEnabled,
        8_000_002 => Kind::ProjectExists,
        8_000_007 => Kind::ProjectNotFound,
        _ if label.starts_with("POST") && manages_tokens(label) && about_quota(&words) => {
            Kind::QuotaReached
        }
        _ => by_status(status),
    }
}

/// What a status means where nothing else tells.
fn by_status(status: u16) -> Kind {
    match status {
        401 | 403 => Kind::NotPermitted,
        404 | 410 => Kind::NotFound,
        429 => Kind::RateLimited,
        500.. => Kind::ServerError,
        _ => Kind::Invalid,
    }
}

/// What an answer means that complains of nothing.
fn without_complaint(answer: &Answer, is_envelope: bool) -> Kind {
    let page_says = |text: &str| {
        let start = &answer.body[..answer.body.len().min(16 * 1024)];
        String::from_utf8_lossy(start).contains(text)
    };
    match answer.status {
        429 => Kind::RateLimited,
        500.. => Kind::ServerError,
        403 if !is_envelope && page_says("1010") => Kind::BrowserBan,
        status if is_envelope => by_status(status),
        _ => Kind::NotCloudflare,
    }
}

/// Whether a call is about tokens other than by verifying the one that asks.
fn manages_tokens(label: &str) -> bool {
    label.contains("/tokens") && !label.ends_with("/verify")
}

/// Whether a refusal to make a token speaks of how many there may be. No code for it is documented.
fn about_quota(words: &str) -> bool {
    ["quota", "limit", "maximum", "too many"]
        .iter()
        .any(|word| words.contains(word))
}

/// The address at the end of "Cannot use the access token from location: 203.0.113.7".
fn address_in(message: &str) -> &str {
    let (_, address) = message.rsplit_once("location").unwrap_or(("", message));
    address.trim_matches(|c: char| c == ':' || c == '.' || c.is_whitespace())
}

/// At most [`MESSAGE_LIMIT`] characters, and nothing that could disturb a terminal.
pub(super) fn shorten(text: &str) -> String {
    let mut short: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MESSAGE_LIMIT)
        .collect();
    if text.chars().count() > MESSAGE_LIMIT {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    fn told(status: u16, label: &'static str, body: &str) -> Error {
        let answer = Answer {
            status,
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        };
        let envelope = Envelope::read(&answer.body);
        Error::told(label, &answer, envelope.as_ref())
    }

    fn refusal(code: u32, message: &str) -> String {
        serde_json::json!({"success":false,"errors":[{"code":code,"message":message}],"messages":[],"result":null})
            .to_string()
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "a table")]
    fn each_refusal_has_its_own_kind() {
        const VERIFY: &str = "GET /user/tokens/verify";
        const MINT: &str = "POST /user/tokens";
        const GROUPS: &str = "GET /user/tokens/permission_groups";
        const PAGES: &str = "GET /accounts/{account}/pages/projects";
        let address = || Kind::AddressBlocked {
            address: "203.0.113.7".into(),
        };
        let group = || Kind::CannotGrant {
            group: "Pages Write".into(),
        };
        let table = [
            (401, VERIFY, 1000, "Invalid API Token", Kind::UnknownToken),
            (
                403,
                PAGES,
                10_000,
                "Authentication error",
                Kind::NotPermitted,
            ),
            (
                401,
                PAGES,
                10_000,
                "Authentication error",
                Kind::NotPermitted,
            ),
            (
                403,
                MINT,
                9109,
                "Unauthorized to access requested resource",
                Kind::NoTokenManagement,
            ),
            (
                403,
                GROUPS,
                9109,
                "Unauthorized to access requested resource",
                Kind::NoTokenManagement,
            ),
            (
                403,
                "GET /user",
                9109,
                "Unauthorized to access requested resource",
                Kind::NotPermitted,
            ),
            (
                403,
                MINT,
                9109,
                "Valid user-level authentication not found",
                Kind::UserAuthNotFound,
            ),
            (
                403,
                VERIFY,
                9109,
                "Cannot use the access token from location: 203.0.113.7",
                address(),
            ),
            (
                400,
                MINT,
                1001,
                "sub-token is not allowed to have permissions to manage other tokens",
                Kind::SubTokenManagement,
            ),
            (
                400,
                "GET /accounts",
                1001,
                "List accounts endpoint does not support account owned tokens",
                Kind::AccountsUnsupported,
            ),
            (
                400,
                MINT,
                1001,
                "OAuth session does not include the scopes",
                Kind::OAuthScopes,
            ),
            (400, MINT, 1001, "something new", Kind::Invalid),
            (
                400,
                MINT,
                1004,
                "A selected permission cannot be granted (Permission group: \"Pages Write\")",
                group(),
            ),
            (
                404,
                PAGES,
                7003,
                "Could not route to /accounts/x",
                Kind::NoRoute,
            ),
            (400, PAGES, 7000, "No route for that URI", Kind::NoRoute),
            (
                403,
                "GET /user",
                9103,
                "Unknown X-Auth-Key or X-Auth-Email",
                Kind::WrongKeyOrEmail,
            ),
            (
                400,
                "GET /memberships",
                9106,
                "Authentication failed",
                Kind::AuthMissing,
            ),
            (
                403,
                "GET /memberships",
                10_001,
                "Unable to authenticate request",
                Kind::EdgeAuth,
            ),
            (
                403,
                "GET /accounts/{account}/r2/buckets",
                10_042,
                "Please enable R2",
                Kind::R2NotEnabled,
            ),
            (
                404,
                PAGES,
                8_000_007,
                "Project not found",
                Kind::ProjectNotFound,
            ),
            (
                409,
                "POST /accounts/{account}/pages/projects",
                8_000_002,
                "A project with this name already exists",
                Kind::ProjectExists,
            ),
            (
                400,
                MINT,
                1030,
                "You have reached the maximum number of tokens",
                Kind::QuotaReached,
            ),
            (
                429,
                PAGES,
                971,
                "Please wait and consider throttling",
                Kind::RateLimited,
            ),
            (
                429,
                PAGES,
                10_000,
                "More than 1200 requests per 300 seconds",
                Kind::RateLimited,
            ),
            (400, MINT, 1234, "policies must not be empty", Kind::Invalid),
            (
                404,
                "GET /user/tokens/{token}",
                1003,
                "token not found",
                Kind::NotFound,
            ),
            (
                503,
                PAGES,
                10_000,
                "Authentication error",
                Kind::ServerError,
            ),
            (200, PAGES, 1234, "no", Kind::Invalid),
        ];
        for (status, label, code, message, kind) in table {
            let error = told(status, label, &refusal(code, message));
            assert_eq!(error.kind, kind, "{status} {label} {code} {message}");
            assert_eq!(error.code, Some(code), "the code is kept for the expert");
        }
    }

    #[test]
    fn the_chain_tells_a_cut_bearer_from_a_key_in_the_wrong_header() {
        for (code, kind) in [
            (6111, Kind::MalformedHeader),
            (6102, Kind::WrongSecretInHeader),
            (6103, Kind::WrongSecretInHeader),
        ] {
            let body = serde_json::json!({"success":false,"errors":[{"code":6003,"message":"Invalid request headers",
                "error_chain":[{"code":code,"message":"Invalid format"}]}],"result":null});
            assert_eq!(
                told(400, "GET /user", &body.to_string()).kind,
                kind,
                "{code}"
            );
        }
    }

    #[test]
    fn what_is_no_envelope_is_told_by_its_status() {
        let table = [
            (
                200,
                "<html>Sign in to the hotel's network</html>",
                Kind::NotCloudflare,
            ),
            (200, r#"{"success":true,"resu"#, Kind::NotCloudflare),
            (302, "", Kind::NotCloudflare),
            (403, "<html>Access denied</html>", Kind::NotCloudflare),
            (403, "<html>error code: 1010</html>", Kind::BrowserBan),
            (429, "", Kind::RateLimited),
            (502, "<html>Bad gateway</html>", Kind::ServerError),
            (
                403,
                r#"{"success":false,"errors":null}"#,
                Kind::NotPermitted,
            ),
        ];
        for (status, body, kind) in table {
            assert_eq!(
                told(status, "GET /zones", body).kind,
                kind,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn foreign_words_are_shortened_and_tamed() {
        let error = told(
            400,
            "GET /zones",
            &refusal(1, &format!("\u{1b}[31m{}", "x".repeat(500))),
        );
        assert!(error.message.chars().count() <= MESSAGE_LIMIT + 1);
        assert!(
            !error.message.contains('\u{1b}'),
            "no colours in a terminal"
        );
    }

    #[test]
    fn only_what_may_have_been_done_is_said_to_be_unknown() {
        assert!(told(500, "POST /user/tokens", "").may_have_taken_effect());
        assert!(told(200, "POST /user/tokens", "{").may_have_taken_effect());
        assert!(!told(429, "POST /user/tokens", "").may_have_taken_effect());
        let invalid = told(400, "POST /user/tokens", &refusal(1234, "no"));
        assert!(!invalid.may_have_taken_effect());
    }
}
