//! What a Response is held against, and what for.

use std::marker::PhantomData;

use jiff::{SignedDuration, Timestamp};

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

/// The parts of an expectation, the IdP apart.
#[derive(Debug, Clone)]
pub struct ExpectedParts {
    /// Our entity ID: the audience.
    pub sp_entity_id: String,
    /// The ACS URL that the message arrived at.
    pub acs_url: String,
    /// The ID of the AuthnRequest that this browser was sent away with.
    pub request_id: String,
    /// When it was.
    pub request_issued_at: Timestamp,
    /// How far clocks may differ, in either direction (IIP-G01). A negative one counts as none.
    pub clock_skew: SignedDuration,
    /// Whether a Response without a signature of its own is refused, its assertion signed or not
    /// (IIP-SP13).
    pub require_signed_response: bool,
}

/// The parts of an inspection: there is no request, so nothing is compared with one.
#[derive(Debug, Clone)]
pub struct InspectParts {
    /// Our entity ID: the audience.
    pub sp_entity_id: String,
    /// The ACS URL that the message should have been sent to.
    pub acs_url: String,
    /// How far clocks may differ, in either direction (IIP-G01). A negative one counts as none.
    pub clock_skew: SignedDuration,
    /// Whether a Response without a signature of its own is refused (IIP-SP13).
    pub require_signed_response: bool,
}

/// What a Response is held against.
#[derive(Debug, Clone)]
pub struct Expected<P> {
    /// None only where the purpose may learn it.
    pub(crate) idp_entity_id: Option<String>,
    pub(crate) sp_entity_id: String,
    pub(crate) acs_url: String,
    /// None only in an inspection.
    pub(crate) request: Option<Request>,
    pub(crate) clock_skew: SignedDuration,
    pub(crate) require_signed_response: bool,
    purpose: PhantomData<fn() -> P>,
}

/// The request that is answered.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) id: String,
    pub(crate) issued_at: Timestamp,
}

impl Expected<SignIn> {
    /// A sign-in: the IdP is known, by settings or by a passed test.
    #[must_use]
    pub fn sign_in(parts: ExpectedParts, idp_entity_id: String) -> Self {
        Self::answer(parts, Some(idp_entity_id))
    }
}

impl Expected<Test> {
    /// A test: without an entity ID, it is learned from the assertion.
    #[must_use]
    pub fn test(parts: ExpectedParts, idp_entity_id: Option<String>) -> Self {
        Self::answer(parts, idp_entity_id)
    }
}

impl Expected<Inspect> {
    /// An inspection: without an entity ID, any will do.
    #[must_use]
    pub fn inspect(parts: InspectParts, idp_entity_id: Option<String>) -> Self {
        Self {
            idp_entity_id,
            sp_entity_id: parts.sp_entity_id,
            acs_url: parts.acs_url,
            request: None,
            clock_skew: parts.clock_skew,
            require_signed_response: parts.require_signed_response,
            purpose: PhantomData,
        }
    }
}

impl<P: Purpose> Expected<P> {
    fn answer(parts: ExpectedParts, idp_entity_id: Option<String>) -> Self {
        Self {
            idp_entity_id,
            sp_entity_id: parts.sp_entity_id,
            acs_url: parts.acs_url,
            request: Some(Request {
                id: parts.request_id,
                issued_at: parts.request_issued_at,
            }),
            clock_skew: parts.clock_skew,
            require_signed_response: parts.require_signed_response,
            purpose: PhantomData,
        }
    }
}
