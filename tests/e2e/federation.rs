//! What federations ask of a service provider beyond the sign-in: discovery of the IdP, metadata that
//! says things, and pages that help.

use serde_json::json;
use vestibule_test_idp::{
    Binding, Fault, IdpConfig, Outgoing, SpRegistration, Style, TestIdp, Twist,
};
use vestibule_xmlsig::Certificate;

use crate::support::{
    browser::Browser,
    database::Engine,
    html,
    http::Answer,
    server::Server,
    world::{World, ada, code_in, new_workspace, now, text, unverified_claims},
};

const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

/// The IdP's metadata with these attributes and extensions of its role.
fn declaring(idp: &TestIdp, attributes: &str, extensions: &str) -> String {
    let xml = idp.metadata_xml();
    let (before, role) = xml.split_once("<md:IDPSSODescriptor").expect("a role");
    let (own, rest) = role.split_once('>').expect("its tag");
    format!(
        "{before}<md:IDPSSODescriptor{own}{attributes}><md:Extensions>{extensions}</md:Extensions>{rest}"
    )
}

fn save(world: &World, draft: &serde_json::Value) -> serde_json::Value {
    let saved = world.api.put(&world.path("/draft"), draft);
    saved.expect(200).json()
}

fn our_metadata(world: &World) -> String {
    let url = format!("{}/saml/{}/metadata", world.server.url, world.connection);
    Browser::default().get(&url).expect(200).body
}

/// A second connection of the same workspace, live with an IdP of its own.
fn second_idp(world: &mut World) {
    let path = world.workspace_path("/connections");
    let second = world.api.post(&path, &json!({})).expect(201).json();
    world.connection = text(&second, "/id");
    world.entity_id = text(&second, "/service_provider/entity_id");
    world.acs_url = text(&second, "/service_provider/acs_url");
    let config = IdpConfig::new("http://localhost:2", Style::Entra);
    world.idp = TestIdp::new(config, now()).expect("an IdP");
    let sp = SpRegistration::new(&world.entity_id, &world.acs_url);
    world.idp.trust(sp);
    world.save_draft();
    world.pass_test();
    world.enable().expect(200);
}

#[test]
fn a_discovery_service_names_one_of_several_idps_of_one_application() {
    let mut world = World::live(Engine::Sqlite);
    let (idp, connection) = (world.idp.clone(), world.connection.clone());
    second_idp(&mut world);
    let (stranger, _) = new_workspace(&world.api, "pro");

    // It adds its answer to the URL that it was given to come back to.
    let chosen = |entity_id: &str| {
        let answer = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("entityID", entity_id)
            .finish();
        format!("{}&{answer}", world.authorize_url())
    };
    for (idp, connection) in [(&idp, &connection), (&world.idp, &world.connection)] {
        let mut browser = Browser::default();
        let start = chosen(idp.entity_id());
        let form = world.visit_idp(&mut browser, &start, idp, &ada(), &Twist::default());
        let back = browser.deliver(&form.acs_url, &form.saml_response);
        let tokens = world.exchange(&code_in(&back)).expect(200).json();
        let claims = unverified_claims(&text(&tokens, "/id_token"));
        assert_eq!(claims["connection"], *connection, "{claims}");
    }
    // Where nobody chose, it comes back without: the default serves.
    let back = Browser::default().get(&world.authorize_url()).expect(302);
    assert!(back.location().starts_with(&idp.sso_url()), "{back:?}");

    let known = idp.entity_id();
    for (more, status) in [
        (
            vec![
                ("workspace", world.workspace.as_str()),
                ("entityID", "urn:nobody"),
            ],
            404,
        ),
        (
            vec![("workspace", stranger.as_str()), ("entityID", known)],
            404,
        ),
    ] {
        let page = Browser::default().get(&world.authorize_with(&more));
        assert_eq!(
            (page.status, page.header("location")),
            (status, None),
            "{more:?}"
        );
    }
    let nowhere = world.authorize_with(&[("entityID", known)]);
    let answer = Browser::default().get(&nowhere);
    assert!(answer.asks_who(), "{answer:?}");
}

