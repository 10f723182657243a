//! One GET, with its redirects, or one POST, without.

use std::io::Read;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use ureq::config::Config;
use ureq::http::header::{CONTENT_ENCODING, ETAG, LAST_MODIFIED, LOCATION};
use ureq::http::{Response, Uri};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body};
use url::Url;

use crate::error::OutboundError;
use crate::guard::{Reach, parse};

/// The longest ETag or date that is kept and sent back.
const MAX_VALIDATOR: usize = 512;
/// Bytes of the head of an answer.
const MAX_HEAD: usize = 16 * 1024;
/// What whoever asks for metadata would like to get.
const METADATA: &str = "application/samlmetadata+xml, application/xml, text/xml, */*;q=0.1";
/// What whoever asks for keys would like to get (RFC 7517 §8.5.2).
const KEYS: &str = "application/jwk-set+json, application/json, */*;q=0.1";

/// What one request may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the answer. Default 8 MiB: a federation's aggregate.
    pub max_bytes: usize,
    /// Redirects. Default 5.
    pub max_redirects: usize,
    /// For each name to resolve and each connection to be made, TLS included. Default 3 s.
    pub connect: Duration,
    /// For everything. Default 10 s.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 8 * 1024 * 1024,
            max_redirects: 5,
            connect: Duration::from_secs(3),
            total: Duration::from_secs(10),
        }
    }
}

/// What a server said about the version of a document (RFC 9110 §8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// Its ETag.
    pub etag: Option<String>,
    /// Its Last-Modified.
    pub last_modified: Option<String>,
}

/// What was fetched. Nothing about it is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its version, for the next time.
    pub validators: Validators,
}

