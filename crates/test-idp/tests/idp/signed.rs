//! An IdP that takes signed requests alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;
use vestibule_saml::{AuthnOptions, AuthnRequest, NameIdPolicy, Signing};
use vestibule_test_idp::{IdpConfig, Key, RequestError, SpRegistration, Style, TestIdp, Twist};
use vestibule_xmlsig::SigningKey;

use crate::support::{ACS, SP, ada, document, now, one};

fn idp(keys: &[&Signing]) -> TestIdp {
    let config = IdpConfig {
        key: Key::EcP256,
        signed_requests: true,
        ..IdpConfig::new("http://localhost:9300", Style::OneLogin)
    };
    let idp = TestIdp::new(config, now()).expect("an IdP");
    let keys = keys.iter().map(|signing| signing.key.verifying_key());
    idp.trust(SpRegistration::new(SP, ACS).signing_with(keys));
    idp
}

fn request(idp: &TestIdp) -> AuthnRequest {
    AuthnRequest {
        id: "_1".to_owned(),
        issue_instant: now(),
        destination: idp.sso_url(),
        sp_entity_id: SP.to_owned(),
        acs_url: ACS.to_owned(),
        options: AuthnOptions::default(),
    }
}

fn query(request: &AuthnRequest, signing: Option<&Signing>) -> String {
    let url = request.redirect_url(Some("a b/~"), signing).expect("a URL");
    url.split_once('?').expect("a query").1.to_owned()
}

fn body(request: &AuthnRequest, signing: Option<&Signing>) -> String {
    let form = request.post_form(Some("a b/~"), signing).expect("a form");
    let message: String = byte_serialize(form.message.as_bytes()).collect();
    format!("SAMLRequest={message}&RelayState=a+b%2F~")
}

#[test]
fn a_request_by_a_registered_key_is_answered_and_no_other() {
    let signing = Signing::new(SigningKey::generate_rsa(2048).expect("a key"), None);
    let next = Signing::new(SigningKey::generate_ec_p256().expect("a key"), None);
    let stranger = Signing::new(SigningKey::generate_ec_p256().expect("a key"), None);
    let idp = idp(&[&signing, &next]);
    let request = request(&idp);
    for ours in [&signing, &next] {
        let read = idp
            .read_request(&query(&request, Some(ours)))
            .expect("a request");
        assert_eq!(read.relay_state(), Some("a b/~"));
        let read = idp
            .read_post_request(&body(&request, Some(ours)))
            .expect("a request");
        assert_eq!(read.id(), "_1");
    }
    let unsigned = Err(RequestError::Unsigned);
    assert_eq!(idp.read_request(&query(&request, None)), unsigned);
    assert_eq!(idp.read_post_request(&body(&request, None)), unsigned);
    let wrong = Err(RequestError::WrongSignature);
    assert_eq!(idp.read_request(&query(&request, Some(&stranger))), wrong);
    assert_eq!(
        idp.read_post_request(&body(&request, Some(&stranger))),
        wrong
    );
    let changed = query(&request, Some(&signing)).replace("RelayState=a", "RelayState=b");
    assert_eq!(idp.read_request(&changed), wrong);
    let signed = request.post_form(None, Some(&signing)).expect("a form");
    let xml = STANDARD.decode(signed.message).expect("base64");
    let xml = String::from_utf8(xml)
        .expect("text")
        .replace("ID=\"_1\"", "ID=\"_2\"");
    let message: String = byte_serialize(STANDARD.encode(xml).as_bytes()).collect();
    assert_eq!(
        idp.read_post_request(&format!("SAMLRequest={message}")),
        wrong
    );
}

#[test]
fn what_is_asked_for_is_granted_or_refused_by_its_status() {
    let signing = Signing::new(SigningKey::generate_ec_p256().expect("a key"), None);
    let idp = idp(&[&signing]);
    let answer = |options: AuthnOptions| {
        let request = AuthnRequest {
            options,
            ..request(&idp)
        };
        let read = idp
            .read_request(&query(&request, Some(&signing)))
            .expect("a request");
        let form = idp.respond(&read, ada(&idp), &Twist::default(), now());
        (read, form.expect("an answer"))
    };
    let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    let (read, form) = answer(AuthnOptions {
        force_authn: true,
        name_id_policy: NameIdPolicy::Format(persistent.to_owned()),
        requested_authn_context: vec!["urn:example:strong".to_owned(), "urn:b".to_owned()],
        ..AuthnOptions::default()
    });
    assert!(read.force_authn() && !read.is_passive());
    assert_eq!(read.requested_contexts(), ["urn:example:strong", "urn:b"]);
    let document = document(&form);
    let name_id = one(&document, "NameID");
    assert_eq!(name_id.attribute("Format").as_deref(), Some(persistent));
    let class = one(&document, "AuthnContextClassRef");
    assert_eq!(class.text().as_deref(), Some("urn:example:strong"));

    let (_, form) = answer(AuthnOptions {
        is_passive: true,
        ..AuthnOptions::default()
    });
    assert!(form.xml().contains("status:NoPassive"), "{}", form.xml());
    let (_, form) = answer(AuthnOptions {
        name_id_policy: NameIdPolicy::Format("urn:example:odd".to_owned()),
        ..AuthnOptions::default()
    });
    assert!(form.xml().contains("status:InvalidNameIDPolicy"));
}
