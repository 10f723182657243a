//! What a logout message must say, whichever way it comes.

use jiff::SignedDuration;
use vestibule_saml::{
    Cbc, ExpectedLogout, Keys, LogoutCheck, LogoutKind, LogoutOutcome, StatusDetail,
    UnverifiedLogout,
};
use vestibule_xmlsig::{Certificate, EncryptOptions, encrypt};

use super::*;
use crate::encryption::{OURS, decryption_keys};
use crate::support::edit;

#[test]
fn an_honest_request_is_accepted_by_both_bindings() {
    for binding in BINDINGS {
        let unverified = arrive(&request_xml(), binding).unwrap();
        assert_eq!(unverified.kind(), LogoutKind::Request);
        assert_eq!(unverified.binding(), binding);
        assert_eq!(unverified.unverified_issuer(), Some(IDP));
        assert_eq!(unverified.unverified_id(), Some("_idp-request"));
        assert_eq!(unverified.unverified_in_response_to(), None);
        assert_eq!(unverified.unverified_relay_state(), Some("state"));

        let request = request(judge(Ok(unverified)));
        assert_eq!(request.id(), "_idp-request");
        assert_eq!(request.idp_entity_id(), IDP);
        assert_eq!(&request.signed_by(), keys()[0].fingerprint());
        assert_eq!(request.binding(), binding);
        assert_eq!(request.relay_state(), Some("state"));
        assert_eq!(request.session_indexes(), ["s-1"]);
        assert_eq!(request.expires_at(), at("2026-11-24T09:05:00Z"));
        let name_id = request.name_id();
        assert_eq!(name_id.value, "u-4711");
        assert_eq!(name_id.name_qualifier.as_deref(), Some(IDP));
        let sp = name_id.sp_name_qualifier.as_deref();
        assert_eq!(sp, Some("https://sp.example/saml"));
        assert!(name_id.format.as_deref().unwrap().ends_with(":persistent"));
        assert!(!format!("{request:?}").contains("u-4711"));
    }
}

#[test]
fn an_honest_response_is_accepted_by_both_bindings() {
    for binding in BINDINGS {
        let unverified = arrive(&response_xml(), binding).unwrap();
        assert_eq!(unverified.kind(), LogoutKind::Response);
        assert_eq!(unverified.unverified_in_response_to(), Some(SENT));
        let response = response(judge(Ok(unverified)));
        assert_eq!(response.id(), "_idp-response");
        assert_eq!(response.idp_entity_id(), IDP);
        assert_eq!(response.outcome(), &LogoutOutcome::Complete);
        assert_eq!(response.relay_state(), Some("state"));
        assert_eq!(response.binding(), binding);
    }
}

const NAME_ID: &str = "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" \
                       NameQualifier=\"https://idp.example/entity\" \
                       SPNameQualifier=\"https://sp.example/saml\">u-4711</saml:NameID>";
const ISSUER: &str = "<saml:Issuer>https://idp.example/entity</saml:Issuer>";
const SESSION: &str = "<samlp:SessionIndex>s-1</samlp:SessionIndex>";
const DESTINATION: &str = " Destination=\"https://sp.example/saml/slo\"";
const ISSUED: &str = "IssueInstant=\"2026-11-24T09:00:00Z\"";
const ENDS: &str = " NotOnOrAfter=\"2026-11-24T09:05:00Z\"";

