//! EntitiesDescriptor: which entity is meant, and what a large one costs.

use rustix::time::{ClockId, clock_gettime};
use vestibule_saml::{IdpMetadata, Limits, MetadataError};

use crate::metadata::metadata;
use crate::support::{at, edit};

const ONE: &str = "https://idp.example/entity";

fn group(attributes: &str, content: &str) -> String {
    format!(
        r#"<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" {attributes}>{content}</md:EntitiesDescriptor>"#
    )
}

/// The entity of `metadata`, without the declaration and under another ID.
fn entity(id: &str) -> String {
    let xml = metadata();
    let (_, entity) = xml.split_once("?>").unwrap();
    edit(entity, ONE, id)
}

/// A service provider, of which aggregates are full.
fn other(number: usize) -> String {
    format!(
        r#"<md:EntityDescriptor entityID="https://sp{number}.example"><md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp{number}.example/acs"/></md:SPSSODescriptor></md:EntityDescriptor>"#
    )
}

fn parse(xml: &str, entity_id: Option<&str>) -> Result<IdpMetadata, MetadataError> {
    IdpMetadata::parse_entity(xml.as_bytes(), entity_id, &Limits::metadata())
}

#[test]
fn the_only_idp_needs_no_choice() {
    let xml = group(
        "",
        &format!("{}{}{}", other(1), group("", &entity("urn:a")), other(2)),
    );
    assert_eq!(parse(&xml, None).unwrap().entity_id, "urn:a");
    assert_eq!(parse(&xml, Some("urn:a")).unwrap().entity_id, "urn:a");
    // The same for what was pasted.
    let pasted = IdpMetadata::parse(xml.as_bytes(), &Limits::default());
    assert_eq!(pasted.unwrap().entity_id, "urn:a");
}

#[test]
fn several_idps_are_named_to_choose_from() {
    let many: String = (0..12).map(|n| entity(&format!("urn:{n}"))).collect();
    let xml = group("", &group("", &many));
    let error = parse(&xml, None).unwrap_err();
    let MetadataError::SeveralIdentityProviders(ids) = &error else {
        panic!("{error:?}");
    };
    assert_eq!((ids.first.len(), ids.count), (10, 12));
    let said = error.to_string();
    assert!(
        said.contains("12 identity providers") && said.contains("urn:9 and 2 more"),
        "{said}"
    );
    assert!(!said.contains("urn:10"), "{said}");
    assert_eq!(parse(&xml, Some("urn:11")).unwrap().entity_id, "urn:11");
}

#[test]
fn an_entity_that_is_not_there_or_not_what_was_meant_is_named() {
    let xml = group("", &format!("{}{}", entity("urn:a"), other(1)));
    let error = parse(&xml, Some("urn:b")).unwrap_err();
    assert!(
        matches!(&error, MetadataError::NoSuchEntity(ids) if ids.first == ["urn:a"]),
        "{error:?}"
    );
    let service_provider = parse(&xml, Some("https://sp1.example")).unwrap_err();
    assert_eq!(service_provider, MetadataError::ServiceProvider);
    let alone = parse(&metadata(), Some("urn:b")).unwrap_err();
    assert!(
        matches!(&alone, MetadataError::NoSuchEntity(ids) if ids.first == [ONE]),
        "{alone:?}"
    );
    let none = parse(&group("", &other(1)), None).unwrap_err();
    assert_eq!(none, MetadataError::NoIdentityProvider);
    let said = parse(&group("", &other(1)), Some("urn:b"))
        .unwrap_err()
        .to_string();
    assert!(said.ends_with("none"), "{said}");
}

#[test]
fn an_entity_that_is_there_twice_is_not_guessed_at() {
    let xml = group(
        "",
        &format!("{}{}", entity("urn:a"), group("", &entity("urn:a"))),
    );
    assert_eq!(
        parse(&xml, Some("urn:a")).unwrap_err(),
        MetadataError::EntityTwice
    );
}

#[test]
fn an_entity_hidden_in_something_else_is_not_found() {
    let hidden = format!("<x:x xmlns:x=\"urn:x\">{}</x:x>", entity("urn:hidden"));
    let extensions = format!("<md:Extensions>{hidden}</md:Extensions>");
    let xml = group("", &format!("{extensions}{hidden}{}", entity("urn:a")));
    assert_eq!(parse(&xml, None).unwrap().entity_id, "urn:a");
    assert!(parse(&xml, Some("urn:hidden")).is_err());
}

#[test]
fn validity_is_that_of_whatever_ends_first_around_it() {
    let inner = group(
        r#"validUntil="2028-06-01T00:00:00Z" cacheDuration="PT3H""#,
        &entity("urn:a"),
    );
    let xml = group(
        r#"validUntil="2028-07-01T00:00:00Z" cacheDuration="PT5H""#,
        &inner,
    );
    let idp = parse(&xml, None).unwrap();
    assert_eq!(idp.valid_until, Some(at("2028-06-01T00:00:00Z")));
    assert_eq!(idp.cache_duration.unwrap().as_hours(), 3);
    let beside = format!(
        "{}{}",
        group(r#"validUntil="2001-01-01T00:00:00Z""#, &other(1)),
        inner
    );
    let idp = parse(&group("", &beside), None).unwrap();
    assert_eq!(idp.valid_until, Some(at("2028-06-01T00:00:00Z")));
}

/// The processor time that this thread has had, in milliseconds.
fn cpu_ms() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

#[test]
fn an_aggregate_of_eight_mebibytes_is_read_within_bounds_and_a_larger_one_is_not() {
    let one = other(10_000).len();
    let count = (8 * 1024 * 1024 - 40_000) / one;
    let many: String = (10_000..10_000 + count).map(other).collect();
    let xml = group("", &format!("{many}{}", entity("urn:a")));
    assert!(
        xml.len() > 8_300_000 && xml.len() <= 8 * 1024 * 1024,
        "{}",
        xml.len()
    );
    // Federations declare what any of their members may use, at the top.
    let discovery = "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol";
    let declared = format!("<md:EntitiesDescriptor xmlns:idpdisc=\"{discovery}\"");
    let xml = xml.replacen("<md:EntitiesDescriptor", &declared, 1);
    let before = cpu_ms();
    assert_eq!(parse(&xml, None).unwrap().entity_id, "urn:a");
    let spent = cpu_ms() - before;
    // A debug build on a busy machine takes a fifth of this.
    assert!(spent < 5_000, "{spent} ms");

    let longer = xml.replacen(
        "><md:EntityDescriptor",
        &format!(">{}<md:EntityDescriptor", " ".repeat(40_000)),
        1,
    );
    assert!(matches!(
        parse(&longer, None).unwrap_err(),
        MetadataError::Xml(_)
    ));
    let flood = group("", &"<a/>".repeat(500_001));
    let before = cpu_ms();
    assert!(matches!(
        parse(&flood, None).unwrap_err(),
        MetadataError::Xml(_)
    ));
    assert!(cpu_ms() - before < 2_000);
}
