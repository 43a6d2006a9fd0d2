//! The main walk: with the mouse, the real pages, and the real clipboard.

use serde_json::json;

use crate::application::Application;
use crate::browser::Browser;
use crate::stage::Stage;
use crate::{clipboard, keychain, leaks, processes};

/// What a walk learns that nobody but the keychain may know at its end.
struct Tokens {
    broad: String,
    narrow: String,
}

pub(super) async fn walk() {
    let stage = Stage::new().await;
    let window = stage.open().await;
    println!(
        "  first heading after {:.2} s (debug build, driver included)",
        window.opened_in.as_secs_f64()
    );
    let browser = stage.browser().await;

    prepare(&window).await;
    sign_in(&window, &stage, &browser).await;
    let (name, broad) = make_broad_token(&window, &stage, &browser).await;
    paste(&window, &broad).await;
    nominate(&window).await;
    progress(&window, &stage).await;
    let (receipt, narrow) = result(&window, &stage, &browser).await;
    browser.close().await;

    let tokens = Tokens { broad, narrow };
    broad_token_is_dead(&stage, &tokens, &name).await;
    nothing_leaks(&window, &stage, &tokens).await;

    window.press("primary").await;
    home(&window, &receipt).await;
    window.photograph("10-home").await;
    println!("  {:.0} MiB at rest, all processes (PSS)", window.memory());
    nothing_leaks(&window, &stage, &tokens).await;
    window.close().await;

    let again = stage.open().await;
    home(&again, &receipt).await;
    again.close().await;
    for token in [&tokens.broad, &tokens.narrow] {
        let found = leaks::files_with(&stage.person(), token);
        assert!(
            found.is_empty(),
            "no file holds a token after the end: {found:?}"
        );
    }
}

async fn prepare(window: &Application) {
    window.arrives("welcome").await;
    window.reads("Nothing here is real").await;
    window.photograph("01-welcome").await;
    window.press("primary").await;

    window.arrives("prepare").await;
    window
        .reads("A test value was written, read and removed")
        .await;
    window.photograph("02-prepare").await;
    window.press("primary").await;
}

async fn sign_in(window: &Application, stage: &Stage, browser: &Browser) {
    window.arrives("sign-in").await;
    window.press("primary").await;
    browser.visit(&stage.opened().await).await;
    browser.press("#sign-in").await;
    let code = browser.attribute("#user-code", "value").await;
    window.reads(&code).await;
    window.photograph("03-sign-in").await;
    browser.press("#approve").await;
    browser.text("#answered").await;
}

/// Makes the token on Cloudflare's page; gives its name and its value.
async fn make_broad_token(
    window: &Application,
    stage: &Stage,
    browser: &Browser,
) -> (String, String) {
    window.arrives("token-page").await;
    window.press("open-page").await;
    let link = stage.opened().await;
    window.photograph("04-token-page").await;
    browser.visit(&link).await;
    let name = browser.attribute("#token-name", "value").await;
    window.reads(&name).await;
    assert_eq!(
        browser.count("#rows .row").await,
        window.count("li:has(> .dashboard)").await,
        "the page is filled in with the rows that the window lists"
    );
    browser.press("#continue").await;
    browser.press("#create").await;
    let value = browser.text("#token-value").await;
    browser.press("#copy").await;
    assert_eq!(
        browser.text("#copied").await,
        "Copied",
        "the page's own copy button is used"
    );
    assert_eq!(
        clipboard::text(),
        value,
        "the display's clipboard holds the token"
    );
    window.press("primary").await;
    (name, value)
}

async fn paste(window: &Application, broad: &str) {
    window.arrives("paste").await;
    window.photograph("05-paste").await;
    window.press("paste").await;
    window.reads("The clipboard was cleared.").await;
    assert_eq!(
        clipboard::text(),
        "",
        "what was pasted is in the clipboard no more"
    );
    let last_four = &broad[broad.len() - 4..];
    window.reads(&format!("…{last_four}")).await;
    window.reads("User API token").await;
    window.reads("Cloudflare knows this token.").await;
    assert!(
        !window.page_memory().await.contains(broad),
        "the page never sees what is pasted by button"
    );
    window.photograph("06-pasted").await;
    window.press("primary").await;
}

