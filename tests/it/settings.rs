//! Settings, the vaults and the move between them, a project's new name, and forgetting everything.

use narrows_core::keep::forget::PHRASE;
use narrows_core::keep::{forget, settings, vaults};
use narrows_core::redeliver::rename;
use narrows_core::resume::redeliver;
use narrows_core::run::App;
use narrows_core::secret::Secret;
use narrows_core::story::{Connected, Delivery, ItemState, Outcome, VaultState};
use narrows_core::vault::{Item, Vault, VaultKind};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::golden;
use crate::leak::{Secrets, files};
use crate::moody::{Act, Moody};
use crate::program::{PASSPHRASE, Program};
use crate::stage::{Stage, destroy};

const CONNECTION: &str = "/v1/connections/{}";

fn passphrase() -> Secret {
    Secret::new(PASSPHRASE.to_owned())
}

fn token(result: &Connected) -> Item {
    Item::Token {
        connection: result.connection_id.clone(),
        token: result.token_id.clone(),
    }
}

/// A stage with one connection, whose secrets are in a keychain that does as the test says.
async fn connected() -> (Stage, Moody, Connected) {
    let stage = Stage::new().await;
    let moody = Moody::default();
    stage.app.use_vault(moody.vault());
    let outcome = stage
        .connect(&stage.face.broad_token, destroy())
        .await
        .expect("the token is good");
    let Outcome::Connected(result) = outcome else {
        panic!("{outcome:#?}")
    };
    (stage, moody, *result)
}

/// The token's value, wherever it is kept now.
async fn value(app: &App, result: &Connected) -> Secret {
    let kept = app.vault().get(&token(result)).await.expect("answers");
    kept.expect("it is kept")
}

async fn names(app: &App) -> Vec<String> {
    let names = app.vault().names().await.expect("answers");
    let mut names = names.expect("it can list");
    names.sort();
    names
}

fn place(app: &App, result: &Connected) -> String {
    let known = app.record.connection(&result.connection_id).expect("reads");
    known.expect("is known").vault
}

#[tokio::test]
async fn settings_are_what_they_were_set_to_and_nothing_else_can_be_set() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let first = narrows
        .run(&["settings", "show", "--json"], "")
        .await
        .result();
    assert_eq!(
        first,
        json!({
            "theme": "system",
            "language": "system",
            "reminders": { "days": [30, 7, 1], "age_days": null },
            "folder": narrows.folder(),
        })
    );
    for (name, value) in [
        ("theme", "dark"),
        ("language", "english"),
        ("reminders/days", "1,14"),
        ("reminders/age-days", "90"),
    ] {
        let set = narrows
            .run(&["settings", "set", name, value, "--json"], "")
            .await;
        set.result();
    }
    let now = narrows
        .run(&["settings", "show", "--json"], "")
        .await
        .result();
    assert_eq!(now["theme"], "dark");
    assert_eq!(now["language"], "english");
    assert_eq!(now["reminders"], json!({ "days": [14, 1], "age_days": 90 }));
    for name in ["reminders/days", "reminders/age-days"] {
        narrows
            .run(&["settings", "set", name, "off", "--json"], "")
            .await
            .result();
    }
    let off = narrows
        .run(&["settings", "show", "--json"], "")
        .await
        .result();
    assert_eq!(
        off["reminders"],
        json!({ "days": [], "age_days": null }),
        "off is not the same as never set"
    );
    for (name, value, code) in [
        ("theme", "pink", "setting-invalid"),
        ("language", "de", "setting-invalid"),
        ("reminders/days", "0", "setting-invalid"),
        ("vault", "file", "setting-unknown"),
        ("installation", "mine", "setting-unknown"),
    ] {
        let ran = narrows
            .run(&["settings", "set", name, value, "--json"], "")
            .await;
        assert_eq!(ran.error(), code, "{name} {value}");
        assert_eq!(ran.exit, Some(64));
    }
    let shown = narrows.run(&["settings", "show"], "").await;
    assert!(
        shown.stdout.contains("reminders/days       off"),
        "{shown:?}"
    );
}

#[tokio::test]
async fn the_watch_reads_the_reminders_under_their_agreed_names() {
    let stage = Stage::new().await;
    let app = &stage.app;
    settings::set(app, "reminders/days", "7, 30").expect("sets");
    settings::set(app, "reminders/age-days", "90").expect("sets");
    let kept = |name| app.record.setting(name).expect("reads");
    assert_eq!(kept("reminders/days").as_deref(), Some("30,7"));
    assert_eq!(kept("reminders/age-days").as_deref(), Some("90"));
    settings::set(app, "reminders/age-days", "off").expect("sets");
    assert_eq!(kept("reminders/age-days").as_deref(), Some(""));
}

