//! Who signed a logout message, and what of it.

use vestibule_saml::{LogoutCheck, SendError, Signing};
use vestibule_xmlsig::{SignError, SignatureAlgorithm};

use super::*;
use crate::support::edit;

fn stranger() -> SigningKey {
    SigningKey::generate_ec_p256().unwrap()
}

#[test]
fn a_message_that_is_not_signed_is_refused() {
    for xml in [request_xml(), response_xml()] {
        let field = field_of(&xml).as_str();
        let bare = format!("{field}={}", encoded(&deflated(&xml)));
        let received = refused(judge_query(&bare), LogoutCheck::Signature, "no signature");
        assert_eq!(received, "no signature");
        let received = refused(
            judge_form(&form(&xml)),
            LogoutCheck::Signature,
            "no signature",
        );
        assert_eq!(received, "no signature");
        // A signature of the other binding is none.
        let inside = format!("{field}={}", encoded(&deflated(&signed(&xml))));
        refused(judge_query(&inside), LogoutCheck::Signature, "inside alone");
        let query = query(&xml);
        let beside = query.split_once("&SigAlg=").unwrap().1;
        let body = format!("{}&SigAlg={beside}", form(&xml));
        refused(judge_form(&body), LogoutCheck::Signature, "beside alone");
    }
}

#[test]
fn a_signature_inside_a_message_by_redirect_is_refused_though_the_query_is_signed() {
    let xml = signed(&request_xml());
    let received = refused(judge_query(&query(&xml)), LogoutCheck::Signature, "both");
    assert_eq!(received, "a Signature inside the message");
}

#[test]
fn another_key_is_refused_and_any_of_ours_is_not() {
    let other = stranger();
    let by_stranger = with_signature(&octets(&request_xml(), None, &other), &other);
    let unverified = || UnverifiedLogout::from_query(&by_stranger, &Limits::default()).unwrap();
    for keys in [vec![], keys()] {
        assert_eq!(
            unverified().verify(&keys).unwrap_err().reason,
            LogoutCheck::Signature
        );
    }
    let mut several = keys();
    several.push(other.verifying_key());
    let signed = unverified().verify(&several).unwrap();
    let request = request(signed.validate(&expected(), now()));
    assert_eq!(&request.signed_by(), other.verifying_key().fingerprint());
}

#[test]
fn weak_and_unknown_algorithms_are_refused_by_their_names() {
    let xml = request_xml();
    let honest = octets(&xml, None, &KEY);
    let ours = encoded(SignatureAlgorithm::RsaSha256.uri());
    for uri in [
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        "rsa-sha256",
    ] {
        let query = with_signature(&edit(&honest, &ours, &encoded(uri)), &KEY);
        let received = refused(judge_query(&query), LogoutCheck::Signature, uri);
        assert_eq!(received, uri);
    }
    // Another algorithm than the one that signed.
    for algorithm in [
        SignatureAlgorithm::RsaSha512,
        SignatureAlgorithm::EcdsaSha256,
    ] {
        let octets = edit(&honest, &ours, &encoded(algorithm.uri()));
        refused(
            judge_query(&with_signature(&octets, &KEY)),
            LogoutCheck::Signature,
            "other",
        );
    }
    let (before, _) = query(&xml)
        .split_once("&Signature=")
        .map(|(a, b)| (a.to_owned(), b.len()))
        .unwrap();
    for value in ["", "%20", "AAAA", "%3D", "!", "A"] {
        let query = format!("{before}&Signature={value}");
        refused(judge_query(&query), LogoutCheck::Signature, &query);
    }
}

