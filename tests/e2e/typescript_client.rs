//! A client in TypeScript: generated from the committed document by a stock generator, compiled
//! strictly, and run through the main job against the real program and a real IdP.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use sha2::{Digest as _, Sha256};
use vestibule_test_idp::{IdpConfig, SpRegistration, Style, TestIdp, spawn};

use crate::support::{
    database::Engine,
    server::Server,
    world::{ada, now},
};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[test]
fn a_generated_client_compiles_and_does_the_main_job() {
    let installed = installed();
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
    finish(&mut generate, "the generator");
    let mut compile = node(
        run.path(),
        &installed.join("node_modules/typescript/bin/tsc"),
    );
    finish(&mut compile, "the compiler");

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
    let said = converse(&mut program, "the client", |line| {
        let (entity_id, acs_url) = line.strip_prefix("trust ")?.split_once(' ')?;
        idp.trust(SpRegistration::new(entity_id, acs_url));
        Some("trusted\n")
    });
    print!("{said}");
    assert!(said.ends_with("client: done\n"), "{said}");
}

/// The packages of the lock file, installed once for each lock file there is.
fn installed() -> PathBuf {
    let source = Path::new(REPOSITORY).join("tests/typescript-client");
    let [manifest, lock] =
        ["package.json", "package-lock.json"].map(|name| fs::read(source.join(name)).expect(name));
    let digest = Sha256::new()
        .chain_update(&manifest)
        .chain_update(&lock)
        .finalize();
    let name: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("typescript-client-{name}"));
    fs::create_dir_all(&folder).expect("a folder for packages");
    // Another run of the tests may be at it in this moment.
    let guard = File::create(folder.join("lock")).expect("a file to lock");
    guard.lock().expect("the lock");
    let complete = folder.join("node_modules/.complete");
    if !complete.exists() {
        fs::write(folder.join("package.json"), manifest).expect("the manifest");
        fs::write(folder.join("package-lock.json"), lock).expect("the lock file");
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--prefer-offline", "--loglevel=error"])
            .current_dir(&folder);
        finish(&mut npm, "npm ci");
        File::create(&complete).expect("a mark that all is there");
    }
    folder
}

fn node(folder: &Path, script: &Path) -> Command {
    let mut node = Command::new("node");
    node.arg(script).current_dir(folder);
    node
}

fn finish(command: &mut Command, what: &str) {
    converse(command, what, |_| None);
}

/// Runs a program to its end, which has to be a good one, and answers its lines; gives what it said.
fn converse(
    command: &mut Command,
    what: &str,
    answer: impl Fn(&str) -> Option<&'static str>,
) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            let program = command.get_program();
            panic!("{program:?}: {error}; the packages nodejs and npm are needed (make test installs them)")
        });
    let (tell, told) = mpsc::channel();
    let outputs: [Box<dyn Read + Send>; 2] = [
        Box::new(child.stdout.take().expect("its output")),
        Box::new(child.stderr.take().expect("its errors")),
    ];
    for output in outputs {
        let tell = tell.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
    }
    drop(tell);
    let mut input = child.stdin.take().expect("its input");
    let mut said = String::new();
    let deadline = Instant::now() + Duration::from_secs(300);
    loop {
        match told.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                if let Some(reply) = answer(&line) {
                    input.write_all(reply.as_bytes()).expect("it listens");
                }
                said.push_str(&line);
                said.push('\n');
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let _ = child.kill();
                panic!("{what} takes too long:\n{said}");
            }
        }
    }
    let status = child.wait().expect("its status");
    assert!(status.success(), "{what}: {status}\n{said}");
    said
}
