//! The OpenAPI document: committed, and what the program says.

use serde_json::{Value, json};

use crate::support::{
    database::Engine,
    http::{Answer, form, send},
    server::Server,
    world::{World, ada, text},
};

const COMMITTED: &str = include_str!("../../api-spec/openapi.yaml");

#[test]
fn the_committed_document_is_what_the_program_prints_and_serves() {
    let server = Server::start(Engine::Sqlite);
    let printed = server.command().arg("openapi").output().unwrap();
    assert!(printed.status.success());
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed == COMMITTED,
        "api-spec/openapi.yaml is not what the code says; run `make openapi` and commit it"
    );
    let served = send("GET", &format!("{}/openapi.yaml", server.url), &[], "").expect(200);
    assert_eq!(served.body, printed);
    let page = send("GET", &format!("{}/docs", server.url), &[], "").expect(200);
    assert!(
        page.body.contains("/v1/connections/{connection_id}/draft"),
        "readable"
    );
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .contains("default-src 'none'")
    );
}

/// The schema that the document gives to this answer of this operation.
fn schema<'d>(document: &'d Value, operation: &Value, answer: &Answer) -> Option<&'d Value> {
    let kind = answer.header("content-type")?.split(';').next()?.to_owned();
    let schema = operation["responses"][answer.status.to_string()]["content"][kind]
        .get("schema")?
        .clone();
    let reference = schema["$ref"].as_str()?.strip_prefix('#')?.to_owned();
    document.pointer(&reference)
}

/// Whatever is in the answer is in the schema, and whatever the schema requires is in the answer.
fn fits(schema: &Value, answer: &Value, what: &str) {
    let properties = schema["properties"].as_object().expect(what);
    for (name, value) in answer.as_object().expect(what) {
        let described = properties
            .get(name)
            .unwrap_or_else(|| panic!("{what}: {name} is not described"));
        let is = match value {
            Value::String(_) => "string",
            Value::Number(_) => "integer",
            Value::Bool(_) => "boolean",
            Value::Array(_) => "array",
            Value::Object(_) | Value::Null => continue,
        };
        assert_eq!(described["type"], is, "{what}: {name}");
    }
    for name in schema["required"].as_array().expect(what) {
        let name = name.as_str().expect(what);
        assert!(answer.get(name).is_some(), "{what}: {name} is missing");
    }
}

#[test]
fn the_endpoints_outside_v1_answer_as_the_document_says() {
    let world = World::live(Engine::Sqlite);
    let url = &world.server.url;
    let document = send("GET", &format!("{url}/openapi.json"), &[], "").json();
    let tokens = world.exchange(&world.code(&ada())).expect(200).json();
    let bearer = format!("Bearer {}", text(&tokens, "/access_token"));
    let client = [
        ("client_id", world.client.0.as_str()),
        ("client_secret", &world.client.1),
    ];
    let with = |more: &[(&str, &str)]| form(&[&client[..], more].concat());
    let refresh = text(&tokens, "/refresh_token");
    let access = text(&tokens, "/access_token");
    let good = [
        ("GET", "/.well-known/openid-configuration", String::new()),
        ("GET", "/oauth2/jwks", String::new()),
        ("GET", "/oauth2/userinfo", String::new()),
        ("POST", "/oauth2/userinfo", String::new()),
        ("GET", "/healthz", String::new()),
        ("GET", "/readyz", String::new()),
        ("POST", "/oauth2/introspect", with(&[("token", &access)])),
        ("POST", "/oauth2/introspect", with(&[("token", &refresh)])),
        ("POST", "/oauth2/introspect", with(&[("token", "nonsense")])),
        (
            "POST",
            "/oauth2/token",
            with(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]),
        ),
    ];
    let bad = [
        ("GET", "/oauth2/userinfo", String::new()),
        (
            "POST",
            "/oauth2/token",
            form(&[("grant_type", "refresh_token")]),
        ),
        ("POST", "/oauth2/token", with(&[("grant_type", "password")])),
        ("POST", "/oauth2/introspect", with(&[])),
        ("POST", "/oauth2/revoke", with(&[])),
    ];
    let good = good.into_iter().map(|call| (true, call));
    for (is_good, (method, path, body)) in good.chain(bad.into_iter().map(|call| (false, call))) {
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        if is_good && path == "/oauth2/userinfo" {
            headers.push(("authorization", &bearer));
        }
        let answer = send(method, &format!("{url}{path}"), &headers, body);
        let what = format!("{method} {path}: {}", answer.status);
        assert_eq!(answer.status == 200, is_good, "{what}: {answer:?}");
        let operation = &document["paths"][path][method.to_lowercase()];
        let schema = schema(&document, operation, &answer).expect(&what);
        fits(schema, &answer.json(), &what);
    }
    let userinfo = format!("{url}/oauth2/userinfo");
    let whoami = || send("GET", &userinfo, &[("authorization", &bearer)], "");
    whoami().expect(200);
    let revocation = &document["paths"]["/oauth2/revoke"]["post"];
    let revoke = format!("{url}/oauth2/revoke");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send("POST", &revoke, &headers, with(&[("token", &access)])).expect(200);
    assert!(revocation["responses"]["200"].is_object());
    let refused = whoami().expect(401).json();
    assert_eq!(refused["error"], "invalid_token", "the session is over");

    // What is not JSON: a redirect, a page, nothing.
    let authorize = &document["paths"]["/oauth2/authorize"]["get"];
    let start = send("GET", &world.authorize_url(), &[], "").expect(302);
    assert!(start.header("location").is_some());
    assert!(authorize["responses"]["302"]["headers"]["Location"].is_object());
    let page = send("GET", &format!("{url}/oauth2/authorize"), &[], "").expect(400);
    assert!(
        page.header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    assert!(authorize["responses"]["400"]["content"]["text/html"].is_object());
    let query = url::Url::parse(&world.authorize_url()).unwrap();
    let parameters = authorize["parameters"].as_array().unwrap();
    for (name, _) in query.query_pairs() {
        let named = |parameter: &&Value| parameter["name"] == *name;
        assert!(
            parameters.iter().any(|p| named(&p)),
            "{name} is not described"
        );
    }
    let revoke = &document["paths"]["/oauth2/revoke"]["post"];
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let body = with(&[("token", "nonsense")]);
    let gone = send("POST", &format!("{url}/oauth2/revoke"), &headers, body).expect(200);
    assert_eq!(
        (gone.body.as_str(), &revoke["responses"]["200"]["content"]),
        ("", &Value::Null)
    );
}

#[test]
fn only_v1_asks_for_an_api_key() {
    let server = Server::start(Engine::Sqlite);
    let document = send("GET", &format!("{}/openapi.json", server.url), &[], "").json();
    assert_eq!(document["security"], json!([{"api_key": []}]));
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let own = operation.get("security").is_some();
            assert_eq!(own, !path.starts_with("/v1/"), "{method} {path}");
        }
    }
}
