//! Connect with each of the five profiles, from the token page's rows to connected.

use narrows_core::cards;
use narrows_core::connect::Connect;
use std::collections::BTreeMap;

use narrows_core::cloudflare::TokenKind;
use narrows_core::problem::Problem;
use narrows_core::profile::Profile;
use narrows_core::run::brand_link;
use narrows_core::story::{Choices, Connected, Delivery, Outcome, TokenPage};
use narrows_sandbox::Options;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::stage::{Stage, destroy};

/// A broad token with the rows of the token page, and a walk into which it was pasted.
pub(crate) async fn pasted(stage: &Stage, profile: &str, kind: TokenKind) -> Connect {
    let profile = Profile::load(profile).expect("a built-in profile");
    let mut walk = stage.walk_with(profile).await;
    let page = page(&walk, kind);
    let groups: Vec<_> = page.rows.iter().map(|row| row.group.as_str()).collect();
    let kind = match kind {
        TokenKind::User => "user",
        TokenKind::Account => "account",
    };
    let wanted = json!({ "kind": kind, "name": page.token_name, "groups": groups });
    let (_, value) = stage.make_token(wanted).await;
    stage
        .inspect(&mut walk.approach, &value)
        .await
        .expect("a token with the page's rows is good");
    walk
}

fn page(walk: &Connect, kind: TokenKind) -> TokenPage {
    let pages = walk.approach.token_pages().expect("pages");
    let page = pages.into_iter().find(|page| page.kind == kind);
    page.expect("a page for this kind of token")
}

/// The whole of connect with a token that has just the page's rows.
async fn connect(
    stage: &Stage,
    profile: &str,
    kind: TokenKind,
    choices: Choices,
) -> Result<Connected, Problem> {
    let mut walk = pasted(stage, profile, kind).await;
    walk.choosing().expect("a known token").preview(&choices)?;
    match walk
        .connect(&choices, None, &CancellationToken::new())
        .await
    {
        Outcome::Connected(result) => Ok(*result),
        other => panic!("{profile} with {kind:?} did not come through: {other:#?}"),
    }
}

fn with(names: &[&str], zones: &[&str]) -> Choices {
    let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
    Choices {
        with: owned(names),
        zones: owned(zones),
        ..destroy()
    }
}

/// The policies that a token has at Cloudflare: by scope, its resources and how many groups.
async fn policies(stage: &Stage, token: &str) -> BTreeMap<&'static str, (Vec<String>, usize)> {
    let list = stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("tokens").clone();
    let token = tokens.iter().find(|one| one["id"] == token);
    let policies = token.expect("the narrow token")["policies"].clone();
    let mut found = BTreeMap::new();
    for policy in policies.as_array().expect("policies") {
        let resources = policy["resources"].as_object().expect("resources");
        let resources: Vec<String> = resources.keys().cloned().collect();
        let nested = policy["resources"]
            .as_object()
            .is_some_and(|map| map.values().any(Value::is_object));
        let scope = match resources[0].as_str() {
            key if key.contains(".zone.") || nested => "zone",
            key if key.contains(".user.") => "user",
            _ => "account",
        };
        let groups = policy["permission_groups"]
            .as_array()
            .expect("groups")
            .len();
        let before = found.insert(scope, (resources, groups));
        assert_eq!(before, None, "one policy per scope: {policies}");
    }
    found
}

