//! Domains: claimed, proved by a TXT record, what they decide, and how they are lost again.

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_test_idp::{IdpConfig, SpRegistration, Style, TestIdp, User};

use crate::support::{
    browser::Browser,
    clock::Clock,
    database::Engine,
    dns::{Dns, Says},
    http::Answer,
    on_all, on_both,
    server::Server,
    within,
    world::{REDIRECT_URI, ROOT, World, ada, code_in, new_workspace, now, text, unverified_claims},
};

const RECORD: &str = "_vestibule.acme.example";

/// A world that asks a DNS server of the test's.
fn world(engine: Engine) -> (World, Dns) {
    let dns = Dns::open();
    let address = dns.address();
    let settings = [("VESTIBULE_DNS_RESOLVER", address.as_str())];
    let world = World::on(Server::with(engine, &settings), Style::Okta);
    (world, dns)
}

fn claim(world: &World, domain: &str) -> Value {
    let path = world.workspace_path("/domains");
    let claimed = world.api.post(&path, &json!({"domain": domain}));
    claimed.expect(201).json()
}

fn path(world: &World, domain: &Value) -> String {
    world.workspace_path(&format!("/domains/{}", text(domain, "/id")))
}

fn read(world: &World, domain: &Value) -> Value {
    world.api.get(&path(world, domain)).expect(200).json()
}

fn verify(world: &World, domain: &Value) -> Answer {
    let path = format!("{}/verify", path(world, domain));
    world.api.post(&path, &json!({}))
}

/// Has DNS say what proves a domain.
fn publish(dns: &Dns, domain: &Value) {
    let records = vec!["v=spf1 -all".to_owned(), text(domain, "/txt_record/value")];
    dns.say(&text(domain, "/txt_record/name"), Says::Txt(records));
}

/// Claims a domain, publishes its record and has it verified.
fn have(world: &World, dns: &Dns, domain: &str) -> Value {
    let claimed = claim(world, domain);
    publish(dns, &claimed);
    verify(world, &claimed).expect(200).json()
}

/// Where somebody with this address is sent.
fn by_hint(world: &World, email: &str) -> Answer {
    Browser::default().get(&world.authorize_with(&[("login_hint", email)]))
}

/// What the audit log says about domains, the oldest first.
fn audit(world: &World) -> Vec<(String, Value)> {
    let log = world.api.get("/v1/audit-events?limit=200").expect(200);
    let log = log.json();
    let events = log["data"].as_array().unwrap().iter().rev();
    events
        .filter(|event| text(event, "/action").starts_with("domain."))
        .map(|event| (text(event, "/action"), event["detail"].clone()))
        .collect()
}

fn actions(world: &World) -> Vec<String> {
    audit(world).into_iter().map(|(action, _)| action).collect()
}

/// Another IdP, with a connection of this workspace that is live. The world speaks of it from now on.
fn live_connection(world: &mut World, port: u16) -> TestIdp {
    let body = json!({"default": false, "name": format!("IdP {port}")});
    let connection = world.api.post(&world.workspace_path("/connections"), &body);
    let connection = connection.expect(201).json();
    world.connection = text(&connection, "/id");
    world.entity_id = text(&connection, "/service_provider/entity_id");
    world.acs_url = text(&connection, "/service_provider/acs_url");
    let config = IdpConfig::new(format!("http://localhost:{port}"), Style::Entra);
    world.idp = TestIdp::new(config, now()).unwrap();
    world
        .idp
        .trust(SpRegistration::new(&world.entity_id, &world.acs_url));
    world.save_draft();
    world.pass_test();
    world.enable().expect(200);
    world.idp.clone()
}

#[track_caller]
fn leads_to(answer: &Answer, idp: &TestIdp) {
    assert_eq!(answer.status, 302, "{answer:?}");
    assert!(answer.location().starts_with(&idp.sso_url()), "{answer:?}");
}

#[track_caller]
fn asks(answer: &Answer) {
    assert!(answer.asks_who(), "{answer:?}");
}

/// A page, and no way on.
#[track_caller]
fn leads_nowhere(answer: &Answer, status: u16) {
    assert_eq!(
        (answer.status, answer.header("location")),
        (status, None),
        "{answer:?}"
    );
}

