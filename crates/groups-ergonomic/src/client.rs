//! The client and how it is made. Everything that decides where the key may go is in this file.

use std::sync::Arc;
use std::time::Duration;

use groups_api::Transport;
use groups_api::progenitor_client::ClientInfo;
use groups_connect::{Cause, Route, client_for, is_loopback};
use groups_model::event::EventSource;
use groups_model::pasted::{clean_key, clean_word};
use groups_model::tolerant::Problems;
use groups_model::{ErrorKind, GroupId, InvalidInput};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::budget::{Budget, RateLimit};
use crate::error::{Error, Result};
use crate::group::GroupHandle;
use crate::groups::Groups;
use crate::operation::Operation;
use crate::outcome::{Rivals, SharedRecord};
use crate::picture::PicturePart;
use crate::retry::RetryPolicy;
use crate::retry_budget::RetryBudget;

/// Where the API is (Facts 1.0).
pub const DEFAULT_BASE_URL: &str = "https://waba-v2.360dialog.io";

/// Manages the groups of one number. Cheap to clone; clones share connections.
///
/// Dropping the future of a call in the middle gives the call up where it stands: a request that was already
/// sent may still be carried out. For a create, list the groups before creating again.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use groups_ergonomic::Client;
/// # let sandbox = groups_sandbox::Sandbox::start().await?;
/// # let (key, url) = (sandbox.api_key(), sandbox.base_url());
/// let client = Client::builder().api_key(key).base_url(url).build()?;
/// let accepted = client.groups().create("Trip to Kyoto").description("May 2027").await?;
/// println!("accepted: {:?}", accepted.request_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    raw: groups_api::Client,
    /// Where calls go, for errors.
    route: Route,
    retry: RetryPolicy,
    retries: RetryBudget,
    rate: RateLimit,
    /// Limits count per number, so this belongs to the key, not to the connections.
    budget: Arc<Budget>,
    times: Times,
    picture_part: PicturePart,
    events: Option<Events>,
    /// The number's id. Belongs to the key, as the next one.
    phone_number_id: Option<String>,
    rivals: Arc<Rivals>,
    on_problems: Option<OnProblems>,
}

type Watch = dyn Fn(Operation, &Problems) + Send + Sync;

/// Who is told of values that could not be read; shows nothing.
#[derive(Clone)]
struct OnProblems(Arc<Watch>);

impl std::fmt::Debug for OnProblems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnProblems")
    }
}

/// A source of events; it may hold anything, so it shows nothing.
#[derive(Clone)]
struct Events(Arc<dyn EventSource>);

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Events")
    }
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) attempt: Duration,
    pub(crate) operation: Duration,
}

impl Client {
    /// Starts a client; only the key is needed.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The groups of the number: list and create.
    pub fn groups(&self) -> Groups {
        Groups::new(self.clone())
    }

    /// One group, by its id. Fails if what is given cannot be an id; asks nobody.
    pub fn group(&self, id: impl TryInto<GroupId, Error: Into<GivenIdError>>) -> Result<GroupHandle> {
        let id = id.try_into().map_err(|error| Error::from(error.into().0))?;
        // An id that came from a server was taken as it is; it is checked before it becomes part of a path.
        id.check()?;
        Ok(GroupHandle::new(self.clone(), id))
    }

