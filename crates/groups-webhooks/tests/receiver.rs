//! The receiver over real HTTP.
#![allow(clippy::unwrap_used, reason = "these are tests, some of it outside of a test function")]

mod support;

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use futures_util::StreamExt as _;
use groups_model::Timestamp;
use groups_model::event::{EventSource as _, Part};
use groups_webhooks::store::{Appended, Backlog, Forwarding, News, SqliteStore};
use groups_webhooks::{EventChannel, EventStore, ForwardTarget, Query, Receiver, Refusal, Refused};
use groups_webhooks::{StoreError, Stored};
use reqwest::Method;
use reqwest::header::HeaderName;
use support::{client, notification, outcome, serve_receiver, signature, signature_of, stored_ids};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

struct World {
    store: Arc<SqliteStore>,
    url: String,
    _folder: TempDir,
}

async fn world(configure: impl FnOnce(Receiver) -> Receiver) -> World {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(SqliteStore::open(folder.path().join("events.db")).await.unwrap());
    let url = serve_receiver(configure(Receiver::new(Arc::<SqliteStore>::clone(&store)))).await;
    World { store, url, _folder: folder }
}

impl World {
    async fn post(&self, body: impl Into<reqwest::Body>, headers: &[(&str, &str)]) -> u16 {
        let mut request = client().post(&self.url).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    }

    async fn get(&self, query: &str) -> (u16, String) {
        let answer = client().get(format!("{}?{query}", self.url)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn stored(&self) -> usize {
        stored_ids(&*self.store).await.len()
    }
}

#[tokio::test]
async fn every_example_is_stored_and_a_redelivery_adds_nothing() {
    let world = world(|receiver| receiver).await;
    let examples = groups_spec::EXAMPLES.iter().filter(|example| example.schema == "Notification");
    let bodies: Vec<&str> = examples.map(|example| example.body).collect();
    for body in bodies.iter().chain(&bodies) {
        assert_eq!(world.post(*body, &[]).await, 200);
    }
    let expected: std::collections::BTreeSet<_> = bodies
        .iter()
        .flat_map(|body| groups_model::event::decode(body.as_bytes()))
        .map(|event| event.id)
        .collect();
    assert_eq!(world.stored().await, expected.len());
}

#[tokio::test]
async fn what_is_not_understood_is_kept_and_taken() {
    let world = world(|receiver| receiver).await;
    for body in [&b""[..], b"\xff\xfe", b"{\"entry\":", b"[]", br#"{"object":"page","entry":[{"id":1}]}"#] {
        assert_eq!(world.post(body, &[("content-type", "image/png")]).await, 200);
    }
    assert_eq!(world.store.list(&Query::new().kind("unknown")).await.unwrap().len(), 5);
}

#[tokio::test]
async fn every_path_is_accepted_unless_one_is_set() {
    let body = |number: u32| notification(&[outcome("a", &number.to_string())]);
    let status = async |url: &str, number: u32| {
        client().post(url).body(body(number)).send().await.unwrap().status().as_u16()
    };
    let paths = ["", "/", "/hook", "/hook/", "/a/b/c?token=x", "/%68ook", "//x"];
    let open = world(|receiver| receiver).await;
    for (number, path) in (0..).zip(paths) {
        assert_eq!(status(&format!("{}{path}", open.url), number).await, 200, "{path}");
    }
    assert_eq!(open.stored().await, paths.len());
    // Nested in the router of a service: the path below the mount point counts.
    let refusals = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&refusals);
    let hook = move |refused: &Refused| seen.lock().unwrap().push((refused.reason, refused.status));
    let one = world(|receiver| receiver.path("/hook").on_refusal(hook)).await;
    for (path, expected) in
        [("/hook", 200), ("/hook/", 200), ("/hook?x=1", 200), ("", 404), ("/", 404), ("/hooks", 404)]
    {
        assert_eq!(status(&format!("{}{path}", one.url), 1).await, expected, "{path}");
    }
    assert_eq!(client().get(&one.url).send().await.unwrap().status().as_u16(), 404);
    assert_eq!(*refusals.lock().unwrap(), [(Refusal::Path, 404); 4]);
    // Alone.
    let folder = TempDir::new().unwrap();
    let store = Arc::new(SqliteStore::open(folder.path().join("events.db")).await.unwrap());
    let url = support::serve(Receiver::new(store).path("/hook").router()).await;
    for (path, expected) in [("/hook", 200), ("", 404), ("/other", 404)] {
        assert_eq!(status(&format!("{url}{path}"), 1).await, expected, "{path}");
    }
}

#[tokio::test]
async fn each_refusal_is_counted_by_its_reason() {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(SqliteStore::open(folder.path().join("events.db")).await.unwrap());
    let receiver = Receiver::new(store)
        .path("/hook")
        .secret("s3cret")
        .require_header(HeaderName::from_static("x-shared"), "value")
        .verify_token("token")
        .body_limit(1_000);
    let refusals = receiver.refusals();
    let url = support::serve(receiver.router()).await;
    let send = async |method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>| {
        let mut request = client().request(method, format!("{url}{path}")).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.headers().clone())
    };
    let signed = |body: &[u8]| signature_of("s3cret", body);
    let shared = ("x-shared", "value");
    let body = notification(&[outcome("a", "1")]).into_bytes();
    let status = async |path: &str, headers: &[(&str, &str)], body: &[u8]| {
        send(Method::POST, path, headers, body.to_vec()).await.0
    };
    assert_eq!(status("/other", &[], &body).await, 404);
    let (refused, headers) = send(Method::PUT, "/hook", &[], body.clone()).await;
    assert_eq!((refused, &headers["allow"]), (405, &"GET, HEAD, POST".parse().unwrap()));
    assert_eq!(status("/hook", &[], &body).await, 401);
    assert_eq!(status("/hook", &[("x-shared", "other")], &body).await, 401);
    assert_eq!(status("/hook", &[shared], &body).await, 401);
    let wrong = "0".repeat(64);
    assert_eq!(status("/hook", &[shared, ("x-hub-signature-256", &wrong)], &body).await, 401);
    assert_eq!(
        send(Method::GET, "/hook?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1", &[], Vec::new())
            .await
            .0,
        403
    );
    assert_eq!(status("/hook", &[shared], &[0; 1_001]).await, 413);
    let signature = signed(&body);
    let signed_headers = [shared, ("x-hub-signature-256", signature.as_str())];
    let (refused, headers) = send(
        Method::POST,
        "/hook",
        &[&signed_headers[..], &[("content-encoding", "compress")]].concat(),
        body.clone(),
    )
    .await;
    assert_eq!((refused, &headers["accept-encoding"]), (415, &"gzip, deflate, zstd, br".parse().unwrap()));
    let damaged = [&signed_headers[..], &[("content-encoding", "gzip")]].concat();
    assert_eq!(status("/hook", &damaged, &body).await, 400);
    assert_eq!(status("/hook", &signed_headers, &body).await, 200);
    let expected = [
        (Refusal::Path, 1),
        (Refusal::Method, 1),
        (Refusal::Handshake, 1),
        (Refusal::Header, 2),
        (Refusal::Signature, 2),
        (Refusal::Size, 1),
        (Refusal::Encoding, 2),
        (Refusal::Body, 0),
        (Refusal::Store, 0),
    ];
    assert_eq!(Refusal::ALL.map(|reason| (reason, refusals.count(reason))), expected);
    let told =
        "10 requests refused: 1 path, 1 method, 1 handshake, 2 header, 2 signature, 1 size, 2 encoding";
    assert_eq!(refusals.to_string(), told);
}

