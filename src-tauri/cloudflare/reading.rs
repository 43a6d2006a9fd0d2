//! The one table by which every answer of Cloudflare's is read.
//!
//! One code can mean several things (1001 means at least three, 9109 four), and one thing can have several codes, so
//! status, code, call, words and headers decide together. The rows are tried from the top, and the first that fits
//! tells the kind. What fits none is [`Kind::Unknown`], with Cloudflare's own words: nothing is concluded from it.
//!
//! The codes are from Cloudflare's documentation, from its own clients, and from recorded answers. The whole table, as
//! it stands, is `reading.txt` beside this file.

use reqwest::header::HeaderMap;

use super::envelope::{self, Complaint, Envelope};
use super::kind::{Kind, Trail, shorten};
use crate::http::Answer;

/// How much of a page is looked at, in bytes.
const PAGE_START: usize = 16 * 1024;

/// Longest address of an explanation that is kept.
const LONGEST_ADDRESS: usize = 300;

/// Where Cloudflare explains its refusals; an address elsewhere is none of its.
const EXPLANATIONS: &str = "https://developers.cloudflare.com/";

/// What came back, as plain data.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// The call: method and path template.
    pub label: &'a str,
    /// HTTP status.
    pub status: u16,
    /// What kind of body came.
    pub body: Body,
    /// Cloudflare's code.
    pub code: Option<u32>,
    /// The codes of the reasons behind that.
    pub deeper: Vec<u32>,
    /// Cloudflare's words; of a page, how it starts.
    pub words: &'a str,
    /// Every header, the content type among them.
    pub headers: &'a HeaderMap,
}

/// What kind of body came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Cloudflare's envelope, which says that the call did what it should.
    Yes,
    /// Cloudflare's envelope, which says that it did not.
    No,
    /// No envelope: a page, or nothing.
    Page,
}

/// A row of the table. What is left empty is not looked at.
struct Row {
    /// Ranges of statuses, both ends included.
    status: &'static [(u16, u16)],
    body: Option<Body>,
    codes: Codes,
    call: Call,
    /// Lower-case texts of which the words hold one.
    says: &'static [&'static str],
    /// Headers, with how their values begin.
    headers: &'static [(&'static str, &'static str)],
    kind: fn(&Seen<'_>) -> Kind,
    /// How it is known.
    why: &'static str,
}

