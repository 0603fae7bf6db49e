//! Where 360dialog delivers the number's webhooks: read it, set it, see whether it can be reached. The key goes with the
//! first two, and never to the webhook's own address.

use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::time::Duration;

use groups_api::types;
use groups_connect::{Cause, client_for};
use groups_model::{ErrorKind, InvalidInput, Webhook};
use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use crate::client::{Client, not_set_up};
use crate::error::{Error, Result};
use crate::group::or_empty;
use crate::groups::Pending;
use crate::operation::Operation;
use crate::preview::Preview;

/// How long the address of a webhook may take; 360dialog waits no longer (Facts 4.7).
const PATIENCE: Duration = Duration::from_secs(5);

impl Client {
    /// Where the number's webhooks are delivered. The group events come to the same address as messages (Facts 4.7).
    pub fn webhook(&self) -> WebhookConfiguration {
        WebhookConfiguration { client: self.clone() }
    }
}

/// Where webhooks are delivered. From [`Client::webhook`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = groups_sandbox::Sandbox::start().await?;
/// # let client = groups_ergonomic::Client::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
/// let before = client.webhook().get().await?;
/// println!("{:?}", before.url);
/// client.webhook().set("https://example.com/hook", [("x-webhook-secret", "choose-your-own")]).await?;
/// # assert_eq!(client.webhook().get().await?.url.as_deref(), Some("https://example.com/hook"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct WebhookConfiguration {
    client: Client,
}

impl WebhookConfiguration {
    /// Reads the URL and the headers that are sent along.
    pub async fn get(&self) -> Result<Webhook> {
        let raw = self.client.raw();
        let answer = self.client.call(Operation::GetWebhook, || raw.get_webhook().send()).await?;
        Ok(read(answer.value))
    }

    /// Replaces the URL, http or https, and all the headers. How to unset the URL is not documented (Facts 4.7).
    pub fn set<N: Into<String>, V: Into<String>>(
        &self,
        url: impl Into<String>,
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> SetWebhook {
        let headers = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        SetWebhook { client: self.client.clone(), url: url.into(), headers }
    }

    /// Sends a plain GET to an address, without the key and without following a redirect, and tells the HTTP status
    /// that came back: any status shows that somebody is there. Waits 5 seconds at most.
    pub async fn reach(&self, url: &str) -> Result<u16> {
        let url = checked(url)?;
        let (builder, route) = client_for(&url).map_err(|refused| {
            Error::local(ErrorKind::Configuration, refused.to_string()).advising(refused.advice())
        })?;
        let client = builder
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .timeout(PATIENCE)
            .build()
            .map_err(|error| not_set_up(error, &route))?;
        client.get(url).send().await.map(|answer| answer.status().as_u16()).map_err(|error| {
            let cause = Cause::of(&error, &route);
            let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Network };
            let failed = Error::local(kind, cause.message()).caused_by(error.without_url());
            match cause.advice() {
                Some(advice) => failed.advising(advice),
                None => failed,
            }
        })
    }
}

/// A configuration to be set. Await it.
#[derive(Clone)]
#[must_use = "does nothing until awaited"]
pub struct SetWebhook {
    client: Client,
    url: String,
    headers: BTreeMap<String, String>,
}

impl SetWebhook {
    /// The request this would send. The values of headers are hidden in it.
    pub async fn preview(self) -> Result<Preview> {
        let client = self.client.clone();
        Preview::of(&client, |client| Self { client, ..self }.send())
            .await
            .map(Preview::without_header_values)
    }

    async fn send(self) -> Result<Webhook> {
        let operation = Operation::SetWebhook;
        let during = |invalid| Error::from(invalid).during(operation);
        checked(&self.url).map_err(during)?;
        for (name, value) in &self.headers {
            check_header(name, value).map_err(during)?;
        }
        let headers = (!self.headers.is_empty())
            .then(|| types::WebhookHeaders(self.headers.clone().into_iter().collect()));
        let body = types::SetWebhookRequest { url: self.url.clone(), headers };
        let raw = self.client.raw();
        let send = || or_empty(operation, raw.set_webhook().body(body.clone()).send());
        let answer = self.client.call(operation, send).await?;
        let set = read(answer.value);
        // What the answer shows is not documented; it was taken, so this is what holds.
        Ok(if set.url.is_some() { set } else { Webhook::new(Some(self.url), self.headers) })
    }
}

impl IntoFuture for SetWebhook {
    type Output = Result<Webhook>;
    type IntoFuture = Pending<Webhook>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Without the values of headers.
impl std::fmt::Debug for SetWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let headers: Vec<&String> = self.headers.keys().collect();
        f.debug_struct("SetWebhook").field("headers", &headers).finish_non_exhaustive()
    }
}

fn read(wire: types::WebhookConfiguration) -> Webhook {
    let headers = wire.headers.map(|headers| headers.0.into_iter().collect()).unwrap_or_default();
    // An empty URL is none.
    let mut webhook = Webhook::new(wire.url.filter(|url| !url.is_empty()), headers);
    webhook.extra = wire.extra;
    webhook
}

fn checked(url: &str) -> Result<Url, InvalidInput> {
    let refuse = |problem: &str| InvalidInput::new("webhook URL", problem);
    let url = Url::parse(url).map_err(|_| refuse("must be a URL such as https://example.com/hook"))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err(refuse("must be http or https")),
    }
}

fn check_header(name: &str, value: &str) -> Result<(), InvalidInput> {
    if HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err(InvalidInput::new("header", format!("{name:?} cannot be the name of a header")));
    }
    // The value is a secret: it is not told.
    HeaderValue::from_str(value).map(drop).map_err(|_| {
        InvalidInput::new("header", format!("the value of {name} holds characters that no header can"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_headers_are_checked_and_no_secret_is_told() {
        assert!(checked("https://example.com/hook?x=1").is_ok());
        assert!(checked("http://127.0.0.1:8361").is_ok());
        for bad in ["", "example.com", "ftp://example.com", "file:///etc/passwd", "data:,x"] {
            assert!(checked(bad).is_err(), "{bad:?}");
        }
        assert!(check_header("x-webhook-secret", "choose-your-own").is_ok());
        assert!(check_header("x y", "v").is_err());
        let told = check_header("x-secret", "s3cret\n").unwrap_err().to_string();
        assert!(!told.contains("s3cret"), "{told}");
    }

    #[test]
    fn what_is_shown_where_no_url_is_set_is_none() {
        for body in ["{}", r#"{"url":""}"#, r#"{"url":null,"headers":null}"#, r#"{"headers":{}}"#] {
            let wire: types::WebhookConfiguration = serde_json::from_str(body).unwrap();
            assert_eq!(read(wire).url, None, "{body}");
        }
    }
}
