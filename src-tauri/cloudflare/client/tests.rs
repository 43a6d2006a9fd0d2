//! The client against a server that says what each test wants said.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::super::policies::Policy;
use super::super::resources::account;
use super::*;
use crate::calls::Calls;
use crate::http::Base;

const ID: &str = "0123456789abcdef0123456789abcdef";

/// What the server does with one request.
enum Reply {
    /// Status, extra header lines, body.
    Say(u16, &'static str, String),
    /// Close the connection without a word.
    HangUp,
}

struct Stub {
    base: Base,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// A server that answers the n-th request (from 0) as `reply` likes, which also sees method and target.
    fn new(reply: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/client/v4", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (noted, reply) = (seen.clone(), Arc::new(reply));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (noted, reply) = (noted.clone(), reply.clone());
                std::thread::spawn(move || serve(&mut stream.unwrap(), &noted, &*reply));
            }
        });
        Self {
            base: Base::loopback(&base).unwrap(),
            seen,
        }
    }

    fn client(&self) -> Client {
        let http = Http::new(Calls::new()).unwrap();
        let credential = Credential::Token(Secret::new("cfut_test".into()));
        Client::new(&http, self.base.url(), credential).unwrap()
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(
    stream: &mut TcpStream,
    seen: &Mutex<Vec<String>>,
    reply: &(impl Fn(usize, &str) -> Reply + ?Sized),
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let length = lines
        .iter()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let target = lines[0]
        .replace(" HTTP/1.1", "")
        .replacen("/client/v4", "", 1);
    let index = {
        let mut seen = seen.lock().unwrap();
        seen.push(format!("{target} {}", String::from_utf8(body).unwrap()));
        seen.len() - 1
    };
    if let Reply::Say(status, headers, body) = reply(index, &target) {
        let _ = write!(
            stream,
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
    }
}

fn yes(result: &Value) -> Reply {
    let body = json!({"success":true,"errors":[],"messages":[],"result":result});
    Reply::Say(200, "", body.to_string())
}

fn no(status: u16, code: u32) -> Reply {
    let body = json!({"success":false,"errors":[{"code":code,"message":"no"}],"result":null});
    Reply::Say(status, "", body.to_string())
}

fn new_token() -> NewToken {
    NewToken {
        name: "narrow".into(),
        policies: vec![Policy::allow(account(ID), Vec::new())],
        not_before: None,
        expires_on: None,
        condition: None,
    }
}

fn created() -> Value {
    json!({"id":ID,"name":"narrow","status":"active","policies":[],"value":"cfut_minted"})
}

#[tokio::test]
async fn the_credential_travels_as_a_bearer_and_shows_in_no_debug_output() {
    let client = Stub::new(|_, _| yes(&json!({"id":ID,"status":"active"}))).client();
    let verified = client.verify(&Owner::User).await.unwrap();
    assert_eq!(verified.status, TokenStatus::Active);
    assert!(
        !format!("{client:?}").contains("cfut_test"),
        "a client is logged sooner or later"
    );
}

#[tokio::test]
async fn a_credential_that_no_header_can_hold_is_refused_before_anything_is_sent() {
    let http = Http::new(Calls::new()).unwrap();
    for text in ["", "two\nlines", "nul\0"] {
        let credential = Credential::Token(Secret::new(text.into()));
        let error = Client::new(&http, Base::official().url(), credential).unwrap_err();
        assert_eq!(error.kind, Kind::MalformedCredential, "{text:?}");
    }
    assert!(http.calls().all().is_empty());
}

#[tokio::test]
async fn lists_are_fetched_whole_and_only_as_often_as_their_totals_say() {
    let stub = Stub::new(|_, target| {
        let page: u32 = target.split(['=', '&']).nth(1).unwrap().parse().unwrap();
        let items: Vec<_> = (0..if page == 3 { 20 } else { 50 })
            .map(|n| json!({"id":format!("{page}-{n}"),"name":"a"}))
            .collect();
        let body = json!({"success":true,"errors":null,"result":items,
            "result_info":{"page":page,"per_page":50,"count":items.len(),"total_count":120}});
        Reply::Say(200, "", body.to_string())
    });
    let accounts = stub.client().accounts().await.unwrap();
    assert_eq!(accounts.len(), 120);
    assert_eq!(accounts[119].id, "3-19", "in order, though fetched at once");
    assert_eq!(stub.seen().len(), 3, "{:?}", stub.seen());
}

#[tokio::test]
async fn an_item_that_moved_to_the_next_page_meanwhile_is_listed_once() {
    let stub = Stub::new(|_, target| {
        let page: u32 = target.split(['=', '&']).nth(1).unwrap().parse().unwrap();
        // An account was added between the two requests, so the last of the first page is the first of the second.
        let from = if page == 1 { 0 } else { 49 };
        let items: Vec<_> = (from..from + 50)
            .map(|n| json!({"id":n.to_string(),"name":"a"}))
            .collect();
        let body = json!({"success":true,"errors":null,"result":items,
            "result_info":{"page":page,"per_page":50,"count":50,"total_count":100}});
        Reply::Say(200, "", body.to_string())
    });
    let accounts = stub.client().accounts().await.unwrap();
    assert_eq!(accounts.len(), 99, "a person would see one account twice");
}

#[tokio::test]
async fn a_list_without_totals_ends_at_its_first_page_that_is_not_full() {
    let stub = Stub::new(|index, _| {
        let items: Vec<_> = (0..if index == 0 { 50 } else { 0 })
            .map(|n| json!({"id":n.to_string(),"name":"z"}))
            .collect();
        yes(&json!(items))
    });
    assert_eq!(stub.client().zones(ID).await.unwrap().len(), 50);
    assert_eq!(stub.seen().len(), 2, "a page beyond the end is empty");
}

#[tokio::test]
async fn all_permission_groups_come_in_one_request_even_where_paging_is_ignored() {
    let stub = Stub::new(|_, _| {
        let groups: Vec<_> = (0..413)
            .map(|n| json!({"id":n.to_string(),"name":"g","scopes":["com.cloudflare.api.account"]}))
            .collect();
        let body = json!({"success":true,"result":groups,
            "result_info":{"page":1,"per_page":20,"total_count":413}});
        Reply::Say(200, "", body.to_string())
    });
    let groups = stub.client().permission_groups(&Owner::User).await.unwrap();
    assert_eq!(groups.len(), 413);
    assert_eq!(
        stub.seen(),
        ["GET /user/tokens/permission_groups?page=1&per_page=1000 "]
    );
}

#[tokio::test]
async fn a_mint_whose_answer_was_lost_is_not_repeated() {
    for (what, reply) in [("hang-up", None), ("500", Some(500)), ("cut", Some(200))] {
        let stub = Stub::new(move |_, _| match reply {
            None => Reply::HangUp,
            Some(200) => Reply::Say(200, "", "{\"success\":true,\"resu".into()),
            Some(status) => no(status, 1),
        });
        let error = stub
            .client()
            .create_token(&Owner::User, &new_token())
            .await
            .unwrap_err();
        assert_eq!(
            stub.seen().len(),
            1,
            "{what}: a second token would be left lying about"
        );
        assert!(
            error.may_have_taken_effect(),
            "{what}: the caller has to look for a token of that name"
        );
    }
}

#[tokio::test]
async fn a_mint_that_was_put_off_is_repeated() {
    let stub = Stub::new(|index, _| match index {
        0 => Reply::Say(429, "retry-after: 0\r\n", String::new()),
        _ => yes(&created()),
    });
    let made = stub
        .client()
        .create_token(&Owner::Account(ID.into()), &new_token())
        .await
        .unwrap();
    assert_eq!(made.value.expose(), "cfut_minted");
    let seen = stub.seen();
    assert_eq!(seen.len(), 2, "429 means that nothing was done");
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].starts_with(&format!("POST /accounts/{ID}/tokens {{\"name\":\"narrow\"")));
}

