//! What a diagnosis has found out so far, and what follows for each permission.

use std::collections::HashMap;

use jiff::SignedDuration;

use super::heard::Heard;
use super::identify::Who;
use super::places::{self, Places};
use super::policy::{Held, Spot};
use super::rows::Row;
use super::story::{
    AddressCondition, Cause, CauseKind, ConnectAgain, CredentialKind, DiagnosedToken,
    PermissionNeed, PermissionState, PolicySource,
};
use super::subject::Read;
use super::wants::{Want, stem};
use super::weigh::{Clues, Finding, weigh};
use crate::cloudflare::shape::Shape;
use crate::cloudflare::{Scope, TokenKind};
use crate::proof::{Answered, Place, Question, Verdict};

/// Everything that was found out.
pub(super) struct Found {
    pub(super) read: Read,
    pub(super) who: Option<Who>,
    pub(super) places: Places,
    pub(super) held: Option<Held>,
    /// Answers to reads, by endpoint and resource.
    pub(super) reads: HashMap<(&'static str, String), Heard>,
    /// Answers to writes on nothing, by group and resource.
    pub(super) writes: HashMap<(String, String), Heard>,
    pub(super) young: bool,
    /// Cloudflare's time less ours, where it is too far off.
    pub(super) skew: Option<SignedDuration>,
    /// Why nothing could be asked, or the token cannot be used.
    pub(super) stopped: Option<Cause>,
    pub(super) notices: Vec<String>,
}

impl Found {
    /// Notes answers.
    pub(super) fn note(&mut self, answers: &[Answered]) {
        for answered in answers {
            self.reads
                .insert(key(&answered.question), Heard::answered(answered));
        }
    }

    /// Lists that were asked for anyway are answers to the questions about them.
    pub(super) fn told_by_lists(&mut self, who: &Who) {
        let seen = &who.seen;
        let mut put = |id: &'static str, resource: &str, heard: Heard| {
            self.reads.insert((id, resource.to_owned()), heard);
        };
        if let Some(list) = &seen.user_tokens {
            put("user-tokens", "", Heard::listed("GET /user/tokens", list));
        }
        if let (Some(list), Some(account)) = (&seen.account_tokens, &self.places.account) {
            let endpoint = "GET /accounts/{account}/tokens";
            put("account-tokens", account, Heard::listed(endpoint, list));
        }
        let Some(zones) = &seen.zones else { return };
        for zone in &self.places.zones {
            let mut heard = Heard::listed("GET /zones", zones);
            if let Ok(list) = zones
                && !list.iter().any(|one| one.id == *zone)
            {
                // A full page does not tell what comes after it: then the zone itself is asked.
                if !places::leaves_out(&places::zones_seen(seen).unwrap_or_default(), zone) {
                    continue;
                }
                heard.verdict = Verdict::Refused;
            }
            self.reads.insert((ZONES, zone.clone()), heard);
        }
    }

    /// Whether a list that is asked for anyway tells, or will tell once it has come.
    pub(super) fn is_listed(&self, want: &Want, endpoint: &str, resource: &str) -> bool {
        let listed = match &self.who {
            None => true,
            Some(who) if endpoint == "user-tokens" => who.seen.user_tokens.is_some(),
            Some(who) if endpoint == "account-tokens" => who.seen.account_tokens.is_some(),
            Some(_) => self.heard(want, resource).is_some(),
        };
        listed && (told_as_zone(want) || matches!(endpoint, "user-tokens" | "account-tokens"))
    }

