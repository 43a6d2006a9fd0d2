//! The ten traps that guides leave open, each by its name, where connect falls into it and where doctor finds it:
//! `cargo test --test it traps::`.

use narrows_core::cloudflare::{Client, Credential, Error, Kind, Owner, TokenKind};
use narrows_core::doctor::story::{CauseKind, DoctorOptions, PermissionState};
use narrows_core::http::Base;
use narrows_core::platform::{Platform, Session};
use narrows_core::problem::Next;
use narrows_core::profile::{Profile, lint};
use narrows_core::story::{BroadState, Choices, Connected, Outcome};
use narrows_core::vault::Item;
use narrows_sandbox::Options;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::doctor::{against, examine, kinds, plant, with_second};
use crate::profiles::pasted;
use crate::stage::{Stage, destroy};

async fn connected(stage: &Stage, text: &str, choices: Choices) -> Connected {
    match stage.connect(text, choices).await {
        Ok(Outcome::Connected(result)) => *result,
        other => panic!("connect did not come through: {other:#?}"),
    }
}

/// A client that speaks as the kept narrow token.
async fn narrow(stage: &Stage, result: &Connected) -> Client {
    let item = Item::Token {
        connection: result.connection_id.clone(),
        token: result.token_id.clone(),
    };
    let vault = stage.app.vault();
    let value = vault.get(&item).await.expect("the vault").expect("kept");
    let base = Base::loopback(&stage.face.cloudflare_api).expect("loopback");
    Client::new(&stage.app.http, base.url(), Credential::Token(value)).expect("a client")
}

async fn status(stage: &Stage, token: &str) -> Option<String> {
    let list = stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("tokens").clone();
    let token = tokens.into_iter().find(|one| one["id"] == token)?;
    Some(token["status"].as_str()?.to_owned())
}

