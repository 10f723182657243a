//! What signing writes, and what it refuses.

use vestibule_xmlsig::{
    ParseError, SignError, SignOptions, SignatureAlgorithm, SignaturePrefix, SigningKey, verify,
};

use crate::common::*;

#[test]
fn the_signature_stands_right_after_the_issuer() {
    for prefix in [SignaturePrefix::Default, SignaturePrefix::Ds] {
        let options = SignOptions {
            prefix,
            ..SignOptions::default()
        };
        for (id, name) in [("_response", "Response"), ("_assertion", "Assertion")] {
            let xml = idp().sign_element(&response(), id, &options).unwrap();
            let document = parse(&xml);
            let element = find(document.root(), name).unwrap();
            let signature = element.children().nth(1).unwrap();
            assert!(signature.is(DS, "Signature"));
            assert_eq!(signature.previous_element().unwrap().local_name(), "Issuer");
            let start = match prefix {
                SignaturePrefix::Default => format!("<Signature xmlns=\"{DS}\"><SignedInfo>"),
                SignaturePrefix::Ds => format!("<ds:Signature xmlns:ds=\"{DS}\"><ds:SignedInfo>"),
            };
            assert!(xml.contains(&start), "{xml}");
        }
    }
}

#[test]
fn without_an_issuer_it_is_the_first_child() {
    for (xml, before) in [
        ("<a ID='x'><b/>text</a>", "<a ID=\"x\">"),
        ("<a ID='x'>text</a>", "<a ID=\"x\">"),
        ("<a ID='x'/>", "<a ID=\"x\">"),
    ] {
        let signed = idp()
            .sign_element(xml, "x", &SignOptions::default())
            .unwrap();
        assert!(
            signed.starts_with(&format!("{before}<ds:Signature ")),
            "{signed}"
        );
        assert!(verify(parse(&signed).root(), &trusted()).is_ok());
    }
}

#[test]
fn the_rest_of_the_document_stays_as_it_was() {
    let xml = "<a xmlns=\"urn:a\" ID=\"x\"><b c=\"&lt;&quot;&#10;\">é &amp; 𝔘 &#13;</b><!-- c --><d/></a>";
    let signed = idp()
        .sign_element(xml, "x", &SignOptions::default())
        .unwrap();
    let begin = signed.find("<ds:Signature ").unwrap();
    let end = signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    assert_eq!(
        format!("{}{}", &signed[..begin], &signed[end..]).trim_end(),
        xml
    );
}

#[test]
fn key_info_carries_the_certificate() {
    let certificate = idp()
        .self_signed_certificate(
            "idp",
            "2026-01-01T00:00:00Z".parse().unwrap(),
            "2036-01-01T00:00:00Z".parse().unwrap(),
        )
        .unwrap();
    for prefix in [SignaturePrefix::Default, SignaturePrefix::Ds] {
        let options = SignOptions {
            prefix,
            key_info: Some(certificate.clone()),
            ..SignOptions::default()
        };
        let xml = idp()
            .sign_element(&response(), "_assertion", &options)
            .unwrap();
        let document = parse(&xml);
        let carried = find(document.root(), "X509Certificate").unwrap();
        assert_eq!(carried.text().unwrap(), certificate.to_base64_der());
        assert!(verify(find(document.root(), "Assertion").unwrap(), &trusted()).is_ok());
    }
}

#[test]
fn refuses_what_cannot_be_signed() {
    let sign = |xml: &str, id: &str, options: &SignOptions| {
        idp().sign_element(xml, id, options).unwrap_err()
    };
    let options = SignOptions::default();
    assert_eq!(sign("<a ID='x'/>", "y", &options), SignError::NoSuchElement);
    assert_eq!(sign("<a Id='x'/>", "x", &options), SignError::NoSuchElement);
    assert_eq!(
        sign("<a><b ID='x'/><b ID='x'/></a>", "x", &options),
        SignError::DuplicateId
    );
    assert_eq!(
        sign("<a ID='x'><b xml:id='x'/></a>", "x", &options),
        SignError::DuplicateId
    );
    assert_eq!(
        sign("<a ID='x&quot;'/>", "x\"", &options),
        SignError::InvalidId
    );
    assert!(matches!(
        sign("<a", "x", &options),
        SignError::Document(ParseError::Unterminated { .. })
    ));
    assert_eq!(
        sign(&signed_response(), "_assertion", &options),
        SignError::AlreadySigned
    );
    let prefixes = SignOptions {
        inclusive_namespaces: vec!["\"/>".to_owned()],
        ..options.clone()
    };
    assert_eq!(
        sign("<a ID='x'/>", "x", &prefixes),
        SignError::InvalidPrefix
    );
    let ecdsa = SignOptions {
        algorithm: SignatureAlgorithm::EcdsaSha256,
        ..options.clone()
    };
    assert!(matches!(
        sign("<a ID='x'/>", "x", &ecdsa),
        SignError::WrongAlgorithm { .. }
    ));
    let ec = SigningKey::generate_ec_p256().unwrap();
    let error = ec.sign_element("<a ID='x'/>", "x", &options).unwrap_err();
    assert!(matches!(error, SignError::WrongAlgorithm { .. }));
    let relative = "<a ID='x' xmlns:r='relative'/>";
    assert_eq!(sign(relative, "x", &options), SignError::Library);
}
