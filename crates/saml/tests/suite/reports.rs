//! What a report says besides yes and no: lints, drift, whose side it is on, and in whose words.

use crate::support::{
    EVERY_WAY, IDP, KEY, RESPONSE, Sign, at, edit, keys, now, parts, post, sent, sign, sign_in,
};
use jiff::Timestamp;
use vestibule_saml::{
    CertificateFacts, Check, Expected, ExpectedParts, Limits, Outcome, Provider, Refusal, Report,
    Row, Side, SignIn, SignedPart, UnverifiedResponse, VerifiedAssertion,
};
use vestibule_xmlsig::{SignOptions, SigningKey};

fn judge(
    signed: &str,
    parts: ExpectedParts,
    now: Timestamp,
) -> Result<VerifiedAssertion<SignIn>, Refusal> {
    UnverifiedResponse::decode(&post(signed), &Limits::default())
        .unwrap()
        .verify(&keys())?
        .validate(&Expected::sign_in(sent(), parts, IDP.to_owned()), now)
}

#[track_caller]
fn warns(report: &Report, check: Check) -> &Row {
    let row = report.row(check).unwrap();
    assert_eq!(row.outcome, Outcome::Warn, "{row:?}");
    assert!(row.expected.is_some() && row.received.is_some() && row.side.is_some());
    assert!(report.first_failure().is_none());
    row
}

#[track_caller]
fn lint(from: &str, to: &str, check: Check) -> Row {
    let accepted = sign_in(&sign(&edit(RESPONSE, from, to), Sign::Assertion)).unwrap();
    warns(accepted.report(), check).clone()
}

#[test]
fn what_an_admin_should_know_warns_and_refuses_nothing() {
    lint(
        r#" SessionNotOnOrAfter="2026-11-24T17:00:00Z""#,
        "",
        Check::SessionEnd,
    );
    let row = lint("u-4711", "ada@example.org", Check::NameIdFormat);
    assert!(row.received.unwrap().ends_with(":persistent"));
    for end in [
        (
            " NotOnOrAfter=\"2026-11-24T09:05:00Z\"",
            " NotOnOrAfter=\"2026-11-24T10:00:02Z\"",
        ),
        (
            " NotOnOrAfter=\"2026-11-24T09:10:00Z\"",
            " NotOnOrAfter=\"2026-11-25T09:10:00Z\"",
        ),
    ] {
        lint(end.0, end.1, Check::Validity);
    }
    let row = lint(
        r#"IssueInstant="2026-11-24T09:00:01Z""#,
        r#"IssueInstant="2026-11-24T09:02:20Z""#,
        Check::ClockOffset,
    );
    assert_eq!(row.received.as_deref(), Some("at least 110 s fast"));
    let row = lint(
        r#"IssueInstant="2026-11-24T09:00:01Z""#,
        r#"IssueInstant="2026-11-24T08:57:50Z""#,
        Check::ClockOffset,
    );
    assert_eq!(row.received.as_deref(), Some("at least 100 s slow"));
    let accepted = sign_in(&sign(RESPONSE, Sign::Response)).unwrap();
    warns(accepted.report(), Check::SignedPart);
}

#[test]
fn what_is_as_it_should_be_does_not_warn() {
    let unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
    let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    let email = edit(RESPONSE, "u-4711", "ada@example.org");
    for xml in [
        RESPONSE.to_owned(),
        edit(&email, persistent, unspecified),
        edit(RESPONSE, "u-4711", "ada@host"),
        edit(RESPONSE, "u-4711", "https://idp.example/!u@x"),
        edit(
            RESPONSE,
            " NotOnOrAfter=\"2026-11-24T09:05:00Z\"",
            " NotOnOrAfter=\"2026-11-24T10:00:01Z\"",
        ),
    ] {
        for how in [Sign::Assertion, Sign::Both] {
            let accepted = sign_in(&sign(&xml, how)).unwrap();
            let warned = accepted
                .report()
                .rows()
                .iter()
                .find(|row| row.outcome == Outcome::Warn);
            assert_eq!(warned, None);
        }
    }
}

