//! Asks the questions of a plan.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::judge::{Verdict, judge};
use super::plan::Question;
use crate::cloudflare::{Client, Error, Kind, Probe};

/// Answers running after which a token counts as known everywhere. A new token was seen to be accepted and refused
/// in turn for some seconds.
pub const READY_AFTER: u32 = 3;

/// Longest pause that is kept when Cloudflare asks for one.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How often and how long a question is repeated.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Wait after an answer that was not the expected one.
    pub gap: Duration,
    /// The longest time in all.
    pub bound: Duration,
    /// Questions under way at once.
    pub at_once: usize,
}

impl Default for Pace {
    /// A quarter of a second between tries and fifteen seconds in all: some products were seen to refuse a new
    /// token for six.
    fn default() -> Self {
        Self {
            gap: Duration::from_millis(250),
            bound: Duration::from_secs(15),
            at_once: 24,
        }
    }
}

/// A question with what was answered last.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The question.
    pub question: Question,
    /// What the answer means.
    pub verdict: Verdict,
    /// The answer; nothing where none came.
    pub probe: Option<Probe>,
    /// Why no answer came.
    pub error: Option<Box<Error>>,
    /// How often it was asked.
    pub tries: u32,
}

impl Answered {
    /// Whether the answer was the expected one.
    pub fn proved(&self) -> bool {
        match self.verdict {
            Verdict::Allowed => self.question.allowed,
            Verdict::Refused => !self.question.allowed,
            Verdict::WrongAddress | Verdict::TokenUnknown | Verdict::Unclear => false,
        }
    }

    /// What was seen, in one line, for an expert.
    pub fn evidence(&self) -> String {
        let shown = self.question.endpoint.shown;
        match (&self.probe, &self.error) {
            (Some(probe), _) => probe.evidence(shown),
            (None, Some(error)) => error.evidence(),
            (None, None) => format!("{shown}: no answer"),
        }
    }

    /// Whether Cloudflare asked for a pause and nothing else.
    pub fn throttled(&self) -> bool {
        self.probe
            .as_ref()
            .is_some_and(|probe| probe.kind == Kind::RateLimited)
    }
}

/// How asking until ready ended.
#[derive(Clone, Debug)]
pub struct Readiness {
    /// The last answers.
    pub answers: Vec<Answered>,
    /// Whether the goal was reached.
    pub ready: bool,
    /// Whether any answer on the way was not the expected one.
    pub uneven: bool,
}

/// Asks every question once, side by side up to the pace's bound; what stayed unclear is asked twice more.
pub async fn ask_all(client: &Client, questions: &[Question], pace: Pace) -> Vec<Answered> {
    ask_each(client, questions, pace, |_| ()).await
}

/// The same, and tells of each answer as it comes.
///
/// Once Cloudflare asks for a pause that is longer than we wait, nothing more is asked: the rest stays unclear with
/// the same answer.
pub async fn ask_each(
    client: &Client,
    questions: &[Question],
    pace: Pace,
    heard: impl Fn(&Answered),
) -> Vec<Answered> {
    let mut answers: Vec<Answered> = Vec::with_capacity(questions.len());
    // Each batch is begun as a whole before any of its answers is looked at, so it takes one round.
    for batch in questions.chunks(pace.at_once.max(1)) {
        let pause = answers
            .iter()
            .find(|answered| answered.throttled())
            .cloned();
        if let Some(pause) = pause {
            answers.extend(batch.iter().map(|question| Answered {
                question: question.clone(),
                tries: 0,
                ..pause.clone()
            }));
            continue;
        }
        let asked = batch.iter().map(async |question| {
            let answered = ask_well(client, question, pace).await;
            heard(&answered);
            answered
        });
        answers.extend(join_all(asked).await);
    }
    answers
}

async fn ask_well(client: &Client, question: &Question, pace: Pace) -> Answered {
    let mut answered = ask(client, question.clone()).await;
    while answered.verdict == Verdict::Unclear
        && answered.tries < 3
        && worth_asking_again(&answered)
    {
        sleep(wait_after(&answered, pace)).await;
        let again = ask(client, answered.question.clone()).await;
        answered = Answered {
            tries: answered.tries + 1,
            ..again
        };
    }
    answered
}

/// Asks until every question has been answered as expected three times running, or the pace's bound is over.
///
/// `running` answers count as had already; asking stops as soon as `enough` are reached, and a wrong answer sends
/// the count back to nothing and the goal to three.
pub async fn ask_until_ready(
    client: &Client,
    questions: &[Question],
    mut running: u32,
    mut enough: u32,
    pace: Pace,
) -> Readiness {
    let mut uneven = false;
    let end = Instant::now() + pace.bound;
    loop {
        let answers = ask_all(client, questions, pace).await;
        let settled = answers
            .iter()
            .any(|answer| answer.verdict == Verdict::WrongAddress);
        if answers.iter().all(Answered::proved) {
            running += 1;
        } else {
            uneven = true;
            (running, enough) = (0, if running > 0 { READY_AFTER } else { enough });
        }
        if running >= enough || settled {
            return Readiness {
                answers,
                ready: running >= enough,
                uneven,
            };
        }
        if running == 0 {
            if Instant::now() + pace.gap >= end {
                return Readiness {
                    answers,
                    ready: false,
                    uneven,
                };
            }
            sleep(pace.gap).await;
        }
    }
}

async fn ask(client: &Client, question: Question) -> Answered {
    match client.probe(question.endpoint.shown, &question.path).await {
        Ok(probe) => {
            let verdict = judge(&probe.kind);
            Answered {
                question,
                verdict,
                probe: Some(probe),
                error: None,
                tries: 1,
            }
        }
        Err(error) => Answered {
            question,
            verdict: Verdict::Unclear,
            probe: None,
            error: Some(Box::new(error)),
            tries: 1,
        },
    }
}

/// A product that is off stays off; limits, faults and silence pass. A pause that is asked for is kept or, where it is
/// too long, left to the person.
fn worth_asking_again(answered: &Answered) -> bool {
    let Some(probe) = &answered.probe else {
        // What no way leads to now has none in a quarter of a second either.
        return answered
            .error
            .as_ref()
            .is_some_and(|error| error.kind != Kind::NoNetwork);
    };
    let passing =
        matches!(probe.kind, Kind::RateLimited | Kind::ServerError) || probe.code.is_none();
    passing && probe.retry_after.is_none_or(|wait| wait <= LONGEST_PAUSE)
}

fn wait_after(answered: &Answered, pace: Pace) -> Duration {
    let asked = answered.probe.as_ref().and_then(|probe| probe.retry_after);
    asked.unwrap_or(pace.gap)
}
