//! Every folder of the corpus: what must be accepted is, and says what it should; what must be
//! refused is, by the check that should refuse it. `corpus/README.md` says how they were made.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use vestibule_saml::{
    Check, Expected, ExpectedParts, Limits, NameId, Refusal, SignIn, UnverifiedResponse,
    VerifiedAssertion,
};
use vestibule_xmlsig::Certificate;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    now: Timestamp,
    clock_skew_seconds: i64,
    request_id: String,
    request_issued_at: Timestamp,
    sp_entity_id: String,
    acs_url: String,
    idp_entity_id: String,
    expect: Option<Content>,
    refused_by: Option<Check>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    name_id: NameId,
    attributes: BTreeMap<String, Vec<String>>,
    session_index: Option<String>,
    session_not_on_or_after: Option<Timestamp>,
    expires_at: Timestamp,
}

struct Case {
    name: String,
    params: Params,
    outcome: Result<VerifiedAssertion<SignIn>, Refusal>,
}

fn cases(folder: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| case(path)).collect()
}

fn case(path: &Path) -> Case {
    let params: Params =
        serde_json::from_slice(&fs::read(path.join("params.json")).unwrap()).unwrap();
    let certificates =
        Certificate::parse_all(&fs::read(path.join("certificate.pem")).unwrap()).unwrap();
    let keys: Vec<_> = certificates
        .iter()
        .map(|certificate| certificate.verifying_key().unwrap())
        .collect();
    let expected = Expected::<SignIn>::sign_in(
        ExpectedParts::new(
            params.sp_entity_id.clone(),
            params.acs_url.clone(),
            params.request_id.clone(),
            params.request_issued_at,
            SignedDuration::from_secs(params.clock_skew_seconds),
        ),
        params.idp_entity_id.clone(),
    );
    let form_value = STANDARD.encode(fs::read(path.join("response.xml")).unwrap());
    let unverified = UnverifiedResponse::decode(&form_value, &Limits::default()).unwrap();
    let outcome = unverified
        .verify(&keys)
        .and_then(|signed| signed.validate(&expected, params.now));
    Case {
        name: path.display().to_string(),
        params,
        outcome,
    }
}

#[test]
fn what_must_be_accepted_is_and_says_what_it_should() {
    let cases = cases("accept");
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
    for Case {
        name,
        params,
        outcome,
    } in cases
    {
        let expect = params
            .expect
            .unwrap_or_else(|| panic!("{name}: no `expect`"));
        let assertion = outcome.unwrap_or_else(|refusal| {
            panic!("{name}: refused: {:#?}", refusal.report.first_failure())
        });
        assert_eq!(assertion.idp_entity_id(), params.idp_entity_id, "{name}");
        assert_eq!(assertion.name_id(), Some(&expect.name_id), "{name}");
        let attributes: BTreeMap<_, _> = assertion
            .attributes()
            .iter()
            .map(|attribute| (attribute.name.clone(), attribute.values.clone()))
            .collect();
        assert_eq!(attributes, expect.attributes, "{name}");
        assert_eq!(
            assertion.session_index(),
            expect.session_index.as_deref(),
            "{name}"
        );
        assert_eq!(
            assertion.session_not_on_or_after(),
            expect.session_not_on_or_after,
            "{name}"
        );
        assert_eq!(assertion.expires_at(), expect.expires_at, "{name}");
    }
}

#[test]
fn what_must_be_refused_is_by_the_right_check() {
    let cases = cases("reject");
    assert!(cases.len() >= 13, "{} cases", cases.len());
    for Case {
        name,
        params,
        outcome,
    } in cases
    {
        let refused_by = params
            .refused_by
            .unwrap_or_else(|| panic!("{name}: no `refused_by`"));
        match outcome {
            Ok(assertion) => {
                panic!(
                    "!!! {name}: ACCEPTED for {:?}, and must not be",
                    assertion.name_id().unwrap().value
                )
            }
            Err(refusal) => assert_eq!(
                refusal.reason,
                refused_by,
                "{name}: {:#?}",
                refusal.report.first_failure()
            ),
        }
    }
}
