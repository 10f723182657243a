//! What is taken and what is refused (RFC 9068 §4).

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use proptest::prelude::*;
use serde_json::{Value, json};
use vestibule_verify::{Role, Settings, VerifyError};

use super::issuer::{AUDIENCE, ISSUER, Issuer, Key, at, claims, claims_with};

#[test]
fn says_who_it_is() {
    let key = Key::new("k1");
    let verifier = Issuer::with(&key).verifier();
    let found = verifier
        .verify(&key.sign("at+jwt", &claims()), at(10))
        .unwrap();
    assert_eq!(
        (found.subject.as_str(), found.workspace.as_str()),
        ("mem_1", "ws_1")
    );
    assert_eq!(
        (found.role, found.session.as_str()),
        (Role::Member, "ses_1")
    );
    assert_eq!(found.connection.as_deref(), Some("conn_1"));
    assert_eq!((found.auth_time, found.expires_at), (at(0), at(900)));
    assert!(found.has_scope("email") && !found.has_scope("mail"));
    assert!(!found.has_second_factor());
    // Several audiences; the type in its long form.
    let several = claims_with("aud", json!(["https://other.example.com", AUDIENCE]));
    let several = key.sign("application/at+JWT", &several);
    assert_eq!(verifier.verify(&several, at(10)).unwrap().audience.len(), 2);
    let strong = key.sign("at+jwt", &claims_with("amr", json!(["pwd", "otp"])));
    assert!(
        verifier
            .verify(&strong, at(10))
            .unwrap()
            .has_second_factor()
    );
}

#[test]
fn an_id_token_opens_nothing_and_is_told_so() {
    let key = Key::new("k1");
    let verifier = Issuer::with(&key).verifier();
    let error = verifier
        .verify(&key.sign("JWT", &claims()), at(10))
        .unwrap_err();
    assert_eq!(error, VerifyError::IdToken);
    assert!(error.to_string().contains("expected an access token"));
    let logout = verifier
        .verify(&key.sign("logout+jwt", &claims()), at(10))
        .unwrap_err();
    assert_eq!(
        logout,
        VerifyError::WrongType {
            found: "logout+jwt".to_owned()
        }
    );
}

#[test]
fn each_claim_has_to_hold() {
    let key = Key::new("k1");
    let issuer = Issuer::with(&key);
    let verifier = issuer.verifier();
    let judge = |claims: &Value, seconds| verifier.verify(&key.sign("at+jwt", claims), at(seconds));
    let error = |name: &str, value: Value| judge(&claims_with(name, value), 10).unwrap_err();
    assert_eq!(
        error("iss", json!("https://evil.example")),
        VerifyError::WrongIssuer {
            expected: ISSUER.to_owned(),
            found: "https://evil.example".to_owned(),
        }
    );
    for audience in [
        json!(ISSUER),
        json!([]),
        json!(["https://api.example.com/"]),
    ] {
        let error = error("aud", audience);
        assert!(
            matches!(error, VerifyError::WrongAudience { .. }),
            "{error}"
        );
        assert!(error.to_string().contains(AUDIENCE), "{error}");
    }
    // Sixty seconds of skew, to the second.
    assert!(judge(&claims(), 959).is_ok());
    let (exp, now) = (1_800_000_900, 1_800_000_960);
    assert_eq!(
        judge(&claims(), 960).unwrap_err(),
        VerifyError::Expired { exp, now }
    );
    assert!(judge(&claims_with("nbf", json!(1_800_000_070)), 10).is_ok());
    for name in ["nbf", "iat"] {
        let (from, now) = (1_800_000_071, 1_800_000_010);
        assert_eq!(
            error(name, json!(from)),
            VerifyError::NotYetValid { from, now }
        );
    }
    // What an access token of ours always says.
    for name in [
        "iss",
        "aud",
        "sub",
        "client_id",
        "iat",
        "exp",
        "jti",
        "scope",
        "workspace",
        "role",
        "sid",
        "amr",
        "auth_time",
    ] {
        let error = error(name, Value::Null);
        assert!(
            matches!(error, VerifyError::Malformed(_)),
            "{name}: {error}"
        );
    }
    assert!(matches!(
        error("role", json!("owner")),
        VerifyError::Malformed(_)
    ));
    let settings = Settings::new(ISSUER, AUDIENCE).clients(["app_2"]);
    let choosy = issuer.try_verifier(settings).unwrap();
    let error = choosy
        .verify(&key.sign("at+jwt", &claims()), at(10))
        .unwrap_err();
    assert!(matches!(error, VerifyError::WrongClient { .. }), "{error}");
    assert!(error.is_of_token());
}

