//! A browser in a few lines: it keeps the cookie, and posts forms with what the page's own fields hold.

use crate::contract::Answer;
use crate::running::{Running, read};

pub(crate) struct Browser<'a> {
    platform: &'a Running,
    pub(crate) cookie: String,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(platform: &'a Running) -> Self {
        Self {
            platform,
            cookie: String::new(),
        }
    }

    /// One that has pressed the sign-in button.
    pub(crate) async fn signed_in(platform: &'a Running) -> Self {
        let mut browser = Self::new(platform);
        let answer = browser.post("/sign-in", &[]).await;
        assert_eq!(answer.status, 303, "one click signs in");
        browser
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        read(
            self.platform
                .http
                .get(self.platform.url(path))
                .header("Cookie", &self.cookie),
        )
        .await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = read(
            self.platform
                .http
                .post(self.platform.url(path))
                .header("Cookie", &self.cookie)
                .form(fields),
        )
        .await;
        if let Some(cookie) = answer.headers.get("set-cookie") {
            let cookie = cookie.to_str().expect("a readable cookie");
            assert!(
                cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
                "no script and no other site uses the cookie: {cookie}"
            );
            cookie
                .split(';')
                .next()
                .unwrap_or_default()
                .clone_into(&mut self.cookie);
        }
        answer
    }

    /// Presses Approve or Deny on the device page.
    pub(crate) async fn answer_device(&mut self, user_code: &str, answer: &str) -> Answer {
        let page = self.get("/device").await;
        let form_token = field(&page, "form_token");
        self.post(
            "/device",
            &[
                ("form_token", &form_token),
                ("user_code", user_code),
                ("answer", answer),
            ],
        )
        .await
    }
}

/// What the page's field of this name holds.
pub(crate) fn field(page: &Answer, name: &str) -> String {
    after(page, &format!(r#"name="{name}" value=""#), '"')
}

/// The text of the page's first element of this class.
pub(crate) fn text_of(page: &Answer, class: &str) -> String {
    after(page, &format!(r#"class="{class}">"#), '<')
}

fn after(page: &Answer, mark: &str, end: char) -> String {
    let (_, rest) = page
        .body
        .split_once(mark)
        .unwrap_or_else(|| panic!("no {mark} in {}", page.body));
    rest.split(end).next().unwrap_or_default().to_owned()
}
