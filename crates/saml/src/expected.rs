//! What a Response is held against, and what for.

use std::marker::PhantomData;

use jiff::{SignedDuration, Timestamp};
use vestibule_xmlsig::KeyFingerprint;

use crate::learned::Learned;

mod sealed {
    pub trait Sealed {}
}

/// What an assertion is verified for. There are three purposes and there will be no other: only
/// what was verified for [`SignIn`] fits the gate.
pub trait Purpose: sealed::Sealed {}

/// Somebody wants to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {}
/// An admin tries a connection; nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {}
/// Somebody asks what would be said of a Response, outside any trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inspect {}

impl sealed::Sealed for SignIn {}
impl sealed::Sealed for Test {}
impl sealed::Sealed for Inspect {}
impl Purpose for SignIn {}
impl Purpose for Test {}
impl Purpose for Inspect {}

/// By what the subject of an assertion is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Identifier {
    /// By its NameID, which must be there.
    #[default]
    NameId,
    /// By the one value of the attribute of this name; the NameID may be absent (SDP-SP13, SDP-SP14).
    Attribute(String),
}

/// What is known of a certificate that carries a trusted key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The key.
    pub key: KeyFingerprint,
    /// Until when the certificate says it is valid. Nothing is refused for it (IIP-MD12).
    pub not_after: Timestamp,
}

/// A request of ours, an AuthnRequest or a LogoutRequest, that a browser was sent away with.
#[derive(Debug, Clone)]
pub struct SentRequest {
    /// Its ID.
    pub id: String,
    /// When it was made.
    pub issued_at: Timestamp,
}

/// The parts of an expectation, the request and the IdP apart.
#[derive(Debug, Clone)]
pub struct ExpectedParts {
    /// Our entity ID: the audience.
    pub sp_entity_id: String,
    /// The ACS URL that the message arrived at, or should have been sent to.
    pub acs_url: String,
    /// How far clocks may differ, in either direction (IIP-G01). A negative one counts as none.
    pub clock_skew: SignedDuration,
    /// Whether a Response without a signature of its own is refused, its assertion signed or not
    /// (IIP-SP13).
    pub require_signed_response: bool,
    /// By what the subject is known.
    pub identifier: Identifier,
    /// The scopes (domains) that the IdP may assert in scoped attributes; empty: any (SDP-SP17).
    pub allowed_scopes: Vec<String>,
    /// The AuthnContext classes that are accepted; empty: any, and none at all (IIP-SP07).
    pub required_authn_context: Vec<String>,
    /// Not authenticated before that, where the request asked for a fresh sign-in (ForceAuthn).
    pub authn_after: Option<Timestamp>,
    /// The certificates of the trusted keys, where there are any.
    pub certificates: Vec<CertificateFacts>,
    /// What the passed test of this connection saw.
    pub learned: Option<Learned>,
}

impl ExpectedParts {
    /// Nothing asked for beyond what every response owes.
    #[must_use]
    pub fn new(sp_entity_id: String, acs_url: String, clock_skew: SignedDuration) -> Self {
        Self {
            sp_entity_id,
            acs_url,
            clock_skew,
            require_signed_response: false,
            identifier: Identifier::NameId,
            allowed_scopes: Vec::new(),
            required_authn_context: Vec::new(),
            authn_after: None,
            certificates: Vec::new(),
            learned: None,
        }
    }
}

/// What a Response is held against.
#[derive(Debug, Clone)]
pub struct Expected<P> {
    /// None only where the purpose may learn it.
    pub(crate) idp_entity_id: Option<String>,
    pub(crate) request: Request,
    pub(crate) parts: ExpectedParts,
    purpose: PhantomData<fn() -> P>,
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) enum Request {
    /// This request of ours.
    Ours(SentRequest),
    /// None, and it must not say otherwise.
    None,
    /// Nobody knows: an inspection.
    Unknown,
}

impl Expected<SignIn> {
    /// A sign-in: the IdP is known, by settings or by a passed test.
    #[must_use]
    pub fn sign_in(sent: SentRequest, parts: ExpectedParts, idp_entity_id: String) -> Self {
        Self::new(Request::Ours(sent), parts, Some(idp_entity_id))
    }

    /// A sign-in that begins at the IdP: it answers no request, and must not say that it does
    /// (Profiles §4.1.4.3, §4.1.5).
    #[must_use]
    pub fn unsolicited(parts: ExpectedParts, idp_entity_id: String) -> Self {
        Self::new(Request::None, parts, Some(idp_entity_id))
    }
}

impl Expected<Test> {
    /// A test: without an entity ID, it is learned from the assertion.
    #[must_use]
    pub fn test(sent: SentRequest, parts: ExpectedParts, idp_entity_id: Option<String>) -> Self {
        Self::new(Request::Ours(sent), parts, idp_entity_id)
    }
}

impl Expected<Inspect> {
    /// An inspection: without an entity ID, any will do.
    #[must_use]
    pub fn inspect(parts: ExpectedParts, idp_entity_id: Option<String>) -> Self {
        Self::new(Request::Unknown, parts, idp_entity_id)
    }
}

impl<P: Purpose> Expected<P> {
    fn new(request: Request, parts: ExpectedParts, idp_entity_id: Option<String>) -> Self {
        Self {
            idp_entity_id,
            request,
            parts,
            purpose: PhantomData,
        }
    }
}
