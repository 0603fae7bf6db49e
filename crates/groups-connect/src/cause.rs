//! Why a request got no answer: the cause below the layers of the HTTP client, with host and proxy, and whether a repeat can
//! help. Decides by the types of errors, except for those that hyper-util and reqwest keep private.

use std::error::Error;
use std::io;

use reqwest::StatusCode;

use crate::proxy::Via;
use crate::route::Route;
use crate::{certificate, trust};

const PROXY: &str = "Check HTTPS_PROXY (or ALL_PROXY) and NO_PROXY, and whether the proxy runs.";
const NO_TUNNEL: &str = "The proxy runs. Ask its operator whether it permits this host and can reach it; `curl -v` with the same proxy \
                         prints its answer. NO_PROXY names hosts that are reached without the proxy.";
const NO_PROXY_SERVER: &str = "Check host, port and scheme in HTTPS_PROXY (or ALL_PROXY): what answers there may not be a proxy of this kind.";
const NO_CREDENTIALS: &str =
    "Put the user name and password into the variable: http://USER:PASSWORD@proxy.example:3128.";
const CREDENTIALS: &str = "Correct the user name and password in the variable: http://USER:PASSWORD@proxy.example:3128. Characters such \
                           as @ and / are percent-encoded: @ is written as %40.";
const NO_HTTP: &str = "Check scheme and port in the URL: the server there speaks another protocol, such as TLS; then use https.";
const NO_TLS: &str = "Check scheme and port in the URL: the server there may not speak TLS. A firewall may also end the connection.";

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
        if chain.says("tls handshake eof") {
            let message = format!("{host}{through} closed the connection during the TLS handshake");
            return Self { message, advice: Some(NO_TLS), permanent: false };
        }
        if chain.says("invalid HTTP version parsed") {
            let message = format!("{host}{through} did not answer with HTTP");
            return Self { message, advice: Some(NO_HTTP), permanent: true };
        }
        // A banner, such as that of SSH.
        if chain.says("received unexpected message from connection") {
            let message = format!("{host}{through} sent data before the request, so it may not speak HTTP");
            return Self { message, advice: Some(NO_HTTP), permanent: false };
        }
        if let (Some(via), true) = (route.via(), error.is_connect()) {
            return Self::of_proxy(&chain, error, via, host);
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

    /// Of a status that only a proxy sends: 407 for a request to plain `http`.
    pub fn of_status(status: StatusCode, route: &Route) -> Option<Self> {
        match (status, route.via()) {
            (StatusCode::PROXY_AUTHENTICATION_REQUIRED, Some(via)) => Some(Self::of_credentials(via)),
            _ => None,
        }
    }

    /// The proxy asks for a user name and password, or refuses those that it got.
    fn of_credentials(via: &Via) -> Self {
        let (proxy, variable) = (&via.address, via.variable.unwrap_or("the proxy settings of the system"));
        let (message, advice) = match via.has_credentials {
            true => {
                (format!("the proxy {proxy} refused the user name and password in {variable}"), CREDENTIALS)
            }
            false => (
                format!("the proxy {proxy} requires a user name and password, and {variable} has none"),
                NO_CREDENTIALS,
            ),
        };
        Self { message, advice: Some(advice), permanent: true }
    }

    /// Of a connection that did not come about through a proxy.
    fn of_proxy(chain: &Chain<'_>, error: &reqwest::Error, via: &Via, host: &str) -> Self {
        let proxy = &via.address;
        let of = |message: String, permanent| Self { message, advice: Some(PROXY), permanent };
        if chain.says("tunnel error: proxy authorization required") {
            return Self::of_credentials(via);
        }
        if chain.says("tunnel error: unsuccessful") {
            // The status is not passed on.
            return Self {
                advice: Some(NO_TUNNEL),
                ..of(format!("the proxy {proxy} refused to connect to {host}"), false)
            };
        }
        if ["unexpected end of file", "io error establishing tunnel"]
            .into_iter()
            .any(|end| chain.says(&format!("tunnel error: {end}")))
        {
            return Self {
                advice: Some(NO_PROXY_SERVER),
                ..of(format!("the proxy {proxy} broke the connection instead of connecting to {host}"), false)
            };
        }
        if chain.says("tunnel error: proxy response headers too long") {
            return Self {
                advice: Some(NO_PROXY_SERVER),
                ..of(format!("the proxy {proxy} did not answer as a proxy"), true)
            };
        }
        if let Some(problem) = chain.socks() {
            return Self::of_socks(&problem, via, host);
        }
        if chain.says("error resolving for socks proxy") {
            return Self {
                advice: Some("With socks5h:// in place of socks5:// the proxy resolves the name."),
                ..of(format!("the name {host} cannot be resolved: {}", chain.reason()), false)
            };
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

    /// The problem is what follows `SOCKS error: `. The error hides its own cause.
    fn of_socks(problem: &str, via: &Via, host: &str) -> Self {
        let proxy = &via.address;
        let of = |message: String, advice, permanent| Self { message, advice: Some(advice), permanent };
        match problem {
            "failed to create underlying connection" => {
                of(format!("cannot connect to the proxy {proxy}, which is used for {host}"), PROXY, false)
            }
            "io error during SOCKS handshake" => of(
                format!("the proxy {proxy} broke the connection instead of connecting to {host}"),
                NO_PROXY_SERVER,
                false,
            ),
            "credentials not accepted" => Self::of_credentials(via),
            "server does not support user/pass authentication"
            | "server implements authentication incorrectly" => of(
                format!("the proxy {proxy} offers no way to authenticate that this program has"),
                CREDENTIALS,
                true,
            ),
            "failed parsing server response" => {
                of(format!("the proxy {proxy} did not answer as a SOCKS proxy"), NO_PROXY_SERVER, true)
            }
            other => of(format!("the proxy {proxy} did not connect to {host}: {other}"), NO_TUNNEL, false),
        }
    }

    /// Of a client that could not be built.
    pub fn of_set_up(error: &reqwest::Error, route: &Route) -> Self {
        let chain = Chain(error);
        // The loader of certificates has no error of its own for this.
        if let Some(rustls::Error::General(_)) = chain.find::<rustls::Error>() {
            let problems = trust::problems();
            let why = if problems.is_empty() { String::new() } else { format!(": {}", problems.join("; ")) };
            return Self {
                message: format!(
                    "the certificate of {} cannot be verified, as no CA certificates were found{why}",
                    route.host()
                ),
                advice: Some(trust::advice()),
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

    /// What a SOCKS proxy answered.
    fn socks(&self) -> Option<String> {
        self.errors().find_map(|error| Some(error.to_string().strip_prefix("SOCKS error: ")?.to_owned()))
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
