//! Single logout, both ways and by both bindings, and sign-out by OpenID Connect.

use serde_json::json;
use vestibule_test_idp::{
    Binding, Outgoing, ReceivedLogout, SpRegistration, Status, Style, Twist, User,
};
use vestibule_xmlsig::Certificate;

use crate::support::{
    browser::Browser,
    database::Engine,
    html::forms,
    http::Answer,
    on_all, on_both,
    world::{REDIRECT_URI, World, ada, code_in, idp, now, text, unverified_claims},
};

const SIGNED_OUT: &str = "http://127.0.0.1:9/signed-out";
const LANDING: &str = "https://acme.example/bye";

/// A live connection whose IdP takes part in single logout by this binding.
fn world(engine: Engine, binding: &str) -> World {
    let mut world = World::new(engine);
    take_part(&world);
    let body = json!({
        "name": "Application", "redirect_uris": [REDIRECT_URI],
        "post_logout_redirect_uris": [SIGNED_OUT],
    });
    let client = world.api.post("/v1/clients", &body).expect(201).json();
    world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
    go_live(&world, binding);
    world
}

/// The IdP learns where our logout messages go, and by which key they are signed.
fn take_part(world: &World) {
    let connection = world.api.get(&world.path("")).expect(200).json();
    let pem = text(&connection, "/service_provider/certificate");
    let certificate = Certificate::parse_all(pem.as_bytes()).unwrap().remove(0);
    let sp = SpRegistration::new(&world.entity_id, &world.acs_url)
        .with_logout(text(&connection, "/service_provider/slo_url"))
        .signing_with([certificate.verifying_key().unwrap()]);
    world.idp.trust(sp);
}

fn go_live(world: &World, binding: &str) {
    let mut draft = World::draft_of(&world.idp);
    draft["idp_logout_url"] = world.idp.slo_url().into();
    draft["idp_logout_binding"] = binding.into();
    draft["logout_landing_url"] = LANDING.into();
    world.api.put(&world.path("/draft"), &draft).expect(200);
    world.pass_test();
    world.enable().expect(200);
}

/// Signed in: the browser, the access token and the ID token.
fn signed_in(world: &World, user: &User) -> (Browser, String, String) {
    let mut browser = Browser::default();
    let start = world.authorize_url();
    let form = world.visit_idp(&mut browser, &start, &world.idp, user, &Twist::default());
    let answer = browser.deliver(&form.acs_url, &form.saml_response);
    let tokens = world.exchange(&code_in(&answer)).expect(200).json();
    (
        browser,
        text(&tokens, "/access_token"),
        text(&tokens, "/id_token"),
    )
}

/// The IdP's message goes to where it says, in this browser.
fn deliver(browser: &mut Browser, message: &Outgoing) -> Answer {
    match message {
        Outgoing::Redirect(url) => browser.get(url),
        Outgoing::Post(form) => {
            let mut fields = vec![(form.field, form.message.as_str())];
            fields.extend(
                form.relay_state
                    .iter()
                    .map(|state| ("RelayState", &**state)),
            );
            browser.post_from_elsewhere(&form.url, &fields)
        }
    }
}

/// What we sent to the IdP, as the IdP reads it: by a redirect, or by a page that posts itself.
fn read(world: &World, answer: &Answer) -> ReceivedLogout {
    if answer.status == 303 {
        let (to, query) = answer.location().split_once('?').expect("a query");
        assert_eq!(to, world.idp.slo_url());
        return world.idp.read_logout(query, Binding::Redirect).unwrap();
    }
    let form = forms(&answer.body).remove(0);
    assert_eq!(form.action, world.idp.slo_url(), "{answer:?}");
    let fields: Vec<_> = form.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
    let body = crate::support::http::form(&fields);
    world.idp.read_logout(&body, Binding::Post).unwrap()
}

fn logout_url(world: &World, parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("{}/oauth2/logout?{query}", world.server.url)
}

