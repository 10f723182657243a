//! AuthnRequests, written by hand as a service provider would.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use url::form_urlencoded;

/// A plain one.
pub(crate) fn xml(id: &str, issuer: &str, attributes: &str, content: &str) -> String {
    format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{id}\" Version=\"2.0\" \
         IssueInstant=\"2026-03-01T09:00:00Z\" {attributes}>\
         <saml:Issuer>{issuer}</saml:Issuer>{content}</samlp:AuthnRequest>"
    )
}

/// Its query string for the HTTP-Redirect binding (Bindings §3.4.4.1).
pub(crate) fn query(xml: &str, relay_state: Option<&str>) -> String {
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    deflate
        .write_all(xml.as_bytes())
        .expect("a Vec takes everything");
    let deflated = deflate.finish().expect("a Vec takes everything");
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("SAMLRequest", &STANDARD.encode(deflated));
    if let Some(relay_state) = relay_state {
        query.append_pair("RelayState", relay_state);
    }
    query.finish()
}