#[tokio::test]
async fn each_profile_connects_with_either_kind_of_token_that_has_the_pages_rows() {
    #[rustfmt::skip]
    let table: [(&str, &[&str], bool, [usize; 3]); 8] = [
        ("site-generator", &[], false, [1, 0, 0]),
        ("site-generator", &["domain"], true, [1, 5, 0]),
        ("getaipage", &[], true, [4, 4, 0]),
        ("stackone", &[], true, [11, 12, 2]),
        ("stackone", &["tunnels"], false, [2, 0, 2]),
        ("edge-stack", &[], false, [6, 0, 0]),
        ("edge-stack", &["kv", "domain", "dns"], true, [7, 2, 0]),
        ("flarelink", &[], false, [4, 0, 0]),
    ];
    for (profile, names, on_zone, [account, zone, user]) in table {
        for kind in [TokenKind::User, TokenKind::Account] {
            let stage = Stage::with(Options {
                zones: 3,
                ..Options::default()
            })
            .await;
            let zones = [stage.face.zone_id.as_str()];
            let zones: &[&str] = if on_zone { &zones } else { &[] };
            let result = connect(&stage, profile, kind, with(names, zones))
                .await
                .expect("the choices are good");
            let what = format!("{profile} with {names:?} and a token of kind {kind:?}");

            let count = |scope: &str| {
                let grants = result.granted.iter();
                grants.filter(|grant| grant.scope == scope).count()
            };
            let user = if kind == TokenKind::User { user } else { 0 };
            assert_eq!(
                [count("account"), count("zone"), count("user")],
                [account, zone, user],
                "{what}: the permissions that the profile names"
            );
            assert_eq!(result.granted, result.requested, "{what}");
            assert_eq!(
                result.can.proved, result.can.of,
                "{what}: {:#?}",
                result.checks
            );
            assert!(result.can.of > 0, "{what}: something was tried");
            assert_eq!(
                result.cannot.proved, result.cannot.of,
                "{what}: {:#?}",
                result.checks
            );
            assert!(result.rounds <= 6, "{what}: {} rounds", result.rounds);
            let delivery = if profile == "edge-stack" {
                Delivery::Skipped
            } else {
                Delivery::Accepted
            };
            assert_eq!(result.delivery, delivery, "{what}");
            let policies = policies(&stage, &result.token_id).await;
            if on_zone {
                let key = format!("com.cloudflare.api.account.zone.{}", stage.face.zone_id);
                assert_eq!(
                    policies["zone"],
                    (vec![key], zone),
                    "{what}: one zone alone"
                );
            }
        }
    }
}

#[tokio::test]
async fn an_account_token_for_stackone_leaves_out_the_two_permissions_of_a_person_and_says_so() {
    let stage = Stage::new().await;
    let zone = stage.face.zone_id.clone();
    let result = connect(&stage, "stackone", TokenKind::Account, with(&[], &[&zone]))
        .await
        .expect("good");
    assert_eq!(result.granted.len(), 23);
    for row in ["User · API Tokens · Read", "User · Memberships · Read"] {
        let told = result
            .notices
            .iter()
            .any(|notice| notice.contains(row) && notice.contains("account token cannot"));
        assert!(told, "{row}: {:?}", result.notices);
    }
    let page_rules = result
        .notices
        .iter()
        .any(|notice| notice.contains("Page Rules"));
    assert!(
        page_rules,
        "Cloudflare's page rules answer no account token: {:?}",
        result.notices
    );
    let tried = result
        .checks
        .iter()
        .any(|check| check.endpoint.contains("pagerules"));
    assert!(!tried, "so its answer would prove nothing");
}

#[tokio::test]
async fn several_zones_lie_in_one_policy_and_a_profile_for_one_zone_refuses_them() {
    let stage = Stage::with(Options {
        zones: 3,
        ..Options::default()
    })
    .await;
    let mut walk = pasted(&stage, "edge-stack", TokenKind::User).await;
    let zones = walk
        .choosing()
        .expect("a known token")
        .zones(None)
        .await
        .expect("an answer")
        .expect("the page's Zone Read lists them");
    assert_eq!(zones.len(), 3);
    let two = [zones[0].name.as_str(), zones[2].id.as_str()];
    let choices = with(&["domain", "dns"], &two);
    let preview = walk
        .choosing()
        .expect("a known token")
        .preview(&choices)
        .expect("a domain is as good as an id");
    assert!(
        preview
            .sentences
            .iter()
            .any(|line| line.contains(&zones[2].name)),
        "zones are told by name: {:?}",
        preview.sentences
    );
    let outcome = walk
        .connect(&choices, None, &CancellationToken::new())
        .await;
    let Outcome::Connected(result) = outcome else {
        panic!("{outcome:#?}")
    };
    let (resources, groups) = policies(&stage, &result.token_id).await["zone"].clone();
    assert_eq!((resources.len(), groups), (2, 2));

    let mut walk = pasted(&stage, "getaipage", TokenKind::User).await;
    let ids = [zones[0].id.as_str(), zones[2].id.as_str()];
    for zones in [ids.as_slice(), &["all"]] {
        let problem = walk
            .choosing()
            .expect("a known token")
            .preview(&with(&[], zones))
            .expect_err("one zone");
        assert_eq!(problem.code, "zone-too-wide", "{zones:?}");
    }
}

