//! What the answers mean, in sentences. Decides and asks nothing.

use super::answers::{AtCloudflare, AtPlatform, Kept, Told, granted};
use crate::cards::{End, Found};
use crate::cloudflare::policies::grants;
use crate::cloudflare::{Catalogue, Error, Kind, PolicyEffect, Token, TokenStatus, Verified};
use crate::platform;
use crate::platform::{Held, Nonce};
use crate::problem::Problem;
use crate::proof::{Answered, Verdict};
use crate::record::Connection;
use crate::story::{Need, NeedKind, WatchNext};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// How far two tellings of one end may differ: Cloudflare keeps whole seconds.
const SAME_END: SignedDuration = SignedDuration::from_secs(2);

/// Puts the answers together.
pub(crate) fn found(
    known: &Connection,
    kept: &Kept,
    cloudflare: &AtCloudflare,
    platform: &AtPlatform,
) -> Found {
    let mut found = Found::default();
    found.of_vault(kept);
    match cloudflare {
        // Without the value there was nothing to ask with, and the vault's row says so.
        AtCloudflare::Unasked => {}
        AtCloudflare::Untold(problem) => found.untold(NeedKind::CloudflareUntold, problem),
        AtCloudflare::Told(told) => found.of_cloudflare(known, told),
    }
    match platform {
        AtPlatform::None => {}
        AtPlatform::SignedOut => found.signed_out(),
        AtPlatform::Untold(problem) => found.untold(NeedKind::PlatformUntold, problem),
        AtPlatform::Told(answer, nonce) => found.of_platform(known, kept, answer, nonce),
    }
    found
}

impl Found {
    fn of_vault(&mut self, kept: &Kept) {
        match kept {
            Kept::Same(_) => {}
            Kept::Nothing => self.needs.push(row(
                NeedKind::TokenMissing,
                "The narrow token is not in the vault any more. The platform may still use it.",
                "Rotate it: a new token is made and kept.",
                WatchNext::Rotate,
            )),
            Kept::Another => self.needs.push(row(
                NeedKind::TokenChanged,
                "The vault holds another value than the one that was kept: something changed it.",
                "Rotate it, and find out what else writes to the vault.",
                WatchNext::Rotate,
            )),
            Kept::Untold(problem) => self.untold(NeedKind::VaultUntold, problem),
        }
    }

    fn of_cloudflare(&mut self, known: &Connection, told: &Told) {
        match &told.verified {
            Ok(verified) => {
                self.end = Some(End(verified.expires_on));
                if let Some(dead) = dead(verified) {
                    self.needs.push(dead);
                    return;
                }
                self.of_end(known, verified.expires_on);
                match &told.own {
                    Some(own) => self.needs.extend(of_policy(known, own)),
                    None => self.of_doors(known, told),
                }
            }
            Err(error) => self.of_refusal(known, error),
        }
    }

    fn of_refusal(&mut self, known: &Connection, error: &Error) {
        match &error.kind {
            Kind::UnknownToken => self.needs.push(Need {
                evidence: Some(error.evidence()),
                ..row(
                    NeedKind::TokenDeleted,
                    "Cloudflare does not know the token any more: it was deleted, or given another value.",
                    "Rotate it: a new token takes its place.",
                    WatchNext::Rotate,
                )
            }),
            Kind::AddressBlocked { address } => self.blocked(known, address, error.evidence()),
            _ => self.untold(NeedKind::CloudflareUntold, &error.problem()),
        }
    }

    fn blocked(&mut self, known: &Connection, address: &str, evidence: String) {
        if !known.allow_ip.is_empty() {
            self.untold.push(row(
                NeedKind::WorksElsewhere,
                "The token works from the addresses alone that were chosen for it, so it cannot be asked from here.",
                "Check from one of those addresses.",
                WatchNext::CheckAgain,
            ));
            return;
        }
        let from = if address.is_empty() {
            String::new()
        } else {
            format!(" (Cloudflare saw {address})")
        };
        self.needs.push(Need {
            evidence: Some(evidence),
            ..row(
                NeedKind::AddressBlocked,
                &format!("The token was limited to other addresses than this computer's{from}."),
                "Take the address filter off in Cloudflare's list of tokens, or rotate the token.",
                WatchNext::OpenTokenList,
            )
        });
    }

