//! What an answer says of the token that asked.

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

/// Judges one answer by its HTTP status, Cloudflare's code and words (facts: `docs` of each product; codes as
/// recorded by Cloudflare's own clients).
pub fn judge(status: u16, code: Option<u32>, message: &str) -> Verdict {
    match (status, code) {
        (200..=299, _) | (404, Some(8_000_007)) => Verdict::Allowed,
        (401, Some(1000)) => Verdict::TokenUnknown,
        (403, Some(9109)) if message.contains("from location") => Verdict::WrongAddress,
        // 9106 with status 400 is how memberships refuse an account token; 7003 how a foreign account is refused.
        (401 | 403, Some(10_000 | 9109 | 10_001))
        | (400, Some(9106 | 10_001))
        | (404 | 400, Some(7003)) => Verdict::Refused,
        _ => Verdict::Unclear,
    }
}

/// Judges the answer to a write on something that cannot exist: that it is not there is told only to who may write.
///
/// 7000 and 7003 say that there is no such path, which says nothing of the permission.
pub fn judge_write(status: u16, code: Option<u32>, message: &str) -> Verdict {
    match (status, code) {
        (404, Some(7000 | 7003) | None) => Verdict::Unclear,
        (404, Some(_)) => Verdict::Allowed,
        _ => match judge(status, code, message) {
            // A refusal with status 400 is about the request's form as often as about the token.
            Verdict::Refused if status == 400 => Verdict::Unclear,
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
        ] {
            assert_eq!(
                judge_write(status, code, ""),
                verdict,
                "{status}/{code:?}: {reason}"
            );
        }
    }

    #[test]
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
        ] {
            assert_eq!(
                judge(status, code, message),
                verdict,
                "{status}/{code:?}: {reason}"
            );
        }
    }
}
