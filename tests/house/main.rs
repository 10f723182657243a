//! The house rules, checked by a machine: which crate stands on which floor, who owns which library,
//! what lies at the top level, and whether the documents tell the truth about it.
//!
//! Each rule is a function from what was found to a list of complaints. One test runs it over this
//! repository, others run it over a small wrong house to see that it complains.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod conformance;
mod documents;
mod environment;
mod floors;
mod layout;
mod manifests;
mod operations;
mod owners;
mod settings;
mod table;
mod words;

use std::path::{Path, PathBuf};

/// The top of the repository.
fn root() -> PathBuf {
    let api = Path::new(env!("CARGO_MANIFEST_DIR"));
    api.ancestors()
        .nth(2)
        .expect("crates/api lies two levels down")
        .to_owned()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below `directory`, in a steady order, without what is built, fetched, stored or hidden.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder can be listed") {
            let path = entry.expect("a folder can be listed").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let kept_out = path == root().join("target") || path == root().join("data");
            if name.starts_with('.') || name == "node_modules" || kept_out {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[track_caller]
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n  {}\n", complaints.join("\n  "));
}
