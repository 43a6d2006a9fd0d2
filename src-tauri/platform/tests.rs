//! The client against a platform that answers what it is told to, word for word.

use crate::http::{Base, Http};
use jiff::Timestamp;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use serde_json::{Value, json};

use super::client::PAUSES;
use super::*;
use crate::calls::Calls;
use crate::secret::Secret;

const ID: &str = "0b9a3f6e-52c4-4f0e-8a55-6d1f5c0e7a21";
const TOKEN: &str = "cfut_ExampleValueForTheContractUser00000000001a2b3c4d";
const ACCESS: &str = "2YotnFZFEjr1zCsicMWpAA2YotnFZFEj";
const KEY: &str = "5f0c0b1e-6f5c-4c3e-9a57-0d2f0b8f4d11";

/// What the server does with one request.
#[derive(Clone)]
enum Reply {
    /// Answers.
    Answer(String),
    /// Takes the request and never answers.
    Silence,
    /// Takes the request and hangs up.
    HangUp,
}

/// A platform of canned replies, one for each request.
struct Stub {
    base: Base,
    seen: Arc<Mutex<Vec<String>>>,
    _alive: mpsc::Sender<()>,
}

impl Stub {
    fn new(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (alive, silence) = mpsc::channel::<()>();
        std::thread::spawn({
            let seen = Arc::clone(&seen);
            move || {
                let mut held = Vec::new();
                for reply in replies {
                    let (mut stream, _) = listener.accept().expect("a request");
                    let request = read_request(&mut stream);
                    seen.lock().expect("unpoisoned").push(request);
                    match reply {
                        Reply::Answer(text) => {
                            let _ = stream.write_all(text.as_bytes());
                        }
                        Reply::Silence => held.push(stream),
                        Reply::HangUp => {}
                    }
                }
                drop(listener);
                let _ = silence.recv();
            }
        });
        Self {
            base: Base::loopback(&format!("http://{address}")).expect("loopback"),
            seen,
            _alive: alive,
        }
    }

    fn platform(&self) -> Platform {
        self.platform_with_limit(Duration::from_secs(15))
    }

    fn platform_with_limit(&self, limit: Duration) -> Platform {
        let http = Http::with_limit(Calls::new(), limit).expect("a conduit");
        Platform::with_clock(&http, self.base.clone(), noon)
    }

    fn requests(&self) -> Vec<String> {
        self.seen.lock().expect("unpoisoned").clone()
    }
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).expect("reads") == 1 {
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).expect("text").to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("the body");
    head + &String::from_utf8(body).expect("text")
}

fn answer(status: u16, headers: &str, kind: &str, body: &str) -> Reply {
    Reply::Answer(format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    ))
}

fn json(status: u16, body: &Value) -> Reply {
    answer(status, "", "application/json", &body.to_string())
}

fn problem(status: u16, headers: &str, more: &Value) -> Reply {
    let mut body =
        json!({ "type": "urn:x", "title": "X", "status": status, "detail": "Its words." });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    answer(
        status,
        headers,
        "application/problem+json",
        &body.to_string(),
    )
}

fn page(status: u16) -> Reply {
    answer(
        status,
        "",
        "text/html",
        "<!doctype html><title>Sign in to the Wi-Fi</title>",
    )
}

fn noon() -> Timestamp {
    "2027-01-31T12:00:00Z".parse().expect("a time")
}

fn secret(value: &str) -> Secret {
    Secret::new(value.to_owned())
}

fn session() -> Session {
    Session {
        access: secret(ACCESS),
        refresh: Some(secret("8xLOxBtZp8_2u1n7Kq0Yc5Wm3Rj6Td9a")),
        expires_on: None,
    }
}

fn nonce() -> Nonce {
    Nonce::parse("AAECAwQFBgcICQoLDA0ODw").expect("a nonce")
}

