//! The certificates of a connection's IdP, our own keys, and what is said before one ends.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_test_idp::{Encrypt, IdpConfig, Key, SpRegistration, Style, TestIdp, Twist};
use vestibule_xmlsig::{Certificate, SigningKey};

use crate::support::{
    browser::Browser,
    database::Engine,
    http::{Answer, Api, send},
    on_all, on_both, within,
    world::{REDIRECT_URI, World, ada, answer_to, code_in, idp, new_workspace, now, text},
};

fn certificates(world: &World) -> Vec<Value> {
    let shown = world.api.get(&world.path("/certificates")).expect(200);
    shown.json()["data"].as_array().unwrap().clone()
}

fn fingerprints(world: &World) -> Vec<String> {
    let all = certificates(world);
    all.iter()
        .map(|shown| text(shown, "/fingerprint_sha256"))
        .collect()
}

fn add(world: &World, certificate: &str) -> Answer {
    let body = json!({ "certificate": certificate });
    world.api.post(&world.path("/certificates"), &body)
}

fn retire(world: &World, fingerprint: &str, query: &str) -> Answer {
    let path = world.path(&format!("/certificates/{fingerprint}{query}"));
    world.api.delete(&path)
}

fn fingerprint(idp: &TestIdp) -> String {
    idp.certificate().fingerprint_sha256().to_owned()
}

/// What the audit log says of this action, newest first.
fn audit(world: &World, action: &str) -> Vec<Value> {
    let path = "/v1/audit-events?limit=200";
    let log = world.api.get(path).expect(200).json();
    let events = log["data"].as_array().unwrap().iter();
    let ours = events.filter(|event| event["action"] == action);
    ours.map(|event| event["detail"].clone()).collect()
}

/// The IdP after its roll-over: the same entity with a key of its own.
fn rolled_over(world: &World) -> TestIdp {
    let next = idp(Style::Okta);
    next.trust(SpRegistration::new(&world.entity_id, &world.acs_url));
    next
}

fn sign_in_with(world: &World, idp: &TestIdp) -> Answer {
    let mut browser = Browser::default();
    let leaving = browser.get(&world.authorize_url());
    let form = answer_to(idp, &leaving, &ada(), &Twist::default());
    browser.deliver(&form.acs_url, &form.saml_response)
}

/// An IdP that signs people in, as soon as every replica has heard of the last change.
fn takes(world: &World, idp: &TestIdp) {
    within(Duration::from_secs(5), "the IdP is taken", || {
        let answer = sign_in_with(world, idp);
        answer.status == 303 && answer.location().starts_with(REDIRECT_URI)
    });
}

/// And one that does not.
fn refuses(world: &World, idp: &TestIdp) {
    within(Duration::from_secs(5), "the IdP is refused", || {
        sign_in_with(world, idp).status == 403
    });
}

/// A key and its certificate, which ends after so long.
fn ending_in(after: SignedDuration) -> (SigningKey, Certificate) {
    let key = SigningKey::generate_rsa(2048).unwrap();
    let certificate = certificate_of(&key, after);
    (key, certificate)
}

fn certificate_of(key: &SigningKey, after: SignedDuration) -> Certificate {
    let began = now() - SignedDuration::from_hours(24);
    key.self_signed_certificate("IdP", began, now() + after)
        .unwrap()
}

