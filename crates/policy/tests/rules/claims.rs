//! Who an assertion says it is about: the sources of design §3, in their order.

use vestibule_model::RevisionSettings;
use vestibule_policy::{Claim, Refusal, claim};
use vestibule_saml::Identifier;

use crate::{
    assertion::{Asserted, IDP},
    scene::{EMAIL_FORMAT, PERSISTENT, TRANSIENT, now, settings},
};

const OID_MAIL: &str = "urn:oid:0.9.2342.19200300.100.1.3";
const WS_EMAIL: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

fn read(
    name_id: &str,
    format: Option<&'static str>,
    attributes: &[(&str, &[&str])],
    settings: &RevisionSettings,
) -> Result<Claim, Refusal> {
    let mut asserted = Asserted::new(name_id, now());
    asserted.format = format;
    asserted.attributes = attributes
        .iter()
        .map(|(name, values)| {
            (
                (*name).to_owned(),
                values.iter().map(|value| (*value).to_owned()).collect(),
            )
        })
        .collect();
    claim(&asserted.verified(), settings)
}

fn address(name_id: &str, format: Option<&'static str>, attributes: &[(&str, &[&str])]) -> String {
    let claim = read(name_id, format, attributes, &settings()).unwrap();
    claim
        .email()
        .map_or_else(|| "none".to_owned(), |email| email.as_str().to_owned())
}

#[test]
fn the_first_value_of_the_first_source_present_counts() {
    let p = Some(PERSISTENT);
    for (name_id, format, attributes, expected) in [
        (
            "7",
            p,
            &[
                ("mail", &["m@x.example"][..]),
                (WS_EMAIL, &["w@x.example"]),
                (OID_MAIL, &["o@x.example"]),
            ][..],
            "o@x.example",
        ),
        (
            "7",
            p,
            &[("mail", &["m@x.example"]), (WS_EMAIL, &["w@x.example"])],
            "w@x.example",
        ),
        (
            "7",
            p,
            &[
                ("User.email", &["u@x.example"]),
                ("emailAddress", &["a@x.example"]),
            ],
            "a@x.example",
        ),
        (
            "7",
            p,
            &[("MAIL", &["m@x.example"]), ("eMail", &["e@x.example"])],
            "e@x.example",
        ),
        ("7", p, &[("user.EMAIL", &["u@x.example"])], "u@x.example"),
        (
            "7",
            p,
            &[("mail", &["first@x.example", "second@x.example"])],
            "first@x.example",
        ),
        // The long names are compared exactly.
        (
            "7",
            p,
            &[("URN:OID:0.9.2342.19200300.100.1.3", &["o@x.example"])],
            "none",
        ),
        // An attribute without a value is no source.
        (
            "7",
            p,
            &[(OID_MAIL, &[]), ("mail", &["m@x.example"])],
            "m@x.example",
        ),
        // An attribute goes before the NameID, and they are not compared.
        (
            "n@x.example",
            Some(EMAIL_FORMAT),
            &[("mail", &["m@x.example"])],
            "m@x.example",
        ),
        ("n@x.example", Some(EMAIL_FORMAT), &[], "n@x.example"),
        ("n@x.example", Some(UNSPECIFIED), &[], "n@x.example"),
        ("n@x.example", None, &[], "n@x.example"),
        ("n@x.example", p, &[], "none"),
        ("ada", None, &[], "none"),
        ("ada", Some(UNSPECIFIED), &[], "none"),
    ] {
        assert_eq!(
            address(name_id, format, attributes),
            expected,
            "{name_id} {attributes:?}"
        );
    }
}

#[test]
fn a_first_source_that_is_no_address_is_not_replaced_by_the_next() {
    let claim = read(
        "n@x.example",
        Some(EMAIL_FORMAT),
        &[(OID_MAIL, &["not an address"]), ("mail", &["m@x.example"])],
        &settings(),
    );
    assert_eq!(claim.unwrap().email(), None);
    for value in ["", "a@b@c.example", "m@x.example\n", " m@x.example"] {
        let claim = read("n@x.example", None, &[("mail", &[value])], &settings()).unwrap();
        assert_eq!(claim.email(), None, "{value:?}");
    }
}

#[test]
fn the_mapped_attribute_goes_first_and_falls_back_when_it_is_absent() {
    let mut settings = settings();
    settings.attribute_mapping.email = vec!["corp:mail".into()];
    let attributes: &[(&str, &[&str])] = &[
        (OID_MAIL, &["o@x.example"]),
        ("corp:mail", &["c@x.example"]),
    ];
    let mapped = read("7", Some(PERSISTENT), attributes, &settings).unwrap();
    assert_eq!(mapped.email().unwrap().as_str(), "c@x.example");
    let absent = read("7", Some(PERSISTENT), &attributes[..1], &settings).unwrap();
    assert_eq!(absent.email().unwrap().as_str(), "o@x.example");
}