/// The example of the contract.
fn held() -> Value {
    json!({
        "id": ID,
        "state": "connected",
        "profile": "site-generator",
        "account_id": "023e105f4ecef8ad9ca31a8372d0c353",
        "project": "ada-site",
        "token_id": "ed17574386854bf78a67040be0a770b0",
        "token_kind": "user",
        "fingerprint": "feb413169beb9f2f",
        "receipt": "e3f5339e9c62b56924383b515b95f75fce91687254e1ef96a5a5c88e8f4ab82f",
        "receipt_code": "WFTK-77MW",
        "updated_on": "2026-01-01T12:00:00Z",
    })
}

/// Delivers to a platform of these replies, and tells the pauses that were made.
async fn deliver(stub: &Stub, platform: &Platform) -> (Result<Held, Error>, Vec<Duration>) {
    let pauses = Mutex::new(Vec::new());
    let (token, nonce) = (secret(TOKEN), nonce());
    let delivery = Delivery {
        profile: "site-generator",
        account_id: "023e105f4ecef8ad9ca31a8372d0c353",
        account_name: "Ada's Account",
        project: Some("ada-site"),
        token: &token,
        token_id: "ed17574386854bf78a67040be0a770b0",
        token_kind: TokenKind::User,
        token_name: "Narrows site-generator ada-site",
        expires_on: Some(noon()),
        nonce: &nonce,
        replaces: None,
    };
    let result = platform
        .deliver(&session(), ID, &delivery, KEY, |pause| {
            pauses.lock().expect("unpoisoned").push(pause);
            std::future::ready(())
        })
        .await;
    let shown = format!("{result:?}");
    assert!(!shown.contains(TOKEN) && !shown.contains(ACCESS), "{shown}");
    assert!(!stub.requests().is_empty(), "something was sent");
    (result, pauses.into_inner().expect("unpoisoned"))
}

async fn deliver_to(replies: Vec<Reply>) -> (Result<Held, Error>, Vec<Duration>, Vec<String>) {
    let stub = Stub::new(replies);
    let (result, pauses) = deliver(&stub, &stub.platform()).await;
    (result, pauses, stub.requests())
}

#[tokio::test]
async fn a_delivery_is_sent_as_the_contract_wants_it_and_proved() {
    let (result, pauses, requests) = deliver_to(vec![json(201, &held())]).await;
    let held = result.expect("is held");
    assert!(held.proves(&secret(TOKEN), &nonce()));
    assert!(!held.proves(&secret("another"), &nonce()), "another token");
    let other_code = Held {
        receipt_code: "AAAA-AAAA".to_owned(),
        ..held
    };
    assert!(
        !other_code.proves(&secret(TOKEN), &nonce()),
        "people would compare two codes that differ"
    );
    assert!(pauses.is_empty());
    let (headers, body) = requests[0].split_once("\r\n\r\n").expect("a body");
    assert!(headers.starts_with(&format!("put /v1/connections/{ID} ")));
    for header in [
        format!("idempotency-key: {KEY}"),
        format!("authorization: bearer {ACCESS}").to_lowercase(),
        "content-type: application/json".to_owned(),
    ] {
        assert!(
            headers.contains(&header),
            "{header} is missing in {headers}"
        );
    }
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(
        body,
        json!({
            "profile": "site-generator",
            "account_id": "023e105f4ecef8ad9ca31a8372d0c353",
            "account_name": "Ada's Account",
            "project": "ada-site",
            "token": {
                "value": TOKEN,
                "id": "ed17574386854bf78a67040be0a770b0",
                "kind": "user",
                "name": "Narrows site-generator ada-site",
                "expires_on": "2027-01-31T12:00:00Z",
            },
            "nonce": "AAECAwQFBgcICQoLDA0ODw",
            "replaces": null,
        })
    );
}

