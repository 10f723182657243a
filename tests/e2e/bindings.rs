//! Both ways that an AuthnRequest goes, HTTP-Redirect and HTTP-POST, and the manners of the IdPs that
//! it goes to.

use std::net::TcpListener;

use serde_json::{Value, json};
use vestibule_test_idp::{IdpConfig, Running, SpRegistration, Style, TestIdp, Twist, User, spawn};

use crate::support::{
    browser::Browser,
    database::Engine,
    html::{Form, forms, text as text_of},
    http::{Answer, send},
    on_both,
    simplesamlphp::{PEOPLE, SpOptions},
    world::{World, ada, answer_to, code_in, idp, new_workspace, now, text, unverified_claims},
};

const ADA: &str = "ada@acme.example";

/// An IdP that answers over HTTP, on another site than we are on.
fn served(style: Style) -> (TestIdp, Running) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let mut config = IdpConfig::new(format!("http://localhost:{port}"), style);
    config
        .users
        .push(User::new("zoe@acme.example", "Zoë", "Yılmaz"));
    let idp = TestIdp::new(config, now()).expect("an IdP");
    let running = spawn(idp.clone(), listener).expect("a server");
    (idp, running)
}

/// An IdP that takes HTTP-POST alone.
fn post_only(style: Style) -> TestIdp {
    let mut config = IdpConfig::new("http://localhost:1", style);
    config.post_only = true;
    TestIdp::new(config, now()).expect("an IdP")
}

/// Another workspace with an empty connection on the same server, and this IdP for it.
fn move_to(world: &mut World, idp: &TestIdp) {
    let (workspace, connection) = new_workspace(&world.api, "pro");
    world.workspace = workspace;
    world.connection = text(&connection, "/id");
    world.entity_id = text(&connection, "/service_provider/entity_id");
    world.acs_url = text(&connection, "/service_provider/acs_url");
    world.idp = idp.clone();
    idp.trust(SpRegistration::new(&world.entity_id, &world.acs_url));
}

fn save(world: &World, draft: &Value) -> Value {
    let saved = world.api.put(&world.path("/draft"), draft);
    saved.expect(200).json()
}

/// The page that carries an AuthnRequest, checked, and its form.
fn departing_form(page: &Answer) -> Form {
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let policy = page.header("content-security-policy").expect("a policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.split("; ").any(|found| found == part), "{policy}");
    }
    // Browsers would hold it against the redirects that follow at the IdP.
    assert!(
        !policy.contains("form-action") && !policy.contains("unsafe"),
        "{policy}"
    );

    let mut all = forms(&page.body);
    assert_eq!(all.len(), 1, "{}", page.body);
    let form = all.remove(0);
    assert_eq!(form.method, "post");
    let names: Vec<_> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["SAMLRequest"], "no RelayState is sent");
    assert!(
        page.body.contains("<button type=\"submit\" autofocus>"),
        "{}",
        page.body
    );
    assert!(text_of(&page.body).contains("Continue to your identity provider"));
    form
}

/// Leaves for the IdP by this binding, signs Ada in there as a person would, and brings the answer.
fn visit(browser: &mut Browser, start: &str, binding: &str, idp: &TestIdp) -> Answer {
    let leaving = browser.get(start);
    let login = if binding == "redirect" {
        let leaving = leaving.expect(302);
        browser.get(leaving.location())
    } else {
        let form = departing_form(&leaving);
        assert_eq!(form.action, idp.sso_url());
        browser.post_from_elsewhere(&form.action, &fields(&form))
    };
    assert_eq!(login.status, 200, "{login:?}");
    let style = format!("{} style", idp.style().label());
    assert!(text_of(&login.body).contains(&style), "{}", login.body);

    let who = forms(&login.body).remove(0);
    let mut pressed = fields(&who);
    pressed.push(("user", ADA));
    let url = format!("{}{}", idp.base_url(), who.action);
    let posting = browser.post_from_here(&url, &pressed).expect(200);
    let form = forms(&posting.body).remove(0);
    let response = form.value("SAMLResponse").expect("an answer");
    browser.deliver(&form.action, response)
}

