//! Rotations through any weather: faults, crashes and restarts in any order keep what must always hold.
//!
//! Each case has a seed, which is printed with a failure; `NARROWS_SEEDS=100` runs that many, and
//! `NARROWS_SEED=7` that one alone.

use narrows_core::rotate::{Rotate, finish_rotation, finish_rotation_with, undo_rotation};
use narrows_core::run::open_rotations;
use narrows_core::secret::Secret;
use narrows_core::steps::Approach;
use narrows_core::story::{BroadWish, RotationChoices, RotationState};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::rotate::{broad, connected, kept, known, token};
use crate::secrecy::{both_tokens, session};
use crate::stage::Stage;

/// Cases that run each time.
const CASES: u64 = 14;

/// Small and good enough to choose with; the same seed makes the same case.
struct Dice(u64);

impl Dice {
    /// A number below `of`.
    fn below(&mut self, of: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed >> 33) % of as u64).expect("small")
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

type Calls = &'static [(&'static str, &'static str)];

/// Calls of a rotation.
const CALLS: Calls = &[
    ("POST", "/client/v4/user/tokens"),
    ("GET", "/client/v4/user/tokens/verify"),
    ("GET", "/client/v4/user/tokens/{}"),
    ("GET", "/client/v4/accounts/{}/pages/projects"),
    ("DELETE", "/client/v4/user/tokens/{}"),
    ("PUT", "/v1/connections/{}"),
    ("GET", "/v1/connections/{}"),
];

/// Calls of a roll in place.
const ROLL: Calls = &[
    ("PUT", "/client/v4/user/tokens/{}/value"),
    ("GET", "/client/v4/user/tokens/verify"),
    ("PUT", "/v1/connections/{}"),
];

/// Up to three calls that go wrong once each, in ways of which the client may not know the outcome.
async fn weather(stage: &Stage, dice: &mut Dice, calls: Calls) -> Value {
    const KINDS: [&str; 5] = [
        "reset-before",
        "reset-after",
        "truncate",
        "garbage",
        "status",
    ];
    let faults: Vec<Value> = (0..dice.below(4))
        .map(|_| {
            let (method, path) = dice.one_of(calls);
            let mut fault = json!({ "method": method, "path": path, "nth": dice.below(3) + 1,
                "kind": dice.one_of(&KINDS) });
            // The platform may stay out of order, and then the rotation ends as pending.
            if path.starts_with("/v1") && dice.below(2) == 0 {
                fault["times"] = 9.into();
            }
            fault
        })
        .collect();
    let faults = json!({ "faults": faults });
    stage.tell("/faults", &faults).await;
    faults
}

/// What must always hold, whatever happened.
async fn holds(stage: &Stage, id: &str, case: &str) {
    let now = known(stage, id);
    let value = kept(stage, id, &now.token_id).await;
    let value = value.unwrap_or_else(|| panic!("{case}: the connection's token is in the vault"));
    assert_eq!(
        value.fingerprint(),
        now.fingerprint,
        "{case}: and is the one that is written down"
    );
    assert!(
        token(stage, &now.token_id).await.is_some(),
        "{case}: the connection names a token that lives"
    );
    let held = held(stage, id).await;
    assert!(
        token(stage, &held).await.is_some(),
        "{case}: the platform holds a token that lives"
    );
    let open = open_rotations(&stage.app, id).expect("records");
    let mut accounted: Vec<String> = open
        .iter()
        .flat_map(|open| open.accounts_for.clone())
        .collect();
    accounted.push(now.token_name);
    for name in stage.ours().await {
        assert!(
            accounted.contains(&name),
            "{case}: \"{name}\" lives, and nothing accounts for it: {accounted:?}"
        );
    }
    let waiting = open.iter().filter(|open| open.holds_a_token).count();
    assert!(waiting <= 1, "{case}: one at a time");
    if waiting == 0 {
        assert_eq!(held, now.token_id, "{case}: both sides hold the same");
    }
}

/// Cloudflare's id of the token that the platform holds.
async fn held(stage: &Stage, id: &str) -> String {
    // Asked past whatever weather there is.
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let session = stage.app.vault().get(&session(&stage.face)).await;
    let session = session.expect("the vault").expect("a session");
    let [access, _] = both_tokens(&session);
    let nonce = "AAECAwQFBgcICQoLDA0ODw";
    let answer = crate::stage::client()
        .get(format!(
            "{}/v1/connections/{id}?nonce={nonce}",
            stage.face.platform
        ))
        .bearer_auth(access)
        .send()
        .await;
    let text = answer.expect("the platform").text().await.expect("text");
    let held: Value = serde_json::from_str(&text).expect("JSON");
    held["token_id"]
        .as_str()
        .unwrap_or_else(|| panic!("{held}"))
        .to_owned()
}