#[tokio::test]
async fn each_refusal_has_its_own_error_and_is_not_repeated() {
    let table = [
        (
            422,
            json!({ "code": "credential-rejected" }),
            "credential-rejected",
        ),
        (
            422,
            json!({ "code": "idempotency-mismatch" }),
            "platform-refused",
        ),
        (422, json!({ "code": "of-the-future" }), "platform-refused"),
        (
            409,
            json!({ "code": "already-connected", "connection_id": "other" }),
            "already-connected",
        ),
        (409, json!({ "code": "of-the-future" }), "already-connected"),
        (401, json!({ "code": "not-signed-in" }), "not-signed-in"),
        (401, json!({ "code": "of-the-future" }), "not-signed-in"),
        (
            400,
            json!({ "code": "invalid-request", "field": "project" }),
            "invalid-request",
        ),
        (
            413,
            json!({ "code": "invalid-request", "field": "body" }),
            "invalid-request",
        ),
        (400, json!({ "code": "of-the-future" }), "invalid-request"),
        (
            404,
            json!({ "code": "unknown-connection" }),
            "unknown-connection",
        ),
        (418, json!({ "code": "of-the-future" }), "platform-refused"),
    ];
    for (status, body, code) in table {
        let (result, pauses, requests) = deliver_to(vec![problem(status, "", &body)]).await;
        let error = result.expect_err("is refused");
        assert_eq!(error.problem().code, code, "{status} {body}");
        assert_eq!(requests.len(), 1, "a refusal is an answer: {status} {body}");
        assert!(pauses.is_empty());
    }
}

#[tokio::test]
async fn a_refusal_tells_what_is_in_the_way() {
    let other = json!({ "code": "already-connected", "connection_id": "other-one" });
    let (result, ..) = deliver_to(vec![problem(409, "", &other)]).await;
    assert_eq!(
        result,
        Err(Error::AlreadyConnected {
            connection_id: Some("other-one".to_owned())
        })
    );
    let field = json!({ "code": "invalid-request", "field": "project" });
    let (result, ..) = deliver_to(vec![problem(400, "", &field)]).await;
    let shown = result.expect_err("is refused").to_string();
    assert!(shown.contains("project"), "{shown}");
}

#[tokio::test]
async fn whatever_is_not_understood_is_unknown_and_never_refused() {
    let cut = "HTTP/1.1 201 X\r\ncontent-length: 500\r\n\r\n{\"id\"".to_owned();
    let with = |name: &str, value: &str| {
        let mut body = held();
        body[name] = json!(value);
        json(200, &body)
    };
    for (what, reply) in [
        ("hung up", Reply::HangUp),
        ("cut", Reply::Answer(cut)),
        ("a page of success", page(200)),
        ("a page of refusal", page(403)),
        ("a page of absence", page(404)),
        ("a page of trouble", page(502)),
        (
            "a redirect",
            answer(302, "location: /\r\n", "text/html", ""),
        ),
        ("nothing at all", json(200, &json!({}))),
        ("about another connection", with("id", "another-connection")),
        ("with an unreadable receipt", with("receipt", "E3F5")),
    ] {
        let (result, pauses, requests) = deliver_to(vec![reply; 3]).await;
        assert!(
            matches!(result, Err(Error::Unknown(_))),
            "{what}: {result:?}"
        );
        assert_eq!(requests.len(), 3, "{what}: sent again");
        assert_eq!(pauses, PAUSES, "{what}");
        assert!(
            requests.iter().all(|request| request == &requests[0]),
            "{what}: the same key and the same bytes, or it would be done twice"
        );
    }
}

#[tokio::test]
async fn a_silent_platform_is_asked_again_and_then_unknown() {
    let stub = Stub::new(vec![Reply::Silence; 3]);
    let platform = stub.platform_with_limit(Duration::from_millis(200));
    let (result, pauses) = deliver(&stub, &platform).await;
    assert!(matches!(result, Err(Error::Unknown(_))), "{result:?}");
    assert_eq!(pauses, PAUSES, "it was sent three times");
}

#[tokio::test]
async fn a_lost_answer_is_made_good_by_sending_again() {
    let (result, ..) = deliver_to(vec![Reply::HangUp, json(201, &held())]).await;
    assert!(result.is_ok(), "{result:?}");
}