async fn nominate(window: &Application) {
    window.arrives("nominate").await;
    window.reads("Pages Write").await;
    assert_eq!(
        window.count("input[name=broad]").await,
        0,
        "a token that was made through the link is destroyed without a question"
    );
    window.photograph("07-nominate").await;
}

async fn progress(window: &Application, stage: &Stage) {
    // Slow enough to be seen.
    stage.tell("/faults", &json!({ "latency_ms": 400 })).await;
    window.press("primary").await;
    window.arrives("progress").await;
    window.reads("Prove what it can and cannot do").await;
    Application::photograph_now("08-progress");
    window.arrives("result").await;
    stage.tell("/faults", &json!({ "latency_ms": 0 })).await;
}

/// Reads the result, and holds it against the cabinet; gives the receipt code and the narrow token's value.
async fn result(window: &Application, stage: &Stage, browser: &Browser) -> (String, String) {
    window.arrives("result").await;
    window.photograph("09-result").await;
    assert_eq!(
        window.sees("h1").await,
        "Connected",
        "the heading says what came of it"
    );
    window.reads("Destroyed").await;
    let scores = window
        .run("return [...document.querySelectorAll('p.number')].map((p) => p.innerText.trim())")
        .await;
    assert_eq!(scores[0], "1 of 1", "it can do what it is for");
    let (proved, of) = scores[1]
        .as_str()
        .and_then(|score| score.split_once(" of "))
        .expect("a score in words");
    assert_eq!(proved, of, "everything else is refused");
    assert!(
        of.parse().is_ok_and(|of: u32| of >= 12),
        "at least twelve other things are tried, not {of}"
    );

    let receipt = window.sees("[data-testid=receipt]").await;
    window.press_words("Open Site Generator").await;
    browser.visit(&stage.opened().await).await;
    assert_eq!(
        browser.text(".receipt-code").await,
        receipt,
        "both sides show the same receipt code"
    );
    let connection = browser.attribute(".connection", "data-id").await;
    let narrow = narrow_token(stage, &connection).await;
    assert_eq!(
        stage
            .knock(
                &narrow,
                &format!("/accounts/{}/pages/projects", stage.face.account_id)
            )
            .await,
        200,
        "what the keychain holds is the token that works"
    );
    (receipt, narrow)
}

/// The narrow token, from the keychain itself.
async fn narrow_token(stage: &Stage, connection: &str) -> String {
    let tokens = stage.admin("/tokens").await;
    let made = tokens["tokens"]
        .as_array()
        .expect("a list of tokens")
        .iter()
        .find(|token| {
            token["name"]
                .as_str()
                .is_some_and(|name| name.starts_with("Narrows "))
        })
        .expect("the narrow token exists at Cloudflare");
    let id = made["id"].as_str().expect("an id");
    keychain::secret(&format!("token {connection} {id}"))
        .expect("the keychain holds the narrow token")
}

async fn broad_token_is_dead(stage: &Stage, tokens: &Tokens, name: &str) {
    assert_eq!(
        stage.knock(&tokens.broad, "/user/tokens/verify").await,
        401,
        "Cloudflare does not know the broad token any more"
    );
    assert_eq!(
        stage.tokens_called(name).await,
        Vec::<String>::new(),
        "and it is gone from the list"
    );
}

async fn nothing_leaks(window: &Application, stage: &Stage, tokens: &Tokens) {
    let page = window.page_memory().await;
    for token in [&tokens.broad, &tokens.narrow] {
        assert!(
            !page.contains(token.as_str()),
            "the page holds no token: {page}"
        );
        let files = leaks::files_with(&stage.person(), token);
        assert!(
            files.is_empty(),
            "no file of the person holds a token: {files:?}"
        );
        for process in window.processes() {
            let started_with = processes::started_with(process);
            assert!(
                !leaks::holds(&started_with, token),
                "no argument and no variable holds a token"
            );
        }
    }
}

async fn home(window: &Application, receipt: &str) {
    window.arrives("home").await;
    window.reads("Delivered").await;
    window.reads(receipt).await;
    window.reads("Keychain on this computer").await;
}