on_all! {
    fn an_idp_rolls_its_key_over_and_nobody_notices(engine) {
        let world = World::live(engine);
        let grace = world.add_member("grace@acme.example", "admin");
        let next = rolled_over(&world);
        let (old, new) = (fingerprint(&world.idp), fingerprint(&next));
        let before = certificates(&world);
        assert_eq!(before.len(), 1);
        assert!(before[0]["last_used_at"].is_null(), "a test is no sign-in: {before:?}");
        assert_eq!(before[0]["state"], "current");
        assert_eq!(before[0]["certificate"], world.idp.certificate().to_pem());
        assert!(before[0]["expires_in_days"].as_i64().unwrap() > 1_000);

        // The next key: refused before it is added, taken at once after.
        refuses(&world, &next);
        takes(&world, &world.idp);
        let live = world.api.get(&world.path("")).expect(200).json()["live"].clone();
        let added = add(&world, &next.certificate_pem()).expect(201).json();
        assert_eq!(added["fingerprint_sha256"], new);
        assert!(added["last_used_at"].is_null() && added["in_draft"].is_null(), "{added}");
        takes(&world, &next);
        takes(&world, &world.idp);
        let after = world.api.get(&world.path("")).expect(200).json();
        assert_eq!(after["state"], "live");
        assert_eq!(after["live"]["id"], added["revision_id"]);
        assert_eq!(after["live"]["number"], 2);
        assert_eq!(after["live"]["passed_test_id"], live["passed_test_id"]);
        assert_eq!(after["live"]["idp_entity_id"], live["idp_entity_id"]);
        assert!(after["draft"].is_null());
        for shown in certificates(&world) {
            assert!(shown["last_used_at"].is_string(), "{shown}");
            assert_eq!(shown["revision_id"], added["revision_id"]);
        }
        let events = audit(&world, "connection.certificate_added");
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["certificates"], json!([new]));
        assert!(events[0]["admins"].as_array().unwrap().contains(&grace["id"]), "{events:?}");
        assert_eq!((&events[0]["before"], &events[0]["revision"]), (&live["id"], &added["revision_id"]));

        // There already: nothing happens.
        let same = add(&world, &next.certificate().to_base64_der()).expect(200).json();
        assert_eq!(same["revision_id"], added["revision_id"]);

        // Both have been of use, so either may go.
        let retired = retire(&world, &old, "").expect(200).json();
        assert_eq!(retired["fingerprint_sha256"], old);
        assert_eq!(fingerprints(&world), std::slice::from_ref(&new));
        refuses(&world, &world.idp);
        takes(&world, &next);
        let events = audit(&world, "connection.certificate_retired");
        assert_eq!(events[0]["certificates"], json!([old]));
        assert!(events[0]["admins"].as_array().unwrap().contains(&grace["id"]), "{events:?}");

        // The only one stays, whoever insists.
        assert_eq!(retire(&world, &new, "?force=true").problem(409), "last-certificate");
        assert_eq!(retire(&world, &old, "").problem(404), "not-found");
        // The only one that is in use goes where somebody insists.
        add(&world, &world.idp.certificate_pem()).expect(201);
        let unused = rolled_over(&world);
        retire(&world, &old, "").expect(200);
        add(&world, &unused.certificate_pem()).expect(201);
        assert_eq!(retire(&world, &new, "").problem(409), "force-required");
        assert_eq!(retire(&world, &new, "?force=false").problem(409), "force-required");
        takes(&world, &next);
        retire(&world, &new, "?force=true").expect(200);
        assert_eq!(fingerprints(&world), [fingerprint(&unused)]);
        refuses(&world, &next);
    }

    fn our_key_changes_and_what_is_encrypted_for_the_old_one_still_opens(engine) {
        let world = World::live(engine);
        let path = world.path("/service-provider-keys");
        let keys = || world.api.get(&path).expect(200).json()["data"].clone();
        let metadata = || send("GET", &format!("{}/saml/{}/metadata", world.server.url, world.connection), &[], "").expect(200).body;
        let read = |shown: &Value| Certificate::parse_all(text(shown, "/certificate").as_bytes()).unwrap().remove(0);
        let sign_in_for = |certificate: &Certificate| {
            let encrypt = Some(Encrypt::new(certificate.clone()));
            world.sign_in(&ada(), &Twist { encrypt, ..Twist::default() })
        };
        let first = keys();
        assert_eq!(first.as_array().unwrap().len(), 1);
        assert!(first[0]["stage"] == "active" && first[0]["id"].is_null(), "{first}");
        let old = read(&first[0]);

        // The next one is announced, for signatures alone, and there is one of it.
        let next = world.api.post(&path, &json!({})).expect(201).json();
        assert_eq!(next["stage"], "next");
        let new = read(&next);
        assert_eq!(world.api.post(&path, &json!({})).problem(409), "conflict");
        within(Duration::from_secs(5), "every replica announces it", || {
            let xml = metadata();
            let count = |certificate: &Certificate| xml.matches(&certificate.to_base64_der()).count();
            (count(&old), count(&new)) == (2, 1)
        });
        code_in(&sign_in_for(&old));
        // And what some IdP encrypts for it early opens too.
        code_in(&sign_in_for(&new));

        let id = text(&next, "/id");
        let activated = world.api.post(&format!("{path}/{id}/activate"), &json!({})).expect(200).json();
        let activated = &activated["data"];
        assert_eq!(activated[0]["fingerprint_sha256"], next["fingerprint_sha256"]);
        assert_eq!((&activated[0]["stage"], &activated[1]["stage"]), (&json!("active"), &json!("previous")));
        assert_eq!(activated[1]["fingerprint_sha256"], first[0]["fingerprint_sha256"]);
        assert_eq!(activated[1]["created_at"], first[0]["created_at"]);
        assert_eq!(keys(), *activated);
        let connection = world.api.get(&world.path("")).expect(200).json();
        assert_eq!(connection["service_provider"]["certificate"], next["certificate"]);
        // A second time finds it in use.
        assert_eq!(world.api.post(&format!("{path}/{id}/activate"), &json!({})).problem(404), "not-found");
        within(Duration::from_secs(5), "every replica asks for the new one", || {
            let xml = metadata();
            xml.matches(&new.to_base64_der()).count() == 2 && !xml.contains(&old.to_base64_der())
        });
        code_in(&sign_in_for(&old));
        code_in(&sign_in_for(&new));

        // Without it: refused by the row that names the certificates.
        let previous = text(&activated[1], "/id");
        world.api.delete(&format!("{path}/{previous}")).expect(204);
        assert_eq!(world.api.delete(&format!("{path}/{previous}")).problem(404), "not-found");
        within(Duration::from_secs(5), "every replica has forgotten it", || sign_in_for(&old).status == 403);
        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        let refused = &attempts["data"][0];
        assert_eq!(refused["reason"], "encryption", "{refused}");
        let report = refused["report"].as_array().unwrap();
        let row = report.iter().find(|row| row["check"] == "encryption").unwrap();
        let expected = text(row, "/expected");
        assert!(expected.contains(new.fingerprint_sha256()), "{row}");
        assert!(!expected.contains(old.fingerprint_sha256()), "{row}");
        code_in(&sign_in_for(&new));
        for action in ["created", "activated", "deleted"] {
            let action = format!("connection.service_provider_key_{action}");
            assert_eq!(audit(&world, &action).len(), 1, "{action}");
        }
    }
}

