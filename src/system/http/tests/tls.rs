//! TLS: whom the client trusts, and who it says it is.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::*;

/// An authority, and what it signs.
struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key.
struct Signed {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Two of one name could not be told apart.
        let key = KeyPair::generate().unwrap();
        let name = format!("authority {:?}", key.public_key_raw());
        params.distinguished_name.push(DnType::CommonName, name);
        Authority(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    fn sign(&self, names: &[&str], change: impl Fn(&mut CertificateParams)) -> Signed {
        let mut params = params(names);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        Signed { certificate: params.signed_by(&key, &self.0).unwrap(), key }
    }
}

fn params(names: &[&str]) -> CertificateParams {
    CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap()
}

impl Signed {
    fn identity(&self) -> Identity {
        Identity { certificates: pem(self.certificate.pem()), key: pem(self.key.serialize_pem()) }
    }

    /// A server with this certificate, which asks its clients for one of this authority, if any.
    fn serve(&self, clients: Option<&Authority>) -> String {
        self.answer(clients, |head| {
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{head}", head.len())
        })
    }

    /// The same, with an answer of its own to each head of a request.
    fn answer(
        &self,
        clients: Option<&Authority>,
        answer: impl Fn(&str) -> String + Clone + Send + 'static,
    ) -> String {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(rustls::ALL_VERSIONS)
            .unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.0.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let chain = vec![CertificateDer::from(self.certificate.der().to_vec())];
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        let config = Arc::new(builder.with_single_cert(chain, key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, answer) = (config.clone(), answer.clone());
                thread::spawn(move || {
                    let session = ServerConnection::new(config).unwrap();
                    let mut reader = BufReader::new(StreamOwned::new(session, stream));
                    loop {
                        let mut head = String::new();
                        while !head.ends_with("\r\n\r\n") {
                            match reader.read_line(&mut head) {
                                Ok(0) | Err(_) => return,
                                Ok(_) => {}
                            }
                        }
                        if reader.get_mut().write_all(answer(&head).as_bytes()).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        format!("https://localhost:{port}/")
    }
}

fn with(tls: TlsOptions) -> Client {
    Client::new(ClientOptions { tls, ..ClientOptions::default() }).unwrap()
}

fn pem(content: impl Into<Vec<u8>>) -> Pem {
    Pem { path: "x.pem".into(), content: content.into() }
}

fn trusting(authorities: impl Into<Vec<u8>>) -> TlsOptions {
    TlsOptions { authorities: Some(pem(authorities)), ..TlsOptions::default() }
}

/// What the handshake fails for, and what to do.
fn refused(client: &Client, url: &str) -> (String, &'static str) {
    let error = client.send(&get(url)).unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::Tls, "{error}");
    let (host, why) = error.message.split_once(" failed: ").unwrap();
    assert!(host.starts_with("the TLS handshake with `localhost:"), "{error}");
    (why.to_owned(), error.help.unwrap_or_default())
}

#[test]
fn an_authority_is_trusted_where_it_is_given() {
    let authority = Authority::new();
    let url = authority.sign(&["localhost"], |_| ()).serve(None);
    let client = with(trusting(authority.pem()));
    let got = client.send(&get(&url)).unwrap();
    assert_eq!(got.status, 200);
    assert!(!got.timings.reused && got.timings.tls.is_some() && got.timings.connect.is_some());
    assert!(got.timings.resolve.is_some(), "`localhost` is a name");
    let again = client.send(&get(&url)).unwrap().timings;
    assert_eq!((again.reused, again.tls, again.connect, again.resolve), (true, None, None, None));

    let (why, help) = refused(&with(TlsOptions::default()), &url);
    assert_eq!(why, "its certificate is signed by an authority that is not trusted here");
    assert_eq!(help, "give the authority's certificate as `tls: {ca: FILE}`");
    let (why, _) = refused(&with(trusting(Authority::new().pem())), &url);
    assert_eq!(why, "its certificate is signed by an authority that is not trusted here");
    let insecure = TlsOptions { insecure: true, ..TlsOptions::default() };
    assert_eq!(with(insecure).send(&get(&url)).unwrap().status, 200);
}

#[test]
fn a_certificate_must_be_for_the_name_and_the_day() {
    let authority = Authority::new();
    let client = with(trusting(authority.pem()));
    let other = authority.sign(&["model.example.org", "other.example.org"], |_| ()).serve(None);
    let (why, _) = refused(&client, &other);
    assert!(why.starts_with("its certificate is for another name: "), "{why}");
    assert!(why.contains("model.example.org") && why.contains("other.example.org"), "{why}");
    let past =
        authority.sign(&["localhost"], |params| params.not_after = date_time_ymd(2020, 1, 1)).serve(None);
    assert_eq!(refused(&client, &past).0, "its certificate has expired");
    let future =
        authority.sign(&["localhost"], |params| params.not_before = date_time_ymd(2200, 1, 1)).serve(None);
    assert_eq!(refused(&client, &future).0, "its certificate is not valid yet");
    for url in [&other, &past, &future] {
        let insecure = TlsOptions { insecure: true, ..TlsOptions::default() };
        assert_eq!(with(insecure).send(&get(url)).unwrap().status, 200);
    }
}

#[test]
fn a_self_signed_certificate_is_trusted_where_it_is_given() {
    for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let signed = |name: &str| {
            let (mut params, key) = (params(&[name]), KeyPair::generate().unwrap());
            params.is_ca = is_ca;
            Signed { certificate: params.self_signed(&key).unwrap(), key }
        };
        let own = signed("localhost");
        let (url, own) = (own.serve(None), own.certificate.pem());
        assert_eq!(with(trusting(own)).send(&get(&url)).unwrap().status, 200, "{is_ca:?}");
        let (why, help) = refused(&with(TlsOptions::default()), &url);
        assert!(why.starts_with("its certificate is s"), "{why}");
        assert!(help.contains("`tls: {ca: FILE}`"), "{help}");
        // Trusted, and for another name all the same.
        let other = signed("model.example.org");
        let (why, _) = refused(&with(trusting(other.certificate.pem())), &other.serve(None));
        assert!(why.starts_with("its certificate is for another name"), "{why}");
    }
}

#[test]
fn a_client_shows_its_certificate_where_it_is_asked() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let url = authority.sign(&["localhost"], |_| ()).serve(Some(&clients));
    let known = |identity| TlsOptions { identity, ..trusting(authority.pem()) };
    let mine = clients.sign(&["me"], |_| ());
    assert_eq!(with(known(Some(mine.identity()))).send(&get(&url)).unwrap().status, 200);
    let (why, help) = refused(&with(known(None)), &url);
    assert_eq!(why, "it asks for a client's certificate, and none was given");
    assert_eq!(help, "give a certificate that it accepts as `tls: {cert: FILE, key: FILE}`");
    let foreign = authority.sign(&["me"], |_| ());
    let (why, _) = refused(&with(known(Some(foreign.identity()))), &url);
    assert!(why.starts_with("it does not accept the client's certificate ("), "{why}");
}

#[test]
fn what_is_no_certificate_or_key_is_said_before_anything_is_sent() {
    let authority = Authority::new();
    let (mine, other) =
        (authority.sign(&["me"], |_| ()).identity(), authority.sign(&["me"], |_| ()).identity());
    let wrong = |tls| Client::new(ClientOptions { tls, ..ClientOptions::default() }).unwrap_err().message;
    let of_ca = |pem: &[u8]| wrong(trusting(pem.to_vec()));
    let none = "the authority's certificate's file holds no certificate in PEM form";
    assert_eq!(of_ca(b"nonsense"), none);
    assert_eq!(of_ca(&mine.key.content), format!("{none}, but a private key"));
    assert_eq!(
        of_ca(&authority.pem()[..200]),
        "the authority's certificate cannot be read: it is cut off before its `-----END`"
    );
    let hollow = b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    assert!(of_ca(hollow).starts_with("the authority's certificate cannot be read: "));
    let of = |certificates: &[u8], key: &[u8]| {
        let identity = Some(Identity { certificates: pem(certificates), key: pem(key) });
        wrong(TlsOptions { identity, ..TlsOptions::default() })
    };
    assert_eq!(
        of(&mine.certificates.content, &other.key.content),
        "the client's key does not belong to its certificate"
    );
    assert_eq!(
        of(&mine.certificates.content, &mine.certificates.content),
        "the client's key's file holds no private key in PEM form"
    );
    let encrypted = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert_eq!(of(&mine.certificates.content, encrypted), "the client's key is encrypted");
}

#[test]
fn a_server_without_tls_is_told_from_one_that_hangs_up() {
    let client = with(TlsOptions::default());
    for (said, expected) in [("HTTP/1.1 400 Bad Request\r\n\r\n", "what it sends is not TLS"), ("", "")] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                say(&mut stream, said);
                let _ = stream.read(&mut [0; 4096]);
            }
        });
        let error = client.send(&get(&url)).unwrap_err();
        assert!(error.message.contains(expected), "{error}");
        assert!(matches!(error.kind, HttpErrorKind::Tls | HttpErrorKind::Io), "{error}");
    }
}

