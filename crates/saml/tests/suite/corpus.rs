//! Every folder of the corpus: what must be accepted is, and says what it should; what must be
//! refused is, by the check that should refuse it. `corpus/README.md` says how they were made.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use vestibule_saml::{
    Expected, ExpectedParts, Keys, Limits, Purpose, Refusal, Row, SignIn, Test, UnverifiedResponse,
    VerifiedAssertion,
};
use vestibule_xmlsig::{Certificate, DecryptionKey, VerifyingKey};

use crate::case::{self, Case, Content};

/// The folder of the corpus.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The keys that the connection of a case trusts.
pub(crate) fn keys(case: &Case) -> Vec<VerifyingKey> {
    Certificate::parse_all(&case.certificates)
        .unwrap()
        .iter()
        .map(|certificate| certificate.verifying_key().unwrap())
        .collect()
}

/// The whole corridor.
pub(crate) fn judge(case: &Case) -> Result<Content, Refusal> {
    let params = &case.params;
    let mut parts = ExpectedParts::new(
        params.sp_entity_id.clone(),
        params.acs_url.clone(),
        params.request_id.clone(),
        params.request_issued_at,
        SignedDuration::from_secs(params.clock_skew_seconds),
    );
    parts.require_signed_response = params.require_signed_response;
    let idp = params.idp_entity_id.clone();
    match params.purpose {
        case::Purpose::SignIn => judge_for(case, &Expected::<SignIn>::sign_in(parts, idp)),
        case::Purpose::Test => judge_for(case, &Expected::<Test>::test(parts, Some(idp))),
    }
}

fn judge_for<P: Purpose>(case: &Case, expected: &Expected<P>) -> Result<Content, Refusal> {
    let decryption: Vec<DecryptionKey> = case
        .decryption
        .iter()
        .map(|key| DecryptionKey::from_pkcs8_der(key).unwrap())
        .collect();
    let assertion = UnverifiedResponse::decode(&case.form_value, &Limits::default())?
        .verify(Keys {
            verifying: &keys(case),
            decryption: &decryption,
            cbc: case.params.cbc,
        })?
        .validate(expected, case.params.now)?;
    assert_eq!(
        assertion.idp_entity_id(),
        case.params.idp_entity_id,
        "{}",
        case.name
    );
    Ok(content(&assertion))
}

fn content<P: Purpose>(assertion: &VerifiedAssertion<P>) -> Content {
    Content {
        name_id: assertion.name_id().unwrap().clone(),
        attributes: assertion
            .attributes()
            .iter()
            .map(|attribute| (attribute.name.clone(), attribute.values.clone()))
            .collect(),
        session_index: assertion.session_index().map(str::to_owned),
        session_not_on_or_after: assertion.session_not_on_or_after(),
        expires_at: assertion.expires_at(),
    }
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
