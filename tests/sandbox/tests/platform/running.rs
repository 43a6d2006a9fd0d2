//! A platform on loopback, with a clock and a Cloudflare that the test holds in its hand.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use narrows_sandbox::platform::{CloudflareVerdict, Config, Platform};
use reqwest::{Client, RequestBuilder, redirect};
use serde_json::{Value, json};

use crate::contract::{self, Answer};

/// A token value that Cloudflare knows from the start, with its id.
pub(crate) const VALUE: &str = "cfut_FirstTokenOfTheTestsForThePlatform0000000a1b2c3d";
pub(crate) const TOKEN_ID: &str = "ed17574386854bf78a67040be0a770b0";
/// Another one.
pub(crate) const SECOND_VALUE: &str = "cfut_SecondTokenOfTheTestsForThePlatform000000d4c3b2a1";
pub(crate) const SECOND_TOKEN_ID: &str = "0123456789abcdef0123456789abcdef";
/// A token of its own, and the secret access key that comes from it (`printf %s "$EXTRA_VALUE" | sha256sum`).
pub(crate) const EXTRA_VALUE: &str = "cfut_TokenOfItsOwnOfTheTestsForThePlatform0000e5f6a7b8";
pub(crate) const EXTRA_ID: &str = "fedcba9876543210fedcba9876543210";
pub(crate) const EXTRA_SECRET: &str =
    "57b4b2f30786066dfb55d9f4524b09c73815695e4439054f80a8ac507e6f939e";
pub(crate) const ACCOUNT_ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";
pub(crate) const NONCE: &str = "AAECAwQFBgcICQoLDA0ODw";
pub(crate) const CLIENT: (&str, &str) = ("client_id", "narrows-desktop");
pub(crate) const DEVICE_GRANT: (&str, &str) =
    ("grant_type", "urn:ietf:params:oauth:grant-type:device_code");

/// Key pairs for S3, and whether they open R2; nothing where R2 does not answer.
type Pairs = HashMap<(String, String), Option<bool>>;

/// A running platform.
pub(crate) struct Running {
    pub(crate) address: String,
    pub(crate) http: Client,
    met: Mutex<BTreeSet<(String, u16)>>,
    verdicts: Arc<Mutex<HashMap<String, CloudflareVerdict>>>,
    pairs: Arc<Mutex<Pairs>>,
    asked: Arc<AtomicUsize>,
    now: Arc<AtomicI64>,
}

/// How it starts.
#[derive(Default)]
pub(crate) struct Start {
    pub(crate) auto_approve: bool,
    pub(crate) key: Option<[u8; 32]>,
    pub(crate) database: Option<PathBuf>,
}

impl Running {
    /// One in memory where a person must approve.
    pub(crate) async fn start() -> Self {
        Self::start_as(Start::default()).await
    }

    /// One in memory with a signed-in application, and its access token.
    pub(crate) async fn signed_in() -> (Self, String) {
        let platform = Self::start_as(Start {
            auto_approve: true,
            ..Start::default()
        })
        .await;
        let tokens = platform.sign_in().await;
        (platform, tokens.text("access_token"))
    }

    pub(crate) async fn start_as(start: Start) -> Self {
        // The workspace's build gives reqwest TLS without a provider; plain HTTP is refused then, too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));

        let verdicts = Arc::new(Mutex::new(HashMap::new()));
        let asked = Arc::new(AtomicUsize::new(0));
        let now = Arc::new(AtomicI64::new(1_767_268_800_000));
        let cloudflare = {
            let (verdicts, asked) = (Arc::clone(&verdicts), Arc::clone(&asked));
            Arc::new(move |value: String, account_id: String, _kind: String| {
                asked.fetch_add(1, Ordering::SeqCst);
                let verdicts = verdicts.lock().expect("unpoisoned");
                match verdicts.get(&value) {
                    Some(verdict) if account_id == ACCOUNT_ID => CloudflareVerdict::clone(verdict),
                    _ => CloudflareVerdict::Refused,
                }
            })
        };
        let pairs: Arc<Mutex<Pairs>> = Arc::default();
        let s3 = {
            let pairs = Arc::clone(&pairs);
            Arc::new(move |key: String, secret: String, account: String| {
                let pairs = pairs.lock().expect("unpoisoned");
                let known = pairs.get(&(key, secret)).copied();
                known
                    .unwrap_or(Some(false))
                    .map(|opens| opens && account == ACCOUNT_ID)
            })
        };
        let platform = Platform::open_at(
            Config {
                auto_approve: start.auto_approve,
                key: start.key,
                database: start.database,
                issuer: address.clone(),
                cloudflare,
                s3,
            },
            {
                let now = Arc::clone(&now);
                Arc::new(move || now.load(Ordering::SeqCst))
            },
        )
        .expect("opens");
        let router = platform.router();
        tokio::spawn(async move { axum::serve(listener, router).await });

        let running = Self {
            address,
            http: Client::builder()
                .redirect(redirect::Policy::none())
                .no_proxy()
                .build()
                .expect("a client"),
            met: Mutex::default(),
            verdicts,
            pairs,
            asked,
            now,
        };
        running.r2_says(EXTRA_ID, EXTRA_SECRET, Some(true));
        running.cloudflare_says(EXTRA_VALUE, active(EXTRA_ID));
        running.cloudflare_says(VALUE, active(TOKEN_ID));
        running.cloudflare_says(SECOND_VALUE, active(SECOND_TOKEN_ID));
        running
    }

    /// What Cloudflare says of this value from now on.
    pub(crate) fn cloudflare_says(&self, value: &str, verdict: CloudflareVerdict) {
        self.verdicts
            .lock()
            .expect("unpoisoned")
            .insert(value.to_owned(), verdict);
    }

