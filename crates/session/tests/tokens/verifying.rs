//! Which access tokens count: all of ours, and nothing else.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use proptest::prelude::*;
use serde_json::{Value, json};
use vestibule_model::SigningAlgorithm::{Es256, Rs256};
use vestibule_session::{
    AccessClaims, Issuer, KeyRing, TokenError, issue, mint, verify_access_token,
    verify_access_token_of_any_audience, verify_id_token_with_jwks,
};

use crate::scene::{Scene, ec_key, issuer, keys, kid, later, now, part, rsa_key};

struct Issued {
    access_token: String,
    id_token: String,
    claims: Value,
}

fn issued() -> Issued {
    let scene = Scene::new();
    let session = mint(scene.vouched(), "openid", now())
        .unwrap()
        .session()
        .clone();
    let grant = scene.renewal(&session, &scene.admin, now());
    let set = issue(keys(), Es256, &issuer(), grant, &session, None, now()).unwrap();
    let claims = part(&set.access_token, 1);
    Issued {
        access_token: set.access_token,
        id_token: set.id_token.unwrap(),
        claims,
    }
}

fn verify(token: &str) -> Result<AccessClaims, TokenError> {
    verify_access_token(keys(), &issuer(), token, now())
}

/// A ring of one new key, and that key for signing what the mint itself never would.
fn forger() -> (KeyRing, EncodingKey) {
    let key = ec_key(now());
    let encoding = EncodingKey::from_ec_der(key.pkcs8());
    (KeyRing::new(vec![key, rsa_key(now())]).unwrap(), encoding)
}

/// The id of a ring's P-256 key.
fn ec_kid(ring: &KeyRing) -> &str {
    ring.signing_kid(Es256, now()).unwrap()
}

fn header(typ: &str, kid: &str) -> Header {
    let mut header = Header::new(Algorithm::ES256);
    header.typ = Some(typ.into());
    header.kid = Some(kid.into());
    header
}

fn raw(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.{}",
        part(header),
        part(claims),
        URL_SAFE_NO_PAD.encode(signature)
    )
}

#[test]
fn times_are_judged_by_now_and_nothing_else() {
    let token = issued().access_token;
    let at = |seconds| verify_access_token(keys(), &issuer(), &token, later(seconds)).map(|_| ());
    assert_eq!(at(0), Ok(()));
    assert_eq!(at(899), Ok(()));
    assert_eq!(at(900), Err(TokenError::Expired));
    assert_eq!(at(10_000_000), Err(TokenError::Expired));
    // Another replica's clock may be a little behind.
    assert_eq!(at(-60), Ok(()));
    assert_eq!(at(-61), Err(TokenError::NotYetValid));
}

#[test]
fn an_id_token_is_never_an_access_token() {
    assert_eq!(
        verify(&issued().id_token).unwrap_err(),
        TokenError::WrongType
    );
}

#[test]
fn the_type_has_to_be_there() {
    let (ring, key) = forger();
    let claims = issued().claims;
    for (typ, expected) in [
        (Some("at+jwt"), Ok(())),
        (Some("AT+JWT"), Ok(())),
        (Some("application/at+jwt"), Ok(())),
        (Some("JWT"), Err(TokenError::WrongType)),
        (Some(""), Err(TokenError::WrongType)),
        (Some("jwt+at"), Err(TokenError::WrongType)),
        (None, Err(TokenError::WrongType)),
    ] {
        let mut header = header("", ec_kid(&ring));
        header.typ = typ.map(str::to_owned);
        let token = jsonwebtoken::encode(&header, &claims, &key).unwrap();
        let result = verify_access_token(&ring, &issuer(), &token, now()).map(|_| ());
        assert_eq!(result, expected, "{typ:?}");
    }
}

