//! What is decrypted, and that every failure which depends on a key is one and the same.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_xmlsig::{
    Certificate, Ciphers, ContentCipher, DecryptError, Decrypted, DecryptionKey, EncryptOptions,
    KeyError, KeyPlace, KeyTransport, Limits, MAX_DECRYPTION_KEYS, MAX_ENCRYPTED_KEYS, OaepDigest,
    OaepMask, SigningKey, decrypt, encrypt,
};

use crate::common::{SAML, assertion, attacker, idp, parse};

fn certificate(key: &SigningKey) -> Certificate {
    let at = |text: &str| text.parse().unwrap();
    key.self_signed_certificate("sp", at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"))
        .unwrap()
}

/// Ours, and another one.
fn certificates() -> &'static (Certificate, Certificate) {
    static CERTIFICATES: OnceLock<(Certificate, Certificate)> = OnceLock::new();
    CERTIFICATES.get_or_init(|| (certificate(idp()), certificate(attacker())))
}

fn key(of: &SigningKey) -> DecryptionKey {
    DecryptionKey::from_pkcs8_der(&of.to_pkcs8_der()).unwrap()
}

fn encrypted(plain: &[u8], options: &EncryptOptions) -> String {
    wrapped(&encrypt(plain, &[&certificates().0], options).unwrap())
}

