//! What to do wrong, or differently, in an answer.

use jiff::SignedDuration;

use crate::encrypt::Encrypt;
use crate::message::{Attribute, Status};

/// Which parts of an answer are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// The assertion.
    Assertion,
    /// The Response around it.
    Response,
    /// Both, the assertion first.
    Both,
}

impl Sign {
    pub(crate) fn assertion(self) -> bool {
        matches!(self, Self::Assertion | Self::Both)
    }

    pub(crate) fn response(self) -> bool {
        matches!(self, Self::Response | Self::Both)
    }
}

/// How an answer departs from the honest one. The default departs in nothing.
///
/// Every field stands for itself, so that a test breaks exactly one rule: unless its comment says
/// otherwise, a twisted answer is signed like an honest one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Twist {
    /// Which parts are signed; `None` is what the style does.
    pub sign: Option<Sign>,
    /// Nothing is signed.
    pub unsigned: bool,
    /// Signed with a key that nobody was told about, its certificate inside (SAML Core §5.4.5).
    pub other_key: bool,
    /// Signed, and rightly so, but with SHA-1 for digest and signature (IIP-ALG08).
    pub sha1: bool,
    /// The e-mail address is replaced after signing.
    pub tampered: bool,
    /// Signature wrapping: the signed assertion is tucked away under `Extensions`, a forged one for
    /// `mallory@evil.example` takes its place. Only the assertion is signed.
    pub wrapped: bool,
    /// A comment stands inside the text of the NameID and is signed with it (canonical XML leaves it
    /// out, so the signed text is the whole value).
    pub comment_in_name_id: bool,
    /// The assertion is encrypted. What is done to an answer after it was signed finds no clear text.
    pub encrypt: Option<Encrypt>,
    /// A document type declaration with an internal entity comes first (IIP-G03).
    pub doctype: bool,

    /// Another entity ID in the Issuer of Response and Assertion (SAML Profiles §4.1.4.2).
    pub wrong_issuer: bool,
    /// Another place as Destination (SAML Bindings §3.5.5.2).
    pub wrong_destination: bool,
    /// Another request is answered, on the Response and in the confirmation (Profiles §4.1.4.3).
    pub wrong_in_response_to: bool,
    /// No request is named, neither on the Response nor in the confirmation.
    pub no_in_response_to: bool,
    /// The Version of Response and Assertion is `1.1` (SAML Core §3.2.2).
    pub wrong_version: bool,
    /// The IdP reports a failure and sends no assertion (SAML Core §3.2.2.2).
    pub status: Option<Status>,

    /// Success, and no assertion in it.
    pub no_assertion: bool,
    /// A second assertion, like the first and signed like it, with its own ID.
    pub two_assertions: bool,
    /// For another audience (SAML Core §2.5.1.4).
    pub wrong_audience: bool,
    /// No AudienceRestriction at all.
    pub no_audience: bool,
    /// A condition that nobody knows (SAML Core §2.5.1).
    pub unknown_condition: bool,
    /// A OneTimeUse condition: unusual, and right (SAML Core §2.5.1.5).
    pub one_time_use: bool,
    /// Every time is off by this much.
    pub clock_offset: SignedDuration,
    /// The subject confirmation alone has run out an hour ago.
    pub confirmation_expired: bool,
    /// Another Recipient in the subject confirmation (Profiles §4.1.4.3).
    pub wrong_recipient: bool,
    /// The only subject confirmation is `sender-vouches`.
    pub no_bearer: bool,
    /// No AuthnStatement (Profiles §4.1.4.2).
    pub no_authn_statement: bool,
    /// The person signed in this much after the assertion was issued (negative: before).
    pub authn_instant_offset: SignedDuration,
    /// The session at the IdP ends this long from now; negative is in the past (SAML Core §2.7.2).
    pub session_not_on_or_after: Option<SignedDuration>,
    /// This SessionIndex instead of the style's.
    pub session_index: Option<String>,
    /// This AuthnContextClassRef instead of the style's.
    pub authn_context_class: Option<String>,

    /// A subject without a NameID (SDP-SP13).
    pub no_name_id: bool,
    /// This NameID format, and the value that goes with it, whatever the request asks for.
    pub name_id_format: Option<String>,
    /// This NameID value, whatever the format.
    pub name_id: Option<String>,
    /// No attributes at all.
    pub no_attributes: bool,
    /// No attribute of these names.
    pub without_attributes: Vec<String>,
    /// Attributes beside the style's own.
    pub extra_attributes: Vec<Attribute>,
}
