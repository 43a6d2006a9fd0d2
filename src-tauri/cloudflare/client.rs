//! The calls, and what is tried again.
//!
//! Reads, whole replacements and deletions are repeated after a lost answer, a 5xx or a 429, at most
//! [`TRIES`] times in all. Making and rolling a token are repeated only where Cloudflare certainly did nothing, as a
//! second token would be left lying about.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use super::envelope::{self, Envelope, PageInfo};
use super::error::{self, Error};
use super::kind::{Kind, Trail};
use super::reading::{self, Told};
use super::{
    Account, Created, Credential, NewToken, Owner, PermissionGroup, Project, Token, TokenList,
    TokenStatus, Verified, Zone,
};
use crate::http::{Answer, FailureKind, Heard, Http, below};
use crate::secret::Secret;

/// Most times that one call is sent.
pub const TRIES: u32 = 3;

/// Longest wait that we obey; a longer one is told to the caller.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Wait before the second try where Cloudflare names none; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// Items per page; the most that lists of accounts, zones and tokens give.
const PER_PAGE: u32 = 50;

/// Permission groups per page: all of them, there are some 400.
const GROUPS_PER_PAGE: u32 = 1000;

/// Pages that are fetched at once.
const AT_ONCE: usize = 8;

/// Most pages of one list, whatever its totals claim.
const MOST_PAGES: u32 = 1000;

/// Speaks to Cloudflare with one credential.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http,
    base: Url,
    headers: HeaderMap,
}

/// What an endpoint said when it was tried. Every status is a value here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What it means.
    pub kind: Kind,
    /// HTTP status.
    pub status: u16,
    /// Cloudflare's code, where there is one.
    pub code: Option<u32>,
    /// Cloudflare's words, shortened.
    pub message: String,
    /// Where the answer can be looked up.
    pub trail: Trail,
    /// How long Cloudflare asks us to wait.
    pub retry_after: Option<Duration>,
    /// Cloudflare's time of day, to a second.
    pub date: Option<Timestamp>,
}

impl Probe {
    /// What was seen, in one line, for an expert; `label` names the call.
    pub fn evidence(&self, label: &str) -> String {
        error::line(
            label,
            Some(self.status),
            self.code,
            &self.message,
            &self.trail,
        )
    }

    /// One with this code and these words.
    #[cfg(test)]
    pub(crate) fn of(status: u16, code: Option<u32>, message: &str) -> Self {
        let success = (200..300).contains(&status);
        let errors = if success {
            serde_json::json!([])
        } else {
            serde_json::json!([{ "code": code, "message": message }])
        };
        let body = serde_json::json!({ "success": success, "errors": errors });
        let answer = Answer {
            status,
            headers: HeaderMap::new(),
            body: body.to_string().into_bytes(),
        };
        Self::told("GET /", &answer).expect("an envelope")
    }

    /// What an endpoint said; an error where it was somebody in between who answered.
    fn told(label: &'static str, answer: &Answer) -> Result<Self, Error> {
        let envelope = Envelope::read(&answer.body);
        let Told {
            kind,
            code,
            message,
            trail,
        } = reading::told(label, answer, envelope.as_ref());
        // Of a limit and of a fault the status is enough.
        if envelope.is_none() && !matches!(kind, Kind::RateLimited | Kind::ServerError) {
            return Err(Error::told(label, answer, None));
        }
        Ok(Self {
            kind,
            status: answer.status,
            code,
            message,
            trail,
            retry_after: answer.retry_after(),
            date: answer.date(),
        })
    }
}

/// A call that is ready to be sent, more than once if need be.
struct Ask<'a> {
    label: &'static str,
    method: Method,
    path: String,
    body: Option<&'a Body>,
    repeat: Repeat,
}

/// A body as bytes, wiped when dropped.
type Body = Zeroizing<Vec<u8>>;

/// What a call may be repeated after.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Anything passing: doing it twice is doing it once.
    Always,
    /// Only what certainly changed nothing.
    IfNothingHappened,
}

impl Ask<'_> {
    fn get(label: &'static str, path: String) -> Self {
        Self {
            label,
            method: Method::GET,
            path,
            body: None,
            repeat: Repeat::Always,
        }
    }
}

