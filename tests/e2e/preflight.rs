//! What enabling would do, said before it does; and what else is said of people.

use serde_json::{Value, json};
use vestibule_test_idp::{Attribute, Twist, User};

use crate::support::{
    archive::set_password,
    database::Engine,
    on_both,
    world::{ROOT, World, ada, code_in, text, unverified_claims},
};

/// Some other workspace's revision.
const NOBODYS_REVISION: &str = "rev_019306f4e0c07d3aa1b2c3d4e5f60718";

fn preflight(world: &World) -> Value {
    let path = world.path("/enable-preflight");
    world.api.get(&path).expect(200).json()
}

fn emails(said: &Value, list: &str) -> Vec<String> {
    let people = said[list].as_array().unwrap().iter();
    people.map(|person| text(person, "/email")).collect()
}

on_both! {
    fn it_names_whom_it_affects_whom_it_shuts_out_and_who_keeps_a_way_in(engine) {
        let world = World::new(engine);
        let grace = world.add_member("grace@acme.example", "admin");
        world.add_member("ada@acme.example", "member");
        world.add_member("connie@elsewhere.example", "member");
        set_password(&world, &text(&grace, "/id"));

        // Nothing is saved, so nothing is known of the identity provider.
        let said = preflight(&world);
        assert_eq!((&said["revision_id"], &said["shut_out"]), (&json!(null), &json!([])), "{said}");
        assert_eq!(emails(&said, "affected"), ["ada@acme.example", "connie@elsewhere.example"]);

        let draft = world.save_draft();
        world.pass_test();
        let said = preflight(&world);
        assert_eq!(said["revision_id"], draft["draft"]["id"]);
        assert_eq!(emails(&said, "affected"), ["ada@acme.example", "connie@elsewhere.example"]);
        assert_eq!(emails(&said, "shut_out"), ["connie@elsewhere.example"]);
        assert_eq!(emails(&said, "without_second_factor"), [ROOT, "grace@acme.example"]);
        assert_eq!(emails(&said, "keeps_way_in"), [ROOT, "grace@acme.example"]);
        let ways: Vec<_> = said["keeps_way_in"].as_array().unwrap().iter().map(|admin| &admin["ways"]).collect();
        assert_eq!(ways, [&json!(["internal_service"]), &json!(["password"])]);
        assert_eq!(said["keeps_way_in"][1]["member_id"], grace["id"]);
        assert_eq!(said["lockout_risk"], false);
        assert_eq!(said["acknowledge_lockout_risk_needed"], false);
        assert_eq!(said["advisories"], json!(["admin-two-factor-recommended"]));
        assert_eq!(said["truncated"], false);
        assert_eq!(world.state(), "ready", "asking changes nothing");

        // Whom the identity provider has brought already is not shut out, whatever their address.
        world.enable().expect(200);
        world.code(&User::new("connie@elsewhere.example", "Connie", "Contractor"));
        assert_eq!(emails(&preflight(&world), "shut_out"), [""; 0]);

        let path = world.path(&format!("/enable-preflight?revision_id={NOBODYS_REVISION}"));
        assert_eq!(world.api.get(&path).problem(422), "invalid-value");
        world.set_plan("free");
        preflight(&world);
    }

    fn with_nobody_inside_the_risk_has_to_be_acknowledged(engine) {
        let world = World::new(engine);
        let root = text(&world.api.get(&world.workspace_path("/members")).expect(200).json(), "/data/0/id");
        world.save_draft();
        world.pass_test();
        // No request leaves a workspace without an admin, so there is one that never had any.
        let body = json!({"name": "Nobody", "plan": "pro"});
        let nobody = text(&world.api.post("/v1/workspaces", &body).expect(201).json(), "/id");
        let connections = format!("/v1/workspaces/{nobody}/connections");
        let connection = world.api.post(&connections, &json!({})).expect(201).json();
        let mut world = world;
        world.workspace = nobody;
        world.connection = text(&connection, "/id");
        world.entity_id = text(&connection, "/service_provider/entity_id");
        world.acs_url = text(&connection, "/service_provider/acs_url");
        world.idp.trust(vestibule_test_idp::SpRegistration::new(&world.entity_id, &world.acs_url));
        world.add_member("ada@acme.example", "member");
        world.save_draft();
        world.pass_test();
        let said = preflight(&world);
        assert_eq!((&said["lockout_risk"], &said["acknowledge_lockout_risk_needed"]), (&json!(true), &json!(true)));
        assert_eq!(said["keeps_way_in"], json!([]));
        assert!(!said.to_string().contains(&root), "another workspace's admin is none of this one's");
        assert_eq!(world.enable().problem(409), "lockout-risk");
        assert_eq!(world.state(), "ready");
        let known = json!({"acknowledge_lockout_risk": true});
        world.api.post(&world.path("/enable"), &known).expect(200);
        assert_eq!(preflight(&world)["lockout_risk"], true);
    }

    fn names_are_a_hundred_at_most_and_totals_are_of_all(engine) {
        let world = World::new(engine);
        for number in 0..103 {
            world.add_member(&format!("m{number}@elsewhere.example"), "member");
        }
        world.save_draft();
        world.pass_test();
        let said = preflight(&world);
        assert_eq!((emails(&said, "affected").len(), emails(&said, "shut_out").len()), (100, 100));
        assert_eq!(
            said["totals"],
            json!({"affected": 103, "shut_out": 103, "without_second_factor": 1, "keeps_way_in": 1})
        );
        assert_eq!(said["truncated"], false);
    }

    fn members_are_listed_by_role_and_status(engine) {
        let world = World::new(engine);
        let ada = world.add_member("ada@acme.example", "member");
        world.add_member("bob@acme.example", "member");
        let path = world.workspace_path(&format!("/members/{}", text(&ada, "/id")));
        world.api.patch(&path, &json!({"status": "deactivated"})).expect(200);
        let listed = |query: &str| {
            let list = world.api.get(&world.workspace_path(&format!("/members?{query}")));
            let list = list.expect(200).json();
            list["data"].as_array().unwrap().iter().map(|member| text(member, "/email")).collect::<Vec<_>>()
        };
        assert_eq!(listed("role=admin"), [ROOT]);
        assert_eq!(listed("role=member&status=active"), ["bob@acme.example"]);
        assert_eq!(listed("status=deactivated"), ["ada@acme.example"]);
        let wrong = world.api.get(&world.workspace_path("/members?role=owner"));
        assert_eq!(wrong.status, 422, "{wrong:?}");
    }

    fn how_long_people_stay_signed_in_is_the_workspaces_choice(engine) {
        let world = World::new(engine);
        let path = world.workspace_path("");
        let shown = world.api.get(&path).expect(200).json();
        assert_eq!((&shown["session_idle_minutes"], &shown["session_lifetime_minutes"]), (&json!(480), &json!(1_440)));
        assert_eq!(shown["sso_enabled_at"], json!(null));
        let set = json!({"session_idle_minutes": 5, "session_lifetime_minutes": 129_600});
        let set = world.api.patch(&path, &set).expect(200).json();
        assert_eq!((&set["session_idle_minutes"], &set["session_lifetime_minutes"]), (&json!(5), &json!(129_600)));
        for (body, pointer) in [
            (json!({"session_idle_minutes": 4}), "/session_idle_minutes"),
            (json!({"session_idle_minutes": 43_201}), "/session_idle_minutes"),
            (json!({"session_lifetime_minutes": 4}), "/session_lifetime_minutes"),
            (json!({"session_lifetime_minutes": 129_601}), "/session_lifetime_minutes"),
            (json!({"session_idle_minutes": 90, "session_lifetime_minutes": 60}), "/session_lifetime_minutes"),
        ] {
            let refused = world.api.patch(&path, &body);
            assert_eq!(refused.problem(422), "invalid-value", "{body}");
            assert_eq!(text(&refused.json(), "/errors/0/pointer"), pointer, "{body}");
        }
        world.api.patch(&path, &json!({"session_lifetime_minutes": 5})).expect(200);
        let refused = world.api.patch(&path, &json!({"session_idle_minutes": 6}));
        assert_eq!(text(&refused.json(), "/errors/0/pointer"), "/session_idle_minutes");
        let body = json!({"name": "X", "plan": "pro", "session_lifetime_minutes": 60});
        let refused = world.api.post("/v1/workspaces", &body);
        assert_eq!(text(&refused.json(), "/errors/0/pointer"), "/session_lifetime_minutes");
        // Read-only.
        let refused = world.api.patch(&path, &json!({"sso_enabled_at": null}));
        assert_eq!(refused.status, 422, "{refused:?}");
        let world = world.go_live();
        assert!(world.api.get(&path).expect(200).json()["sso_enabled_at"].is_string());
    }
}

