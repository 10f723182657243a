//! Private keys, and the signatures they make.

use std::fmt;
use std::sync::Arc;

use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{PKey, PKeyRef, Private};
use openssl::rsa::Rsa;
use zeroize::Zeroizing;

use crate::algorithm::{DSIG_NS, ENVELOPED, EXC_C14N, KeyFamily, SignatureAlgorithm};
use crate::certificate::Certificate;
use crate::document::{Place, Tree, TreeAttribute};
use crate::element::Element;
use crate::ffi::{self, RawKey};
use crate::key::{KeyError, KeyKind, MAX_RSA_BITS, MIN_RSA_BITS, VerifyingKey};
use crate::limits::Limits;
use crate::parse_error::ParseError;
use crate::shape::is_plain_ncname;
use crate::spki::is_one_sequence;
use crate::verify::has_signature;

/// A private RSA or EC key. Cheap to clone, free to share between threads.
#[derive(Clone)]
pub struct SigningKey(Arc<Inner>);

struct Inner {
    raw: RawKey,
    private: PKey<Private>,
    pkcs8: Zeroizing<Vec<u8>>,
    verifying: VerifyingKey,
}

impl SigningKey {
    /// Makes an RSA key of `bits` bits.
    ///
    /// # Errors
    ///
    /// [`KeyError::RsaTooShort`] below 2048 bits, [`KeyError::RsaTooLong`] above 16 384,
    /// [`KeyError::Library`] if OpenSSL fails.
    pub fn generate_rsa(bits: u32) -> Result<Self, KeyError> {
        if bits < MIN_RSA_BITS {
            return Err(KeyError::RsaTooShort { bits });
        }
        if bits > MAX_RSA_BITS {
            return Err(KeyError::RsaTooLong { bits });
        }
        let key = Rsa::generate(bits).and_then(PKey::from_rsa);
        Self::from_private(&*key.map_err(|_stack| KeyError::Library)?)
    }

