//! A browser as far as a sign-in needs one: cookies by site, and the Lax rule.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use super::http::{self, Answer, form};

/// Who a request is from, as a proxy says it.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// A browser with its own cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    /// Where it is, as a proxy says it.
    address: String,
    /// By host (ports do not separate cookies): name to value and whether it is Lax.
    cookies: BTreeMap<String, BTreeMap<String, (String, bool)>>,
}

/// Somewhere else than every other.
impl Default for Browser {
    fn default() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let [_, a, b, c] = number.to_be_bytes();
        Self {
            address: format!("10.{}.{b}.{c}", a.wrapping_add(process_number())),
            cookies: BTreeMap::new(),
        }
    }
}

/// The tests of two runs may share a Redis.
fn process_number() -> u8 {
    u8::try_from(std::process::id() % 256).unwrap_or(0)
}

impl Browser {
    /// A top-level navigation.
    pub(crate) fn get(&mut self, url: &str) -> Answer {
        self.try_get(url)
            .unwrap_or_else(|error| panic!("GET {url}: {error}"))
    }

    /// The same as a real browser says it: it would like a page.
    pub(crate) fn open(&mut self, url: &str) -> Answer {
        self.open_with(url, &[])
    }

    /// The same with more headers.
    pub(crate) fn open_with(&mut self, url: &str, more: &[(&str, &str)]) -> Answer {
        let cookie = self.cookies_for(url, true);
        let mut headers = vec![
            ("cookie", cookie.as_str()),
            ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
            (FORWARDED_FOR, &self.address),
        ];
        headers.extend_from_slice(more);
        let answer = http::send("GET", url, &headers, "");
        self.keep(url, answer)
    }

    /// The same to a server that may be gone.
    pub(crate) fn try_get(&mut self, url: &str) -> Result<Answer, String> {
        let cookie = self.cookies_for(url, true);
        let answer = http::try_send(
            "GET",
            url,
            &[("cookie", &cookie), (FORWARDED_FOR, &self.address)],
            "",
        )?;
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

    /// A form that a page of the same site posts, with more headers: what a proxy adds.
    pub(crate) fn post_with(
        &mut self,
        url: &str,
        fields: &[(&str, &str)],
        more: &[(&str, &str)],
    ) -> Answer {
        self.posted(url, fields, true, more)
            .unwrap_or_else(|error| panic!("POST {url}: {error}"))
    }

    fn post(
        &mut self,
        url: &str,
        fields: &[(&str, &str)],
        same_site: bool,
    ) -> Result<Answer, String> {
        self.posted(url, fields, same_site, &[])
    }

    fn posted(
        &mut self,
        url: &str,
        fields: &[(&str, &str)],
        same_site: bool,
        more: &[(&str, &str)],
    ) -> Result<Answer, String> {
        let cookie = self.cookies_for(url, same_site);
        let mut headers = vec![
            ("cookie", cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        if more.iter().all(|(name, _)| *name != FORWARDED_FOR) {
            headers.push((FORWARDED_FOR, &self.address));
        }
        headers.extend_from_slice(more);
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

    pub(crate) fn cookies_for(&self, url: &str, with_lax: bool) -> String {
        let cookies = self.cookies.get(&host(url));
        let sent = cookies
            .into_iter()
            .flatten()
            .filter(|(_, (_, lax))| with_lax || !lax);
        sent.map(|(name, (value, _))| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Loses the cookies of a host whose names begin so.
    pub(crate) fn forget(&mut self, url: &str, start: &str) {
        if let Some(cookies) = self.cookies.get_mut(&host(url)) {
            cookies.retain(|name, _| !name.starts_with(start));
        }
    }

    /// Keeps the cookies that a host has set, and gives the answer back.
    pub(crate) fn keep(&mut self, url: &str, answer: Answer) -> Answer {
        let set = answer
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        for (_, cookie) in set {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            let lax = attributes.contains("SameSite=Lax");
            let cookies = self.cookies.entry(host(url)).or_default();
            if attributes.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), (value.to_owned(), lax));
            }
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
