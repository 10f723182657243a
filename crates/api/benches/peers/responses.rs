//! The responses that the libraries verify: an IdP's with the accent of Entra ID, which signs the assertion
//! alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vestibule_test_idp::{Attribute, SpRegistration, Style, TestIdp, Twist, User};

use crate::job::{Document, Job};
use crate::support::http::form;
use crate::support::world::{idp, now};

const SP: &str = "https://sp.example/saml";
const ACS: &str = "https://sp.example/saml/acs";
const REQUEST: &str = "_5f2b1c9e7d3a4806";
const SUBJECT: &str = "ada@acme.example";
const GROUPS: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups";
/// Attributes of one value beside Entra ID's own, and groups: about 4, 8 and 40 KB.
const SIZES: [(usize, usize); 3] = [(0, 2), (25, 2), (0, 500)];
/// What of its own is left out, so that four kilobytes are enough.
const LEFT_OUT: [&str; 5] = [
    "http://schemas.microsoft.com/identity/claims/tenantid",
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "http://schemas.microsoft.com/identity/claims/identityprovider",
    "http://schemas.microsoft.com/claims/authnmethodsreferences",
];

/// What every library is asked.
pub(crate) fn job(quick: bool) -> Job {
    let idp = idp(Style::Entra);
    idp.trust(SpRegistration::new(SP, ACS));
    Job {
        documents: SIZES.map(|size| document(&idp, size)).to_vec(),
        subject: SUBJECT.to_owned(),
        groups: GROUPS.to_owned(),
        request_id: REQUEST.to_owned(),
        sp_entity_id: SP.to_owned(),
        acs_url: ACS.to_owned(),
        idp_entity_id: idp.entity_id().to_owned(),
        sso_url: idp.sso_url(),
        certificate: idp.certificate_pem(),
        idp_metadata: idp.metadata_xml(),
        warm_up_ms: if quick { 200.0 } else { 2_000.0 },
        rounds: if quick { 3 } else { 15 },
        round_ms: if quick { 30.0 } else { 200.0 },
    }
}

fn document(idp: &TestIdp, (attributes, groups): (usize, usize)) -> Document {
    let group = |number| format!("engineering-team-{number:04}@acme-corp.example");
    let attribute = |number| {
        Attribute::new(
            format!("https://acme.example/claims/{number:04}"),
            [format!("the value of the claim {number:04}")],
        )
    };
    let twist = Twist {
        without_attributes: LEFT_OUT.map(str::to_owned).to_vec(),
        extra_attributes: (0..attributes).map(attribute).collect(),
        ..Twist::default()
    };
    let user = User::new(SUBJECT, "Ada", "Lovelace").in_groups((0..groups).map(group));
    let request = format!(
        r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{REQUEST}" Version="2.0" IssueInstant="{}" AssertionConsumerServiceURL="{ACS}"><saml:Issuer>{SP}</saml:Issuer></samlp:AuthnRequest>"#,
        now()
    );
    let body = form(&[("SAMLRequest", &STANDARD.encode(request))]);
    let request = idp.read_post_request(&body).expect("a request");
    let answer = idp.respond(&request, &user, &twist, now());
    Document {
        form_value: answer.expect("an answer").saml_response,
        groups,
    }
}
