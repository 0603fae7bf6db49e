//! From an answer to a verdict. Pure: what an answer must be is told by the caller, what the known variants are by the
//! module beside. A note never holds a value of a body.

use serde_json::Value;

use super::client::{Body, Exchange};
use super::finding::{Judged, Verdict};
use super::form::is_upper_hex;
use super::variant::{self, Variant};
use crate::document;

/// The envelope of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope {
    Meta,
    GatewayMeta,
    GatewayText,
    Legacy,
    None,
}

/// What an error says, whichever way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) envelope: Envelope,
    pub(super) code: Option<i64>,
}

pub(super) fn refused(body: Option<&Value>) -> Refused {
    let Some(body) = body else { return Refused { envelope: Envelope::None, code: None } };
    let code_in = |value: &Value| value.get("code").and_then(Value::as_i64);
    let error = body.get("error");
    if let Some(meta) =
        body.get("meta").filter(|meta| meta.get("developer_message").is_some_and(Value::is_string))
    {
        // Meta's error may stand in a text here, as JSON.
        let texts = [meta.get("error"), meta.get("developer_message")].into_iter().flatten();
        let code = texts.filter_map(Value::as_str).find_map(code_inside);
        return Refused { envelope: Envelope::GatewayMeta, code };
    }
    match (error, body.get("errors").and_then(Value::as_array)) {
        (Some(error @ Value::Object(_)), _) => Refused { envelope: Envelope::Meta, code: code_in(error) },
        (Some(Value::String(_)), _) => Refused { envelope: Envelope::GatewayText, code: None },
        (_, Some(errors)) => Refused { envelope: Envelope::Legacy, code: errors.iter().find_map(code_in) },
        _ => Refused { envelope: Envelope::None, code: None },
    }
}

fn code_inside(text: &str) -> Option<i64> {
    let json: Value = serde_json::from_str(text.get(text.find('{')?..=text.rfind('}')?)?).ok()?;
    json.get("error").unwrap_or(&json).get("code").and_then(Value::as_i64)
}

/// The texts of an error in one, for the few that can only be told by their text.
fn said(body: Option<&Value>) -> String {
    let pointers = ["/error", "/error/message", "/meta/developer_message"];
    let texts = pointers.iter().filter_map(|pointer| body?.pointer(pointer)?.as_str());
    texts.collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What stands between the check and its answer: nothing is learnt about what was asked.
pub(super) fn impeded(exchange: &Exchange) -> Option<&'static str> {
    let code = refused(exchange.json()).code;
    if is_rate_limited(exchange) {
        return Some("the service limits the rate");
    }
    match (exchange.status, code) {
        (_, Some(131_215)) => Some("the number is not eligible for groups (131215)"),
        (_, Some(131_207)) => Some("the group is suspended (131207)"),
        (_, Some(131_211)) => Some("the number has all the groups it may have (131211)"),
        (_, Some(131_214)) => Some("the creation of groups is disabled for this business (131214)"),
        (_, Some(131_016)) => Some("the service is not available (131016)"),
        (502..=504, _) => Some("the service is not available"),
        _ => None,
    }
}

pub(super) fn is_rate_limited(exchange: &Exchange) -> bool {
    exchange.status == 429
        || matches!(refused(exchange.json()).code, Some(4 | 80_007 | 130_429 | 131_208))
        || exchange.status == 400 && said(exchange.json()).contains("exceeded the endpoint rate limit")
}

/// The answer in a line.
pub(super) fn seen(exchange: &Exchange) -> String {
    let status = exchange.status;
    if exchange.is_success() {
        return match &exchange.body {
            Body::Empty => format!("{status}, no body"),
            Body::Other(_) => format!("{status}, no JSON"),
            Body::Json(_) => status.to_string(),
        };
    }
    match refused(exchange.json()) {
        Refused { code: Some(code), .. } => format!("{status}, code {code}"),
        Refused { envelope: Envelope::None, .. } => format!("{status}, no error envelope"),
        _ => format!("{status}, no code"),
    }
}

