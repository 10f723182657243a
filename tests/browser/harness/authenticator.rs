//! An authenticator in the browser, as a phone or a laptop has one.

use serde_json::{Value, json};
use thirtyfour::{RequestData, SessionId, common::command::FormatRequestData};
use ureq::http::Method;

use super::browser::Browser;

/// A virtual authenticator (WebAuthn §11.2); it stays with the browser.
pub(crate) struct Authenticator<'b> {
    browser: &'b Browser,
    id: String,
}

impl Browser {
    /// Gives the browser an authenticator that keeps passkeys and knows its owner.
    pub(crate) fn authenticator(&self) -> Authenticator<'_> {
        let options = json!({
            "protocol": "ctap2", "transport": "internal",
            "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": true,
        });
        let id = self.webauthn(Method::POST, "", Some(options));
        let id = id.as_str().expect("its id").to_owned();
        Authenticator { browser: self, id }
    }

    fn webauthn(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let command = WebAuthn {
            method,
            path: path.to_owned(),
            body,
        };
        let answer = self.run("use its authenticator", self.driver.cmd(command));
        answer.value_json().expect("an answer")
    }
}

impl Authenticator<'_> {
    /// How many passkeys it keeps.
    pub(crate) fn passkeys(&self) -> usize {
        let path = format!("/{}/credentials", self.id);
        let kept = self.browser.webauthn(Method::GET, &path, None);
        kept.as_array().expect("a list").len()
    }

    /// From now on it knows its owner, or does not.
    pub(crate) fn knows_its_owner(&self, yes: bool) {
        let path = format!("/{}/uv", self.id);
        let body = json!({"isUserVerified": yes});
        self.browser.webauthn(Method::POST, &path, Some(body));
    }
}

/// A command of the extension to WebDriver that the standard defines.
#[derive(Debug)]
struct WebAuthn {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl FormatRequestData for WebAuthn {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let uri = format!("/session/{session}/webauthn/authenticator{}", self.path);
        let request = RequestData::new(self.method.clone(), uri);
        match &self.body {
            Some(body) => request.add_body(body.clone()),
            None => request,
        }
    }
}