on_both! {
    fn a_renewed_certificate_of_the_same_key_just_works(engine) {
        let mut world = World::new(engine);
        let (key, first) = ending_in(SignedDuration::from_hours(24 * 60));
        let mut config = IdpConfig::new("http://localhost:1", Style::Okta);
        config.key = Key::Pkcs8(key.to_pkcs8_der().to_vec());
        world.idp = TestIdp::new(config, now()).unwrap();
        world.idp.trust(SpRegistration::new(&world.entity_id, &world.acs_url));
        let draft = json!({"idp_certificates": [first.to_pem()], "idp_sso_url": world.idp.sso_url()});
        world.api.put(&world.path("/draft"), &draft).expect(200);
        world.pass_test();
        world.enable().expect(200);
        takes(&world, &world.idp);

        let renewed = certificate_of(&key, SignedDuration::from_hours(24 * 700));
        let added = add(&world, &renewed.to_pem()).expect(201).json();
        assert_eq!(fingerprints(&world), [renewed.fingerprint_sha256()]);
        assert!(added["last_used_at"].is_string(), "the key has been of use: {added}");
        let events = audit(&world, "connection.certificate_added");
        assert_eq!(events[0]["replaced"], json!([first.fingerprint_sha256()]));
        takes(&world, &world.idp);
    }

    fn an_added_certificate_signs_no_admin_in(engine) {
        let world = World::live(engine);
        world.add_member("ada@acme.example", "admin");
        let next = rolled_over(&world);
        add(&world, &next.certificate_pem()).expect(201);
        for idp in [&world.idp, &next] {
            assert_eq!(sign_in_with(&world, idp).status, 403);
            let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
            assert_eq!(attempts["data"][0]["reason"], "local-proof-required");
        }
    }

    fn a_draft_stays_as_it_is_and_the_answer_says_so(engine) {
        let world = World::live(engine);
        let next = rolled_over(&world);
        let draft = world.save_draft()["draft"].clone();
        let added = add(&world, &next.certificate_pem()).expect(201).json();
        assert_eq!(added["in_draft"], false);
        let shown = world.api.get(&world.path("")).expect(200).json();
        assert_eq!(shown["draft"], draft);
        assert_eq!(shown["live"]["certificates"].as_array().unwrap().len(), 2);
        let retired = retire(&world, &fingerprint(&world.idp), "").expect(200).json();
        assert_eq!(retired["in_draft"], true, "{retired}");
        assert_eq!(certificates(&world)[0]["in_draft"], false);
        assert_eq!(world.api.get(&world.path("")).expect(200).json()["draft"], draft);
    }

    fn what_is_not_live_gets_a_draft(engine) {
        let world = World::new(engine);
        assert_eq!(certificates(&world), Vec::<Value>::new());
        assert_eq!(add(&world, &world.idp.certificate_pem()).problem(409), "draft-required");
        world.save_draft();
        world.pass_test();
        assert_eq!(world.state(), "ready");
        let next = rolled_over(&world);
        let added = add(&world, &next.certificate_pem()).expect(201).json();
        let shown = world.api.get(&world.path("")).expect(200).json();
        assert_eq!((&shown["state"], &shown["draft"]["id"]), (&json!("draft"), &added["revision_id"]));
        assert_eq!(world.enable().problem(409), "test-required");
        assert_eq!(fingerprints(&world), [fingerprint(&world.idp), fingerprint(&next)]);
        retire(&world, &fingerprint(&next), "").expect(200);
        let only = fingerprint(&world.idp);
        assert_eq!(fingerprints(&world), std::slice::from_ref(&only));
        assert_eq!(retire(&world, &only, "").problem(409), "last-certificate");
        assert_eq!(audit(&world, "connection.certificate_added"), Vec::<Value>::new());
    }

    fn the_end_of_a_certificate_is_warned_of_once(engine) {
        let mut world = World::new(engine);
        let hours = SignedDuration::from_hours;
        let far = world.idp.certificate_pem();
        let soon = [ending_in(hours(24 * 10)).1, ending_in(hours(12)).1, ending_in(hours(24 * 29)).1];
        let over = ending_in(hours(-1)).1;
        let mut all: Vec<_> = soon.iter().map(Certificate::to_pem).collect();
        all.extend([far, over.to_pem()]);
        let draft = json!({"idp_certificates": all, "idp_sso_url": world.idp.sso_url()});
        world.api.put(&world.path("/draft"), &draft).expect(200);
        world.pass_test();
        let states: Vec<_> = certificates(&world).iter().map(|shown| (shown["state"].clone(), shown["expires_in_days"].clone())).collect();
        let expected = [("expires_soon", 9), ("expires_soon", 0), ("expires_soon", 28)];
        for (shown, (state, days)) in states.iter().zip(expected) {
            assert_eq!(*shown, (json!(state), json!(days)));
        }
        assert_eq!((&states[3].0, &states[4]), (&json!("current"), &(json!("expired"), json!(-1))));
        // Nobody is warned of what does not serve.
        world.enable().expect(200);
        assert_eq!(audit(&world, "certificate.expires_soon"), Vec::<Value>::new());
        for _ in 0..2 {
            // A server looks as soon as it leads.
            world.server.terminate();
            world.server.restart();
            within(Duration::from_secs(5), "three warnings", || audit(&world, "certificate.expires_soon").len() == 3);
        }
        let mut warned: Vec<_> = audit(&world, "certificate.expires_soon").iter()
            .map(|event| (event["days"].as_i64().unwrap(), text(event, "/fingerprint")))
            .collect();
        warned.sort();
        let expected = [(1, &soon[1]), (14, &soon[0]), (30, &soon[2])]
            .map(|(days, certificate)| (days, certificate.fingerprint_sha256().to_owned()));
        assert_eq!(warned, expected);
        let log = world.server.log_with("certificate_expires_soon");
        assert!(log.contains(soon[0].fingerprint_sha256()), "{log}");
    }
}