fn wrapped(xml: &str) -> String {
    format!(r#"<saml:EncryptedAssertion xmlns:saml="{SAML}">{xml}</saml:EncryptedAssertion>"#)
}

fn open(xml: &str, keys: &[DecryptionKey], ciphers: Ciphers) -> Result<Decrypted, DecryptError> {
    decrypt(parse(xml).root(), keys, ciphers, &Limits::default())
}

fn ours(xml: &str) -> Result<Decrypted, DecryptError> {
    open(xml, &[key(idp())], Ciphers::WithCbc)
}

const CBC: EncryptOptions = EncryptOptions {
    cipher: ContentCipher::Aes128Cbc,
    transport: KeyTransport::OAEP_SHA1,
    place: KeyPlace::Inside,
    name_certificate: false,
};

/// Changes the bytes of the last CipherValue, which is the content's.
fn change(xml: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let begin = xml.rfind("<xenc:CipherValue>").unwrap() + "<xenc:CipherValue>".len();
    let end = begin + xml[begin..].find('<').unwrap();
    let mut bytes = STANDARD.decode(&xml[begin..end]).unwrap();
    change(&mut bytes);
    format!("{}{}{}", &xml[..begin], STANDARD.encode(bytes), &xml[end..])
}

#[test]
fn every_cipher_is_decrypted_with_every_key_transport() {
    for &cipher in ContentCipher::ALL {
        for &digest in OaepDigest::ALL {
            for &mask in OaepMask::ALL {
                for place in [KeyPlace::Inside, KeyPlace::Beside] {
                    let transport = KeyTransport { digest, mask };
                    let options = EncryptOptions {
                        cipher,
                        transport,
                        place,
                        name_certificate: true,
                    };
                    let xml = encrypted(assertion("ada").as_bytes(), &options);
                    let opened = ours(&xml).unwrap();
                    assert_eq!((opened.cipher(), opened.transport()), (cipher, transport));
                    let document = opened.into_document();
                    assert!(document.root().is(SAML, "Assertion"));
                    assert!(document.root().deep_text().contains("ada"));
                }
            }
        }
    }
}

#[test]
fn content_of_every_length_is_kept_whole() {
    for length in 0..40 {
        let plain = format!("<a>{}</a>", "x".repeat(length));
        for &cipher in ContentCipher::ALL {
            let options = EncryptOptions { cipher, ..CBC };
            let opened = ours(&encrypted(plain.as_bytes(), &options)).unwrap();
            assert_eq!(opened.document().root().deep_text().len(), length);
        }
    }
}

#[test]
fn the_parameters_of_key_transport_have_defaults() {
    let xml = encrypted(b"<a/>", &EncryptOptions::default());
    let digest = r#"<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>"#;
    assert!(xml.contains(digest));
    for with in [
        "",
        "<xenc:OAEPparams/>",
        "<xenc:OAEPparams> </xenc:OAEPparams>",
    ] {
        ours(&xml.replace(digest, with)).unwrap();
    }
    // And neither has the newer identifier to name them.
    let newer = xml.replace(digest, "").replace(
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        "http://www.w3.org/2009/xmlenc11#rsa-oaep",
    );
    ours(&newer).unwrap();
    for kind in [
        "http://www.w3.org/2001/04/xmlenc#Element\"",
        "http://www.w3.org/2001/04/xmlenc#Content\"",
    ] {
        let typed = "Type=\"http://www.w3.org/2001/04/xmlenc#Element\"";
        ours(&xml.replace(typed, &format!("Type=\"{kind}"))).unwrap();
        ours(&xml.replace(typed, "")).unwrap();
    }
}

#[test]
fn several_keys_and_several_recipients_are_tried() {
    let (own, other) = certificates();
    let plain = assertion("ada");
    let for_both = encrypt(plain.as_bytes(), &[other, own], &EncryptOptions::default()).unwrap();
    let stranger = key(&SigningKey::generate_rsa(2048).unwrap());
    for keys in [
        vec![key(idp())],
        vec![key(attacker())],
        vec![stranger.clone(), key(idp())],
    ] {
        open(&wrapped(&for_both), &keys, Ciphers::Authenticated).unwrap();
    }
    let refused = open(&wrapped(&for_both), &[stranger], Ciphers::Authenticated).unwrap_err();
    assert_eq!(refused, DecryptError::Failed);

    // One that we cannot read stands before one that we can.
    let one = encrypted(plain.as_bytes(), &EncryptOptions::default());
    let begin = one.find("<xenc:EncryptedKey").unwrap();
    let end = one.find("</xenc:EncryptedKey>").unwrap() + "</xenc:EncryptedKey>".len();
    let foreign = one[begin..end].replace("xmlenc#rsa-oaep-mgf1p", "xmlenc#rsa-1_5");
    let mixed = format!("{}{foreign}{}", &one[..begin], &one[begin..]);
    ours(&mixed).unwrap();
    let many = format!(
        "{}{}",
        &one[..begin],
        one[begin..].replacen(
            &one[begin..end],
            &one[begin..end].repeat(MAX_ENCRYPTED_KEYS + 1),
            1
        )
    );
    assert!(matches!(
        ours(&many).unwrap_err(),
        DecryptError::TooManyEncryptedKeys { .. }
    ));
    let keys = vec![key(idp()); MAX_DECRYPTION_KEYS + 1];
    assert!(matches!(
        open(&one, &keys, Ciphers::WithCbc).unwrap_err(),
        DecryptError::TooManyKeys { .. }
    ));
    assert_eq!(
        open(&one, &[], Ciphers::WithCbc).unwrap_err(),
        DecryptError::NoKeys
    );
}

#[test]
fn every_failure_that_depends_on_a_key_is_one() {
    let plain = assertion("ada");
    let gcm = encrypted(plain.as_bytes(), &EncryptOptions::default());
    let cbc = encrypted(plain.as_bytes(), &CBC);
    let stranger = [key(attacker())];
    let first_value = |xml: &str| {
        // The key's value comes first; another one of the same length.
        let begin = xml.find("<xenc:CipherValue>").unwrap() + "<xenc:CipherValue>".len();
        let end = begin + xml[begin..].find('<').unwrap();
        format!(
            "{}{}{}",
            &xml[..begin],
            STANDARD.encode([7; 256]),
            &xml[end..]
        )
    };
    let mut cases = vec![
        (
            "a GCM tag",
            change(&gcm, |bytes| *bytes.last_mut().unwrap() ^= 1),
        ),
        ("GCM content", change(&gcm, |bytes| bytes[20] ^= 1)),
        ("a GCM nonce", change(&gcm, |bytes| bytes[0] ^= 1)),
        ("GCM too short", change(&gcm, |bytes| bytes.truncate(27))),
        ("GCM without anything", change(&gcm, Vec::clear)),
        ("a key of GCM", first_value(&gcm)),
        ("a key of CBC", first_value(&cbc)),
        (
            "CBC not in blocks",
            change(&cbc, |bytes| bytes.truncate(bytes.len() - 1)),
        ),
        (
            "CBC without a block",
            change(&cbc, |bytes| bytes.truncate(16)),
        ),
        (
            "CBC cut",
            change(&cbc, |bytes| bytes.truncate(bytes.len() - 16)),
        ),
        ("CBC content", change(&cbc, |bytes| bytes[40] ^= 1)),
    ];
    for flip in [1, 2, 16, 64, 128, 255_u8] {
        let padding = change(&cbc, |bytes| {
            let at = bytes.len() - 17;
            bytes[at] ^= flip;
        });
        cases.push(("CBC padding", padding));
    }
    for bad in [
        "",
        "not XML",
        "<a>",
        "<a></b>",
        "<b:a/>",
        "\u{0}",
        "<!DOCTYPE a><a/>",
        "<a/><a/>",
        "<?x?><a/>",
    ] {
        cases.push((
            "GCM of no document",
            encrypted(bad.as_bytes(), &EncryptOptions::default()),
        ));
        cases.push(("CBC of no document", encrypted(bad.as_bytes(), &CBC)));
    }
    cases.push((
        "deeper than anything",
        encrypted("<a>".repeat(500).as_bytes(), &EncryptOptions::default()),
    ));
    for (what, xml) in &cases {
        assert_eq!(ours(xml).unwrap_err(), DecryptError::Failed, "{what}");
    }
    for xml in [&gcm, &cbc] {
        let error = open(xml, &stranger, Ciphers::WithCbc).unwrap_err();
        assert_eq!(error, DecryptError::Failed);
    }
    // A key of the wrong length for the cipher that is named.
    let longer = gcm.replace("#aes256-gcm", "#aes128-gcm");
    assert_eq!(ours(&longer).unwrap_err(), DecryptError::Failed);
}

#[test]
fn what_can_be_told_without_a_key_is_named() {
    let gcm = encrypted(b"<a/>", &EncryptOptions::default());
    let cbc = encrypted(b"<a/>", &CBC);
    let stranger = [key(attacker())];
    let error = |xml: &str| open(xml, &stranger, Ciphers::Authenticated).unwrap_err();
    assert_eq!(
        error(&cbc),
        DecryptError::Cbc {
            cipher: ContentCipher::Aes128Cbc
        }
    );
    for other in [
        "http://www.w3.org/2001/04/xmlenc#tripledes-cbc",
        "http://www.w3.org/2001/04/xmlenc#aes192-cbc",
        "http://www.w3.org/2009/xmlenc11#AES256-GCM",
        "",
    ] {
        let xml = gcm.replace("http://www.w3.org/2009/xmlenc11#aes256-gcm", other);
        let algorithm = other.to_owned();
        assert_eq!(error(&xml), DecryptError::Cipher { algorithm });
    }
    for (from, to) in [
        ("xmlenc#rsa-oaep-mgf1p", "xmlenc#rsa-1_5"),
        ("xmldsig#sha1", "xmldsig-more#md5"),
        (
            "<ds:DigestMethod",
            "<xenc:OAEPparams>Zm9v</xenc:OAEPparams><ds:DigestMethod",
        ),
        ("<ds:DigestMethod", "<ds:Odd/><ds:DigestMethod"),
        (
            "<ds:DigestMethod",
            r#"<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><ds:DigestMethod"#,
        ),
        (
            "<ds:DigestMethod",
            r#"<m:MGF xmlns:m="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"/><ds:DigestMethod"#,
        ),
    ] {
        assert!(gcm.contains(from), "{from}");
        let xml = gcm.replace(from, to).replace(
            "<ds:Odd/>",
            r#"<ds:Odd xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>"#,
        );
        assert!(
            matches!(error(&xml), DecryptError::KeyTransport { .. }),
            "{to}"
        );
    }
    let begin = gcm.find("<ds:KeyInfo").unwrap();
    let end = gcm.rfind("</ds:KeyInfo>").unwrap() + "</ds:KeyInfo>".len();
    let keyless = format!("{}{}", &gcm[..begin], &gcm[end..]);
    assert_eq!(error(&keyless), DecryptError::NoEncryptedKey);
    let retrieval = format!(
        r#"{}<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:RetrievalMethod URI="http://127.0.0.1/"/></ds:KeyInfo>{}"#,
        &gcm[..begin],
        &gcm[end..]
    );
    assert_eq!(error(&retrieval), DecryptError::NoEncryptedKey);
    for (from, to) in [
        (
            "<xenc:CipherData>",
            "<xenc:CipherData><xenc:CipherReference URI=\"x\"/>",
        ),
        ("<xenc:CipherValue>", "<xenc:CipherValue><xenc:x/>"),
        ("<xenc:CipherValue>", "<xenc:CipherValue>!"),
        ("xenc:CipherValue>", "xenc:Other>"),
        (
            "#aes256-gcm\"/>",
            "#aes256-gcm\"><xenc:KeySize>8</xenc:KeySize></xenc:EncryptionMethod>",
        ),
        (
            "Type=\"http://www.w3.org/2001/04/xmlenc#Element\"",
            "Type=\"urn:other\"",
        ),
        ("EncryptedData", "EncryptedThing"),
    ] {
        assert!(gcm.contains(from), "{from}");
        let malformed = error(&gcm.replace(from, to));
        assert!(matches!(malformed, DecryptError::Malformed { .. }), "{to}");
    }
    let twice = wrapped(
        &encrypt(b"<a/>", &[&certificates().0], &EncryptOptions::default())
            .unwrap()
            .repeat(2),
    );
    assert!(matches!(error(&twice), DecryptError::Malformed { .. }));
    assert!(matches!(error("<a/>"), DecryptError::Malformed { .. }));
}

#[test]
fn a_decryption_key_is_an_rsa_key_and_shows_its_fingerprint_alone() {
    let own = key(idp());
    assert_eq!(own.fingerprint(), idp().verifying_key().fingerprint());
    assert_eq!(
        format!("{own:?}"),
        format!("DecryptionKey({})", own.fingerprint())
    );
    assert_eq!(own.certificate_fingerprint(), None);
    let carried = own.carried_by(&certificates().0);
    assert_eq!(
        carried.certificate_fingerprint(),
        Some(certificates().0.fingerprint_sha256())
    );
    let elliptic = SigningKey::generate_ec_p256().unwrap().to_pkcs8_der();
    assert_eq!(
        DecryptionKey::from_pkcs8_der(&elliptic).unwrap_err(),
        KeyError::Unsupported
    );
    let short = openssl::rsa::Rsa::generate(1024)
        .and_then(openssl::pkey::PKey::from_rsa)
        .and_then(|key| key.private_key_to_pkcs8())
        .unwrap();
    assert_eq!(
        DecryptionKey::from_pkcs8_der(&short).unwrap_err(),
        KeyError::RsaTooShort { bits: 1024 }
    );
    for junk in [&b""[..], b"junk", b"0\x03\x02\x01\x00"] {
        assert_eq!(
            DecryptionKey::from_pkcs8_der(junk).unwrap_err(),
            KeyError::Malformed
        );
    }
}
