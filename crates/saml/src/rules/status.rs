//! What the IdP says of its own success.

use vestibule_xmlsig::Element;

use super::{counted, only};
use crate::check::Check;
use crate::names::{SUCCESS, ns, status::PREFIX};
use crate::refusal::StatusDetail;
use crate::remedies::{Fix, Side};
use crate::report::{Row, excerpt};

/// The status is success; anything else is reported with its nested code and message and signs
/// nobody in, whatever assertion comes with it (Core §3.2.2.1, §3.2.2.2).
pub(crate) fn status(response: Element<'_>) -> (Row, Option<StatusDetail>) {
    let malformed = |received: String| {
        let row = Row::fail(Check::Status)
            .expected(SUCCESS)
            .received(received);
        (row.mend(Fix::Software), None)
    };
    let status = match only(response, ns::PROTOCOL, "Status") {
        Ok(status) => status,
        Err(count) => return malformed(counted(count, "Status")),
    };
    let code = match only(status, ns::PROTOCOL, "StatusCode") {
        Ok(code) => code,
        Err(count) => return malformed(counted(count, "StatusCode")),
    };
    let Some(value) = code.attribute("Value") else {
        return malformed("a StatusCode without Value".to_owned());
    };
    if value == SUCCESS {
        return (
            Row::pass(Check::Status).expected(SUCCESS).received(value),
            None,
        );
    }
    let nested = code.children_named(ns::PROTOCOL, "StatusCode").next();
    let message = status
        .children_named(ns::PROTOCOL, "StatusMessage")
        .map(|message| message.deep_text())
        .map(|text| text.trim().to_owned())
        .find(|text| !text.is_empty());
    let detail = StatusDetail {
        code: short(&value),
        nested: nested
            .and_then(|code| code.attribute("Value"))
            .map(|value| short(&value)),
        message: message.map(|message| excerpt(&message)),
    };
    let row = Row::fail(Check::Status)
        .expected("Success")
        .received(said(&detail))
        .mend(fix(&detail));
    (row, Some(detail))
}

fn short(code: &str) -> String {
    excerpt(code.strip_prefix(PREFIX).unwrap_or(code))
}

fn said(detail: &StatusDetail) -> String {
    let mut said = detail.code.clone();
    if let Some(nested) = &detail.nested {
        said.push_str(" / ");
        said.push_str(nested);
    }
    if let Some(message) = &detail.message {
        said.push_str(": ");
        said.push_str(message);
    }
    said
}

fn fix(detail: &StatusDetail) -> Fix {
    match detail.nested.as_deref().unwrap_or(&detail.code) {
        "AuthnFailed" => Fix::Assignment(
            "The identity provider could not sign the person in: they failed or gave up there, or \
             are not assigned to this application. Its own log says which. Assign them there",
        ),
        "InvalidNameIDPolicy" => Fix::NameIdPolicy,
        "RequestDenied" => Fix::Assignment(
            "The identity provider refused the request. Check there that its access policy lets \
             this person in, and that they are assigned to the application",
        ),
        "NoPassive" => Fix::Said(
            Side::Person,
            "The person was not signed in at the identity provider, and it was asked not to show \
             its sign-in page. Start the sign-in again at the application.",
        ),
        "NoAuthnContext" => Fix::AuthnContext,
        "UnknownPrincipal" => Fix::Assignment(
            "The identity provider does not know the person in this application. Assign them there",
        ),
        "RequestUnsupported" | "UnsupportedBinding" | "Requester" => Fix::Request,
        _ => Fix::Assignment(
            "The identity provider reported an error of its own. Its log says more; look there for \
             the time of this report, and whether the person may use the application",
        ),
    }
}
