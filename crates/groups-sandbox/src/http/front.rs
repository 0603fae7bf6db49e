//! Where every call of the API comes in and goes out: key, body, rate limit, scripted fault, log. What is behind it
//! knows none of these.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use axum::Router;
use axum::body::{self, Body, Bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use axum::http::{Method, Uri};
use axum::response::{IntoResponse as _, Response};
use tower_service::Service as _;

use super::layout::{self, Layout};
use super::reply::{self, Answer, Problem, Sent};
use super::{Context, WEBHOOK_PATH, spoil};
use crate::emulator::Moment;
use crate::error::SandboxError;
use crate::listener::Knife;
use crate::log::{self, Call, Log};
use crate::state::behaviour::{Acknowledgement, Behaviour, ContentType, RateLimitForm, WebhookOrder};
use crate::state::codes::{API_UNKNOWN, BODY_TOO_LARGE, INVALID_PARAMETER, RATE_LIMITED, Refusal};
use crate::state::cursor::{Page, Version, Window};
use crate::state::draft::Draft;
use crate::state::fault::{Effect, Fault};
use crate::state::settings::Settings;

/// No limit is documented for a whole body; this is far above the 5 MB of a picture.
const BODY_MAX_BYTES: usize = 16 * 1024 * 1024;
/// What 360dialog says of a rate limit (Facts 2.4).
const GATEWAY_LIMIT: &str = "You have exceeded the endpoint rate limit.";

/// Begins a parameter that must not be shown.
const TOKEN: &str = "access_token=";

/// The operation a routed path and a method stand for, by its id in the API document. The router knows the route only
/// once it has the request, and a fault or a limit has to be met before.
fn operation(method: &Method, path: &str) -> Option<&'static str> {
    let mut names = path.strip_prefix('/')?.split('/');
    let route = (names.next()?, names.next().map(|id| !id.is_empty()), names.next(), names.next());
    Some(match (route, method.as_str()) {
        (("groups", None, None, None), "GET") => "list_groups",
        (("groups", None, None, None), "POST") => "create_group",
        (("groups", Some(true), None, None), "GET") => "get_group",
        (("groups", Some(true), None, None), "POST") => "update_group",
        (("groups", Some(true), None, None), "DELETE") => "delete_group",
        (("groups", Some(true), Some("invite_link"), None), "GET") => "get_invite_link",
        (("groups", Some(true), Some("invite_link"), None), "POST") => "reset_invite_link",
        (("groups", Some(true), Some("join_requests"), None), "GET") => "list_join_requests",
        (("groups", Some(true), Some("join_requests"), None), "POST") => "approve_join_requests",
        (("groups", Some(true), Some("join_requests"), None), "DELETE") => "reject_join_requests",
        (("groups", Some(true), Some("participants"), None), "DELETE") => "remove_participants",
        _ if path == WEBHOOK_PATH => match method.as_str() {
            "GET" => "get_webhook",
            "POST" => "set_webhook",
            _ => return None,
        },
        _ => return None,
    })
}

/// The way of one call through everything that is not the operation itself. A plain function before the router and
/// not a layer of it: a layer costs a call more than all that happens here.
pub(super) async fn desk(context: Arc<Context>, knife: Knife, api: Router, mut request: Request) -> Response {
    let asked = request.uri().clone();
    let layout = layout::recognise(&mut request);
    let method = request.method().clone();
    let operation = operation(&method, request.uri().path());
    let mut visit = match Visit::begin(&context, layout).await {
        Ok(visit) => visit,
        Err(error) => return Problem::from(error).into_response(),
    };
    let mut note = Note::new(&context, &method, &asked, operation);
    let answer = match layout.refusal(&visit.settings.api_key, request.headers(), &asked) {
        Some(refusal) => refusal,
        None => match whole(request).await {
            Err(problem) => problem.into_response(),
            Ok((request, bytes)) => {
                note.sent(bytes, operation);
                serve(&context, &mut visit, &mut note, operation, request, api).await
            }
        },
    };
    let answer = reply::in_envelope(answer, visit.behaviour(), &context.emulator);
    let effect = visit.effect();
    if effect.stall || effect.reset {
        drop(note);
        if effect.stall {
            context.closing().await;
        }
        knife.cut();
        return answer;
    }
    let bytes = answer.extensions().get::<Sent>().map(|sent| sent.0.clone()).unwrap_or_default();
    note.answered(answer.status().as_u16(), bytes.clone());
    spoil::body(answer, bytes, effect)
}

