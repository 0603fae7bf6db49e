//! Delivers webhooks, as 360dialog does (Facts 4.7): five seconds to answer 200, else again with growing gaps for up to
//! seven days. What happened to one group is told in order, as long as the receiver takes it the first time.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use groups_connect::{Cause, Route, direct_client_for};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::task::JoinSet;

use crate::emulator::Emulator;
use crate::error::SandboxError;
use crate::log::{Body, Entry, Log, WebhookOutcome, WebhookTry};
use crate::outbox::Delivery;
use crate::state::settings::{Settings, Webhook};

/// Webhooks under way at once.
const ABREAST: usize = 32;
/// How often it looks for webhooks that other processes have stored.
const LOOK_MS: i64 = 250;
/// After this long one that was being delivered when its process was killed is taken up again.
const LEASE_MS: i64 = 30_000;
const LONGEST_GAP_MS: u64 = 3_600_000;
const GIVE_UP_MS: i64 = 7 * 24 * 3_600_000;
const SIGNATURE: &str = "x-360dialog-signature";

/// Delivers until it is dropped.
pub(crate) async fn run(emulator: Emulator, log: Arc<Log>) {
    // The one that was used last, and what for.
    let mut sender: Option<(String, Result<Sender, String>)> = None;
    let mut busy: HashSet<String> = HashSet::new();
    let mut under_way: JoinSet<(Delivery, WebhookOutcome, String)> = JoinSet::new();
    loop {
        // A failing database shows in the calls; the next round tries again.
        let settings = emulator.settings().await.unwrap_or_else(|_| emulator.known_settings());
        let mut wait = LOOK_MS;
        if let Some(webhook) = &settings.webhook {
            let free = ABREAST.saturating_sub(under_way.len());
            if let Ok((Some(due), _)) = emulator.next_delivery().await {
                match emulator.until(due) {
                    Some(0) if free > 0 => {
                        for delivery in
                            emulator.lease_deliveries(LEASE_MS, free, &busy).await.unwrap_or_default()
                        {
                            busy.insert(delivery.group_id.clone());
                            let known = sender.take().filter(|(url, _)| *url == webhook.url);
                            let (_, with) = sender.insert(
                                known.unwrap_or_else(|| (webhook.url.clone(), Sender::to(&webhook.url))),
                            );
                            under_way.spawn(attempt(with.clone(), webhook.clone(), Arc::clone(&settings), {
                                let chance = emulator.fork_rng().f64();
                                (delivery, chance)
                            }));
                        }
                    }
                    Some(left) => wait = left.clamp(1, LOOK_MS),
                    None => {}
                }
            }
        }
        tokio::select! {
            Some(done) = under_way.join_next(), if !under_way.is_empty() => {
                if let Ok((delivery, outcome, url)) = done {
                    busy.remove(&delivery.group_id);
                    settle(&emulator, &log, &settings, delivery, outcome, url).await;
                }
            }
            () = emulator.something_to_tell() => {}
            () = tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())) => {}
        }
    }
}

/// A client for one receiver, and how its errors name it.
#[derive(Clone)]
pub(crate) struct Sender {
    client: reqwest::Client,
    route: Route,
}

impl Sender {
    /// Redirects are not documented, and a receiver on this machine must not be reached through a proxy.
    pub(crate) fn to(url: &str) -> Result<Self, String> {
        let url = reqwest::Url::parse(url).map_err(|error| error.to_string())?;
        let (builder, route) = direct_client_for(&url);
        let client = builder.redirect(reqwest::redirect::Policy::none()).build();
        match client {
            Ok(client) => Ok(Self { client, route }),
            Err(error) => Err(in_words(&Cause::of_set_up(&error, &route), "")),
        }
    }
}

/// The cause and what to do about it.
fn in_words(cause: &Cause, otherwise: &str) -> String {
    format!("{}. {}", cause.message(), cause.advice().unwrap_or(otherwise))
        .trim_end_matches(['.', ' '])
        .to_owned()
}

