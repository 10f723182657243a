//! Encrypted assertions and NameIDs: what is believed of them, and that nothing can be asked of them.

use std::sync::LazyLock;

use crate::attacks::between;
use crate::support::{IDP, KEY, RESPONSE, at, edit, expected, keys, now, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_saml::{
    Cbc, Check, Keys, Limits, Outcome, Refusal, Row, Side, SignIn, SignedPart, UnverifiedResponse,
    VerifiedAssertion,
};
use vestibule_xmlsig::{
    Certificate, ContentCipher, DecryptionKey, EncryptOptions, KeyPlace, KeyTransport, OaepDigest,
    OaepMask, SignOptions, SigningKey, encrypt,
};

/// Our key, its certificate, and those we had before.
pub(crate) struct Ours {
    key: SigningKey,
    pub(crate) certificate: Certificate,
    pub(crate) old: Certificate,
    old_key: SigningKey,
}

pub(crate) static OURS: LazyLock<Ours> = LazyLock::new(|| {
    let pair = |name: &str| {
        let key = SigningKey::generate_rsa(2048).unwrap();
        let (begin, end) = (at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"));
        let certificate = key.self_signed_certificate(name, begin, end).unwrap();
        (key, certificate)
    };
    let ((key, certificate), (old_key, old)) = (pair("sp now"), pair("sp then"));
    Ours {
        key,
        certificate,
        old,
        old_key,
    }
});

pub(crate) fn decryption_keys() -> Vec<DecryptionKey> {
    let key = DecryptionKey::from_pkcs8_der(&OURS.key.to_pkcs8_der()).unwrap();
    vec![key.carried_by(&OURS.certificate)]
}

fn judge(xml: &str, cbc: Cbc) -> Result<VerifiedAssertion<SignIn>, Refusal> {
    judge_with(xml, cbc, &decryption_keys())
}

fn judge_with(
    xml: &str,
    cbc: Cbc,
    decryption: &[DecryptionKey],
) -> Result<VerifiedAssertion<SignIn>, Refusal> {
    let verifying = keys();
    UnverifiedResponse::decode(&post(xml), &Limits::default())
        .unwrap()
        .verify(Keys {
            verifying: &verifying,
            decryption,
            cbc,
        })?
        .validate(&expected(), now())
}

#[track_caller]
fn refused(check: Check, xml: &str, cbc: Cbc) -> Row {
    match judge(xml, cbc) {
        Ok(_) => panic!("!!! ACCEPTED, and must not be:\n{xml}"),
        Err(refusal) => {
            let row = refusal.report.first_failure().unwrap().clone();
            assert_eq!(refusal.reason, check, "{row:#?}");
            row
        }
    }
}

const CBC: ContentCipher = ContentCipher::Aes128Cbc;

fn by(cipher: ContentCipher) -> EncryptOptions {
    EncryptOptions {
        cipher,
        ..EncryptOptions::default()
    }
}

/// The assertion as a document of its own.
fn assertion() -> String {
    let inside = between(RESPONSE, "<saml:Assertion ", "</saml:Assertion>");
    let declared = r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" "#;
    inside.replacen("<saml:Assertion ", declared, 1)
}

fn signed(xml: &str, id: &str) -> String {
    KEY.sign_element(xml, id, &SignOptions::default()).unwrap()
}

fn signed_assertion() -> String {
    signed(&assertion(), "_assertion")
}

/// The Response around something encrypted for us.
fn around(plain: &str, options: &EncryptOptions) -> String {
    around_encrypted(&encrypt(plain.as_bytes(), &[&OURS.certificate], options).unwrap())
}

fn around_encrypted(encrypted: &str) -> String {
    let clear = between(RESPONSE, "<saml:Assertion ", "</saml:Assertion>");
    let encrypted = format!("<saml:EncryptedAssertion>{encrypted}</saml:EncryptedAssertion>");
    edit(RESPONSE, clear, &encrypted)
}

/// Changes the bytes of the content.
fn change(xml: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let begin = xml.rfind("<xenc:CipherValue>").unwrap() + "<xenc:CipherValue>".len();
    let end = begin + xml[begin..].find('<').unwrap();
    let mut bytes = STANDARD.decode(&xml[begin..end]).unwrap();
    change(&mut bytes);
    format!("{}{}{}", &xml[..begin], STANDARD.encode(bytes), &xml[end..])
}

#[test]
fn an_encrypted_assertion_is_read_whichever_part_is_signed() {
    let sha256 = KeyTransport {
        digest: OaepDigest::Sha256,
        mask: OaepMask::Sha256,
    };
    for cipher in [ContentCipher::Aes128Gcm, ContentCipher::Aes256Gcm] {
        for transport in [KeyTransport::OAEP_SHA1, sha256] {
            for place in [KeyPlace::Inside, KeyPlace::Beside] {
                let options = EncryptOptions {
                    cipher,
                    transport,
                    place,
                    name_certificate: true,
                };
                for (xml, part) in [
                    (
                        signed(&around(&assertion(), &options), "_response"),
                        SignedPart::Response,
                    ),
                    (
                        signed(&around(&signed_assertion(), &options), "_response"),
                        SignedPart::Both,
                    ),
                    (around(&signed_assertion(), &options), SignedPart::Assertion),
                ] {
                    let accepted = judge(&xml, Cbc::Refuse).unwrap();
                    assert_eq!(accepted.name_id().unwrap().value, "u-4711");
                    assert_eq!(accepted.idp_entity_id(), IDP);
                    let learned = accepted.learned();
                    assert_eq!((learned.signed, learned.encrypted), (part, true));
                    let report = accepted.report();
                    let row = report.row(Check::Encryption).unwrap();
                    assert_eq!(row.outcome, Outcome::Pass);
                    let told = format!("{cipher}, its key by {transport}");
                    assert_eq!(row.received.as_deref(), Some(told.as_str()));
                    let weak = report.row(Check::WeakAlgorithm).unwrap().outcome;
                    let sha1 = transport == KeyTransport::OAEP_SHA1;
                    assert_eq!(weak, if sha1 { Outcome::Warn } else { Outcome::Pass });
                }
            }
        }
    }
}

#[test]
fn a_decrypted_assertion_is_verified_on_its_own_bytes_whatever_its_prefixes() {
    let foreign = assertion()
        .replace("saml:", "encas2:")
        .replace("xmlns:saml", "xmlns:encas2");
    let xml = around(&signed(&foreign, "_assertion"), &EncryptOptions::default());
    let accepted = judge(&xml, Cbc::Refuse).unwrap();
    assert_eq!(accepted.name_id().unwrap().value, "u-4711");
    // A prefix that only the Response around it declares is none inside.
    let bare = between(RESPONSE, "<saml:Assertion ", "</saml:Assertion>");
    let xml = signed(&around(bare, &EncryptOptions::default()), "_response");
    refused(Check::Encryption, &xml, Cbc::Refuse);
}

#[test]
fn what_nobody_signed_is_refused_though_it_could_be_decrypted() {
    let xml = around(&assertion(), &EncryptOptions::default());
    let row = refused(Check::Signature, &xml, Cbc::Refuse);
    assert_eq!(row.received.as_deref(), Some("neither is signed"));
    let other = SigningKey::generate_rsa(2048).unwrap();
    let forged = other
        .sign_element(&assertion(), "_assertion", &SignOptions::default())
        .unwrap();
    let xml = around(&forged, &EncryptOptions::default());
    refused(Check::AssertionSignature, &xml, Cbc::Refuse);
    // Nor does a good Response make up for a bad signature inside.
    for broken in [forged, edit(&signed_assertion(), ">u-4711<", ">admin<")] {
        let xml = signed(&around(&broken, &EncryptOptions::default()), "_response");
        refused(Check::AssertionSignature, &xml, Cbc::Refuse);
    }
}

#[test]
fn an_idp_that_encrypts_after_signing_is_named_and_nothing_is_decrypted() {
    let clear = signed(RESPONSE, "_response");
    let inside = between(&clear, "<saml:Assertion ", "</saml:Assertion>");
    let encrypted = encrypt(
        signed_assertion().as_bytes(),
        &[&OURS.certificate],
        &EncryptOptions::default(),
    )
    .unwrap();
    let late = edit(
        &clear,
        inside,
        &format!("<saml:EncryptedAssertion>{encrypted}</saml:EncryptedAssertion>"),
    );
    let row = refused(Check::ResponseSignature, &late, Cbc::Accept);
    assert!(
        row.received
            .unwrap()
            .contains("before the assertion inside it was encrypted")
    );
    assert!(row.remedy.unwrap().contains("sign after encrypting"));
    assert_eq!(row.side, Some(Side::IdentityProvider));
    let refusal = judge(&late, Cbc::Accept).unwrap_err();
    let encryption = refusal.report.row(Check::Encryption).unwrap();
    assert_eq!(encryption.outcome, Outcome::Skipped);
}

#[test]
fn around_an_encrypted_assertion_the_response_names_its_issuer() {
    let xml = around(&signed_assertion(), &EncryptOptions::default());
    let issuer = "<saml:Issuer>https://idp.example/entity</saml:Issuer><samlp:Status>";
    let without = edit(&xml, issuer, "<samlp:Status>");
    refused(Check::ResponseIssuer, &without, Cbc::Refuse);
}

#[test]
fn cbc_is_a_choice_and_warns() {
    let unsigned = around(&signed_assertion(), &by(CBC));
    let whole = signed(&around(&assertion(), &by(CBC)), "_response");
    for (cbc, unsigned_is, whole_is) in [
        (Cbc::Refuse, false, false),
        (Cbc::WithSignedResponse, false, true),
        (Cbc::Accept, true, true),
    ] {
        for (xml, accepted) in [(&unsigned, unsigned_is), (&whole, whole_is)] {
            match judge(xml, cbc) {
                Ok(assertion) => {
                    assert!(accepted, "{cbc:?}");
                    let row = assertion.report().row(Check::Encryption).unwrap();
                    assert_eq!(row.outcome, Outcome::Warn);
                    assert_eq!(row.side, Some(Side::IdentityProvider));
                    assert!(row.received.as_ref().unwrap().contains("AES-128-CBC"));
                }
                Err(refusal) => {
                    assert!(!accepted, "{cbc:?}");
                    assert_eq!(refusal.reason, Check::Encryption);
                    let row = refusal.report.first_failure().unwrap();
                    assert!(row.received.as_ref().unwrap().contains("AES-128-CBC"));
                    assert!(row.expected.as_ref().unwrap().contains("AES-256-GCM"));
                }
            }
        }
    }
    let triple = around(&signed_assertion(), &by(ContentCipher::Aes256Gcm)).replace(
        "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        "http://www.w3.org/2001/04/xmlenc#tripledes-cbc",
    );
    let row = refused(Check::Encryption, &triple, Cbc::Accept);
    assert!(row.received.unwrap().contains("tripledes-cbc"));
    let old = around(&signed_assertion(), &EncryptOptions::default())
        .replace("xmlenc#rsa-oaep-mgf1p", "xmlenc#rsa-1_5");
    let row = refused(Check::Encryption, &old, Cbc::Accept);
    assert!(row.received.unwrap().contains("rsa-1_5"));
}

/// Every probe of a padding oracle, and every other failure to decrypt, reads the same to the letter.
#[test]
fn no_report_tells_what_a_changed_ciphertext_decrypts_to() {
    let nameless = |cipher| EncryptOptions {
        name_certificate: false,
        ..by(cipher)
    };
    let gcm = around(&signed_assertion(), &nameless(ContentCipher::Aes128Gcm));
    let cbc = around(&signed_assertion(), &nameless(CBC));
    let mut probes = vec![
        change(&gcm, |bytes| *bytes.last_mut().unwrap() ^= 1),
        change(&gcm, |bytes| bytes[30] ^= 1),
        change(&gcm, |bytes| bytes.truncate(20)),
        change(&cbc, |bytes| bytes.truncate(bytes.len() - 16)),
        change(&cbc, |bytes| bytes.truncate(33)),
    ];
    for flip in 1..=255_u8 {
        // The padding, by way of the block before it.
        probes.push(change(&cbc, |bytes| {
            let at = bytes.len() - 17;
            bytes[at] ^= flip;
        }));
    }
    // A byte of the first block, by way of the initialisation vector.
    probes.push(change(&cbc, |bytes| bytes[1] ^= b's' ^ b't'));
    let stranger = encrypt(
        signed_assertion().as_bytes(),
        &[&OURS.old],
        &nameless(ContentCipher::Aes128Gcm),
    );
    probes.push(around_encrypted(&stranger.unwrap()));
    let unsigned = assertion();
    let inside = signed_assertion().replace(
        "</saml:AttributeStatement>",
        "</saml:AttributeStatement><saml:Advice><saml:Assertion/></saml:Advice>",
    );
    for plain in [
        "",
        "no XML",
        "<a>",
        "<a/>",
        "<Assertion/>",
        "<a:b/>",
        "<!DOCTYPE a><a/>",
        RESPONSE,
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\"/>",
    ] {
        probes.push(around(plain, &nameless(ContentCipher::Aes128Gcm)));
        probes.push(around(plain, &nameless(CBC)));
    }
    // What anybody may have changed and is no assertion of the IdP's is no better than noise.
    for plain in [unsigned, inside] {
        probes.push(around(&plain, &nameless(CBC)));
    }
    let first = judge(&probes[0], Cbc::Accept).unwrap_err();
    let row = first.report.first_failure().unwrap();
    assert_eq!(row.check, Check::Encryption);
    assert_eq!(row.received.as_deref(), Some("it could not be decrypted"));
    assert!(
        row.expected
            .as_ref()
            .unwrap()
            .contains(OURS.certificate.fingerprint_sha256())
    );
    for probe in &probes {
        let refusal = judge(probe, Cbc::Accept).unwrap_err();
        assert_eq!(refusal, first, "{probe}");
        assert_eq!(
            serde_json::to_string(&refusal.report).unwrap(),
            serde_json::to_string(&first.report).unwrap()
        );
    }
}

/// A typical mistake, and what is said of it.
pub(crate) fn for_an_old_certificate() -> (String, Refusal) {
    let encrypted = encrypt(
        signed_assertion().as_bytes(),
        &[&OURS.old],
        &EncryptOptions::default(),
    );
    let xml = around_encrypted(&encrypted.unwrap());
    let refusal = judge(&xml, Cbc::Refuse).unwrap_err();
    (xml, refusal)
}

#[test]
fn encrypted_for_an_old_certificate_both_certificates_are_told() {
    let (xml, refusal) = for_an_old_certificate();
    let row = refusal.report.first_failure().unwrap().clone();
    assert_eq!(row.check, Check::Encryption);
    let (expected, received) = (row.expected.unwrap(), row.received.unwrap());
    assert!(
        expected.contains(OURS.certificate.fingerprint_sha256()),
        "{expected}"
    );
    assert!(received.contains("sp then"), "{received}");
    assert!(
        received.contains(OURS.old.fingerprint_sha256()),
        "{received}"
    );
    // While the old key is kept beside the new one, both work.
    let old = DecryptionKey::from_pkcs8_der(&OURS.old_key.to_pkcs8_der()).unwrap();
    let mut both = decryption_keys();
    both.push(old);
    judge_with(&xml, Cbc::Refuse, &both).unwrap();
    judge_with(
        &around(&signed_assertion(), &EncryptOptions::default()),
        Cbc::Refuse,
        &both,
    )
    .unwrap();
}

#[test]
fn an_assertion_inside_an_encrypted_one_is_refused() {
    for inside in ["<saml:Assertion/>", "<saml:EncryptedAssertion/>"] {
        let nested = assertion().replace(
            "<saml:AuthnStatement ",
            &format!("<saml:Advice>{inside}</saml:Advice><saml:AuthnStatement "),
        );
        for xml in [
            around(&signed(&nested, "_assertion"), &EncryptOptions::default()),
            signed(&around(&nested, &EncryptOptions::default()), "_response"),
        ] {
            refused(Check::AssertionCount, &xml, Cbc::Refuse);
        }
    }
}

#[test]
fn one_assertion_in_all_encrypted_or_not() {
    let one = around(&signed_assertion(), &EncryptOptions::default());
    let encrypted = between(
        &one,
        "<saml:EncryptedAssertion>",
        "</saml:EncryptedAssertion>",
    );
    let twice = edit(&one, encrypted, &encrypted.repeat(2));
    refused(Check::AssertionCount, &twice, Cbc::Refuse);
    let clear = between(RESPONSE, "<saml:Assertion ", "</saml:Assertion>");
    let beside = edit(&one, encrypted, &format!("{clear}{encrypted}"));
    refused(Check::AssertionCount, &beside, Cbc::Refuse);
    let hidden = edit(
        &one,
        "<samlp:Status>",
        &format!("<samlp:Extensions>{encrypted}</samlp:Extensions><samlp:Status>"),
    );
    refused(Check::AssertionCount, &hidden, Cbc::Refuse);
}

#[test]
fn an_encrypted_name_id_is_read_from_signed_bytes() {
    let name_id = between(RESPONSE, "<saml:NameID ", "</saml:NameID>");
    let standalone = name_id.replacen(
        "<saml:NameID ",
        r#"<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" "#,
        1,
    );
    let with = |plain: &str, cipher| {
        let encrypted = encrypt(plain.as_bytes(), &[&OURS.certificate], &by(cipher)).unwrap();
        let id = format!("<saml:EncryptedID>{encrypted}</saml:EncryptedID>");
        edit(RESPONSE, name_id, &id)
    };
    let xml = with(&standalone, ContentCipher::Aes256Gcm);
    for signed_xml in [signed(&xml, "_assertion"), signed(&xml, "_response")] {
        let accepted = judge(&signed_xml, Cbc::Refuse).unwrap();
        assert_eq!(accepted.name_id().unwrap().value, "u-4711");
        let row = accepted.report().row(Check::Encryption).unwrap();
        assert!(row.received.as_ref().unwrap().contains("AES-256-GCM"));
    }
    // Inside an encrypted assertion as well.
    let inner = between(&xml, "<saml:Assertion ", "</saml:Assertion>").replacen(
        "<saml:Assertion ",
        r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" "#,
        1,
    );
    let nested = signed(&around(&inner, &EncryptOptions::default()), "_response");
    assert_eq!(
        judge(&nested, Cbc::Refuse)
            .unwrap()
            .name_id()
            .unwrap()
            .value,
        "u-4711"
    );

    let cbc = signed(&with(&standalone, CBC), "_assertion");
    refused(Check::NameId, &cbc, Cbc::Refuse);
    let accepted = judge(&cbc, Cbc::WithSignedResponse).unwrap();
    assert_eq!(
        accepted.report().row(Check::Encryption).unwrap().outcome,
        Outcome::Warn
    );
    for plain in ["", "<a/>", "u-4711", "<NameID>u-4711</NameID>"] {
        let xml = signed(&with(plain, ContentCipher::Aes256Gcm), "_assertion");
        refused(Check::NameId, &xml, Cbc::Refuse);
    }
    let broken = change(&xml, |bytes| bytes[20] ^= 1);
    let row = refused(Check::NameId, &signed(&broken, "_assertion"), Cbc::Refuse);
    assert!(row.expected.unwrap().starts_with("a NameID encrypted for"));
    assert!(
        row.received
            .unwrap()
            .starts_with("it could not be decrypted")
    );
}