#[tokio::test]
async fn all_zones_are_reached_only_by_express_wish_where_the_profile_allows_it() {
    let stage = Stage::with(Options {
        zones: 3,
        ..Options::default()
    })
    .await;
    let mut walk = pasted(&stage, "stackone", TokenKind::User).await;
    let nothing_said = walk
        .choosing()
        .expect("a known token")
        .preview(&with(&[], &[]))
        .expect_err("a zone is needed");
    assert_eq!(nothing_said.code, "zone-needed");
    walk.choosing()
        .expect("a known token")
        .zones(None)
        .await
        .expect("an answer");
    let told = walk
        .choosing()
        .expect("a known token")
        .preview(&with(&[], &[]))
        .expect_err("a zone is needed");
    assert!(
        told.evidence
            .is_some_and(|list| list.contains(&stage.face.zone_id)),
        "once they are listed, the zones to choose from are told"
    );
    let choices = with(&[], &["all"]);
    let outcome = walk
        .connect(&choices, None, &CancellationToken::new())
        .await;
    let Outcome::Connected(result) = outcome else {
        panic!("{outcome:#?}")
    };
    let zones = result.granted.iter().filter(|grant| grant.scope == "zone");
    assert!(
        zones.clone().count() == 12
            && zones
                .clone()
                .all(|grant| grant.resource.ends_with("zone.*")),
        "{:?}",
        result.granted
    );
    assert!(
        result
            .checks
            .iter()
            .any(|check| check.what == "list DNS records"),
        "and they were tried on one of them"
    );
}

#[tokio::test]
async fn a_zone_of_another_account_is_refused_once_the_zones_are_listed() {
    let stage = Stage::with(Options {
        accounts: 2,
        zones: 4,
        ..Options::default()
    })
    .await;
    let world = stage.admin("/world").await;
    let elsewhere = world["zones"]
        .as_array()
        .expect("zones")
        .iter()
        .find(|zone| !zone.to_string().contains(&stage.face.account_id))
        .expect("a zone of the second account")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let mut walk = pasted(&stage, "getaipage", TokenKind::User).await;
    walk.choosing()
        .expect("a known token")
        .zones(Some(&stage.face.account_id))
        .await
        .expect("an answer");
    let choices = Choices {
        account: Some(stage.face.account_id.clone()),
        ..with(&[], &[&elsewhere])
    };
    let problem = walk
        .choosing()
        .expect("a known token")
        .preview(&choices)
        .expect_err("not this account's");
    assert_eq!(problem.code, "zone-unseen");
}

#[tokio::test]
async fn a_token_that_may_not_list_zones_leaves_the_id_to_be_named() {
    let stage = Stage::new().await;
    let profile = Profile::load("getaipage").expect("built in");
    let mut walk = stage.walk_with(profile).await;
    let broad = stage.face.broad_token.clone();
    stage
        .inspect(&mut walk.approach, &broad)
        .await
        .expect("good");
    assert_eq!(
        walk.choosing().expect("a known token").zones(None).await,
        Ok(None)
    );
    let zone = stage.face.zone_id.clone();
    walk.choosing()
        .expect("a known token")
        .preview(&with(&[], &[&zone]))
        .expect("an id will do");
}

#[tokio::test]
async fn r2_keys_stay_off_and_flarelink_says_what_to_do() {
    for names in [&[][..], &["API Tokens Write"]] {
        let stage = Stage::new().await;
        let result = connect(&stage, "flarelink", TokenKind::User, with(names, &[]))
            .await
            .expect("connect succeeds without it");
        assert_eq!(result.granted.len(), 4, "{names:?}");
        let told = result
            .notices
            .iter()
            .any(|notice| notice.contains("R2 keys at one click are off"));
        assert!(told, "{names:?}: {:?}", result.notices);
    }
}

/// Runs the command line; exit code, standard output, standard error.
fn narrows(arguments: &[&str]) -> (i32, String, String) {
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_narrows"))
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let code = done.status.code().expect("an exit code");
    (code, text(done.stdout), text(done.stderr))
}

