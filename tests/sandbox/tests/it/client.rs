//! A small HTTP client that hides nothing: a cut connection or a short body is an error here, and nothing is retried.

use std::io;

use narrows_sandbox::{Face, Options, Sandbox};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }

    pub(crate) fn result(&self) -> Value {
        assert_eq!(self.status, 200, "a result was expected, not {}", self.body);
        self.json()["result"].clone()
    }

    /// Status, Cloudflare code and message of a refusal.
    pub(crate) fn refusal(&self) -> (u16, u64, String) {
        let json = self.json();
        assert_eq!(json["success"], false, "a refusal says so: {json}");
        assert_eq!(
            json["result"],
            Value::Null,
            "a refusal has no result: {json}"
        );
        let error = &json["errors"][0];
        (
            self.status,
            error["code"].as_u64().unwrap_or(0),
            error["message"].as_str().unwrap_or("").to_owned(),
        )
    }
}

/// Sends one request on a connection of its own.
pub(crate) async fn send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> io::Result<Reply> {
    let rest = url
        .strip_prefix("http://")
        .ok_or(io::ErrorKind::InvalidInput)?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut request = format!("{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    if let Some(body) = body {
        request.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
    }
    request += "\r\n";
    request += body.unwrap_or_default();
    let mut stream = TcpStream::connect(host).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    read(&String::from_utf8_lossy(&answer))
}

fn read(answer: &str) -> io::Result<Reply> {
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or(io::ErrorKind::InvalidData)?;
    let mut reply = Reply {
        status,
        head: head.to_lowercase(),
        body: body.to_owned(),
    };
    if let Some(length) = reply
        .header("content-length")
        .and_then(|length| length.parse::<usize>().ok())
    {
        if body.len() < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    } else if reply.header("transfer-encoding") == Some("chunked") {
        reply.body = dechunk(body)?;
    }
    Ok(reply)
}

fn dechunk(mut rest: &str) -> io::Result<String> {
    let mut whole = String::new();
    loop {
        let (size, after) = rest
            .split_once("\r\n")
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        let size = usize::from_str_radix(size, 16).map_err(|_| io::ErrorKind::InvalidData)?;
        if size == 0 {
            return Ok(whole);
        }
        whole += after.get(..size).ok_or(io::ErrorKind::UnexpectedEof)?;
        rest = after.get(size + 2..).ok_or(io::ErrorKind::UnexpectedEof)?;
    }
}

/// A sandbox of its own for one test.
pub(crate) struct Bench {
    sandbox: Sandbox,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self {
            sandbox: Sandbox::start(options)
                .await
                .expect("loopback ports are free"),
        }
    }

    pub(crate) fn face(&self) -> &Face {
        self.sandbox.face()
    }

    /// The path with `{account}` and `{zone}` filled in.
    pub(crate) fn fill(&self, text: &str) -> String {
        text.replace("{account}", &self.face().account_id)
            .replace("{zone}", &self.face().zone_id)
    }

    /// A call with any headers.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Reply {
        self.try_call(method, path, headers, body)
            .await
            .expect("an answer")
    }

    pub(crate) async fn try_call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> io::Result<Reply> {
        let url = format!("{}{}", self.face().cloudflare_api, self.fill(path));
        send(method, &url, headers, body).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Reply {
        self.call(
            "GET",
            path,
            &[("authorization", &format!("Bearer {token}"))],
            None,
        )
        .await
    }

    pub(crate) async fn with_body(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: &Value,
    ) -> Reply {
        self.call(
            method,
            path,
            &[("authorization", &format!("Bearer {token}"))],
            Some(&body.to_string()),
        )
        .await
    }

    pub(crate) async fn admin(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string);
        let url = format!("{}{path}", self.face().admin);
        let reply = send(method, &url, &[], body.as_deref())
            .await
            .expect("the admin door answers");
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.json()
    }

    /// Makes a token at the admin door; gives its id and value.
    pub(crate) async fn plant(&self, wanted: Value) -> (String, String) {
        let made = self.admin("POST", "/tokens", Some(&wanted)).await;
        let text = |key: &str| made[key].as_str().unwrap_or_default().to_owned();
        (text("id"), text("value"))
    }

    /// A user token with the given groups on the first account (and its zones).
    pub(crate) async fn user_token(&self, groups: &[&str]) -> String {
        let wanted = serde_json::json!({ "kind": "user", "groups": groups, "account": self.face().account_id });
        self.plant(wanted).await.1
    }

    /// The body of a token with one group by id on one resource.
    pub(crate) fn draft(&self, name: &str, group: &str, resources: &Value) -> Value {
        let resources: Value =
            serde_json::from_str(&self.fill(&resources.to_string())).expect("still JSON");
        serde_json::json!({
            "name": name,
            "policies": [{ "effect": "allow", "permission_groups": [{ "id": group }], "resources": resources }],
        })
    }
}

/// Group ids used all over the tests, from the documentation.
pub(crate) const PAGES_WRITE: &str = "8d28297797f24fb8a0c332fe0866ec89";
pub(crate) const DNS_WRITE: &str = "4755a26eedb94da69e1066d98aa820be";
pub(crate) const API_TOKENS_WRITE: &str = "686d18d5ac6c441c867cbf6771e58a0a";
pub(crate) const API_TOKENS_READ: &str = "0cc3a61731504c89b99ec1be78b77aa0";
pub(crate) const ACCOUNT_API_TOKENS_WRITE: &str = "5bc3f8b21c554832afc660159ab75fa4";