#[test]
fn what_is_no_certificate_of_the_idp_is_named() {
    let world = World::live(Engine::Sqlite);
    let connection = world.api.get(&world.path("")).expect(200).json();
    let ours = text(&connection, "/service_provider/certificate");
    let two = format!(
        "{}{}",
        world.idp.certificate_pem(),
        rolled_over(&world).certificate_pem()
    );
    let (from, to) = (now(), now() + SignedDuration::from_hours(1));
    let weak = SigningKey::generate_rsa(1024).map(|key| {
        let certificate = key.self_signed_certificate("weak", from, to);
        certificate.map_or_else(|_| String::new(), |certificate| certificate.to_pem())
    });
    let found = |certificate: &str| {
        let refused = add(&world, certificate);
        assert_eq!(refused.problem(422), "invalid-value", "{refused:?}");
        let error = refused.json()["errors"][0].clone();
        assert_eq!(error["pointer"], "/certificate");
        text(&error, "/found")
    };
    assert!(found(&ours).contains("our own certificate"));
    assert_eq!(found(&two), "2 certificates");
    for nonsense in ["", "x", &world.idp.sso_url(), &weak.unwrap_or_default()] {
        found(nonsense);
    }
    assert_eq!(fingerprints(&world), [fingerprint(&world.idp)]);
}

