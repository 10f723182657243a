//! What Response and Assertion carry around what they say.

use super::{
    ASSERTION_HEAD, ASSERTION_ISSUER, ASSERTION_TIME, CONFIRMATION_ANSWERS, DESTINATION,
    RESPONSE_ANSWERS, RESPONSE_HEAD, RESPONSE_ISSUER, RESPONSE_TIME, accepted, refused, table,
};
use crate::support::{EVERY_WAY, IDP, RESPONSE, Sign, edit, keys, now, parts, post, sent, sign};
use vestibule_saml::{Check, Expected, Limits, UnverifiedResponse};

#[test]
fn a_version_is_exactly_2_0() {
    for (head, check) in [
        (RESPONSE_HEAD, Check::Version),
        (ASSERTION_HEAD, Check::AssertionVersion),
    ] {
        let versions = ["1.1", "2", "2.00", "2.1", "", " 2.0"];
        for version in versions {
            let other = head.replace(r#"Version="2.0""#, &format!(r#"Version="{version}""#));
            table(&[(head, &other, Some(check))]);
        }
        table(&[(head, &head.replace(r#" Version="2.0""#, ""), Some(check))]);
    }
}

#[test]
fn an_issue_instant_lies_between_request_and_now_give_or_take_the_skew() {
    for (attribute, check) in [
        (RESPONSE_TIME, Check::IssueInstant),
        (ASSERTION_TIME, Check::AssertionIssueInstant),
    ] {
        for (value, fine) in [
            ("2026-11-24T08:56:30Z", true),
            ("2026-11-24T08:56:29.999Z", false),
            ("2026-11-24T09:03:30Z", true),
            ("2026-11-24T09:03:30.000000001Z", false),
            ("2026-11-24T09:00:00.123456Z", true),
            ("2026-11-24T09:00:00", false),
            ("2026-11-24T10:00:00+01:00", false),
            ("2026-11-24", false),
            ("", false),
            ("now", false),
            ("1970-01-01T00:00:00Z", false),
            ("9999-12-31T23:59:59Z", false),
        ] {
            let other = format!(r#"IssueInstant="{value}""#);
            table(&[(attribute, &other, (!fine).then_some(check))]);
        }
        table(&[(attribute, "", Some(check))]);
    }
}

#[test]
fn a_signed_destination_is_there_and_ours() {
    for how in EVERY_WAY {
        let absent = edit(RESPONSE, DESTINATION, "");
        if how == Sign::Assertion {
            accepted(&absent, how);
        } else {
            assert_eq!(refused(&absent, how).reason, Check::ResponseDestination);
        }
    }
    for other in [
        "https://sp.example/saml/acs/",
        "https://sp.example/saml/ACS",
        "https://evil.example/saml/acs",
        "http://sp.example/saml/acs",
        "https://sp.example:443/saml/acs",
        " https://sp.example/saml/acs",
        "",
    ] {
        let other = format!(r#" Destination="{other}""#);
        table(&[(DESTINATION, &other, Some(Check::ResponseDestination))]);
    }
}

#[test]
fn it_answers_the_request_of_this_browser_in_the_response_and_in_the_confirmation() {
    table(&[
        (
            RESPONSE_ANSWERS,
            r#" InResponseTo="_other"><saml:Issuer>"#,
            Some(Check::InResponseTo),
        ),
        (
            RESPONSE_ANSWERS,
            r#" InResponseTo=""><saml:Issuer>"#,
            Some(Check::InResponseTo),
        ),
        (
            RESPONSE_ANSWERS,
            r#" InResponseTo="_request "><saml:Issuer>"#,
            Some(Check::InResponseTo),
        ),
        (
            RESPONSE_ANSWERS,
            "><saml:Issuer>",
            Some(Check::InResponseTo),
        ),
        (
            CONFIRMATION_ANSWERS,
            r#" InResponseTo="_other" NotOnOrAfter"#,
            Some(Check::ConfirmationInResponseTo),
        ),
        (
            CONFIRMATION_ANSWERS,
            r#" InResponseTo="" NotOnOrAfter"#,
            Some(Check::ConfirmationInResponseTo),
        ),
        (
            CONFIRMATION_ANSWERS,
            " NotOnOrAfter",
            Some(Check::ConfirmationInResponseTo),
        ),
    ]);
}

#[test]
fn an_unsolicited_response_is_refused_in_clear_words() {
    let xml = edit(RESPONSE, RESPONSE_ANSWERS, "><saml:Issuer>");
    let xml = edit(&xml, CONFIRMATION_ANSWERS, " NotOnOrAfter");
    for how in EVERY_WAY {
        let refusal = refused(&xml, how);
        assert_eq!(refusal.reason, Check::InResponseTo);
        let row = refusal.report.row(Check::InResponseTo).unwrap();
        assert!(row.received.as_ref().unwrap().contains("unsolicited"));
        assert!(
            row.remedy
                .as_ref()
                .unwrap()
                .contains("Start the sign-in at the application")
        );
    }
}

#[test]
fn the_issuer_of_the_response_may_be_absent_only_if_it_is_not_signed() {
    let absent = edit(RESPONSE, RESPONSE_ISSUER, "<samlp:Status>");
    accepted(&absent, Sign::Assertion);
    // The signature then has no Issuer to stand after: that is what is refused.
    for how in [Sign::Response, Sign::Both] {
        assert_eq!(refused(&absent, how).reason, Check::ResponseSignature);
    }
}

#[test]
fn an_issuer_is_the_expected_idp_to_the_letter() {
    for (place, tail, check) in [
        (RESPONSE_ISSUER, "<samlp:Status>", Check::ResponseIssuer),
        (ASSERTION_ISSUER, "<saml:Subject>", Check::AssertionIssuer),
    ] {
        for (issuer, fine) in [
            ("<saml:Issuer>https://evil.example</saml:Issuer>", false),
            (
                "<saml:Issuer>https://idp.example/Entity</saml:Issuer>",
                false,
            ),
            (
                "<saml:Issuer>https://idp.example/entity/</saml:Issuer>",
                false,
            ),
            (
                "<saml:Issuer> https://idp.example/entity</saml:Issuer>",
                false,
            ),
            ("<saml:Issuer></saml:Issuer>", false),
            (
                "<saml:Issuer><saml:NameID>https://idp.example/entity</saml:NameID></saml:Issuer>",
                false,
            ),
            (
                "<saml:Issuer>https://idp.example<!-- -->/entity</saml:Issuer>",
                true,
            ),
            (
                "<saml:Issuer><![CDATA[https://idp.example/entity]]></saml:Issuer>",
                true,
            ),
            (
                r#"<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">https://idp.example/entity</saml:Issuer>"#,
                true,
            ),
            (
                r#"<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">https://idp.example/entity</saml:Issuer>"#,
                false,
            ),
            (
                r#"<saml:Issuer Format="">https://idp.example/entity</saml:Issuer>"#,
                false,
            ),
        ] {
            table(&[(place, &format!("{issuer}{tail}"), (!fine).then_some(check))]);
        }
    }
    // A second Issuer stands where the Signature should.
    for (place, check) in [
        (RESPONSE_ISSUER, Check::ResponseIssuer),
        (ASSERTION_ISSUER, Check::AssertionIssuer),
    ] {
        let second = place.replacen(
            "</saml:Issuer>",
            "</saml:Issuer><saml:Issuer>https://idp.example/entity</saml:Issuer>",
            1,
        );
        table(&[(place, &second, Some(check))]);
    }
    let none = edit(RESPONSE, ASSERTION_ISSUER, "<saml:Subject>");
    assert_eq!(
        refused(&none, Sign::Response).reason,
        Check::AssertionIssuer
    );
}

#[test]
fn an_entity_id_of_256_characters_of_any_kind_is_compared_whole() {
    for long in ["x".repeat(256), "\u{1f511}".repeat(256)] {
        let judge = |issuer: &str| {
            let xml = RESPONSE.replace(
                &format!("<saml:Issuer>{IDP}"),
                &format!("<saml:Issuer>{issuer}"),
            );
            let form_value = post(&sign(&xml, Sign::Both));
            let unverified = UnverifiedResponse::decode(&form_value, &Limits::default()).unwrap();
            let signed = unverified.verify(&keys()).unwrap();
            signed.validate(&Expected::sign_in(sent(), parts(), long.clone()), now())
        };
        assert_eq!(judge(&long).unwrap().idp_entity_id(), long);
        let mut shorter = long.clone();
        shorter.pop();
        assert_eq!(judge(&shorter).unwrap_err().reason, Check::ResponseIssuer);
    }
}
