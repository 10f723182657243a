//! OpenID Connect and OAuth to the letter: what is asked, what is refused and in which words, and that the
//! metadata say what is so. docs/oidc.md lists the sections.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use vestibule_test_idp::{Twist, User};

use crate::{
    local::{by_password, typed, with_password},
    support::{
        browser::Browser,
        client_key::ClientKey,
        database::Engine,
        http::{Answer, form, post_form, send},
        on_all, on_both,
        visitor::PASSWORD,
        world::{REDIRECT_URI, VERIFIER, World, ada, answer_of, code_in, text, unverified_claims},
    },
};

const API: &str = "https://api.acme.example/v1";
const OTHER_API: &str = "urn:acme:reports";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Headers, or the fields of a form.
type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// A client with more than the usual; it takes the place of the world's.
fn client_with(world: &mut World, more: &Value) -> Value {
    let mut body = json!({"name": "Application", "redirect_uris": [REDIRECT_URI]});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let client = world.api.post("/v1/clients", &body).expect(201).json();
    let secret = client["client_secret"].as_str().unwrap_or_default();
    world.client = (text(&client, "/client_id"), secret.to_owned());
    client
}

/// Where the browser is sent back to, taken apart.
fn back(answer: &Answer) -> Vec<(String, String)> {
    assert!(matches!(answer.status, 302 | 303), "{answer:?}");
    assert!(answer.location().starts_with(REDIRECT_URI), "{answer:?}");
    let url = url::Url::parse(answer.location()).unwrap();
    url.query_pairs().into_owned().collect()
}

/// One parameter of it.
fn given(answer: &Answer, name: &str) -> Option<String> {
    let found = back(answer).into_iter().find(|(given, _)| given == name);
    found.map(|(_, value)| value)
}

fn endpoint(world: &World, path: &str, fields: &[(&str, &str)]) -> Answer {
    post_form(&format!("{}{path}", world.server.url), &[], fields)
}

/// The error of a JSON answer, which no cache may keep.
fn error(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(
        answer.header("cache-control"),
        Some("no-store"),
        "{answer:?}"
    );
    assert_eq!(answer.header("pragma"), Some("no-cache"), "{answer:?}");
    if status == 401 {
        assert!(answer.header("www-authenticate").is_some(), "{answer:?}");
    }
    text(&answer.json(), "/error")
}

fn pushed(world: &World, url: &str, credentials: &[(&str, &str)]) -> Answer {
    let url = url::Url::parse(url).unwrap();
    let query: Vec<_> = url.query_pairs().into_owned().collect();
    let mut fields: Vec<_> = query.iter().map(|(k, v)| (&**k, &**v)).collect();
    fields.extend_from_slice(credentials);
    endpoint(world, "/oauth2/par", &fields)
}

fn start_pushed(world: &World, request_uri: &str) -> String {
    let query = form(&[("client_id", &world.client.0), ("request_uri", request_uri)]);
    format!("{}/oauth2/authorize?{query}", world.server.url)
}

/// From where a browser begins to the code.
fn code_from(world: &World, start: &str) -> String {
    let mut browser = Browser::default();
    let form = world.visit_idp(&mut browser, start, &world.idp, &ada(), &Twist::default());
    code_in(&browser.deliver(&form.acs_url, &form.saml_response))
}