on_all! {
    fn the_idp_ends_the_sessions_that_it_names_and_no_others(engine) {
        let world = world(engine, "redirect");
        let zoe = User::new("zoe@acme.example", "Zoë", "Yılmaz");
        let (mut browser, adas, _) = signed_in(&world, &ada());
        let (_, zoes, _) = signed_in(&world, &zoe);
        let session = world.idp.session_of(&world.entity_id, "ada@acme.example").unwrap();
        let (_, adas_other, _) = signed_in(&world, &ada());

        let request = world.idp.start_logout(&session, Binding::Redirect, Some("r/1"), now()).unwrap();
        let answer = deliver(&mut browser, &request);
        let ReceivedLogout::Response(response) = read(&world, &answer) else { panic!("no response") };
        assert!(response.status.0.ends_with(":Success"), "{response:?}");
        assert_eq!(response.relay_state.as_deref(), Some("r/1"));
        assert!(!world.is_active(&adas), "the session of that SessionIndex is over");
        assert!(world.is_active(&adas_other), "another session of hers is not");
        assert!(world.is_active(&zoes), "nor is anybody else's");

        // Once: the same message again ends nothing and is answered by a page.
        let again = deliver(&mut browser, &request);
        assert_eq!(again.status, 400, "{again:?}");
        assert!(again.body.contains("used already"), "{}", again.body);

        let events = world.api.get("/v1/audit-events?limit=200");
        assert!(events.body.contains("connection.logout_received"), "{}", events.body);
    }

    fn signing_out_here_signs_out_at_the_idp_and_comes_back(engine) {
        let world = world(engine, "redirect");
        let (mut browser, access, id_token) = signed_in(&world, &ada());
        let url = logout_url(&world, &[
            ("id_token_hint", &id_token), ("post_logout_redirect_uri", SIGNED_OUT), ("state", "s&1"),
        ]);
        let leaving = browser.get(&url);
        assert!(!world.is_active(&access), "the session here ends before anything is sent");
        let ReceivedLogout::Request(request) = read(&world, &leaving) else { panic!("no request") };
        assert_eq!(request.name_id, "ada@acme.example");
        assert_eq!(request.session_indexes.len(), 1);
        let response = world.idp.answer_logout(&request, now()).unwrap();
        let back = deliver(&mut browser, &response);
        assert_eq!(back.expect(303).location(), format!("{SIGNED_OUT}?state=s%261"));
        assert_eq!(deliver(&mut browser, &response).status, 400, "an answer counts once");

        // The same hint again: there is no session left, so the IdP is not asked.
        let again = browser.get(&url).expect(303);
        assert!(again.location().starts_with(SIGNED_OUT), "{again:?}");
    }
}

