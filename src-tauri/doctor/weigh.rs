//! What policy, read and write together say of one permission. Pure.

use super::heard::Heard;
use super::policy::Holding;
use super::story::{CauseKind, Evidence, PermissionState};
use super::wants::Want;
use crate::cloudflare::{Scope, TokenKind, refuses_account_tokens};
use crate::proof::Verdict;

/// Everything that is known of one permission.
#[derive(Clone, Debug)]
pub(super) struct Clues<'a> {
    /// The permission.
    pub want: &'a Want,
    /// The kind of the token, where it is known.
    pub kind: Option<TokenKind>,
    /// What the policies say; nothing where nobody may read them.
    pub policy: Option<Holding>,
    /// What a read was answered.
    pub read: Option<&'a Heard>,
    /// What a write on nothing was answered.
    pub write: Option<&'a Heard>,
    /// Whether the token was made or changed so lately that it may not be known everywhere.
    pub young: bool,
    /// Whether anything else on the same account or zone was answered.
    pub reached: bool,
    /// What is wrong where lists show that the token does not reach this account or zone.
    pub out_of_reach: Option<CauseKind>,
    /// Whether the read that was answered shows this permission and no other.
    pub alone: bool,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The state; `Missing` also where it is optional, which is the caller's to know.
    pub state: PermissionState,
    /// Why we believe it.
    pub evidence: Option<Evidence>,
    /// What is wrong.
    pub cause: Option<CauseKind>,
    /// What was concluded, in a sentence.
    pub note: String,
}

impl Finding {
    fn granted(evidence: Evidence, note: impl Into<String>) -> Self {
        Self {
            state: PermissionState::Granted,
            evidence: Some(evidence),
            cause: None,
            note: note.into(),
        }
    }

    fn missing(evidence: Evidence, cause: CauseKind, note: impl Into<String>) -> Self {
        Self {
            state: PermissionState::Missing,
            evidence: Some(evidence),
            cause: Some(cause),
            note: note.into(),
        }
    }

    fn not_possible(cause: CauseKind, note: &str) -> Self {
        Self {
            state: PermissionState::NotPossible,
            evidence: None,
            cause: Some(cause),
            note: note.to_owned(),
        }
    }

    fn unknown(cause: Option<CauseKind>, note: impl Into<String>) -> Self {
        Self {
            state: PermissionState::Unknown,
            evidence: None,
            cause,
            note: note.into(),
        }
    }
}

/// Weighs the clues.
pub(super) fn weigh(clues: &Clues<'_>) -> Finding {
    if let Some(kind) = clues.kind.filter(|kind| !clues.want.fits(*kind)) {
        return match kind {
            TokenKind::Account => Finding::not_possible(
                CauseKind::NotForAccountTokens,
                "An account's token cannot have it.",
            ),
            TokenKind::User => Finding::not_possible(
                CauseKind::UserTokenAsAccount,
                "A person's token cannot have it.",
            ),
        };
    }
    match &clues.policy {
        Some(Holding::Yes(group)) => granted_by_policy(clues, group),
        Some(Holding::Denied) => Finding::missing(
            Evidence::Policy,
            CauseKind::PermissionDenied,
            "The policy grants it and denies it.",
        ),
        Some(Holding::Lower(group)) => Finding::missing(
            Evidence::Policy,
            CauseKind::LevelTooLow,
            format!("The policy grants {group} only."),
        ),
        Some(Holding::Elsewhere(_)) => Finding::missing(
            Evidence::Policy,
            elsewhere(clues.want),
            "The policy grants it on something else.",
        ),
        Some(Holding::No) => Finding::missing(
            Evidence::Policy,
            CauseKind::GroupMissing,
            "The policy does not grant it.",
        ),
        None => without_policy(clues),
    }
}

