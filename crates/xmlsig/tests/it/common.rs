//! Keys, documents and forged signatures for the tests of this crate.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use vestibule_xmlsig::{Document, Element, Limits, SignOptions, SigningKey, VerifyingKey};

pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(crate) const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(crate) const EXC_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub(crate) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// The IdP's key, one for the test binary.
pub(crate) fn idp() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate_rsa(2048).unwrap())
}

/// Somebody else's key.
pub(crate) fn attacker() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate_rsa(2048).unwrap())
}

pub(crate) fn trusted() -> Vec<VerifyingKey> {
    vec![idp().verifying_key()]
}

pub(crate) fn pkey(key: &SigningKey) -> PKey<Private> {
    PKey::private_key_from_pkcs8(&key.to_pkcs8_der()).unwrap()
}

pub(crate) fn parse(xml: &str) -> Document {
    Document::parse(xml.as_bytes(), &Limits::default()).unwrap()
}

/// The first element with this local name, in document order.
pub(crate) fn find<'d>(root: Element<'d>, name: &str) -> Option<Element<'d>> {
    if root.local_name() == name {
        return Some(root);
    }
    root.children().find_map(|child| find(child, name))
}

/// An unsigned response with one assertion.
pub(crate) fn response() -> String {
    format!(
        r#"<samlp:Response xmlns:samlp="{SAMLP}" ID="_response" Version="2.0"><saml:Issuer xmlns:saml="{SAML}">https://idp.example.org</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{}</samlp:Response>"#,
        assertion("ada@example.org")
    )
}

pub(crate) fn assertion(name_id: &str) -> String {
    format!(
        r#"<saml:Assertion xmlns:saml="{SAML}" ID="_assertion" Version="2.0"><saml:Issuer>https://idp.example.org</saml:Issuer><saml:Subject><saml:NameID>{name_id}</saml:NameID></saml:Subject><saml:AttributeStatement><saml:Attribute Name="groups"><saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">staff &amp; friends</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"#
    )
}

/// The response with a signed assertion.
pub(crate) fn signed_response() -> String {
    idp()
        .sign_element(&response(), "_assertion", &SignOptions::default())
        .unwrap()
}

/// A signature written by hand, with the IdP's own key, over a document whose text is canonical
/// already: what an attacker could have an IdP of doubtful habits sign, or simply write.
pub(crate) struct Forged {
    /// The element before and after its signature, in canonical form.
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) canonicalization: String,
    pub(crate) method: String,
    /// What `sign_with` digests.
    pub(crate) md: MessageDigest,
    /// Whole `Reference` elements.
    pub(crate) references: Vec<String>,
    /// What follows SignatureValue.
    pub(crate) tail: String,
    /// Put into SignedInfo's end.
    pub(crate) signed_info_extra: String,
}

impl Forged {
    /// One that would be fine.
    pub(crate) fn fine() -> Self {
        let before = format!(
            r#"<saml:Assertion xmlns:saml="{SAML}" ID="_a"><saml:Issuer>https://idp.example.org</saml:Issuer>"#
        );
        let after = "<saml:Subject><saml:NameID>ada@example.org</saml:NameID></saml:Subject></saml:Assertion>".to_owned();
        let digest = sha256(format!("{before}{after}").as_bytes());
        Self {
            before,
            after,
            canonicalization: format!(
                r#"<ds:CanonicalizationMethod Algorithm="{EXC_C14N}"></ds:CanonicalizationMethod>"#
            ),
            method: format!(
                r#"<ds:SignatureMethod Algorithm="{RSA_SHA256}"></ds:SignatureMethod>"#
            ),
            md: MessageDigest::sha256(),
            references: vec![reference("#_a", &two_transforms(), SHA256, &digest)],
            tail: String::new(),
            signed_info_extra: String::new(),
        }
    }

    /// The digest of the element as it stands.
    pub(crate) fn element_digest(&self) -> String {
        sha256(format!("{}{}", self.before, self.after).as_bytes())
    }

    pub(crate) fn with_reference(mut self, uri: &str, transforms: &str, digest: &str) -> Self {
        self.references = vec![reference(uri, transforms, SHA256, digest)];
        self
    }

    pub(crate) fn signed_info(&self) -> String {
        format!(
            r#"<ds:SignedInfo xmlns:ds="{DS}">{}{}{}{}</ds:SignedInfo>"#,
            self.canonicalization,
            self.method,
            self.references.concat(),
            self.signed_info_extra
        )
    }

    pub(crate) fn sign_with(&self, key: &SigningKey) -> String {
        let key = pkey(key);
        let mut signer = Signer::new(self.md, &key).unwrap();
        let value = signer
            .sign_oneshot_to_vec(self.signed_info().as_bytes())
            .unwrap();
        self.with_value(&STANDARD.encode(value))
    }

    pub(crate) fn with_value(&self, value: &str) -> String {
        format!(
            r#"{}<ds:Signature xmlns:ds="{DS}">{}<ds:SignatureValue>{value}</ds:SignatureValue>{}</ds:Signature>{}"#,
            self.before,
            self.signed_info(),
            self.tail,
            self.after
        )
    }

    pub(crate) fn sign(&self) -> String {
        self.sign_with(idp())
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    STANDARD.encode(openssl::sha::sha256(bytes))
}

pub(crate) fn transform(algorithm: &str, content: &str) -> String {
    format!(r#"<ds:Transform Algorithm="{algorithm}">{content}</ds:Transform>"#)
}

pub(crate) fn two_transforms() -> String {
    transform(ENVELOPED, "") + &transform(EXC_C14N, "")
}

pub(crate) fn reference(uri: &str, transforms: &str, digest_method: &str, digest: &str) -> String {
    format!(
        r#"<ds:Reference URI="{uri}"><ds:Transforms>{transforms}</ds:Transforms><ds:DigestMethod Algorithm="{digest_method}"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"#
    )
}

/// Of a long row of like cases every which one: all of them, unless `tests/sanitize` says otherwise.
#[expect(
    clippy::disallowed_methods,
    reason = "a slow run of the tests says so by a variable"
)]
pub(crate) fn every_nth() -> usize {
    std::env::var("VESTIBULE_TEST_EVERY_NTH").map_or(1, |text| text.parse().unwrap())
}