#[test]
fn every_algorithm_is_verified() {
    let ec = stranger();
    for algorithm in SignatureAlgorithm::ALL {
        let key = if algorithm.to_string().starts_with("RSA") {
            &*KEY
        } else {
            &ec
        };
        let signing = Signing {
            key: key.clone(),
            algorithm,
            certificate: None,
        };
        let url = theirs().redirect_url(Some("a&b=c"), &signing).unwrap();
        let query = url.split_once('?').unwrap().1;
        let unverified = UnverifiedLogout::from_query(query, &Limits::default()).unwrap();
        let signed = unverified.verify(&[key.verifying_key()]).unwrap();
        let arrived = response(signed.validate(&expected(), now()));
        assert_eq!(arrived.relay_state(), Some("a&b=c"));

        let form = theirs().post_form(Some("a&b=c"), &signing).unwrap();
        let body = format!(
            "{}={}&RelayState={}",
            form.field.as_str(),
            encoded(&form.message),
            encoded(&form.relay_state.unwrap())
        );
        let unverified = UnverifiedLogout::from_form(&body, &Limits::default()).unwrap();
        let signed = unverified.verify(&[key.verifying_key()]).unwrap();
        response(signed.validate(&expected(), now()));
    }
    let wrong = Signing {
        algorithm: SignatureAlgorithm::EcdsaSha256,
        ..Signing::new(KEY.clone(), None)
    };
    let error = theirs().redirect_url(None, &wrong).unwrap_err();
    assert!(matches!(
        error,
        SendError::Sign(SignError::WrongAlgorithm { .. })
    ));
    assert!(matches!(
        theirs().post_form(None, &wrong),
        Err(SendError::Sign(_))
    ));
}

fn theirs() -> LogoutResponse {
    LogoutResponse {
        id: "_idp-response".to_owned(),
        issue_instant: at("2026-11-24T09:00:00Z"),
        in_response_to: SENT.to_owned(),
        destination: SLO.to_owned(),
        sp_entity_id: IDP.to_owned(),
        status: LogoutStatus::PartialLogout,
    }
}

#[test]
fn a_signed_request_for_one_person_says_nothing_of_another() {
    let honest = query(&request_xml());
    let forged = edit(&request_xml(), ">u-4711<", ">u-4712<");
    let swapped = honest.replace(
        &encoded(&deflated(&request_xml())),
        &encoded(&deflated(&forged)),
    );
    assert_ne!(honest, swapped);
    refused(judge_query(&swapped), LogoutCheck::Signature, "swapped");
    let signed = signed(&request_xml());
    refused(
        judge_form(&form(&signed.replace("u-4711", "u-4712"))),
        LogoutCheck::Signature,
        "altered",
    );
}

/// The shapes of signature wrapping: the signed message somewhere, a forged one where it is read.
#[test]
fn a_signed_message_inside_a_forged_one_is_refused() {
    let signed = signed(&request_xml());
    let signature = {
        let (begin, end) = (
            signed.find("<ds:Signature").unwrap(),
            signed.find("</ds:Signature>").unwrap(),
        );
        signed[begin..end + "</ds:Signature>".len()].to_owned()
    };
    let forged = request_xml().replace("u-4711", "mallory");
    let issuer = "</saml:Issuer>";
    let put = |what: &str| edit(&forged, issuer, &format!("{issuer}{what}"));
    let other_id = |xml: &str| xml.replace("_idp-request", "_forged");
    let extensions = format!("<samlp:Extensions>{signed}</samlp:Extensions>");
    let object = signature.replace(
        "</ds:Signature>",
        &format!("<ds:Object>{}</ds:Object></ds:Signature>", request_xml()),
    );
    for (what, xml) in [
        ("in Extensions", put(&extensions)),
        (
            "in Extensions, another ID",
            other_id(&forged).replace(issuer, &format!("{issuer}{extensions}")),
        ),
        ("its signature on the forged one", put(&signature)),
        (
            "its signature on the forged one, the original beside",
            put(&format!(
                "{signature}<samlp:Extensions>{}</samlp:Extensions>",
                request_xml()
            )),
        ),
        (
            "its signature on the forged one of another ID",
            other_id(&forged).replace(
                issuer,
                &format!(
                    "{issuer}{signature}<samlp:Extensions>{}</samlp:Extensions>",
                    request_xml()
                ),
            ),
        ),
        ("in an Object of its own signature", put(&object)),
        (
            "two signatures",
            edit(
                &signed,
                "<samlp:SessionIndex>",
                &format!("{signature}<samlp:SessionIndex>"),
            ),
        ),
        (
            "the original in the NameID",
            forged.replace("mallory", &signed),
        ),
    ] {
        refused(judge_form(&form(&xml)), LogoutCheck::Signature, what);
    }
    request(judge_form(&form(&signed)));
}
