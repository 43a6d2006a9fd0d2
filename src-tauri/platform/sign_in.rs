//! Sign-in by OAuth 2.0 device authorization (RFC 8628), and its refresh.

use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AsyncHttpClient, ClientId, DeviceAuthorizationUrl, DeviceCodeErrorResponseType, EndpointNotSet,
    EndpointSet, ErrorResponse, HttpRequest, HttpResponse, RefreshToken, RequestTokenError, Scope,
    StandardDeviceAuthorizationResponse, TokenResponse, TokenUrl,
};
use url::Url;

use super::answer::Asked;
use super::{Error, Platform, Session};
use crate::http::{Http, is_loopback};
use crate::secret::Secret;

const CLIENT: &str = "narrows-desktop";
const SCOPE: &str = "connections";

/// Between two polls of a platform that does not answer; a platform that wants longer pauses gets them.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

type Client = BasicClient<EndpointNotSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// A sign-in that waits for the person at the platform.
#[derive(Debug)]
pub struct DeviceCode {
    /// The code that the person compares or types.
    pub user_code: String,
    /// Where it is typed.
    pub verification_uri: Url,
    /// The same page with the code filled in, where the platform has one.
    pub verification_uri_complete: Option<Url>,
    /// How long the code is good for, from when it was given.
    pub expires_in: Duration,
    details: StandardDeviceAuthorizationResponse,
}

impl Platform {
    /// Begins a sign-in. Its addresses are https, or on this computer where the platform is.
    pub async fn begin_sign_in(&self) -> Result<DeviceCode, Error> {
        let asked = Asked::signing_in(false);
        let form = self.form("POST /oauth/device_authorization");
        let details: StandardDeviceAuthorizationResponse = self
            .client()?
            .exchange_device_code()
            .add_scope(Scope::new(SCOPE.to_owned()))
            .request_async(&form)
            .await
            .map_err(|error| {
                failed(&asked, error, |kind: &BasicErrorResponseType| {
                    Error::Contract(asked.plain(kind.as_ref()))
                })
            })?;
        let user_code = details.user_code().secret().clone();
        let is_code = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if user_code.is_empty() || user_code.len() > 20 || !user_code.chars().all(is_code) {
            return Err(Error::Contract("the user code is none".to_owned()));
        }
        Ok(DeviceCode {
            user_code,
            verification_uri: self.openable(details.verification_uri().as_str())?,
            verification_uri_complete: details
                .verification_uri_complete()
                .map(|uri| self.openable(uri.secret()))
                .transpose()?,
            expires_in: details.expires_in(),
            details,
        })
    }

    /// Asks, as often as the platform allows, until the person has answered there or the code has lapsed.
    ///
    /// A platform that does not answer for a while is asked again.
    pub async fn wait_for_sign_in(&self, code: &DeviceCode) -> Result<Session, Error> {
        self.poll(code, tokio::time::sleep).await
    }

    pub(super) async fn poll<F: Future<Output = ()>>(
        &self,
        code: &DeviceCode,
        sleep: impl Fn(Duration) -> F,
    ) -> Result<Session, Error> {
        let asked = Asked::signing_in(false);
        let form = self.form("POST /oauth/token");
        let client = self.client()?;
        let tokens: BasicTokenResponse = client
            .exchange_device_access_token(&code.details)
            .set_max_backoff_interval(LONGEST_PAUSE.max(code.details.interval()))
            .request_async(&form, sleep, None)
            .await
            .map_err(|error| {
                failed(
                    &asked,
                    error,
                    |kind: &DeviceCodeErrorResponseType| match kind {
                        DeviceCodeErrorResponseType::AccessDenied => Error::SignInDenied,
                        DeviceCodeErrorResponseType::ExpiredToken
                        | DeviceCodeErrorResponseType::Basic(
                            BasicErrorResponseType::InvalidGrant,
                        ) => Error::SignInExpired,
                        other => Error::Contract(asked.plain(other.as_ref())),
                    },
                )
            })?;
        Ok(self.session(&tokens))
    }

