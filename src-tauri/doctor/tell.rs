//! From what was found to what is told.

use std::time::Instant;

use super::causes::Facts;
use super::examine::{Exam, millis};
use super::found::Found;
use super::identify::until;
use super::policy::{Holding, Spot, id_of};
use super::rows::{self, Row, number};
use super::story::{
    Cause, CauseKind, Diagnosis, DoctorCall, Evidence, Named, PermissionNeed, PermissionState,
    Tally,
};
use super::wants::Want;
use super::weigh::Finding;
use super::{fix, places};
use crate::cloudflare::{Scope, TokenKind, token_page};
use crate::problem::Problem;
use crate::random;

impl Exam<'_> {
    /// Puts the diagnosis together.
    pub(super) fn tell(&self, found: &Found) -> Result<Diagnosis, Problem> {
        let beyond = self.beyond(found);
        let mut rows = self.rows(found, None);
        if self.profile.is_none() {
            // Nobody asked for anything: only what is there is worth a row.
            let by_policy = found.held.is_some();
            rows.retain(|row| !by_policy && row.finding.state == PermissionState::Granted);
        }
        // What somebody decided against and the token lacks is no row at all.
        rows.retain(|row| {
            row.need != PermissionNeed::Unasked
                || self.said(found).is_none()
                || row.finding.state == PermissionState::Excess
        });
        rows.extend(
            beyond
                .iter()
                .map(|(want, resources)| self.extra(want, resources)),
        );
        if found.stopped.is_none() {
            put_together(&mut rows, found);
        }
        let tally = rows::tally(&rows);
        let causes = self.causes(found, &rows);
        let (fix_rows, fix_link) = self.fix(found, &rows, &causes);
        let exit = self.exit(found, &tally, &causes);
        let headline = match &found.stopped {
            Some(cause) => cause.kind.headline().to_owned(),
            None if self.profile.is_none() => rows::found(rows.len()),
            None => rows::headline(&tally),
        };
        let seen = found.who.as_ref().map(|who| &who.seen);
        let ended = Instant::now();
        let span = self.app.calls.span(self.began, ended);
        Ok(Diagnosis {
            run: random::word::<10>().map_err(random::NoRandomness::problem)?,
            at: self.now().to_string(),
            headline,
            score: tally,
            token: found.token(),
            connection: found.read.connection.as_ref().map(|known| known.id.clone()),
            profile: self.profile.as_ref().map(|profile| Named {
                id: profile.id.clone(),
                name: profile.name.clone(),
            }),
            account: found.places.account_named(seen),
            zones: found.places.zones_named(seen),
            accounts_seen: seen.map(places::accounts_seen).unwrap_or_default(),
            permissions: rows.iter().map(Row::told).collect(),
            causes,
            fix_link,
            fix_rows,
            connect_again: found.connect_again().filter(|again| {
                let own = self
                    .profile
                    .as_ref()
                    .is_some_and(|own| own.id == again.profile);
                exit == 2 || (exit != 0 && own && found.stopped.is_none())
            }),
            notices: self.notices(found, &rows),
            options: self.options.clone(),
            exit,
            rounds: number(span.rounds),
            elapsed_ms: millis(span.elapsed),
            calls: self.calls(ended),
        })
    }

    /// What the policies grant beyond what was asked, as far as they can be read.
    fn beyond(&self, found: &Found) -> Vec<(Want, Vec<String>)> {
        let Some(held) = &found.held else {
            return Vec::new();
        };
        let asked: Vec<(String, Scope)> = match &self.profile {
            Some(_) => self
                .wants
                .iter()
                .map(|want| (want.group().to_owned(), want.scope().clone()))
                .collect(),
            None => Vec::new(),
        };
        let beyond = held.beyond(&asked).into_iter();
        beyond
            .map(|(group, scope, resources)| {
                let want = Want {
                    row: token_page::row(&group, &scope),
                    why: String::new(),
                    creates: None,
                    need: None,
                    accepts: Vec::new(),
                    kinds: Vec::new(),
                    endpoint: None,
                };
                (want, resources)
            })
            .collect()
    }

    fn extra<'f>(&self, want: &'f Want, resources: &[String]) -> Row<'f> {
        let ids: Vec<&str> = resources.iter().map(|resource| id_of(resource)).collect();
        let id = match ids.as_slice() {
            [only] if *only != "*" => (*only).to_owned(),
            _ => String::new(),
        };
        Row {
            want,
            resource: id,
            resource_name: None,
            need: PermissionNeed::Unasked,
            finding: Finding {
                state: match &self.profile {
                    Some(_) => PermissionState::Excess,
                    None => PermissionState::Granted,
                },
                evidence: Some(Evidence::Policy),
                cause: None,
                note: format!("The policy grants it on {}.", resources.join(", ")),
            },
            heard: None,
            write: None,
        }
    }

    fn causes(&self, found: &Found, rows: &[Row<'_>]) -> Vec<Cause> {
        let mut causes: Vec<Cause> = found.stopped.iter().cloned().collect();
        if let Some(skew) = found.skew {
            let minutes = skew.as_mins().abs();
            let way = if skew.is_positive() { "slow" } else { "fast" };
            let facts = Facts {
                when: format!("it is {minutes} minutes {way} by Cloudflare's"),
                ..Facts::default()
            };
            causes.push(facts.cause(CauseKind::ClockWrong));
        }
        causes.extend(self.wrong_kind(found));
        let told = rows::causes(rows, |kind, row| self.facts(found, kind, row));
        // Of a token that cannot be used at all, what its policies lack is worth telling only after that.
        causes.extend(told);
        causes.sort_by_key(|cause| {
            found
                .stopped
                .as_ref()
                .is_none_or(|first| first.kind != cause.kind)
        });
        causes
    }

    /// A kind of token that the profile does not take.
    fn wrong_kind(&self, found: &Found) -> Option<Cause> {
        let profile = self.profile.as_ref()?;
        let who = found.who.as_ref()?;
        who.verified.as_ref()?;
        let kind = who.kind?;
        if profile.tokens.kinds.contains(&kind) {
            return None;
        }
        let facts = Facts {
            words: format!(
                "{} takes another kind. {}",
                profile.name,
                profile.tokens.why.as_deref().unwrap_or_default()
            )
            .trim_end_matches([' ', '.'])
            .to_owned(),
            ..Facts::default()
        };
        Some(facts.cause(match kind {
            TokenKind::Account => CauseKind::AccountTokenAsUser,
            TokenKind::User => CauseKind::UserTokenAsAccount,
        }))
    }

    /// What a sentence about a row's cause can name.
    fn facts(&self, found: &Found, kind: CauseKind, row: &Row<'_>) -> Facts {
        let seen = found.who.as_ref().map(|who| &who.seen);
        let listed = |named: Vec<Named>| -> String {
            let mut names: Vec<String> = named
                .iter()
                .take(3)
                .map(|one| format!("{} ({})", one.name, one.id))
                .collect();
            if named.len() > names.len() {
                names.push(format!("{} more", named.len() - names.len()));
            }
            names.join(", ")
        };
        let by_policy = || {
            let spot = Spot {
                account: found.places.account.as_deref(),
                zone: Some(row.resource.as_str()).filter(|_| *row.want.scope() == Scope::Zone),
            };
            match found.held.as_ref()?.on(row.want, spot) {
                Holding::Elsewhere(resources) => {
                    let ids: Vec<&str> = resources.iter().map(|resource| id_of(resource)).collect();
                    Some(ids.join(", "))
                }
                _ => None,
            }
        };
        let accounts = seen.map(places::accounts_seen).unwrap_or_default();
        let instead = match kind {
            CauseKind::WrongAccount => by_policy().unwrap_or_else(|| listed(accounts)),
            CauseKind::WrongZone => by_policy()
                .unwrap_or_else(|| listed(seen.and_then(places::zones_seen).unwrap_or_default())),
            CauseKind::AccountNotNamed => listed(accounts),
            _ => String::new(),
        };
        let heard = row.heard;
        Facts {
            groups: Vec::new(),
            place: row
                .resource_name
                .clone()
                .unwrap_or_else(|| row.resource.clone()),
            instead,
            when: heard
                .and_then(|heard| Some(until(self.now(), heard.retry_after?)))
                .unwrap_or_default(),
            words: heard
                .and_then(|heard| heard.message.clone())
                .map(|words| words.trim_end_matches('.').to_owned())
                .unwrap_or_default(),
            evidence: heard.map(super::heard::Heard::seen),
            ..Facts::default()
        }
    }

    fn fix(
        &self,
        found: &Found,
        rows: &[Row<'_>],
        causes: &[Cause],
    ) -> (Vec<super::story::FixRow>, Option<String>) {
        let Some(profile) = &self.profile else {
            return (Vec::new(), None);
        };
        // A token that is dead is made again, with everything.
        let dead = found.stopped.as_ref().is_some_and(|cause| {
            cause.kind.spoils_the_token() && cause.kind != CauseKind::AddressBlocked
        });
        let other_kind = causes.iter().find_map(|cause| match cause.kind {
            CauseKind::AccountTokenAsUser => Some(TokenKind::User),
            CauseKind::UserTokenAsAccount => Some(TokenKind::Account),
            _ => None,
        });
        let wanted: Vec<&Row<'_>> = rows
            .iter()
            .filter(|row| row.counts())
            .filter(|row| dead || other_kind.is_some() || row.state() == PermissionState::Missing)
            .filter(|row| row.finding.cause != Some(CauseKind::RoleTooSmall))
            .collect();
        let kind = other_kind
            .or_else(|| found.who.as_ref().and_then(|who| who.kind))
            .or_else(|| profile.tokens.kinds.first().copied())
            .unwrap_or(TokenKind::User);
        let link = fix::link(
            &fix::Page {
                dashboard: &self.app.addresses.dashboard,
                kind,
                name: &format!("{} (mended)", profile.name),
                account: found.places.account.as_deref(),
                zones: &found.places.zones,
            },
            &wanted,
        );
        (fix::rows(&wanted), link)
    }

    fn exit(&self, found: &Found, tally: &Tally, causes: &[Cause]) -> u8 {
        if let Some(cause) = &found.stopped {
            return if cause.kind.spoils_the_token() { 2 } else { 3 };
        }
        let lacks = tally.missing > 0
            || causes.iter().any(|cause| {
                matches!(
                    cause.kind,
                    CauseKind::AccountTokenAsUser
                        | CauseKind::UserTokenAsAccount
                        | CauseKind::ProductRefusesAccountTokens
                )
            });
        let open = tally.unknown > 0 || (self.options.strict && tally.assumed > 0);
        match (lacks, open) {
            (true, _) => 1,
            (false, true) => 3,
            (false, false) => 0,
        }
    }

    fn notices(&self, found: &Found, rows: &[Row<'_>]) -> Vec<String> {
        let mut notices = found.notices.clone();
        if let (Some(profile), None) = (&self.profile, self.said(found)) {
            let off: Vec<&str> = profile
                .conditions
                .iter()
                .filter(|condition| {
                    rows.iter().any(|row| {
                        row.need == PermissionNeed::Unasked
                            && row.want.need
                                == Some(crate::profile::Need::When(condition.id.clone()))
                    })
                })
                .map(|condition| condition.id.as_str())
                .collect();
            if !off.is_empty() {
                notices.push(format!(
                    "The token seems not to be made for: {}. If it should be, say so.",
                    off.join(", ")
                ));
            }
        }
        let refused = |row: &Row<'_>| {
            row.counts()
                && row.finding.evidence == Some(Evidence::Call)
                && row.finding.state == PermissionState::Missing
        };
        let ageless = found.held.is_none() && found.read.connection.is_none();
        if ageless && !self.options.watch && rows.iter().any(refused) {
            notices.push(
                "If the token was made or changed within the last minute, some services may not know it yet: let \
                 Narrows wait for it before believing what is missing."
                    .to_owned(),
            );
        }
        if found.held.is_none() && found.stopped.is_none() {
            notices.push(
                "Its policies could not be read, so what it can do beyond this is not known. A second credential that \
                 may read the list of tokens shows them."
                    .to_owned(),
            );
        }
        notices
    }

    fn calls(&self, until: Instant) -> Vec<DoctorCall> {
        let mut calls: Vec<_> = self
            .app
            .calls
            .all()
            .into_iter()
            .filter(|call| call.began >= self.began && call.ended <= until)
            .collect();
        calls.sort_by_key(|call| call.began);
        calls
            .iter()
            .map(|call| DoctorCall {
                label: call.label.to_owned(),
                began_ms: millis(call.began.saturating_duration_since(self.began)),
                took_ms: millis(call.ended.saturating_duration_since(call.began)),
                http_status: call.status,
            })
            .collect()
    }
}

/// What only all rows together show: a token that holds nothing, and a zone that it does not reach at all.
fn put_together(rows: &mut [Row<'_>], found: &Found) {
    let lacking =
        |row: &Row<'_>| row.counts() && row.finding.cause == Some(CauseKind::GroupMissing);
    let counted = rows.iter().filter(|row| row.counts()).count();
    let held = found.held.as_ref().map(super::policy::Held::is_empty);
    // One that is missing is a missing permission, unless the policy shows that there is nothing else either.
    if (counted > 1 || held == Some(true)) && rows.iter().filter(|row| row.counts()).all(lacking) {
        if held != Some(false) {
            for row in rows.iter_mut().filter(|row| row.counts()) {
                row.finding.cause = Some(CauseKind::NoPermission);
            }
        }
        return;
    }
    if found.held.is_some() {
        return;
    }
    for zone in &found.places.zones {
        let of_zone = |row: &Row<'_>| {
            row.counts() && *row.want.scope() == Scope::Zone && row.resource == *zone
        };
        let all = rows.iter().filter(|row| of_zone(row)).count();
        // One that is missing is a missing permission; if none of several is there, it is the zone.
        if all > 1 && rows.iter().filter(|row| of_zone(row)).all(lacking) {
            for row in rows.iter_mut().filter(|row| of_zone(row)) {
                row.finding.cause = Some(CauseKind::WrongZone);
            }
        }
    }
}
