//! TLS as a client wants it: whom it trusts, who it is, and the connections that come of it.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ALL_VERSIONS, ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};

use super::trust::{Anyone, Pinned};
use super::{HttpError, HttpErrorKind};

/// Whom a client trusts, and who it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsOptions {
    /// Certificates (PEM) to trust instead of the system's.
    pub authorities: Option<Pem>,
    /// Who the client is, for servers that ask.
    pub identity: Option<Identity>,
    /// Accept any certificate.
    pub insecure: bool,
}

/// A client's certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, and those it was signed with.
    pub certificates: Pem,
    /// The key: PKCS #8, PKCS #1 or SEC 1, not encrypted.
    pub key: Pem,
}

/// A PEM file.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem {
    /// Where it was read.
    pub path: PathBuf,
    /// What stands in it.
    pub content: Vec<u8>,
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.fmt(f)
    }
}

/// What is made of the options: all but the system's own certificates, which are read when they are first needed.
#[derive(Debug)]
pub(super) struct Tls {
    provider: Arc<CryptoProvider>,
    authorities: Option<Vec<CertificateDer<'static>>>,
    identity: Option<Arc<CertifiedKey>>,
    insecure: bool,
    config: OnceLock<Arc<ClientConfig>>,
}

impl Tls {
    pub(super) fn new(options: &TlsOptions) -> Result<Arc<Tls>, HttpError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let authorities = options.authorities.as_ref();
        let authorities = authorities.map(|pem| certificates(&pem.content, "authority's")).transpose()?;
        let identity =
            options.identity.as_ref().map(|identity| certified(identity, &provider)).transpose()?;
        let (insecure, config) = (options.insecure, OnceLock::new());
        Ok(Arc::new(Tls { provider, authorities, identity, insecure, config }))
    }

    fn config(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        if let Some(made) = self.config.get() {
            return Ok(made.clone());
        }
        let builder = ClientConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(ALL_VERSIONS)?
            .dangerous()
            .with_custom_certificate_verifier(self.verifier()?);
        let mut config = builder.with_no_client_auth();
        if let Some(identity) = &self.identity {
            config.client_auth_cert_resolver =
                Arc::new(rustls::sign::SingleCertAndKey::from(identity.clone()));
        }
        Ok(self.config.get_or_init(|| Arc::new(config)).clone())
    }

    fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        if self.insecure {
            return Ok(Arc::new(Anyone));
        }
        let of_roots = |roots: RootCertStore| {
            WebPkiServerVerifier::builder_with_provider(roots.into(), self.provider.clone())
                .build()
                .map_err(|error| rustls::Error::General(error.to_string()))
        };
        if let Some(authorities) = &self.authorities {
            let mut roots = RootCertStore::empty();
            for certificate in authorities {
                roots.add(certificate.clone())?;
            }
            return Ok(Arc::new(Pinned { inner: of_roots(roots)?, pinned: authorities.clone() }));
        }
        match rustls_platform_verifier::Verifier::new(self.provider.clone()) {
            Ok(system) => Ok(Arc::new(system)),
            // A bare container has none.
            Err(_) => Ok(of_roots(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })?),
        }
    }
}

fn invalid(why: impl Into<String>) -> HttpError {
    HttpError::new(HttpErrorKind::InvalidRequest, why)
}

fn certificates(pem: &[u8], whose: &str) -> Result<Vec<CertificateDer<'static>>, HttpError> {
    let all: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| invalid(format!("the {whose} certificate cannot be read: {}", in_pem(&error))))?;
    for certificate in &all {
        // What is no certificate inside would only be told at the first connection.
        let readable = rustls::server::ParsedCertificate::try_from(certificate);
        readable.map_err(|error| invalid(format!("the {whose} certificate cannot be read: {error}")))?;
    }
    if all.is_empty() {
        let held =
            if pem.windows(11).any(|piece| piece == b"PRIVATE KEY") { ", but a private key" } else { "" };
        let error = invalid(format!("the {whose} certificate's file holds no certificate in PEM form{held}"));
        return Err(error.help("a PEM file holds `-----BEGIN CERTIFICATE-----`; `openssl x509 -inform der` makes one of a DER file"));
    }
    Ok(all)
}

fn in_pem(error: &pem::Error) -> String {
    match error {
        pem::Error::MissingSectionEnd { .. } => "it is cut off before its `-----END`".to_owned(),
        pem::Error::Base64Decode(_) => "what stands in it is not base64".to_owned(),
        other => other.to_string(),
    }
}

fn certified(identity: &Identity, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, HttpError> {
    let chain = certificates(&identity.certificates.content, "client's")?;
    let key = PrivateKeyDer::from_pem_slice(&identity.key.content).map_err(|error| match error {
        pem::Error::NoItemsFound
            if identity.key.content.windows(21).any(|piece| piece == b"ENCRYPTED PRIVATE KEY") =>
        {
            invalid("the client's key is encrypted")
                .help("`openssl pkey -in key.pem -out plain.pem` takes its password away")
        }
        pem::Error::NoItemsFound => invalid("the client's key's file holds no private key in PEM form"),
        other => invalid(format!("the client's key cannot be read: {}", in_pem(&other))),
    })?;
    CertifiedKey::from_der(chain, key, provider).map(Arc::new).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => invalid("the client's key does not belong to its certificate"),
        other => invalid(format!("the client's certificate and key cannot be used: {other}")),
    })
}

/// What a server or its client objected to.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) rustls::Error);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refusal {}

/// The objection behind an input's failure, if that is what it is.
fn refused(error: io::Error) -> Error {
    let objection = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).cloned();
    objection.map_or_else(|| Error::from(error), |why| Error::Other(Box::new(Refusal(why))))
}

/// Makes TLS of a connection to an `https` server.
#[derive(Debug)]
pub(super) struct TlsConnector(pub(super) Arc<Tls>);

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = Either<In, TlsTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() || transport.is_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let objected = |error| Error::Other(Box::new(Refusal(error)));
        let config = self.0.config().map_err(objected)?;
        let host = details.uri.host().unwrap_or_default();
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Error::Tls("its name is none that a certificate can be for"))?;
        let mut session = ClientConnection::new(config, name).map_err(objected)?;
        let mut socket = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        socket.set_timeout(super::watch::limit());
        session.complete_io(&mut socket).map_err(refused)?;
        let buffers =
            LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        let stream = StreamOwned { conn: session, sock: socket };
        Ok(Some(Either::B(TlsTransport { buffers, stream })))
    }
}

/// A connection in TLS.
pub(super) struct TlsTransport {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTransport")
    }
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.sock.set_timeout(timeout);
        self.stream.write_all(&self.buffers.output()[..amount]).map_err(refused)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.sock.set_timeout(timeout);
        let count = self.stream.read(self.buffers.input_append_buf()).map_err(refused)?;
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}