/// An answer that said yes.
struct Yes {
    body: Body,
    info: PageInfo,
    answer: Answer,
    label: &'static str,
}

impl Yes {
    fn result<T: DeserializeOwned>(&self) -> Result<T, Error> {
        // The parser's own words could repeat a value.
        envelope::result(&self.body).map_err(|error| {
            let why = format!(
                "unexpected result at line {} column {}",
                error.line(),
                error.column()
            );
            Error::garbled(self.label, &self.answer, &why)
        })
    }
}

impl Client {
    /// A client of the API below `base` (which ends with `/client/v4`).
    ///
    /// A credential that cannot be a header's value is refused as [`Kind::MalformedCredential`].
    #[allow(clippy::needless_pass_by_value, reason = "taken so that it is wiped")]
    pub fn new(http: &Http, base: &Url, credential: Credential) -> Result<Self, Error> {
        let malformed = || Error::own(Kind::MalformedCredential, "start", "not usable in a header");
        if credential.is_empty() {
            return Err(malformed());
        }
        Ok(Self {
            http: http.clone(),
            base: base.clone(),
            headers: credential.headers().map_err(|_| malformed())?,
        })
    }

    /// The same client with an ear of its own, which hears Cloudflare's ids of the requests that this one makes.
    #[must_use]
    pub fn listening(&self) -> (Self, Heard) {
        let (http, heard) = self.http.listening();
        let client = Self {
            http,
            ..self.clone()
        };
        (client, heard)
    }

    /// Asks who the credential is; needs no permission.
    pub async fn verify(&self, owner: &Owner) -> Result<Verified, Error> {
        let label = match owner {
            Owner::User => "GET /user/tokens/verify",
            Owner::Account(_) => "GET /accounts/{account}/tokens/verify",
        };
        let path = format!("{}/verify", tokens_path(label, owner)?);
        self.ask(Ask::get(label, path)).await?.result()
    }

    /// Every account that the credential sees. None is an answer, not an error.
    pub async fn accounts(&self) -> Result<Vec<Account>, Error> {
        self.list(
            "GET /accounts",
            "/accounts?",
            PER_PAGE,
            |account: &Account| &account.id,
        )
        .await
    }

    /// Every zone of one account that the credential sees.
    pub async fn zones(&self, account: &str) -> Result<Vec<Zone>, Error> {
        let label = "GET /zones";
        let path = format!("/zones?account.id={}&", segment(label, account)?);
        self.list(label, &path, PER_PAGE, |zone: &Zone| &zone.id)
            .await
    }

    /// The first 50 zones that the credential sees, of one account or of all.
    pub async fn some_zones(&self, account: Option<&str>) -> Result<Vec<Zone>, Error> {
        let label = "GET /zones";
        let path = match account {
            Some(account) => format!("/zones?account.id={}&", segment(label, account)?),
            None => "/zones?".to_owned(),
        };
        Ok(self.page(label, &path, PER_PAGE, 1).await?.items)
    }

    /// The first 50 accounts that the credential sees.
    pub async fn some_accounts(&self) -> Result<Vec<Account>, Error> {
        Ok(self
            .page("GET /accounts", "/accounts?", PER_PAGE, 1)
            .await?
            .items)
    }

    /// Every permission group that the owner's tokens may have.
    pub async fn permission_groups(&self, owner: &Owner) -> Result<Vec<PermissionGroup>, Error> {
        let label = match owner {
            Owner::User => "GET /user/tokens/permission_groups",
            Owner::Account(_) => "GET /accounts/{account}/tokens/permission_groups",
        };
        let path = format!("{}/permission_groups?", tokens_path(label, owner)?);
        self.list(label, &path, GROUPS_PER_PAGE, |group: &PermissionGroup| {
            &group.id
        })
        .await
    }

    /// The first 50 tokens, newest as Cloudflare orders them, with the number of all; `name` narrows by name.
    pub async fn tokens(&self, owner: &Owner, name: Option<&str>) -> Result<TokenList, Error> {
        let (label, path) = tokens_listed(owner)?;
        let name = name.map_or_else(String::new, |name| {
            let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
            format!("name={name}&")
        });
        let page = self
            .page::<Token>(label, &format!("{path}{name}"), PER_PAGE, 1)
            .await?;
        Ok(TokenList {
            tokens: page.items,
            total: page.info.total_count,
        })
    }

