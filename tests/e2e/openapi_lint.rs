//! The API document by the rules of others: Redocly's recommended ones, without a warning.

use std::{path::Path, process::Command};

use crate::support::npm;

#[test]
fn the_document_follows_the_recommended_rules_without_a_warning() {
    let installed = npm::installed("openapi-lint");
    let repository = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut lint = Command::new("node");
    lint.arg(installed.join("node_modules/@redocly/cli/bin/cli.js"))
        .arg("lint")
        .arg(repository.join("api-spec/openapi.yaml"))
        .args(["--extends", "recommended", "--format", "json"])
        .args(["--max-problems", "1000"])
        // It would tell its makers that it ran, and ask for a newer version of itself.
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
        .current_dir(&installed);
    let output = lint.output().expect("node runs");
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{error}: {} {said}", output.status)
    });
    let problems = found["problems"].as_array().expect("a list");
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(found["totals"]["warnings"], 0, "{}", found["totals"]);
}
