//! The request that a browser takes to the IdP.

use std::io::Read;

use crate::support::{ACS, KEY, SP, at, every_nth, keys};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use proptest::prelude::*;
use url::Url;
use vestibule_saml::{
    AuthnOptions, AuthnRequest, MessageField, NameIdPolicy, PostForm, SendError, Signing,
};
use vestibule_xmlsig::{Document, Limits, SignatureAlgorithm, verify, verify_octets};

fn request(destination: &str) -> AuthnRequest {
    AuthnRequest {
        id: "_request".to_owned(),
        issue_instant: at("2026-11-24T08:59:30.25Z"),
        destination: destination.to_owned(),
        sp_entity_id: SP.to_owned(),
        acs_url: ACS.to_owned(),
        options: AuthnOptions::default(),
    }
}

fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).unwrap();
    let mut pairs = url.query_pairs();
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn inflate(message: &str) -> String {
    let mut xml = String::new();
    DeflateDecoder::new(STANDARD.decode(message).unwrap().as_slice())
        .read_to_string(&mut xml)
        .unwrap();
    xml
}

#[test]
fn it_says_what_the_profile_asks_for_and_no_more() {
    let request = request("https://idp.example/sso");
    let xml = request.to_xml();
    let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    let root = document.root();
    assert!(root.is("urn:oasis:names:tc:SAML:2.0:protocol", "AuthnRequest"));
    for (name, value) in [
        ("ID", "_request"),
        ("Version", "2.0"),
        ("IssueInstant", "2026-11-24T08:59:30Z"),
        ("Destination", "https://idp.example/sso"),
        (
            "ProtocolBinding",
            "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        ),
        ("AssertionConsumerServiceURL", ACS),
    ] {
        assert_eq!(root.attribute(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(root.attribute("AssertionConsumerServiceIndex"), None);
    assert_eq!(root.attribute("ForceAuthn"), None);
    let children: Vec<_> = root.children().collect();
    assert_eq!(children.len(), 2);
    assert!(children[0].is("urn:oasis:names:tc:SAML:2.0:assertion", "Issuer"));
    assert_eq!(children[0].text().as_deref(), Some(SP));
    assert!(children[1].is("urn:oasis:names:tc:SAML:2.0:protocol", "NameIDPolicy"));
    assert_eq!(
        children[1].attribute("AllowCreate").as_deref(),
        Some("true")
    );
    assert_eq!(children[1].attribute("Format"), None);
}

#[test]
fn the_query_of_the_destination_is_kept() {
    for (destination, begin) in [
        (
            "https://idp.example/sso",
            "https://idp.example/sso?SAMLRequest=",
        ),
        (
            "https://idp.example/sso?",
            "https://idp.example/sso?SAMLRequest=",
        ),
        (
            "https://idp.example/sso?idpid=C01&x=%20",
            "https://idp.example/sso?idpid=C01&x=%20&SAMLRequest=",
        ),
        (
            "https://idp.example/sso?idpid=C01&",
            "https://idp.example/sso?idpid=C01&SAMLRequest=",
        ),
        (
            "http://127.0.0.1:8081/sso",
            "http://127.0.0.1:8081/sso?SAMLRequest=",
        ),
    ] {
        let url = request(destination).redirect_url(None, None).unwrap();
        assert!(url.starts_with(begin), "{url}");
        assert_eq!(url.matches("SAMLRequest=").count(), 1);
        assert!(!url.contains("RelayState"));
        let xml = inflate(&parameter(&url, "SAMLRequest").unwrap());
        assert_eq!(xml, request(destination).to_xml());
    }
}

#[test]
fn a_destination_that_no_browser_can_be_sent_to_is_refused() {
    for destination in [
        "",
        "https://",
        "ftp://idp.example/sso",
        "javascript:alert(1)",
        "//idp.example/sso",
        "https://idp.example/sso#fragment",
        "https://idp.example/s so",
        "https://idp.example/sso\r\nSet-Cookie: a=b",
        "https://idp.example/\u{e9}",
        "HTTPS//idp.example",
    ] {
        let request = request(destination);
        let refused = Err(SendError::Destination);
        assert_eq!(request.redirect_url(None, None), refused, "{destination}");
        assert_eq!(
            request.post_form(None, None),
            Err(SendError::Destination),
            "{destination}"
        );
    }
}

#[test]
fn a_relay_state_has_at_most_eighty_bytes() {
    let request = request("https://idp.example/sso");
    let fits = "é".repeat(40);
    let url = request.redirect_url(Some(&fits), None).unwrap();
    assert_eq!(parameter(&url, "RelayState").as_ref(), Some(&fits));
    let form = request.post_form(Some(&fits), None).unwrap();
    assert_eq!(form.relay_state, Some(fits));
    let long = "x".repeat(81);
    let refused = Err(SendError::RelayState);
    assert_eq!(request.redirect_url(Some(&long), None), refused);
    assert_eq!(
        request.post_form(Some(&long), None),
        Err(SendError::RelayState)
    );
}

#[test]
fn the_form_carries_the_same_message_without_deflate() {
    for destination in [
        "https://idp.example/sso",
        "https://idp.example/sso?idpid=C01&x=%20",
        "http://127.0.0.1:8081/sso",
    ] {
        let request = request(destination);
        let form = request.post_form(None, None).unwrap();
        let expected = PostForm {
            action: destination.to_owned(),
            field: MessageField::SamlRequest,
            message: STANDARD.encode(request.to_xml()),
            relay_state: None,
        };
        assert_eq!(form, expected);
        // The five things that it says, whichever way it goes.
        let by_redirect =
            inflate(&parameter(&request.redirect_url(None, None).unwrap(), "SAMLRequest").unwrap());
        let by_post = String::from_utf8(STANDARD.decode(form.message).unwrap()).unwrap();
        assert_eq!(by_post, by_redirect);
    }
}

#[test]
fn what_is_asked_for_beyond_a_sign_in_stands_in_its_place() {
    let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    let options = |name_id_policy, classes: &[&str]| AuthnOptions {
        force_authn: true,
        is_passive: true,
        name_id_policy,
        requested_authn_context: classes.iter().map(ToString::to_string).collect(),
    };
    let read = |options: AuthnOptions| {
        let xml = AuthnRequest {
            options,
            ..request("https://idp.example/sso")
        }
        .to_xml();
        Document::parse(xml.as_bytes(), &Limits::default()).unwrap()
    };
    let names = |document: &Document| -> Vec<String> {
        let children = document.root().children();
        children
            .map(|child| child.local_name().to_owned())
            .collect()
    };

    let document = read(options(
        NameIdPolicy::Format(persistent.to_owned()),
        &["urn:a", "b&<"],
    ));
    let root = document.root();
    assert_eq!(root.attribute("ForceAuthn").as_deref(), Some("true"));
    assert_eq!(root.attribute("IsPassive").as_deref(), Some("true"));
    assert_eq!(
        names(&document),
        ["Issuer", "NameIDPolicy", "RequestedAuthnContext"]
    );
    let policy = root.children().nth(1).unwrap();
    assert_eq!(policy.attribute("Format").as_deref(), Some(persistent));
    assert_eq!(policy.attribute("AllowCreate").as_deref(), Some("true"));
    let context = root.children().nth(2).unwrap();
    assert_eq!(context.attribute("Comparison").as_deref(), Some("exact"));
    let classes: Vec<_> = context
        .children()
        .map(|class| class.text().unwrap().into_owned())
        .collect();
    assert_eq!(classes, ["urn:a", "b&<"]);

    let document = read(options(NameIdPolicy::Format(transient.to_owned()), &[]));
    assert_eq!(names(&document), ["Issuer", "NameIDPolicy"]);
    let policy = document.root().children().nth(1).unwrap();
    assert_eq!(policy.attribute("Format").as_deref(), Some(transient));
    assert_eq!(policy.attribute("AllowCreate"), None);

    let document = read(options(NameIdPolicy::Absent, &["urn:a"]));
    assert_eq!(names(&document), ["Issuer", "RequestedAuthnContext"]);
}

#[test]
fn by_redirect_the_text_of_the_query_is_signed() {
    let signing = Signing::new(KEY.clone(), None);
    for (destination, relay_state) in [
        ("https://idp.example/sso", None),
        ("https://idp.example/sso?idpid=C01", Some("")),
        ("https://idp.example/sso", Some("a b&c=d+e\u{e9}~")),
    ] {
        let request = request(destination);
        let url = request.redirect_url(relay_state, Some(&signing)).unwrap();
        let (_, query) = url.split_once("SAMLRequest=").unwrap();
        let query = format!("SAMLRequest={query}");
        let (octets, signature) = query.split_once("&Signature=").unwrap();
        let names: Vec<&str> = octets
            .split('&')
            .map(|pair| pair.split_once('=').unwrap().0)
            .collect();
        let all = ["SAMLRequest", "RelayState", "SigAlg"];
        let expected = all
            .iter()
            .filter(|name| relay_state.is_some() || **name != "RelayState");
        assert!(names.iter().eq(expected), "{names:?}");
        let rsa = SignatureAlgorithm::RsaSha256;
        assert_eq!(parameter(&url, "SigAlg").as_deref(), Some(rsa.uri()));
        assert_eq!(parameter(&url, "RelayState").as_deref(), relay_state);
        let value = STANDARD
            .decode(parameter(&url, "Signature").unwrap())
            .unwrap();
        assert!(signature.len() > value.len());
        verify_octets(octets.as_bytes().to_vec(), &value, rsa, &keys()).unwrap();
        // The message itself is what it would be without a signature.
        let xml = inflate(&parameter(&url, "SAMLRequest").unwrap());
        assert_eq!(xml, request.to_xml());
    }
}

#[test]
fn the_idp_is_sent_what_it_declares_to_verify() {
    let list = |names: &[&str]| -> Vec<String> {
        let uri = |name: &&str| format!("http://www.w3.org/2001/04/{name}");
        names.iter().map(uri).collect()
    };
    let signing = Signing::new(KEY.clone(), None);
    for (methods, digests, used) in [
        (&[][..], &[][..], SignatureAlgorithm::RsaSha256),
        (
            &["xmldsig-more#rsa-sha512", "xmldsig-more#rsa-sha256"],
            &[],
            SignatureAlgorithm::RsaSha512,
        ),
        (
            &["xmldsig-more#rsa-sha512", "xmldsig-more#rsa-sha256"],
            &["xmlenc#sha256"],
            SignatureAlgorithm::RsaSha256,
        ),
        // Of another kind than our key, or of none that is still signed with.
        (
            &["xmldsig-more#ecdsa-sha384", "xmldsig-more#rsa-sha384"],
            &[],
            SignatureAlgorithm::RsaSha384,
        ),
        (
            &["xmldsig-more#rsa-md5"],
            &[],
            SignatureAlgorithm::RsaSha256,
        ),
    ] {
        let declared = signing.as_declared(&list(methods), &list(digests));
        let request = request("https://idp.example/sso");
        let url = request.redirect_url(None, Some(&declared)).unwrap();
        assert_eq!(parameter(&url, "SigAlg").as_deref(), Some(used.uri()));
        let form = request.post_form(None, Some(&declared)).unwrap();
        let xml = STANDARD.decode(form.message).unwrap();
        let document = Document::parse(&xml, &Limits::default()).unwrap();
        let signed = verify(document.root(), &keys()).unwrap();
        assert_eq!(signed.algorithm(), used);
    }
}

#[test]
fn by_post_the_message_is_signed_right_after_its_issuer() {
    let certificate = KEY
        .self_signed_certificate("sp", at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"))
        .unwrap();
    for certificate in [None, Some(certificate)] {
        let signing = Signing::new(KEY.clone(), certificate.clone());
        let form = request("https://idp.example/sso")
            .post_form(Some("state"), Some(&signing))
            .unwrap();
        let xml = String::from_utf8(STANDARD.decode(&form.message).unwrap()).unwrap();
        let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
        let names: Vec<_> = document
            .root()
            .children()
            .map(|child| child.local_name())
            .collect();
        assert_eq!(names, ["Issuer", "Signature", "NameIDPolicy"]);
        verify(document.root(), &keys()).unwrap();
        assert_eq!(xml.contains("X509Certificate"), certificate.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256 / u32::try_from(every_nth()).unwrap(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_it_says_comes_out_at_the_other_end(
        id in "[A-Za-z_][A-Za-z0-9_.-]{0,40}",
        query in "[a-z0-9=&%+;.'-]{0,30}",
        entity in "[^\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{fffe}\u{ffff}]{1,60}",
        acs in "[^\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{fffe}\u{ffff}]{1,60}",
        state in proptest::option::of("[^\u{0}]{0,20}"),
        second in -62_000_000_000_i64..250_000_000_000,
    ) {
        let request = AuthnRequest {
            id: id.clone(),
            issue_instant: jiff::Timestamp::from_second(second).unwrap(),
            destination: format!("https://idp.example/sso?{query}"),
            sp_entity_id: entity.clone(),
            acs_url: acs.clone(),
            options: AuthnOptions::default(),
        };
        let url = request.redirect_url(state.as_deref(), None).unwrap();
        prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic()));
        prop_assert_eq!(&parameter(&url, "RelayState"), &state);
        let encoded = url.rsplit("SAMLRequest=").next().unwrap().split('&').next().unwrap();
        let encoded = format!("https://x/?m={encoded}");
        let xml = inflate(&parameter(&encoded, "m").unwrap());
        prop_assert_eq!(&xml, &request.to_xml());
        let form = request.post_form(state.as_deref(), None).unwrap();
        prop_assert_eq!(STANDARD.decode(form.message).unwrap(), xml.as_bytes());
        prop_assert_eq!(&form.action, &request.destination);
        prop_assert_eq!(form.relay_state, state);
        let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
        let root = document.root();
        prop_assert_eq!(root.attribute("ID").unwrap(), id);
        prop_assert_eq!(root.attribute("Destination").unwrap(), request.destination);
        prop_assert_eq!(root.attribute("AssertionConsumerServiceURL").unwrap(), acs);
        let issuer = root.children().next().unwrap().text().unwrap();
        prop_assert_eq!(issuer, entity);
    }
}
