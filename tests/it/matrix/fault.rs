//! The fault matrix: every outside call of every flow, spoilt in every way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use narrows_core::connect::App;
use narrows_core::http::Http;
use narrows_core::proof::Pace;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::calls::{self, Call};
use super::flow::{self, Broad1, End, Flow, Kind};
use super::spoil::{Reach, Spoilt, fault};
use super::table::Table;
use super::truth;
use crate::stage::{self, Stage};

/// How long the product waits for an answer while it is spoilt. It says nothing about how long a resumed run may take.
const LIMIT: Duration = Duration::from_millis(1500);

/// Longest time that a case may take: far longer than any limit of the product.
const PATIENCE: Duration = Duration::from_secs(120);

/// Cases under way at once: they wait more than they work.
const AT_ONCE: usize = 24;

/// One cell of the matrix.
#[derive(Clone, Debug)]
struct Case {
    flow: Flow,
    kind: Kind,
    call: Call,
    /// The call's place among all calls of its flow, counted from 1.
    at: u64,
    spoilt: Spoilt,
    reach: Reach,
}

impl Case {
    fn name(&self) -> String {
        format!(
            "{} ({}), {}: {}, {}",
            self.flow.name(),
            self.kind.name(),
            self.call,
            self.spoilt,
            self.reach
        )
    }
}

