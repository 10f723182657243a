//! Makes the corpus anew, with fresh keys: see the README of the corpus.
//!
//! ```text
//! cargo run -p vestibule-saml --example make-corpus
//! php crates/saml/tests/corpus/make/simplesamlphp.php
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a tool for developers"
)]

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use vestibule_xmlsig::{Certificate, SignOptions, SignaturePrefix, SigningKey};

struct Style {
    name: &'static str,
    template: &'static str,
    response_id: &'static str,
    assertion_id: &'static str,
    prefix: SignaturePrefix,
    inclusive: &'static [&'static str],
    sign: &'static [Part],
    idp: &'static str,
    expect: fn() -> Value,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Assertion,
    Response,
}

const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

fn styles() -> Vec<Style> {
    let google = Style {
        name: "google",
        template: include_str!("templates/google.xml"),
        response_id: "_0e8b4c1d9f3a5e7760b2d4f6a8c0e1f3",
        assertion_id: "_a1f3c5e7092b4d6f8091a2b3c4d5e6f7",
        prefix: SignaturePrefix::Ds,
        inclusive: &[],
        sign: &[Part::Assertion],
        idp: "https://accounts.google.com/o/saml2?idpid=C01abc234",
        expect: || {
            json!({
                "name_id": {"value": "ada@example.org", "format": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"},
                "attributes": {"email": ["ada@example.org"], "department": []},
                "session_index": "_a1f3c5e7092b4d6f8091a2b3c4d5e6f7",
                "session_not_on_or_after": null,
                "expires_at": "2026-11-24T09:05:00.118Z",
            })
        },
    };
    vec![
        Style {
            name: "okta",
            template: include_str!("templates/okta.xml"),
            response_id: "id26571893250447051841208374",
            assertion_id: "id26571893250958192139104755",
            prefix: SignaturePrefix::Ds,
            inclusive: &["xs"],
            sign: &[Part::Assertion, Part::Response],
            idp: "http://www.okta.com/exk1fcia6d6EMsf331d8",
            expect: || {
                json!({
                    "name_id": {"value": "ada@example.org", "format": EMAIL},
                    "attributes": {"email": ["ada@example.org"], "firstName": ["Ada"], "groups": ["Everyone", "R&D"]},
                    "session_index": "_5b8e3f0a2c944d1f",
                    "session_not_on_or_after": null,
                    "expires_at": "2026-11-24T09:05:00.413Z",
                })
            },
        },
        Style {
            name: "entra",
            template: include_str!("templates/entra.xml"),
            response_id: "_8b7c2f66-7f0b-4c7c-9f5e-2f1f0a6e9a11",
            assertion_id: "_c1a7f0d2-93f4-4d1e-8f6a-6d1b2c3e4f00",
            prefix: SignaturePrefix::Default,
            inclusive: &[],
            sign: &[Part::Assertion],
            idp: "https://sts.windows.net/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0/",
            expect: || {
                json!({
                    "name_id": {"value": "p1kE3vX0b7q9r5s2t4u6w8y0z1a3c5e7", "format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"},
                    "attributes": {
                        "http://schemas.microsoft.com/identity/claims/tenantid": ["0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"],
                        "http://schemas.microsoft.com/identity/claims/objectidentifier": ["7c9e6679-7425-40de-944b-e07fc1f90ae7"],
                        "http://schemas.microsoft.com/identity/claims/displayname": ["Ada Lovelace"],
                        "http://schemas.microsoft.com/claims/authnmethodsreferences": [
                            "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password",
                            "http://schemas.microsoft.com/claims/multipleauthn",
                        ],
                        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname": ["Ada"],
                        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": ["ada@example.org"],
                        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": ["ada@example.org"],
                    },
                    "session_index": "_c1a7f0d2-93f4-4d1e-8f6a-6d1b2c3e4f00",
                    "session_not_on_or_after": null,
                    "expires_at": "2026-11-24T10:00:00.616Z",
                })
            },
        },
        Style {
            name: "google-signed-response",
            sign: &[Part::Response],
            ..google
        },
        google,
        Style {
            name: "aws",
            template: include_str!("templates/aws.xml"),
            response_id: "_3d7a1c85-5b0e-4b0a-9d64-6a5d3b2c1e0f",
            assertion_id: "_9f0d7f6e-2c1b-4a39-8b57-0a1b2c3d4e5f",
            prefix: SignaturePrefix::Ds,
            inclusive: &["xsd"],
            sign: &[Part::Assertion, Part::Response],
            idp: "https://portal.sso.eu-central-1.amazonaws.com/saml/assertion/MTIzNDU2Nzg5MDEyX2lucy1hYmM",
            expect: || {
                json!({
                    "name_id": {"value": "ada@example.org", "format": EMAIL},
                    "attributes": {"email": ["ada@example.org"]},
                    "session_index": "7d3f0c1e-51a2-4f0b-8a7c-2f6e5d4c3b2a",
                    "session_not_on_or_after": "2026-11-24T10:00:00.903Z",
                    "expires_at": "2026-11-24T10:00:00.903Z",
                })
            },
        },
        Style {
            name: "onelogin",
            template: include_str!("templates/onelogin.xml"),
            response_id: "R2f6d8b0c4e1a3957c8d0e2f4a6b8c0d2e4f6a8b0",
            assertion_id: "A1b2c3d4e5f60718293a4b5c6d7e8f9010203040",
            prefix: SignaturePrefix::Ds,
            inclusive: &[],
            sign: &[Part::Response],
            idp: "https://app.onelogin.com/saml/metadata/6f1a2b3c-4d5e-6f70-8192-a3b4c5d6e7f8",
            expect: || {
                json!({
                    "name_id": {"value": "ada@example.org", "format": EMAIL},
                    "attributes": {"User.email": ["ada@example.org"], "memberOf": [""]},
                    "session_index": "_4b0c2d1e-6f70-4a39-9c8d-7e6f5a4b3c2d",
                    "session_not_on_or_after": "2026-11-25T09:00:00Z",
                    "expires_at": "2026-11-24T09:03:00Z",
                })
            },
        },
    ]
}

/// One way to be refused: an edit before signing, another after it, what else is different.
struct Fault {
    name: &'static str,
    style: &'static str,
    before: Option<(&'static str, &'static str)>,
    after: Option<(&'static str, &'static str)>,
    sign: bool,
    other_key: bool,
    now: &'static str,
    check: &'static str,
}

const NOW: &str = "2026-11-24T09:00:30Z";

fn faults() -> Vec<Fault> {
    const HONEST: Fault = Fault {
        name: "",
        style: "",
        before: None,
        after: None,
        sign: true,
        other_key: false,
        now: NOW,
        check: "",
    };
    vec![
        Fault {
            name: "okta-for-another-audience",
            style: "okta",
            before: Some((
                "<saml2:Audience>https://sp.example/saml<",
                "<saml2:Audience>https://other.example/saml<",
            )),
            check: "audience",
            ..HONEST
        },
        Fault {
            name: "okta-unsigned",
            style: "okta",
            sign: false,
            check: "signature",
            ..HONEST
        },
        Fault {
            name: "entra-altered-after-signing",
            style: "entra",
            after: Some(("p1kE3vX0b7q9r5s2t4u6w8y0z1a3c5e7", "somebody-else")),
            check: "assertion_signature",
            ..HONEST
        },
        Fault {
            name: "entra-signed-by-another-key",
            style: "entra",
            other_key: true,
            check: "assertion_signature",
            ..HONEST
        },
        Fault {
            name: "google-a-day-later",
            style: "google",
            now: "2026-11-25T09:00:30Z",
            check: "confirmation_window",
            ..HONEST
        },
        Fault {
            name: "google-an-hour-early",
            style: "google",
            now: "2026-11-24T08:00:00Z",
            check: "issue_instant",
            ..HONEST
        },
        Fault {
            name: "aws-for-another-acs-url",
            style: "aws",
            before: Some((
                r#"Recipient="https://sp.example/saml/acs""#,
                r#"Recipient="https://sp.example/other/acs""#,
            )),
            check: "recipient",
            ..HONEST
        },
        Fault {
            name: "aws-without-name-id",
            style: "aws",
            before: Some((
                r#"<saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">ada@example.org</saml2:NameID>"#,
                "",
            )),
            check: "name_id",
            ..HONEST
        },
        Fault {
            name: "onelogin-authentication-failed",
            style: "onelogin",
            before: Some((
                r#"<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>"#,
                r#"<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode><samlp:StatusMessage>Access denied</samlp:StatusMessage>"#,
            )),
            check: "status",
            ..HONEST
        },
        Fault {
            name: "onelogin-answers-another-request",
            style: "onelogin",
            before: Some((
                r#"acs" InResponseTo="_5b8e3f0a2c944d1f"><"#,
                r#"acs" InResponseTo="_other"><"#,
            )),
            check: "in_response_to",
            ..HONEST
        },
    ]
}

fn main() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let write = |folder: &str, name: &str, xml: &str, certificate: &Certificate, params: &Value| {
        let case = root.join(folder).join(name);
        fs::create_dir_all(&case).unwrap();
        fs::write(case.join("response.xml"), xml).unwrap();
        fs::write(case.join("certificate.pem"), certificate.to_pem()).unwrap();
        let params = serde_json::to_string_pretty(params).unwrap() + "\n";
        fs::write(case.join("params.json"), params).unwrap();
    };
    let styles = styles();
    for style in &styles {
        let (key, certificate) = fresh();
        let xml = sign(style, style.template, &key, &certificate);
        let mut params = params(style, NOW);
        params["expect"] = (style.expect)();
        write("accept", style.name, &xml, &certificate, &params);
    }
    for fault in faults() {
        let style = styles
            .iter()
            .find(|style| style.name == fault.style)
            .unwrap();
        let (key, certificate) = fresh();
        let trusted = if fault.other_key {
            fresh().1
        } else {
            certificate.clone()
        };
        let mut xml = edit(style.template, fault.before);
        if fault.sign {
            xml = sign(style, &xml, &key, &certificate);
        }
        let xml = edit(&xml, fault.after);
        let mut params = params(style, fault.now);
        params["refused_by"] = fault.check.into();
        write("reject", fault.name, &xml, &trusted, &params);
    }
}

