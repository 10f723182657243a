//! Whose accent the IdP speaks with.
//!
//! A new style is a file beside `okta.rs` with one [`Dialect`] in it, and one line below.

mod entra;
mod okta;

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use vestibule_xmlsig::SignaturePrefix;

use crate::escape::Xml;
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
}

impl Style {
    /// Every one of them.
    pub const ALL: &[Self] = &[Self::Okta, Self::Entra];

    /// Its name on a command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::Entra => "entra",
        }
    }

    /// The product that is imitated.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Okta => "Okta",
            Self::Entra => "Microsoft Entra ID",
        }
    }

    pub(crate) fn dialect(self) -> &'static Dialect {
        match self {
            Self::Okta => &okta::DIALECT,
            Self::Entra => &entra::DIALECT,
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
#[error("there is no such style; there are okta and entra")]
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
    /// A new ID from sixteen random bytes.
    pub(crate) id: fn([u8; 16]) -> String,
    /// What is signed by default.
    pub(crate) sign: Sign,
    /// The prefix of signatures.
    pub(crate) signature_prefix: SignaturePrefix,
    /// The prefixes that canonicalisation treats inclusively.
    pub(crate) inclusive_namespaces: &'static [&'static str],
    /// The NameID format where nobody asks for one.
    pub(crate) name_id_format: &'static str,
    /// How long before its issue an assertion is valid.
    pub(crate) valid_before: SignedDuration,
    /// How long after its issue an assertion is valid.
    pub(crate) valid_after: SignedDuration,
    /// The AuthnContextClassRef.
    pub(crate) context_class: &'static str,
    /// What is said of a person.
    pub(crate) attributes: fn(&User) -> Vec<Attribute>,
    /// Writes an answer: unsigned, from the root element on.
    pub(crate) response: fn(&Message) -> String,
    /// Writes the metadata.
    pub(crate) metadata: fn(&MetadataFacts<'_>) -> String,
}

/// What metadata says.
pub(crate) struct MetadataFacts<'a> {
    pub(crate) entity_id: &'a str,
    pub(crate) sso_url: &'a str,
    /// The certificate, DER in base64.
    pub(crate) certificate: &'a str,
    /// Sixteen bytes for an ID, the same for the same entity ID.
    pub(crate) stable: [u8; 16],
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

/// The text of a NameID, with the comment in it where there is to be one.
pub(crate) fn name_id_text(xml: &mut Xml, name_id: &NameId) {
    let (first, second) = &name_id.text;
    xml.text(first);
    if let Some(second) = second {
        xml.raw("<!-- a comment -->").text(second);
    }
}

/// A status in the prefix of the protocol, its namespace declared already.
pub(crate) fn status(xml: &mut Xml, prefix: &str, message: &Message) {
    let code = format!("{prefix}:StatusCode");
    let status = &message.status;
    xml.open(&format!("{prefix}:Status"), &[]);
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
            (
                "xmlns:xsi",
                Some("http://www.w3.org/2001/XMLSchema-instance"),
            ),
            ("xmlns:odd", Some("urn:example:odd-conditions")),
            ("xsi:type", Some("odd:MoonPhaseCondition")),
        ],
    );
}
