//! Why a signature was not accepted.

use std::borrow::Cow;

use crate::InitError;
use crate::algorithm::SignatureAlgorithm;
use crate::parse_error::ParseError;

/// Why [`verify`](crate::verify) refused. One variant for each rule; [`VerifyError::expected`] and
/// [`VerifyError::received`] are for a report. Text from the document is bounded and free of
/// control characters, and still the sender's: show it as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The element has no `ds:Signature` child.
    #[error("the element is not signed")]
    Unsigned,
    /// The element has several `ds:Signature` children.
    #[error("the element has {count} signatures, one is allowed")]
    SeveralSignatures {
        /// How many.
        count: usize,
    },
    /// The element has no `ID` attribute, or an empty one.
    #[error("the signed element has no ID")]
    MissingId,
    /// The element's `ID` is no ASCII NCName (Core §1.3.4).
    #[error("the signed element's ID is not a plain name")]
    InvalidId {
        /// The ID.
        id: String,
    },
    /// The ID stands on several elements, under any of the names `ID`, `Id`, `id`, `xml:id`; or
    /// some `ID` does.
    #[error("an ID stands on more than one element")]
    DuplicateId {
        /// The ID.
        id: String,
    },
    /// A part of the signature is missing, not in its place, or too many.
    #[error("the signature is not built as required: expected {expected} in {parent}")]
    Structure {
        /// The element whose content is wrong.
        parent: &'static str,
        /// What should stand there.
        expected: &'static str,
        /// What does, if anything.
        found: Option<String>,
    },
    /// Text where only elements may stand, or a comment where the signed facts stand.
    #[error("text or a comment inside {parent} of the signature")]
    StrayContent {
        /// The element.
        parent: &'static str,
    },
    /// An attribute in a namespace on a part of the signature: xmlsec would not tell `x:URI` from
    /// `URI`.
    #[error("an attribute in a namespace inside {parent} of the signature")]
    ForeignAttribute {
        /// The part.
        parent: &'static str,
    },
    /// A `ds:Object`: a place to hide things in.
    #[error("the signature carries an Object")]
    Object,
    /// No `ds:Reference`, or several.
    #[error("the signature has {count} references, exactly one is required")]
    References {
        /// How many.
        count: usize,
    },
    /// The reference has no URI, or one that means the whole document.
    #[error("the signature's reference does not name the element")]
    WholeDocumentReference,
    /// The reference is an XPointer.
    #[error("the signature's reference is an XPointer")]
    XPointerReference {
        /// The URI.
        uri: String,
    },
    /// The reference leads out of the document.
    #[error("the signature's reference leads out of the document")]
    ExternalReference {
        /// The URI.
        uri: String,
    },
    /// The reference names another element than the one the signature stands in.
    #[error("the signature's reference names another element")]
    OtherElement {
        /// `#` and the element's ID.
        expected: String,
        /// The URI.
        uri: String,
    },
    /// `CanonicalizationMethod` is not exclusive canonicalisation without comments.
    #[error("the canonicalization method is not exclusive C14N without comments")]
    Canonicalization {
        /// The algorithm.
        algorithm: String,
    },
    /// A transform other than enveloped-signature and exclusive C14N without comments.
    #[error("the signature uses a transform that is not allowed")]
    Transform {
        /// The algorithm.
        algorithm: String,
    },
    /// Without the enveloped-signature transform, or not as the first of two.
    #[error("the transforms do not begin with enveloped-signature")]
    NotEnveloped,
    /// Without exclusive C14N as the last transform, xmlsec would fall back to inclusive C14N.
    #[error("the transforms do not end with exclusive C14N")]
    NotExclusive,
    /// More than two transforms.
    #[error("the signature has {count} transforms, exactly two are required")]
    TooManyTransforms {
        /// How many.
        count: usize,
    },
    /// An `InclusiveNamespaces` list of more prefixes than a message has.
    #[error("the list of inclusive namespaces has more than {max} prefixes")]
    TooManyPrefixes {
        /// The bound.
        max: usize,
    },
    /// The digest algorithm is not allowed: SHA-1, MD5, or unknown.
    #[error("the digest algorithm is not allowed")]
    Digest {
        /// The algorithm.
        algorithm: String,
    },
    /// The signature is an HMAC: its key would be no secret.
    #[error("the signature is an HMAC")]
    Hmac {
        /// The algorithm.
        algorithm: String,
    },
    /// The signature algorithm is not allowed: SHA-1, MD5, DSA, or unknown.
    #[error("the signature algorithm is not allowed")]
    Algorithm {
        /// The algorithm.
        algorithm: String,
    },
    /// `SignatureValue` is not base64.
    #[error("the signature value is not base64")]
    SignatureValue,
    /// `DigestValue` is not base64.
    #[error("the digest value is not base64")]
    DigestValue,
    /// No key was given.
    #[error("there is no key to verify with")]
    NoKeys,
    /// More keys were given than [`MAX_KEYS`](crate::MAX_KEYS).
    #[error("{count} keys are more than {max}")]
    TooManyKeys {
        /// How many.
        count: usize,
        /// The bound.
        max: usize,
    },
    /// None of the keys is of the kind that the algorithm needs.
    #[error("none of the keys is of the kind that {algorithm} needs")]
    NoKeyForAlgorithm {
        /// The algorithm.
        algorithm: SignatureAlgorithm,
    },
    /// One of the keys made the signature, and its digest is not that of the element: the element
    /// was altered after it was signed.
    #[error("the element was altered after it was signed")]
    DigestMismatch,
    /// None of the keys made the signature.
    #[error("none of the keys made the signature")]
    WrongKey,
    /// The element or `SignedInfo` could not be canonicalised (a relative namespace name, say).
    #[error("the element cannot be canonicalised")]
    NotCanonicalizable,
    /// Canonicalisation gave nothing: a signature over nothing proves nothing.
    #[error("the canonical form is empty")]
    EmptyCanonicalForm,
    /// The digested bytes are not the element that was asked about.
    #[error("the signed bytes are not the element that carries the signature")]
    OtherBytes,
    /// The digested bytes are not a document that we would read.
    #[error("the signed bytes cannot be read")]
    Unreadable(#[source] ParseError),
    /// xmlsec failed otherwise.
    #[error("the signature library failed with reason {reason}")]
    Library {
        /// xmlsec's reason code; 0 if it gave none.
        reason: i32,
    },
    /// The C libraries could not be set up.
    #[error(transparent)]
    Init(#[from] InitError),
}

impl VerifyError {
    /// What should have been there, for a report.
    #[must_use]
    pub fn expected(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            Self::Unsigned | Self::SeveralSignatures { .. } => "one ds:Signature child".into(),
            Self::MissingId | Self::InvalidId { .. } => "an ID that is an NCName".into(),
            Self::DuplicateId { .. } => "every ID once in the document".into(),
            Self::Structure { expected, .. } => (*expected).into(),
            Self::StrayContent { .. } => "elements and white space alone".into(),
            Self::ForeignAttribute { .. } => "attributes in no namespace".into(),
            Self::Object => "SignedInfo, SignatureValue and at most KeyInfo".into(),
            Self::References { .. } => "one Reference".into(),
            Self::WholeDocumentReference
            | Self::XPointerReference { .. }
            | Self::ExternalReference { .. } => "# and the ID of the signed element".into(),
            Self::OtherElement { expected, .. } => expected.clone().into(),
            Self::Canonicalization { .. } => crate::algorithm::EXC_C14N.into(),
            Self::Transform { .. }
            | Self::NotEnveloped
            | Self::NotExclusive
            | Self::TooManyTransforms { .. } => {
                "enveloped-signature, then exclusive C14N without comments".into()
            }
            Self::TooManyPrefixes { max } => format!("at most {max} prefixes").into(),
            Self::Digest { .. } => "SHA-256, SHA-384 or SHA-512".into(),
            Self::Hmac { .. } | Self::Algorithm { .. } => {
                "RSA or ECDSA with SHA-256, SHA-384 or SHA-512".into()
            }
            Self::SignatureValue | Self::DigestValue => "base64".into(),
            Self::NoKeyForAlgorithm { algorithm } => format!("a key for {algorithm}").into(),
            Self::DigestMismatch => "the digest that was signed".into(),
            Self::WrongKey => "a signature by one of the configured keys".into(),
            _ => return None,
        })
    }

    /// What was there, for a report.
    #[must_use]
    pub fn received(&self) -> Option<String> {
        Some(match self {
            Self::Unsigned => "no signature".to_owned(),
            Self::SeveralSignatures { count } => format!("{count} signatures"),
            Self::InvalidId { id } | Self::DuplicateId { id } => id.clone(),
            Self::Structure { found, .. } => found.clone()?,
            Self::References { count } => format!("{count} references"),
            Self::XPointerReference { uri }
            | Self::ExternalReference { uri }
            | Self::OtherElement { uri, .. } => uri.clone(),
            Self::Canonicalization { algorithm }
            | Self::Transform { algorithm }
            | Self::Digest { algorithm }
            | Self::Hmac { algorithm }
            | Self::Algorithm { algorithm } => algorithm.clone(),
            Self::TooManyTransforms { count } => format!("{count} transforms"),
            Self::DigestMismatch => "another digest: altered after signing".to_owned(),
            Self::WrongKey => "a signature by another key".to_owned(),
            _ => return None,
        })
    }
}

/// Text of the document, fit for a report: at most 200 characters, no control characters.
#[cold]
pub(crate) fn excerpt(text: &str) -> String {
    const MAX: usize = 200;
    let mut excerpt: String = text
        .chars()
        .take(MAX)
        .map(|character| {
            if character.is_control() {
                '\u{fffd}'
            } else {
                character
            }
        })
        .collect();
    if text.chars().nth(MAX).is_some() {
        excerpt.push('…');
    }
    excerpt
}
