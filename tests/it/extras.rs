//! Tokens of their own beside the narrow one: R2 keys of flarelink, from the paste to the end.

use narrows_core::connect::Connect;
use narrows_core::keep::{forget, vaults};
use narrows_core::profile::Profile;
use narrows_core::record::{Connection, ExtraState};
use narrows_core::resume::{left_over, redeliver};
use narrows_core::secret::Secret;
use narrows_core::story::{
    BroadState, BroadWish, Choices, Connected, Ending, ExtraStanding, Farewell, NeedKind, Outcome,
    RotationChoices, RotationState, TruthState,
};
use narrows_core::sweep::Sweep;
use narrows_core::{cards, watch};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::disconnect::{another_broad, disconnect, revoking, states};
use crate::recover::{finished, settle, undone};
use crate::rotate::{kept, known, rotate, token};
use crate::stage::Stage;
use crate::{golden, secrecy};

const PUT: (&str, &str) = ("PUT", "/v1/connections/{}/extras/{}");
const MINT: (&str, &str) = ("POST", "/client/v4/user/tokens");

fn flarelink() -> Profile {
    Profile::load("flarelink").expect("the built-in profile is sound")
}

fn with_keys() -> Choices {
    Choices {
        with: vec!["r2-keys".to_owned()],
        broad: BroadWish::Destroy,
        ..Choices::default()
    }
}

async fn ready(stage: &Stage) -> Connect {
    let mut walk = stage.walk_with(flarelink()).await;
    let pasted = stage.face.broad_token.clone();
    stage
        .inspect(&mut walk.approach, &pasted)
        .await
        .expect("good");
    walk
}

/// The whole of connect with R2 keys. Whatever becomes of them, the connection comes through.
async fn connect(stage: &Stage) -> Box<Connected> {
    let mut walk = ready(stage).await;
    let cancel = CancellationToken::new();
    match Box::pin(walk.connect(&with_keys(), None, &cancel)).await {
        Outcome::Connected(result) => result,
        other => panic!("the connection comes through whatever becomes of the keys: {other:#?}"),
    }
}

/// Those of the sandbox\'s tokens that are for R2 keys.
async fn r2_tokens(stage: &Stage) -> Vec<Value> {
    let list = stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("tokens").iter();
    let named = |token: &&Value| {
        token["name"]
            .as_str()
            .is_some_and(|name| name.starts_with("flarelink-r2-"))
    };
    tokens.filter(named).cloned().collect()
}

/// What the platform says that it holds; nothing where it has none.
async fn at_platform(stage: &Stage, connection: &str) -> Option<String> {
    let session = stage.app.vault().get(&secrecy::session(&stage.face)).await;
    let session = session.expect("the vault").expect("a session");
    let [access, _] = secrecy::both_tokens(&session);
    let url = format!(
        "{}/v1/connections/{connection}/extras/r2-keys?nonce=AAAAAAAAAAAAAAAAAAAAAA",
        stage.face.platform
    );
    let answer = stage.ask(&url, &access).await;
    answer["token_id"].as_str().map(str::to_owned)
}

/// A person deletes a token in the dashboard.
async fn delete(stage: &Stage, id: &str) {
    let url = format!("{}/user/tokens/{id}", stage.face.cloudflare_api);
    let ordered = crate::stage::client().delete(url);
    let answer = ordered.bearer_auth(another_broad(stage).await).send().await;
    assert!(answer.expect("an answer").status().is_success());
}

fn in_use(known: &Connection) -> String {
    let token = known.extras.first().and_then(|extra| extra.in_use());
    let id = token.and_then(|token| token.token_id.clone());
    id.expect("the platform has them")
}

/// What must hold of a connection whose keys are in use: one token, with one permission, alive, kept, at the platform.
async fn whole(stage: &Stage, id: &str) -> String {
    let known = known(stage, id);
    let extra = in_use(&known);
    let tokens = r2_tokens(stage).await;
    assert_eq!(tokens.len(), 1, "one token and no other: {tokens:#?}");
    assert_eq!(tokens[0]["id"], extra.as_str());
    assert_eq!(tokens[0]["status"], "active");
    assert!(
        kept(stage, id, &extra).await.is_some(),
        "the vault holds it"
    );
    assert_eq!(
        at_platform(stage, id).await.as_deref(),
        Some(extra.as_str()),
        "and so does the platform, which has tried the pair that comes from it"
    );
    extra
}

