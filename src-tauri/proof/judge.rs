//! What an answer says of the token that asked, by its kind alone: how answers are read is Cloudflare's room's business.

use crate::cloudflare::{Kind, Probe};

/// What an answer means for a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The token may do it: the answer came from behind the door.
    Allowed,
    /// The token may not.
    Refused,
    /// The token is refused from this address, whatever it may do elsewhere.
    WrongAddress,
    /// The token itself is not known (any more, or yet).
    TokenUnknown,
    /// The answer tells nothing of the permission: a product that is off, a limit, a fault.
    Unclear,
}

/// What an answer of this kind says of the permission that its question is about.
pub fn judge(kind: &Kind) -> Verdict {
    match kind {
        // A missing project is told only to who may look.
        Kind::Yes | Kind::ProjectNotFound => Verdict::Allowed,
        // No route is how a foreign account is refused; a missing scope or a credential of another kind how
        // memberships are.
        Kind::NotPermitted
        | Kind::NoTokenManagement
        | Kind::UserAuthNotFound
        | Kind::AuthMissing
        | Kind::EdgeAuth
        | Kind::NoRoute => Verdict::Refused,
        Kind::AddressBlocked { .. } => Verdict::WrongAddress,
        Kind::UnknownToken => Verdict::TokenUnknown,
        // Refused to everybody, or to this request, or not answered at all.
        Kind::NotFound
        | Kind::NoSuchPath
        | Kind::R2NotEnabled
        | Kind::NotEntitled
        | Kind::EmailUnverified
        | Kind::RateLimited
        | Kind::BrowserBan
        | Kind::EdgeBlocked
        | Kind::Challenged
        | Kind::ServerError
        | Kind::NotCloudflare
        | Kind::NoAnswer
        | Kind::NoNetwork
        | Kind::Invalid
        | Kind::Unknown
        // About the form of the credential, which the other answers tell as well.
        | Kind::MalformedCredential
        | Kind::MalformedHeader
        | Kind::WrongSecretInHeader
        | Kind::WrongKeyOrEmail
        // About making things and about lists, which no question of a proof is.
        | Kind::SubTokenManagement
        | Kind::AccountsUnsupported
        | Kind::OAuthScopes
        | Kind::CannotGrant { .. }
        | Kind::QuotaReached
        | Kind::ProjectExists => Verdict::Unclear,
    }
}

/// Judges the answer to a write on something that cannot exist: that it is not there is told only to who may write.
pub fn judge_write(probe: &Probe) -> Verdict {
    match &probe.kind {
        // Without a word of Cloudflare's nobody knows who did not find it.
        Kind::NotFound if probe.code.is_none() => Verdict::Unclear,
        Kind::NotFound => Verdict::Allowed,
        // That there is no such path says nothing of the permission.
        Kind::NoRoute => Verdict::Unclear,
        kind => match judge(kind) {
            // A refusal with status 400 is about the request's form as often as about the token.
            Verdict::Refused if probe.status == 400 => Verdict::Unclear,
            verdict => verdict,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_on_nothing_proves_by_not_found_and_refutes_by_a_refusal() {
        for (status, code, verdict, reason) in [
            (
                404,
                Some(10_007),
                Verdict::Allowed,
                "it looked, and found none",
            ),
            (404, Some(8_000_007), Verdict::Allowed, "the same of Pages"),
            (403, Some(10_000), Verdict::Refused, "not let in"),
            (403, Some(9109), Verdict::Refused, "not let in"),
            (404, Some(7003), Verdict::Unclear, "no such path"),
            (404, None, Verdict::Unclear, "no word of Cloudflare's"),
            (
                400,
                Some(10_001),
                Verdict::Unclear,
                "the form of the request",
            ),
            (405, Some(10_405), Verdict::Unclear, "no such method"),
            (429, Some(971), Verdict::Unclear, "a limit"),
            (403, Some(12_345), Verdict::Unclear, "a reason in no table"),
        ] {
            assert_eq!(
                judge_write(&Probe::of(status, code, "")),
                verdict,
                "{status}/{code:?}: {reason}"
            );
        }
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "a table")]
    fn an_answer_is_judged_by_status_code_and_words() {
        let blocked = "Cannot use the access token from location: 203.0.113.9";
        for (status, code, message, verdict, reason) in [
            (200, None, "", Verdict::Allowed, "an answer is an answer"),
            (
                200,
                Some(10_000),
                "This API Token is valid and active",
                Verdict::Allowed,
                "10000 is verify's success too",
            ),
            (
                404,
                Some(8_000_007),
                "",
                Verdict::Allowed,
                "a missing project is told only to who may look",
            ),
            (
                403,
                Some(10_000),
                "Authentication error",
                Verdict::Refused,
                "the product's own refusal",
            ),
            (
                403,
                Some(9109),
                "Unauthorized to access requested resource",
                Verdict::Refused,
                "user-level refusal",
            ),
            (
                403,
                Some(9109),
                blocked,
                Verdict::WrongAddress,
                "the address is refused, not the permission",
            ),
            (
                400,
                Some(9106),
                "Authentication failed",
                Verdict::Refused,
                "memberships and an account token",
            ),
            (
                404,
                Some(7003),
                "Could not route",
                Verdict::Refused,
                "another account's path",
            ),
            (
                401,
                Some(1000),
                "Invalid API Token",
                Verdict::TokenUnknown,
                "a dead token proves no boundary",
            ),
            (
                403,
                Some(10_042),
                "Please enable R2",
                Verdict::Unclear,
                "the product is off for everybody",
            ),
            (
                429,
                Some(971),
                "",
                Verdict::Unclear,
                "a limit says nothing of permission",
            ),
            (
                500,
                None,
                "",
                Verdict::Unclear,
                "a fault says nothing of permission",
            ),
            (
                403,
                Some(1010),
                "",
                Verdict::Unclear,
                "the edge refused the client, not the token",
            ),
            (
                403,
                Some(9109),
                "Invalid access token",
                Verdict::TokenUnknown,
                "a dead token, as the resource's own door says it",
            ),
            (
                403,
                Some(10_502),
                "Too many authentication failures",
                Verdict::Unclear,
                "a limit at whatever status",
            ),
            (
                403,
                Some(12_345),
                "a sentence that nobody has seen",
                Verdict::Unclear,
                "a reason in no table proves nothing",
            ),
            (403, None, "", Verdict::Unclear, "nor does none at all"),
            (
                403,
                Some(10_010),
                "firewallaccessrules.api.not_entitled",
                Verdict::Unclear,
                "the plan, not the permission",
            ),
            (
                400,
                Some(7000),
                "No route for that URI",
                Verdict::Unclear,
                "no such path, for anybody",
            ),
        ] {
            assert_eq!(
                judge(&Probe::of(status, code, message).kind),
                verdict,
                "{status}/{code:?}: {reason}"
            );
        }
    }
}