#[tokio::test]
async fn a_doubt_stays_until_an_answer_about_the_request_settles_it() {
    let not_signed_in = || problem(401, "", &json!({ "code": "not-signed-in" }));
    let (result, ..) = deliver_to(vec![Reply::HangUp, not_signed_in()]).await;
    assert!(
        matches!(result, Err(Error::Unknown(_))),
        "the first sending may have been carried out: {result:?}"
    );
    let (result, ..) = deliver_to(vec![Reply::HangUp]).await;
    assert!(
        matches!(result, Err(Error::Unknown(_))),
        "the same where the platform is gone afterwards: {result:?}"
    );
    let rejected = problem(422, "", &json!({ "code": "credential-rejected" }));
    let (result, ..) = deliver_to(vec![Reply::HangUp, rejected]).await;
    assert!(
        matches!(result, Err(Error::CredentialRejected(_))),
        "under the same key this is the first answer too: {result:?}"
    );
}

#[tokio::test]
async fn a_busy_platform_is_waited_for_as_long_as_it_says() {
    let busy = |after| {
        let header = format!("retry-after: {after}\r\n");
        problem(503, &header, &json!({ "code": "busy" }))
    };
    let (result, pauses, _) = deliver_to(vec![busy(7), json(200, &held())]).await;
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(pauses, [Duration::from_secs(7)]);
    let (result, pauses, _) = deliver_to(vec![busy(1), busy(1), busy(3)]).await;
    assert_eq!(pauses.len(), 2, "three sendings");
    assert!(
        matches!(result, Err(Error::Busy { retry_after: Some(after), .. }) if after.as_secs() == 3),
        "it decided nothing: {result:?}"
    );
    let (result, pauses, _) = deliver_to(vec![busy(600)]).await;
    assert!(
        pauses.is_empty(),
        "nobody waits ten minutes before a window"
    );
    assert!(matches!(result, Err(Error::Busy { .. })), "{result:?}");
}

#[tokio::test]
async fn a_platform_that_is_not_there_was_never_asked() {
    let stub = Stub::new(Vec::new());
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    };
    let http = Http::new(Calls::new()).expect("a conduit");
    let platform = Platform::new(&http, Base::loopback(&gone).expect("loopback"));
    let asked = platform.me(&session()).await;
    assert!(matches!(asked, Err(Error::Unreachable(_))), "{asked:?}");
    drop(stub);
}

#[tokio::test]
async fn words_of_the_platform_repeat_no_secret_and_move_no_cursor() {
    for value in [TOKEN, ACCESS] {
        let detail = json!({ "code": "invalid-request", "detail": format!("bad value {value}") });
        let (result, ..) = deliver_to(vec![problem(400, "", &detail)]).await;
        let shown = format!("{:?}", result.expect_err("is refused").problem());
        assert!(!shown.contains(value), "{shown}");
    }
    let detail = json!({ "code": "invalid-request", "detail": format!("\u{1b}[2Jgone{}", "x".repeat(9999)) });
    let (result, ..) = deliver_to(vec![problem(400, "", &detail)]).await;
    let shown = result.expect_err("is refused").to_string();
    assert!(!shown.contains('\u{1b}'), "it clears the terminal");
    assert!(shown.len() < 500, "it fills the screen");
}

#[tokio::test]
async fn who_is_signed_in_and_what_is_connected() {
    let me = json!({
        "id": "tenant-ada", "name": "Ada\u{7} Tenant", "email": "ada@example.com",
        "connections": [{ "id": ID, "profile": "site-generator", "account_id": "a", "project": null }],
    });
    let stub = Stub::new(vec![json(200, &me)]);
    let me = stub.platform().me(&session()).await.expect("answers");
    assert_eq!(
        (me.name.as_str(), me.email.as_str()),
        ("Ada Tenant", "ada@example.com")
    );
    assert_eq!(me.connections[0].id, ID);
    assert!(stub.requests()[0].starts_with("get /v1/me "));
}

#[tokio::test]
async fn a_question_answered_by_somebody_else_is_outside_the_contract() {
    for reply in [page(200), page(403), json(200, &json!([]))] {
        let stub = Stub::new(vec![reply]);
        let asked = stub.platform().me(&session()).await;
        assert!(
            matches!(asked, Err(Error::Contract(_))),
            "nothing is in doubt after a question: {asked:?}"
        );
    }
}

