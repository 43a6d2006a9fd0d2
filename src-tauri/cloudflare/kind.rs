//! What an answer of Cloudflare's means, and what is kept of it as evidence.

use std::fmt;

/// Longest text of Cloudflare's that is repeated, in characters.
pub(super) const MESSAGE_LIMIT: usize = 200;

/// What leads back to an answer: for Cloudflare's support, and in its documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// Cloudflare's id of the request.
    pub ray: Option<String>,
    /// Where Cloudflare explains a refusal.
    pub documentation_url: Option<String>,
}

/// What an answer means, or that none came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The call did what it should. No error is of this kind.
    Yes,
    /// The credential cannot even be put into a header.
    MalformedCredential,
    /// No such value: mistyped, rolled, deleted, or an account token on the user's path (1000).
    UnknownToken,
    /// A real token without this permission, or on the wrong account, or too new (9109 or 10000).
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
    /// An id is empty, malformed, or of something else (7003).
    NoRoute,
    /// There is no such path, for anybody (7000).
    NoSuchPath,
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
    /// The account's plan does not have the product.
    NotEntitled,
    /// The person has to confirm their e-mail address first (10034).
    EmailUnverified,
    /// There is no such Pages project (8000007).
    ProjectNotFound,
    /// There is such a Pages project already (8000002).
    ProjectExists,
    /// The owner has as many tokens as there may be.
    QuotaReached,
    /// Too many requests, or too many failed ones (429, 971, 10429, 10502).
    RateLimited,
    /// The edge does not like the client (1010).
    BrowserBan,
    /// A rule of Cloudflare's own firewall blocked the request.
    EdgeBlocked,
    /// Cloudflare's edge wants a browser to pass a test first.
    Challenged,
    /// The request is wrong otherwise.
    Invalid,
    /// Cloudflare said no, for a reason that is in no table: its own words are all that is known.
    Unknown,
    /// Cloudflare is in trouble (5xx).
    ServerError,
    /// What answered does not speak Cloudflare's API, or its answer was garbled.
    NotCloudflare,
    /// The request was sent and no whole answer came: it may have been carried out.
    NoAnswer,
    /// The request never left this computer.
    NoNetwork,
}

impl fmt::Display for Trail {
    /// The end of a line of evidence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ray) = &self.ray {
            write!(f, ", ray {ray}")?;
        }
        if let Some(url) = &self.documentation_url {
            write!(f, ", see {url}")?;
        }
        Ok(())
    }
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
