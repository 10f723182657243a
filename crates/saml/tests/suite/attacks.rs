//! Attacks by name: wrapped, moved, doubled and copied signatures, and hidden assertions.

use crate::support::{EVERY_WAY, KEY, RESPONSE, Sign, edit, sign, sign_in};
use vestibule_saml::{Check, Refusal};
use vestibule_xmlsig::SignOptions;

/// Refused by this check; an acceptance is the loudest failure there is.
#[track_caller]
pub(crate) fn refused_by(check: Check, xml: &str) -> Refusal {
    match sign_in(xml) {
        Ok(assertion) => {
            panic!(
                "!!! ACCEPTED for {:?}, and must not be:\n{xml}",
                assertion.name_id().unwrap().value
            )
        }
        Err(refusal) => {
            assert_eq!(
                refusal.reason,
                check,
                "{:#?}",
                refusal.report.first_failure()
            );
            refusal
        }
    }
}

/// What stands between two marks, both included.
#[track_caller]
pub(crate) fn between<'a>(xml: &'a str, begin: &str, end: &str) -> &'a str {
    let from = xml.find(begin).unwrap();
    let length = xml[from..].find(end).unwrap() + end.len();
    &xml[from..from + length]
}

fn assertion(xml: &str) -> &str {
    between(xml, "<saml:Assertion ", "</saml:Assertion>")
}

pub(crate) fn signature(xml: &str) -> &str {
    between(xml, "<ds:Signature ", "</ds:Signature>")
}

pub(crate) fn without_signature(xml: &str) -> String {
    edit(xml, signature(xml), "")
}

/// Another ID and another person.
fn evil(xml: &str) -> String {
    let xml = xml
        .replace("\"_assertion\"", "\"_evil\"")
        .replace("\"_response\"", "\"_evil\"");
    edit(&xml, ">u-4711<", ">admin<")
}

/// Puts `what` before the first `mark`.
#[track_caller]
pub(crate) fn before(xml: &str, mark: &str, what: &str) -> String {
    assert!(xml.contains(mark));
    xml.replacen(mark, &format!("{what}{mark}"), 1)
}

#[test]
fn xsw1_the_signed_response_inside_the_signature_of_another() {
    let original = sign(RESPONSE, Sign::Response);
    let inner = without_signature(&original);
    let wrapped =
        signature(&original).replace("</ds:Signature>", &format!("{inner}</ds:Signature>"));
    let outer = evil(RESPONSE).replacen("<samlp:Status>", &format!("{wrapped}<samlp:Status>"), 1);
    refused_by(Check::AssertionCount, &outer);
}

#[test]
fn xsw2_the_signed_response_before_the_signature_of_another() {
    let original = sign(RESPONSE, Sign::Response);
    let inner = without_signature(&original);
    let wrapped = format!("{inner}{}", signature(&original));
    let outer = evil(RESPONSE).replacen("<samlp:Status>", &format!("{wrapped}<samlp:Status>"), 1);
    refused_by(Check::AssertionCount, &outer);
}

#[test]
fn xsw3_another_assertion_before_the_signed_one() {
    let original = sign(RESPONSE, Sign::Assertion);
    let other = evil(assertion(RESPONSE));
    refused_by(
        Check::AssertionCount,
        &before(&original, "<saml:Assertion ", &other),
    );
}

#[test]
fn xsw4_the_signed_assertion_inside_another() {
    let original = sign(RESPONSE, Sign::Assertion);
    let signed = assertion(&original);
    let other = evil(assertion(RESPONSE));
    let wrapped = other.replace("</saml:Assertion>", &format!("{signed}</saml:Assertion>"));
    refused_by(Check::AssertionCount, &edit(&original, signed, &wrapped));
}

#[test]
fn xsw5_the_signature_in_another_assertion_and_the_signed_one_at_the_end() {
    let original = sign(RESPONSE, Sign::Assertion);
    let signed = assertion(&original);
    let other = evil(signed).replace("#_evil", "#_assertion");
    let moved = edit(&original, signed, &other);
    let moved = moved.replace(
        "</samlp:Response>",
        &format!("{}</samlp:Response>", assertion(RESPONSE)),
    );
    refused_by(Check::AssertionCount, &moved);
}