#[test]
fn a_fixed_host_keeps_its_name_in_tls_and_in_the_host_header() {
    let authority = Authority::new();
    let url = authority.sign(&["model.example.org"], |_| ()).serve(None);
    let at = url.trim_end_matches('/').replace("https://localhost", "127.0.0.1");
    let resolve = vec![FixedHost::new("model.example.org", &at).unwrap()];
    let options = ClientOptions { tls: trusting(authority.pem()), resolve, ..ClientOptions::default() };
    let client = Client::new(options).unwrap();
    let request = Request { loopback_only: true, ..get("https://model.example.org/x") };
    let got = client.send(&request).unwrap();
    assert!(String::from_utf8(got.body).unwrap().contains("host: model.example.org\r\n"));
    assert_eq!(got.timings.resolve, None);
}

#[test]
fn a_redirect_out_of_tls_is_told_and_takes_nothing_secret_along() {
    let (plain, seen) = server(|stream, seen| ok(stream, &seen.headers));
    let authority = Authority::new();
    let url = authority.sign(&["localhost"], |_| ()).answer(None, move |head| {
        let status = if head.contains("/keep ") { 307 } else { 302 };
        format!("HTTP/1.1 {status} Go\r\nlocation: {plain}/end\r\ncontent-length: 0\r\n\r\n")
    });
    let client = with(trusting(authority.pem()));
    let asked = Request { redirects: 3, ..get(&url) };
    let got = client.send(&asked).unwrap();
    assert!(got.downgraded && got.redirects == 1 && got.url.starts_with("http://"));

    let header = |name: &str| vec![(name.to_owned(), "s3cret".to_owned())];
    let post = Request { method: "POST".into(), body: b"rows".to_vec(), ..asked.clone() };
    for (request, carried) in [
        (Request { headers: header("Authorization"), ..asked.clone() }, "credentials"),
        (Request { headers: header("x-api-key"), ..asked.clone() }, "credentials"),
        (Request { url: format!("{url}keep"), ..post.clone() }, "a body"),
    ] {
        let error = client.send(&request).unwrap_err();
        assert_eq!(error.kind, HttpErrorKind::Nowhere);
        let expected = format!("/end`: that is not encrypted, and the request carries {carried}");
        assert!(error.message.ends_with(&expected) && error.help.is_some(), "{error}");
    }
    // What becomes a GET carries no body.
    assert_eq!(client.send(&post).unwrap().status, 200);
    assert_eq!(seen.load(Ordering::SeqCst), 1, "the connection to the other server is kept too");
}
