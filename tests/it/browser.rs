//! A person's browser in a few lines: it keeps a cookie, and posts forms with what their own fields hold.

use narrows_sandbox::Face;
use reqwest::redirect::Policy;

/// One person at the sandbox's dashboard and the platform's cabinet.
pub(crate) struct Browser {
    http: reqwest::Client,
    platform: String,
    dashboard: String,
    cookie: String,
}

impl Browser {
    /// One that has signed in to the cabinet with its one click.
    pub(crate) async fn signed_in(face: &Face) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).build();
        let mut browser = Self {
            http: http.expect("a browser"),
            platform: face.platform.clone(),
            dashboard: face.dashboard.clone(),
            cookie: String::new(),
        };
        let address = format!("{}/sign-in", face.platform);
        let answer = browser.send(&address, &[]).await;
        let cookie = answer.headers()["set-cookie"].to_str().expect("a cookie");
        cookie
            .split(';')
            .next()
            .unwrap_or_default()
            .clone_into(&mut browser.cookie);
        browser
    }

    /// Presses Approve on the page of a device code.
    pub(crate) async fn approve(&self, page: &str) {
        let mut fields = fields(&self.open(page).await);
        fields.push(("answer".to_owned(), "approve".to_owned()));
        let address = format!("{}/device", self.platform);
        let status = self.send(&address, &fields).await.status();
        assert!(status.is_success(), "the code is approved: {status}");
    }

    /// The cabinet as it stands.
    pub(crate) async fn cabinet(&self) -> String {
        self.open(&format!("{}/", self.platform)).await
    }

    /// The short code that the cabinet shows for the one connection there is.
    pub(crate) async fn receipt_code(&self) -> String {
        let cabinet = self.cabinet().await;
        between(&cabinet, "class=\"receipt-code\">", "<").to_owned()
    }

    /// Follows a token-page link, presses Continue and Create, and copies the value that is shown once.
    pub(crate) async fn make_token(&self, link: &str) -> String {
        let mut page = self.open(link).await;
        for step in ["summary", "create"] {
            let mut fields = fields(&page);
            fields.push(("step".to_owned(), step.to_owned()));
            let address = format!("{}/api-tokens", self.dashboard);
            let answer = self.send(&address, &fields).await;
            page = answer.text().await.expect("a page");
        }
        between(&page, "id=\"token-value\">", "<").to_owned()
    }

    async fn open(&self, address: &str) -> String {
        let request = self.http.get(address).header("cookie", &self.cookie);
        let answer = request.send().await.expect("the page is there");
        assert!(answer.status().is_success(), "{address}: {answer:?}");
        answer.text().await.expect("a page")
    }

    async fn send(&self, address: &str, fields: &[(String, String)]) -> reqwest::Response {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.http
            .post(address)
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .expect("the form is taken")
    }
}

/// What the page's fields hold as they stand: inputs with their value, selects with what is selected.
fn fields(page: &str) -> Vec<(String, String)> {
    let tags = page
        .split('<')
        .map(|tag| tag.split('>').next().unwrap_or_default());
    let mut fields = Vec::new();
    let mut select = None;
    for tag in tags {
        let value = || attribute(tag, "value").unwrap_or_default();
        if tag.starts_with("input") {
            fields.extend(attribute(tag, "name").map(|name| (name, value())));
        } else if tag.starts_with("select") {
            select = attribute(tag, "name");
        } else if tag.starts_with("option") && tag.ends_with(" selected") {
            fields.extend(select.take().map(|name| (name, value())));
        }
    }
    fields
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let value = rest.split('"').next()?;
    Some(value.replace("&#39;", "'").replace("&amp;", "&"))
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split(end).next().unwrap_or_default()
}
