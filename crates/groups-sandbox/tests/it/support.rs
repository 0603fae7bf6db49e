//! One way to talk to a sandbox in these tests: every answer is checked against the document on the way.

use std::time::Duration;

use groups_sandbox::{Emulator, Sandbox, SandboxBuilder};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

pub(crate) const UNKNOWN: &str = "Y2FwaV9ncm91cDoxNTU1MDEwMDEwMDoxMjAzNjM0MDAwMDAwMDAwMTcZD";

pub(crate) struct Api {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: reqwest::Client,
}

/// A status and a JSON body.
#[derive(Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Reply {
    /// The status and the code of an error in Meta's envelope, whose every member is looked at.
    pub(crate) fn code(&self) -> (u16, u64) {
        let error = &self.body["error"];
        let code = error["code"].as_u64().unwrap_or_else(|| panic!("no error: {self:?}"));
        assert!(error["message"].as_str().unwrap().starts_with(&format!("(#{code}) ")), "{self:?}");
        assert_eq!(error["type"], "OAuthException");
        assert_eq!(error["error_data"]["messaging_product"], "whatsapp");
        assert!(!error["error_data"]["details"].as_str().unwrap().is_empty());
        assert!(!error["fbtrace_id"].as_str().unwrap().is_empty());
        (self.status, code)
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{:#}", self.body);
        self.body
    }
}

impl Api {
    pub(crate) async fn start() -> Self {
        Self::with(Sandbox::builder().outcome_delay(Duration::ZERO)).await
    }

    pub(crate) async fn seeded() -> Self {
        Self::with(Sandbox::builder().outcome_delay(Duration::ZERO).seeded()).await
    }

    pub(crate) async fn with(builder: SandboxBuilder) -> Self {
        Self { sandbox: builder.start().await.unwrap(), http: reqwest::Client::new() }
    }

    pub(crate) fn emulator(&self) -> &Emulator {
        self.sandbox.emulator()
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.sandbox.base_url());
        self.http.request(method.parse().unwrap(), url).header("D360-API-KEY", self.sandbox.api_key())
    }

    pub(crate) async fn send(&self, method: &str, path: &str, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        assert_eq!(response.headers()["content-type"], "application/json");
        let body: Value = response.json().await.unwrap();
        super::spec::check(method, path, status, &body);
        Reply { status, body }
    }

    pub(crate) async fn call(&self, method: &str, path: &str) -> Reply {
        self.send(method, path, self.request(method, path)).await
    }

    pub(crate) async fn call_with(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send(method, path, self.request(method, path).json(&body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call("GET", path).await
    }

    /// A multipart update: texts, and files with their bytes.
    pub(crate) async fn upload(
        &self,
        path: &str,
        texts: &[(&str, &str)],
        files: &[(&str, Vec<u8>)],
    ) -> Reply {
        let mut form = Form::new();
        for (name, text) in texts {
            form = form.text(name.to_string(), text.to_string());
        }
        for (name, bytes) in files {
            form = form.part(name.to_string(), Part::bytes(bytes.clone()).file_name("picture.jpg"));
        }
        self.send("POST", path, self.request("POST", path).multipart(form)).await
    }

    /// Creates a group, waits for it, and returns its id.
    pub(crate) async fn create(&self, subject: &str, mode: &str) -> String {
        let body = json!({ "messaging_product": "whatsapp", "subject": subject, "join_approval_mode": mode });
        let accepted = self.call_with("POST", "/groups", body).await.ok();
        self.emulator().settle().await.unwrap();
        let request_id = accepted["request_id"].as_str().unwrap();
        let history = self.emulator().history().await.unwrap();
        let created = history.into_iter().find_map(|happening| match happening.event {
            groups_sandbox::Event::GroupCreated { request_id: of, group_id, .. } if of == request_id => {
                Some(group_id)
            }
            _ => None,
        });
        created.unwrap()
    }

    /// A group with participants 15550100101, …102 and so on.
    pub(crate) async fn group_with(&self, participants: usize) -> String {
        let id = self.create("Team", "auto_approve").await;
        for number in 0..participants {
            self.emulator().join(&id, &person(number)).await.unwrap();
        }
        id
    }

    pub(crate) async fn info(&self, id: &str) -> Value {
        let fields = "subject,description,join_approval_mode,suspended,creation_timestamp,participants,\
                      total_participant_count";
        self.get(&format!("/groups/{id}?fields={fields}")).await.ok()
    }

    pub(crate) async fn link(&self, id: &str) -> String {
        let body = self.get(&format!("/groups/{id}/invite_link")).await.ok();
        body["invite_link"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn listed(&self) -> Vec<String> {
        let body = self.get("/groups?limit=1024").await.ok();
        let groups = body["data"]["groups"].as_array().unwrap().clone();
        groups.iter().map(|group| group["id"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn person(number: usize) -> String {
    format!("155501001{:02}", number + 1)
}

pub(crate) fn product() -> Value {
    json!({ "messaging_product": "whatsapp" })
}

/// The smallest thing that is a JPEG of the given size: start, frame header, end.
pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xC0, 0x00, 0x0B, 0x08];
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend([0x01, 0x01, 0x11, 0x00, 0xFF, 0xD9]);
    bytes
}
