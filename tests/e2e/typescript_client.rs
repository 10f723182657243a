//! A client in TypeScript: generated from the committed document by a stock generator, compiled
//! strictly, and run through the main job against the real program and a real IdP.

use std::{fs, path::Path, process::Command};

use crate::support::{generated_client::does_the_main_job, npm};

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

    does_the_main_job(&mut node(run.path(), Path::new("build/main-job.js")));
}

fn node(folder: &Path, script: &Path) -> Command {
    let mut node = Command::new("node");
    node.arg(script).current_dir(folder);
    node
}