    /// The end by Cloudflare's word against the end that the token was made with.
    fn of_end(&mut self, known: &Connection, told: Option<Timestamp>) {
        let same = match (known.expires_on, told) {
            (None, None) => true,
            (Some(made), Some(told)) => told.duration_since(made).abs() <= SAME_END,
            _ => false,
        };
        if same {
            return;
        }
        let on = |end: Option<Timestamp>| match end {
            Some(end) => format!("on {}", end.strftime("%Y-%m-%d %H:%M UTC")),
            None => "never".to_owned(),
        };
        self.needs.push(row(
            NeedKind::ExpiryChanged,
            &format!(
                "Cloudflare says that the token ends {}; it was made to end {}.",
                on(told),
                on(known.expires_on)
            ),
            "Look at it in Cloudflare's list of tokens, or rotate it.",
            WatchNext::OpenTokenList,
        ));
    }

    /// What was tried, where the token may not read its own policies.
    fn of_doors(&mut self, known: &Connection, told: &Told) {
        let all = || told.can.iter().chain(&told.cannot);
        if let Some(blocked) = all().find(|answered| answered.verdict == Verdict::WrongAddress) {
            self.blocked(known, "", blocked.evidence());
            return;
        }
        let wider = tried(&told.cannot, Verdict::Allowed);
        if !wider.is_empty() {
            self.changed(
                &format!(
                    "The token can do more than it was made for: {}.",
                    words(&wider)
                ),
                &wider,
            );
        }
        let narrower = tried(&told.can, Verdict::Refused);
        if !narrower.is_empty() && told.certain && !told.young {
            self.changed(
                &format!(
                    "The token cannot do any more what it was made for: {}.",
                    words(&narrower)
                ),
                &narrower,
            );
        } else if !narrower.is_empty() && told.young {
            self.untold.push(row(
                NeedKind::TooNew,
                "The token is new, and not every service of Cloudflare knows it yet.",
                "Check again in a minute.",
                WatchNext::CheckAgain,
            ));
        }
        let unclear = all().find(|answered| is_open(answered, told.certain));
        if let Some(unclear) = unclear {
            self.untold.push(Need {
                evidence: Some(unclear.evidence()),
                ..row(
                    NeedKind::CloudflareUntold,
                    "Not everything that the token can do could be tried.",
                    "Check again in a minute.",
                    WatchNext::CheckAgain,
                )
            });
        }
    }

    fn changed(&mut self, message: &str, answers: &[&Answered]) {
        let evidence: Vec<String> = answers.iter().map(|answered| answered.evidence()).collect();
        self.needs.push(Need {
            evidence: Some(evidence.join("; ")),
            ..policy_changed(message)
        });
    }

    fn signed_out(&mut self) {
        self.untold.push(row(
            NeedKind::SignedOut,
            "You are not signed in at the platform, so it could not be asked which token it holds.",
            "Sign in, then check again.",
            WatchNext::SignIn,
        ));
    }

    fn of_platform(
        &mut self,
        known: &Connection,
        kept: &Kept,
        answer: &Result<Held, platform::Error>,
        nonce: &Nonce,
    ) {
        match (answer, kept) {
            (Ok(held), Kept::Same(value)) if held.proves(value, nonce) => {
                self.proved = Some((held.receipt_code.clone(), nonce.as_str().to_owned()));
            }
            // Without the value there is nothing to prove; what it says of itself is as it should be.
            (Ok(held), Kept::Nothing | Kept::Another | Kept::Untold(_))
                if held.fingerprint == known.fingerprint => {}
            (Ok(held), _) => self.needs.push(Need {
                evidence: Some(format!(
                    "kept here: token {}, fingerprint {}; held there: token {}, fingerprint {}",
                    known.token_id, known.fingerprint, held.token_id, held.fingerprint
                )),
                ..row(
                    NeedKind::PlatformHoldsAnother,
                    "The platform holds another token than the one that was delivered.",
                    "Deliver the kept token again.",
                    WatchNext::DeliverAgain,
                )
            }),
            // Where it never accepted the token there is nothing that it could have forgotten.
            (Err(platform::Error::UnknownConnection(_)), _) if known.delivery != "accepted" => {}
            (Err(platform::Error::UnknownConnection(_)), _) => self.needs.push(row(
                NeedKind::PlatformForgot,
                "The platform does not know this connection any more: it was removed there.",
                "Deliver the kept token again, or disconnect here too.",
                WatchNext::DeliverAgain,
            )),
            (Err(platform::Error::NotSignedIn(_)), _) => self.signed_out(),
            (Err(error), _) => self.untold(NeedKind::PlatformUntold, &error.problem()),
        }
    }

