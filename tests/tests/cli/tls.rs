//! A TLS server on localhost, with a certificate that may be wrong.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The CA that has issued the certificates of `certificates/`.
pub(crate) const CA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/certificates/ca.pem");
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/certificates");

/// A server, and how often it was connected to.
pub(crate) struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// One that answers an empty list of groups over TLS, with the certificate of this name.
    pub(crate) fn with(certificate: &str) -> Self {
        let certificate = CertificateDer::from(std::fs::read(format!("{FOLDER}/{certificate}.der")).unwrap());
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(
            std::fs::read(format!("{FOLDER}/key.der")).unwrap(),
        ));
        let config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![certificate], key)
                .unwrap();
        let config = Arc::new(config);
        Self::serving(move |stream| {
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
            answer(&mut stream, "200 OK", "{\"data\":{\"groups\":[]},\"paging\":{}}");
        })
    }

    /// One that does this with each connection.
    pub(crate) fn serving(act: impl Fn(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        // It ends with the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                act(stream);
            }
        });
        Self { port, connections }
    }

    pub(crate) fn https(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    pub(crate) fn http(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Reads the head of a request and answers it.
pub(crate) fn answer(stream: &mut (impl Read + Write), status: &str, body: &str) {
    let mut head = Vec::new();
    let mut byte = [0; 1];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let length = body.len();
    let _ =
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    let _ = stream.flush();
}
