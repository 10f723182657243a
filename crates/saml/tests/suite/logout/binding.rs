//! What a query or a form may look like.

use vestibule_saml::{Limits, LogoutCheck, LogoutRefusal, UnverifiedLogout};

use super::*;

const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";

#[track_caller]
fn no_query(query: &str, check: LogoutCheck) {
    refused(judge_query(query), check, query);
}

#[test]
fn the_order_of_the_parameters_and_others_among_them_do_not_matter() {
    let honest = query(&request_xml());
    let mut pairs: Vec<&str> = honest.split('&').collect();
    pairs.reverse();
    let reversed = pairs.join("&");
    for query in [
        reversed,
        format!("{honest}&utm_source=mail"),
        format!("x=%zz&=&&y&{honest}&"),
        format!("{honest}&SAMLEncoding={}", encoded(DEFLATE)),
        format!("SAMLart=x&samlrequest=y&{honest}"),
    ] {
        let request = request(judge_query(&query));
        assert_eq!(request.relay_state(), Some("state"));
    }
}

#[test]
fn the_text_is_taken_as_it_was_written() {
    // Digits of percent-encoding in lower case, a blank as %20, characters encoded for no reason.
    let xml = request_xml();
    let octets = octets(&xml, Some("a b/c~"), &KEY);
    assert!(octets.contains("RelayState=a+b%2Fc%7E"), "{octets}");
    for written in ["a%20b%2fc~", "%61+b/c%7E", "a+b%2Fc%7e"] {
        let other = octets.replace("a+b%2Fc%7E", written);
        let query = with_signature(&other, &KEY);
        assert_eq!(request(judge_query(&query)).relay_state(), Some("a b/c~"));
        // And not as it could have been.
        let signature = query.split_once("&Signature=").unwrap().1;
        let normalised = format!("{octets}&Signature={signature}");
        no_query(&normalised, LogoutCheck::Signature);
    }
    let lower = octets
        .replace("%2F", "%2f")
        .replace("%3A", "%3a")
        .replace("%2B", "%2b");
    request(judge_query(&with_signature(&lower, &KEY)));
}

#[test]
fn an_empty_relay_state_counts_as_it_stands() {
    let octets = octets(&request_xml(), Some(""), &KEY);
    let query = with_signature(&octets, &KEY);
    assert_eq!(request(judge_query(&query)).relay_state(), Some(""));
    no_query(&query.replace("&RelayState=", ""), LogoutCheck::Signature);
    let without = with_signature(&super::octets(&request_xml(), None, &KEY), &KEY);
    assert_eq!(request(judge_query(&without)).relay_state(), None);
    no_query(&format!("{without}&RelayState="), LogoutCheck::Signature);
}

#[test]
fn what_is_no_query_of_the_binding_is_refused() {
    let honest = query(&request_xml());
    let response = query(&response_xml());
    let without = |name: &str| {
        let pairs = honest.split('&').filter(|pair| !pair.starts_with(name));
        pairs.collect::<Vec<_>>().join("&")
    };
    let message = honest.split('&').next().unwrap();
    for (query, check) in [
        (String::new(), LogoutCheck::Binding),
        ("x=1".to_owned(), LogoutCheck::Binding),
        (without("SAMLRequest"), LogoutCheck::Binding),
        (format!("{honest}&{message}"), LogoutCheck::Binding),
        (format!("{honest}&SAMLResponse="), LogoutCheck::Binding),
        (format!("{honest}&{response}"), LogoutCheck::Binding),
        (format!("{honest}&RelayState=state"), LogoutCheck::Binding),
        (format!("{honest}&SigAlg="), LogoutCheck::Binding),
        (format!("{honest}&Signature="), LogoutCheck::Binding),
        (
            format!("{honest}&SAMLEncoding=&SAMLEncoding="),
            LogoutCheck::Binding,
        ),
        (format!("{honest}&SAMLEncoding="), LogoutCheck::Binding),
        (format!("{honest}&SAMLEncoding=urn:x"), LogoutCheck::Binding),
        (
            format!("{honest}&SAMLEncoding={}", encoded(&DEFLATE.to_uppercase())),
            LogoutCheck::Binding,
        ),
        (format!("{honest}&SAML%52equest=x"), LogoutCheck::Binding),
        (format!("{honest}&%53AMLResponse=x"), LogoutCheck::Binding),
        (
            honest.replace("Signature=", "Signatur%65="),
            LogoutCheck::Binding,
        ),
        (format!("{honest}&SAMLResponse"), LogoutCheck::Binding),
        (
            honest.replace("RelayState=state", "RelayState=%"),
            LogoutCheck::Binding,
        ),
        (
            honest.replace("RelayState=state", "RelayState=%ff"),
            LogoutCheck::Binding,
        ),
        (
            honest.replace("SAMLRequest=", "SAMLRequest=%"),
            LogoutCheck::Binding,
        ),
        (
            honest.replace("SAMLRequest=", "SAMLRequest=%20%2A"),
            LogoutCheck::Format,
        ),
        ("SAMLRequest=".to_owned(), LogoutCheck::Format),
        (
            honest.replace("SAMLRequest", "SAMLResponse"),
            LogoutCheck::Format,
        ),
        (
            response.replace("SAMLResponse", "SAMLRequest"),
            LogoutCheck::Format,
        ),
        (without("SigAlg"), LogoutCheck::Signature),
        (without("Signature"), LogoutCheck::Signature),
        (without("RelayState"), LogoutCheck::Signature),
    ] {
        no_query(&query, check);
    }
    let long = "x".repeat(81);
    let octets = octets(&request_xml(), Some(&long), &KEY);
    no_query(&with_signature(&octets, &KEY), LogoutCheck::Binding);
    let fits = "é".repeat(40);
    let octets = super::octets(&request_xml(), Some(&fits), &KEY);
    let query = with_signature(&octets, &KEY);
    assert_eq!(
        request(judge_query(&query)).relay_state(),
        Some(fits.as_str())
    );
}

