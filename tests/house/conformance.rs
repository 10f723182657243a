//! docs/conformance.md answers every duty of a service provider, and names tests that exist.

use std::path::PathBuf;

use crate::{assert_none, read, root};

/// The duties, section by section.
const DUTIES: [&str; 5] = [
    // A. Accepting a Response.
    "Profiles 4.1.4.2, Profiles 4.1.4.3, Profiles 4.1.4.5, Core 2.5.1, Core 3.2.2.2, Bindings 3.5.5.2, \
     Core 1.3.4, Core 5.4, Core 1.3.3, Core 2.3.3, Core 3.2.2, Bindings 3.5.4, Core 2.2.5, Core 2.4.1.1, \
     Core 2.7.2, Core 2.7.3.1.1, Core 5, Namespaces in XML 1.0, IIP-G01, SDP-G01, IIP-G02, IIP-G03, \
     IIP-SSO02, IIP-SSO03, IIP-SSO04, IIP-SSO05, SDP-SP13, IIP-SSO07, IIP-SP01, IIP-SP02, IIP-SP10, \
     IIP-SP11, SDP-SP14, SDP-SP16, SDP-SP17, SDP-SP18, SDP-SP19, IIP-SP07, IIP-SP08, SDP-SP10, SDP-SP38, \
     IIP-SP13, SDP-SP11, SDP-SP12, IIP-SP05, SDP-SP20, IIP-SP09, SDP-SP21, IIP-SP04, SDP-SP23",
    // B. Sending an AuthnRequest.
    "IIP-SP03, SDP-SP04, IIP-SP06, SDP-SP07, SDP-SP02, SDP-SP03, SDP-SP05, SDP-SP06, Bindings 3.4.4.1, \
     Core 3.4.1",
    // C. Keys, certificates, algorithms.
    "IIP-MD07, SDP-SP37, IIP-MD11, IIP-MD12, IIP-ALG01, IIP-ALG02, IIP-ALG03, IIP-ALG04, IIP-ALG06, \
     IIP-ALG05, IIP-ALG08, SDP-MD06, SDP-MD07",
    // D. Metadata.
    "IIP-SSO06, IIP-MD02, IIP-MD03, IIP-MD04, SDP-MD03, IIP-MD05, IIP-MD09, IIP-MD10, SDP-SP39, SDP-MD04, \
     SDP-MD11",
    // E. Single logout.
    "IIP-SP14, IIP-SP15, SDP-SP25, SDP-SP26, SDP-SP27, SDP-SP28, SDP-SP29, SDP-SP30, SDP-SP31, SDP-SP32, \
     SDP-SP33, SDP-SP34, SDP-SP35, IIP-SP16, IIP-SP17",
];

/// Where the tests of a word are.
const PLACES: [(&str, &str); 10] = [
    ("saml", "crates/saml/tests/suite"),
    ("saml-src", "crates/saml/src"),
    ("xmlsig", "crates/xmlsig/tests/it"),
    ("policy", "crates/policy/tests/rules"),
    ("session", "crates/session/tests/tokens"),
    ("store", "crates/store/tests/store"),
    ("state", "crates/state/tests/state"),
    ("outbound", "crates/outbound/tests/outbound"),
    ("jobs-src", "crates/jobs/src"),
    ("e2e", "tests/e2e"),
];

const CORPUS: &str = "crates/saml/tests/corpus";

/// How many duties may be left undone.
const MOST_LEFT: usize = 5;

/// A row `| duties | what | state | proofs |`.
struct Row<'d> {
    duties: Vec<&'d str>,
    state: &'d str,
    proofs: Vec<&'d str>,
}

fn rows(document: &str) -> Vec<Row<'_>> {
    let rows = document.lines().filter_map(|line| {
        let cells: Vec<_> = line
            .strip_prefix("| ")?
            .strip_suffix(" |")?
            .split(" | ")
            .collect();
        let &[duties, _what, state, proofs] = cells.as_slice() else {
            return None;
        };
        (duties != "duty").then(|| Row {
            duties: duties.split(", ").collect(),
            state,
            proofs: proofs.split('`').skip(1).step_by(2).collect(),
        })
    });
    rows.collect()
}

/// Whether a proof names a case of the corpus, or a test in the file of its module.
fn exists(proof: &str) -> bool {
    if proof.starts_with("accept/") || proof.starts_with("reject/") {
        return root().join(CORPUS).join(proof).is_dir();
    }
    let Some((word, path)) = proof.split_once(' ') else {
        return false;
    };
    let Some((_, place)) = PLACES.iter().find(|(known, _)| *known == word) else {
        return false;
    };
    let mut modules: Vec<_> = path.split("::").filter(|part| *part != "tests").collect();
    let Some(test) = modules.pop() else {
        return false;
    };
    let file: PathBuf = root().join(place).join(modules.join("/"));
    let files = [file.with_extension("rs"), file.join("mod.rs")];
    let mut there = files.iter().filter(|file| file.is_file());
    // A function, or one of the stories that several providers are put through.
    let names = [format!("fn {test}("), format!("    {test}: ")];
    there.any(|file| {
        let source = read(file);
        names.iter().any(|name| source.contains(name))
    })
}

