//! The application's window, and what a person sees and does in it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::{By, TypingData, WebDriver, WebElement};

use crate::close;
use crate::display;
use crate::driver::Driver;
use crate::patience::{LONG, within};
use crate::processes;

/// Sizes in pixels at which each screen is photographed: the one it opens with, and the smallest.
const SIZES: [(u32, u32); 2] = [(980, 760), (640, 560)];
const THEMES: [&str; 2] = ["light", "dark"];

/// The page's own tests ask the same, in another browser.
const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../ui/node_modules/axe-core/axe.min.js"
);

/// The real application, opened by WebKit's driver.
pub(crate) struct Application {
    session: WebDriver,
    driver: Driver,
    /// From the order to open it until the first screen's heading was there.
    pub(crate) opened_in: Duration,
}

impl Application {
    pub(crate) async fn open(driver: Command, binary: &Path) -> Self {
        let began = Instant::now();
        // The one capability that names the application; a browser's name would make the driver look for a browser.
        let options = json!({ "binary": binary, "args": [] });
        let (session, driver) =
            Driver::session(driver, ("webkitgtk:browserOptions", options)).await;
        let mut application = Self {
            session,
            driver,
            opened_in: Duration::ZERO,
        };
        application.sees("h1").await;
        application.opened_in = began.elapsed();
        application.resize(SIZES[0]).await;
        application
    }

    /// Waits for a screen.
    pub(crate) async fn arrives(&self, screen: &str) {
        let there = within(LONG, async || (self.screen().await == screen).then_some(())).await;
        assert!(
            there.is_some(),
            "the window gets to {screen}, but it shows:\n{}",
            self.shown().await
        );
    }

    /// The screen that is shown.
    pub(crate) async fn screen(&self) -> String {
        let name = "return document.querySelector('[data-screen]')?.dataset.screen ?? ''";
        self.run(name).await.as_str().unwrap_or_default().to_owned()
    }

    /// Presses the control with this test id, as soon as it is there and not busy.
    pub(crate) async fn press(&self, testid: &str) {
        self.press_at(&format!("[data-testid={testid}]:not([aria-disabled])"))
            .await;
    }

    /// Presses whatever this finds.
    pub(crate) async fn press_at(&self, css: &str) {
        let pressed = within(LONG, async || self.press_on(By::Css(css)).await).await;
        assert!(
            pressed.is_some(),
            "{css} can be pressed, but the window shows:\n{}",
            self.shown().await
        );
    }

    /// Presses the button with these words on it.
    pub(crate) async fn press_words(&self, words: &str) {
        let button = By::XPath(format!("//button[contains(normalize-space(.), '{words}')]"));
        let pressed = within(LONG, async || self.press_on(button.clone()).await);
        assert!(
            pressed.await.is_some(),
            "the button \"{words}\" can be pressed"
        );
    }

