//! A client in Python: generated from the committed document by a stock generator without a warning, and
//! run through the main job against the real program and a real IdP.

use std::{env, fs, net::TcpListener, path::Path, process::Command};

use vestibule_test_idp::{IdpConfig, SpRegistration, Style, TestIdp, spawn};

use crate::support::{
    database::Engine,
    npm, python,
    server::Server,
    world::{ada, now},
};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[test]
fn a_generated_client_does_the_main_job() {
    let source = Path::new(REPOSITORY).join("tests/python-client");
    let programs = python::environment("python-client", &source).join("bin");
    let run = tempfile::tempdir().expect("a folder for this run");
    fs::copy(source.join("main_job.py"), run.path().join("main_job.py")).expect("a copy");
    let mut generate = Command::new(programs.join("openapi-python-client"));
    generate
        .args(["generate", "--meta", "none", "--fail-on-warning", "--path"])
        .arg(Path::new(REPOSITORY).join("api-spec/openapi.yaml"))
        .args(["--output-path", "vestibule_client"])
        // It calls another program of its environment.
        .env("PATH", with_first(&programs))
        .current_dir(run.path());
    npm::finish(&mut generate, "the generator");

    let server = Server::start(Engine::Sqlite);
    let api = server.admin_api();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let idp_url = format!("http://{}", listener.local_addr().expect("its address"));
    let mut config = IdpConfig::new(&idp_url, Style::Okta);
    config.users = vec![ada()];
    let idp = TestIdp::new(config, now()).expect("an IdP");
    let _serving = spawn(idp.clone(), listener).expect("the IdP is served");

    let mut program = Command::new(programs.join("python"));
    program
        .arg("main_job.py")
        .current_dir(run.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("VESTIBULE_TEST_URL", &server.url)
        .env(
            "VESTIBULE_TEST_KEY",
            api.authorization().trim_start_matches("Bearer "),
        )
        .env("VESTIBULE_TEST_IDP_URL", &idp_url)
        .env("VESTIBULE_TEST_PERSON", &ada().email);
    let said = npm::converse(&mut program, "the client", |line| {
        let (entity_id, acs_url) = line.strip_prefix("trust ")?.split_once(' ')?;
        idp.trust(SpRegistration::new(entity_id, acs_url));
        Some("trusted\n".to_owned())
    });
    print!("{said}");
    assert!(said.ends_with("client: done\n"), "{said}");
}

/// The search path with this folder before the others.
fn with_first(folder: &Path) -> std::ffi::OsString {
    let others = env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(folder.to_path_buf()).chain(env::split_paths(&others));
    env::join_paths(all).expect("a search path")
}