#[tokio::test]
async fn a_compressed_body_is_decoded_after_its_signature_is_verified() {
    let world = world(|receiver| receiver.secret("s3cret").body_limit(20_000)).await;
    let gzip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let deflate = |bytes: &[u8]| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let zstd =
        |bytes: &[u8]| ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest);
    let body = |number: &str| notification(&[outcome("a", number)]).into_bytes();
    let post = async |encoding: &str, body: Vec<u8>, signature: &str| {
        let headers = [("content-encoding", encoding), ("x-hub-signature-256", signature)];
        world.post(body, &headers).await
    };
    for (encoding, encoded) in [
        ("gzip", gzip(&body("1"))),
        ("deflate", deflate(&body("2"))),
        ("zstd", zstd(&body("3"))),
        ("identity", body("4")),
        ("zstd, GZIP", gzip(&zstd(&body("5")))),
        ("br", include_bytes!("data/body.json.br").to_vec()),
    ] {
        let signature = signature_of("s3cret", &encoded);
        assert_eq!(post(encoding, encoded, &signature).await, 200, "{encoding}");
    }
    let stored = world.store.list(&Query::new()).await.unwrap();
    let requests: Vec<_> = stored.iter().filter_map(|stored| stored.event.request_id.as_ref()).collect();
    assert_eq!(requests.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["1", "2", "3", "4", "5"]);
    assert_eq!(stored[5].notification, br#"{"object":"whatsapp_business_account","entry":[]}"#);
    // A signature of the decoded body is none of what was received.
    assert_eq!(post("gzip", gzip(&body("6")), &signature_of("s3cret", &body("6"))).await, 401);
    let bomb = gzip(&[b'x'; 100_000]);
    let signature = signature_of("s3cret", &bomb);
    assert_eq!(post("gzip", bomb, &signature).await, 413);
    assert_eq!(world.stored().await, 6);
}

