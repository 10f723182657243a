//! Signatures over octets outside of XML: who made them, and what is none.

use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::sign::{Signer, Verifier};
use vestibule_xmlsig::{
    KeyKind, MAX_KEYS, SignError, SignatureAlgorithm, SigningKey, VerifyError, verify_octets,
};

use crate::common::{attacker, idp, pkey, trusted};

const OCTETS: &[u8] = b"SAMLRequest=fVLLTsMwEPwVy3c&RelayState=a%20b&SigAlg=http%3A%2F%2Fx";

fn digest(algorithm: SignatureAlgorithm) -> MessageDigest {
    match algorithm {
        SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::EcdsaSha256 => MessageDigest::sha256(),
        SignatureAlgorithm::RsaSha384 | SignatureAlgorithm::EcdsaSha384 => MessageDigest::sha384(),
        SignatureAlgorithm::RsaSha512 | SignatureAlgorithm::EcdsaSha512 => MessageDigest::sha512(),
    }
}

fn ec(nid: Nid) -> SigningKey {
    let key = EcKey::generate(&EcGroup::from_curve_name(nid).unwrap()).unwrap();
    let der = PKey::from_ec_key(key)
        .unwrap()
        .private_key_to_pkcs8()
        .unwrap();
    SigningKey::from_pkcs8_der(&der).unwrap()
}

/// A key of each kind; 2056 bits, because not every length is a multiple of 64.
fn keys() -> Vec<SigningKey> {
    let odd = PKey::from_rsa(Rsa::generate(2056).unwrap()).unwrap();
    let odd = SigningKey::from_pkcs8_der(&odd.private_key_to_pkcs8().unwrap()).unwrap();
    vec![
        idp().clone(),
        odd,
        ec(Nid::X9_62_PRIME256V1),
        ec(Nid::SECP384R1),
        ec(Nid::SECP521R1),
    ]
}

/// r and s out of their halves, as OpenSSL takes them.
fn to_der(halves: &[u8]) -> Vec<u8> {
    let (r, s) = halves.split_at(halves.len() / 2);
    let number = |bytes| BigNum::from_slice(bytes).unwrap();
    let signature = EcdsaSig::from_private_components(number(r), number(s)).unwrap();
    signature.to_der().unwrap()
}

fn is_ec(key: &SigningKey) -> bool {
    matches!(key.kind(), KeyKind::Ec { .. })
}

#[test]
fn every_key_signs_with_every_algorithm_of_its_kind_and_openssl_agrees() {
    for key in keys() {
        let private = pkey(&key);
        for algorithm in SignatureAlgorithm::ALL {
            let signed = key.sign_octets(algorithm, OCTETS);
            if is_ec(&key) != algorithm.to_string().starts_with("ECDSA") {
                let kind = key.kind();
                let wrong = SignError::WrongAlgorithm {
                    algorithm,
                    key: kind,
                };
                assert_eq!(signed.unwrap_err(), wrong);
                let error = verify_octets(OCTETS.to_vec(), b"x", algorithm, &[key.verifying_key()]);
                let none = VerifyError::NoKeyForAlgorithm { algorithm };
                assert_eq!(error.unwrap_err(), none);
                continue;
            }
            let signature = signed.unwrap();
            // Ours, by OpenSSL alone.
            let value = if is_ec(&key) {
                to_der(&signature)
            } else {
                signature.clone()
            };
            let mut verifier = Verifier::new(digest(algorithm), &private).unwrap();
            assert!(verifier.verify_oneshot(&value, OCTETS).unwrap());
            // Ours, by us, among other keys.
            let trusted = [attacker().verifying_key(), key.verifying_key()];
            let proof = verify_octets(OCTETS.to_vec(), &signature, algorithm, &trusted).unwrap();
            assert_eq!(proof.as_bytes(), OCTETS);
            assert_eq!(&proof.key(), key.verifying_key().fingerprint());
            assert_eq!(proof.algorithm(), algorithm);
        }
    }
}

#[test]
fn what_openssl_signs_is_verified() {
    for key in keys() {
        let private = pkey(&key);
        let algorithm = key.sha256_algorithm();
        let mut signer = Signer::new(digest(algorithm), &private).unwrap();
        let mut value = signer.sign_oneshot_to_vec(OCTETS).unwrap();
        if let KeyKind::Ec { .. } = key.kind() {
            let der = value.clone();
            let signature = EcdsaSig::from_der(&der).unwrap();
            let half = i32::try_from(private.bits().div_ceil(8)).unwrap();
            value = signature.r().to_vec_padded(half).unwrap();
            value.extend(signature.s().to_vec_padded(half).unwrap());
            let error = verify_octets(OCTETS.to_vec(), &der, algorithm, &[key.verifying_key()]);
            assert_eq!(
                error.unwrap_err(),
                VerifyError::WrongKey,
                "DER is not r and s"
            );
        }
        verify_octets(OCTETS.to_vec(), &value, algorithm, &[key.verifying_key()]).unwrap();
    }
}

