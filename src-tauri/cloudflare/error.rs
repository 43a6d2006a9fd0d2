//! What came of a call: the kinds into which answers are told apart, and the error of one that did not do what it
//! should.
//!
//! Which answer is of which kind stands in one table ([`reading`]).

use super::envelope::Envelope;
use super::kind::{Kind, Trail, shorten};
use super::reading::{self, Told};
use crate::http::{Answer, Effect, Failure};
use std::fmt;
use std::time::Duration;

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
    /// Where the answer can be looked up.
    pub trail: Box<Trail>,
    /// How long Cloudflare asks us to wait.
    pub retry_after: Option<Duration>,
    /// The call: method and path template.
    pub label: &'static str,
    /// What broke on the way, where no whole answer came.
    pub failure: Option<Box<Failure>>,
}

impl Error {
    /// An error of our own making: nothing was sent.
    pub(super) fn own(kind: Kind, label: &'static str, message: &str) -> Self {
        Self {
            kind,
            status: None,
            code: None,
            message: message.into(),
            trail: Box::default(),
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
        let Told {
            kind,
            code,
            message,
            trail,
        } = reading::told(label, answer, envelope);
        Self {
            kind,
            status: Some(answer.status),
            code,
            message: message.into(),
            trail: Box::new(trail),
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
        if let Some(failure) = &self.failure {
            let line = format!("{}: {} ({})", self.label, failure.kind, failure.detail);
            return line + &self.trail.to_string();
        }
        line(
            self.label,
            self.status,
            self.code,
            &self.message,
            &self.trail,
        )
    }
}

/// What was answered, in one line, for an expert.
pub(super) fn line(
    label: &str,
    status: Option<u16>,
    code: Option<u32>,
    message: &str,
    trail: &Trail,
) -> String {
    use fmt::Write;
    let mut line = label.to_owned();
    // Writing to a string cannot fail.
    if let Some(status) = status {
        let _ = write!(line, ": HTTP {status}");
    }
    if let Some(code) = code {
        let _ = write!(line, ", Cloudflare code {code}");
    }
    if !message.is_empty() {
        let _ = write!(line, ": {message}");
    }
    line + &trail.to_string()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.evidence())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::HeaderMap;

    use super::super::envelope::tests::any_json;
    use super::super::kind::MESSAGE_LIMIT;
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
            (400, PAGES, 7000, "No route for that URI", Kind::NoSuchPath),
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
            (403, r#"{"success":false,"errors":null}"#, Kind::Unknown),
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
    fn a_reason_that_nobody_knows_is_unknown_and_told_in_its_own_words() {
        let body = serde_json::json!({"success":false,"errors":[{"code":"12345","message":"Ask your administrator."}]});
        let error = told(403, "GET /zones", &body.to_string());
        assert_eq!((&error.kind, error.code), (&Kind::Unknown, Some(12_345)));
        assert_eq!(
            error.problem().evidence.as_deref(),
            Some("GET /zones: HTTP 403, Cloudflare code 12345: Ask your administrator.")
        );
    }

    #[test]
    fn of_several_complaints_the_one_that_tells_most_is_kept_or_else_the_first() {
        let body = |errors: serde_json::Value| {
            serde_json::json!({"success":false,"errors":errors}).to_string()
        };
        let (unknown, denied, r2) = (
            serde_json::json!({"code":12_345,"message":"something new"}),
            serde_json::json!({"code":10_000,"message":"Authentication error"}),
            serde_json::json!({"code":10_042,"message":"Please enable R2"}),
        );
        for (errors, kind, words) in [
            (
                serde_json::json!([unknown, denied]),
                Kind::Unknown,
                "something new",
            ),
            (
                serde_json::json!([denied, unknown]),
                Kind::NotPermitted,
                "Authentication error",
            ),
            (
                serde_json::json!([denied, r2]),
                Kind::R2NotEnabled,
                "Please enable R2",
            ),
            (
                serde_json::json!([{"code":1}, {"error_chain":["deep words"]}]),
                Kind::Unknown,
                "deep words",
            ),
        ] {
            let error = told(403, "GET /zones", &body(errors));
            assert_eq!((&error.kind, &*error.message), (&kind, words));
        }
    }

    #[test]
    fn cloudflares_explanation_and_ray_are_evidence_and_an_address_elsewhere_is_not() {
        const PAGE: &str = "https://developers.cloudflare.com/api/resources/zones/methods/list";
        let mut answer = Answer {
            status: 403,
            headers: HeaderMap::new(),
            body: Vec::new(),
        };
        answer.headers.insert("cf-ray", "8f1e-FRA".parse().unwrap());
        for (url, kept) in [
            (serde_json::json!(PAGE), true),
            (
                serde_json::json!("https://developers.cloudflare.com.example/"),
                false,
            ),
            (
                serde_json::json!("http://developers.cloudflare.com/"),
                false,
            ),
            (
                serde_json::json!("https://developers.cloudflare.com/\u{1b}[31m"),
                false,
            ),
            (
                serde_json::json!(format!("{PAGE}/{}", "x".repeat(500))),
                false,
            ),
            (serde_json::json!(7), false),
        ] {
            for complaint in [
                serde_json::json!({"code":10_000,"message":"no","documentation_url":url}),
                serde_json::json!({"code":10_000,"message":"no","error_chain":[{"documentation_url":url}]}),
            ] {
                answer.body = serde_json::json!({"success":false,"errors":[complaint]})
                    .to_string()
                    .into_bytes();
                let envelope = Envelope::read(&answer.body);
                let evidence = Error::told("GET /zones", &answer, envelope.as_ref()).evidence();
                let seen = "GET /zones: HTTP 403, Cloudflare code 10000: no, ray 8f1e-FRA";
                let expected = if kept {
                    format!("{seen}, see {PAGE}")
                } else {
                    seen.to_owned()
                };
                assert_eq!(evidence, expected, "{complaint}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reading_fail(status in 200_u16..600, body in any_json()) {
            let error = told(status, "GET /zones", &body.to_string());
            prop_assert!(error.message.chars().count() <= MESSAGE_LIMIT + 1);
        }

        #[test]
        fn no_shape_of_a_complaint_loses_its_words(
            status in 400_u16..600, code in any_json(), chain in any_json(), words in "[a-z ]{1,40}", alone in any::<bool>(),
        ) {
            let complaint = serde_json::json!({"code":code,"message":words,"documentation_url":chain,"error_chain":chain});
            let errors = if alone { complaint } else { serde_json::json!([complaint]) };
            let body = serde_json::json!({"success":false,"errors":errors,"result_info":chain});
            let error = told(status, "GET /zones", &body.to_string());
            prop_assert_eq!(&*error.message, words.as_str());
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