/// A success whose body must fit a schema, in the documented form or in that of known variants. Gives the body in the
/// documented form, if it is fit for use.
pub(super) fn answer(exchange: &Exchange, schema: &str) -> (Judged, Option<Value>) {
    if let Some(why) = impeded(exchange) {
        return (Judged::not_tried(why), None);
    }
    if exchange.status != 200 {
        return (Judged::different(format!("{} instead of 200", seen(exchange))), None);
    }
    let Some(body) = exchange.json() else {
        return (Judged::different("the body is no JSON"), None);
    };
    let (body, variants) = variant::documented(schema, body);
    let faults = document::answer_faults(&exchange.method, &exchange.path, exchange.status, &body);
    if !faults.is_empty() {
        return (Judged::different(listed(&faults)), None);
    }
    (of_variants(&variants), Some(body))
}

pub(super) fn of_variants(variants: &[Variant]) -> Judged {
    if variants.is_empty() { Judged::AS_DOCUMENTED } else { Judged::variant(variant::told(variants)) }
}

fn listed(faults: &[String]) -> String {
    let more = if faults.len() > 3 { format!(" and {} more", faults.len() - 3) } else { String::new() };
    format!("{}{more}", faults.iter().take(3).cloned().collect::<Vec<_>>().join("; "))
}

/// An acknowledgement: accepted, the outcome follows.
pub(super) fn acknowledgement(exchange: &Exchange) -> Judged {
    if let Some(why) = impeded(exchange) {
        return Judged::not_tried(why);
    }
    if exchange.status != 200 {
        return Judged::different(format!("{} instead of 200", seen(exchange)));
    }
    let body = match &exchange.body {
        Body::Empty => return of_variants(&[Variant::AckEmpty]),
        Body::Other(_) => return Judged::different("the body is no JSON"),
        Body::Json(body) => body,
    };
    let mut faults = document::faults("Accepted", body);
    // The document requires no member, as sources differ; the documented form has both of these.
    let missing = ["messaging_product", "request_id"].into_iter().filter(|member| body.get(member).is_none());
    faults.extend(missing.map(|member| format!("The body: {member} is missing")));
    if faults.is_empty() {
        return Judged::AS_DOCUMENTED;
    }
    if body.get("id").is_some_and(Value::is_string) {
        return of_variants(&[Variant::AckById]);
    }
    match body.get("success") {
        Some(Value::Bool(true)) => of_variants(&[Variant::AckBySuccess]),
        Some(Value::String(yes)) if yes == "true" => {
            of_variants(&[Variant::AckBySuccess]).with_note("`true` is in quotes (1.7)")
        }
        _ => Judged::different(listed(&faults)),
    }
}

pub(super) fn request_id(exchange: &Exchange) -> Judged {
    match exchange.json().and_then(|body| body.get("request_id")).and_then(Value::as_str) {
        None => Judged::not_tried("the acknowledgement has no request_id"),
        Some(id) if id.len() == 32 && is_upper_hex(id) => Judged::AS_DOCUMENTED,
        Some(_) => Judged::different("the request_id has another form"),
    }
}

/// A refusal with this status and one of these codes; any code where none is given.
pub(super) fn refusal(exchange: &Exchange, status: u16, codes: &[i64]) -> Judged {
    let found = refused(exchange.json());
    let expected = |code| codes.is_empty() || codes.contains(&code);
    if !found.code.is_some_and(expected)
        && let Some(why) = impeded(exchange)
    {
        return Judged::not_tried(why);
    }
    if exchange.is_success() {
        return Judged::different(format!("accepted with {} instead of refused", exchange.status));
    }
    if exchange.status != status {
        return Judged::different(format!("{} instead of {status}", seen(exchange)));
    }
    match (found.envelope, found.code) {
        (Envelope::None, _) => Judged::different("the body is no error in a documented envelope"),
        (Envelope::Legacy, _) => Judged::different("the envelope of the old on-premise API (2.1 D4)"),
        (_, Some(code)) if !expected(code) => {
            let wanted: Vec<String> = codes.iter().map(i64::to_string).collect();
            Judged::different(format!("code {code} instead of {}", wanted.join(" or ")))
        }
        (Envelope::Meta, None) => Judged::different("the error has no code"),
        (Envelope::Meta, Some(_)) => {
            let faults =
                exchange.json().map(|body| document::faults("MetaErrorBody", body)).unwrap_or_default();
            Judged::unless((!faults.is_empty()).then(|| listed(&faults)))
        }
        (Envelope::GatewayMeta, _) => of_variants(&[Variant::EnvelopeGatewayMeta]),
        (Envelope::GatewayText, _) => of_variants(&[Variant::EnvelopeGatewayText]),
    }
}