on_all! {
    fn a_domain_is_claimed_proved_routes_its_people_and_is_given_up(engine) {
        let (world, dns) = world(engine);
        let world = world.go_live();
        let domain = claim(&world, "ACME.example.");
        assert_eq!(domain["domain"], "acme.example");
        assert_eq!(domain["txt_record"]["name"], RECORD);
        let value = text(&domain, "/txt_record/value");
        let token = value.strip_prefix("vestibule-domain-verification=").unwrap();
        assert_eq!(token.len(), 43, "{value}");
        for empty in ["verified_at", "last_check", "connection_id"] {
            assert_eq!(domain.get(empty), Some(&Value::Null), "{empty}");
        }
        asks(&by_hint(&world, "ada@acme.example"));

        let missing = verify(&world, &domain);
        assert_eq!(missing.problem(409), "domain-record-missing");
        let problem = missing.json();
        assert_eq!((&problem["asked"], &problem["expected"]), (&json!(RECORD), &json!(value)));
        assert_eq!((&problem["found"], &problem["verified_at"]), (&json!([]), &Value::Null));
        dns.say(RECORD, Says::NoData);
        assert_eq!(verify(&world, &domain).problem(409), "domain-record-missing");
        let others = ["x".repeat(250), format!("{value}x"), value.to_uppercase()];
        dns.say(RECORD, Says::Txt(others.to_vec()));
        let missing = verify(&world, &domain);
        assert_eq!(missing.problem(409), "domain-record-missing");
        let found = missing.json()["found"].clone();
        assert_eq!(found[0], format!("{}…", "x".repeat(100)));
        assert_eq!(found[1], format!("{value}x"));
        let checked = read(&world, &domain);
        assert_eq!((&checked["verified_at"], &checked["last_check"]["outcome"]), (&Value::Null, &json!("absent")));
        asks(&by_hint(&world, "ada@acme.example"));

        publish(&dns, &domain);
        let verified = verify(&world, &domain).expect(200).json();
        assert_eq!(verified["last_check"]["outcome"], "found");
        assert_eq!(read(&world, &domain), verified);
        let list = world.api.get(&world.workspace_path("/domains")).expect(200).json();
        assert_eq!(list["data"], json!([verified]));
        leads_to(&by_hint(&world, "anybody@ACME.example"), &world.idp);
        for elsewhere in ["ada@sub.acme.example", "ada@acme.example.org", "ada@example", "acme.example"] {
            asks(&by_hint(&world, elsewhere));
        }
        // Whoever asks again changes nothing but when it was looked at.
        let again = verify(&world, &domain).expect(200).json();
        assert_eq!(again["verified_at"], verified["verified_at"]);

        world.api.delete(&path(&world, &domain)).expect(204);
        assert_eq!(world.api.get(&path(&world, &domain)).problem(404), "not-found");
        assert_eq!(verify(&world, &domain).problem(404), "not-found");
        asks(&by_hint(&world, "ada@acme.example"));
        assert_eq!(actions(&world), ["domain.claimed", "domain.verified", "domain.deleted"]);
    }
}