    /// Makes a key on P-256.
    ///
    /// # Errors
    ///
    /// [`KeyError::Library`] if OpenSSL fails.
    pub fn generate_ec_p256() -> Result<Self, KeyError> {
        let key = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)
            .and_then(|group| EcKey::generate(&group))
            .and_then(PKey::from_ec_key);
        Self::from_private(&*key.map_err(|_stack| KeyError::Library)?)
    }

    /// Reads an unencrypted PKCS #8 PrivateKeyInfo in DER.
    ///
    /// # Errors
    ///
    /// [`KeyError`] says what is wrong with it: not a key, too short, not supported.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        if !is_one_sequence(der) {
            return Err(KeyError::Malformed);
        }
        let Ok(key) = PKey::private_key_from_pkcs8(der) else {
            ffi::drain_openssl_errors();
            return Err(KeyError::Malformed);
        };
        Self::from_private(&key)
    }

    fn from_private(private: &PKeyRef<Private>) -> Result<Self, KeyError> {
        ffi::ready()?;
        let spki = private
            .public_key_to_der()
            .map_err(|_stack| KeyError::Malformed)?;
        let verifying = VerifyingKey::from_spki_der(&spki)?;
        let pkcs8 = private
            .private_key_to_pkcs8()
            .map_err(|_stack| KeyError::Malformed)?;
        // See `VerifyingKey::from_public`.
        let private = PKey::private_key_from_pkcs8(&pkcs8).map_err(|_stack| KeyError::Library)?;
        let raw = RawKey::adopt(private.clone()).ok_or(KeyError::Library)?;
        Ok(Self(Arc::new(Inner {
            raw,
            private,
            pkcs8: Zeroizing::new(pkcs8),
            verifying,
        })))
    }

    /// The key as PKCS #8 PrivateKeyInfo in DER, unencrypted.
    #[must_use]
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        self.0.pkcs8.clone()
    }

    /// Its public half.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        self.0.verifying.clone()
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.0.verifying.kind()
    }

    /// The algorithm with SHA-256 for such a key.
    #[must_use]
    pub fn sha256_algorithm(&self) -> SignatureAlgorithm {
        match self.0.verifying.family() {
            KeyFamily::Rsa => SignatureAlgorithm::RsaSha256,
            KeyFamily::Ec => SignatureAlgorithm::EcdsaSha256,
        }
    }

    /// Every algorithm that such a key signs with, SHA-256 first.
    pub fn algorithms(&self) -> impl Iterator<Item = SignatureAlgorithm> + use<> {
        let family = self.0.verifying.family();
        SignatureAlgorithm::ALL
            .into_iter()
            .filter(move |algorithm| algorithm.family() == family)
    }

    pub(crate) fn check_algorithm(&self, algorithm: SignatureAlgorithm) -> Result<(), SignError> {
        if algorithm.family() == self.0.verifying.family() {
            return Ok(());
        }
        let key = self.kind();
        Err(SignError::WrongAlgorithm { algorithm, key })
    }

    pub(crate) fn private(&self) -> &PKeyRef<Private> {
        &self.0.private
    }

    /// Signs the element of `xml` whose `ID` is `element_id`: an enveloped signature, right after
    /// its `Issuer` child (SAML Core §5.4.1 has it there) or as its first child if it has none.
    /// What comes back is the whole document, without an XML declaration.
    ///
    /// # Errors
    ///
    /// [`SignError`].
    pub fn sign_element(
        &self,
        xml: &str,
        element_id: &str,
        options: &SignOptions,
    ) -> Result<String, SignError> {
        self.check_algorithm(options.algorithm)?;
        if !is_plain_ncname(element_id) {
            return Err(SignError::InvalidId);
        }
        let template = template(element_id, options)?;
        let limits = Limits::default();
        let mut document = Tree::parse_mutable(xml.as_bytes(), &limits)?;
        let template = Tree::parse(template.as_bytes(), &limits.with_room_for(template.len()))?;
        document.graft(&template, |root| {
            let element = find(root, element_id)?;
            if has_signature(element) {
                return Err(SignError::AlreadySigned);
            }
            let issuer = element
                .children()
                .next()
                .filter(|child| child.local_name() == "Issuer");
            let place = match issuer {
                Some(issuer) => issuer.in_tree().map(Place::After),
                None => element.in_tree().map(Place::FirstIn),
            };
            place.ok_or(SignError::Library)
        })?;

        let element = find(document.root(), element_id)?;
        let owns_id = element.in_tree().is_some_and(|element| {
            let is_id = |id: &TreeAttribute<'_>| id.name() == "ID" && id.namespace().is_none();
            let id = element.attributes().find(is_id);
            id.is_some_and(|id| element.own_id(id))
        });
        if !owns_id {
            return Err(SignError::DuplicateId);
        }
        let signature = element.children_named(DSIG_NS, "Signature").next();
        let signature = signature
            .and_then(Element::in_tree)
            .ok_or(SignError::Library)?;
        let digest = options.algorithm.digest();
        ffi::sign(signature, &self.0.raw, options.algorithm, digest)
            .map_err(|_failure| SignError::Library)?;
        document.to_xml().ok_or(SignError::Library)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SigningKey({}, {})",
            self.kind(),
            self.0.verifying.fingerprint()
        )
    }
}

/// How to sign.
#[derive(Debug, Clone)]
pub struct SignOptions {
    /// The algorithm; its digest is used for the reference too. Default RSA-SHA256.
    pub algorithm: SignatureAlgorithm,
    /// How the signature's elements are named. Default `ds:`.
    pub prefix: SignaturePrefix,
    /// Prefixes for `InclusiveNamespaces`; none leaves it out. `#default` is one too.
    pub inclusive_namespaces: Vec<String>,
    /// A certificate to send along.
    pub key_info: Option<Certificate>,
}