#[test]
fn the_command_line_lists_shows_and_checks_profiles() {
    let (code, out, _) = narrows(&["profile", "list"]);
    assert_eq!((code, out.lines().count()), (0, 5), "{out}");
    let json = |arguments: &[&str]| -> (i32, Value) {
        let (code, out, _) = narrows(arguments);
        (code, serde_json::from_str(&out).expect("JSON"))
    };
    for (id, user, account) in [("getaipage", 8, 8), ("stackone", 25, 23)] {
        let (code, shown) = json(&["profile", "show", id, "--json"]);
        assert_eq!(code, 0);
        assert_eq!(
            shown["reached"],
            json!({ "user": user, "account": account })
        );
        let (_, out, _) = narrows(&["profile", "show", id]);
        let line = format!("user {user} of {user} permissions, account {account} of {user}");
        assert!(out.contains(&line), "{out}");
        assert_eq!(narrows(&["profile", "lint", id]).0, 0, "{id} is sound");
    }
    let (_, out, _) = narrows(&["profile", "show", "flarelink"]);
    for line in [
        "A token of its own, flarelink-r2-…, with r2-keys: R2 keys",
        "Make a key pair by hand",
    ] {
        assert!(out.contains(line), "{line}: {out}");
    }
    let (_, shown) = json(&["profile", "show", "flarelink", "--json"]);
    let extra = &shown["extras"][0];
    assert_eq!(
        (&extra["id"], &extra["name"]),
        (&json!("r2-keys"), &json!("flarelink-r2-"))
    );
    assert_eq!(extra["permissions"][0]["group"], "Workers R2 Storage Write");

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("spoilt.toml");
    let (text, _) = Profile::text("getaipage").expect("built in");
    let guide = text.replacen(
        "group = \"Workers Routes Write\"\nscope = \"zone\"",
        "group = \"Workers Routes Write\"\nscope = \"account\"",
        1,
    );
    std::fs::write(&file, &guide).expect("a file");
    let file = file.to_str().expect("a plain path");
    let line = guide
        .lines()
        .position(|line| line == "group = \"Workers Routes Write\"")
        .expect("the group")
        + 2;
    let (code, out, _) = narrows(&["profile", "lint", file]);
    assert_eq!(code, 1);
    assert!(
        out.contains(&format!("line {line}: error:")) && out.contains("Its scope is zone."),
        "line, what, fix: {out}"
    );
    let (code, found) = json(&["profile", "lint", file, "--json"]);
    assert_eq!((code, &found["errors"]), (1, &json!(1)), "{found}");
    assert_eq!(found["findings"][0]["line"], json!(line));
    assert_eq!(found["findings"][0]["severity"], json!("error"));

    let (code, _, refused) = narrows(&["profile", "lint", "nowhere.toml"]);
    assert_eq!(code, 64, "{refused}");
    assert_eq!(
        narrows(&["profile"]).0,
        64,
        "one of the three has to be named"
    );
}

#[tokio::test]
async fn the_cards_carry_what_each_wizard_asks() {
    let stage = Stage::new().await;
    let about = cards::about(&stage.app);
    let ids: Vec<_> = about.profiles.iter().map(|card| card.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "site-generator",
            "getaipage",
            "stackone",
            "edge-stack",
            "flarelink"
        ]
    );
    let card = |id: &str| {
        let card = about.profiles.iter().find(|card| card.id == id);
        card.expect("a card").clone()
    };
    assert!(card("getaipage").needs_zone && !card("site-generator").needs_zone);
    let stackone = card("stackone");
    assert_eq!(stackone.parts.len(), 7);
    let on_zone: Vec<_> = stackone
        .parts
        .iter()
        .filter(|part| part.needs_zone)
        .map(|part| part.id.as_str())
        .collect();
    assert_eq!(on_zone, ["domains", "rules", "security", "balancing"]);
    assert_eq!(card("edge-stack").conditions.len(), 3);
    let keys = &card("flarelink").optional[0];
    assert!(!keys.possible && keys.without.is_some());
}

#[test]
fn only_pages_that_a_built_in_profile_names_are_opened_for_its_brand() {
    let opened = |profile: &str, doc| brand_link(profile, doc).map(String::from);
    assert_eq!(
        opened("site-generator", Some(0)).as_deref(),
        Ok("https://developers.cloudflare.com/pages/")
    );
    for (profile, doc, why) in [
        ("site-generator", Some(7), "there is no such page"),
        ("site-generator", None, "no support is named"),
        ("nobody", Some(0), "no such profile comes with it"),
        ("profiles/own.toml", Some(0), "a file may say anything"),
    ] {
        let problem = opened(profile, doc).expect_err(why);
        assert_eq!(problem.code, "link-refused", "{why}");
    }
}
