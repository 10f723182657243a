//! An arrow goes down to any lower floor, never sideways, never up.

use crate::{
    assert_none,
    manifests::{self, Manifest, Use, made_up},
    table::{IMPURE, room},
};

/// What is wrong with the arrows.
fn complaints(crates: &[Manifest]) -> Vec<String> {
    let mut complaints = Vec::new();
    for from in crates {
        let Some(here) = room(&from.folder) else {
            complaints.push(format!(
                "crates/{} is not in the table of floors",
                from.folder
            ));
            continue;
        };
        if from.package != format!("vestibule-{}", from.folder) {
            complaints.push(format!("crates/{} is called {}", from.folder, from.package));
        }
        for arrow in &from.uses {
            complaints.extend(arrow_complaint(from, here.floor, arrow));
            if here.pure && !arrow.only_for_tests && IMPURE.contains(&&*arrow.package) {
                complaints.push(format!(
                    "{} is pure, yet uses {}",
                    from.folder, arrow.package
                ));
            }
        }
        if from
            .features
            .get("default")
            .is_some_and(|on| on.iter().any(|name| name == "demo"))
        {
            complaints.push(format!(
                "{}: the feature demo must be off by default",
                from.folder
            ));
        }
    }
    complaints
}

fn arrow_complaint(from: &Manifest, floor: Option<u8>, arrow: &Use) -> Option<String> {
    let target = arrow.folder()?;
    let Some(there) = room(target) else {
        return Some(format!(
            "{} uses {target}, which is not in the table",
            from.folder
        ));
    };
    let allowed = match (floor, there.floor) {
        (Some(high), Some(low)) => low < high,
        // The test IdP shares nothing with the service provider but the vault: built from `saml`, it
        // would repeat that crate's mistakes and the tests would pass.
        (None, Some(low)) => low == 0 || arrow.only_for_tests,
        // Released binaries do not hold it.
        (Some(_), None) => arrow.only_for_tests || (from.folder == "api" && arrow.optional),
        (None, None) => false,
    };
    let floor = |floor: Option<u8>| floor.map_or("outside".to_owned(), |n| format!("floor {n}"));
    (!allowed).then(|| {
        let (here, there) = (floor(room(&from.folder)?.floor), floor(there.floor));
        Some(format!(
            "{} ({here}) may not use {target} ({there})",
            from.folder
        ))
    })?
}

#[test]
fn every_arrow_of_the_workspace_goes_down() {
    let crates = manifests::all();
    assert!(crates.len() > 5, "the workspace was not read");
    assert_none(&complaints(&crates));
}

#[test]
fn an_arrow_up_or_sideways_is_seen() {
    for (folder, target, kind) in [
        ("saml", "vestibule-model", "normal"),
        ("policy", "vestibule-store", "normal"),
        ("policy", "vestibule-store", "dev"),
        ("state", "vestibule-pages", "normal"),
        ("store", "vestibule-test-idp", "normal"),
        ("store", "vestibule-test-idp", "optional"),
        ("api", "vestibule-test-idp", "normal"),
        ("test-idp", "vestibule-saml", "normal"),
        ("api", "vestibule-utils", "normal"),
        ("utils", "serde", "normal"),
        ("policy", "tokio", "normal"),
    ] {
        let found = complaints(&[made_up(folder, &[(target, kind)])]);
        assert_eq!(found.len(), 1, "{folder} → {target} ({kind}): {found:?}");
    }
}

#[test]
fn an_arrow_down_is_fine() {
    for (folder, target, kind) in [
        ("api", "vestibule-xmlsig", "normal"),
        ("api", "vestibule-test-idp", "optional"),
        ("api", "vestibule-test-idp", "dev"),
        ("saml", "vestibule-xmlsig", "normal"),
        ("test-idp", "vestibule-xmlsig", "normal"),
        ("policy", "tokio", "dev"),
    ] {
        assert_none(&complaints(&[made_up(folder, &[(target, kind)])]));
    }
}

#[test]
fn a_demo_on_by_default_is_seen() {
    let mut api = made_up("api", &[]);
    api.features
        .insert("default".to_owned(), vec!["demo".to_owned()]);
    assert_eq!(complaints(&[api]).len(), 1);
}
