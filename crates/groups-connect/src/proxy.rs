//! The proxies that the environment names. reqwest ignores a value that it cannot parse, so a slip in a variable would send
//! calls past the proxy without a word. Here such a value is refused by the name of its variable.

use std::ffi::OsString;

use groups_model::pasted::{Flaw, clean, clean_word};
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::{NoProxy, Proxy};
use url::Url;

use crate::variable::RefusedVariable;

/// The variables, by what they are for; of two names the first one that is set counts.
const ALL: [&str; 2] = ["ALL_PROXY", "all_proxy"];
const HTTPS: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];
const HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
const NO: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// Set by web servers for the programs that they start. `HTTP_PROXY` may then be a header of a request, so nothing is read.
const CGI: &str = "REQUEST_METHOD";

const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// The proxy of a request, as errors name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// Such as `http://proxy.example:3128`, without credentials.
    pub(crate) address: String,
    /// The variable that names it; `None` for a setting of the system.
    pub(crate) variable: Option<&'static str>,
    pub(crate) has_credentials: bool,
}

/// The proxies that are used.
pub struct Proxies {
    matcher: Matcher,
    /// Set where a value had white space around it, which reqwest itself does not remove.
    cleaned: Vec<Proxy>,
}

impl Proxies {
    /// Reads the environment, and where nothing is set there, the settings of macOS and Windows.
    pub fn of_environment() -> Result<Self, RefusedVariable> {
        if std::env::var_os(CGI).is_some() {
            return Ok(Self { matcher: Matcher::from_system(), cleaned: Vec::new() });
        }
        let variables = Variables::read(&|name| std::env::var_os(name))?;
        Ok(match variables.had_white_space {
            false => Self { matcher: Matcher::from_system(), cleaned: Vec::new() },
            true => Self { matcher: variables.matcher(), cleaned: variables.proxies() },
        })
    }

    /// The proxy for a URL.
    pub fn of(&self, url: &Url) -> Option<Via> {
        let uri: Uri = url.as_str().parse().ok()?;
        let proxy = self.matcher.intercept(&uri)?;
        Some(Via {
            address: shown(&proxy),
            variable: naming(url.scheme(), &|name| std::env::var_os(name)),
            has_credentials: proxy.basic_auth().is_some() || proxy.raw_auth().is_some(),
        })
    }

    /// What the client has to be given, as it does not read the variables itself in this case.
    pub(crate) fn cleaned(self) -> Vec<Proxy> {
        self.cleaned
    }
}

/// Such as `http://proxy.example:3128`. Built from its parts: the authority may contain a part of a password.
fn shown(proxy: &Intercept) -> String {
    let uri = proxy.uri();
    let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", uri.scheme_str().unwrap_or("http"), uri.host().unwrap_or_default())
}

/// The variable that names the proxy for a scheme.
fn naming(scheme: &str, lookup: &dyn Fn(&str) -> Option<OsString>) -> Option<&'static str> {
    let own = if scheme == "http" { HTTP } else { HTTPS };
    let counts = |names: [&'static str; 2]| {
        let (name, value) = names.into_iter().find_map(|name| Some((name, lookup(name)?)))?;
        value.to_str().is_none_or(|value| !value.trim().is_empty()).then_some(name)
    };
    counts(own).or_else(|| counts(ALL))
}

/// Cleans a value, or says what is wrong with it and what to do.
type Check = fn(&str) -> Result<&str, (String, &'static str)>;

/// The values, without white space around them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Variables {
    all: String,
    https: String,
    http: String,
    no: String,
    had_white_space: bool,
}

