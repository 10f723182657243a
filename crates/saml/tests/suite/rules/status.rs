//! What the IdP says of its own success.

use super::{refused, table};
use crate::support::{EVERY_WAY, RESPONSE, edit, sign_in};
use vestibule_saml::Check;

#[test]
fn a_failed_status_refuses_whatever_assertion_comes_with_it() {
    let success = r#"<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>"#;
    let failed = r#"<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode><samlp:StatusMessage>No such user: <![CDATA[<b>eve</b>]]></samlp:StatusMessage>"#;
    let xml = edit(RESPONSE, success, failed);
    for how in EVERY_WAY {
        let refusal = refused(&xml, how);
        assert_eq!(refusal.reason, Check::Status);
        let status = refusal.status.unwrap();
        assert_eq!(status.code, "Responder");
        assert_eq!(status.nested.as_deref(), Some("AuthnFailed"));
        assert_eq!(status.message.as_deref(), Some("No such user: <b>eve</b>"));
        let row = refusal.report.row(Check::Status).unwrap();
        assert_eq!(
            row.received.as_deref(),
            Some("Responder / AuthnFailed: No such user: <b>eve</b>")
        );
        let others = refusal
            .report
            .rows()
            .iter()
            .filter(|row| row.is_failure())
            .count();
        assert_eq!(others, 1);
    }
    let status = format!("<samlp:Status>{success}</samlp:Status>");
    table(&[
        (&status, "", Some(Check::Status)),
        (&status, &status.repeat(2), Some(Check::Status)),
        (success, "", Some(Check::Status)),
        (success, &success.repeat(2), Some(Check::Status)),
        (success, "<samlp:StatusCode/>", Some(Check::Status)),
        (
            success,
            r#"<samlp:StatusCode Value=""/>"#,
            Some(Check::Status),
        ),
        (
            success,
            r#"<samlp:StatusCode Value="Success"/>"#,
            Some(Check::Status),
        ),
        (
            success,
            r#"<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:success"/>"#,
            Some(Check::Status),
        ),
    ]);
}

#[test]
fn an_error_response_without_an_assertion_is_reported_by_its_status_alone() {
    let (begin, end) = (
        RESPONSE.find("<saml:Assertion").unwrap(),
        RESPONSE.find("</samlp:Response>").unwrap(),
    );
    let xml = edit(RESPONSE, &RESPONSE[begin..end], "");
    let xml = edit(&xml, "status:Success", "status:Requester");
    let refusal = sign_in(&xml).unwrap_err();
    assert_eq!(refusal.reason, Check::Status);
    assert_eq!(refusal.status.unwrap().code, "Requester");
    assert_eq!(
        refusal
            .report
            .rows()
            .iter()
            .filter(|row| row.is_failure())
            .count(),
        1
    );
}
