//! What is posted instead of a Response is named, and nothing makes the decoder panic.

use std::io::Write;

use crate::support::{RESPONSE, edit, every_nth, post};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use proptest::prelude::*;
use vestibule_saml::{
    Check, DecodeError, Limits, MessageKind, Outcome, Refusal, UnverifiedResponse,
};
use vestibule_xmlsig::ParseError;

fn decode(form_value: &str) -> Result<UnverifiedResponse, DecodeError> {
    UnverifiedResponse::decode(form_value, &Limits::default())
}

#[test]
fn another_message_is_named() {
    let protocol = "urn:oasis:names:tc:SAML:2.0:protocol";
    for (root, namespace, kind) in [
        ("AuthnRequest", protocol, MessageKind::AuthnRequest),
        ("LogoutRequest", protocol, MessageKind::LogoutRequest),
        ("LogoutResponse", protocol, MessageKind::LogoutResponse),
        ("ArtifactResponse", protocol, MessageKind::ArtifactResponse),
        (
            "ManageNameIDRequest",
            protocol,
            MessageKind::OtherProtocolMessage,
        ),
        (
            "Assertion",
            "urn:oasis:names:tc:SAML:2.0:assertion",
            MessageKind::Assertion,
        ),
        (
            "EntityDescriptor",
            "urn:oasis:names:tc:SAML:2.0:metadata",
            MessageKind::Metadata,
        ),
        (
            "EntitiesDescriptor",
            "urn:oasis:names:tc:SAML:2.0:metadata",
            MessageKind::Metadata,
        ),
        (
            "Response",
            "urn:oasis:names:tc:SAML:1.0:protocol",
            MessageKind::Saml1,
        ),
        (
            "Assertion",
            "urn:oasis:names:tc:SAML:1.0:assertion",
            MessageKind::Saml1,
        ),
        (
            "Envelope",
            "http://schemas.xmlsoap.org/soap/envelope/",
            MessageKind::Soap,
        ),
        (
            "Envelope",
            "http://www.w3.org/2003/05/soap-envelope",
            MessageKind::Soap,
        ),
        (
            "RequestSecurityTokenResponse",
            "http://schemas.xmlsoap.org/ws/2005/02/trust",
            MessageKind::WsFederation,
        ),
        ("html", "http://www.w3.org/1999/xhtml", MessageKind::Html),
        (
            "Response",
            "urn:example",
            MessageKind::ResponseOfOtherNamespace,
        ),
        ("response", protocol, MessageKind::OtherProtocolMessage),
        ("anything", "urn:example", MessageKind::OtherXml),
    ] {
        let xml = format!(r#"<x:{root} xmlns:x="{namespace}"/>"#);
        let error = decode(&post(&xml)).unwrap_err();
        assert_eq!(error, DecodeError::NotAResponse(kind), "{xml}");
        let refusal = Refusal::from(error);
        assert_eq!(refusal.reason, Check::ResponseFormat);
        let row = refusal.report.row(Check::ResponseFormat).unwrap();
        assert!(row.expected.is_some() && row.received.is_some() && row.remedy.is_some());
    }
    let bare = decode(&post("<Response/>")).unwrap_err();
    assert_eq!(
        bare,
        DecodeError::NotAResponse(MessageKind::ResponseOfOtherNamespace)
    );
}

#[test]
fn what_is_no_base64_of_xml_is_named() {
    assert_eq!(decode("").unwrap_err(), DecodeError::Empty);
    assert_eq!(decode(" \r\n").unwrap_err(), DecodeError::Empty);
    assert_eq!(decode(RESPONSE).unwrap_err(), DecodeError::BareXml);
    assert_eq!(
        decode("PHNhbWxwOlJlc3BvbnNl%2B%3D").unwrap_err(),
        DecodeError::PercentEncoded
    );
    assert_eq!(decode("not base64!").unwrap_err(), DecodeError::NotBase64);
    let encoded = post(RESPONSE);
    let unpadded = encoded.trim_end_matches('=');
    if unpadded.len() != encoded.len() {
        assert_eq!(decode(unpadded).unwrap_err(), DecodeError::NotBase64);
    }
    assert_eq!(decode("PGEvPg").unwrap_err(), DecodeError::NotBase64);

    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(RESPONSE.as_bytes()).unwrap();
    use base64::Engine;
    let deflated = base64::engine::general_purpose::STANDARD.encode(deflated.finish().unwrap());
    assert_eq!(decode(&deflated).unwrap_err(), DecodeError::Deflated);

    for xml in ["garbage", "<samlp:Response", "<a></b>", "<x:a/>"] {
        assert!(
            matches!(decode(&post(xml)).unwrap_err(), DecodeError::Xml(_)),
            "{xml}"
        );
    }
}

#[test]
fn line_ends_and_white_space_in_base64_are_ignored() {
    let encoded = post(RESPONSE);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    for separator in ["\r\n", "\n", " ", "\t\n  "] {
        decode(&lines.join(separator)).unwrap();
    }
    assert_eq!(
        decode(&lines.join("!")).unwrap_err(),
        DecodeError::NotBase64
    );
}

#[test]
fn a_document_type_declaration_is_refused_by_name() {
    for doctype in [
        "<!DOCTYPE a>",
        "<!DOCTYPE a [<!ENTITY e 'x'>]>",
        r#"<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">"#,
    ] {
        let error = decode(&post(&format!("{doctype}{RESPONSE}"))).unwrap_err();
        assert!(
            matches!(error, DecodeError::Xml(ParseError::Doctype { .. })),
            "{error:?}"
        );
        let refusal = Refusal::from(error);
        let row = refusal.report.row(Check::ResponseFormat).unwrap();
        assert!(
            row.received.as_deref().unwrap().contains("document type"),
            "{row:?}"
        );
    }
}

#[test]
fn a_message_has_bounds() {
    let limits = Limits::default();
    let long = "A".repeat(limits.max_encoded + 1);
    assert!(matches!(
        decode(&long).unwrap_err(),
        DecodeError::TooLarge { .. }
    ));
    let big = edit(RESPONSE, "u-4711", &"x".repeat(limits.xml.max_bytes));
    let error = decode(&post(&big)).unwrap_err();
    assert!(
        matches!(error, DecodeError::Xml(ParseError::TooLarge { .. })),
        "{error:?}"
    );
    let attributes: String = (0..65).map(|number| format!(r#" a{number}="""#)).collect();
    let wide = edit(
        RESPONSE,
        "<samlp:Status>",
        &format!("<samlp:Status{attributes}>"),
    );
    assert!(matches!(
        decode(&post(&wide)).unwrap_err(),
        DecodeError::Xml(_)
    ));
    let deep = edit(
        RESPONSE,
        "u-4711",
        &format!("{}{}", "<a>".repeat(70), "</a>".repeat(70)),
    );
    assert!(matches!(
        decode(&post(&deep)).unwrap_err(),
        DecodeError::Xml(_)
    ));
}

#[test]
fn other_encodings_and_malformed_namespaces_are_refused() {
    let utf16: Vec<u8> = RESPONSE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(utf16);
    assert!(matches!(decode(&encoded).unwrap_err(), DecodeError::Xml(_)));
    let undeclared = edit(RESPONSE, "<samlp:Status>", "<samlp:Status x:y=\"z\">");
    assert!(matches!(
        decode(&post(&undeclared)).unwrap_err(),
        DecodeError::Xml(_)
    ));
    decode(&post(&format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{RESPONSE}"
    )))
    .unwrap();
    decode(&post(&format!("\u{feff}{RESPONSE}"))).unwrap();
}

#[test]
fn a_report_of_what_cannot_be_read_has_every_check() {
    let refusal = Refusal::from(decode("!").unwrap_err());
    assert!(
        refusal
            .report
            .rows()
            .iter()
            .map(|row| row.check)
            .eq(Check::ALL.iter().copied())
    );
    let skipped = refusal
        .report
        .rows()
        .iter()
        .filter(|row| row.outcome == Outcome::Skipped)
        .count();
    assert_eq!(skipped, Check::ALL.len() - 1);
}

#[test]
fn what_cannot_be_told_before_verification_is_absent() {
    for (from, to) in [
        (
            "<saml:Issuer>https://idp.example/entity</saml:Issuer><samlp:Status>",
            "<samlp:Status>",
        ),
        (
            "<saml:Issuer>https://idp.example/entity</saml:Issuer><samlp:Status>",
            "<saml:Issuer>a</saml:Issuer><saml:Issuer>b</saml:Issuer><samlp:Status>",
        ),
    ] {
        let unverified = decode(&post(&edit(RESPONSE, from, to))).unwrap();
        assert_eq!(unverified.unverified_issuer(), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512 / u32::try_from(every_nth()).unwrap(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decoding_any_text_never_panics(text in any::<String>()) {
        let _ = decode(&text).map_err(Refusal::from);
    }

    #[test]
    fn decoding_any_bytes_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        use base64::Engine;
        let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
        let _ = decode(&encoded).map_err(Refusal::from);
    }

    #[test]
    fn a_mangled_response_never_panics(
        cuts in proptest::collection::vec((0..3000_usize, 0..40_usize, "[ -~]{0,12}"), 1..6)
    ) {
        let mut xml = RESPONSE.to_owned();
        for (at, length, text) in cuts {
            let begin = at.min(xml.len());
            let end = (begin + length).min(xml.len());
            xml.replace_range(begin..end, &text);
        }
        let outcome = decode(&post(&xml)).map_err(Refusal::from).and_then(|response| {
            response.verify(&crate::support::keys())
        });
        prop_assert!(outcome.is_err());
    }
}
