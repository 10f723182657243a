//! What the IdP's admin needs to know of us.

use vestibule_xmlsig::Certificate;

use crate::names::{POST, ns};
use crate::write::Escaped;

/// NameID formats that we work with. SimpleSAMLphp takes the first of the list as the one to send,
/// so the one that identifies best comes first.
const NAME_ID_FORMATS: [&str; 4] = [
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
];

/// Our own metadata for one connection: only what truly works (Metadata §2.4.4, SDP-MD04).
#[derive(Debug, Clone, Copy)]
pub struct SpMetadata<'a> {
    /// Our entity ID.
    pub entity_id: &'a str,
    /// Where Responses go, by HTTP-POST.
    pub acs_url: &'a str,
    /// The certificate of the key that our messages are signed with, if any are.
    pub signing_certificate: Option<&'a Certificate>,
}

impl SpMetadata<'_> {
    /// The document.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let key = self
            .signing_certificate
            .map_or_else(String::new, |certificate| {
                format!(
                    concat!(
                        "    <md:KeyDescriptor use=\"signing\">\n",
                        "      <ds:KeyInfo xmlns:ds=\"{dsig}\">\n",
                        "        <ds:X509Data>\n",
                        "          <ds:X509Certificate>{der}</ds:X509Certificate>\n",
                        "        </ds:X509Data>\n",
                        "      </ds:KeyInfo>\n",
                        "    </md:KeyDescriptor>\n",
                    ),
                    dsig = ns::DSIG,
                    der = certificate.to_base64_der(),
                )
            });
        let formats: String = NAME_ID_FORMATS
            .iter()
            .map(|format| format!("    <md:NameIDFormat>{format}</md:NameIDFormat>\n"))
            .collect();
        format!(
            concat!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
                "<md:EntityDescriptor xmlns:md=\"{metadata}\" entityID=\"{entity_id}\">\n",
                "  <md:SPSSODescriptor protocolSupportEnumeration=\"{protocol}\"",
                " AuthnRequestsSigned=\"false\" WantAssertionsSigned=\"true\">\n",
                "{key}{formats}",
                "    <md:AssertionConsumerService Binding=\"{binding}\" Location=\"{acs_url}\"",
                " index=\"0\" isDefault=\"true\"/>\n",
                "  </md:SPSSODescriptor>\n",
                "</md:EntityDescriptor>\n",
            ),
            metadata = ns::METADATA,
            entity_id = Escaped(self.entity_id),
            protocol = ns::PROTOCOL,
            key = key,
            formats = formats,
            binding = POST,
            acs_url = Escaped(self.acs_url),
        )
    }
}