/// Which codes a row wants.
#[derive(Clone, Copy)]
enum Codes {
    /// Whichever.
    Any,
    /// One of these as the code of the complaint.
    Own(&'static [u32]),
    /// One of these there, or among the reasons behind it.
    Deep(&'static [u32]),
}

/// Which calls a row is about.
#[derive(Clone, Copy)]
enum Call {
    /// Whichever.
    Any,
    /// Calls about tokens other than by verifying the one that asks.
    Tokens,
    /// Making a token.
    Mint,
}

const ANY: Row = Row {
    status: &[],
    body: None,
    codes: Codes::Any,
    call: Call::Any,
    says: &[],
    headers: &[],
    kind: |_| Kind::Unknown,
    why: "",
};

/// Status of a client's fault.
const REFUSED: &[(u16, u16)] = &[(400, 499)];
/// Statuses of whoever is not let in.
const DENIED: &[(u16, u16)] = &[(401, 401), (403, 403)];
/// The same, and the one that some edges use.
const TURNED_AWAY: &[(u16, u16)] = &[(400, 401), (403, 403)];

/// The table.
static TABLE: &[Row] = &[
    Row {
        status: &[(200, 299)],
        body: Some(Body::Yes),
        kind: |_| Kind::Yes,
        why: "documented: success is told by status and envelope together",
        ..ANY
    },
    // Limits first: whatever else such an answer says, it says it to everybody.
    Row {
        status: &[(429, 429)],
        kind: |_| Kind::RateLimited,
        why: "documented: 429, whatever the body",
        ..ANY
    },
    Row {
        body: Some(Body::No),
        codes: Codes::Deep(&[971, 10_429, 10_502]),
        kind: |_| Kind::RateLimited,
        why: "documented 971; 10429 and 10502 (too many failed authentications) were seen at several statuses",
        ..ANY
    },
    Row {
        status: &[(400, 599)],
        body: Some(Body::Page),
        headers: &[("cf-mitigated", "challenge")],
        kind: |_| Kind::Challenged,
        why: "documented: the header of every challenge page",
        ..ANY
    },
    Row {
        status: &[(500, 999)],
        kind: |_| Kind::ServerError,
        why: "HTTP: a fault of the server's, whatever the body says",
        ..ANY
    },
    // Pages: Cloudflare's own, by what its edge writes on them; any other is somebody's in between.
    Row {
        status: REFUSED,
        body: Some(Body::Page),
        says: &["error code: 1015", "error 1015", "<span>1015</span>"],
        headers: &[("cf-ray", "")],
        kind: |_| Kind::RateLimited,
        why: "documented: 1015, the edge's rate limit",
        ..ANY
    },
    Row {
        status: &[(403, 403)],
        body: Some(Body::Page),
        says: &["error code: 1010", "error 1010", "<span>1010</span>"],
        kind: |_| Kind::BrowserBan,
        why: "documented: 1010, the client's signature is banned",
        ..ANY
    },
    Row {
        status: &[(403, 403)],
        body: Some(Body::Page),
        says: &["error code: 1020", "error 1020", "<span>1020</span>"],
        headers: &[("cf-ray", "")],
        kind: |_| Kind::EdgeBlocked,
        why: "documented: 1020, blocked by a rule of the firewall",
        ..ANY
    },
    Row {
        status: &[(403, 403)],
        body: Some(Body::Page),
        says: &["you have been blocked"],
        headers: &[("content-type", "text/html"), ("cf-ray", "")],
        kind: |_| Kind::EdgeBlocked,
        why: "recorded: the firewall's page; without a ray it is not Cloudflare's",
        ..ANY
    },
    Row {
        body: Some(Body::Page),
        kind: |_| Kind::NotCloudflare,
        why: "the API answers with its envelope",
        ..ANY
    },
    // The credential.
    Row {
        body: Some(Body::No),
        says: &["cannot be granted"],
        kind: |seen| {
            let group = seen.words.split('"').nth(1).unwrap_or_default();
            Kind::CannotGrant {
                group: shorten(group).into(),
            }
        },
        why: "recorded: a group that the creator may not give, by its words",
        ..ANY
    },
    Row {
        body: Some(Body::No),
        codes: Codes::Deep(&[6111]),
        kind: |_| Kind::MalformedHeader,
        why: "recorded: behind 6003, a cut or quoted bearer",
        ..ANY
    },
    Row {
        body: Some(Body::No),
        codes: Codes::Deep(&[6102, 6103]),
        kind: |_| Kind::WrongSecretInHeader,
        why: "recorded: behind 6003, another kind of secret than the header wants",
        ..ANY
    },
    Row {
        status: &[(401, 401)],
        body: Some(Body::No),
        codes: Codes::Own(&[1000]),
        kind: |_| Kind::UnknownToken,
        why: "documented: 401 with 1000",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[1000]),
        says: &["invalid api token"],
        kind: |_| Kind::UnknownToken,
        why: "the same by its words",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[9109]),
        says: &["invalid access token"],
        kind: |_| Kind::UnknownToken,
        why: "recorded: the same, as the resource's own door says it",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[9109]),
        says: &["from location"],
        kind: |seen| Kind::AddressBlocked {
            address: shorten(address_in(seen.words)).into(),
        },
        why: "recorded: the token's address filter",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[9109]),
        says: &["user-level authentication"],
        kind: |_| Kind::UserAuthNotFound,
        why: "recorded: an account's token where a person is wanted",
        ..ANY
    },
    Row {
        status: DENIED,
        body: Some(Body::No),
        codes: Codes::Own(&[9109, 10_000]),
        call: Call::Tokens,
        kind: |_| Kind::NoTokenManagement,
        why: "recorded: a token that may not manage tokens",
        ..ANY
    },
    Row {
        status: DENIED,
        body: Some(Body::No),
        codes: Codes::Own(&[9109, 10_000]),
        kind: |_| Kind::NotPermitted,
        why: "documented: a real token without the permission",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[1001]),
        says: &["sub-token"],
        kind: |_| Kind::SubTokenManagement,
        why: "recorded: what a token makes may not manage tokens",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[1001]),
        says: &["account owned token"],
        kind: |_| Kind::AccountsUnsupported,
        why: "recorded: the list of accounts on an older edge",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[1001]),
        says: &["oauth"],
        kind: |_| Kind::OAuthScopes,
        why: "recorded: a sign-in without the scopes",
        ..ANY
    },
    Row {
        status: &[(403, 403)],
        body: Some(Body::No),
        codes: Codes::Own(&[1010]),
        kind: |_| Kind::BrowserBan,
        why: "recorded: 1010 in an envelope",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[6003]),
        kind: |_| Kind::MalformedHeader,
        why: "recorded: invalid request headers",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[9103]),
        kind: |_| Kind::WrongKeyOrEmail,
        why: "recorded: a key and an address that do not belong together",
        ..ANY
    },
    Row {
        status: TURNED_AWAY,
        body: Some(Body::No),
        codes: Codes::Own(&[9106]),
        kind: |_| Kind::AuthMissing,
        why: "Cloudflare's own client: a credential that this path does not take",
        ..ANY
    },
    Row {
        status: TURNED_AWAY,
        body: Some(Body::No),
        codes: Codes::Own(&[10_001]),
        kind: |_| Kind::EdgeAuth,
        why: "recorded: a missing scope, as some edges say it",
        ..ANY
    },
    // What is asked about.
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[7000]),
        kind: |_| Kind::NoSuchPath,
        why: "recorded: there is no such path for anybody",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[7003]),
        kind: |_| Kind::NoRoute,
        why: "recorded: an id that leads nowhere for this token",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[10_042]),
        kind: |_| Kind::R2NotEnabled,
        why: "recorded: R2 was never switched on",
        ..ANY
    },
    Row {
        status: &[(403, 403)],
        body: Some(Body::No),
        says: &["not_entitled", "not entitled"],
        kind: |_| Kind::NotEntitled,
        why: "recorded with 10010 and others: the plan lacks the product",
        ..ANY
    },
    Row {
        status: &[(403, 403)],
        body: Some(Body::No),
        codes: Codes::Own(&[10_034]),
        says: &["email", "e-mail"],
        kind: |_| Kind::EmailUnverified,
        why: "recorded: the person's e-mail address is not confirmed",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[8_000_002]),
        kind: |_| Kind::ProjectExists,
        why: "recorded: Pages",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        codes: Codes::Own(&[8_000_007]),
        kind: |_| Kind::ProjectNotFound,
        why: "recorded: Pages",
        ..ANY
    },
    Row {
        status: REFUSED,
        body: Some(Body::No),
        call: Call::Mint,
        says: &["quota", "limit", "maximum", "too many"],
        kind: |_| Kind::QuotaReached,
        why: "no code is documented: by its words, on the call that makes tokens",
        ..ANY
    },
    // By status alone, where that has one meaning.
    Row {
        status: &[(404, 404), (410, 410)],
        body: Some(Body::No),
        kind: |_| Kind::NotFound,
        why: "HTTP: nothing there",
        ..ANY
    },
    Row {
        status: &[(200, 299)],
        body: Some(Body::No),
        kind: |_| Kind::Invalid,
        why: "documented: a 200 may say no",
        ..ANY
    },
    Row {
        status: &[(400, 400), (405, 406), (409, 409), (411, 417), (422, 422)],
        body: Some(Body::No),
        kind: |_| Kind::Invalid,
        why: "HTTP: the request is wrong, whoever sends it",
        ..ANY
    },
];

