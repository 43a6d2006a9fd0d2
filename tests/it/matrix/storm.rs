//! Connect, disconnect and resume through any weather: any order of answers, delays, cuts and restarts keeps what must
//! always hold. What a rotation keeps besides is tried in `rotate_storm`.
//!
//! Each case has a seed, which is printed with a failure; `NARROWS_SEEDS=500` runs that many, and `NARROWS_SEED=7` that
//! one alone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use narrows_core::story::Ending;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::calls::Call;
use super::dice::Dice;
use super::fault::hurried;
use super::flow::{self, Flow, Kind};
use super::spoil::{Reach, Spoilt, fault};
use super::truth::{Keeper, World};
use crate::stage::Stage;

/// Cases that run each time, and how many of them at once: they wait more than they work.
const CASES: u64 = 24;
const AT_ONCE: usize = 8;

/// How long the product waits for an answer in bad weather.
const LIMIT: Duration = Duration::from_millis(400);

/// Half of the turns are cut off before this many milliseconds; the others where they are not through by then.
const EARLY_MS: u32 = 1_200;
const LATE: Duration = Duration::from_secs(4);

/// The calls that can meet something; reads and orders of both sides.
const CALLS: [(&str, &str); 10] = [
    ("POST", "/client/v4/user/tokens"),
    ("GET", "/client/v4/user/tokens"),
    ("GET", "/client/v4/user/tokens/verify"),
    ("PUT", "/client/v4/user/tokens/{}"),
    ("DELETE", "/client/v4/user/tokens/{}"),
    ("GET", "/client/v4/accounts/{}/pages/projects"),
    ("GET", "/v1/me"),
    ("PUT", "/v1/connections/{}"),
    ("GET", "/v1/connections/{}"),
    ("DELETE", "/v1/connections/{}"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn any_order_of_faults_cuts_and_restarts_keeps_what_must_hold() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seeds = match number("NARROWS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("NARROWS_SEEDS").unwrap_or(CASES),
    };
    let turn = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for seed in seeds {
        let turn = Arc::clone(&turn);
        running.spawn(async move {
            let _turn = turn.acquire_owned().await;
            (seed, tokio::spawn(Box::pin(case(seed))).await)
        });
    }
    let (mut ends, mut wrong) = (BTreeMap::<&str, u32>::new(), Vec::new());
    while let Some(ended) = running.join_next().await {
        let (seed, found) = ended.expect("a case is awaited");
        match found {
            Ok((met, found)) => {
                for end in met {
                    *ends.entry(end).or_default() += 1;
                }
                wrong.extend(found.into_iter().map(|what| format!("seed {seed}: {what}")));
            }
            Err(panic) => wrong.push(format!("seed {seed}: {panic}")),
        }
    }
    eprintln!("what the turns ended in: {ends:?}");
    assert_eq!(wrong, Vec::<String>::new(), "what must hold did not");
    assert!(ends.len() > 3, "the weather was too good: {ends:?}");
}

/// Some turns in bad weather, then the way out in good weather. How each turn ended, and what was wrong.
async fn case(seed: u64) -> (Vec<&'static str>, Vec<String>) {
    let mut dice = Dice::new(seed);
    let stage = Stage::new().await;
    let (mut ends, mut says, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    let mut story = Vec::new();
    for _ in 0..3 {
        let paste = flow::one_time(&stage, &stage.app, Kind::User).await;
        let faults = weather(&mut dice);
        stage.tell("/faults", &json!({ "faults": faults })).await;
        let app = hurried(&stage, LIMIT);
        let open = !app.record.unfinished().expect("the open runs").is_empty();
        let listed = !app.record.connections().expect("the list").is_empty();
        let early = Duration::from_millis(u64::from(dice.below(EARLY_MS)));
        let cut = dice.either(LATE, early);
        let end = if open && dice.below(3) > 0 {
            let ending = dice.either(Ending::Finish, Ending::Undo);
            let settled = flow::settle(&stage, &app, Kind::User, ending);
            match timeout(cut, Box::pin(settled)).await {
                Ok(Ok(_)) => "settled",
                Ok(Err(_)) => "not settled",
                Err(_) => "cut off",
            }
        } else {
            let flow = if listed {
                Flow::Disconnect
            } else {
                Flow::Connect
            };
            match timeout(cut, Box::pin(flow::go(flow, &app, &paste.value))).await {
                Ok(end) => {
                    let lives = lives(&stage, &paste.id).await;
                    wrong.extend(end.of_broad(lives));
                    says.extend(end.says);
                    end.word
                }
                Err(_) => "cut off",
            }
        };
        stage.tell("/faults", &json!({ "faults": [] })).await;
        story.push(format!("{end} after {cut:?} in {faults:?}"));
        ends.push(end);
        wrong.extend(world(&stage).wrong(&says).await);
    }
    let ending = dice.either(Ending::Finish, Ending::Undo);
    if let Err(why) = Box::pin(way_out(&stage, ending)).await {
        wrong.push(format!("in good weather, {ending:?}: {why}"));
    }
    if !wrong.is_empty() {
        wrong.push(story.join("; "));
    }
    (ends, wrong)
}

/// In good weather, and with one-time tokens, everything that is open comes to an end.
async fn way_out(stage: &Stage, ending: Ending) -> Result<(), String> {
    let world = world(stage);
    Box::pin(flow::settle(stage, world.app, Kind::User, ending)).await?;
    let last = flow::one_time(stage, world.app, Kind::User).await;
    let swept = flow::sweep(world.app, &last.value).await;
    swept.map_err(|problem| format!("sweeping: {problem}"))?;
    let wrong = world.unsettled().await;
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("; "))
    }
}

fn world(stage: &Stage) -> World<'_> {
    World {
        stage,
        app: &stage.app,
        keeper: Keeper::Memory,
    }
}

async fn lives(stage: &Stage, token: &str) -> bool {
    world(stage).lives(token).await
}

/// Up to three things that go wrong, once or from then on.
fn weather(dice: &mut Dice) -> Vec<Value> {
    let pick = |dice: &mut Dice, of: usize| {
        let of = u32::try_from(of).expect("few");
        usize::try_from(dice.below(of)).expect("few")
    };
    (0..dice.below(4))
        .map(|_| {
            let (method, path) = CALLS[pick(dice, CALLS.len())];
            let call = Call {
                method: method.to_owned(),
                path: path.to_owned(),
                nth: u64::from(dice.below(3)) + 1,
            };
            let spoilt = Spoilt::ALL[pick(dice, Spoilt::ALL.len())];
            let reach = dice.either(Reach::Once, Reach::Endpoint);
            fault(&call, 1, spoilt, reach, LIMIT)
        })
        .collect()
}