on_both! {
    fn what_a_request_may_not_say_comes_back_as_an_error_with_iss_and_state(engine) {
        let world = World::live(engine);
        let workspace = world.workspace.clone();
        let of = |more: &[(&str, &str)]| {
            let mut all = vec![("workspace", workspace.as_str())];
            all.extend_from_slice(more);
            world.authorize_with(&all)
        };
        let issuer = world.server.url.as_str();
        for (more, word) in [
            (&[("response_type", "token")][..], "unsupported_response_type"),
            (&[("response_type", "")], "invalid_request"),
            (&[("response_mode", "fragment")], "invalid_request"),
            (&[("code_challenge_method", "plain")], "invalid_request"),
            (&[("code_challenge_method", "")], "invalid_request"),
            (&[("code_challenge", "")], "invalid_request"),
            (&[("code_challenge", "short")], "invalid_request"),
            (&[("scope", "")], "invalid_scope"),
            (&[("scope", "offline_access")], "invalid_scope"),
            (&[("prompt", "none login")], "invalid_request"),
            (&[("max_age", "soon")], "invalid_request"),
            (&[("max_age", "-1")], "invalid_request"),
            (&[("request", "e30.e30.")], "request_not_supported"),
            (&[("request_uri", "https://app.example/r.jwt")], "request_uri_not_supported"),
            (&[("registration", "{}")], "registration_not_supported"),
            (&[("id_token_hint", "x.y.z")], "invalid_request"),
            (&[("resource", "https://not-registered.example")], "invalid_target"),
            (&[("resource", issuer), ("resource", "https://else.example")], "invalid_target"),
            (&[("scope", "openid"), ("scope", "openid")], "invalid_request"),
            (&[("nonce", "1"), ("nonce", "2")], "invalid_request"),
        ] {
            let answer = Browser::default().get(&of(more));
            assert_eq!(given(&answer, "error").as_deref(), Some(word), "{more:?}: {answer:?}");
            assert_eq!(given(&answer, "iss").as_deref(), Some(issuer), "RFC 9207: {more:?}");
            assert_eq!(given(&answer, "state").as_deref(), Some("the-state"), "{more:?}");
        }
        // Nothing is sent where it is not clear that it belongs there.
        let twice = |name: &str, value: &str| {
            let url = world.authorize_url();
            format!("{url}&{}", form(&[(name, value)]))
        };
        for url in [
            twice("redirect_uri", "https://evil.example/"),
            twice("redirect_uri", REDIRECT_URI),
            twice("client_id", &world.client.0),
            of(&[("redirect_uri", "http://127.0.0.1:9/callback/")]),
            of(&[("client_id", "app_00000000000070008000000000000000")]),
        ] {
            let answer = Browser::default().get(&url);
            assert_eq!(answer.status, 400, "{url}");
            assert!(answer.header("location").is_none());
        }
        // What is asked for and not there is left out, and harms nobody (Core §3.1.2.1, §5.2).
        let more = [
            ("workspace", workspace.as_str()), ("claims_locales", "de en"), ("ui_locales", "fr"),
            ("display", "touch"), ("acr_values", "urn:example:gold"), ("claims", "{}"),
            ("prompt", "consent"), ("unknown", "x"), ("scope", "openid offline_access"),
        ];
        let code = code_from(&world, &world.authorize_with(&more));
        let tokens = world.exchange(&code).expect(200).json();
        assert_eq!(tokens["scope"], "openid");
    }

    fn the_request_may_be_posted(engine) {
        let world = World::live(engine);
        let url = url::Url::parse(&world.authorize_url()).unwrap();
        let query: Vec<_> = url.query_pairs().into_owned().collect();
        let fields: Vec<_> = query.iter().map(|(k, v)| (&**k, &**v)).collect();
        let at = format!("{}/oauth2/authorize", world.server.url);
        let mut browser = Browser::default();
        let leaving = browser.post_from_elsewhere(&at, &fields).expect(303);
        let form = answer_of(&world.idp, leaving.location(), &ada(), &Twist::default());
        world.exchange(&code_in(&browser.deliver(&form.acs_url, &form.saml_response))).expect(200);

        let refused: Vec<_> = fields.iter().copied().filter(|(name, _)| *name != "code_challenge").collect();
        let answer = browser.post_from_elsewhere(&at, &refused).expect(303);
        assert_eq!(given(&answer, "error").as_deref(), Some("invalid_request"));
    }

    fn without_showing_anything_it_is_said_that_a_person_is_needed(engine) {
        let world = World::live(engine);
        // Nobody can tell where to (Core §3.1.2.6).
        let url = world.authorize_with(&[("prompt", "none")]);
        let answer = Browser::default().get(&url);
        assert_eq!(given(&answer, "error").as_deref(), Some("interaction_required"));
        assert_eq!(given(&answer, "iss").as_deref(), Some(world.server.url.as_str()));
        // The IdP would have to ask.
        let url = world.authorize_with(&[("prompt", "none"), ("workspace", &world.workspace)]);
        let mut browser = Browser::default();
        let twist = Twist::default();
        let form = world.visit_idp(&mut browser, &url, &world.idp, &ada(), &twist);
        let answer = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(given(&answer, "error").as_deref(), Some("login_required"), "{answer:?}");
        assert_eq!(given(&answer, "iss").as_deref(), Some(world.server.url.as_str()));
    }

    fn another_account_or_a_new_login_is_asked_of_the_idp(engine) {
        let world = World::live(engine);
        for (more, forced) in [
            (&[][..], false), (&[("prompt", "login")], true), (&[("prompt", "select_account")], true),
            (&[("max_age", "0")], true), (&[("max_age", "3600")], false),
        ] {
            let mut all = vec![("workspace", world.workspace.as_str())];
            all.extend_from_slice(more);
            let leaving = Browser::default().get(&world.authorize_with(&all)).expect(302);
            let (_, query) = leaving.location().split_once('?').unwrap();
            let request = world.idp.read_request(query).unwrap();
            assert_eq!(request.force_authn(), forced, "{more:?}");
        }
    }

    fn whoever_is_expected_back_is_the_only_one(engine) {
        let world = World::live(engine);
        let tokens = world.exchange(&world.code(&ada())).expect(200).json();
        let hint = text(&tokens, "/id_token");
        // The hint alone leads to where they came from.
        let start = world.authorize_with(&[("id_token_hint", &hint)]);
        let again = world.exchange(&code_from(&world, &start)).expect(200).json();
        let sub = |tokens: &Value| text(&unverified_claims(&text(tokens, "/id_token")), "/sub");
        assert_eq!(sub(&again), sub(&tokens));

        let zoe = User::new("zoe@acme.example", "Zoë", "Yılmaz");
        let mut browser = Browser::default();
        let form = world.visit_idp(&mut browser, &start, &world.idp, &zoe, &Twist::default());
        let answer = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(given(&answer, "error").as_deref(), Some("login_required"));
        assert_eq!(given(&answer, "code"), None);
        assert!(world.people().iter().all(|member| member["email"] != "zoe@acme.example"), "nor is she made a member");

        // The same on our own pages.
        with_password(&world, "ann@acme.example", "admin");
        let url = format!("{}&{}", by_password(&world), form_of("id_token_hint", &hint));
        let visitor = typed(&world, &url, "ann@acme.example", PASSWORD);
        assert_eq!(given(&visitor.page, "error").as_deref(), Some("login_required"), "{:?}", visitor.page);

        // Another application's hint is none.
        let other = crate::support::world::new_client(&world.api);
        let url = world.authorize_with(&[("id_token_hint", &hint), ("client_id", &other.0)]);
        let answer = Browser::default().get(&url);
        assert_eq!(given(&answer, "error").as_deref(), Some("invalid_request"));
    }

    fn tokens_say_how_strongly_and_when(engine) {
        let world = World::live(engine);
        let tokens = world.exchange(&world.code(&ada())).expect(200).json();
        let id = unverified_claims(&text(&tokens, "/id_token"));
        assert_eq!(id["acr"], "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", "{id}");
        assert_eq!(id["amr"], json!(["saml"]));
        assert_eq!(id["nonce"], "the-nonce");
        assert!(id["auth_time"].as_i64().unwrap() <= id["iat"].as_i64().unwrap());
        let access = unverified_claims(&text(&tokens, "/access_token"));
        assert_eq!((&access["acr"], &access["sid"]), (&id["acr"], &id["sid"]));
        let header: Value = {
            use base64::engine::general_purpose::URL_SAFE_NO_PAD;
            let token = text(&tokens, "/access_token");
            let part = token.split('.').next().unwrap().to_owned();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        assert_eq!(header["typ"], "at+jwt", "RFC 9068 §2.1");

        with_password(&world, "ann@acme.example", "admin");
        let visitor = typed(&world, &by_password(&world), "ann@acme.example", PASSWORD);
        let tokens = world.exchange(&code_in(&visitor.page)).expect(200).json();
        let id = unverified_claims(&text(&tokens, "/id_token"));
        assert_eq!(id["acr"], "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport");
        assert_eq!(id["amr"], json!(["pwd"]));
    }

    fn errors_of_the_endpoints_are_json_with_the_words_of_the_rfc(engine) {
        let world = World::live(engine);
        let (id, secret) = world.client.clone();
        let with = |more: &[(&str, &str)]| {
            let mut all = vec![("client_id", id.as_str()), ("client_secret", secret.as_str())];
            all.extend_from_slice(more);
            endpoint(&world, "/oauth2/token", &all)
        };
        for (fields, word) in [
            (&[][..], "invalid_request"),
            (&[("grant_type", "password")], "unsupported_grant_type"),
            (&[("grant_type", "authorization_code")], "invalid_request"),
            (&[("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", "x"), ("code_verifier", "x")], "invalid_grant"),
            (&[("grant_type", "refresh_token"), ("refresh_token", "x")], "invalid_grant"),
            (&[("grant_type", "refresh_token"), ("grant_type", "refresh_token")], "invalid_request"),
        ] {
            assert_eq!(error(&with(fields), 400), word, "{fields:?}");
        }
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        let url = format!("{}/oauth2/token", world.server.url);
        let grant = ("grant_type", "refresh_token");
        let called = |header: Option<String>, fields: &[(&str, &str)]| {
            let header = header.unwrap_or_default();
            let headers = [("authorization", header.as_str())];
            let headers = if header.is_empty() { &[][..] } else { &headers[..] };
            post_form(&url, headers, &[&[grant], fields].concat())
        };
        let wrong = "A".repeat(43);
        for (answer, status, word) in [
            (called(None, &[]), 401, "invalid_client"),
            (called(None, &[("client_id", &id)]), 401, "invalid_client"),
            (called(None, &[("client_id", &id), ("client_secret", &wrong)]), 401, "invalid_client"),
            (called(None, &[("client_id", "nonsense"), ("client_secret", &secret)]), 401, "invalid_client"),
            (called(Some(basic(&format!("{id}:{wrong}"))), &[]), 401, "invalid_client"),
            (called(Some("Bearer x".to_owned()), &[]), 401, "invalid_client"),
            (called(Some(basic(&format!("{id}:{secret}"))), &[("client_id", "app_00000000000070008000000000000000")]), 401, "invalid_client"),
            // One way alone (RFC 6749 §2.3).
            (called(Some(basic(&format!("{id}:{secret}"))), &[("client_secret", &secret)]), 400, "invalid_request"),
            (called(None, &[("client_id", &id), ("client_secret", &secret), ("client_assertion", "x.y.z")]), 400, "invalid_request"),
            (called(None, &[("client_id", &id), ("client_assertion", "x.y.z"), ("client_assertion_type", JWT_BEARER)]), 401, "invalid_client"),
            (called(None, &[("client_assertion", "x.y.z"), ("client_assertion_type", "other")]), 400, "invalid_request"),
            (called(Some(basic(&format!("{id}:{secret}"))), &[("refresh_token", "x")]), 400, "invalid_grant"),
        ] {
            assert_eq!(error(&answer, status), word, "{answer:?}");
        }
        let answer = send("POST", &url, &[("content-type", "application/json")], "{}");
        assert_eq!(error(&answer, 400), "invalid_request");
        let tokens = world.exchange(&world.code(&ada())).expect(200);
        assert_eq!((tokens.header("cache-control"), tokens.header("pragma")), (Some("no-store"), Some("no-cache")));
        let refused = send("GET", &format!("{}/oauth2/userinfo", world.server.url), &[("authorization", "Bearer x")], "").expect(401);
        assert!(refused.header("www-authenticate").unwrap().contains("invalid_token"));
    }

    fn a_client_without_a_secret_proves_itself_by_pkce_alone(engine) {
        let mut world = World::live(engine);
        let client = client_with(&mut world, &json!({"token_endpoint_auth_method": "none"}));
        assert!(client.get("client_secret").is_none(), "{client}");
        let id = world.client.0.clone();
        let code = world.code(&ada());
        let exchange = |verifier: &str| endpoint(&world, "/oauth2/token", &[
            ("grant_type", "authorization_code"), ("client_id", &id), ("code", &code),
            ("redirect_uri", REDIRECT_URI), ("code_verifier", verifier),
        ]);
        assert_eq!(error(&exchange(&"x".repeat(43)), 400), "invalid_grant");
        let tokens = exchange(VERIFIER).expect(200).json();
        let (refresh, access) = (text(&tokens, "/refresh_token"), text(&tokens, "/access_token"));
        let with = |path: &str, more: &[(&str, &str)]| {
            endpoint(&world, path, &[&[("client_id", id.as_str())], more].concat())
        };
        // A secret that it cannot have proves nothing.
        let made_up = "A".repeat(43);
        let answer = with("/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", &refresh), ("client_secret", &made_up)]);
        assert_eq!(error(&answer, 401), "invalid_client");
        // Anybody can call himself by its name: it learns nothing about tokens.
        assert_eq!(error(&with("/oauth2/introspect", &[("token", &access)]), 401), "invalid_client");
        let renewed = with("/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).expect(200).json();
        with("/oauth2/revoke", &[("token", &text(&renewed, "/refresh_token"))]).expect(200);
        let bearer = format!("Bearer {access}");
        send("GET", &format!("{}/oauth2/userinfo", world.server.url), &[("authorization", &bearer)], "").expect(401);
    }

    fn a_client_with_a_key_signs_who_it_is(engine) {
        let mut world = World::live(engine);
        let key = ClientKey::new();
        let client = client_with(&mut world, &json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks()}));
        assert!(client.get("client_secret").is_none());
        assert_eq!(client["jwks"], key.jwks());
        let (id, issuer) = (world.client.0.clone(), world.server.url.clone());
        let with = |path: &str, assertion: &str, more: &[(&str, &str)]| {
            let mut all = vec![("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)];
            all.extend_from_slice(more);
            endpoint(&world, path, &all)
        };
        let code = world.code(&ada());
        let exchange = |assertion: &str| with("/oauth2/token", assertion, &[
            ("grant_type", "authorization_code"), ("code", &code),
            ("redirect_uri", REDIRECT_URI), ("code_verifier", VERIFIER),
        ]);
        for refused in [
            ClientKey::new().assertion(&id, &issuer),
            key.assertion(&id, "https://else.example"),
            key.assertion("app_00000000000070008000000000000000", &issuer),
            format!("{}x", key.assertion(&id, &issuer)),
        ] {
            assert_eq!(error(&exchange(&refused), 401), "invalid_client");
        }
        let assertion = key.assertion(&id, &format!("{issuer}/oauth2/token"));
        let tokens = exchange(&assertion).expect(200).json();
        // Each counts once, on whatever endpoint.
        let access = text(&tokens, "/access_token");
        assert_eq!(error(&with("/oauth2/introspect", &assertion, &[("token", &access)]), 401), "invalid_client");
        let fresh = key.assertion(&id, &issuer);
        assert_eq!(with("/oauth2/introspect", &fresh, &[("token", &access)]).expect(200).json()["active"], true);
        // By its name alone it is nobody.
        assert_eq!(error(&endpoint(&world, "/oauth2/introspect", &[("client_id", &id), ("token", &access)]), 401), "invalid_client");
        let fresh = key.assertion(&id, &format!("{issuer}/oauth2/par"));
        let url = world.authorize_url();
        pushed(&world, &url, &[("client_assertion_type", JWT_BEARER), ("client_assertion", &fresh)]).expect(201);

        // What cannot be verified by is not registered.
        for (jwks, method) in [
            (json!({"keys": []}), "private_key_jwt"), (Value::Null, "private_key_jwt"),
            (json!({"keys": [{"kty": "oct", "k": "AAAA"}]}), "client_secret_basic"),
        ] {
            let body = json!({"name": "x", "redirect_uris": [REDIRECT_URI], "token_endpoint_auth_method": method, "jwks": jwks});
            let refused = world.api.post("/v1/clients", &body);
            assert_eq!(refused.problem(422), "invalid-value", "{refused:?}");
        }
    }

    fn tokens_are_for_the_resources_that_were_named(engine) {
        let mut world = World::live(engine);
        client_with(&mut world, &json!({"resources": [API, OTHER_API]}));
        let start = world.authorize_with(&[("workspace", &world.workspace), ("resource", API), ("resource", OTHER_API)]);
        let code = code_from(&world, &start);
        let exchange = |resource: &str| world.token(&[
            ("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER), ("resource", resource),
        ]);
        // Refused, it uses nothing up.
        assert_eq!(error(&exchange("https://else.example"), 400), "invalid_target");
        let audience = |tokens: &Value| unverified_claims(&text(tokens, "/access_token"))["aud"].clone();
        let narrowed = exchange(API).expect(200).json();
        assert_eq!(audience(&narrowed), API);
        let refresh = |tokens: &Value, more: &[(&str, &str)]| {
            let token = text(tokens, "/refresh_token");
            let mut all = vec![("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
            all.extend_from_slice(more);
            world.token(&all)
        };
        let all = refresh(&narrowed, &[]).expect(200).json();
        assert_eq!(audience(&all), json!([API, OTHER_API]));
        assert_eq!(error(&refresh(&all, &[("resource", "https://else.example")]), 400), "invalid_target");
        let other = refresh(&all, &[("resource", OTHER_API)]).expect(200).json();
        assert_eq!(audience(&other), OTHER_API);
        // A token for an API opens that alone; introspection knows it all the same.
        let userinfo = |tokens: &Value| {
            let bearer = format!("Bearer {}", text(tokens, "/access_token"));
            send("GET", &format!("{}/oauth2/userinfo", world.server.url), &[("authorization", &bearer)], "")
        };
        userinfo(&other).expect(401);
        assert!(world.is_active(&text(&other, "/access_token")));
        let issuer = world.server.url.clone();
        let own = refresh(&other, &[("resource", &issuer)]).expect(200).json();
        assert_eq!(audience(&own), issuer);
        userinfo(&own).expect(200);

        let wrong = json!({"name": "x", "redirect_uris": [REDIRECT_URI], "resources": ["https://api.example/#x"]});
        assert_eq!(world.api.post("/v1/clients", &wrong).problem(422), "invalid-value");
        let wrong = json!({"name": "x", "redirect_uris": [REDIRECT_URI], "resources": ["/relative"]});
        assert_eq!(world.api.post("/v1/clients", &wrong).problem(422), "invalid-value");
    }

    fn a_refresh_may_ask_for_less_and_never_for_more(engine) {
        let world = World::live(engine);
        let code = code_from(&world, &world.authorize_with(&[("workspace", &world.workspace), ("scope", "openid email")]));
        let tokens = world.exchange(&code).expect(200).json();
        let refresh = |tokens: &Value, scope: &str| {
            let token = text(tokens, "/refresh_token");
            world.token(&[("grant_type", "refresh_token"), ("refresh_token", &token), ("scope", scope)])
        };
        assert_eq!(error(&refresh(&tokens, "openid saml"), 400), "invalid_scope");
        let less = refresh(&tokens, "email").expect(200).json();
        assert_eq!(less["scope"], "email");
        assert!(less.get("id_token").is_none());
        let all = world.refresh(&text(&less, "/refresh_token")).expect(200).json();
        assert_eq!(all["scope"], "openid email");
    }

    fn a_client_changes_and_its_secret_is_rotated_with_an_overlap(engine) {
        let world = World::live(engine);
        let path = format!("/v1/clients/{}", world.client.0);
        let changed = json!({"name": "Renamed", "resources": [API], "backchannel_logout_uri": "https://app.example/bye"});
        let client = world.api.patch(&path, &changed).expect(200).json();
        assert_eq!((&client["name"], &client["resources"]), (&json!("Renamed"), &json!([API])));
        let client = world.api.patch(&path, &json!({"backchannel_logout_uri": null})).expect(200).json();
        assert_eq!(client["backchannel_logout_uri"], Value::Null);
        assert_eq!(client["redirect_uris"], json!([REDIRECT_URI]), "what is absent stays");
        assert_eq!(world.api.get(&path).expect(200).json(), client);
        for wrong in [
            json!({"redirect_uris": []}), json!({"redirect_uris": ["http://app.example/"]}),
            json!({"token_endpoint_auth_method": "private_key_jwt"}), json!({"backchannel_logout_uri": "ftp://x"}),
        ] {
            assert_eq!(world.api.patch(&path, &wrong).problem(422), "invalid-value", "{wrong}");
        }
        let tokens = world.exchange(&world.code(&ada())).expect(200).json();
        let access = text(&tokens, "/access_token");
        let asks = |secret: &str| {
            let fields = [("client_id", world.client.0.as_str()), ("client_secret", secret), ("token", &access)];
            endpoint(&world, "/oauth2/introspect", &fields).status
        };
        let rotate = |body: Value| world.api.post(&format!("{path}/rotate-secret"), &body);
        let first = world.client.1.clone();
        let second = text(&rotate(json!({})).expect(200).json(), "/client_secret");
        assert_eq!((asks(&first), asks(&second)), (200, 200), "both count for a day");
        let third = text(&rotate(json!({"previous_secret_expires_in": 0})).expect(200).json(), "/client_secret");
        assert_eq!((asks(&first), asks(&second), asks(&third)), (401, 401, 200));
        assert_eq!(rotate(json!({"previous_secret_expires_in": -1})).problem(422), "invalid-value");
        assert_eq!(rotate(json!({"previous_secret_expires_in": 2_592_001})).problem(422), "invalid-value");
        let log = world.api.get("/v1/audit-events?limit=200").expect(200).body;
        assert!(log.contains("client.changed") && log.contains("client.secret_rotated"), "{log}");
        assert!(!log.contains(&second) && !log.contains(&third));
    }
}

fn form_of(name: &str, value: &str) -> String {
    form(&[(name, value)])
}

on_all! {
    fn a_pushed_request_is_begun_by_its_name_once(engine) {
        let world = World::live(engine);
        let (id, secret) = world.client.clone();
        let credentials = [("client_secret", secret.as_str())];
        let answer = pushed(&world, &world.authorize_url(), &credentials).expect(201);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.json()["expires_in"], 90);
        let request_uri = text(&answer.json(), "/request_uri");
        assert!(request_uri.starts_with("urn:ietf:params:oauth:request_uri:"));
        // What stands beside the name does not count.
        let start = format!("{}&scope=saml&state=other&redirect_uri=https://evil.example/", start_pushed(&world, &request_uri));
        let code = code_from(&world, &start);
        assert_eq!(world.exchange(&code).expect(200).json()["scope"], "openid email profile saml");
        assert_eq!(Browser::default().get(&start).status, 400, "it is used up");

        // Nobody else's.
        let other = crate::support::world::new_client(&world.api);
        let answer = pushed(&world, &world.authorize_url(), &credentials).expect(201);
        let request_uri = text(&answer.json(), "/request_uri");
        let query = form(&[("client_id", &other.0), ("request_uri", &request_uri)]);
        let stolen = Browser::default().get(&format!("{}/oauth2/authorize?{query}", world.server.url));
        assert_eq!(stolen.status, 400);
        code_from(&world, &start_pushed(&world, &request_uri));

        // What a browser would be sent back for is said at once.
        for (more, word) in [
            (("response_type", "token"), "unsupported_response_type"),
            (("redirect_uri", "https://else.example/"), "invalid_request"),
            (("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request"),
            (("resource", "https://else.example/"), "invalid_target"),
            (("code_challenge_method", "plain"), "invalid_request"),
        ] {
            let answer = pushed(&world, &world.authorize_with(&[more]), &credentials);
            assert_eq!(error(&answer, 400), word, "{more:?}");
        }
        let answer = pushed(&world, &world.authorize_url(), &[("client_secret", &"A".repeat(43))]);
        assert_eq!(error(&answer, 401), "invalid_client");

        // A client that pushes everything begins in no other way (§6).
        let must = json!({"require_pushed_authorization_requests": true});
        world.api.patch(&format!("/v1/clients/{id}"), &must).expect(200);
        let refused = || {
            let answer = Browser::default().get(&world.authorize_url());
            (answer.status == 302 && answer.location().starts_with(REDIRECT_URI))
                .then(|| given(&answer, "error").unwrap_or_default())
        };
        crate::support::within(std::time::Duration::from_secs(10), "every replica knows", || refused().is_some());
        assert_eq!(refused().as_deref(), Some("invalid_request"));
        let answer = pushed(&world, &world.authorize_url(), &credentials).expect(201);
        code_from(&world, &start_pushed(&world, &text(&answer.json(), "/request_uri")));
    }
}

/// A member of the metadata and what shows that it is so.
#[test]
fn each_value_of_the_metadata_is_what_the_server_does() {
    let mut world = World::live(Engine::Sqlite);
    let url = world.server.url.clone();
    let metadata = send(
        "GET",
        &format!("{url}/.well-known/openid-configuration"),
        &[],
        "",
    )
    .expect(200)
    .json();
    let oauth = send(
        "GET",
        &format!("{url}/.well-known/oauth-authorization-server"),
        &[],
        "",
    )
    .expect(200)
    .json();
    assert_eq!(metadata, oauth);
    let key = ClientKey::new();
    let words = |name: &str| -> BTreeSet<String> {
        let all = metadata[name]
            .as_array()
            .unwrap_or_else(|| panic!("{name}"));
        all.iter()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect()
    };
    let set =
        |all: &[&str]| -> BTreeSet<String> { all.iter().map(|one| (*one).to_owned()).collect() };
    let claims = {
        let tokens = world.exchange(&world.code(&ada())).expect(200).json();
        unverified_claims(&text(&tokens, "/id_token"))
    };
    let refused_with = |more: &[(&str, &str)]| {
        let mut all = vec![("workspace", world.workspace.as_str())];
        all.extend_from_slice(more);
        let answer = Browser::default().get(&world.authorize_with(&all));
        (answer.location().starts_with(REDIRECT_URI))
            .then(|| given(&answer, "error"))
            .flatten()
    };
    for name in metadata.as_object().unwrap().keys() {
        let holds = match name.as_str() {
            "issuer" => metadata[name] == url && claims["iss"] == url,
            "authorization_endpoint" => world.authorize_url().starts_with(metadata[name].as_str().unwrap()),
            // Each is there, and says what is missing.
            "token_endpoint" | "introspection_endpoint" | "revocation_endpoint" | "pushed_authorization_request_endpoint" => {
                error(&post_form(metadata[name].as_str().unwrap(), &[], &[]), 401) == "invalid_client"
            }
            "userinfo_endpoint" => send("GET", metadata[name].as_str().unwrap(), &[], "").status == 401,
            "end_session_endpoint" => send("GET", metadata[name].as_str().unwrap(), &[], "").status == 200,
            "jwks_uri" => {
                let keys = send("GET", metadata[name].as_str().unwrap(), &[], "").expect(200).json();
                let algorithms: BTreeSet<_> = keys["keys"].as_array().unwrap().iter().map(|key| text(key, "/alg")).collect();
                algorithms == words("id_token_signing_alg_values_supported")
            }
            "id_token_signing_alg_values_supported" => words(name).iter().all(|algorithm| {
                let body = json!({"name": "x", "redirect_uris": [REDIRECT_URI], "id_token_signed_response_alg": algorithm});
                world.api.post("/v1/clients", &body).status == 201
            }),
            "response_types_supported" => {
                words(name) == set(&["code"]) && refused_with(&[("response_type", "code id_token")]).is_some()
            }
            "response_modes_supported" => {
                words(name) == set(&["query"]) && refused_with(&[("response_mode", "query")]).is_none()
                    && refused_with(&[("response_mode", "form_post")]).is_some()
            }
            "grant_types_supported" => {
                let known = |grant: &str| error(&world.token(&[("grant_type", grant)]), 400) != "unsupported_grant_type";
                words(name).iter().all(|grant| known(grant)) && !known("client_credentials")
            }
            // One subject for all applications (Core §8).
            "subject_types_supported" => words(name) == set(&["public"]),
            "code_challenge_methods_supported" => {
                words(name) == set(&["S256"]) && refused_with(&[("code_challenge_method", "plain")]).is_some()
            }
            "token_endpoint_auth_methods_supported" | "revocation_endpoint_auth_methods_supported" => {
                words(name) == set(&["client_secret_basic", "client_secret_post", "private_key_jwt", "none"])
            }
            "introspection_endpoint_auth_methods_supported" => {
                words(name) == set(&["client_secret_basic", "client_secret_post", "private_key_jwt"])
            }
            // Each by itself: crates/session/tests/tokens/assertions.rs.
            "token_endpoint_auth_signing_alg_values_supported"
            | "introspection_endpoint_auth_signing_alg_values_supported"
            | "revocation_endpoint_auth_signing_alg_values_supported" => {
                words(name) == set(&["ES256", "RS256", "PS256", "EdDSA"])
            }
            "scopes_supported" => words(name).iter().all(|scope| refused_with(&[("scope", scope)]).is_none()),
            // Another IdP may say others: they are voluntary.
            "acr_values_supported" => words(name).contains(claims["acr"].as_str().unwrap()),
            "claim_types_supported" => words(name) == set(&["normal"]),
            "claims_supported" => {
                let shown: BTreeSet<_> = claims.as_object().unwrap().keys().cloned().collect();
                shown == words(name)
            }
            "prompt_values_supported" => words(name) == set(&["none", "login", "select_account"]),
            "claims_parameter_supported" => metadata[name] == false,
            "request_parameter_supported" => {
                metadata[name] == false && refused_with(&[("request", "x")]).as_deref() == Some("request_not_supported")
            }
            "request_uri_parameter_supported" => {
                metadata[name] == false
                    && refused_with(&[("request_uri", "https://x.example")]).as_deref() == Some("request_uri_not_supported")
            }
            "require_pushed_authorization_requests" => metadata[name] == false && refused_with(&[]).is_none(),
            "authorization_response_iss_parameter_supported" => {
                let answer = Browser::default().get(&world.authorize_with(&[("response_type", "token")]));
                metadata[name] == true && given(&answer, "iss").as_deref() == Some(url.as_str())
            }
            // tests/e2e/backchannel.rs.
            "backchannel_logout_supported" | "backchannel_logout_session_supported" => metadata[name] == true,
            other => panic!("{other} is promised, and nothing here shows that it is so"),
        };
        assert!(holds, "{name}: {}", metadata[name]);
    }
    // Each way to say who calls, at each endpoint.
    for method in words("token_endpoint_auth_methods_supported") {
        let mut more = json!({"token_endpoint_auth_method": method});
        if method == "private_key_jwt" {
            more["jwks"] = key.jwks();
        }
        client_with(&mut world, &more);
        let (id, secret) = world.client.clone();
        for (path, list) in [
            ("/oauth2/token", "token_endpoint_auth_methods_supported"),
            (
                "/oauth2/revoke",
                "revocation_endpoint_auth_methods_supported",
            ),
            (
                "/oauth2/introspect",
                "introspection_endpoint_auth_methods_supported",
            ),
        ] {
            let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
            let assertion = key.assertion(&id, &url);
            let (headers, fields): (Pairs<'_>, Pairs<'_>) = match method.as_str() {
                "client_secret_basic" => (vec![("authorization", basic.as_str())], vec![]),
                "client_secret_post" => (
                    vec![],
                    vec![
                        ("client_id", id.as_str()),
                        ("client_secret", secret.as_str()),
                    ],
                ),
                "private_key_jwt" => (
                    vec![],
                    vec![
                        ("client_assertion_type", JWT_BEARER),
                        ("client_assertion", assertion.as_str()),
                    ],
                ),
                _ => (vec![], vec![("client_id", id.as_str())]),
            };
            let fields = [
                &fields[..],
                &[
                    ("token", "x"),
                    ("grant_type", "refresh_token"),
                    ("refresh_token", "x"),
                ],
            ]
            .concat();
            let answer = post_form(&format!("{url}{path}"), &headers, &fields);
            assert_eq!(
                answer.status != 401,
                words(list).contains(&method),
                "{method} at {path}: {answer:?}"
            );
        }
    }
}