    /// Notes what could not be told, and why.
    fn untold(&mut self, kind: NeedKind, problem: &Problem) {
        let (who, next) = match kind {
            NeedKind::PlatformUntold => ("the platform", WatchNext::CheckAgain),
            NeedKind::VaultUntold => ("the vault", WatchNext::UnlockVault),
            _ => ("Cloudflare", WatchNext::CheckAgain),
        };
        self.untold.push(Need {
            kind,
            message: format!("Could not ask {who}. {}", problem.message),
            hint: problem.hint.clone(),
            next,
            evidence: problem.evidence.clone(),
        });
    }
}

/// Why a token that Cloudflare knows does not work.
fn dead(verified: &Verified) -> Option<Need> {
    let (kind, message, hint, next) = match &verified.status {
        TokenStatus::Disabled => (
            NeedKind::TokenDisabled,
            "The token is switched off at Cloudflare.".to_owned(),
            "Switch it on in Cloudflare's list of tokens, or rotate it.",
            WatchNext::OpenTokenList,
        ),
        TokenStatus::Exposed => (
            NeedKind::TokenExposed,
            "Cloudflare found the token in public and revoked it.".to_owned(),
            "Find out how it got out, then rotate it.",
            WatchNext::Rotate,
        ),
        TokenStatus::Expired => (
            NeedKind::TokenExpired,
            "The token's time is over, so the platform cannot use it any more.".to_owned(),
            "Rotate it: a new token takes its place.",
            WatchNext::Rotate,
        ),
        // Whatever this computer's clock says: Cloudflare decides what it takes.
        TokenStatus::Active => return None,
        TokenStatus::Other(word) => (
            NeedKind::TokenInactive,
            format!("The token is not active: Cloudflare calls it \"{word}\"."),
            "Look at it in Cloudflare's list of tokens.",
            WatchNext::OpenTokenList,
        ),
    };
    Some(row(kind, &message, hint, next))
}

/// The policies that the token reads of itself, against those that it was made with.
fn of_policy(known: &Connection, own: &Token) -> Option<Need> {
    type Line = (String, String, String);
    let made: BTreeSet<Line> = granted(known)
        .into_iter()
        .map(|grant| (grant.group, grant.scope, grant.resource))
        .collect();
    let told = grants(&own.policies, &Catalogue::default());
    let denies = told.iter().any(|grant| grant.effect != PolicyEffect::Allow);
    let now: BTreeSet<Line> = told
        .into_iter()
        .filter(|grant| grant.effect == PolicyEffect::Allow)
        .map(|grant| (grant.group, grant.scope.word().to_owned(), grant.resource))
        .collect();
    let list = |lines: Vec<&Line>| {
        let lines: Vec<String> = lines
            .into_iter()
            .map(|(group, _, resource)| format!("{group} on {resource}"))
            .collect();
        lines.join(", ")
    };
    let (more, less) = (
        list(now.difference(&made).collect()),
        list(made.difference(&now).collect()),
    );
    let message = match (more.is_empty(), less.is_empty()) {
        (false, _) => "The token holds more permissions than it was made with.",
        (true, false) => "The token holds fewer permissions than it was made with.",
        (true, true) if denies => "A deny was added to the token's permissions.",
        (true, true) => return None,
    };
    Some(Need {
        evidence: Some(format!("added: {more}; taken away: {less}")),
        ..policy_changed(message)
    })
}

fn policy_changed(message: &str) -> Need {
    row(
        NeedKind::PolicyChanged,
        message,
        "Rotate it: the new token has what was agreed, and nothing else.",
        WatchNext::Rotate,
    )
}

fn tried(answers: &[Answered], verdict: Verdict) -> Vec<&Answered> {
    answers
        .iter()
        .filter(|answered| answered.verdict == verdict)
        .collect()
}

/// Whether it stays open what this question would have shown.
fn is_open(answered: &Answered, certain: bool) -> bool {
    match answered.verdict {
        Verdict::TokenUnknown => true,
        Verdict::Refused => answered.question.allowed && !certain,
        // A product that is off answers neither yes nor no to whoever should be refused, then as now.
        Verdict::Unclear => {
            let passing = |kind: &Kind| matches!(kind, Kind::RateLimited | Kind::ServerError);
            answered.question.allowed
                || answered
                    .probe
                    .as_ref()
                    .is_none_or(|probe| passing(&probe.kind))
        }
        Verdict::Allowed | Verdict::WrongAddress => false,
    }
}

fn words(answers: &[&Answered]) -> String {
    let mut words: Vec<&str> = answers.iter().map(|a| a.question.what.as_str()).collect();
    words.dedup();
    words.join(", ")
}

pub(crate) fn row(kind: NeedKind, message: &str, hint: &str, next: WatchNext) -> Need {
    Need {
        kind,
        message: message.to_owned(),
        hint: hint.to_owned(),
        next,
        evidence: None,
    }
}
