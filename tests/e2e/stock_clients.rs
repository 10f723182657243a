//! OpenID Connect clients of other people's making do the whole round with nothing but the discovery URL
//! and their credentials: openid-client from npm and Authlib from PyPI.

use std::{cell::RefCell, fs, path::Path, process::Command};

use serde_json::json;
use vestibule_test_idp::Twist;

use crate::support::{
    browser::Browser,
    database::Engine,
    npm, python,
    world::{REDIRECT_URI, World, ada, answer_of, text},
};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const SIGNED_OUT: &str = "http://127.0.0.1:9/signed-out";
/// What each of them says when it has done a part.
const PARTS: [&str; 5] = [
    "signed in",
    "asked who",
    "refreshed",
    "introspected",
    "signed out",
];

/// A live connection, and a client whose ID tokens are signed in this way.
fn world(algorithm: &str) -> World {
    let mut world = World::live(Engine::Sqlite);
    let body = json!({
        "name": "Stock client", "redirect_uris": [REDIRECT_URI],
        "post_logout_redirect_uris": [SIGNED_OUT], "id_token_signed_response_alg": algorithm,
    });
    let client = world.api.post("/v1/clients", &body).expect(201).json();
    world.client = (text(&client, "/client_id"), text(&client, "/client_secret"));
    world
}

/// The program as the client, the test as its person's browser.
fn does_the_round(world: &World, mut program: Command) {
    program
        .env("VESTIBULE_TEST_ISSUER", &world.server.url)
        .env("VESTIBULE_TEST_CLIENT_ID", &world.client.0)
        .env("VESTIBULE_TEST_CLIENT_SECRET", &world.client.1)
        .env("VESTIBULE_TEST_REDIRECT_URI", REDIRECT_URI)
        .env("VESTIBULE_TEST_SIGNED_OUT", SIGNED_OUT)
        // Which way this person signs in: what another would type on the page.
        .env("VESTIBULE_TEST_LOGIN_HINT", &world.connection)
        .env("VESTIBULE_TEST_EMAIL", ada().email);
    let browser = RefCell::new(Browser::default());
    let said = npm::converse(&mut program, "the client", |line| {
        let url = line.strip_prefix("go ")?;
        let mut browser = browser.borrow_mut();
        let leaving = browser.get(url);
        let arrived = match leaving.location() {
            idp if idp.starts_with(&world.idp.sso_url()) => {
                let form = answer_of(&world.idp, idp, &ada(), &Twist::default());
                let answer = browser.deliver(&form.acs_url, &form.saml_response);
                answer.location().to_owned()
            }
            back => back.to_owned(),
        };
        Some(format!("{arrived}\n"))
    });
    for part in PARTS {
        assert!(said.lines().any(|line| line == part), "{part}: {said}");
    }
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn openid_client_from_npm() {
    let installed = npm::installed("openid-client");
    // Node looks for packages in the folders above.
    let run = tempfile::Builder::new()
        .prefix("run-")
        .tempdir_in(&installed)
        .expect("a folder for this run");
    let source = Path::new(REPOSITORY).join("tests/openid-client/sign-in.mjs");
    fs::copy(source, run.path().join("sign-in.mjs")).expect("a copy of the program");
    let mut node = Command::new("node");
    node.arg("sign-in.mjs").current_dir(run.path());
    // Unless it is told, this library expects RS256 (OpenID Connect Registration §2).
    does_the_round(&world("RS256"), node);
}

#[test]
fn authlib_from_pypi() {
    let source = Path::new(REPOSITORY).join("tests/e2e/authlib");
    let environment = python::environment("authlib", &source);
    let mut program = Command::new(environment.join("bin/python"));
    program.arg("-B").arg(source.join("sign_in.py"));
    does_the_round(&world("ES256"), program);
}
