//! One honest response, edited and signed by the tests.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use vestibule_saml::{
    Expected, ExpectedParts, Limits, Refusal, SentRequest, SignIn, UnverifiedResponse,
    VerifiedAssertion,
};
use vestibule_xmlsig::{SignOptions, SigningKey, VerifyingKey};

/// The honest response, before it is signed.
pub(crate) const RESPONSE: &str = include_str!("response.xml");
pub(crate) const IDP: &str = "https://idp.example/entity";
pub(crate) const SP: &str = "https://sp.example/saml";
pub(crate) const ACS: &str = "https://sp.example/saml/acs";
pub(crate) const REQUEST: &str = "_request";

/// The IdP's key.
pub(crate) static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate_rsa(2048).unwrap());

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Thirty seconds after the response was made.
pub(crate) fn now() -> Timestamp {
    at("2026-11-24T09:00:30Z")
}

pub(crate) fn keys() -> Vec<VerifyingKey> {
    vec![KEY.verifying_key()]
}

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Assertion,
    Response,
    Both,
}

pub(crate) const EVERY_WAY: [Sign; 3] = [Sign::Assertion, Sign::Response, Sign::Both];

/// Replaces what stands there exactly once.
#[track_caller]
pub(crate) fn edit(xml: &str, from: &str, to: &str) -> String {
    assert_eq!(
        xml.matches(from).count(),
        1,
        "{from:?} must stand there exactly once"
    );
    xml.replacen(from, to, 1)
}

/// Signs the elements with the IDs of the honest response.
#[track_caller]
pub(crate) fn sign(xml: &str, what: Sign) -> String {
    let options = SignOptions::default();
    let mut signed = xml.to_owned();
    if what != Sign::Response {
        signed = KEY.sign_element(&signed, "_assertion", &options).unwrap();
    }
    if what != Sign::Assertion {
        signed = KEY.sign_element(&signed, "_response", &options).unwrap();
    }
    signed
}

/// As a form value.
pub(crate) fn post(xml: &str) -> String {
    STANDARD.encode(xml)
}

pub(crate) fn parts() -> ExpectedParts {
    ExpectedParts::new(
        SP.to_owned(),
        ACS.to_owned(),
        SignedDuration::from_secs(180),
    )
}

/// The request that the honest response answers.
pub(crate) fn sent() -> SentRequest {
    SentRequest {
        id: REQUEST.to_owned(),
        issued_at: at("2026-11-24T08:59:30Z"),
    }
}

pub(crate) fn expected() -> Expected<SignIn> {
    Expected::sign_in(sent(), parts(), IDP.to_owned())
}

/// The whole corridor, with everything as it should be on our side.
#[track_caller]
pub(crate) fn sign_in(signed_xml: &str) -> Result<VerifiedAssertion<SignIn>, Refusal> {
    UnverifiedResponse::decode(&post(signed_xml), &Limits::default())
        .unwrap()
        .verify(&keys())?
        .validate(&expected(), now())
}

/// Of a long row of like cases every which one: all of them, unless `tests/sanitize` says otherwise.
#[expect(
    clippy::disallowed_methods,
    reason = "a slow run of the tests says so by a variable"
)]
pub(crate) fn every_nth() -> usize {
    std::env::var("VESTIBULE_TEST_EVERY_NTH").map_or(1, |text| text.parse().unwrap())
}
