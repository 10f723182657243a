//! Which signatures are accepted, and what is said of those that are not.

use crate::attacks::{before, between, refused_by, signature, without_signature};
use crate::support::{KEY, RESPONSE, Sign, at, edit, expected, now, post, sign, sign_in};
use vestibule_saml::{Check, Limits, Outcome, UnverifiedResponse};
use vestibule_xmlsig::{
    SignOptions, SignatureAlgorithm, SignaturePrefix, SigningKey, VerifyingKey,
};

#[test]
fn an_unsigned_response_is_refused_as_such() {
    let refusal = refused_by(Check::Signature, RESPONSE);
    let row = refusal.report.row(Check::Signature).unwrap();
    assert_eq!(row.received.as_deref(), Some("neither is signed"));
    for check in [Check::Audience, Check::NameId, Check::Version] {
        assert_eq!(refusal.report.row(check).unwrap().outcome, Outcome::Skipped);
    }
}

#[test]
fn what_was_altered_after_signing_is_told_from_another_key() {
    for (how, check) in [
        (Sign::Assertion, Check::AssertionSignature),
        (Sign::Response, Check::ResponseSignature),
    ] {
        let altered = edit(&sign(RESPONSE, how), ">u-4711<", ">admin<");
        let refusal = refused_by(check, &altered);
        let row = refusal.report.row(check).unwrap();
        assert!(
            row.received
                .as_deref()
                .unwrap()
                .contains("altered after signing"),
            "{row:?}"
        );
        assert!(row.remedy.as_deref().unwrap().contains("proxy"), "{row:?}");
        assert_eq!(
            refusal.report.row(Check::Audience).unwrap().outcome,
            Outcome::Skipped
        );
    }

    let other = SigningKey::generate_rsa(2048).unwrap();
    let signed = other
        .sign_element(RESPONSE, "_assertion", &SignOptions::default())
        .unwrap();
    let refusal = refused_by(Check::AssertionSignature, &signed);
    let row = refusal.report.row(Check::AssertionSignature).unwrap();
    assert!(
        row.received.as_deref().unwrap().contains("by another key"),
        "{row:?}"
    );
    assert!(
        row.remedy.as_deref().unwrap().contains("certificate"),
        "{row:?}"
    );

    // The certificate that the message names is shown, and changes nothing.
    let (begin, end) = (at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"));
    let certificate = other
        .self_signed_certificate("The next one", begin, end)
        .unwrap();
    let fingerprint = certificate.fingerprint_sha256().to_owned();
    let options = SignOptions {
        key_info: Some(certificate),
        ..SignOptions::default()
    };
    let signed = other
        .sign_element(RESPONSE, "_assertion", &options)
        .unwrap();
    let refusal = refused_by(Check::AssertionSignature, &signed);
    let received = refusal
        .report
        .row(Check::AssertionSignature)
        .unwrap()
        .received
        .clone()
        .unwrap();
    assert!(
        received.contains("The next one") && received.contains(&fingerprint),
        "{received}"
    );
}

#[test]
fn outdated_algorithms_are_refused_by_name() {
    let signed = sign(RESPONSE, Sign::Assertion);
    let rsa_sha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    let sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    for (from, to, name) in [
        (
            rsa_sha256,
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            "RSA-SHA1",
        ),
        (
            rsa_sha256,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
            "RSA-MD5",
        ),
        (
            rsa_sha256,
            "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
            "DSA-SHA1",
        ),
        (
            rsa_sha256,
            "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
            "HMAC-SHA1",
        ),
        (
            rsa_sha256,
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            "#hmac-sha256",
        ),
        (sha256, "http://www.w3.org/2000/09/xmldsig#sha1", "SHA-1"),
    ] {
        let refusal = refused_by(Check::AssertionSignature, &edit(&signed, from, to));
        let row = refusal.report.row(Check::AssertionSignature).unwrap();
        assert!(row.received.as_deref().unwrap().contains(name), "{row:?}");
        assert!(
            row.remedy.as_deref().unwrap().contains("RSA-SHA256"),
            "{row:?}"
        );
    }
}

#[test]
fn a_weak_key_is_named() {
    let signed = sign(RESPONSE, Sign::Assertion);
    let value = between(&signed, "<ds:SignatureValue>", "</ds:SignatureValue>");
    // As long as the signature of an RSA key of 1024 bits.
    let weak = format!(
        "<ds:SignatureValue>{}</ds:SignatureValue>",
        post(&"\u{1}".repeat(128))
    );
    let refusal = refused_by(Check::AssertionSignature, &edit(&signed, value, &weak));
    let row = refusal.report.row(Check::AssertionSignature).unwrap();
    assert!(
        row.received.as_deref().unwrap().contains("1024 bits"),
        "{row:?}"
    );
    assert!(row.remedy.as_deref().unwrap().contains("2048"), "{row:?}");
}

#[test]
fn every_signature_must_verify_though_the_other_is_good() {
    let other = SigningKey::generate_rsa(2048).unwrap();
    let options = SignOptions::default();

    // The assertion's by another key, the Response's good.
    let signed = other
        .sign_element(RESPONSE, "_assertion", &options)
        .unwrap();
    let signed = KEY.sign_element(&signed, "_response", &options).unwrap();
    let refusal = refused_by(Check::AssertionSignature, &signed);
    assert_eq!(
        refusal
            .report
            .row(Check::ResponseSignature)
            .unwrap()
            .outcome,
        Outcome::Pass
    );

    // The Response's by another key, the assertion's good.
    let signed = KEY.sign_element(RESPONSE, "_assertion", &options).unwrap();
    let signed = other.sign_element(&signed, "_response", &options).unwrap();
    let refusal = refused_by(Check::ResponseSignature, &signed);
    assert_eq!(
        refusal
            .report
            .row(Check::AssertionSignature)
            .unwrap()
            .outcome,
        Outcome::Pass
    );

    // The Response altered outside the assertion.
    let signed = sign(RESPONSE, Sign::Both);
    let altered = edit(
        &signed,
        r#"ID="_response" Version="2.0""#,
        r#"ID="_response" Version="2.1""#,
    );
    refused_by(Check::ResponseSignature, &altered);
    // Signed the other way round: the assertion's signature came after the Response's.
    let late = KEY.sign_element(RESPONSE, "_response", &options).unwrap();
    let late = KEY.sign_element(&late, "_assertion", &options).unwrap();
    refused_by(Check::ResponseSignature, &late);
}

#[test]
fn a_signature_stands_directly_after_the_issuer_and_once() {
    let signed = sign(RESPONSE, Sign::Assertion);
    let own = signature(&signed);
    let bare = without_signature(&signed);
    let last = edit(
        &bare,
        "</saml:Assertion>",
        &format!("{own}</saml:Assertion>"),
    );
    refused_by(Check::AssertionSignature, &last);
    let first = before(
        &bare,
        "<saml:Issuer>https://idp.example/entity</saml:Issuer><saml:Subject>",
        own,
    );
    refused_by(Check::AssertionSignature, &first);
    refused_by(
        Check::AssertionSignature,
        &edit(&signed, own, &own.repeat(2)),
    );
}

#[test]
fn any_of_the_keys_will_do_and_none_will_not() {
    let other = SigningKey::generate_rsa(2048).unwrap().verifying_key();
    let elliptic = SigningKey::generate_ec_p256().unwrap();
    let verify = |xml: &str, keys: &[VerifyingKey]| {
        UnverifiedResponse::decode(&post(xml), &Limits::default())
            .unwrap()
            .verify(keys)
            .and_then(|signed| signed.validate(&expected(), now()))
    };
    let signed = sign(RESPONSE, Sign::Both);
    let keys = [other.clone(), elliptic.verifying_key(), KEY.verifying_key()];
    let assertion = verify(&signed, &keys).unwrap();
    assert_eq!(assertion.signed_by(), *KEY.verifying_key().fingerprint());
    assert_eq!(
        verify(&signed, &[other]).unwrap_err().reason,
        Check::ResponseSignature
    );
    assert_eq!(
        verify(&signed, &[]).unwrap_err().reason,
        Check::ResponseSignature
    );
    let only_elliptic = [elliptic.verifying_key()];
    assert_eq!(
        verify(&signed, &only_elliptic).unwrap_err().reason,
        Check::ResponseSignature
    );

    for algorithm in [
        SignatureAlgorithm::EcdsaSha256,
        SignatureAlgorithm::EcdsaSha512,
    ] {
        let options = SignOptions {
            algorithm,
            ..SignOptions::default()
        };
        let signed = elliptic
            .sign_element(RESPONSE, "_assertion", &options)
            .unwrap();
        assert_eq!(
            verify(&signed, &keys).unwrap().signed_by(),
            *elliptic.verifying_key().fingerprint()
        );
    }
}

#[test]
fn signatures_are_accepted_as_real_identity_providers_write_them() {
    for algorithm in [
        SignatureAlgorithm::RsaSha256,
        SignatureAlgorithm::RsaSha384,
        SignatureAlgorithm::RsaSha512,
    ] {
        for prefix in [SignaturePrefix::Default, SignaturePrefix::Ds] {
            for inclusive in [vec![], vec!["xs".to_owned()]] {
                let options = SignOptions {
                    algorithm,
                    prefix,
                    inclusive_namespaces: inclusive,
                    key_info: None,
                };
                let signed = KEY.sign_element(RESPONSE, "_assertion", &options).unwrap();
                assert_eq!(sign_in(&signed).unwrap().name_id().unwrap().value, "u-4711");
            }
        }
    }
}
