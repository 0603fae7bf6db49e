//! What a tracing subscriber is told: one span per operation with OpenTelemetry's names, and nobody's number or
//! group at info level.

#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use groups_ergonomic::Client;
use groups_ergonomic::model::ParticipantInput;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Everything that spans and events of info level and above hold, by field.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<(BTreeMap<String, String>, String)>>);

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let mut told = self.0.lock().unwrap();
        let text = format!("{value:?}").trim_matches('"').to_owned();
        writeln!(told.1, "{} {text}", field.name()).unwrap();
        told.0.insert(field.name().to_owned(), text);
    }
}

impl<S: tracing::Subscriber> Layer<S> for Told {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        if *attributes.metadata().level() <= tracing::Level::INFO {
            attributes.record(&mut self.clone());
        }
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        values.record(&mut self.clone());
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() <= tracing::Level::INFO {
            event.record(&mut self.clone());
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_operation_is_a_span_that_names_nobody() {
    let server = MockServer::start().await;
    Mock::given(method("DELETE"))
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let refused = serde_json::json!({ "error": { "code": 131_207, "message": "+15550100123 suspended" } });
    Mock::given(any()).respond_with(ResponseTemplate::new(403).set_body_json(refused)).mount(&server).await;

    let told = Told::default();
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(told.clone()));
    let client = Client::builder().api_key("the-secret-key").base_url(server.uri()).build().unwrap();
    let user = ParticipantInput::new("+15550100123").unwrap();
    client.group("SomeGroupId").unwrap().remove([user]).await.unwrap_err();
    drop(guard);

    let (fields, all) = &*told.0.lock().unwrap();
    let expected = [
        ("otel.name", "DELETE /groups/{group_id}/participants"),
        ("http.request.method", "DELETE"),
        ("http.route", "/groups/{group_id}/participants"),
        ("http.response.status_code", "403"),
        ("attempts", "2"),
        ("error.type", "group_suspended"),
    ];
    for (name, value) in expected {
        assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name} in {all}");
    }
    for hidden in ["15550100123", "SomeGroupId", "the-secret-key"] {
        assert!(!all.contains(hidden), "{hidden} in {all}");
    }
}
