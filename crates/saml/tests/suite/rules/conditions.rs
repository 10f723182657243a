//! When, and for whom, it holds.

use super::{RESTRICTION, WINDOW, accepted, refused, table};
use crate::support::{RESPONSE, SP, Sign, at, edit};
use vestibule_saml::Check;

#[test]
fn the_conditions_hold_now_give_or_take_the_skew() {
    let case = |begin: &str, end: &str, fine: bool| {
        let attribute = |name: &str, value: &str| {
            if value.is_empty() {
                String::new()
            } else {
                format!(r#" {name}="{value}""#)
            }
        };
        let window = attribute("NotBefore", begin) + &attribute("NotOnOrAfter", end);
        table(&[(WINDOW, &window, (!fine).then_some(Check::ConditionsWindow))]);
    };
    case("", "", true);
    case("2026-11-24T09:03:30Z", "", true);
    case("2026-11-24T09:03:30.1Z", "", false);
    case("", "2026-11-24T08:57:30.1Z", true);
    case("", "2026-11-24T08:57:30Z", false);
    case("2026-11-24T08:00:00Z", "2026-11-24T10:00:00Z", true);
    case("2026-11-25T08:00:00Z", "2026-11-25T10:00:00Z", false);
    case("2026-11-23T08:00:00Z", "2026-11-23T10:00:00Z", false);
    case("2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", false);
    case("2026-11-24T09:01:00Z", "2026-11-24T09:00:00Z", false);
    case("yesterday", "", false);
    case("", "2026-11-24T09:10:00.Z", false);
    // An end that comes before that of the confirmation is when it expires.
    let xml = edit(RESPONSE, WINDOW, r#" NotOnOrAfter="2026-11-24T09:02:00Z""#);
    assert_eq!(
        accepted(&xml, Sign::Both).expires_at(),
        at("2026-11-24T09:02:00Z")
    );
}

#[test]
fn there_is_exactly_one_conditions_element() {
    let (begin, end) = (
        RESPONSE.find("<saml:Conditions").unwrap(),
        RESPONSE.find("<saml:AuthnStatement").unwrap(),
    );
    let conditions = &RESPONSE[begin..end];
    table(&[
        (conditions, "", Some(Check::Conditions)),
        (conditions, &conditions.repeat(2), Some(Check::Conditions)),
    ]);
}

#[test]
fn every_audience_restriction_names_us() {
    let restriction = |audiences: &[&str]| {
        let inside: String = audiences
            .iter()
            .map(|audience| format!("<saml:Audience>{audience}</saml:Audience>"))
            .collect();
        format!("<saml:AudienceRestriction>{inside}</saml:AudienceRestriction>")
    };
    let (ours, other) = (restriction(&[SP]), restriction(&["https://other.example"]));
    for (restrictions, fine) in [
        (ours.clone(), true),
        (other.clone(), false),
        (restriction(&["https://other.example", SP]), true),
        (restriction(&[SP, "https://other.example"]), true),
        (
            restriction(&["https://a.example", "https://b.example"]),
            false,
        ),
        (format!("{ours}{ours}"), true),
        (format!("{ours}{other}"), false),
        (format!("{other}{ours}"), false),
        (restriction(&[]), false),
        (format!("{ours}{}", restriction(&[])), false),
        (String::new(), false),
        (restriction(&["https://sp.example/saml/"]), false),
        (restriction(&["https://sp.example/SAML"]), false),
        (restriction(&[" https://sp.example/saml"]), false),
        (restriction(&["https://sp.example"]), false),
        (restriction(&["https://sp.example/saml<!-- -->"]), true),
        (restriction(&["https://sp.example/saml<b/>"]), false),
        (restriction(&["<b>https://sp.example/saml</b>"]), false),
        (restriction(&[""]), false),
    ] {
        table(&[(
            RESTRICTION,
            &restrictions,
            (!fine).then_some(Check::Audience),
        )]);
    }
    let foreign = r#"<AudienceRestriction xmlns="urn:example"><saml:Audience>https://sp.example/saml</saml:Audience></AudienceRestriction>"#;
    table(&[(RESTRICTION, foreign, Some(Check::Audience))]);
}

#[test]
fn the_audience_remedy_names_the_fields_and_the_value() {
    let xml = edit(
        RESPONSE,
        "<saml:Audience>https://sp.example/saml<",
        "<saml:Audience>urn:other<",
    );
    let refusal = refused(&xml, Sign::Assertion);
    let row = refusal.report.row(Check::Audience).unwrap();
    assert_eq!(row.expected.as_deref(), Some(SP));
    assert_eq!(row.received.as_deref(), Some("urn:other"));
    let remedy = row.remedy.as_deref().unwrap();
    assert!(
        remedy.contains("Audience URI (SP Entity ID)") && remedy.contains(SP),
        "{remedy}"
    );
}

#[test]
fn a_condition_that_is_not_known_refuses() {
    let with = |condition: &str| format!("{RESTRICTION}{condition}");
    table(&[
        (RESTRICTION, &with("<saml:OneTimeUse/>"), None),
        (
            RESTRICTION,
            &with("<saml:OneTimeUse/><saml:OneTimeUse/>"),
            Some(Check::OneTimeUse),
        ),
        (RESTRICTION, &with("<saml:ProxyRestriction/>"), None),
        (
            RESTRICTION,
            &with(
                r#"<saml:ProxyRestriction Count="0"><saml:Audience>urn:x</saml:Audience></saml:ProxyRestriction>"#,
            ),
            None,
        ),
        (
            RESTRICTION,
            &with(r#"<saml:ProxyRestriction Count="-1"/>"#),
            Some(Check::ProxyRestriction),
        ),
        (
            RESTRICTION,
            &with("<saml:ProxyRestriction/><saml:ProxyRestriction/>"),
            Some(Check::ProxyRestriction),
        ),
        (
            RESTRICTION,
            &with(r#"<saml:Condition xmlns:x="urn:x" xsi:type="x:Delegation"/>"#),
            Some(Check::UnknownCondition),
        ),
        (
            RESTRICTION,
            &with(r#"<x:Other xmlns:x="urn:x"/>"#),
            Some(Check::UnknownCondition),
        ),
        (
            RESTRICTION,
            &with("<saml:NotAfterLunch/>"),
            Some(Check::UnknownCondition),
        ),
    ]);
}