    /// Every token.
    pub async fn all_tokens(&self, owner: &Owner) -> Result<Vec<Token>, Error> {
        let (label, path) = tokens_listed(owner)?;
        self.list(label, &path, PER_PAGE, |token: &Token| &token.id)
            .await
    }

    /// One token, without its value.
    pub async fn token(&self, owner: &Owner, id: &str) -> Result<Token, Error> {
        let label = match owner {
            Owner::User => "GET /user/tokens/{token}",
            Owner::Account(_) => "GET /accounts/{account}/tokens/{token}",
        };
        let path = token_path(label, owner, id)?;
        self.ask(Ask::get(label, path)).await?.result()
    }

    /// Makes a token. Sent again only where Cloudflare certainly made none; after an error for which
    /// [`Error::may_have_taken_effect`] holds there may be one, to be found by its name.
    pub async fn create_token(&self, owner: &Owner, token: &NewToken) -> Result<Created, Error> {
        #[derive(Deserialize)]
        struct WithValue {
            #[serde(flatten)]
            token: Token,
            value: Secret,
        }
        let label = match owner {
            Owner::User => "POST /user/tokens",
            Owner::Account(_) => "POST /accounts/{account}/tokens",
        };
        let body = body(label, token)?;
        let ask = Ask {
            label,
            method: Method::POST,
            path: tokens_path(label, owner)?,
            body: Some(&body),
            repeat: Repeat::IfNothingHappened,
        };
        let made: WithValue = self.ask(ask).await?.result()?;
        Ok(Created {
            token: made.token,
            value: made.value,
        })
    }