/// A refusal of a key: 360dialog's gateway speaks, not Meta.
pub(super) fn key_refusal(exchange: &Exchange) -> Judged {
    if exchange.is_success() {
        return Judged::different(format!("accepted with {} instead of refused", exchange.status));
    }
    if is_rate_limited(exchange) {
        return Judged::not_tried("the service limits the rate");
    }
    let mut variants = Vec::new();
    match exchange.status {
        401 => {}
        403 => variants.push(Variant::KeyForbidden),
        _ => return Judged::different(format!("{} instead of 401", seen(exchange))),
    }
    match refused(exchange.json()).envelope {
        Envelope::GatewayText => {}
        Envelope::GatewayMeta => variants.push(Variant::EnvelopeGatewayMeta),
        Envelope::Meta => variants.push(Variant::EnvelopeMeta),
        Envelope::Legacy | Envelope::None => {
            return Judged::different("the body is no error in a documented envelope");
        }
    }
    of_variants(&variants)
}

/// A decision about a join request that is none: refused as a whole, or failed as an item.
pub(super) fn unknown_request(exchange: &Exchange) -> Judged {
    const GONE: i64 = 131_213;
    if !exchange.is_success() {
        return refusal(exchange, 400, &[GONE]);
    }
    let Some(body) = exchange.json() else {
        return Judged::different("the body is no JSON");
    };
    let code = |item: &Value| item.pointer("/errors/0/code").and_then(Value::as_i64);
    let failed = body.get("failed_join_requests").and_then(Value::as_array);
    match failed.map(|items| items.iter().map(code).collect::<Vec<_>>()) {
        Some(codes) if codes == [Some(GONE)] && matches!(exchange.status, 200 | 206) => {
            Judged::AS_DOCUMENTED.with_note(format!("as a failed item of a {}", exchange.status))
        }
        Some(_) => Judged::different("the failed item has another code"),
        None if body.get("request_id").is_some() => of_variants(&[Variant::DecidedByRequestId]),
        None => Judged::different("accepted, and nothing is said to have failed"),
    }
}

/// A removal that cannot be done: refused at once, or accepted with the failure left to the webhook.
pub(super) fn removal(exchange: &Exchange, code: i64) -> Judged {
    if !exchange.is_success() {
        return refusal(exchange, 400, &[code]);
    }
    let accepted = acknowledgement(exchange);
    match accepted.verdict {
        Verdict::AsDocumented => of_variants(&[Variant::LeftToWebhook]),
        Verdict::Variant => Judged {
            note: accepted.note.map(|note| format!("{}; {note}", Variant::LeftToWebhook.told())),
            ..accepted
        },
        _ => accepted,
    }
}