#[tokio::test]
async fn the_panel_names_what_is_kept_and_never_a_value() {
    let (stage, moody, result) = connected().await;
    let stray = Item::Token {
        connection: "c9".to_owned(),
        token: "t9".to_owned(),
    };
    let vault = stage.app.vault();
    vault
        .put(&stray, &Secret::new("left".to_owned()))
        .await
        .expect("keeps");
    let panel = vaults::panel(&stage.app).await.expect("looks");
    assert_eq!(panel.state, VaultState::Open);
    assert!(panel.vault.self_test_ms.is_some(), "it was tried");
    let rows: Vec<_> = panel
        .items
        .iter()
        .map(|item| (item.name.as_str(), item.state))
        .collect();
    let platform = format!("{}/", stage.face.platform);
    assert_eq!(
        rows,
        [
            (result.token_name.as_str(), ItemState::Kept),
            (platform.as_str(), ItemState::Kept),
            ("token t9", ItemState::Stray),
        ]
    );
    let value = value(&stage.app, &result).await;
    let told = serde_json::to_string(&panel).expect("JSON");
    assert!(!told.contains(value.expose()), "names only");

    vault.delete(&token(&result)).await.expect("deletes");
    let panel = vaults::panel(&stage.app).await.expect("looks");
    assert_eq!(panel.items[0].state, ItemState::Missing, "it is missed");
    moody.refuse(Act::Put, "self-test");
    let panel = vaults::panel(&stage.app).await.expect("looks");
    assert_eq!(panel.state, VaultState::Locked);
    let problem = panel.problem.expect("why");
    assert_eq!(golden::listed(problem).code, "keychain-locked");
    assert_eq!(panel.items[0].state, ItemState::Unseen, "nobody could look");
}

#[tokio::test]
async fn everything_moves_there_and_back_and_still_works() {
    let (stage, moody, result) = connected().await;
    let app = &stage.app;
    let before = value(app, &result).await;
    let all = names(app).await;
    assert_eq!(all.len(), 2, "a token and a session: {all:?}");

    let moved = vaults::move_vault(app, VaultKind::File, Some(passphrase()))
        .await
        .expect("moves");
    assert_eq!((moved.moved.len(), moved.left.len()), (2, 0), "{moved:?}");
    assert_eq!(app.vault().kind(), VaultKind::File);
    assert_eq!(place(app, &result), "file");
    assert!(
        moody.names().is_empty(),
        "no old copy stays: {:?}",
        moody.names()
    );
    assert!(value(app, &result).await.same_as(&before), "the same value");
    let anew = Vault::file(app.sealed_file(), Secret::new(PASSPHRASE.to_owned())).await;
    let kept = anew
        .expect("opens")
        .get(&token(&result))
        .await
        .expect("answers");
    assert!(
        kept.is_some_and(|kept| kept.same_as(&before)),
        "it is on the disk"
    );
    redeliver(app, &result.connection_id)
        .await
        .expect("session and token both work");

    let moved = vaults::move_vault(app, VaultKind::Keychain, None)
        .await
        .expect("moves");
    assert_eq!((moved.moved.len(), moved.left.len()), (2, 0), "{moved:?}");
    assert_eq!(place(app, &result), "keychain");
    assert!(
        !app.sealed_file().exists(),
        "an empty file is not left about"
    );
    assert_eq!(names(app).await, all);
    redeliver(app, &result.connection_id)
        .await
        .expect("still works");
    let again = vaults::move_vault(app, VaultKind::Keychain, None)
        .await
        .expect("nothing to do");
    assert!(again.moved.is_empty(), "{again:?}");

    let page = narrows_core::keep::activity::page(app, Some("copy token"), None, 0, 9).await;
    assert_eq!(page.expect("reads").total, 2, "each way is written down");
}