#[tokio::test]
async fn a_plain_get_is_answered_as_a_receiver() {
    let world = world(|receiver| receiver.secret("s3cret").verify_token("token")).await;
    assert_eq!(world.get("").await.0, 200);
    assert_eq!(world.get("utm=x").await.0, 200);
    assert_eq!(client().head(&world.url).send().await.unwrap().status().as_u16(), 200);
    assert_eq!(world.stored().await, 0);
}

#[tokio::test]
async fn with_a_secret_only_what_is_signed_is_taken() {
    let world = world(|receiver| receiver.secret("old").secret("new")).await;
    let body = notification(&[outcome("a", "1")]);
    let post = async |headers: &[(&str, &str)]| world.post(body.clone(), headers).await;
    assert_eq!(post(&[]).await, 401);
    assert_eq!(post(&[("x-hub-signature-256", "")]).await, 401);
    assert_eq!(post(&[("x-hub-signature-256", &signature("other", &body))]).await, 401);
    assert_eq!(post(&[("x-hub-signature-256", &signature("new", "another body"))]).await, 401);
    assert_eq!(
        post(&[("x-hub-signature", &signature("new", &body))]).await,
        401,
        "that is a SHA-1 elsewhere"
    );
    assert_eq!(world.stored().await, 0);
    assert_eq!(post(&[("X-360dialog-Signature", &signature("old", &body))]).await, 200);
    assert_eq!(post(&[("X-Hub-Signature-256", &format!("sha256={}", signature("new", &body)))]).await, 200);
    assert_eq!(world.stored().await, 1);
}

#[tokio::test]
async fn with_an_empty_secret_nothing_is_taken() {
    let world = world(|receiver| receiver.secret("")).await;
    let body = notification(&[outcome("a", "1")]);
    assert_eq!(world.post(body.clone(), &[]).await, 401);
    let signed = signature("", &body);
    assert_eq!(world.post(body, &[("x-hub-signature-256", &signed)]).await, 401);
    assert_eq!(world.stored().await, 0);
}

#[tokio::test]
async fn with_required_headers_each_has_to_be_there() {
    let world = world(|receiver| {
        let name = HeaderName::from_static("x-shared");
        let other = HeaderName::from_static("authorization");
        receiver
            .require_header(name.clone(), "old")
            .require_header(name, "new")
            .require_header(other, "Bearer t")
    })
    .await;
    let body = notification(&[outcome("a", "1")]);
    let post = async |headers: &[(&str, &str)]| world.post(body.clone(), headers).await;
    let right = ("authorization", "Bearer t");
    for wrong in
        [&[][..], &[right], &[("x-shared", "new")], &[right, ("x-shared", "ne")], &[right, ("x-shared", "")]]
    {
        assert_eq!(post(wrong).await, 401, "{wrong:?}");
    }
    assert_eq!(world.stored().await, 0);
    assert_eq!(post(&[right, ("x-shared", "old")]).await, 200);
    assert_eq!(post(&[right, ("x-shared", "new")]).await, 200);
}

#[tokio::test]
async fn a_body_beyond_the_bound_is_refused_announced_or_not() {
    let world = world(|receiver| receiver.body_limit(1_000)).await;
    assert_eq!(world.post("x".repeat(1_000), &[]).await, 200);
    assert_eq!(world.post("x".repeat(1_001), &[]).await, 413);
    let chunks = (0..10).map(|_| Ok::<_, io::Error>("x".repeat(200)));
    let unannounced = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    assert_eq!(world.post(unannounced, &[]).await, 413);
    assert_eq!(world.stored().await, 1);
}

