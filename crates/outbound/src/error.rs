//! Why nothing was fetched.

use std::net::IpAddr;

use crate::address::Kind;

/// Why nothing was fetched. The text is for whoever entered the URL: it repeats what they wrote and
/// what the table says, never what a name resolves to, what came back or a library's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutboundError {
    /// Not an absolute http or https URL.
    #[error("this is not an http or https URL")]
    NotAUrl,
    /// Longer than URLs are.
    #[error("the URL is longer than {max} bytes")]
    UrlTooLong {
        /// The bound.
        max: usize,
    },
    /// It carries a user name or a password.
    #[error("the URL has a user name or password in it")]
    Credentials,
    /// What is sent holds a secret, and nothing would hide it on its way.
    #[error("http is for this machine alone, since what is sent holds a secret: use https")]
    Plain,
    /// It names a forbidden address.
    #[error("refused: {address} is {kind}")]
    ForbiddenAddress {
        /// The address.
        address: IpAddr,
        /// What it is.
        kind: Kind,
    },
    /// It names a host with a forbidden address among its own.
    #[error("refused: {host} resolves to {kind}")]
    ForbiddenHost {
        /// The name.
        host: String,
        /// What one of its addresses is.
        kind: Kind,
    },
    /// What a server redirected to is refused.
    #[error("refused after redirect {number}: {source}")]
    Redirect {
        /// Which redirect, from 1.
        number: usize,
        /// Why.
        #[source]
        source: Box<OutboundError>,
    },
    /// A redirect from https to http.
    #[error("refused: it redirects from https to http")]
    Downgrade,
    /// A redirect without a usable Location.
    #[error("it redirects to nowhere")]
    RedirectToNowhere,
    /// More redirects than are followed.
    #[error("it redirects more than {max} times")]
    TooManyRedirects {
        /// The bound.
        max: usize,
    },
    /// The name has no address.
    #[error("{host} does not resolve to an address")]
    Unresolved {
        /// The name.
        host: String,
    },
    /// No connection.
    #[error("no connection to {host}")]
    Unreachable {
        /// The host.
        host: String,
    },
    /// TLS failed: an unknown issuer, another name, an expired certificate.
    #[error("no secure connection to {host}: its certificate is not trusted or TLS failed")]
    Tls {
        /// The host.
        host: String,
    },
    /// It took too long.
    #[error("no complete answer within {seconds} s")]
    TimedOut {
        /// The bound.
        seconds: u64,
    },
    /// The answer is larger than is taken.
    #[error("the answer is larger than {max} bytes")]
    TooLarge {
        /// The bound.
        max: usize,
    },
    /// A status that brings no document.
    #[error("the server answered with HTTP status {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// The answer is compressed, which was not asked for.
    #[error("the answer has a Content-Encoding, which was not asked for")]
    Encoded,
    /// The answer is not HTTP, or it broke off.
    #[error("the answer cannot be read as HTTP")]
    Protocol,
}

impl OutboundError {
    /// Whether the guard refused, rather than that something failed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::ForbiddenAddress { .. } | Self::ForbiddenHost { .. } | Self::Downgrade => true,
            Self::Redirect { source, .. } => source.is_refusal(),
            _ => false,
        }
    }
}