    /// Replaces everything of a token but its id and value; what `token` leaves out is removed.
    pub async fn update_token(
        &self,
        owner: &Owner,
        id: &str,
        token: &NewToken,
        status: Option<TokenStatus>,
    ) -> Result<Token, Error> {
        #[derive(Serialize)]
        struct WithStatus<'a> {
            #[serde(flatten)]
            token: &'a NewToken,
            #[serde(skip_serializing_if = "Option::is_none")]
            status: Option<TokenStatus>,
        }
        let label = match owner {
            Owner::User => "PUT /user/tokens/{token}",
            Owner::Account(_) => "PUT /accounts/{account}/tokens/{token}",
        };
        let body = body(label, &WithStatus { token, status })?;
        let ask = Ask {
            label,
            method: Method::PUT,
            path: token_path(label, owner, id)?,
            body: Some(&body),
            repeat: Repeat::Always,
        };
        self.ask(ask).await?.result()
    }

    /// Gives a token a new value; the old one dies at once.
    pub async fn roll_token(&self, owner: &Owner, id: &str) -> Result<Secret, Error> {
        let label = match owner {
            Owner::User => "PUT /user/tokens/{token}/value",
            Owner::Account(_) => "PUT /accounts/{account}/tokens/{token}/value",
        };
        let body = Zeroizing::new(b"{}".to_vec());
        let ask = Ask {
            label,
            method: Method::PUT,
            path: format!("{}/value", token_path(label, owner, id)?),
            body: Some(&body),
            repeat: Repeat::IfNothingHappened,
        };
        self.ask(ask).await?.result()
    }

    /// Deletes a token. Where a first try may have done it and a second finds nothing, it is done. A token that
    /// deletes itself may instead be met with [`Kind::UnknownToken`] on the second try.
    pub async fn delete_token(&self, owner: &Owner, id: &str) -> Result<(), Error> {
        let label = match owner {
            Owner::User => "DELETE /user/tokens/{token}",
            Owner::Account(_) => "DELETE /accounts/{account}/tokens/{token}",
        };
        let ask = Ask {
            label,
            method: Method::DELETE,
            path: token_path(label, owner, id)?,
            body: None,
            repeat: Repeat::Always,
        };
        let mut lost = false;
        match self.ask_noting(ask, &mut lost).await {
            Err(error) if lost && matches!(error.kind, Kind::NotFound | Kind::NoRoute) => Ok(()),
            answered => answered.map(drop),
        }
    }

    /// A Pages project, or nothing where there is none of that name.
    pub async fn pages_project(&self, account: &str, name: &str) -> Result<Option<Project>, Error> {
        let label = "GET /accounts/{account}/pages/projects/{project}";
        let path = format!(
            "/accounts/{}/pages/projects/{}",
            segment(label, account)?,
            segment(label, name)?
        );
        match self.ask(Ask::get(label, path)).await {
            Ok(yes) => yes.result().map(Some),
            Err(error) if error.kind == Kind::ProjectNotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Tries an endpoint once and tells what it said; only a lost request, and an answer that is not Cloudflare's, are
    /// errors.
    ///
    /// `path` begins with a slash and may hold a query; ids in it are the caller's to check.
    pub async fn probe(&self, label: &'static str, path: &str) -> Result<Probe, Error> {
        self.tried(&Ask::get(label, path.to_owned())).await
    }

    /// The same with a call that may write; `path` has to name something that cannot exist.
    pub async fn probe_write(
        &self,
        label: &'static str,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Probe, Error> {
        let body = body.map(Zeroizing::new);
        let ask = Ask {
            label,
            method,
            path: path.to_owned(),
            body: body.as_ref(),
            repeat: Repeat::IfNothingHappened,
        };
        self.tried(&ask).await
    }

    async fn tried(&self, ask: &Ask<'_>) -> Result<Probe, Error> {
        let answer = self.send(ask).await?;
        Probe::told(ask.label, &answer)
    }

    /// Every item of a list, once: what is added or deleted meanwhile moves items from one page to the next.
    ///
    /// `path` ends with `?` or `&`.
    async fn list<T: DeserializeOwned>(
        &self,
        label: &'static str,
        path: &str,
        per_page: u32,
        id: fn(&T) -> &String,
    ) -> Result<Vec<T>, Error> {
        let mut items = self.every_page(label, path, per_page).await?;
        let mut seen = HashSet::new();
        items.retain(|item| seen.insert(id(item).clone()));
        Ok(items)
    }

    /// The first page, then the others side by side.
    async fn every_page<T: DeserializeOwned>(
        &self,
        label: &'static str,
        path: &str,
        per_page: u32,
    ) -> Result<Vec<T>, Error> {
        let first = self.page(label, path, per_page, 1).await?;
        let mut items = first.items;
        if let Some(pages) = first.info.pages(per_page) {
            let whole = first
                .info
                .total_count
                .is_some_and(|count| items.len() >= count as usize);
            if whole {
                return Ok(items);
            }
            let rest: Vec<Page<T>> = stream::iter(2..=pages.min(MOST_PAGES))
                .map(|number| self.page(label, path, per_page, number))
                .buffered(AT_ONCE)
                .try_collect()
                .await?;
            items.extend(rest.into_iter().flat_map(|page| page.items));
            return Ok(items);
        }
        // Without totals a list ends at its first page that is not full.
        let mut full = items.len() >= per_page as usize;
        let mut number = 2;
        while full && number <= MOST_PAGES {
            let page = self.page(label, path, per_page, number).await?;
            full = page.items.len() >= per_page as usize;
            items.extend(page.items);
            number += 1;
        }
        Ok(items)
    }

    async fn page<T: DeserializeOwned>(
        &self,
        label: &'static str,
        path: &str,
        per_page: u32,
        number: u32,
    ) -> Result<Page<T>, Error> {
        let path = format!("{path}page={number}&per_page={per_page}");
        let yes = self.ask(Ask::get(label, path)).await?;
        Ok(Page {
            items: yes.result::<Option<Vec<T>>>()?.unwrap_or_default(),
            info: yes.info,
        })
    }

    async fn ask(&self, ask: Ask<'_>) -> Result<Yes, Error> {
        self.ask_noting(ask, &mut false).await
    }

    /// Sends until there is an answer worth having. `lost` becomes true where a try that is not the last may have
    /// been carried out.
    async fn ask_noting(&self, ask: Ask<'_>, lost: &mut bool) -> Result<Yes, Error> {
        let mut tried = 1;
        loop {
            let error = match self.once(&ask).await {
                Ok(yes) => return Ok(yes),
                Err(error) => error,
            };
            let Some(wait) = pause(&error, ask.repeat, tried) else {
                return Err(error);
            };
            tracing::debug!(call = ask.label, tried, kind = ?error.kind, "trying again");
            *lost |= error.may_have_taken_effect();
            tokio::time::sleep(wait).await;
            tried += 1;
        }
    }

    async fn once(&self, ask: &Ask<'_>) -> Result<Yes, Error> {
        let mut answer = self.send(ask).await?;
        let envelope = Envelope::read(&answer.body);
        match envelope {
            Some(envelope) if answer.is_success() && envelope.success => Ok(Yes {
                body: Zeroizing::new(std::mem::take(&mut answer.body)),
                info: envelope.result_info,
                answer,
                label: ask.label,
            }),
            envelope => Err(Error::told(ask.label, &answer, envelope.as_ref())),
        }
    }

    async fn send(&self, ask: &Ask<'_>) -> Result<Answer, Error> {
        let mut request = self
            .http
            .request(ask.method.clone(), below(&self.base, &ask.path))
            .headers(self.headers.clone());
        if let Some(body) = ask.body {
            request = request
                .header(reqwest::header::CONTENT_TYPE, "application/json")
                .body(body.to_vec());
        }
        self.http
            .send(ask.label, request)
            .await
            .map_err(Error::lost)
    }
}

struct Page<T> {
    items: Vec<T>,
    info: PageInfo,
}

/// How long to wait before the next try; nothing where there must be none.
fn pause(error: &Error, repeat: Repeat, tried: u32) -> Option<Duration> {
    let failure = error.failure.as_ref().map(|failure| failure.kind);
    let passing = match &error.kind {
        Kind::RateLimited => true,
        Kind::NoNetwork => !matches!(failure, Some(FailureKind::Tls | FailureKind::Proxy)),
        Kind::NoAnswer | Kind::ServerError => repeat == Repeat::Always,
        // A garbled yes of a read may come whole the next time.
        Kind::NotCloudflare => repeat == Repeat::Always && error.may_have_taken_effect(),
        _ => false,
    };
    // Each silence has already taken the whole time limit.
    let most = if failure == Some(FailureKind::Timeout) {
        2
    } else {
        TRIES
    };
    if !passing || tried >= most {
        return None;
    }
    match error.retry_after {
        Some(wait) if wait > LONGEST_WAIT => None,
        Some(wait) => Some(wait),
        None => Some(jittered(FIRST_WAIT * 2_u32.pow(tried - 1))),
    }
}

/// Between three and five quarters of `wait`, so that many clients do not come back at one moment.
fn jittered(wait: Duration) -> Duration {
    let dice = getrandom::u32().unwrap_or(u32::MAX / 2) % 512;
    wait * (768 + dice) / 1024
}

fn body(label: &'static str, content: &impl Serialize) -> Result<Body, Error> {
    serde_json::to_vec(content)
        .map(Zeroizing::new)
        .map_err(|_| Error::own(Kind::Invalid, label, "the request cannot be written"))
}

fn tokens_path(label: &'static str, owner: &Owner) -> Result<String, Error> {
    match owner {
        Owner::User => Ok("/user/tokens".to_owned()),
        Owner::Account(account) => Ok(format!("/accounts/{}/tokens", segment(label, account)?)),
    }
}

fn token_path(label: &'static str, owner: &Owner, id: &str) -> Result<String, Error> {
    Ok(format!(
        "{}/{}",
        tokens_path(label, owner)?,
        segment(label, id)?
    ))
}

fn tokens_listed(owner: &Owner) -> Result<(&'static str, String), Error> {
    let label = match owner {
        Owner::User => "GET /user/tokens",
        Owner::Account(_) => "GET /accounts/{account}/tokens",
    };
    Ok((label, format!("{}?", tokens_path(label, owner)?)))
}

/// A part of a path; what could lead elsewhere is never sent.
fn segment<'a>(label: &'static str, text: &'a str) -> Result<&'a str, Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !text.is_empty() && text.bytes().all(plain) {
        Ok(text)
    } else {
        Err(Error::own(
            Kind::NoRoute,
            label,
            "not an id or a name that Cloudflare knows",
        ))
    }
}

#[cfg(test)]
mod tests;