#[test]
fn what_is_wrong_in_any_message_refuses_by_its_name() {
    for (from, to, check) in [
        (" Version=\"2.0\"", "", LogoutCheck::Version),
        (" Version=\"2.0\"", " Version=\"1.1\"", LogoutCheck::Version),
        (
            " Version=\"2.0\"",
            " Version=\" 2.0\"",
            LogoutCheck::Version,
        ),
        (ISSUED, "", LogoutCheck::IssueInstant),
        (ISSUED, "IssueInstant=\"today\"", LogoutCheck::IssueInstant),
        (
            ISSUED,
            "IssueInstant=\"2026-11-24T09:00:00+00:00\"",
            LogoutCheck::IssueInstant,
        ),
        (
            ISSUED,
            "IssueInstant=\"2026-11-24T09:03:31Z\"",
            LogoutCheck::IssueInstant,
        ),
        (DESTINATION, "", LogoutCheck::Destination),
        (DESTINATION, " Destination=\"\"", LogoutCheck::Destination),
        (
            DESTINATION,
            " Destination=\"https://sp.example/saml/acs\"",
            LogoutCheck::Destination,
        ),
        (
            DESTINATION,
            " Destination=\"https://sp.example/saml/slo/\"",
            LogoutCheck::Destination,
        ),
        (
            DESTINATION,
            " Destination=\"http://sp.example/saml/slo\"",
            LogoutCheck::Destination,
        ),
        (
            DESTINATION,
            " Destination=\"https://sp.example/saml/slo \"",
            LogoutCheck::Destination,
        ),
        (
            DESTINATION,
            " saml:Destination=\"https://sp.example/saml/slo\"",
            LogoutCheck::Destination,
        ),
        (ISSUER, "", LogoutCheck::Issuer),
        (ISSUER, "<saml:Issuer/>", LogoutCheck::Issuer),
        (
            ISSUER,
            "<saml:Issuer>https://other.example</saml:Issuer>",
            LogoutCheck::Issuer,
        ),
        (
            ISSUER,
            "<saml:Issuer>https://idp.example/entity </saml:Issuer>",
            LogoutCheck::Issuer,
        ),
        (
            ISSUER,
            "<samlp:Issuer>https://idp.example/entity</samlp:Issuer>",
            LogoutCheck::Issuer,
        ),
        (
            ISSUER,
            "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">https://idp.example/entity</saml:Issuer>",
            LogoutCheck::Issuer,
        ),
        (
            ISSUER,
            "<saml:Issuer>https://idp.example/entity</saml:Issuer><saml:Issuer>https://idp.example/entity</saml:Issuer>",
            LogoutCheck::Issuer,
        ),
    ] {
        for honest in [request_xml(), response_xml()] {
            let xml = edit(&honest, from, to);
            for binding in BINDINGS {
                refused(judge(arrive(&xml, binding)), check, &xml);
            }
        }
    }
}

#[test]
fn what_is_wrong_in_a_request_refuses_by_its_name() {
    let many = SESSION.repeat(65);
    for (from, to, check) in [
        (
            ENDS,
            " NotOnOrAfter=\"2026-11-24T08:57:30Z\"",
            LogoutCheck::NotOnOrAfter,
        ),
        (ENDS, " NotOnOrAfter=\"soon\"", LogoutCheck::NotOnOrAfter),
        (ENDS, " NotOnOrAfter=\"\"", LogoutCheck::NotOnOrAfter),
        (NAME_ID, "", LogoutCheck::NameId),
        (NAME_ID, "<saml:NameID/>", LogoutCheck::NameId),
        (
            NAME_ID,
            "<saml:NameID> \n </saml:NameID>",
            LogoutCheck::NameId,
        ),
        (
            NAME_ID,
            "<saml:NameID>u<b/>-4711</saml:NameID>",
            LogoutCheck::NameId,
        ),
        (
            NAME_ID,
            "<samlp:NameID>u-4711</samlp:NameID>",
            LogoutCheck::NameId,
        ),
        (
            NAME_ID,
            "<saml:BaseID>u-4711</saml:BaseID>",
            LogoutCheck::NameId,
        ),
        (
            NAME_ID,
            "<saml:NameID>a</saml:NameID><saml:NameID>a</saml:NameID>",
            LogoutCheck::NameId,
        ),
        (
            NAME_ID,
            "<saml:NameID>a</saml:NameID><saml:BaseID/>",
            LogoutCheck::NameId,
        ),
        (
            NAME_ID,
            "<saml:NameID>a</saml:NameID><saml:EncryptedID/>",
            LogoutCheck::NameId,
        ),
        (NAME_ID, "<saml:EncryptedID/>", LogoutCheck::NameId),
        (
            NAME_ID,
            "<samlp:Extensions><saml:NameID>a</saml:NameID></samlp:Extensions>",
            LogoutCheck::NameId,
        ),
        (SESSION, "<samlp:SessionIndex/>", LogoutCheck::SessionIndex),
        (
            SESSION,
            "<samlp:SessionIndex>\t</samlp:SessionIndex>",
            LogoutCheck::SessionIndex,
        ),
        (
            SESSION,
            "<samlp:SessionIndex><a/></samlp:SessionIndex>",
            LogoutCheck::SessionIndex,
        ),
        (SESSION, &many, LogoutCheck::SessionIndex),
    ] {
        let xml = edit(&request_xml(), from, to);
        for binding in BINDINGS {
            refused(judge(arrive(&xml, binding)), check, &xml);
        }
    }
}

