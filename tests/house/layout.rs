//! The top level holds the fixed names and nothing else.

use std::process::Command;

use crate::{assert_none, root};

const TOP_LEVEL: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "api-spec",
    "clippy.toml",
    "crates",
    "deny.toml",
    "deploy",
    "docs",
    "migrations",
    "rustfmt.toml",
    "tests",
];

/// What is kept out of sight: the CI script and the rules of git.
const HIDDEN: &[&str] = &[".ci", ".gitignore"];

fn strangers<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let known = |name: &&str| !TOP_LEVEL.contains(name) && !HIDDEN.contains(name);
    names
        .filter(known)
        .map(|name| format!("{name} has no place at the top level"))
        .collect()
}

/// The names at the top level that git keeps; in a copy without git, all but what is built there.
fn names() -> Vec<String> {
    let git = Command::new("git")
        .args(["-C", &root().to_string_lossy(), "ls-files", "-z"])
        .output()
        .ok()
        .filter(|output| output.status.success() && !output.stdout.is_empty());
    let mut names: Vec<String> = match git {
        Some(output) => String::from_utf8_lossy(&output.stdout)
            .split_terminator('\0')
            .filter_map(|path| path.split('/').next().map(str::to_owned))
            .collect(),
        None => std::fs::read_dir(root())
            .expect("the repository can be listed")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| !name.starts_with('.') && name != "target" && name != "data")
            .collect(),
    };
    names.sort();
    names.dedup();
    names
}

#[test]
fn the_top_level_holds_the_fixed_names() {
    let names = names();
    assert_none(&strangers(names.iter().map(String::as_str)));
    let missing = TOP_LEVEL.iter().filter(|name| !root().join(name).exists());
    assert_none(
        &missing
            .map(|name| format!("{name} is missing"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_stranger_at_the_top_level_is_seen() {
    assert_eq!(strangers(["crates", "scripts"].into_iter()).len(), 1);
}