/// The kind of an answer.
pub fn read(seen: &Seen<'_>) -> Kind {
    let Some((_, row)) = row_of(seen) else {
        return Kind::Unknown;
    };
    tracing::trace!(
        call = seen.label,
        status = seen.status,
        why = row.why,
        "answer read"
    );
    (row.kind)(seen)
}

fn row_of(seen: &Seen<'_>) -> Option<(usize, &'static Row)> {
    let words = seen.words.to_lowercase();
    TABLE
        .iter()
        .enumerate()
        .find(|(_, row)| row.fits(seen, &words))
}

impl Row {
    fn fits(&self, seen: &Seen<'_>, words: &str) -> bool {
        let within = |&(first, last): &(u16, u16)| (first..=last).contains(&seen.status);
        (self.status.is_empty() || self.status.iter().any(within))
            && self.body.is_none_or(|body| body == seen.body)
            && self.codes.hold(seen)
            && self.call.is(seen.label)
            && (self.says.is_empty() || self.says.iter().any(|text| words.contains(text)))
            && self.headers.iter().all(|(name, start)| {
                let value = seen.headers.get(*name);
                value.is_some_and(|value| value.as_bytes().starts_with(start.as_bytes()))
            })
    }
}

impl Codes {
    fn hold(self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Own(codes) => seen.code.is_some_and(|code| codes.contains(&code)),
            Self::Deep(codes) => seen
                .code
                .iter()
                .chain(&seen.deeper)
                .any(|code| codes.contains(code)),
        }
    }
}

