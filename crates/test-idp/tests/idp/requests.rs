//! Reading requests: what comes through, and what is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vestibule_test_idp::{RequestError, RespondError, SpRegistration, Style, Twist};

use crate::support::{
    ACS, REQUEST_ID, SP, ada, attribute, authn_request, document, idp, now, one, received,
};

fn read(xml: &str) -> Result<(), RequestError> {
    idp(Style::Okta)
        .read_request(&authn_request::query(xml, None))
        .map(|_read| ())
}

#[test]
fn a_request_comes_through_whole() {
    let idp = idp(Style::Okta);
    let xml = authn_request::xml(
        REQUEST_ID,
        SP,
        &format!(
            "Destination=\"{}\" AssertionConsumerServiceURL=\"{ACS}\" ForceAuthn=\"1\" \
             IsPassive=\"false\" ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\"",
            idp.sso_url()
        ),
        "<samlp:NameIDPolicy Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\"/>\
         <samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:x</saml:AuthnContextClassRef>\
         </samlp:RequestedAuthnContext>",
    );
    let relay_state = "a b&c=ü<\">";
    let by_redirect = idp
        .read_request(&authn_request::query(&xml, Some(relay_state)))
        .expect("a request");
    assert_eq!(by_redirect.id(), REQUEST_ID);
    assert_eq!(by_redirect.sp_entity_id(), SP);
    assert_eq!(by_redirect.acs_url(), ACS);
    assert_eq!(by_redirect.relay_state(), Some(relay_state));
    assert!(by_redirect.force_authn());
    assert!(!by_redirect.is_passive());
    let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    assert_eq!(by_redirect.name_id_format(), Some(persistent));
    assert_eq!(by_redirect.requested_contexts(), ["urn:x"]);

    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLRequest", &STANDARD.encode(&xml))
        .append_pair("RelayState", relay_state)
        .finish();
    let by_post = idp.read_post_request(&body).expect("a request");
    assert_eq!(by_post.id(), by_redirect.id());
    assert_eq!(by_post.relay_state(), by_redirect.relay_state());

    // What was asked for is in the answer.
    let answer = idp
        .respond(&by_redirect, ada(idp), &Twist::default(), now())
        .expect("an answer");
    assert_eq!(answer.acs_url, ACS);
    assert_eq!(answer.relay_state.as_deref(), Some(relay_state));
    let answer = document(&answer);
    assert_eq!(
        attribute(one(&answer, "NameID"), "Format").as_deref(),
        Some(persistent)
    );
    assert_eq!(one(&answer, "NameID").deep_text(), ada(idp).pairwise_id(SP));
    assert_eq!(one(&answer, "AuthnContextClassRef").deep_text(), "urn:x");
}

#[test]
fn without_an_acs_url_the_registered_one_is_answered() {
    assert_eq!(received(idp(Style::Entra)).acs_url(), ACS);
}

#[test]
fn only_registered_acs_urls_of_known_service_providers_are_answered() {
    let elsewhere = "https://evil.example/acs";
    let xml = authn_request::xml(
        "_1",
        SP,
        &format!("AssertionConsumerServiceURL=\"{elsewhere}\""),
        "",
    );
    assert_eq!(
        read(&xml),
        Err(RequestError::UntrustedAcs(elsewhere.to_owned()))
    );
    let xml = authn_request::xml("_1", "https://unknown", "", "");
    assert_eq!(
        read(&xml),
        Err(RequestError::UnknownServiceProvider(
            "https://unknown".to_owned()
        ))
    );

    let idp = idp(Style::Okta);
    for (entity_id, acs_url) in [(SP, elsewhere), ("https://unknown", ACS)] {
        let sp = SpRegistration::new(entity_id, acs_url);
        let refused = idp.respond_unsolicited(&sp, None, ada(idp), &Twist::default(), now());
        assert!(
            matches!(refused, Err(RespondError::Request(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn what_is_no_request_for_us_is_refused_by_name() {
    let good = authn_request::xml("_1", SP, "", "");
    assert_eq!(read(&good), Ok(()));
    let cases = [
        (
            good.replace("Version=\"2.0\"", "Version=\"1.1\""),
            RequestError::WrongVersion,
        ),
        (good.replace("ID=\"_1\"", ""), RequestError::Lacks("ID")),
        (good.replace(SP, " "), RequestError::Lacks("Issuer")),
        (
            good.replace("AuthnRequest", "LogoutRequest"),
            RequestError::NotAuthnRequest("LogoutRequest".to_owned()),
        ),
        (
            authn_request::xml("_1", SP, "Destination=\"https://other.example/sso\"", ""),
            RequestError::WrongDestination("https://other.example/sso".to_owned()),
        ),
        (
            authn_request::xml("_1", SP, "ProtocolBinding=\"urn:artifact\"", ""),
            RequestError::UnknownBinding("urn:artifact".to_owned()),
        ),
        (
            format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{good}"),
            RequestError::NotXml,
        ),
        ("not xml".to_owned(), RequestError::NotXml),
        // A megabyte of white space deflates to a kilobyte.
        (
            good.replace("</samlp", &format!("{}</samlp", " ".repeat(1_000_000))),
            RequestError::TooLarge,
        ),
    ];
    for (xml, expected) in cases {
        assert_eq!(read(&xml), Err(expected));
    }

    let idp = idp(Style::Okta);
    let refused = |query: &str| idp.read_request(query).expect_err("it cannot be read");
    assert_eq!(refused("RelayState=x"), RequestError::Missing);
    assert_eq!(refused("SAMLRequest=%3C%3E"), RequestError::NotBase64);
    assert_eq!(refused("SAMLRequest=AAAA"), RequestError::NotDeflated);
    let query = authn_request::query(&good, None);
    assert_eq!(
        refused(&format!("{query}&{query}")),
        RequestError::Repeated("SAMLRequest")
    );
}

#[test]
fn a_passive_request_is_answered_with_no_passive() {
    let idp = idp(Style::Okta);
    let xml = authn_request::xml("_1", SP, "IsPassive=\"true\"", "");
    let request = idp
        .read_request(&authn_request::query(&xml, None))
        .expect("a request");
    let answer = idp
        .respond(&request, ada(idp), &Twist::default(), now())
        .expect("an answer");
    let xml = answer.xml();
    assert!(xml.contains("status:NoPassive"), "{xml}");
    assert!(!xml.contains("Assertion "), "{xml}");
}

#[test]
fn a_name_id_format_that_does_not_exist_here_is_an_invalid_name_id_policy() {
    let idp = idp(Style::Okta);
    let xml = authn_request::xml(
        "_1",
        SP,
        "",
        "<samlp:NameIDPolicy Format=\"urn:kerberos\"/>",
    );
    let request = idp
        .read_request(&authn_request::query(&xml, None))
        .expect("a request");
    let answer = idp
        .respond(&request, ada(idp), &Twist::default(), now())
        .expect("an answer");
    assert!(answer.xml().contains("status:InvalidNameIDPolicy"));
}

#[test]
fn a_redirect_to_elsewhere_is_not_answered() {
    let idp = idp(Style::Okta);
    let query = authn_request::query(&authn_request::xml("_1", SP, "", ""), None);
    let answer = |url: &str| idp.answer(url, ada(idp), &Twist::default(), now());
    answer(&format!("{}?{query}", idp.sso_url())).expect("this one is ours");
    for url in [format!("https://other.example/sso?{query}"), idp.sso_url()] {
        assert!(
            matches!(answer(&url), Err(RespondError::Elsewhere)),
            "{url}"
        );
    }
}