#[test]
fn what_is_no_form_of_the_binding_is_refused() {
    let xml = signed(&request_xml());
    let honest = form(&xml);
    request(judge_form(&honest));
    // As some write it: line ends in the base64, other fields beside it.
    let lines: String = STANDARD
        .encode(&xml)
        .as_bytes()
        .chunks(76)
        .map(|line| format!("{}\r\n", str::from_utf8(line).unwrap()))
        .collect();
    request(judge_form(&format!(
        "submit=Continue&SAMLRequest={}",
        encoded(&lines)
    )));
    for (body, check) in [
        (String::new(), LogoutCheck::Binding),
        ("RelayState=state".to_owned(), LogoutCheck::Binding),
        (format!("{honest}&{honest}"), LogoutCheck::Binding),
        (format!("{honest}&SAMLResponse=x"), LogoutCheck::Binding),
        (format!("{honest}&RelayState="), LogoutCheck::Binding),
        (
            honest.replace("SAMLRequest=", "SAMLResponse="),
            LogoutCheck::Format,
        ),
        (
            format!("SAMLRequest={}", encoded(&xml)),
            LogoutCheck::Format,
        ),
        (
            format!("SAMLRequest={}", encoded(&deflated(&xml))),
            LogoutCheck::Format,
        ),
        (form(&request_xml()), LogoutCheck::Signature),
        (
            format!(
                "SAMLRequest={}&RelayState={}",
                encoded(&STANDARD.encode(&xml)),
                "x".repeat(81)
            ),
            LogoutCheck::Binding,
        ),
    ] {
        refused(judge_form(&body), check, &body);
    }
}

#[test]
fn another_message_is_named() {
    let saml = "xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
    let protocol = "xmlns=\"urn:oasis:names:tc:SAML:2.0:protocol\"";
    for (xml, named) in [
        (format!("<Response {protocol}/>"), "a Response"),
        (format!("<AuthnRequest {protocol}/>"), "an AuthnRequest"),
        (
            format!("<ManageNameIDRequest {protocol}/>"),
            "another SAML 2.0 message",
        ),
        (
            format!("<Assertion {saml}/>"),
            "an assertion without its Response",
        ),
        ("<LogoutRequest/>".to_owned(), "some other XML"),
        (
            "<LogoutRequest xmlns=\"urn:oasis:names:tc:SAML:2.0:Protocol\"/>".to_owned(),
            "some other XML",
        ),
    ] {
        let received = refused(judge_query(&query(&xml)), LogoutCheck::Format, &xml);
        assert_eq!(received, named);
        let received = refused(judge_form(&form(&xml)), LogoutCheck::Format, &xml);
        assert_eq!(received, named);
    }
}

#[test]
fn hostile_xml_is_refused_whichever_way_it_comes() {
    let honest = request_xml();
    for (what, xml) in [
        ("a DTD", format!("<!DOCTYPE a>{honest}")),
        ("an entity", honest.replace("u-4711", "&x;")),
        (
            "an end missing",
            honest.replace("</samlp:LogoutRequest>", ""),
        ),
        ("junk behind it", format!("{honest}x")),
        ("another root behind it", format!("{honest}{honest}")),
        (
            "an undeclared prefix",
            honest.replace("xmlns:saml=", "xmlns:xaml="),
        ),
        ("UTF-16", "\u{feff}\u{0}<".to_owned()),
        (
            "depth",
            format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000)),
        ),
    ] {
        refused(judge_query(&query(&xml)), LogoutCheck::Format, what);
        refused(judge_form(&form(&xml)), LogoutCheck::Format, what);
    }
}

#[test]
fn a_bomb_is_not_inflated() {
    // 64 MiB of blanks in 64 KiB of DEFLATE.
    let bomb = format!("<a>{}</a>", " ".repeat(64 * 1024 * 1024));
    let query = format!(
        "SAMLRequest={}&SigAlg=x&Signature=x",
        encoded(&deflated(&bomb))
    );
    assert!(query.len() < 128 * 1024);
    let received = refused(judge_query(&query), LogoutCheck::Format, "a bomb");
    assert_eq!(received, "more");

    let small = |max_encoded, max_bytes| {
        let mut limits = Limits {
            max_encoded,
            ..Limits::default()
        };
        limits.xml.max_bytes = max_bytes;
        limits
    };
    let honest = super::query(&request_xml());
    let read = |limits: &Limits| UnverifiedLogout::from_query(&honest, limits);
    let length = request_xml().len();
    read(&small(honest.len(), length)).unwrap();
    let refusal =
        |error: Result<_, LogoutRefusal>| error.map(|_: UnverifiedLogout| ()).unwrap_err();
    let refused = refusal(read(&small(honest.len() - 1, length)));
    assert_eq!(refused.received, Some(format!("{} bytes", honest.len())));
    let refused = refusal(read(&small(honest.len(), length - 1)));
    assert_eq!(refused.received.as_deref(), Some("more"));
    let body = "x".repeat(Limits::default().max_encoded + 1);
    let refused = refusal(UnverifiedLogout::from_form(&body, &Limits::default()));
    assert_eq!(refused.reason, LogoutCheck::Format);
}
