//! The conduit against servers that misbehave.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use super::*;

/// Answers one connection as `serve` likes, and tells its address.
fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        serve(stream);
    });
    Url::parse(&format!("http://{address}/?secret=hunter2")).unwrap()
}

async fn get(http: &Http, url: Url) -> Result<Answer, Failure> {
    http.send("GET /", http.request(Method::GET, url)).await
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_told_from_one_that_never_began() {
    let http = Http::new(Calls::new()).unwrap();
    let cut = server(|mut stream| {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
            .unwrap();
    });
    let failure = get(&http, cut).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Cut, "{failure}");
    assert_eq!(failure.status, Some(200), "the status was already there");
    let silent = server(drop);
    let failure = get(&http, silent).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Reset, "{failure}");
    assert_eq!(
        failure.effect,
        Effect::Unknown,
        "the request had been taken before the connection went away"
    );
}

#[tokio::test]
async fn a_refused_connection_was_never_sent_and_shows_no_query() {
    let http = Http::new(Calls::new()).unwrap();
    let url = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        Url::parse(&format!("http://{address}/?secret=hunter2")).unwrap()
    };
    let failure = get(&http, url).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
    assert_eq!(failure.effect, Effect::NeverSent);
    assert!(
        !format!("{failure:?} {failure}").contains("hunter2"),
        "a query may hold anything: {failure:?}"
    );
    assert_eq!(http.calls().all().len(), 1, "a failed call is noted too");
}

#[tokio::test]
async fn silence_ends_at_the_limit() {
    let http = Http::with_limit(Calls::new(), Duration::from_millis(50)).unwrap();
    let (release, waiting) = std::sync::mpsc::channel::<()>();
    let url = server(move |_stream| {
        let _ = waiting.recv();
    });
    let failure = get(&http, url).await.unwrap_err();
    drop(release);
    assert_eq!(failure.kind, FailureKind::Timeout, "{failure}");
    assert_eq!(failure.effect, Effect::Unknown);
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let http = Http::new(Calls::new()).unwrap();
    let url = server(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    let failure = get(&http, url).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TooLarge, "{failure}");
}

#[tokio::test]
async fn plain_http_where_tls_is_expected_reads_as_tls_trouble() {
    let http = Http::new(Calls::new()).unwrap();
    let mut url = server(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    url.set_scheme("https").unwrap();
    let failure = get(&http, url).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Tls, "{failure}");
    assert_eq!(failure.effect, Effect::NeverSent);
    assert_eq!(failure.problem().code, "tls-failed");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let http = Http::new(Calls::new()).unwrap();
    let url = server(|mut stream| {
        let _ = stream.write_all(
            b"HTTP/1.1 302 Found\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\n\r\n",
        );
    });
    let answer = get(&http, url).await.unwrap();
    assert_eq!(
        answer.status, 302,
        "a credential must not travel to another host"
    );
}