/// What must hold where they are off: nothing of them is anywhere.
async fn nothing_of_them(stage: &Stage, result: &Connected) {
    assert_eq!(
        r2_tokens(stage).await,
        Vec::<Value>::new(),
        "no token is left"
    );
    assert_eq!(at_platform(stage, &result.connection_id).await, None);
    let extra = &result.extras[0];
    assert_eq!(extra.state, ExtraStanding::Off, "{extra:#?}");
    assert_eq!(extra.left, Vec::<String>::new());
    assert!(
        extra.sentence.contains("Make a key pair by hand"),
        "it says what a person does instead: {extra:#?}"
    );
    let panel = vaults::panel(&stage.app).await.expect("a panel");
    // The keychain in memory goes on to list what was deleted, so each is asked for its value.
    let ids = panel
        .items
        .iter()
        .filter_map(|item| item.name.strip_prefix("token "));
    for id in ids {
        let left = kept(stage, &result.connection_id, id).await;
        assert!(left.is_none(), "and no value: {panel:#?}");
    }
}

#[tokio::test]
async fn keys_for_r2_are_made_beside_the_narrow_token_and_handed_over() {
    let stage = Stage::new().await;
    let mut walk = ready(&stage).await;
    let preview = walk
        .choosing()
        .expect("a known token")
        .preview(&with_keys())
        .expect("a preview");
    assert_eq!(preview.extra_bodies.len(), 1, "its body is shown as well");
    let body: Value = serde_json::from_str(&preview.extra_bodies[0]).expect("JSON");
    let policies = body["policies"].as_array().expect("policies");
    assert_eq!(policies.len(), 1, "exactly one policy: {body}");
    let resource = format!("com.cloudflare.api.account.{}", stage.face.account_id);
    assert_eq!(policies[0]["resources"], json!({ resource: "*" }));
    let told = preview
        .sentences
        .iter()
        .any(|one| one.contains("flarelink-r2-"));
    assert!(told, "{:#?}", preview.sentences);

    let (choices, cancel) = (with_keys(), CancellationToken::new());
    let outcome = walk.connect(&choices, None, &cancel);
    let Outcome::Connected(result) = Box::pin(outcome).await else {
        panic!("it does not come through");
    };
    assert_eq!(result.granted.len(), 4, "the narrow token is as ever");
    assert_eq!(result.broad.state, BroadState::Refused);
    let extra = &result.extras[0];
    assert_eq!(extra.state, ExtraStanding::InUse, "{extra:#?}");
    let id = whole(&stage, &result.connection_id).await;
    assert_eq!(extra.token_id.as_deref(), Some(id.as_str()));
    let mark = stage.app.record.installation().expect("a mark");
    let name = extra.token_name.as_deref().expect("a name");
    let start = format!("flarelink-r2-{mark}-{} ", result.connection_id);
    assert!(name.starts_with(&start), "{name} can be told from others");

    let there = token(&stage, &id).await.expect("it is at Cloudflare");
    let policies = there["policies"].as_array().expect("policies");
    assert_eq!(policies.len(), 1, "{there}");
    let groups = policies[0]["permission_groups"].as_array().expect("groups");
    assert_eq!(groups.len(), 1, "R2 and nothing else: {there}");
    assert_eq!(groups[0]["name"], "Workers R2 Storage Write");

    let activity = stage.app.record.activity(None, 100, None).expect("rows");
    for (what, subject) in [
        ("mint token", name),
        ("keep token", name),
        ("prove token", name),
    ] {
        let row = |row: &&narrows_core::record::Row| {
            row.activity.what == what && row.activity.subject == subject
        };
        assert_eq!(activity.iter().filter(row).count(), 1, "{what} {subject}");
    }
    let panel = vaults::panel(&stage.app).await.expect("a panel");
    let item = panel.items.iter().find(|item| item.name == name);
    assert_eq!(item.map(|item| item.what.as_str()), Some("R2 keys"));
    let plan = forget::plan(&stage.app).expect("a plan");
    let named = plan.alive[0].sentences.iter().any(|one| one.contains(name));
    assert!(named, "it is among what stays alive: {plan:#?}");
}

