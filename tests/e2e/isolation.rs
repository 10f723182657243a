//! Every route of the management API, tried without a key, with a weaker key and from another
//! workspace. The routes come from the OpenAPI document, so that none can be forgotten.

use serde_json::{Value, json};

use crate::support::{
    database::Engine,
    http::{Api, send},
    world::{World, ada, new_workspace, text, unverified_claims},
};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Every operation of the management API: method, path with its parameters in braces, and a body that
/// would be taken. (Clients and browsers, who come without a key, have the rest.)
fn operations(world: &World) -> Vec<(String, String, Value)> {
    let url = format!("{}/openapi.json", world.server.url);
    let document = send("GET", &url, &[], "").expect(200).json();
    let mut operations = Vec::new();
    let paths = document["paths"].as_object().unwrap();
    for (path, item) in paths.iter().filter(|(path, _)| path.starts_with("/v1/")) {
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            operations.push((method.to_uppercase(), path.clone(), json!({})));
        }
    }
    assert!(operations.len() >= 40, "{}", operations.len());
    operations
}

/// A workspace with one object of every kind, and how the paths name them.
fn objects(world: &World) -> Vec<(&'static str, String)> {
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let claims = unverified_claims(&text(&tokens, "/access_token"));
    let (member, session) = (text(&claims, "/sub"), text(&claims, "/sid"));
    let test = world
        .api
        .post(&world.path("/tests"), &json!({}))
        .expect(201)
        .json();
    let live = world.api.get(&world.path("")).expect(200).json();
    let identities = world.workspace_path(&format!("/members/{member}/identities"));
    let identity = world.api.get(&identities).expect(200).json();
    let key = json!({"name": "inner", "scopes": ["*"], "workspace_id": world.workspace});
    let key = world.api.post("/v1/api-keys", &key).expect(201).json();
    let attempts = world
        .api
        .get(&world.path("/sign-in-attempts"))
        .expect(200)
        .json();
    let next = world
        .api
        .post(&world.path("/service-provider-keys"), &json!({}))
        .expect(201)
        .json();
    let domain = json!({"domain": "acme.example"});
    let domain = world.api.post(&world.workspace_path("/domains"), &domain);
    let link = json!({"connection_id": world.connection});
    let link = world.api.post(&world.workspace_path("/setup-links"), &link);
    let endpoint = json!({"url": "https://hooks.invalid/", "workspace_id": world.workspace});
    let endpoint = world.api.post("/v1/webhook-endpoints", &endpoint);
    let endpoint = text(&endpoint.expect(201).json(), "/id");
    let tried = format!("/v1/webhook-endpoints/{endpoint}/test");
    let delivery = world.api.post(&tried, &json!({})).expect(201).json();
    vec![
        ("webhook_endpoint_id", endpoint),
        ("delivery_id", text(&delivery, "/id")),
        ("link_id", text(&link.expect(201).json(), "/id")),
        ("domain_id", text(&domain.expect(201).json(), "/id")),
        ("key_id", text(&next, "/id")),
        (
            "fingerprint_sha256",
            text(&live, "/live/certificates/0/fingerprint_sha256"),
        ),
        ("attempt_id", text(&attempts, "/data/0/id")),
        ("reference", text(&attempts, "/data/0/reference")),
        ("workspace_id", world.workspace.clone()),
        ("connection_id", world.connection.clone()),
        ("member_id", member),
        ("session_id", session),
        ("test_id", text(&test, "/id")),
        ("revision_id", text(&live, "/live/id")),
        ("identity_id", text(&identity, "/data/0/id")),
        ("client_id", world.client.0.clone()),
        ("api_key_id", text(&key, "/id")),
    ]
}