impl Call {
    fn is(self, label: &str) -> bool {
        let tokens = label.contains("/tokens") && !label.ends_with("/verify");
        match self {
            Self::Any => true,
            Self::Tokens => tokens,
            Self::Mint => tokens && label.starts_with("POST"),
        }
    }
}

/// What is kept of an answer.
pub(super) struct Told {
    pub(super) kind: Kind,
    pub(super) code: Option<u32>,
    /// Cloudflare's words, shortened.
    pub(super) message: String,
    pub(super) trail: Trail,
}

/// Reads an answer. Of several complaints the one that tells most is kept; `envelope` is nothing where there is none.
pub(super) fn told(label: &str, answer: &Answer, envelope: Option<&Envelope>) -> Told {
    let headers = &answer.headers;
    let ray = answer.ray().map(shorten);
    let Some(envelope) = envelope else {
        let start = &answer.body[..answer.body.len().min(PAGE_START)];
        let kind = read(&Seen {
            label,
            status: answer.status,
            body: Body::Page,
            code: None,
            deeper: Vec::new(),
            words: &String::from_utf8_lossy(start),
            headers,
        });
        // A yes that is no envelope may hold a value.
        let words = if answer.is_success() {
            String::new()
        } else {
            envelope::words(&answer.body)
        };
        return Told {
            kind,
            code: None,
            message: shorten(&words),
            trail: Trail {
                ray,
                documentation_url: None,
            },
        };
    };
    let silent = Complaint::default();
    let complaints = match envelope.errors.as_slice() {
        [] => std::slice::from_ref(&silent),
        complaints => complaints,
    };
    let body = if envelope.success {
        Body::Yes
    } else {
        Body::No
    };
    let read_alone = |complaint: &Complaint| {
        read(&Seen {
            label,
            status: answer.status,
            body,
            code: complaint.code,
            deeper: complaint.deeper(),
            words: &complaint.message,
            headers,
        })
    };
    // Of equals the last would win, and Cloudflare's first word is its main one.
    let (kind, complaint) = complaints
        .iter()
        .rev()
        .map(|complaint| (read_alone(complaint), complaint))
        .max_by_key(|(kind, _)| weight(kind))
        .unwrap_or((Kind::Unknown, &silent));
    let all = || {
        let others = complaints.iter().filter(|other| *other != complaint);
        std::iter::once(complaint)
            .chain(others)
            .flat_map(Complaint::whole)
    };
    let words = all()
        .map(|complaint| complaint.message.as_str())
        .find(|words| !words.is_empty());
    Told {
        kind,
        code: complaint.code,
        message: shorten(words.unwrap_or_default()),
        trail: Trail {
            ray,
            documentation_url: all()
                .filter_map(|complaint| complaint.documentation_url.as_deref())
                .find_map(explanation),
        },
    }
}

/// How much a kind tells beside others of the same answer.
fn weight(kind: &Kind) -> u8 {
    match kind {
        Kind::Unknown | Kind::Invalid | Kind::NotFound | Kind::NotPermitted => 0,
        _ => 1,
    }
}

/// An address of Cloudflare's own documentation, and no other.
fn explanation(address: &str) -> Option<String> {
    let plain = address.len() <= LONGEST_ADDRESS
        && address.starts_with(EXPLANATIONS)
        && address.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then(|| address.to_owned())
}