fn fields(form: &Form) -> Vec<(&str, &str)> {
    let pairs = form.fields.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// Which attribute carries the address.
fn email_attribute(style: Style) -> &'static str {
    match style {
        Style::Entra => "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        Style::OneLogin => "User.email",
        Style::Okta | Style::Google | Style::Aws => "email",
    }
}

/// Save, test, enable, sign in, read the claims.
fn main_job(world: &World, binding: &str) {
    let case = format!("{} by {binding}", world.idp.style());
    let mut draft = World::draft_of(&world.idp);
    draft["idp_sso_binding"] = binding.into();
    let saved = save(world, &draft);
    assert_eq!(saved["draft"]["idp_sso_binding"], binding, "{case}");
    assert_eq!(world.enable().problem(409), "test-required", "{case}");

    let test = world
        .api
        .post(&world.path("/tests"), &json!({}))
        .expect(201)
        .json();
    let start = text(&test, "/start_url");
    let page = visit(&mut Browser::default(), &start, binding, &world.idp);
    assert_eq!(page.status, 200, "{case}: {page:?}");
    let path = world.path(&format!("/tests/{}", text(&test, "/id")));
    let test = world.api.get(&path).expect(200).json();
    assert_eq!(test["state"], "passed", "{case}: {test}");

    let live = world.enable().expect(200).json();
    assert_eq!(live["live"]["idp_sso_binding"], binding, "{case}");
    assert_eq!(
        live["live"]["idp_entity_id"],
        world.idp.entity_id(),
        "{case}"
    );

    let start = world.authorize_url();
    let back = visit(&mut Browser::default(), &start, binding, &world.idp);
    let tokens = world.exchange(&code_in(&back)).expect(200).json();
    let claims = unverified_claims(&text(&tokens, "/id_token"));
    assert_eq!(claims["email"], ADA, "{case}");
    assert_eq!(claims["workspace"], world.workspace, "{case}");
    assert_eq!(claims["connection"], world.connection, "{case}");
    assert_eq!(claims["nonce"], "the-nonce", "{case}");

    let bearer = format!("Bearer {}", text(&tokens, "/access_token"));
    let userinfo = format!("{}/oauth2/userinfo", world.server.url);
    let userinfo = send("GET", &userinfo, &[("authorization", &bearer)], "")
        .expect(200)
        .json();
    assert_eq!(userinfo["saml"]["name_id"], ADA, "{case}");
    let attributes = &userinfo["saml"]["attributes"];
    assert_eq!(
        attributes[email_attribute(world.idp.style())],
        json!([ADA]),
        "{case}"
    );
}

on_both! {
    fn the_main_job_holds_in_every_manner_by_each_binding(engine) {
        let mut world = World::new(engine);
        for style in Style::ALL {
            let (idp, _running) = served(*style);
            for binding in ["redirect", "post"] {
                move_to(&mut world, &idp);
                main_job(&world, binding);
            }
        }
    }

    fn metadata_says_how_requests_go(engine) {
        let mut world = World::new(engine);
        for style in Style::ALL {
            let idp = post_only(*style);
            move_to(&mut world, &idp);
            let metadata = idp.metadata_xml();
            let saved = save(&world, &json!({"idp_metadata_xml": metadata}));
            assert_eq!(saved["draft"]["idp_sso_binding"], "post", "{style}");
            assert_eq!(saved["draft"]["idp_sso_url"], idp.sso_url(), "{style}");
            assert_eq!(saved["draft"]["idp_entity_id"], idp.entity_id(), "{style}");
            // This IdP answers nothing that comes by another way.
            world.pass_test();
            world.enable().expect(200);
            world.exchange(&world.code(&ada())).expect(200);
        }
    }

    fn a_trip_under_a_superseded_revision_starts_once_more_by_post(engine) {
        let world = World::live(engine);
        let next = idp(Style::Aws);
        next.trust(SpRegistration::new(&world.entity_id, &world.acs_url));
        let mut browser = Browser::default();
        let start = world.authorize_url();
        let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());

        let mut draft = World::draft_of(&next);
        draft["idp_sso_binding"] = "post".into();
        save(&world, &draft);
        let (test, _) = world.run_test(&next, &Twist::default());
        assert_eq!(test["state"], "passed", "{test}");
        world.enable().expect(200);

        let again = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(departing_form(&again).action, next.sso_url());
        let form = answer_to(&next, &again, &ada(), &Twist::default());
        let code = code_in(&browser.deliver(&form.acs_url, &form.saml_response));
        world.exchange(&code).expect(200);
    }

    fn a_restored_revision_keeps_its_binding(engine) {
        let world = World::new(engine);
        let mut draft = World::draft_of(&world.idp);
        draft["idp_sso_binding"] = "post".into();
        let first = text(&save(&world, &draft), "/draft/id");
        assert_eq!(world.save_draft()["draft"]["idp_sso_binding"], "redirect");
        let path = world.path(&format!("/revisions/{first}/restore"));
        let restored = world.api.post(&path, &json!({})).expect(200).json();
        assert_eq!(restored["draft"]["idp_sso_binding"], "post");
    }
}