fn filled(path: &str, objects: &[(&'static str, String)]) -> String {
    let mut filled = path.to_owned();
    for (name, id) in objects {
        filled = filled.replace(&format!("{{{name}}}"), id);
    }
    assert!(
        !filled.contains('{'),
        "an object of every kind is needed: {filled}"
    );
    filled
}

/// A body that names what an operation needs, so that a refusal is about who asks.
fn body_for(path: &str, objects: &[(&'static str, String)]) -> Value {
    let id = |name: &str| &objects.iter().find(|(given, _)| *given == name).unwrap().1;
    match path {
        "/v1/workspaces" => json!({"name": "X", "plan": "pro"}),
        "/v1/clients" => json!({"name": "X", "redirect_uris": ["https://x.example/"]}),
        "/v1/api-keys" => {
            json!({"name": "X", "scopes": ["workspaces:read"], "workspace_id": id("workspace_id")})
        }
        "/v1/sessions" => {
            json!({"workspace_id": id("workspace_id"), "email": "ada@acme.example", "amr": ["pwd"], "client_id": id("client_id")})
        }
        "/v1/webhook-endpoints" => {
            json!({"url": "https://hooks.invalid/", "workspace_id": id("workspace_id")})
        }
        path if path.ends_with("/replay") && !path.contains("{delivery_id}") => {
            json!({"since": "2026-01-01T00:00:00Z"})
        }
        path if path.ends_with("/members") => json!({"email": "x@acme.example", "role": "member"}),
        path if path.ends_with("/invitations") => json!({"email": "x@acme.example"}),
        path if path.ends_with("/identities") => {
            json!({"connection_id": id("connection_id"), "subject": {"name_id": "x"}})
        }
        path if path.ends_with("/sign-in-decisions") => {
            json!({"email": "x@acme.example", "method": "saml"})
        }
        path if path.ends_with("/setup-links") => json!({"connection_id": id("connection_id")}),
        path if path.ends_with("/domains") => json!({"domain": "x.example"}),
        path if path.ends_with("/certificates") => json!({"certificate": "x"}),
        path if path.ends_with("/inspections") => json!({"saml_response": "eA=="}),
        _ => json!({}),
    }
}

fn call(api: &Api, method: &str, path: &str, body: &Value) -> crate::support::http::Answer {
    let body = (!matches!(method, "GET" | "DELETE")).then_some(body);
    api.call(method, path, body)
}

#[test]
fn no_route_answers_without_a_key_with_a_weaker_one_or_from_elsewhere() {
    let world = World::live(Engine::Sqlite);
    let objects = objects(&world);
    let (other, _) = new_workspace(&world.api, "pro");
    let foreign = json!({"name": "foreign", "scopes": ["*"], "workspace_id": other});
    let foreign = world.api.post("/v1/api-keys", &foreign).expect(201).json();
    let foreign = Api::new(&world.server.url, &text(&foreign, "/secret"));
    let expired_or_unknown = Api::new(
        &world.server.url,
        "vsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    );
    // Two weaker keys: whatever an operation needs, one of the two lacks it.
    let weaker = [
        world.server.api(&["audit:read"]),
        world.server.api(&["decisions:read"]),
    ];

    for (method, path, _) in operations(&world) {
        let url = filled(&path, &objects);
        let body = body_for(&path, &objects);
        let bare = [("content-type", "application/json")];
        let nobody = send(
            &method,
            &format!("{}{url}", world.server.url),
            &bare,
            body.to_string(),
        );
        assert_eq!(nobody.problem(401), "unauthorized", "{method} {path}");
        assert!(
            nobody.header("www-authenticate").is_some(),
            "{method} {path}"
        );
        let unknown = call(&expired_or_unknown, &method, &url, &body);
        assert_eq!(unknown.problem(401), "unauthorized", "{method} {path}");

        let refused = weaker.iter().filter(|key| {
            let answer = call(key, &method, &url, &body);
            answer.status == 403 && answer.problem(403) == "insufficient-scope"
        });
        assert!(refused.count() >= 1, "{method} {path} with a weaker key");

        let answer = call(&foreign, &method, &url, &body);
        let whole_deployment = [
            "/v1/workspaces",
            "/v1/workspaces/import",
            "/v1/clients",
            "/v1/clients/{client_id}",
            "/v1/clients/{client_id}/rotate-secret",
        ];
        let lists_own = [
            "/v1/workspaces",
            "/v1/sessions",
            "/v1/api-keys",
            "/v1/audit-events",
            "/v1/audit-events/export",
            "/v1/webhook-endpoints",
        ];
        if method == "GET" && lists_own.contains(&path.as_str()) {
            assert_eq!(answer.status, 200, "{method} {path}: {answer:?}");
            assert!(
                !answer.body.contains(&world.workspace),
                "{method} {path}: {answer:?}"
            );
        } else if whole_deployment.contains(&path.as_str())
            || (method == "DELETE" && path == "/v1/workspaces/{workspace_id}")
        {
            assert_eq!(answer.problem(403), "insufficient-scope", "{method} {path}");
        } else {
            assert_eq!(answer.problem(404), "not-found", "{method} {path}");
        }
    }
    // None of that has changed anything.
    assert_eq!(world.state(), "live");
    world.exchange(&world.code(&ada())).expect(200);
}

#[test]
fn a_key_makes_no_stronger_key() {
    let world = World::new(Engine::Sqlite);
    let weak = world.server.api(&["api-keys:write", "workspaces:read"]);
    for scopes in [json!(["*"]), json!(["workspaces:write"])] {
        let body = json!({"name": "up", "scopes": scopes});
        assert_eq!(
            weak.post("/v1/api-keys", &body).problem(403),
            "insufficient-scope"
        );
    }
    let made = weak.post(
        "/v1/api-keys",
        &json!({"name": "same", "scopes": ["workspaces:read"]}),
    );
    let made = made.expect(201).json();
    let key = Api::new(&world.server.url, &text(&made, "/secret"));
    key.get("/v1/workspaces").expect(200);
    world
        .api
        .delete(&format!("/v1/api-keys/{}", text(&made, "/id")))
        .expect(204);
    assert_eq!(key.get("/v1/workspaces").problem(401), "unauthorized");
}
