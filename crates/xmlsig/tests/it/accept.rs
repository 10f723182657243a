//! What must be accepted, and what comes out.

use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use vestibule_xmlsig::{
    Document, Limits, SignOptions, SignatureAlgorithm, SignaturePrefix, SigningKey, VerifyingKey,
    has_signature, verify,
};

use crate::common::*;

fn ec(curve: Nid) -> SigningKey {
    let key = EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap();
    let der = PKey::from_ec_key(key)
        .unwrap()
        .private_key_to_pkcs8()
        .unwrap();
    SigningKey::from_pkcs8_der(&der).unwrap()
}

#[test]
fn accepts_every_algorithm_in_both_prefix_styles_and_over_both_elements() {
    let rsa3072 = SigningKey::generate_rsa(3072).unwrap();
    let curves = [Nid::X9_62_PRIME256V1, Nid::SECP384R1, Nid::SECP521R1].map(ec);
    for algorithm in SignatureAlgorithm::ALL {
        let keys: Vec<&SigningKey> = match algorithm {
            SignatureAlgorithm::RsaSha256
            | SignatureAlgorithm::RsaSha384
            | SignatureAlgorithm::RsaSha512 => vec![idp(), &rsa3072],
            _ => curves.iter().collect(),
        };
        for key in keys {
            for prefix in [SignaturePrefix::Default, SignaturePrefix::Ds] {
                let options = SignOptions {
                    algorithm,
                    prefix,
                    ..SignOptions::default()
                };
                for (id, name) in [("_assertion", "Assertion"), ("_response", "Response")] {
                    let xml = key.sign_element(&response(), id, &options).unwrap();
                    let document = parse(&xml);
                    let element = find(document.root(), name).unwrap();
                    assert!(has_signature(element));
                    let signed = verify(element, &[key.verifying_key()]).unwrap();
                    assert_eq!(signed.key(), *key.verifying_key().fingerprint());
                    assert_eq!(signed.algorithm(), algorithm);
                    let read = signed.parse(&Limits::default()).unwrap();
                    assert!(!has_signature(read.root()), "the signature is cut out");
                    let name_id = find(read.root(), "NameID").unwrap();
                    assert_eq!(name_id.text().unwrap(), "ada@example.org");
                }
            }
        }
    }
}

#[test]
fn accepts_both_signatures_of_one_document() {
    let options = SignOptions::default();
    let inner = idp()
        .sign_element(&response(), "_assertion", &options)
        .unwrap();
    let both = idp().sign_element(&inner, "_response", &options).unwrap();
    let document = parse(&both);
    let assertion = find(document.root(), "Assertion").unwrap();
    for _again in 0..2 {
        let outer = verify(document.root(), &trusted()).unwrap();
        let inner = verify(assertion, &trusted()).unwrap();
        assert!(outer.as_bytes().len() > inner.as_bytes().len());
        // The inner signature stands in the bytes of the outer one and holds there too.
        let read = outer.parse(&Limits::default()).unwrap();
        let again = verify(find(read.root(), "Assertion").unwrap(), &trusted()).unwrap();
        assert_eq!(again.as_bytes(), inner.as_bytes());
    }
}

#[test]
fn accepts_any_of_several_keys() {
    let xml = signed_response();
    let document = parse(&xml);
    let assertion = find(document.root(), "Assertion").unwrap();
    let stranger = attacker().verifying_key();
    let other_kind = SigningKey::generate_ec_p256().unwrap().verifying_key();
    let right = idp().verifying_key();
    for keys in [
        vec![right.clone(), stranger.clone()],
        vec![stranger.clone(), right.clone()],
        vec![
            other_kind.clone(),
            stranger.clone(),
            stranger,
            right.clone(),
        ],
        vec![right.clone(), right.clone()],
    ] {
        let signed = verify(assertion, &keys).unwrap();
        assert_eq!(signed.key(), *right.fingerprint());
    }
    let ec_signed = SigningKey::generate_ec_p256().unwrap();
    let options = SignOptions {
        algorithm: SignatureAlgorithm::EcdsaSha256,
        ..SignOptions::default()
    };
    let xml = ec_signed
        .sign_element(&response(), "_assertion", &options)
        .unwrap();
    let document = parse(&xml);
    let assertion = find(document.root(), "Assertion").unwrap();
    let keys = [right, other_kind, ec_signed.verifying_key()];
    let signed = verify(assertion, &keys).unwrap();
    assert_eq!(signed.key(), *keys[2].fingerprint());
}

#[test]
fn inclusive_namespaces_reach_the_signed_bytes() {
    // Google and others name the prefix of xsi:type's value, which no element uses.
    let xml = response().replace(
        "<samlp:Response ",
        "<samlp:Response xmlns:unused=\"urn:x\" ",
    );
    for (prefixes, expected) in [
        (vec![], 0),
        (vec!["unused".to_owned(), "#default".to_owned()], 1),
    ] {
        let options = SignOptions {
            inclusive_namespaces: prefixes,
            ..SignOptions::default()
        };
        let signed = idp().sign_element(&xml, "_assertion", &options).unwrap();
        let document = parse(&signed);
        let bytes = verify(find(document.root(), "Assertion").unwrap(), &trusted()).unwrap();
        let text = std::str::from_utf8(bytes.as_bytes()).unwrap();
        assert_eq!(text.matches("xmlns:unused").count(), expected);
    }
}