impl Document {
    /// SHA-256 of its bytes in lower-case hex: whether it is the one that is known.
    #[must_use]
    pub fn sha256(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(&self.bytes) {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// How a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// It is the version that was named.
    NotModified,
    /// Another.
    Document(Document),
}

/// The door out. Cheap to clone; it keeps no connection open.
#[derive(Debug, Clone)]
pub struct Outbound {
    reach: Reach,
    limits: Limits,
}

/// The addresses that the guard has looked at, and nothing else.
#[derive(Debug)]
struct Checked(Vec<SocketAddr>);

impl Resolver for Checked {
    fn resolve(
        &self,
        _uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        for address in &self.0 {
            addresses.push(*address);
        }
        Ok(addresses)
    }
}

impl Outbound {
    /// A door that leads so far.
    #[must_use]
    pub fn new(reach: Reach, limits: Limits) -> Self {
        Self { reach, limits }
    }

    /// Fetches what is behind a URL. `known` is the version that is there already, if any. It
    /// blocks; never call it where others wait.
    ///
    /// # Errors
    ///
    /// [`OutboundError`]; when the guard refused, nothing was connected to.
    pub fn get(&self, url: &str, known: &Validators) -> Result<Fetched, OutboundError> {
        self.get_as(METADATA, url, known)
    }

    /// Fetches the JWK Set behind a URL, by the same rules.
    ///
    /// # Errors
    ///
    /// [`OutboundError`] as of [`Self::get`].
    pub fn get_keys(&self, url: &str) -> Result<Document, OutboundError> {
        match self.get_as(KEYS, url, &Validators::default())? {
            Fetched::Document(document) => Ok(document),
            // Nothing was named that could be unchanged.
            Fetched::NotModified => Err(OutboundError::Status { status: 304 }),
        }
    }

    fn get_as(
        &self,
        accept: &'static str,
        url: &str,
        known: &Validators,
    ) -> Result<Fetched, OutboundError> {
        let deadline = Deadline::after(self.limits.total);
        let mut url = parse(url)?;
        for redirects in 0..=self.limits.max_redirects {
            let after = |source: OutboundError| match redirects {
                0 => source,
                number => OutboundError::Redirect {
                    number,
                    source: Box::new(source),
                },
            };
            let response = self.ask(accept, &url, known, deadline).map_err(after)?;
            match response.status().as_u16() {
                200 => return self.read(response, &url, deadline).map(Fetched::Document),
                304 if *known != Validators::default() => return Ok(Fetched::NotModified),
                301 | 302 | 303 | 307 | 308 => {
                    let location = response.headers().get(LOCATION);
                    let location = location.and_then(|location| location.to_str().ok());
                    url = next(&url, location.ok_or(OutboundError::RedirectToNowhere)?)?;
                }
                status => return Err(OutboundError::Status { status }),
            }
        }
        let max = self.limits.max_redirects;
        Err(OutboundError::TooManyRedirects { max })
    }

    /// Posts JSON to a URL: the status of the answer, whatever it is. No redirect is followed, and
    /// nothing of the answer's body is read. It blocks; never call it where others wait.
    ///
    /// # Errors
    ///
    /// [`OutboundError`]; when the guard refused, nothing was connected to. Otherwise the body may have
    /// arrived.
    pub fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: &[u8],
    ) -> Result<u16, OutboundError> {
        let deadline = Deadline::after(self.limits.total);
        let url = parse(url)?;
        let agent = self.agent(&url, "*/*", deadline)?;
        let mut request = agent
            .post(url.as_str())
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let answer = request.send(body);
        let response = answer.map_err(|error| self.read_error(&error, &url))?;
        Ok(response.status().as_u16())
    }

    /// Whether the guard lets a URL pass now; nothing is connected to.
    ///
    /// # Errors
    ///
    /// [`OutboundError`] as of [`Self::get`].
    pub fn check(&self, url: &str) -> Result<(), OutboundError> {
        let url = parse(url)?;
        self.reach.addresses(&url, self.limits.connect).map(drop)
    }

    /// What one request may cost.
    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// One request; its redirects are not followed.
    fn ask(
        &self,
        accept: &'static str,
        url: &Url,
        known: &Validators,
        deadline: Deadline,
    ) -> Result<Response<Body>, OutboundError> {
        let agent = self.agent(url, accept, deadline)?;
        let mut request = agent.get(url.as_str());
        if let Some(etag) = &known.etag {
            request = request.header("if-none-match", etag);
        }
        if let Some(date) = &known.last_modified {
            request = request.header("if-modified-since", date);
        }
        request.call().map_err(|error| self.read_error(&error, url))
    }

    /// What sends one request to where this URL leads now, if the guard lets it pass.
    pub(crate) fn agent(
        &self,
        url: &Url,
        accept: &'static str,
        deadline: Deadline,
    ) -> Result<Agent, OutboundError> {
        let connect = deadline.left()?.min(self.limits.connect);
        let addresses = self.reach.addresses(url, connect)?;
        let tls = TlsConfig::builder()
            .provider(TlsProvider::NativeTls)
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Config::builder()
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .max_idle_connections(0)
            .max_response_header_size(MAX_HEAD)
            .timeout_connect(Some(connect))
            .timeout_global(Some(deadline.left()?))
            .user_agent("vestibule")
            .accept(accept)
            .tls_config(tls)
            .build();
        // An agent for this one request: its resolver knows the checked addresses alone.
        let connector = DefaultConnector::default();
        Ok(Agent::with_parts(config, connector, Checked(addresses)))
    }

    fn read(
        &self,
        response: Response<Body>,
        url: &Url,
        deadline: Deadline,
    ) -> Result<Document, OutboundError> {
        let header = |name| {
            let value = response.headers().get(name)?.to_str().ok()?;
            (value.len() <= MAX_VALIDATOR).then(|| value.to_owned())
        };
        if header(CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
            return Err(OutboundError::Encoded);
        }
        let validators = Validators {
            etag: header(ETAG),
            last_modified: header(LAST_MODIFIED),
        };
        let max = self.limits.max_bytes;
        let too_large = OutboundError::TooLarge { max };
        let most = u64::try_from(max).unwrap_or(u64::MAX);
        let body = response.into_body();
        if body.content_length().is_some_and(|length| length > most) {
            return Err(too_large);
        }
        let mut reader = body.into_reader();
        let mut bytes = Vec::new();
        let mut chunk = [0; 16 * 1024];
        loop {
            deadline.left()?;
            let count = reader
                .read(&mut chunk)
                .map_err(|error| self.read_error(&ureq::Error::from(error), url))?;
            if count == 0 {
                return Ok(Document { bytes, validators });
            }
            bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
            if bytes.len() > max {
                return Err(too_large);
            }
        }
    }

    pub(crate) fn read_error(&self, error: &ureq::Error, url: &Url) -> OutboundError {
        let host = || url.host_str().unwrap_or_default().to_owned();
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect) => {
                OutboundError::Unreachable { host: host() }
            }
            ureq::Error::Timeout(_) => OutboundError::TimedOut {
                seconds: self.limits.total.as_secs(),
            },
            ureq::Error::Io(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => {
                OutboundError::Protocol
            }
            ureq::Error::Io(_) | ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => {
                OutboundError::Unreachable { host: host() }
            }
            ureq::Error::NativeTls(_) | ureq::Error::Tls(_) | ureq::Error::TlsRequired => {
                OutboundError::Tls { host: host() }
            }
            _ => OutboundError::Protocol,
        }
    }
}

/// Where a redirect leads, seen from where it stands.
fn next(url: &Url, location: &str) -> Result<Url, OutboundError> {
    let next = url
        .join(location)
        .or(Err(OutboundError::RedirectToNowhere))
        .and_then(|next| parse(next.as_str()))?;
    if url.scheme() == "https" && next.scheme() == "http" {
        return Err(OutboundError::Downgrade);
    }
    Ok(next)
}

/// When everything has to be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    began: Instant,
    total: Duration,
}

impl Deadline {
    pub(crate) fn after(total: Duration) -> Self {
        Self {
            began: Instant::now(),
            total,
        }
    }

    /// How much time there is left.
    fn left(self) -> Result<Duration, OutboundError> {
        self.total
            .checked_sub(self.began.elapsed())
            .filter(|left| !left.is_zero())
            .ok_or(OutboundError::TimedOut {
                seconds: self.total.as_secs(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_seen_from_where_it_stands_and_never_leaves_https() {
        let from = parse("https://idp.example/a/b?c").unwrap();
        for (location, there) in [
            ("d", "https://idp.example/a/d"),
            ("/d", "https://idp.example/d"),
            ("//other.example/", "https://other.example/"),
            (
                "https://other.example:8443/x",
                "https://other.example:8443/x",
            ),
        ] {
            assert_eq!(next(&from, location).unwrap().as_str(), there);
        }
        let plain = "http://idp.example/";
        assert_eq!(next(&from, plain), Err(OutboundError::Downgrade));
        assert!(next(&parse(plain).unwrap(), "https://idp.example/").is_ok());
    }
}
