//! The fault matrix: every outside call of every flow, spoilt in every way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use narrows_core::http::Http;
use narrows_core::proof::Pace;
use narrows_core::record::Connection;
use narrows_core::run::App;
use narrows_core::story::Ending;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::calls::{self, Call};
use super::flow::{self, End, Flow, Kind, OneTime};
use super::spoil::{Reach, Spoilt, fault};
use super::table::Table;
use super::truth::{DEAD_VALUE, Keeper, World};
use crate::stage::{self, Stage};

/// How long the product waits for an answer while it is spoilt. It says nothing about how long a resumed run may take.
const LIMIT: Duration = Duration::from_secs(1);

/// Longest time that a case may take: far longer than any limit of the product.
const PATIENCE: Duration = Duration::from_mins(4);

/// Cases under way at once: they wait more than they work.
const AT_ONCE: usize = 48;

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
        let (flow, kind) = (self.flow.name(), self.kind.name());
        let Self {
            call,
            spoilt,
            reach,
            ..
        } = self;
        format!("{flow} ({kind}), {call}: {spoilt}, {reach}")
    }
}

/// What became of a case.
struct Found {
    first: &'static str,
    then: Vec<&'static str>,
    /// Whether the fault met a call at all: which call is the n-th may differ where several go out side by side.
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
        for kind in Kind::ALL {
            if whole || kind == Kind::User {
                let calls = Box::pin(clean(flow, kind)).await;
                println!("{} ({}): {} calls", flow.name(), kind.name(), calls.len());
                cases.extend(cells(flow, kind, &calls, whole));
            }
        }
    }
    cases.retain(|case| case.name().contains(&only));
    let all = cases.len();
    let (mut table, mut wrong) = (Table::default(), Vec::new());
    let mut missed: BTreeMap<String, usize> = BTreeMap::new();
    let turn = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for case in cases {
        let turn = Arc::clone(&turn);
        running.spawn(async move {
            let _turn = turn.acquire_owned().await;
            let began = Instant::now();
            let found = tokio::spawn(timeout(PATIENCE, run(case.clone()))).await;
            (case, began.elapsed(), found)
        });
    }
    while let Some(ended) = running.join_next().await {
        let (case, took, found) = ended.expect("a case is awaited");
        let name = case.name();
        if std::env::var_os("NARROWS_TELL").is_some() {
            eprintln!(
                "{:>4} +{:<3} {name}",
                began.elapsed().as_secs(),
                took.as_secs()
            );
        }
        match found {
            Ok(Ok(found)) => {
                let row = format!("{}, {}", case.flow.name(), case.spoilt);
                let mut way = vec![found.first];
                way.extend(found.then);
                table.count(row, way.join(" > "));
                let call = format!("{} ({}), {}", case.flow.name(), case.kind.name(), case.call);
                *missed.entry(call).or_default() += usize::from(!found.met);
                wrong.extend(
                    found
                        .wrong
                        .into_iter()
                        .map(|what| format!("{name}: {what}")),
                );
            }
            Ok(Err(_)) => wrong.push(format!("{name}: it hangs")),
            Err(panic) => wrong.push(format!("{name}: {panic}")),
        }
    }
    let not_met: usize = missed.values().sum();
    // Which call is the n-th may differ where several go out side by side; but none may be missed by every fault.
    if only.is_empty() {
        let each = if whole {
            Spoilt::ALL.len() * Reach::ALL.len()
        } else {
            Spoilt::ALL.len()
        };
        let never = missed.iter().filter(|(_, times)| **times >= each);
        wrong.extend(never.map(|(call, _)| format!("{call}: no fault ever met it")));
    }
    missed.retain(|_, times| *times > 0);
    for (call, times) in &missed {
        println!("{times} times not come about: {call}");
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
    assert!(wrong.is_empty(), "what must hold did not, see above");
}