#[test]
fn a_comment_in_the_text_cuts_nothing_off() {
    // CVE-2017-11427 and its kin: the signature does not cover the comment, so neither may it
    // change what is read.
    let signed = signed_response();
    for comment in ["<!---->", "<!-- x --><!-- y -->"] {
        let xml = signed.replace("ada@example.org", &format!("ada@{comment}example.org"));
        let document = parse(&xml);
        let assertion = find(document.root(), "Assertion").unwrap();
        assert_eq!(
            find(assertion, "NameID").unwrap().text().unwrap(),
            "ada@example.org"
        );
        let bytes = verify(assertion, &trusted()).unwrap();
        let read = bytes.parse(&Limits::default()).unwrap();
        assert_eq!(
            find(read.root(), "NameID").unwrap().text().unwrap(),
            "ada@example.org"
        );
    }
}

#[test]
fn cdata_and_character_references_are_their_text() {
    let signed = signed_response();
    for spelling in [
        "<![CDATA[ada@example.org]]>",
        "ada&#64;example.org",
        "a<![CDATA[da]]>@example.org",
    ] {
        let document = parse(&signed.replace("ada@example.org", spelling));
        let assertion = find(document.root(), "Assertion").unwrap();
        let bytes = verify(assertion, &trusted()).unwrap();
        let read = bytes.parse(&Limits::default()).unwrap();
        assert_eq!(
            find(read.root(), "NameID").unwrap().text().unwrap(),
            "ada@example.org"
        );
    }
}

#[test]
fn multi_byte_text_survives_at_every_chunk_border() {
    // xmlsec and libxml2 pass the canonical form on in chunks of 4 KB and 64 KB.
    for filler in [4080, 4090, 4093, 65_520] {
        let name = format!("{}Žofie 👩‍🚀 日本語 𝔘", "x".repeat(filler));
        let xml = response().replace("ada@example.org", &name);
        let signed = idp()
            .sign_element(&xml, "_assertion", &SignOptions::default())
            .unwrap();
        let document = parse(&signed);
        let bytes = verify(find(document.root(), "Assertion").unwrap(), &trusted()).unwrap();
        let read = bytes.parse(&Limits::default()).unwrap();
        assert_eq!(find(read.root(), "NameID").unwrap().text().unwrap(), name);
    }
}

#[test]
fn whatever_stands_around_the_signed_element_may_change() {
    let xml = signed_response()
        .replace("_response", "_renamed")
        .replace("Success", "Requester");
    let document = parse(&xml);
    assert!(verify(find(document.root(), "Assertion").unwrap(), &trusted()).is_ok());
}

#[test]
fn signed_bytes_can_be_read_again_and_within_narrower_bounds() {
    let xml = signed_response();
    let document = parse(&xml);
    let signed = verify(find(document.root(), "Assertion").unwrap(), &trusted()).unwrap();
    for _again in 0..3 {
        let read = signed.parse(&Limits::default()).unwrap();
        assert_eq!(read.root().attribute("ID").unwrap(), "_assertion");
    }
    let mut narrow = Limits::default();
    narrow.max_depth = 1;
    assert!(signed.parse(&narrow).is_err());
    let fresh = verify(find(document.root(), "Assertion").unwrap(), &trusted()).unwrap();
    assert!(
        fresh.parse(&narrow).is_err(),
        "the copy that was read before is no way around"
    );
}

#[test]
fn a_document_may_go_to_another_thread() {
    let document = Document::parse(signed_response().as_bytes(), &Limits::default()).unwrap();
    let signed = std::thread::spawn(move || {
        let assertion = find(document.root(), "Assertion").unwrap();
        verify(assertion, &trusted()).unwrap()
    })
    .join()
    .unwrap();
    assert!(signed.as_bytes().starts_with(b"<saml:Assertion"));
}

#[test]
fn keys_of_every_origin_work() {
    // Generated, read from PKCS #8, read from a certificate, read from an SPKI.
    let generated = SigningKey::generate_ec_p256().unwrap();
    let read = SigningKey::from_pkcs8_der(&generated.to_pkcs8_der()).unwrap();
    let (begin, end) = ("2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z");
    let certificate = generated
        .self_signed_certificate("idp", begin.parse().unwrap(), end.parse().unwrap())
        .unwrap();
    let spki = generated.verifying_key().to_spki_der().unwrap();
    let options = SignOptions {
        algorithm: SignatureAlgorithm::EcdsaSha256,
        ..SignOptions::default()
    };
    for signer in [&generated, &read] {
        let xml = signer
            .sign_element(&response(), "_assertion", &options)
            .unwrap();
        let document = parse(&xml);
        let assertion = find(document.root(), "Assertion").unwrap();
        for key in [
            generated.verifying_key(),
            certificate.verifying_key().unwrap(),
            VerifyingKey::from_spki_der(&spki).unwrap(),
        ] {
            assert!(verify(assertion, &[key]).is_ok());
        }
    }
}

#[test]
fn canonical_bytes_may_be_longer_than_what_they_were_made_from() {
    // 9 000 elements and not one attribute become 9 000 elements with a declaration each.
    let items = "<v:v/>".repeat(9_000);
    let xml = format!(
        "<v:r xmlns:v='urn:{}'><a ID='x'>{items}</a></v:r>",
        "v".repeat(200)
    );
    let mut limits = Limits::default();
    limits.max_nodes = 9_030;
    limits.max_bytes = 60_000;
    let signed = idp()
        .sign_element(&xml, "x", &SignOptions::default())
        .unwrap();
    let document = Document::parse(signed.as_bytes(), &limits).unwrap();
    let signed = verify(find(document.root(), "a").unwrap(), &trusted()).unwrap();
    assert!(signed.as_bytes().len() > 1_000_000);
    for _again in 0..2 {
        assert_eq!(
            signed.parse(&limits).unwrap().root().children().count(),
            9_000
        );
    }
}
