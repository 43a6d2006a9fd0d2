//! `narrows resume`.

use narrows_core::problem::Problem;
use narrows_core::resume::{Resuming, left_over, retry};
use narrows_core::run::App;
use narrows_core::story::{
    BroadNeed, Ending, Fact, FactState, LeftOver, Resume as Wish, Settled, TruthState, Way,
};
use serde_json::json;

use super::args::Resume;
use super::connect::showing;
use super::disconnect::{
    STEPS, broad_wish, exit_of, inspect, interruptible, pasted, reach, truths,
};
use super::{ask, exit, print};

/// Shows what is left, or ends one run.
pub(crate) async fn resume(app: &App, wanted: Resume) -> Result<u8, Problem> {
    ask::vault(app, wanted.here.vault).await?;
    let Some(run) = wanted.run.clone() else {
        return Box::pin(all(app, wanted.here.output.json)).await;
    };
    let mut task = Resuming::begin(app, &run)?;
    let ending = match (wanted.finish, wanted.undo) {
        (true, _) => Ending::Finish,
        (_, true) => Ending::Undo,
        (false, false) => return one(&task, wanted.here.output.json).await,
    };
    interruptible(ready(&mut task, ending, &wanted)).await?;
    let (sender, shown) = showing(STEPS, wanted.here.output.json);
    let wish = Wish {
        ending,
        broad: broad_wish(wanted.paste.keep_broad),
        forget: wanted.forget,
    };
    let settled = task.settle(wish, Some(sender)).await;
    // Progress ends with the run; a fault in showing it is not the run's.
    let _ = shown.await;
    Ok(finish(&settled?, wanted.here.output.json))
}

async fn all(app: &App, json: bool) -> Result<u8, Problem> {
    Box::pin(retry(app)).await?;
    let runs = left_over(app).await?;
    if json {
        print::object(&json!({ "unfinished": runs }));
    } else if runs.is_empty() {
        print::out("Nothing is left over.");
    } else {
        runs.iter().for_each(told);
    }
    Ok(if runs.is_empty() {
        exit::DONE
    } else {
        exit::STOPPED
    })
}

async fn one(task: &Resuming, json: bool) -> Result<u8, Problem> {
    let left = task.stands().await?;
    if json {
        print::object(&left);
    } else {
        told(&left);
    }
    Ok(exit::STOPPED)
}

/// Signs in where that is needed, and takes a one-time token where one helps.
async fn ready(task: &mut Resuming, ending: Ending, wanted: &Resume) -> Result<(), Problem> {
    reach(&mut task.approach).await?;
    let left = task.stands().await?;
    let way = match ending {
        Ending::Finish => left.finish,
        Ending::Undo => left.undo,
    };
    let need = way.map_or(BroadNeed::No, |way| way.broad);
    let token = match need {
        _ if wanted.no_revoke => None,
        BroadNeed::No => None,
        BroadNeed::Better => ask::token_if_any().await?,
        BroadNeed::Must => Some(ask::token().await?),
    };
    match token {
        Some(token) => inspect(&mut task.approach, token, None).await,
        None => Ok(()),
    }
}

fn finish(settled: &Settled, json: bool) -> u8 {
    if json {
        print::object(settled);
    } else {
        match &settled.truths {
            Some(found) => truths(found, "Platform"),
            None => settled
                .done
                .iter()
                .for_each(|line| print::line("Done", line)),
        }
        pasted(settled.broad.as_ref());
        if settled.truths.is_none() {
            settled
                .stands
                .iter()
                .for_each(|line| print::line("Stands", line));
        }
        let open = |found: &narrows_core::story::Truths| found.cloudflare.state == TruthState::Open;
        if let (true, Some(name)) = (
            settled.truths.as_ref().is_some_and(open),
            &settled.token_name,
        ) {
            print::line("Token", name);
            print::line("Delete it at", &settled.token_list);
        }
        print::out(if settled.ended { "ended" } else { "open" });
    }
    if let Some(problem) = &settled.problem {
        print::problem(problem, json);
        return exit::of(problem);
    }
    settled.truths.as_ref().map_or(exit::DONE, exit_of)
}

fn told(left: &LeftOver) {
    print::out(&left.run);
    print::line("What", &left.headline);
    print::line("Began", &left.began_on);
    if let Some(account) = &left.account_name {
        print::line("Account", account);
    }
    for Fact {
        state, sentence, ..
    } in &left.facts
    {
        let word = match state {
            FactState::There => "There",
            FactState::Gone => "Gone",
            FactState::Unknown => "Not known",
        };
        print::line(word, sentence);
    }
    for (option, way) in [("--finish", &left.finish), ("--undo", &left.undo)] {
        let Some(Way {
            does,
            broad,
            sign_in,
        }) = way
        else {
            continue;
        };
        for line in does {
            print::line(option, line);
        }
        if *sign_in {
            print::line("", "Needs you to sign in at the platform.");
        }
        match broad {
            BroadNeed::No => {}
            BroadNeed::Better => print::line("", "Better with a one-time token."),
            BroadNeed::Must => print::line("", "Needs a one-time token."),
        }
    }
}