#[test]
fn a_change_of_any_byte_of_octets_or_signature_refuses() {
    for key in [idp().clone(), ec(Nid::X9_62_PRIME256V1)] {
        let algorithm = key.sha256_algorithm();
        let signature = key.sign_octets(algorithm, OCTETS).unwrap();
        let keys = [key.verifying_key()];
        let refused = |octets: &[u8], signature: &[u8]| {
            let error = verify_octets(octets.to_vec(), signature, algorithm, &keys);
            assert_eq!(error.unwrap_err(), VerifyError::WrongKey);
        };
        for position in 0..OCTETS.len() {
            let mut octets = OCTETS.to_vec();
            octets[position] ^= 1;
            refused(&octets, &signature);
        }
        for position in 0..signature.len() {
            let mut changed = signature.clone();
            changed[position] ^= 1;
            refused(OCTETS, &changed);
        }
        // Signed nothing proves nothing; xmlsec does not even try.
        assert!(verify_octets(Vec::new(), &signature, algorithm, &keys).is_err());
        refused(OCTETS, b"");
        refused(OCTETS, &vec![0; signature.len()]);
        refused(OCTETS, &vec![0xff; signature.len()]);
        refused(OCTETS, &signature[1..]);
        refused(OCTETS, &[&[0], signature.as_slice()].concat());
        refused(OCTETS, &[signature.as_slice(), &[0]].concat());
        refused(OCTETS, &[&[0, 0], signature.as_slice()].concat());
    }
}

#[test]
fn an_ecdsa_half_of_zero_or_of_the_order_is_no_signature() {
    let key = ec(Nid::X9_62_PRIME256V1);
    let algorithm = SignatureAlgorithm::EcdsaSha256;
    let signature = key.sign_octets(algorithm, OCTETS).unwrap();
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let mut context = openssl::bn::BigNumContext::new().unwrap();
    let mut order = BigNum::new().unwrap();
    group.order(&mut order, &mut context).unwrap();
    let order = order.to_vec_padded(32).unwrap();
    let zero = vec![0; 32];
    let (r, s) = signature.split_at(32);
    for (r, s) in [
        (zero.as_slice(), s),
        (r, zero.as_slice()),
        (order.as_slice(), s),
        (r, order.as_slice()),
    ] {
        let value = [r, s].concat();
        let error = verify_octets(OCTETS.to_vec(), &value, algorithm, &[key.verifying_key()]);
        assert_eq!(error.unwrap_err(), VerifyError::WrongKey);
    }
}

#[test]
fn no_key_too_many_keys_and_the_wrong_key_are_told_apart() {
    let algorithm = SignatureAlgorithm::RsaSha256;
    let signature = idp().sign_octets(algorithm, OCTETS).unwrap();
    let verify = |keys: &[_]| verify_octets(OCTETS.to_vec(), &signature, algorithm, keys);
    assert_eq!(verify(&[]).unwrap_err(), VerifyError::NoKeys);
    let strangers = [attacker().verifying_key()];
    assert_eq!(verify(&strangers).unwrap_err(), VerifyError::WrongKey);
    let many = vec![trusted().remove(0); MAX_KEYS + 1];
    let (count, max) = (MAX_KEYS + 1, MAX_KEYS);
    let error = VerifyError::TooManyKeys { count, max };
    assert_eq!(verify(&many).unwrap_err(), error);
    verify(&trusted()).unwrap();
    let other = SignatureAlgorithm::RsaSha512;
    let error = verify_octets(OCTETS.to_vec(), &signature, other, &trusted());
    assert_eq!(error.unwrap_err(), VerifyError::WrongKey);
}

#[test]
fn an_algorithm_is_known_by_its_identifier_and_weak_ones_are_not_known() {
    for algorithm in SignatureAlgorithm::ALL {
        assert_eq!(
            SignatureAlgorithm::from_uri(algorithm.uri()).unwrap(),
            algorithm
        );
    }
    for uri in [
        "",
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2009/xmldsig11#dsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224",
        "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256 ",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ] {
        let algorithm = uri.to_owned();
        let error = SignatureAlgorithm::from_uri(uri).unwrap_err();
        assert_eq!(error, VerifyError::Algorithm { algorithm });
    }
    let hmac = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
    let error = SignatureAlgorithm::from_uri(hmac).unwrap_err();
    assert!(matches!(error, VerifyError::Hmac { .. }));
}