/// Each way in which a move stops, and that everything is as it was then.
#[tokio::test]
async fn a_move_that_stops_leaves_everything_where_it_was() {
    let (stage, moody, result) = connected().await;
    let app = &stage.app;
    let before = value(app, &result).await;
    let as_it_was = async |what: &str| {
        assert_eq!(app.vault().kind(), VaultKind::Keychain, "{what}");
        assert_eq!(place(app, &result), "keychain", "{what}");
        assert!(!app.sealed_file().exists(), "{what}: no copy is left");
        moody.calm();
        assert_eq!(moody.names().len(), 2, "{what}");
        assert!(value(app, &result).await.same_as(&before), "{what}");
    };
    let refused = vaults::move_vault(app, VaultKind::File, None)
        .await
        .expect_err("no passphrase");
    assert_eq!(golden::listed(refused).code, "passphrase-needed");
    as_it_was("without a passphrase").await;
    let short = Some(Secret::new("short".to_owned()));
    let refused = vaults::move_vault(app, VaultKind::File, short)
        .await
        .expect_err("too short");
    assert_eq!(golden::listed(refused).code, "passphrase-short");
    as_it_was("with a short passphrase").await;
    moody.refuse(Act::List, "");
    let refused = vaults::move_vault(app, VaultKind::File, Some(passphrase()))
        .await
        .expect_err("locked");
    let refused = golden::listed(refused);
    assert_eq!(refused.code, "keychain-locked");
    assert!(
        refused.message.starts_with("Nothing was moved"),
        "{refused}"
    );
    // The file was made to be tried, and nothing is in it.
    let _ = std::fs::remove_file(app.sealed_file());
    as_it_was("with a keychain that cannot be listed").await;
    moody.refuse(Act::Get, "token");
    let refused = vaults::move_vault(app, VaultKind::File, Some(passphrase()))
        .await
        .expect_err("locked");
    assert_eq!(golden::listed(refused).code, "keychain-locked");
    as_it_was("with a token that cannot be read, after the session was copied").await;

    let lock = app.record.hold_run("r1").expect("answers");
    let refused = vaults::move_vault(app, VaultKind::File, Some(passphrase()))
        .await
        .expect_err("a run");
    assert_eq!(
        golden::listed(refused).code,
        "run-open",
        "a run may be keeping a token"
    );
    drop(lock);
    as_it_was("while a run is open").await;
}

#[tokio::test]
async fn a_copy_that_does_not_read_back_is_taken_away_again() {
    let (stage, moody, result) = connected().await;
    let app = &stage.app;
    vaults::move_vault(app, VaultKind::File, Some(passphrase()))
        .await
        .expect("moves");
    let before = value(app, &result).await;
    for mood in ["garbles", "refuses"] {
        if mood == "garbles" {
            moody.garble();
        } else {
            moody.refuse(Act::Put, "token");
        }
        let refused = vaults::move_vault(app, VaultKind::Keychain, None)
            .await
            .expect_err(mood);
        let refused = golden::listed(refused);
        assert!(
            refused.message.starts_with("Nothing was moved"),
            "{refused}"
        );
        assert_eq!(app.vault().kind(), VaultKind::File, "{mood}");
        assert_eq!(place(app, &result), "file", "{mood}");
        assert!(value(app, &result).await.same_as(&before), "{mood}");
        moody.calm();
        assert!(moody.names().is_empty(), "{mood}: {:?}", moody.names());
    }
    vaults::move_vault(app, VaultKind::Keychain, None)
        .await
        .expect("it can be tried again");
}

#[tokio::test]
async fn an_old_copy_that_cannot_be_deleted_is_named_and_goes_with_the_next_move() {
    let (stage, moody, result) = connected().await;
    let app = &stage.app;
    moody.refuse(Act::Delete, "token");
    let moved = vaults::move_vault(app, VaultKind::File, Some(passphrase()))
        .await
        .expect("moves");
    assert_eq!(moved.left, std::slice::from_ref(&result.token_name));
    assert_eq!(
        golden::listed(moved.problem.expect("why")).code,
        "keychain-locked"
    );
    assert_eq!(
        place(app, &result),
        "file",
        "the new copy is the one in use"
    );
    moody.calm();
    let moved = vaults::move_vault(app, VaultKind::File, None)
        .await
        .expect("moves the rest");
    assert!(moved.left.is_empty(), "{moved:?}");
    assert!(moody.names().is_empty(), "{:?}", moody.names());
    value(app, &result).await;
}

