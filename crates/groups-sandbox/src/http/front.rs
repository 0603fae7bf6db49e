//! Where every call of the API comes in and goes out: key, body, rate limit, scripted fault, log. What is behind it
//! knows none of these.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{self, Body, Bytes};
use axum::extract::{ConnectInfo, Extension, FromRequestParts, MatchedPath, OriginalUri, Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::layout::Layout;
use super::reply::{self, Answer, Problem, Sent};
use super::{Context, Shared, spoil};
use crate::emulator::Moment;
use crate::error::SandboxError;
use crate::listener::Knife;
use crate::log;
use crate::state::behaviour::{Acknowledgement, Behaviour, RateLimitForm, WebhookOrder};
use crate::state::codes::{BODY_TOO_LARGE, RATE_LIMITED, Refusal};
use crate::state::cursor::{Page, Version, Window};
use crate::state::draft::Draft;
use crate::state::fault::{Effect, Fault};
use crate::state::settings::Settings;

/// No limit is documented for a whole body; this is far above the 5 MB of a picture.
const BODY_MAX_BYTES: usize = 16 * 1024 * 1024;
/// What 360dialog says of a rate limit (Facts 2.4).
const GATEWAY_LIMIT: &str = "You have exceeded the endpoint rate limit.";

/// The operations by route and method; the ids are those of the API document.
fn operation(method: &Method, route: &str) -> Option<&'static str> {
    Some(match (route, method.as_str()) {
        ("/groups", "GET") => "list_groups",
        ("/groups", "POST") => "create_group",
        ("/groups/{group_id}", "GET") => "get_group",
        ("/groups/{group_id}", "POST") => "update_group",
        ("/groups/{group_id}", "DELETE") => "delete_group",
        ("/groups/{group_id}/invite_link", "GET") => "get_invite_link",
        ("/groups/{group_id}/invite_link", "POST") => "reset_invite_link",
        ("/groups/{group_id}/join_requests", "GET") => "list_join_requests",
        ("/groups/{group_id}/join_requests", "POST") => "approve_join_requests",
        ("/groups/{group_id}/join_requests", "DELETE") => "reject_join_requests",
        ("/groups/{group_id}/participants", "DELETE") => "remove_participants",
        ("/v1/configs/webhook", "GET") => "get_webhook",
        ("/v1/configs/webhook", "POST") => "set_webhook",
        _ => return None,
    })
}

/// The way of one call through everything that is not the operation itself.
pub(super) async fn desk(
    State(context): Shared,
    Extension(layout): Extension<Layout>,
    ConnectInfo(knife): ConnectInfo<Knife>,
    OriginalUri(asked): OriginalUri,
    matched: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let operation = matched.as_ref().and_then(|route| operation(&method, route.as_str()));
    let mut visit = match Visit::begin(&context).await {
        Ok(visit) => visit,
        Err(error) => return Problem::from(error).into_response(),
    };
    let at_ms = context.emulator.now();
    let mut sent = Bytes::new();
    let mut hit = None;
    let answer = match layout.refusal(&visit.settings.api_key, request.headers(), &asked) {
        Some(refusal) => refusal,
        None => match whole(request).await {
            Err(problem) => problem.into_response(),
            Ok((request, bytes)) => {
                sent = bytes;
                match context.emulator.meet_fault(&visit.settings, operation, is_paged(&asked)).await {
                    Err(error) => Problem::from(error).into_response(),
                    Ok(fault) => {
                        if let Some(fault) = fault {
                            visit.effect = Arc::new(fault.effect.clone());
                            hit = Some(fault);
                        }
                        serve(&context, &visit, operation, request, next).await
                    }
                }
            }
        },
    };
    let behaviour = &visit.settings.behaviour;
    let answer = reply::in_envelope(answer, behaviour, || context.emulator.fork_rng());
    let effect = &visit.effect;
    let cut_off = effect.stall || effect.reset;
    let told = |status: Option<u16>, response: Bytes| {
        context.log.add(log::Entry::Call(log::Call {
            at_ms,
            method: method.to_string(),
            path: shown(&asked),
            operation,
            request: log::Body::new(sent.clone()),
            status,
            response: log::Body::new(response),
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            fault: hit.as_ref().map(Fault::to_string),
        }));
    };
    if cut_off {
        told(None, Bytes::new());
        if effect.stall {
            std::future::pending::<()>().await;
        }
        knife.cut();
        return answer;
    }
    let bytes = answer.extensions().get::<Sent>().map(|sent| sent.0.clone()).unwrap_or_default();
    told(Some(answer.status().as_u16()), bytes.clone());
    spoil::body(answer, bytes, effect)
}