#[test]
fn plans_gate_what_is_added_and_never_what_is_taken_away() {
    let world = World::live(Engine::Sqlite);
    let next = rolled_over(&world);
    add(&world, &next.certificate_pem()).expect(201);
    let path = world.path("/service-provider-keys");
    let key = text(&world.api.post(&path, &json!({})).expect(201).json(), "/id");
    world.set_plan("free");
    let code = |answer: Answer| answer.problem(403);
    let third = rolled_over(&world).certificate_pem();
    assert_eq!(code(add(&world, &third)), "plan-upgrade-required");
    let activate = world
        .api
        .post(&format!("{path}/{key}/activate"), &json!({}));
    assert_eq!(code(activate), "plan-upgrade-required");
    assert_eq!(
        code(world.api.post(&path, &json!({}))),
        "plan-upgrade-required"
    );
    world.api.delete(&format!("{path}/{key}")).expect(204);
    retire(&world, &fingerprint(&next), "").expect(200);
    assert_eq!(fingerprints(&world), [fingerprint(&world.idp)]);
}

#[test]
fn previous_keys_can_be_used_again_and_are_bounded() {
    let world = World::live(Engine::Sqlite);
    let path = world.path("/service-provider-keys");
    let activate = |id: &str| {
        let answer = world.api.post(&format!("{path}/{id}/activate"), &json!({}));
        answer.expect(200).json()["data"].clone()
    };
    let first = world.api.get(&path).expect(200).json()["data"][0].clone();
    let mut keys = Value::Null;
    for _ in 0..4 {
        let next = world.api.post(&path, &json!({})).expect(201).json();
        keys = activate(&text(&next, "/id"));
    }
    assert_eq!(keys.as_array().unwrap().len(), 5);
    assert_eq!(world.api.post(&path, &json!({})).problem(409), "conflict");
    let back = activate(&text(&keys, "/1/id"));
    assert_eq!(back[0]["certificate"], first["certificate"]);
    assert_eq!(back.as_array().unwrap().len(), 5);
    takes(&world, &world.idp);
}

#[test]
fn another_workspace_finds_nothing() {
    let world = World::live(Engine::Sqlite);
    let (other, _) = new_workspace(&world.api, "pro");
    let body = json!({"name": "foreign", "scopes": ["*"], "workspace_id": other});
    let key = world.api.post("/v1/api-keys", &body).expect(201).json();
    let foreign = Api::new(&world.server.url, &text(&key, "/secret"));
    let next = json!({"certificate": rolled_over(&world).certificate_pem()});
    let only = fingerprint(&world.idp);
    let calls = [
        foreign.get(&world.path("/certificates")),
        foreign.post(&world.path("/certificates"), &next),
        foreign.delete(&world.path(&format!("/certificates/{only}?force=true"))),
        foreign.get(&world.path("/service-provider-keys")),
        foreign.post(&world.path("/service-provider-keys"), &json!({})),
    ];
    for answer in calls {
        assert_eq!(answer.problem(404), "not-found");
    }
    assert_eq!(fingerprints(&world), [only]);
}
