//! The settings of single sign-on as pages: who may do what there, by which form, and what is left as it was.

use serde_json::{Value, json};
use vestibule_test_idp::Twist;

use crate::support::{
    html, on_both,
    visitor::{PASSWORD, Visitor, set_password},
    world::{World, ada, new_workspace, text},
};

const GRACE: &str = "grace@acme.example";

/// Somebody with a password, signed in to our own pages of a workspace.
fn signed_in(world: &World, workspace: &str, email: &str, role: &str) -> Visitor {
    let members = format!("/v1/workspaces/{workspace}/members");
    let body = json!({"email": email, "role": role});
    let member = world.api.post(&members, &body).expect(201).json();
    if workspace == world.workspace {
        set_password(world, &text(&member, "/id"), PASSWORD);
    } else {
        let path = format!("{members}/{}/password-links", text(&member, "/id"));
        let link = world.api.post(&path, &json!({"deliver": "return"}));
        let mut visitor = Visitor::open(world, &text(&link.expect(201).json(), "/url"));
        visitor.fill(&[("password", PASSWORD)]);
    }
    let url = format!("/sign-in?workspace={workspace}&return_to=/account");
    let mut visitor = Visitor::open(world, &url);
    visitor.fill(&[("password", PASSWORD), ("email", email)]);
    assert!(
        visitor.at.ends_with("/account"),
        "{} {:?}",
        visitor.at,
        visitor.page
    );
    visitor
}

fn admin(world: &World) -> Visitor {
    signed_in(world, &world.workspace, GRACE, "admin")
}

fn settings(world: &World) -> String {
    format!("/settings/sso/{}", world.connection)
}

/// The certificate and the URL of the world's IdP, as an admin pastes them.
fn pasted(world: &World) -> Vec<(String, String)> {
    let draft = World::draft_of(&world.idp);
    let certificate = draft["idp_certificates"][0].as_str();
    let certificate = certificate.or(draft["idp_certificate"].as_str()).unwrap();
    vec![
        ("idp_certificate".into(), certificate.into()),
        ("idp_sso_url".into(), text(&draft, "/idp_sso_url")),
    ]
}

fn save(visitor: &mut Visitor, fields: &[(String, String)]) {
    let form = visitor.form_to("/draft");
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    visitor.send(form, &fields);
}

/// Begins a test by the page's button, goes to the IdP and comes back to the report.
fn test(world: &World, visitor: &mut Visitor, twist: &Twist) {
    let form = visitor.form_to("/tests");
    visitor.send(form, &[]);
    assert!(visitor.at.contains("/tests/test_"), "{}", visitor.at);
    let start = visitor.page.body.split("url=").nth(1).unwrap();
    let start = start.split('"').next().unwrap().to_owned();
    let answer = world.visit_idp(&mut visitor.browser, &start, &world.idp, &ada(), twist);
    let back = visitor
        .browser
        .deliver(&answer.acs_url, &answer.saml_response);
    assert_eq!(back.status, 303, "{back:?}");
    let place = back.location().to_owned();
    visitor.go(&place);
}

/// A browser in which a link to the world's connection is open.
fn opened_link(world: &World, more: &Value) -> Visitor {
    let mut body = json!({"connection_id": world.connection, "name": "IT of Acme"});
    let more = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(more);
    let path = world.workspace_path("/setup-links");
    let link = world.api.post(&path, &body).expect(201).json();
    let mut visitor = Visitor::open(world, &text(&link, "/url"));
    let form = html::forms(&visitor.page.body).remove(0);
    visitor.send(form, &[]);
    assert!(visitor.at.contains("/setup/sso/"), "{}", visitor.at);
    visitor
}