fn findings(from: &str, to: &str) -> String {
    let (text, _) = Profile::text("getaipage").expect("built in");
    assert!(text.contains(from), "{from} is there to be spoilt");
    let findings = lint(&text.replacen(from, to, 1));
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[tokio::test]
async fn trap_1_workers_routes_is_a_zone_group() {
    let stage = Stage::new().await;
    let mut walk = pasted(&stage, "getaipage", TokenKind::User).await;
    let choices = Choices {
        zones: vec![stage.face.zone_id.clone()],
        ..destroy()
    };
    let preview = walk
        .choosing()
        .expect("a known token")
        .preview(&choices)
        .expect("good");
    assert!(
        preview
            .sentences
            .iter()
            .any(|line| line.contains("Workers Routes in the zone")),
        "{:?}",
        preview.sentences
    );
    let guide = findings(
        "group = \"Workers Routes Write\"\nscope = \"zone\"",
        "group = \"Workers Routes Write\"\nscope = \"account\"",
    );
    assert!(
        guide.contains("no group of scope account") && guide.contains("Its scope is zone."),
        "the guide's mistake is named: {guide}"
    );
}

#[tokio::test]
async fn trap_2_just_pages_is_not_enough_for_zone_rules() {
    let stage = Stage::new().await;
    let broad = stage.face.broad_token.clone();
    let plain = connected(&stage, &broad, Choices::default()).await;
    assert_eq!(plain.granted.len(), 1, "without a domain it is just Pages");
    let refused = plain
        .checks
        .iter()
        .filter(|check| check.endpoint.contains("/accounts/") && !check.endpoint.contains("pages"));
    assert!(refused.count() > 0, "and everything else was refused");
    let choices = Choices {
        with: vec!["domain".to_owned()],
        zones: vec![stage.face.zone_id.clone()],
        project: Some("with-a-domain".to_owned()),
        ..destroy()
    };
    let extended = connected(&stage, &broad, choices).await;
    let zone = extended.granted.iter().filter(|one| one.scope == "zone");
    assert_eq!(
        zone.count(),
        5,
        "a domain adds its rules, on its zone alone"
    );
}

#[tokio::test]
async fn trap_3_discarding_the_broad_token_means_every_rotation_needs_a_new_one() {
    let stage = Stage::new().await;
    let broad = stage.face.broad_token.clone();
    let result = connected(&stage, &broad, destroy()).await;
    assert_eq!(result.broad.state, BroadState::Refused);
    let mut walk = stage.walk().await;
    let problem = stage
        .inspect(&mut walk.approach, &broad)
        .await
        .expect_err("gone");
    assert_eq!(problem.code, "token-unknown");
    let client = narrow(&stage, &result).await;
    let groups = client.permission_groups(&Owner::User).await;
    assert!(groups.is_err(), "and the narrow token can make none");
}

#[tokio::test]
async fn trap_4_deleting_at_the_platform_does_not_revoke_at_cloudflare() {
    let stage = Stage::new().await;
    let result = connected(&stage, &stage.face.broad_token.clone(), destroy()).await;
    let client = narrow(&stage, &result).await;
    let refused = client.delete_token(&Owner::User, &result.token_id).await;
    assert!(
        matches!(
            refused,
            Err(Error {
                kind: Kind::NotPermitted | Kind::NoTokenManagement | Kind::UserAuthNotFound,
                ..
            })
        ),
        "the narrow token cannot revoke itself: {refused:?}"
    );
    let base = Base::loopback(&stage.face.platform).expect("loopback");
    let item = Item::Session {
        platform: base.url().to_string(),
    };
    let session = stage.app.vault().get(&item).await.expect("the vault");
    let session = Session::from_secret(&session.expect("signed in")).expect("a session");
    Platform::new(&stage.app.http, base)
        .delete_connection(&session, &result.connection_id)
        .await
        .expect("the platform forgets the connection");
    assert_eq!(
        status(&stage, &result.token_id).await.as_deref(),
        Some("active"),
        "so it lives until somebody revokes it at Cloudflare"
    );
}

#[tokio::test]
async fn trap_5_token_management_cannot_be_delegated_by_a_token() {
    let stage = Stage::new().await;
    let mut walk = pasted(&stage, "flarelink", TokenKind::User).await;
    let choices = Choices {
        with: vec!["API Tokens Write".to_owned()],
        ..destroy()
    };
    let preview = walk
        .choosing()
        .expect("a known token")
        .preview(&choices)
        .expect("it is no fault to wish it");
    assert!(
        !preview.body_json.contains("com.cloudflare.api.user"),
        "it is not asked for: {}",
        preview.body_json
    );
    assert!(
        preview
            .sentences
            .iter()
            .any(|line| line.contains("User · API Tokens · Edit") && line.contains("left out")),
        "and the preview says so: {:?}",
        preview.sentences
    );
    let required = findings(
        "group = \"Account Settings Read\"\nscope = \"account\"",
        "group = \"Account API Tokens Write\"\nscope = \"account\"",
    );
    assert!(
        required.contains("made by a token cannot have"),
        "{required}"
    );
}

#[test]
fn trap_6_edit_write_and_purge_are_three_words_and_pages_and_r2_have_longer_names() {
    let profile = Profile::load("stackone").expect("built in");
    let dashboard = |group: &str| {
        let permission = profile.permissions.iter().find(|one| one.group == group);
        permission.expect("a permission").dashboard.clone()
    };
    assert_eq!(
        dashboard("Pages Write"),
        "Account · Cloudflare Pages · Edit"
    );
    assert_eq!(dashboard("Cache Purge"), "Zone · Cache Purge · Purge");
    assert_eq!(
        dashboard("Workers R2 Storage Write"),
        "Account · Workers R2 Storage · Edit"
    );
    for (said, meant) in [
        ("R2 Edit", "Workers R2 Storage Write"),
        ("Workers R2 Storage Edit", "Workers R2 Storage Write"),
        ("Cloudflare Pages Write", "Pages Write"),
        ("Cache Purge Write", "Cache Purge"),
    ] {
        let told = findings("\"Workers R2 Storage Write\"", &format!("\"{said}\""));
        assert!(told.contains(&format!("`{meant}`")), "{said}: {told}");
    }
    let level = findings(
        "group = \"Workers Scripts Write\"",
        "level = \"write\"\ngroup = \"Workers Scripts Write\"",
    );
    assert!(level.contains("`edit`"), "{level}");
}

#[tokio::test]
async fn trap_6_a_diagnosis_names_each_row_as_the_form_does_and_as_the_api_does() {
    let stage = Stage::new().await;
    let value = plant(&stage, "user", &["Account Settings Read", "Pages Read"]).await;
    let told = with_second(&stage, &value, against("stackone", &stage)).await;
    let fix = |group: &str| {
        let row = told.fix_rows.iter().find(|row| row.group == group);
        row.unwrap_or_else(|| panic!("{group} is to be mended: {:#?}", told.fix_rows))
            .dashboard
            .clone()
    };
    for (api, form) in [
        ("Pages Write", "Account · Cloudflare Pages · Edit"),
        (
            "Workers R2 Storage Write",
            "Account · Workers R2 Storage · Edit",
        ),
        ("Cache Purge", "Zone · Cache Purge · Purge"),
    ] {
        assert_eq!(
            fix(api),
            form,
            "the form's words stand beside the API's {api}"
        );
    }
    let link = told.fix_link.clone().expect("a link");
    let link = url::Url::parse(&link).expect("an address");
    let mut pairs = link.query_pairs();
    let keys = pairs
        .find(|(name, _)| name == "permissionGroupKeys")
        .map(|(_, value)| value.into_owned())
        .expect("the link carries keys");
    for (key, level) in [("page", "edit"), ("workers_r2", "edit"), ("cache", "purge")] {
        let row = format!(r#"{{"key":"{key}","type":"{level}"}}"#);
        assert!(keys.contains(&row), "the link says {row}: {keys}");
    }
    let level = told
        .causes
        .iter()
        .find(|cause| cause.kind == CauseKind::LevelTooLow)
        .expect("Pages is only read");
    assert_eq!(level.groups, ["Pages Write"]);
    assert!(
        level.action.contains("from Read to Edit"),
        "the action speaks of the form, where the level is called Edit: {}",
        level.action
    );
}

#[tokio::test]
async fn trap_7_a_zone_token_is_no_kind_of_token() {
    let told = findings("kinds = [\"user\", \"account\"]", "kinds = [\"zone\"]");
    assert!(
        told.contains("`user`") && told.contains("`account`"),
        "{told}"
    );
    let stage = Stage::new().await;
    let choices = Choices {
        with: vec!["domain".to_owned()],
        zones: vec![stage.face.zone_id.clone()],
        ..destroy()
    };
    let result = connected(&stage, &stage.face.broad_token.clone(), choices).await;
    assert_eq!(
        result.token_kind,
        TokenKind::User,
        "a token with zone permissions is still its person's"
    );
}

#[tokio::test]
async fn trap_8_a_single_zone_needs_the_minting_account_token_to_hold_the_group_and_nothing_is_widened()
 {
    let stage = Stage::new().await;
    let profile = Profile::load("getaipage").expect("built in");
    let mut walk = stage.walk_with(profile).await;
    let broad = stage.face.broad_account_token.clone();
    stage
        .inspect(&mut walk.approach, &broad)
        .await
        .expect("it can make tokens");
    let choices = Choices {
        zones: vec![stage.face.zone_id.clone()],
        ..destroy()
    };
    let outcome = walk
        .connect(&choices, None, &CancellationToken::new())
        .await;
    let Outcome::Stopped(stopped) = outcome else {
        panic!("it went on: {outcome:#?}")
    };
    assert_eq!(stopped.problem.code, "account-token-lacks");
    assert_eq!(stopped.problem.next, Next::OpenTokenPage);
    assert!(
        stopped.problem.message.contains("Workers Routes Write"),
        "{}",
        stopped.problem
    );
    assert_eq!(
        stage.ours().await,
        Vec::<String>::new(),
        "nothing was minted"
    );
    let pages = walk.approach.token_pages().expect("pages");
    let groups = |kind| {
        let page = pages.iter().find(|page| page.kind == kind).expect("a page");
        page.rows
            .iter()
            .map(|row| row.group.clone())
            .collect::<Vec<_>>()
    };
    assert!(
        groups(TokenKind::Account).contains(&"Workers Routes Write".to_owned()),
        "the page for account tokens asks for the rows to hand on"
    );
    assert_eq!(
        groups(TokenKind::User),
        ["API Tokens Write", "Account Settings Read", "Zone Read"],
        "a user token hands on what its person may do"
    );
}

#[tokio::test]
async fn trap_9_a_token_can_be_active_and_see_no_account_or_hold_no_permission() {
    let stage = Stage::new().await;
    for (groups, code) in [
        (vec!["API Tokens Write"], "no-account-visible"),
        (vec!["User Details Read"], "no-account-visible"),
        (vec!["Pages Write"], "cannot-mint"),
    ] {
        let (id, value) = stage
            .make_token(json!({ "kind": "user", "groups": groups }))
            .await;
        assert_eq!(status(&stage, &id).await.as_deref(), Some("active"));
        let mut walk = stage.walk().await;
        let problem = stage
            .inspect(&mut walk.approach, &value)
            .await
            .expect_err("of no use");
        assert_eq!(problem.code, code, "{groups:?}");
    }
}

#[tokio::test]
async fn trap_9_an_active_token_that_holds_no_permission_is_told_apart_from_one_that_sees_no_account()
 {
    let stage = Stage::new().await;
    let missing = |told: &narrows_core::doctor::story::Diagnosis| {
        let rows = told.permissions.iter();
        rows.filter(|row| row.state == PermissionState::Missing)
            .count()
    };

    let other = plant(&stage, "user", &["Pages Write"]).await;
    let told = examine(&stage, &other, against("getaipage", &stage)).await;
    assert_eq!(told.token.status.as_deref(), Some("active"));
    assert_eq!(kinds(&told), [CauseKind::NoPermission], "none of the eight");
    assert_eq!((missing(&told), told.exit), (8, 1), "{}", told.headline);

    // A policy that only denies: active, and good for nothing at all.
    let list = stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("tokens").iter();
    let mut policies = tokens.filter(|one| one["name"] == "Narrow");
    let mut policies = policies.next().expect("the narrow one")["policies"].clone();
    policies[0]["effect"] = json!("deny");
    let body = json!({ "kind": "user", "policies": policies });
    let (_, empty) = stage.make_token(body).await;
    for profile in ["site-generator", "edge-stack"] {
        let options = DoctorOptions {
            zones: Vec::new(),
            ..against(profile, &stage)
        };
        let told = with_second(&stage, &empty, options).await;
        assert_eq!(told.token.status.as_deref(), Some("active"));
        assert_eq!(
            kinds(&told),
            [CauseKind::NoPermission],
            "{profile}: where its policy is read, the diagnosis knows that nothing is in it"
        );
        assert_eq!(told.exit, 1, "{}", told.headline);
    }
    let told = examine(&stage, &empty, against("getaipage", &stage)).await;
    assert_eq!(
        kinds(&told)[0],
        CauseKind::NoAccountVisible,
        "where nobody may read its policy, it is a token that sees no account"
    );
}

#[tokio::test]
async fn trap_10_an_active_token_is_not_a_ready_one() {
    let stage = Stage::with(Options {
        propagation_ms: 1500,
        ..Options::default()
    })
    .await;
    let result = connected(&stage, &stage.face.broad_token.clone(), destroy()).await;
    let list = stage.admin("/requests").await;
    let requests = list["requests"].as_array().expect("requests").clone();
    let status = |ending: &str, status: u64| {
        requests.iter().any(|one| {
            let path = one["path"].as_str().unwrap_or_default();
            path.ends_with(ending) && one["status"] == status
        })
    };
    assert!(
        status("/tokens/verify", 200) && status("/pages/projects", 403),
        "verify called it active while Pages refused it"
    );
    assert_eq!(
        (result.can.proved, result.can.of),
        (1, 1),
        "and connected was said only once Pages took it"
    );
}