#[test]
fn the_key_says_the_algorithm() {
    let key = Key::new("k1");
    let verifier = Issuer::with(&key).verifier();
    let other = Key::new("k1");
    let forged = other.sign("at+jwt", &claims());
    assert_eq!(
        verifier.verify(&forged, at(10)).unwrap_err(),
        VerifyError::BadSignature
    );
    let mut header = Header::new(Algorithm::HS256);
    (header.typ, header.kid) = (Some("at+jwt".to_owned()), Some("k1".to_owned()));
    let secret = EncodingKey::from_secret(b"a public key that somebody took for a secret");
    let token = jsonwebtoken::encode(&header, &claims(), &secret).unwrap();
    let error = verifier.verify(&token, at(10)).unwrap_err();
    assert!(
        matches!(error, VerifyError::WrongAlgorithm { .. }),
        "{error}"
    );
    let tail = forged.split_once('.').unwrap().1;
    let encoded = |head: Value| {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        format!("{}.{tail}", URL_SAFE_NO_PAD.encode(head.to_string()))
    };
    let known = json!({"alg": "RS256", "typ": "at+jwt", "kid": "k1"});
    let error = verifier.verify(&encoded(known), at(10)).unwrap_err();
    assert!(
        matches!(
            error,
            VerifyError::WrongAlgorithm {
                expected: "ES256",
                ..
            }
        ),
        "{error}"
    );
    for head in [
        json!({"alg": "none", "typ": "at+jwt", "kid": "k1"}),
        json!({"alg": "ES256", "typ": "at+jwt"}),
        json!({"alg": "ES256", "typ": "at+jwt", "kid": "k1", "crit": ["x"], "x": 1}),
    ] {
        let error = verifier.verify(&encoded(head.clone()), at(10)).unwrap_err();
        assert!(
            matches!(error, VerifyError::Malformed(_)),
            "{head}: {error}"
        );
    }
}

#[test]
fn the_issuer_has_to_be_who_it_says_it_is() {
    let key = Key::new("k1");
    for (name, value) in [
        ("issuer", json!("https://sso.example.com/")),
        ("jwks_uri", json!("https://evil.example/oauth2/jwks")),
        (
            "introspection_endpoint",
            json!("http://sso.example.com/oauth2/introspect"),
        ),
        ("jwks_uri", Value::Null),
    ] {
        let issuer = Issuer::with(&key);
        let mut metadata = json!({
            "issuer": ISSUER,
            "jwks_uri": format!("{ISSUER}/oauth2/jwks"),
            "introspection_endpoint": format!("{ISSUER}/oauth2/introspect"),
        });
        metadata[name] = value;
        issuer.set(|state| state.metadata = Some(metadata));
        let error = issuer
            .try_verifier(Settings::new(ISSUER, AUDIENCE))
            .unwrap_err();
        assert!(
            matches!(error, VerifyError::Answer { .. }),
            "{name}: {error}"
        );
        assert!(!error.is_of_token());
    }
    for wrong in [
        "http://sso.example.com",
        "https://sso.example.com/",
        "sso.example.com",
        "https://sso.example.com?x",
    ] {
        let settings = Settings::new(wrong, AUDIENCE);
        let error = Issuer::with(&key).try_verifier(settings).unwrap_err();
        assert!(
            matches!(
                error,
                VerifyError::Settings {
                    setting: "issuer",
                    ..
                }
            ),
            "{wrong}: {error}"
        );
    }
}

/// Texts that look like tokens, more or less.
fn tokens() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,200}",
        "[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}",
        "eyJ[A-Za-z0-9_-]{0,60}\\.eyJ[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}",
    ]
}

proptest! {
    /// Whatever comes is refused without a panic, and no error repeats it.
    #[test]
    fn no_error_holds_the_token(token in tokens()) {
        let key = Key::new("k1");
        let error = Issuer::with(&key).verifier().verify(&token, at(10)).unwrap_err();
        prop_assert!(error.is_of_token());
        if token.len() > 40 {
            prop_assert!(!error.to_string().contains(&token), "{}", error);
        }
    }

    /// One changed character of a good token is a bad token.
    #[test]
    fn no_character_can_be_changed(at_byte in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
        let key = Key::new("k1");
        let good = key.sign("at+jwt", &claims());
        let index = at_byte.index(good.len());
        let mut changed = good.clone();
        changed.replace_range(index..=index, &to);
        prop_assume!(changed != good);
        let verified = Issuer::with(&key).verifier().verify(&changed, at(10));
        // The last character of a signature has bits that mean nothing, and the library refuses them.
        prop_assert!(verified.is_err(), "{}", changed);
        let error = verified.unwrap_err().to_string();
        prop_assert!(!error.contains(&changed) && !error.contains(changed.rsplit('.').next().unwrap_or("x").get(..40).unwrap_or("no signature")));
    }
}
