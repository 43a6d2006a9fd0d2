//! Each secret is looked for in the vault where it rests, whichever is open; also when everything was moved meanwhile.

use narrows_core::connect::Connect;
use narrows_core::disconnect::Disconnect;
use narrows_core::keep::vaults;
use narrows_core::resume::{Resuming, redeliver, retry};
use narrows_core::rotate::Rotate;
use narrows_core::run::App;
use narrows_core::secret::Secret;
use narrows_core::story::{BroadWish, Connected, Ending, Farewell, Resume, Standing, TruthState};
use narrows_core::vault::{Item, Vault, VaultKind};
use narrows_core::watch::check;

use crate::disconnect::another_broad;
use crate::golden;
use crate::moody::Moody;
use crate::program::PASSPHRASE;
use crate::rotate::connected;
use crate::stage::{self, Stage};

fn passphrase() -> Secret {
    Secret::new(PASSPHRASE.to_owned())
}

fn item(result: &Connected) -> Item {
    Item::Token {
        connection: result.connection_id.clone(),
        token: result.token_id.clone(),
    }
}

/// A connection whose secrets rest in this keychain.
async fn in_keychain() -> (Stage, Moody, Connected) {
    let stage = Stage::new().await;
    let moody = Moody::default();
    stage.app.use_vault(moody.vault());
    let result = connected(&stage).await;
    (stage, moody, result)
}

/// The same installation in another process, with this keychain.
fn beside(stage: &Stage, moody: &Moody) -> App {
    let app = stage::app(&stage.face, stage.home.path());
    app.use_vault(moody.vault());
    app
}

async fn disconnect(app: &App, id: &str, broad: Option<&str>) -> (String, [TruthState; 3]) {
    let mut walk = Disconnect::begin(app, id).expect("a walk");
    walk.approach.prepare().await;
    if let Some(broad) = broad {
        walk.approach
            .paste(Secret::new(broad.to_owned()))
            .expect("a token");
        walk.approach.inspect(None).await.expect("a good one");
    }
    let farewell = Farewell {
        broad: BroadWish::Destroy,
        forget: false,
    };
    let ended = walk.disconnect(&farewell, None).await.expect("ends");
    let truths = &ended.truths;
    let states = [&truths.platform, &truths.local, &truths.cloudflare].map(|truth| truth.state);
    (ended.run, states)
}

#[tokio::test]
async fn a_token_in_the_keychain_is_asked_and_forgotten_there_while_the_sealed_file_is_open() {
    let (stage, moody, result) = in_keychain().await;
    let app = beside(&stage, &moody);
    app.use_sealed_file(passphrase()).await.expect("opens");
    let (_, states) = disconnect(&app, &result.connection_id, None).await;
    assert_eq!(
        states[1..],
        [TruthState::Kept, TruthState::Open],
        "the value is there, and is what Cloudflare is asked with"
    );
    let broad = another_broad(&stage).await;
    let run = app.record.unfinished().expect("reads").remove(0).id;
    let mut walk = Resuming::begin(&app, &run).expect("it is open");
    walk.approach.paste(Secret::new(broad)).expect("a token");
    walk.approach.inspect(None).await.expect("a good one");
    let wish = Resume {
        ending: Ending::Finish,
        broad: BroadWish::Destroy,
        forget: false,
    };
    let settled = walk.settle(wish, None).await.expect("settles");
    let truths = settled.truths.expect("three truths");
    assert_eq!(truths.cloudflare.state, TruthState::Revoked, "{truths:?}");
    assert_eq!(truths.local.state, TruthState::Forgotten, "{truths:?}");
    assert!(
        !moody.names().contains(&item(&result).account()),
        "no value stays for good: {:?}",
        moody.names()
    );
}

#[tokio::test]
async fn a_token_in_the_keychain_is_delivered_and_checked_while_the_sealed_file_is_open() {
    let (stage, moody, result) = in_keychain().await;
    let app = beside(&stage, &moody);
    app.use_sealed_file(passphrase()).await.expect("opens");
    // The sign-in is one of the file's own.
    let mut walk = Connect::begin(&app, Stage::profile(), None).expect("a walk");
    let (_, waiting) = walk.approach.begin_sign_in().await.expect("a code");
    walk.approach
        .signed_in(waiting.wait().await.expect("approved"));
    let card = redeliver(&app, &result.connection_id).await;
    assert!(card.is_ok(), "it is there: {card:?}");
    let checked = check(&app, None).await.expect("a check");
    assert_eq!(checked[0].watch.standing, Standing::Fine, "{checked:#?}");
}

