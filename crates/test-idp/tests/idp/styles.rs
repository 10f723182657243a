//! Each style: signed as the product signs, written as the product writes.

use vestibule_test_idp::{Key, Sign, Style, TestIdp, Twist, User};
use vestibule_xmlsig::{Document, Limits, SignatureAlgorithm, VerifyError, has_signature, verify};

use crate::support::{
    ACS, REQUEST_ID, SP, ada, all, assertions, attribute, document, idp, keys, new_idp, now, one,
    received,
};

fn answer(idp: &TestIdp, user: &User, twist: &Twist) -> Document {
    document(
        &idp.respond(&received(idp), user, twist, now())
            .expect("an answer"),
    )
}

fn signed_parts(idp: &TestIdp, answer: &Document) -> (bool, bool) {
    let response = verify(answer.root(), &keys(idp));
    let assertion = verify(assertions(answer)[0], &keys(idp));
    let is_signed = |outcome: Result<_, VerifyError>| match outcome {
        Ok(_) => true,
        Err(VerifyError::Unsigned) => false,
        Err(cause) => panic!("{cause}"),
    };
    (is_signed(response), is_signed(assertion))
}

#[test]
fn every_style_can_sign_every_part() {
    for style in Style::ALL {
        let idp = idp(*style);
        for (sign, parts) in [
            (Sign::Response, (true, false)),
            (Sign::Assertion, (false, true)),
            (Sign::Both, (true, true)),
        ] {
            let twist = Twist {
                sign: Some(sign),
                ..Twist::default()
            };
            assert_eq!(
                signed_parts(idp, &answer(idp, ada(idp), &twist)),
                parts,
                "{style} {sign:?}"
            );
        }
    }
    let default = |style| {
        signed_parts(
            idp(style),
            &answer(idp(style), ada(idp(style)), &Twist::default()),
        )
    };
    assert_eq!(default(Style::Okta), (true, true));
    assert_eq!(default(Style::Entra), (false, true));
}

#[test]
fn every_style_signs_with_an_ec_key() {
    for style in Style::ALL {
        let idp = new_idp(*style, Key::EcP256);
        let answer = answer(&idp, ada(&idp), &Twist::default());
        let signed = verify(assertions(&answer)[0], &keys(&idp)).expect("a signature");
        assert_eq!(signed.algorithm(), SignatureAlgorithm::EcdsaSha256);
    }
}

#[test]
fn an_idp_with_the_same_key_is_the_same_after_a_restart() {
    let first = idp(Style::Okta);
    let der = first.signing_key().to_pkcs8_der().to_vec();
    let second = new_idp(Style::Okta, Key::Pkcs8(der));
    let answer = answer(&second, ada(&second), &Twist::default());
    verify(answer.root(), &keys(first)).expect("the key that signed before");
}

#[test]
fn the_honest_answer_says_what_a_service_provider_has_to_hear() {
    for style in Style::ALL {
        let idp = idp(*style);
        let answer = answer(idp, ada(idp), &Twist::default());
        let root = answer.root();
        assert_eq!(attribute(root, "InResponseTo").as_deref(), Some(REQUEST_ID));
        assert_eq!(attribute(root, "Destination").as_deref(), Some(ACS));
        assert_eq!(
            attribute(root, "IssueInstant").as_deref(),
            Some("2026-03-01T09:00:01.250Z")
        );
        for issuer in all(&answer, "Issuer") {
            assert_eq!(issuer.deep_text(), idp.entity_id());
        }
        let confirmation = one(&answer, "SubjectConfirmationData");
        assert_eq!(attribute(confirmation, "Recipient").as_deref(), Some(ACS));
        assert_eq!(
            attribute(confirmation, "InResponseTo").as_deref(),
            Some(REQUEST_ID)
        );
        assert_eq!(one(&answer, "Audience").deep_text(), SP);
        assert_eq!(one(&answer, "NameID").deep_text(), "ada@acme.example");
        let ids = ["Response", "Assertion"].map(|name| attribute(one(&answer, name), "ID"));
        assert_ne!(ids[0], ids[1]);
    }
}

