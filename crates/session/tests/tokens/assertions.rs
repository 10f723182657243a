//! Assertions by which clients say who they are, and the keys that they are held against.

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RsaPublicKeyComponents,
    },
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use proptest::prelude::*;
use serde_json::{Value, json};
use vestibule_model::ClientId;
use vestibule_session::{
    ClientAssertion, ClientAssertionError as Refusal, ClientKeys, ClientKeysError,
    unverified_client_of, verify_client_assertion,
};

use crate::scene::{later, now};

const ISSUER: &str = "https://sso.example";
const TOKEN: &str = "https://sso.example/oauth2/token";
const SKEW: SignedDuration = SignedDuration::from_secs(180);

/// A key of a client: what it signs with, and what it has registered.
struct Key {
    algorithm: Algorithm,
    signs: EncodingKey,
    jwk: Value,
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn ec() -> Key {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref().to_vec();
    Key {
        algorithm: Algorithm::ES256,
        signs: EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref()),
        jwk: json!({"kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..])}),
    }
}

fn ed() -> Key {
    let pair = Ed25519KeyPair::generate().unwrap();
    Key {
        algorithm: Algorithm::EdDSA,
        signs: EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref()),
        jwk: json!({"kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref())}),
    }
}

fn rsa(algorithm: Algorithm) -> Key {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let base64 = STANDARD.encode(der.as_ref());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
    let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    let mut jwk = json!({"kty": "RSA", "n": text(&public.n), "e": text(&public.e)});
    if algorithm == Algorithm::PS256 {
        jwk["alg"] = "PS256".into();
    }
    Key {
        algorithm,
        signs: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(),
        jwk,
    }
}

fn with_kid(mut key: Key, kid: &str) -> Key {
    key.jwk["kid"] = kid.into();
    key
}

fn registered(keys: &[&Key]) -> ClientKeys {
    let keys: Vec<_> = keys.iter().map(|key| key.jwk.clone()).collect();
    ClientKeys::parse(&json!({ "keys": keys })).unwrap()
}

fn client() -> ClientId {
    "app_019306f4e0c07d3aa1b2c3d4e5f60718".parse().unwrap()
}

/// What an honest client says.
fn claims() -> Value {
    json!({
        "iss": client(), "sub": client(), "aud": ISSUER, "jti": "one",
        "iat": now().as_second(), "exp": now().as_second() + 60,
    })
}

fn signed(key: &Key, kid: Option<&str>, claims: &Value) -> String {
    vestibule_session::init();
    let mut header = Header::new(key.algorithm);
    header.kid = kid.map(str::to_owned);
    jsonwebtoken::encode(&header, claims, &key.signs).unwrap()
}

fn verify(keys: &ClientKeys, assertion: &str) -> Result<ClientAssertion, Refusal> {
    verify_client_assertion(keys, client(), &[ISSUER, TOKEN], assertion, SKEW, now())
}

#[test]
fn each_algorithm_verifies_by_its_own_key() {
    for key in [ec(), ed(), rsa(Algorithm::RS256), rsa(Algorithm::PS256)] {
        let verified = verify(&registered(&[&key]), &signed(&key, None, &claims())).unwrap();
        assert_eq!(verified.refused_after, later(60 + 180));
    }
}

#[test]
fn the_key_says_the_algorithm() {
    let (pkcs, pss) = (rsa(Algorithm::RS256), rsa(Algorithm::PS256));
    // The same key, and the other scheme.
    for (key, other) in [(&pkcs, Algorithm::PS256), (&pss, Algorithm::RS256)] {
        let keys = registered(&[key]);
        let twisted = Key {
            algorithm: other,
            signs: key.signs.clone(),
            jwk: Value::Null,
        };
        let refused = verify(&keys, &signed(&twisted, None, &claims()));
        assert_eq!(refused, Err(Refusal::BadSignature));
    }
    // The public key as a secret (RFC 8725 §2.1).
    let keys = registered(&[&pkcs]);
    let public = pkcs.jwk["n"].as_str().unwrap();
    let forged = Key {
        algorithm: Algorithm::HS256,
        signs: EncodingKey::from_secret(public.as_bytes()),
        jwk: Value::Null,
    };
    let refused = verify(&keys, &signed(&forged, None, &claims()));
    assert_eq!(refused, Err(Refusal::BadSignature));
    // No signature at all.
    let payload = text(claims().to_string().as_bytes());
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"RS256"}"#] {
        let unsigned = format!("{}.{payload}.", text(header.as_bytes()));
        assert!(verify(&keys, &unsigned).is_err(), "{header}");
    }
}

#[test]
fn of_several_keys_the_named_one_counts() {
    let (one, two) = (with_kid(ec(), "1"), with_kid(ed(), "2"));
    let keys = registered(&[&one, &two]);
    assert!(verify(&keys, &signed(&one, Some("1"), &claims())).is_ok());
    assert!(verify(&keys, &signed(&two, Some("2"), &claims())).is_ok());
    for (key, kid, refusal) in [
        (&one, None, Refusal::UnknownKey),
        (&one, Some("3"), Refusal::UnknownKey),
        (&one, Some("2"), Refusal::BadSignature),
        (&ec(), Some("1"), Refusal::BadSignature),
    ] {
        let refused = verify(&keys, &signed(key, kid, &claims()));
        assert_eq!(refused, Err(refusal), "{kid:?}");
    }
}

#[test]
fn what_it_says_has_to_hold() {
    let key = ec();
    let keys = registered(&[&key]);
    let at = |seconds: i64| json!(now().as_second() + seconds);
    let other = "app_019306f4e0c07d3aa1b2c3d4e5f60719";
    for (name, value, outcome) in [
        ("aud", json!(TOKEN), Ok(())),
        ("aud", json!(["https://else.example", ISSUER]), Ok(())),
        (
            "aud",
            json!("https://else.example"),
            Err(Refusal::WrongAudience),
        ),
        ("aud", json!([]), Err(Refusal::WrongAudience)),
        (
            "aud",
            json!(format!("{ISSUER}/")),
            Err(Refusal::WrongAudience),
        ),
        ("aud", Value::Null, Err(Refusal::Malformed)),
        ("iss", json!(other), Err(Refusal::WrongClient)),
        ("sub", json!(other), Err(Refusal::WrongClient)),
        ("jti", Value::Null, Err(Refusal::Malformed)),
        ("jti", json!(""), Err(Refusal::Malformed)),
        ("jti", json!("x".repeat(257)), Err(Refusal::Malformed)),
        ("exp", Value::Null, Err(Refusal::Malformed)),
        ("exp", json!(i64::MAX), Err(Refusal::Malformed)),
        ("exp", at(-179), Ok(())),
        ("exp", at(-180), Err(Refusal::Expired)),
        ("exp", at(3600 + 180), Ok(())),
        ("exp", at(3600 + 181), Err(Refusal::TooLong)),
        ("iat", at(180), Ok(())),
        ("iat", at(181), Err(Refusal::NotYetValid)),
        ("nbf", at(181), Err(Refusal::NotYetValid)),
    ] {
        let mut said = claims();
        said[name] = value.clone();
        let verified = verify(&keys, &signed(&key, None, &said)).map(drop);
        assert_eq!(verified, outcome, "{name}: {value}");
    }
}

#[test]
fn a_jwk_set_holds_public_keys_that_can_be_told_apart() {
    use ClientKeysError::{Ambiguous, Count, NotAJwkSet, Private, RsaLength, Unsupported};
    let key = ec().jwk;
    let with = |name: &str, value: Value| {
        let mut jwk = key.clone();
        jwk[name] = value;
        jwk
    };
    let rsa = |bytes: usize| json!({"kty": "RSA", "e": "AQAB", "n": text(&vec![0xAB; bytes])});
    let for_encryption = with("use", json!("enc"));
    for (keys, outcome) in [
        (vec![key.clone()], None),
        (vec![for_encryption.clone(), key.clone()], None),
        (vec![with("kid", json!("a")), with("kid", json!("b"))], None),
        (vec![], Some(Count)),
        (vec![for_encryption], Some(Count)),
        (vec![json!(1)], Some(NotAJwkSet)),
        (vec![with("d", json!("AA"))], Some(Private(0))),
        (vec![json!({"kty": "oct", "k": "AA"})], Some(Private(0))),
        (vec![with("crv", json!("P-384"))], Some(Unsupported(0))),
        (vec![with("alg", json!("RS256"))], Some(Unsupported(0))),
        (vec![with("alg", json!("none"))], Some(Unsupported(0))),
        (vec![with("kid", json!(7))], Some(Unsupported(0))),
        (vec![with("x", json!("AA"))], Some(Unsupported(0))),
        (vec![rsa(255)], Some(RsaLength(0))),
        (vec![rsa(1025)], Some(RsaLength(0))),
        (vec![key.clone(), key.clone()], Some(Ambiguous)),
        (vec![key.clone(), with("kid", json!("a"))], Some(Ambiguous)),
        (
            vec![with("kid", json!("a")), with("kid", json!("a"))],
            Some(Ambiguous),
        ),
    ] {
        let parsed = ClientKeys::parse(&json!({ "keys": keys }));
        assert_eq!(parsed.err(), outcome, "{keys:?}");
    }
    for not in [json!(null), json!([]), json!({}), json!({"keys": {}})] {
        assert_eq!(ClientKeys::parse(&not).err(), Some(NotAJwkSet), "{not}");
    }
}

#[test]
fn whose_it_claims_to_be_is_read_without_belief() {
    let assertion = signed(&ec(), None, &claims());
    assert_eq!(unverified_client_of(&assertion), Some(client()));
    for not in ["", ".", "a.b.c", "..", &"x".repeat(10_000)] {
        assert_eq!(unverified_client_of(not), None, "{not}");
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_refused_without_panicking(text in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let keys = ClientKeys::parse(&json!({"keys": [{
            "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }]})).unwrap();
        let encoded = URL_SAFE_NO_PAD.encode(&bytes);
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#);
        for assertion in [text, format!("{header}.{encoded}.{encoded}"), format!("{encoded}.{encoded}.")] {
            prop_assert!(verify(&keys, &assertion).is_err());
            let _ = unverified_client_of(&assertion);
        }
        if let Ok(value) = serde_json::from_slice(&bytes) {
            let _ = ClientKeys::parse(&value);
        }
    }
}
