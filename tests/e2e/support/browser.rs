//! A browser as far as a sign-in needs one: cookies by site, and the Lax rule.

use std::collections::BTreeMap;

use super::http::{self, Answer, form};

/// A browser with its own cookies.
#[derive(Clone, Default)]
pub(crate) struct Browser {
    /// By host (ports do not separate cookies): name to value and whether it is Lax.
    cookies: BTreeMap<String, BTreeMap<String, (String, bool)>>,
}

impl Browser {
    /// A top-level navigation.
    pub(crate) fn get(&mut self, url: &str) -> Answer {
        self.try_get(url)
            .unwrap_or_else(|error| panic!("GET {url}: {error}"))
    }

    /// The same to a server that may be gone.
    pub(crate) fn try_get(&mut self, url: &str) -> Result<Answer, String> {
        let cookie = self.cookies_for(url, true);
        let answer = http::try_send("GET", url, &[("cookie", &cookie)], "")?;
        Ok(self.keep(url, answer))
    }

    /// A form that another site posts: Lax cookies stay at home.
    pub(crate) fn post_from_elsewhere(&mut self, url: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(url, fields, false)
            .unwrap_or_else(|error| panic!("POST {url}: {error}"))
    }

    /// A form that a page of the same site posts.
    pub(crate) fn post_from_here(&mut self, url: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(url, fields, true)
            .unwrap_or_else(|error| panic!("POST {url}: {error}"))
    }

    fn post(
        &mut self,
        url: &str,
        fields: &[(&str, &str)],
        same_site: bool,
    ) -> Result<Answer, String> {
        let cookie = self.cookies_for(url, same_site);
        let headers = [
            ("cookie", cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let answer = http::try_send("POST", url, &headers, form(fields))?;
        Ok(self.keep(url, answer))
    }

    /// The IdP's answer to the ACS, and the way back with the cookie where there is one.
    pub(crate) fn deliver(&mut self, acs_url: &str, saml_response: &str) -> Answer {
        self.try_deliver(acs_url, saml_response)
            .unwrap_or_else(|error| panic!("POST {acs_url}: {error}"))
    }

    /// The same to a server that may be gone.
    pub(crate) fn try_deliver(
        &mut self,
        acs_url: &str,
        saml_response: &str,
    ) -> Result<Answer, String> {
        let answer = self.post(acs_url, &[("SAMLResponse", saml_response)], false)?;
        match answer.header("location") {
            Some(location) if location.contains("/resume/") => {
                let location = location.to_owned();
                self.try_get(&location)
            }
            _ => Ok(answer),
        }
    }

    fn cookies_for(&self, url: &str, with_lax: bool) -> String {
        let cookies = self.cookies.get(&host(url));
        let sent = cookies
            .into_iter()
            .flatten()
            .filter(|(_, (_, lax))| with_lax || !lax);
        sent.map(|(name, (value, _))| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn keep(&mut self, url: &str, answer: Answer) -> Answer {
        let set = answer
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        for (_, cookie) in set {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            let lax = attributes.contains("SameSite=Lax");
            let cookies = self.cookies.entry(host(url)).or_default();
            cookies.insert(name.to_owned(), (value.to_owned(), lax));
        }
        answer
    }
}

fn host(url: &str) -> String {
    url::Url::parse(url)
        .expect("a URL")
        .host_str()
        .expect("a host")
        .to_owned()
}