/// A rotation that is cut off after so many lines of progress, if it gets there.
async fn rotate_until_cut(stage: &Stage, id: &str, in_place: bool, cut: usize) {
    let (_, pasted) = broad(stage).await;
    let Ok(mut walk) = Rotate::begin(&stage.app, id, None) else {
        return;
    };
    walk.approach.prepare().await;
    walk.approach.paste(Secret::new(pasted)).expect("a token");
    if walk.approach.inspect(None).await.is_err() {
        return;
    }
    let wish = RotationChoices {
        broad: BroadWish::Destroy,
        in_place,
        ..RotationChoices::default()
    };
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let cancel = CancellationToken::new();
    let told = async {
        for _ in 0..cut {
            if receiver.recv().await.is_none() {
                // It came to its end before the cut.
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        biased;
        () = told => {}
        _ = Box::pin(walk.rotate(&wish, Some(sender), &cancel)) => {}
    }
}

/// Takes up what was left, one way or the other.
async fn take_up(stage: &Stage, id: &str, dice: &mut Dice) {
    let mut all = open_rotations(&stage.app, id).expect("records");
    if all.is_empty() {
        return;
    }
    let open = all.remove(dice.below(all.len()));
    if dice.below(3) == 0 {
        let _ = finish_rotation(&stage.app, &open.run).await;
        return;
    }
    let Some(walk) = with_broad(stage, id).await else {
        return;
    };
    if dice.below(2) == 0 {
        let _ = finish_rotation_with(&walk, &open.run).await;
    } else {
        let _ = undo_rotation(&walk, &open.run).await;
    }
}

/// A walk about the connection with a fresh broad token, as whoever resumes a run has it.
async fn with_broad(stage: &Stage, id: &str) -> Option<Approach> {
    let mut walk = Approach::about(&stage.app, id).expect("a walk");
    walk.paste(Secret::new(broad(stage).await.1)).expect("good");
    walk.inspect(None).await.ok()?;
    Some(walk)
}

#[tokio::test]
async fn any_order_of_faults_crashes_and_restarts_keeps_what_must_hold() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seeds = match number("NARROWS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("NARROWS_SEEDS").unwrap_or(CASES),
    };
    let mut ends = std::collections::BTreeMap::<Option<String>, u32>::new();
    for seed in seeds {
        let mut dice = Dice(seed);
        let stage = Stage::new().await;
        let id = connected(&stage).await.connection_id;
        let mut case = format!("seed {seed}");
        for _ in 0..3 {
            let faults = weather(&stage, &mut dice, CALLS).await;
            let cut = 1 + dice.below(20);
            case = format!("{case}; {faults}, cut at {cut}");
            rotate_until_cut(&stage, &id, false, cut).await;
            holds(&stage, &id, &case).await;
            let open = open_rotations(&stage.app, &id).expect("records");
            let end = open.last().map(|open| format!("{:?}", open.state));
            *ends.entry(end).or_default() += 1;
            let faults = weather(&stage, &mut dice, CALLS).await;
            case = format!("{case}; taken up in {faults}");
            Box::pin(take_up(&stage, &id, &mut dice)).await;
            holds(&stage, &id, &case).await;
        }
        // In good weather, and with a broad token, every rotation comes to an end.
        stage.tell("/reset", &json!({})).await;
        for open in open_rotations(&stage.app, &id).expect("records") {
            let walk = with_broad(&stage, &id).await.expect("good weather");
            match finish_rotation_with(&walk, &open.run).await {
                Ok(told) => assert_eq!(told.state, RotationState::Rotated, "{case}: {told:#?}"),
                Err(why) => {
                    let undone = undo_rotation(&walk, &open.run).await;
                    undone.unwrap_or_else(|problem| panic!("{case}: {why}, and {problem}"));
                }
            }
        }
        assert_eq!(
            open_rotations(&stage.app, &id).expect("records"),
            vec![],
            "{case}"
        );
        holds(&stage, &id, &case).await;
    }
    eprintln!("where rotations were when they were cut: {ends:?}");
    assert!(ends.len() > 1, "the weather was too good: {ends:?}");
}

/// Rolls that run each time: some wait until Cloudflare has had its time to refuse the old value.
const ROLLS: u64 = 3;

#[tokio::test]
async fn a_roll_in_place_in_any_weather_is_mended_by_settling_it_and_one_more_rotation() {
    for seed in 0..ROLLS {
        let mut dice = Dice(seed);
        let stage = Stage::new().await;
        let id = connected(&stage).await.connection_id;
        let faults = weather(&stage, &mut dice, ROLL).await;
        let cut = 1 + dice.below(8);
        let case = format!("seed {seed}; {faults}, cut at {cut}");
        rotate_until_cut(&stage, &id, true, cut).await;
        stage.tell("/reset", &json!({})).await;
        let named = known(&stage, &id).token_id;
        assert!(
            token(&stage, &named).await.is_some(),
            "{case}: rolled in place, the token is the same"
        );
        for open in open_rotations(&stage.app, &id).expect("records") {
            let told = finish_rotation(&stage.app, &open.run).await;
            told.unwrap_or_else(|problem| panic!("{case}: {problem}"));
        }
        let open = open_rotations(&stage.app, &id).expect("records");
        assert_eq!(open, vec![], "{case}: it tells what it came to");
        rotate_until_cut(&stage, &id, false, usize::MAX).await;
        assert_ne!(known(&stage, &id).token_id, named, "{case}: it is mended");
        holds(&stage, &id, &case).await;
    }
}
