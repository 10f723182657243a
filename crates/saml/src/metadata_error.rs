//! What was given instead of an IdP's metadata.

use std::fmt;

use jiff::Timestamp;
use vestibule_xmlsig::{CertificateError, ParseError, VerifyError};

/// Entity IDs that are named in an error; the text of each is its sender's, bounded and free of
/// control characters.
const NAMED: usize = 10;

/// Some of the entity IDs of a document, to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityIds {
    /// The first ten.
    pub first: Vec<String>,
    /// How many there are.
    pub count: usize,
}

impl EntityIds {
    pub(crate) fn of<T: AsRef<str>>(ids: impl Iterator<Item = T>) -> Self {
        let mut all = Self {
            first: Vec::new(),
            count: 0,
        };
        for id in ids {
            all.count += 1;
            if all.count <= NAMED {
                let plain = id.as_ref().chars().filter(|c| !c.is_control());
                all.first.push(plain.take(200).collect());
            }
        }
        all
    }
}

impl fmt::Display for EntityIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first.join(", "))?;
        match self.count.saturating_sub(self.first.len()) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// Why metadata was not taken; what was pasted instead is named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// Nothing.
    #[error("there is no metadata: the text is empty")]
    Empty,
    /// A certificate.
    #[error("this is a certificate, not metadata")]
    Certificate,
    /// A private key. It should never have left its owner.
    #[error("this is a private key, not metadata")]
    PrivateKey,
    /// A URL.
    #[error("this is a URL, not the metadata behind it")]
    Url,
    /// A web page: of a login, mostly.
    #[error("this is a web page, not metadata")]
    WebPage,
    /// JSON: OpenID Connect's metadata, mostly.
    #[error("this is JSON, not SAML metadata")]
    Json,
    /// XML that is not read: malformed, too large, with a document type declaration.
    #[error("the metadata cannot be read: {0}")]
    Xml(#[from] ParseError),
    /// A SAML message or an assertion.
    #[error("this is a SAML message, not metadata")]
    Message,
    /// XML of another kind.
    #[error("this is XML, but no SAML metadata: its root is not an EntityDescriptor")]
    NotMetadata,
    /// An EntitiesDescriptor with several IdPs, none of which was named (IIP-MD02).
    #[error(
        "this is metadata of {} identity providers (EntitiesDescriptor): name one by its entity ID: {_0}",
        _0.count
    )]
    SeveralIdentityProviders(EntityIds),
    /// The entity that was named is not there.
    #[error(
        "the metadata has no entity of that ID; its identity providers: {}",
        if _0.count == 0 { "none".to_owned() } else { _0.to_string() }
    )]
    NoSuchEntity(EntityIds),
    /// The entity that was named is there more than once: which one counts is not ours to guess.
    #[error("the metadata has several entities of that ID")]
    EntityTwice,
    /// Metadata of a service provider.
    #[error("this is metadata of a service provider, not of an identity provider")]
    ServiceProvider,
    /// Metadata without an IdP.
    #[error("the metadata has no IDPSSODescriptor: it is not of an identity provider")]
    NoIdentityProvider,
    /// An IdP, but not of SAML 2.0.
    #[error("the identity provider in the metadata does not support SAML 2.0")]
    NotSaml2,
    /// No usable entity ID.
    #[error("the metadata has no entityID of 1 to 1024 characters")]
    EntityId,
    /// No certificate to verify signatures with.
    #[error("the metadata has no signing certificate")]
    NoCertificate,
    /// More certificates than keys are tried.
    #[error("the metadata has more than {max} signing certificates")]
    TooManyCertificates {
        /// The bound.
        max: usize,
    },
    /// A certificate that cannot be read.
    #[error("signing certificate {number} of the metadata cannot be read")]
    SigningCertificate {
        /// Which, from 1.
        number: usize,
        /// What it is instead.
        #[source]
        source: CertificateError,
    },
    /// No SSO URL by a binding that AuthnRequests go by.
    #[error("the metadata has no SingleSignOnService for HTTP-Redirect or HTTP-POST")]
    NoSsoEndpoint,
    /// `validUntil` is not a SAML time.
    #[error("the metadata's validUntil is not a time like 2026-11-24T09:00:00Z")]
    ValidUntil,
    /// `validUntil` has passed.
    #[error("the metadata has expired: it was valid until {until}")]
    Expired {
        /// Until when it was valid.
        until: Timestamp,
    },
    /// There is no `validUntil` where one is asked for (IIP-MD04).
    #[error("the metadata has no validUntil, which this source must have")]
    NoValidUntil,
    /// `validUntil` lies further ahead than is taken (IIP-MD04).
    #[error("the metadata is valid until {until}, more than {days} days ahead")]
    ValidTooLong {
        /// Until when.
        until: Timestamp,
        /// The bound.
        days: i64,
    },
    /// It should be signed by a pinned key, and is not (IIP-MD03).
    #[error("the metadata's signature: {0}")]
    Signature(#[from] VerifyError),
}

impl MetadataError {
    /// Names what is no XML, before the parser says that it is malformed.
    pub(crate) fn of_text(text: &[u8]) -> Option<Self> {
        let text = text
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(text)
            .trim_ascii_start();
        let starts = |prefix: &[u8]| {
            text.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let contains = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
        if text.is_empty() {
            Some(Self::Empty)
        } else if starts(b"-----BEGIN") || (!starts(b"<") && contains(b"-----BEGIN ")) {
            let private = contains(b"PRIVATE KEY-----");
            Some(if private {
                Self::PrivateKey
            } else {
                Self::Certificate
            })
        } else if starts(b"MII") {
            Some(Self::Certificate)
        } else if starts(b"https://") || starts(b"http://") {
            Some(Self::Url)
        } else if starts(b"{") || starts(b"[") {
            Some(Self::Json)
        } else if starts(b"<html") || starts(b"<!doctype html") {
            Some(Self::WebPage)
        } else {
            None
        }
    }
}