on_both! {
    fn a_verified_domain_is_one_workspaces_and_who_cannot_prove_it_does_not_hear_that(engine) {
        let (mut world, dns) = world(engine);
        let first = have(&world, &dns, "acme.example");
        let (owner, path_of_first) = (world.workspace.clone(), path(&world, &first));
        world.workspace = new_workspace(&world.api, "free").0;
        let second = claim(&world, "acme.example");
        assert_ne!(second["txt_record"]["value"], first["txt_record"]["value"]);
        // The record of the other workspace proves nothing here.
        let missing = verify(&world, &second);
        assert_eq!(missing.problem(409), "domain-record-missing");
        publish(&dns, &second);
        let taken = verify(&world, &second);
        assert_eq!(taken.problem(409), "conflict");
        assert_eq!(taken.json()["field"], "domain.verified");
        assert!(!taken.body.contains(&owner), "{taken:?}");
        assert_eq!(read(&world, &second)["verified_at"], Value::Null);
        let twice = world.api.post(&world.workspace_path("/domains"), &json!({"domain": "ACME.EXAMPLE"}));
        assert_eq!((twice.problem(409).as_str(), &twice.json()["field"]), ("conflict", &json!("domain.domain")));

        world.api.delete(&path_of_first).expect(204);
        verify(&world, &second).expect(200);
        // On every plan; but to be sent to an IdP takes one with SSO.
        let page = by_hint(&world, "ada@acme.example");
        leads_nowhere(&page, 403);
        assert!(page.body.contains("plan"), "{page:?}");
    }

    fn whom_the_first_domain_shuts_out_is_named_and_acknowledged(engine) {
        let (world, dns) = world(engine);
        let world = world.go_live();
        let grace = User::new("grace@subsidiary.example", "Grace", "Hopper");
        for user in [&ada(), &grace] {
            world.exchange(&world.code(user)).expect(200);
        }
        let members = world.people();
        let id = |email: &str| {
            let found = members.iter().find(|member| member["email"] == email);
            text(found.unwrap(), "/id")
        };
        // Known by a link she stays; by her address alone she does not.
        let identities = world.workspace_path(&format!("/members/{}/identities", id(&grace.email)));
        let linked = world.api.get(&identities).expect(200).json();
        let path_of_link = format!("{identities}/{}", text(&linked, "/data/0/id"));
        world.api.delete(&path_of_link).expect(204);
        world.add_member("contractor@elsewhere.example", "member");

        let domain = claim(&world, "acme.example");
        publish(&dns, &domain);
        for _ in 0..2 {
            let refused = verify(&world, &domain);
            assert_eq!(refused.problem(409), "acknowledgement-required");
            let problem = refused.json();
            let named = json!([{"member_id": id(&grace.email), "email": grace.email}]);
            assert_eq!(problem["shut_out"], named, "{problem}");
            assert_eq!(problem["shut_out_is_complete"], true);
            assert_eq!(read(&world, &domain), domain, "nothing has changed");
        }
        assert_eq!(world.decide(&grace.email, "saml")["allowed"], true);
        let acknowledged = json!({"acknowledge_shut_out": true});
        let path = format!("{}/verify", path(&world, &domain));
        world.api.post(&path, &acknowledged).expect(200);
        assert_eq!(world.decide(&grace.email, "saml")["allowed"], false);
        assert_eq!(world.decide("contractor@elsewhere.example", "saml")["allowed"], true);
        let log = audit(&world);
        let verified = log.iter().find(|(action, _)| action == "domain.verified");
        let (_, detail) = verified.unwrap();
        assert_eq!((&detail["shut_out"], &detail["shut_out_acknowledged"]), (&json!(1), &json!(true)));

        // The next one only lets more people in.
        have(&world, &dns, "subsidiary.example");
        assert_eq!(world.decide(&grace.email, "saml")["allowed"], true);
    }

    fn a_dns_that_fails_or_says_nothing_changes_nothing(engine) {
        let (world, dns) = world(engine);
        let claimed = claim(&world, "acme.example");
        let verified = have(&world, &dns, "other.example");
        let name = text(&verified, "/txt_record/name");
        for says in [Says::Failure, Says::Silence] {
            for (record, domain) in [(RECORD, &claimed), (name.as_str(), &verified)] {
                dns.say(record, says.clone());
                let unknown = verify(&world, domain);
                assert_eq!(unknown.problem(503), "domain-check-failed", "{says:?}");
                let problem = unknown.json();
                assert_eq!(problem["asked"], record);
                assert!(!text(&problem, "/reason").is_empty(), "{problem}");
                assert_eq!(&read(&world, domain), domain, "{says:?}");
            }
        }
        assert_eq!(actions(&world), ["domain.claimed", "domain.claimed", "domain.verified"]);
    }

    fn newcomers_come_from_verified_domains_and_addresses_there_are_verified(engine) {
        let (world, dns) = world(engine);
        let mut world = world.go_live();
        let email_verified = |world: &World, user: &User| {
            let tokens = world.exchange(&world.code(user)).expect(200).json();
            unverified_claims(&text(&tokens, "/id_token"))["email_verified"].clone()
        };
        assert_eq!(email_verified(&world, &ada()), false);
        have(&world, &dns, "acme.example");
        assert_eq!(email_verified(&world, &ada()), true);
        let inside = User::new("Chiara@ACME.example", "Chiara", "Moretti");
        assert_eq!(email_verified(&world, &inside), true);
        let outside = User::new("eve@elsewhere.example", "Eve", "Moneypenny");
        leads_nowhere(&world.sign_in(&outside, &Default::default()), 403);
        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        assert_eq!(attempts["data"][0]["reason"], "domain-not-verified");
        assert!(!world.people().iter().any(|member| member["email"] == outside.email));

        // A workspace without domains takes newcomers of every domain but those of others.
        world.workspace = new_workspace(&world.api, "pro").0;
        live_connection(&mut world, 2);
        assert_eq!(email_verified(&world, &outside), false);
        leads_nowhere(&world.sign_in(&ada(), &Default::default()), 403);
        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        assert_eq!(attempts["data"][0]["reason"], "domain-not-verified");
        let people = world.people();
        assert_eq!(people.len(), 1, "{people:?}");
    }

    fn a_domain_leads_to_its_connection_and_to_no_other(engine) {
        let (world, dns) = world(engine);
        let mut world = world.go_live();
        let (first, first_id) = (world.idp.clone(), world.connection.clone());
        let second = live_connection(&mut world, 2);
        let second_id = world.connection.clone();
        let domain = have(&world, &dns, "acme.example");
        let attach = |to: Value| {
            let body = json!({"connection_id": to});
            world.api.patch(&path(&world, &domain), &body)
        };
        leads_to(&by_hint(&world, "ada@acme.example"), &first);
        attach(json!(second_id)).expect(200);
        attach(json!(second_id)).expect(200);
        leads_to(&by_hint(&world, "ada@acme.example"), &second);
        let beside = |hint: &str| {
            let parameters = [("workspace", world.workspace.as_str()), ("login_hint", hint)];
            Browser::default().get(&world.authorize_with(&parameters))
        };
        leads_to(&beside("ada@acme.example"), &second);
        leads_to(&beside("ada@elsewhere.example"), &first);
        leads_to(&beside(&second_id), &first);
        let (elsewhere, foreign) = new_workspace(&world.api, "pro");
        for wrong in [json!(foreign["id"]), json!("conn_00000000000070008000000000000000")] {
            let refused = attach(wrong);
            assert_eq!(refused.problem(422), "invalid-value");
            assert_eq!(refused.json()["errors"][0]["pointer"], "/connection_id");
        }
        let refused = world.api.post(
            &format!("/v1/workspaces/{elsewhere}/domains"),
            &json!({"domain": "acme.example", "connection_id": second_id}),
        );
        assert_eq!(refused.json()["errors"][0]["pointer"], "/connection_id", "{refused:?}");

        let disable = format!("/v1/connections/{second_id}/disable");
        world.api.post(&disable, &json!({"force": true})).expect(200);
        leads_nowhere(&by_hint(&world, "ada@acme.example"), 403);
        leads_nowhere(&beside("ada@acme.example"), 403);
        leads_to(&Browser::default().get(&world.authorize_url()), &first);
        let detached = attach(Value::Null).expect(200).json();
        assert_eq!(detached["connection_id"], Value::Null);
        leads_to(&by_hint(&world, "ada@acme.example"), &first);
        attach(json!(first_id)).expect(200);
        let path_of_first = format!("/v1/connections/{first_id}?force=true");
        world.api.delete(&path_of_first).expect(204);
        assert_eq!(read(&world, &domain)["connection_id"], Value::Null);
        leads_nowhere(&by_hint(&world, "ada@acme.example"), 403);
        assert_eq!(actions(&world).iter().filter(|action| *action == "domain.changed").count(), 3);
    }

    fn who_has_several_identity_providers_chooses(engine) {
        let (world, dns) = world(engine);
        let mut world = world.go_live();
        let first_path = world.path("");
        let (first, first_id) = (world.idp.clone(), world.connection.clone());
        let second = live_connection(&mut world, 2);
        leads_to(&Browser::default().get(&world.authorize_url()), &first);
        world.api.patch(&first_path, &json!({"default": false, "name": "<b>One</b>"})).expect(200);
        have(&world, &dns, "acme.example");

        let by_domain = world.authorize_with(&[("login_hint", "ada@acme.example")]);
        let sign_in_url = text(&world.decide("ada@acme.example", "password"), "/sign_in_url");
        assert!(world.authorize_url().contains("workspace="));
        assert!(sign_in_url.ends_with(&format!("?workspace={}", world.workspace)), "{sign_in_url}");
        for start in [world.authorize_url(), by_domain] {
            let mut browser = Browser::default();
            let page = browser.get(&start).expect(200);
            assert!(page.header("content-type").unwrap().starts_with("text/html"), "{page:?}");
            assert!(!page.body.contains("<b>One"), "{page:?}");
            let ways: Vec<_> = page
                .body
                .split("href=\"")
                .filter_map(|rest| rest.split_once('"'))
                .map(|(href, _)| href.replace("&#38;", "&").replace("&amp;", "&"))
                .filter(|href| href.contains("/oauth2/authorize?"))
                .collect();
            assert_eq!(ways.len(), 3, "{page:?}");
            let by_password = Browser::default().get(&ways[2]).expect(303);
            assert!(by_password.asks_who(), "the admins' way: {by_password:?}");
            for (way, (id, idp)) in ways.iter().zip([(&first_id, &first), (&world.connection, &second)]) {
                let url = url::Url::parse(way).unwrap();
                let pairs: Vec<_> = url.query_pairs().collect();
                let kept = |name: &str| pairs.iter().filter(|(given, _)| given == name).count();
                assert_eq!((kept("connection"), kept("workspace")), (1, 0), "{way}");
                assert!(pairs.iter().any(|(_, value)| value == id), "{way}");
                let leaving = browser.get(way);
                leads_to(&leaving, idp);
                let form = crate::support::world::answer_to(idp, &leaving, &ada(), &Default::default());
                let back = browser.deliver(&form.acs_url, &form.saml_response);
                let tokens = world.exchange(&code_in(&back)).expect(200).json();
                let claims = unverified_claims(&text(&tokens, "/id_token"));
                assert_eq!((&claims["connection"], &claims["nonce"]), (&json!(id), &json!("the-nonce")));
            }
            // Nobody is asked where nothing may be shown.
            let silent = browser.get(&format!("{start}&prompt=none")).expect(302);
            let back = silent.location();
            assert!(back.starts_with(&format!("{REDIRECT_URI}?error=interaction_required")), "{back}");
            assert!(back.contains("state=the-state") && back.contains("iss="), "{back}");
        }
        let disable = format!("/v1/connections/{first_id}/disable");
        world.api.post(&disable, &json!({"force": true})).expect(200);
        leads_to(&Browser::default().get(&world.authorize_url()), &second);
    }

    fn a_domain_is_lost_by_the_third_absence_in_three_days_and_by_no_failure(engine) {
        let (clock, dns, start) = (Clock::build(), Dns::open(), now());
        let at = |hours: i64| Clock::at(start + SignedDuration::from_hours(hours));
        let (address, begun) = (dns.address(), at(0));
        let settings = [
            ("VESTIBULE_DNS_RESOLVER", address.as_str()),
            ("LD_PRELOAD", clock.preload()),
            (Clock::HELD_AT, begun.as_str()),
        ];
        let mut world = World::on(Server::with(engine, &settings), Style::Okta);
        let domain = have(&world, &dns, "acme.example");
        let mut asked = dns.asked();
        // The hours of each server, what DNS says then, and what comes of it.
        for (hours, says, outcome) in [
            (23, Says::NoSuchName, "found"),
            (25, Says::NoSuchName, "absent"),
            (26, Says::NoData, "absent"),
            (38, Says::Failure, "unknown"),
            (51, Says::NoData, "absent"),
            (64, Says::Failure, "unknown"),
        ] {
            dns.say(RECORD, says);
            world.server.roll(Clock::HELD_AT, &at(hours));
            within(std::time::Duration::from_secs(10), &format!("{outcome} after {hours} h"), || {
                let domain = read(&world, &domain);
                let due = !matches!(hours, 23 | 26);
                domain["last_check"]["outcome"] == outcome && (!due || dns.asked() > asked)
            });
            asked = dns.asked();
            assert_ne!(read(&world, &domain)["verified_at"], Value::Null, "after {hours} h");
        }
        let actions = actions(&world);
        assert!(!actions.iter().any(|action| action == "domain.unverified"), "{actions:?}");
        dns.say(RECORD, Says::NoSuchName);
        world.server.roll(Clock::HELD_AT, &at(77));
        world.server.log_with("domain_unverified");
        assert_eq!(read(&world, &domain)["verified_at"], Value::Null);
        let (action, detail) = audit(&world).pop().unwrap();
        assert_eq!((action.as_str(), &detail["domain"]), ("domain.unverified", &json!("acme.example")));
        let root = world.api.get(&world.workspace_path(&format!("/members?email={ROOT}")));
        assert_eq!(detail["admins"], json!([root.expect(200).json()["data"][0]["id"]]));
        asks(&by_hint(&world, "ada@acme.example"));

        // It is a claim like before, with the same record; nobody looks at it by the clock.
        publish(&dns, &domain);
        let asked = dns.asked();
        world.server.roll(Clock::HELD_AT, &at(200));
        assert_ne!(verify(&world, &domain).expect(200).json()["verified_at"], Value::Null);
        assert_eq!(dns.asked(), asked + 1);
    }
}