    /// A client for another number: same settings and connections, its own key and its own rate budget, as
    /// limits count per number (Facts 2.2).
    ///
    /// ```
    /// # fn main() -> Result<(), groups_ergonomic::Error> {
    /// let first = groups_ergonomic::Client::builder().api_key("key-of-one-number").build()?;
    /// let second = first.with_api_key("key-of-another")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_api_key(&self, key: impl Into<SecretString>) -> Result<Self> {
        let raw = self.raw();
        let transport =
            raw.inner().clone().with_key(usable_key(key.into().expose_secret())?).map_err(bad_key)?;
        let raw = groups_api::Client::new_with_client(raw.baseurl(), raw.client().clone(), transport);
        let budget = Arc::new(Budget::new(self.0.rate));
        let (phone_number_id, rivals) = Default::default();
        Ok(Self(Arc::new(Inner { raw, budget, phone_number_id, rivals, ..(*self.0).clone() })))
    }

    /// The generated client below this one: same key and connections, but no checks, repeats or typed errors.
    pub fn raw(&self) -> &groups_api::Client {
        &self.0.raw
    }

    pub(crate) fn route(&self) -> &Route {
        &self.0.route
    }

    pub(crate) fn retry(&self) -> &RetryPolicy {
        &self.0.retry
    }

    pub(crate) fn times(&self) -> Times {
        self.0.times
    }

    /// How long the next call of this number has to wait for its turn, where the service has refused some for being too
    /// many or a rate was set; else `None`. For a sign of life: others may come first.
    pub fn held_back(&self) -> Option<Duration> {
        self.0.budget.held_back()
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.0.budget
    }

    pub(crate) fn retries(&self) -> &RetryBudget {
        &self.0.retries
    }

    pub(crate) fn events(&self) -> Option<Arc<dyn EventSource>> {
        self.0.events.as_ref().map(|events| Arc::clone(&events.0))
    }

    pub(crate) fn phone_number_id(&self) -> Option<&str> {
        self.0.phone_number_id.as_deref()
    }

    pub(crate) fn on_problems(&self) -> Option<&Watch> {
        self.0.on_problems.as_ref().map(|watch| &*watch.0)
    }

    pub(crate) fn rivals(&self) -> &Arc<Rivals> {
        &self.0.rivals
    }

    pub(crate) fn picture_part(&self) -> PicturePart {
        self.0.picture_part
    }

    /// This client with each request kept instead of sent.
    pub(crate) fn capturing(&self) -> (Self, groups_api::Captured) {
        let raw = self.raw();
        let (transport, captured) = raw.inner().clone().capturing();
        let raw = groups_api::Client::new_with_client(raw.baseurl(), raw.client().clone(), transport);
        // What is not sent waits for no turn.
        let budget = Arc::new(Budget::new(RateLimit::Unlimited));
        // And makes no group.
        let rivals = Arc::default();
        (Self(Arc::new(Inner { raw, budget, rivals, ..(*self.0).clone() })), captured)
    }
}

/// What a bad id becomes on its way through [`Client::group`]; a [`GroupId`] given as such is never bad there.
pub struct GivenIdError(InvalidInput);

impl From<InvalidInput> for GivenIdError {
    fn from(invalid: InvalidInput) -> Self {
        Self(invalid)
    }
}

impl From<std::convert::Infallible> for GivenIdError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

type ConfigureHttp = Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send>;

/// Makes a [`Client`].
#[must_use]
pub struct ClientBuilder {
    key: Option<SecretString>,
    base_url: String,
    user_agent: String,
    connect: Duration,
    times: Times,
    retry: RetryPolicy,
    retries: RetryBudget,
    rate: RateLimit,
    max_body: usize,
    picture_part: PicturePart,
    events: Option<Events>,
    phone_number_id: Option<String>,
    creates: Option<Arc<dyn SharedRecord>>,
    on_problems: Option<OnProblems>,
    http: Option<ConfigureHttp>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            key: None,
            base_url: DEFAULT_BASE_URL.into(),
            user_agent: concat!("wagroups/", env!("CARGO_PKG_VERSION")).into(),
            connect: Duration::from_secs(10),
            times: Times { attempt: Duration::from_secs(30), operation: Duration::from_secs(60) },
            retry: RetryPolicy::default(),
            retries: RetryBudget::of_process(),
            rate: RateLimit::default(),
            max_body: groups_api::DEFAULT_MAX_BODY,
            picture_part: PicturePart::default(),
            events: None,
            phone_number_id: None,
            creates: None,
            on_problems: None,
            http: None,
        }
    }
}

impl ClientBuilder {
    /// The key of the number: it is sent as `D360-API-KEY`, to the base URL only, and printed nowhere.
    pub fn api_key(mut self, key: impl Into<SecretString>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Where to send calls; [`DEFAULT_BASE_URL`] unless set. Plain `http` is refused except to a loopback host.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The `User-Agent` header.
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.user_agent = agent.into();
        self
    }

