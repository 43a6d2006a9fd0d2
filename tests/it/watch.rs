//! Watch: each way in which a connection can stop standing as it was made, and what is said where nobody can tell.

use narrows_core::cards;
use narrows_core::keep::vaults;
use narrows_core::resume::redeliver;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use narrows_core::cards::{reminded, reminders};
use narrows_core::platform::Session;
use narrows_core::secret::Secret;
use narrows_core::story::{
    BroadWish, Choices, Connected, NeedKind, Outcome, Standing, WatchNext, Watched,
};
use narrows_core::vault::{Item, VaultKind};
use narrows_core::watch::check;
use serde_json::{Value, json};

use crate::program::{PASSPHRASE, Program, SEALED};
use crate::stage::Stage;

/// A stage with one connection whose broad token still lives, so that a test can do to the narrow one what a person
/// could do at Cloudflare.
async fn connected(choices: Choices) -> (Stage, Connected) {
    let stage = Stage::new().await;
    let choices = Choices {
        broad: BroadWish::Keep,
        ..choices
    };
    let outcome = stage.connect(&stage.face.broad_token, choices).await;
    match outcome.expect("the token is good") {
        Outcome::Connected(result) => (stage, *result),
        other => panic!("connect did not come through: {other:#?}"),
    }
}

/// Checks the one connection.
async fn checked(stage: &Stage) -> Watched {
    let mut checked = check(&stage.app, None).await.expect("a check");
    assert_eq!(checked.len(), 1, "there is one connection");
    let watch = checked.remove(0).watch;
    let home = cards::home(&stage.app).expect("a home");
    assert_eq!(
        home.connections[0].watch, watch,
        "what was found is remembered"
    );
    watch
}

fn needs(watch: &Watched) -> Vec<NeedKind> {
    watch.needs.iter().map(|need| need.kind).collect()
}

fn untold(watch: &Watched) -> Vec<NeedKind> {
    watch.untold.iter().map(|need| need.kind).collect()
}

/// What a person does to a token at Cloudflare: changes it, or deletes it with nothing.
async fn at_cloudflare(stage: &Stage, token: &str, change: Option<Value>) {
    let http = crate::stage::client();
    let address = format!("{}/user/tokens/{token}", stage.face.cloudflare_api);
    let request = match &change {
        Some(body) => http.put(address).json(body),
        None => http.delete(address),
    };
    let answer = request.bearer_auth(&stage.face.broad_token).send().await;
    let status = answer.expect("the sandbox answers").status();
    assert!(status.is_success(), "{change:?}: {status}");
}

/// The body that would make the token as it is.
async fn body_of(stage: &Stage, token: &str) -> Value {
    let list = stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("a list").clone();
    let token = tokens
        .iter()
        .find(|known| known["id"] == token)
        .expect("the token");
    json!({ "name": token["name"], "policies": token["policies"] })
}

/// The id of a permission group.
async fn group(stage: &Stage, name: &str) -> Value {
    let address = format!(
        "{}/user/tokens/permission_groups",
        stage.face.cloudflare_api
    );
    let answer = crate::stage::client()
        .get(address)
        .bearer_auth(&stage.face.broad_token)
        .send()
        .await
        .expect("the sandbox answers");
    let list: Value = answer.json().await.expect("in JSON");
    let groups = list["result"].as_array().expect("a list").clone();
    let found = groups.iter().find(|group| group["name"] == name);
    json!([{ "id": found.expect("the group")["id"] }])
}

/// What somebody else who is signed in does at the platform.
async fn at_platform(stage: &Stage, result: &Connected, change: Option<Value>) {
    let item = Item::Session {
        platform: format!("{}/", stage.face.platform),
    };
    let kept = stage.app.vault().get(&item).await.expect("the vault");
    let session = Session::from_secret(&kept.expect("a session")).expect("a session");
    let http = crate::stage::client();
    let address = format!(
        "{}/v1/connections/{}",
        stage.face.platform, result.connection_id
    );
    let request = match &change {
        Some(body) => http
            .put(address)
            .header("idempotency-key", "another-installation")
            .json(body),
        None => http.delete(address),
    };
    let answer = request.bearer_auth(session.access.expose()).send().await;
    let status = answer.expect("the sandbox answers").status();
    assert!(status.is_success(), "{status}");
}

