//! Bytes as a request to a receiver, and what must hold of the answer, whatever they are. For the property test of this
//! crate and for its fuzz target, so it uses nothing of the other helpers.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri};
use groups_model::Timestamp;
use groups_model::event::{Part, split};
use groups_webhooks::store::{Appended, Backlog, Forwarding, News};
use groups_webhooks::{EventStore, ForwardTarget, Query, Receiver, StoreError, Stored};
use hmac::{Hmac, KeyInit as _, Mac as _};
use tower_service::Service as _;

const SECRET: &str = "s3cret";
/// Small, so that bytes of any length meet it.
const BODY_MAX: usize = 512;

/// A store in memory.
#[derive(Default)]
struct Memory(Mutex<Vec<String>>);

impl Memory {
    fn ids(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl EventStore for Memory {
    async fn append(&self, parts: Vec<Part>, _: Option<&ForwardTarget>) -> Result<Appended, StoreError> {
        let mut ids = self.0.lock().unwrap();
        let mut numbers = Vec::new();
        for part in parts {
            let id = part.event.id.to_string();
            let is_new = !ids.contains(&id);
            if is_new {
                ids.push(id);
            }
            numbers.push(is_new.then_some(ids.len() as u64));
        }
        Ok(Appended::new(numbers))
    }

    async fn list(&self, _: &Query) -> Result<Vec<Stored>, StoreError> {
        Ok(Vec::new())
    }

    async fn last_number(&self) -> Result<u64, StoreError> {
        Ok(self.ids().len() as u64)
    }

    async fn prune(&self, _: Timestamp) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn news(&self) -> News {
        News::now_and_then()
    }

    async fn take_forwards(
        &self,
        _: &ForwardTarget,
        _: usize,
    ) -> Result<Vec<Box<dyn Forwarding>>, StoreError> {
        Ok(Vec::new())
    }

    async fn forwards_waiting(&self) -> Result<Vec<Backlog>, StoreError> {
        Ok(Vec::new())
    }

    async fn forwards_set_aside(&self) -> Result<Vec<Backlog>, StoreError> {
        Ok(Vec::new())
    }
}

/// How the receiver is set up, and what is sent. The first byte chooses; then a line each for the query and for up to
/// seven headers; the rest is the body.
struct Asked<'a> {
    checks_signature: bool,
    requires_header: bool,
    is_signed: bool,
    in_pieces: bool,
    method: Method,
    query: &'a [u8],
    headers: Vec<(HeaderName, HeaderValue)>,
    body: &'a [u8],
}

fn line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (line, behind) = rest.split_at(end);
    *rest = behind.get(1..).unwrap_or_default();
    line
}

/// A header of a line: its first byte chooses one that means something here, or else its name stands before a colon.
fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    const KNOWN: [&str; 6] = [
        "x-hub-signature-256",
        "x-360dialog-signature",
        "x-shared",
        "content-length",
        "content-type",
        "content-encoding",
    ];
    let (first, rest) = line.split_first()?;
    let (name, value) = match KNOWN.get(usize::from(*first)) {
        Some(name) => (HeaderName::from_static(name), rest),
        None => {
            let mut halves = line.splitn(2, |byte| *byte == b':');
            (HeaderName::from_bytes(halves.next()?).ok()?, halves.next()?)
        }
    };
    Some((name, HeaderValue::from_bytes(value).ok()?))
}