/// Whether an error is Meta's in all its members.
pub(super) fn envelope(exchange: &Exchange) -> Judged {
    if let Some(why) = impeded(exchange).filter(|_| exchange.status >= 500 || is_rate_limited(exchange)) {
        return Judged::not_tried(why);
    }
    let Refused { envelope, code } = refused(exchange.json());
    match envelope {
        Envelope::GatewayMeta => return of_variants(&[Variant::EnvelopeGatewayMeta]),
        Envelope::GatewayText => return of_variants(&[Variant::EnvelopeGatewayText]),
        Envelope::Legacy | Envelope::None => return Judged::different("no error in a documented envelope"),
        Envelope::Meta => {}
    }
    let error = exchange.json().and_then(|body| body.get("error")).unwrap_or(&Value::Null);
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut odd = Vec::new();
    if !code.is_some_and(|code| text("message").starts_with(&format!("(#{code}) "))) {
        odd.push("the message does not begin with the code");
    }
    if text("type") != "OAuthException" {
        odd.push("the type is not OAuthException");
    }
    if text("fbtrace_id").is_empty() {
        odd.push("there is no fbtrace_id");
    }
    Judged::unless((!odd.is_empty()).then(|| odd.join("; ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exchange(status: u16, body: Value) -> Exchange {
        Exchange {
            method: "POST".to_owned(),
            path: "/groups".to_owned(),
            request: "POST /groups".to_owned(),
            sent: None,
            status,
            headers: Default::default(),
            body: Body::Json(body),
            page: None,
        }
    }

    fn meta(code: i64) -> Value {
        json!({ "error": { "message": format!("(#{code}) x"), "type": "OAuthException", "code": code, "fbtrace_id": "A" } })
    }

    fn wrapped(code: i64) -> Value {
        let inner = meta(code).to_string();
        json!({ "meta": { "success": false, "developer_message": format!("Invalid payload ({inner})") } })
    }

    #[test]
    fn a_refusal_is_known_in_every_envelope() {
        use Verdict::{AsDocumented, Different, NotTried, Variant};
        for (status, body, expected) in [
            (400, meta(131_041), AsDocumented),
            (404, meta(131_041), Different),
            (400, meta(100), Different),
            (400, wrapped(131_041), Variant),
            (400, wrapped(100), Different),
            (400, json!({ "error": "Group unknown" }), Variant),
            (400, json!({ "errors": [{ "code": 131_041 }] }), Different),
            (400, json!({ "detail": "Group unknown" }), Different),
            (200, json!({}), Different),
            (400, meta(131_215), NotTried),
            (429, meta(131_208), NotTried),
            (400, json!({ "error": "You have exceeded the endpoint rate limit." }), NotTried),
            (503, json!({}), NotTried),
            (500, meta(1), Different),
        ] {
            let judged = refusal(&exchange(status, body.clone()), 400, &[131_041]);
            assert_eq!(judged.verdict, expected, "{status} {body}: {judged:?}");
        }
    }

    #[test]
    fn a_key_may_be_refused_by_the_gateway_in_its_own_ways() {
        use Verdict::{AsDocumented, Different, Variant};
        for (status, body, expected) in [
            (401, json!({ "error": "Invalid API key" }), AsDocumented),
            (403, json!({ "error": "Invalid API key" }), Variant),
            (401, json!({ "meta": { "developer_message": "Invalid API key" } }), Variant),
            (401, meta(190), Variant),
            (401, json!({ "message": "Unauthorized" }), Different),
            (400, meta(100), Different),
            (200, json!({ "data": [] }), Different),
        ] {
            assert_eq!(key_refusal(&exchange(status, body.clone())).verdict, expected, "{status} {body}");
        }
    }

    #[test]
    fn acknowledgements_are_known_in_every_form() {
        use Verdict::{AsDocumented, Different, Variant};
        for (body, expected) in [
            (json!({ "messaging_product": "whatsapp", "request_id": "9B" }), AsDocumented),
            (json!({ "id": "1234567890" }), Variant),
            (json!({ "success": true }), Variant),
            (json!({ "messaging_product": "whatsapp", "success": "true" }), Variant),
            (json!({ "success": false }), Different),
            (json!({ "requestId": "9B", "status": "pending" }), Different),
        ] {
            assert_eq!(acknowledgement(&exchange(200, body.clone())).verdict, expected, "{body}");
        }
        let empty = Exchange { body: Body::Empty, ..exchange(200, Value::Null) };
        assert_eq!(acknowledgement(&empty).verdict, Variant);
    }

    #[test]
    fn an_unknown_join_request_fails_as_a_whole_or_as_an_item() {
        use Verdict::{AsDocumented, Different, Variant};
        let item = |code: i64| json!({ "failed_join_requests": [{ "join_request_id": "x", "errors": [{ "code": code }] }] });
        for (status, body, expected) in [
            (400, meta(131_213), AsDocumented),
            (206, item(131_213), AsDocumented),
            (200, item(131_213), AsDocumented),
            (200, item(100), Different),
            (200, json!({ "request_id": "9B" }), Variant),
            (200, json!({ "messaging_product": "whatsapp" }), Different),
        ] {
            assert_eq!(unknown_request(&exchange(status, body.clone())).verdict, expected, "{status} {body}");
        }
    }
}
