//! A token that does not work: told what is wrong, mended, and asked once more.

use std::fs;

use serde_json::{Value, json};
use thirtyfour::Key;

use super::keyboard::{go_on, heading_has_the_focus, tab_to};
use crate::application::Application;
use crate::patience::{LONG, within};
use crate::stage::Stage;
use crate::{clipboard, dialog, leaks, trip};

/// What stands above the dialog for saving the bundle.
const SAVE: &str = "Save the support bundle";

/// What the token should have, all but the last two of it at first.
const NEEDED: [&str; 8] = [
    "Account Settings Read",
    "Workers Scripts Read",
    "Workers Scripts Write",
    "Workers Routes Write",
    "Zone Read",
    "SSL and Certificates Read",
    "Workers R2 Storage Write",
    "SSL and Certificates Write",
];

const VERDICT: &str = "[data-testid=verdict]";
const SECRET_FIELDS: &str =
    "return [...document.querySelectorAll('input')].map((field) => field.value)";

/// A stored connection whose token was switched off, without a mouse.
pub(super) async fn connection() {
    let (stage, window) = trip::connected().await;
    let token = narrow_token(&stage).await;
    set_status(&stage, &token, "disabled").await;

    tab_to(&window, "[data-testid=check]").await;
    go_on(&window).await;
    window.arrives("doctor").await;
    heading_has_the_focus(&window).await;
    window.photograph("50-doctor").await;
    heading(&window).await;
    go_on(&window).await;
    window.reads("Token disabled").await;
    window.reads("What is wrong").await;
    window.photograph("51-doctor-disabled").await;

    set_status(&stage, &token, "active").await;
    tab_to(&window, "[data-testid=primary]").await;
    go_on(&window).await;
    window.reads("What changed").await;
    window.reads("Mended:").await;
    assert!(
        window.sees(VERDICT).await.contains("1/1"),
        "the token has what its own profile asks for"
    );
    window.photograph("52-doctor-mended").await;
    tab_to(&window, "[data-testid=compare]").await;
    go_on(&window).await;
    window.reads("Earlier diagnoses").await;
    window.sees("input[name=earlier]").await;

    cancelled(&window, &stage).await;
    against_nothing(&window).await;
    window.keys(Key::Escape).await;
    window.reads("Check a token").await;
    window.keys(Key::Escape).await;
    window.arrives("home").await;
    window.close().await;
}

/// Escape ends what takes too long: what was found stays, and a first exam leaves nothing.
async fn cancelled(window: &Application, stage: &Stage) {
    stage.tell("/faults", &json!({ "latency_ms": 4000 })).await;
    tab_to(window, "[data-testid=primary]").await;
    go_on(window).await;
    window.reads("Asking again").await;
    window.sees("[data-testid=cancel]").await;
    window.keys(Key::Escape).await;
    window.sees("[data-testid=done]").await;
    assert!(
        window.sees(VERDICT).await.contains("1/1"),
        "what was found before stays"
    );
    window.keys(Key::Escape).await;
    window.reads("Check a token").await;
    heading(window).await;
    go_on(window).await;
    window.reads("Asking who the token is").await;
    tab_to(window, "[data-testid=cancel]").await;
    go_on(window).await;
    window.reads("Check a token").await;
    assert_eq!(
        window.count("[data-summary]").await,
        0,
        "what a person ends is no problem"
    );
    stage.tell("/faults", &json!({ "latency_ms": 0 })).await;
}

/// The connection's token, and all that it can do.
async fn against_nothing(window: &Application) {
    tab_to(window, "input[name=profile]").await;
    let last = "return document.querySelector('input[name=profile]:checked').value === '*'";
    for _ in 0..window.count("input[name=profile]").await {
        if window.run(last).await == true {
            break;
        }
        window.keys(Key::Down).await;
    }
    assert_eq!(
        window.run(last).await,
        true,
        "the arrows lead to no profile"
    );
    go_on(window).await;
    window.reads("This is what it can do").await;
    let words = window.sees(VERDICT).await;
    assert!(
        words.contains("permission") && words.contains("found"),
        "it tells what the token can do: {words}"
    );
}