#[test]
fn what_is_no_domain_is_refused_by_its_place() {
    let (world, _dns) = world(Engine::Sqlite);
    let path = world.workspace_path("/domains");
    for wrong in [
        json!("localhost"),
        json!("*.acme.example"),
        json!("192.0.2.1"),
        json!("https://acme.example"),
        json!("ada@acme.example"),
        json!("_dmarc.acme.example"),
        json!("acme..example"),
        json!(format!("{}example", "a.".repeat(118))),
        json!(""),
        json!(1),
    ] {
        let refused = world.api.post(&path, &json!({"domain": wrong}));
        assert_eq!(refused.problem(422), "invalid-value", "{wrong}");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/domain", "{wrong}");
    }
    let refused = world
        .api
        .post(&path, &json!({"domain": "acme.example", "token": "mine"}));
    assert_eq!(refused.problem(422), "unknown-field");
    let list = world.api.get(&path).expect(200).json();
    assert_eq!(list["data"], json!([]));
    let international = claim(&world, "b\u{fc}cher.example");
    assert_eq!(international["domain"], "xn--bcher-kva.example");
    let readers = world.server.api(&["domains:read"]);
    readers.get(&path).expect(200);
    let refused = readers.post(&path, &json!({"domain": "acme.example"}));
    assert_eq!(
        refused.json()["required_scope"],
        "domains:write",
        "{refused:?}"
    );
}

#[test]
fn asking_again_and_again_loses_no_domain_and_one_deleted_meanwhile_is_gone() {
    let (world, dns) = world(Engine::Sqlite);
    let domain = have(&world, &dns, "acme.example");
    dns.say(RECORD, Says::NoSuchName);
    for _ in 0..4 {
        let missing = verify(&world, &domain);
        assert_eq!(missing.problem(409), "domain-record-missing");
        assert!(missing.json()["verified_at"].is_string(), "{missing:?}");
        assert!(read(&world, &domain)["verified_at"].is_string());
    }
    let actions = actions(&world);
    assert!(
        !actions.iter().any(|action| action == "domain.unverified"),
        "{actions:?}"
    );

    publish(&dns, &domain);
    let (held, asked) = (dns.hold(), dns.asked());
    let verified = std::thread::scope(|scope| {
        let verifying = scope.spawn(|| verify(&world, &domain));
        within(std::time::Duration::from_secs(2), "the question", || {
            dns.asked() > asked
        });
        world.api.delete(&path(&world, &domain)).expect(204);
        drop(held);
        verifying.join().unwrap()
    });
    assert_eq!(verified.problem(404), "not-found");
}
