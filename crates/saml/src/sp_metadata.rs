//! What the IdP's admin needs to know of us.

use std::fmt::{self, Write as _};

use jiff::{SignedDuration, Timestamp};
use vestibule_xmlsig::{Certificate, ContentCipher, DigestAlgorithm, SignatureAlgorithm};

use crate::instant::format_instant;
use crate::names::{POST, REDIRECT, TRANSIENT, ns};
use crate::write::{Escaped, Optional};

/// NameID formats that we work with. SimpleSAMLphp takes the first of the list as the one to send,
/// so the one that identifies best comes first.
const NAME_ID_FORMATS: &[&str] = &[
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    TRANSIENT,
];

/// How an assertion may be encrypted for us: the content, best first, and then the key (IIP-ALG04,
/// IIP-ALG06). CBC is taken where a connection allows it, and never asked for.
const ENCRYPTION_METHODS: [&str; 4] = [
    ContentCipher::Aes256Gcm.uri(),
    ContentCipher::Aes128Gcm.uri(),
    "http://www.w3.org/2009/xmlenc11#rsa-oaep",
    "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
];

/// The smallest RSA key that a signature may be by (SDP-MD06).
const MIN_RSA_BITS: &str = "2048";

/// Our own metadata for one connection: only what truly works (Metadata §2.4.4, SDP-MD04).
#[derive(Debug, Clone, Copy)]
pub struct SpMetadata<'a> {
    /// Our entity ID.
    pub entity_id: &'a str,
    /// Where Responses go, by HTTP-POST.
    pub acs_url: &'a str,
    /// Where logout messages go, by HTTP-Redirect and HTTP-POST: some IdPs fail when either is
    /// missing.
    pub slo_url: Option<&'a str>,
    /// The certificates of the keys that our messages are signed with: the one in use, and the next
    /// one, published before it is used.
    pub signing_certificates: &'a [Certificate],
    /// The certificates of the keys to encrypt for. A key that only decrypts still what is on its
    /// way is not among them: nobody shall begin to use it.
    pub encryption_certificates: &'a [Certificate],
    /// Whether our AuthnRequests are signed.
    pub authn_requests_signed: bool,
    /// The NameID formats, the preferred one first.
    pub name_id_formats: &'a [&'a str],
    /// Where a discovery service sends people back to, with the IdP that they chose.
    pub discovery_url: Option<&'a str>,
    /// Our name as the IdP shows it to people.
    pub display_name: Option<&'a str>,
    /// Whom the IdP's admin can write to.
    pub contact: Option<ContactPerson<'a>>,
    /// Until when it may be used.
    pub valid_until: Option<Timestamp>,
    /// After what time it should be fetched again.
    pub cache_duration: Option<SignedDuration>,
}

/// Whom to write to (Metadata §2.3.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactPerson<'a> {
    /// In what matters.
    pub kind: ContactKind,
    /// The name of a person or of a team.
    pub name: Option<&'a str>,
    /// The address, without `mailto:`.
    pub email: &'a str,
}

/// In what matters a contact answers (Metadata §2.3.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactKind {
    /// Keys, endpoints, errors.
    Technical,
    /// The questions of people.
    Support,
}

impl ContactKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Technical => "technical",
            Self::Support => "support",
        }
    }
}

impl<'a> SpMetadata<'a> {
    /// A service provider with one ACS URL, without keys and without logout.
    #[must_use]
    pub const fn new(entity_id: &'a str, acs_url: &'a str) -> Self {
        Self {
            entity_id,
            acs_url,
            slo_url: None,
            signing_certificates: &[],
            encryption_certificates: &[],
            authn_requests_signed: false,
            name_id_formats: NAME_ID_FORMATS,
            discovery_url: None,
            display_name: None,
            contact: None,
            valid_until: None,
            cache_duration: None,
        }
    }