impl Variables {
    fn read(lookup: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, RefusedVariable> {
        let mut read = Self::default();
        read.all = read.one(ALL, address, lookup)?;
        read.https = read.one(HTTPS, address, lookup)?;
        read.http = read.one(HTTP, address, lookup)?;
        read.no = read.one(NO, hosts, lookup)?;
        Ok(read)
    }

    fn one(
        &mut self,
        names: [&'static str; 2],
        check: Check,
        lookup: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<String, RefusedVariable> {
        let Some((name, value)) = names.into_iter().find_map(|name| Some((name, lookup(name)?))) else {
            return Ok(String::new());
        };
        let refused = |(problem, advice)| RefusedVariable { name, problem, advice };
        let value = value.to_str().ok_or_else(|| refused(flawed(Flaw::NotUtf8)))?;
        let cleaned = check(value).map_err(refused)?;
        self.had_white_space |= cleaned.len() != value.len();
        Ok(cleaned.to_owned())
    }

    fn matcher(&self) -> Matcher {
        let builder = Matcher::builder().all(self.all.clone()).https(self.https.clone());
        builder.http(self.http.clone()).no(self.no.clone()).build()
    }

    fn proxies(&self) -> Vec<Proxy> {
        let or_all = |value: &str| if value.is_empty() { self.all.clone() } else { value.to_owned() };
        let (https, http) = (or_all(&self.https), or_all(&self.http));
        let made =
            [(!https.is_empty()).then(|| Proxy::https(https)), (!http.is_empty()).then(|| Proxy::http(http))];
        // An address that was checked is taken.
        let made = made.into_iter().flatten().filter_map(Result::ok);
        made.map(|proxy| proxy.no_proxy(NoProxy::from_string(&self.no))).collect()
    }
}

fn flawed(flaw: Flaw) -> (String, &'static str) {
    (flaw.to_string(), flaw.advice())
}

/// Every variable of proxies that cannot be right.
pub(crate) fn refused(lookup: &dyn Fn(&str) -> Option<OsString>) -> Vec<RefusedVariable> {
    if lookup(CGI).is_some() {
        return Vec::new();
    }
    let mut read = Variables::default();
    let checked = [(ALL, address as Check), (HTTPS, address), (HTTP, address), (NO, hosts)]
        .map(|(names, check)| read.one(names, check, lookup));
    checked.into_iter().filter_map(Result::err).collect()
}

/// A list of hosts.
fn hosts(value: &str) -> Result<&str, (String, &'static str)> {
    let cleaned = clean(value).map_err(flawed)?;
    // Marks around one of the hosts.
    cleaned.split(',').try_for_each(|host| clean_word(host).map(drop)).map_err(flawed)?;
    Ok(cleaned)
}

/// The address of a proxy, or nothing.
fn address(value: &str) -> Result<&str, (String, &'static str)> {
    let value = clean_word(value).map_err(flawed)?;
    if let Some(character) = unescaped(value) {
        // Never part of the value but this one character.
        let escaped = format!("%{:02X}", u32::from(character));
        let problem = format!(
            "has a user name or password that contains {character}, which has to be written as {escaped}"
        );
        let advice =
            "Percent-encode the user name and password: @ is written as %40, / as %2F, ? as %3F, # as %23.";
        return Err((problem, advice));
    }
    if value.is_empty() || is_address(value) {
        return Ok(value);
    }
    let advice = "Write the address of the proxy, such as http://proxy.example:3128, or unset the variable.";
    Err(("is not the address of a proxy".to_owned(), advice))
}

/// The character of a user name or password that ends it too early: all up to the last `@` belongs to them.
fn unescaped(value: &str) -> Option<char> {
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let (credentials, _) = rest.rsplit_once('@')?;
    credentials.chars().find(|c| matches!(c, '@' | '/' | '?' | '#'))
}

fn is_address(value: &str) -> bool {
    let Ok(uri) = value.parse::<Uri>() else { return false };
    let known = uri.scheme_str().is_none_or(|scheme| SCHEMES.contains(&scheme));
    let Some(authority) = uri.authority() else { return false };
    let after_host =
        authority.as_str().rsplit('@').next().and_then(|rest| rest.strip_prefix(authority.host()));
    let port = after_host.unwrap_or_default();
    known && !authority.host().is_empty() && (port.is_empty() || authority.port_u16().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Variables, RefusedVariable> {
        Variables::read(&|wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn white_space_around_a_value_is_removed_and_the_proxy_is_used() {
        let read = read(&[
            ("HTTPS_PROXY", " http://user:s3cret@proxy.example:3128\n"),
            ("NO_PROXY", "a.example, b.example "),
        ]);
        let read = read.unwrap();
        assert!(read.had_white_space);
        assert_eq!(read.proxies().len(), 1);
        let proxies = Proxies { matcher: read.matcher(), cleaned: Vec::new() };
        let of = |url: &str| proxies.of(&url.parse().unwrap());
        let via = of("https://x.example").unwrap();
        assert_eq!((via.address.as_str(), via.has_credentials), ("http://proxy.example:3128", true));
        assert_eq!((of("https://b.example"), of("http://x.example")), (None, None));
    }

    #[test]
    fn the_first_name_that_is_set_counts() {
        let both =
            read(&[("https_proxy", "http://low:1"), ("HTTPS_PROXY", "http://up:1"), ("all_proxy", "all:1")]);
        let both = both.unwrap();
        assert_eq!(
            (both.https.as_str(), both.all.as_str(), both.had_white_space),
            ("http://up:1", "all:1", false)
        );
        assert_eq!(read(&[("HTTPS_PROXY", "")]).unwrap(), Variables::default());
    }

    #[test]
    fn a_value_that_cannot_be_right_is_refused_by_the_name_of_its_variable() {
        for (value, said) in [
            ("\"http://127.0.0.1:1\"", "has quotation marks around it"),
            ("'http://127.0.0.1:1'", "has quotation marks around it"),
            ("\u{feff}http://127.0.0.1:1", "contains a byte order mark (U+FEFF)"),
            ("http://127.0.0.1\u{200b}:1", "contains a zero-width space (U+200B)"),
            ("http://a b:1", "contains white space"),
            ("htp://s3cret:1", "is not the address of a proxy"),
            ("http//s3cret:1", "is not the address of a proxy"),
            ("http:/s3cret", "is not the address of a proxy"),
            ("http://", "is not the address of a proxy"),
            ("http://s3cret:99999", "is not the address of a proxy"),
            ("http://s3cret:80x", "is not the address of a proxy"),
            ("/s3cret", "is not the address of a proxy"),
            (
                "http://u:s3@cret@h:1",
                "has a user name or password that contains @, which has to be written as %40",
            ),
            ("u:s3@cret@h:1", "has a user name or password that contains @, which has to be written as %40"),
            (
                "http://u:1/s3cret@h:1",
                "has a user name or password that contains /, which has to be written as %2F",
            ),
            (
                "http://u:1?s3cret@h:1",
                "has a user name or password that contains ?, which has to be written as %3F",
            ),
            (
                "socks5://u:1#s3cret@h",
                "has a user name or password that contains #, which has to be written as %23",
            ),
        ] {
            for name in HTTPS.into_iter().chain(HTTP).chain(ALL) {
                let refused = read(&[(name, value)]).unwrap_err();
                assert_eq!(refused.to_string(), format!("{name} {said}"), "{value:?}");
                assert!(refused.advice().ends_with('.'));
            }
        }
        let two: [(&str, &str); 3] =
            [("HTTPS_PROXY", "'x'"), ("NO_PROXY", "a.example,\"b.example\""), ("ALL_PROXY", "http://x:1")];
        let lookup = |wanted: &str| {
            two.iter().find(|(name, _)| *name == wanted).map(|(_, value)| OsString::from(value))
        };
        let names: Vec<&str> = refused(&lookup).iter().map(|refused| refused.name).collect();
        assert_eq!(names, ["HTTPS_PROXY", "NO_PROXY"]);
        assert_eq!(
            read(&[("no_proxy", "\"a.example\"")]).unwrap_err().to_string(),
            "no_proxy has quotation marks around it"
        );
    }

    #[test]
    fn no_part_of_a_password_is_shown() {
        for value in
            ["http://u:s3@cret@proxy.example:1", "u:s3@cret@proxy.example:1", "http://u:x@proxy.example:1"]
        {
            let matcher = Matcher::builder().all(value.to_owned()).build();
            let proxy = matcher.intercept(&Uri::from_static("https://x.example")).unwrap();
            assert_eq!(shown(&proxy), "http://proxy.example:1", "{value}");
        }
    }

    #[test]
    fn the_variable_that_counts_is_named() {
        let of = |scheme: &str, variables: &[(&str, &str)]| {
            naming(scheme, &|wanted| {
                let found = variables.iter().find(|(name, _)| *name == wanted);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        let all = ("all_proxy", "http://a:1");
        assert_eq!(of("https", &[all]), Some("all_proxy"));
        assert_eq!(of("https", &[all, ("https_proxy", "http://b:1")]), Some("https_proxy"));
        assert_eq!(of("https", &[all, ("HTTPS_PROXY", " ")]), Some("all_proxy"));
        assert_eq!(of("http", &[all, ("HTTPS_PROXY", "http://b:1")]), Some("all_proxy"));
        assert_eq!(of("http", &[("HTTP_PROXY", "http://b:1"), all]), Some("HTTP_PROXY"));
        assert_eq!(of("https", &[]), None);
    }

    #[test]
    fn what_reqwest_takes_is_taken() {
        for value in [
            "http://proxy:3128",
            "https://proxy.example",
            "proxy:3128",
            "proxy.example",
            "http://user:p%40ss@proxy:1/",
            "socks5h://127.0.0.1:1080",
            "http://[::1]:3128",
        ] {
            let read = read(&[("ALL_PROXY", value)]).unwrap();
            assert!(read.matcher().intercept(&Uri::from_static("https://x.example")).is_some(), "{value}");
        }
    }
}
