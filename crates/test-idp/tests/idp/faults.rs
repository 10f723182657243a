//! Every fault does what it says, and nothing else.

use jiff::SignedDuration;
use vestibule_test_idp::{Attribute, Fault, PostForm, Status, Style, TestIdp, Twist};
use vestibule_xmlsig::{Document, Limits, ParseError, VerifyError, has_signature, verify};

use crate::support::{
    ACS, REQUEST_ID, SP, ada, all, assertions, attribute, document, idp, keys, now, one, received,
    signed_element,
};

fn twisted(idp: &TestIdp, twist: &Twist) -> PostForm {
    idp.respond(&received(idp), ada(idp), twist, now())
        .expect("an answer")
}

/// Tries something with each style.
fn each_style(twist: &Twist, check: impl Fn(&TestIdp, &PostForm)) {
    for style in Style::ALL {
        let idp = idp(*style);
        check(idp, &twisted(idp, twist));
    }
}

fn verdict(idp: &TestIdp, document: &Document) -> Result<(), VerifyError> {
    verify(signed_element(document), &keys(idp)).map(|_signed| ())
}

#[test]
fn a_fault_in_the_content_is_signed_like_an_honest_answer() {
    let broken_signature = [
        Fault::Unsigned,
        Fault::OtherKey,
        Fault::Sha1,
        Fault::Tampered,
        Fault::Wrapped,
    ];
    for fault in Fault::ALL {
        if broken_signature.contains(fault) || *fault == Fault::Doctype {
            continue;
        }
        each_style(&fault.twist(), |idp, form| {
            let document = document(form);
            let honest = self::document(&twisted(idp, &Twist::default()));
            let signed = has_signature(assertions(&honest)[0]);
            for assertion in assertions(&document) {
                assert_eq!(has_signature(assertion), signed, "{fault}");
                if signed {
                    verify(assertion, &keys(idp))
                        .unwrap_or_else(|cause| panic!("{fault}: {cause}"));
                }
            }
            if has_signature(document.root()) {
                verify(document.root(), &keys(idp))
                    .unwrap_or_else(|cause| panic!("{fault}: {cause}"));
            }
            assert_eq!(has_signature(document.root()), has_signature(honest.root()));
            assert_eq!(
                form.acs_url, ACS,
                "{fault}: it goes to the right place all the same"
            );
        });
    }
}

#[test]
fn unsigned_is_unsigned() {
    each_style(&Fault::Unsigned.twist(), |_, form| {
        assert!(!form.xml().contains("Signature"));
        assert_eq!(assertions(&document(form)).len(), 1);
    });
}

#[test]
fn another_key_verifies_with_itself_alone() {
    each_style(&Fault::OtherKey.twist(), |idp, form| {
        let document = document(form);
        verdict(idp, &document).expect_err("this is not our key");
        let certificate = one(&document, "X509Certificate").deep_text();
        let stranger = vestibule_xmlsig::Certificate::parse_all(certificate.as_bytes());
        let stranger = stranger.expect("a certificate")[0]
            .verifying_key()
            .expect("a key");
        verify(signed_element(&document), &[stranger]).expect("it is signed, by somebody else");
    });
}

#[test]
fn sha1_is_refused_by_name() {
    each_style(&Fault::Sha1.twist(), |idp, form| {
        let document = document(form);
        let refused = verify(signed_element(&document), &keys(idp)).expect_err("SHA-1 is out");
        assert!(
            matches!(
                refused,
                VerifyError::Algorithm { .. } | VerifyError::Digest { .. }
            ),
            "{refused:?}"
        );
        assert!(form.xml().contains("xmldsig#rsa-sha1"));
    });
}

#[test]
fn tampering_breaks_the_digest() {
    each_style(&Fault::Tampered.twist(), |idp, form| {
        assert!(form.xml().contains("mallory@evil.example"));
        let document = document(form);
        let refused = verdict(idp, &document).expect_err("it was changed");
        assert!(
            matches!(refused, VerifyError::DigestMismatch),
            "{refused:?}"
        );
    });
}

#[test]
fn a_wrapped_answer_holds_a_good_signature_over_the_wrong_assertion() {
    each_style(&Fault::Wrapped.twist(), |idp, form| {
        let document = document(form);
        let [forged] = assertions(&document)[..] else {
            panic!("{}", form.xml())
        };
        assert!(forged.deep_text().contains("mallory@evil.example"));
        assert!(!has_signature(forged));
        let hidden = one(&document, "Extensions")
            .children()
            .next()
            .expect("the signed one");
        let signed = verify(hidden, &keys(idp)).expect("its signature is good");
        let signed = String::from_utf8_lossy(signed.as_bytes()).into_owned();
        assert!(signed.contains("ada@acme.example") && !signed.contains("mallory"));
    });
}