on_both! {
    fn by_post_it_goes_the_same_way(engine) {
        let world = world(engine, "post");
        let (mut browser, access, id_token) = signed_in(&world, &ada());
        let leaving = browser.get(&logout_url(&world, &[("id_token_hint", &id_token)]));
        assert_eq!(leaving.status, 200, "a page that posts itself: {leaving:?}");
        let ReceivedLogout::Request(request) = read(&world, &leaving) else { panic!("no request") };
        let response = world.idp.answer_logout(&request, now()).unwrap();
        assert!(matches!(response, Outgoing::Post(_)));
        let back = deliver(&mut browser, &response).expect(303);
        assert_eq!(back.location(), LANDING, "without a URI of the application: the landing page");
        assert!(!world.is_active(&access));

        let (mut browser, access, _) = signed_in(&world, &ada());
        let session = world.idp.session_of(&world.entity_id, "ada@acme.example").unwrap();
        let request = world.idp.start_logout(&session, Binding::Post, None, now()).unwrap();
        let answer = deliver(&mut browser, &request);
        assert!(matches!(read(&world, &answer), ReceivedLogout::Response(_)));
        assert!(!world.is_active(&access));
    }

    fn what_the_idp_did_not_sign_ends_nothing(engine) {
        let world = world(engine, "redirect");
        let (mut browser, access, _) = signed_in(&world, &ada());
        let session = world.idp.session_of(&world.entity_id, "ada@acme.example").unwrap();
        let slo = format!("{}/saml/{}/slo", world.server.url, world.connection);

        let stranger = idp(Style::Okta);
        stranger.trust(SpRegistration::new(&world.entity_id, &world.acs_url).with_logout(&slo));
        let forged = stranger.start_logout(&session, Binding::Redirect, None, now()).unwrap();
        let honest = world.idp.start_logout(&session, Binding::Redirect, None, now()).unwrap();
        let Outgoing::Redirect(honest) = honest else { panic!("a redirect") };
        let unsigned = honest.split("&SigAlg=").next().unwrap().to_owned();
        let other_state = format!("{unsigned}&RelayState=x&SigAlg{}", honest.split_once("&SigAlg").unwrap().1);
        let Outgoing::Redirect(forged) = forged else { panic!("a redirect") };
        for url in [
            forged, unsigned, other_state,
            slo.clone(), format!("{slo}?SAMLRequest="), format!("{slo}?SAMLRequest=AAAA&SigAlg=x&Signature=y"),
        ] {
            let page = browser.get(&url);
            assert_eq!(page.status, 400, "{url}: {page:?}");
            assert!(world.is_active(&access), "{url}");
        }
        assert_eq!(browser.get(&honest).status, 303, "and the honest one is accepted");
        assert!(!world.is_active(&access));
    }

    fn another_connection_with_the_same_name_is_not_touched(engine) {
        let mut world = world(engine, "redirect");
        let (_, first, _) = signed_in(&world, &ada());
        let session = world.idp.session_of(&world.entity_id, "ada@acme.example").unwrap();
        let path = world.workspace_path("/connections");
        let second = world.api.post(&path, &json!({"default": true})).expect(201).json();
        world.connection = text(&second, "/id");
        world.entity_id = text(&second, "/service_provider/entity_id");
        world.acs_url = text(&second, "/service_provider/acs_url");
        take_part(&world);
        go_live(&world, "redirect");
        let (mut browser, second, _) = signed_in(&world, &ada());
        let request = world.idp.start_logout(&session, Binding::Redirect, None, now()).unwrap();
        deliver(&mut browser, &request);
        assert!(!world.is_active(&first) && world.is_active(&second));
    }

    fn without_a_hint_the_person_is_asked_first(engine) {
        let world = world(engine, "redirect");
        let (mut browser, access, _) = signed_in(&world, &ada());
        let client = world.client.0.clone();
        let url = logout_url(&world, &[("client_id", &client), ("post_logout_redirect_uri", SIGNED_OUT)]);
        let page = browser.get(&url).expect(200);
        assert!(page.body.contains("Sign out?"), "{}", page.body);
        assert!(world.is_active(&access), "a link alone signs nobody out");
        let form = forms(&page.body).remove(0);
        let fields: Vec<_> = form.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
        let action = format!("{}{}", world.server.url, form.action);

        // The same form from somebody else's browser, or with a guessed confirmation: nothing.
        let mut other = Browser::default();
        other.post_from_here(&action, &fields);
        browser.post_from_elsewhere(&action, &[("confirm", &"0".repeat(64))]);
        assert!(world.is_active(&access));

        let leaving = browser.post_from_here(&action, &fields);
        assert!(!world.is_active(&access));
        let ReceivedLogout::Request(request) = read(&world, &leaving) else { panic!("no request") };
        let response = world.idp.respond_logout(&request, &Status::request_denied(), now()).unwrap();
        let back = deliver(&mut browser, &response).expect(303);
        assert_eq!(back.location(), SIGNED_OUT, "whatever the IdP says, it is over here");
    }

    fn a_session_that_is_over_already_asks_nothing_of_the_idp(engine) {
        let world = world(engine, "redirect");
        let (mut browser, access, id_token) = signed_in(&world, &ada());
        let sid = text(&unverified_claims(&id_token), "/sid");
        // As when it has run out: nobody is there, and no browser.
        world.api.delete(&format!("/v1/sessions/{sid}")).expect(204);
        assert!(!world.is_active(&access));
        let at_the_idp = || world.idp.session_of(&world.entity_id, "ada@acme.example");
        assert!(at_the_idp().is_some(), "the IdP was not asked");
        let url = logout_url(&world, &[("id_token_hint", &id_token), ("post_logout_redirect_uri", SIGNED_OUT)]);
        let answer = browser.get(&url).expect(303);
        assert_eq!(answer.location(), SIGNED_OUT, "nor is it later");
        assert!(at_the_idp().is_some());
    }

    fn nobody_is_sent_where_the_application_did_not_register(engine) {
        let world = world(engine, "redirect");
        let (mut browser, access, id_token) = signed_in(&world, &ada());
        for wanted in ["https://evil.example/", "http://127.0.0.1:9/signed-out/", "javascript:alert(1)"] {
            let url = logout_url(&world, &[("id_token_hint", &id_token), ("post_logout_redirect_uri", wanted)]);
            let page = browser.get(&url);
            assert_eq!(page.status, 400, "{wanted}: {page:?}");
            assert!(page.header("location").is_none());
        }
        assert!(world.is_active(&access), "nothing was done");
        // An access token is no ID token; a token of nobody is none either: the person is asked.
        for hint in [access.as_str(), "x.y.z"] {
            let page = browser.get(&logout_url(&world, &[("id_token_hint", hint)])).expect(200);
            assert!(page.body.contains("Sign out?"), "{}", page.body);
        }
    }

    fn our_metadata_say_where_and_with_which_keys(engine) {
        let world = world(engine, "redirect");
        let url = format!("{}/saml/{}/metadata", world.server.url, world.connection);
        let xml = Browser::default().get(&url).expect(200).body;
        for part in [
            "SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\"",
            "SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\"",
            "KeyDescriptor use=\"signing\"",
            "KeyDescriptor use=\"encryption\"",
            "aes256-gcm",
        ] {
            assert!(xml.contains(part), "{part} in {xml}");
        }
    }
}
