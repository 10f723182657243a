//! What an application or an admin may ask of the IdP: to authenticate anew, to ask nothing, to begin
//! by itself, to encrypt; and what becomes of answers that do not keep it.

use serde_json::json;
use vestibule_test_idp::{Encrypt, Fault, SpRegistration, Twist};
use vestibule_xmlsig::{Certificate, ContentCipher};

use crate::support::{
    browser::Browser,
    database::Engine,
    http::Answer,
    on_all, on_both,
    world::{REDIRECT_URI, World, ada, answer_of, answer_to, code_in, now, text},
};

const START: &str = "http://127.0.0.1:9/start";

/// A live connection with these settings beside the basic ones.
fn world_with(engine: Engine, more: &serde_json::Value) -> World {
    let world = World::new(engine);
    save(&world, more);
    world.pass_test();
    world.enable().expect(200);
    world
}

fn save(world: &World, more: &serde_json::Value) {
    let mut draft = World::draft_of(&world.idp);
    for (name, value) in more.as_object().unwrap() {
        draft[name] = value.clone();
    }
    world.api.put(&world.path("/draft"), &draft).expect(200);
}

fn our_certificate(world: &World) -> Certificate {
    let connection = world.api.get(&world.path("")).expect(200).json();
    let pem = text(&connection, "/service_provider/certificate");
    Certificate::parse_all(pem.as_bytes()).unwrap().remove(0)
}

/// What the IdP reads of our request.
fn request(world: &World, leaving: &Answer) -> vestibule_test_idp::ReceivedRequest {
    let (_, query) = leaving.location().split_once('?').expect("a query");
    world.idp.read_request(query).expect("an AuthnRequest")
}

on_all! {
    fn a_sign_in_that_the_idp_begins_is_begun_anew_by_the_application(engine) {
        let mut world = World::new(engine);
        let body = json!({"name": "Application", "redirect_uris": [REDIRECT_URI], "initiate_login_uri": START});
        let client = world.api.post("/v1/clients", &body).expect(201).json();
        world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
        save(&world, &json!({"idp_initiated": "restart"}));
        world.pass_test();
        world.enable().expect(200);

        let sp = SpRegistration::new(&world.entity_id, &world.acs_url);
        let unasked = |state: Option<&str>| world.idp
            .respond_unsolicited(&sp, state, &ada(), &Twist::default(), now()).unwrap();
        let form = unasked(None);
        let mut browser = Browser::default();
        let sent = browser.deliver(&form.acs_url, &form.saml_response).expect(303);
        let url = url::Url::parse(sent.location()).unwrap();
        assert!(sent.location().starts_with(START), "{sent:?}");
        let get = |name: &str| url.query_pairs().find(|(given, _)| given == name).map(|(_, v)| v.into_owned());
        assert_eq!(get("iss").as_deref(), Some(&*world.server.url));
        assert_eq!(get("code"), None, "a code is never sent unasked");
        let hint = get("login_hint").expect("a login_hint");

        // Another browser gets nothing of it: it goes to the IdP like anybody.
        let authorize = world.authorize_with(&[("login_hint", &hint)]);
        let other = Browser::default().get(&authorize);
        assert_eq!(other.status, 302);
        assert!(other.location().starts_with(&world.idp.sso_url()));

        // The application begins, in the same browser: the answer is there already.
        let code = code_in(&browser.get(&authorize));
        let tokens = world.exchange(&code).expect(200).json();
        assert!(world.is_active(&text(&tokens, "/access_token")));
        // Once: the next authorize goes to the IdP, and the same message is no use again.
        assert_eq!(browser.get(&authorize).status, 302);
        browser.deliver(&form.acs_url, &form.saml_response);
        let replayed = browser.get(&authorize);
        assert_eq!(replayed.status, 400, "{replayed:?}");
    }

    fn encrypted_assertions_are_opened_and_the_answer_to_every_failure_is_one(engine) {
        let world = World::live(engine);
        let ours = our_certificate(&world);
        let encrypt = |certificate: &Certificate| Twist {
            encrypt: Some(Encrypt::new(certificate.clone())),
            ..Twist::default()
        };
        let tokens = world.exchange(&code_in(&world.sign_in(&ada(), &encrypt(&ours)))).expect(200).json();
        assert!(world.is_active(&text(&tokens, "/access_token")));

        // For the key of another connection: refused, by the row that names the certificates.
        let other = world.idp.certificate().clone();
        let refused = world.sign_in(&ada(), &encrypt(&other));
        assert_eq!(refused.status, 403, "{refused:?}");
        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        assert_eq!(attempts["data"][0]["reason"], "encryption", "{attempts}");
        let report = attempts["data"][0]["report"].as_array().unwrap();
        let row = report.iter().find(|row| row["check"] == "encryption").unwrap();
        assert!(text(row, "/expected").contains(&ours.fingerprint_sha256().to_string()), "{row}");

        // CBC is refused unless the settings take it.
        let mut cbc = encrypt(&ours);
        cbc.encrypt.as_mut().unwrap().options.cipher = ContentCipher::Aes128Cbc;
        assert_eq!(world.sign_in(&ada(), &cbc).status, 403);
        save(&world, &json!({"encryption_cbc": "accept"}));
        world.pass_test();
        world.enable().expect(200);
        code_in(&world.sign_in(&ada(), &cbc));
    }
}

