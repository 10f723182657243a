//! What kind of browser it is.

use std::path::Path;

use serde_json::{Value, json};

/// As browsers that people use call themselves: one without a window says that it has none.
const NAME: &str = "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                    Chrome/150.0.0.0 Safari/537.36";

/// How a browser is set up; [`open`](Settings::open) starts it.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(super) flow: &'static str,
    pub(super) scripts: bool,
    third_party_cookies: bool,
    language: &'static str,
}

impl Settings {
    /// A browser as it comes, in English, for the flow of this name.
    pub(crate) fn new(flow: &'static str) -> Self {
        Self {
            flow,
            scripts: true,
            third_party_cookies: true,
            language: "en",
        }
    }

    /// Runs no scripts of pages. What the tests ask the browser goes on working.
    pub(crate) fn without_scripts(mut self) -> Self {
        self.scripts = false;
        self
    }

    /// Sends no cookies to whom the address bar does not name.
    pub(crate) fn without_third_party_cookies(mut self) -> Self {
        self.third_party_cookies = false;
        self
    }

    /// Asks pages for this language.
    pub(crate) fn in_language(mut self, language: &'static str) -> Self {
        self.language = language;
        self
    }

    pub(super) fn capabilities(&self, profile: &Path) -> serde_json::Map<String, Value> {
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            // The browser ends when nobody holds the other end any more.
            "--remote-debugging-pipe",
            "--window-size=1280,900",
            NAME,
            // Elements say what role and name assistive technology hears; they are found by that.
            "--enable-blink-features=ComputedAccessibilityInfo",
        ];
        let arguments = arguments.map(str::to_owned).into_iter();
        let profile = format!("--user-data-dir={}", profile.display());
        let allowed = |yes: bool| if yes { 1 } else { 2 };
        let preferences = json!({
            "intl.accept_languages": self.language,
            "profile.default_content_setting_values.javascript": allowed(self.scripts),
            "profile.cookie_controls_mode": if self.third_party_cookies { 0 } else { 1 },
            // Questions of the browser's own would lie over the page.
            "credentials_enable_service": false,
            "profile.password_manager_enabled": false,
        });
        let capabilities = json!({
            "browserName": "chrome",
            // Only servers of the tests are visited.
            "acceptInsecureCerts": true,
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {
                "args": arguments.chain([profile]).collect::<Vec<_>>(),
                "prefs": preferences,
            },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("it is written as one")
        };
        capabilities
    }
}
