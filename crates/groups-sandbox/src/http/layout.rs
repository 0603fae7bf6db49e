//! The two layouts of the API: 360dialog's and Graph's. A path of Graph's becomes the path of 360dialog's for the same
//! operation before anything is routed (Facts 1.0), so no route and no rule is written down twice.

use axum::extract::{OriginalUri, Query, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};

use super::reply::{self, Problem};
use crate::state::codes::{Refusal, TOKEN_INVALID, TOKEN_MISSING};

const KEY_HEADER: &str = "D360-API-KEY";
/// What Graph also takes a token from.
const TOKEN_PARAMETER: &str = "access_token";

/// Whose paths, credentials and small liberties a call uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// `/groups…` with the key in a header of its own.
    Dialog,
    /// `/v23.0/{phone_number_id}/groups` and `/v23.0/{group_id}…` with a bearer token.
    Graph,
}

/// The layout of a request, which is led to the route of the other if it is Graph's. The path that was asked for
/// stays at hand as [`OriginalUri`].
pub(super) fn recognise(request: &mut Request) -> Layout {
    let asked = OriginalUri(request.uri().clone());
    let layout = if below_version(asked.path()).is_some() { Layout::Graph } else { Layout::Dialog };
    if let Some(uri) = routed(&asked) {
        *request.uri_mut() = uri;
    }
    request.extensions_mut().insert(asked);
    layout
}

/// What follows the version in a path of Graph's: `v`, digits, a dot, digits.
fn below_version(path: &str) -> Option<&str> {
    let (version, rest) = path.strip_prefix("/v")?.split_once('/')?;
    let (major, minor) = version.split_once('.')?;
    (is_number(major) && is_number(minor)).then_some(rest)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Where a call in Graph's layout is routed. `None` for what is not of that layout, or nothing there.
fn routed(uri: &Uri) -> Option<Uri> {
    let rest = below_version(uri.path())?;
    let path = match rest.split_once('/') {
        // Any number's id will do: the token says whose groups are meant.
        Some((number, "groups")) => is_number(number).then(|| "/groups".to_owned())?,
        _ => format!("/groups/{rest}"),
    };
    let path_and_query = match uri.query() {
        None => path,
        Some(query) => format!("{path}?{query}"),
    };
    PathAndQuery::try_from(path_and_query).ok().map(Uri::from)
}

impl Layout {
    /// The refusal of a request that does not carry the key where and as this layout carries it. The credentials
    /// of one layout are nothing to the other.
    pub(super) fn refusal(self, key: &str, headers: &HeaderMap, uri: &Uri) -> Option<Response> {
        match self {
            Self::Dialog => {
                let mut keys = headers.get_all(KEY_HEADER).iter();
                let given = keys.next().map(|key| key.as_bytes());
                if given == Some(key.as_bytes()) && keys.next().is_none() {
                    return None;
                }
                // 360dialog's gateway, not Meta, refuses a key: its documented body has a plain string.
                Some(reply::gateway(401, "Invalid API key"))
            }
            Self::Graph => {
                let tokens = tokens(headers, uri);
                let refusal = if tokens.is_empty() {
                    let details =
                        "No access token: send `Authorization: Bearer`, or the parameter access_token.";
                    Refusal::new(TOKEN_MISSING, details)
                } else if tokens.iter().any(|token| token != key) {
                    // Two that differ cannot both be meant.
                    Refusal::new(TOKEN_INVALID, "The access token is not the one this sandbox accepts.")
                } else {
                    return None;
                };
                Some(Problem::from(refusal).into_response())
            }
        }
    }
}

/// Every token a request carries; a header of another scheme carries none.
fn tokens(headers: &HeaderMap, uri: &Uri) -> Vec<String> {
    let bearer = headers.get_all(AUTHORIZATION).iter().filter_map(|header| {
        // Bytes that are no text are a token all the same, and the wrong one.
        let header = String::from_utf8_lossy(header.as_bytes()).into_owned();
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim().to_owned())
    });
    let query = Query::<Vec<(String, String)>>::try_from_uri(uri);
    let pairs = query.map(|Query(pairs)| pairs).unwrap_or_default();
    let parameters = pairs.into_iter().filter(|(name, _)| name == TOKEN_PARAMETER).map(|(_, token)| token);
    bearer.chain(parameters).filter(|token| !token.is_empty()).collect()
}

/// The URL of the list a request asked for, as the client wrote its path.
pub(super) fn list_url(base_url: &str, asked: &OriginalUri) -> String {
    format!("{base_url}{}", asked.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_graph_lead_to_those_of_360dialog() {
        for (asked, routed_to) in [
            ("/v23.0/106540352242922/groups", Some("/groups")),
            ("/v1.0/1/groups?limit=2&after=x%3D", Some("/groups?limit=2&after=x%3D")),
            ("/v25.0/Y2Fwa", Some("/groups/Y2Fwa")),
            ("/v25.0/Y2F%2Fwa?fields=subject", Some("/groups/Y2F%2Fwa?fields=subject")),
            ("/v25.0/Y2Fwa/invite_link", Some("/groups/Y2Fwa/invite_link")),
            ("/v25.0/Y2Fwa/join_requests", Some("/groups/Y2Fwa/join_requests")),
            ("/v25.0/Y2Fwa/participants", Some("/groups/Y2Fwa/participants")),
            ("/v25.0/", Some("/groups/")),
            ("/v25.0/Y2Fwa/groups", None),
            ("/groups", None),
            ("/groups/v23.0", None),
        ] {
            let uri = routed(&asked.parse().unwrap());
            assert_eq!(uri.map(|uri| uri.to_string()).as_deref(), routed_to, "{asked}");
        }
        for other in ["/v23/x", "/v23.0", "/v.0/x", "/v2.0.1/x", "/v+2.0/x", "/23.0/x", "/V23.0/x", "/vx.0/x"]
        {
            assert_eq!(below_version(other), None, "{other}");
        }
    }
}