#[test]
fn issuer_and_audience_have_to_be_ours() {
    let token = issued().access_token;
    for (iss, aud, expected) in [
        (
            "https://sso.example",
            "https://sso.example",
            TokenError::WrongAudience,
        ),
        (
            "https://sso.example/",
            "https://sso.example/api",
            TokenError::WrongIssuer,
        ),
    ] {
        let issuer = Issuer {
            issuer: iss.into(),
            access_audience: aud.into(),
        };
        assert_eq!(
            verify_access_token(keys(), &issuer, &token, now()).unwrap_err(),
            expected
        );
    }
    // Of several audiences ours has to be one (RFC 8707); introspection takes it either way.
    let (ring, key) = forger();
    for (aud, counts) in [
        (
            json!(["https://sso.example/api", "https://a.example"]),
            true,
        ),
        (json!(["https://a.example"]), false),
        (json!("https://a.example"), false),
        (json!([]), false),
    ] {
        let mut claims = issued().claims;
        claims["aud"] = aud.clone();
        let token = jsonwebtoken::encode(&header("at+jwt", ec_kid(&ring)), &claims, &key).unwrap();
        let verified = verify_access_token(&ring, &issuer(), &token, now()).map(drop);
        let expected = if counts {
            Ok(())
        } else {
            Err(TokenError::WrongAudience)
        };
        assert_eq!(verified, expected, "{aud}");
        assert!(verify_access_token_of_any_audience(&ring, &issuer(), &token, now()).is_ok());
    }
}

#[test]
fn a_claim_that_is_missing_or_of_another_kind_is_not_made_up() {
    let (ring, key) = forger();
    let good = issued().claims;
    let header = header("at+jwt", ec_kid(&ring));
    let verify = |claims: &Value| {
        let token = jsonwebtoken::encode(&header, claims, &key).unwrap();
        verify_access_token(&ring, &issuer(), &token, now()).map(|_| ())
    };
    assert_eq!(verify(&good), Ok(()));
    for name in good.as_object().unwrap().keys() {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        // What was shown may have no word for how strong it is.
        let without = match name.as_str() {
            "acr" => Ok(()),
            _ => Err(TokenError::Malformed),
        };
        assert_eq!(verify(&claims), without, "without {name}");
        claims[name] = json!({});
        assert_eq!(
            verify(&claims),
            Err(TokenError::Malformed),
            "{name} an object"
        );
    }
    let mut future = good;
    future["nbf"] = json!(later(61).as_second());
    assert_eq!(verify(&future), Err(TokenError::NotYetValid));
}

#[test]
fn the_tokens_own_word_on_the_algorithm_counts_for_nothing() {
    let Issued {
        access_token,
        claims,
        ..
    } = issued();
    let ec = kid(Es256);
    let signature = URL_SAFE_NO_PAD
        .decode(access_token.rsplit('.').next().unwrap())
        .unwrap();
    for alg in [
        "none", "None", "", "ES384", "HS256", "RS256", "PS256", "EdDSA",
    ] {
        for signature in [&[][..], &signature] {
            let header = json!({ "typ": "at+jwt", "alg": alg, "kid": ec });
            assert!(verify(&raw(&header, &claims, signature)).is_err(), "{alg}");
        }
    }
    // The classic: the public key as the secret of an HMAC.
    let jwk = keys().jwks(now())["keys"][0].clone();
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let point = [&[4][..], &coordinate("x"), &coordinate("y")].concat();
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some("at+jwt".into());
    header.kid = Some(ec.into());
    let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&point)).unwrap();
    assert_eq!(verify(&token).unwrap_err(), TokenError::WrongAlgorithm);
}

