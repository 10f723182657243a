//! Requests and answers.

use std::time::Duration;

use serde_json::Value;

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
            .unwrap_or_else(|| panic!("no redirect: {self:?}"))
    }

    /// Whether it leads to the sign-in page, where whoever cannot be placed says who they are.
    pub(crate) fn asks_who(&self) -> bool {
        self.status == 303 && self.location().contains("/sign-in/")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The answer, if it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// The problem's code, if it is one of this status.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        let document = self.json();
        for member in ["type", "title", "status", "detail", "request_id", "code"] {
            assert!(
                document.get(member).is_some(),
                "a problem without {member}: {document}"
            );
        }
        assert_eq!(
            Some(document["request_id"].as_str().unwrap()),
            self.header("x-request-id")
        );
        document["code"].as_str().unwrap().to_owned()
    }
}

/// Sends a request; redirects are not followed, and no status is an error.
pub(crate) fn send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Vec<u8>>,
) -> Answer {
    try_send(method, url, headers, body).unwrap_or_else(|error| panic!("{method} {url}: {error}"))
}

/// The same to a server that may be gone; the error says so.
pub(crate) fn try_send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Vec<u8>>,
) -> Result<Answer, String> {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).expect("a request");
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into();
    let mut response = agent.run(request).map_err(|error| error.to_string())?;
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                value.to_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let status = response.status().as_u16();
    let body = response
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_to_vec()
        .map_err(|error| error.to_string())?;
    Ok(Answer {
        status,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// A form, encoded.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// Posts a form.
pub(crate) fn post_form(url: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
    let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
    all.extend_from_slice(headers);
    send("POST", url, &all, form(fields))
}

/// The management API.
#[derive(Clone)]
pub(crate) struct Api {
    url: String,
    authorization: String,
}

impl Api {
    pub(crate) fn new(url: &str, secret: &str) -> Self {
        Self {
            url: url.to_owned(),
            authorization: format!("Bearer {secret}"),
        }
    }

    /// The same key at another address.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            authorization: self.authorization.clone(),
        }
    }

    /// What the `Authorization` header says.
    pub(crate) fn authorization(&self) -> &str {
        &self.authorization
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}{path}", self.url);
        let authorization = ("authorization", self.authorization.as_str());
        match body {
            Some(body) => {
                let headers = [authorization, ("content-type", "application/json")];
                send(method, &url, &headers, body.to_string())
            }
            None => send(method, &url, &[authorization], ""),
        }
    }

    /// The same with headers of one's own.
    pub(crate) fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        self.try_call_with(method, path, headers, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// The same where the server may go away.
    pub(crate) fn try_call_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, String> {
        let mut all = vec![("authorization", self.authorization.as_str())];
        all.extend_from_slice(headers);
        if body.is_some() {
            all.push(("content-type", "application/json"));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        try_send(method, &format!("{}{path}", self.url), &all, body)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body))
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.call("PUT", path, Some(body))
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, Some(body))
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None)
    }
}