fn fresh() -> (SigningKey, Certificate) {
    let key = SigningKey::generate_rsa(2048).unwrap();
    let (begin, end) = ("2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z");
    let certificate = key
        .self_signed_certificate("idp.example", begin.parse().unwrap(), end.parse().unwrap())
        .unwrap();
    (key, certificate)
}

fn edit(xml: &str, edit: Option<(&str, &str)>) -> String {
    let Some((from, to)) = edit else {
        return xml.to_owned();
    };
    assert_eq!(xml.matches(from).count(), 1, "{from}");
    xml.replace(from, to)
}

fn sign(style: &Style, xml: &str, key: &SigningKey, certificate: &Certificate) -> String {
    let options = SignOptions {
        prefix: style.prefix,
        inclusive_namespaces: style
            .inclusive
            .iter()
            .map(|prefix| (*prefix).to_owned())
            .collect(),
        key_info: Some(certificate.clone()),
        ..SignOptions::default()
    };
    let declaration = xml
        .split_once("?>")
        .map_or("", |(declaration, _)| declaration);
    let mut signed = xml.to_owned();
    for part in style.sign {
        let id = if *part == Part::Assertion {
            style.assertion_id
        } else {
            style.response_id
        };
        signed = key
            .sign_element(&signed, id, &options)
            .expect("it can be signed");
    }
    if declaration.is_empty() {
        signed
    } else {
        format!("{declaration}?>{signed}")
    }
}

fn params(style: &Style, now: &str) -> Value {
    json!({
        "now": now,
        "clock_skew_seconds": 180,
        "request_id": "_5b8e3f0a2c944d1f",
        "request_issued_at": "2026-11-24T08:59:40Z",
        "sp_entity_id": "https://sp.example/saml",
        "acs_url": "https://sp.example/saml/acs",
        "idp_entity_id": style.idp,
    })
}
