//! When the issuer is asked, and what holds while it is not there.

use std::{sync::Arc, thread, time::Duration};

use serde_json::json;
use vestibule_verify::{Introspection, Role, Settings, VerifyError};

use super::issuer::{AUDIENCE, ISSUER, Issuer, Key, at, claims, claims_with};

const JWKS: &str = "/oauth2/jwks";
const INTROSPECT: &str = "/oauth2/introspect";

#[test]
fn a_key_that_is_not_known_has_the_issuer_asked_once() {
    let (old, new, made_up) = (Key::new("old"), Key::new("new"), Key::new("made up"));
    let issuer = Issuer::with(&old);
    let verifier = issuer.verifier();
    let (by_old, by_new) = (old.sign("at+jwt", &claims()), new.sign("at+jwt", &claims()));
    verifier.verify(&by_old, at(20)).unwrap();
    assert_eq!(issuer.asked(JWKS), 1, "at the beginning");
    // It rotates: the new key is learned of by its first token.
    issuer.set(|state| state.keys.push(new.clone()));
    assert!(
        verifier.verify_by_known_keys(&by_new, at(20)).is_none(),
        "asks nobody"
    );
    verifier.verify(&by_new, at(20)).unwrap();
    verifier.verify(&by_old, at(20)).unwrap();
    assert!(
        verifier
            .verify_by_known_keys(&by_new, at(20))
            .unwrap()
            .is_ok()
    );
    assert_eq!(issuer.asked(JWKS), 2);
    // Whoever makes keys up costs the issuer a question each ten seconds, and no more.
    for second in 20..60 {
        let forged = made_up.sign("at+jwt", &claims());
        let error = verifier.verify(&forged, at(second)).unwrap_err();
        assert!(matches!(error, VerifyError::UnknownKey { .. }), "{error}");
        verifier.verify(&by_old, at(second)).unwrap();
    }
    assert_eq!(issuer.asked(JWKS), 2 + 3, "at 30, 40 and 50 seconds");
}

#[test]
fn old_keys_are_fetched_again_and_a_withdrawn_one_counts_no_more() {
    let (old, new) = (Key::new("old"), Key::new("new"));
    let issuer = Issuer::with(&old);
    let verifier = issuer.verifier();
    let by_old = old.sign("at+jwt", &claims());
    issuer.set(|state| state.keys = vec![new.clone()]);
    verifier.verify(&by_old, at(299)).unwrap();
    let error = verifier.verify(&by_old, at(300)).unwrap_err();
    assert!(matches!(error, VerifyError::UnknownKey { .. }), "{error}");
    verifier
        .verify(&new.sign("at+jwt", &claims()), at(301))
        .unwrap();
    assert_eq!(issuer.asked(JWKS), 2);
}

