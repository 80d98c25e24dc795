//! Servers whose certificates, or what they do behind them, are not what they should be.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::server::{Server, answer, answer_with, read_request};
use super::verdict::{help, unreachable, verdict, verdict_in};

const TRUSTING: &str = "probe: {get: SECURE, tls: {ca: ca.pem}}\n    expect: {json: 1}";

/// An authority of one's own.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// What a server of that name shows in those years.
    fn server(&self, name: &str, from: i32, to: i32) -> ServerConfig {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        config(&certificate, &key)
    }

    /// The verdict of one who trusts it.
    fn verdict(&self, server: &Server, step: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(Path::join(folder.path(), "ca.pem"), self.certificate.pem()).unwrap();
        verdict_in(folder.path(), server, step)
    }
}

fn config(certificate: &rcgen::Certificate, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let chain = vec![certificate.der().clone()];
    ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap()
}

type Secure = StreamOwned<ServerConnection, TcpStream>;

/// Each connection is handed on when it has been asked for something.
fn asked(config: ServerConfig, serve: impl Fn(Secure) + Send + Sync + 'static) -> Server {
    let config = Arc::new(config);
    Server::accepting(move |stream| {
        let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
        if read_request(&mut BufReader::new(&mut stream)).is_some() {
            serve(stream);
        }
    })
}

fn answering(config: ServerConfig) -> Server {
    asked(config, |mut stream| {
        let _ = stream.write_all(&answer_with("connection: close\r\n", "1"));
        stream.conn.send_close_notify();
        let _ = stream.flush();
    })
}

fn failed(why: &str, help: &str) -> String {
    unreachable(&format!("the TLS handshake with `HOST` failed: {why}"), help)
}

#[test]
fn one_that_is_right() {
    let authority = Authority::new();
    let server = answering(authority.server("127.0.0.1", 2020, 2100));
    assert_eq!(authority.verdict(&server, TRUSTING), "passed");
}

#[test]
fn signed_by_itself() {
    let key = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let server = answering(config(&key.cert, &key.signing_key));
    assert_eq!(
        verdict(&server, "probe: {get: SECURE}"),
        failed(
            "its certificate is signed by an authority that is not trusted here",
            "give the authority's certificate as `tls: {ca: FILE}`"
        )
    );
}

#[test]
fn for_another_name() {
    let authority = Authority::new();
    let server = answering(authority.server("other.test", 2020, 2100));
    assert_eq!(
        authority.verdict(&server, TRUSTING),
        failed(
            "its certificate is for another name: DnsName(\"other.test\")",
            "ask it by a name of its certificate; `resolve: {NAME: ADDRESS}` says where that is"
        )
    );
}

#[test]
fn expired() {
    let authority = Authority::new();
    let server = answering(authority.server("127.0.0.1", 2010, 2020));
    let expected = failed("its certificate has expired", "renew the server's certificate");
    assert_eq!(authority.verdict(&server, TRUSTING), expected);
}

#[test]
fn not_valid_yet() {
    let authority = Authority::new();
    let server = answering(authority.server("127.0.0.1", 2090, 2100));
    let expected = failed("its certificate is not valid yet", "look at the clocks of both machines");
    assert_eq!(authority.verdict(&server, TRUSTING), expected);
}

#[test]
fn asks_who_the_client_is() {
    let authority = Authority::new();
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
    let shown = authority.server("127.0.0.1", 2020, 2100).cert_resolver;
    let config = ServerConfig::builder().with_client_cert_verifier(verifier).with_cert_resolver(shown);
    assert_eq!(
        authority.verdict(&answering(config), TRUSTING),
        failed(
            "it asks for a client's certificate, and none was given",
            "give a certificate that it accepts as `tls: {cert: FILE, key: FILE}`"
        )
    );
}

#[test]
fn tls_where_plain_http_is_asked_for() {
    let authority = Authority::new();
    let server = answering(authority.server("127.0.0.1", 2020, 2100));
    let expected = unreachable("`HOST` speaks TLS, and no plain HTTP", help::OTHER);
    assert_eq!(verdict(&server, "probe: {get: URL}"), expected);
}

#[test]
fn cuts_a_body_that_only_its_end_tells() {
    // Without TLS's own goodbye it may be anyone who ended the answer (RFC 8446, section 6.1).
    let authority = Authority::new();
    let server = asked(authority.server("127.0.0.1", 2020, 2100), |mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n1");
    });
    let expected = unreachable("`HOST` closed the connection in the middle of its answer", help::ENDED);
    assert_eq!(authority.verdict(&server, TRUSTING), expected);
}

#[test]
fn garbage_between_its_records() {
    let authority = Authority::new();
    let server = asked(authority.server("127.0.0.1", 2020, 2100), |mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n1");
        let _ = stream.sock.write_all(&[0x17, 3, 3, 0, 50]);
        let _ = stream.sock.write_all(&[0xAA; 50]);
        let _ = stream.sock.read(&mut [0; 4096]);
    });
    assert_eq!(
        authority.verdict(&server, TRUSTING),
        unreachable("`HOST` breaks the rules of TLS: cannot decrypt peer's message", help::FAULT)
    );
}

#[test]
fn redirects_credentials_to_plain_http() {
    let authority = Authority::new();
    let plain = Server::keeping(answer("1"));
    let location = format!("http://{}/", plain.address);
    let said = format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
    let server = asked(authority.server("127.0.0.1", 2020, 2100), move |mut stream| {
        let _ = stream.write_all(said.as_bytes());
        let _ = stream.read(&mut [0; 1]);
    });
    let step =
        "probe: {get: SECURE, redirects: 1, auth: {bearer: token}, tls: {ca: ca.pem}}\n    expect: {json: 1}";
    let got = authority.verdict(&server, step).replace(&location, "PLAIN");
    assert_eq!(
        got,
        unreachable(
            "`https://HOST` redirects to `PLAIN`: that is not encrypted, and the request carries credentials",
            "correct the server, or ask that URL itself"
        )
    );
    assert_eq!(plain.connections(), 0);
}