#[test]
fn a_key_verifies_by_its_own_algorithm_alone() {
    let Issued {
        access_token,
        id_token,
        claims,
    } = issued();
    let ec = ec_key(now());
    let rsa = rsa_key(now());
    let ring = crate::scene::ring_of(&[ec_key(now()), rsa_key(now())]);
    let (ec_kid, rsa_kid) = (ec_kid(&ring), ring.signing_kid(Rs256, now()).unwrap());
    let jwks = ring.jwks(now());
    let sign = |algorithm, kid: &str, typ: &str, claims: &Value, key: &EncodingKey| {
        let mut header = Header::new(algorithm);
        header.typ = Some(typ.into());
        header.kid = Some(kid.into());
        jsonwebtoken::encode(&header, claims, key).unwrap()
    };
    // RS256 under the id of a P-256 key, ES256 under that of an RSA key: by a stranger, and by the
    // very key of the other id.
    let rsa_pem = {
        use base64::engine::general_purpose::STANDARD;
        let der = STANDARD.encode(rsa.pkcs8());
        format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n")
    };
    let rsa_signs = EncodingKey::from_rsa_pem(rsa_pem.as_bytes()).unwrap();
    let ec_signs = EncodingKey::from_ec_der(ec.pkcs8());
    let id_claims = part(&id_token, 1);
    let (iss, client) = (issuer().issuer, claims["client_id"].as_str().unwrap());
    for (algorithm, kid, key) in [
        (Algorithm::RS256, ec_kid, &rsa_signs),
        (Algorithm::PS256, rsa_kid, &rsa_signs),
        (Algorithm::RS512, rsa_kid, &rsa_signs),
        (Algorithm::ES256, rsa_kid, &ec_signs),
    ] {
        let token = sign(algorithm, kid, "at+jwt", &claims, key);
        let refused = verify_access_token(&ring, &issuer(), &token, now()).unwrap_err();
        assert_eq!(
            refused,
            TokenError::WrongAlgorithm,
            "{algorithm:?} under {kid}"
        );
        let token = sign(algorithm, kid, "JWT", &id_claims, key);
        let refused = verify_id_token_with_jwks(&jwks, &iss, client, &token, now()).unwrap_err();
        assert_eq!(
            refused,
            TokenError::BadSignature,
            "{algorithm:?} under {kid}"
        );
    }
    // Honest is the same without the confusion.
    let honest = sign(Algorithm::RS256, rsa_kid, "at+jwt", &claims, &rsa_signs);
    assert!(verify_access_token(&ring, &issuer(), &honest, now()).is_ok());
    let honest = sign(Algorithm::RS256, rsa_kid, "JWT", &id_claims, &rsa_signs);
    assert!(verify_id_token_with_jwks(&jwks, &iss, client, &honest, now()).is_ok());

    // The RSA key's public part, in every way of writing it down, as the secret of an HMAC.
    let jwk = jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|jwk| jwk["kty"] == "RSA")
        .unwrap();
    let member = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    for secret in [
        member("n"),
        [member("n"), member("e")].concat(),
        jwk["n"].as_str().unwrap().as_bytes().to_vec(),
        jwk.to_string().into_bytes(),
    ] {
        let secret = EncodingKey::from_secret(&secret);
        let token = sign(Algorithm::HS256, rsa_kid, "at+jwt", &claims, &secret);
        let refused = verify_access_token(&ring, &issuer(), &token, now()).unwrap_err();
        assert_eq!(refused, TokenError::WrongAlgorithm);
        let token = sign(Algorithm::HS256, rsa_kid, "JWT", &id_claims, &secret);
        assert!(verify_id_token_with_jwks(&jwks, &iss, client, &token, now()).is_err());
    }
    let unsigned = json!({ "typ": "at+jwt", "alg": "none", "kid": rsa_kid });
    let signature = URL_SAFE_NO_PAD
        .decode(access_token.rsplit('.').next().unwrap())
        .unwrap();
    for signature in [&[][..], &signature] {
        let token = raw(&unsigned, &claims, signature);
        assert!(verify_access_token(&ring, &issuer(), &token, now()).is_err());
    }
}

#[test]
fn only_the_key_that_the_id_names_verifies_and_only_of_the_ring() {
    let claims = issued().claims;
    let (_, stranger) = forger();
    let sign = |header: &Header| jsonwebtoken::encode(header, &claims, &stranger).unwrap();
    let ours = kid(Es256);
    assert_eq!(
        verify(&sign(&header("at+jwt", ours))).unwrap_err(),
        TokenError::BadSignature
    );
    assert_eq!(
        verify(&sign(&header("at+jwt", "other"))).unwrap_err(),
        TokenError::UnknownKey
    );
    let mut without = header("at+jwt", "");
    without.kid = None;
    assert_eq!(verify(&sign(&without)).unwrap_err(), TokenError::UnknownKey);
    // A key that the token brings along is not even looked at.
    let (ring, _) = forger();
    let jwk = serde_json::from_value(ring.jwks(now())["keys"][0].clone()).unwrap();
    let mut bringing = header("at+jwt", ours);
    bringing.jwk = Some(jwk);
    assert_eq!(
        verify(&sign(&bringing)).unwrap_err(),
        TokenError::BadSignature
    );
}

