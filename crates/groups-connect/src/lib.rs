//! How the crates of wagroups reach a host over HTTP: which proxy is used, what the variables of the environment contain, and why a
//! connection failed. Knows nothing of the groups API.
//!
//! The clients are built by [`client_for`], so that the rules are the same everywhere: no proxy for localhost, and no CA
//! certificates are read for plain `http`. [`Cause::of`] turns an error of reqwest into a sentence and says whether a
//! repeat can help.

mod cause;
mod certificate;
mod proxy;
mod route;

pub use cause::Cause;
pub use proxy::{Proxies, RefusedVariable};
pub use route::{Route, is_loopback};

use reqwest::ClientBuilder;
use url::Url;

/// A client for a URL, with the proxies of the environment, and the route that its requests take. Refuses a proxy variable
/// that cannot be right, unless the URL is of localhost, which no proxy is used for.
pub fn client_for(url: &Url) -> Result<(ClientBuilder, Route), RefusedVariable> {
    let mut builder = reqwest::Client::builder();
    if url.scheme() == "http" {
        // Reading the certificates of the system takes longer than a call on localhost, and fails where there are none.
        builder = builder.tls_certs_only([]);
    }
    if is_loopback(url) {
        // A proxy would look for it on its own machine, and see what is sent.
        return Ok((builder.no_proxy(), Route::direct(url)));
    }
    let proxies = Proxies::of_environment()?;
    let route = Route::through(url, proxies.of(url));
    for proxy in proxies.cleaned() {
        builder = builder.proxy(proxy);
    }
    Ok((builder, route))
}
