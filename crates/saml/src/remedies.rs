//! How to mend what failed: what is to be done, by whom, and in whose words.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::labels::{Field, note};
use crate::provider::Provider;

/// Who has to change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The admin of the identity provider.
    IdentityProvider,
    /// Whoever configures this connection, here.
    ThisService,
    /// The person who signs in: by starting again.
    Person,
    /// Whatever stands between: a proxy, a gateway, a browser extension.
    MessagePath,
}

impl Side {
    /// Its stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdentityProvider => "identity_provider",
            Self::ThisService => "this_service",
            Self::Person => "person",
            Self::MessagePath => "message_path",
        }
    }
}

/// What is to be mended. The words come later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fix {
    Audience(String),
    AcsUrl(String),
    Issuer,
    Certificate,
    CertificateEnds,
    StrongerKey,
    Altered,
    SignedThenEncrypted,
    Algorithm,
    Unsigned,
    SignResponse,
    SignAssertion,
    /// The encryption of what is to be turned off.
    EncryptionOff(&'static str),
    EncryptionKey,
    EncryptionAlgorithm,
    NameId,
    NameIdFormat,
    Identifier(String),
    Scope,
    AuthnContext,
    FreshSignIn,
    AuthnStatement,
    SessionEnd,
    Validity,
    Clock,
    Unsolicited,
    Answered,
    OtherRequest,
    Assignment(&'static str),
    NameIdPolicy,
    Request,
    Drift,
    Software,
    /// All there is to say.
    Said(Side, &'static str),
}

/// The words of a fix, with a hole for the provider's own label.
struct Words {
    /// Whether it begins with the place: at the identity provider.
    there: bool,
    before: Cow<'static, str>,
    field: Option<Field>,
    after: &'static str,
}

fn there(before: impl Into<Cow<'static, str>>, field: Field, after: &'static str) -> Words {
    let (before, field) = (before.into(), Some(field));
    Words {
        there: true,
        before,
        field,
        after,
    }
}

fn here(before: &'static str, field: Field, after: &'static str) -> Words {
    Words {
        there: false,
        ..there(before, field, after)
    }
}

fn plain(text: &'static str) -> Words {
    Words {
        there: false,
        before: Cow::Borrowed(text),
        field: None,
        after: "",
    }
}

impl Fix {
    /// Who has to do it.
    pub(crate) fn side(&self) -> Side {
        match self {
            Self::Issuer | Self::Certificate | Self::CertificateEnds => Side::ThisService,
            Self::Altered => Side::MessagePath,
            Self::Unsolicited | Self::OtherRequest => Side::Person,
            Self::Said(side, _) => *side,
            _ => Side::IdentityProvider,
        }
    }

    /// What to do, in the words of this provider, or of several.
    pub(crate) fn words(&self, provider: Provider) -> String {
        let Words {
            there,
            before,
            field,
            after,
        } = self.template();
        let mut text = match (there, provider) {
            (false, _) => String::new(),
            (true, Provider::Generic) => "At the identity provider, ".to_owned(),
            (true, provider) => format!("In {}, ", provider.name()),
        };
        text.push_str(&before);
        if let Some(field) = field {
            text.push_str(&note(provider, field));
        }
        text.push_str(after);
        text
    }

    fn template(&self) -> Words {
        match self {
            Self::Audience(expected) => there(
                format!("set the audience to {expected}"),
                Field::Audience,
                ".",
            ),
            Self::AcsUrl(expected) => {
                there(format!("set the ACS URL to {expected}"), Field::AcsUrl, ".")
            }
            Self::Issuer => here(
                "Either this is the answer of another identity provider or application, or the \
                 identity provider's entity ID is saved wrongly here. Compare with the page of the \
                 identity provider",
                Field::Issuer,
                ", correct it and test again.",
            ),
            Self::Certificate => here(
                "Download the signing certificate that the identity provider uses now",
                Field::Certificate,
                ", save it here and test again. If the identity provider is changing its \
                 certificate, save both the old and the new one.",
            ),
            Self::CertificateEnds => here(
                "Nothing stops because of that. Make the next certificate at the identity provider \
                 in time",
                Field::Certificate,
                ", and save it here beside this one before it is used.",
            ),
            Self::StrongerKey => here(
                "Have the identity provider sign with an RSA key of at least 2048 bits",
                Field::Certificate,
                ", then save its new certificate here.",
            ),
            Self::Altered => plain(
                "The message was changed after the identity provider had signed it. Look for a \
                 proxy, gateway or browser extension that rewrites it. Some identity providers also \
                 sign first and encrypt afterwards; there, turn encryption off.",
            ),
            Self::SignedThenEncrypted => there(
                "sign after encrypting, or sign the assertion instead of the response, or turn the \
                 encryption of assertions off",
                Field::Encryption,
                ": the response was most likely signed first and its assertion encrypted afterwards, \
                 so that the signature cannot verify as it was received.",
            ),
            Self::Algorithm => there(
                "set the signature algorithm to RSA-SHA256 and the digest to SHA-256",
                Field::SignatureAlgorithm,
                ".",
            ),
            Self::Unsigned => there(
                "turn signing on, for the assertion or for the whole response",
                Field::SignAssertion,
                ".",
            ),
            Self::SignResponse => there(
                "have the response signed too",
                Field::SignResponse,
                ", or switch the requirement off in this connection.",
            ),
            Self::SignAssertion => there(
                "have the assertion signed too",
                Field::SignAssertion,
                ": then what it says is signed wherever it goes.",
            ),
            Self::EncryptionOff(what) => there(
                format!("turn the encryption of {what} off for this application"),
                Field::Encryption,
                ".",
            ),
            Self::EncryptionKey => there(
                "upload this connection's present certificate as the one to encrypt with",
                Field::Encryption,
                ", or turn the encryption of assertions off.",
            ),
            Self::EncryptionAlgorithm => there(
                "encrypt with AES-256-GCM or AES-128-GCM, and its key with RSA-OAEP",
                Field::EncryptionAlgorithm,
                "; or turn the encryption of assertions off.",
            ),
            Self::NameId => there(
                "have the assertion carry a NameID",
                Field::NameId,
                ", and check that the field has a value for this person.",
            ),
            Self::NameIdFormat => there(
                "set the NameID format to emailAddress, or send an identifier that does not change",
                Field::NameId,
                ".",
            ),
            Self::Identifier(name) => there(
                format!("send the attribute {name} with one value"),
                Field::Attributes,
                ", and check that it has one for this person.",
            ),
            Self::Scope => there(
                "send identifiers of this organization's own domains alone",
                Field::Attributes,
                ", or add the domain to those allowed in this connection.",
            ),
            Self::AuthnContext => plain(
                "Have the identity provider require one of the ways of authentication that this \
                 connection asks for, or change what it asks for.",
            ),
            Self::FreshSignIn => plain(
                "The identity provider was asked to authenticate the person anew and answered from \
                 an earlier sign-in. Have it honour ForceAuthn, or do not ask for that in this \
                 connection.",
            ),
            Self::AuthnStatement => there("include an AuthnStatement", Field::AuthnStatement, "."),
            Self::SessionEnd => plain(
                "Nothing needs to be done. Where the identity provider can send a \
                 SessionNotOnOrAfter, sessions here end with the one there.",
            ),
            Self::Validity => there(
                "let an answer be valid for some minutes rather than hours",
                Field::Lifetime,
                ": it is used at once or not at all.",
            ),
            Self::Clock => plain(
                "Check the clock of the identity provider against a time server (NTP), and the one \
                 of this service; if the page was left open for long, simply start again.",
            ),
            Self::Unsolicited => plain(
                "Start the sign-in at the application, not at the identity provider's dashboard. \
                 Nothing needs to be changed at the identity provider.",
            ),
            Self::Answered => plain(
                "A sign-in that begins at the identity provider answers no request, so it must name \
                 none. Some identity providers name a request that never was; report it to the \
                 maker, and start at the application meanwhile.",
            ),
            Self::OtherRequest => plain(
                "This is the answer to another sign-in than the one begun in this browser: an old \
                 page was sent again, or two sign-ins crossed. Start again at the application.",
            ),
            Self::Assignment(text) => here(text, Field::Assignment, "."),
            Self::NameIdPolicy => here(
                "The identity provider cannot give the kind of NameID that is asked for. Set a \
                 NameID format for this application there",
                Field::NameId,
                ".",
            ),
            Self::Request => here(
                "The identity provider found fault with the request. Compare the entity ID and the \
                 ACS URL of the application there with those of this connection",
                Field::Audience,
                "; if it demands signed requests, turn that off (Keycloak: Client signature \
                 required), or have this connection sign them.",
            ),
            Self::Drift => plain(
                "Something changed at the identity provider since this connection was tested. If \
                 that was on purpose, save the new values here and test again; if not, undo it \
                 there.",
            ),
            Self::Software => plain(
                "This is set by the identity provider's software rather than by a setting. Report \
                 it to its maker, with this report.",
            ),
            Self::Said(_, text) => plain(text),
        }
    }
}