/// The calls of a flow that nothing spoils.
async fn clean(flow: Flow, kind: Kind) -> Vec<(u64, Call)> {
    let (stage, paste) = set(flow, kind).await;
    let old = connection(&stage.app);
    let end = flow::go(flow, &stage.app, &paste.value).await;
    assert!(
        end.word == flow.well() && (flow == Flow::Leave || reached(flow, &stage.app, old.as_ref())),
        "{} comes through by itself: {end:?}",
        flow.name()
    );
    let mut calls: Vec<_> = (1..)
        .zip(calls::of(&stage.admin("/requests").await))
        .collect();
    calls.retain(|(_, call)| !flow.has_keys() || is_about_keys(call));
    calls
}

/// Whether a call is about a token of its own beside the narrow one: its making, its way to the platform, and the end of
/// the one before.
fn is_about_keys(call: &Call) -> bool {
    let second = call.path.contains("/tokens") && call.nth == 2;
    let changes = matches!(call.method.as_str(), "POST" | "DELETE");
    call.path.contains("/extras/") || second && changes
}

/// The cells of a flow. In the gate each call meets each fault once, and the reach goes round.
fn cells(flow: Flow, kind: Kind, calls: &[(u64, Call)], whole: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for (place, (at, call)) in calls.iter().enumerate() {
        for (number, spoilt) in Spoilt::ALL.into_iter().enumerate() {
            for (turn, reach) in Reach::ALL.into_iter().enumerate() {
                if whole || (place + number) % Reach::ALL.len() == turn {
                    cases.push(Case {
                        flow,
                        kind,
                        call: call.clone(),
                        at: *at,
                        spoilt,
                        reach,
                    });
                }
            }
        }
    }
    cases
}

/// A sandbox on which the flow can begin, and a token to be pasted into it.
async fn set(flow: Flow, kind: Kind) -> (Stage, OneTime) {
    let stage = Stage::new().await;
    if let Some(before) = flow.before() {
        let paste = flow::one_time(&stage, &stage.app, kind).await;
        let end = flow::go(before, &stage.app, &paste.value).await;
        assert_eq!(
            end.word, "connected",
            "there is something to begin with: {end:?}"
        );
    }
    let paste = flow::one_time(&stage, &stage.app, kind).await;
    stage.tell("/reset", &json!({})).await;
    (stage, paste)
}

/// The connection, where there is one.
fn connection(app: &App) -> Option<Connection> {
    let known = app.record.connections().expect("the connections");
    known.into_iter().next()
}

/// Whether what the flow is for has come about.
fn reached(flow: Flow, app: &App, old: Option<&Connection>) -> bool {
    let open = app.record.unfinished().expect("the open runs");
    let known = app.record.connections().expect("the connections");
    let held = known.len() == 1 && known[0].delivery == "accepted";
    open.is_empty()
        && match flow {
            Flow::Connect | Flow::Keys => held,
            Flow::Rotate | Flow::Renew => {
                held && old.is_some_and(|old| old.token_id != known[0].token_id)
            }
            Flow::Roll => held && old.is_some_and(|old| old.fingerprint != known[0].fingerprint),
            Flow::Disconnect | Flow::Leave => known.is_empty(),
        }
}

/// Runs a case, with more patience where its call did not come about: on a slow machine a short limit may end a run
/// before it.
async fn run(case: Case) -> Found {
    let mut wrong = Vec::new();
    for patience in [1, 3] {
        let mut found = Box::pin(once(&case, LIMIT * patience)).await;
        wrong.append(&mut found.wrong);
        if found.met || patience > 1 {
            return Found { wrong, ..found };
        }
    }
    unreachable!("the last try returns")
}

