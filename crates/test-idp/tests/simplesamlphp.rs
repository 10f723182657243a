//! The harness that other tests sign in with: a real SimpleSAMLphp answers a request of ours.
#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "support/authn_request.rs"]
mod authn_request;
#[path = "../../../tests/e2e/support/html.rs"]
mod html;
#[path = "../../../tests/e2e/support/simplesamlphp.rs"]
mod simplesamlphp;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use simplesamlphp::{NameIdFormat, PEOPLE, SamlPost, SimpleSamlPhp, SpOptions};
use vestibule_xmlsig::{Certificate, Document, Element, Limits, VerifyingKey, verify};

const SP: &str = "https://sp.example/saml/1";
const ACS: &str = "https://sp.example/saml/1/acs";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

fn log_in(idp: &SimpleSamlPhp, request_id: &str, username: &str) -> SamlPost {
    let request = authn_request::xml(
        request_id,
        SP,
        &format!("AssertionConsumerServiceURL=\"{ACS}\""),
        "",
    );
    let query = authn_request::query(&request, Some("state <&> 1"));
    let url = format!("{}/saml2/idp/SSOService.php?{query}", idp.base_url());
    let person = PEOPLE.iter().find(|person| person.username == username);
    let password = person.expect("somebody it knows").password;
    idp.log_in(&url, username, password)
        .unwrap_or_else(|page| panic!("{page}"))
}

fn response(post: &SamlPost) -> Document {
    let xml = STANDARD.decode(&post.saml_response).expect("base64");
    Document::parse(&xml, &Limits::default()).expect("a document within the bounds")
}

fn keys(idp: &SimpleSamlPhp) -> Vec<VerifyingKey> {
    let metadata = idp.metadata_xml();
    let document = Document::parse(metadata.as_bytes(), &Limits::default()).expect("metadata");
    descendants(document.root())
        .into_iter()
        .filter(|element| element.local_name() == "X509Certificate")
        .flat_map(|element| {
            Certificate::parse_all(element.deep_text().as_bytes()).expect("a certificate")
        })
        .map(|certificate| certificate.verifying_key().expect("a key"))
        .collect()
}

fn descendants(element: Element<'_>) -> Vec<Element<'_>> {
    let below = element.children().flat_map(descendants);
    std::iter::once(element).chain(below).collect()
}

fn assertion(document: &Document) -> Element<'_> {
    document
        .root()
        .children_named(ASSERTION, "Assertion")
        .next()
        .expect("an assertion")
}

fn name_id(document: &Document) -> (String, String) {
    let found = descendants(document.root())
        .into_iter()
        .find(|e| e.is(ASSERTION, "NameID"));
    let name_id = found.expect("a NameID");
    (
        name_id.attribute("Format").expect("a format").into_owned(),
        name_id.deep_text(),
    )
}

fn attribute(document: &Document, name: &str) -> Vec<String> {
    descendants(document.root())
        .into_iter()
        .filter(|e| e.is(ASSERTION, "Attribute") && e.attribute("Name").as_deref() == Some(name))
        .flat_map(|e| e.children().map(Element::deep_text))
        .collect()
}

#[test]
fn simplesamlphp_answers_our_request_with_a_response_that_xmlsig_verifies() {
    let idp = SimpleSamlPhp::start();
    idp.trust(SP, ACS, &SpOptions::default());
    let keys = keys(&idp);

    let post = log_in(&idp, "_first", "ada");
    assert_eq!(post.acs_url, ACS);
    assert_eq!(post.relay_state.as_deref(), Some("state <&> 1"));
    let document = response(&post);
    assert_eq!(
        document.root().attribute("InResponseTo").as_deref(),
        Some("_first")
    );
    verify(document.root(), &keys).expect_err("the Response is not signed");
    let signed = verify(assertion(&document), &keys).expect("the assertion is signed");

    // What was signed says who it is.
    let signed = signed
        .parse(&Limits::default())
        .expect("canonical XML is XML");
    let (format, value) = name_id(&signed);
    assert_eq!(format, NameIdFormat::Persistent.uri());
    assert_eq!(
        attribute(&signed, "urn:oid:0.9.2342.19200300.100.1.3"),
        ["ada@acme.example"]
    );
    assert_eq!(attribute(&signed, "urn:oid:2.5.4.42"), ["Ada"]);
    assert_eq!(attribute(&signed, "groups"), ["Engineering", "Admins"]);

    // The same person has the same NameID the next time; another one has another.
    assert_eq!(name_id(&response(&log_in(&idp, "_second", "ada"))).1, value);
    assert_ne!(name_id(&response(&log_in(&idp, "_third", "ben"))).1, value);

    // Options take effect at once.
    idp.trust(
        SP,
        ACS,
        &SpOptions {
            sign_response: true,
            name_id_format: NameIdFormat::EmailAddress,
            release: Some(&["givenName", "sn"]),
            oids: false,
            ..SpOptions::default()
        },
    );
    let document = response(&log_in(&idp, "_fourth", "zoe"));
    verify(document.root(), &keys).expect("the Response is signed");
    verify(assertion(&document), &keys).expect("the assertion is signed");
    let expected = (
        NameIdFormat::EmailAddress.uri().to_owned(),
        "zoe@acme.example".to_owned(),
    );
    assert_eq!(name_id(&document), expected);
    assert_eq!(attribute(&document, "sn"), ["D’Amato-<Yılmaz>"]);
    assert_eq!(attribute(&document, "mail"), [""; 0]);
}

#[test]
fn simplesamlphp_takes_a_request_by_post_too() {
    let idp = SimpleSamlPhp::start();
    idp.trust(SP, ACS, &SpOptions::default());
    let form = html::Form {
        action: format!("{}/saml2/idp/SSOService.php", idp.base_url()),
        method: "post".to_owned(),
        ..html::Form::default()
    };
    let request = STANDARD.encode(authn_request::xml("_posted", SP, "", ""));
    let form = form.filled("SAMLRequest", &request);
    let post = idp
        .log_in_by_post(&form, "ada", "ada-password")
        .unwrap_or_else(|page| panic!("{page}"));
    assert_eq!(post.acs_url, ACS);
    let document = response(&post);
    assert_eq!(
        document.root().attribute("InResponseTo").as_deref(),
        Some("_posted")
    );
    verify(assertion(&document), &keys(&idp)).expect("the assertion is signed");
}

#[test]
fn simplesamlphp_says_why_it_does_not_sign_somebody_in() {
    let idp = SimpleSamlPhp::start();
    let query = authn_request::query(&authn_request::xml("_id", SP, "", ""), None);
    let url = format!("{}/saml2/idp/SSOService.php?{query}", idp.base_url());

    let stranger = idp
        .log_in(&url, "ada", "ada-password")
        .expect_err("nobody trusts the SP");
    assert!(stranger.contains("Metadata not found"), "{stranger}");

    idp.trust(SP, ACS, &SpOptions::default());
    let wrong = idp
        .log_in(&url, "ada", "ben-password")
        .expect_err("the password is wrong");
    assert!(wrong.contains("Incorrect username or password"), "{wrong}");
    idp.log_in(&url, "ada", "ada-password")
        .expect("and this one is right");
}
