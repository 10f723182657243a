//! Who watches the server, and where.

use std::net::SocketAddr;

use url::Url;

use super::ConfigError;

/// The address for whoever reads metrics.
pub(super) fn metrics_listen(
    given: Option<&str>,
    listen: SocketAddr,
) -> Result<Option<SocketAddr>, ConfigError> {
    let Some(text) = given else {
        return Ok(None);
    };
    let expected = "an IP address and a port other than LISTEN's, such as 127.0.0.1:9464";
    let refused = || ConfigError::new("METRICS_LISTEN", expected, text);
    let address: SocketAddr = text.parse().or(Err(refused()))?;
    // Port 0 is a free one, each time another.
    if address.port() != 0 && address.port() == listen.port() {
        return Err(refused());
    }
    Ok(Some(address))
}

/// The collector of traces.
pub(super) fn otlp_endpoint(given: Option<&str>) -> Result<Option<String>, ConfigError> {
    let Some(text) = given else {
        return Ok(None);
    };
    let expected = "the http or https URL of a collector, such as http://127.0.0.1:4318, without credentials and query";
    // There may be credentials in it, so it is not repeated.
    let refused = || ConfigError::new("OTLP_ENDPOINT", expected, "something else");
    let url = Url::parse(text).or(Err(refused()))?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !plain {
        return Err(refused());
    }
    Ok(Some(url.as_str().trim_end_matches('/').to_owned()))
}
