//! Each style: signed as the product signs, written as the product writes.

use vestibule_test_idp::{Key, Sign, Style, TestIdp, Twist, User};
use vestibule_xmlsig::{Document, Limits, SignatureAlgorithm, VerifyError, has_signature, verify};

use crate::support::{
    ACS, REQUEST_ID, SP, ada, all, assertions, attribute, document, idp, keys, new_idp, now, one,
    received, signed_element,
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
    assert_eq!(default(Style::Google), (false, true));
    assert_eq!(default(Style::Aws), (true, true));
    assert_eq!(default(Style::OneLogin), (true, false));
}

#[test]
fn every_style_signs_with_an_ec_key() {
    for style in Style::ALL {
        let idp = new_idp(*style, Key::EcP256);
        let answer = answer(&idp, ada(&idp), &Twist::default());
        let signed = verify(signed_element(&answer), &keys(&idp)).expect("a signature");
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
        let issued = match style {
            Style::OneLogin => "2026-03-01T09:00:01Z",
            _ => "2026-03-01T09:00:01.250Z",
        };
        assert_eq!(attribute(root, "IssueInstant").as_deref(), Some(issued));
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
        verify(signed_element(&document(&form)), &keys(idp)).expect("a signature");
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

fn honest_xml(style: Style, email: &str) -> String {
    let idp = idp(style);
    let user = idp.user(email).expect("somebody it knows");
    let form = idp.respond(&received(idp), user, &Twist::default(), now());
    form.expect("an answer").xml()
}

#[track_caller]
fn assert_holds(xml: &str, parts: &[&str]) {
    for part in parts {
        assert!(xml.contains(part), "no {part} in {xml}");
    }
}

#[test]
fn google_writes_any_type_and_attributes_without_values() {
    let xml = honest_xml(Style::Google, "ada@acme.example");
    let begin = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><saml2p:Response ";
    assert!(xml.starts_with(begin), "{xml}");
    assert_holds(
        &xml,
        &[
            "<saml2:Issuer xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">",
            "<saml2:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">ada@acme.example<",
            "<saml2:Attribute Name=\"firstName\"><saml2:AttributeValue xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:anyType\">Ada<",
            "<saml2:Attribute Name=\"department\"/>",
            "xsi:type=\"xs:anyType\">Engineering<",
            "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
            "NotBefore=\"2026-03-01T08:55:01.250Z\" NotOnOrAfter=\"2026-03-01T09:05:01.250Z\"",
        ],
    );
    assert!(!xml.contains("SessionNotOnOrAfter") && !xml.contains("NameFormat"));
    assert!(xml.find("<saml2:AttributeStatement") < xml.find("<saml2:AuthnStatement"));
    // Whoever is in no group has an attribute without a value there.
    assert_holds(
        &honest_xml(Style::Google, "dmitri@acme.example"),
        &["<saml2:Attribute Name=\"groups\"/>"],
    );
}

#[test]
fn aws_writes_xsd_and_the_end_of_the_session() {
    let xml = honest_xml(Style::Aws, "ada@acme.example");
    let begin = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><saml2p:Response ";
    assert!(xml.starts_with(begin), "{xml}");
    assert_holds(
        &xml,
        &[
            "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"",
            "PrefixList=\"xsd\"/>",
            "<saml2:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">",
            "SessionNotOnOrAfter=\"2026-03-01T10:00:01.250Z\"",
            "NotOnOrAfter=\"2026-03-01T10:00:01.250Z\" Recipient",
            "<saml2:Attribute Name=\"email\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\"><saml2:AttributeValue xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xsd:string\">ada@acme.example<",
            "urn:oasis:names:tc:SAML:2.0:ac:classes:Password<",
        ],
    );
    assert_eq!(xml.matches("<ds:Signature ").count(), 2);
    assert!(!xml.contains("Engineering"), "groups are ids there: {xml}");
    assert!(xml.find("<saml2:AuthnStatement") < xml.find("<saml2:AttributeStatement"));
}

#[test]
fn onelogin_writes_whole_seconds_and_empty_values() {
    let xml = honest_xml(Style::OneLogin, "dmitri@acme.example");
    assert!(xml.starts_with("<samlp:Response "), "{xml}");
    assert_holds(
        &xml,
        &[
            " NotBefore=\"2026-03-01T08:57:01Z\" NotOnOrAfter=\"2026-03-01T09:03:01Z\"",
            "SessionNotOnOrAfter=\"2026-03-02T09:00:01Z\" SessionIndex=\"_",
            "NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:basic\" Name=\"User.LastName\"",
            "Name=\"memberOf\"><saml:AttributeValue xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:string\"/>",
            "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        ],
    );
    assert_eq!(xml.matches("<ds:Signature ").count(), 1);
    assert!(!xml.contains("1.250Z"));
    assert_holds(
        &honest_xml(Style::OneLogin, "ada@acme.example"),
        &[">Engineering</saml:AttributeValue>"],
    );
}

#[test]
fn every_style_has_ids_of_its_own_kind() {
    for (style, response, assertion) in [
        (Style::Okta, "id", "id"),
        (Style::Entra, "_", "_"),
        (Style::Google, "_", "_"),
        (Style::Aws, "_", "_"),
        (Style::OneLogin, "R", "A"),
    ] {
        let length = match style {
            Style::Okta => 25,
            Style::Google => 33,
            Style::OneLogin => 41,
            Style::Entra | Style::Aws => 37,
        };
        let answer = answer(idp(style), ada(idp(style)), &Twist::default());
        for (element, prefix) in [
            (answer.root(), response),
            (assertions(&answer)[0], assertion),
        ] {
            let id = attribute(element, "ID").expect("an ID");
            assert!(id.starts_with(prefix), "{style}: {id}");
            assert_eq!(id.len(), length, "{style}: {id}");
        }
        let index = attribute(one(&answer, "AuthnStatement"), "SessionIndex");
        let is_id = index == attribute(assertions(&answer)[0], "ID");
        assert_eq!(is_id, !matches!(style, Style::Aws | Style::OneLogin));
    }
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
        let signed = verify(signed_element(&answer), &keys(idp)).expect("a signature");
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
            // AWS sends the ids of groups.
            if *style == Style::Aws && user.groups.iter().any(|group| group == expected) {
                continue;
            }
            assert!(
                values.iter().any(|value| value == expected),
                "no {expected:?} in {values:?}"
            );
        }
    }
}