#[test]
fn xsw6_the_signed_assertion_inside_the_signature_of_another() {
    let original = sign(RESPONSE, Sign::Assertion);
    let signed = assertion(&original);
    let other = evil(signed).replace(
        "</ds:Signature>",
        &format!("{}</ds:Signature>", assertion(RESPONSE)),
    );
    refused_by(Check::AssertionCount, &edit(&original, signed, &other));
}

#[test]
fn xsw7_another_assertion_in_extensions() {
    let original = sign(RESPONSE, Sign::Assertion);
    let extensions = format!(
        "<samlp:Extensions>{}</samlp:Extensions>",
        evil(assertion(RESPONSE))
    );
    refused_by(
        Check::AssertionCount,
        &before(&original, "<samlp:Status>", &extensions),
    );
    // The signed one in Extensions, another in its place.
    let signed = assertion(&original);
    let extensions = format!("<samlp:Extensions>{signed}</samlp:Extensions>");
    let moved = edit(&original, signed, &evil(assertion(RESPONSE)));
    refused_by(
        Check::AssertionCount,
        &before(&moved, "<samlp:Status>", &extensions),
    );
}

#[test]
fn xsw8_the_signed_assertion_in_an_object_of_the_signature() {
    let original = sign(RESPONSE, Sign::Assertion);
    let signed = assertion(&original);
    let object = format!(
        "<ds:Object>{}</ds:Object></ds:Signature>",
        assertion(RESPONSE)
    );
    let other = evil(signed)
        .replace("</ds:Signature>", &object)
        .replace("#_evil", "#_assertion");
    refused_by(Check::AssertionCount, &edit(&original, signed, &other));
}

#[test]
fn xsw9_the_signed_response_in_the_status_detail_of_another() {
    let original = sign(RESPONSE, Sign::Response);
    let detail = format!("<samlp:StatusDetail>{original}</samlp:StatusDetail></samlp:Status>");
    let outer = evil(RESPONSE).replacen("</samlp:Status>", &detail, 1);
    refused_by(Check::AssertionCount, &outer);
    // Without an assertion of its own, and the signature left in the inner one.
    let bare = edit(&outer, &evil(assertion(RESPONSE)), "");
    refused_by(Check::AssertionCount, &bare);
}

