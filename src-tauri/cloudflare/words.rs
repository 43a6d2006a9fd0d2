//! Cloudflare's refusals in a person's words.

use super::error::Error;
use super::kind::Kind;
use crate::problem::{Next, Problem};

impl Error {
    /// What happened and the one thing to do next.
    pub fn problem(&self) -> Problem {
        if let Some(failure) = &self.failure {
            return failure.problem().with_evidence(self.evidence());
        }
        let (code, message, hint, next) = words(&self.kind);
        let mut problem = Problem::new(code, message, hint, next).with_evidence(self.evidence());
        match &self.kind {
            Kind::AddressBlocked { address } if !address.is_empty() => {
                problem.message =
                    format!("This token may not be used from this computer's address, {address}.");
            }
            Kind::CannotGrant { group } if !group.is_empty() => {
                problem.message =
                    format!("The pasted token may not give the permission \"{group}\".");
            }
            _ => {}
        }
        if let (Kind::RateLimited, Some(wait)) = (&self.kind, self.retry_after) {
            problem.hint = format!("Wait {} seconds, then try again.", wait.as_secs());
        }
        problem
    }
}

/// Code, message, hint and next action of each kind.
#[allow(clippy::too_many_lines, reason = "a table of words")]
fn words(kind: &Kind) -> (&'static str, &'static str, &'static str, Next) {
    match kind {
        Kind::MalformedCredential => (
            "token-malformed",
            "What was pasted cannot be a token: it holds characters that no token has.",
            "Copy the token once more, alone, and paste it again.",
            Next::PasteAgain,
        ),
        Kind::UnknownToken => (
            "token-unknown",
            "Cloudflare does not know this token. It was mistyped, or has been rolled or deleted.",
            "Copy it once more, or make another one.",
            Next::PasteAgain,
        ),
        Kind::NotPermitted => (
            "not-permitted",
            "The token is real but may not do this.",
            "It lacks the permission, or its resources leave this account out. Make a token through the link.",
            Next::OpenTokenPage,
        ),
        Kind::NoTokenManagement => (
            "no-token-management",
            "This token may not make tokens.",
            "Make one through the link: it holds the permission to edit API tokens.",
            Next::OpenTokenPage,
        ),
        Kind::UserAuthNotFound => (
            "not-a-user-token",
            "This works with a person's token only, and this one belongs to no person.",
            "Make a user token through the link.",
            Next::OpenTokenPage,
        ),
        Kind::SubTokenManagement => (
            "sub-token-management",
            "Cloudflare never lets a token give another one the right to manage tokens.",
            "Leave that permission out, or make this token by hand in the dashboard.",
            Next::ChangeChoices,
        ),
        Kind::AccountsUnsupported => (
            "accounts-not-listed",
            "This account token may not list accounts.",
            "Name the account by its id; it is in the address of every page of the dashboard.",
            Next::ChangeChoices,
        ),
        Kind::OAuthScopes => (
            "oauth-scopes",
            "This sign-in does not hold the scopes that are needed.",
            "Make an API token through the link instead.",
            Next::OpenTokenPage,
        ),
        Kind::CannotGrant { .. } => (
            "cannot-grant",
            "The pasted token may not give one of these permissions.",
            "Its owner's role does not reach that far. Ask an administrator of the account to make the token.",
            Next::OpenTokenPage,
        ),
        Kind::MalformedHeader => (
            "token-malformed",
            "Cloudflare cannot read this token: it is cut short, or something is pasted along with it.",
            "Copy the token once more, alone, and paste it again.",
            Next::PasteAgain,
        ),
        Kind::WrongSecretInHeader => (
            "wrong-secret",
            "This is a secret of another kind than the one that is asked for.",
            "Paste an API token, made through the link.",
            Next::PasteAgain,
        ),
        Kind::NoRoute | Kind::NoSuchPath => (
            "id-malformed",
            "Cloudflare cannot find the account, zone or token by this id.",
            "An id has 32 digits and letters from a to f; a domain or a name is not one.",
            Next::ChangeChoices,
        ),
        Kind::NotFound => (
            "not-found",
            "Cloudflare has nothing by this id any more.",
            "It may have been deleted in the meantime. Start over.",
            Next::StartOver,
        ),
        Kind::WrongKeyOrEmail => (
            "key-or-email-wrong",
            "The Global API Key and the e-mail address do not belong together.",
            "Check the address of your login, or make an API token through the link.",
            Next::PasteAgain,
        ),
        Kind::AuthMissing => (
            "wrong-credential-kind",
            "Cloudflare does not accept this kind of credential here.",
            "A Global API Key pasted as a token, or an account token where a person's is wanted, ends like this. Make a token through the link.",
            Next::OpenTokenPage,
        ),
        Kind::EdgeAuth => (
            "scope-missing",
            "Cloudflare could not authenticate the request; mostly a permission is missing.",
            "Make a token through the link.",
            Next::OpenTokenPage,
        ),
        Kind::R2NotEnabled => (
            "r2-not-enabled",
            "R2 is not switched on in this account.",
            "Switch it on in the dashboard under R2, then try again.",
            Next::Retry,
        ),
        Kind::ProjectNotFound => (
            "project-not-found",
            "There is no Pages project of this name in this account.",
            "Check the name and the account.",
            Next::ChangeChoices,
        ),
        Kind::ProjectExists => (
            "project-exists",
            "There is a Pages project of this name already.",
            "Choose another name, or use that project.",
            Next::ChangeChoices,
        ),
        Kind::QuotaReached => (
            "token-quota",
            "There are as many tokens as Cloudflare allows: 50 for a person, 500 for an account.",
            "Delete one that nobody uses, expired ones first, then try again.",
            Next::OpenTokenList,
        ),
        Kind::BrowserBan => (
            "client-refused",
            "Cloudflare's edge turned this program away.",
            "Try another network; if it stays so, report it with the details.",
            Next::Retry,
        ),
        Kind::Invalid | Kind::Unknown | Kind::NotEntitled | Kind::EmailUnverified | Kind::Yes => (
            "request-refused",
            "Cloudflare refused the request.",
            "The details hold its words. Change what was chosen, or report it.",
            Next::ChangeChoices,
        ),
        Kind::ServerError => (
            "cloudflare-down",
            "Cloudflare is in trouble and could not answer.",
            "Try again in a minute; cloudflarestatus.com tells more.",
            Next::Retry,
        ),
        Kind::NotCloudflare | Kind::EdgeBlocked | Kind::Challenged => (
            "answer-unreadable",
            "What answered does not speak Cloudflare's API.",
            "A sign-in page of the network or a proxy may be in the way. Check the network, then try again.",
            Next::Retry,
        ),
        Kind::NoAnswer => (
            "no-answer",
            "No answer came; what was asked may have been done all the same.",
            "Check the network, then try again.",
            Next::Retry,
        ),
        Kind::NoNetwork => (
            "no-network",
            "Cloudflare could not be reached.",
            "Check that this computer is online, then try again.",
            Next::Retry,
        ),
        Kind::AddressBlocked { .. } => (
            "address-blocked",
            "This token may not be used from this computer's address.",
            "Make a token whose address filter allows it, and mind that IPv4 and IPv6 both count.",
            Next::OpenTokenPage,
        ),
        Kind::RateLimited => (
            "rate-limited",
            "Cloudflare asks for a pause: too many requests were made with this login.",
            "Wait five minutes, then try again.",
            Next::Retry,
        ),
    }
}
