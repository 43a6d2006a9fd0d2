//! `narrows forget`

use narrows_core::keep::forget;
use narrows_core::problem::Problem;
use narrows_core::run::App;
use narrows_core::story::{ForgetPlan, LeftAlive};

use super::args::Forget;
use super::{ask, exit, print};

/// Says what forgetting would do, or does it.
pub(crate) async fn forget(app: &App, wanted: Forget) -> Result<u8, Problem> {
    let json = wanted.output.json;
    let plan = forget::plan(app)?;
    if wanted.plan {
        if json {
            print::object(&plan);
        } else {
            planned(&plan);
        }
        return Ok(exit::DONE);
    }
    let typed = if let Some(typed) = wanted.confirm {
        typed
    } else {
        if ask::at_terminal() {
            planned(&plan);
        }
        let question = format!("Type \"{}\" to go on:", plan.phrase);
        ask::typed(question).await?.unwrap_or_default()
    };
    let forgotten = forget::forget(app, &typed, wanted.records_anyway).await?;
    if json {
        print::object(&forgotten);
    } else {
        for name in &forgotten.deleted {
            print::line("Deleted", name);
        }
        for failed in &forgotten.failed {
            print::line(
                "Not deleted",
                &format!("{}: {}", failed.what, failed.problem),
            );
        }
        if forgotten.records_kept {
            print::line(
                "Records",
                "kept, as they alone name what could not be deleted; --records-anyway deletes them too",
            );
        }
        forgotten.alive.iter().for_each(alive);
    }
    Ok(if forgotten.complete {
        exit::DONE
    } else {
        exit::STOPPED
    })
}

fn planned(plan: &ForgetPlan) {
    for what in &plan.deletes {
        print::line("Deletes", what);
    }
    for what in &plan.stays {
        print::line("Stays", what);
    }
    plan.alive.iter().for_each(alive);
}

fn alive(left: &LeftAlive) {
    for sentence in &left.sentences {
        print::line("Lives on", &format!("{}: {sentence}", left.account_name));
    }
    print::line("", &left.token_list);
    if let Some(address) = &left.platform_address {
        print::line("", address);
    }
}