#[tokio::test]
async fn nobody_gets_keys_who_did_not_ask() {
    let stage = Stage::new().await;
    let mut walk = ready(&stage).await;
    let choices = Choices {
        with: Vec::new(),
        ..with_keys()
    };
    let cancel = CancellationToken::new();
    let outcome = walk.connect(&choices, None, &cancel);
    let Outcome::Connected(result) = Box::pin(outcome).await else {
        panic!("it does not come through");
    };
    assert_eq!(result.extras, vec![]);
    assert_eq!(r2_tokens(&stage).await, Vec::<Value>::new());
}

#[tokio::test]
async fn whatever_goes_wrong_with_them_the_connection_stands_and_nothing_of_them_is_left() {
    let table = [
        // A platform that does not have this, however it says so.
        (PUT, json!({ "kind": "html", "status": 404 }), "not offer"),
        (PUT, json!({ "kind": "html", "status": 405 }), "not offer"),
        // Cloudflare refuses a second token, or its answer never comes.
        (
            MINT,
            json!({ "kind": "status", "status": 400, "code": 1001, "nth": 2 }),
            "",
        ),
        (MINT, json!({ "kind": "reset-after", "nth": 2 }), ""),
        (MINT, json!({ "kind": "garbage", "nth": 2 }), ""),
    ];
    for ((method, path), fault, says) in table {
        let stage = Stage::new().await;
        stage.fault(method, path, fault.clone()).await;
        let result = connect(&stage).await;
        nothing_of_them(&stage, &result).await;
        let sentence = &result.extras[0].sentence;
        assert!(sentence.contains(says), "{fault}: {sentence}");
        let open = stage.app.record.unfinished().expect("records");
        assert_eq!(open, vec![], "{fault}: no run stays open");
        assert_eq!(
            cards::home(&stage.app).expect("home").connections[0].extras,
            result.extras,
            "{fault}: the list says the same"
        );
    }
}

#[tokio::test]
async fn with_room_for_one_token_only_the_keys_are_what_is_left_out() {
    let stage = Stage::new().await;
    let mut walk = ready(&stage).await;
    let again = stage.face.broad_token.clone();
    let seen = stage
        .inspect(&mut walk.approach, &again)
        .await
        .expect("good");
    let quota = seen.quota.expect("the list can be read");
    for number in 0..quota.of - quota.used - 1 {
        let body =
            json!({ "kind": "user", "name": format!("mine {number}"), "groups": ["Pages Write"] });
        stage.make_token(body).await;
    }
    drop(walk);
    let result = connect(&stage).await;
    nothing_of_them(&stage, &result).await;
}

#[tokio::test]
async fn a_lost_answer_of_the_platform_is_asked_for() {
    for kind in ["reset-after", "truncate", "garbage", "reset-before"] {
        let stage = Stage::new().await;
        let fault = json!({ "kind": kind, "nth": 1 });
        stage.fault(PUT.0, PUT.1, fault).await;
        let result = connect(&stage).await;
        assert_eq!(result.extras[0].state, ExtraStanding::InUse, "{kind}");
        whole(&stage, &result.connection_id).await;
    }
}

#[tokio::test]
async fn a_platform_that_stays_silent_gets_them_with_the_next_delivery() {
    let stage = Stage::new().await;
    stage
        .fault("*", PUT.1, json!({ "kind": "reset-before" }))
        .await;
    let result = connect(&stage).await;
    let extra = &result.extras[0];
    assert_eq!(extra.state, ExtraStanding::Waiting, "{extra:#?}");
    assert!(extra.sentence.contains("has not confirmed"), "{extra:#?}");
    assert_eq!(r2_tokens(&stage).await.len(), 1, "it is kept");

    stage.tell("/faults", &json!({ "faults": [] })).await;
    let card = redeliver(&stage.app, &result.connection_id)
        .await
        .expect("delivered");
    assert_eq!(card.extras[0].state, ExtraStanding::InUse, "{card:#?}");
    whole(&stage, &result.connection_id).await;
}

