//! JSON that is sent to the control API: read strictly, with words that say what is wrong.

use axum::extract::{FromRequest, Query, Request};
use axum::http::Uri;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use super::Fault;

/// A body of JSON. It must be announced as such: a form of another site cannot do that.
pub(super) struct Form<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/json") {
            return Err(Fault::invalid("the body must be JSON, with content-type: application/json"));
        }
        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|rejection| Fault::invalid(rejection.body_text()))?;
        let value =
            serde_json::from_slice(&bytes).map_err(|error| Fault::invalid(format!("the body: {error}")))?;
        Ok(Self(value))
    }
}

/// The query, as a whole.
pub(super) fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Fault> {
    let Query(value) = Query::try_from_uri(uri).map_err(|rejection| Fault::invalid(rejection.body_text()))?;
    Ok(value)
}