/// The policy says yes: does Cloudflare agree?
fn granted_by_policy(clues: &Clues<'_>, group: &str) -> Finding {
    let note = if group == clues.want.group() {
        "The policy grants it.".to_owned()
    } else {
        format!("The policy grants {group}, which includes it.")
    };
    let refused =
        |heard: Option<&Heard>| heard.is_some_and(|heard| heard.verdict == Verdict::Refused);
    if !refused(clues.read) && !refused(clues.write) {
        let off = clues.read.and_then(|heard| heard.obstacle);
        return Finding {
            cause: off.filter(|cause| *cause == CauseKind::ProductNotEnabled),
            ..Finding::granted(Evidence::Policy, note)
        };
    }
    // A product that answers reads knows the token by now.
    let known = clues
        .read
        .is_some_and(|heard| heard.verdict == Verdict::Allowed);
    if clues.young && !known && !refuses_this_kind(clues) {
        return Finding::unknown(
            Some(CauseKind::Propagation),
            "The policy grants it, and the product does not know the token yet.",
        );
    }
    match clues.kind {
        Some(TokenKind::Account) => Finding {
            evidence: Some(Evidence::Call),
            ..Finding::not_possible(
                CauseKind::ProductRefusesAccountTokens,
                "The policy grants it, and the product refuses the token all the same.",
            )
        },
        _ => Finding::missing(
            Evidence::Call,
            CauseKind::RoleTooSmall,
            "The policy grants it, and Cloudflare refuses: the person's own role does not reach that far.",
        ),
    }
}

/// Nobody may read the policy: only what was answered tells.
fn without_policy(clues: &Clues<'_>) -> Finding {
    match clues.write.map(|heard| heard.verdict) {
        Some(Verdict::Allowed) => {
            return Finding::granted(
                Evidence::Call,
                "A write on something that does not exist was let through to where it was not found.",
            );
        }
        Some(Verdict::Refused) => {
            let reads = clues
                .read
                .is_some_and(|heard| heard.verdict == Verdict::Allowed);
            return if reads {
                Finding::missing(
                    Evidence::Call,
                    CauseKind::LevelTooLow,
                    "A read was answered, and a write on something that does not exist was refused.",
                )
            } else {
                refusal(clues)
            };
        }
        _ => {}
    }
    let Some(read) = clues.read else {
        return if clues.reached {
            Finding::granted(
                Evidence::Assumed,
                "No read shows this permission. The token reaches the account or zone, and nothing speaks against it.",
            )
        } else {
            Finding::unknown(None, "No read shows this permission.")
        };
    };
    match read.verdict {
        Verdict::Allowed if !clues.want.only_reads() => Finding::granted(
            Evidence::Assumed,
            "A read was answered, which proves Read and never Write.",
        ),
        Verdict::Allowed if !clues.alone => Finding::granted(
            Evidence::Assumed,
            "A read was answered, which another permission may have opened as well.",
        ),
        Verdict::Allowed => Finding::granted(Evidence::Call, "A read was answered."),
        Verdict::Refused => refusal(clues),
        Verdict::WrongAddress | Verdict::TokenUnknown | Verdict::Unclear => Finding::unknown(
            read.obstacle.or(Some(CauseKind::NoAnswer)),
            format!("Not told: {}.", read.seen()),
        ),
    }
}

fn refusal(clues: &Clues<'_>) -> Finding {
    if clues.young && !refuses_this_kind(clues) {
        return Finding::unknown(
            Some(CauseKind::Propagation),
            "Refused, and the token is so new that this proves nothing yet.",
        );
    }
    if refuses_this_kind(clues) {
        return Finding {
            evidence: Some(Evidence::Call),
            ..Finding::not_possible(
                CauseKind::ProductRefusesAccountTokens,
                "Refused, as this product refuses every account's token.",
            )
        };
    }
    let cause = clues.out_of_reach.unwrap_or(CauseKind::GroupMissing);
    Finding::missing(Evidence::Call, cause, "Cloudflare refused the request.")
}

/// Whether it is one of the products that answer no account's token, while others on the same zone answer this one.
fn refuses_this_kind(clues: &Clues<'_>) -> bool {
    clues.kind == Some(TokenKind::Account)
        && clues.reached
        && refuses_account_tokens(clues.want.group())
}

fn elsewhere(want: &Want) -> CauseKind {
    match want.scope() {
        Scope::Zone => CauseKind::WrongZone,
        _ => CauseKind::WrongAccount,
    }
}

#[cfg(test)]
mod tests {
    use super::super::heard::Heard;
    use super::*;
    use crate::cloudflare::{Probe, token_page};
    use crate::proof::judge;

    fn want(group: &str) -> Want {
        Want {
            row: token_page::row(group, &Scope::Account),
            why: String::new(),
            creates: None,
            need: None,
            accepts: Vec::new(),
            kinds: Vec::new(),
            endpoint: None,
        }
    }