#[tokio::test]
async fn the_platform_is_asked_which_token_it_holds() {
    let unknown = problem(404, "", &json!({ "code": "unknown-connection" }));
    let stub = Stub::new(vec![json(200, &held()), unknown]);
    let platform = stub.platform();
    let held = platform.get_connection(&session(), ID, &nonce()).await;
    assert!(held.expect("answers").proves(&secret(TOKEN), &nonce()));
    let held = platform.get_connection(&session(), ID, &nonce()).await;
    assert!(matches!(held, Err(Error::UnknownConnection(_))), "{held:?}");
    let path = format!("get /v1/connections/{ID}?nonce={} ", nonce().as_str());
    assert!(stub.requests()[0].starts_with(&path.to_lowercase()));
}

#[tokio::test]
async fn a_connection_is_forgotten_only_by_an_answer_that_says_so() {
    let gone = answer(204, "", "text/plain", "");
    let stub = Stub::new(vec![gone, page(200), Reply::HangUp]);
    let platform = stub.platform();
    let deleted = platform.delete_connection(&session(), ID).await;
    assert_eq!(deleted, Ok(()));
    for _ in 0..2 {
        let deleted = platform.delete_connection(&session(), ID).await;
        assert!(matches!(deleted, Err(Error::Unknown(_))), "{deleted:?}");
    }
}

fn device_code(stub: &Stub) -> Value {
    json!({
        "device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS",
        "user_code": "BCDF-GHJK",
        "verification_uri": stub.base.join("/device"),
        "verification_uri_complete": stub.base.join("/device?user_code=BCDF-GHJK"),
        "expires_in": 900,
        "interval": 5,
    })
}

fn tokens() -> Value {
    json!({
        "access_token": ACCESS,
        "token_type": "bearer",
        "expires_in": 3600,
        "refresh_token": "8xLOxBtZp8_2u1n7Kq0Yc5Wm3Rj6Td9a",
        "scope": "connections",
    })
}

fn oauth(error: &str) -> Reply {
    json(400, &json!({ "error": error }))
}

/// A code, begun at one stub, whose polls go to another of these replies.
async fn sign_in(replies: Vec<Reply>) -> (Result<Session, Error>, Vec<u64>, Vec<String>) {
    let address = Stub::new(Vec::new());
    let first = Stub::new(vec![json(200, &device_code(&address))]);
    let code = first.platform().begin_sign_in().await.expect("begins");
    assert_eq!(code.user_code, "BCDF-GHJK");
    assert_eq!(code.expires_in, Duration::from_mins(15));
    let begun = &first.requests()[0];
    assert!(
        begun.starts_with("post /oauth/device_authorization "),
        "{begun}"
    );
    assert!(begun.contains("client_id=narrows-desktop"), "{begun}");
    assert!(begun.contains("scope=connections"), "{begun}");

    let stub = Stub::new(replies);
    let pauses = Mutex::new(Vec::new());
    let result = stub
        .platform()
        .poll(&code, |pause| {
            pauses.lock().expect("unpoisoned").push(pause.as_secs());
            std::future::ready(())
        })
        .await;
    let pauses = pauses.into_inner().expect("unpoisoned");
    (result, pauses, stub.requests())
}

#[tokio::test]
async fn a_sign_in_polls_no_faster_than_it_may_until_it_is_approved() {
    let (result, pauses, requests) = sign_in(vec![
        oauth("authorization_pending"),
        oauth("slow_down"),
        oauth("authorization_pending"),
        json(200, &tokens()),
    ])
    .await;
    let session = result.expect("is approved");
    assert!(session.access.same_as(&secret(ACCESS)));
    assert_eq!(
        session.expires_on,
        Some(noon() + jiff::SignedDuration::from_hours(1))
    );
    assert_eq!(pauses, [5, 10, 10], "slow_down adds five seconds for good");
    assert!(
        requests[0].contains("grant_type=urn%3aietf%3aparams%3aoauth%3agrant-type%3adevice_code")
            || requests[0]
                .contains("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"),
        "{}",
        requests[0]
    );
    assert!(requests[0].contains("device_code=GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS"));
}

