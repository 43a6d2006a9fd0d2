//! From findings to rows, counts and causes.

use std::collections::BTreeMap;

use super::causes::Facts;
use super::heard::Heard;
use super::story::{
    Cause, CauseKind, DiagnosedPermission, Evidence, PermissionNeed, PermissionState, Tally,
};
use super::wants::Want;
use super::weigh::Finding;

/// A permission on one account or zone, with what follows for it.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    /// The permission.
    pub want: &'a Want,
    /// Account or zone id; empty for the person's own, and where none is known.
    pub resource: String,
    /// Its name.
    pub resource_name: Option<String>,
    /// When it is needed.
    pub need: PermissionNeed,
    /// What was found.
    pub finding: Finding,
    /// The answer that showed it.
    pub heard: Option<&'a Heard>,
    /// What a write on nothing was answered, where one was tried.
    pub write: Option<&'a Heard>,
}

impl Row<'_> {
    /// Whether it counts for the headline and the exit.
    pub(super) fn counts(&self) -> bool {
        matches!(
            self.need,
            PermissionNeed::Required | PermissionNeed::Condition
        )
    }

    /// What was found, in the light of whether it is needed.
    pub(super) fn state(&self) -> PermissionState {
        match (self.finding.state, self.need) {
            (
                PermissionState::Missing | PermissionState::Unknown,
                PermissionNeed::Optional | PermissionNeed::Unasked,
            ) => PermissionState::OptionalOff,
            (state, _) => state,
        }
    }

    /// The row for people.
    pub(super) fn told(&self) -> DiagnosedPermission {
        let state = self.state();
        let heard = self.heard;
        DiagnosedPermission {
            group: self.want.group().to_owned(),
            scope: self.want.scope().word().to_owned(),
            level: self.want.level().to_owned(),
            resource: self.resource.clone(),
            resource_name: self.resource_name.clone(),
            dashboard: self.want.row.dashboard.clone(),
            why: self.want.why.clone(),
            creates: self.want.creates.clone(),
            need: self.need,
            state,
            evidence: self.finding.evidence,
            endpoint: heard.map(|heard| heard.endpoint.clone()),
            http_status: heard.and_then(|heard| heard.status),
            code: heard.and_then(|heard| heard.code),
            message: heard.and_then(|heard| heard.message.clone()),
            ray: heard.and_then(|heard| heard.ray.clone()),
            note: self.finding.note.clone(),
            fix: self.fix(state),
            harmless_write: self.want.write().map(|write| write.shown.to_owned()),
        }
    }

    fn fix(&self, state: PermissionState) -> Option<String> {
        let row = &self.want.row.dashboard;
        let by_cause = || {
            let facts = Facts {
                groups: vec![self.want.group().to_owned()],
                ..Facts::default()
            };
            self.finding.cause.map(|cause| facts.cause(cause).action)
        };
        match (state, self.finding.cause) {
            (PermissionState::Missing, Some(CauseKind::GroupMissing)) => {
                Some(format!("Add the row \"{row}\" to the token."))
            }
            (PermissionState::Missing, Some(CauseKind::LevelTooLow)) => Some(format!(
                "Change the level of the row so that it reads \"{row}\"."
            )),
            (PermissionState::OptionalOff, _) if self.need == PermissionNeed::Optional => Some(
                format!("Only if it is wanted: add the row \"{row}\" to the token."),
            ),
            (PermissionState::Granted, _) if self.finding.evidence == Some(Evidence::Assumed) => {
                Some(self.to_be_certain())
            }
            (PermissionState::OptionalOff, _) => None,
            _ => by_cause(),
        }
    }

    /// What would turn an assumption into knowledge.
    fn to_be_certain(&self) -> String {
        let policy = "Only its policy tells for certain: let a second credential read it.";
        let asked = self.want.write().map(|_| self.write);
        match asked {
            Some(None) => "To know for certain, ask with harmless writes, or let a second credential read the policy.".to_owned(),
            Some(Some(_)) => format!("A harmless write was tried and told nothing. {policy}"),
            None if self.want.only_reads() => policy.to_owned(),
            None => format!("There is no harmless write for this one. {policy}"),
        }
    }
}