#[test]
fn what_is_wrong_in_a_response_refuses_by_its_name() {
    const ANSWERS: &str = " InResponseTo=\"_logout-sent\"";
    let honest = response_xml();
    let status = honest.find("<samlp:Status>").unwrap();
    let status = honest[status..]
        .strip_suffix("</samlp:LogoutResponse>")
        .unwrap()
        .to_owned();
    let twice = status.repeat(2);
    for (from, to, check) in [
        (ANSWERS, "", LogoutCheck::InResponseTo),
        (
            ANSWERS,
            " InResponseTo=\"_other\"",
            LogoutCheck::InResponseTo,
        ),
        (
            ANSWERS,
            " InResponseTo=\"_logout-sent \"",
            LogoutCheck::InResponseTo,
        ),
        (status.as_str(), "", LogoutCheck::Status),
        (status.as_str(), "<samlp:Status/>", LogoutCheck::Status),
        (
            status.as_str(),
            "<samlp:Status><samlp:StatusCode/></samlp:Status>",
            LogoutCheck::Status,
        ),
        (status.as_str(), twice.as_str(), LogoutCheck::Status),
        // Before the request, by more than clocks may differ.
        (
            ISSUED,
            "IssueInstant=\"2026-11-24T08:56:29Z\"",
            LogoutCheck::IssueInstant,
        ),
    ] {
        let xml = edit(&honest, from, to);
        for binding in BINDINGS {
            refused(judge(arrive(&xml, binding)), check, &xml);
        }
    }
    let unasked = ExpectedLogout {
        sent: None,
        ..expected()
    };
    for binding in BINDINGS {
        let signed = arrive(&honest, binding).unwrap().verify(&keys()).unwrap();
        refused(
            signed.validate(&unasked, now()),
            LogoutCheck::InResponseTo,
            "unasked",
        );
    }
}

#[test]
fn what_may_differ_does_not_matter() {
    let entity = "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">https://idp.example/entity</saml:Issuer>";
    for (from, to) in [
        (ISSUER, entity),
        (ISSUED, "IssueInstant=\"2026-11-24T09:03:30Z\""),
        (ISSUED, "IssueInstant=\"2026-11-24T08:57:30.123Z\""),
        (ENDS, ""),
        (ENDS, " NotOnOrAfter=\"2026-11-24T08:57:31Z\""),
        (
            ENDS,
            " Reason=\"urn:oasis:names:tc:SAML:2.0:logout:admin\" Consent=\"urn:x\"",
        ),
        (
            ISSUER,
            &format!("{ISSUER}<samlp:Extensions><x xmlns=\"urn:x\"/></samlp:Extensions>"),
        ),
        (SESSION, ""),
    ] {
        let xml = edit(&request_xml(), from, to);
        for binding in BINDINGS {
            request(judge(arrive(&xml, binding)));
        }
    }
}

