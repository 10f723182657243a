//! Whose accent the IdP speaks with.
//!
//! A new style is a file beside `okta.rs` with one [`Dialect`] in it, and one line below.

mod aws;
mod entra;
mod google;
mod okta;
mod onelogin;
mod parts;

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use vestibule_xmlsig::SignaturePrefix;

use crate::escape::{Attributes, Xml};
use crate::message::{Attribute, Message, NameId};
use crate::twist::Sign;
use crate::user::User;

/// How messages are written: prefixes, declarations, what is signed, names of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// Okta: `saml2p:`, `saml2:` and `ds:`, Response and assertion signed, `xs` inclusive, bare
    /// attribute names with `xsi:type`.
    Okta,
    /// Microsoft Entra ID: `samlp:` outside, default namespaces inside, the assertion alone signed,
    /// claim URIs as attribute names.
    Entra,
    /// Google Workspace: `saml2p:`, `saml2:` and `ds:`, the assertion alone signed, bare attribute
    /// names with `xs:anyType`, an attribute without values.
    Google,
    /// AWS IAM Identity Center: `saml2p:`, `saml2:` and `ds:`, Response and assertion signed, `xsd`
    /// inclusive, a SessionNotOnOrAfter, groups by their ids.
    Aws,
    /// OneLogin: `samlp:`, `saml:` and `ds:`, the Response alone signed, no fractions of seconds, a
    /// SessionNotOnOrAfter, `User.…` as attribute names, empty values.
    OneLogin,
}

impl Style {
    /// Every one of them.
    pub const ALL: &[Self] = &[
        Self::Okta,
        Self::Entra,
        Self::Google,
        Self::Aws,
        Self::OneLogin,
    ];

    /// Its name on a command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::Entra => "entra",
            Self::Google => "google",
            Self::Aws => "aws",
            Self::OneLogin => "onelogin",
        }
    }

    /// The product that is imitated.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Okta => "Okta",
            Self::Entra => "Microsoft Entra ID",
            Self::Google => "Google Workspace",
            Self::Aws => "AWS IAM Identity Center",
            Self::OneLogin => "OneLogin",
        }
    }

    pub(crate) fn dialect(self) -> &'static Dialect {
        match self {
            Self::Okta => &okta::DIALECT,
            Self::Entra => &entra::DIALECT,
            Self::Google => &google::DIALECT,
            Self::Aws => &aws::DIALECT,
            Self::OneLogin => &onelogin::DIALECT,
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no such style.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no such style; there are okta, entra, google, aws and onelogin")]
pub struct UnknownStyle;

impl FromStr for Style {
    type Err = UnknownStyle;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|style| style.name() == name)
            .ok_or(UnknownStyle)
    }
}

/// Everything in which one style differs from another.
pub(crate) struct Dialect {
    /// What stands before the root element.
    pub(crate) declaration: &'static str,
    /// The prefix of the protocol namespace.
    pub(crate) protocol_prefix: &'static str,
    /// A new ID from sixteen random bytes, of an assertion or a transient NameID.
    pub(crate) id: fn([u8; 16]) -> String,
    /// The same of a Response.
    pub(crate) response_id: fn([u8; 16]) -> String,
    /// What is signed by default.
    pub(crate) sign: Sign,
    /// The prefix of signatures.
    pub(crate) signature_prefix: SignaturePrefix,
    /// The prefixes that canonicalisation treats inclusively.
    pub(crate) inclusive_namespaces: &'static [&'static str],
    /// The NameID format where nobody asks for one.
    pub(crate) name_id_format: &'static str,
    /// How many digits a time has after the seconds.
    pub(crate) fraction_digits: usize,
    /// How long before its issue an assertion is valid.
    pub(crate) valid_before: SignedDuration,
    /// How long after its issue an assertion is valid.
    pub(crate) valid_after: SignedDuration,
    /// How long a session lasts, where SessionNotOnOrAfter says so.
    pub(crate) session_lasts: Option<SignedDuration>,
    /// A new SessionIndex; where there is none, the ID of the assertion.
    pub(crate) session_index: Option<fn([u8; 16]) -> String>,
    /// The AuthnContextClassRef.
    pub(crate) context_class: &'static str,
    /// What is said of a person.
    pub(crate) attributes: fn(&User) -> Vec<Attribute>,
    /// Whether an attribute without values is sent all the same.
    pub(crate) keeps_empty_attributes: bool,
    /// Writes an answer: unsigned, from the root element on.
    pub(crate) response: fn(&Message) -> String,
    /// Writes the metadata.
    pub(crate) metadata: fn(&MetadataFacts<'_>) -> String,
}

