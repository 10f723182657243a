//! The keys: one signs, all verify, none is shown.

use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use vestibule_session::{KeyError, KeyRing, SigningKey, init, issue, mint, verify_access_token};
use zeroize::Zeroizing;

use crate::scene::{Scene, issuer, later, now, part};

fn stored(key: &SigningKey, retired: bool) -> SigningKey {
    let pkcs8 = Zeroizing::new(key.pkcs8().to_vec());
    let retired_at = retired.then(now);
    SigningKey::from_parts(key.kid(), pkcs8, key.created_at(), retired_at).unwrap()
}

fn access_token(ring: &KeyRing) -> String {
    let scene = Scene::new();
    let session = mint(scene.vouched(), "openid", now())
        .unwrap()
        .session()
        .clone();
    let grant = scene.renewal(&session, &scene.admin, now());
    issue(ring, &issuer(), grant, &session, None, now())
        .unwrap()
        .access_token
}

#[test]
fn a_key_is_named_by_its_thumbprint_and_reads_back() {
    let key = SigningKey::generate(now()).unwrap();
    let again = stored(&key, false);
    assert_eq!(
        (again.kid(), again.created_at(), again.retired_at()),
        (key.kid(), now(), None)
    );
    // The library computes RFC 7638 by itself.
    let ring = KeyRing::new(vec![again]).unwrap();
    let jwk: Jwk = serde_json::from_value(ring.jwks()["keys"][0].clone()).unwrap();
    assert_eq!(jwk.thumbprint(ThumbprintHash::SHA256).unwrap(), key.kid());
    assert_eq!(jwk.common.key_id.as_deref(), Some(key.kid()));
}

#[test]
fn the_key_set_shows_public_members_alone() {
    let ring = KeyRing::new(vec![SigningKey::generate(now()).unwrap()]).unwrap();
    let jwks = ring.jwks();
    let names: Vec<_> = jwks["keys"][0]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
}

#[test]
fn the_newest_active_key_signs_and_the_older_ones_verify() {
    let old = SigningKey::generate(now()).unwrap();
    let new = SigningKey::generate(later(10)).unwrap();
    let before = KeyRing::new(vec![stored(&old, false)]).unwrap();
    let both = KeyRing::new(vec![stored(&new, false), stored(&old, true)]).unwrap();
    let unretired = KeyRing::new(vec![stored(&old, false), stored(&new, false)]).unwrap();
    assert_eq!(
        (both.active_kid(), unretired.active_kid()),
        (new.kid(), new.kid())
    );
    assert_eq!(both.jwks()["keys"].as_array().unwrap().len(), 2);
    let (from_old, from_new) = (access_token(&before), access_token(&both));
    assert_eq!(part(&from_new, 0)["kid"], new.kid());
    for token in [&from_old, &from_new] {
        assert!(verify_access_token(&both, &issuer(), token, now()).is_ok());
    }
    assert!(verify_access_token(&before, &issuer(), &from_new, now()).is_err());
    let after = KeyRing::new(vec![stored(&new, false)]).unwrap();
    assert!(verify_access_token(&after, &issuer(), &from_old, now()).is_err());
}

#[test]
fn a_ring_needs_a_key_that_signs() {
    assert_eq!(KeyRing::new(Vec::new()).unwrap_err(), KeyError::NoActiveKey);
    let retired = stored(&SigningKey::generate(now()).unwrap(), true);
    assert_eq!(
        KeyRing::new(vec![retired]).unwrap_err(),
        KeyError::NoActiveKey
    );
}

#[test]
fn a_stored_key_that_is_not_what_it_says_is_refused() {
    let (one, other) = (
        SigningKey::generate(now()).unwrap(),
        SigningKey::generate(now()).unwrap(),
    );
    let read = |kid: &str, bytes: &[u8]| {
        SigningKey::from_parts(kid, Zeroizing::new(bytes.to_vec()), now(), None).unwrap_err()
    };
    let kid = one.kid().to_owned();
    assert_eq!(
        read(&kid, other.pkcs8()),
        KeyError::KidMismatch { kid: kid.clone() }
    );
    assert_eq!(read(&kid, b""), KeyError::Malformed);
    assert_eq!(read(&kid, &one.pkcs8()[..40]), KeyError::Malformed);
    let p384 = aws_lc_rs::signature::EcdsaKeyPair::generate(
        &aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING,
    );
    let p384 = p384.unwrap().to_pkcs8v1().unwrap();
    assert_eq!(read(&kid, p384.as_ref()), KeyError::Malformed);
}

#[test]
fn debug_shows_ids_alone() {
    let key = SigningKey::generate(now()).unwrap();
    let shown = format!(
        "{key:?} {:?}",
        KeyRing::new(vec![stored(&key, false)]).unwrap()
    );
    assert!(
        shown.contains(key.kid()) && !shown.contains("pkcs8"),
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
                SigningKey::generate(now()).unwrap()
            });
        }
    });
}
