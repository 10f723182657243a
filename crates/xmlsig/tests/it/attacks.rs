//! Every attack is refused, by the rule that is there for it. The forged documents are signed with
//! the IdP's own key wherever that makes them stronger: the rule refuses, not luck.

use std::io::ErrorKind;
use std::net::TcpListener;

use crate::common::*;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use vestibule_xmlsig::{
    Document, Limits, ParseError, SignOptions, SigningKey, VerifyError, verify,
};

/// Verifies the root element.
fn refused(xml: &str) -> VerifyError {
    let document = parse(xml);
    verify(document.root(), &trusted())
        .map(|signed| panic!("accepted: {signed:?}"))
        .unwrap_err()
}

fn assert_bytes(xml: &str) {
    let document = parse(xml);
    let signed = verify(document.root(), &trusted()).unwrap();
    let fine = Forged::fine();
    assert_eq!(
        signed.as_bytes(),
        format!("{}{}", fine.before, fine.after).as_bytes()
    );
}

#[test]
fn the_forger_can_sign_a_fine_document() {
    assert_bytes(&Forged::fine().sign());
}

#[test]
fn refuses_an_unsigned_element() {
    assert_eq!(refused(&response()), VerifyError::Unsigned);
}

#[test]
fn refuses_two_signatures() {
    let fine = Forged::fine();
    let xml = fine.sign();
    let signature = &xml[fine.before.len()..xml.len() - fine.after.len()];
    let twice = format!("{}{signature}{signature}{}", fine.before, fine.after);
    assert_eq!(refused(&twice), VerifyError::SeveralSignatures { count: 2 });
}