/// A token that somebody sent to support, and a stronger one by which its policies are read.
pub(super) async fn pasted() {
    let stage = trip::open_platform().await;
    let window = stage.open().await;
    let (id, poor) = plant(&stage, &NEEDED[..6]).await;
    window.arrives("welcome").await;
    window.press("check-token").await;
    window.arrives("doctor").await;
    ask(&window, &stage, &poor).await;

    found(&window, &stage).await;
    bundle(&window, &stage, &poor).await;

    mend(&stage, &id).await;
    window.press("primary").await;
    window.reads("What changed").await;
    let words = window.sees(VERDICT).await;
    assert!(
        words.contains("8/8"),
        "nothing is missing any more: {words}"
    );
    window.reads("Was: Missing").await;
    window.press("side-by-side").await;
    window.photograph("57-doctor-changed").await;
    assert_eq!(
        window.count("table").await,
        2,
        "what changed, and all permissions side by side"
    );
    row_by_row(&window, &stage, &poor).await;
    for secret in [&poor, &stage.face.broad_token] {
        assert!(
            !window.page_memory().await.contains(secret.as_str()),
            "the page never saw what was pasted by button"
        );
    }
    window.close().await;
    for secret in [&poor, &stage.face.broad_token] {
        let files = leaks::files_with(&stage.person(), secret);
        assert!(files.is_empty(), "no file holds a token: {files:?}");
    }
}

/// Fills in the form: the profile, the places, the stronger token and then the token itself.
async fn ask(window: &Application, stage: &Stage, poor: &str) {
    window
        .press_at("label:has(input[name=profile][value=getaipage])")
        .await;
    window.press("places").await;
    window.fill("#account-id", &stage.face.account_id).await;
    window.fill("#zone-ids", &stage.face.zone_id).await;
    window.press("second").await;
    clipboard::put(&stage.face.broad_token);
    window.press("paste-second").await;
    window.reads("ready for this check").await;
    assert_eq!(
        clipboard::text(),
        "",
        "the stronger token is in the clipboard no more"
    );
    window.photograph("53-doctor-second").await;
    clipboard::put(poor);
    window.press("primary").await;
    window.reads("Diagnosis").await;
    assert_eq!(clipboard::text(), "", "nor is the token itself");
    let fields = window.run(SECRET_FIELDS).await.to_string();
    assert!(!fields.contains(poor), "and no field holds it");
}

/// Many permissions appear as they are answered, the first time and when it is asked once more.
async fn row_by_row(window: &Application, stage: &Stage, poor: &str) {
    window.press("back").await;
    window
        .press_at("label:has(input[name=profile][value=stackone])")
        .await;
    // Slow enough to be seen.
    stage.tell("/faults", &json!({ "latency_ms": 1000 })).await;
    clipboard::put(poor);
    window.press("primary").await;
    window.reads("permissions answered").await;
    Application::photograph_now("58-doctor-asking");
    window.reads("Diagnosis").await;
    // And slow enough to be cancelled, however long a photograph takes.
    stage.tell("/faults", &json!({ "latency_ms": 4000 })).await;
    window.press("primary").await;
    window.reads("8 of 25 answered").await;
    Application::photograph_now("59-doctor-asking-again");
    window.press("cancel").await;
    window.sees("[data-testid=done]").await;
    window.reads("What is wrong").await;
    stage.tell("/faults", &json!({ "latency_ms": 0 })).await;
}

/// The headline, the problems alone, one row's evidence, and the way to mend it.
async fn found(window: &Application, stage: &Stage) {
    let words = window.sees(VERDICT).await;
    assert!(words.contains("6/8, 2 missing"), "the headline: {words}");
    window.reads("Read with the second credential").await;
    window.photograph("55-doctor-lacking").await;
    assert_eq!(
        window.count("[data-testid=permission]").await,
        8,
        "a row each"
    );
    window.press_at("label:has(#only-problems)").await;
    window.reads("2 of 8 shown").await;
    assert_eq!(
        window.count("[data-testid=permission]").await,
        2,
        "what is well is out of the way"
    );
    window.press_at("[data-testid=permission]").await;
    let row = window.sees("li > details[open]").await;
    for part in ["Workers R2 Storage", "GET /accounts/", "403", "To do:"] {
        assert!(row.contains(part), "the row tells {part}: {row}");
    }
    window
        .run("document.querySelector('li > details[open]').scrollIntoView({ block: 'center' })")
        .await;
    Application::photograph_now("56-doctor-row");
    window.press_at("label:has(#only-problems)").await;
    window.press("open-fix").await;
    let link = stage.opened().await;
    assert!(
        link.starts_with(&stage.face.dashboard) && link.contains("workers_r2"),
        "the page opens with what is missing: {link}"
    );
    window.press("copy-fix-rows").await;
    window.reads("Copied").await;
    let rows = clipboard::text();
    assert!(
        rows.contains("Workers R2 Storage") && rows.lines().count() == 2,
        "the rows are those that are missing: {rows}"
    );
}