/// The address at the end of "Cannot use the access token from location: 203.0.113.7".
fn address_in(message: &str) -> &str {
    let (_, address) = message.rsplit_once("location").unwrap_or(("", message));
    address.trim_matches(|c: char| c == ':' || c == '.' || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    const VERIFY: &str = "GET /user/tokens/verify";
    const MINT: &str = "POST /user/tokens";
    const LIST: &str = "GET /user/tokens";
    const PAGES: &str = "GET /accounts/{account}/pages/projects";
    const HTML: (&str, &str) = ("content-type", "text/html; charset=UTF-8");
    const RAY: (&str, &str) = ("cf-ray", "8f1e-FRA");

    /// An answer that one row is there for.
    struct Specimen {
        label: &'static str,
        status: u16,
        body: Body,
        code: Option<u32>,
        deeper: &'static [u32],
        words: &'static str,
        headers: &'static [(&'static str, &'static str)],
    }

    const fn no(label: &'static str, status: u16, code: u32, words: &'static str) -> Specimen {
        Specimen {
            label,
            status,
            body: Body::No,
            code: if code == 0 { None } else { Some(code) },
            deeper: &[],
            words,
            headers: &[],
        }
    }

    const fn page(
        status: u16,
        words: &'static str,
        headers: &'static [(&'static str, &'static str)],
    ) -> Specimen {
        Specimen {
            body: Body::Page,
            headers,
            ..no(PAGES, status, 0, words)
        }
    }

    /// One for each row, in the order of the table.
    const SPECIMENS: &[Specimen] = &[
        Specimen {
            body: Body::Yes,
            ..no(PAGES, 200, 0, "")
        },
        page(429, "", &[]),
        no(PAGES, 403, 10_502, "Too many authentication failures"),
        page(
            403,
            "Just a moment...",
            &[HTML, RAY, ("cf-mitigated", "challenge")],
        ),
        no(PAGES, 503, 10_000, "Authentication error"),
        page(403, "error code: 1015", &[RAY]),
        page(403, "error code: 1010", &[]),
        page(403, "error code: 1020", &[RAY]),
        page(403, "Sorry, you have been blocked", &[HTML, RAY]),
        page(403, "Sorry, you have been blocked", &[HTML]),
        no(
            MINT,
            400,
            1004,
            "A selected permission cannot be granted (Permission group: \"Pages Write\")",
        ),
        Specimen {
            deeper: &[6111],
            ..no(PAGES, 400, 6003, "Invalid request headers")
        },
        Specimen {
            deeper: &[6103],
            ..no(PAGES, 400, 6003, "Invalid request headers")
        },
        no(VERIFY, 401, 1000, "Invalid API Token"),
        no(VERIFY, 403, 1000, "Invalid API Token"),
        no(PAGES, 403, 9109, "Invalid access token"),
        no(
            VERIFY,
            403,
            9109,
            "Cannot use the access token from location: 203.0.113.7",
        ),
        no(MINT, 403, 9109, "Valid user-level authentication not found"),
        no(LIST, 403, 9109, "Unauthorized to access requested resource"),
        no(PAGES, 403, 10_000, "Authentication error"),
        no(
            MINT,
            400,
            1001,
            "sub-token is not allowed to have permissions to manage other tokens",
        ),
        no(
            "GET /accounts",
            400,
            1001,
            "List accounts endpoint does not support account owned tokens",
        ),
        no(MINT, 400, 1001, "OAuth session does not include the scopes"),
        no(PAGES, 403, 1010, "Access denied"),
        no(PAGES, 400, 6003, "Invalid request headers"),
        no(PAGES, 403, 9103, "Unknown X-Auth-Key or X-Auth-Email"),
        no("GET /memberships", 400, 9106, "Authentication failed"),
        no(
            "GET /memberships",
            403,
            10_001,
            "Unable to authenticate request",
        ),
        no(PAGES, 400, 7000, "No route for that URI"),
        no(PAGES, 404, 7003, "Could not route to /accounts/x"),
        no(PAGES, 403, 10_042, "Please enable R2"),
        no(PAGES, 403, 10_010, "firewallaccessrules.api.not_entitled"),
        no(
            PAGES,
            403,
            10_034,
            "You need to verify your email address to use Workers.",
        ),
        no(PAGES, 409, 8_000_002, "A project with this name exists"),
        no(PAGES, 404, 8_000_007, "Project not found"),
        no(MINT, 400, 1030, "You have reached the maximum number"),
        no(PAGES, 404, 7404, "Not found"),
        no(PAGES, 200, 1234, "no"),
        no(MINT, 400, 1234, "policies must not be empty"),
    ];

    impl Specimen {
        fn seen<'a>(&'a self, headers: &'a HeaderMap) -> Seen<'a> {
            Seen {
                label: self.label,
                status: self.status,
                body: self.body,
                code: self.code,
                deeper: self.deeper.to_vec(),
                words: self.words,
                headers,
            }
        }

        fn headers(&self) -> HeaderMap {
            let pairs = self.headers.iter();
            pairs
                .map(|(name, value)| {
                    (
                        HeaderName::from_static(name),
                        HeaderValue::from_static(value),
                    )
                })
                .collect()
        }

        fn read(&self) -> (Option<usize>, Kind) {
            let headers = self.headers();
            let seen = self.seen(&headers);
            (row_of(&seen).map(|(at, _)| at), read(&seen))
        }
    }

    #[test]
    fn each_row_has_an_answer_that_only_it_is_there_for() {
        assert_eq!(SPECIMENS.len(), TABLE.len(), "one for each row");
        for (at, specimen) in SPECIMENS.iter().enumerate() {
            let (found, kind) = specimen.read();
            assert_eq!(found, Some(at), "{}: {kind:?}", TABLE[at].why);
            assert_ne!(kind, Kind::Unknown, "{}: what a row is for", TABLE[at].why);
            assert!(!TABLE[at].why.is_empty());
            let lower = |text: &&str| **text == text.to_lowercase();
            assert!(TABLE[at].says.iter().all(lower), "compared in lower case");
        }
    }

    #[test]
    fn what_is_in_no_row_is_unknown() {
        for specimen in [
            no(PAGES, 403, 12_345, "a sentence that nobody has seen"),
            no(PAGES, 401, 12_345, "a sentence that nobody has seen"),
            no(LIST, 403, 12_345, "a sentence that nobody has seen"),
            no(PAGES, 403, 0, ""),
            no(PAGES, 402, 1, "pay first"),
            no(PAGES, 302, 0, ""),
            no(PAGES, 403, 10_010, "workers.api.error.something"),
            no(PAGES, 403, 1000, "something else"),
        ] {
            let (row, kind) = specimen.read();
            assert_eq!((row, kind), (None, Kind::Unknown), "{}", specimen.words);
        }
    }

    #[test]
    fn a_limit_is_a_limit_at_every_status() {
        for code in [971, 10_429, 10_502] {
            for status in [200, 400, 401, 403, 429, 500, 503] {
                let (_, kind) = no(PAGES, status, code, "").read();
                assert_eq!(kind, Kind::RateLimited, "{status} {code}");
            }
        }
    }

    #[test]
    fn the_table_is_the_one_that_was_reviewed() {
        let table = printed();
        assert!(
            include_str!("reading.txt") == table,
            "reading.txt should read:\n{table}"
        );
    }

    fn printed() -> String {
        let mut table =
            String::from("kind | status | body | code | call | says | headers | how it is known\n");
        for (row, specimen) in TABLE.iter().zip(SPECIMENS) {
            let (_, kind) = specimen.read();
            let kind = format!("{kind:?}");
            let kind = kind.split(' ').next().unwrap_or_default();
            let status: Vec<String> = row
                .status
                .iter()
                .map(|(first, last)| {
                    if first == last {
                        first.to_string()
                    } else {
                        format!("{first}-{last}")
                    }
                })
                .collect();
            let body = match row.body {
                None => "any",
                Some(Body::Yes) => "yes",
                Some(Body::No) => "no",
                Some(Body::Page) => "page",
            };
            let codes = |codes: &[u32]| {
                let codes: Vec<_> = codes.iter().map(u32::to_string).collect();
                codes.join(", ")
            };
            let codes = match row.codes {
                Codes::Any => String::new(),
                Codes::Own(wanted) => codes(wanted),
                Codes::Deep(wanted) => format!("{}, also behind", codes(wanted)),
            };
            let call = match row.call {
                Call::Any => "any",
                Call::Tokens => "about tokens",
                Call::Mint => "making a token",
            };
            let headers: Vec<_> = row
                .headers
                .iter()
                .map(|(name, start)| format!("{name}: {start}").trim_end().to_owned())
                .collect();
            let cells = [
                kind,
                &status.join(", "),
                body,
                &codes,
                call,
                &row.says.join(" / "),
                &headers.join(", "),
                row.why,
            ];
            let _ = writeln!(table, "{}", cells.join(" | "));
        }
        table.push_str("Unknown | everything else\n");
        table
    }
}
