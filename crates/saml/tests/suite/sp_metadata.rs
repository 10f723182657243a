//! Our own metadata: what is in it, and in which order.

use std::sync::LazyLock;

use jiff::SignedDuration;
use vestibule_saml::{ContactKind, ContactPerson, SpMetadata};
use vestibule_xmlsig::{Certificate, Document, Element, Limits, SignatureAlgorithm, SigningKey};

use crate::support::{ACS, KEY, SP, at};

const MD: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const SLO: &str = "https://sp.example/saml/slo?a=1&b=2";

static CERTIFICATES: LazyLock<[Certificate; 3]> = LazyLock::new(|| {
    let ec = SigningKey::generate_ec_p256().unwrap();
    [(&*KEY, "current"), (&ec, "next"), (&*KEY, "encryption")].map(|(key, name)| {
        key.self_signed_certificate(name, at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"))
            .unwrap()
    })
});

/// Everything that there can be.
fn full() -> SpMetadata<'static> {
    let [current, next, encryption] = &*CERTIFICATES;
    static SIGNING: LazyLock<Vec<Certificate>> =
        LazyLock::new(|| CERTIFICATES.iter().take(2).cloned().collect());
    assert_eq!(*SIGNING, [current.clone(), next.clone()]);
    SpMetadata {
        slo_url: Some(SLO),
        signing_certificates: &SIGNING,
        encryption_certificates: std::slice::from_ref(encryption),
        authn_requests_signed: true,
        discovery_url: Some("https://sp.example/authorize"),
        display_name: Some("Acme <Sign-in>"),
        contact: Some(ContactPerson {
            kind: ContactKind::Support,
            name: Some("Help & care"),
            email: "help@sp.example",
        }),
        valid_until: Some(at("2026-12-01T00:00:00Z")),
        cache_duration: Some(SignedDuration::from_hours(6)),
        ..SpMetadata::new("https://sp.example/saml?a=1&b=\"<2>\"", ACS)
    }
}

fn parse(xml: &str) -> Document {
    Document::parse(xml.as_bytes(), &Limits::default()).unwrap()
}

fn names(element: Element<'_>) -> Vec<String> {
    element
        .children()
        .map(|child| child.local_name().to_owned())
        .collect()
}

fn child<'d>(element: Element<'d>, name: &str) -> Element<'d> {
    let mut children = element.children();
    children.find(|child| child.local_name() == name).unwrap()
}

fn values(element: Element<'_>, name: &str, attribute: &str) -> Vec<String> {
    let children = element
        .children()
        .filter(|child| child.local_name() == name);
    children
        .map(|child| child.attribute(attribute).unwrap_or_default().into_owned())
        .collect()
}

#[test]
fn it_lists_everything_in_the_order_of_the_schema() {
    let document = parse(&full().to_xml());
    let root = document.root();
    assert!(root.is(MD, "EntityDescriptor"));
    for (name, value) in [
        ("entityID", "https://sp.example/saml?a=1&b=\"<2>\""),
        ("validUntil", "2026-12-01T00:00:00Z"),
        ("cacheDuration", "PT21600S"),
    ] {
        assert_eq!(root.attribute(name).as_deref(), Some(value));
    }
    assert_eq!(names(root), ["SPSSODescriptor", "ContactPerson"]);
    let sp = child(root, "SPSSODescriptor");
    for (name, value) in [
        ("AuthnRequestsSigned", "true"),
        ("WantAssertionsSigned", "true"),
        (
            "protocolSupportEnumeration",
            "urn:oasis:names:tc:SAML:2.0:protocol",
        ),
    ] {
        assert_eq!(sp.attribute(name).as_deref(), Some(value));
    }
    let order = [
        ("Extensions", 1),
        ("KeyDescriptor", 3),
        ("SingleLogoutService", 2),
        ("NameIDFormat", 4),
        ("AssertionConsumerService", 1),
    ];
    let expected: Vec<_> = order
        .iter()
        .flat_map(|(name, count)| std::iter::repeat_n((*name).to_owned(), *count))
        .collect();
    assert_eq!(names(sp), expected);
    assert!(sp.children().all(|child| child.namespace() == Some(MD)));

    let bindings = ["Redirect", "POST"]
        .map(|name| format!("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{name}"));
    assert_eq!(values(sp, "SingleLogoutService", "Binding"), bindings);
    assert_eq!(values(sp, "SingleLogoutService", "Location"), [SLO, SLO]);
    let acs = child(sp, "AssertionConsumerService");
    assert_eq!(acs.attribute("Location").as_deref(), Some(ACS));
    assert_eq!(
        acs.attribute("Binding").as_deref(),
        Some(bindings[1].as_str())
    );
    assert_eq!(acs.attribute("index").as_deref(), Some("0"));

    let contact = child(root, "ContactPerson");
    assert_eq!(contact.attribute("contactType").as_deref(), Some("support"));
    assert_eq!(names(contact), ["GivenName", "EmailAddress"]);
    let texts: Vec<_> = contact
        .children()
        .map(|child| child.text().unwrap().into_owned())
        .collect();
    assert_eq!(texts, ["Help & care", "mailto:help@sp.example"]);
}

