//! What people paste where a certificate is wanted, and what is made of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::x509::X509Req;
use vestibule_xmlsig::{
    Certificate, CertificateError, KeyError, KeyKind, SelfSignError, SigningKey,
};

use crate::common::{idp, pkey};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn certificate() -> Certificate {
    let (begin, end) = (
        time("2020-02-29T12:34:56.789Z"),
        time("2021-01-01T00:00:00Z"),
    );
    idp()
        .self_signed_certificate("idp.example.org", begin, end)
        .unwrap()
}

fn one(text: impl AsRef<[u8]>) -> Certificate {
    let mut all = Certificate::parse_all(text.as_ref()).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn refused(text: impl AsRef<[u8]>) -> CertificateError {
    Certificate::parse_all(text.as_ref()).unwrap_err()
}

#[test]
fn reads_a_certificate_however_it_was_pasted() {
    let certificate = certificate();
    let pem = certificate.to_pem();
    let base64 = certificate.to_base64_der();
    let wrapped: Vec<_> = base64
        .as_bytes()
        .chunks(76)
        .map(|c| std::str::from_utf8(c).unwrap())
        .collect();
    for text in [
        pem.clone(),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', " "),
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\n\n"),
        format!("\u{feff}{pem}"),
        format!("Bag Attributes\n    friendlyName: idp\n{pem}\ntrailing text"),
        pem.replace("CERTIFICATE", "X509 CERTIFICATE"),
        base64.clone(),
        wrapped.join("\r\n"),
        format!("\n\t {base64} \n"),
        base64.trim_end_matches('=').to_owned(),
        STANDARD.encode(&pem),
    ] {
        assert_eq!(one(&text), certificate, "{text}");
    }
    assert_eq!(one(certificate.as_der()), certificate);
}

#[test]
fn reads_several_in_their_order() {
    let other = attacker_certificate();
    let both = format!("{}{}", certificate_pem(), other.to_pem());
    let all = Certificate::parse_all(both.as_bytes()).unwrap();
    assert_eq!(all[1], other);
    assert_eq!(all.len(), 2);
    let many = other.to_pem().repeat(33);
    assert_eq!(
        refused(many),
        CertificateError::TooMany { count: 33, max: 32 }
    );
}

fn certificate_pem() -> String {
    certificate().to_pem()
}

fn attacker_certificate() -> Certificate {
    let (begin, end) = (time("2026-01-01T00:00:00Z"), time("2036-01-01T00:00:00Z"));
    crate::common::attacker()
        .self_signed_certificate("other", begin, end)
        .unwrap()
}

#[test]
fn names_what_was_pasted_instead() {
    let key = pkey(idp());
    let rsa = key.rsa().unwrap();
    let text = |pem: Vec<u8>| String::from_utf8(pem).unwrap();
    let mut request = X509Req::builder().unwrap();
    request.set_pubkey(&key).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    let request = request.build();
    let encrypted = rsa
        .private_key_to_pem_passphrase(openssl::symm::Cipher::aes_128_cbc(), b"secret")
        .unwrap();
    let private_der = STANDARD.encode(key.private_key_to_pkcs8().unwrap());
    let table = [
        (String::new(), CertificateError::Empty),
        (" \n\t".to_owned(), CertificateError::Empty),
        (
            text(key.private_key_to_pem_pkcs8().unwrap()),
            CertificateError::PrivateKey,
        ),
        (
            text(rsa.private_key_to_pem().unwrap()),
            CertificateError::PrivateKey,
        ),
        (text(encrypted), CertificateError::PrivateKey),
        (
            format!(
                "{}{}",
                certificate_pem(),
                text(key.private_key_to_pem_pkcs8().unwrap())
            ),
            CertificateError::PrivateKey,
        ),
        (private_der, CertificateError::PrivateKey),
        (
            STANDARD.encode(rsa.private_key_to_der().unwrap()),
            CertificateError::PrivateKey,
        ),
        (
            text(request.to_pem().unwrap()),
            CertificateError::CertificateRequest,
        ),
        (
            STANDARD.encode(request.to_der().unwrap()),
            CertificateError::CertificateRequest,
        ),
        (
            text(key.public_key_to_pem().unwrap()),
            CertificateError::PublicKey,
        ),
        (
            text(rsa.public_key_to_pem_pkcs1().unwrap()),
            CertificateError::PublicKey,
        ),
        (
            STANDARD.encode(key.public_key_to_der().unwrap()),
            CertificateError::PublicKey,
        ),
        (
            "ssh-rsa AAAAB3NzaC1yc2E= ada@host".to_owned(),
            CertificateError::PublicKey,
        ),
        ("<md:EntityDescriptor/>".to_owned(), CertificateError::Xml),
        (
            "\u{feff}<?xml version='1.0'?><a/>".to_owned(),
            CertificateError::Xml,
        ),
        (
            STANDARD.encode("<EntityDescriptor/>"),
            CertificateError::Xml,
        ),
        (
            "https://idp.example.org/metadata".to_owned(),
            CertificateError::Url,
        ),
        (
            "-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----".to_owned(),
            CertificateError::Pkcs7,
        ),
        (
            "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----".to_owned(),
            CertificateError::UnknownBlock { block: 1 },
        ),
        ("hello".to_owned(), CertificateError::Malformed { block: 1 }),
        ("!!!".to_owned(), CertificateError::Malformed { block: 1 }),
        (
            "-----BEGIN CERTIFICATE-----".to_owned(),
            CertificateError::Malformed { block: 1 },
        ),
        (
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----".to_owned(),
            CertificateError::Malformed { block: 1 },
        ),
        (
            certificate_pem() + &certificate_pem().replace('M', "N"),
            CertificateError::Malformed { block: 2 },
        ),
        (
            certificate_pem().replace("-----END CERTIFICATE-----", ""),
            CertificateError::Malformed { block: 1 },
        ),
    ];
    for (text, expected) in table {
        assert_eq!(refused(&text), expected, "{text}");
    }
    let der = key.private_key_to_pkcs8().unwrap();
    assert_eq!(refused(der), CertificateError::PrivateKey);
    let mut trailing = certificate().as_der().to_vec();
    trailing.push(0);
    assert_eq!(refused(trailing), CertificateError::Malformed { block: 1 });
    let long = vec![b'A'; 512 * 1024 + 1];
    assert!(matches!(refused(long), CertificateError::TooLarge { .. }));
}

#[test]
fn no_refusal_repeats_what_was_pasted() {
    let key = String::from_utf8(pkey(idp()).private_key_to_pem_pkcs8().unwrap()).unwrap();
    let secret = key.lines().nth(1).unwrap();
    let error = refused(&key);
    assert!(!format!("{error} {error:?}").contains(secret));
}

#[test]
fn says_what_it_carries() {
    let certificate = certificate();
    assert_eq!(certificate.subject(), "CN=idp.example.org");
    assert_eq!(certificate.issuer(), "CN=idp.example.org");
    assert_eq!(certificate.key_kind(), KeyKind::Rsa { bits: 2048 });
    assert_eq!(certificate.not_before(), time("2020-02-29T12:34:56Z"));
    assert_eq!(certificate.not_after(), time("2021-01-01T00:00:00Z"));
    assert_eq!(certificate.fingerprint_sha256().len(), 64);
    assert_eq!(
        certificate.key_fingerprint().unwrap(),
        *idp().verifying_key().fingerprint()
    );
    assert_eq!(certificate.verifying_key().unwrap(), idp().verifying_key());
    let renewed = idp()
        .self_signed_certificate(
            "renewed",
            time("2026-01-01T00:00:00Z"),
            time("2027-01-01T00:00:00Z"),
        )
        .unwrap();
    assert_ne!(renewed, certificate);
    assert_ne!(
        renewed.fingerprint_sha256(),
        certificate.fingerprint_sha256()
    );
    assert_eq!(renewed.key_fingerprint(), certificate.key_fingerprint());
}

#[test]
fn a_self_signed_certificate_is_what_it_should_be() {
    let certificate = certificate();
    let x509 = openssl::x509::X509::from_der(certificate.as_der()).unwrap();
    assert_eq!(x509.version(), 2);
    assert!(x509.verify(&pkey(idp())).unwrap());
    assert_eq!(
        x509.signature_algorithm().object().nid(),
        openssl::nid::Nid::SHA256WITHRSAENCRYPTION
    );
    let text = String::from_utf8(x509.to_text().unwrap()).unwrap();
    assert!(
        text.contains("X509v3 Basic Constraints: critical\n                CA:FALSE"),
        "{text}"
    );
    assert!(
        text.contains("Digital Signature, Key Encipherment"),
        "{text}"
    );
    let serials: std::collections::HashSet<_> = (0..20).map(|_| certificate_serial()).collect();
    assert_eq!(serials.len(), 20);
    assert!(serials.iter().all(|serial| serial.len() == 32));
    let ec = SigningKey::generate_ec_p256().unwrap();
    let (begin, end) = (time("2026-01-01T00:00:00Z"), time("2036-01-01T00:00:00Z"));
    let carrier = ec.self_signed_certificate("Žofie", begin, end).unwrap();
    assert_eq!(carrier.subject(), "CN=Žofie");
    assert_eq!(carrier.verifying_key().unwrap(), ec.verifying_key());
}

fn certificate_serial() -> String {
    certificate().serial().to_owned()
}

#[test]
fn refuses_to_make_nonsense() {
    let (begin, end) = (time("2026-01-01T00:00:00Z"), time("2036-01-01T00:00:00Z"));
    for name in ["", &"x".repeat(65)] {
        let error = idp().self_signed_certificate(name, begin, end).unwrap_err();
        assert_eq!(error, SelfSignError::CommonName);
    }
    let error = idp().self_signed_certificate("a", end, begin).unwrap_err();
    assert_eq!(error, SelfSignError::Validity);
}

#[test]
fn a_certificate_of_a_key_that_does_not_count_is_still_read() {
    let rsa = openssl::rsa::Rsa::generate(1024).unwrap();
    let weak = carrier_of(&PKey::from_rsa(rsa).unwrap(), MessageDigest::sha256());
    assert_eq!(weak.key_kind(), KeyKind::Rsa { bits: 1024 });
    assert_eq!(
        weak.verifying_key().unwrap_err(),
        KeyError::RsaTooShort { bits: 1024 }
    );
    let ed = carrier_of(&PKey::generate_ed25519().unwrap(), MessageDigest::null());
    assert_eq!(ed.key_kind(), KeyKind::Other);
    assert_eq!(ed.verifying_key().unwrap_err(), KeyError::Unsupported);
}

/// Without names, valid for the longest time that X.509 can tell.
fn carrier_of(key: &PKey<openssl::pkey::Private>, md: MessageDigest) -> Certificate {
    let mut builder = openssl::x509::X509::builder().unwrap();
    builder.set_pubkey(key).unwrap();
    let begin = openssl::asn1::Asn1Time::from_str("19500101000000Z").unwrap();
    let end = openssl::asn1::Asn1Time::from_str("99991231235959Z").unwrap();
    builder.set_not_before(&begin).unwrap();
    builder.set_not_after(&end).unwrap();
    builder.sign(key, md).unwrap();
    one(builder.build().to_der().unwrap())
}

#[test]
fn the_end_of_time_is_no_error() {
    let key = pkey(idp());
    let forever = carrier_of(&key, MessageDigest::sha1());
    assert_eq!(forever.not_before(), time("1950-01-01T00:00:00Z"));
    assert_eq!(forever.not_after(), Timestamp::MAX);
    assert_eq!(forever.subject(), "");
    assert!(
        forever.verifying_key().is_ok(),
        "flags, dates and SHA-1 in it decide nothing"
    );
}
