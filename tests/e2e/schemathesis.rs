//! The API document against the running server, by Schemathesis: thousands of requests made from the
//! document, good ones and bad ones. No answer is a server error, and each is as the document says.

use std::{path::Path, process::Command};

use crate::support::{database::Engine, npm, python, world::World};

/// How many requests it makes at least.
const REQUESTS: u32 = 5_000;

/// What has to hold of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,\
                      negative_data_rejection,missing_required_header,unsupported_method,\
                      allow_header_conformance,ignored_auth";

#[test]
#[ignore = "it takes its minutes: make schemathesis"]
fn every_answer_is_as_the_document_says() {
    let source = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/schemathesis"
    ));
    let programs = python::environment("schemathesis", source).join("bin");
    let world = World::live(Engine::Sqlite);
    let run = tempfile::tempdir().expect("a folder for this run");
    let mut schemathesis = Command::new(programs.join("schemathesis"));
    schemathesis
        .arg("--config-file")
        .arg(source.join("schemathesis.toml"))
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", source)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg("run")
        .arg(format!("{}/openapi.json", world.server.url))
        .args([
            "--header",
            &format!("Authorization: {}", world.api.authorization()),
        ])
        // It would take the key away with which it asks.
        .args(["--exclude-operation-id", "deleteApiKey"])
        .args(["--exclude-operation-id", "rotateApiKey"])
        .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"])
        .args(["--max-examples", "40", "--seed", "7", "--workers", "2"])
        .args(["--no-color", "--warnings", "off"])
        .current_dir(run.path());
    let said = npm::converse(&mut schemathesis, "schemathesis", |_| None);
    let made = said.split(" generated").next().unwrap_or_default();
    let made = made.rsplit(char::is_whitespace).next();
    let made: u32 = made
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("it does not say how many: {said}"));
    assert!(made >= REQUESTS, "{made}: {said}");
}
