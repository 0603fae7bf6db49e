//! Why a request got no answer: the cause below the layers of the HTTP client, with host and proxy, and whether a repeat can
//! help. Decides by the types of errors, except for two that hyper-util keeps private.

use std::error::Error;
use std::io;

use crate::certificate;
use crate::route::Route;

const PROXY: &str = "Check HTTPS_PROXY (or ALL_PROXY) and NO_PROXY, and whether the proxy runs.";

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    message: String,
    advice: Option<&'static str>,
    permanent: bool,
}

impl Cause {
    /// Of a request that failed.
    pub fn of(error: &reqwest::Error, route: &Route) -> Self {
        let chain = Chain(error);
        let (host, through) = (route.host(), through(route));
        if let Some(tls) = chain.find::<rustls::Error>() {
            // A proxy may speak TLS itself, and then fails before there is a tunnel.
            let (peer, through) = match route.proxy().filter(|_| chain.is_of_tunnel()) {
                Some(proxy) => (format!("the proxy {proxy}"), String::new()),
                None => (host.to_owned(), through),
            };
            let problem = certificate::problem(tls, &peer);
            let message = format!("{}{through}", problem.message);
            return Self { message, advice: Some(problem.advice), permanent: problem.permanent };
        }
        if let (Some(proxy), true) = (route.proxy(), error.is_connect()) {
            return Self::of_proxy(&chain, error, proxy, host);
        }
        let message = match (error.is_connect(), error.is_timeout()) {
            (true, true) => format!("no connection to {host} in time"),
            (true, false) if error.is_dns() || chain.says("dns error") => {
                format!("the name {host} cannot be resolved: {}", chain.reason())
            }
            (true, false) => format!("cannot connect to {host}: {}", chain.reason()),
            (false, true) => format!("no answer from {host}{through} in time"),
            (false, false) => {
                let reason = chain.reason();
                format!("the connection to {host}{through} broke before the answer was complete: {reason}")
            }
        };
        Self { message, advice: None, permanent: false }
    }

    /// Of a connection that did not come about through a proxy.
    fn of_proxy(chain: &Chain<'_>, error: &reqwest::Error, proxy: &str, host: &str) -> Self {
        let of = |message: String, permanent| Self { message, advice: Some(PROXY), permanent };
        if chain.says("tunnel error: proxy authorization required") {
            return Self {
                advice: Some(
                    "Put the user name and password into HTTPS_PROXY: http://USER:PASSWORD@proxy.example:3128.",
                ),
                ..of(format!("the proxy {proxy} requires a user name and password"), true)
            };
        }
        if chain.says("tunnel error: unsuccessful") {
            return of(format!("the proxy {proxy} refused to connect to {host}"), false);
        }
        if error.is_timeout() {
            return of(format!("no connection to {host} through the proxy {proxy} in time"), false);
        }
        if chain.says("dns error") {
            return of(
                format!("the name of the proxy {proxy} cannot be resolved: {}", chain.reason()),
                false,
            );
        }
        of(
            format!("cannot connect to the proxy {proxy}, which is used for {host}: {}", chain.reason()),
            false,
        )
    }

    /// Of a client that could not be built.
    pub fn of_set_up(error: &reqwest::Error, route: &Route) -> Self {
        let chain = Chain(error);
        let variables = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
        // The loader of certificates has no error of its own for this.
        if let Some(rustls::Error::General(_)) = chain.find::<rustls::Error>() {
            let set = variables.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
            let set: Vec<String> = set.map(|(name, value)| format!("{name} is {value:?}")).collect();
            let set = if set.is_empty() { String::new() } else { format!(" ({})", set.join(", ")) };
            return Self {
                message: format!(
                    "no CA certificates were found{set}, so the certificate of {} cannot be verified",
                    route.host()
                ),
                advice: Some(
                    "Install the CA certificates of the system (package `ca-certificates`), or set SSL_CERT_FILE to a PEM file \
                     that contains them.",
                ),
                permanent: true,
            };
        }
        Self {
            message: format!("the HTTP client for {} cannot be set up: {}", route.host(), chain.reason()),
            advice: None,
            permanent: true,
        }
    }

    /// A request that got no complete answer in the time that it had.
    pub fn late(route: &Route, seconds: f64) -> Self {
        let message =
            format!("no complete answer from {}{} within {seconds} s", route.host(), through(route));
        Self { message, advice: None, permanent: false }
    }

    /// What happened, as a sentence without a full stop. Names no credentials, path or query.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about exactly this.
    pub fn advice(&self) -> Option<&'static str> {
        self.advice
    }

    /// Whether every repeat would end in the same way.
    pub fn is_permanent(&self) -> bool {
        self.permanent
    }
}

fn through(route: &Route) -> String {
    route.proxy().map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default()
}

/// An error and what caused it, down to the last.
struct Chain<'a>(&'a (dyn Error + 'static));

impl<'a> Chain<'a> {
    fn errors(&self) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
        std::iter::successors(Some(self.0), |error: &&'a (dyn Error + 'static)| {
            let error: &'a (dyn Error + 'static) = *error;
            // An I/O error that wraps another leaves that out of its own chain.
            let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            match wrapped {
                Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
                None => error.source(),
            }
        })
    }

    fn find<T: Error + 'static>(&self) -> Option<&'a T> {
        self.errors().find_map(|error| error.downcast_ref())
    }

    fn says(&self, text: &str) -> bool {
        self.errors().any(|error| error.to_string() == text)
    }

    /// Whether the connection to a proxy failed, before anything went through it.
    fn is_of_tunnel(&self) -> bool {
        self.says("tunnel error: failed to create underlying connection")
    }

    /// What the operating system said, else the last error.
    fn reason(&self) -> String {
        let Some(last) = self.errors().last() else { return String::new() };
        let text = last.to_string();
        let text = match last.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => "connection refused",
            Some(io::ErrorKind::ConnectionReset) => "connection reset",
            Some(io::ErrorKind::HostUnreachable) => "host unreachable",
            Some(io::ErrorKind::NetworkUnreachable) => "network unreachable",
            Some(io::ErrorKind::TimedOut) => "timed out",
            _ => text.strip_prefix("failed to lookup address information: ").unwrap_or(&text),
        };
        text.chars().filter(|c| !c.is_control()).take(300).collect()
    }
}