    /// A permission on one account or zone, with what follows from all that is known; `fresh` is an answer that was not
    /// noted yet.
    pub(super) fn row<'f>(
        &'f self,
        want: &'f Want,
        resource: String,
        fresh: Option<&'f Heard>,
    ) -> Row<'f> {
        let heard = fresh.or_else(|| self.heard(want, &resource));
        let write = self
            .writes
            .get(&(want.group().to_owned(), resource.clone()));
        let spot = Spot {
            account: self.places.account.as_deref(),
            zone: Some(resource.as_str())
                .filter(|id| *want.scope() == Scope::Zone && !id.is_empty()),
        };
        let who = self.who.as_ref();
        let reached = self.reads.iter().any(|((_, at), heard)| {
            *at == resource && !resource.is_empty() && heard.verdict == Verdict::Allowed
        });
        let clues = Clues {
            want,
            kind: who
                .and_then(|who| who.kind)
                .filter(|_| self.read.shape != Shape::GlobalKey),
            policy: self.held.as_ref().map(|held| held.on(want, spot)),
            read: heard,
            write,
            alone: told_as_zone(want) || want.is_shown_alone(),
            young: self.young,
            reached,
            out_of_reach: who.and_then(|who| out_of_reach(who, want, &resource)),
        };
        let finding = match &self.stopped {
            Some(_) if clues.policy.is_none() => Finding {
                state: PermissionState::Unknown,
                evidence: None,
                cause: None,
                note: "Not asked: the token cannot be used, or nobody could be asked.".to_owned(),
            },
            _ if resource.is_empty() && clues.policy.is_none() && want.place() != Place::User => {
                no_place(self, want)
            }
            _ => weigh(&clues),
        };
        let resource_name = self.who.as_ref().and_then(|who| {
            let named = match want.scope() {
                Scope::Zone => self.places.zones_named(Some(&who.seen)),
                Scope::User => Vec::new(),
                _ => self
                    .places
                    .account_named(Some(&who.seen))
                    .into_iter()
                    .collect(),
            };
            let named = named.into_iter().find(|one| one.id == resource);
            named.map(|one| one.name).filter(|name| *name != resource)
        });
        Row {
            want,
            heard: write
                .filter(|heard| heard.verdict != Verdict::Unclear)
                .or(heard),
            resource,
            resource_name,
            need: PermissionNeed::Unasked,
            finding,
            write,
        }
    }

    fn heard(&self, want: &Want, resource: &str) -> Option<&Heard> {
        let by_list = told_as_zone(want)
            .then(|| self.reads.get(&(ZONES, resource.to_owned())))
            .flatten();
        by_list.or_else(|| {
            let endpoint = want.endpoint?;
            self.reads.get(&(endpoint.id, resource.to_owned()))
        })
    }

    /// Who the token is.
    pub(super) fn token(&self) -> DiagnosedToken {
        let who = self.who.as_ref();
        let verified = who.and_then(|who| who.verified.as_ref());
        let listed = who.and_then(|who| who.token.as_ref());
        let kind = match self.read.shape {
            Shape::GlobalKey => CredentialKind::GlobalKey,
            Shape::OriginCaKey => CredentialKind::OriginCaKey,
            _ => match who.filter(|_| verified.is_some() || listed.is_some()) {
                None => CredentialKind::Unknown,
                Some(who) => match who.kind {
                    Some(TokenKind::User) => CredentialKind::User,
                    Some(TokenKind::Account) => CredentialKind::Account,
                    None => CredentialKind::Unknown,
                },
            },
        };
        let address_seen = self
            .stopped
            .as_ref()
            .filter(|cause| cause.kind == CauseKind::AddressBlocked)
            .and_then(|_| who?.refused.as_ref())
            .and_then(|error| match &error.kind {
                crate::cloudflare::Kind::AddressBlocked { address } => Some(address.to_string()),
                _ => None,
            });
        let addresses = listed.map(|token| {
            let limit = token.condition.as_ref().and_then(|c| c.request_ip.as_ref());
            limit.map_or_else(AddressCondition::default, |limit| AddressCondition {
                only_from: limit.within.clone(),
                not_from: limit.outside.clone(),
            })
        });
        let status = verified
            .map(|seen| &seen.status)
            .or_else(|| Some(&listed?.status));
        let until = verified
            .and_then(|seen| seen.expires_on)
            .or_else(|| listed?.expires_on);
        let from = verified
            .and_then(|seen| seen.not_before)
            .or_else(|| listed?.not_before);
        DiagnosedToken {
            kind,
            looks_like: self.read.shape.name().to_owned(),
            id: verified
                .map(|seen| seen.id.clone())
                .or_else(|| Some(listed?.id.clone())),
            name: listed.map(|token| token.name.clone()),
            status: status.map(|status| status.as_str().to_owned()),
            issued_on: listed
                .and_then(|token| token.issued_on)
                .map(|at| at.to_string()),
            expires_on: until.map(|at| at.to_string()),
            not_before: from.map(|at| at.to_string()),
            addresses,
            address_seen,
            last_four: self.read.last_four.clone(),
            fingerprint: self.read.fingerprint.clone(),
            policy: who.map_or(PolicySource::None, |who| who.policy),
        }
    }

    /// The choices with which connect makes a stored connection's token again.
    pub(super) fn connect_again(&self) -> Option<ConnectAgain> {
        let connection = self.read.connection.as_ref()?;
        Some(ConnectAgain {
            profile: connection.profile.clone(),
            choices: places::choices(connection),
        })
    }
}