#[tokio::test]
async fn a_connection_that_stands_as_it_was_made_is_fine() {
    let (stage, result) = connected(Choices::default()).await;
    let before = cards::home(&stage.app)
        .expect("a home")
        .connections
        .remove(0);
    assert_eq!(before.watch.standing, Standing::Unchecked);
    assert_eq!(before.watch.checked_on, None);
    assert!(before.watch.delivered_on.is_some(), "it was just delivered");
    let watch = checked(&stage).await;
    assert_eq!(
        (watch.standing, &watch.needs, &watch.untold),
        (Standing::Fine, &vec![], &vec![])
    );
    assert!(watch.checked_on.is_some());
    assert_eq!((watch.age_days, watch.expires_in_days), (0, None));
    let requests = stage.requests().await;
    assert!(
        requests
            .iter()
            .all(|request| !request.starts_with("PUT /client")),
        "a check changes nothing"
    );
    let after = cards::home(&stage.app)
        .expect("a home")
        .connections
        .remove(0);
    assert_ne!(
        after.receipt_code, before.receipt_code,
        "the platform proved it anew, and both sides show the code of the last proof"
    );
    let row = stage.app.record.activity(None, 1, None).expect("activity");
    assert_eq!(
        (
            row[0].activity.what.as_str(),
            row[0].activity.result.as_str()
        ),
        ("connection checked", "fine")
    );
    assert_eq!(row[0].activity.subject, result.token_name);
}

#[tokio::test]
async fn a_token_that_died_at_cloudflare_is_told_by_what_killed_it() {
    for (status, kind, next) in [
        (
            json!({ "status": "disabled" }),
            NeedKind::TokenDisabled,
            WatchNext::OpenTokenList,
        ),
        (
            json!({ "status": "expired" }),
            NeedKind::TokenExpired,
            WatchNext::Rotate,
        ),
        (
            json!({ "status": "revoked (exposed)" }),
            NeedKind::TokenDeleted,
            WatchNext::Rotate,
        ),
    ] {
        let (stage, result) = connected(Choices::default()).await;
        stage
            .tell("/world", &json!({ "tokens": { &result.token_id: status } }))
            .await;
        let watch = checked(&stage).await;
        assert_eq!(needs(&watch), [kind], "{status}: {watch:?}");
        assert_eq!(watch.standing, Standing::NeedsYou);
        assert_eq!(watch.needs[0].next, next);
        let tried = stage.requests().await;
        let doors = tried
            .iter()
            .filter(|request| request.contains("/pages/projects"))
            .count();
        let again = checked(&stage).await;
        assert_eq!(needs(&again), needs(&watch), "it stays so");
        let tried = stage.requests().await;
        assert_eq!(
            tried
                .iter()
                .filter(|request| request.contains("/pages/projects"))
                .count(),
            doors,
            "a dead token is tried on no door"
        );
    }
    let (stage, result) = connected(Choices::default()).await;
    at_cloudflare(&stage, &result.token_id, None).await;
    let watch = checked(&stage).await;
    assert_eq!(needs(&watch), [NeedKind::TokenDeleted], "{watch:?}");
}

#[tokio::test]
async fn a_token_that_can_do_more_or_less_than_it_was_made_for_has_changed() {
    let (mut stage, result) = connected(Choices::default()).await;
    let mut body = body_of(&stage, &result.token_id).await;
    let made = body["policies"][0]["permission_groups"].clone();
    body["policies"][0]["permission_groups"] = group(&stage, "Workers Scripts Write").await;
    at_cloudflare(&stage, &result.token_id, Some(body.clone())).await;
    let watch = checked(&stage).await;
    assert_eq!(
        (needs(&watch), untold(&watch)),
        (vec![NeedKind::PolicyChanged], vec![NeedKind::TooNew]),
        "what a new token is refused may be for its youth: {watch:?}"
    );
    stage.app.now = || Timestamp::now() + SignedDuration::from_mins(10);
    let watch = checked(&stage).await;
    assert_eq!(
        needs(&watch),
        [NeedKind::PolicyChanged, NeedKind::PolicyChanged],
        "another group instead: more here, less there: {watch:?}"
    );
    assert!(watch.needs[0].message.contains("can do more"), "{watch:?}");
    assert_eq!(untold(&watch), []);

    body["policies"][0]["permission_groups"] = made;
    body["expires_on"] = json!("2036-01-01T00:00:00Z");
    at_cloudflare(&stage, &result.token_id, Some(body)).await;
    let watch = checked(&stage).await;
    assert_eq!(needs(&watch), [NeedKind::ExpiryChanged], "{watch:?}");
    assert_eq!(
        watch.expires_on.as_deref(),
        Some("2036-01-01T00:00:00Z"),
        "Cloudflare's word on the end is the one that is shown"
    );
}