#[test]
fn a_subject_is_the_entity_and_the_whole_name_id_and_a_transient_one_is_none() {
    let claim = read("7", Some(PERSISTENT), &[], &settings()).unwrap();
    let subject = claim.subject().unwrap();
    assert_eq!(subject.idp_entity_id, IDP);
    assert_eq!(
        (
            subject.name_id.value.as_str(),
            subject.name_id.format.as_deref()
        ),
        ("7", Some(PERSISTENT))
    );
    let claim = read(
        "_x",
        Some(TRANSIENT),
        &[("mail", &["m@x.example"])],
        &settings(),
    )
    .unwrap();
    assert_eq!(claim.subject(), None);
}

const SUBJECT_ID: &str = "urn:oasis:names:tc:SAML:attribute:subject-id";

fn known_by(attribute: &str, name_id: &str, format: Option<&'static str>) -> Asserted {
    let mut asserted = Asserted::new(name_id, now());
    asserted.format = format;
    asserted.identifier = Identifier::Attribute(attribute.to_owned());
    asserted.attributes = vec![
        (SUBJECT_ID.to_owned(), vec!["Ada-7@Acme.Example".to_owned()]),
        ("employee".to_owned(), vec!["7".to_owned()]),
    ];
    asserted
}

#[test]
fn a_subject_known_by_attribute_can_never_be_one_known_by_name_id() {
    for (name_id, format) in [("", None), ("_x", Some(TRANSIENT)), ("7", Some(PERSISTENT))] {
        let claim = claim(
            &known_by(SUBJECT_ID, name_id, format).verified(),
            &settings(),
        )
        .unwrap();
        let subject = &claim.subject().unwrap().name_id;
        assert_eq!(subject.value, "ada-7@acme.example");
        assert_eq!(
            subject.format.as_deref(),
            Some("urn:vestibule:attribute:urn:oasis:names:tc:SAML:attribute:subject-id")
        );
    }
    let by_number = claim(&known_by("employee", "", None).verified(), &settings()).unwrap();
    let number = by_number.subject().unwrap();
    assert_eq!(number.name_id.value, "7");
    // A NameID that comes under the format of such a subject is nobody's.
    let dressed = read(
        "7",
        Some("urn:vestibule:attribute:employee"),
        &[("mail", &["m@x.example"])],
        &settings(),
    );
    assert_eq!(dressed.unwrap().subject(), None);
}

#[test]
fn a_transient_name_id_without_an_address_is_refused() {
    let refused =
        |attributes| read("n@x.example", Some(TRANSIENT), attributes, &settings()).unwrap_err();
    assert_eq!(refused(&[]).code(), "email-missing");
    assert_eq!(refused(&[("mail", &["nobody"])]).code(), "email-invalid");
}

#[test]
fn a_name_comes_from_the_first_attribute_that_holds_one() {
    let ms = "http://schemas.microsoft.com/identity/claims/displayname";
    let ws = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
    let given = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname";
    let surname = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname";
    for (attributes, expected) in [
        (&[][..], None),
        (
            &[
                ("urn:oid:2.16.840.1.113730.3.1.241", &["Ada L."][..]),
                ("displayName", &["no"]),
            ][..],
            Some("Ada L."),
        ),
        (&[("displayname", &["  Ada  "])], Some("Ada")),
        (&[("displayName", &["", "Ada"])], Some("Ada")),
        (&[(ws, &["ada@x.example"]), (ms, &["Ada"])], Some("Ada")),
        (&[(ws, &["ada@x.example"])], None),
        (&[(ws, &["Ada"])], Some("Ada")),
        (
            &[(given, &["Ada"]), (surname, &["Lovelace"])],
            Some("Ada Lovelace"),
        ),
        (
            &[
                ("urn:oid:2.5.4.42", &["Ada"]),
                ("urn:oid:2.5.4.4", &["Lovelace"]),
            ],
            Some("Ada Lovelace"),
        ),
        (&[("firstName", &["Ada"])], Some("Ada")),
        (&[("sn", &["Lovelace"])], Some("Lovelace")),
        (&[("displayName", &["be\u{85}ll"])], None),
    ] {
        let claim = read("7", Some(PERSISTENT), attributes, &settings()).unwrap();
        assert_eq!(claim.name(), expected, "{attributes:?}");
    }
    let mut mapped = settings();
    mapped.attribute_mapping.name = vec!["corp:name".into()];
    let attributes: &[(&str, &[&str])] = &[("displayName", &["Ada"]), ("corp:name", &["Countess"])];
    assert_eq!(
        read("7", None, attributes, &mapped).unwrap().name(),
        Some("Countess")
    );
}

#[test]
fn a_long_name_is_cut() {
    let long = "é".repeat(400);
    let claim = read("7", None, &[("displayName", &[long.as_str()])], &settings()).unwrap();
    assert_eq!(claim.name().unwrap().chars().count(), 256);
}

#[test]
fn debug_shows_nothing_of_the_person() {
    let claim = read(
        "s3cret",
        None,
        &[("mail", &["ada@x.example"]), ("name", &["Ada"])],
        &settings(),
    );
    let shown = format!("{:?}", claim.unwrap());
    for part in ["s3cret", "ada", "Ada"] {
        assert!(!shown.contains(part), "{shown}");
    }
}
