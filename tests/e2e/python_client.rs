//! A client in Python: generated from the committed document by a stock generator without a warning, and
//! run through the main job against the real program and a real IdP.

use std::{env, fs, path::Path, process::Command};

use crate::support::{generated_client::does_the_main_job, npm, python};

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
        .args(["--output-path", "vestibule_client", "--config"])
        .arg(source.join("config.yaml"))
        // It calls another program of its environment.
        .env("PATH", with_first(&programs))
        .current_dir(run.path());
    npm::finish(&mut generate, "the generator");

    let mut program = Command::new(programs.join("python"));
    program
        .arg("main_job.py")
        .current_dir(run.path())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    does_the_main_job(&mut program);
}

/// The search path with this folder before the others.
fn with_first(folder: &Path) -> std::ffi::OsString {
    let others = env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(folder.to_path_buf()).chain(env::split_paths(&others));
    env::join_paths(all).expect("a search path")
}
