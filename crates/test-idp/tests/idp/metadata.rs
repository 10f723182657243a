//! What the metadata says.

use vestibule_test_idp::{IdpConfig, Style, TestIdp};
use vestibule_xmlsig::{Certificate, Document, Limits};

use crate::support::{all, attribute, idp, now};

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
        let endpoints = all(&document, "SingleSignOnService");
        assert_eq!(endpoints.len(), 2);
        for endpoint in endpoints {
            assert_eq!(attribute(endpoint, "Location"), Some(idp.sso_url()));
        }
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
