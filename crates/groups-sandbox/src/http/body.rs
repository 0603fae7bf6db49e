//! Request bodies: read, bounded, and checked against the document before anything looks inside.

use axum::body::{Bytes, HttpBody as _};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::reply::Problem;
use crate::state::behaviour::{Behaviour, ContentType, PicturePart};
use crate::state::codes::{BODY_TOO_LARGE, INVALID_PARAMETER, INVALID_VALUE, Refusal};
use crate::validate::{self, Shape};

const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data";
const JPEG: &str = "image/jpeg";
/// Stands for the picture where the document wants a binary string.
const BINARY: &str = "<binary>";
/// Sources disagree on the name of the part that holds the picture; both are accepted.
const PICTURE_PARTS: [&str; 2] = ["file", "profile_picture_file"];

/// The body of a settings update, in either form.
pub(super) struct Update {
    pub(super) settings: Value,
    pub(super) picture: Option<Bytes>,
}

/// A JSON body of the given shape.
pub(super) fn json(bytes: Result<Bytes, BytesRejection>, shape: Shape) -> Result<Value, Problem> {
    let value = parse(bytes)?;
    validate::check(shape, &value)?;
    Ok(value)
}

/// A JSON body whose shape is still to be checked.
pub(super) fn parse(bytes: Result<Bytes, BytesRejection>) -> Result<Value, Problem> {
    let bytes = bytes.map_err(|rejection| unreadable(rejection.status(), &rejection.body_text()))?;
    serde_json::from_slice(&bytes).map_err(|error| invalid(format!("The body is not JSON: {error}.")))
}

/// Refuses a body of another content type than the operation documents. An empty body has none.
pub(super) fn check_content_type(request: &Request, operation: Option<&str>) -> Result<(), Problem> {
    let is_form = operation == Some("update_group") && essence(request.headers()) == FORM;
    if operation.is_none() || request.body().is_end_stream() || is_form || essence(request.headers()) == JSON
    {
        return Ok(());
    }
    Err(invalid("The content type of the body must be application/json."))
}

/// The declared media type without its parameters, in lower case.
fn essence(headers: &HeaderMap) -> String {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub(super) async fn update(request: Request, behaviour: &Behaviour) -> Result<Update, Problem> {
    if essence(request.headers()) != FORM {
        let bytes = Bytes::from_request(request, &()).await;
        return Ok(Update { settings: json(bytes, Shape::UpdateGroup)?, picture: None });
    }
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|rejection| unreadable(rejection.status(), &rejection.body_text()))?;
    let mut settings = Map::new();
    let mut picture = None;
    let unreadable_part =
        |error: axum::extract::multipart::MultipartError| unreadable(error.status(), &error.body_text());
    while let Some(part) = parts.next_field().await.map_err(unreadable_part)? {
        let name = part.name().unwrap_or_default().to_owned();
        let declared = part.content_type().map(str::to_ascii_lowercase);
        let bytes = part.bytes().await.map_err(unreadable_part)?;
        let value = if PICTURE_PARTS.contains(&name.as_str()) {
            check_part(&name, behaviour.picture_part)?;
            if behaviour.content_type == ContentType::Checked && declared.is_some_and(|it| it != JPEG) {
                let details = format!("The content type of the part {name} must be {JPEG}.");
                return Err(Refusal::new(INVALID_VALUE, details).into());
            }
            if picture.replace(bytes).is_some() {
                return Err(invalid("There is more than one picture."));
            }
            BINARY.to_owned()
        } else {
            String::from_utf8(bytes.into())
                .map_err(|_| invalid(format!("Part {name:?} is not UTF-8 text.")))?
        };
        if settings.insert(name.clone(), Value::String(value)).is_some() {
            return Err(invalid(format!("Part {name:?} is there more than once.")));
        }
    }
    let settings = Value::Object(settings);
    validate::check(Shape::UpdateMultipart, &settings)?;
    Ok(Update { settings, picture })
}

/// Refuses the name of the picture's part that is switched off.
fn check_part(name: &str, part: PicturePart) -> Result<(), Problem> {
    let only = match part {
        PicturePart::File => "file",
        PicturePart::ProfilePictureFile => "profile_picture_file",
        PicturePart::Both => return Ok(()),
    };
    if name == only { Ok(()) } else { Err(invalid(format!("The picture must be in a part named {only}."))) }
}

/// A text member of a body that has been checked.
pub(super) fn text(body: &Value, name: &str) -> Option<String> {
    body.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The texts in an array member of a body that has been checked.
pub(super) fn texts(body: &Value, name: &str) -> Vec<String> {
    let items = body.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn invalid(details: impl Into<String>) -> Problem {
    Refusal::new(INVALID_PARAMETER, details).into()
}

fn unreadable(status: StatusCode, reason: &str) -> Problem {
    let code = if status == StatusCode::PAYLOAD_TOO_LARGE { BODY_TOO_LARGE } else { INVALID_PARAMETER };
    Refusal::new(code, format!("The body cannot be read: {reason}")).into()
}