#[tokio::test]
async fn a_large_body_within_the_bound_is_taken_whole() {
    let world = world(|receiver| receiver).await;
    let events: Vec<_> = (0..2_000).map(|number| outcome("a", &number.to_string())).collect();
    assert_eq!(world.post(notification(&events), &[]).await, 200);
    assert_eq!(world.stored().await, 2_000);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_stored() {
    let world = world(|receiver| receiver).await;
    let address = world.url.strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned();
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = "POST /webhooks HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nonly this";
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    let mut answer = Vec::new();
    // Whatever it answers, if anything, it is not that all is well.
    let _ = connection.read_to_end(&mut answer).await;
    assert!(!String::from_utf8_lossy(&answer).contains(" 200 "));
    assert_eq!(world.stored().await, 0);
}

#[tokio::test]
async fn the_handshake_is_answered_to_whoever_knows_the_token() {
    let world = world(|receiver| receiver.verify_token("s3cret")).await;
    let right = "hub.mode=subscribe&hub.verify_token=s3cret&hub.challenge=1158201444%3Cb%3E";
    assert_eq!(world.get(right).await, (200, "1158201444<b>".to_owned()));
    for wrong in [
        "hub.mode=subscribe&hub.challenge=1",
        "hub.mode=subscribe&hub.verify_token=s3cre&hub.challenge=1",
        "hub.mode=unsubscribe&hub.verify_token=s3cret&hub.challenge=1",
        "hub.mode=subscribe&hub.verify_token=s3cret",
    ] {
        assert_eq!(world.get(wrong).await.0, 403, "{wrong}");
    }
    let answer = client().get(format!("{}?{right}", world.url)).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8", "it must not pass for a page");
}

#[tokio::test]
async fn without_a_token_no_handshake_is_answered() {
    let world = world(|receiver| receiver).await;
    assert_eq!(world.get("hub.mode=subscribe&hub.verify_token=&hub.challenge=1").await.0, 403);
    assert_eq!(client().put(&world.url).send().await.unwrap().status().as_u16(), 405);
}

#[tokio::test]
async fn those_who_wait_at_a_channel_are_told_what_is_new() {
    let channel = EventChannel::default();
    let world = world(|receiver| receiver.publish_to(channel.clone())).await;
    let mut events = channel.events_for(&"1".parse().unwrap());
    let body = notification(&[outcome("a", "1"), outcome("b", "2")]);
    assert_eq!(world.post(body.clone(), &[]).await, 200);
    assert_eq!(world.post(body, &[]).await, 200);
    assert_eq!(world.post(notification(&[outcome("c", "1")]), &[]).await, 200);
    for group in ["a", "c"] {
        assert_eq!(events.next().await.unwrap().unwrap().group_id.unwrap().as_str(), group);
    }
}

/// A store that is out of order.
struct Broken;

fn broken<T>() -> Result<T, StoreError> {
    Err(StoreError::new("testing", "the disk is full"))
}

#[async_trait]
impl EventStore for Broken {
    async fn append(&self, _: Vec<Part>, _: Option<&ForwardTarget>) -> Result<Appended, StoreError> {
        broken()
    }
    async fn list(&self, _: &Query) -> Result<Vec<Stored>, StoreError> {
        broken()
    }
    async fn last_number(&self) -> Result<u64, StoreError> {
        broken()
    }
    async fn prune(&self, _: Timestamp) -> Result<u64, StoreError> {
        broken()
    }
    fn news(&self) -> News {
        News::now_and_then()
    }
    async fn take_forwards(
        &self,
        _: &ForwardTarget,
        _: usize,
    ) -> Result<Vec<Box<dyn Forwarding>>, StoreError> {
        broken()
    }
    async fn forwards_waiting(&self) -> Result<Vec<Backlog>, StoreError> {
        broken()
    }
    async fn forwards_set_aside(&self) -> Result<Vec<Backlog>, StoreError> {
        broken()
    }
}

#[tokio::test]
async fn what_could_not_be_stored_is_not_taken_and_told_to_nobody() {
    let channel = EventChannel::default();
    let receiver = Receiver::new(Arc::new(Broken)).publish_to(channel.clone());
    let refusals = receiver.refusals();
    let url = serve_receiver(receiver).await;
    let answer = client().post(&url).body(notification(&[outcome("a", "1")])).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 503);
    assert_eq!(refusals.to_string(), "1 request refused: 1 store");
    let mut events = channel.events_for(&"1".parse().unwrap());
    assert!(tokio::time::timeout(std::time::Duration::from_millis(1), events.next()).await.is_err());
}

mod arbitrary {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn bytes_are_taken_and_stored(bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..6)) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let world = world(|receiver| receiver).await;
                for body in &bodies {
                    assert_eq!(world.post(body.clone(), &[]).await, 200);
                }
                assert!(world.stored().await > 0);
            });
        }
    }
}