/// A line of the log in the making. It is written in any case, also where the caller goes away before the answer.
struct Note<'a> {
    log: &'a Log,
    begun: Instant,
    call: Call,
}

impl<'a> Note<'a> {
    fn new(context: &'a Context, method: &Method, asked: &Uri, operation: Option<&'static str>) -> Self {
        let call = Call {
            at_ms: context.emulator.now(),
            method: method.to_string(),
            path: shown(asked),
            operation,
            ..Call::default()
        };
        Self { log: &context.log, begun: Instant::now(), call }
    }

    fn sent(&mut self, bytes: Bytes, operation: Option<&str>) {
        let bytes = if operation == Some("set_webhook") { without_headers(bytes) } else { bytes };
        self.call.request = log::Body::new(bytes);
    }

    fn hit(&mut self, fault: &Fault) {
        self.call.fault = Some(fault.to_string());
    }

    fn missed(&mut self) {
        self.call.fault = None;
    }

    fn answered(mut self, status: u16, response: Bytes) {
        self.call.status = Some(status);
        self.call.response = log::Body::new(response);
    }
}

impl Drop for Note<'_> {
    fn drop(&mut self) {
        self.call.took_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.log.add(log::Entry::Call(std::mem::take(&mut self.call)));
    }
}

/// The body of a webhook configuration with the values of its headers hidden: they are there to be secret.
fn without_headers(bytes: Bytes) -> Bytes {
    let Ok(mut body) = serde_json::from_slice::<serde_json::Value>(&bytes) else { return bytes };
    let Some(headers) = body.get_mut("headers").and_then(serde_json::Value::as_object_mut) else {
        return bytes;
    };
    headers.values_mut().for_each(|value| *value = "[hidden]".into());
    body.to_string().into()
}

/// The operation, unless the rate limit or a fault is in the way.
async fn serve(
    context: &Context,
    visit: &mut Visit,
    note: &mut Note<'_>,
    operation: Option<&'static str>,
    mut request: Request,
    mut api: Router,
) -> Response {
    if let Some(limit) = visit.behaviour().rate_limit
        && operation.is_some()
        && !context.pace().take(limit, context.emulator.now())
    {
        return rate_limited(visit.behaviour(), context);
    }
    let paged = request.uri().query().is_some_and(is_paged);
    let met = match context.emulator.meet_fault(&visit.settings, operation, paged).await {
        Ok(met) => met,
        Err(error) => return Problem::from(error).into_response(),
    };
    if let Some(met) = &met {
        let effect = met.fault.effect.clone();
        visit.met = Some(Arc::new(Met { effect, felt: AtomicBool::new(false) }));
        note.hit(&met.fault);
    }
    let effect = visit.effect();
    let in_place = effect.answers() || effect.stall || effect.reset;
    let refused = match visit.behaviour().content_type {
        ContentType::Checked => super::body::check_content_type(&request, operation).err(),
        ContentType::Ignored => None,
    };
    let answer = if in_place && !effect.done {
        None
    } else if let Some(refused) = refused {
        Some(refused.into_response())
    } else {
        request.extensions_mut().insert(visit.clone());
        Some(api.call(request).await.unwrap_or_else(|never| match never {}))
    };
    // What happens inside an operation has not happened where the call was refused before.
    if let Some(met) = met.filter(|met| met.fault.effect.is_inside() && !visit.is_felt()) {
        note.missed();
        if let Err(error) = context.emulator.unmeet_fault(met).await {
            return Problem::from(error).into_response();
        }
    }
    if let Some(latency) = effect.latency {
        tokio::time::sleep(latency).await;
    }
    match answer {
        Some(answer) if !in_place => answer,
        _ if effect.answers() => spoil::answer(effect),
        _ => reply::empty(),
    }
}

fn rate_limited(behaviour: &Behaviour, context: &Context) -> Response {
    match behaviour.rate_limit_form.pick(&context.emulator) {
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
    let bytes = body::to_bytes(body, BODY_MAX_BYTES).await.map_err(|error| {
        let source = std::error::Error::source(&error);
        if source.is_some_and(|source| source.is::<http_body_util::LengthLimitError>()) {
            return too_large();
        }
        Problem::from(Refusal::new(INVALID_PARAMETER, format!("The body cannot be read: {error}")))
    })?;
    Ok((Request::from_parts(parts, Body::from(bytes.clone())), bytes))
}

fn is_paged(query: &str) -> bool {
    query.split('&').any(|pair| pair.starts_with("after=") || pair.starts_with("before="))
}

/// The path and query without a token.
fn shown(asked: &Uri) -> String {
    let path = asked.path();
    match asked.query() {
        Some(query) if query.contains(TOKEN) => {
            let query: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with(TOKEN)).collect();
            if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
        }
        Some(query) => [path, "?", query].concat(),
        None => path.to_owned(),
    }
}