    fn heard(status: u16, code: Option<u32>) -> Heard {
        let probe = Probe::of(status, code, "");
        Heard::probed("GET /", &probe, judge(&probe.kind))
    }

    /// Nothing is known of it yet.
    fn clues(want: &Want) -> Clues<'_> {
        Clues {
            want,
            kind: Some(TokenKind::User),
            policy: None,
            read: None,
            write: None,
            young: false,
            reached: false,
            out_of_reach: None,
            alone: true,
        }
    }

    #[test]
    fn read_and_write_are_told_apart_and_only_what_was_shown_is_proved() {
        use PermissionState::{Granted, Missing, Unknown};
        let (yes, no, gone) = (
            heard(200, None),
            heard(403, Some(10_000)),
            heard(404, Some(7404)),
        );
        let (off, limit) = (heard(403, Some(10_042)), heard(429, Some(971)));
        let proof = Heard {
            verdict: Verdict::Allowed,
            ..gone
        };
        let (reads, writes) = (want("Pages Read"), want("Pages Write"));
        let call = Some(Evidence::Call);
        let assumed = Some(Evidence::Assumed);
        for (want, read, write, state, evidence, cause) in [
            (&reads, Some(&yes), None, Granted, call, None),
            (&writes, Some(&yes), None, Granted, assumed, None),
            (&writes, Some(&yes), Some(&proof), Granted, call, None),
            (
                &writes,
                Some(&yes),
                Some(&no),
                Missing,
                call,
                Some(CauseKind::LevelTooLow),
            ),
            (&writes, Some(&yes), Some(&limit), Granted, assumed, None),
            (
                &writes,
                Some(&no),
                None,
                Missing,
                call,
                Some(CauseKind::GroupMissing),
            ),
            (
                &writes,
                Some(&off),
                None,
                Unknown,
                None,
                Some(CauseKind::ProductNotEnabled),
            ),
            (
                &writes,
                Some(&limit),
                None,
                Unknown,
                None,
                Some(CauseKind::RateLimited),
            ),
            (&writes, None, None, Unknown, None, None),
        ] {
            let finding = weigh(&Clues {
                read,
                write,
                ..clues(want)
            });
            assert_eq!(
                (finding.state, finding.evidence, finding.cause),
                (state, evidence, cause),
                "{} read {read:?} write {write:?}",
                want.group()
            );
        }
        let shared = weigh(&Clues {
            read: Some(&yes),
            alone: false,
            ..clues(&reads)
        });
        assert_eq!(
            shared.evidence, assumed,
            "another permission may have opened it"
        );
        let none = weigh(&Clues {
            reached: true,
            ..clues(&writes)
        });
        assert_eq!(
            none.evidence, assumed,
            "nothing shows it and nothing speaks against it"
        );
    }

    #[test]
    fn a_policy_that_cloudflare_contradicts_is_explained() {
        let (yes, no) = (heard(200, None), heard(403, Some(10_000)));
        let pages = want("Pages Write");
        let rules = want("Page Rules Write");
        let (user, account) = (Some(TokenKind::User), Some(TokenKind::Account));
        for (want, kind, read, write, young, cause) in [
            (&pages, user, &yes, None, false, None),
            (
                &pages,
                user,
                &no,
                None,
                false,
                Some(CauseKind::RoleTooSmall),
            ),
            (&pages, user, &no, None, true, Some(CauseKind::Propagation)),
            (
                &pages,
                user,
                &yes,
                Some(&no),
                true,
                Some(CauseKind::RoleTooSmall),
            ),
            (
                &rules,
                account,
                &no,
                None,
                true,
                Some(CauseKind::ProductRefusesAccountTokens),
            ),
            (
                &pages,
                account,
                &no,
                None,
                true,
                Some(CauseKind::Propagation),
            ),
        ] {
            let finding = weigh(&Clues {
                kind,
                read: Some(read),
                write,
                young,
                reached: true,
                policy: Some(Holding::Yes(want.group().to_owned())),
                ..clues(want)
            });
            assert_eq!(
                finding.cause,
                cause,
                "{} of {kind:?}, young: {young}",
                want.group()
            );
        }
        let granted = weigh(&Clues {
            policy: Some(Holding::No),
            read: Some(&yes),
            ..clues(&pages)
        });
        assert_eq!(
            (granted.state, granted.evidence),
            (PermissionState::Missing, Some(Evidence::Policy)),
            "a read that another group opened proves nothing against the policy"
        );
    }
}
