//! `narrows orphans`.

use narrows_core::problem::Problem;
use narrows_core::run::App;
use narrows_core::story::{Orphan, Orphans as Found, Swept};
use narrows_core::sweep::Sweep;
use serde_json::json;

use super::args::Orphans;
use super::disconnect::{broad_wish, inspect, interruptible, pasted};
use super::{ask, exit, print};

/// Lists tokens that nothing uses, and deletes those that are named.
pub(crate) async fn orphans(app: &App, wanted: Orphans) -> Result<u8, Problem> {
    let json = wanted.output.json;
    let mut sweep = Sweep::begin(app)?;
    let found = interruptible(look(&mut sweep, wanted.account.as_deref())).await?;
    if !json {
        list(&found);
    }
    let all = || {
        found
            .orphans
            .iter()
            .map(|one| one.token_id.clone())
            .collect()
    };
    let chosen: Vec<String> = if wanted.delete_all {
        all()
    } else if !wanted.delete.is_empty() {
        wanted.delete
    } else if !json
        && !found.orphans.is_empty()
        && ask::at_terminal()
        && ask::yes("Delete all of these?").await?
    {
        all()
    } else {
        Vec::new()
    };
    let swept = sweep
        .delete(&chosen, broad_wish(wanted.paste.keep_broad))
        .await?;
    if json {
        print::object(&json!({
            "quota": swept.quota.unwrap_or(found.quota),
            "orphans": found.orphans,
            "in_use": found.in_use,
            "deleted": swept.deleted,
            "left": swept.left,
            "broad": swept.broad,
        }));
    } else {
        told(&swept);
    }
    Ok(if swept.left.is_empty() {
        exit::DONE
    } else {
        exit::STOPPED
    })
}

async fn look(sweep: &mut Sweep, account: Option<&str>) -> Result<Found, Problem> {
    inspect(&mut sweep.approach, ask::token().await?, account).await?;
    sweep.orphans().await
}

fn list(found: &Found) {
    print::line(
        "Tokens",
        &format!("{} of {}", found.quota.used, found.quota.of),
    );
    print::line("In use", &found.in_use.to_string());
    if found.orphans.is_empty() {
        print::line("Unused", "none of this installation's");
    }
    for Orphan {
        token_id,
        token_name,
        status,
        age_days,
        last_used_on,
        ..
    } in &found.orphans
    {
        let age = age_days.map_or_else(
            || "of unknown age".to_owned(),
            |days| format!("{days} days old"),
        );
        let used = last_used_on.as_ref().map_or_else(
            || "never used".to_owned(),
            |last| format!("last used {last}"),
        );
        print::line(
            "Unused",
            &format!("{token_id}  {token_name}  {status}, {age}, {used}"),
        );
    }
}

fn told(swept: &Swept) {
    swept
        .deleted
        .iter()
        .for_each(|name| print::line("Deleted", name));
    swept.left.iter().for_each(|line| print::line("Left", line));
    pasted(swept.broad.as_ref());
}