#[test]
fn a_document_type_declaration_is_there() {
    each_style(&Fault::Doctype.twist(), |_, form| {
        let refused = Document::parse(form.xml().as_bytes(), &Limits::default());
        assert!(
            matches!(refused, Err(ParseError::Doctype { .. })),
            "{:?}",
            refused.err()
        );
    });
}

#[test]
fn a_comment_in_the_name_id_is_left_out_of_what_is_signed() {
    let twist = Twist {
        comment_in_name_id: true,
        ..Twist::default()
    };
    each_style(&twist, |idp, form| {
        assert!(
            form.xml().contains("ada@acme<!-- a comment -->.example"),
            "{}",
            form.xml()
        );
        let document = document(form);
        let signed = verify(signed_element(&document), &keys(idp)).expect("a signature");
        assert!(String::from_utf8_lossy(signed.as_bytes()).contains(">ada@acme.example</"));
    });
}

#[test]
fn wrong_names_stand_where_they_should() {
    let expect = |fault: Fault,
                  place: &'static str,
                  attribute_name: Option<&'static str>,
                  honest: String| {
        each_style(&fault.twist(), |_, form| {
            let document = document(form);
            let places = all(&document, place);
            assert!(!places.is_empty(), "{fault}");
            for element in places {
                let found = match attribute_name {
                    Some(name) => attribute(element, name).expect("it is there, and wrong"),
                    None => element.deep_text(),
                };
                assert_ne!(found, honest, "{fault}");
            }
        });
    };
    let entity_id = idp(Style::Okta).entity_id().to_owned();
    expect(Fault::WrongIssuer, "Issuer", None, entity_id);
    expect(Fault::WrongAudience, "Audience", None, SP.to_owned());
    expect(
        Fault::WrongDestination,
        "Response",
        Some("Destination"),
        ACS.to_owned(),
    );
    expect(
        Fault::WrongRecipient,
        "SubjectConfirmationData",
        Some("Recipient"),
        ACS.to_owned(),
    );
    let bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer".to_owned();
    expect(
        Fault::NoBearer,
        "SubjectConfirmation",
        Some("Method"),
        bearer,
    );
    for place in ["Response", "SubjectConfirmationData"] {
        expect(
            Fault::WrongInResponseTo,
            place,
            Some("InResponseTo"),
            REQUEST_ID.to_owned(),
        );
    }
    for place in ["Response", "Assertion"] {
        expect(
            Fault::WrongVersion,
            place,
            Some("Version"),
            "2.0".to_owned(),
        );
    }
}

#[test]
fn what_is_left_out_is_gone() {
    for (fault, gone) in [
        (Fault::NoAudience, "AudienceRestriction"),
        (Fault::NoAuthnStatement, "AuthnStatement"),
        (Fault::NoNameId, "NameID"),
        (Fault::NoAssertion, "Assertion"),
        (Fault::AuthnFailed, "Assertion"),
        (Fault::NoEmail, "AttributeStatement"),
    ] {
        each_style(&fault.twist(), |idp, form| {
            assert!(all(&document(form), gone).is_empty(), "{fault}");
            assert!(
                !all(&document(&twisted(idp, &Twist::default())), gone).is_empty(),
                "{fault}"
            );
        });
    }
    each_style(&Fault::NoInResponseTo.twist(), |_, form| {
        assert!(!form.xml().contains("InResponseTo"));
    });
    each_style(&Fault::NoEmail.twist(), |_, form| {
        assert!(!form.xml().contains("ada@"));
    });
}