#[tokio::test]
async fn a_token_that_is_refused_from_here_was_limited_by_somebody_or_as_chosen() {
    let (stage, result) = connected(Choices::default()).await;
    let mut body = body_of(&stage, &result.token_id).await;
    body["condition"] = json!({ "request_ip": { "in": ["203.0.113.9/32"] } });
    at_cloudflare(&stage, &result.token_id, Some(body)).await;
    let watch = checked(&stage).await;
    assert_eq!(needs(&watch), [NeedKind::AddressBlocked], "{watch:?}");

    let (stage, _) = connected(Choices {
        allow_ip: vec!["127.0.0.1/32".to_owned()],
        ..Choices::default()
    })
    .await;
    assert_eq!(checked(&stage).await.standing, Standing::Fine);
    stage
        .tell("/world", &json!({ "client_ip": "203.0.113.9" }))
        .await;
    let watch = checked(&stage).await;
    assert_eq!(
        (watch.standing, untold(&watch)),
        (Standing::Untold, vec![NeedKind::WorksElsewhere]),
        "it works elsewhere, as was chosen, and that cannot be seen from here"
    );
}

#[tokio::test]
async fn a_platform_that_holds_another_token_or_none_gets_ours_again() {
    let (stage, result) = connected(Choices::default()).await;
    let (id, value) = stage
        .make_token(
            json!({ "kind": "user", "groups": ["Pages Write"], "account": stage.face.account_id }),
        )
        .await;
    let another = json!({
        "profile": result.profile, "account_id": result.account_id, "account_name": result.account_name,
        "project": result.project, "nonce": "AAECAwQFBgcICQoLDA0ODw", "replaces": result.token_id,
        "token": { "value": value, "id": id, "kind": "user", "name": "Another", "expires_on": null },
    });
    at_platform(&stage, &result, Some(another)).await;
    let watch = checked(&stage).await;
    assert_eq!(needs(&watch), [NeedKind::PlatformHoldsAnother], "{watch:?}");
    assert_eq!(watch.needs[0].next, WatchNext::DeliverAgain);
    let card = redeliver(&stage.app, &result.connection_id)
        .await
        .expect("the platform takes it");
    assert_eq!(
        card.watch.standing,
        Standing::Fine,
        "what the delivery mended is not told any more"
    );
    assert_eq!(checked(&stage).await.standing, Standing::Fine);

    at_platform(&stage, &result, None).await;
    let watch = checked(&stage).await;
    assert_eq!(needs(&watch), [NeedKind::PlatformForgot], "{watch:?}");
    redeliver(&stage.app, &result.connection_id)
        .await
        .expect("the platform takes it");
    assert_eq!(checked(&stage).await.standing, Standing::Fine);
}

