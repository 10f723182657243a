//! How the issuer is asked.

use std::time::Duration;

use ureq::{
    Agent,
    tls::{RootCerts, TlsConfig, TlsProvider},
};

/// The longest answer that is read; a JWK Set has some hundred bytes a key.
const MAX_BYTES: u64 = 256 * 1024;

/// How the issuer is asked: [`Https`], or the HTTP client that a service has already.
pub trait Fetch: Send + Sync {
    /// The body of a 200, as text.
    ///
    /// # Errors
    /// Why there is none: for a log, without anything that was sent.
    fn get(&self, url: &str) -> Result<String, String>;

    /// The body of the 200 that a form was answered with.
    ///
    /// # Errors
    /// As of [`Self::get`].
    fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<String, String>;
}

/// HTTPS with the roots of trust of the system: no redirects, no proxy of the environment, answers of a
/// bounded length within a bounded time.
#[derive(Debug, Clone)]
pub struct Https(Agent);

impl Https {
    /// One that waits so long for an answer.
    #[must_use]
    pub fn new(timeout: Duration) -> Self {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::NativeTls)
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(timeout))
            .user_agent("vestibule-verify")
            .tls_config(tls)
            .build();
        Self(config.into())
    }
}

/// Waits for five seconds.
impl Default for Https {
    fn default() -> Self {
        Self::new(Duration::from_secs(5))
    }
}

type Answer = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

fn read(answer: Answer) -> Result<String, String> {
    let mut response = answer.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(format!("expected status 200; found {status}"));
    }
    let body = response.body_mut().with_config().limit(MAX_BYTES);
    body.read_to_string().map_err(|error| error.to_string())
}

impl Fetch for Https {
    fn get(&self, url: &str) -> Result<String, String> {
        read(self.0.get(url).header("accept", "application/json").call())
    }

    fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<String, String> {
        let request = self.0.post(url).header("accept", "application/json");
        read(request.send_form(fields.iter().copied()))
    }
}