/// What became of a case.
struct Found {
    first: &'static str,
    last: &'static str,
    /// Whether the fault met a call at all.
    met: bool,
    wrong: Vec<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes: `make faults`, and `make fault-matrix` for all of it"]
async fn every_call_meets_every_fault_and_nothing_is_lost() {
    let whole = std::env::var_os("NARROWS_MATRIX").is_some_and(|which| which == "whole");
    let only = std::env::var("NARROWS_CASES").unwrap_or_default();
    let began = Instant::now();
    let mut cases = Vec::new();
    for flow in Flow::ALL {
        for kind in [Kind::User, Kind::Account] {
            let calls = clean(flow, kind).await;
            println!("{} ({}): {} calls", flow.name(), kind.name(), calls.len());
            cases.extend(cells(flow, kind, &calls, whole));
        }
    }
    cases.retain(|case| case.name().contains(&only));
    let (all, mut table, mut wrong) = (cases.len(), Table::default(), Vec::new());
    let mut not_met = 0;
    let turn = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for case in cases {
        let turn = Arc::clone(&turn);
        running.spawn(async move {
            let _turn = turn.acquire_owned().await;
            let name = case.name();
            let found = tokio::spawn(tokio::time::timeout(PATIENCE, run(case.clone()))).await;
            (case, name, found)
        });
    }
    while let Some(ended) = running.join_next().await {
        let (case, name, found) = ended.expect("a case is awaited");
        if std::env::var_os("NARROWS_TELL").is_some() {
            eprintln!("{:>4} {name}", began.elapsed().as_secs());
        }
        match found {
            Ok(Err(_)) => wrong.push(format!("{name}: it hangs")),
            Ok(Ok(found)) => {
                table.count(
                    format!("{}, {}", case.flow.name(), case.spoilt),
                    format!("{} -> {}", found.first, found.last),
                );
                not_met += usize::from(!found.met);
                wrong.extend(
                    found
                        .wrong
                        .into_iter()
                        .map(|what| format!("{name}: {what}")),
                );
            }
            Err(panic) => wrong.push(format!("{name}: {panic}")),
        }
    }
    wrong.sort();
    println!("\n{table}");
    for line in &wrong {
        println!("WRONG {line}");
    }
    println!(
        "fault matrix: {all} cases in {} s, {not_met} whose call did not come about, {} wrong",
        began.elapsed().as_secs(),
        wrong.len()
    );
    assert_eq!(wrong, Vec::<String>::new(), "what must hold did not");
}

/// The calls of a flow that nothing spoils.
async fn clean(flow: Flow, kind: Kind) -> Vec<Call> {
    let (stage, broad) = set(flow, kind).await;
    let end = begin(flow, &stage.app, &broad).await;
    assert!(end.done, "{} comes through by itself: {end:?}", flow.name());
    calls::of(&stage.admin("/requests").await)
}

/// The cells of a flow. In the gate each call meets each fault at least once: the reach goes round.
fn cells(flow: Flow, kind: Kind, calls: &[Call], whole: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for (place, call) in calls.iter().enumerate() {
        for (number, spoilt) in Spoilt::ALL.into_iter().enumerate() {
            for (turn, reach) in Reach::ALL.into_iter().enumerate() {
                let due = (place + number + turn) % Reach::ALL.len() == 0;
                if !whole && (kind == Kind::Account || !due) {
                    continue;
                }
                cases.push(Case {
                    flow,
                    kind,
                    call: call.clone(),
                    at: place as u64 + 1,
                    spoilt,
                    reach,
                });
            }
        }
    }
    cases
}

/// A sandbox on which the flow can begin, and a broad token for it.
async fn set(flow: Flow, kind: Kind) -> (Stage, Broad1) {
    let stage = Stage::new().await;
    match flow {
        Flow::Connect => {}
    }
    let broad = flow::broad(&stage, &stage.app, kind).await;
    stage.tell("/reset", &json!({})).await;
    (stage, broad)
}

async fn begin(flow: Flow, app: &App, broad: &Broad1) -> End {
    match flow {
        Flow::Connect => flow::connect(app, &broad.value).await,
    }
}

async fn run(case: Case) -> Found {
    let (stage, broad) = set(case.flow, case.kind).await;
    let set = fault(&case.call, case.at, case.spoilt, case.reach, LIMIT);
    let nth = set["nth"].as_u64();
    stage.tell("/faults", &json!({ "faults": [set] })).await;
    let end = begin(case.flow, &hurried(&stage), &broad).await;
    let met = stage.admin("/faults").await["faults"][0]["seen"].as_u64() >= nth;
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let mut wrong = truth::violations(&stage, &stage.app, &broad, &end).await;

    let again = another_start(&stage);
    let first = end.word;
    let last = if end.done {
        end.word
    } else {
        let (broad, end) = resume(&stage, &again, &case, broad, &end).await;
        wrong.extend(
            truth::violations(&stage, &again, &broad, &end)
                .await
                .into_iter()
                .map(|what| format!("resumed: {what}")),
        );
        if !end.done {
            wrong.push(format!("it did not resume: {end:?}"));
        }
        end.word
    };
    if !wrong.is_empty() {
        wrong.push(format!("it had said: {end:?}"));
    }
    Found {
        first,
        last,
        met,
        wrong,
    }
}

/// What a person does next, once nothing is spoilt any more.
async fn resume(stage: &Stage, app: &App, case: &Case, broad: Broad1, end: &End) -> (Broad1, End) {
    if let Some(connection) = &end.pending {
        return (broad, flow::deliver(app, connection).await);
    }
    let lives = truth::living(stage)
        .await
        .iter()
        .any(|token| token.id == broad.id);
    let broad = if lives {
        broad
    } else {
        flow::broad(stage, app, case.kind).await
    };
    let mut resumed = begin(case.flow, app, &broad).await;
    // What was said before still stands.
    resumed.says.extend(end.says.iter().cloned());
    (broad, resumed)
}

/// The application with little patience.
fn hurried(stage: &Stage) -> App {
    let mut app = stage.app.clone();
    app.http = Http::with_limit(app.calls.clone(), LIMIT).expect("a conduit");
    app.pace = Pace {
        gap: Duration::from_millis(50),
        bound: Duration::from_secs(4),
        ..app.pace
    };
    app
}

/// The application started again on the same folder and vault.
fn another_start(stage: &Stage) -> App {
    let app = stage::app(&stage.face, stage.home.path());
    app.use_vault(stage.app.vault());
    app
}