#[test]
fn what_is_put_in_is_there() {
    each_style(&Fault::UnknownCondition.twist(), |_, form| {
        assert_eq!(all(&document(form), "Condition").len(), 1);
    });
    each_style(&Fault::TwoAssertions.twist(), |_, form| {
        let document = document(form);
        let ids: Vec<_> = assertions(&document)
            .iter()
            .map(|a| attribute(*a, "ID"))
            .collect();
        assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
    });
    let twist = Twist {
        one_time_use: true,
        extra_attributes: vec![Attribute {
            name_format: Some("urn:f".to_owned()),
            friendly_name: Some("friend".to_owned()),
            ..Attribute::new("dept", ["a", "b"])
        }],
        without_attributes: vec!["email".to_owned()],
        session_index: Some("session-7".to_owned()),
        authn_context_class: Some("urn:mfa".to_owned()),
        name_id: Some("e123".to_owned()),
        name_id_format: Some("urn:custom".to_owned()),
        ..Twist::default()
    };
    each_style(&twist, |idp, form| {
        let document = document(form);
        assert_eq!(all(&document, "OneTimeUse").len(), 1);
        let named = |name: &str| {
            all(&document, "Attribute")
                .into_iter()
                .find(|a| attribute(*a, "Name").as_deref() == Some(name))
        };
        let extra = named("dept").expect("the extra one");
        assert_eq!(attribute(extra, "NameFormat").as_deref(), Some("urn:f"));
        assert_eq!(attribute(extra, "FriendlyName").as_deref(), Some("friend"));
        assert_eq!(
            extra.children().map(|v| v.deep_text()).collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert!(named("email").is_none(), "{}", idp.style());
        let statement = one(&document, "AuthnStatement");
        assert_eq!(
            attribute(statement, "SessionIndex").as_deref(),
            Some("session-7")
        );
        assert_eq!(
            one(&document, "AuthnContextClassRef").deep_text(),
            "urn:mfa"
        );
        assert_eq!(one(&document, "NameID").deep_text(), "e123");
        assert_eq!(
            attribute(one(&document, "NameID"), "Format").as_deref(),
            Some("urn:custom")
        );
    });
}

#[test]
fn a_failure_is_told_with_its_code_and_its_message() {
    let twist = |status| Twist {
        status: Some(status),
        ..Twist::default()
    };
    each_style(&twist(Status::request_denied()), |_, form| {
        let document = document(form);
        let codes: Vec<_> = all(&document, "StatusCode")
            .into_iter()
            .map(|c| attribute(c, "Value"))
            .collect();
        assert_eq!(
            codes,
            ["Responder", "RequestDenied"]
                .map(|code| Some(format!("urn:oasis:names:tc:SAML:2.0:status:{code}")))
        );
        assert!(
            one(&document, "StatusMessage")
                .deep_text()
                .contains("not assigned")
        );
    });
}

#[test]
fn clocks_go_wrong_by_as_much_as_they_are_told() {
    let times = |twist: &Twist, style: Style| {
        let form = twisted(idp(style), twist);
        let document = document(&form);
        let at = |element: &str, name: &str| attribute(one(&document, element), name);
        [
            at("Response", "IssueInstant"),
            at("Assertion", "IssueInstant"),
            at("SubjectConfirmationData", "NotOnOrAfter"),
            at("Conditions", "NotBefore"),
            at("Conditions", "NotOnOrAfter"),
            at("AuthnStatement", "AuthnInstant"),
            at("AuthnStatement", "SessionNotOnOrAfter"),
        ]
        .map(|time| time.map_or("-".to_owned(), |time| time.replace("2026-03-01T", "")))
    };
    let honest = [
        "09:00:01.250Z",
        "09:00:01.250Z",
        "09:05:01.250Z",
        "08:55:01.250Z",
        "09:05:01.250Z",
        "09:00:01.250Z",
        "-",
    ];
    assert_eq!(times(&Twist::default(), Style::Okta), honest);
    let expired = honest.map(|time| time.replace("08:", "06:").replace("09:", "07:"));
    assert_eq!(times(&Fault::Expired.twist(), Style::Okta), expired);
    let early = honest.map(|time| time.replace("09:", "11:").replace("08:", "10:"));
    assert_eq!(times(&Fault::NotYetValid.twist(), Style::Okta), early);

    let mut one_off = honest;
    one_off[2] = "08:00:01.250Z";
    assert_eq!(
        times(&Fault::ConfirmationExpired.twist(), Style::Okta),
        one_off
    );
    let mut one_off = honest;
    one_off[6] = "08:00:01.250Z";
    assert_eq!(times(&Fault::SessionOver.twist(), Style::Okta), one_off);
    let mut one_off = honest;
    one_off[5] = "10:00:01.250Z";
    let late = Twist {
        authn_instant_offset: SignedDuration::from_hours(1),
        ..Twist::default()
    };
    assert_eq!(times(&late, Style::Okta), one_off);

    let entra = [
        "09:00:01.250Z",
        "09:00:01.250Z",
        "10:00:01.250Z",
        "08:55:01.250Z",
        "10:00:01.250Z",
        "09:00:01.250Z",
        "-",
    ];
    assert_eq!(times(&Twist::default(), Style::Entra), entra);
}

#[test]
fn name_id_formats_have_values_of_their_kind() {
    let value = |format: &str| {
        let twist = Twist {
            name_id_format: Some(format.to_owned()),
            ..Twist::default()
        };
        let form = twisted(idp(Style::Entra), &twist);
        one(&document(&form), "NameID").deep_text()
    };
    let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    assert_eq!(value(persistent), value(persistent));
    assert_ne!(value(transient), value(transient));
    assert_eq!(
        value("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
        "ada@acme.example"
    );
}
