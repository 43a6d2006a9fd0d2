//! Step 9: what the narrow token can do, and what it cannot.

use super::run::Run;
use crate::cloudflare::{Client, Kind, Owner, TokenStatus};
use crate::problem::{Next, Problem};
use crate::proof::{
    Answered, Pace, Plan, READY_AFTER, Readiness, Verdict, Where, ask_all, ask_until_ready, plan,
};
use crate::run::stop::{at, cancelled};
use crate::run::{Decision, Stop};
use crate::story::{Check, Expected, Grant, Score, Step, StepState};

pub(crate) fn not_settled() -> Problem {
    Problem::new(
        "answers-uneven",
        "The token works, but Cloudflare's answers to it are still uneven.",
        "Wait a minute before the first deploy.",
        Next::Home,
    )
}

/// What the first full proof found.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    /// Each question with its answer.
    pub checks: Vec<Check>,
    /// Of what it can do.
    pub can: Score,
    /// Of what it cannot.
    pub cannot: Score,
    /// Whether the project exists; nothing where it was not asked or not answered.
    pub project_exists: Option<bool>,
    /// Whether this computer's address is outside the token's own condition, so that only the platform can use it.
    pub elsewhere: bool,
}

/// Whose token is proved, and about what.
pub(crate) struct Subject<'a> {
    /// Speaks as the narrow token.
    pub client: &'a Client,
    /// The set of tokens it belongs to.
    pub owner: &'a Owner,
    /// The questions.
    pub plan: &'a Plan,
    /// Account and project to look for.
    pub project: Option<(&'a str, &'a str)>,
    /// Whether the token was limited to addresses.
    pub limited_to_addresses: bool,
}

/// Asks everything for the first time, all in one round; a token that is not known everywhere yet is asked again.
pub(crate) async fn prove(subject: &Subject<'_>, pace: Pace) -> Result<Proof, Problem> {
    let Subject {
        client,
        owner,
        plan,
        ..
    } = subject;
    let project = || async {
        let (account, name) = subject.project?;
        client
            .pages_project(account, name)
            .await
            .ok()
            .map(|found| found.is_some())
    };
    let (verified, readiness, mut cannot, mut project_exists) = tokio::join!(
        client.verify(owner),
        ask_until_ready(client, &plan.can, 0, 1, pace),
        ask_all(client, &plan.cannot, pace),
        project(),
    );
    let Readiness {
        answers: can,
        ready,
        uneven,
    } = readiness;
    let elsewhere =
        subject.limited_to_addresses && can.iter().any(|a| a.verdict == Verdict::WrongAddress);
    if !elsewhere {
        match verified {
            Ok(verified) if verified.status == TokenStatus::Active => {}
            Ok(verified) => return Err(inactive(verified.status.as_str())),
            // The real endpoints have the last word: verify may lag behind them.
            Err(_) if ready => {}
            Err(error) => return Err(error.problem()),
        }
        if !ready {
            return Err(not_ready(&can));
        }
        if uneven {
            // While the token was still spreading, a refusal proved nothing.
            (cannot, project_exists) = tokio::join!(ask_all(client, &plan.cannot, pace), project());
        }
    }
    if let Some(open) = cannot
        .iter()
        .find(|answered| answered.verdict == Verdict::Allowed)
    {
        return Err(too_wide(open));
    }
    let score = |answers: &[Answered]| Score {
        proved: count(answers.iter().filter(|answered| answered.proved()).count()),
        of: count(answers.len()),
    };
    let (can_score, cannot_score) = (score(&can), score(&cannot));
    let checks = can.into_iter().chain(cannot).map(check).collect();
    Ok(Proof {
        checks,
        can: can_score,
        cannot: cannot_score,
        project_exists,
        elsewhere,
    })
}