#[test]
fn a_binding_that_the_metadata_does_not_have_is_refused_by_name() {
    let world = World::new(Engine::Sqlite);
    let put = |draft: &Value| world.api.put(&world.path("/draft"), draft);
    let both = world.idp.metadata_xml();
    for (asked, saved) in [
        (None, "redirect"),
        (Some("redirect"), "redirect"),
        (Some("post"), "post"),
    ] {
        let draft = json!({"idp_metadata_xml": both, "idp_sso_binding": asked});
        let draft = put(&draft).expect(200).json();
        assert_eq!(draft["draft"]["idp_sso_binding"], saved, "{asked:?}");
    }

    let only_post = post_only(Style::Google).metadata_xml();
    let agreed = json!({"idp_metadata_xml": only_post, "idp_sso_binding": "post"});
    put(&agreed).expect(200);
    let refused = put(&json!({"idp_metadata_xml": only_post, "idp_sso_binding": "redirect"}));
    assert_eq!(refused.problem(422), "invalid-value");
    let error = refused.json()["errors"][0].clone();
    assert_eq!(error["pointer"], "/idp_sso_binding");
    assert_eq!(error["found"], "redirect");
    assert!(
        text(&error, "/expected").ends_with("SingleSignOnService for: post"),
        "{error}"
    );

    let mut unknown = World::draft_of(&world.idp);
    unknown["idp_sso_binding"] = "artifact".into();
    let refused = put(&unknown);
    assert_eq!(refused.problem(422), "invalid-value");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/idp_sso_binding");
}

#[test]
fn the_script_of_the_page_is_a_file_of_ours() {
    let world = World::new(Engine::Sqlite);
    let script = send(
        "GET",
        &format!("{}/assets/submit.js", world.server.url),
        &[],
        "",
    )
    .expect(200);
    assert_eq!(
        script.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert_eq!(script.header("x-content-type-options"), Some("nosniff"));
    assert!(
        script.body.contains("form[data-auto-submit]"),
        "{}",
        script.body
    );
}

#[test]
fn simplesamlphp_takes_our_request_by_post() {
    let world = World::new(Engine::Sqlite);
    let php = crate::simplesamlphp::shared();
    php.trust(&world.entity_id, &world.acs_url, &SpOptions::default());
    let visit = |start: &str| {
        let mut browser = Browser::default();
        let form = departing_form(&browser.get(start));
        assert!(form.action.starts_with(php.base_url()), "{form:?}");
        let (username, password) = (PEOPLE[0].username, PEOPLE[0].password);
        let post = php.log_in_by_post(&form, username, password).unwrap();
        browser.deliver(&post.acs_url, &post.saml_response)
    };
    save(
        &world,
        &json!({"idp_metadata_xml": php.metadata_xml(), "idp_sso_binding": "post"}),
    );
    let test = world
        .api
        .post(&world.path("/tests"), &json!({}))
        .expect(201)
        .json();
    let page = visit(&text(&test, "/start_url"));
    assert_eq!(page.status, 200, "{page:?}");
    world.enable().expect(200);
    let tokens = world
        .exchange(&code_in(&visit(&world.authorize_url())))
        .expect(200)
        .json();
    let claims = unverified_claims(&text(&tokens, "/id_token"));
    assert_eq!(claims["email"], PEOPLE[0].mail);
}
