//! Logout messages: one honest request and response, edited and signed by the tests.

mod binding;
mod fixtures;
mod one_byte;
mod rules;
mod send;
mod signature;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use jiff::SignedDuration;
use std::io::Write;
use url::form_urlencoded::byte_serialize;
use vestibule_saml::{
    ExpectedLogout, Limits, LogoutBinding, LogoutCheck, LogoutRefusal, LogoutRequest,
    LogoutResponse, LogoutStatus, MessageField, NameId, SentRequest, UnverifiedLogout,
    VerifiedLogout, VerifiedLogoutRequest, VerifiedLogoutResponse,
};
use vestibule_xmlsig::{SignOptions, SigningKey};

use crate::support::{IDP, KEY, at, keys, now};

pub(super) const SLO: &str = "https://sp.example/saml/slo";
pub(super) const SENT: &str = "_logout-sent";
pub(super) const BINDINGS: [LogoutBinding; 2] = [LogoutBinding::Redirect, LogoutBinding::Post];

/// What the IdP asks.
pub(super) fn request_xml() -> String {
    LogoutRequest {
        id: "_idp-request".to_owned(),
        issue_instant: at("2026-11-24T09:00:00Z"),
        not_on_or_after: at("2026-11-24T09:05:00Z"),
        destination: SLO.to_owned(),
        sp_entity_id: IDP.to_owned(),
        name_id: NameId {
            value: "u-4711".to_owned(),
            format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned()),
            name_qualifier: Some(IDP.to_owned()),
            sp_name_qualifier: Some("https://sp.example/saml".to_owned()),
        },
        session_index: Some("s-1".to_owned()),
        reason: None,
    }
    .to_xml()
}

/// What the IdP answers.
pub(super) fn response_xml() -> String {
    LogoutResponse {
        id: "_idp-response".to_owned(),
        issue_instant: at("2026-11-24T09:00:00Z"),
        in_response_to: SENT.to_owned(),
        destination: SLO.to_owned(),
        sp_entity_id: IDP.to_owned(),
        status: LogoutStatus::Success,
    }
    .to_xml()
}

pub(super) fn field_of(xml: &str) -> MessageField {
    if xml.contains("LogoutResponse") {
        MessageField::SamlResponse
    } else {
        MessageField::SamlRequest
    }
}

pub(super) fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

pub(super) fn deflated(xml: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(xml.as_bytes()).unwrap();
    STANDARD.encode(encoder.finish().unwrap())
}

/// `SAMLRequest=…&RelayState=…&SigAlg=…`, not signed yet.
pub(super) fn octets(xml: &str, relay_state: Option<&str>, key: &SigningKey) -> String {
    let field = field_of(xml).as_str();
    let mut octets = format!("{field}={}", encoded(&deflated(xml)));
    if let Some(state) = relay_state {
        octets.push_str(&format!("&RelayState={}", encoded(state)));
    }
    let algorithm = encoded(key.sha256_algorithm().uri());
    octets + &format!("&SigAlg={algorithm}")
}

/// The signature of the octets, as a parameter.
pub(super) fn with_signature(octets: &str, key: &SigningKey) -> String {
    let signature = key.sign_octets(key.sha256_algorithm(), octets.as_bytes());
    format!(
        "{octets}&Signature={}",
        encoded(&STANDARD.encode(signature.unwrap()))
    )
}

/// A signed query.
pub(super) fn query(xml: &str) -> String {
    with_signature(&octets(xml, Some("state"), &KEY), &KEY)
}

/// A form, as a browser sends it.
pub(super) fn form(xml: &str) -> String {
    let message = encoded(&STANDARD.encode(xml));
    format!("{}={message}&RelayState=state", field_of(xml).as_str())
}

/// With a signature inside.
pub(super) fn signed(xml: &str) -> String {
    let id = xml
        .split_once(" ID=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0;
    KEY.sign_element(xml, id, &SignOptions::default()).unwrap()
}

/// Signed and sent by this binding.
pub(super) fn arrive(xml: &str, binding: LogoutBinding) -> Result<UnverifiedLogout, LogoutRefusal> {
    let limits = Limits::default();
    match binding {
        LogoutBinding::Redirect => UnverifiedLogout::from_query(&query(xml), &limits),
        LogoutBinding::Post => UnverifiedLogout::from_form(&form(&signed(xml)), &limits),
    }
}

pub(super) fn expected() -> ExpectedLogout {
    ExpectedLogout {
        idp_entity_id: IDP.to_owned(),
        slo_url: SLO.to_owned(),
        sent: Some(SentRequest {
            id: SENT.to_owned(),
            issued_at: at("2026-11-24T08:59:30Z"),
        }),
        clock_skew: SignedDuration::from_secs(180),
    }
}

/// The whole corridor, with everything as it should be on our side.
pub(super) fn judge(
    arrived: Result<UnverifiedLogout, LogoutRefusal>,
) -> Result<VerifiedLogout, LogoutRefusal> {
    arrived?.verify(&keys())?.validate(&expected(), now())
}

pub(super) fn judge_query(query: &str) -> Result<VerifiedLogout, LogoutRefusal> {
    judge(UnverifiedLogout::from_query(query, &Limits::default()))
}

pub(super) fn judge_form(body: &str) -> Result<VerifiedLogout, LogoutRefusal> {
    judge(UnverifiedLogout::from_form(body, &Limits::default()))
}

#[track_caller]
pub(super) fn request(verified: Result<VerifiedLogout, LogoutRefusal>) -> VerifiedLogoutRequest {
    match verified.unwrap() {
        VerifiedLogout::Request(request) => request,
        VerifiedLogout::Response(response) => panic!("{response:?}"),
    }
}

#[track_caller]
pub(super) fn response(verified: Result<VerifiedLogout, LogoutRefusal>) -> VerifiedLogoutResponse {
    match verified.unwrap() {
        VerifiedLogout::Response(response) => response,
        VerifiedLogout::Request(request) => panic!("{request:?}"),
    }
}

/// The refusal, which is by this check; what was received.
#[track_caller]
pub(super) fn refused(
    verified: Result<VerifiedLogout, LogoutRefusal>,
    check: LogoutCheck,
    what: &str,
) -> String {
    let Err(refusal) = verified else {
        panic!("{what}: accepted")
    };
    assert_eq!(refusal.reason, check, "{what}: {refusal:?}");
    refusal.received.unwrap_or_default()
}