#[tokio::test]
async fn a_rotation_renews_them_and_revokes_those_before() {
    let stage = Stage::new().await;
    let result = connect(&stage).await;
    let id = &result.connection_id;
    let old = whole(&stage, id).await;
    let broad = another_broad(&stage).await;
    let rotated = rotate(&stage, id, &broad, RotationChoices::default())
        .await
        .expect("it rotates");
    assert_eq!(rotated.state, RotationState::Rotated, "{rotated:#?}");
    assert_eq!(rotated.extras[0].state, ExtraStanding::InUse);
    let new = whole(&stage, id).await;
    assert_ne!(new, old, "they are new");
    assert!(
        kept(&stage, id, &old).await.is_none(),
        "the old value is gone"
    );
    assert_eq!(stage.app.record.unfinished().expect("runs"), vec![]);
}

#[tokio::test]
async fn a_rotation_that_cannot_renew_them_leaves_those_before_in_use() {
    let stage = Stage::new().await;
    let result = connect(&stage).await;
    let id = &result.connection_id;
    let old = whole(&stage, id).await;
    stage
        .fault(
            MINT.0,
            MINT.1,
            json!({ "kind": "status", "status": 400, "code": 1001, "nth": 2 }),
        )
        .await;
    let broad = another_broad(&stage).await;
    let rotated = rotate(&stage, id, &broad, RotationChoices::default())
        .await
        .expect("it rotates");
    assert_eq!(rotated.state, RotationState::Rotated, "{rotated:#?}");
    let sentence = &rotated.extras[0].sentence;
    assert!(sentence.contains("were not renewed"), "{sentence}");
    assert_eq!(whole(&stage, id).await, old);
}

#[tokio::test]
async fn rolled_in_place_the_narrow_token_alone_gets_a_new_value() {
    let stage = Stage::new().await;
    let result = connect(&stage).await;
    let id = &result.connection_id;
    let old = whole(&stage, id).await;
    let wish = RotationChoices {
        in_place: true,
        ..RotationChoices::default()
    };
    let broad = another_broad(&stage).await;
    let rolled = rotate(&stage, id, &broad, wish).await.expect("it rolls");
    assert_eq!(rolled.extras[0].state, ExtraStanding::InUse);
    assert_eq!(whole(&stage, id).await, old);
}

#[tokio::test]
async fn an_old_one_that_cannot_be_deleted_is_named_until_it_is_dead() {
    let stage = Stage::new().await;
    let result = connect(&stage).await;
    let id = &result.connection_id;
    let old = whole(&stage, id).await;
    let path = format!("/client/v4/user/tokens/{old}");
    stage
        .fault(
            "DELETE",
            &path,
            json!({ "kind": "status", "status": 400, "code": 1001 }),
        )
        .await;
    let broad = another_broad(&stage).await;
    let rotated = rotate(&stage, id, &broad, RotationChoices::default())
        .await
        .expect("it rotates");
    let extra = &rotated.extras[0];
    assert_eq!(extra.state, ExtraStanding::InUse, "{extra:#?}");
    assert_eq!(extra.left.len(), 1, "the old one is named: {extra:#?}");
    assert!(kept(&stage, id, &old).await.is_some(), "to ask with");

    stage.tell("/faults", &json!({ "faults": [] })).await;
    watch::check(&stage.app, Some(id)).await.expect("a check");
    assert_eq!(known(&stage, id).extra_tokens().count(), 2, "it lives");
    // A person deletes it in the dashboard.
    delete(&stage, &old).await;
    watch::check(&stage.app, Some(id)).await.expect("a check");
    whole(&stage, id).await;
    assert_eq!(known(&stage, id).extra_tokens().count(), 1, "it is dead");
    assert!(kept(&stage, id, &old).await.is_none());
}