#[tokio::test]
async fn a_vault_that_lost_or_changed_the_token_is_found_out() {
    let (stage, result) = connected(Choices::default()).await;
    let item = Item::Token {
        connection: result.connection_id.clone(),
        token: result.token_id.clone(),
    };
    let vault = stage.app.vault();
    let value = vault.get(&item).await.expect("the vault").expect("a token");
    vault
        .put(&item, &Secret::new("cfut_something-else".to_owned()))
        .await
        .expect("kept");
    let watch = checked(&stage).await;
    assert_eq!(needs(&watch), [NeedKind::TokenChanged], "{watch:?}");
    let requests = stage.requests().await.len();
    vault.delete(&item).await.expect("deleted");
    let watch = checked(&stage).await;
    assert_eq!(needs(&watch), [NeedKind::TokenMissing], "{watch:?}");
    let more: Vec<String> = stage.requests().await.split_off(requests);
    assert!(
        more.iter().all(|request| !request.contains("/client/v4/")),
        "what is not the token is sent nowhere: {more:?}"
    );
    vault.put(&item, &value).await.expect("kept");
    assert_eq!(checked(&stage).await.standing, Standing::Fine);

    let passphrase = Secret::new("correct horse battery staple".to_owned());
    stage
        .app
        .use_sealed_file(passphrase)
        .await
        .expect("a sealed file");
    let watch = checked(&stage).await;
    assert_eq!(
        (watch.standing, needs(&watch)),
        (Standing::Untold, vec![]),
        "a token that is in another vault is not a lost one: {watch:?}"
    );
    assert_eq!(
        untold(&watch),
        [NeedKind::SignedOut],
        "it is looked for where it rests; the sign-in alone is the other vault's"
    );

    let moved = vaults::move_vault(&stage.app, VaultKind::File, None).await;
    assert!(moved.is_ok(), "{moved:?}");
    let locked = crate::stage::app(&stage.face, stage.home.path());
    let checked = check(&locked, None).await.expect("a check");
    let watch = &checked[0].watch;
    assert_eq!((watch.standing, needs(watch)), (Standing::Untold, vec![]));
    assert!(
        untold(watch).contains(&NeedKind::VaultUntold),
        "nobody has opened the file: {watch:?}"
    );
}

#[tokio::test]
async fn who_gives_no_clear_answer_is_never_fine() {
    let (stage, result) = connected(Choices::default()).await;
    let cloudflare = "/client/v4/**";
    let platform = "/v1/connections/**";
    for (path, fault, kind) in [
        (
            cloudflare,
            json!({ "kind": "reset-before" }),
            NeedKind::CloudflareUntold,
        ),
        (
            cloudflare,
            json!({ "kind": "html", "status": 200 }),
            NeedKind::CloudflareUntold,
        ),
        (
            cloudflare,
            json!({ "kind": "status", "status": 500 }),
            NeedKind::CloudflareUntold,
        ),
        (
            "/client/v4/accounts/**",
            json!({ "kind": "status", "status": 500 }),
            NeedKind::CloudflareUntold,
        ),
        (
            cloudflare,
            json!({ "kind": "rate-limit", "retry_after": 3600 }),
            NeedKind::CloudflareUntold,
        ),
        (
            platform,
            json!({ "kind": "reset-before" }),
            NeedKind::PlatformUntold,
        ),
        (
            platform,
            json!({ "kind": "html", "status": 404 }),
            NeedKind::PlatformUntold,
        ),
        (
            "/v1/me",
            json!({ "kind": "status", "status": 500 }),
            NeedKind::PlatformUntold,
        ),
    ] {
        stage.fault("*", path, fault.clone()).await;
        let watch = checked(&stage).await;
        assert_eq!(
            (watch.standing, needs(&watch), untold(&watch)),
            (Standing::Untold, vec![], vec![kind]),
            "{path} {fault}: {watch:#?}"
        );
    }
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let session = Item::Session {
        platform: format!("{}/", stage.face.platform),
    };
    stage.app.vault().delete(&session).await.expect("deleted");
    let watch = checked(&stage).await;
    assert_eq!(untold(&watch), [NeedKind::SignedOut], "{watch:?}");
    assert_eq!(watch.untold[0].next, WatchNext::SignIn);

    let Stage { app, home, .. } = stage;
    let checked = check(&app, Some(&result.connection_id))
        .await
        .expect("a check");
    let watch = &checked[0].watch;
    assert_eq!(
        (watch.standing, needs(watch)),
        (Standing::Untold, vec![]),
        "with nobody there at all: {watch:#?}"
    );
    drop(home);
}