    /// How long making a connection may take; 10 seconds unless set.
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.connect = time;
        self
    }

    /// How long one attempt may take, answer included; 30 seconds unless set.
    pub fn attempt_timeout(mut self, time: Duration) -> Self {
        self.times.attempt = time;
        self
    }

    /// How long one operation may take, repeats and the waits between them included; 60 seconds unless set.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.times.operation = time;
        self
    }

    /// How often and how patiently to repeat. Which calls may be repeated at all is not up for choice: a create
    /// or a link reset is never sent again once it may have been delivered.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Where repeats are taken from; the stock of the process unless set.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.retries = budget;
        self
    }

    /// How fast calls may start; learnt from the service's refusals unless set.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate = limit;
        self
    }

    /// The longest answer that is read, in bytes; 16 MiB unless set.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// The part that carries a picture, as sources disagree about its name (Facts 1.4).
    pub fn picture_part(mut self, part: PicturePart) -> Self {
        self.picture_part = part;
        self
    }

    /// Where `wait` learns what webhooks tell: the event store or a channel of groups-webhooks, or a source of your own.
    /// Without one, waiting looks at the groups. Clients for other numbers share it.
    pub fn events(mut self, source: Arc<dyn EventSource>) -> Self {
        self.events = Some(Events(source));
        self
    }

    /// The id of the number that the key belongs to, as webhooks name it. With it, `wait` believes no event of
    /// another number, whatever receipt that carries.
    pub fn phone_number_id(mut self, id: impl Into<String>) -> Self {
        self.phone_number_id = Some(id.into());
        self
    }

    /// Shares with other processes which creates are under way and which group each was given, so that two of them with
    /// one subject do not take each other's group where no webhook tells them apart. The record belongs to the number:
    /// [`Client::with_api_key`] leaves it behind. Without one, only the creates of one client know of each other.
    pub fn share_creates(mut self, record: Arc<dyn SharedRecord>) -> Self {
        self.creates = Some(record);
        self
    }

    /// Calls this for each answer with values that could not be read. The call succeeds without them: an odd value
    /// is kept under `extra` as `?name` where there is an object to keep it, and a list item without an id is left out.
    /// [`Page::problems`](crate::Page::problems) has the same for a list.
    ///
    /// ```
    /// let client = groups_ergonomic::Client::builder().api_key("key").on_problems(|operation, problems| {
    ///     for problem in problems {
    ///         // For example `list_groups: data.groups[0].created_at is a string`. Never the value.
    ///         eprintln!("{operation}: {problem}");
    ///     }
    /// });
    /// # assert!(client.build().is_ok());
    /// ```
    pub fn on_problems(mut self, call: impl Fn(Operation, &Problems) + Send + Sync + 'static) -> Self {
        self.on_problems = Some(OnProblems(Arc::new(call)));
        self
    }

    /// Adjusts the HTTP client (proxies, certificates, pools). Proxies that the environment names are used, except
    /// for a base URL on this machine; one that is set here always is. Redirects, timeouts and repeats are set
    /// afterwards, so that the rules for the key hold whatever is done here.
    pub fn http(
        mut self,
        configure: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + 'static,
    ) -> Self {
        self.http = Some(Box::new(configure));
        self
    }

    /// Checks all of it and makes the client. Nothing is sent.
    pub fn build(self) -> Result<Client> {
        let (url, base_url) = parse_base_url(&self.base_url)?;
        if let RateLimit::PerSecond(rate) = self.rate
            && !(rate.is_finite() && rate > 0.0)
        {
            return Err(configuration(format!("a rate must be a number of calls above 0, got {rate}")));
        }
        let key = self.key.ok_or_else(|| configuration("no API key was given; set one with api_key"))?;
        let transport =
            Transport::new(usable_key(key.expose_secret())?).map_err(bad_key)?.max_body(self.max_body);

        let (mut http, mut route) = client_for(&url)
            .map_err(|refused| configuration(refused.to_string()).advising(refused.advice()))?;
        if let Some(configure) = self.http {
            http = configure(http);
            // It may have set another proxy, and the wrong one must not be named.
            route = Route::direct(&url);
        }
        let http = http
            .user_agent(self.user_agent)
            .connect_timeout(self.connect)
            // The API documents no redirect, and one would carry the key to wherever it points.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| not_set_up(error, &route))?;

        Ok(Client(Arc::new(Inner {
            raw: groups_api::Client::new_with_client(&base_url, http, transport),
            route,
            retry: self.retry,
            retries: self.retries,
            rate: self.rate,
            budget: Arc::new(Budget::new(self.rate)),
            times: self.times,
            picture_part: self.picture_part,
            events: self.events,
            phone_number_id: self.phone_number_id,
            on_problems: self.on_problems,
            rivals: Arc::new(self.creates.map_or_else(Rivals::default, Rivals::sharing)),
        })))
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientBuilder").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// The key without white space around it.
fn usable_key(key: &str) -> Result<&str> {
    match clean_key(key) {
        Ok("") => Err(configuration("the API key is empty")),
        Ok(key) => Ok(key),
        Err(flaw) => Err(configuration(format!("the API key {flaw}")).advising(flaw.advice())),
    }
}

/// A client of reqwest that could not be built.
pub(crate) fn not_set_up(error: reqwest::Error, route: &Route) -> Error {
    let cause = Cause::of_set_up(&error, route);
    let failed = configuration(cause.message()).caused_by(error.without_url());
    match cause.advice() {
        Some(advice) => failed.advising(advice),
        None => failed,
    }
}

fn bad_key(_: impl std::error::Error) -> Error {
    configuration("the API key holds characters that cannot stand in a header")
}

fn configuration(message: impl Into<String>) -> Error {
    Error::local(ErrorKind::Configuration, message)
}

/// The base URL, and its text without a slash at its end. The key must not travel in the clear nor hide in a URL.
fn parse_base_url(text: &str) -> Result<(Url, String)> {
    let text = clean_word(text)
        .map_err(|flaw| configuration(format!("the base URL {flaw}")).advising(flaw.advice()))?;
    let refuse =
        |problem: &str| configuration(format!("base URL {text:?} {problem}")).advising(BASE_URL_FORM);
    let Ok(url) =
        Url::parse(text).map_err(|_| ()).and_then(|url| if is_host(&url) { Err(()) } else { Ok(url) })
    else {
        // Not echoed: what is no URL may be anything, a key as well.
        let with_scheme = Url::parse(&format!("https://{text}"));
        let with_scheme = with_scheme.is_ok_and(|url| url.host_str().is_some_and(|host| host.contains('.')));
        let problem = if with_scheme { "has no scheme" } else { "is not a URL" };
        return Err(configuration(format!("the base URL {problem}")).advising(BASE_URL_FORM));
    };
    if !url.username().is_empty() || url.password().is_some() {
        // Not echoed: it holds a password.
        return Err(
            configuration("the base URL must not hold a user name or password").advising(BASE_URL_FORM)
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("must not have a query or fragment"));
    }
    if url.host().is_none() {
        return Err(refuse("has no host"));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(refuse("must be https: the API key would travel in the clear")),
        _ => return Err(refuse("must be https (http only to localhost)")),
    }
    let text = url.as_str().trim_end_matches('/').to_owned();
    Ok((url, text))
}

/// Whether a base URL is one that [`ClientBuilder::base_url`] takes.
pub fn check_base_url(text: &str) -> Result<()> {
    parse_base_url(text).map(drop)
}

const BASE_URL_FORM: &str = "Write the whole address, such as https://waba-v2.360dialog.io.";

/// `localhost:8080` parses as a URL of the scheme `localhost`.
fn is_host(url: &Url) -> bool {
    url.cannot_be_a_base() && url.path().chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_travels_encrypted_or_not_off_this_machine() {
        for good in [
            "https://waba-v2.360dialog.io",
            "https://proxy.example/waba/",
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:9",
        ] {
            assert!(parse_base_url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "waba-v2.360dialog.io",
            "http://waba-v2.360dialog.io",
            "http://127.0.0.1.example.com",
            "ftp://localhost",
            "https://u:p@host",
            "https://host?x=1",
            "https://host#x",
            "file:///etc",
        ] {
            assert!(parse_base_url(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_base_url(" https://host/\n").unwrap().1, "https://host");
        assert!(!parse_base_url("https://user:hunter2@host").unwrap_err().to_string().contains("hunter2"));
    }

    #[test]
    fn a_client_without_a_usable_key_is_not_made_and_none_shows_its_key() {
        for key in ["", "  ", "a\nb", "\"k\"", "k\u{200b}", "\u{feff}k", "a b", "ké"] {
            let error = Client::builder().api_key(key).build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{key:?}");
        }
        assert!(Client::builder().build().is_err());
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let limited = Client::builder().api_key("k").rate_limit(RateLimit::PerSecond(rate));
            assert_eq!(limited.build().unwrap_err().kind(), ErrorKind::Configuration, "{rate}");
        }
        let builder = Client::builder().api_key("s3cret");
        assert!(!format!("{builder:?}").contains("s3cret"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("s3cret"));
    }

    #[test]
    fn an_id_that_would_leave_its_path_segment_is_refused() {
        let client = Client::builder().api_key("k").build().unwrap();
        for bad in ["..", "a/b", ""] {
            assert_eq!(client.group(bad).unwrap_err().kind(), ErrorKind::InvalidInput, "{bad:?}");
        }
        let from_server: GroupId = serde_json::from_str("\"../x\"").unwrap();
        assert!(client.group(from_server).is_err());
    }

    #[test]
    fn clients_and_futures_cross_threads() {
        fn crosses<T: Send + Sync + Clone>(_: &T) {}
        fn sends<T: Send>(_: T) {}
        let client = Client::builder().api_key("k").build().unwrap();
        crosses(&client);
        sends(std::future::IntoFuture::into_future(client.groups().create("x")));
    }
}