/// Seen, copied, not saved after all, saved in both forms: and no secret anywhere.
async fn bundle(window: &Application, stage: &Stage, poor: &str) {
    window.press("bundle").await;
    window.sees("[data-testid=bundle-text]").await;
    window.press("copy-bundle").await;
    let heading = "# Narrows support bundle: 6/8, 2 missing";
    let copied = within(LONG, async || {
        Some(clipboard::text()).filter(|text| text.starts_with(heading))
    });
    let copied = copied.await.expect("the bundle is in the clipboard");
    for secret in [poor, &stage.face.broad_token, &stage.face.account_id] {
        assert!(
            !copied.contains(secret),
            "what is copied gives {secret:.6}… away"
        );
    }

    window.press("save-bundle").await;
    dialog::think_better(SAVE, "56-doctor-save-as").await;
    window
        .sees("[data-testid=save-bundle]:not([aria-disabled])")
        .await;
    assert!(
        !window.shown().await.contains("Saved as"),
        "nothing was saved, and nothing says so"
    );
    assert_eq!(written(stage), [""; 0], "no file came of it");
    assert!(
        window.sees(VERDICT).await.contains("6/8"),
        "nothing was lost"
    );

    for (format, ending) in [("markdown", "md"), ("json", "json")] {
        window
            .press_at(&format!(
                "label:has(input[name=bundle-format][value={format}])"
            ))
            .await;
        let file = stage.person().join(format!("for-support.{ending}"));
        window.press("save-bundle").await;
        dialog::save_as(SAVE, &file).await;
        window.reads(&format!("for-support.{ending}")).await;
        let text = fs::read_to_string(&file).expect("the file that was named");
        assert!(text.contains("6/8, 2 missing"), "it tells the result");
        for secret in [poor, &stage.face.broad_token, &stage.face.account_id] {
            assert!(
                !leaks::holds(text.as_bytes(), secret),
                "the {format} gives {secret:.6}… away"
            );
        }
        if format == "json" {
            let bundle: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(bundle["diagnosis"]["token"]["policy"], "second", "{bundle}");
        }
    }
    assert_eq!(
        written(stage),
        ["for-support.json", "for-support.md"],
        "exactly the files that were named"
    );
}

/// Files in the person's home, but for what programs keep in folders of their own.
fn written(stage: &Stage) -> Vec<String> {
    let home = fs::read_dir(stage.person()).expect("the home");
    let files = home.flatten().filter(|entry| entry.path().is_file());
    let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Puts the focus back where a new screen has it; photographs may have moved it.
async fn heading(window: &Application) {
    window.run("document.querySelector('h1').focus()").await;
}

async fn narrow_token(stage: &Stage) -> String {
    let list = stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("a list of tokens");
    let ours = tokens.iter().find(|token| {
        token["name"]
            .as_str()
            .is_some_and(|name| name.starts_with("Narrows"))
    });
    let id = ours.expect("the token that connect made")["id"].as_str();
    id.expect("an id").to_owned()
}

async fn set_status(stage: &Stage, token: &str, status: &str) {
    stage
        .tell(
            "/world",
            &json!({ "tokens": { token: { "status": status } } }),
        )
        .await;
}

/// A token with these groups on the first account and zone: its id and its value.
async fn plant(stage: &Stage, groups: &[&str]) -> (String, String) {
    let body = json!({
        "kind": "user", "groups": groups, "account": stage.face.account_id, "zone": stage.face.zone_id,
    });
    let sent = stage
        .http
        .post(format!("{}/tokens", stage.face.admin))
        .json(&body)
        .send()
        .await;
    let made: Value = sent
        .expect("the sandbox answers")
        .json()
        .await
        .expect("in JSON");
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    (text("id"), text("value"))
}

/// Gives the token all that is needed, as its owner does on Cloudflare's page.
async fn mend(stage: &Stage, id: &str) {
    let (whole, _) = plant(stage, &NEEDED).await;
    let list = stage.admin("/tokens").await;
    let tokens = list["tokens"].as_array().expect("a list of tokens");
    let whole = tokens
        .iter()
        .find(|token| token["id"] == whole.as_str())
        .expect("the one that was just made");
    let sent = stage
        .http
        .put(format!("{}/user/tokens/{id}", stage.face.cloudflare_api))
        .bearer_auth(&stage.face.broad_token)
        .json(&json!({ "name": "Mended", "policies": whole["policies"] }))
        .send()
        .await;
    let status = sent.expect("the sandbox answers").status();
    assert!(status.is_success(), "the token is changed: {status}");
}
