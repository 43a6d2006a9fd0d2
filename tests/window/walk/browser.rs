//! The person's browser, on the same display, so that what it copies is in the clipboard that the window reads.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use thirtyfour::extensions::query::ElementQueryable;
use thirtyfour::{By, WebDriver, WebElement};

use crate::driver::Driver;
use crate::needs;
use crate::patience::{LONG, within};

/// A window of it, beside the application's.
pub(crate) struct Browser {
    session: WebDriver,
    _driver: Driver,
}

impl Browser {
    /// Opens Chromium where it can be driven, otherwise the small browser that comes with `WebKit`: Ubuntu's Chromium is a
    /// snap, which a container cannot run.
    pub(crate) async fn open(home: impl Fn(&mut Command), profile: &Path) -> Self {
        let chromium = needs::found("chromium").filter(|_| needs::found("chromedriver").is_some());
        let (program, name, options) = match chromium {
            Some(binary) => (
                "chromedriver",
                "goog:chromeOptions",
                chromium_on(&binary, profile),
            ),
            None => ("WebKitWebDriver", "webkitgtk:browserOptions", Value::Null),
        };
        let mut driver = Command::new(program);
        home(&mut driver);
        let (session, driver) = Driver::session(driver, (name, options)).await;
        let browser = Self {
            session,
            _driver: driver,
        };
        let beside = browser.session.set_window_rect(1000, 0, 900, 1000).await;
        beside.expect("the browser stands beside the application");
        browser
    }

    /// Visits a page.
    pub(crate) async fn visit(&self, link: &str) {
        self.session
            .goto(link)
            .await
            .unwrap_or_else(|error| panic!("{link} opens: {error}"));
    }

    /// Presses something once it is there.
    pub(crate) async fn press(&self, css: &str) {
        let pressed = self.find(css).await.click().await;
        pressed.unwrap_or_else(|error| panic!("{css} can be pressed: {error}"));
    }

    /// The text of something once it has some.
    pub(crate) async fn text(&self, css: &str) -> String {
        let text = within(LONG, async || {
            let text = self.find(css).await.text().await.ok()?;
            (!text.is_empty()).then_some(text)
        });
        text.await
            .unwrap_or_else(|| panic!("the browser's {css} says something"))
    }

    /// An attribute of something.
    pub(crate) async fn attribute(&self, css: &str, name: &str) -> String {
        let value = self.find(css).await.attr(name).await;
        value.expect("the page answers").unwrap_or_default()
    }

    /// How many of these there are.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.session
            .find_all(By::Css(css))
            .await
            .map_or(0, |found| found.len())
    }

    /// Closes the browser.
    pub(crate) async fn close(self) {
        // What does not end by itself ends with the driver.
        let _ = self.session.quit().await;
    }

    async fn find(&self, css: &str) -> WebElement {
        let found = self.session.query(By::Css(css)).first().await;
        found.unwrap_or_else(|error| panic!("the browser shows {css}: {error}"))
    }
}

fn chromium_on(binary: &Path, profile: &Path) -> Value {
    json!({
        "binary": binary,
        "args": [
            format!("--user-data-dir={}", profile.display()),
            // A container has no room for the browser's own sandbox, and only loopback is visited.
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-component-update",
            "--disable-background-networking",
        ],
    })
}
