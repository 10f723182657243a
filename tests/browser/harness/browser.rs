//! The browser: where it is, and what its page says.

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use thirtyfour::{Cookie, WebDriver, error::WebDriverResult, session::scriptret::ScriptRet};
use tokio::runtime::{Builder, Runtime};

use super::{
    console,
    driver::{ChromeDriver, Loopback},
    settings::Settings,
};

/// How long a page may take to show what it has to.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// A browser of its own, with nothing in it. Dropping it closes it, and fails the test where the browser
/// has complained about a page and nobody has taken that up.
pub(crate) struct Browser {
    pub(super) driver: WebDriver,
    pub(super) settings: Settings,
    pub(super) looks: Cell<u32>,
    runtime: Runtime,
    // Last: it goes when nobody speaks to it any more.
    _process: ChromeDriver,
}

impl Browser {
    /// A browser as it comes, for the flow of this name.
    pub(crate) fn open(flow: &'static str) -> Self {
        Self::with(Settings::new(flow))
    }

    /// The same, set up otherwise.
    pub(crate) fn with(settings: Settings) -> Self {
        let process = ChromeDriver::start();
        let runtime = Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let capabilities = settings.capabilities(&process.profile());
        let session = WebDriver::builder(&process.url, capabilities)
            .client(Loopback::new())
            .connect();
        let driver = runtime.block_on(session).expect("the browser starts");
        let browser = Self {
            driver,
            settings,
            looks: Cell::new(0),
            runtime,
            _process: process,
        };
        // Pictures of an earlier run would be taken for pictures of this one.
        let _ = fs::remove_dir_all(browser.screenshots());
        browser.cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            &json!({"source": console::REPORTS_VIOLATIONS}),
        );
        browser.by_day();
        browser.wide();
        browser
    }

    /// Opens an address.
    pub(crate) fn go(&self, url: &str) {
        self.run(&format!("go to {url}"), self.driver.goto(url));
    }

    /// The address that it shows.
    pub(crate) fn at(&self) -> String {
        self.run("say where it is", self.driver.current_url())
            .to_string()
    }

    /// The page as a person reads it, white space made single.
    pub(crate) fn reads(&self) -> String {
        let text = self.script("return document.body.innerText", &[]);
        let text = text.as_str().expect("a text");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Waits until the page says this, which it has to.
    #[track_caller]
    pub(crate) fn sees(&self, words: &str) {
        let said = self.until(|| self.try_reads().is_some_and(|text| text.contains(words)));
        assert!(
            said,
            "{} never said {words:?}:\n{}",
            self.at(),
            self.reads()
        );
    }

    /// Waits until the one element of this selector says this, which it has to.
    #[track_caller]
    pub(crate) fn sees_in(&self, selector: &str, words: &str) {
        let said = self.until(|| self.text_of(selector).contains(words));
        assert!(
            said,
            "{selector} never said {words:?}: {}",
            self.text_of(selector)
        );
    }

    /// Waits until the address begins so, which it has to.
    #[track_caller]
    pub(crate) fn arrives_at(&self, url: &str) {
        let there = self.until(|| self.at().starts_with(url));
        assert!(
            there,
            "at {} and not at {url}:\n{}",
            self.at(),
            self.reads()
        );
    }

    /// Waits until the address is another one.
    #[track_caller]
    pub(crate) fn leaves(&self, url: &str) {
        assert!(self.until(|| self.at() != url), "still at {url}");
    }

    /// The text of the one element of this selector: for values that are made up anew each time.
    pub(crate) fn text_of(&self, selector: &str) -> String {
        let script = "return document.querySelector(arguments[0]).textContent";
        let text = self.script(script, &[json!(selector)]);
        text.as_str().expect("a text").trim().to_owned()
    }

    /// What a script says that runs in the page.
    pub(crate) fn script(&self, source: &str, arguments: &[Value]) -> Value {
        self.returned(source, arguments).json().clone()
    }

    pub(super) fn returned(&self, source: &str, arguments: &[Value]) -> ScriptRet {
        let running = self.driver.execute(source, arguments.to_vec());
        self.run("run a script", running)
    }

    /// A command of the Chrome DevTools Protocol.
    pub(crate) fn cdp(&self, method: &str, parameters: &Value) -> Value {
        self.run(method, self.driver.cdp().send_raw(method, parameters))
    }

    /// What was copied last.
    pub(crate) fn clipboard(&self) -> String {
        self.lends_its_clipboard();
        let text = self.script("return navigator.clipboard.readText()", &[]);
        text.as_str().expect("a text").to_owned()
    }

    /// Copies this, as a person does elsewhere.
    pub(crate) fn copied(&self, text: &str) {
        self.lends_its_clipboard();
        let copy = "return navigator.clipboard.writeText(arguments[0])";
        self.script(copy, &[json!(text)]);
    }

    fn lends_its_clipboard(&self) {
        let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        self.cdp("Browser.grantPermissions", &permissions);
    }

    /// The cookies that the page's server gets.
    pub(crate) fn cookies(&self) -> Vec<Cookie> {
        self.run("show its cookies", self.driver.get_all_cookies())
    }

    /// What the browser has complained about since it was asked last.
    pub(crate) fn complaints(&self) -> Vec<String> {
        console::complaints(&self.run("show its console", self.driver.browser_log()))
    }

    /// Where its pictures are.
    pub(crate) fn screenshots(&self) -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("screenshots")
            .join(self.settings.flow)
    }

    /// Whether this comes true within patience.
    pub(super) fn until(&self, mut yes: impl FnMut() -> bool) -> bool {
        let started = Instant::now();
        loop {
            if yes() {
                return true;
            }
            if started.elapsed() > PATIENCE {
                return false;
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    #[track_caller]
    pub(super) fn run<T>(&self, what: &str, asked: impl Future<Output = WebDriverResult<T>>) -> T {
        self.attempt(asked)
            .unwrap_or_else(|error| panic!("the browser cannot {what}: {error}"))
    }

    pub(super) fn attempt<T>(
        &self,
        asked: impl Future<Output = WebDriverResult<T>>,
    ) -> WebDriverResult<T> {
        self.runtime.block_on(asked)
    }

    /// The page's text; none while one page gives way to the next.
    fn try_reads(&self) -> Option<String> {
        let script = "return document.body?.innerText ?? ''";
        let text = self.attempt(self.driver.execute(script, Vec::new())).ok()?;
        let text = text.json().as_str()?.split_whitespace();
        Some(text.collect::<Vec<_>>().join(" "))
    }

    /// What somebody needs to see why a test failed.
    fn report(&self) {
        let at = self.attempt(self.driver.current_url());
        let at = at.map_or("nowhere".to_owned(), |url| url.to_string());
        let text = self.try_reads().unwrap_or_default();
        let log = self.attempt(self.driver.browser_log());
        let picture = self.screenshots().join("failed.png");
        let _ = fs::create_dir_all(self.screenshots());
        let _ = self.attempt(self.driver.screenshot(&picture));
        eprintln!(
            "--- the browser is at {at}, shows {}, and reads ---\n{text}",
            picture.display()
        );
        for entry in log.unwrap_or_default() {
            eprintln!("console: {} {}", entry.level, entry.message);
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let failed = std::thread::panicking();
        if failed {
            self.report();
        }
        let complaints = match failed {
            true => Vec::new(),
            false => self.complaints(),
        };
        let _ = self.attempt(self.driver.clone().quit());
        assert!(
            complaints.is_empty(),
            "the browser complained:\n{}",
            complaints.join("\n")
        );
    }
}