#[test]
fn a_request_without_an_end_holds_ten_minutes_and_none_holds_longer_than_a_day() {
    let skew = SignedDuration::from_secs(180);
    let without = edit(&request_xml(), ENDS, "");
    let forever = edit(
        &request_xml(),
        ENDS,
        " NotOnOrAfter=\"9999-12-31T23:59:59Z\"",
    );
    for (xml, ends) in [
        (&without, "2026-11-24T09:10:00Z"),
        (&forever, "2026-11-25T09:00:00Z"),
    ] {
        let end = at(ends);
        let second = SignedDuration::from_secs(1);
        for binding in BINDINGS {
            let judge = |now| {
                let signed = arrive(xml, binding).unwrap().verify(&keys()).unwrap();
                signed.validate(&expected(), now)
            };
            assert_eq!(request(judge(end)).expires_at(), end);
            request(judge(end + skew));
            refused(judge(end + skew + second), LogoutCheck::IssueInstant, xml);
        }
    }
}

#[test]
fn comments_and_sections_neither_hide_nor_cut_a_name() {
    for name in [
        "u-4711<!-- x -->.evil",
        "<!-- x -->u-4711.evil",
        "u-<![CDATA[4711]]>.evil",
        "u-4711.evil<!-- x -->",
        "&#117;-4711.evil",
    ] {
        let xml = edit(&request_xml(), ">u-4711<", &format!(">{name}<"));
        for binding in BINDINGS {
            assert_eq!(
                request(judge(arrive(&xml, binding))).name_id().value,
                "u-4711.evil"
            );
        }
    }
    let xml = edit(&request_xml(), ">s-1<", ">s<!-- x -->-1<");
    for binding in BINDINGS {
        assert_eq!(
            request(judge(arrive(&xml, binding))).session_indexes(),
            ["s-1"]
        );
    }
    // White space belongs to a name: whoever asserted it without does not mean this one.
    let xml = edit(&request_xml(), ">u-4711<", "> u-4711<");
    for binding in BINDINGS {
        assert_eq!(
            request(judge(arrive(&xml, binding))).name_id().value,
            " u-4711"
        );
    }
}

#[test]
fn several_sessions_are_all_kept() {
    let several =
        "<samlp:SessionIndex>a</samlp:SessionIndex><samlp:SessionIndex> b</samlp:SessionIndex>";
    let xml = edit(&request_xml(), SESSION, several);
    for binding in BINDINGS {
        assert_eq!(
            request(judge(arrive(&xml, binding))).session_indexes(),
            ["a", " b"]
        );
    }
    let most = edit(&request_xml(), SESSION, &SESSION.repeat(64));
    for binding in BINDINGS {
        assert_eq!(
            request(judge(arrive(&most, binding)))
                .session_indexes()
                .len(),
            64
        );
    }
}

#[test]
fn what_a_response_says_is_told_apart() {
    const PREFIX: &str = "urn:oasis:names:tc:SAML:2.0:status:";
    let failed = |code: &str, nested: Option<&str>| {
        LogoutOutcome::Failed(StatusDetail {
            code: code.to_owned(),
            nested: nested.map(str::to_owned),
            message: None,
        })
    };
    let honest = format!("<samlp:StatusCode Value=\"{PREFIX}Success\"></samlp:StatusCode>");
    for (code, nested, outcome) in [
        ("Success", None, LogoutOutcome::Complete),
        ("Success", Some("Whatever"), LogoutOutcome::Complete),
        ("Success", Some("PartialLogout"), LogoutOutcome::Partial),
        ("Responder", Some("PartialLogout"), LogoutOutcome::Partial),
        ("PartialLogout", None, LogoutOutcome::Partial),
        ("Requester", None, failed("Requester", None)),
        (
            "Responder",
            Some("RequestDenied"),
            failed("Responder", Some("RequestDenied")),
        ),
        ("SUCCESS", None, failed("SUCCESS", None)),
        ("Success ", None, failed("Success ", None)),
    ] {
        let nested = nested.map_or(String::new(), |nested| {
            format!("<samlp:StatusCode Value=\"{PREFIX}{nested}\"/>")
        });
        let status =
            format!("<samlp:StatusCode Value=\"{PREFIX}{code}\">{nested}</samlp:StatusCode>");
        let xml = edit(&response_xml(), &honest, &status);
        for binding in BINDINGS {
            assert_eq!(
                response(judge(arrive(&xml, binding))).outcome(),
                &outcome,
                "{status}"
            );
        }
    }
}

