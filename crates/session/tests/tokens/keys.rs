//! The keys: of each algorithm one signs, all verify, none is shown.

use std::collections::BTreeSet;

use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use vestibule_model::SigningAlgorithm::{self, Es256, Rs256};
use vestibule_session::{KeyError, KeyFacts, KeyRing, SigningKey, init};
use zeroize::Zeroizing;

use crate::scene::{copy, ec_key, keys, kid, later, now, ring_of, rsa_key};

#[test]
fn a_key_is_named_by_its_thumbprint_and_reads_back() {
    for (algorithm, key) in [(Es256, ec_key(later(60))), (Rs256, rsa_key(later(60)))] {
        let again = copy(&key, key.facts().clone());
        assert_eq!(again.facts(), key.facts());
        let expected = KeyFacts {
            kid: key.kid().to_owned(),
            algorithm,
            created_at: now(),
            signs_from: later(60),
            withdrawn_at: None,
        };
        assert_eq!(key.facts(), &expected);
    }
    // The library computes RFC 7638 by itself.
    let jwks = keys().jwks(now());
    for (index, algorithm) in [Es256, Rs256].into_iter().enumerate() {
        let jwk: Jwk = serde_json::from_value(jwks["keys"][index].clone()).unwrap();
        let thumbprint = jwk.thumbprint(ThumbprintHash::SHA256).unwrap();
        assert_eq!(thumbprint, kid(algorithm));
        assert_eq!(jwk.common.key_id.as_deref(), Some(kid(algorithm)));
    }
}

#[test]
fn the_key_set_shows_public_members_alone() {
    let jwks = keys().jwks(now());
    // A set: in which order an object's members come is nobody's promise (RFC 8259 §4).
    let names = |index: usize| -> BTreeSet<&str> {
        let jwk = jwks["keys"][index].as_object().unwrap();
        jwk.keys().map(String::as_str).collect()
    };
    let ec = BTreeSet::from(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    let rsa = BTreeSet::from(["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(names(0), ec);
    assert_eq!(names(1), rsa);
    assert_eq!(jwks["keys"].as_array().unwrap().len(), 2);
    assert_eq!(jwks["keys"][1]["e"], "AQAB");
    // 256 bytes, and no zero before them (RFC 7518 §6.3.1.1).
    assert_eq!(jwks["keys"][1]["n"].as_str().unwrap().len(), 342);
}

#[test]
fn a_ring_needs_a_key_of_each_algorithm() {
    let missing = |keys: Vec<SigningKey>| KeyRing::new(keys).unwrap_err();
    let none = |algorithm| KeyError::NoKey { algorithm };
    assert_eq!(missing(Vec::new()), none(Es256));
    assert_eq!(missing(vec![rsa_key(now())]), none(Es256));
    assert_eq!(missing(vec![ec_key(now())]), none(Rs256));
    let withdrawn = KeyFacts {
        withdrawn_at: Some(now()),
        ..rsa_key(now()).facts().clone()
    };
    let withdrawn = copy(&rsa_key(now()), withdrawn);
    assert_eq!(missing(vec![ec_key(now()), withdrawn]), none(Rs256));
}

#[test]
fn a_stored_key_that_is_not_what_it_says_is_refused() {
    let (one, other) = (ec_key(now()), ec_key(now()));
    let read = |facts: &KeyFacts, algorithm: SigningAlgorithm, bytes: &[u8]| {
        let facts = KeyFacts {
            algorithm,
            ..facts.clone()
        };
        SigningKey::from_parts(facts, Zeroizing::new(bytes.to_vec())).unwrap_err()
    };
    let facts = one.facts();
    let kid = one.kid().to_owned();
    assert_eq!(
        read(facts, Es256, other.pkcs8()),
        KeyError::KidMismatch { kid }
    );
    assert_eq!(read(facts, Es256, b""), KeyError::Malformed);
    assert_eq!(read(facts, Es256, &one.pkcs8()[..40]), KeyError::Malformed);
    let p384 = aws_lc_rs::signature::EcdsaKeyPair::generate(
        &aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING,
    );
    let p384 = p384.unwrap().to_pkcs8v1().unwrap();
    assert_eq!(read(facts, Es256, p384.as_ref()), KeyError::Malformed);
    // A key of the other algorithm, in both directions.
    let rsa = rsa_key(now());
    assert_eq!(read(facts, Rs256, one.pkcs8()), KeyError::Malformed);
    assert_eq!(read(rsa.facts(), Es256, rsa.pkcs8()), KeyError::Malformed);
}

#[test]
fn debug_shows_names_and_dates_alone() {
    let key = ec_key(now());
    let ring = ring_of(&[copy(&key, key.facts().clone()), rsa_key(now())]);
    let shown = format!("{key:?} {ring:?}");
    assert!(shown.contains(key.kid()), "{shown}");
    assert!(
        !shown.contains("pkcs8") && !shown.contains("signs:"),
        "{shown}"
    );
}

#[test]
fn starting_twice_from_many_sides_is_harmless() {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                init();
                init();
                ec_key(now())
            });
        }
    });
}