#[tokio::test]
async fn a_platform_that_stumbles_does_not_end_a_sign_in() {
    let busy = problem(503, "retry-after: 1\r\n", &json!({ "code": "busy" }));
    let (result, pauses, _) =
        sign_in(vec![Reply::HangUp, busy, page(502), json(200, &tokens())]).await;
    assert!(result.is_ok(), "{result:?}");
    assert!(pauses.iter().all(|pause| *pause >= 5), "{pauses:?}");
}

#[tokio::test]
async fn each_end_of_a_sign_in_has_its_own_error() {
    for (reply, code) in [
        (oauth("access_denied"), "sign-in-denied"),
        (oauth("expired_token"), "sign-in-expired"),
        (oauth("invalid_grant"), "sign-in-expired"),
        (oauth("invalid_client"), "platform-contract"),
        (oauth("of_the_future"), "platform-contract"),
        (page(200), "platform-contract"),
        (page(404), "platform-contract"),
        (
            json(200, &json!({ "access_token": 1 })),
            "platform-contract",
        ),
    ] {
        let (result, ..) = sign_in(vec![reply]).await;
        let error = result.expect_err("is not approved");
        assert_eq!(error.problem().code, code, "{error:?}");
        assert!(
            !format!("{error:?}").contains("Wi-Fi"),
            "a body came out: {error:?}"
        );
    }
}

#[tokio::test]
async fn no_other_address_than_the_platform_may_have_is_opened() {
    for uri in [
        "http://platform.example/device",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "device",
    ] {
        let mut code = device_code(&Stub::new(Vec::new()));
        code["verification_uri_complete"] = json!(uri);
        let stub = Stub::new(vec![json(200, &code)]);
        let begun = stub.platform().begin_sign_in().await.map(|_| ());
        assert!(matches!(begun, Err(Error::Contract(_))), "{uri}: {begun:?}");
    }
    let mut code = device_code(&Stub::new(Vec::new()));
    code["user_code"] = json!("\u{1b}[2J");
    let stub = Stub::new(vec![json(200, &code)]);
    let begun = stub.platform().begin_sign_in().await.map(|_| ());
    assert!(
        matches!(begun, Err(Error::Contract(_))),
        "it is printed: {begun:?}"
    );
}

#[tokio::test]
async fn a_refresh_is_sent_once_and_gives_a_new_session() {
    let stub = Stub::new(vec![json(200, &tokens())]);
    let fresh = stub
        .platform()
        .refresh(&session())
        .await
        .expect("refreshes");
    assert!(fresh.access.same_as(&secret(ACCESS)));
    assert!(stub.requests()[0].contains("grant_type=refresh_token"));
    assert!(stub.requests()[0].contains("client_id=narrows-desktop"));

    for (reply, code) in [
        (oauth("invalid_grant"), "not-signed-in"),
        (Reply::HangUp, "platform-unknown"),
        (page(200), "platform-unknown"),
        (page(502), "platform-unknown"),
        (
            problem(503, "retry-after: 1\r\n", &json!({ "code": "busy" })),
            "platform-busy",
        ),
    ] {
        let stub = Stub::new(vec![reply]);
        let error = stub
            .platform()
            .refresh(&session())
            .await
            .expect_err("fails");
        assert_eq!(error.problem().code, code, "{error:?}");
        assert_eq!(
            stub.requests().len(),
            1,
            "a refresh token that is used twice ends the sign-in"
        );
    }
    let without = Session {
        refresh: None,
        ..session()
    };
    let refreshed = Stub::new(Vec::new()).platform().refresh(&without).await;
    assert!(
        matches!(refreshed, Err(Error::NotSignedIn(_))),
        "{refreshed:?}"
    );
}

#[test]
fn whatever_waits_can_wait_on_any_thread() {
    fn is_send<T: Send>(_: T) {}
    let stub = Stub::new(Vec::new());
    let platform = stub.platform();
    let session = session();
    is_send(platform.begin_sign_in());
    is_send(platform.refresh(&session));
    is_send(platform.me(&session));
    is_send(platform.delete_connection(&session, ID));
    is_send(async {
        let code = platform.begin_sign_in().await?;
        platform.wait_for_sign_in(&code).await
    });
}
