//! Everything that takes part in the walk, and how it is asked and shown.

use serde_json::Value;
use vestibule_test_idp::{TestIdp, Twist, User};

use crate::{
    clock,
    demo::{
        application::Application,
        browser::{Answer, Browser},
    },
};

/// Everything that takes part.
pub(crate) struct World {
    pub(crate) vestibule: String,
    pub(crate) api_key: String,
    pub(crate) idp: TestIdp,
    pub(crate) idp_url: String,
    pub(crate) application: Application,
}

pub(super) type Step<T> = Result<T, String>;

pub(super) fn step(number: usize, title: &str) {
    println!("\n{number:>2}. {title}");
}

pub(super) fn show(label: &str, value: impl std::fmt::Display) {
    println!("      {label:<28} {value}");
}

/// A member of an answer as text.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or("-")
}

pub(super) fn expect(holds: bool, what: impl Into<String>) -> Step<()> {
    if holds { Ok(()) } else { Err(what.into()) }
}

impl World {
    /// One call of the management API.
    pub(super) fn call(&self, method: &str, path: &str, body: &Value) -> Step<(u16, Value)> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.vestibule))
            .header("Authorization", format!("Bearer {}", self.api_key))
            .header("Content-Type", "application/json")
            .body(body.to_string())
            .map_err(|error| error.to_string())?;
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut answer = agent
            .run(request)
            .map_err(|error| format!("{method} {path}: {error}"))?;
        let status = answer.status().as_u16();
        let text = answer
            .body_mut()
            .read_to_string()
            .map_err(|error| error.to_string())?;
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// The same, where anything but success stops the walk.
    pub(super) fn must(&self, method: &str, path: &str, body: &Value) -> Step<Value> {
        let (status, answer) = self.call(method, path, body)?;
        expect(
            status < 300,
            format!("{method} {path} answered {status}: {answer}"),
        )?;
        Ok(answer)
    }

    /// Follows a browser to the IdP and back; gives the answer of Vestibule to the posted response,
    /// and the response.
    pub(super) fn trip(
        &self,
        browser: &mut Browser,
        start: &str,
        user: &User,
    ) -> Step<(Answer, String)> {
        let leaving = browser.get(start)?;
        let to_idp = leaving
            .location
            .ok_or(format!("{start} does not lead to the IdP"))?;
        expect(
            to_idp.starts_with(&self.idp_url),
            format!("not the IdP: {to_idp}"),
        )?;
        let login_page = browser.get(&to_idp)?;
        expect(
            login_page.status == 200,
            format!("the IdP answered {}", login_page.status),
        )?;
        let query = to_idp
            .split_once('?')
            .map(|(_, query)| query)
            .unwrap_or_default();
        let request = self
            .idp
            .read_request(query)
            .map_err(|error| error.to_string())?;
        let form = self
            .idp
            .respond(&request, user, &Twist::default(), clock::now())
            .map_err(|error| error.to_string())?;
        let answer = browser.post(&form.acs_url, &[("SAMLResponse", &form.saml_response)])?;
        Ok((arrive(browser, answer)?, form.saml_response))
    }
}

/// Over http a browser without our Lax cookie on the post comes back once with it; this one sends its
/// cookies always, so it mostly is there already.
fn arrive(browser: &mut Browser, answer: Answer) -> Step<Answer> {
    match &answer.location {
        Some(location) if answer.status == 303 && location.contains("/resume/") => {
            browser.get(location)
        }
        _ => {
            expect(
                answer.status < 400,
                format!("{}: {}", answer.status, answer.body),
            )?;
            Ok(answer)
        }
    }
}
