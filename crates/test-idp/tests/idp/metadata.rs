//! What the metadata says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vestibule_test_idp::{IdpConfig, Key, RequestError, SpRegistration, Style, TestIdp};
use vestibule_xmlsig::{Certificate, Document, Limits};

use crate::support::{ACS, SP, all, attribute, authn_request, idp, now};

#[test]
fn metadata_names_the_entity_its_endpoints_and_its_key() {
    for style in Style::ALL {
        let idp = idp(*style);
        let metadata = idp.metadata_xml();
        let document = Document::parse(metadata.as_bytes(), &Limits::default()).expect("XML");
        assert_eq!(
            attribute(document.root(), "entityID").as_deref(),
            Some(idp.entity_id())
        );
        let listed = match style {
            Style::Okta | Style::Aws => vec!["HTTP-POST", "HTTP-Redirect"],
            Style::Entra | Style::Google => vec!["HTTP-Redirect", "HTTP-POST"],
            Style::OneLogin => vec!["HTTP-Redirect", "HTTP-POST", "SOAP"],
        };
        assert_eq!(bindings(&document, idp), listed, "{style}");
        for certificate in all(&document, "X509Certificate") {
            let text = certificate.deep_text();
            let parsed = Certificate::parse_all(text.as_bytes()).expect("a certificate");
            assert_eq!(
                parsed[0].fingerprint_sha256(),
                idp.certificate().fingerprint_sha256(),
                "{style}"
            );
        }
        assert!(!all(&document, "X509Certificate").is_empty());
        assert_eq!(metadata, idp.metadata_xml(), "it is the same every time");
    }
}

/// The last words of the bindings that SSO is listed for, all at the SSO URL.
fn bindings(metadata: &Document, idp: &TestIdp) -> Vec<String> {
    let endpoints = all(metadata, "SingleSignOnService");
    let words = endpoints.into_iter().map(|endpoint| {
        assert_eq!(attribute(endpoint, "Location"), Some(idp.sso_url()));
        let binding = attribute(endpoint, "Binding").expect("a binding");
        let word = binding.strip_prefix("urn:oasis:names:tc:SAML:2.0:bindings:");
        word.expect("a binding of SAML 2.0").to_owned()
    });
    words.collect()
}

#[test]
fn an_idp_for_post_alone_lists_nothing_else_and_takes_nothing_else() {
    for style in Style::ALL {
        let mut config = IdpConfig::new("http://localhost:9300", *style);
        config.key = Key::EcP256;
        config.post_only = true;
        let idp = TestIdp::new(config, now()).expect("an IdP");
        idp.trust(SpRegistration::new(SP, ACS));
        let metadata = idp.metadata_xml();
        let document = Document::parse(metadata.as_bytes(), &Limits::default()).expect("XML");
        assert_eq!(bindings(&document, &idp), ["HTTP-POST"], "{style}");

        let request = authn_request::xml("_1", SP, "", "");
        let refused = idp.read_request(&authn_request::query(&request, None));
        assert_eq!(refused, Err(RequestError::PostOnly));
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLRequest", &STANDARD.encode(&request))
            .finish();
        idp.read_post_request(&body).expect("this way it takes it");
    }
}

#[test]
fn google_says_until_when_its_metadata_counts() {
    let metadata = idp(Style::Google).metadata_xml();
    let document = Document::parse(metadata.as_bytes(), &Limits::default()).expect("XML");
    let until = attribute(document.root(), "validUntil").expect("it is there");
    let until: jiff::Timestamp = until.parse().expect("a time");
    assert_eq!(until, idp(Style::Google).certificate().not_after());
}

#[test]
fn the_service_provider_reads_the_metadata_of_every_style() {
    for style in Style::ALL {
        let idp = idp(*style);
        let read = vestibule_saml::IdpMetadata::parse(
            idp.metadata_xml().as_bytes(),
            &vestibule_saml::Limits::default(),
        )
        .unwrap_or_else(|cause| panic!("{style}: {cause}"));
        assert_eq!(read.entity_id, idp.entity_id());
        assert_eq!(read.sso_redirect_url, Some(idp.sso_url()));
        assert_eq!(read.sso_post_url, Some(idp.sso_url()));
        assert_eq!(read.slo_url, None, "there is none");
        assert_eq!(read.signing_certificates, [idp.certificate().clone()]);
        assert!(!read.want_authn_requests_signed);
    }
}

#[test]
fn an_entity_id_of_ones_own_is_everywhere() {
    let mut config = IdpConfig::new("http://localhost:9300/", Style::Entra);
    config.entity_id = Some("urn:idp:<one>&two".to_owned());
    let idp = TestIdp::new(config, now()).expect("an IdP");
    assert_eq!(idp.base_url(), "http://localhost:9300");
    let document = Document::parse(idp.metadata_xml().as_bytes(), &Limits::default()).expect("XML");
    assert_eq!(
        attribute(document.root(), "entityID").as_deref(),
        Some("urn:idp:<one>&two")
    );
}
