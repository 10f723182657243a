//! Which keys count, and what they say of themselves.

use openssl::bn::BigNum;
use openssl::dsa::Dsa;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use vestibule_xmlsig::{EcCurve, KeyError, KeyFingerprint, KeyKind, SigningKey, VerifyingKey};

use crate::common::{idp, pkey};

fn spki(key: Rsa<openssl::pkey::Public>) -> Vec<u8> {
    PKey::from_rsa(key).unwrap().public_key_to_der().unwrap()
}

#[test]
fn takes_rsa_from_2048_bits_and_the_three_curves() {
    let key = idp().verifying_key();
    assert_eq!(key.kind(), KeyKind::Rsa { bits: 2048 });
    assert_eq!(key.kind().to_string(), "RSA 2048");
    for (nid, curve, text) in [
        (Nid::X9_62_PRIME256V1, EcCurve::P256, "EC P-256"),
        (Nid::SECP384R1, EcCurve::P384, "EC P-384"),
        (Nid::SECP521R1, EcCurve::P521, "EC P-521"),
    ] {
        let key = EcKey::generate(&EcGroup::from_curve_name(nid).unwrap()).unwrap();
        let der = PKey::from_ec_key(key).unwrap().public_key_to_der().unwrap();
        let key = VerifyingKey::from_spki_der(&der).unwrap();
        assert_eq!(key.kind(), KeyKind::Ec { curve });
        assert_eq!(key.kind().to_string(), text);
    }
}

#[test]
fn refuses_weak_keys_by_name() {
    for bits in [512, 1024, 2047] {
        let key = Rsa::generate(bits).unwrap();
        let public =
            Rsa::from_public_components(key.n().to_owned().unwrap(), key.e().to_owned().unwrap());
        let error = VerifyingKey::from_spki_der(&spki(public.unwrap())).unwrap_err();
        assert_eq!(error, KeyError::RsaTooShort { bits });
    }
    let modulus = pkey(idp()).rsa().unwrap().n().to_owned().unwrap();
    for exponent in [1, 2, 65_536] {
        let exponent = BigNum::from_u32(exponent).unwrap();
        let public = Rsa::from_public_components(modulus.to_owned().unwrap(), exponent).unwrap();
        let error = VerifyingKey::from_spki_der(&spki(public)).unwrap_err();
        assert_eq!(error, KeyError::RsaExponent);
    }
    assert_eq!(
        SigningKey::generate_rsa(1024).unwrap_err(),
        KeyError::RsaTooShort { bits: 1024 }
    );
    assert_eq!(
        SigningKey::generate_rsa(20_000).unwrap_err(),
        KeyError::RsaTooLong { bits: 20_000 }
    );
}

#[test]
fn refuses_other_kinds_of_keys() {
    let koblitz = EcKey::generate(&EcGroup::from_curve_name(Nid::SECP256K1).unwrap()).unwrap();
    for der in [
        PKey::from_ec_key(koblitz)
            .unwrap()
            .public_key_to_der()
            .unwrap(),
        PKey::generate_ed25519()
            .unwrap()
            .public_key_to_der()
            .unwrap(),
        PKey::from_dsa(Dsa::generate(1024).unwrap())
            .unwrap()
            .public_key_to_der()
            .unwrap(),
    ] {
        assert_eq!(
            VerifyingKey::from_spki_der(&der).unwrap_err(),
            KeyError::Unsupported
        );
    }
}

#[test]
fn refuses_what_is_no_public_key() {
    let spki = idp().verifying_key().to_spki_der().unwrap();
    let mut trailing = spki.clone();
    trailing.push(0);
    let pkcs8 = idp().to_pkcs8_der();
    for der in [
        b"".as_slice(),
        b"\x30",
        b"\x30\x00",
        b"text",
        &trailing,
        &spki[1..],
        &pkcs8,
    ] {
        assert_eq!(
            VerifyingKey::from_spki_der(der).unwrap_err(),
            KeyError::Malformed
        );
    }
    assert_eq!(
        SigningKey::from_pkcs8_der(&spki).unwrap_err(),
        KeyError::Malformed
    );
    let mut trailing = pkcs8.to_vec();
    trailing.push(0);
    assert_eq!(
        SigningKey::from_pkcs8_der(&trailing).unwrap_err(),
        KeyError::Malformed
    );
}

#[test]
fn a_fingerprint_is_the_hash_of_the_key_and_reads_as_it_is_written() {
    let key = idp().verifying_key();
    let fingerprint = *key.fingerprint();
    let expected = openssl::sha::sha256(&key.to_spki_der().unwrap());
    assert_eq!(fingerprint.as_bytes(), &expected);
    let text = fingerprint.to_string();
    assert_eq!(text.len(), 64);
    assert!(
        text.bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
    );
    assert_eq!(text.parse::<KeyFingerprint>().unwrap(), fingerprint);
    assert_eq!(
        text.to_uppercase().parse::<KeyFingerprint>().unwrap(),
        fingerprint
    );
    let json = serde_json::to_string(&fingerprint).unwrap();
    assert_eq!(json, format!("\"{text}\""));
    assert_eq!(
        serde_json::from_str::<KeyFingerprint>(&json).unwrap(),
        fingerprint
    );
    for wrong in [
        "",
        "ab",
        &text[1..],
        &format!("{text}0"),
        &format!("+{}", &text[1..]),
    ] {
        assert!(wrong.parse::<KeyFingerprint>().is_err(), "{wrong}");
    }
}

#[test]
fn private_keys_make_the_round_trip_and_are_not_shown() {
    for key in [idp().clone(), SigningKey::generate_ec_p256().unwrap()] {
        let again = SigningKey::from_pkcs8_der(&key.to_pkcs8_der()).unwrap();
        assert_eq!(again.verifying_key(), key.verifying_key());
        assert_eq!(
            format!("{key:?}"),
            format!(
                "SigningKey({}, {})",
                key.kind(),
                key.verifying_key().fingerprint()
            )
        );
    }
}
