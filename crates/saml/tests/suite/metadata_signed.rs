//! Metadata that a pinned key signed: everything is read from the signed bytes.

use vestibule_saml::{IdpMetadata, Limits, MetadataError, VerifiedMetadata};
use vestibule_xmlsig::{SignOptions, SigningKey, VerifyError, VerifyingKey};

use crate::metadata::metadata;
use crate::support::{KEY, edit, keys};

fn with_id() -> String {
    let xml = edit(
        &metadata(),
        "<md:EntityDescriptor ",
        r#"<md:EntityDescriptor ID="_e" "#,
    );
    xml.split_once("?>").unwrap().1.to_owned()
}

/// Two IdPs in a group with an ID.
fn group() -> String {
    let one = with_id();
    let two = edit(
        &edit(&one, "https://idp.example/entity", "urn:two"),
        "_e",
        "_f",
    );
    format!(
        r#"<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ID="_g">{one}{two}</md:EntitiesDescriptor>"#
    )
}

fn sign(xml: &str, id: &str) -> String {
    KEY.sign_element(xml, id, &SignOptions::default()).unwrap()
}

fn read(
    xml: &str,
    entity_id: Option<&str>,
    keys: &[VerifyingKey],
) -> Result<VerifiedMetadata, MetadataError> {
    IdpMetadata::parse_signed(xml.as_bytes(), entity_id, &Limits::metadata(), keys)
}

fn refusal(xml: &str) -> MetadataError {
    read(xml, None, &keys()).unwrap_err()
}

#[test]
fn signed_by_the_pinned_key_it_is_taken() {
    let signed = sign(&with_id(), "_e");
    let verified = read(&signed, None, &keys()).unwrap();
    assert_eq!(verified.metadata().entity_id, "https://idp.example/entity");
    assert_eq!(verified.signed_by(), *KEY.verifying_key().fingerprint());
    let unverified = IdpMetadata::parse(signed.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(verified.metadata(), &unverified);
}

#[test]
fn a_signed_group_vouches_for_each_entity_in_it() {
    let signed = sign(&group(), "_g");
    let verified = read(&signed, Some("urn:two"), &keys()).unwrap();
    assert_eq!(verified.metadata().entity_id, "urn:two");
    let several = refusal(&signed);
    assert!(
        matches!(several, MetadataError::SeveralIdentityProviders(_)),
        "{several:?}"
    );
}

#[test]
fn a_signature_on_an_entity_does_not_vouch_for_the_group_around_it() {
    let signed = sign(&group(), "_e");
    assert_eq!(
        refusal(&signed),
        MetadataError::Signature(VerifyError::Unsigned)
    );
}

#[test]
fn another_key_no_key_and_no_signature_are_refused() {
    let other = [SigningKey::generate_rsa(2048).unwrap().verifying_key()];
    let signed = sign(&with_id(), "_e");
    let wrong = read(&signed, None, &other).unwrap_err();
    assert_eq!(wrong, MetadataError::Signature(VerifyError::WrongKey));
    let none = read(&signed, None, &[]).unwrap_err();
    assert_eq!(none, MetadataError::Signature(VerifyError::NoKeys));
    assert_eq!(
        refusal(&with_id()),
        MetadataError::Signature(VerifyError::Unsigned)
    );
    assert_eq!(refusal("<html/>"), MetadataError::WebPage);
}

#[test]
fn what_was_changed_after_it_was_signed_is_refused() {
    let signed = sign(&with_id(), "_e");
    for (from, to) in [
        (
            "https://idp.example/sso/post",
            "https://evil.example/sso/post",
        ),
        ("<md:NameIDFormat>", "<md:Injected/><md:NameIDFormat>"),
        (r#"use="encryption""#, r#"use="signing""#),
    ] {
        let changed = edit(&signed, from, to);
        let error = refusal(&changed);
        assert_eq!(
            error,
            MetadataError::Signature(VerifyError::DigestMismatch),
            "{from}"
        );
    }
}

#[test]
fn a_signed_entity_wrapped_into_one_that_is_not_is_refused() {
    let signed = sign(&with_id(), "_e");
    let wrapped = format!(
        r#"<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ID="_x">{signed}</md:EntitiesDescriptor>"#
    );
    assert_eq!(
        refusal(&wrapped),
        MetadataError::Signature(VerifyError::Unsigned)
    );
    // The signature moved up to the forged root still names the element inside.
    let start = signed.find("<ds:Signature").unwrap();
    let end = signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let signature = &signed[start..end];
    let inner = signed.replacen(signature, "", 1);
    let forged = with_id().replacen("_e", "_forged", 1);
    let moved = forged.replacen(
        "<md:Extensions>",
        &format!("{signature}<md:Extensions><x:o xmlns:x=\"urn:x\">{inner}</x:o>"),
        1,
    );
    let error = refusal(&moved);
    assert!(
        matches!(
            error,
            MetadataError::Signature(VerifyError::OtherElement { .. })
        ),
        "{error:?}"
    );
}