    /// Types into a field.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        self.sees(css).await;
        let field = self.element(css).await.expect("it was there a moment ago");
        field
            .send_keys(text)
            .await
            .expect("the field takes what is typed");
    }

    /// Presses keys wherever the focus is.
    pub(crate) async fn keys(&self, keys: impl Into<TypingData>) {
        let pressed = self.session.action_chain().send_keys(keys).perform().await;
        pressed.expect("the window takes keys");
    }

    /// Waits until something is shown, and gives its text.
    pub(crate) async fn sees(&self, css: &str) -> String {
        let seen = within(LONG, async || self.element(css).await?.text().await.ok()).await;
        match seen {
            Some(text) => text,
            None => panic!(
                "the window shows {css}, but it shows:\n{}",
                self.shown().await
            ),
        }
    }

    /// Waits until the screen says these words.
    pub(crate) async fn reads(&self, words: &str) {
        let said = within(LONG, async || {
            self.shown().await.contains(words).then_some(())
        });
        assert!(
            said.await.is_some(),
            "the window says \"{words}\", but it says:\n{}",
            self.shown().await
        );
    }

    /// The text on the screen.
    pub(crate) async fn shown(&self) -> String {
        let text = self.run("return document.body.innerText").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// How many of these there are.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.session
            .find_all(By::Css(css))
            .await
            .map_or(0, |found| found.len())
    }

    /// What stands in the way, and the one thing to do about it.
    pub(crate) async fn problem(&self) -> String {
        let words = self.sees("[data-summary]").await;
        assert_eq!(
            self.count("[data-testid=next-action]").await,
            1,
            "a problem has one next action: {words}"
        );
        words
    }

    /// What a script in the page gives.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let given = self.session.execute(script, vec![]).await;
        given
            .unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// What a script gives to the function that it gets as its last argument.
    pub(crate) async fn run_until(&self, script: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1];\n{script}");
        let given = self.session.execute_async(script.as_str(), vec![]).await;
        given
            .unwrap_or_else(|error| panic!("{script}: {error}"))
            .json()
            .clone()
    }

    /// Photographs the screen in both themes and at both sizes; in each, axe finds nothing to complain of.
    pub(crate) async fn photograph(&self, name: &str) {
        for size in SIZES {
            self.resize(size).await;
            self.run("window.scrollTo(0, 0)").await;
            for theme in THEMES {
                self.photograph_in(name, size, theme).await;
                self.is_accessible(&format!("{name}-{theme}")).await;
            }
        }
        self.theme("system").await;
        self.resize(SIZES[0]).await;
    }

    /// Asks axe-core, in the very page that the person has, what keeps anybody out.
    async fn is_accessible(&self, name: &str) {
        if self.run("return typeof axe").await != "object" {
            let axe = fs::read_to_string(AXE).expect("the page's packages are installed");
            self.run(&axe).await;
        }
        let script = "axe.run().then(
              ({ violations }) => done(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])),
              (error) => done(String(error)));";
        let found = self.run_until(script).await;
        assert_eq!(found, json!([]), "{name}: axe finds nothing");
    }

    /// Photographs the screen as it is now, for what does not stand still.
    pub(crate) fn photograph_now(name: &str) {
        let (width, height) = SIZES[0];
        display::photograph(name, width, height);
    }

    async fn photograph_in(&self, name: &str, (width, height): (u32, u32), theme: &str) {
        self.theme(theme).await;
        display::photograph(&format!("{name}-{theme}-{width}x{height}"), width, height);
    }

    /// Presses the switch of the theme, and waits until the page is painted with it.
    pub(crate) async fn theme(&self, theme: &str) {
        self.run(&format!(
            "document.querySelector('input[name=theme][value={theme}]').click()"
        ))
        .await;
        self.painted().await;
    }

    async fn resize(&self, (width, height): (u32, u32)) {
        let moved = self.session.set_window_rect(0, 0, width, height).await;
        moved.expect("the window can be moved and resized");
        let script = "return [window.innerWidth, window.innerHeight]";
        let sized = within(LONG, async || {
            (self.run(script).await == json!([width, height])).then_some(())
        });
        assert!(
            sized.await.is_some(),
            "the page fills a window of {width} by {height}"
        );
        self.painted().await;
    }

    /// Two frames and every transition later, what was asked for is on the display.
    async fn painted(&self) {
        let script = "const still = () => document.getAnimations()
              .filter((a) => a.effect?.getComputedTiming().iterations !== Infinity)
              .every((a) => a.playState !== 'running');
            const look = () => still()
              ? requestAnimationFrame(() => requestAnimationFrame(() => done(true)))
              : requestAnimationFrame(look);
            look();";
        self.run_until(script).await;
    }

    /// Everything that the page holds or has stored, as one text.
    pub(crate) async fn page_memory(&self) -> String {
        let script = "const fields = [...document.querySelectorAll('input, textarea')].map((f) => f.value);
            const seen = [document.documentElement.outerHTML, fields, { ...localStorage }, { ...sessionStorage },
              document.cookie, performance.getEntries().map((e) => e.name)];
            (indexedDB.databases?.() ?? Promise.resolve([])).then(
              (bases) => done(JSON.stringify([seen, bases])), (error) => done('indexedDB: ' + error));";
        let memory = self.run_until(script).await;
        memory
            .as_str()
            .expect("the page tells what it holds")
            .to_owned()
    }

    /// The application's own process and those of its page.
    pub(crate) fn processes(&self) -> Vec<u32> {
        self.driver.started()
    }

    /// Memory of all of them, in MiB.
    pub(crate) fn memory(&self) -> f64 {
        processes::memory(&self.processes())
    }

    /// Ends the application as a power cut does.
    pub(crate) fn crash(self) {
        processes::end(&self.processes());
    }

    /// Presses the button that closes the window.
    fn ask_to_close(&self) {
        let application = *self.processes().first().expect("the application runs");
        assert!(
            close::ask(application),
            "the application has a window to close"
        );
    }

    /// Closes the window, and waits until the application has ended.
    pub(crate) async fn close(self) {
        self.ask_to_close();
        let ended = within(LONG, async || self.processes().is_empty().then_some(())).await;
        assert!(ended.is_some(), "the application ends with its window");
        // The session has ended with it, as far as the driver noticed.
        let _ = self.session.quit().await;
    }

    async fn element(&self, css: &str) -> Option<WebElement> {
        self.session.find(By::Css(css)).await.ok()
    }

    /// Presses an element if it can be pressed now.
    async fn press_on(&self, found: By) -> Option<()> {
        let element = self.session.find(found).await.ok()?;
        if element.click().await.is_err() {
            // Where the driver scrolls to by itself, the buttons at the foot may lie over it.
            element.scroll_into_view().await.ok()?;
            element.click().await.ok()?;
        }
        Some(())
    }
}
