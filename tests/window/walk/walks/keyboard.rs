//! The whole way without a mouse, the token typed by hand.

use thirtyfour::Key;

use crate::application::Application;
use crate::leaks;
use crate::trip;

/// More controls than any screen has.
const MOST_TABS: usize = 60;

pub(super) async fn walk() {
    let stage = trip::open_platform().await;
    let window = stage.open().await;
    let broad = stage.face.broad_token.clone();

    window.arrives("welcome").await;
    heading_has_the_focus(&window).await;
    go_on(&window).await;
    window.arrives("prepare").await;
    heading_has_the_focus(&window).await;
    window.reads("Everything is ready.").await;
    go_on(&window).await;

    window.arrives("token-page").await;
    tab_to(&window, "[data-testid=copy-link]").await;
    tab_to(&window, "[data-testid=primary]").await;
    go_on(&window).await;

    window.arrives("paste").await;
    heading_has_the_focus(&window).await;
    tab_to(&window, "[data-testid=type-instead]").await;
    go_on(&window).await;
    tab_to(&window, "#token-text").await;
    window.keys(broad.as_str()).await;
    go_on(&window).await;
    window.reads("Cloudflare knows this token.").await;
    assert!(
        !window.page_memory().await.contains(&broad),
        "the page forgets what was typed as soon as it is handed over"
    );
    tab_to(&window, "[data-testid=primary]").await;
    go_on(&window).await;

    window.arrives("nominate").await;
    heading_has_the_focus(&window).await;
    tab_to(&window, "input[name=broad]").await;
    window.keys(" ").await;
    tab_to(&window, "[data-testid=primary]").await;
    go_on(&window).await;

    window.arrives("result").await;
    heading_has_the_focus(&window).await;
    window.reads("Destroyed").await;
    let files = leaks::files_with(&stage.person(), &broad);
    assert!(files.is_empty(), "no file holds what was typed: {files:?}");
    go_on(&window).await;
    window.arrives("home").await;
    heading_has_the_focus(&window).await;
    window.close().await;
}

/// Tab until the control has the focus, as a person does who sees where it is.
pub(super) async fn tab_to(window: &Application, css: &str) {
    window.sees(css).await;
    let there = format!("return document.activeElement.matches('{css}')");
    for _ in 0..MOST_TABS {
        if window.run(&there).await == true {
            return;
        }
        window.keys(Key::Tab).await;
    }
    panic!("the Tab key leads to {css}");
}

pub(super) async fn go_on(window: &Application) {
    window.keys(Key::Enter).await;
}

pub(super) async fn heading_has_the_focus(window: &Application) {
    let focused = "return document.activeElement.tagName";
    assert_eq!(
        window.run(focused).await,
        "H1",
        "a new screen begins at its heading, for those who do not see it change"
    );
}
