//! Who issued a certificate that this computer does not trust.
//!
//! Whoever opens secure connections on the way signs with a certificate of their own, and its issuer is their name. So
//! the server is greeted once more, by a client that looks at the certificate and then hangs up: nothing is ever sent
//! over that connection.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme,
};
use url::Url;

/// How long the greeting may take.
const LIMIT: Duration = Duration::from_secs(4);

/// The name of whoever issued the certificate that is shown at `url`; nothing where none is shown.
pub(super) async fn of(url: &Url) -> Option<String> {
    let host = url.host_str()?.to_owned();
    let port = url.port_or_known_default()?;
    // Blocking calls with limits of their own; whoever waits does not wait longer.
    tokio::task::spawn_blocking(move || greet(&host, port))
        .await
        .ok()?
}

fn greet(host: &str, port: u16) -> Option<String> {
    let seen = Arc::new(Seen {
        provider: ring::default_provider(),
        certificate: Mutex::new(None),
    });
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(seen.clone())
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let mut greeting = ClientConnection::new(Arc::new(config), name).ok()?;
    let address = (host, port).to_socket_addrs().ok()?.next()?;
    let mut stream = TcpStream::connect_timeout(&address, LIMIT).ok()?;
    stream.set_read_timeout(Some(LIMIT)).ok()?;
    stream.set_write_timeout(Some(LIMIT)).ok()?;
    // Ends with an error of our own making as soon as the certificate was seen.
    let _ = greeting.complete_io(&mut Both(&mut stream));
    let certificate = seen
        .certificate
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take()?;
    issuer(&certificate)
}

/// `complete_io` wants one thing that reads and writes.
struct Both<'a>(&'a mut TcpStream);

impl Read for Both<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Both<'_> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.0.write(buffer)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

/// Looks at a certificate and refuses it, whatever it is.
#[derive(Debug)]
struct Seen {
    provider: CryptoProvider,
    certificate: Mutex<Option<Vec<u8>>>,
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self
            .certificate
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(end_entity.to_vec());
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// Object identifiers 2.5.4.3 (common name) and 2.5.4.10 (organisation).
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANISATION: &[u8] = &[0x55, 4, 10];
/// Longest name that is told, in characters.
const LONGEST: usize = 80;

/// The issuer of a certificate in DER (RFC 5280): its common name, or its organisation.
fn issuer(certificate: &[u8]) -> Option<String> {
    let (_, outer, _) = element(certificate)?;
    let (_, body, _) = element(outer)?;
    // The version comes first, tagged, and may be left out; then serial number, algorithm, issuer.
    let (tag, _, after) = element(body)?;
    let rest = if tag == 0xa0 { after } else { body };
    let (_, _, rest) = element(rest)?;
    let (_, _, rest) = element(rest)?;
    let (_, mut names, _) = element(rest)?;
    let (mut common, mut organisation) = (None, None);
    while let Some((SET, set, rest)) = element(names) {
        names = rest;
        let Some((SEQUENCE, pair, _)) = element(set) else {
            continue;
        };
        let (_, id, value) = element(pair)?;
        let (_, text, _) = element(value)?;
        let text: String = String::from_utf8_lossy(text)
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST)
            .collect();
        match id {
            COMMON_NAME => common = Some(text),
            ORGANISATION => organisation = Some(text),
            _ => {}
        }
    }
    common.or(organisation).filter(|name| !name.is_empty())
}

/// The first element: its tag, its content, and what comes after it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        if count == 0 || count > 4 {
            return None;
        }
        let (digits, rest) = rest.split_at_checked(count)?;
        let length = digits
            .iter()
            .fold(0, |length, &digit| length << 8 | usize::from(digit));
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use proptest::prelude::*;
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use rustls::{ServerConfig, ServerConnection};

    use super::*;

    /// A certificate for `localhost`, issued by "Example Inspection CA", with its key; they open nothing.
    const CERTIFICATE: &[u8] = include_bytes!("fixtures/inspected.der");
    const KEY: &[u8] = include_bytes!("fixtures/inspected.key.der");

    #[test]
    fn the_issuer_is_read_from_the_certificate() {
        assert_eq!(
            issuer(CERTIFICATE).as_deref(),
            Some("Example Inspection CA")
        );
    }

    #[tokio::test]
    async fn whoever_opens_the_connection_is_named_and_told_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![CertificateDer::from(CERTIFICATE)],
                    PrivatePkcs8KeyDer::from(KEY).into(),
                )
                .unwrap();
            let (mut stream, _) = listener.accept().unwrap();
            let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
            let mut said = String::new();
            let _ = connection.complete_io(&mut stream);
            let _ = connection.reader().read_to_string(&mut said);
            said
        });
        let url = Url::parse(&format!("https://localhost:{port}/client/v4")).unwrap();
        assert_eq!(of(&url).await.as_deref(), Some("Example Inspection CA"));
        assert_eq!(server.join().unwrap(), "", "nothing is sent to it");
    }

    proptest! {
        #[test]
        fn no_certificate_makes_the_reader_fall_over(
            mut certificate in Just(CERTIFICATE.to_vec()),
            at in 0..400_usize,
            byte: u8,
            cut in 0..800_usize,
        ) {
            let length = certificate.len();
            certificate[at % length] = byte;
            certificate.truncate(cut.max(1));
            let _ = issuer(&certificate);
        }
    }
}