#[tokio::test]
async fn a_delivery_whose_answer_was_lost_is_confirmed_by_a_later_check() {
    let stage = Stage::new().await;
    stage
        .fault(
            "PUT",
            "/v1/connections/**",
            json!({ "kind": "reset-after" }),
        )
        .await;
    stage
        .tell(
            "/faults",
            &json!({ "faults": [
                { "method": "PUT", "path": "/v1/connections/**", "kind": "reset-after" },
                { "method": "GET", "path": "/v1/connections/**", "kind": "reset-before" },
            ]}),
        )
        .await;
    let outcome = stage
        .connect(&stage.face.broad_token, crate::stage::destroy())
        .await;
    assert!(
        matches!(outcome, Ok(Outcome::Pending(_))),
        "nobody knows whether it arrived: {outcome:?}"
    );
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let watch = checked(&stage).await;
    assert_eq!(watch.standing, Standing::Fine, "{watch:?}");
    let card = cards::home(&stage.app)
        .expect("a home")
        .connections
        .remove(0);
    assert_eq!(card.delivery, narrows_core::story::Delivery::Accepted);
    assert!(card.receipt_code.is_some());
}

#[tokio::test]
async fn what_was_found_of_another_token_counts_for_nothing() {
    let (stage, result) = connected(Choices::default()).await;
    assert_eq!(checked(&stage).await.standing, Standing::Fine);
    let record = &stage.app.record;
    let mut known = record
        .connection(&result.connection_id)
        .expect("reads")
        .expect("a connection");
    known.fingerprint = Secret::new("the next one".to_owned()).fingerprint();
    record.put_connection(&known).expect("kept");
    let home = cards::home(&stage.app).expect("a home");
    assert_eq!(home.connections[0].watch.standing, Standing::Unchecked);
}

#[tokio::test]
async fn many_connections_are_asked_about_side_by_side_but_no_more_than_eight_requests_at_once() {
    let (stage, result) = connected(Choices::default()).await;
    let record = &stage.app.record;
    let known = record
        .connection(&result.connection_id)
        .expect("reads")
        .expect("a connection");
    for number in 0..5 {
        let mut copy = known.clone();
        copy.id = format!("copy-{number}");
        let from = Item::Token {
            connection: known.id.clone(),
            token: known.token_id.clone(),
        };
        let to = Item::Token {
            connection: copy.id.clone(),
            token: known.token_id.clone(),
        };
        let value = stage.app.vault().get(&from).await.expect("the vault");
        let value = value.expect("a token");
        stage.app.vault().put(&to, &value).await.expect("kept");
        record.put_connection(&copy).expect("kept");
    }
    stage.tell("/reset", &json!({})).await;
    stage.tell("/faults", &json!({ "latency_ms": 20 })).await;
    let checked = check(&stage.app, None).await.expect("a check");
    assert_eq!(checked.len(), 6);
    let list = stage.admin("/requests").await;
    let spans: Vec<(f64, f64)> = list["requests"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|request| {
            let ms = |name: &str| request[name].as_f64().expect("milliseconds");
            (ms("began_ms"), ms("ended_ms"))
        })
        .collect();
    let most = spans
        .iter()
        .map(|(at, _)| {
            spans
                .iter()
                .filter(|(began, ended)| began <= at && at < ended)
                .count()
        })
        .max();
    assert!(
        most.is_some_and(|most| (2..=8).contains(&most)),
        "{most:?} requests were under way at once"
    );
    let sessions = stage.requests().await;
    let asked = sessions.iter().filter(|request| *request == "GET /v1/me");
    assert_eq!(asked.count(), 1, "one platform is signed in to once");
}

#[tokio::test]
async fn a_session_that_lapsed_is_renewed_by_one_and_used_by_all() {
    let (mut stage, result) = connected(Choices::default()).await;
    stage.app.now = || Timestamp::now() + SignedDuration::from_hours(2);
    let id = Some(result.connection_id.as_str());
    let (one, other, third) = tokio::join!(
        check(&stage.app, id),
        check(&stage.app, None),
        check(&stage.app, id)
    );
    for checked in [one, other, third] {
        let checked = checked.expect("a check");
        assert_eq!(
            checked[0].watch.standing,
            Standing::Fine,
            "nobody is signed out by another's renewal: {checked:?}"
        );
    }
}

