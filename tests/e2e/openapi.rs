//! The OpenAPI document: committed, and what the program says.

use crate::support::{database::Engine, http::send, server::Server};

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