#[test]
fn an_encrypted_name_is_opened_with_a_key_of_ours() {
    let saml = "xmlns:s=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
    let named = |text: &str| format!("<s:NameID {saml} Format=\"f\">{text}</s:NameID>");
    let encrypted = |plain: &str, certificate: &Certificate| {
        let options = EncryptOptions::default();
        let data = encrypt(plain.as_bytes(), &[certificate], &options).unwrap();
        format!("<saml:EncryptedID>{data}</saml:EncryptedID>")
    };
    let (verifying, decryption) = (keys(), decryption_keys());
    let ours = Keys {
        verifying: &verifying,
        decryption: &decryption,
        cbc: Cbc::Refuse,
    };
    for binding in BINDINGS {
        let judge = |identifier: &str, keys: Keys<'_>| {
            let xml = edit(&request_xml(), NAME_ID, identifier);
            let signed = arrive(&xml, binding)?.verify(keys)?;
            signed.validate(&expected(), now())
        };
        let good = encrypted(&named("u<!-- -->-1"), &OURS.certificate);
        let request = request(judge(&good, ours));
        assert_eq!(request.name_id().value, "u-1");
        assert_eq!(request.name_id().format.as_deref(), Some("f"));
        refused(
            judge(&good, (&verifying).into()),
            LogoutCheck::NameId,
            "no key",
        );
        let strangers = encrypted(&named("u-1"), &OURS.old);
        refused(judge(&strangers, ours), LogoutCheck::NameId, "another key");
        for bad in [
            format!("<s:NameID {saml}> </s:NameID>"),
            format!("<s:NameID {saml}><a/></s:NameID>"),
            format!("<s:BaseID {saml}>u-1</s:BaseID>"),
            "<NameID>u-1</NameID>".to_owned(),
            "no element".to_owned(),
        ] {
            let identifier = encrypted(&bad, &OURS.certificate);
            refused(judge(&identifier, ours), LogoutCheck::NameId, &bad);
        }
        for several in [format!("{NAME_ID}{good}"), good.repeat(2)] {
            refused(judge(&several, ours), LogoutCheck::NameId, "several");
        }
    }
}

#[test]
fn a_request_of_ours_that_comes_back_as_one_of_theirs_is_refused() {
    // The IdP is not who asks: an SP that signs with the same key, say.
    let xml = request_xml().replace(IDP, "https://sp.example/saml");
    for binding in BINDINGS {
        refused(judge(arrive(&xml, binding)), LogoutCheck::Issuer, "ours");
    }
    let other = ExpectedLogout {
        slo_url: "https://sp.example/saml/2/slo".to_owned(),
        ..expected()
    };
    let signed = arrive(&request_xml(), LogoutBinding::Redirect).unwrap();
    let signed = signed.verify(&keys()).unwrap();
    refused(
        signed.validate(&other, now()),
        LogoutCheck::Destination,
        "another connection",
    );
}

#[test]
fn every_check_has_its_own_word_and_a_reference() {
    let words: std::collections::BTreeSet<_> = LogoutCheck::ALL
        .iter()
        .map(|check| check.as_str())
        .collect();
    assert_eq!(words.len(), LogoutCheck::ALL.len());
    for check in LogoutCheck::ALL {
        assert!(check.as_str().starts_with("logout_") && check.reference().starts_with("SAML "));
        assert_eq!(check.to_string(), check.as_str());
    }
    let refusal = UnverifiedLogout::from_query("", &Limits::default()).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the logout message was refused by the check logout_binding"
    );
}