#[tokio::test]
async fn a_project_gets_another_name_here_and_at_the_platform() {
    let (stage, _, result) = connected().await;
    let app = &stage.app;
    let card = rename(app, &result.connection_id, "other-site")
        .await
        .expect("renames");
    assert_eq!(card.project.as_deref(), Some("other-site"));
    assert_eq!(card.delivery, Delivery::Accepted);
    let cabinet = Browser::signed_in(&stage.face).await.cabinet().await;
    assert!(
        cabinet.contains("other-site"),
        "the platform shows it: {cabinet}"
    );
    let again = rename(app, &result.connection_id, "other-site")
        .await
        .expect("twice is once");
    assert_eq!(again.project, card.project);

    for (name, code) in [("My Site!", "project-name"), ("", "project-name")] {
        let refused = rename(app, &result.connection_id, name)
            .await
            .expect_err(name);
        assert_eq!(golden::listed(refused).code, code);
    }
    let unknown = rename(app, "none", "site")
        .await
        .expect_err("no connection");
    assert_eq!(golden::listed(unknown).code, "connection-unknown");
    let known = app.record.connection(&result.connection_id).expect("reads");
    assert_eq!(
        known.expect("is known").project.as_deref(),
        Some("other-site")
    );
}

#[tokio::test]
async fn a_new_name_that_the_platform_may_not_have_heard_is_not_written_down() {
    let (stage, _, result) = connected().await;
    let app = &stage.app;
    let project = || {
        let known = app.record.connection(&result.connection_id).expect("reads");
        let known = known.expect("is known");
        (known.project, known.delivery)
    };
    let old = project().0;
    // The platform holds the very token, so a receipt over it alone would prove nothing of the name.
    stage
        .fault("PUT", CONNECTION, json!({ "kind": "reset-before" }))
        .await;
    let refused = rename(app, &result.connection_id, "other-site")
        .await
        .expect_err("no answer");
    golden::listed(refused);
    assert_eq!(project(), (old.clone(), "unknown".to_owned()));
    stage.tell("/reset", &json!({})).await;
    rename(app, &result.connection_id, "other-site")
        .await
        .expect("the same again settles it");
    assert_eq!(
        project(),
        (Some("other-site".to_owned()), "accepted".to_owned())
    );

    stage
        .fault("PUT", CONNECTION, json!({ "kind": "reset-after" }))
        .await;
    rename(app, &result.connection_id, "third-site")
        .await
        .expect("asked by its receipt");
    assert_eq!(project().0.as_deref(), Some("third-site"));
    stage.tell("/reset", &json!({})).await;
    stage
        .fault(
            "PUT",
            CONNECTION,
            json!({ "kind": "status", "status": 409 }),
        )
        .await;
    let refused = rename(app, &result.connection_id, "fourth-site")
        .await
        .expect_err("refused");
    golden::listed(refused);
    assert_eq!(
        project(),
        (Some("third-site".to_owned()), "accepted".to_owned()),
        "a refusal changes nothing"
    );
}

#[tokio::test]
async fn forgetting_wants_the_exact_words_and_leaves_nothing() {
    let (stage, moody, result) = connected().await;
    let app = &stage.app;
    let secret = value(app, &result).await;
    let plan = forget::plan(app).expect("plans");
    assert_eq!(plan.phrase, PHRASE);
    assert_eq!(plan.alive.len(), 1);
    let left = &plan.alive[0];
    assert_eq!(left.token_name, result.token_name);
    assert_eq!(left.platform.as_deref(), Some("Site Generator"));
    assert!(left.token_list.ends_with("/profile/api-tokens"), "{left:?}");
    for typed in ["", "yes", "Forget Everything"] {
        let refused = forget::forget(app, typed, false).await.expect_err(typed);
        assert_eq!(golden::listed(refused).code, "not-confirmed");
    }
    assert_eq!(moody.names().len(), 2, "nothing was touched");

    let mark = app.record.installation().expect("a mark");
    let forgotten = forget::forget(app, " forget everything\n", false)
        .await
        .expect("forgets");
    assert!(forgotten.complete, "{forgotten:?}");
    assert_eq!(
        forgotten.alive, plan.alive,
        "what lives on is told at the end too"
    );
    assert!(moody.names().is_empty(), "{:?}", moody.names());
    assert_eq!(app.record.connections().expect("reads"), []);
    let log = narrows_core::keep::activity::page(app, None, None, 0, 9).await;
    assert_eq!(log.expect("reads").total, 0);
    for name in [&result.token_name, &result.account_id, &mark] {
        for file in files(stage.home.path()) {
            let bytes = std::fs::read(&file).expect("reads");
            assert!(
                !crate::leak::holds(&bytes, name.as_bytes()),
                "{} still holds {name}",
                file.display()
            );
        }
    }
    let secrets = Secrets::new(&[("the narrow token", secret.expose())]);
    assert_eq!(secrets.below(stage.home.path()), [""; 0]);
    assert_ne!(
        app.record.installation().expect("a mark"),
        mark,
        "a new beginning"
    );
    let tokens = stage.ours().await;
    assert!(
        tokens.contains(&result.token_name),
        "at Cloudflare it lives: {tokens:?}"
    );
}

