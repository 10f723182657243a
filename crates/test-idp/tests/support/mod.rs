//! What the tests share: one IdP per style, and reading what it answers.

pub(crate) mod authn_request;

use std::sync::LazyLock;

use jiff::Timestamp;
use vestibule_test_idp::{
    IdpConfig, Key, PostForm, ReceivedRequest, SpRegistration, Style, TestIdp, User,
};
use vestibule_xmlsig::{Document, Element, Limits, VerifyingKey, has_signature};

pub(crate) const SP: &str = "https://sp.example/saml/1";
pub(crate) const ACS: &str = "https://sp.example/saml/1/acs";
pub(crate) const REQUEST_ID: &str = "_request-1";
pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

pub(crate) fn now() -> Timestamp {
    "2026-03-01T09:00:01.250Z".parse().expect("a time")
}

pub(crate) fn new_idp(style: Style, key: Key) -> TestIdp {
    let config = IdpConfig {
        key,
        ..IdpConfig::new("http://localhost:9300", style)
    };
    let idp = TestIdp::new(config, now()).expect("an IdP");
    idp.trust(SpRegistration::new(SP, ACS));
    idp
}

/// One IdP of each style: keys take a moment to make.
pub(crate) fn idp(style: Style) -> &'static TestIdp {
    static ALL: LazyLock<Vec<TestIdp>> = LazyLock::new(|| {
        Style::ALL
            .iter()
            .map(|style| new_idp(*style, Key::Rsa2048))
            .collect()
    });
    ALL.iter()
        .find(|idp| idp.style() == style)
        .expect("every style")
}

pub(crate) fn ada(idp: &TestIdp) -> &User {
    idp.user("ada@acme.example").expect("somebody it knows")
}

pub(crate) fn received(idp: &TestIdp) -> ReceivedRequest {
    let xml = authn_request::xml(REQUEST_ID, SP, "", "");
    idp.read_request(&authn_request::query(&xml, Some("state")))
        .expect("a request")
}

pub(crate) fn keys(idp: &TestIdp) -> Vec<VerifyingKey> {
    vec![idp.certificate().verifying_key().expect("a key")]
}

pub(crate) fn document(form: &PostForm) -> Document {
    Document::parse(form.xml().as_bytes(), &Limits::default()).expect("a document in the bounds")
}

pub(crate) fn assertions(document: &Document) -> Vec<Element<'_>> {
    document
        .root()
        .children_named(ASSERTION, "Assertion")
        .collect()
}

/// The assertion where it is signed itself, else the Response around it.
pub(crate) fn signed_element(document: &Document) -> Element<'_> {
    assertions(document)
        .into_iter()
        .find(|assertion| has_signature(*assertion))
        .unwrap_or(document.root())
}

pub(crate) fn all<'d>(document: &'d Document, local_name: &str) -> Vec<Element<'d>> {
    fn collect<'d>(element: Element<'d>, local_name: &str, found: &mut Vec<Element<'d>>) {
        if element.local_name() == local_name {
            found.push(element);
        }
        for child in element.children() {
            collect(child, local_name, found);
        }
    }
    let mut found = Vec::new();
    collect(document.root(), local_name, &mut found);
    found
}

/// The first element of this name anywhere.
pub(crate) fn one<'d>(document: &'d Document, local_name: &str) -> Element<'d> {
    all(document, local_name)
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("no {local_name}"))
}

pub(crate) fn attribute(element: Element<'_>, name: &str) -> Option<String> {
    element.attribute(name).map(std::borrow::Cow::into_owned)
}