    /// A new session for one that has lapsed, or will. The old one is of no more use, whatever comes of this.
    ///
    /// Sent once: a refresh token that is used twice ends the sign-in (RFC 9700, section 4.14.2).
    pub async fn refresh(&self, session: &Session) -> Result<Session, Error> {
        let Some(refresh) = &session.refresh else {
            return Err(Error::NotSignedIn(
                "there is nothing to refresh with".to_owned(),
            ));
        };
        let asked = Asked::changing(session).with(refresh);
        let form = self.form("POST /oauth/token");
        // Exposed to be sent.
        let token = RefreshToken::new(refresh.expose().to_owned());
        let client = self.client()?;
        let tokens: BasicTokenResponse = client
            .exchange_refresh_token(&token)
            .request_async(&form)
            .await
            .map_err(|error| {
                failed(&asked, error, |kind: &BasicErrorResponseType| match kind {
                    BasicErrorResponseType::InvalidGrant => {
                        Error::NotSignedIn("the session has ended".to_owned())
                    }
                    other => asked.outside(asked.plain(other.as_ref())),
                })
            })?;
        Ok(self.session(&tokens))
    }

    fn client(&self) -> Result<Client, Error> {
        let address = |path| self.base().join(path).to_string();
        let wrong = |error: url::ParseError| Error::Contract(error.to_string());
        let device = DeviceAuthorizationUrl::new(address("/oauth/device_authorization"));
        let token = TokenUrl::new(address("/oauth/token"));
        Ok(BasicClient::new(ClientId::new(CLIENT.to_owned()))
            .set_device_authorization_url(device.map_err(wrong)?)
            .set_token_uri(token.map_err(wrong)?))
    }

    fn form(&self, label: &'static str) -> Form {
        Form {
            http: self.http.clone(),
            label,
        }
    }

    fn session(&self, tokens: &BasicTokenResponse) -> Session {
        let lapse =
            |lasts: Duration| -> Option<Timestamp> { (self.clock)().checked_add(lasts).ok() };
        Session {
            access: Secret::new(tokens.access_token().secret().clone()),
            refresh: tokens
                .refresh_token()
                .map(|token| Secret::new(token.secret().clone())),
            expires_on: tokens.expires_in().and_then(lapse),
        }
    }

    /// An address of the platform that may be opened in a browser.
    fn openable(&self, address: &str) -> Result<Url, Error> {
        Url::parse(address)
            .ok()
            .filter(|url| match url.scheme() {
                "https" => url.has_host(),
                "http" => is_loopback(url) && self.base.is_loopback(),
                _ => false,
            })
            .ok_or_else(|| Error::Contract("an address that must not be opened".to_owned()))
    }
}

/// Sends what the `oauth2` crate makes, under one name in the list of calls.
struct Form {
    http: Http,
    label: &'static str,
}

impl Form {
    /// The answer, for the crate to read. One that decides nothing is an error here, at which it asks again while
    /// polling: it is a problem document at best, and never an OAuth error.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let (parts, body) = request.into_parts();
        let address = Url::parse(&parts.uri.to_string())
            .map_err(|error| Error::Contract(error.to_string()))?;
        let request = self
            .http
            .request(parts.method, address)
            .headers(parts.headers)
            .body(body);
        let mut answer = self.http.send(self.label, request).await?;
        if answer.status == 429 || answer.status >= 500 {
            answer = Asked::signing_in(true).judge(answer)?;
        }
        let mut response = HttpResponse::new(answer.body);
        *response.status_mut() = http::StatusCode::from_u16(answer.status)
            .map_err(|error| Error::Contract(error.to_string()))?;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}

impl<'a> AsyncHttpClient<'a> for Form {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send + 'a>>;

    fn call(&'a self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// What became of a sign-in, from what the `oauth2` crate says; `refused` reads a refusal.
///
/// The crate's own text and the body that it attaches are not passed on: they may hold tokens.
fn failed<K: oauth2::ErrorResponseType + 'static>(
    asked: &Asked<'_>,
    error: RequestTokenError<Error, oauth2::StandardErrorResponse<K>>,
    refused: impl FnOnce(&K) -> Error,
) -> Error
where
    oauth2::StandardErrorResponse<K>: ErrorResponse,
{
    match error {
        RequestTokenError::ServerResponse(response) => refused(response.error()),
        RequestTokenError::Request(error) => error,
        RequestTokenError::Parse(..) => asked.outside("not the expected JSON".to_owned()),
        RequestTokenError::Other(_) => asked.outside("not an OAuth answer".to_owned()),
    }
}