#[test]
fn the_end_of_the_certificate_that_counts_is_told_in_time() {
    let own = *KEY.verifying_key().fingerprint();
    let other = *SigningKey::generate_ec_p256()
        .unwrap()
        .verifying_key()
        .fingerprint();
    let signed = sign(RESPONSE, Sign::Both);
    let facts = |key, text: &str| CertificateFacts {
        key,
        not_after: at(text),
    };
    for (certificates, outcome) in [
        (vec![], Outcome::Skipped),
        (vec![facts(other, "2026-11-25T00:00:00Z")], Outcome::Skipped),
        (vec![facts(own, "2026-12-24T09:00:31Z")], Outcome::Pass),
        (vec![facts(own, "2026-12-24T09:00:30Z")], Outcome::Warn),
        (vec![facts(own, "2020-01-01T00:00:00Z")], Outcome::Warn),
        // A renewed certificate of the same key.
        (
            vec![
                facts(own, "2026-11-25T00:00:00Z"),
                facts(own, "2036-01-01T00:00:00Z"),
            ],
            Outcome::Pass,
        ),
    ] {
        let parts = ExpectedParts {
            certificates,
            ..parts()
        };
        let accepted = judge(&signed, parts, now()).unwrap();
        let row = accepted.report().row(Check::CertificateExpiry).unwrap();
        assert_eq!(row.outcome, outcome, "{row:?}");
        if outcome == Outcome::Warn {
            assert_eq!(row.side, Some(Side::ThisService));
        }
    }
}

