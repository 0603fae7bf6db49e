//! What the receiver logs. A program of its own: a log is one for a whole process.
#![allow(clippy::unwrap_used, reason = "these are tests, some of it outside of a test function")]

mod support;

use std::io;
use std::sync::{Arc, Mutex};

use groups_webhooks::Receiver;
use groups_webhooks::store::SqliteStore;
use support::{client, serve_receiver, signature};
use tempfile::TempDir;

/// Writes the log to memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn at_info_nothing_of_what_is_told_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let folder = TempDir::new().unwrap();
    let store = Arc::new(SqliteStore::open(folder.path().join("events.db")).await.unwrap());
    let url = serve_receiver(Receiver::new(store).secret("s3cret")).await;
    for example in groups_spec::EXAMPLES.iter().filter(|example| example.schema == "Notification") {
        let signature = signature("s3cret", example.body);
        let post = || client().post(&url).body(example.body);
        let signed = post().header("x-hub-signature-256", signature).send().await.unwrap();
        assert_eq!(signed.status().as_u16(), 200);
        assert_eq!(post().send().await.unwrap().status().as_u16(), 401);
    }
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("webhook stored") && text.contains("webhook refused"), "{text}");
    for private in
        ["1555010", "US.1349", "ada.example", "MTU1NTAxMD", "chat.whatsapp.com", "s3cret", "Delivery team"]
    {
        assert!(!text.contains(private), "{private} is in the log:\n{text}");
    }
}