/// Saves a draft for a provider of this name; gives what it maps.
fn mapped(world: &World, provider: &Value, mapping: Option<Value>) -> Value {
    let patch = json!({ "provider": provider });
    world.api.patch(&world.path(""), &patch).expect(200);
    let mut draft = World::draft_of(&world.idp);
    if let Some(mapping) = mapping {
        draft["attribute_mapping"] = mapping;
    }
    let saved = world
        .api
        .put(&world.path("/draft"), &draft)
        .expect(200)
        .json();
    saved["draft"]["attribute_mapping"].clone()
}

#[test]
fn a_named_provider_brings_the_names_of_its_attributes() {
    const X500_EMAIL: &str = "urn:oid:1.2.840.113549.1.9.1";
    let world = World::new(Engine::Sqlite);
    let none = json!({"email": [], "name": []});
    assert_eq!(mapped(&world, &json!(null), None), none);
    assert_eq!(mapped(&world, &json!("Shibboleth"), None), none);
    assert_eq!(
        mapped(&world, &json!("pingone"), None)["email"],
        json!(["email", "mail"])
    );
    // Whoever says what carries what is heard, also where that is nothing.
    let own = json!({"email": ["mine"], "name": []});
    assert_eq!(mapped(&world, &json!("keycloak"), Some(own.clone())), own);
    assert_eq!(mapped(&world, &json!("keycloak"), Some(json!({}))), none);
    let preset = mapped(&world, &json!("keycloak"), None);
    assert_eq!(preset["email"], json!(["email", X500_EMAIL]));

    world.pass_test();
    world.enable().expect(200);
    let twist = Twist {
        name_id_format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned()),
        name_id: Some("g-1234".to_owned()),
        without_attributes: vec!["email".to_owned()],
        extra_attributes: vec![Attribute::new(X500_EMAIL, ["ada@acme.example"])],
        ..Twist::default()
    };
    let code = code_in(&world.sign_in(&ada(), &twist));
    let tokens = world.exchange(&code).expect(200).json();
    let claims = unverified_claims(&text(&tokens, "/id_token"));
    assert_eq!(claims["email"], "ada@acme.example");
}
