//! Headless Chromium, driven through a chromedriver of its own, each with a fresh profile. Waits for what the page shows,
//! never for a time. Nothing but the sandbox on this machine is opened.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

/// How long something may take to show, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);
const READY: &str = "started successfully on port ";

/// What the browser's console may hold at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Console {
    /// Nothing.
    Silent,
    /// That a server has refused or not answered, which the browser notes by itself, and nothing of the page's own.
    Refusals,
}

pub(crate) struct Browser {
    pub(crate) page: Client,
    driver: Driver,
    _profile: tempfile::TempDir,
}

/// A chromedriver. Its browser ends with the session, or with it.
struct Driver {
    child: Child,
    url: String,
}

impl Driver {
    fn start() -> Self {
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let mut child =
            Command::new(&program).arg("--port=0").stdout(Stdio::piped()).spawn().unwrap_or_else(|error| {
                panic!(
                    "{program} does not start: {error}. Install Chromium and its chromedriver, such as Debian's \
                     packages chromium and chromium-driver"
                )
            });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            line.split_once(READY).map(|(_, port)| port.trim().trim_end_matches('.').to_owned())
        });
        // It goes on writing; a closed pipe would end it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url: format!("http://127.0.0.1:{}", port.expect("chromedriver says its port")) }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command of Chromium's own.
#[derive(Debug)]
struct Own {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// Opens a page in a new browser.
    pub(crate) async fn open(url: &str) -> Self {
        let driver = Driver::start();
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1400,900",
            "--lang=en-US",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(wanted) = wanted else { unreachable!("it is an object") };
        let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        let page = builder.capabilities(wanted).connect(&driver.url).await.unwrap();
        let browser = Self { page, driver, _profile: profile };
        // Without them a browser asks whoever sits before it.
        let permissions = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        browser.devtools("Browser.grantPermissions", permissions).await;
        browser.page.goto(url).await.unwrap();
        browser
    }

    /// Ends, unless the console holds more than it may.
    pub(crate) async fn close(self, allowed: Console) {
        let told = self.own("se/log", json!({ "type": "browser" })).await;
        let told = told.as_array().unwrap();
        let expected = |line: &&Value| allowed == Console::Refusals && line["source"] == "network";
        let unexpected: Vec<_> = told.iter().filter(|line| !expected(line)).collect();
        assert!(unexpected.is_empty(), "the console says {unexpected:#?}");
        self.page.close().await.unwrap();
        drop(self.driver);
    }

    async fn own(&self, path: &'static str, body: Value) -> Value {
        self.page.issue_cmd(Own { path, body }).await.unwrap()
    }

    /// A command of the DevTools protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.own("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    pub(crate) async fn scheme(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    pub(crate) async fn width(&self, width: u32) {
        let size = json!({ "width": width, "height": 844, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// What a script returns.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.page.execute(script, vec![]).await.unwrap()
    }

    /// The first element of a selector that is there, and whose text holds this one.
    pub(crate) async fn find(&self, selector: &str, text: &str) -> Element {
        let deadline = Instant::now() + PATIENCE;
        loop {
            for element in self.page.find_all(Locator::Css(selector)).await.unwrap() {
                // It may be taken away meanwhile.
                if element.text().await.is_ok_and(|found| found.contains(text))
                    && element.is_displayed().await.is_ok_and(|displayed| displayed)
                {
                    return element;
                }
            }
            assert!(
                Instant::now() < deadline,
                "no {selector} with {text:?} in:\n{}",
                self.text("body").await
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Clicks what [`Browser::find`] finds.
    pub(crate) async fn click(&self, selector: &str, text: &str) {
        let element = self.find(selector, text).await;
        // To the middle, where nothing that is fixed to an edge covers it.
        let scroll = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.page.execute(scroll, vec![serde_json::to_value(&element).unwrap()]).await.unwrap();
        element.click().await.unwrap();
    }

    /// Types into a field in place of what it holds.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector, "").await;
        // Ctrl+A, and the key up again. Emptying it first would be a change of its own.
        field.send_keys(&format!("\u{E009}a\u{E000}{text}")).await.unwrap();
    }

    /// Waits until a script returns true.
    pub(crate) async fn until(&self, script: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.script(script).await != json!(true) {
            assert!(Instant::now() < deadline, "never came true: {script}\n{}", self.text("body").await);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until the first element of a selector has a text that holds this one.
    pub(crate) async fn says(&self, selector: &str, text: &str) {
        self.find(selector, text).await;
    }

    /// The text of the first element of a selector, as it is seen.
    pub(crate) async fn text(&self, selector: &str) -> String {
        self.page.find(Locator::Css(selector)).await.unwrap().text().await.unwrap()
    }

    /// Presses a key where the focus is.
    pub(crate) async fn press(&self, keys: &str) {
        self.page.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Goes on with Tab until the element of this id has the focus, which must show.
    pub(crate) async fn tab_to(&self, id: &str) {
        const LOOK: &str = "const at = document.activeElement;
            return { id: at.id, outline: getComputedStyle(at).outlineStyle, tag: at.tagName };";
        for _ in 0..100 {
            self.press("\u{E004}").await;
            let at = self.script(LOOK).await;
            assert_ne!(at["outline"], "none", "the focus does not show on {at}");
            if at["id"] == id {
                return;
            }
        }
        panic!("Tab never reaches {id}");
    }
}
