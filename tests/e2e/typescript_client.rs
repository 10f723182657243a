//! A client in TypeScript: generated from the committed document by a stock generator, compiled
//! strictly, and run through the main job against the real program and a real IdP.

use std::{fs, net::TcpListener, path::Path, process::Command};

use vestibule_test_idp::{IdpConfig, SpRegistration, Style, TestIdp, spawn};

use crate::support::{
    database::Engine,
    npm,
    server::Server,
    world::{ada, now},
};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[test]
fn a_generated_client_compiles_and_does_the_main_job() {
    let installed = npm::installed("typescript-client");
    // Node looks for packages in the folders above, so what is generated here is this run's alone.
    let run = tempfile::Builder::new()
        .prefix("run-")
        .tempdir_in(&installed)
        .expect("a folder for this run");
    let source = Path::new(REPOSITORY).join("tests/typescript-client");
    fs::create_dir(run.path().join("src")).expect("a folder for the sources");
    for name in [
        "package.json",
        "tsconfig.json",
        "src/browser.ts",
        "src/main-job.ts",
    ] {
        fs::copy(source.join(name), run.path().join(name)).expect("a copy of the sources");
    }

    let document = Path::new(REPOSITORY).join("api-spec/openapi.yaml");
    let generator = installed.join("node_modules/openapi-typescript/bin/cli.js");
    let mut generate = node(run.path(), &generator);
    generate
        .arg(&document)
        .args(["--output", "src/vestibule.ts"]);
    npm::finish(&mut generate, "the generator");
    let mut compile = node(
        run.path(),
        &installed.join("node_modules/typescript/bin/tsc"),
    );
    npm::finish(&mut compile, "the compiler");

    let server = Server::start(Engine::Sqlite);
    let api = server.admin_api();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let idp_url = format!("http://{}", listener.local_addr().expect("its address"));
    let mut config = IdpConfig::new(&idp_url, Style::Okta);
    config.users = vec![ada()];
    let idp = TestIdp::new(config, now()).expect("an IdP");
    let _serving = spawn(idp.clone(), listener).expect("the IdP is served");

    let mut program = node(run.path(), Path::new("build/main-job.js"));
    program
        .env("VESTIBULE_TEST_URL", &server.url)
        .env("VESTIBULE_TEST_AUTHORIZATION", api.authorization())
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

fn node(folder: &Path, script: &Path) -> Command {
    let mut node = Command::new("node");
    node.arg(script).current_dir(folder);
    node
}