/// Gathers the second and the third answer running. Returns whether the token is known everywhere.
pub(crate) async fn settle(client: &Client, plan: &Plan, pace: Pace) -> bool {
    ask_until_ready(client, &plan.can, 1, READY_AFTER, pace)
        .await
        .ready
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn check(answered: Answered) -> Check {
    let proved = answered.proved();
    let Answered {
        question, probe, ..
    } = answered;
    let (http_status, code, ray) = probe.map_or((None, None, None), |probe| {
        (Some(probe.status), probe.code, probe.trail.ray)
    });
    Check {
        what: question.what,
        expected: if question.allowed {
            Expected::Allowed
        } else {
            Expected::Refused
        },
        proved,
        endpoint: question.endpoint.shown.to_owned(),
        http_status,
        code,
        ray,
    }
}

fn inactive(status: &str) -> Problem {
    Problem::new(
        "narrow-inactive",
        "Cloudflare made the narrow token, but does not call it active.",
        "Try again.",
        Next::Retry,
    )
    .with_evidence(format!("verify answered with status \"{status}\""))
}

fn not_ready(can: &[Answered]) -> Problem {
    let refused = can.iter().find(|answered| !answered.proved());
    if let Some(blocked) = refused.filter(|answered| answered.verdict == Verdict::WrongAddress) {
        return Problem::new(
            "address-blocked",
            "Cloudflare refuses the new token from this computer's address.",
            "Choose other addresses, or none, and try again.",
            Next::ChangeChoices,
        )
        .with_evidence(blocked.evidence());
    }
    if let Some(off) = refused.filter(|a| {
        a.probe
            .as_ref()
            .is_some_and(|probe| probe.kind == Kind::R2NotEnabled)
    }) {
        return Problem::new(
            "product-off",
            "R2 is not switched on for this account.",
            "Switch R2 on in Cloudflare's dashboard, then try again.",
            Next::Retry,
        )
        .with_evidence(off.evidence());
    }
    Problem::new(
        "narrow-not-ready",
        "Cloudflare made the narrow token, but its own services did not accept it in time.",
        "Wait a minute and try again.",
        Next::Retry,
    )
    .with_evidence(refused.map(Answered::evidence).unwrap_or_default())
}

fn too_wide(open: &Answered) -> Problem {
    Problem::new(
        "token-too-wide",
        format!(
            "The new token can {}, which was not asked for.",
            open.question.what
        ),
        "Nothing was delivered. Send this evidence to support before you try again.",
        Next::StartOver,
    )
    .with_evidence(open.evidence())
}

/// The questions that prove the token of `decision`; `other` is an account that it must not reach.
pub(crate) fn questions(decision: &Decision, granted: &[Grant], other: Option<&str>) -> Plan {
    let probes: Vec<&str> = decision.probes.iter().map(String::as_str).collect();
    let groups: Vec<&str> = granted.iter().map(|grant| grant.group.as_str()).collect();
    plan(
        &probes,
        &groups,
        Where {
            account: &decision.account.id,
            zones: &decision.zones,
            other_account: other,
        },
    )
}

/// Account and project to look for, where the token can see projects.
pub(crate) fn project(decision: &Decision) -> Option<(&str, &str)> {
    let uses_pages = decision
        .requested
        .iter()
        .any(|grant| grant.group.starts_with("Pages "));
    let project = decision.project.as_deref().filter(|_| uses_pages);
    project.map(|project| (decision.account.id.as_str(), project))
}

impl Run<'_> {
    /// The questions that prove the token of `decision`.
    pub(crate) fn plan(&self, decision: &Decision, granted: &[Grant]) -> Plan {
        let account = decision.account.id.as_str();
        let other = self
            .broad()
            .accounts
            .iter()
            .map(|seen| seen.id.as_str())
            .find(|id| *id != account);
        questions(decision, granted, other)
    }

    /// Asks the first full proof.
    pub(crate) async fn prove(
        &self,
        narrow: &Client,
        plan: &Plan,
        decision: &Decision,
    ) -> Result<Proof, Stop> {
        self.report.began(Step::Prove);
        let subject = Subject {
            client: narrow,
            owner: &self.broad().owner,
            plan,
            project: project(decision),
            limited_to_addresses: !decision.allow_ip.is_empty(),
        };
        // It only reads, so it can be left at any moment.
        let proof = self
            .cancel
            .run_until_cancelled(prove(&subject, self.app.pace))
            .await
            .unwrap_or_else(|| Err(cancelled()))
            .map_err(at(Step::Prove))?;
        let (can, cannot) = (proof.can, proof.cannot);
        self.journal
            .activity("prove token", &decision.new_token.name, "proved", None);
        if proof.elsewhere {
            let words = "Proved by its policy. It does not work from this computer's address, as you chose.";
            self.report.tell(Step::Prove, StepState::Warned, words);
        } else {
            self.report.done(
                Step::Prove,
                format!(
                    "Can {} of {}; cannot {} of {}.",
                    can.proved, can.of, cannot.proved, cannot.of
                ),
            );
        }
        Ok(proof)
    }
}