#[tokio::test]
async fn a_long_pause_is_told_and_not_waited_for() {
    let stub = Stub::new(|_, _| Reply::Say(429, "retry-after: 300\r\n", String::new()));
    let error = stub.client().accounts().await.unwrap_err();
    assert_eq!(error.kind, Kind::RateLimited);
    assert_eq!(error.retry_after, Some(Duration::from_mins(5)));
    assert!(
        error.problem().hint.contains("300 seconds"),
        "{}",
        error.problem()
    );
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn a_read_is_tried_three_times_and_no_more() {
    let stub = Stub::new(|_, _| no(503, 1));
    let error = stub.client().verify(&Owner::User).await.unwrap_err();
    assert_eq!(error.kind, Kind::ServerError);
    assert_eq!(stub.seen().len(), 3);
    let stub = Stub::new(|_, _| no(403, 10_000));
    let _ = stub.client().verify(&Owner::User).await.unwrap_err();
    assert_eq!(stub.seen().len(), 1, "a refusal is an answer");
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_and_that_finds_nothing_is_done() {
    let stub = Stub::new(|index, _| match index {
        0 => Reply::HangUp,
        _ => no(404, 1003),
    });
    assert_eq!(stub.client().delete_token(&Owner::User, ID).await, Ok(()));
    let stub = Stub::new(|_, _| no(404, 1003));
    let error = stub
        .client()
        .delete_token(&Owner::User, ID)
        .await
        .unwrap_err();
    assert_eq!(
        error.kind,
        Kind::NotFound,
        "found nothing at first: somebody else's doing"
    );
}

#[tokio::test]
async fn rolling_puts_an_empty_object_and_reads_a_bare_string() {
    let stub = Stub::new(|_, _| yes(&json!("cfut_rolled")));
    let value = stub.client().roll_token(&Owner::User, ID).await.unwrap();
    assert_eq!(value.expose(), "cfut_rolled");
    assert_eq!(stub.seen(), [format!("PUT /user/tokens/{ID}/value {{}}")]);
}

#[tokio::test]
async fn an_update_sends_the_status_beside_the_whole_token() {
    let stub = Stub::new(|_, _| yes(&created()));
    stub.client()
        .update_token(&Owner::User, ID, &new_token(), Some(TokenStatus::Disabled))
        .await
        .unwrap();
    let seen = stub.seen();
    let body: Value = serde_json::from_str(seen[0].splitn(3, ' ').nth(2).unwrap()).unwrap();
    assert_eq!(body["status"], "disabled");
    assert_eq!(body["name"], "narrow", "what is left out would be removed");
}

#[tokio::test]
async fn success_false_is_an_error_whatever_the_status() {
    let stub = Stub::new(|_, _| no(200, 1234));
    let error = stub.client().accounts().await.unwrap_err();
    assert_eq!(error.code, Some(1234));
}

#[tokio::test]
async fn the_success_message_of_verify_holds_10000_and_is_no_error() {
    let stub = Stub::new(|_, _| {
        let body = json!({"success":true,"errors":[],
            "messages":[{"code":10000,"message":"This API Token is valid and active"}],
            "result":{"id":ID,"status":"active"}});
        Reply::Say(200, "", body.to_string())
    });
    assert!(stub.client().verify(&Owner::User).await.is_ok());
}

#[tokio::test]
async fn a_missing_project_is_an_answer() {
    let stub = Stub::new(|_, _| no(404, 8_000_007));
    assert_eq!(stub.client().pages_project(ID, "shop").await, Ok(None));
}

#[tokio::test]
async fn a_probe_is_made_once_and_a_refusal_is_its_value() {
    let stub = Stub::new(|_, _| {
        let Reply::Say(status, _, body) = no(500, 10_000) else {
            unreachable!()
        };
        Reply::Say(status, "cf-ray: 8f-FRA\r\n", body)
    });
    let probe = stub
        .client()
        .probe("GET /zones", "/zones?per_page=5")
        .await
        .unwrap();
    assert_eq!((probe.status, probe.code), (500, Some(10_000)));
    assert_eq!(probe.trail.ray.as_deref(), Some("8f-FRA"));
    assert_eq!(stub.seen(), ["GET /zones?per_page=5 "]);
}

#[tokio::test]
async fn what_is_no_id_never_reaches_a_path() {
    let stub = Stub::new(|_, _| yes(&json!([])));
    for text in ["", "..", "a/b", "example.com", "a?b", "a#b", "a%2fb"] {
        let error = stub.client().zones(text).await.unwrap_err();
        assert_eq!(error.kind, Kind::NoRoute, "{text:?}");
        let owner = Owner::Account(text.to_owned());
        let error = stub.client().delete_token(&owner, ID).await.unwrap_err();
        assert_eq!(error.kind, Kind::NoRoute, "{text:?}");
    }
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn a_result_that_does_not_fit_repeats_nothing_of_it() {
    let stub = Stub::new(|_, _| yes(&json!({"id":ID,"value":["cfut_leaked"]})));
    let error = stub
        .client()
        .create_token(&Owner::User, &new_token())
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::NotCloudflare);
    assert!(
        !format!("{error:?} {error} {:?}", error.problem()).contains("leaked"),
        "{error:?}"
    );
}