async fn once(case: &Case, limit: Duration) -> Found {
    let (stage, paste) = set(case.flow, case.kind).await;
    let old = connection(&stage.app);
    let set = fault(&case.call, case.at, case.spoilt, case.reach, limit);
    let nth = set["nth"].as_u64();
    stage.tell("/faults", &json!({ "faults": [set] })).await;
    let end = flow::go(case.flow, &hurried(&stage, limit), &paste.value).await;
    let met = stage.admin("/faults").await["faults"][0]["seen"].as_u64() >= nth;
    stage.tell("/faults", &json!({ "faults": [] })).await;

    let app = another_start(&stage);
    let world = World {
        stage: &stage,
        app: &app,
        keeper: Keeper::Memory,
    };
    let mut wrong = world.wrong(&end.says).await;
    // An answer to a roll that is lost takes the new value with it.
    wrong.retain(|line| case.flow != Flow::Roll || !line.ends_with(DEAD_VALUE));
    if case.flow.pastes() {
        wrong.extend(of_paste(&world, &paste, &end).await);
    }
    if let Some(old) = old.as_ref().filter(|_| case.flow == Flow::Rotate) {
        wrong.extend(too_early(&stage.admin("/requests").await, &old.token_id));
    }
    let first = end.word;
    let then = match Box::pin(resume(&world, case, paste, old.as_ref())).await {
        Ok(then) => then,
        Err(why) => {
            wrong.push(format!("it does not resume: {why}"));
            vec!["lost"]
        }
    };
    if !wrong.is_empty() {
        wrong.push(format!("said at first: {end:?}; then {then:?}"));
    }
    Found {
        first,
        then,
        met,
        wrong,
    }
}

/// What was said of the pasted token is so, and something was said.
async fn of_paste(world: &World<'_>, paste: &OneTime, end: &End) -> Option<String> {
    let lives = world.lives(&paste.id).await;
    let unsaid = lives
        && end.broad.is_none()
        && end.word != "nothing made"
        && !flow::tells_of_paste(world.app).await;
    end.of_broad(lives)
        .or_else(|| unsaid.then(|| "the pasted token lives, and nothing tells so".to_owned()))
}

/// In a rotation the old token is not touched before the platform has shown that it holds the new one.
fn too_early(history: &Value, old: &str) -> Option<String> {
    let mut acknowledged = false;
    for request in history["requests"].as_array().expect("requests") {
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        let (method, path) = (text("method"), text("path"));
        let well = request["status"]
            .as_u64()
            .is_some_and(|status| status < 300);
        if path.starts_with("/v1/connections/") && well && request["fault"].is_null() {
            acknowledged = true;
        }
        if path.contains(old) && method != "GET" && !acknowledged {
            return Some(format!(
                "{method} {path} came before the platform had acknowledged"
            ));
        }
    }
    None
}

/// What a person does next, once nothing is spoilt any more: what the product offers, then the flow once more. In the end
/// nothing may be open, and what nothing uses is found and can be deleted.
async fn resume(
    world: &World<'_>,
    case: &Case,
    paste: OneTime,
    old: Option<&Connection>,
) -> Result<Vec<&'static str>, String> {
    let (stage, app) = (world.stage, world.app);
    let mut then = Vec::new();
    let mut paste = Some(paste);
    for _ in 0..3 {
        then.extend(Box::pin(flow::settle(stage, app, case.kind, Ending::Finish)).await?);
        if reached(case.flow, app, old) {
            break;
        }
        let next = match paste.take() {
            Some(paste) if world.lives(&paste.id).await => paste,
            _ => flow::one_time(stage, app, case.kind).await,
        };
        then.push(flow::go(case.flow, app, &next.value).await.word);
    }
    if !reached(case.flow, app, old) {
        return Err(format!("after {then:?} it is not reached"));
    }
    let last = flow::one_time(stage, app, case.kind).await;
    let swept = flow::sweep(app, &last.value).await;
    let swept = swept.map_err(|problem| format!("sweeping: {problem}"))?;
    if !swept.is_empty() {
        then.push("swept");
    }
    let mut wrong = world.unsettled().await;
    let one_time = world.living().await.into_iter();
    let one_time = one_time.filter(|token| token.name.starts_with("Narrows one-time"));
    wrong.extend(one_time.map(|token| format!("\"{}\" lives after the sweep", token.name)));
    if wrong.is_empty() {
        Ok(then)
    } else {
        Err(format!("after {then:?}: {}", wrong.join("; ")))
    }
}

/// The application with little patience.
pub(super) fn hurried(stage: &Stage, limit: Duration) -> App {
    let mut app = stage.app.clone();
    app.http = Http::with_limit(app.calls.clone(), limit).expect("a conduit");
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
