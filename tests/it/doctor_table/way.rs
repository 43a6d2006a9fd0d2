//! What goes wrong on the way to Cloudflare: its name, the secure connection, the proxy.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use narrows_core::doctor::story::{CauseKind, Diagnosis};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};

use super::{Table, examine, options};
use crate::doctor::given;
use crate::program::Program;
use crate::stage::Stage;

/// A certificate for `localhost`, issued by "Example Inspection CA", with its key; they open nothing.
const CERTIFICATE: &[u8] = include_bytes!("../../../src-tauri/doctor/fixtures/inspected.der");
const KEY: &[u8] = include_bytes!("../../../src-tauri/doctor/fixtures/inspected.key.der");

/// Serves every connection in a thread of its own, for as long as the test runs; returns the port.
fn server(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    port
}

/// A port where nobody listens.
fn nobody() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Whoever looks into the connections of a company.
fn inspects(mut stream: TcpStream) {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(CERTIFICATE)],
            PrivatePkcs8KeyDer::from(KEY).into(),
        )
        .expect("the key fits");
    let mut connection = ServerConnection::new(Arc::new(config)).expect("a connection");
    // Whoever trusts nobody hangs up in the middle of it.
    let _ = connection.complete_io(&mut stream);
}

/// Reads what is said first, answers with this, and hangs up.
fn says(mut stream: TcpStream, words: &str) {
    let _ = stream.read(&mut [0; 4096]);
    let _ = stream.write_all(words.as_bytes());
}

#[tokio::test]
async fn every_cause_on_the_way_to_cloudflare_is_told_apart() {
    let stage = Stage::new().await;
    let token = "cfut_".to_owned() + &"q".repeat(40) + "0badc0de";
    let mut table = Table::default();
    let mut row = |seeded: &str, told: &Diagnosis, cause: CauseKind, names: &str| {
        let first = told.causes.first();
        let message = first.map_or("no cause", |first| first.message.as_str());
        let right = first.map(|first| first.kind) == Some(cause)
            && told.exit == 3
            && message.contains(names);
        table.row(
            "site-generator",
            seeded,
            &format!("{}: {message}", told.headline),
            right,
        );
    };

    let tls = server(inspects);
    let cut = server(|stream| says(stream, ""));
    let plain = server(|stream| says(stream, "HTTP/1.1 400 Bad Request\r\n\r\n"));
    for (seeded, address, cause, names) in [
        (
            "a name that nobody knows",
            "https://cloudflare.invalid/client/v4".to_owned(),
            CauseKind::Dns,
            "",
        ),
        (
            "a certificate of somebody else's",
            format!("https://localhost:{tls}/client/v4"),
            CauseKind::TlsIntercepted,
            "Example Inspection CA",
        ),
        (
            "a secure connection that breaks off at the greeting",
            format!("https://localhost:{cut}/client/v4"),
            CauseKind::TlsFailed,
            "",
        ),
        (
            "a server that does not speak TLS",
            format!("https://localhost:{plain}/client/v4"),
            CauseKind::TlsFailed,
            "",
        ),
    ] {
        let mut away = stage.app.clone();
        away.addresses.cloudflare = address.parse().expect("an address");
        let told = examine(
            &away,
            given(&token),
            None,
            options(&stage, "site-generator", &[]),
        )
        .await;
        row(seeded, &told, cause, names);
    }

    // The system's proxy is an affair of the whole process, and it is never asked for a loopback address: so it takes
    // the program, and Cloudflare's own address, which no such proxy lets anybody reach.
    let shut = server(|stream| {
        says(
            stream,
            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\n\
             Content-Length: 0\r\n\r\n",
        );
    });
    for (seeded, port) in [
        ("a proxy that wants a sign-in", shut),
        ("a proxy that is not there", nobody()),
    ] {
        let program = Program::on(&stage.face)
            .with("NARROWS_CLOUDFLARE_API", "")
            .with("HTTPS_PROXY", format!("http://127.0.0.1:{port}"));
        let arguments = ["doctor", "--profile", "site-generator", "--json"];
        let ran = program.run(&arguments, token.as_str()).await;
        let told = serde_json::from_value(ran.object()).expect("a diagnosis");
        row(seeded, &told, CauseKind::Proxy, "");
    }

    table.finish("Each cause on the way to Cloudflare");
}
