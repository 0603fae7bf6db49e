//! A service that answers what it is told to, for what no sandbox does.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond};

/// A service, which ends when it is dropped.
pub(crate) struct Answers {
    server: MockServer,
    runtime: tokio::runtime::Runtime,
}

/// One that answers everything in this way.
pub(crate) fn with(answer: impl Respond + 'static) -> Answers {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        server
    });
    Answers { server, runtime }
}

impl Answers {
    /// Where it is.
    pub(crate) fn url(&self) -> String {
        self.server.uri()
    }

    /// What it was asked: method and path of each request.
    pub(crate) fn asked(&self) -> Vec<String> {
        let requests = self.runtime.block_on(self.server.received_requests()).unwrap();
        requests.iter().map(|request| format!("{} {}", request.method, request.url.path())).collect()
    }
}
