//! The cabinet's pages. Whatever came from outside is escaped; nothing runs in the browser.

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::connection::Connection;
use super::session::Session;
use super::{Error, TENANT};

const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A page and its status.
pub(super) struct Page {
    status: StatusCode,
    title: &'static str,
    main: String,
    /// The bar of a signed-in tenant.
    bar: String,
}

impl Page {
    fn new(title: &'static str, main: String) -> Self {
        Self {
            status: StatusCode::OK,
            title,
            main,
            bar: String::new(),
        }
    }

    fn signed_in(mut self, session: &Session) -> Self {
        self.bar = format!(
            r#"<form method="post" action="/sign-out">{}<span>{}</span> <button id="sign-out" class="plain">Sign out</button></form>"#,
            form_token(session),
            escape(TENANT.email),
        );
        self
    }

    /// The same page with another status.
    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let Self {
            status,
            title,
            main,
            bar,
        } = self;
        let html = format!(
            r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · Sandbox platform</title>
<link rel="stylesheet" href="/cabinet.css">
</head>
<body>
<header><a class="brand" href="/">Sandbox platform</a>{bar}</header>
<main>
<h1>{title}</h1>
{main}
</main>
</body>
</html>
"#
        );
        let headers = [
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "same-origin"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (status, headers, Html(html)).into_response()
    }
}

impl From<Error> for Page {
    fn from(_: Error) -> Self {
        refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "The platform could not work out an answer. Try again.",
        )
    }
}

impl From<rusqlite::Error> for Page {
    fn from(error: rusqlite::Error) -> Self {
        Error::from(error).into()
    }
}

/// `GET /cabinet.css`
pub(super) async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("cabinet.css"),
    )
}

/// Any address that is none.
pub(super) async fn not_here() -> Page {
    refused(StatusCode::NOT_FOUND, "There is nothing at this address.")
}

/// A refusal in one sentence.
pub(super) fn refused(status: StatusCode, why: &'static str) -> Page {
    Page::new(
        "That did not work",
        format!(r#"<p role="alert">{why}</p><p><a href="/">Back to your connections</a></p>"#),
    )
    .with_status(status)
}

/// The one-click sign-in. With a code, typed or still empty, it leads on to answering the application.
pub(super) fn sign_in(user_code: Option<&str>) -> Page {
    let (why, carried) = match user_code {
        Some(code) => (
            "Sign in first, then answer the application.",
            format!(
                r#"<input type="hidden" name="user_code" value="{}">"#,
                escape(code)
            ),
        ),
        None => (
            "See and disconnect the Cloudflare accounts that this platform may use.",
            String::new(),
        ),
    };
    Page::new(
        "Sign in",
        format!(
            r#"<p>{why}</p>
<form method="post" action="/sign-in">{carried}
<button id="sign-in">Sign in as {} &lt;{}&gt;</button>
</form>"#,
            escape(TENANT.name),
            escape(TENANT.email),
        ),
    )
}

/// The list of connections.
pub(super) fn home(session: &Session, connections: &[Connection]) -> Page {
    let main = if connections.is_empty() {
        r#"<p id="no-connections">Nothing is connected. Open Narrows to connect a Cloudflare account.</p>"#.into()
    } else {
        let items: String = connections
            .iter()
            .map(|connection| item(session, connection))
            .collect();
        format!(r#"<ul class="connections">{items}</ul>"#)
    };
    let device = r#"<p class="aside"><a href="/device">Answer an application's code</a></p>"#;
    Page::new("Your connections", main + device).signed_in(session)
}

fn item(session: &Session, connection: &Connection) -> String {
    let Connection {
        id,
        profile,
        account_id,
        account_name,
        project,
        token_kind,
        token_name,
        token_expires_on,
        receipt_code,
        updated_on,
        ..
    } = connection;
    let project = project.as_deref().unwrap_or("No project");
    let expires_on = token_expires_on.as_deref().unwrap_or("never");
    format!(
        r#"
<li class="connection" data-id="{id}">
<h2>{project}</h2>
<dl>
<dt>Account</dt><dd>{account_name} <code>{account_id}</code></dd>
<dt>Profile</dt><dd>{profile}</dd>
<dt>Token</dt><dd>{token_name} ({token_kind} token)</dd>
<dt>Expires</dt><dd>{expires_on}</dd>
<dt>Updated</dt><dd><time datetime="{updated_on}">{updated_on}</time></dd>
<dt>Receipt code</dt><dd><code class="receipt-code">{receipt_code}</code></dd>
</dl>
<form method="post" action="/disconnect">{form_token}
<input type="hidden" name="connection" value="{id}">
<button class="disconnect" aria-label="Disconnect {project}">Disconnect</button>
</form>
</li>"#,
        id = escape(id),
        project = escape(project),
        account_name = escape(account_name),
        account_id = escape(account_id),
        profile = escape(profile),
        token_name = escape(token_name),
        token_kind = escape(token_kind),
        expires_on = escape(expires_on),
        updated_on = escape(updated_on),
        receipt_code = escape(receipt_code),
        form_token = form_token(session),
    )
}

/// The question whether an application may sign in.
pub(super) fn device(session: &Session, user_code: &str, wrong: Option<&'static str>) -> Page {
    let (alert, described) = match wrong {
        Some(why) => (
            format!(r#"<p id="wrong" role="alert">{why}</p>"#),
            r#" aria-invalid="true" aria-describedby="wrong""#,
        ),
        None => (String::new(), ""),
    };
    let page = Page::new(
        "Approve an application",
        format!(
            r#"<p><strong>Narrows</strong> asks to see, make, replace and delete your connections. Approve only if you began this, and if the application shows the same code.</p>
{alert}
<form method="post" action="/device">{form_token}
<label for="user-code">Code shown by the application</label>
<input id="user-code" name="user_code" value="{code}" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" required{described}>
<div class="choices">
<button id="approve" name="answer" value="approve">Approve</button>
<button id="deny" name="answer" value="deny" class="plain">Deny</button>
</div>
</form>"#,
            form_token = form_token(session),
            code = escape(user_code),
        ),
    )
    .signed_in(session);
    if wrong.is_some() {
        page.with_status(StatusCode::UNPROCESSABLE_ENTITY)
    } else {
        page
    }
}

/// The tenant's answer, confirmed.
pub(super) fn answered(session: &Session, approved: bool) -> Page {
    let (title, text) = if approved {
        ("Approved", "Narrows is signed in. Go back to it.")
    } else {
        ("Denied", "Narrows was not signed in.")
    };
    Page::new(
        title,
        format!(
            r#"<p id="answered" role="status">{text}</p><p><a href="/">Your connections</a></p>"#
        ),
    )
    .signed_in(session)
}

fn form_token(session: &Session) -> String {
    format!(
        r#"<input type="hidden" name="form_token" value="{}">"#,
        session.form_token()
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
