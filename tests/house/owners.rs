//! A library of weight has one owner; `unsafe` has one home; every crate takes the workspace's lints.

use std::path::Path;

use crate::{
    assert_none, files_below,
    manifests::{self, Manifest, made_up},
    read, root,
    table::{HOUSE, LOANS, Loan},
};

/// Who uses a library that belongs to another.
fn complaints(crates: &[Manifest], loans: &[Loan]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut used = Vec::new();
    for user in crates {
        for library in user.uses.iter().map(|line| line.package.as_str()) {
            let Some(owner) = HOUSE.iter().find(|room| room.owns.contains(&library)) else {
                continue;
            };
            if owner.folder == user.folder {
                continue;
            }
            if loans
                .iter()
                .any(|loan| loan.library == library && loan.to == user.folder)
            {
                used.push((library, user.folder.as_str()));
            } else {
                complaints.push(format!(
                    "{library} is {}'s, yet {} uses it",
                    owner.folder, user.folder
                ));
            }
        }
    }
    let idle = loans
        .iter()
        .filter(|loan| !used.contains(&(loan.library, loan.to)));
    complaints.extend(
        idle.map(|loan| format!("nobody needs the loan of {} to {}", loan.library, loan.to)),
    );
    complaints
}

#[test]
fn every_library_of_weight_has_one_owner() {
    assert_none(&complaints(&manifests::all(), LOANS));
}

#[test]
fn a_library_in_the_wrong_room_is_seen() {
    let api = made_up("api", &[("diesel", "normal")]);
    assert_eq!(
        complaints(&[api], &[]),
        ["diesel is store's, yet api uses it"]
    );
    let saml = made_up("saml", &[("openssl", "dev")]);
    assert_eq!(complaints(&[saml], &[]).len(), 1);
}

#[test]
fn a_loan_that_is_not_used_is_seen() {
    assert_eq!(
        complaints(&[made_up("test-idp", &[])], LOANS).len(),
        LOANS.len()
    );
}

fn takes_the_lints(manifest: &str) -> bool {
    let manifest: toml::Table = manifest.parse().expect("a manifest is TOML");
    let lints = manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace"));
    lints.and_then(toml::Value::as_bool) == Some(true)
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for manifest in manifests::all() {
        let path = manifest.directory.join("Cargo.toml");
        assert!(
            takes_the_lints(&read(&path)),
            "{} lacks `[lints] workspace = true`",
            path.display()
        );
    }
    assert!(!takes_the_lints("[lints.rust]\nmissing_docs = \"allow\""));
}

/// The lines of a source file that relax the rule against `unsafe`.
fn relaxes_unsafe(source: &str) -> bool {
    // In two halves, so that this file does not name it.
    source.contains(concat!("unsafe", "_code"))
}

#[test]
fn unsafe_lives_in_the_vault_alone() {
    let vault = root().join("crates/xmlsig");
    let sources = |below: &Path| {
        files_below(below)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|ext| ext == "rs"))
    };
    for path in sources(&root().join("crates")).chain(sources(&root().join("tests"))) {
        let excused = path.starts_with(&vault) || !relaxes_unsafe(&read(&path));
        assert!(
            excused,
            "{} relaxes the rule against unsafe code",
            path.display()
        );
    }
    assert!(
        sources(&vault).any(|path| relaxes_unsafe(&read(&path))),
        "the vault was not read"
    );
}
