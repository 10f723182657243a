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
        let cookie = self.cookies_for(url, true);
        self.keep(url, http::send("GET", url, &[("cookie", &cookie)], ""))
    }

    /// A form that another site posts: Lax cookies stay at home.
    pub(crate) fn post_from_elsewhere(&mut self, url: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(url, fields, false)
    }

    /// A form that a page of the same site posts.
    pub(crate) fn post_from_here(&mut self, url: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(url, fields, true)
    }

    fn post(&mut self, url: &str, fields: &[(&str, &str)], same_site: bool) -> Answer {
        let cookie = self.cookies_for(url, same_site);
        let headers = [
            ("cookie", cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.keep(url, http::send("POST", url, &headers, form(fields)))
    }

    /// The IdP's answer to the ACS, and the way back with the cookie where there is one.
    pub(crate) fn deliver(&mut self, acs_url: &str, saml_response: &str) -> Answer {
        let answer = self.post_from_elsewhere(acs_url, &[("SAMLResponse", saml_response)]);
        match answer.header("location") {
            Some(location) if location.contains("/resume/") => {
                let location = location.to_owned();
                self.get(&location)
            }
            _ => answer,
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