#[test]
fn drift_is_named_whether_accepted_or_refused() {
    let learned = sign_in(&sign(RESPONSE, Sign::Both)).unwrap().learned();
    assert_eq!(
        (learned.issuer.as_str(), learned.signed),
        (IDP, SignedPart::Both)
    );
    assert_eq!(learned.attributes, ["email", "groups"]);
    let stored = serde_json::to_string(&learned).unwrap();
    assert_eq!(
        serde_json::from_str::<vestibule_saml::Learned>(&stored).unwrap(),
        learned
    );
    let since = || ExpectedParts {
        learned: Some(learned.clone()),
        ..parts()
    };
    let same = judge(&sign(RESPONSE, Sign::Both), since(), now()).unwrap();
    assert_eq!(
        same.report().row(Check::Drift).unwrap().outcome,
        Outcome::Pass
    );

    // Accepted: another part is signed, another format, an attribute less.
    let changed = edit(
        RESPONSE,
        "nameid-format:persistent",
        "nameid-format:transient",
    );
    let changed = edit(&changed, r#"Name="groups""#, r#"Name="roles""#);
    let accepted = judge(&sign(&changed, Sign::Assertion), since(), now()).unwrap();
    let row = warns(accepted.report(), Check::Drift);
    let (was, is) = (
        row.expected.as_ref().unwrap(),
        row.received.as_ref().unwrap(),
    );
    for (before, after) in [
        ("format:persistent", "format:transient"),
        ("Response and assertion", "signed is the assertion"),
        ("groups", "none of these"),
    ] {
        assert!(was.contains(before) && is.contains(after), "{was} → {is}");
    }

    // Refused: the failing row keeps what it says, the drift explains it.
    let issuer = "<saml:Issuer>https://idp.example/entity</saml:Issuer>";
    let moved = RESPONSE.replace(issuer, "<saml:Issuer>https://idp.example/new</saml:Issuer>");
    for how in EVERY_WAY {
        let refusal = judge(&sign(&moved, how), since(), now()).unwrap_err();
        let issuer = refusal.report.row(Check::AssertionIssuer).unwrap();
        assert!(issuer.is_failure());
        assert_eq!(issuer.expected.as_deref(), Some(IDP));
        let drift = refusal.report.row(Check::Drift).unwrap();
        assert_eq!(drift.outcome, Outcome::Warn);
        assert!(
            drift
                .received
                .as_ref()
                .unwrap()
                .contains("https://idp.example/new")
        );
    }
    // What nobody signed teaches nothing.
    let unsigned = judge(&moved, since(), now()).unwrap_err();
    assert_eq!(
        unsigned.report.row(Check::Drift).unwrap().outcome,
        Outcome::Skipped
    );
}

/// One typical mistake: the response, the check that fails, what was expected and received, whose
/// side it is, and the label of the field for Okta, Entra ID, Google and Keycloak; empty where the
/// provider has no such field.
struct Mistake {
    name: &'static str,
    signed: String,
    check: Check,
    expected: String,
    received: String,
    side: Side,
    labels: [&'static str; 4],
}

const OKTA_TO_KEYCLOAK: [Provider; 4] = [
    Provider::Okta,
    Provider::Entra,
    Provider::Google,
    Provider::Keycloak,
];
const AUDIENCE: [&str; 4] = [
    "Audience URI (SP Entity ID)",
    "Identifier (Entity ID)",
    "Entity ID",
    "Client ID",
];
const ACS_URL: [&str; 4] = [
    "Single sign-on URL",
    "Reply URL (Assertion Consumer Service URL)",
    "ACS URL",
    "Master SAML Processing URL",
];

fn mistakes() -> Vec<Mistake> {
    let assertion = |from: &str, to: &str| sign(&edit(RESPONSE, from, to), Sign::Assertion);
    let audience = "<saml:Audience>https://sp.example/saml</saml:Audience>";
    let recipient = r#" Recipient="https://sp.example/saml/acs""#;
    let other = SigningKey::generate_rsa(2048).unwrap();
    let (begin, end) = (at("2020-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z"));
    let certificate = other
        .self_signed_certificate("IdP of last year", begin, end)
        .unwrap();
    let fingerprint = certificate.fingerprint_sha256().to_owned();
    let options = SignOptions {
        key_info: Some(certificate),
        ..SignOptions::default()
    };
    let by_other = other
        .sign_element(RESPONSE, "_assertion", &options)
        .unwrap();
    let elsewhere = RESPONSE
        .replace("https://sp.example/saml", "https://sp.example/other")
        .replace("_request", "_their_request");
    let issuer = "<saml:Issuer>https://idp.example/entity</saml:Issuer>";
    let status = r#"<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>"#;
    let responder = status.replace("Success", "Responder");
    let subject = RESPONSE.find("<saml:NameID").unwrap();
    let name_id = &RESPONSE[subject..RESPONSE.find("</saml:NameID>").unwrap() + 14];
    vec![
        Mistake {
            name: "wrong audience",
            signed: assertion(
                audience,
                "<saml:Audience>https://sp.example/Saml</saml:Audience>",
            ),
            check: Check::Audience,
            expected: "https://sp.example/saml".to_owned(),
            received: "https://sp.example/Saml".to_owned(),
            side: Side::IdentityProvider,
            labels: AUDIENCE,
        },
        Mistake {
            name: "wrong ACS",
            signed: assertion(recipient, r#" Recipient="https://sp.example/acs""#),
            check: Check::Recipient,
            expected: "https://sp.example/saml/acs".to_owned(),
            received: "https://sp.example/acs".to_owned(),
            side: Side::IdentityProvider,
            labels: ACS_URL,
        },
        Mistake {
            name: "old certificate",
            signed: by_other,
            check: Check::AssertionSignature,
            expected: "a signature by one of the configured keys".to_owned(),
            received: fingerprint,
            side: Side::ThisService,
            labels: [
                "Signing Certificate",
                "Certificate (Base64)",
                "Certificate",
                "Certificate",
            ],
        },
        Mistake {
            name: "clock 10 minutes off",
            signed: sign(&RESPONSE.replace("T09:0", "T09:1"), Sign::Assertion),
            check: Check::IssueInstant,
            expected: "not after 2026-11-24T09:00:30Z".to_owned(),
            received: "in the future".to_owned(),
            side: Side::IdentityProvider,
            labels: [""; 4],
        },
        Mistake {
            name: "NameID missing",
            signed: assertion(name_id, ""),
            check: Check::NameId,
            expected: "exactly one NameID".to_owned(),
            received: "no NameID".to_owned(),
            side: Side::IdentityProvider,
            labels: [
                "Application username",
                "Unique User Identifier (Name ID)",
                "Name ID",
                "Name ID format",
            ],
        },
        Mistake {
            name: "assertion unsigned",
            signed: RESPONSE.to_owned(),
            check: Check::Signature,
            expected: "a signature on the assertion or on the Response".to_owned(),
            received: "neither is signed".to_owned(),
            side: Side::IdentityProvider,
            labels: [
                "Assertion Signature",
                "Signing Option",
                "Signed response",
                "Sign assertions",
            ],
        },
        Mistake {
            name: "SHA-1",
            signed: edit(
                &sign(RESPONSE, Sign::Assertion),
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            ),
            check: Check::AssertionSignature,
            expected: "RSA".to_owned(),
            received: "RSA-SHA1".to_owned(),
            side: Side::IdentityProvider,
            labels: [
                "Signature Algorithm",
                "Signing Algorithm",
                "",
                "Signature algorithm",
            ],
        },
        Mistake {
            name: "response for another workspace",
            signed: sign(&elsewhere, Sign::Both),
            check: Check::ResponseDestination,
            expected: "https://sp.example/saml/acs".to_owned(),
            received: "https://sp.example/other/acs".to_owned(),
            side: Side::IdentityProvider,
            labels: ACS_URL,
        },
        Mistake {
            name: "status Responder",
            signed: edit(RESPONSE, status, &responder),
            check: Check::Status,
            expected: "Success".to_owned(),
            received: "Responder".to_owned(),
            side: Side::IdentityProvider,
            labels: ["Assignments", "Users and groups", "User access", ""],
        },
        Mistake {
            name: "wrong issuer",
            signed: sign(
                &RESPONSE.replace(
                    issuer,
                    "<saml:Issuer>https://idp.example/other</saml:Issuer>",
                ),
                Sign::Assertion,
            ),
            check: Check::ResponseIssuer,
            expected: IDP.to_owned(),
            received: "https://idp.example/other".to_owned(),
            side: Side::ThisService,
            labels: [
                "Issuer",
                "Microsoft Entra Identifier",
                "Google Identity Provider details",
                "SAML 2.0 Identity Provider Metadata",
            ],
        },
        Mistake {
            name: "InResponseTo of another trip",
            signed: sign(&RESPONSE.replace("\"_request\"", "\"_before\""), Sign::Both),
            check: Check::InResponseTo,
            expected: "_request".to_owned(),
            received: "_before".to_owned(),
            side: Side::Person,
            labels: [""; 4],
        },
    ]
}

/// The twelfth, encrypted with an old key, stands here with the rest and has its text told in
/// `encryption`.
#[test]
fn typical_mistakes_are_told_with_both_values_the_side_and_the_providers_own_label() {
    let mut cases: Vec<(Mistake, Refusal)> = mistakes()
        .into_iter()
        .map(|mistake| {
            let outcome = sign_in(&mistake.signed);
            let refusal = outcome.map(|_| mistake.name).unwrap_err();
            (mistake, refusal)
        })
        .collect();
    let (xml, refusal) = crate::encryption::for_an_old_certificate();
    cases.push((
        Mistake {
            name: "encrypted with an old key",
            signed: xml,
            check: Check::Encryption,
            expected: "an assertion encrypted for one of our certificates".to_owned(),
            received: "the message names the certificate CN=sp then".to_owned(),
            side: Side::IdentityProvider,
            labels: [
                "Assertion Encryption",
                "Token encryption",
                "",
                "Encrypt assertions",
            ],
        },
        refusal,
    ));
    assert_eq!(cases.len(), 12);
    for (mistake, refusal) in cases {
        let name = mistake.name;
        assert_eq!(refusal.reason, mistake.check, "{name}");
        let row = refusal.report.first_failure().unwrap();
        assert!(
            row.expected.as_ref().unwrap().contains(&mistake.expected),
            "{name}: {row:?}"
        );
        assert!(
            row.received.as_ref().unwrap().contains(&mistake.received),
            "{name}: {row:?}"
        );
        assert_eq!(row.side, Some(mistake.side), "{name}");
        let generic = row.remedy.clone().unwrap();
        for (provider, label) in OKTA_TO_KEYCLOAK.into_iter().zip(mistake.labels) {
            let told = refusal.report.clone().in_words_of(provider);
            let remedy = told.row(mistake.check).unwrap().remedy.clone().unwrap();
            if label.is_empty() {
                continue;
            }
            assert!(remedy.contains(label), "{name}, {provider}: {remedy}");
            assert!(
                generic.contains(label) || provider == Provider::Google,
                "{name}: {generic}"
            );
            let others = ["Okta: ", "Entra ID: ", "OneLogin: "];
            assert!(
                !others.iter().any(|other| remedy.contains(other)),
                "{remedy}"
            );
        }
    }
}

#[test]
fn every_row_that_fails_or_warns_says_whose_side_it_is() {
    let mut rows = 0;
    for mistake in mistakes() {
        let Err(refusal) = sign_in(&mistake.signed) else {
            panic!("{} was accepted", mistake.name);
        };
        for row in &refusal.report {
            let matters = matches!(row.outcome, Outcome::Fail | Outcome::Warn);
            assert_eq!(row.side.is_some(), matters, "{row:?}");
            assert_eq!(row.remedy.is_some(), matters, "{row:?}");
            rows += usize::from(matters);
        }
    }
    assert!(rows > 11);
}