impl Default for SignOptions {
    fn default() -> Self {
        Self {
            algorithm: SignatureAlgorithm::RsaSha256,
            prefix: SignaturePrefix::Ds,
            inclusive_namespaces: Vec::new(),
            key_info: None,
        }
    }
}

/// How the elements of a signature are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignaturePrefix {
    /// `<Signature xmlns="…">`.
    Default,
    /// `<ds:Signature xmlns:ds="…">`.
    Ds,
}

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The document cannot be read.
    #[error("the document cannot be read")]
    Document(#[from] ParseError),
    /// No element has this ID.
    #[error("no element has the ID to sign")]
    NoSuchElement,
    /// Several elements have it.
    #[error("several elements have the ID to sign")]
    DuplicateId,
    /// It is not an ASCII NCName.
    #[error("the ID to sign is not a plain name")]
    InvalidId,
    /// The element has a signature already.
    #[error("the element has a signature already")]
    AlreadySigned,
    /// The algorithm needs another kind of key.
    #[error("{algorithm} needs another kind of key than {key}")]
    WrongAlgorithm {
        /// The algorithm.
        algorithm: SignatureAlgorithm,
        /// The key.
        key: KeyKind,
    },
    /// A prefix of the inclusive namespaces is neither an NCName nor `#default`.
    #[error("an inclusive namespace prefix is not a plain name")]
    InvalidPrefix,
    /// A C library failed.
    #[error("the signature library failed")]
    Library,
}

fn find<'d>(root: Element<'d>, id: &str) -> Result<Element<'d>, SignError> {
    let mut found = root.descendants().filter(|element| {
        element
            .attribute("ID")
            .is_some_and(|candidate| candidate == id)
    });
    let element = found.next().ok_or(SignError::NoSuchElement)?;
    if found.next().is_some() {
        Err(SignError::DuplicateId)
    } else {
        Ok(element)
    }
}

/// The signature before xmlsec fills in digest and value. Whatever goes into it is an identifier
/// of ours, a plain name or base64: nothing needs escaping.
fn template(id: &str, options: &SignOptions) -> Result<String, SignError> {
    let plain = |prefix: &String| prefix == "#default" || is_plain_ncname(prefix);
    if !options.inclusive_namespaces.iter().all(plain) {
        return Err(SignError::InvalidPrefix);
    }
    let (p, xmlns) = match options.prefix {
        SignaturePrefix::Default => ("", "xmlns"),
        SignaturePrefix::Ds => ("ds:", "xmlns:ds"),
    };
    let exclusive = if options.inclusive_namespaces.is_empty() {
        format!(r#"<{p}Transform Algorithm="{EXC_C14N}"/>"#)
    } else {
        let prefixes = options.inclusive_namespaces.join(" ");
        format!(
            r#"<{p}Transform Algorithm="{EXC_C14N}"><ec:InclusiveNamespaces xmlns:ec="{EXC_C14N}" PrefixList="{prefixes}"/></{p}Transform>"#
        )
    };
    let key_info = options.key_info.as_ref().map_or_else(String::new, |certificate| {
        let der = certificate.to_base64_der();
        format!(
            "<{p}KeyInfo><{p}X509Data><{p}X509Certificate>{der}</{p}X509Certificate></{p}X509Data></{p}KeyInfo>"
        )
    });
    let method = options.algorithm.uri();
    let digest = options.algorithm.digest().uri();
    Ok(format!(
        r##"<{p}Signature {xmlns}="{DSIG_NS}"><{p}SignedInfo><{p}CanonicalizationMethod Algorithm="{EXC_C14N}"/><{p}SignatureMethod Algorithm="{method}"/><{p}Reference URI="#{id}"><{p}Transforms><{p}Transform Algorithm="{ENVELOPED}"/>{exclusive}</{p}Transforms><{p}DigestMethod Algorithm="{digest}"/><{p}DigestValue></{p}DigestValue></{p}Reference></{p}SignedInfo><{p}SignatureValue></{p}SignatureValue>{key_info}</{p}Signature>"##
    ))
}
