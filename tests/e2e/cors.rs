//! What scripts of a browser may ask: where tokens are got and used, from where a public client is.

use serde_json::json;

use crate::support::{
    database::Engine,
    http::{Answer, form, send},
    on_both,
    world::{World, text},
};

const APP: &str = "https://spa.example.com";

fn ask(world: &World, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(method, &format!("{}{path}", world.server.url), headers, "")
}

/// The question that a browser asks first.
fn preflight(world: &World, path: &str, origin: &str, method: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", method),
        (
            "access-control-request-headers",
            "authorization,content-type",
        ),
    ];
    ask(world, "OPTIONS", path, &headers)
}

fn allowed(answer: &Answer) -> Option<&str> {
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        None,
        "{answer:?}"
    );
    answer.header("access-control-allow-origin")
}

const ENDPOINTS: [(&str, &str); 6] = [
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/oauth2/jwks"),
    ("POST", "/oauth2/token"),
    ("GET", "/oauth2/userinfo"),
    ("POST", "/oauth2/revoke"),
];

on_both! {
    fn a_public_client_in_a_browser_gets_and_uses_its_tokens(engine) {
        let world = World::live(engine);
        // Before it is registered, and of a client that has a server: nothing.
        assert_eq!(allowed(&ask(&world, "GET", "/oauth2/jwks", &[("origin", APP)])), None);
        let body = json!({"name": "Server", "redirect_uris": ["https://server.example.com/cb"]});
        world.api.post("/v1/clients", &body).expect(201);
        let body = json!({
            "name": "Browser", "redirect_uris": [format!("{APP}/callback"), "https://other.example.com:8443/cb"],
            "token_endpoint_auth_method": "none",
        });
        let client = world.api.post("/v1/clients", &body).expect(201).json();

        for (method, path) in ENDPOINTS {
            for origin in [APP, "https://other.example.com:8443"] {
                let may = preflight(&world, path, origin, method).expect(204);
                assert_eq!(allowed(&may), Some(origin));
                assert!(may.header("access-control-allow-methods").unwrap().contains(method));
                let names = may.header("access-control-allow-headers").unwrap();
                assert!(names.contains("Authorization") && names.contains("Content-Type"));
                let answer = ask(&world, method, path, &[("origin", origin)]);
                assert_eq!(allowed(&answer), Some(origin), "{path}");
                assert!(answer.header("vary").unwrap().contains("Origin"), "{path}");
            }
            for origin in [
                "https://server.example.com", "https://evil.example", "null", "http://spa.example.com",
                "https://spa.example.com:8443", "https://spa.example.com.evil.example", "https://SPA.example.com",
            ] {
                let no = preflight(&world, path, origin, method);
                assert_eq!((allowed(&no), no.status), (None, 405), "{origin}");
                let answer = ask(&world, method, path, &[("origin", origin)]);
                assert_eq!(allowed(&answer), None, "{origin}");
                // Whoever asks without an origin must not be given the answer to one with.
                assert!(answer.header("vary").unwrap().contains("Origin"), "{path}");
            }
        }
        // An error is for the script to read, too.
        let url = format!("{}/oauth2/token", world.server.url);
        let headers = [("origin", APP), ("content-type", "application/x-www-form-urlencoded")];
        let refused = send("POST", &url, &headers, form(&[("grant_type", "refresh_token")])).expect(401);
        assert_eq!(allowed(&refused), Some(APP));

        // When the client goes, so does its page.
        let path = format!("/v1/clients/{}", text(&client, "/client_id"));
        world.api.delete(&path).expect(204);
        assert_eq!(allowed(&ask(&world, "GET", "/oauth2/jwks", &[("origin", APP)])), None);
    }
}

#[test]
fn nothing_else_is_for_scripts_of_others() {
    let world = World::live(Engine::Sqlite);
    let body = json!({
        "name": "Browser", "redirect_uris": [format!("{APP}/callback")], "token_endpoint_auth_method": "none",
    });
    world.api.post("/v1/clients", &body).expect(201);
    for (method, path) in [
        ("GET", "/v1/workspaces"),
        ("POST", "/v1/sessions"),
        ("GET", "/oauth2/authorize"),
        ("GET", "/oauth2/logout"),
        ("POST", "/oauth2/introspect"),
        ("POST", "/oauth2/par"),
        ("GET", "/forward-auth"),
        ("GET", "/account"),
        ("GET", "/sign-in"),
        ("GET", "/docs"),
        ("GET", "/oauth2/jwks/"),
    ] {
        let key = ("authorization", world.api.authorization());
        let answer = ask(&world, method, path, &[("origin", APP), key]);
        assert_eq!(allowed(&answer), None, "{path}");
        let no = preflight(&world, path, APP, method);
        assert_eq!(allowed(&no), None, "{path}");
        assert_eq!(no.header("access-control-allow-methods"), None, "{path}");
        assert_ne!(no.status, 204, "{path}");
    }
}