/// The operation, unless the rate limit or a fault is in the way.
async fn serve(
    context: &Context,
    visit: &Visit,
    operation: Option<&str>,
    mut request: Request,
    next: Next,
) -> Response {
    let effect = &visit.effect;
    if let Some(latency) = effect.latency {
        tokio::time::sleep(latency).await;
    }
    let behaviour = &visit.settings.behaviour;
    if let Some(limit) = behaviour.rate_limit
        && operation.is_some()
        && !context.pace().take(limit, context.emulator.now())
    {
        return rate_limited(behaviour, context);
    }
    let in_place = effect.answers() || effect.stall || effect.reset;
    let replaced = || match effect.answers() {
        true => spoil::answer(effect),
        false => reply::empty(),
    };
    if in_place && !effect.done {
        return replaced();
    }
    request.extensions_mut().insert(visit.clone());
    let answer = next.run(request).await;
    if in_place { replaced() } else { answer }
}

fn rate_limited(behaviour: &Behaviour, context: &Context) -> Response {
    match behaviour.rate_limit_form.pick(&mut context.emulator.fork_rng()) {
        RateLimitForm::Http400 => reply::gateway(400, GATEWAY_LIMIT),
        _ => {
            let details = "Too many group operations from this phone number. Slow down and try again later.";
            Problem::from(Refusal::new(RATE_LIMITED, details)).into_response()
        }
    }
}

/// The request with its body read: at once, so that it can be logged, and bounded.
async fn whole(request: Request) -> Result<(Request, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let too_large = || {
        let details = format!("The body has more than {BODY_MAX_BYTES} bytes.");
        Problem::from(Refusal::new(BODY_TOO_LARGE, details))
    };
    // One that announces too much is refused without waiting for it to arrive.
    if length.is_some_and(|length: u64| length > BODY_MAX_BYTES as u64) {
        return Err(too_large());
    }
    if parts.method == Method::GET && length.is_none_or(|length| length == 0) {
        return Ok((Request::from_parts(parts, body), Bytes::new()));
    }
    let bytes = body::to_bytes(body, BODY_MAX_BYTES).await.map_err(|_| too_large())?;
    Ok((Request::from_parts(parts, Body::from(bytes.clone())), bytes))
}

fn is_paged(asked: &Uri) -> bool {
    let query = asked.query().unwrap_or_default();
    query.split('&').any(|pair| pair.starts_with("after=") || pair.starts_with("before="))
}

/// The path and query without a token.
fn shown(asked: &Uri) -> String {
    let path = asked.path();
    match asked.query() {
        None => path.to_owned(),
        Some(query) => {
            let kept = |pair: &&str| !pair.starts_with("access_token=");
            let query: Vec<&str> = query.split('&').filter(kept).collect();
            if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
        }
    }
}

/// What an operation has to know of the call besides its arguments.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) settings: Arc<Settings>,
    pub(super) effect: Arc<Effect>,
    /// When it began.
    pub(super) moment: Moment,
}

impl FromRequestParts<Arc<Context>> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, context: &Arc<Context>) -> Result<Self, Problem> {
        match parts.extensions.get::<Self>() {
            Some(visit) => Ok(visit.clone()),
            // The desk puts it there; without one there is nothing special about the call.
            None => Ok(Self::begin(context).await?),
        }
    }
}

impl Visit {
    async fn begin(context: &Context) -> Result<Self, SandboxError> {
        let moment = context.emulator.moment()?;
        let settings = context.emulator.read_since(moment, |world| Arc::clone(&world.settings)).await?;
        Ok(Self { settings, effect: Arc::default(), moment })
    }

    /// A page of a list as a fault leaves it.
    pub(super) fn disturbed<T>(&self, page: Page<T>, window: &Window, version: Version) -> Page<T> {
        let page = if self.effect.empty_page { page.emptied(window, version) } else { page };
        if self.effect.repeated_cursor { page.repeated(window) } else { page }
    }

    pub(super) fn behaviour(&self) -> &Behaviour {
        &self.settings.behaviour
    }

    /// Has something accepted and acknowledges it in the form that is switched on. `id` is what a create's answer
    /// may have in place of the request id.
    pub(super) async fn accept<T: Send + 'static>(
        &self,
        context: &Context,
        operation: impl FnOnce(&mut Draft<'_>) -> Result<T, Refusal> + Send + 'static,
        request_id: impl FnOnce(&T) -> &str,
        id: impl FnOnce(&T) -> Option<&str>,
    ) -> Answer {
        let behaviour = self.behaviour();
        let mut rng = context.emulator.fork_rng();
        let first = behaviour.webhook_order.pick(&mut rng) == WebhookOrder::Before;
        let failing = self.effect.failing();
        let accepted = context
            .emulator
            .write(move |draft| {
                if let Some(failing) = failing {
                    draft.fail_outcomes(failing);
                }
                if first {
                    draft.hurry();
                }
                operation(draft)
            })
            .await??;
        let request_id = request_id(&accepted);
        if first {
            context.emulator.tell_first(request_id, context.delivers).await?;
        }
        let form = behaviour.acknowledgement.pick(&mut rng);
        Ok(match (form, id(&accepted)) {
            (Acknowledgement::Id, Some(id)) => reply::created(id),
            (Acknowledgement::Success, None) => reply::success(),
            (Acknowledgement::Empty, None) => reply::empty(),
            (Acknowledgement::Status, _) => reply::accepted(request_id, true),
            _ => reply::accepted(request_id, false),
        })
    }
}