#[test]
fn an_unsolicited_answer_names_no_request() {
    for style in Style::ALL {
        let idp = idp(*style);
        let sp = idp.trusted().remove(0);
        let twist = Twist::default();
        let form = idp.respond_unsolicited(&sp, Some("/deep"), ada(idp), &twist, now());
        let form = form.expect("an answer");
        assert_eq!(form.relay_state.as_deref(), Some("/deep"));
        assert!(!form.xml().contains("InResponseTo"));
        verify(assertions(&document(&form))[0], &keys(idp)).expect("a signature");
    }
}

#[test]
fn okta_writes_its_prefixes_and_its_inclusive_namespaces() {
    let idp = idp(Style::Okta);
    let form = idp
        .respond(&received(idp), ada(idp), &Twist::default(), now())
        .expect("an answer");
    let xml = form.xml();
    for expected in [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><saml2p:Response ",
        "<saml2:Issuer xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">",
        "PrefixList=\"xs\"/>",
        "<saml2:Attribute Name=\"firstName\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\">",
        "xsi:type=\"xs:string\">Okafor</saml2:AttributeValue>",
        "xsi:type=\"xs:string\">Engineering</saml2:AttributeValue>",
    ] {
        assert!(xml.contains(expected), "no {expected} in {xml}");
    }
    assert_eq!(xml.matches("<ds:Signature ").count(), 2);
    let id = attribute(document(&form).root(), "ID").expect("an ID");
    assert!(id.len() == 25 && id.starts_with("id"), "{id}");
}

#[test]
fn entra_writes_default_namespaces_and_claim_uris() {
    let idp = idp(Style::Entra);
    let form = idp
        .respond(&received(idp), ada(idp), &Twist::default(), now())
        .expect("an answer");
    let xml = form.xml();
    assert!(xml.starts_with("<samlp:Response "), "{xml}");
    for expected in [
        "<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\" ",
        "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">",
        "<Attribute Name=\"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress\"><AttributeValue>ada@acme.example</AttributeValue>",
        "<Attribute Name=\"http://schemas.microsoft.com/identity/claims/displayname\"><AttributeValue>Ada Okafor</AttributeValue>",
        "NotOnOrAfter=\"2026-03-01T10:00:01.250Z\"",
    ] {
        assert!(xml.contains(expected), "no {expected} in {xml}");
    }
    assert!(!has_signature(document(&form).root()));
    // Attributes come before the AuthnStatement there.
    assert!(xml.find("<AttributeStatement") < xml.find("<AuthnStatement"));
}

#[test]
fn whatever_a_name_holds_is_signed_and_read_back() {
    for style in Style::ALL {
        let idp = idp(*style);
        let mut user = User::new(
            "o'neil&<co>@acme.example",
            "\"Zoë\"\t\r\n",
            "]]>Yılmaz 🙂\u{1}",
        );
        user.groups = vec!["<!--x-->".to_owned(), " two  spaces ".to_owned()];
        let answer = answer(idp, &user, &Twist::default());
        let signed = verify(assertions(&answer)[0], &keys(idp)).expect("a signature");
        let signed = signed
            .parse(&Limits::default())
            .expect("canonical XML is XML");
        let values: Vec<_> = all(&signed, "AttributeValue")
            .iter()
            .map(|e| e.deep_text())
            .collect();
        for expected in [
            user.email.as_str(),
            "\"Zoë\"\t\r\n",
            "]]>Yılmaz 🙂\u{fffd}",
            "<!--x-->",
            " two  spaces ",
        ] {
            assert!(
                values.iter().any(|value| value == expected),
                "no {expected:?} in {values:?}"
            );
        }
    }
}