#[tokio::test]
async fn what_nothing_uses_is_listed_and_what_is_used_is_not() {
    let stage = Stage::new().await;
    let result = connect(&stage).await;
    let id = &result.connection_id;
    let old = whole(&stage, id).await;
    let path = format!("/client/v4/user/tokens/{old}");
    stage
        .fault(
            "DELETE",
            &path,
            json!({ "kind": "status", "status": 400, "code": 1001 }),
        )
        .await;
    let broad = another_broad(&stage).await;
    rotate(&stage, id, &broad, RotationChoices::default())
        .await
        .expect("it rotates");
    stage.tell("/faults", &json!({ "faults": [] })).await;

    let mut walk = Sweep::begin(&stage.app).expect("a walk");
    walk.approach
        .paste(Secret::new(another_broad(&stage).await))
        .expect("a token");
    walk.approach
        .inspect(None)
        .await
        .map_err(golden::listed)
        .expect("good");
    let found = walk.orphans().await.expect("a list");
    let ids: Vec<_> = found
        .orphans
        .iter()
        .map(|one| one.token_id.as_str())
        .collect();
    assert_eq!(ids, [old.as_str()], "{found:#?}");
    assert_eq!(found.in_use, 2, "the narrow one, and the one for the keys");
    let wanted = [old.clone()];
    let swept = walk.delete(&wanted, BroadWish::Destroy).await;
    assert_eq!(swept.expect("a sweep").deleted.len(), 1);
    whole(&stage, id).await;
    assert_eq!(known(&stage, id).extra_tokens().count(), 1);
    assert!(kept(&stage, id, &old).await.is_none());
}

#[tokio::test]
async fn a_disconnect_takes_them_along() {
    let stage = Stage::new().await;
    let result = connect(&stage).await;
    let id = &result.connection_id;
    let extra = whole(&stage, id).await;
    let broad = another_broad(&stage).await;
    let ended = disconnect(&stage, id, Some(&broad), revoking())
        .await
        .expect("it ends");
    let all = [
        TruthState::Deleted,
        TruthState::Forgotten,
        TruthState::Revoked,
    ];
    assert_eq!(states(&ended), all, "{ended:#?}");
    assert_eq!(r2_tokens(&stage).await, Vec::<Value>::new());
    assert_eq!(at_platform(&stage, id).await, None);
    assert!(kept(&stage, id, &extra).await.is_none());
}

#[tokio::test]
async fn without_a_one_time_token_both_stay_open_by_name_until_they_are_refused() {
    let stage = Stage::new().await;
    let result = connect(&stage).await;
    let id = &result.connection_id;
    let extra = whole(&stage, id).await;
    let ended = disconnect(&stage, id, None, Farewell::default())
        .await
        .expect("it ends");
    assert!(ended.open);
    let name = result.extras[0].token_name.clone().expect("a name");
    let says = &ended.truths.cloudflare.sentence;
    assert!(
        says.contains(&name) && says.contains(&result.token_name),
        "{says}"
    );
    assert!(kept(&stage, id, &extra).await.is_some(), "to ask with");

    delete(&stage, &result.token_id).await;
    let left = Box::pin(left_over(&stage.app)).await.expect("records");
    let way = left[0].finish.as_ref().expect("a way");
    assert_ne!(
        json!(way.broad),
        "no",
        "the one for the keys still lives: {left:#?}"
    );
    delete(&stage, &extra).await;
    let settled = finished(&stage, &ended.run, None).await;
    assert!(settled.ended, "{settled:#?}");
    assert!(kept(&stage, id, &extra).await.is_none());
}

#[tokio::test]
async fn a_disconnect_that_is_taken_back_hands_them_over_again() {
    let stage = Stage::new().await;
    let result = connect(&stage).await;
    let id = &result.connection_id;
    let extra = whole(&stage, id).await;
    let ended = disconnect(&stage, id, None, Farewell::default())
        .await
        .expect("it ends");
    assert_eq!(
        at_platform(&stage, id).await,
        None,
        "the platform forgot it"
    );
    undone(&stage, &ended.run, None).await;
    assert_eq!(whole(&stage, id).await, extra);
}