impl<'a> Asked<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (choice, mut rest) = bytes.split_first()?;
        let (count, behind) = rest.split_first()?;
        rest = behind;
        let has = |bit: u8| choice & (1 << bit) != 0;
        let methods = [Method::POST, Method::GET, Method::POST, Method::HEAD];
        let method = match count >> 3 {
            number @ 0..4 => methods[usize::from(number)].clone(),
            4 => Method::from_bytes(line(&mut rest)).unwrap_or(Method::PUT),
            // Most of them.
            _ => Method::POST,
        };
        let query = line(&mut rest);
        let headers = (0..count & 7).filter_map(|_| header(line(&mut rest))).collect();
        Some(Self {
            checks_signature: has(0),
            requires_header: has(1),
            is_signed: has(2),
            in_pieces: has(3),
            method,
            query,
            headers,
            body: rest,
        })
    }

    fn request(&self) -> Request<Body> {
        let query: String = self
            .query
            .iter()
            .map(|byte| match byte {
                b'a'..=b'z' | b'.' | b'=' | b'&' | b'%' | b'+' | b'_' => char::from(*byte).to_string(),
                other => format!("%{other:02x}"),
            })
            .collect();
        let body = match self.in_pieces {
            true => {
                let pieces: Vec<_> = self.body.chunks(64).map(Bytes::copy_from_slice).collect();
                let pieces = pieces.into_iter().map(Ok::<_, std::convert::Infallible>);
                Body::from_stream(futures_util::stream::iter(pieces))
            }
            false => Body::from(self.body.to_vec()),
        };
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = format!("/?{query}").parse().unwrap_or(Uri::from_static("/"));
        for (name, value) in &self.headers {
            request.headers_mut().append(name, value.clone());
        }
        if self.is_signed {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
            mac.update(self.body);
            let signature: String =
                mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            let value = HeaderValue::from_str(&format!("sha256={signature}")).unwrap();
            request.headers_mut().insert("x-hub-signature-256", value);
            request.headers_mut().insert("x-shared", HeaderValue::from_static(SECRET));
        }
        request
    }
}

/// Sends it twice, and tells what it was answered: what is not stored is answered with a refusal, what is answered 200 is stored, once.
pub(crate) fn check(bytes: &[u8]) -> Option<u16> {
    static RUNTIME: LazyLock<Mutex<tokio::runtime::Runtime>> = LazyLock::new(|| {
        Mutex::new(tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap())
    });
    let asked = Asked::of(bytes)?;
    let mut last = None;
    let store = Arc::new(Memory::default());
    let mut receiver = Receiver::new(store.clone()).body_limit(BODY_MAX).verify_token(SECRET);
    if asked.checks_signature {
        receiver = receiver.secret(SECRET).secret("another");
    }
    if asked.requires_header {
        receiver = receiver.require_header(HeaderName::from_static("x-shared"), SECRET);
    }
    let mut router = receiver.router();
    let told: Vec<String> = split(asked.body).iter().map(|part| part.event.id.to_string()).collect();
    let mut expected = told.clone();
    expected.sort_unstable();
    expected.dedup();
    for _ in 0..2 {
        let before = store.ids();
        let answer = async {
            let answered = router.call(asked.request());
            tokio::time::timeout(Duration::from_secs(30), answered).await.unwrap().unwrap()
        };
        let status = RUNTIME.lock().unwrap().block_on(answer).status();
        assert!(!status.is_server_error(), "{status}");
        last = Some(status.as_u16());
        let mut stored = store.ids();
        if asked.method == Method::POST && status == 200 {
            stored.sort_unstable();
            match asked.headers.iter().any(|(name, _)| name == "content-encoding") {
                // What it decodes to is another matter.
                true => assert!(!stored.is_empty(), "answered 200, so it is stored"),
                false => assert_eq!(stored, expected, "answered 200, so it is stored, and once"),
            }
            let guarded = asked.checks_signature || asked.requires_header;
            let may_have_known = asked.headers.iter().any(|(_, value)| !value.is_empty());
            assert!(!guarded || asked.is_signed || may_have_known, "nobody said who they are");
            assert!(asked.body.len() <= BODY_MAX);
        } else {
            assert_eq!(stored, before, "{status}, so nothing is stored");
            assert!(status != 200 || matches!(asked.method, Method::GET | Method::HEAD), "{}", asked.method);
        }
    }
    last
}