#[test]
fn while_the_issuer_is_away_its_keys_count_up_to_a_bound() {
    let (key, new) = (Key::new("k1"), Key::new("k2"));
    let issuer = Issuer::with(&key);
    let verifier = issuer.verifier();
    let lasting = key.sign("at+jwt", &claims_with("exp", json!(1_800_090_000)));
    issuer.set(|state| state.away = true);
    verifier.verify(&lasting, at(299)).unwrap();
    for second in [300, 305, 320, 1000, 3599] {
        verifier.verify(&lasting, at(second)).unwrap();
    }
    assert_eq!(
        issuer.asked(JWKS),
        1 + 4,
        "not at 305 seconds, so soon after 300"
    );
    // Whether there is such a key by now, nobody can say.
    let error = verifier
        .verify(&new.sign("at+jwt", &claims()), at(800))
        .unwrap_err();
    assert!(!error.is_of_token(), "{error}");
    let error = verifier.verify(&lasting, at(3700)).unwrap_err();
    assert!(matches!(error, VerifyError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("connection refused"), "{error}");
    issuer.set(|state| state.away = false);
    verifier.verify(&lasting, at(3711)).unwrap();
}

#[test]
fn one_thread_asks_for_all() {
    let (old, new) = (Key::new("old"), Key::new("new"));
    let issuer = Issuer::with(&old);
    let verifier = Arc::new(issuer.verifier());
    issuer.set(|state| {
        state.keys.push(new.clone());
        state.delay = Duration::from_millis(100);
    });
    let token = new.sign("at+jwt", &claims());
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let (verifier, token) = (Arc::clone(&verifier), token.clone());
            thread::spawn(move || verifier.verify(&token, at(20)).map(drop))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
    assert_eq!(issuer.asked(JWKS), 2);
}

#[test]
fn keys_that_cannot_be_read_hide_no_others() {
    let key = Key::new("k1");
    let issuer = Issuer::with(&key);
    issuer.set(|state| state.keys.clear());
    let error = issuer
        .try_verifier(Settings::new(ISSUER, AUDIENCE))
        .unwrap_err();
    assert!(error.to_string().contains("expected a JWK Set"), "{error}");
}

fn active(role: &str) -> serde_json::Value {
    json!({"active": true, "sub": "mem_1", "sid": "ses_1", "role": role})
}

#[test]
fn a_yes_of_the_issuer_is_kept_for_as_long_as_is_said_and_a_no_never() {
    let key = Key::new("k1");
    let issuer = Issuer::with(&key);
    let verifier = issuer.introspecting(Duration::from_secs(5));
    let token = key.sign("at+jwt", &claims());
    issuer.set(|state| state.introspection = active("admin"));
    let claims = verifier.verify_active(&token, at(10)).unwrap();
    assert_eq!(claims.role, Role::Admin, "what they are now");
    issuer.set(|state| state.introspection = json!({"active": false}));
    assert_eq!(
        verifier.verify_active(&token, at(14)).unwrap().role,
        Role::Admin
    );
    assert_eq!(issuer.asked(INTROSPECT), 1);
    for second in [15, 16] {
        let error = verifier.verify_active(&token, at(second)).unwrap_err();
        assert_eq!(error, VerifyError::NotActive);
    }
    assert_eq!(issuer.asked(INTROSPECT), 3);
    // Zero asks each time.
    issuer.set(|state| state.introspection = active("member"));
    let verifier = issuer.introspecting(Duration::ZERO);
    for _ in 0..3 {
        verifier.verify_active(&token, at(20)).unwrap();
    }
    assert_eq!(issuer.asked(INTROSPECT), 6);
    // What does not verify is not even asked about.
    let error = verifier.verify_active(
        &Key::new("k1").sign("at+jwt", &super::issuer::claims()),
        at(20),
    );
    assert_eq!(error.unwrap_err(), VerifyError::BadSignature);
    assert_eq!(issuer.asked(INTROSPECT), 6);
}

#[test]
fn without_the_issuer_there_is_no_yes_and_no_error_tells_secrets() {
    let key = Key::new("k1");
    let issuer = Issuer::with(&key);
    let verifier = issuer.introspecting(Duration::from_secs(5));
    let token = key.sign("at+jwt", &claims());
    issuer.set(|state| state.away = true);
    let error = verifier.verify_active(&token, at(10)).unwrap_err();
    assert!(matches!(error, VerifyError::Unreachable { .. }), "{error}");
    let told = format!("{error} {error:?} {verifier:?}");
    assert!(
        !told.contains(&token) && !told.contains("the-secret"),
        "{told}"
    );
    issuer.set(|state| state.away = false);
    for answer in [
        json!({}),
        json!({"active": true}),
        json!({"active": true, "sub": "mem_2", "sid": "ses_1", "role": "admin"}),
        json!({"active": true, "sub": "mem_1", "sid": "ses_2", "role": "admin"}),
        json!({"active": true, "sub": "mem_1", "sid": "ses_1", "role": "owner"}),
        json!({"active": "yes"}),
    ] {
        issuer.set(|state| state.introspection = answer.clone());
        let error = verifier.verify_active(&token, at(10)).unwrap_err();
        assert!(
            matches!(error, VerifyError::Answer { .. }),
            "{answer}: {error}"
        );
    }
    let without = issuer.verifier().verify_active(&token, at(10)).unwrap_err();
    assert!(matches!(without, VerifyError::Settings { .. }), "{without}");
    let shown = format!("{:?}", Introspection::new("app_1", "hush", Duration::ZERO));
    assert!(!shown.contains("hush"), "{shown}");
}
