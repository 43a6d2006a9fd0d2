//! The product's half of `docs/platform-api.yaml`: everything that a connect says to a platform, and hears, is as the
//! document has it. The sandbox holds its own half against the same document.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use narrows_core::platform::{Nonce, Receipt};
use narrows_core::secret::Secret;
use narrows_sandbox::Face;
use reqwest::Method;
use reqwest::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderValue,
    TRANSFER_ENCODING,
};
use serde_json::{Map, Value, json};
use url::Url;

use crate::program::{PASSPHRASE, Program, SEALED};
use crate::stage::Stage;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../docs/platform-api.yaml");
    serde_saphyr::from_str(text).expect("YAML")
});

/// A request that passed by, and what came back.
#[derive(Clone, Debug)]
struct Exchange {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
    status: u16,
    answer_headers: HeaderMap,
    answer: Bytes,
}

/// Stands between the product and the platform, and writes down what passes.
#[derive(Clone)]
struct Between {
    platform: String,
    http: reqwest::Client,
    passed: Arc<Mutex<Vec<Exchange>>>,
    /// The platform is shown an access token that it does not know, once.
    stranger: Arc<AtomicBool>,
    /// The product does not hear what the platform says to a delivery.
    mute: Arc<AtomicBool>,
}

impl Between {
    /// Opens a door on loopback in front of the sandbox's platform; returns its address.
    async fn open(face: &Face) -> (Self, String) {
        let between = Self {
            platform: face.platform.clone(),
            http: crate::stage::client(),
            passed: Arc::default(),
            stranger: Arc::default(),
            mute: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(pass).with_state(between.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (between, address)
    }
}

async fn pass(State(between): State<Between>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    let address = format!("{}{}", between.platform, parts.uri);
    let headers = parts.headers.clone();
    for name in [HOST, CONTENT_LENGTH, CONNECTION, TRANSFER_ENCODING] {
        parts.headers.remove(name);
    }
    if between.stranger.swap(false, Ordering::SeqCst) {
        let unknown = HeaderValue::from_static("Bearer an-access-token-of-another-day");
        parts.headers.insert(AUTHORIZATION, unknown);
    }
    let answer = between
        .http
        .request(parts.method.clone(), &address)
        .headers(parts.headers)
        .body(body.clone())
        .send()
        .await
        .expect("the platform answers");
    let exchange = Exchange {
        method: parts.method,
        url: address.parse().expect("an address"),
        headers,
        body,
        status: answer.status().as_u16(),
        answer_headers: answer.headers().clone(),
        answer: answer.bytes().await.expect("a body"),
    };
    let mut response = Response::builder().status(exchange.status);
    for (name, value) in &exchange.answer_headers {
        if *name != TRANSFER_ENCODING {
            response = response.header(name, value);
        }
    }
    let mut response = response.body(Body::from(exchange.answer.clone()));
    if exchange.method == Method::PUT && between.mute.load(Ordering::SeqCst) {
        response = Ok(Response::new(Body::from(
            "<p>A page of somebody in between.</p>",
        )));
    }
    between.passed.lock().expect("the list").push(exchange);
    response.expect("an answer")
}

#[tokio::test]
async fn every_word_of_a_connect_is_in_the_contract() {
    let stage = Stage::new().await;
    let (between, address) = Between::open(&stage.face).await;
    let narrows = Program::on(&stage.face).with("NARROWS_PLATFORM", address);
    let ran = narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await;
    let result = ran.result();
    let id = result["connection_id"].as_str().expect("an id");
    let line: Vec<&str> = ["deliver", id, "--json"]
        .into_iter()
        .chain(SEALED)
        .collect();
    for trouble in [&between.stranger, &between.mute] {
        trouble.store(true, Ordering::SeqCst);
        narrows.run(&line, PASSPHRASE).await.result();
        trouble.store(false, Ordering::SeqCst);
    }

    let passed = between.passed.lock().expect("the list").clone();
    let met: BTreeSet<(String, u16)> = passed.iter().map(check).collect();
    for (operation, status) in [
        ("authorizeDevice", 200),
        ("getToken", 200),
        ("getMe", 200),
        ("getMe", 401),
        ("putConnection", 201),
        ("putConnection", 200),
        ("getConnection", 200),
    ] {
        let heard = met.contains(&(operation.to_owned(), status));
        assert!(heard, "{operation} {status} was among {met:?}");
    }
}

#[test]
fn the_receipts_of_the_contract_come_out() {
    let vectors = DOCUMENT["x-receipt-vectors"].as_array().expect("vectors");
    assert!(!vectors.is_empty(), "there are some");
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().expect("a text").to_owned();
        let token = Secret::new(text("value"));
        let nonce = Nonce::parse(&text("nonce")).expect("a nonce");
        let receipt = Receipt::expected(&token, &nonce);
        assert_eq!(receipt.to_string(), text("receipt"));
        assert_eq!(receipt.code(), text("receipt_code"));
        assert_eq!(token.fingerprint().as_str(), text("fingerprint"));
    }
}

/// Panics unless the exchange is as the document has it; returns the operation and the answer's status.
fn check(exchange: &Exchange) -> (String, u16) {
    let (operation, parameters) = operation(exchange);
    let name = operation["operationId"]
        .as_str()
        .expect("a name")
        .to_owned();
    check_request(&name, operation, &parameters, exchange);
    check_answer(&name, operation, exchange);
    (name, exchange.status)
}

fn check_request(
    name: &str,
    operation: &'static Value,
    parameters: &Map<String, Value>,
    exchange: &Exchange,
) {
    let authorized = exchange.headers.get(AUTHORIZATION);
    let bearer = authorized.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    assert_eq!(
        bearer.is_some(),
        operation.get("security").is_none(),
        "{name} says who asks where it is wanted, and only there"
    );
    let known = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(follow);
    for parameter in known {
        let wanted = parameter["name"].as_str().expect("a name");
        let value = match parameter["in"].as_str() {
            Some("header") => exchange
                .headers
                .get(wanted)
                .map(|value| json!(value.to_str().ok())),
            Some("query") => query(exchange).get(wanted).cloned(),
            other => panic!("{other:?} is no place of a parameter"),
        };
        let value = value.unwrap_or_else(|| panic!("{name} is sent with {wanted}"));
        hold(name, &parameter["schema"], &value);
    }
    for (path, value) in parameters {
        hold(
            name,
            &follow(&DOCUMENT["components"]["parameters"][path])["schema"],
            value,
        );
    }
    let Some(content) = operation["requestBody"]["content"].as_object() else {
        assert!(exchange.body.is_empty(), "{name} has no body");
        return;
    };
    let (media, content) = content.iter().next().expect("a kind of body");
    assert_eq!(media_type(&exchange.headers), *media, "{name}");
    let body = if media == "application/json" {
        serde_json::from_slice(&exchange.body).expect("JSON")
    } else {
        let pairs = url::form_urlencoded::parse(&exchange.body);
        Value::Object(
            pairs
                .map(|(key, value)| (key.into_owned(), json!(value)))
                .collect(),
        )
    };
    hold(name, &content["schema"], &body);
}

fn check_answer(name: &str, operation: &'static Value, exchange: &Exchange) {
    let status = exchange.status.to_string();
    let documented = follow(&operation["responses"][&status]);
    assert!(
        documented.is_object(),
        "{name} documents no {status}: {exchange:?}"
    );
    for (header, schema) in documented["headers"].as_object().into_iter().flatten() {
        let value = exchange
            .answer_headers
            .get(header)
            .and_then(|value| value.to_str().ok());
        hold(name, &follow(schema)["schema"], &json!(value));
    }
    if let Some(content) = documented["content"].as_object() {
        let schema = &content[&media_type(&exchange.answer_headers)]["schema"];
        hold(
            name,
            schema,
            &serde_json::from_slice(&exchange.answer).expect("JSON"),
        );
    }
}

/// The operation of a request, and its path's parameters by their names in the document.
fn operation(exchange: &Exchange) -> (&'static Value, Map<String, Value>) {
    let method = exchange.method.as_str().to_lowercase();
    let path = exchange.url.path();
    let connection = path.strip_prefix("/v1/connections/");
    let (pattern, parameters) = match connection {
        Some(id) => (
            "/v1/connections/{id}",
            Map::from_iter([("ConnectionId".to_owned(), json!(id))]),
        ),
        None => (path, Map::new()),
    };
    let operation = &DOCUMENT["paths"][pattern][&method];
    assert!(operation.is_object(), "the contract has no {method} {path}");
    (operation, parameters)
}

fn query(exchange: &Exchange) -> Map<String, Value> {
    let pairs = exchange.url.query_pairs();
    pairs
        .map(|(key, value)| (key.into_owned(), json!(value)))
        .collect()
}

fn media_type(headers: &HeaderMap) -> String {
    let text = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    text.and_then(|text| text.split(';').next())
        .unwrap_or_default()
        .to_owned()
}

/// Panics unless a value is as a schema of the document wants it.
fn hold(name: &str, schema: &Value, value: &Value) {
    let mut schema = schema.clone();
    schema["components"] = DOCUMENT["components"].clone();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema);
    let validator = validator.expect("a schema");
    let wrong: Vec<String> = validator
        .iter_errors(value)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{name}: {wrong:?}");
}

fn follow(value: &'static Value) -> &'static Value {
    let Some(reference) = value["$ref"].as_str() else {
        return value;
    };
    let target = DOCUMENT.pointer(reference.trim_start_matches('#'));
    target.unwrap_or_else(|| panic!("{reference} leads nowhere"))
}
