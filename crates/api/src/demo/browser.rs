//! A browser as far as a sign-in needs one: cookies, redirects, forms.

use std::collections::BTreeMap;

use url::Url;

/// A page or a redirect.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

/// Cookies by host and name; ports do not separate cookies.
#[derive(Default)]
pub(crate) struct Browser {
    cookies: BTreeMap<(String, String), String>,
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(std::time::Duration::from_secs(30)))
        .build()
        .into()
}

impl Browser {
    pub(crate) fn get(&mut self, url: &str) -> Result<Answer, String> {
        let request = agent().get(url).header("Cookie", self.cookies_for(url)?);
        self.take(url, request.call())
    }

    pub(crate) fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Result<Answer, String> {
        let body = serde_urlencoded::to_string(form).map_err(|error| error.to_string())?;
        let request = agent()
            .post(url)
            .header("Cookie", self.cookies_for(url)?)
            .header("Content-Type", "application/x-www-form-urlencoded");
        self.take(url, request.send(body))
    }

    fn cookies_for(&self, url: &str) -> Result<String, String> {
        let host = host(url)?;
        let pairs = self.cookies.iter().filter(|((of, _), _)| *of == host);
        Ok(pairs
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; "))
    }

    fn take(
        &mut self,
        url: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Answer, String> {
        let mut answer = answer.map_err(|error| format!("{url}: {error}"))?;
        let host = host(url)?;
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().map_err(|error| error.to_string())?;
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies
                    .insert((host.clone(), name.to_owned()), value.to_owned());
            }
        }
        let location = answer
            .headers()
            .get("location")
            .and_then(|value| value.to_str().ok());
        let location = location.map(str::to_owned);
        let status = answer.status().as_u16();
        let body = answer
            .body_mut()
            .read_to_string()
            .map_err(|error| error.to_string())?;
        Ok(Answer {
            status,
            location,
            body,
        })
    }
}

fn host(url: &str) -> Result<String, String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    Ok(url.host_str().unwrap_or_default().to_owned())
}
