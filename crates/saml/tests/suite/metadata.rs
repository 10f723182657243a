//! Metadata of identity providers in, our own out.

use std::sync::LazyLock;

use crate::support::{ACS, SP, at, edit};
use vestibule_saml::{IdpMetadata, Limits, MetadataError, SpMetadata};
use vestibule_xmlsig::{Certificate, SigningKey};

pub(crate) static CERTIFICATES: LazyLock<[Certificate; 2]> = LazyLock::new(|| {
    ["first", "second"].map(|name| {
        SigningKey::generate_ec_p256()
            .unwrap()
            .self_signed_certificate(name, at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"))
            .unwrap()
    })
});

/// Metadata as an IdP would publish it.
pub(crate) fn metadata() -> String {
    let [first, second] = &*CERTIFICATES;
    let key = |usage: &str, certificate: &Certificate| {
        format!(
            "<md:KeyDescriptor{usage}><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:KeyName>k</ds:KeyName><ds:X509Data><ds:X509Certificate>\n{}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
            certificate.to_base64_der()
        )
    };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/entity" validUntil="2030-01-01T00:00:00Z">
<md:Extensions><x:Unknown xmlns:x="urn:x">ignored</x:Unknown></md:Extensions>
<md:RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="urn:fed" xsi:type="fed:SecurityTokenServiceType" protocolSupportEnumeration="urn:fed"/>
<md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol" errorURL="https://idp.example/error" validUntil="2029-01-01T00:00:00Z">
<md:Extensions><mdui:UIInfo xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui"><mdui:DisplayName xml:lang="de">Beispiel</mdui:DisplayName><mdui:DisplayName xml:lang="en">Example</mdui:DisplayName></mdui:UIInfo></md:Extensions>
{}{}{}
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/slo/post"/>
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/slo/redirect"/>
<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://idp.example/sso/soap"/>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/sso/post"/>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso/redirect?a=1&amp;b=2"/>
</md:IDPSSODescriptor>
<md:Organization><md:OrganizationName xml:lang="en">x</md:OrganizationName><md:OrganizationDisplayName xml:lang="en">Example Inc.</md:OrganizationDisplayName></md:Organization>
</md:EntityDescriptor>
"#,
        key(r#" use="signing""#, first),
        key("", second),
        key(r#" use="encryption""#, second),
    )
}

fn parse(xml: &str) -> Result<IdpMetadata, MetadataError> {
    IdpMetadata::parse(xml.as_bytes(), &Limits::default())
}

/// The same metadata with the SSO endpoint for HTTP-Redirect given to SOAP.
fn without_redirect(xml: &str) -> String {
    edit(
        xml,
        "HTTP-Redirect\" Location=\"https://idp.example/sso",
        "SOAP\" Location=\"https://idp.example/sso",
    )
}

#[test]
fn everything_that_is_needed_is_taken_from_metadata() {
    let idp = parse(&metadata()).unwrap();
    assert_eq!(idp.entity_id, "https://idp.example/entity");
    assert_eq!(
        idp.sso_redirect_url.as_deref(),
        Some("https://idp.example/sso/redirect?a=1&b=2")
    );
    assert_eq!(
        idp.sso_post_url.as_deref(),
        Some("https://idp.example/sso/post")
    );
    assert_eq!(
        idp.slo_url.as_deref(),
        Some("https://idp.example/slo/redirect")
    );
    assert_eq!(idp.signing_certificates, *CERTIFICATES);
    assert_eq!(idp.valid_until, Some(at("2029-01-01T00:00:00Z")));
    assert!(idp.want_authn_requests_signed);
    assert_eq!(idp.error_url.as_deref(), Some("https://idp.example/error"));
    assert_eq!(idp.display_name.as_deref(), Some("Example"));
}

#[test]
fn what_is_optional_may_be_absent() {
    let xml = metadata();
    let xml = edit(&xml, r#" WantAuthnRequestsSigned="true""#, "");
    let xml = edit(&xml, r#" errorURL="https://idp.example/error""#, "");
    let xml = edit(&xml, r#" validUntil="2029-01-01T00:00:00Z""#, "");
    let without_names = edit(
        &xml,
        "<mdui:DisplayName xml:lang=\"en\">Example</mdui:DisplayName>",
        "",
    );
    let idp = parse(&without_names).unwrap();
    assert!(!idp.want_authn_requests_signed);
    assert_eq!(idp.error_url, None);
    assert_eq!(idp.valid_until, Some(at("2030-01-01T00:00:00Z")));
    assert_eq!(idp.display_name.as_deref(), Some("Beispiel"));

    let info = edit(
        &without_names,
        "<mdui:DisplayName xml:lang=\"de\">Beispiel</mdui:DisplayName>",
        "",
    );
    assert_eq!(
        parse(&info).unwrap().display_name.as_deref(),
        Some("Example Inc.")
    );

    let no_post = edit(
        &xml,
        "HTTP-POST\" Location=\"https://idp.example/sso/post",
        "SOAP\" Location=\"https://idp.example/sso/post",
    );
    assert_eq!(parse(&no_post).unwrap().sso_post_url, None);
    let only_post = parse(&without_redirect(&xml)).unwrap();
    assert_eq!(only_post.sso_redirect_url, None);
    assert_eq!(
        only_post.sso_post_url.as_deref(),
        Some("https://idp.example/sso/post")
    );
    let slo_by_post = edit(
        &xml,
        "HTTP-Redirect\" Location=\"https://idp.example/slo",
        "SOAP\" Location=\"https://idp.example/slo",
    );
    assert_eq!(
        parse(&slo_by_post).unwrap().slo_url.as_deref(),
        Some("https://idp.example/slo/post")
    );
}

#[test]
fn metadata_that_has_expired_is_data() {
    let past = edit(&metadata(), "2029-01-01T00:00:00Z", "2019-01-01T00:00:00Z");
    assert_eq!(
        parse(&past).unwrap().valid_until,
        Some(at("2019-01-01T00:00:00Z"))
    );
    let odd = edit(&metadata(), "2029-01-01T00:00:00Z", "2029-01-01");
    assert_eq!(parse(&odd).unwrap_err(), MetadataError::ValidUntil);
}

#[test]
fn a_certificate_that_stands_twice_counts_once() {
    let twice = edit(&metadata(), r#" use="encryption""#, r#" use="signing""#);
    assert_eq!(parse(&twice).unwrap().signing_certificates, *CERTIFICATES);
}

#[test]
fn what_is_missing_is_named() {
    let xml = metadata();
    let no_endpoint = edit(
        &without_redirect(&xml),
        "HTTP-POST\" Location=\"https://idp.example/sso/post",
        "HTTP-Artifact\" Location=\"https://idp.example/sso/post",
    );
    assert_eq!(
        parse(&no_endpoint).unwrap_err(),
        MetadataError::NoSsoEndpoint
    );
    let saml1 = edit(&xml, " urn:oasis:names:tc:SAML:2.0:protocol\"", "\"");
    assert_eq!(parse(&saml1).unwrap_err(), MetadataError::NotSaml2);
    for entity_id in ["", "  ", &"x".repeat(1025)] {
        let odd = edit(&xml, "https://idp.example/entity", entity_id);
        assert_eq!(parse(&odd).unwrap_err(), MetadataError::EntityId);
    }
    let no_keys = xml.replace("md:KeyDescriptor", "md:Other");
    assert_eq!(parse(&no_keys).unwrap_err(), MetadataError::NoCertificate);
    let encryption_only = edit(
        &xml,
        "<md:KeyDescriptor>",
        r#"<md:KeyDescriptor use="encryption">"#,
    );
    let encryption_only = edit(&encryption_only, r#"use="signing""#, r#"use="encryption""#);
    assert_eq!(
        parse(&encryption_only).unwrap_err(),
        MetadataError::NoCertificate
    );
    let second = CERTIFICATES[1].to_base64_der();
    let broken = xml.replacen(&second, "bm8gY2VydGlmaWNhdGU=", 1);
    let error = parse(&broken).unwrap_err();
    assert!(
        matches!(error, MetadataError::SigningCertificate { number: 2, .. }),
        "{error:?}"
    );
}

#[test]
fn what_was_pasted_instead_is_named() {
    let [certificate, _] = &*CERTIFICATES;
    let pem = certificate.to_pem();
    let bare = certificate.to_base64_der();
    let private_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let ours = SpMetadata::new(SP, ACS).to_xml();
    let no_role = r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:x"/>"#;
    for (pasted, error) in [
        ("", MetadataError::Empty),
        (" \n", MetadataError::Empty),
        (pem.as_str(), MetadataError::Certificate),
        (bare.as_str(), MetadataError::Certificate),
        (private_key, MetadataError::PrivateKey),
        ("https://idp.example/metadata", MetadataError::Url),
        ("<!DOCTYPE html><html></html>", MetadataError::WebPage),
        ("<html><body>Sign in</body></html>", MetadataError::WebPage),
        (r#"{"issuer": "https://idp.example"}"#, MetadataError::Json),
        (crate::support::RESPONSE, MetadataError::Message),
        ("<a/>", MetadataError::NotMetadata),
        (ours.as_str(), MetadataError::ServiceProvider),
        (no_role, MetadataError::NoIdentityProvider),
    ] {
        assert_eq!(parse(pasted).unwrap_err(), error, "{pasted}");
    }
    for malformed in ["what?", "<md:EntityDescriptor", "<!DOCTYPE a><a/>"] {
        assert!(
            matches!(parse(malformed).unwrap_err(), MetadataError::Xml(_)),
            "{malformed}"
        );
    }
}

#[test]
fn a_byte_order_mark_does_no_harm() {
    parse(&format!("\u{feff}{}", metadata())).unwrap();
}