#[test]
fn what_has_to_be_understood_and_is_not_refuses() {
    let (ring, key) = forger();
    let mut header = header("at+jwt", ec_kid(&ring));
    header.crit = Some(vec!["b64".into()]);
    let token = jsonwebtoken::encode(&header, &issued().claims, &key).unwrap();
    let result = verify_access_token(&ring, &issuer(), &token, now());
    assert_eq!(result.unwrap_err(), TokenError::Malformed);
}

#[test]
fn any_changed_character_refuses() {
    let token = issued().access_token;
    for (index, old) in token.char_indices() {
        let new = if old == 'A' { 'B' } else { 'A' };
        let mut changed = token.clone();
        changed.replace_range(index..=index, &new.to_string());
        assert!(verify(&changed).is_err(), "at {index}");
    }
    assert!(verify(&format!("{token}A")).is_err());
    assert!(verify(&format!("{token}.")).is_err());
    assert!(verify(&token.to_uppercase()).is_err());
}

#[test]
fn an_endless_token_is_not_decoded() {
    let token = format!("{}.{}", issued().access_token, "A".repeat(9000));
    assert_eq!(verify(&token).unwrap_err(), TokenError::Malformed);
}

proptest! {
    #[test]
    fn garbage_is_refused(token in ".{0,200}", parts in prop::collection::vec("[A-Za-z0-9_-]{0,60}", 0..5)) {
        prop_assert!(verify(&token).is_err());
        prop_assert!(verify(&parts.join(".")).is_err());
    }

    #[test]
    fn garbage_behind_a_good_header_is_refused(claims in "[A-Za-z0-9_-]{0,80}", signature in "[A-Za-z0-9_-]{86}") {
        let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": kid(Es256) });
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let token = format!("{header}.{claims}.{signature}");
        prop_assert!(verify(&token).is_err());
    }
}

#[test]
fn an_application_verifies_an_id_token_with_the_published_keys_alone() {
    let Issued {
        access_token,
        id_token,
        claims,
    } = issued();
    let client = claims["client_id"].as_str().unwrap();
    let (jwks, issuer) = (keys().jwks(now()), issuer().issuer);
    let verify = |token: &str, jwks: &Value, issuer: &str, client: &str, seconds| {
        verify_id_token_with_jwks(jwks, issuer, client, token, later(seconds))
    };
    let verified = verify(&id_token, &jwks, &issuer, client, 0).unwrap();
    assert_eq!(
        (&verified["sub"], &verified["email"]),
        (&claims["sub"], &json!("root@acme.example"))
    );
    let refused = |token: &str, jwks: &Value, issuer: &str, client: &str, seconds| {
        verify(token, jwks, issuer, client, seconds).unwrap_err()
    };
    let strangers = forger().0.jwks(now());
    assert_eq!(
        refused(&id_token, &strangers, &issuer, client, 0),
        TokenError::UnknownKey
    );
    let mut swapped = strangers;
    swapped["keys"][0]["kid"] = json!(kid(Es256));
    assert_eq!(
        refused(&id_token, &swapped, &issuer, client, 0),
        TokenError::BadSignature
    );
    let elsewhere = "https://elsewhere.example";
    assert_eq!(
        refused(&id_token, &jwks, elsewhere, client, 0),
        TokenError::WrongIssuer
    );
    assert_eq!(
        refused(&id_token, &jwks, &issuer, "app_other", 0),
        TokenError::WrongAudience
    );
    assert_eq!(
        refused(&access_token, &jwks, &issuer, client, 0),
        TokenError::WrongAudience
    );
    assert_eq!(
        refused(&id_token, &jwks, &issuer, client, 900),
        TokenError::Expired
    );
    assert_eq!(
        refused(&id_token, &jwks, &issuer, client, -61),
        TokenError::NotYetValid
    );
}
