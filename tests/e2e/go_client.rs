//! A client in Go: generated from the committed document by a stock generator, compiled with the standard
//! library alone, and run through the main job against the real program and a real IdP.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::support::{generated_client::does_the_main_job, npm, python};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const DOCUMENT: &str = include_str!("../../api-spec/openapi.yaml");

#[test]
fn a_generated_client_compiles_and_does_the_main_job() {
    for (program, argument) in [("go", "version"), ("java", "-version")] {
        if !runs(program, argument) {
            println!(
                "the client in Go is skipped: there is no {program} on this machine (make test installs it)"
            );
            return;
        }
    }
    let source = Path::new(REPOSITORY).join("tests/go-client");
    let programs = python::environment("go-client", &source).join("bin");
    let run = tempfile::tempdir().expect("a folder for this run");
    for name in ["go.mod", "main.go", "browser.go"] {
        fs::copy(source.join(name), run.path().join(name)).expect("a copy of the sources");
    }
    let mut generate = Command::new(programs.join("openapi-generator-cli"));
    generate
        .args(["generate", "--generator-name", "go", "--input-spec"])
        .arg(Path::new(REPOSITORY).join("api-spec/openapi.yaml"))
        .arg("--config")
        .arg(source.join("config.json"))
        .args(["--output", "vestibule", "--global-property"])
        .arg("apiTests=false,modelTests=false,apiDocs=false,modelDocs=false")
        .current_dir(run.path());
    npm::finish(&mut generate, "the generator");
    let mut compile = go(run.path());
    compile.args(["build", "-o", "main-job", "."]);
    npm::finish(&mut compile, "the compiler");
    does_the_main_job(&mut Command::new(run.path().join("main-job")));
}

/// Whether a program is there.
fn runs(program: &str, argument: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(argument);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The compiler, which keeps what it made below the folder that cargo builds in, and fetches nothing.
fn go(folder: &Path) -> Command {
    let mut go = Command::new("go");
    go.current_dir(folder)
        .env(
            "GOCACHE",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-cache"),
        )
        .env("GOPROXY", "off");
    go
}

/// In Go `NewWorkspace` is what makes a `Workspace`, so what a workspace is made of has another name there.
#[test]
fn the_names_of_what_is_given_do_not_collide_with_constructors() {
    let config = fs::read(Path::new(REPOSITORY).join("tests/go-client/config.json"));
    let config: Value = serde_json::from_slice(&config.expect("the settings")).expect("JSON");
    let mapped = config["modelNameMappings"].as_object().expect("names");
    let (_, schemas) = DOCUMENT.split_once("\n  schemas:\n").expect("schemas");
    let names = schemas.lines().filter_map(|line| {
        let name = line.strip_prefix("    ")?.strip_suffix(':')?;
        name.starts_with("New").then_some(name)
    });
    let expected: BTreeSet<_> = names.collect();
    let known: BTreeSet<_> = mapped.keys().map(String::as_str).collect();
    assert_eq!(
        known, expected,
        "modelNameMappings in tests/go-client/config.json"
    );
    for (name, to) in mapped {
        let bare = name.strip_prefix("New").expect("it begins so");
        assert_eq!(*to, format!("{bare}Params"));
    }
}
