//! What metadata declares beyond endpoints and keys, and for how long it counts.

use crate::metadata::metadata;
use crate::support::{at, edit};
use jiff::SignedDuration;
use vestibule_saml::{IdpMetadata, Limits, LogoutEndpoint, MetadataError, ValidityPolicy};

fn parse(xml: &str) -> IdpMetadata {
    IdpMetadata::parse(xml.as_bytes(), &Limits::default()).unwrap()
}

/// The metadata with more in the extensions of its role.
fn with_extensions(more: &str) -> String {
    let namespaces = r#"xmlns:shibmd="urn:mace:shibboleth:metadata:1.0" xmlns:alg="urn:oasis:names:tc:SAML:metadata:algsupport""#;
    let info = "<mdui:UIInfo xmlns:mdui";
    let xml = edit(&metadata(), info, &format!("{more}{info}"));
    edit(
        &xml,
        "<md:EntityDescriptor ",
        &format!("<md:EntityDescriptor {namespaces} "),
    )
}

#[test]
fn logout_has_a_place_for_requests_and_one_for_responses() {
    let idp = parse(&metadata());
    let redirect = idp.slo_redirect.unwrap();
    assert_eq!(redirect.location, "https://idp.example/slo/redirect");
    assert_eq!(redirect.for_responses(), redirect.location);
    let place = r#"Location="https://idp.example/slo/post""#;
    let two = format!(r#"{place} ResponseLocation=" https://idp.example/slo/answer ""#);
    let post = parse(&edit(&metadata(), place, &two)).slo_post.unwrap();
    let expected = LogoutEndpoint {
        location: "https://idp.example/slo/post".to_owned(),
        response_location: Some("https://idp.example/slo/answer".to_owned()),
    };
    assert_eq!(post, expected);
    assert_eq!(post.for_responses(), "https://idp.example/slo/answer");
}

#[test]
fn formats_are_listed_each_once() {
    let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    let element = format!("<md:NameIDFormat>{persistent}</md:NameIDFormat>");
    assert_eq!(parse(&metadata()).name_id_formats, [persistent]);
    let more = format!("{element} <md:NameIDFormat>\n urn:x \n</md:NameIDFormat>{element}");
    let idp = parse(&edit(&metadata(), &element, &more));
    assert_eq!(idp.name_id_formats, [persistent, "urn:x"]);
}

#[test]
fn scopes_that_are_regular_expressions_are_left_out_and_counted() {
    let idp = parse(&with_extensions(
        r#"<shibmd:Scope regexp="false">idp.example</shibmd:Scope><shibmd:Scope> other.example </shibmd:Scope><shibmd:Scope regexp="true">^.*$</shibmd:Scope><shibmd:Scope regexp="1">.</shibmd:Scope>"#,
    ));
    assert_eq!(idp.scopes, ["idp.example", "other.example"]);
    assert_eq!(idp.regexp_scopes, 2);
    // The entity has scopes too.
    let unknown = r#"<x:Unknown xmlns:x="urn:x">ignored</x:Unknown>"#;
    let scope = "<shibmd:Scope>entity.example</shibmd:Scope>";
    let idp = parse(&edit(&with_extensions(""), unknown, scope));
    assert_eq!(
        (idp.scopes, idp.regexp_scopes),
        (vec!["entity.example".to_owned()], 0)
    );
}

#[test]
fn logos_are_taken_from_https_alone() {
    let name = "<mdui:DisplayName xml:lang=\"de\">";
    let logos = r#"<mdui:Logo width="80" height="60"> https://idp.example/logo.png </mdui:Logo><mdui:Logo width="x">https://idp.example/2</mdui:Logo><mdui:Logo width="1" height="1">data:image/png;base64,AAAA</mdui:Logo><mdui:Logo width="1" height="1">javascript:alert(1)</mdui:Logo>"#;
    let idp = parse(&edit(&metadata(), name, &format!("{logos}{name}")));
    let seen: Vec<_> = idp
        .logos
        .iter()
        .map(|logo| (logo.url.as_str(), logo.width, logo.height))
        .collect();
    assert_eq!(
        seen,
        [
            ("https://idp.example/logo.png", Some(80), Some(60)),
            ("https://idp.example/2", None, None)
        ]
    );
}

#[test]
fn declared_algorithms_are_those_of_the_role_else_of_the_entity() {
    let digest = |name: &str| format!(r#"<alg:DigestMethod Algorithm="{name}"/>"#);
    let unknown = r#"<x:Unknown xmlns:x="urn:x">ignored</x:Unknown>"#;
    let signing = r#"<alg:SigningMethod MinKeySize="2048" Algorithm="urn:rsa"/>"#;
    let both = edit(
        &with_extensions(&format!("{}{signing}", digest("urn:role"))),
        unknown,
        &digest("urn:entity"),
    );
    let idp = parse(&both);
    assert_eq!(idp.digest_methods, ["urn:role"]);
    assert_eq!(idp.signing_methods, ["urn:rsa"]);
    let idp = parse(&edit(&with_extensions(""), unknown, &digest("urn:entity")));
    assert_eq!(idp.digest_methods, ["urn:entity"]);
    assert!(idp.signing_methods.is_empty());
}

#[test]
fn encryption_methods_are_those_of_keys_that_serve_encryption() {
    let with_method = |opening: &str, name: &str| {
        let method = format!(r#"<md:EncryptionMethod Algorithm="{name}"/>"#);
        (opening.to_owned(), format!("{opening}{method}"))
    };
    let mut xml = metadata();
    for (opening, name) in [
        (r#"<md:KeyDescriptor use="signing">"#, "urn:not-this"),
        ("<md:KeyDescriptor>", "urn:both"),
        (r#"<md:KeyDescriptor use="encryption">"#, "urn:encryption"),
    ] {
        let (from, to) = with_method(opening, name);
        xml = edit(&xml, &from, &to);
    }
    assert_eq!(
        parse(&xml).encryption_methods,
        ["urn:both", "urn:encryption"]
    );
}

#[test]
fn a_copy_is_kept_for_the_shortest_time_that_is_said() {
    assert_eq!(parse(&metadata()).cache_duration, None);
    let entity = edit(
        &metadata(),
        "<md:EntityDescriptor ",
        r#"<md:EntityDescriptor cacheDuration="P1D" "#,
    );
    let day = SignedDuration::from_hours(24);
    assert_eq!(parse(&entity).cache_duration, Some(day));
    let both = edit(
        &entity,
        "<md:IDPSSODescriptor ",
        r#"<md:IDPSSODescriptor cacheDuration="PT2H" "#,
    );
    assert_eq!(
        parse(&both).cache_duration,
        Some(SignedDuration::from_hours(2))
    );
    // A hint that cannot be read refuses nothing.
    let odd = edit(&both, "PT2H", "two hours");
    assert_eq!(parse(&odd).cache_duration, Some(day));
}

#[test]
fn valid_until_can_be_asked_for_and_is_never_taken_when_it_has_passed_give_or_take_the_skew() {
    let (now, hour) = (at("2026-11-24T09:00:00Z"), at("2026-11-24T10:00:00Z"));
    let lenient = ValidityPolicy::default();
    let strict = ValidityPolicy {
        at_most: Some(SignedDuration::from_hours(14 * 24)),
    };
    let (none, skew) = (SignedDuration::ZERO, SignedDuration::from_secs(180));
    let ahead = Some(at("9999-01-01T00:00:00Z"));
    assert_eq!(lenient.check(None, none, now), Ok(()));
    assert_eq!(lenient.check(ahead, none, now), Ok(()));
    assert_eq!(strict.check(Some(hour), none, now), Ok(()));
    assert_eq!(
        strict.check(None, none, now),
        Err(MetadataError::NoValidUntil)
    );
    for (skew, last) in [
        (none, "2026-12-08T09:00:00Z"),
        (skew, "2026-12-08T09:03:00Z"),
    ] {
        assert_eq!(strict.check(Some(at(last)), skew, now), Ok(()));
        let until = at(last) + SignedDuration::from_secs(1);
        let too_long = MetadataError::ValidTooLong { until, days: 14 };
        assert_eq!(strict.check(Some(until), skew, now), Err(too_long));
    }
    for policy in [lenient, strict] {
        for (skew, until) in [(none, now), (skew, now - skew)] {
            let expired = Err(MetadataError::Expired { until });
            assert_eq!(policy.check(Some(until), skew, now), expired);
            let just_ahead = until + SignedDuration::from_secs(1);
            assert_eq!(policy.check(Some(just_ahead), skew, now), Ok(()));
        }
    }
}