fn complaints(document: &str) -> Vec<String> {
    let rows = rows(document);
    let mut complaints = Vec::new();
    let known: Vec<_> = DUTIES
        .iter()
        .flat_map(|section| section.split(", "))
        .collect();
    for duty in &known {
        if !rows.iter().any(|row| row.duties.contains(duty)) {
            complaints.push(format!("{duty} has no row"));
        }
    }
    for row in &rows {
        let name = row.duties.join(", ");
        for duty in row.duties.iter().filter(|duty| !known.contains(duty)) {
            complaints.push(format!("{duty} is no duty that the list knows"));
        }
        let reason = row.state.strip_prefix("deliberately not: ");
        if row.state != "met" && reason.is_none_or(|reason| reason.len() < 40) {
            complaints.push(format!(
                "{name} is neither met nor deliberately not, with its reason"
            ));
        }
        if row.proofs.is_empty() {
            complaints.push(format!("{name} names no test"));
        }
        for proof in row.proofs.iter().filter(|proof| !exists(proof)) {
            complaints.push(format!("{name}: there is no test {proof}"));
        }
    }
    let left = rows.iter().filter(|row| row.state != "met").count();
    if left > MOST_LEFT {
        complaints.push(format!("{left} duties are left undone"));
    }
    complaints
}

#[test]
fn every_duty_is_answered_by_tests_that_exist() {
    assert_none(&complaints(&read(&root().join("docs/conformance.md"))));
}

/// What docs/oidc.md claims, and by which tests: `| section | what | proofs |`.
#[test]
fn every_line_of_oidc_names_tests_that_exist() {
    let document = read(&root().join("docs/oidc.md"));
    let (_, table) = document.split_once("## By specification").expect("a table");
    let mut complaints = Vec::new();
    let mut lines = 0;
    for line in table.lines().filter(|line| line.starts_with("| ")).skip(1) {
        lines += 1;
        let proofs: Vec<_> = line
            .rsplit(" | ")
            .next()
            .unwrap_or_default()
            .split('`')
            .skip(1)
            .step_by(2)
            .collect();
        if proofs.is_empty() {
            complaints.push(format!("{line} names no test"));
        }
        let gone = proofs.into_iter().filter(|proof| !exists(proof));
        complaints.extend(gone.map(|proof| format!("there is no test {proof}")));
    }
    assert!(lines > 15, "{lines}");
    assert_none(&complaints);
}

#[test]
fn an_answer_that_is_none_is_seen() {
    let proof = "`saml rules::message::a_version_is_exactly_2_0`";
    let honest = DUTIES.map(|duties| format!("| {duties} | all of it | met | {proof} |\n"));
    assert_none(&complaints(&honest.concat()));
    for (row, expected) in [
        ("| Core 5 | x | met | none |", "names no test"),
        (
            "| Core 5 | x | met | `saml rules::message::gone` |",
            "no test saml",
        ),
        (
            "| Core 5 | x | met | `saml nowhere::a_test` |",
            "no test saml",
        ),
        (
            "| Core 5 | x | met | `reject/nothing` |",
            "no test reject/nothing",
        ),
        (
            "| Core 5 | x | nearly | `reject/okta-unsigned` |",
            "neither met",
        ),
        (
            "| Core 5 | x | deliberately not: no | `reject/okta-unsigned` |",
            "neither met",
        ),
        ("| Core 6 | x | met | `reject/okta-unsigned` |", "no duty"),
    ] {
        let found = complaints(&format!("{}{row}\n", honest.concat()));
        assert_eq!(found.len(), 1, "{row}: {found:?}");
        assert!(found.concat().contains(expected), "{row}: {found:?}");
    }
    let reason = "because nobody ever needs it, and it would do harm";
    let left = format!("| Core 5 | x | deliberately not: {reason} | `reject/okta-unsigned` |\n");
    assert_none(&complaints(&format!(
        "{}{}",
        honest.concat(),
        left.repeat(5)
    )));
    let too_many = complaints(&format!("{}{}", honest.concat(), left.repeat(6)));
    assert_eq!(too_many, ["6 duties are left undone"]);
    assert_eq!(
        complaints("").len(),
        DUTIES.concat().matches(", ").count() + 5
    );
}