#[tokio::test]
async fn a_clock_that_is_ahead_does_not_overrule_what_cloudflare_says_of_a_token() {
    let (mut stage, result) = connected(Choices {
        expires: Some("90d".to_owned()),
        ..Choices::default()
    })
    .await;
    stage.app.now = || Timestamp::now() + SignedDuration::from_hours(91 * 24);
    let before = stage.requests().await.len();
    let checked = check(&stage.app, Some(&result.connection_id)).await;
    let watch = checked.expect("a check").remove(0).watch;
    let asked = stage.requests().await.into_iter().skip(before);
    assert!(
        asked
            .filter(|call| call.ends_with("/pages/projects"))
            .count()
            > 0,
        "Cloudflare takes it, so it is asked what it can do"
    );
    let needs = watch.needs.iter().map(|need| need.message.as_str());
    assert!(
        needs.clone().all(|need| need.contains("should have ended")),
        "by its date alone: {:?}",
        needs.collect::<Vec<_>>()
    );
}

/// Seconds that the clock of the test below is ahead.
static AHEAD: AtomicI64 = AtomicI64::new(0);

fn moved() -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(AHEAD.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_reminder_comes_in_its_time_once_and_as_it_was_wished() {
    let (mut stage, _) = connected(Choices {
        expires: Some("90d".to_owned()),
        ..Choices::default()
    })
    .await;
    stage.app.now = moved;
    let app = &stage.app;
    let due = |days: i64| {
        AHEAD.store(days * 86_400, Ordering::SeqCst);
        let due = reminders(app).expect("reminders");
        for one in &due {
            assert!(reminded(app, one).expect("noted"), "{one:?} is new");
        }
        due.into_iter().map(|one| one.text).collect::<Vec<_>>()
    };
    let standing = || {
        cards::home(app)
            .expect("a home")
            .connections
            .remove(0)
            .watch
    };
    assert!(due(59).is_empty());
    assert_eq!(standing().standing, Standing::Unchecked);
    assert!(due(60)[0].contains("in 30 days"));
    assert!(due(61).is_empty(), "once is enough");
    assert_eq!(
        needs(&standing()),
        [NeedKind::ExpiresSoon],
        "the badge stays as long as it is so"
    );
    assert!(due(59).is_empty(), "the clock was set back");
    assert!(due(61).is_empty(), "and forth again: nobody is told twice");
    assert!(
        due(84)[0].contains("in 6 days"),
        "a machine that slept at 83"
    );
    assert!(due(89)[0].contains("in 1 day."));
    assert!(due(91)[0].contains("ended"));
    assert_eq!(needs(&standing()), [NeedKind::TokenExpired]);
    assert_eq!(standing().expires_in_days, Some(0));

    app.record.set_setting("reminders/days", "").expect("set");
    app.record
        .set_setting("reminders/age-days", "45")
        .expect("set");
    assert!(due(44).is_empty());
    assert!(due(45)[0].contains("45 days old"));
    assert!(due(50).is_empty());
    AHEAD.store(-400 * 86_400, Ordering::SeqCst);
    assert_eq!(standing().age_days, 0, "a clock a year behind");
    assert!(needs(&standing()).is_empty());
}

#[tokio::test]
async fn a_token_that_may_read_itself_is_held_against_its_policy() {
    let (stage, result) = connected(Choices::default()).await;
    let (id, value) = stage
        .make_token(json!({
            "kind": "user", "groups": ["Pages Write", "API Tokens Read"], "account": stage.face.account_id,
        }))
        .await;
    let value = Secret::new(value);
    let record = &stage.app.record;
    let known = record.connection(&result.connection_id).expect("reads");
    let mut known = known.expect("a connection");
    known.token_id = id;
    known.fingerprint = value.fingerprint();
    known.platform_address = None;
    record.put_connection(&known).expect("kept");
    let item = Item::Token {
        connection: known.id.clone(),
        token: known.token_id.clone(),
    };
    stage.app.vault().put(&item, &value).await.expect("kept");
    let watch = checked(&stage).await;
    assert_eq!(needs(&watch), [NeedKind::PolicyChanged], "{watch:?}");
    assert!(
        watch.needs[0]
            .evidence
            .as_deref()
            .is_some_and(|seen| seen.contains("added: API Tokens Read")),
        "{watch:?}"
    );
    let policy = json!([
        { "group": "API Tokens Read", "scope": "user", "resource": "" },
        { "group": "Pages Write", "scope": "account", "resource": format!("com.cloudflare.api.account.{}", stage.face.account_id) },
    ]);
    let list = stage.admin("/tokens").await.to_string();
    let user = list
        .split("com.cloudflare.api.user.")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("the user's tag")
        .to_owned();
    known.policy = policy;
    known.policy[0]["resource"] = format!("com.cloudflare.api.user.{user}").into();
    record.put_connection(&known).expect("kept");
    assert_eq!(checked(&stage).await.standing, Standing::Fine);
}

/// `narrows` with the sealed file and one object on standard output.
async fn told(narrows: &Program, command: &[&str]) -> (Option<i32>, Value) {
    let mut line = command.to_vec();
    line.extend(["--json"]);
    if command[0] == "status" {
        line.extend(SEALED);
    }
    let ran = narrows.run(&line, PASSPHRASE).await;
    (ran.exit, ran.object())
}

#[tokio::test]
async fn the_command_line_tells_how_connections_stand_by_its_exit_code() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let made = narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await
        .result();
    let (exit, listed) = told(&narrows, &["connections"]).await;
    assert_eq!(exit, Some(0));
    let watch = &listed["connections"][0]["watch"];
    assert_eq!(
        (&watch["standing"], &watch["needs"], &watch["checked_on"]),
        (&json!("unchecked"), &json!([]), &Value::Null)
    );
    assert!(watch["delivered_on"].is_string(), "{watch}");

    let (exit, status) = told(&narrows, &["status", "--check"]).await;
    assert_eq!(exit, Some(0), "{status}");
    assert_eq!(status["watch"][0]["watch"]["standing"], "fine");

    let id = made["token_id"].as_str().expect("an id");
    let switch = |to: &str| json!({ "tokens": { id: { "status": to } } });
    stage.tell("/world", &switch("disabled")).await;
    let (exit, _) = told(&narrows, &["status"]).await;
    assert_eq!(exit, Some(0), "nobody was asked, so nobody knows yet");
    let (exit, status) = told(&narrows, &["status", "--check"]).await;
    assert_eq!(exit, Some(1), "{status}");
    let golden: Value = serde_json::from_str(include_str!("golden/status.json")).expect("JSON");
    assert_eq!(steady(status.clone(), &made), golden, "scripts read this");
    let (exit, again) = told(&narrows, &["status"]).await;
    assert_eq!(
        (exit, &again["watch"]),
        (Some(1), &status["watch"]),
        "what was found is remembered"
    );
    let mut line = vec!["status"];
    line.extend(SEALED);
    let ran = narrows.run(&line, PASSPHRASE).await;
    assert!(
        ran.stdout.contains("switched off at Cloudflare"),
        "a person reads the reason as well: {ran:?}"
    );

    stage.tell("/world", &switch("active")).await;
    stage
        .fault("*", "/client/v4/**", json!({ "kind": "reset-before" }))
        .await;
    let (exit, status) = told(&narrows, &["status", "--check"]).await;
    assert_eq!(exit, Some(3), "{status}");
    assert_eq!(status["needs"], json!([]));
    assert_eq!(status["untold"].as_array().map(Vec::len), Some(1));
    let (exit, _) = told(&narrows, &["status"]).await;
    assert_eq!(exit, Some(0), "nothing is known to need anybody");
}

#[tokio::test]
async fn a_token_that_ends_soon_needs_no_network_to_be_told_of() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    narrows
        .connect(&stage.face.broad_token, &["--expires", "12h"])
        .ends()
        .await;
    let (exit, status) = told(&narrows, &["status"]).await;
    assert_eq!(exit, Some(1));
    assert!(
        status["needs"][0]
            .as_str()
            .is_some_and(|need| need.contains("in 1 day.")),
        "{status}"
    );
}

/// The object with what is different each time replaced by its name.
fn steady(mut status: Value, made: &Value) -> Value {
    for pointer in [
        "/version",
        "/folder",
        "/vault/store",
        "/vault/self_test_ms",
        "/watch/0/connection_id",
        "/watch/0/watch/checked_on",
        "/watch/0/watch/delivered_on",
    ] {
        let value = status.pointer_mut(pointer).expect("a documented field");
        *value = format!("<{}>", pointer.rsplit('/').next().unwrap_or_default()).into();
    }
    let id = made["connection_id"].as_str().expect("an id");
    let text = status.to_string().replace(id, "<connection_id>");
    serde_json::from_str(&text).expect("still JSON")
}
