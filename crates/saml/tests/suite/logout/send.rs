//! What we send about the end of a session.

use vestibule_saml::{SendError, Signing};
use vestibule_xmlsig::{Document, Limits as XmlLimits, has_signature, verify};

use super::*;
use crate::support::SP;

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

fn ours() -> LogoutRequest {
    LogoutRequest {
        id: "_ours".to_owned(),
        issue_instant: at("2026-11-24T09:00:00.5Z"),
        not_on_or_after: at("2026-11-24T09:05:00Z"),
        destination: "https://idp.example/slo?a=1&b=2".to_owned(),
        sp_entity_id: SP.to_owned(),
        name_id: NameId {
            value: " <ada> & \"co\" ".to_owned(),
            format: None,
            name_qualifier: None,
            sp_name_qualifier: None,
        },
        session_index: None,
        reason: None,
    }
}

fn parse(xml: &str) -> Document {
    Document::parse(xml.as_bytes(), &XmlLimits::default()).unwrap()
}

#[test]
fn a_request_names_the_person_exactly_as_the_idp_did() {
    let bare = parse(&ours().to_xml());
    let root = bare.root();
    assert!(root.is(PROTOCOL, "LogoutRequest"));
    for (name, value) in [
        ("ID", "_ours"),
        ("Version", "2.0"),
        ("IssueInstant", "2026-11-24T09:00:00Z"),
        ("Destination", "https://idp.example/slo?a=1&b=2"),
        ("NotOnOrAfter", "2026-11-24T09:05:00Z"),
    ] {
        assert_eq!(root.attribute(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(root.attribute("Reason"), None);
    let names: Vec<_> = root.children().map(|child| child.local_name()).collect();
    assert_eq!(names, ["Issuer", "NameID"]);
    let name_id = root.children_named(ASSERTION, "NameID").next().unwrap();
    assert_eq!(name_id.text().unwrap(), " <ada> & \"co\" ");
    // Nothing is filled in: a Format that was missing is not `unspecified`.
    for absent in ["Format", "NameQualifier", "SPNameQualifier"] {
        assert_eq!(name_id.attribute(absent), None, "{absent}");
    }

    let full = LogoutRequest {
        name_id: NameId {
            value: "u".to_owned(),
            format: Some("f&".to_owned()),
            name_qualifier: Some("".to_owned()),
            sp_name_qualifier: Some("\"s\"".to_owned()),
        },
        session_index: Some("<s>".to_owned()),
        reason: Some("urn:oasis:names:tc:SAML:2.0:logout:user".to_owned()),
        ..ours()
    };
    let full = parse(&full.to_xml());
    let root = full.root();
    let names: Vec<_> = root.children().map(|child| child.local_name()).collect();
    assert_eq!(names, ["Issuer", "NameID", "SessionIndex"]);
    let name_id = root.children_named(ASSERTION, "NameID").next().unwrap();
    assert_eq!(name_id.attribute("Format").as_deref(), Some("f&"));
    assert_eq!(name_id.attribute("NameQualifier").as_deref(), Some(""));
    assert_eq!(
        name_id.attribute("SPNameQualifier").as_deref(),
        Some("\"s\"")
    );
    let session = root
        .children_named(PROTOCOL, "SessionIndex")
        .next()
        .unwrap();
    assert_eq!(session.text().unwrap(), "<s>");
    assert!(root.attribute("Reason").unwrap().ends_with("logout:user"));
}

#[test]
fn a_response_says_how_it_went() {
    let prefix = "urn:oasis:names:tc:SAML:2.0:status:";
    for (status, code, nested) in [
        (LogoutStatus::Success, "Success", None),
        (
            LogoutStatus::PartialLogout,
            "Success",
            Some("PartialLogout"),
        ),
        (LogoutStatus::Requester(None), "Requester", None),
        (
            LogoutStatus::Responder(Some("RequestDenied")),
            "Responder",
            Some("RequestDenied"),
        ),
    ] {
        let response = LogoutResponse {
            id: "_ours".to_owned(),
            issue_instant: at("2026-11-24T09:00:00Z"),
            in_response_to: "_theirs".to_owned(),
            destination: "https://idp.example/slo".to_owned(),
            sp_entity_id: SP.to_owned(),
            status,
        };
        let document = parse(&response.to_xml());
        let root = document.root();
        assert!(root.is(PROTOCOL, "LogoutResponse"));
        assert_eq!(root.attribute("InResponseTo").as_deref(), Some("_theirs"));
        let names: Vec<_> = root.children().map(|child| child.local_name()).collect();
        assert_eq!(names, ["Issuer", "Status"]);
        let outer = root.children().nth(1).unwrap().children().next().unwrap();
        let value = |element: vestibule_xmlsig::Element<'_>| {
            element.attribute("Value").unwrap().into_owned()
        };
        assert_eq!(value(outer), format!("{prefix}{code}"));
        let inner = outer.children().next().map(value);
        assert_eq!(inner, nested.map(|nested| format!("{prefix}{nested}")));
    }
}

#[test]
fn by_redirect_the_query_is_signed_and_by_post_the_message() {
    let certificate = KEY
        .self_signed_certificate("sp", at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"))
        .unwrap();
    let signing = Signing::new(KEY.clone(), Some(certificate.clone()));
    let url = ours().redirect_url(Some("s & t"), &signing).unwrap();
    let rest = url
        .strip_prefix("https://idp.example/slo?a=1&b=2&SAMLRequest=")
        .unwrap();
    let names: Vec<_> = rest
        .split('&')
        .skip(1)
        .map(|pair| pair.split_once('=').unwrap().0)
        .collect();
    assert_eq!(names, ["RelayState", "SigAlg", "Signature"]);
    // What was there before is not ours and not signed.
    let query = url.split_once("b=2&").unwrap().1;
    let unverified = UnverifiedLogout::from_query(query, &Limits::default()).unwrap();
    assert_eq!(unverified.unverified_relay_state(), Some("s & t"));
    unverified.verify(&keys()).unwrap();

    let form = ours().post_form(None, &signing).unwrap();
    assert_eq!(form.action, "https://idp.example/slo?a=1&b=2");
    assert_eq!(form.field, MessageField::SamlRequest);
    assert_eq!(form.relay_state, None);
    let xml = String::from_utf8(STANDARD.decode(&form.message).unwrap()).unwrap();
    let document = parse(&xml);
    verify(document.root(), &keys()).unwrap();
    let names: Vec<_> = document
        .root()
        .children()
        .map(|child| child.local_name())
        .collect();
    assert_eq!(names, ["Issuer", "Signature", "NameID"]);
    assert!(xml.contains(&certificate.to_base64_der()));
    assert!(!has_signature(parse(&ours().to_xml()).root()));
}

#[test]
fn no_browser_is_sent_where_none_can_go() {
    let signing = Signing::new(KEY.clone(), None);
    let mut nowhere = ours();
    nowhere.destination = "javascript:alert(1)".to_owned();
    assert_eq!(
        nowhere.redirect_url(None, &signing),
        Err(SendError::Destination)
    );
    assert_eq!(
        nowhere.post_form(None, &signing),
        Err(SendError::Destination)
    );
    let long = "x".repeat(81);
    assert_eq!(
        ours().redirect_url(Some(&long), &signing),
        Err(SendError::RelayState)
    );
}
