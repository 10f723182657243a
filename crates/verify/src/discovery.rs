//! Where the issuer has what (OpenID Connect Discovery 1.0, RFC 8414).

use serde::Deserialize;
use url::{Host, Url};

use crate::{VerifyError, error::shortened, fetch::Fetch};

/// What is taken from the metadata.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    issuer: String,
    pub(crate) jwks_uri: String,
    pub(crate) introspection_endpoint: String,
}

const WHAT: &str = "discovery";

impl Metadata {
    /// Asks the issuer. It has to be who it says it is, to the letter (Discovery §4.3), and what it names
    /// has to be its own: a token is only ever shown to the issuer.
    pub(crate) fn fetch(issuer: &str, fetch: &dyn Fetch) -> Result<Self, VerifyError> {
        let own = address(issuer)?;
        let url = format!("{issuer}/.well-known/openid-configuration");
        let body = fetch.get(&url).map_err(|cause| VerifyError::Unreachable {
            what: WHAT,
            url: url.clone(),
            cause,
        })?;
        let unlike = |expected: String, found: &str| VerifyError::Answer {
            what: WHAT,
            url: url.clone(),
            expected,
            found: shortened(found),
        };
        let metadata: Self = serde_json::from_str(&body).map_err(|error| {
            let expected = "issuer, jwks_uri and introspection_endpoint in a JSON object";
            unlike(expected.to_owned(), &error.to_string())
        })?;
        if metadata.issuer != issuer {
            let expected = format!("issuer {issuer:?}, to the letter");
            return Err(unlike(expected, &metadata.issuer));
        }
        for named in [&metadata.jwks_uri, &metadata.introspection_endpoint] {
            let same = Url::parse(named).is_ok_and(|named| named.origin() == own.origin());
            if !same {
                let expected = format!("endpoints at {issuer:?}");
                return Err(unlike(expected, named));
            }
        }
        Ok(metadata)
    }
}

/// The issuer's address: https, or http for loopback, without a slash at its end.
fn address(issuer: &str) -> Result<Url, VerifyError> {
    let wrong = || VerifyError::Settings {
        setting: "issuer",
        expected: "an https URL (http for loopback) without a slash, a query or a fragment at its end",
        found: shortened(issuer),
    };
    let url = Url::parse(issuer).or(Err(wrong()))?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let safe = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if safe && plain && !issuer.ends_with('/') {
        Ok(url)
    } else {
        Err(wrong())
    }
}
