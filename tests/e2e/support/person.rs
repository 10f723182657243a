//! A person at a browser: goes where redirects and pages lead, and types a password where one is asked
//! for.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::Url;

use super::{
    browser::Browser,
    html::{Form, forms},
    http::Answer,
    simplesamlphp::Person as Account,
};

/// Where the application would be; nobody goes there.
const APPLICATION: &str = "http://127.0.0.1:9/";
/// More steps than any way has.
const STEPS: usize = 20;

/// Somebody, and what happened on the last way.
pub(crate) struct Person {
    browser: Browser,
    account: &'static Account,
    /// Every address that was visited, and where the application would have been.
    pub(crate) visited: Vec<String>,
    /// Every form with a SAML message that a page had posted.
    pub(crate) posted: Vec<Form>,
    /// Whether a password was asked for.
    pub(crate) typed_password: bool,
}

impl Person {
    /// Somebody with this account, who was nowhere yet.
    pub(crate) fn new(account: &'static Account) -> Self {
        Self {
            browser: Browser::default(),
            account,
            visited: Vec::new(),
            posted: Vec::new(),
            typed_password: false,
        }
    }

    /// Goes there, and on from there. Gives the redirect to the application, or the page that leads
    /// no further.
    pub(crate) fn go(&mut self, url: &str) -> Answer {
        self.visited.clear();
        self.posted.clear();
        self.typed_password = false;
        let mut at = Url::parse(url).expect("a URL");
        self.visited.push(at.to_string());
        let mut answer = self.browser.get(at.as_str());
        for _ in 0..STEPS {
            let redirected = matches!(answer.status, 301..=303);
            let form = forms(&answer.body)
                .into_iter()
                .find(|form| self.fills_in(form));
            answer = match form {
                _ if redirected => {
                    at = at.join(answer.location()).expect("a URL");
                    self.visited.push(at.to_string());
                    if at.as_str().starts_with(APPLICATION) {
                        return answer;
                    }
                    self.browser.get(at.as_str())
                }
                Some(form) => {
                    at = at.join(&form.action).expect("a URL");
                    self.visited.push(at.to_string());
                    self.submit(at.as_str(), form)
                }
                None => return answer,
            };
        }
        panic!("round in circles: {:#?}", self.visited);
    }

    /// Where it ended.
    pub(crate) fn at(&self) -> &str {
        self.visited.last().map_or("", String::as_str)
    }

    /// The messages of this name that were posted, decoded.
    pub(crate) fn posted_messages(&self, field: &str) -> Vec<String> {
        let values = self.posted.iter().filter_map(|form| form.value(field));
        values
            .map(|value| {
                let xml = STANDARD.decode(value).expect("base64");
                String::from_utf8(xml).expect("UTF-8")
            })
            .collect()
    }

    fn fills_in(&self, form: &Form) -> bool {
        carries(form) || (form.value("password").is_some() && !self.typed_password)
    }

    fn submit(&mut self, to: &str, form: Form) -> Answer {
        if carries(&form) {
            let answer = self.browser.post_from_elsewhere(to, &pairs(&form));
            self.posted.push(form);
            return answer;
        }
        self.typed_password = true;
        let filled = form
            .filled("username", self.account.username)
            .filled("password", self.account.password);
        self.browser.post_from_here(to, &pairs(&filled))
    }
}

/// Whether a form carries a message from one site to another.
fn carries(form: &Form) -> bool {
    form.value("SAMLRequest").is_some() || form.value("SAMLResponse").is_some()
}

fn pairs(form: &Form) -> Vec<(&str, &str)> {
    form.fields.iter().map(|(k, v)| (&**k, &**v)).collect()
}