#[test]
fn the_signature_of_one_element_proves_nothing_of_another() {
    let original = sign(RESPONSE, Sign::Assertion);
    // Moved up to the Response.
    let stripped = without_signature(&original);
    let moved = before(&stripped, "<samlp:Status>", signature(&original));
    refused_by(Check::ResponseSignature, &moved);
    // Kept in the assertion, whose ID is now another.
    let renamed = original.replace(r#"ID="_assertion""#, r#"ID="_evil""#);
    refused_by(Check::AssertionSignature, &renamed);
}

#[test]
fn two_elements_with_one_id_are_refused() {
    let original = sign(RESPONSE, Sign::Assertion);
    let twice = original.replace(r#"ID="_response""#, r#"ID="_assertion""#);
    refused_by(Check::AssertionSignature, &twice);
    let hidden = before(
        &original,
        "<samlp:Status>",
        r#"<samlp:Extensions><x xmlns="urn:x" ID="_assertion"/></samlp:Extensions>"#,
    );
    refused_by(Check::AssertionSignature, &hidden);
}

#[test]
fn more_than_one_assertion_is_refused_wherever_it_stands() {
    let signed = sign(RESPONSE, Sign::Assertion);
    let other = evil(assertion(RESPONSE));
    let advice = format!("<saml:Advice>{other}</saml:Advice>");
    for (mark, what) in [
        ("</samlp:Response>", other.clone()),
        ("</samlp:Response>", "<saml:EncryptedAssertion/>".to_owned()),
        ("<saml:AuthnStatement ", advice),
        (
            "</saml:AttributeStatement>",
            format!(
                r#"<saml:Attribute Name="x"><saml:AttributeValue>{other}</saml:AttributeValue></saml:Attribute>"#
            ),
        ),
    ] {
        refused_by(Check::AssertionCount, &before(&signed, mark, &what));
    }
    // Both of them inside what is signed.
    for how in EVERY_WAY {
        let advice = format!("<saml:Advice>{other}</saml:Advice>");
        let xml = before(RESPONSE, "<saml:AuthnStatement ", &advice);
        refused_by(Check::AssertionCount, &sign(&xml, how));
        let xml = before(RESPONSE, "</samlp:Response>", &other);
        refused_by(Check::AssertionCount, &sign(&xml, how));
    }
    // An assertion of SAML 1.1, or of a namespace of one's own, is none.
    let none = edit(
        RESPONSE,
        assertion(RESPONSE),
        r#"<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion"/>"#,
    );
    refused_by(Check::AssertionCount, &none);
}

#[test]
fn an_encrypted_assertion_without_a_key_for_it_is_refused_with_the_way_to_mend_it() {
    let xml = edit(RESPONSE, assertion(RESPONSE), "<saml:EncryptedAssertion/>");
    for xml in [
        xml.clone(),
        KEY.sign_element(&xml, "_response", &SignOptions::default())
            .unwrap(),
    ] {
        let refusal = refused_by(Check::Encryption, &xml);
        let remedy = refusal
            .report
            .row(Check::Encryption)
            .unwrap()
            .remedy
            .clone()
            .unwrap();
        assert!(
            remedy.contains("turn the encryption of assertions off"),
            "{remedy}"
        );
    }
}

#[test]
fn nothing_unsigned_is_read_for_identity() {
    // Everything in an unsigned Response that could say who somebody is, or how long.
    let signed = sign(RESPONSE, Sign::Assertion);
    let honest = sign_in(&signed).unwrap();
    let extensions = concat!(
        r#"<samlp:Extensions><saml:NameID>admin</saml:NameID><saml:AttributeStatement>"#,
        r#"<saml:Attribute Name="email"><saml:AttributeValue>admin@example.org</saml:AttributeValue>"#,
        r#"</saml:Attribute></saml:AttributeStatement></samlp:Extensions>"#
    );
    let dressed = before(&signed, "<samlp:Status>", extensions);
    let dressed = before(
        &dressed,
        "</samlp:Response>",
        "<saml:AttributeStatement/><saml:Subject/>",
    );
    let assertion = sign_in(&dressed).unwrap();
    assert_eq!(assertion.name_id(), honest.name_id());
    assert_eq!(assertion.attributes(), honest.attributes());
    assert_eq!(assertion.expires_at(), honest.expires_at());
}

#[test]
fn a_refusal_shows_no_more_than_a_bounded_harmless_excerpt() {
    let long = "x".repeat(5000);
    let audience = format!("<saml:Audience>urn:\u{202e}&#10;{long}</saml:Audience>");
    let xml = edit(
        RESPONSE,
        "<saml:Audience>https://sp.example/saml</saml:Audience>",
        &audience,
    );
    let refusal = refused_by(Check::Audience, &sign(&xml, Sign::Assertion));
    let received = refusal
        .report
        .row(Check::Audience)
        .unwrap()
        .received
        .clone()
        .unwrap();
    assert!(received.chars().count() < 400);
    assert!(received.starts_with("urn:\\u{202e}\\n"), "{received}");
}

#[test]
fn the_signature_of_one_response_does_not_serve_another() {
    // A signature copied from an honest response into a changed copy of it.
    let honest = sign(RESPONSE, Sign::Assertion);
    let changed = edit(RESPONSE, "ada@example.org", "admin@example.org");
    let forged = before(&changed, "<saml:Subject>", signature(&honest));
    refused_by(Check::AssertionSignature, &forged);
}