/// Where the list of zones stands among the answers.
const ZONES: &str = "zones listed";

/// What an answer is noted under.
pub(super) fn key(question: &Question) -> (&'static str, String) {
    let resource = match question.endpoint.place {
        Place::User => "",
        Place::Account | Place::Zone => question.path.split('/').nth(2).unwrap_or_default(),
    };
    let resource = resource.split('?').next().unwrap_or_default();
    (question.endpoint.id, resource.to_owned())
}

/// The accounts or zones that a permission is asked about; an empty one where none is known.
pub(super) fn resources(want: &Want, places: &Places) -> Vec<String> {
    match want.place() {
        Place::User => vec![String::new()],
        Place::Account => vec![places.account.clone().unwrap_or_default()],
        Place::Zone if places.zones.is_empty() => vec![String::new()],
        Place::Zone => places.zones.clone(),
    }
}

/// Zone Read and Zone Write open the list of zones and nothing else does, while nearly every zone permission opens the
/// zone itself.
fn told_as_zone(want: &Want) -> bool {
    *want.scope() == Scope::Zone && stem(want.group()) == "Zone"
}

/// What is wrong where lists show that the token does not reach this account or zone.
fn out_of_reach(who: &Who, want: &Want, resource: &str) -> Option<CauseKind> {
    let seen = &who.seen;
    match want.scope() {
        Scope::Account if matches!(seen.accounts, Some(Ok(_))) => {
            let accounts = places::accounts_seen(seen);
            if accounts.is_empty() {
                Some(CauseKind::NoAccountVisible)
            } else {
                places::leaves_out(&accounts, resource).then_some(CauseKind::WrongAccount)
            }
        }
        Scope::Zone => {
            let zones = places::zones_seen(seen)?;
            (!zones.is_empty() && places::leaves_out(&zones, resource))
                .then_some(CauseKind::WrongZone)
        }
        _ => None,
    }
}

/// What follows where nobody knows which account or zone is meant.
fn no_place(found: &Found, want: &Want) -> Finding {
    let finding = |state, cause, note: &str| Finding {
        state,
        evidence: None,
        cause,
        note: note.to_owned(),
    };
    let unknown = PermissionState::Unknown;
    if *want.scope() == Scope::Zone {
        return finding(
            unknown,
            Some(CauseKind::ZoneNotNamed),
            "Not asked: no zone was named, and the token lists none.",
        );
    }
    let accounts = found
        .who
        .as_ref()
        .and_then(|who| who.seen.accounts.as_ref());
    match accounts {
        Some(Ok(none)) if none.is_empty() => finding(
            PermissionState::Missing,
            Some(CauseKind::NoAccountVisible),
            "The token sees no account.",
        ),
        Some(Ok(_)) => finding(
            unknown,
            Some(CauseKind::AccountNotNamed),
            "Not asked: no account was named.",
        ),
        _ => finding(
            unknown,
            None,
            "Not asked: no account was named, and the list was not given.",
        ),
    }
}
