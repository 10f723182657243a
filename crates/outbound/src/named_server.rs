//! Requests to one server that the operator names on the command line, with a secret in them.
//!
//! No guard stands before it: whoever names the server sits at the machine that asks. What is guarded is
//! the secret: it goes to that server alone, by TLS unless it stays on this machine, and no redirect
//! takes it elsewhere.

use std::io::Read as _;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::header::ETAG;
use ureq::http::{HeaderName, HeaderValue, Request};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Proxy};
use url::{Host, Url};

use crate::error::OutboundError;
use crate::guard::{Reach, parse};
use crate::outbound::{Limits, Outbound};

/// The server.
#[derive(Debug)]
pub struct NamedServer {
    base: Url,
    agent: Agent,
    limits: Limits,
}

/// What it answered; no status is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The version of the document, where it has one.
    pub etag: Option<String>,
    /// The header that says that the answer was given before.
    pub replayed: bool,
    /// The body.
    pub body: Vec<u8>,
}

impl NamedServer {
    /// The server at this URL, of which scheme, host and port count.
    ///
    /// # Errors
    /// [`OutboundError::NotAUrl`] and the like; [`OutboundError::Plain`] for http to another machine.
    pub fn new(url: &str, limits: Limits) -> Result<Self, OutboundError> {
        let base = parse(url)?;
        let here = is_loopback(&base);
        if base.scheme() == "http" && !here {
            return Err(OutboundError::Plain);
        }
        let tls = TlsConfig::builder()
            .provider(TlsProvider::NativeTls)
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Config::builder()
            // A tunnel shows a proxy nothing of what TLS carries; what stays here needs none.
            .proxy(if here { None } else { Proxy::try_from_env() })
            .max_redirects(0)
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_connect(Some(limits.connect))
            .timeout_global(Some(limits.total))
            .user_agent("vestibule")
            .accept("application/json")
            .tls_config(tls)
            .build();
        let agent = Agent::new_with_config(config);
        Ok(Self {
            base,
            agent,
            limits,
        })
    }

    /// The server as it was named.
    #[must_use]
    pub fn url(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// Sends one request. It blocks.
    ///
    /// # Errors
    /// [`OutboundError`] when there was no complete answer; the request may have arrived all the same.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Result<Reply, OutboundError> {
        let url = self.base.join(path).or(Err(OutboundError::NotAUrl))?;
        if url.origin() != self.base.origin() {
            return Err(OutboundError::NotAUrl);
        }
        let mut request = Request::builder().method(method).uri(url.as_str());
        for (name, value) in headers {
            let mut value = HeaderValue::from_str(value).or(Err(OutboundError::Protocol))?;
            value.set_sensitive(true);
            request = request.header(HeaderName::from_static(name), value);
        }
        let request = request.body(body).or(Err(OutboundError::NotAUrl))?;
        let door = Outbound::new(Reach::internet(), self.limits);
        let failed = |error: &ureq::Error| door.read_error(error, &url);
        let response = self.agent.run(request).map_err(|error| failed(&error))?;
        let etag = response.headers().get(ETAG);
        let etag = etag.and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let replayed = response.headers().contains_key("idempotency-replayed");
        let status = response.status().as_u16();
        let max = self.limits.max_bytes;
        let most = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        let mut reader = response.into_body().into_reader().take(most);
        reader
            .read_to_end(&mut bytes)
            .map_err(|error| failed(&ureq::Error::from(error)))?;
        if bytes.len() > max {
            return Err(OutboundError::TooLarge { max });
        }
        Ok(Reply {
            status,
            etag,
            replayed,
            body: bytes,
        })
    }
}

/// Whether a URL's host is this machine; names below `localhost` are (RFC 6761 §6.3).
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What a question of the command line may cost: more than a sign-in would wait.
pub const PATIENT: Limits = Limits {
    max_bytes: 64 * 1024 * 1024,
    max_redirects: 0,
    connect: Duration::from_secs(5),
    total: Duration::from_secs(30),
};