/// Posts a notification and gives the status it was answered with, or why there is none.
pub(crate) async fn post(
    sender: &Sender,
    webhook: &Webhook,
    body: String,
    timeout: Duration,
) -> Result<u16, String> {
    let mut request =
        sender.client.post(&webhook.url).timeout(timeout).header("content-type", "application/json");
    for (name, value) in &webhook.headers {
        request = request.header(name, value);
    }
    if let Some(secret) = &webhook.secret {
        request = request.header(SIGNATURE, signature(secret, body.as_bytes()));
    }
    match request.body(body).send().await {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) => {
            let cause = Cause::of(&error, &sender.route);
            Err(in_words(&cause, "Check that the receiver is running there"))
        }
    }
}

async fn attempt(
    sender: Result<Sender, String>,
    webhook: Webhook,
    settings: Arc<Settings>,
    (delivery, chance): (Delivery, f64),
) -> (Delivery, WebhookOutcome, String) {
    // One that was tried before has been let through already.
    if delivery.attempts == 0 && chance < settings.behaviour.webhook_drops {
        return (delivery, WebhookOutcome::Dropped, webhook.url);
    }
    let timeout = Duration::from_millis(settings.behaviour.webhook_timeout_ms);
    let posted = match &sender {
        Ok(sender) => post(sender, &webhook, delivery.body.clone(), timeout).await,
        Err(why) => Err(why.clone()),
    };
    let outcome = match posted {
        Ok(200) => WebhookOutcome::Delivered,
        Ok(status) => WebhookOutcome::Refused(status),
        Err(why) => WebhookOutcome::Failed(why),
    };
    (delivery, outcome, webhook.url)
}

/// HMAC-SHA256 of the body in hex. That it is hex is not documented.
fn signature(secret: &str, body: &[u8]) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A URL as it is shown: who it is for, without what opens it.
fn without_password(url: &str) -> String {
    match reqwest::Url::parse(url) {
        Ok(mut url) if url.password().is_some() || !url.username().is_empty() => {
            // Neither can fail for a URL that has a host.
            let _ = url.set_password(None);
            let _ = url.set_username("");
            url.to_string()
        }
        _ => url.to_owned(),
    }
}

async fn settle(
    emulator: &Emulator,
    log: &Log,
    settings: &Settings,
    delivery: Delivery,
    outcome: WebhookOutcome,
    url: String,
) {
    let at_ms = emulator.now();
    let again = match &outcome {
        WebhookOutcome::Delivered | WebhookOutcome::Dropped | WebhookOutcome::GivenUp => None,
        WebhookOutcome::Refused(_) | WebhookOutcome::Failed(_) => {
            let doubled = 1_u64.checked_shl(delivery.attempts).unwrap_or(u64::MAX);
            let gap = settings.behaviour.webhook_retry_ms.saturating_mul(doubled).min(LONGEST_GAP_MS);
            Some(at_ms.saturating_add(i64::try_from(gap).unwrap_or(i64::MAX)))
        }
    };
    let Delivery { id, group_id, body, created_ms, attempts } = delivery;
    let expired = again.is_some_and(|again| again.saturating_sub(created_ms) > GIVE_UP_MS);
    let told = |outcome: WebhookOutcome| {
        log.add(Entry::Webhook(WebhookTry {
            at_ms,
            delivery: id,
            group_id: group_id.clone(),
            url: without_password(&url),
            attempt: attempts + 1,
            outcome,
            body: Body::new(body.clone().into()),
        }));
    };
    told(outcome);
    if expired {
        told(WebhookOutcome::GivenUp);
    }
    // If it cannot be stored, the lease ends and it is delivered again: duplicates are allowed, losses are not.
    let stored: Result<(), SandboxError> = emulator.settle_delivery(id, again.filter(|_| !expired)).await;
    drop(stored);
}