/// What metadata says.
pub(crate) struct MetadataFacts<'a> {
    pub(crate) entity_id: &'a str,
    pub(crate) sso_url: &'a str,
    /// The logout endpoint, where it is to be listed.
    pub(crate) slo_url: Option<String>,
    /// Whether AuthnRequests must be signed.
    pub(crate) signed_requests: bool,
    /// The certificate, DER in base64.
    pub(crate) certificate: &'a str,
    /// When the certificate ends.
    pub(crate) valid_until: String,
    /// Whether HTTP-POST is the only binding that is listed.
    pub(crate) post_only: bool,
    /// Sixteen bytes for an ID, the same for the same entity ID.
    pub(crate) stable: [u8; 16],
}

impl MetadataFacts<'_> {
    /// The attribute that says whether AuthnRequests must be signed, where a style has it only if
    /// they must.
    pub(crate) fn wants_signed(&self) -> (&'static str, Option<&'static str>) {
        let wants = self.signed_requests.then_some("true");
        ("WantAuthnRequestsSigned", wants)
    }

    /// The logout endpoint by both bindings, where it is to be listed.
    pub(crate) fn single_logout(&self, xml: &mut Xml, element: &str) {
        let Some(url) = &self.slo_url else {
            return;
        };
        for binding in [HTTP_REDIRECT, HTTP_POST] {
            xml.empty(
                element,
                &[("Binding", Some(binding)), ("Location", Some(url))],
            );
        }
    }

    /// The SSO endpoint by each of these bindings, as far as they are listed.
    pub(crate) fn single_sign_on(&self, xml: &mut Xml, element: &str, bindings: &[&str]) {
        for binding in bindings {
            if !self.post_only || *binding == HTTP_POST {
                xml.empty(
                    element,
                    &[("Binding", Some(binding)), ("Location", Some(self.sso_url))],
                );
            }
        }
    }

    /// The certificate in lines of 64 characters, as some write it.
    pub(crate) fn certificate_in_lines(&self) -> String {
        let characters: Vec<char> = self.certificate.chars().collect();
        let lines = characters.chunks(64);
        lines
            .map(|line| line.iter().chain(&['\n']).collect::<String>())
            .collect()
    }
}

/// The protocol namespace.
pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// The assertion namespace.
pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The metadata namespace.
pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// The signature namespace.
pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The Issuer format that some repeat.
pub(crate) const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
/// The HTTP-POST binding.
pub(crate) const HTTP_POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
/// The HTTP-Redirect binding.
pub(crate) const HTTP_REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// The SOAP binding, which nobody serves.
pub(crate) const SOAP: &str = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP";
/// XML Schema, whose types values are said to have.
pub(crate) const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";
/// The namespace of `xsi:type`.
pub(crate) const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The NameFormat unspecified (SAML Core §8.2.1).
pub(crate) const NAME_UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified";
/// The NameFormat basic (SAML Core §8.2.3).
pub(crate) const NAME_BASIC: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";

/// The text of a NameID, with the comment in it where there is to be one.
pub(crate) fn name_id_text(xml: &mut Xml, name_id: &NameId) {
    let (first, second) = &name_id.text;
    xml.text(first);
    if let Some(second) = second {
        xml.raw("<!-- a comment -->").text(second);
    }
}

/// A status in the prefix of the protocol, whose namespace is declared already; `again` is what a
/// style declares once more.
pub(crate) fn status(xml: &mut Xml, prefix: &str, again: Attributes<'_>, message: &Message) {
    let code = format!("{prefix}:StatusCode");
    let status = &message.status;
    xml.open(&format!("{prefix}:Status"), again);
    match &status.subcode {
        Some(subcode) => xml
            .open(&code, &[("Value", Some(&status.code))])
            .empty(&code, &[("Value", Some(subcode))])
            .close(&code),
        None => xml.empty(&code, &[("Value", Some(&status.code))]),
    };
    if let Some(text) = &status.message {
        xml.leaf(&format!("{prefix}:StatusMessage"), &[], text);
    }
    xml.close(&format!("{prefix}:Status"));
}

/// A condition that no specification knows, in the prefix of the assertion (with its colon, or
/// empty).
pub(crate) fn unknown_condition(xml: &mut Xml, prefix: &str) {
    xml.empty(
        &format!("{prefix}Condition"),
        &[
            ("xmlns:xsi", Some(SCHEMA_INSTANCE)),
            ("xmlns:odd", Some("urn:example:odd-conditions")),
            ("xsi:type", Some("odd:MoonPhaseCondition")),
        ],
    );
}
