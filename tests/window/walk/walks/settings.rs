//! The settings and the activity of a real connection: what is kept moves and comes back, a project gets another name,
//! the log is checked and saved, and in the end everything is forgotten.

use std::fs;

use crate::application::Application;
use crate::dialog;
use crate::keychain;
use crate::leaks;
use crate::stage::Stage;
use crate::trip;

/// What stands above the dialog for saving the activity.
const SAVE: &str = "Save the activity";
const PASSPHRASE: &str = "correct horse battery staple";

pub(super) async fn walk() {
    let (stage, window) = trip::connected().await;

    activity(&window, &stage).await;
    window.press("settings-link").await;
    window.arrives("settings").await;
    let token = moves(&window, &stage).await;
    project(&window).await;
    preferences(&window, &stage).await;
    forgets(&window, &stage, &token).await;
    window.close().await;
}

async fn activity(window: &Application, stage: &Stage) {
    window.press("activity-link").await;
    window.arrives("activity").await;
    window.reads("mint token").await;
    window.fill("#activity-search", "deliver").await;
    window.reads("with “deliver”").await;
    window.press("verify").await;
    let words = window.sees("[data-testid=chain]").await;
    assert!(words.starts_with("Every hash of"), "{words}");
    window.photograph("40-activity").await;
    window.press("export").await;
    dialog::think_better(SAVE, "40-activity-save-as").await;
    window
        .sees("[data-testid=export]:not([aria-disabled])")
        .await;
    assert!(
        !window.shown().await.contains("Saved as"),
        "nothing was saved, and nothing says so"
    );
    let path = stage.person().join("for-the-file.jsonl");
    window.press("export").await;
    dialog::save_as(SAVE, &path).await;
    window.reads("for-the-file.jsonl").await;
    let log = fs::read_to_string(&path).expect("the file that was named");
    assert!(
        log.lines().count() > 3,
        "each thing that was done is in it: {log}"
    );
    window.press("audit-log").await;
    let account = &stage.face.account_id;
    assert_eq!(
        stage.opened().await,
        format!("{}/{account}/audit-log", stage.face.dashboard),
        "Cloudflare's own log opens"
    );
    window.press("back").await;
    window.arrives("home").await;
}

/// Moves everything out of the keychain and back; gives the name of the token's item.
async fn moves(window: &Application, stage: &Stage) -> String {
    window.reads("Narrow token").await;
    window.photograph("41-settings").await;
    let item = connection(stage).await;
    let secret = keychain::secret(&item).expect("the keychain holds the token");
    window.press("move").await;
    window.fill("#passphrase", PASSPHRASE).await;
    window.fill("#passphrase-again", PASSPHRASE).await;
    window.press("use-file").await;
    window.reads("rest in the sealed file now").await;
    window.photograph("42-moved").await;
    assert_eq!(keychain::secret(&item), None, "the old copy is gone");
    for value in [secret.as_str(), PASSPHRASE] {
        let files = leaks::files_with(&stage.person(), value);
        assert!(files.is_empty(), "it lies open in {files:?}");
        let page = window.page_memory().await;
        assert!(!page.contains(value), "the page holds no secret");
    }
    window.press("move-now").await;
    window.reads("rest in the keychain now").await;
    assert_eq!(
        keychain::secret(&item).as_ref(),
        Some(&secret),
        "the very same value is back"
    );
    assert!(
        !stage.data().join("vault.narrows").exists(),
        "an empty file is not left about"
    );
    item
}

async fn project(window: &Application) {
    window
        .run("document.querySelector('input[id^=project-]').value = ''")
        .await;
    window.fill("input[id^=project-]", "another-site").await;
    window.press("rename").await;
    window.reads("It is “another-site” now. Receipt").await;
}

async fn preferences(window: &Application, stage: &Stage) {
    window.press_at("label:has(#reminder-days-7)").await;
    window.reads("Saved.").await;
    window.press_at("label:has(#theme-choice-dark)").await;
    let theme = "return document.documentElement.dataset.theme";
    assert_eq!(window.run(theme).await, "dark");
    window.press("open-folder").await;
    assert_eq!(stage.opened().await, stage.data().display().to_string());
}

async fn forgets(window: &Application, stage: &Stage, item: &str) {
    window.press("forget-show").await;
    window
        .reads("works at Cloudflare until you delete it there")
        .await;
    window.fill("#forget-confirm", "forget").await;
    window.press("forget-now").await;
    window.reads("This is not the confirmation").await;
    assert!(keychain::secret(item).is_some(), "nothing was touched");
    window.photograph("43-forget").await;
    window.fill("#forget-confirm", " everything").await;
    window.press("forget-now").await;
    window
        .reads("Everything on this computer is forgotten")
        .await;
    window.photograph("44-forgotten").await;
    assert_eq!(
        keychain::secret(item),
        None,
        "the keychain holds it no more"
    );
    window.press("left-tokens").await;
    assert_eq!(
        stage.opened().await,
        format!("{}/profile/api-tokens", stage.face.dashboard),
        "what lives on can still be found"
    );
    window.press("start-afresh").await;
    window.arrives("welcome").await;
}

/// The name of the narrow token's item in the keychain.
async fn connection(stage: &Stage) -> String {
    let tokens = stage.admin("/tokens").await;
    let name = |token: &serde_json::Value| token["name"].as_str().unwrap_or_default().to_owned();
    let made = tokens["tokens"]
        .as_array()
        .expect("a list of tokens")
        .iter()
        .find(|token| name(token).starts_with("Narrows "))
        .expect("the narrow token exists at Cloudflare");
    let id = made["id"].as_str().expect("an id");
    // A narrow token's name ends with the installation's mark and its connection.
    let name = name(made);
    let (_, connection) = name.rsplit_once('-').expect("a connection in the name");
    format!("token {connection} {id}")
}
