//! Every folder of the corpus: what must be accepted is, and says what it should; what must be
//! refused is, by the check that should refuse it. `corpus/README.md` says how they were made.

use std::path::{Path, PathBuf};

use vestibule_saml::{Refusal, Row};
use vestibule_xmlsig::VerifyingKey;

use crate::case::{self, Case, Content};
use crate::judge::{Trust, judge_for_trip};

/// The folder of the corpus.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The keys that the connection of a case trusts.
pub(crate) fn keys(case: &Case) -> Vec<VerifyingKey> {
    Trust::of(case).verifying
}

fn judge(case: &Case) -> Result<Content, Refusal> {
    judge_for_trip(&case.params, &case.form_value, &Trust::of(case))
}

/// All complaints at once: after a change of a rule one wants to see every case that it moves.
#[track_caller]
fn assert_no_complaint(complaints: &[String]) {
    assert!(
        complaints.is_empty(),
        "{} complaints:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

#[test]
fn what_must_be_accepted_is_and_says_what_it_should() {
    let cases = case::cases(&folder(), "accept");
    for provider in [
        "okta",
        "entra",
        "google",
        "aws",
        "onelogin",
        "simplesamlphp",
    ] {
        assert!(
            cases.iter().any(|case| case.name.ends_with(provider)),
            "no case for {provider}"
        );
    }
    let complaints: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let name = &case.name;
            let expect = case.params.expect.as_ref();
            let expect = expect.unwrap_or_else(|| panic!("{name}: no `expect`"));
            match judge(case) {
                Ok(content) if content == *expect => None,
                Ok(content) => Some(format!(
                    "{name}: says another thing: {content:?} {:?}, not {expect:?} {:?}",
                    content.name_id.value, expect.name_id.value
                )),
                Err(refusal) => Some(format!(
                    "{name}: refused: {:?}",
                    refusal.report.first_failure()
                )),
            }
        })
        .collect();
    assert_no_complaint(&complaints);
}

#[test]
fn what_must_be_refused_is_by_the_right_check() {
    let complaints: Vec<String> = case::cases(&folder(), "reject")
        .iter()
        .filter_map(|case| {
            let name = &case.name;
            let refused_by = case.params.refused_by;
            let refused_by = refused_by.unwrap_or_else(|| panic!("{name}: no `refused_by`"));
            let refusal = match judge(case) {
                Ok(content) => {
                    return Some(format!(
                        "!!! {name}: ACCEPTED for {:?}, and must not be",
                        content.name_id.value
                    ));
                }
                Err(refusal) => refusal,
            };
            let row = refusal.report.first_failure().unwrap();
            let received = row.received.as_deref().unwrap_or_default();
            let detail = case.params.detail.as_deref().unwrap_or_default();
            (refusal.reason != refused_by || !received.contains(detail)).then(|| {
                format!(
                    "{name}: refused by {} ({received}), not by {refused_by} ({detail})",
                    refusal.reason
                )
            })
        })
        .collect();
    assert_no_complaint(&complaints);
}

/// Probes of an oracle: another key, a changed tag, bad padding, what is no XML: nobody can tell which.
#[test]
fn whatever_cannot_be_opened_is_told_in_the_same_words() {
    let mut first: Option<Row> = None;
    let mut count = 0;
    for case in case::cases(&folder(), "reject") {
        if case.name.starts_with("reject/unopened-") {
            let refusal = judge(&case).unwrap_err();
            let row = refusal.report.first_failure().unwrap().clone();
            assert_eq!(
                row,
                *first.get_or_insert_with(|| row.clone()),
                "{}",
                case.name
            );
            count += 1;
        }
    }
    assert!(count > 40, "{count} probes");
}

#[test]
fn the_corpus_is_as_large_as_it_says() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xmlsig/tests/fixtures");
    let count = |root: &Path, name: &str| std::fs::read_dir(root.join(name)).unwrap().count();
    let both = |name| count(&folder(), name) + count(&fixtures, name);
    assert!(both("reject") >= 150, "{} refusals", both("reject"));
    assert!(both("accept") >= 60, "{} acceptances", both("accept"));
}
