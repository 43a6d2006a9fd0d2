//! Two diagnoses side by side.

use super::story::{
    Cause, ComparedPermission, Comparison, DiagnosedPermission, Diagnosis, DiagnosisCard,
    FoundState,
};

/// Holds a later diagnosis against an earlier one.
pub fn compare(before: &Diagnosis, now: &Diagnosis) -> Comparison {
    let mut permissions: Vec<ComparedPermission> = now
        .permissions
        .iter()
        .map(|permission| {
            let earlier = before.permissions.iter().find(|one| same(one, permission));
            compared(permission, earlier.map(state), Some(state(permission)))
        })
        .collect();
    // What is gone stands where it stood: at the end, in its old order.
    permissions.extend(
        before
            .permissions
            .iter()
            .filter(|permission| !now.permissions.iter().any(|one| same(one, permission)))
            .map(|permission| compared(permission, Some(state(permission)), None)),
    );
    let without = |causes: &[Cause], others: &[Cause]| -> Vec<Cause> {
        causes
            .iter()
            .filter(|cause| {
                !others
                    .iter()
                    .any(|other| other.kind == cause.kind && other.groups == cause.groups)
            })
            .cloned()
            .collect()
    };
    let changed = permissions.iter().filter(|one| one.changed).count();
    let summary = match (before.headline == now.headline, changed) {
        (true, 0) => format!("Nothing changed: {}.", now.headline),
        (_, 0) => format!("{} before, {} now.", before.headline, now.headline),
        (_, 1) => format!(
            "{} before, {} now; one permission changed.",
            before.headline, now.headline
        ),
        (_, many) => format!(
            "{} before, {} now; {many} permissions changed.",
            before.headline, now.headline
        ),
    };
    Comparison {
        before: card(before),
        now: card(now),
        same_token: before.token.fingerprint == now.token.fingerprint,
        mended: without(&before.causes, &now.causes),
        appeared: without(&now.causes, &before.causes),
        permissions,
        summary: as_sentence(&summary),
    }
}

/// Headlines begin small, to stand within a sentence.
fn as_sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A diagnosis as a line of a list.
fn card(diagnosis: &Diagnosis) -> DiagnosisCard {
    DiagnosisCard {
        run: diagnosis.run.clone(),
        at: diagnosis.at.clone(),
        headline: diagnosis.headline.clone(),
        exit: diagnosis.exit,
        connection: diagnosis.connection.clone(),
        profile: diagnosis.profile.as_ref().map(|profile| profile.id.clone()),
        last_four: diagnosis.token.last_four.clone(),
    }
}

fn same(one: &DiagnosedPermission, other: &DiagnosedPermission) -> bool {
    one.group == other.group && one.scope == other.scope && one.resource == other.resource
}

fn state(permission: &DiagnosedPermission) -> FoundState {
    FoundState {
        state: permission.state,
        evidence: permission.evidence,
    }
}

fn compared(
    permission: &DiagnosedPermission,
    before: Option<FoundState>,
    now: Option<FoundState>,
) -> ComparedPermission {
    ComparedPermission {
        group: permission.group.clone(),
        scope: permission.scope.clone(),
        resource: permission.resource.clone(),
        dashboard: permission.dashboard.clone(),
        before,
        now,
        changed: before != now,
    }
}