#[test]
fn refuses_rsa_sha1() {
    let mut forged = Forged::fine();
    let sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    forged.method = format!(r#"<ds:SignatureMethod Algorithm="{sha1}"></ds:SignatureMethod>"#);
    forged.md = MessageDigest::sha1();
    assert_eq!(
        refused(&forged.sign()),
        VerifyError::Algorithm {
            algorithm: sha1.to_owned()
        }
    );
}

#[test]
fn refuses_rsa_md5_dsa_and_pss() {
    for algorithm in [
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        "",
    ] {
        let mut forged = Forged::fine();
        forged.method =
            format!(r#"<ds:SignatureMethod Algorithm="{algorithm}"></ds:SignatureMethod>"#);
        let expected = VerifyError::Algorithm {
            algorithm: algorithm.to_owned(),
        };
        assert_eq!(refused(&forged.sign()), expected);
    }
}

#[test]
fn refuses_a_sha1_digest() {
    let mut forged = Forged::fine();
    let element = format!("{}{}", forged.before, forged.after);
    let digest = openssl::sha::sha1(element.as_bytes());
    let digest = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest);
    let sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
    forged.references = vec![reference("#_a", &two_transforms(), sha1, &digest)];
    assert_eq!(
        refused(&forged.sign()),
        VerifyError::Digest {
            algorithm: sha1.to_owned()
        }
    );
}

#[test]
fn refuses_an_xpath_transform() {
    let xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
    let fine = Forged::fine();
    let transforms = transform(ENVELOPED, "")
        + &transform(xpath, "<ds:XPath>true()</ds:XPath>")
        + &transform(EXC_C14N, "");
    let digest = fine.element_digest();
    let forged = fine.with_reference("#_a", &transforms, &digest);
    assert_eq!(
        refused(&forged.sign()),
        VerifyError::Transform {
            algorithm: xpath.to_owned()
        }
    );
}

#[test]
fn refuses_an_xpath_that_selects_nothing() {
    let xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
    let transforms = transform(xpath, "<ds:XPath>false()</ds:XPath>") + &transform(EXC_C14N, "");
    let forged = Forged::fine().with_reference("#_a", &transforms, &sha256(b""));
    assert_eq!(
        refused(&forged.sign()),
        VerifyError::Transform {
            algorithm: xpath.to_owned()
        }
    );
}

#[test]
fn refuses_xslt_and_base64_and_inclusive_c14n_and_comments() {
    for algorithm in [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    ] {
        let fine = Forged::fine();
        let digest = fine.element_digest();
        let transforms = transform(ENVELOPED, "") + &transform(algorithm, "");
        let forged = fine.with_reference("#_a", &transforms, &digest);
        let expected = VerifyError::Transform {
            algorithm: algorithm.to_owned(),
        };
        assert_eq!(refused(&forged.sign()), expected);
    }
}

#[test]
fn refuses_another_canonicalization_of_signed_info() {
    for algorithm in [
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/2006/12/xml-c14n11",
    ] {
        let mut forged = Forged::fine();
        forged.canonicalization = format!(
            r#"<ds:CanonicalizationMethod Algorithm="{algorithm}"></ds:CanonicalizationMethod>"#
        );
        let expected = VerifyError::Canonicalization {
            algorithm: algorithm.to_owned(),
        };
        assert_eq!(refused(&forged.sign()), expected);
    }
}

#[test]
fn refuses_two_references() {
    let mut forged = Forged::fine();
    forged.references.push(forged.references[0].clone());
    assert_eq!(
        refused(&forged.sign()),
        VerifyError::References { count: 2 }
    );
}

#[test]
fn refuses_no_reference() {
    let mut forged = Forged::fine();
    forged.references.clear();
    assert_eq!(
        refused(&forged.sign()),
        VerifyError::References { count: 0 }
    );
}

#[test]
fn refuses_an_xpointer_reference() {
    for uri in [
        "#xpointer(id('_a'))",
        "#xpointer(/)",
        "#xmlns(a=b)xpointer(//a)",
    ] {
        let fine = Forged::fine();
        let digest = fine.element_digest();
        let forged = fine.with_reference(uri, &two_transforms(), &digest);
        let expected = VerifyError::XPointerReference {
            uri: uri.to_owned(),
        };
        assert_eq!(refused(&forged.sign()), expected);
    }
}

#[test]
fn refuses_a_reference_to_the_whole_document() {
    let fine = Forged::fine();
    let digest = fine.element_digest();
    let forged = fine.with_reference("", &two_transforms(), &digest);
    assert_eq!(refused(&forged.sign()), VerifyError::WholeDocumentReference);
}

#[test]
fn refuses_a_reference_to_another_element() {
    let fine = Forged::fine();
    let digest = fine.element_digest();
    let forged = fine.with_reference("#_b", &two_transforms(), &digest);
    let expected = VerifyError::OtherElement {
        expected: "#_a".to_owned(),
        uri: "#_b".to_owned(),
    };
    assert_eq!(refused(&forged.sign()), expected);
}

#[test]
fn refuses_to_fall_back_to_inclusive_c14n() {
    let fine = Forged::fine();
    let digest = fine.element_digest();
    let forged = fine.with_reference("#_a", &transform(ENVELOPED, ""), &digest);
    assert_eq!(refused(&forged.sign()), VerifyError::NotExclusive);
}

#[test]
fn refuses_transforms_out_of_order_or_missing_or_repeated() {
    let (enveloped, exclusive) = (transform(ENVELOPED, ""), transform(EXC_C14N, ""));
    for (transforms, expected) in [
        (String::new(), VerifyError::NotEnveloped),
        (exclusive.clone(), VerifyError::NotEnveloped),
        (format!("{exclusive}{enveloped}"), VerifyError::NotEnveloped),
        (format!("{enveloped}{enveloped}"), VerifyError::NotExclusive),
        (
            format!("{enveloped}{exclusive}{exclusive}"),
            VerifyError::TooManyTransforms { count: 3 },
        ),
    ] {
        let fine = Forged::fine();
        let digest = fine.element_digest();
        let forged = fine.with_reference("#_a", &transforms, &digest);
        assert_eq!(refused(&forged.sign()), expected, "{transforms}");
    }
}

#[test]
fn refuses_an_object_and_its_manifest() {
    let mut forged = Forged::fine();
    forged.tail = format!(
        r#"<ds:Object><ds:Manifest>{}</ds:Manifest></ds:Object>"#,
        reference(
            "http://127.0.0.1:1/",
            &transform(EXC_C14N, ""),
            SHA256,
            &sha256(b"")
        )
    );
    assert_eq!(refused(&forged.sign()), VerifyError::Object);
    forged.tail = format!("<ds:KeyInfo></ds:KeyInfo>{}", forged.tail);
    assert_eq!(refused(&forged.sign()), VerifyError::Object);
}

#[test]
fn fetches_nothing_for_a_reference_out_of_the_document() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let http = format!("http://127.0.0.1:{port}/secret");
    for uri in [
        http.as_str(),
        "file:///etc/hostname",
        "/etc/hostname",
        "other.xml#_a",
    ] {
        let fine = Forged::fine();
        let digest = fine.element_digest();
        let forged = fine.with_reference(uri, &two_transforms(), &digest);
        // By the IdP's key and by an attacker's: samael fetches for both.
        for xml in [forged.sign(), forged.sign_with(attacker())] {
            let expected = VerifyError::ExternalReference {
                uri: uri.to_owned(),
            };
            assert_eq!(refused(&xml), expected);
        }
    }
    let with_dtd = format!(r#"<!DOCTYPE a SYSTEM "{http}"><a/>"#);
    assert!(Document::parse(with_dtd.as_bytes(), &Limits::default()).is_err());
    // Whoever connected is in the backlog by now: connecting is the first thing a fetch does.
    let knock = listener.accept().map(|_| ()).unwrap_err();
    assert_eq!(knock.kind(), ErrorKind::WouldBlock);
}

#[test]
fn refuses_an_element_without_an_id() {
    for (attribute, expected) in [
        ("", VerifyError::MissingId),
        (r#" ID="""#, VerifyError::MissingId),
        (r#" Id="_a""#, VerifyError::MissingId),
        (r#" saml:ID="_a""#, VerifyError::MissingId),
        (
            r#" ID="1a""#,
            VerifyError::InvalidId {
                id: "1a".to_owned(),
            },
        ),
        (
            r#" ID="a b""#,
            VerifyError::InvalidId {
                id: "a b".to_owned(),
            },
        ),
        (
            r#" ID="_ä""#,
            VerifyError::InvalidId {
                id: "_ä".to_owned(),
            },
        ),
        (
            r#" ID="a')) or (('1'='1""#,
            VerifyError::InvalidId {
                id: "a')) or (('1'='1".to_owned(),
            },
        ),
    ] {
        let mut forged = Forged::fine();
        forged.before = forged.before.replace(r#" ID="_a""#, attribute);
        let forged = forged.with_reference("#_a", &two_transforms(), &sha256(b""));
        assert_eq!(refused(&forged.sign()), expected, "{attribute}");
    }
}

#[test]
fn refuses_a_void_canonicalization_by_a_relative_namespace() {
    let mut forged = Forged::fine();
    forged.before = forged
        .before
        .replace("<saml:Issuer>", r#"<saml:Issuer xmlns:r="relative">"#);
    let forged = forged.with_reference("#_a", &two_transforms(), &sha256(b""));
    assert_eq!(refused(&forged.sign()), VerifyError::NotCanonicalizable);
}

#[test]
fn refuses_an_hmac_keyed_with_the_public_key() {
    let hmac = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
    let spki = pkey(idp()).public_key_to_der().unwrap();
    for length in ["", "<ds:HMACOutputLength>0</ds:HMACOutputLength>"] {
        let mut forged = Forged::fine();
        forged.method =
            format!(r#"<ds:SignatureMethod Algorithm="{hmac}">{length}</ds:SignatureMethod>"#);
        let key = PKey::hmac(&spki).unwrap();
        let mut signer = openssl::sign::Signer::new(MessageDigest::sha256(), &key).unwrap();
        let value = signer
            .sign_oneshot_to_vec(forged.signed_info().as_bytes())
            .unwrap();
        let value = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, value);
        let expected = VerifyError::Hmac {
            algorithm: hmac.to_owned(),
        };
        assert_eq!(refused(&forged.with_value(&value)), expected);
    }
}

#[test]
fn refuses_an_hmac_output_length_on_rsa() {
    let mut forged = Forged::fine();
    forged.method = format!(
        r#"<ds:SignatureMethod Algorithm="{RSA_SHA256}"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>"#
    );
    assert!(matches!(
        refused(&forged.sign()),
        VerifyError::Structure { .. }
    ));
}

#[test]
fn takes_no_key_from_key_info() {
    let certificate = attacker()
        .self_signed_certificate(
            "attacker",
            "2026-01-01T00:00:00Z".parse().unwrap(),
            "2036-01-01T00:00:00Z".parse().unwrap(),
        )
        .unwrap();
    let rsa = pkey(attacker()).rsa().unwrap();
    let engine = &base64::engine::general_purpose::STANDARD;
    let modulus = base64::Engine::encode(engine, rsa.n().to_vec());
    let exponent = base64::Engine::encode(engine, rsa.e().to_vec());
    for key_info in [
        format!(
            "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>",
            certificate.to_base64_der()
        ),
        format!(
            "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus><ds:Exponent>{exponent}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
        ),
        "<ds:KeyName>attacker</ds:KeyName>".to_owned(),
        r#"<ds:RetrievalMethod URI="http://127.0.0.1:1/"></ds:RetrievalMethod>"#.to_owned(),
    ] {
        let mut forged = Forged::fine();
        forged.tail = format!("<ds:KeyInfo>{key_info}</ds:KeyInfo>");
        assert_eq!(
            refused(&forged.sign_with(attacker())),
            VerifyError::WrongKey
        );
        // And a wrong one does no harm either.
        assert_bytes(&forged.sign());
    }
}

#[test]
fn refuses_a_duplicate_id_under_any_of_its_names() {
    for twin in [
        r#"<x ID="_assertion"/>"#,
        r#"<x Id="_assertion"/>"#,
        r#"<x id="_assertion"/>"#,
        r#"<x xml:id="_assertion"/>"#,
        r#"<x ID="other"/><x ID="other"/>"#,
        r#"<x ID="_ass&#101;rtion"/>"#,
    ] {
        for place in ["<samlp:Status>", "</samlp:Response>"] {
            let xml = signed_response().replace(place, &format!("{twin}{place}"));
            let document = parse(&xml);
            let assertion = find(document.root(), "Assertion").unwrap();
            let error = verify(assertion, &trusted()).unwrap_err();
            assert!(
                matches!(error, VerifyError::DuplicateId { .. }),
                "{twin}: {error:?}"
            );
        }
    }
}

#[test]
fn refuses_an_id_collision_inside_the_signature() {
    let xml = Forged::fine()
        .sign()
        .replace("<ds:Signature ", r#"<ds:Signature Id="_a" "#);
    assert_eq!(
        refused(&xml),
        VerifyError::DuplicateId {
            id: "_a".to_owned()
        }
    );
}

/// Signature wrapping: the signed assertion is moved, an evil one stands where it stood. Whatever
/// element one asks about, either it is refused or the bytes are the good one's.
#[test]
fn signature_wrapping_yields_the_signed_bytes_or_nothing() {
    let signed = signed_response();
    let begin = signed.find("<saml:Assertion").unwrap();
    let end = signed.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    let good = &signed[begin..end];
    let signature = {
        let begin = good.find("<ds:Signature ").unwrap();
        let end = good.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
        &good[begin..end]
    };
    let bare = good.replace(signature, "");
    let evil = bare.replace("ada@example.org", "mallory@example.org");
    let other_id = evil.replace("_assertion", "_evil");
    let issuer = "</saml:Issuer>";
    let evil_with_signature = evil.replace(issuer, &format!("{issuer}{signature}"));
    let other_id_with_signature = other_id.replace(issuer, &format!("{issuer}{signature}"));
    let in_object = signature.replace(
        "</ds:Signature>",
        &format!("<ds:Object>{bare}</ds:Object></ds:Signature>"),
    );
    let wrapping = |element: &str, inner: &str| {
        element.replace("</saml:Assertion>", &format!("{inner}</saml:Assertion>"))
    };
    let mut total = 0;
    for body in [
        format!("{other_id}{good}"),
        format!("{good}{other_id}"),
        format!("{evil}{good}"),
        format!("{evil_with_signature}{bare}"),
        format!("{other_id_with_signature}{bare}"),
        wrapping(&other_id, good),
        wrapping(&evil, good),
        wrapping(&other_id_with_signature, &bare),
        wrapping(&evil_with_signature, &bare),
        format!("<samlp:Extensions>{good}</samlp:Extensions>{other_id}"),
        format!("<samlp:Extensions>{bare}</samlp:Extensions>{other_id_with_signature}"),
        evil.replace(issuer, &format!("{issuer}{in_object}")),
        other_id.replace(issuer, &format!("{issuer}{in_object}")),
        format!("{other_id}<x>{signature}</x>{bare}"),
    ] {
        let xml = format!("{}{body}{}", &signed[..begin], &signed[end..]);
        let document = parse(&xml);
        let mut accepted = 0;
        walk(document.root(), &mut |element| {
            if let Ok(signed) = verify(element, &trusted()) {
                accepted += 1;
                let text = std::str::from_utf8(signed.as_bytes()).unwrap();
                assert!(
                    text.contains("ada@example.org") && !text.contains("mallory"),
                    "{xml}"
                );
                assert_eq!(element.attribute("ID").unwrap(), "_assertion");
            }
        });
        assert!(accepted <= 1, "{xml}");
        total += accepted;
    }
    assert!(
        total > 0,
        "none of the shapes left the good one where it can be found"
    );
}

fn walk(
    element: vestibule_xmlsig::Element<'_>,
    visit: &mut impl FnMut(vestibule_xmlsig::Element<'_>),
) {
    visit(element);
    for child in element.children() {
        walk(child, visit);
    }
}

#[test]
fn refuses_the_signature_of_a_descendant_as_its_own() {
    let document = parse(&signed_response());
    assert_eq!(
        verify(document.root(), &trusted()).unwrap_err(),
        VerifyError::Unsigned
    );
}

#[test]
fn refuses_attributes_that_the_library_would_confuse() {
    let fine = Forged::fine();
    let digest = fine.element_digest();
    let mut forged = fine.with_reference("#_a", &two_transforms(), &digest);
    forged.references[0] =
        forged.references[0].replace("URI=", r##"xmlns:x="urn:x" x:URI="#_evil" URI="##);
    let expected = VerifyError::ForeignAttribute {
        parent: "SignedInfo",
    };
    assert_eq!(refused(&forged.sign()), expected);
}

#[test]
fn refuses_comments_and_text_inside_signed_info() {
    let fine = Forged::fine().sign();
    for (from, to, parent) in [
        ("<ds:Reference", "<!-- --><ds:Reference", "SignedInfo"),
        ("<ds:Reference", "text<ds:Reference", "SignedInfo"),
        ("<ds:DigestMethod", "<!-- --><ds:DigestMethod", "Reference"),
        (
            "</ds:DigestValue>",
            "<!-- --></ds:DigestValue>",
            "DigestValue",
        ),
        (
            "</ds:SignatureValue>",
            "<!-- --></ds:SignatureValue>",
            "SignatureValue",
        ),
        (
            "</ds:SignatureValue>",
            "</ds:SignatureValue><!-- -->",
            "Signature",
        ),
    ] {
        let xml = fine.replacen(from, to, 1);
        assert_eq!(refused(&xml), VerifyError::StrayContent { parent }, "{to}");
    }
}

#[test]
fn refuses_a_signature_of_another_shape() {
    let fine = Forged::fine().sign();
    for (from, to) in [
        ("ds:SignatureMethod", "ds:SignaturMethod"),
        ("ds:DigestMethod", "ds:DigestMethode"),
        ("ds:Transforms", "ds:Transform"),
        ("ds:SignatureValue", "ds:Value"),
        ("ds:CanonicalizationMethod", "ds:C14NMethod"),
        ("</ds:Reference>", "</ds:Reference><ds:Other></ds:Other>"),
        (
            "</ds:SignatureValue>",
            "</ds:SignatureValue><ds:SignatureValue></ds:SignatureValue>",
        ),
        (
            "</ds:SignatureValue>",
            "</ds:SignatureValue><KeyInfo></KeyInfo>",
        ),
    ] {
        let error = refused(&fine.replace(from, to));
        assert!(
            matches!(error, VerifyError::Structure { .. }),
            "{to}: {error:?}"
        );
    }
}

#[test]
fn refuses_a_flood_of_inclusive_prefixes() {
    let list = |count: usize| {
        let prefixes = (0..count)
            .map(|n| format!("p{n}"))
            .collect::<Vec<_>>()
            .join(" ");
        let list = format!(
            r#"<ec:InclusiveNamespaces xmlns:ec="{EXC_C14N}" PrefixList="{prefixes}"></ec:InclusiveNamespaces>"#
        );
        let transforms = transform(ENVELOPED, "") + &transform(EXC_C14N, &list);
        let fine = Forged::fine();
        let digest = fine.element_digest();
        fine.with_reference("#_a", &transforms, &digest).sign()
    };
    assert_bytes(&list(32));
    assert_eq!(refused(&list(33)), VerifyError::TooManyPrefixes { max: 32 });
    assert_eq!(
        refused(&list(20_000)),
        VerifyError::TooManyPrefixes { max: 32 }
    );
}

#[test]
fn refuses_a_signature_value_that_is_not_base64() {
    for value in ["", "!!!!", "<x/>"] {
        let error = refused(&Forged::fine().with_value(value));
        let expected = [
            VerifyError::SignatureValue,
            VerifyError::StrayContent {
                parent: "SignatureValue",
            },
        ];
        assert!(expected.contains(&error), "{value}: {error:?}");
    }
}

#[test]
fn tells_a_wrong_key_from_an_altered_element() {
    let forged = Forged::fine();
    assert_eq!(
        refused(&forged.sign_with(attacker())),
        VerifyError::WrongKey
    );
    let altered = forged.sign().replace("ada@", "eve@");
    assert_eq!(refused(&altered), VerifyError::DigestMismatch);
    // Signatures of a length that is not the key's are no library failures.
    let long = SigningKey::generate_rsa(3072).unwrap();
    assert_eq!(refused(&forged.sign_with(&long)), VerifyError::WrongKey);
    assert_eq!(refused(&forged.with_value("AAAA")), VerifyError::WrongKey);
}

#[test]
fn a_key_of_the_other_kind_is_named() {
    let ec = SigningKey::generate_ec_p256().unwrap();
    let document = parse(&Forged::fine().sign());
    let error = verify(document.root(), &[ec.verifying_key()]).unwrap_err();
    assert!(matches!(error, VerifyError::NoKeyForAlgorithm { .. }));
    assert_eq!(
        verify(document.root(), &[]).unwrap_err(),
        VerifyError::NoKeys
    );
    let keys = vec![ec.verifying_key(); vestibule_xmlsig::MAX_KEYS + 1];
    let error = verify(document.root(), &keys).unwrap_err();
    assert!(matches!(error, VerifyError::TooManyKeys { .. }));
}

#[test]
fn a_doctype_or_an_entity_never_reaches_the_library() {
    let limits = Limits::default();
    for xml in [
        "<!DOCTYPE a><a/>",
        r#"<!DOCTYPE a [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><a>&lol2;</a>"#,
        r#"<?xml version="1.0"?><!-- c --><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#,
    ] {
        let error = Document::parse(xml.as_bytes(), &limits).unwrap_err();
        assert!(matches!(error, ParseError::Doctype { .. }), "{error:?}");
    }
    let undeclared = Document::parse(b"<a>&evil;</a>", &limits).unwrap_err();
    assert!(matches!(undeclared, ParseError::NotWellFormed { .. }));
}

#[test]
fn an_attribute_flood_costs_nothing() {
    let flood: String = (0..26_000).map(|n| format!(" a{n}=''")).collect();
    let xml = signed_response().replace("<samlp:Status>", &format!("<samlp:Status{flood}>"));
    let error = Document::parse(xml.as_bytes(), &Limits::default()).unwrap_err();
    assert!(
        matches!(error, ParseError::TooManyAttributes { max: 64, .. }),
        "{error:?}"
    );
}

#[test]
fn reports_say_what_was_expected_and_received() {
    let error = refused(&Forged::fine().sign_with(attacker()));
    assert_eq!(
        error.expected().unwrap(),
        "a signature by one of the configured keys"
    );
    assert_eq!(error.received().unwrap(), "a signature by another key");
    let long = format!("#{}", "\u{7f}é".repeat(500));
    let fine = Forged::fine();
    let digest = fine.element_digest();
    let error = refused(
        &fine
            .with_reference(&long, &two_transforms(), &digest)
            .sign(),
    );
    let received = error.received().unwrap();
    assert_eq!(received.chars().count(), 201);
    assert!(received.chars().all(|character| !character.is_control()));
}

#[test]
fn signs_no_unsigned_default() {
    // The default options are the safe ones.
    let xml = idp()
        .sign_element(&response(), "_response", &SignOptions::default())
        .unwrap();
    let document = parse(&xml);
    assert!(verify(document.root(), &trusted()).is_ok());
}