#[tokio::test]
async fn a_run_that_was_cut_off_is_named_before_it_is_forgotten() {
    use narrows_core::record::{NewRun, Phase, RunKind};
    let stage = Stage::new().await;
    let app = &stage.app;
    let run = NewRun {
        id: "r1".to_owned(),
        kind: RunKind::Connect,
        profile: "site-generator".to_owned(),
        began: (app.now)(),
    };
    app.record.begin_run(&run).expect("begins");
    let name = json!({ "name": "Narrows cut-off" });
    for phase in [Phase::Intent, Phase::Done] {
        app.record
            .note("r1", "mint", phase, &name, (app.now)())
            .expect("notes");
    }
    let forgotten = forget::forget(app, PHRASE, false).await.expect("forgets");
    assert_eq!(forgotten.alive.len(), 1);
    let told = forgotten.alive[0].sentences.join(" ");
    assert!(
        told.contains("Narrows cut-off"),
        "only the records named it: {told}"
    );
    assert_eq!(app.record.unfinished().expect("reads"), []);
}

#[tokio::test]
async fn what_cannot_be_deleted_is_named_and_its_record_kept_until_it_is_let_go() {
    let (stage, moody, result) = connected().await;
    let app = &stage.app;
    moody.refuse(Act::Delete, "token");
    let partly = forget::forget(app, PHRASE, false).await.expect("answers");
    assert!(!partly.complete);
    assert!(partly.records_kept, "they alone name the token: {partly:?}");
    assert_eq!(partly.failed.len(), 1);
    assert_eq!(partly.failed[0].what, result.token_name);
    golden::listed(partly.failed[0].problem.clone());
    assert_eq!(app.record.connections().expect("reads").len(), 1);
    let anyway = forget::forget(app, PHRASE, true).await.expect("answers");
    assert!(!anyway.complete && !anyway.records_kept, "{anyway:?}");
    assert_eq!(app.record.connections().expect("reads"), []);
    moody.calm();
    let rest = forget::forget(app, PHRASE, false).await.expect("answers");
    assert!(
        rest.complete,
        "the keychain is listed, so the rest is found: {rest:?}"
    );
    assert!(moody.names().is_empty());
}

#[tokio::test]
async fn the_commands_move_and_forget_without_a_keychain() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let connected = narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await
        .result();
    let line = [
        "vault",
        "show",
        "--vault",
        "file",
        "--passphrase-stdin",
        "--json",
    ];
    let panel = narrows.run(&line, format!("{PASSPHRASE}\n")).await.result();
    assert_eq!(panel["state"], "open");
    assert_eq!(panel["items"][0]["name"], connected["token_name"]);
    assert_eq!(panel["items"][0]["place"], "file");
    assert_eq!(panel["items"][0]["state"], "kept");

    let line = [
        "vault",
        "move",
        "--to",
        "keychain",
        "--passphrase-stdin",
        "--json",
    ];
    let ran = narrows.run(&line, format!("{PASSPHRASE}\n")).await;
    assert_eq!(ran.error(), "keychain-absent", "there is none here");
    let id = connected["connection_id"].as_str().expect("an id");
    let mut line = vec!["settings", "project", id, "our-site", "--json"];
    line.extend(crate::program::SEALED);
    let card = narrows.run(&line, format!("{PASSPHRASE}\n")).await.result();
    assert_eq!(card["project"], "our-site");

    let ran = narrows.run(&["forget", "--json"], "").await;
    assert_eq!(
        (ran.error().as_str(), ran.exit),
        ("not-confirmed", Some(64))
    );
    let plan = narrows
        .run(&["forget", "--plan", "--json"], "")
        .await
        .result();
    assert_eq!(plan["alive"][0]["token_name"], connected["token_name"]);
    let ran = narrows
        .run(&["forget", "--confirm", PHRASE, "--json"], "")
        .await;
    let forgotten = ran.result();
    assert_eq!(forgotten["complete"], true, "{forgotten:#}");
    assert!(!narrows.folder().join("vault.narrows").exists());
    let list = narrows.run(&["connections", "--json"], "").await.result();
    assert_eq!(list["connections"], json!([]));
    let fields: Vec<&String> = forgotten.as_object().expect("an object").keys().collect();
    assert_eq!(fields.len(), 5, "scripts rely on these: {fields:?}");
    let _: &Value = &forgotten["failed"];
}
