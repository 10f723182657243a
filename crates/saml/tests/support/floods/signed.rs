//! Full documents with a signature: of strangers, and of a trusted IdP.

use std::time::Duration;

use vestibule_saml::Check;
use vestibule_xmlsig::{SignOptions, SigningKey};

use super::contents::contents;
use super::{ANY, Flood, around, filled, some};
use crate::second;
use crate::support::{KEY, RESPONSE, Sign, edit, now, sign};

/// Documents that whoever likes may send: no key that is trusted signed them.
pub(crate) fn of_strangers() -> Vec<Flood> {
    let stranger = SigningKey::generate_rsa(2048).unwrap();
    let certificate = stranger
        .self_signed_certificate("idp.example", now(), now() + Duration::from_secs(60))
        .unwrap();
    let mut floods = Vec::new();
    for (name, document) in contents() {
        floods.push(Flood::within(
            ANY,
            &name,
            &second::sign(&document, "_assertion", &stranger),
            Some((Check::AssertionSignature, "another key")),
        ));
    }
    let options = SignOptions {
        key_info: Some(certificate.clone()),
        ..SignOptions::default()
    };
    let honest = stranger
        .sign_element(RESPONSE, "_assertion", &options)
        .unwrap();
    let pem = certificate.to_pem();
    let (head, tail) = around(&honest, "</ds:X509Certificate>");
    for (name, piece) in [
        ("base64 in X509Certificate", "AAAA".repeat(30)),
        ("certificates in X509Certificate", pem.clone()),
        (
            "begins of certificates",
            "-----BEGIN CERTIFICATE-----\n".to_owned(),
        ),
    ] {
        let document = filled(
            &head[..head.rfind('>').unwrap() + 1],
            |_| piece.clone(),
            &format!("</ds:X509Certificate>{tail}"),
        );
        floods.push(Flood::within(
            ANY,
            name,
            &document,
            Some((Check::AssertionSignature, "another key")),
        ));
    }
    let data = format!(
        "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>",
        pem.lines()
            .filter(|line| !line.starts_with('-'))
            .collect::<String>()
    );
    let (head, tail) = around(&honest, "</ds:KeyInfo>");
    floods.push(Flood::within(
        ANY,
        "X509Data elements",
        &filled(head, |_| data.clone(), &format!("</ds:KeyInfo>{tail}")),
        Some((Check::AssertionSignature, "another key")),
    ));
    let (head, tail) = around(RESPONSE, "<saml:Assertion ");
    let assertion = format!("<saml:Assertion {}", tail.replace("</samlp:Response>", ""));
    floods.push(Flood::within(
        ANY,
        "assertions",
        &some(head, 600, |_| assertion.clone(), "</samlp:Response>"),
        Some((Check::AssertionCount, "assertions")),
    ));
    floods
}

/// Documents of whoever has a trusted key.
pub(crate) fn of_a_trusted_idp() -> Vec<Flood> {
    let mut floods = Vec::new();
    for (name, document) in contents() {
        for how in ["_assertion", "_response"] {
            let signed = second::sign(&document, how, &KEY);
            let name = format!("{name}, signed {how}");
            floods.push(Flood::within(ANY, &name, &signed, None));
        }
    }
    let long = "x".repeat(480_000);
    for (mark, check) in [
        ("Audience>https://sp.example/saml", Check::Audience),
        ("Recipient=\"https://sp.example/saml/acs", Check::Recipient),
        (
            "Destination=\"https://sp.example/saml/acs",
            Check::ResponseDestination,
        ),
        ("entity</saml:Issuer><saml:Subject", Check::AssertionIssuer),
        ("StatusCode Value=\"", Check::Status),
    ] {
        let document = match check {
            Check::AssertionIssuer => edit(RESPONSE, mark, &format!("{long}{mark}")),
            _ => edit(RESPONSE, mark, &format!("{mark}{long}")),
        };
        let signed = sign(&document, Sign::Response);
        let name = format!("a long value for {check}");
        floods.push(Flood::within(ANY, &name, &signed, Some((check, ""))));
    }
    floods
}