    /// The document. Its elements stand in the order of the schema (Metadata §2.3.2, §2.4.4).
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut xml = String::with_capacity(8192);
        // Writing to a String cannot fail.
        let _ = self.write(&mut xml);
        xml
    }

    fn write(&self, xml: &mut String) -> fmt::Result {
        let valid_until = self.valid_until.map(format_instant);
        let cache = self.cache_duration.map(duration);
        writeln!(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(
            xml,
            "<md:EntityDescriptor xmlns:md=\"{}\" xmlns:ds=\"{}\" entityID=\"{}\"{}{}>",
            ns::METADATA,
            ns::DSIG,
            Escaped(self.entity_id),
            Optional("validUntil", valid_until.as_deref()),
            Optional("cacheDuration", cache.as_deref()),
        )?;
        writeln!(
            xml,
            "  <md:SPSSODescriptor protocolSupportEnumeration=\"{}\" AuthnRequestsSigned=\"{}\" \
             WantAssertionsSigned=\"true\">",
            ns::PROTOCOL,
            self.authn_requests_signed,
        )?;
        self.extensions(xml)?;
        for certificate in self.signing_certificates {
            key_descriptor(xml, "signing", certificate, &[])?;
        }
        for certificate in self.encryption_certificates {
            key_descriptor(xml, "encryption", certificate, &ENCRYPTION_METHODS)?;
        }
        if let Some(url) = self.slo_url.map(Escaped) {
            for binding in [REDIRECT, POST] {
                writeln!(
                    xml,
                    "    <md:SingleLogoutService Binding=\"{binding}\" Location=\"{url}\"/>"
                )?;
            }
        }
        for format in self.name_id_formats.iter().map(|format| Escaped(format)) {
            writeln!(xml, "    <md:NameIDFormat>{format}</md:NameIDFormat>")?;
        }
        writeln!(
            xml,
            "    <md:AssertionConsumerService Binding=\"{POST}\" Location=\"{}\" index=\"0\" \
             isDefault=\"true\"/>\n  </md:SPSSODescriptor>",
            Escaped(self.acs_url)
        )?;
        if let Some(contact) = &self.contact {
            contact.write(xml)?;
        }
        writeln!(xml, "</md:EntityDescriptor>")
    }

    /// What we verify with and sign with (Metadata Profile for Algorithm Support, IIP-MD09), where a
    /// discovery service answers to (Identity Provider Discovery Service Protocol §2.5), and our name
    /// (Metadata Extensions for Login and Discovery User Interface).
    fn extensions(&self, xml: &mut String) -> fmt::Result {
        writeln!(xml, "    <md:Extensions xmlns:alg=\"{}\">", ns::ALGORITHMS)?;
        for digest in DigestAlgorithm::ALL {
            writeln!(
                xml,
                "      <alg:DigestMethod Algorithm=\"{}\"/>",
                digest.uri()
            )?;
        }
        for algorithm in SignatureAlgorithm::ALL {
            let least = matches!(
                algorithm,
                SignatureAlgorithm::RsaSha256
                    | SignatureAlgorithm::RsaSha384
                    | SignatureAlgorithm::RsaSha512
            );
            writeln!(
                xml,
                "      <alg:SigningMethod Algorithm=\"{}\"{}/>",
                algorithm.uri(),
                Optional("MinKeySize", least.then_some(MIN_RSA_BITS))
            )?;
        }
        if let Some(url) = self.discovery_url.map(Escaped) {
            writeln!(
                xml,
                "      <idpdisc:DiscoveryResponse xmlns:idpdisc=\"{0}\" Binding=\"{0}\" \
                 Location=\"{url}\" index=\"0\"/>",
                ns::DISCOVERY
            )?;
        }
        if let Some(name) = self.display_name.map(Escaped) {
            writeln!(
                xml,
                "      <mdui:UIInfo xmlns:mdui=\"{}\">\n        \
                 <mdui:DisplayName xml:lang=\"en\">{name}</mdui:DisplayName>\n      \
                 </mdui:UIInfo>",
                ns::MDUI
            )?;
        }
        writeln!(xml, "    </md:Extensions>")
    }
}

impl ContactPerson<'_> {
    fn write(&self, xml: &mut String) -> fmt::Result {
        writeln!(
            xml,
            "  <md:ContactPerson contactType=\"{}\">",
            self.kind.as_str()
        )?;
        if let Some(name) = self.name.map(Escaped) {
            writeln!(xml, "    <md:GivenName>{name}</md:GivenName>")?;
        }
        writeln!(
            xml,
            "    <md:EmailAddress>mailto:{}</md:EmailAddress>\n  </md:ContactPerson>",
            Escaped(self.email)
        )
    }
}

fn key_descriptor(
    xml: &mut String,
    purpose: &str,
    certificate: &Certificate,
    methods: &[&str],
) -> fmt::Result {
    writeln!(
        xml,
        "    <md:KeyDescriptor use=\"{purpose}\">\n      <ds:KeyInfo>\n        <ds:X509Data>\n          \
         <ds:X509Certificate>{}</ds:X509Certificate>\n        </ds:X509Data>\n      </ds:KeyInfo>",
        certificate.to_base64_der(),
    )?;
    for method in methods {
        writeln!(xml, "      <md:EncryptionMethod Algorithm=\"{method}\"/>")?;
    }
    writeln!(xml, "    </md:KeyDescriptor>")
}

/// As XML Schema writes a duration, in whole seconds.
fn duration(duration: SignedDuration) -> String {
    format!("PT{}S", duration.as_secs().max(0))
}