#[test]
fn our_metadata_says_what_the_service_is_and_where_messages_go() {
    let settings = [
        ("VESTIBULE_SERVICE_NAME", "Acme Cloud"),
        ("VESTIBULE_SERVICE_CONTACT", "sso@acme.example"),
    ];
    let world = World::on(Server::with(Engine::Sqlite, &settings), Style::Okta).go_live();
    let xml = our_metadata(&world);
    let discovery = format!("Location=\"{}/oauth2/authorize\"", world.server.url);
    for part in [
        "<mdui:DisplayName xml:lang=\"en\">Acme Cloud</mdui:DisplayName>",
        "<md:ContactPerson contactType=\"technical\">",
        "<md:EmailAddress>mailto:sso@acme.example</md:EmailAddress>",
        "<idpdisc:DiscoveryResponse",
        &discovery,
        "alg:DigestMethod",
        "alg:SigningMethod",
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    // The request names the ACS URL of the metadata, byte for byte, and no index.
    let leaving = Browser::default().get(&world.authorize_url()).expect(302);
    let (_, query) = leaving.location().split_once('?').expect("a query");
    let request = world.idp.read_request(query).expect("an AuthnRequest");
    assert_eq!(request.acs_url(), world.acs_url);
    let acs = format!("Location=\"{}\" index=\"0\"", world.acs_url);
    assert!(xml.contains(&acs), "{acs} in {xml}");

    // Without the settings nothing is made up.
    let xml = our_metadata(&World::new(Engine::Sqlite));
    assert!(
        !xml.contains("mdui:") && !xml.contains("ContactPerson"),
        "{xml}"
    );
}

#[test]
fn what_an_idp_declares_is_shown_and_kept_to() {
    let world = World::new(Engine::Sqlite);
    let connection = world.api.get(&world.path("")).expect(200).json();
    let pem = text(&connection, "/service_provider/certificate");
    let ours = Certificate::parse_all(pem.as_bytes()).unwrap().remove(0);
    let sp = SpRegistration::new(&world.entity_id, &world.acs_url)
        .signing_with([ours.verifying_key().unwrap()]);
    world.idp.trust(sp);

    let algorithm = |name: &str| {
        format!(
            "<alg:SigningMethod xmlns:alg=\"urn:oasis:names:tc:SAML:metadata:algsupport\" \
             Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#{name}\"/>"
        )
    };
    let ui = "<mdui:UIInfo xmlns:mdui=\"urn:oasis:names:tc:SAML:metadata:ui\">\
              <mdui:DisplayName xml:lang=\"en\">Acme sign-in</mdui:DisplayName>\
              <mdui:Logo width=\"80\" height=\"60\">https://acme.example/logo.png</mdui:Logo>\
              </mdui:UIInfo>";
    for (declared, used) in [
        (String::new(), "rsa-sha256"),
        (
            algorithm("ecdsa-sha512") + &algorithm("rsa-sha512"),
            "rsa-sha512",
        ),
        (algorithm("ecdsa-sha256"), "rsa-sha256"),
    ] {
        let metadata = declaring(&world.idp, "", &format!("{declared}{ui}"));
        let saved = save(
            &world,
            &json!({"idp_metadata_xml": metadata, "sign_requests": true}),
        );
        assert_eq!(saved["draft"]["idp_display_name"], "Acme sign-in");
        assert_eq!(
            saved["draft"]["idp_logo_url"],
            "https://acme.example/logo.png"
        );
        world.pass_test();
        world.enable().expect(200);
        let leaving = Browser::default().get(&world.authorize_url()).expect(302);
        let expected = format!("%23{used}&Signature=");
        assert!(leaving.location().contains(&expected), "{leaving:?}");
        code_in(&world.sign_in(&ada(), &Twist::default()));
    }
}

#[test]
fn who_cannot_be_signed_in_is_told_why_and_where_their_idp_helps() {
    let world = World::new(Engine::Sqlite);
    let error_url = "https://help.acme.example/saml?a=1&amp;b=2";
    let attribute = format!(" errorURL=\"{error_url}\"");
    let metadata = declaring(&world.idp, &attribute, "");
    save(&world, &json!({"idp_metadata_xml": metadata}));
    world.pass_test();
    world.enable().expect(200);

    let helps = |page: &Answer, message: &str| {
        assert_eq!(page.status, 403, "{page:?}");
        let link = format!("href=\"{}\" rel=\"noreferrer\">", html::decode(error_url));
        let body = html::decode(&page.body);
        for part in [message, &link, "Reference <code>"] {
            assert!(body.contains(part), "{part} in {body}");
        }
    };
    let refused = world.sign_in(&ada(), &Fault::AuthnFailed.twist());
    helps(&refused, "Your identity provider reports: AuthnFailed");
    // A name for one time only, and no address to know the person by.
    let nameless = Twist {
        name_id_format: Some(TRANSIENT.to_owned()),
        no_attributes: true,
        ..Twist::default()
    };
    helps(&world.sign_in(&ada(), &nameless), "e-mail");
    let attempts = world.api.get(&world.path("/sign-in-attempts"));
    let attempts = attempts.expect(200).json();
    assert_eq!(attempts["data"][0]["reason"], "email-missing", "{attempts}");
}

#[test]
fn a_certificate_that_has_expired_still_carries_its_key_unless_it_must_not() {
    let world = World::new(Engine::Sqlite);
    let (from, to) = (hours_ago(48), hours_ago(1));
    let expired = world.idp.signing_key();
    let expired = expired.self_signed_certificate("idp", from, to).unwrap();
    let mut draft = World::draft_of(&world.idp);
    draft["idp_certificates"] = json!([expired.to_pem()]);
    save(&world, &draft);
    let test = world.pass_test();
    let rows = test["report"].as_array().expect("a report");
    let told = |row: &&serde_json::Value| row["check"] == "certificate_expiry";
    let row = rows.iter().find(told).expect("a row on the certificate");
    assert_eq!(row["outcome"], "warn", "{row}");
    world.enable().expect(200);
    code_in(&world.sign_in(&ada(), &Twist::default()));

    draft["refuse_expired_certificates"] = true.into();
    save(&world, &draft);
    let (test, _) = world.run_test(&world.idp, &Twist::default());
    assert_eq!(test["state"], "failed", "{test}");
    // What serves is not touched by it.
    code_in(&world.sign_in(&ada(), &Twist::default()));
}

fn hours_ago(hours: i64) -> jiff::Timestamp {
    now() - jiff::SignedDuration::from_hours(hours)
}

#[test]
fn requests_and_responses_of_a_sign_out_go_where_the_metadata_says() {
    let world = World::new(Engine::Sqlite);
    let slo = world.idp.slo_url();
    let metadata = declaring(&world.idp, "", "").replacen(
        "</md:Extensions>",
        &format!(
            "</md:Extensions><md:SingleLogoutService \
             Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"{slo}\" \
             ResponseLocation=\"{slo}/answers\"/>"
        ),
        1,
    );
    let saved = save(&world, &json!({"idp_metadata_xml": metadata}));
    assert_eq!(saved["draft"]["idp_logout_url"], slo);
    assert_eq!(
        saved["draft"]["idp_logout_response_url"],
        format!("{slo}/answers")
    );
    let ours = our_slo_url(&world);
    world
        .idp
        .trust(SpRegistration::new(&world.entity_id, &world.acs_url).with_logout(&ours));
    world.pass_test();
    world.enable().expect(200);

    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let session = world
        .idp
        .session_of(&world.entity_id, "ada@acme.example")
        .unwrap();
    let asking = world
        .idp
        .start_logout(&session, Binding::Redirect, None, now())
        .unwrap();
    let Outgoing::Redirect(asking) = asking else {
        panic!("a redirect")
    };
    let answer = Browser::default().get(&asking).expect(303);
    assert!(
        answer
            .location()
            .starts_with(&format!("{slo}/answers?SAMLResponse=")),
        "{answer:?}"
    );

    let tokens_again = world.exchange(&world.code(&ada())).expect(200).json();
    assert!(!world.is_active(&text(&tokens, "/access_token")));
    let hint = text(&tokens_again, "/id_token");
    let url = format!("{}/oauth2/logout?id_token_hint={hint}", world.server.url);
    let leaving = Browser::default().get(&url).expect(303);
    assert!(
        leaving
            .location()
            .starts_with(&format!("{slo}?SAMLRequest=")),
        "{leaving:?}"
    );
}

fn our_slo_url(world: &World) -> String {
    let connection = world.api.get(&world.path("")).expect(200).json();
    text(&connection, "/service_provider/slo_url")
}
