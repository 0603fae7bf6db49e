//! How the crates of wagroups reach a host over HTTP: which proxy is used, what the variables of the environment contain, and why a
//! connection failed, and which answers are HTML pages of something on the way. Knows nothing of the groups API.
//!
//! The clients are built by [`client_for`], so that the rules are the same everywhere: no proxy for localhost, and no CA
//! certificates are read for plain `http`. [`Cause::of`] turns an error of reqwest into a sentence and says whether a
//! repeat can help.

mod cause;
mod certificate;
pub mod page;
mod proxy;
mod route;
mod trust;
mod variable;

pub use cause::Cause;
pub use proxy::{Proxies, Via};
pub use route::{Route, is_loopback};
pub use variable::{RefusedVariable, refused_variables};

use reqwest::ClientBuilder;
use url::Url;

/// A client for a URL, with the proxies of the environment, and the route that its requests take. Refuses a variable that
/// cannot be right: of CA certificates where the URL is `https`, and of proxies unless the URL is of localhost.
pub fn client_for(url: &Url) -> Result<(ClientBuilder, Route), RefusedVariable> {
    if url.scheme() != "http"
        && let Some(refused) =
            variable::refused_certificates(&|name| std::env::var_os(name)).into_iter().next()
    {
        return Err(refused);
    }
    if is_loopback(url) {
        // A proxy would look for it on its own machine, and see what is sent.
        return Ok(direct_client_for(url));
    }
    let mut builder = builder_for(url);
    let proxies = Proxies::of_environment()?;
    let route = Route::through(url, proxies.of(url));
    for proxy in proxies.cleaned() {
        builder = builder.proxy(proxy);
    }
    Ok((builder, route))
}

/// As [`client_for`], and never through a proxy.
pub fn direct_client_for(url: &Url) -> (ClientBuilder, Route) {
    (builder_for(url).no_proxy(), Route::direct(url))
}

fn builder_for(url: &Url) -> ClientBuilder {
    let builder = reqwest::Client::builder();
    if url.scheme() == "http" {
        // Reading the certificates of the system takes longer than a call on localhost, and fails where there are none.
        return builder.tls_certs_only([]);
    }
    builder
}