/// What an operation has to know of the call besides its arguments.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) settings: Arc<Settings>,
    pub(super) layout: Layout,
    /// When it began.
    pub(super) moment: Moment,
    met: Option<Arc<Met>>,
}

/// A scripted fault that a call has met.
#[derive(Debug)]
struct Met {
    effect: Effect,
    /// Whether an effect inside the operation came to pass.
    felt: AtomicBool,
}

impl FromRequestParts<Arc<Context>> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Context>) -> Result<Self, Problem> {
        // The desk puts it there.
        let visit = parts.extensions.get::<Self>().cloned();
        visit.ok_or_else(|| Refusal::new(API_UNKNOWN, "The call did not come by the desk.").into())
    }
}

impl Visit {
    async fn begin(context: &Context, layout: Layout) -> Result<Self, SandboxError> {
        let moment = context.emulator.moment()?;
        let settings = context.emulator.read_since(moment, |world| Arc::clone(&world.settings)).await?;
        Ok(Self { settings, layout, moment, met: None })
    }

    /// What a fault does to the call; most meet none.
    fn effect(&self) -> &Effect {
        static NONE: LazyLock<Effect> = LazyLock::new(Effect::default);
        self.met.as_ref().map_or(&NONE, |met| &met.effect)
    }

    fn feel(&self) {
        if let Some(met) = &self.met {
            met.felt.store(true, Ordering::Release);
        }
    }

    fn is_felt(&self) -> bool {
        self.met.as_ref().is_some_and(|met| met.felt.load(Ordering::Acquire))
    }

    /// A page of a list as a fault leaves it.
    pub(super) fn disturbed<T>(&self, page: Page<T>, window: &Window, version: Version) -> Page<T> {
        if !page.items.is_empty() {
            self.feel();
        }
        let page = if self.effect().empty_page { page.emptied(window, version) } else { page };
        if self.effect().repeated_cursor { page.repeated(window) } else { page }
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
        let first = behaviour.webhook_order.pick(&context.emulator) == WebhookOrder::Before;
        let failing = self.effect().failing();
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
        self.feel();
        let request_id = request_id(&accepted);
        if first {
            context.emulator.tell_first(request_id, context.delivers).await?;
        }
        let form = behaviour.acknowledgement.pick(&context.emulator);
        Ok(match (form, id(&accepted)) {
            (Acknowledgement::Id, Some(id)) => reply::created(id),
            (Acknowledgement::Success, None) => reply::success(),
            (Acknowledgement::Empty, None) => reply::empty(),
            (Acknowledgement::Status, _) => reply::accepted(request_id, true),
            _ => reply::accepted(request_id, false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fault::OPERATIONS;

    #[test]
    fn operations_are_known_by_the_paths_and_ids_of_the_document() {
        let document: serde_json::Value = serde_saphyr::from_str(groups_spec::OPENAPI_YAML).unwrap();
        let mut ids = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, described) in item.as_object().unwrap() {
                let Some(id) = described["operationId"].as_str() else { continue };
                let method = method.to_uppercase().parse().unwrap();
                assert_eq!(
                    operation(&method, &path.replace("{group_id}", "Y2Fw")),
                    Some(id),
                    "{method} {path}"
                );
                ids.push(id);
            }
        }
        ids.sort_unstable();
        let mut known = OPERATIONS;
        known.sort_unstable();
        assert_eq!(ids, known);
        for nothing in
            ["/", "/groups/", "/groups//invite_link", "/groups/x/", "/groups/x/other", "/v1/configs"]
        {
            assert_eq!(operation(&Method::GET, nothing), None, "{nothing}");
        }
        assert_eq!(operation(&Method::PUT, "/groups"), None);
    }

    #[test]
    fn a_token_is_not_shown() {
        for (asked, seen) in [
            ("/v23.0/x?access_token=secret", "/v23.0/x"),
            ("/v23.0/x?fields=id&access_token=secret", "/v23.0/x?fields=id"),
            ("/groups?limit=2", "/groups?limit=2"),
            ("/groups", "/groups"),
        ] {
            assert_eq!(shown(&asked.parse().unwrap()), seen);
        }
    }
}