#[tokio::test]
async fn a_rotation_wants_both_tokens_in_one_vault() {
    let (stage, moody, result) = in_keychain().await;
    let app = beside(&stage, &moody);
    app.use_sealed_file(passphrase()).await.expect("opens");
    let mut walk = Rotate::begin(&app, &result.connection_id, None).expect("a walk");
    let (_, waiting) = walk.approach.begin_sign_in().await.expect("a code");
    walk.approach
        .signed_in(waiting.wait().await.expect("approved"));
    walk.approach
        .paste(Secret::new(another_broad(&stage).await))
        .expect("a token");
    walk.approach.inspect(None).await.expect("a good one");
    let refused = walk
        .preview(&crate::rotate::destroy())
        .await
        .expect_err("the old one is in the keychain");
    assert_eq!(golden::listed(refused).code, "rotation-other-vault");
}

#[tokio::test]
async fn a_run_that_is_open_finds_its_values_where_everything_was_moved() {
    for to in [VaultKind::Keychain, VaultKind::File] {
        let (stage, moody, result) = in_keychain().await;
        let app = &stage.app;
        if to == VaultKind::Keychain {
            vaults::move_vault(app, VaultKind::File, Some(passphrase()))
                .await
                .expect("moves");
        }
        let (run, states) = disconnect(app, &result.connection_id, None).await;
        assert_eq!(states[2], TruthState::Open, "it waits for Cloudflare");
        vaults::move_vault(app, to, Some(passphrase()))
            .await
            .expect("moves with a run open");
        assert_eq!(
            retry(app).await,
            Ok(1),
            "{to:?}: it still works, so it still waits"
        );
        let kept = app.vault().get(&item(&result)).await.expect("reads");
        assert!(kept.is_some(), "{to:?}: the value is there to ask with");
        let mut walk = Resuming::begin(app, &run).expect("it is open");
        let undo = Resume {
            ending: Ending::Undo,
            broad: BroadWish::Unsaid,
            forget: false,
        };
        let settled = walk.settle(undo, None).await.expect("settles");
        assert!(
            settled.ended && settled.problem.is_none(),
            "{to:?}: {settled:#?}"
        );
        let card = settled.connection.expect("it is back");
        assert_eq!(card.vault, to, "and says where its token rests");
        let checked = check(app, None).await.expect("a check");
        assert_eq!(
            checked[0].watch.standing,
            Standing::Fine,
            "{to:?}: {checked:#?}"
        );
        drop(moody);
    }
}

#[tokio::test]
async fn an_application_that_is_open_follows_a_move_that_another_process_makes() {
    let (stage, moody, result) = in_keychain().await;
    let window = &stage.app;
    vaults::move_vault(window, VaultKind::File, Some(passphrase()))
        .await
        .expect("moves");
    window.remember_sealed_file().expect("remembers");
    let command = beside(&stage, &moody);
    vaults::move_vault(&command, VaultKind::Keychain, Some(passphrase()))
        .await
        .expect("moves back");
    assert_eq!(window.vault().kind(), VaultKind::Keychain);
    redeliver(window, &result.connection_id)
        .await
        .expect("session and token are found");
    // Who opens the file afterwards means the file.
    let explicit = beside(&stage, &moody);
    explicit.use_sealed_file(passphrase()).await.expect("opens");
    assert_eq!(explicit.vault().kind(), VaultKind::File);
}

#[tokio::test]
async fn a_keychain_that_cannot_list_gives_up_what_open_runs_have_kept_too() {
    let (stage, moody, result) = in_keychain().await;
    let app = &stage.app;
    moody.hide();
    let (_, states) = disconnect(app, &result.connection_id, None).await;
    assert_eq!(states[2], TruthState::Open);
    vaults::move_vault(app, VaultKind::File, Some(passphrase()))
        .await
        .expect("moves");
    let file = Vault::file(app.sealed_file(), passphrase()).await;
    let kept = file.expect("opens").get(&item(&result)).await;
    assert!(
        kept.expect("reads").is_some(),
        "no list names it but the run"
    );
}
