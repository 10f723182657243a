//! What is wrong gets a clear refusal: a 4xx, nothing lost, nobody signed in.

use serde_json::json;
use vestibule_test_idp::{SpRegistration, Style, Twist};

use crate::support::{
    browser::Browser,
    database::Engine,
    http::{form, post_form, send},
    world::{REDIRECT_URI, VERIFIER, World, ada, code_in, idp, new_workspace, text},
};

#[test]
fn the_acs_refuses_what_is_no_answer_and_loses_nothing() {
    let world = World::live(Engine::Sqlite);
    let mut browser = Browser::default();
    let start = world.authorize_url();
    let honest = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
    let metadata = "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' entityID='x'/>";
    let encoded = |text: &str| {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        STANDARD.encode(text)
    };
    for garbage in [
        "",
        "%%%",
        "bm90IHhtbA==",
        &encoded(metadata),
        &encoded(
            "<samlp:LogoutRequest xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol' ID='_1'/>",
        ),
        &encoded("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        honest.saml_response.get(1..).unwrap(),
    ] {
        let page = browser.post_from_here(&world.acs_url, &[("SAMLResponse", garbage)]);
        assert_eq!(page.status, 400, "{garbage:?}: {page:?}");
        assert!(page.body.contains("Reference"), "{page:?}");
    }
    let twice = [
        ("SAMLResponse", honest.saml_response.as_str()),
        ("SAMLResponse", honest.saml_response.as_str()),
    ];
    assert_eq!(browser.post_from_here(&world.acs_url, &twice).status, 400);
    assert_eq!(
        browser
            .post_from_here(&world.acs_url, &[("other", "x")])
            .status,
        400
    );
    let json = [("content-type", "application/json")];
    assert_eq!(send("POST", &world.acs_url, &json, "{}").status, 415);

    // Another connection of the same deployment is no place for it.
    let (_, other) = new_workspace(&world.api, "pro");
    let elsewhere = text(&other, "/service_provider/acs_url");
    let fields = [("SAMLResponse", honest.saml_response.as_str())];
    assert_eq!(browser.post_from_here(&elsewhere, &fields).status, 400);
    let unknown = world
        .acs_url
        .replace(&world.connection, "conn_00000000000070008000000000000000");
    assert_eq!(browser.post_from_here(&unknown, &fields).status, 400);
    let malformed = world.acs_url.replace(&world.connection, "nothing");
    assert_eq!(browser.post_from_here(&malformed, &fields).status, 404);

    // The trip is still open after all that.
    code_in(&browser.deliver(&honest.acs_url, &honest.saml_response));
}

#[test]
fn an_unsolicited_answer_is_refused() {
    let world = World::live(Engine::Sqlite);
    let now = crate::support::world::now();
    let sp = SpRegistration::new(&world.entity_id, &world.acs_url);
    let form = world
        .idp
        .respond_unsolicited(&sp, None, &ada(), &Twist::default(), now)
        .unwrap();
    let page = Browser::default().deliver(&form.acs_url, &form.saml_response);
    assert_eq!(page.status, 400, "{page:?}");
}

#[test]
fn a_body_that_is_too_large_gets_its_answer() {
    let world = World::new(Engine::Sqlite);
    let large = "x".repeat(8 << 20);
    let page = post_form(&world.acs_url, &[], &[("SAMLResponse", &large)]);
    assert_eq!(page.status, 413, "{}", page.status);
    let answer = world
        .api
        .put(&world.path("/draft"), &json!({"idp_metadata_xml": large}));
    assert_eq!(answer.problem(413), "payload-too-large");
    let long = format!(
        "{}/oauth2/authorize?state={}",
        world.server.url,
        "x".repeat(20_000)
    );
    assert_eq!(send("GET", &long, &[], "").problem(414), "uri-too-long");
}

#[test]
fn nothing_is_sent_to_an_unregistered_redirect_uri() {
    let world = World::live(Engine::Sqlite);
    for uri in [
        "",
        "https://evil.example/callback",
        "http://127.0.0.1:9/callback/",
        "http://127.0.0.1:9/callback?x=1",
        "http://127.0.0.1:9/callback#x",
        "http://127.0.0.1:9@evil.example/callback",
        "//127.0.0.1:9/callback",
        "http://127.0.0.1:9\\callback",
        "javascript:alert(1)",
    ] {
        let url = world.authorize_with(&[("redirect_uri", uri), ("workspace", &world.workspace)]);
        let page = Browser::default().get(&url);
        assert_eq!(
            (page.status, page.header("location")),
            (400, None),
            "{uri:?}"
        );
    }
    for client in [
        "",
        "app_00000000000070008000000000000000",
        "'; DROP TABLE clients; --",
    ] {
        let url = world.authorize_with(&[("client_id", client), ("workspace", &world.workspace)]);
        assert_eq!(Browser::default().get(&url).status, 400, "{client:?}");
    }
}

#[test]
fn what_is_wrong_with_an_authorize_request_goes_back_to_the_client() {
    let world = World::live(Engine::Sqlite);
    for (parameters, error) in [
        (
            &[("response_type", "token")][..],
            "unsupported_response_type",
        ),
        (&[("response_type", "")], "invalid_request"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("response_mode", "fragment")], "invalid_request"),
        (&[("scope", "none-of-ours")], "invalid_scope"),
        (&[("request", "x")], "request_not_supported"),
        (&[("max_age", "soon")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
    ] {
        let mut all = vec![("workspace", world.workspace.as_str())];
        all.extend_from_slice(parameters);
        let answer = Browser::default()
            .get(&world.authorize_with(&all))
            .expect(302);
        let location = answer.location();
        assert!(location.starts_with(REDIRECT_URI), "{location}");
        assert!(
            location.contains(&format!("error={error}&")),
            "{parameters:?}: {location}"
        );
        assert!(
            location.contains("state=the-state") && location.contains("iss="),
            "{location}"
        );
    }
    for (parameters, status) in [
        (&[("workspace", "no-such-workspace")][..], 404),
        (
            &[("connection", "conn_00000000000070008000000000000000")],
            404,
        ),
        (&[("connection", "nothing")], 404),
    ] {
        let page = Browser::default().get(&world.authorize_with(parameters));
        assert_eq!(
            (page.status, page.header("location")),
            (status, None),
            "{parameters:?}"
        );
    }
    for parameters in [&[][..], &[("login_hint", "ada@nowhere.example")]] {
        let answer = Browser::default().get(&world.authorize_with(parameters));
        assert!(answer.asks_who(), "{parameters:?}: {answer:?}");
    }
    // The slug and the connection lead there as well.
    let workspace = world.api.get(&world.workspace_path("")).expect(200).json();
    for way in [
        ("workspace", text(&workspace, "/slug")),
        ("connection", world.connection.clone()),
    ] {
        let url = world.authorize_with(&[(way.0, &way.1)]);
        let answer = Browser::default().get(&url).expect(302);
        assert!(
            answer.location().starts_with(&world.idp.sso_url()),
            "{answer:?}"
        );
    }
}

#[test]
fn a_code_is_for_its_client_its_uri_and_its_verifier() {
    let world = World::live(Engine::Sqlite);
    let code = world.code(&ada());
    let grant = ("grant_type", "authorization_code");
    let other = crate::support::world::new_client(&world.api);
    let url = format!("{}/oauth2/token", world.server.url);
    for fields in [
        [
            grant,
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", "wrong"),
        ],
        [
            grant,
            ("code", &code),
            ("redirect_uri", "http://127.0.0.1:9/"),
            ("code_verifier", VERIFIER),
        ],
        [
            grant,
            ("code", "nonsense"),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ],
    ] {
        assert_eq!(
            world.token(&fields).expect(400).json()["error"],
            "invalid_grant",
            "{fields:?}"
        );
    }
    let fields = [
        grant,
        ("code", &code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let mut theirs = vec![
        ("client_id", other.0.as_str()),
        ("client_secret", other.1.as_str()),
    ];
    theirs.extend_from_slice(&fields);
    assert_eq!(
        post_form(&url, &[], &theirs).expect(400).json()["error"],
        "invalid_grant"
    );
    let mut wrong = vec![
        ("client_id", world.client.0.as_str()),
        ("client_secret", other.1.as_str()),
    ];
    wrong.extend_from_slice(&fields);
    let answer = post_form(&url, &[], &wrong).expect(401);
    assert_eq!(answer.json()["error"], "invalid_client");
    assert!(answer.header("www-authenticate").is_some());
    let odd = world
        .token(&[("grant_type", "password")])
        .expect(400)
        .json();
    assert_eq!(odd["error"], "unsupported_grant_type");

    // All of that spoiled nothing for the rightful client.
    world.exchange(&code).expect(200);
}

#[test]
fn an_id_token_is_no_access_token() {
    let world = World::live(Engine::Sqlite);
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let url = format!("{}/oauth2/userinfo", world.server.url);
    for token in [
        text(&tokens, "/id_token"),
        text(&tokens, "/refresh_token"),
        "x.y.z".to_owned(),
    ] {
        let bearer = format!("Bearer {token}");
        let answer = send("GET", &url, &[("authorization", &bearer)], "").expect(401);
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .contains("invalid_token")
        );
        assert!(!world.is_active(&token) || token == text(&tokens, "/refresh_token"));
    }
    assert_eq!(send("GET", &url, &[], "").status, 401);
}

#[test]
fn the_api_names_what_it_cannot_use() {
    let world = World::new(Engine::Sqlite);
    let certificate = world.idp.certificate_pem();
    let sso = world.idp.sso_url();
    let workspaces = "/v1/workspaces";
    let draft = world.path("/draft");
    let ours = world.api.get(&world.path("")).expect(200).json();
    let own_certificate = text(&ours, "/service_provider/certificate");
    let key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";
    for (method, path, body, code, pointer) in [
        (
            "POST",
            workspaces,
            json!({"name": "A", "plan": "gold"}),
            "invalid-value",
            "/plan",
        ),
        (
            "POST",
            workspaces,
            json!({"name": "", "plan": "pro"}),
            "invalid-value",
            "/name",
        ),
        (
            "POST",
            workspaces,
            json!({"name": "A", "plan": "pro", "x": 1}),
            "unknown-field",
            "/x",
        ),
        (
            "POST",
            workspaces,
            json!({"name": "A", "plan": "pro", "slug": "A B"}),
            "invalid-value",
            "/slug",
        ),
        ("POST", workspaces, json!([]), "invalid-value", ""),
        (
            "PUT",
            &draft,
            json!({}),
            "invalid-value",
            "/idp_certificates",
        ),
        (
            "PUT",
            &draft,
            json!({"idp_certificates": [certificate]}),
            "invalid-value",
            "/idp_sso_url",
        ),
        (
            "PUT",
            &draft,
            json!({"idp_certificate": "<EntityDescriptor/>", "idp_sso_url": sso}),
            "invalid-value",
            "/idp_certificate",
        ),
        (
            "PUT",
            &draft,
            json!({"idp_certificates": [key], "idp_sso_url": sso}),
            "invalid-value",
            "/idp_certificates/0",
        ),
        (
            "PUT",
            &draft,
            json!({"idp_certificates": [own_certificate], "idp_sso_url": sso}),
            "invalid-value",
            "/idp_certificates/0",
        ),
        (
            "PUT",
            &draft,
            json!({"idp_certificates": [certificate], "idp_sso_url": world.acs_url}),
            "invalid-value",
            "/idp_sso_url",
        ),
        (
            "PUT",
            &draft,
            json!({"idp_certificates": [certificate], "idp_sso_url": "http://idp.example/sso"}),
            "invalid-value",
            "/idp_sso_url",
        ),
        (
            "PUT",
            &draft,
            json!({"idp_certificates": [certificate], "idp_sso_url": sso, "idp_sso_uri": sso}),
            "unknown-field",
            "/idp_sso_uri",
        ),
        (
            "PUT",
            &draft,
            json!({"idp_metadata_xml": "<a/>"}),
            "invalid-value",
            "/idp_metadata_xml",
        ),
        (
            "POST",
            "/v1/clients",
            json!({"name": "A", "redirect_uris": ["http://app.example/"]}),
            "invalid-value",
            "/redirect_uris/0",
        ),
        (
            "POST",
            "/v1/api-keys",
            json!({"name": "A", "scopes": ["everything"]}),
            "invalid-value",
            "/scopes",
        ),
    ] {
        let answer = world.api.call(method, path, Some(&body));
        assert_eq!(answer.problem(422), code, "{body}");
        let error = answer.json()["errors"][0].clone();
        assert_eq!(error["pointer"], pointer, "{body}: {error}");
        assert!(
            error["expected"].is_string() && error["found"].is_string(),
            "{error}"
        );
    }
    assert_eq!(world.state(), "draft", "nothing was saved");
    let found = world.api.put(
        &draft,
        &json!({"idp_certificates": [own_certificate], "idp_sso_url": sso}),
    );
    assert!(found.body.contains("our own certificate"), "{found:?}");
    let key_error = world.api.put(
        &draft,
        &json!({"idp_certificates": [key], "idp_sso_url": sso}),
    );
    assert!(
        key_error.body.contains("private key") && !key_error.body.contains("MIIB"),
        "{key_error:?}"
    );

    for path in [
        "/v1/workspaces/nothing",
        "/v1/workspaces/ws_00000000000070008000000000000000",
        "/v1/nothing",
    ] {
        assert_eq!(world.api.get(path).problem(404), "not-found", "{path}");
    }
    assert_eq!(
        world.api.delete("/v1/workspaces").problem(405),
        "method-not-allowed"
    );
    let url = format!("{}{workspaces}", world.server.url);
    assert_eq!(send("POST", &url, &[], "{}").problem(401), "unauthorized");
    let slug = json!({"name": "A", "plan": "pro", "slug": "taken"});
    world.api.post(workspaces, &slug).expect(201);
    assert_eq!(world.api.post(workspaces, &slug).problem(409), "conflict");
    assert_eq!(
        world.api.get("/v1/workspaces?limit=0").problem(422),
        "invalid-value"
    );
    assert_eq!(
        world.api.get("/v1/workspaces?cursor=%25").problem(422),
        "invalid-value"
    );
    assert_eq!(
        world.api.get("/v1/workspaces?colour=red").problem(422),
        "invalid-value"
    );
}

#[test]
fn basic_setup_takes_what_admins_paste() {
    let world = World::new(Engine::Sqlite);
    let pem = world.idp.certificate_pem();
    let bare: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let both = format!("{pem}{}", idp(Style::Okta).certificate_pem());
    for (body, count) in [
        (
            json!({"idp_certificate": pem, "idp_sso_url": world.idp.sso_url()}),
            1,
        ),
        (
            json!({"idp_certificate": bare, "idp_sso_url": world.idp.sso_url()}),
            1,
        ),
        (
            json!({"idp_certificate": both, "idp_sso_url": world.idp.sso_url()}),
            2,
        ),
        (
            json!({"idp_certificates": [pem, pem], "idp_sso_url": world.idp.sso_url()}),
            1,
        ),
        (json!({"idp_metadata_xml": world.idp.metadata_xml()}), 1),
    ] {
        let saved = world
            .api
            .put(&world.path("/draft"), &body)
            .expect(200)
            .json();
        let shown = saved["draft"]["idp_certificates"].as_array().unwrap();
        assert_eq!(shown.len(), count);
        assert!(
            shown
                .iter()
                .all(|pem| pem.as_str().unwrap().starts_with("-----BEGIN CERTIFICATE"))
        );
        assert!(saved["draft"]["certificates"][0]["not_after"].is_string());
    }
}

#[test]
fn no_secret_and_no_person_is_in_the_log() {
    let world = World::live(Engine::Sqlite);
    let mut browser = Browser::default();
    let start = world.authorize_url();
    let answer = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
    let code = code_in(&browser.deliver(&answer.acs_url, &answer.saml_response));
    let tokens = world.exchange(&code).expect(200).json();
    world.sign_in(
        &ada(),
        &Twist {
            wrong_audience: true,
            ..Twist::default()
        },
    );
    let log = world.server.log_with("\"reason\":\"audience\"");
    assert!(
        log.contains("\"event\":\"sign_in\",\"outcome\":\"signed_in\""),
        "{log}"
    );
    for secret in [
        code.as_str(),
        &text(&tokens, "/access_token"),
        &text(&tokens, "/refresh_token"),
        &world.client.1,
        "ada@acme.example",
        "Lovelace",
        form(&[("SAMLResponse", &answer.saml_response)])
            .get(..200)
            .unwrap(),
        "vsk_",
        "SAMLRequest=",
    ] {
        assert!(!log.contains(secret), "{secret:?} is in the log");
    }
}