on_both! {
    fn an_admin_saves_tests_and_enables_by_the_pages_alone(engine) {
        let world = World::new(engine);
        let mut grace = admin(&world);
        grace.go("/settings/sso");
        assert!(grace.at.ends_with(&settings(&world)), "{}", grace.at);
        assert!(grace.reads().contains("Not set up"));
        save(&mut grace, &pasted(&world));
        assert!(grace.reads().contains("Saved, not tested"), "{}", grace.reads());
        // Enabling waits for a test, and says so.
        grace.go(&format!("{}/enable", settings(&world)));
        assert!(grace.reads().contains("have not passed a test yet"), "{}", grace.reads());
        grace.go(&settings(&world));
        let wrong = Twist { wrong_audience: true, ..Twist::default() };
        test(&world, &mut grace, &wrong);
        let report = grace.reads();
        assert!(report.contains("The test failed") && report.contains("Audience did not hold"), "{report}");
        test(&world, &mut grace, &Twist::default());
        assert!(grace.reads().contains("The test passed"), "{}", grace.reads());
        assert_eq!(world.state(), "ready");
        grace.go(&format!("{}/enable", settings(&world)));
        assert!(grace.reads().contains(GRACE), "{}", grace.reads());
        let form = grace.form_to("/enable");
        grace.send(form, &[("workspace", "something else")]);
        assert_eq!(grace.page.status, 422);
        assert_eq!(world.state(), "ready");
        let workspace = world.api.get(&world.workspace_path("")).expect(200).json();
        let form = grace.form_to("/enable");
        grace.send(form, &[("workspace", &text(&workspace, "/name"))]);
        assert!(grace.reads().contains("Single sign-on is live"), "{}", grace.reads());
        assert_eq!(world.state(), "live");
        world.code(&ada());
        let events = world.api.get("/v1/audit-events?limit=200").expect(200).json();
        let by = events["data"].as_array().unwrap().iter();
        let by = by.filter(|event| event["action"] == "connection.enabled");
        let by: Vec<_> = by.map(|event| text(event, "/actor")).collect();
        assert!(by.len() == 1 && by[0].contains("mem_"), "{by:?}");
    }

    fn what_cannot_be_saved_stands_in_the_form_again(engine) {
        let world = World::new(engine);
        let mut grace = admin(&world);
        grace.go(&settings(&world));
        let acs = format!("{}/saml/{}/acs", world.server.url, world.connection);
        let mut fields = pasted(&world);
        fields[1].1 = acs.clone();
        save(&mut grace, &fields);
        assert_eq!(grace.page.status, 422);
        let page = grace.reads();
        assert!(page.contains("Nothing was saved") && page.contains("our own ACS URL"), "{page}");
        assert_eq!(grace.form_to("/draft").value("idp_sso_url"), Some(acs.as_str()));
        assert_eq!(world.state(), "draft");
        // A field is looked at by itself too, and nothing is kept of that.
        let csrf = grace.form_to("/draft").value("csrf").unwrap().to_owned();
        let check = format!("{}{}/check", world.server.url, settings(&world));
        for (field, value, ok) in [
            ("idp_sso_url", acs.as_str(), false),
            ("idp_certificate", "-----BEGIN PRIVATE KEY-----", false),
            ("idp_certificate", fields[0].1.as_str(), true),
            ("idp_sso_url", "https://idp.example/sso", true),
        ] {
            let posted = [("csrf", csrf.as_str()), ("field", field), ("value", value)];
            let said = grace.browser.post_from_here(&check, &posted).expect(200).json();
            assert_eq!(said["ok"], ok, "{field}: {said}");
        }
        let connection = world.api.get(&world.path("")).expect(200).json();
        assert_eq!(connection["draft"], Value::Null);
    }

    fn what_the_form_does_not_show_stays_as_it_was(engine) {
        let world = World::new(engine);
        let mut draft = World::draft_of(&world.idp);
        draft["role_mapping"] = json!({"attributes": ["groups"], "admin": ["it"]});
        draft["name_id_format"] = json!("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent");
        draft["subject_attribute"] = json!("uid");
        world.api.put(&world.path("/draft"), &draft).expect(200);
        let before = world.api.get(&world.path("")).expect(200).json();
        let mut grace = admin(&world);
        grace.go(&settings(&world));
        save(&mut grace, &[]);
        let after = world.api.get(&world.path("")).expect(200).json();
        for field in [
            "idp_certificates", "idp_sso_url", "role_mapping", "name_id_format", "subject_attribute",
            "provisioning", "attribute_mapping", "idp_initiated", "idp_logout_url",
        ] {
            assert_eq!(after["draft"][field], before["draft"][field], "{field}");
        }
        assert_eq!(after["draft"]["number"], 2);
    }

    fn only_admins_of_the_workspace_get_there_and_only_by_our_forms(engine) {
        let world = World::new(engine);
        world.save_draft();
        let base = settings(&world);
        // Nobody: to the sign-in, which leads back.
        let nobody = Visitor::open(&world, &base);
        assert!(nobody.at.contains("/sign-in/"), "{}", nobody.at);
        // A member.
        let mut member = signed_in(&world, &world.workspace, "lin@acme.example", "member");
        for path in ["", "/guide", "/enable", "/links", "/tests/test_00000000000070008000000000000000"] {
            assert_eq!(member.go(&format!("{base}{path}")).status, 403, "{path}");
        }
        // An admin of somewhere else.
        let (elsewhere, _) = new_workspace(&world.api, "pro");
        let mut other = signed_in(&world, &elsewhere, "eve@elsewhere.example", "admin");
        for path in ["", "/guide", "/guide/okta/paste", "/enable", "/disable", "/links"] {
            let status = other.go(&format!("{base}{path}")).status;
            assert!(matches!(status, 403 | 404), "{path}: {status}");
        }
        // The admin, without a form of ours.
        let mut grace = admin(&world);
        let before = world.api.get(&world.path("")).expect(200).json();
        for path in ["/draft", "/tests", "/enable", "/disable", "/links", "/check", "/certificates/retire"] {
            for csrf in ["", "0123456789abcdef0123456789abcdef"] {
                let url = format!("{}{base}{path}", world.server.url);
                let answer = grace.browser.post_from_here(&url, &[("csrf", csrf)]);
                assert_eq!(answer.status, 403, "{path}");
            }
        }
        grace.go(&base);
        let form = grace.form_to("/draft");
        let fields: Vec<_> = form.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
        let url = format!("{}{}", world.server.url, form.action);
        let forged = grace.browser.post_from_elsewhere(&url, &fields);
        assert_ne!(forged.status, 200, "{forged:?}");
        assert_eq!(world.api.get(&world.path("")).expect(200).json(), before);
    }

    fn a_setup_link_drafts_and_tests_and_no_more(engine) {
        let world = World::new(engine);
        admin(&world);
        let mut it = opened_link(&world, &json!({}));
        let base = format!("/setup/sso/{}", world.connection);
        save(&mut it, &pasted(&world));
        assert!(it.reads().contains("Saved, not tested"), "{}", it.reads());
        test(&world, &mut it, &Twist::default());
        assert!(it.reads().contains("The test passed"), "{}", it.reads());
        assert!(it.at.contains("/setup/sso/"), "{}", it.at);
        let csrf = {
            it.go(&base);
            it.form_to("/draft").value("csrf").unwrap().to_owned()
        };
        assert!(!it.page.body.contains("/enable"), "{:?}", it.page);
        for path in ["/enable", "/disable", "/links", "/certificates/retire"] {
            let url = format!("{}{base}{path}", world.server.url);
            let posted = [("csrf", csrf.as_str()), ("acknowledge_lockout_risk", "true")];
            assert_eq!(it.browser.post_from_here(&url, &posted).status, 403, "{path}");
        }
        for path in ["/enable", "/disable", "/links"] {
            assert_eq!(it.go(&format!("{base}{path}")).status, 403, "{path}");
        }
        // Another connection of the same workspace, and the admins' pages.
        let other = world.api.post(&world.workspace_path("/connections"), &json!({}));
        let other = text(&other.expect(201).json(), "/id");
        assert_eq!(it.go(&format!("/setup/sso/{other}")).status, 404);
        it.go(&settings(&world));
        assert!(it.at.contains("/sign-in/"), "{}", it.at);
        assert_eq!(world.state(), "ready");
    }

    fn a_setup_link_that_may_enable_does_and_sees_no_members(engine) {
        let world = World::new(engine);
        admin(&world);
        let mut it = opened_link(&world, &json!({"allow_enable": true}));
        save(&mut it, &pasted(&world));
        test(&world, &mut it, &Twist::default());
        it.go(&format!("/setup/sso/{}/enable", world.connection));
        assert_eq!(it.page.status, 200, "{:?}", it.page);
        assert!(!it.page.body.contains(GRACE), "{:?}", it.page);
        let workspace = world.api.get(&world.workspace_path("")).expect(200).json();
        let form = it.form_to("/enable");
        it.send(form, &[("workspace", &text(&workspace, "/name"))]);
        assert_eq!(world.state(), "live");
        // Once it is taken back, nothing goes on.
        let links = world.api.get(&world.workspace_path("/setup-links")).expect(200).json();
        let link = text(&links, "/data/0/id");
        assert!(links["data"][0]["used_at"].is_string(), "{links}");
        world.api.delete(&world.workspace_path(&format!("/setup-links/{link}"))).expect(204);
        assert_eq!(it.go(&format!("/setup/sso/{}", world.connection)).status, 403);
    }

    fn below_the_plan_the_values_are_read_only(engine) {
        let world = World::new(engine);
        world.save_draft();
        let mut grace = admin(&world);
        world.set_plan("growth");
        grace.go(&settings(&world));
        let page = grace.reads();
        assert!(page.contains("Your plan does not include single sign-on"), "{page}");
        assert!(page.contains("Entity ID"), "{page}");
        assert!(html::forms(&grace.page.body).iter().all(|form| !form.action.ends_with("/draft")));
    }
}