on_both! {
    fn unasked_sign_ins_are_refused_where_nobody_allowed_them(engine) {
        let world = World::live(engine);
        let sp = SpRegistration::new(&world.entity_id, &world.acs_url);
        let form = world.idp.respond_unsolicited(&sp, None, &ada(), &Twist::default(), now()).unwrap();
        let page = Browser::default().deliver(&form.acs_url, &form.saml_response);
        assert_eq!(page.status, 400, "{page:?}");
        assert!(page.body.contains("start from the application"), "{}", page.body);
    }

    fn a_relay_state_leads_into_the_application_or_nowhere(engine) {
        let mut world = World::new(engine);
        let body = json!({"name": "Application", "redirect_uris": [REDIRECT_URI], "initiate_login_uri": START});
        let client = world.api.post("/v1/clients", &body).expect(201).json();
        world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
        save(&world, &json!({"idp_initiated": "restart", "idp_initiated_client_id": world.client.0}));
        world.pass_test();
        world.enable().expect(200);
        let sp = SpRegistration::new(&world.entity_id, &world.acs_url);
        for (state, passed) in [
            ("http://127.0.0.1:9/reports/7", true),
            ("https://evil.example/", false),
            ("http://127.0.0.1:9@evil.example/", false),
            ("javascript:alert(1)", false),
            ("token", false),
        ] {
            let form = world.idp.respond_unsolicited(&sp, Some(state), &ada(), &Twist::default(), now()).unwrap();
            let mut browser = Browser::default();
            let fields = [("SAMLResponse", form.saml_response.as_str()), ("RelayState", state)];
            let mut sent = browser.post_from_elsewhere(&form.acs_url, &fields).expect(303);
            if sent.location().contains("/resume/") {
                let resume = sent.location().to_owned();
                sent = browser.get(&resume).expect(303);
            }
            assert_eq!(sent.location().contains("target_link_uri="), passed, "{state}: {sent:?}");
        }
    }

    fn prompts_and_max_age_are_passed_on_and_held_to(engine) {
        let world = World::live(engine);
        let ask = |more: &[(&str, &str)]| {
            let mut all = vec![("workspace", world.workspace.as_str())];
            all.extend_from_slice(more);
            let mut browser = Browser::default();
            let leaving = browser.get(&world.authorize_with(&all));
            (browser, leaving)
        };
        let (_, plain) = ask(&[]);
        let read = request(&world, &plain);
        assert!(!read.force_authn() && !read.is_passive());

        let (mut browser, login) = ask(&[("prompt", "login")]);
        assert!(request(&world, &login).force_authn());
        let form = answer_to(&world.idp, &login, &ada(), &Twist::default());
        code_in(&browser.deliver(&form.acs_url, &form.saml_response));

        // Somebody who authenticated an hour ago does not satisfy that, whatever the IdP did.
        let (mut browser, login) = ask(&[("max_age", "600")]);
        assert!(!request(&world, &login).force_authn());
        let old = Twist { authn_instant_offset: jiff::SignedDuration::from_hours(-1), ..Twist::default() };
        let form = answer_of(&world.idp, login.location(), &ada(), &old);
        let refused = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(refused.status, 403, "{refused:?}");
        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        assert_eq!(attempts["data"][0]["reason"], "authn_instant", "{attempts}");

        // prompt=none: the IdP is asked to show nothing, and its no goes to the application.
        let (mut browser, passive) = ask(&[("prompt", "none")]);
        assert!(request(&world, &passive).is_passive());
        let form = answer_to(&world.idp, &passive, &ada(), &Twist::default());
        let back = browser.deliver(&form.acs_url, &form.saml_response).expect(303);
        assert!(back.location().starts_with(REDIRECT_URI), "{back:?}");
        assert!(back.location().contains("error=login_required"), "{back:?}");
        assert!(back.location().contains("state=the-state"), "{back:?}");
        // The trip is over with it.
        assert_eq!(browser.deliver(&form.acs_url, &form.saml_response).status, 400);
    }

    fn what_the_settings_ask_for_is_in_the_request_and_held_to(engine) {
        let mfa = "https://refeds.org/profile/mfa";
        let world = world_with(engine, &json!({
            "sign_requests": true, "force_authn": true,
            "name_id_format": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            "requested_authn_context": [mfa], "required_authn_context": [mfa],
        }));
        let leaving = Browser::default().get(&world.authorize_url()).expect(302);
        for part in ["&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256", "&Signature="] {
            assert!(leaving.location().contains(part), "{leaving:?}");
        }
        let read = request(&world, &leaving);
        assert!(read.force_authn());
        assert_eq!(read.requested_contexts(), [mfa]);
        assert!(read.name_id_format().unwrap().ends_with(":emailAddress"));
        code_in(&world.sign_in(&ada(), &Twist::default()));
        // Another class than the one that is required.
        let weaker = Twist {
            authn_context_class: Some("urn:oasis:names:tc:SAML:2.0:ac:classes:Password".to_owned()),
            ..Twist::default()
        };
        assert_eq!(world.sign_in(&ada(), &weaker).status, 403);
        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        assert_eq!(attempts["data"][0]["reason"], "authn_context", "{attempts}");
    }

    fn an_idp_that_says_no_is_quoted_as_text(engine) {
        let world = World::live(engine);
        let page = world.sign_in(&ada(), &Fault::AuthnFailed.twist());
        assert_eq!(page.status, 403, "{page:?}");
        assert!(page.body.contains("Your identity provider did not sign you in"), "{}", page.body);
    }
}