/// What a proved permission includes is proved with it: a Read by its Write.
pub(super) fn include(rows: &mut [Row<'_>]) {
    let proved: Vec<(String, String, Evidence)> = rows
        .iter()
        .filter(|row| row.finding.state == PermissionState::Granted)
        .filter_map(|row| {
            let evidence = row
                .finding
                .evidence
                .filter(|one| *one != Evidence::Assumed)?;
            Some((row.want.group().to_owned(), row.resource.clone(), evidence))
        })
        .collect();
    for row in rows {
        let assumed = row.finding.state == PermissionState::Granted
            && row.finding.evidence == Some(Evidence::Assumed);
        let by = proved
            .iter()
            .find(|(group, resource, _)| *resource == row.resource && row.want.is_given_by(group));
        if let (true, Some((group, _, evidence))) = (assumed, by) {
            row.finding.evidence = Some(*evidence);
            row.finding.note = format!("{group} was proved, which includes it.");
        }
    }
}

/// Counts permissions, not rows: one that is needed on two zones counts once, by its worse answer.
pub(super) fn tally(rows: &[Row<'_>]) -> Tally {
    let mut worst: BTreeMap<(&str, &str), (u8, &Row<'_>)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.counts()) {
        let badness = match (row.state(), row.finding.evidence) {
            (PermissionState::Missing, _) => 4,
            (PermissionState::NotPossible, _) => 3,
            (PermissionState::Unknown, _) => 2,
            (_, Some(Evidence::Assumed)) => 1,
            _ => 0,
        };
        let key = (row.want.group(), row.want.scope().word());
        let known = worst.entry(key).or_insert((badness, row));
        if badness > known.0 {
            *known = (badness, row);
        }
    }
    let mut tally = Tally {
        excess: number(
            rows.iter()
                .filter(|row| row.finding.state == PermissionState::Excess)
                .count(),
        ),
        ..Tally::default()
    };
    for (_, row) in worst.values() {
        tally.of += 1;
        match row.state() {
            PermissionState::Missing => tally.missing += 1,
            PermissionState::NotPossible => tally.not_possible += 1,
            PermissionState::Unknown => tally.unknown += 1,
            _ => {
                tally.granted += 1;
                tally.assumed += u32::from(row.finding.evidence == Some(Evidence::Assumed));
            }
        }
    }
    tally
}

/// The headline where nobody said what is needed.
pub(super) fn found(permissions: usize) -> String {
    match permissions {
        1 => "1 permission found".to_owned(),
        many => format!("{many} permissions found"),
    }
}

/// The headline of a token that could be asked.
pub(super) fn headline(tally: &Tally) -> String {
    use std::fmt::Write;
    let mut line = format!("{}/{}", tally.granted, tally.of);
    for (count, word) in [
        (tally.missing, "missing"),
        (tally.assumed, "assumed"),
        (tally.not_possible, "not possible"),
        (tally.unknown, "unknown"),
    ] {
        if count > 0 {
            // Writing to a string cannot fail.
            let _ = write!(line, ", {count} {word}");
        }
    }
    line
}

/// One cause for each kind and place, with all the groups that it concerns; the first to be mended first.
pub(super) fn causes(rows: &[Row<'_>], facts: impl Fn(CauseKind, &Row<'_>) -> Facts) -> Vec<Cause> {
    let mut grouped: BTreeMap<(CauseKind, String), Facts> = BTreeMap::new();
    for row in rows {
        let told = row.counts() || row.finding.cause == Some(CauseKind::ProductNotEnabled);
        let (true, Some(kind)) = (told, row.finding.cause) else {
            continue;
        };
        // A permission that is missing on two zones is missing once; a zone out of reach is named.
        let place = match kind {
            CauseKind::WrongAccount | CauseKind::WrongZone => row.resource.clone(),
            _ => String::new(),
        };
        let known = grouped
            .entry((kind, place))
            .or_insert_with(|| facts(kind, row));
        let group = row.want.group().to_owned();
        if !known.groups.contains(&group) {
            known.groups.push(group);
        }
    }
    grouped
        .into_iter()
        .map(|((kind, _), facts)| facts.cause(kind))
        .collect()
}

/// A count as it is told.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::{Scope, token_page};

    fn want(group: &str) -> Want {
        Want {
            row: token_page::row(group, &Scope::Zone),
            why: String::new(),
            creates: None,
            need: None,
            accepts: Vec::new(),
            kinds: Vec::new(),
            endpoint: None,
        }
    }

    fn row(want: &Want, need: PermissionNeed, state: PermissionState) -> Row<'_> {
        Row {
            want,
            resource: String::new(),
            resource_name: None,
            need,
            finding: Finding {
                state,
                evidence: Some(Evidence::Call),
                cause: (state == PermissionState::Missing).then_some(CauseKind::GroupMissing),
                note: String::new(),
            },
            heard: None,
            write: None,
        }
    }

    #[test]
    fn the_headline_counts_permissions_once_and_by_their_worse_answer() {
        use PermissionNeed::{Condition, Optional, Required};
        use PermissionState::{Granted, Missing, NotPossible, Unknown};
        let (dns, zone, ssl) = (want("DNS Write"), want("Zone Read"), want("Analytics Read"));
        for (rows, line) in [
            (
                vec![row(&dns, Required, Granted), row(&zone, Condition, Granted)],
                "2/2",
            ),
            (
                vec![row(&dns, Required, Granted), row(&dns, Required, Missing)],
                "0/1, 1 missing",
            ),
            (
                vec![row(&dns, Required, Granted), row(&zone, Optional, Missing)],
                "1/1",
            ),
            (
                vec![
                    row(&dns, Required, NotPossible),
                    row(&zone, Required, Unknown),
                    row(&ssl, Required, Granted),
                ],
                "1/3, 1 not possible, 1 unknown",
            ),
        ] {
            assert_eq!(headline(&tally(&rows)), line);
        }
        let mut assumed = row(&dns, Required, Granted);
        assumed.finding.evidence = Some(Evidence::Assumed);
        assert_eq!(headline(&tally(&[assumed])), "1/1, 1 assumed");
    }

    #[test]
    fn one_cause_names_all_the_groups_that_it_concerns() {
        let (dns, zone) = (want("DNS Write"), want("Zone Read"));
        let rows = [
            row(&dns, PermissionNeed::Required, PermissionState::Missing),
            row(&zone, PermissionNeed::Required, PermissionState::Missing),
            row(&zone, PermissionNeed::Optional, PermissionState::Missing),
        ];
        let causes = causes(&rows, |_, _| Facts::default());
        assert_eq!(causes.len(), 1, "{causes:?}");
        assert_eq!(causes[0].groups, ["DNS Write", "Zone Read"]);
        assert!(causes[0].message.contains("DNS Write and Zone Read"));
    }
}