    /// Whether this pair opens R2 from now on; nothing where R2 does not answer.
    pub(crate) fn r2_says(&self, key: &str, secret: &str, opens: Option<bool>) {
        let pair = (key.to_owned(), secret.to_owned());
        self.pairs.lock().expect("unpoisoned").insert(pair, opens);
    }

    /// How often Cloudflare was asked.
    pub(crate) fn times_asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Moves the platform's clock on.
    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Sends a request and holds the answer against the contract.
    pub(crate) async fn call(&self, operation: &str, request: RequestBuilder) -> Answer {
        let answer = read(request).await;
        contract::check(operation, &answer);
        self.met
            .lock()
            .expect("unpoisoned")
            .insert((operation.to_owned(), answer.status));
        answer
    }

    /// Each answer that was met: the operation and the status.
    pub(crate) fn met(&self) -> BTreeSet<(String, u16)> {
        self.met.lock().expect("unpoisoned").clone()
    }

    pub(crate) async fn device_authorization(&self, form: &[(&str, &str)]) -> Answer {
        let request = self.post("/oauth/device_authorization").form(form);
        self.call("authorizeDevice", request).await
    }

    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        self.call("getToken", self.post("/oauth/token").form(form))
            .await
    }

    pub(crate) async fn poll(&self, device_code: &str) -> Answer {
        self.token(&[DEVICE_GRANT, CLIENT, ("device_code", device_code)])
            .await
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Answer {
        self.token(&[
            ("grant_type", "refresh_token"),
            CLIENT,
            ("refresh_token", refresh_token),
        ])
        .await
    }

    pub(crate) async fn revoke(&self, form: &[(&str, &str)]) -> Answer {
        self.call("revokeToken", self.post("/oauth/revoke").form(form))
            .await
    }

    /// The tokens of a sign-in that approves itself.
    pub(crate) async fn sign_in(&self) -> Answer {
        let device = self.device_authorization(&[CLIENT]).await;
        let tokens = self.poll(&device.text("device_code")).await;
        assert_eq!(tokens.status, 200, "approved by itself: {tokens:?}");
        tokens
    }

    pub(crate) async fn me(&self, access_token: &str) -> Answer {
        let request = self.http.get(self.url("/v1/me")).bearer_auth(access_token);
        self.call("getMe", request).await
    }

    pub(crate) async fn put(
        &self,
        access_token: &str,
        id: &str,
        key: &str,
        body: &Value,
    ) -> Answer {
        let request = self
            .http
            .put(self.connection(id))
            .bearer_auth(access_token)
            .header("Idempotency-Key", key)
            .json(body);
        self.call("putConnection", request).await
    }

    pub(crate) async fn get(&self, access_token: &str, id: &str, nonce: &str) -> Answer {
        let request = self
            .http
            .get(format!("{}?nonce={nonce}", self.connection(id)))
            .bearer_auth(access_token);
        self.call("getConnection", request).await
    }

    pub(crate) async fn delete(&self, access_token: &str, id: &str) -> Answer {
        let request = self
            .http
            .delete(self.connection(id))
            .bearer_auth(access_token);
        self.call("deleteConnection", request).await
    }

    pub(crate) async fn put_extra(
        &self,
        access_token: &str,
        id: &str,
        extra: &str,
        body: &Value,
    ) -> Answer {
        let request = self
            .http
            .put(self.extra(id, extra))
            .bearer_auth(access_token)
            .json(body);
        self.call("putExtra", request).await
    }

    pub(crate) async fn get_extra(
        &self,
        access_token: &str,
        id: &str,
        extra: &str,
        nonce: &str,
    ) -> Answer {
        let request = self
            .http
            .get(format!("{}?nonce={nonce}", self.extra(id, extra)))
            .bearer_auth(access_token);
        self.call("getExtra", request).await
    }

    pub(crate) fn extra(&self, id: &str, extra: &str) -> String {
        format!("{}/extras/{extra}", self.connection(id))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) fn connection(&self, id: &str) -> String {
        self.url(&format!("/v1/connections/{id}"))
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(self.url(path))
    }
}

/// Sends a request and reads the whole answer.
pub(crate) async fn read(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.text().await.expect("a body"),
    }
}

/// Cloudflare's word for a good token.
pub(crate) fn active(token_id: &str) -> CloudflareVerdict {
    CloudflareVerdict::Active {
        token_id: token_id.to_owned(),
    }
}

/// A delivery of the first token.
pub(crate) fn delivery() -> Value {
    json!({
        "profile": "site-generator",
        "account_id": ACCOUNT_ID,
        "account_name": "Ada's Account",
        "project": "ada-site",
        "token": {
            "value": VALUE,
            "id": TOKEN_ID,
            "kind": "user",
            "name": "Narrows site-generator ada-site",
            "expires_on": null,
        },
        "nonce": NONCE,
        "replaces": null,
    })
}

/// A delivery of the second token in place of the first.
pub(crate) fn rotation() -> Value {
    let mut rotation = delivery();
    rotation["token"]["value"] = json!(SECOND_VALUE);
    rotation["token"]["id"] = json!(SECOND_TOKEN_ID);
    rotation["replaces"] = json!(TOKEN_ID);
    rotation
}

/// A delivery of a token of its own.
pub(crate) fn extra() -> Value {
    json!({
        "token": {
            "value": EXTRA_VALUE,
            "id": EXTRA_ID,
            "kind": "user",
            "name": "flarelink-r2-abcd1234",
            "expires_on": null,
        },
        "nonce": NONCE,
    })
}