/// Starts a connect and cuts it off while this call is answered.
async fn cut_at(stage: &Stage, (method, path): (&str, &str), nth: u32, kind: &str) {
    stage
        .fault(
            method,
            path,
            json!({ "kind": kind, "ms": 600_000, "nth": nth }),
        )
        .await;
    let mut walk = ready(stage).await;
    let running = tokio::spawn(async move {
        let cancel = CancellationToken::new();
        Box::pin(walk.connect(&with_keys(), None, &cancel)).await
    });
    let met = async || {
        let faults = stage.admin("/faults").await;
        faults["faults"][0]["seen"].as_u64() >= Some(nth.into())
    };
    crate::stage::until(met, path).await;
    if kind == "slow-body" {
        crate::stage::until(async || !r2_tokens(stage).await.is_empty(), "it is made").await;
    }
    running.abort();
    assert!(running.await.is_err(), "it was cut off");
    stage.tell("/faults", &json!({ "faults": [] })).await;
}

#[tokio::test]
async fn a_connect_that_was_cut_off_ends_either_way_wherever_it_was() {
    let points = [
        (MINT, 2, "delay"),
        (MINT, 2, "slow-body"),
        (PUT, 1, "delay"),
        (PUT, 1, "slow-body"),
    ];
    for (call, nth, kind) in points {
        for (ending, pastes) in [
            (Ending::Finish, false),
            (Ending::Finish, true),
            (Ending::Undo, true),
        ] {
            let why = format!("{call:?} {kind} {ending:?} with a token: {pastes}");
            let stage = Stage::new().await;
            cut_at(&stage, call, nth, kind).await;
            let left = Box::pin(left_over(&stage.app)).await.expect("records");
            assert_eq!(left.len(), 1, "{why}: {left:#?}");
            let made = r2_tokens(&stage).await;
            let broad = another_broad(&stage).await;
            let broad = pastes.then_some(broad.as_str());
            let settled = settle(&stage.app, &left[0].run, ending, broad).await;
            let settled = settled.unwrap_or_else(|problem| panic!("{why}: {problem:#?}"));
            assert!(settled.ended, "{why}: {settled:#?}");
            let connections = stage.app.record.connections().expect("records");
            match ending {
                Ending::Undo => {
                    assert_eq!(connections, vec![], "{why}");
                    assert_eq!(r2_tokens(&stage).await, Vec::<Value>::new(), "{why}");
                }
                Ending::Finish if call == PUT => {
                    whole(&stage, &connections[0].id).await;
                }
                Ending::Finish => {
                    let extra = &connections[0].extras[0];
                    assert!(extra.in_use().is_none(), "{why}: {extra:#?}");
                    let named: Vec<_> = extra.retired().map(|one| one.token_name.clone()).collect();
                    if pastes {
                        assert_eq!(r2_tokens(&stage).await, Vec::<Value>::new(), "{why}");
                        assert_eq!(named, Vec::<String>::new(), "{why}");
                    } else {
                        assert_eq!(named.len(), 1, "{why}: it is named: {extra:#?}");
                        assert_eq!(r2_tokens(&stage).await, made, "{why}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_check_tells_of_keys_that_are_gone_on_either_side() {
    let stage = Stage::new().await;
    let result = connect(&stage).await;
    let id = &result.connection_id;
    let extra = whole(&stage, id).await;
    let checked = watch::check(&stage.app, Some(id)).await.expect("a check");
    assert_eq!(checked[0].watch.needs, vec![], "all is well");

    delete(&stage, &extra).await;
    let checked = watch::check(&stage.app, Some(id)).await.expect("a check");
    let kinds: Vec<_> = checked[0]
        .watch
        .needs
        .iter()
        .map(|need| need.kind)
        .collect();
    assert_eq!(kinds, [NeedKind::ExtraGone], "{checked:#?}");

    let broad = another_broad(&stage).await;
    rotate(&stage, id, &broad, RotationChoices::default())
        .await
        .expect("it rotates");
    whole(&stage, id).await;
    let states: Vec<_> = known(&stage, id)
        .extra_tokens()
        .map(|one| one.state)
        .collect();
    assert_eq!(
        states,
        [ExtraState::InUse],
        "nothing is left of the dead one"
    );
}