#[test]
fn keys_are_published_for_what_they_are_for() {
    let document = parse(&full().to_xml());
    let sp = child(document.root(), "SPSSODescriptor");
    assert_eq!(
        values(sp, "KeyDescriptor", "use"),
        ["signing", "signing", "encryption"]
    );
    let keys: Vec<_> = sp.children_named(MD, "KeyDescriptor").collect();
    for (key, certificate) in keys.iter().zip(&*CERTIFICATES) {
        let text = child(*key, "KeyInfo").deep_text();
        let read = Certificate::parse_all(text.as_bytes()).unwrap();
        assert_eq!(read.as_slice(), std::slice::from_ref(certificate));
    }
    assert_eq!(names(keys[0]), ["KeyInfo"]);
    assert_eq!(
        values(keys[2], "EncryptionMethod", "Algorithm"),
        [
            "http://www.w3.org/2009/xmlenc11#aes256-gcm",
            "http://www.w3.org/2009/xmlenc11#aes128-gcm",
            "http://www.w3.org/2009/xmlenc11#rsa-oaep",
            "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        ]
    );
}

#[test]
fn algorithms_and_name_are_published_as_extensions() {
    let document = parse(&full().to_xml());
    let sp = child(document.root(), "SPSSODescriptor");
    let extensions = child(sp, "Extensions");
    let alg = "urn:oasis:names:tc:SAML:metadata:algsupport";
    assert_eq!(extensions.children_named(alg, "DigestMethod").count(), 3);
    let methods: Vec<_> = extensions.children_named(alg, "SigningMethod").collect();
    assert_eq!(methods.len(), SignatureAlgorithm::ALL.len());
    for (method, algorithm) in methods.into_iter().zip(SignatureAlgorithm::ALL) {
        assert_eq!(
            method.attribute("Algorithm").as_deref(),
            Some(algorithm.uri())
        );
        let least = algorithm.to_string().starts_with("RSA").then_some("2048");
        assert_eq!(method.attribute("MinKeySize").as_deref(), least);
    }
    let discovery = child(extensions, "DiscoveryResponse");
    let idpdisc = "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol";
    assert_eq!(discovery.namespace(), Some(idpdisc));
    for (name, value) in [
        ("Binding", idpdisc),
        ("Location", "https://sp.example/authorize"),
        ("index", "0"),
    ] {
        assert_eq!(discovery.attribute(name).as_deref(), Some(value));
    }
    let info = child(extensions, "UIInfo");
    assert_eq!(
        info.namespace(),
        Some("urn:oasis:names:tc:SAML:metadata:ui")
    );
    let name = child(info, "DisplayName");
    assert_eq!(name.text().unwrap(), "Acme <Sign-in>");
    let xml = "http://www.w3.org/XML/1998/namespace";
    assert_eq!(name.attribute_ns(xml, "lang").as_deref(), Some("en"));
    for weak in [
        "#sha1",
        "#rsa-sha1",
        "-md5",
        "-cbc",
        "#tripledes",
        "#rsa-1_5",
    ] {
        assert!(!full().to_xml().contains(weak), "{weak}");
    }
}

#[test]
fn what_does_not_work_is_not_listed() {
    let document = parse(&SpMetadata::new(SP, ACS).to_xml());
    let root = document.root();
    assert_eq!(names(root), ["SPSSODescriptor"]);
    assert_eq!(root.attribute("validUntil"), None);
    assert_eq!(root.attribute("cacheDuration"), None);
    let sp = child(root, "SPSSODescriptor");
    assert_eq!(
        sp.attribute("AuthnRequestsSigned").as_deref(),
        Some("false")
    );
    let mut found = names(sp);
    found.dedup();
    assert_eq!(
        found,
        ["Extensions", "NameIDFormat", "AssertionConsumerService"]
    );
    let all = SpMetadata::new(SP, ACS).to_xml();
    assert!(!all.contains("DiscoveryResponse") && !all.contains("UIInfo"));
    let no_formats = SpMetadata {
        name_id_formats: &[],
        ..SpMetadata::new(SP, ACS)
    };
    assert!(!no_formats.to_xml().contains("NameIDFormat"));
}
