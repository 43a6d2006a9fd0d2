//! What Cloudflare gave against what was asked, as sets.

use crate::cloudflare::policies::grants;
use crate::cloudflare::{Catalogue, Policy, PolicyEffect};
use crate::problem::{Next, Problem};
use crate::story::Grant;

/// Compares what was granted with what was asked, as sets.
pub(crate) fn granted(
    requested: &[Grant],
    policies: &[Policy],
    catalogue: &Catalogue,
) -> Result<Vec<Grant>, Problem> {
    let found = grants(policies, catalogue);
    let only_allows = found
        .iter()
        .all(|grant| grant.effect == PolicyEffect::Allow);
    let mut granted: Vec<Grant> = found
        .into_iter()
        .map(|grant| Grant {
            scope: grant.scope.word().to_owned(),
            group: grant.group,
            resource: grant.resource,
        })
        .collect();
    granted.sort();
    if only_allows && granted == requested {
        return Ok(granted);
    }
    let list = |grants: &[Grant]| {
        grants
            .iter()
            .map(|g| format!("{} on {}", g.group, g.resource))
            .collect::<Vec<_>>()
            .join(", ")
    };
    Err(Problem::new(
        "granted-differs",
        "Cloudflare made a token with other permissions than were asked for.",
        "Try again; if it happens again, send this evidence to support.",
        Next::Retry,
    )
    .with_evidence(format!(
        "asked: {}; granted: {}",
        list(requested),
        list(&granted)
    )))
}
