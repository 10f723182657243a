//! Encrypted assertions: the ratio to the floor, which has the operation of the private key in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_saml::{Cbc, Keys};
use vestibule_xmlsig::{DecryptionKey, EncryptOptions, SignOptions, SigningKey, encrypt};

use crate::documents::{Content, response, signed};
use crate::floor::{Sealed, Signed, encrypted};
use crate::ratios::{Measured, heading};
use crate::support::{KEY, Sign, at, edit};
use crate::time::ROUNDS;

pub(crate) fn print() {
    println!(
        "The same with an assertion encrypted by AES-256-GCM for an RSA-2048 key; medians of {ROUNDS} rounds.\n"
    );
    heading();
    let ours = SigningKey::generate_rsa(2048).unwrap();
    for (attributes, groups) in [(0, 2), (16, 2), (0, 500)] {
        let content = Content { attributes, groups };
        for how in [Sign::Assertion, Sign::Response] {
            measure(content, how, &ours);
        }
    }
    println!();
}

fn between<'x>(xml: &'x str, begin: &str, end: &str) -> &'x str {
    let start = xml.find(begin).unwrap();
    let length = xml[start..].find(end).unwrap() + end.len();
    &xml[start..start + length]
}

fn measure(content: Content, how: Sign, ours: &SigningKey) {
    let (begin, end) = (at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"));
    let certificate = ours
        .self_signed_certificate("sp.example", begin, end)
        .unwrap();
    let xml = response(content);
    let clear = between(&xml, "<saml:Assertion ", "</saml:Assertion>");
    let declared = r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" "#;
    let mut assertion = clear.replacen("<saml:Assertion ", declared, 1);
    if how == Sign::Assertion {
        let options = SignOptions::default();
        assertion = KEY
            .sign_element(&assertion, "_assertion", &options)
            .unwrap();
    }
    let sealed = encrypt(
        assertion.as_bytes(),
        &[&certificate],
        &EncryptOptions::default(),
    );
    let sealed = format!(
        "<saml:EncryptedAssertion>{}</saml:EncryptedAssertion>",
        sealed.unwrap()
    );
    let mut xml = edit(&xml, clear, &sealed);
    if how == Sign::Response {
        xml = signed(&xml, how, &KEY);
    }
    let mut values = xml.split("CipherValue>").skip(1).step_by(2);
    let mut value = || values.next().unwrap().split('<').next().unwrap().to_owned();
    let key = DecryptionKey::from_pkcs8_der(&ours.to_pkcs8_der()).unwrap();
    let verifying = [KEY.verifying_key()];
    let at_the_floor = Sealed {
        key: key.clone(),
        wrapped: value(),
        content: value(),
        inside: (how == Sign::Assertion).then(|| Signed::new(&assertion, how, &verifying[0])),
        around: (how == Sign::Response).then(|| Signed::new(&xml, how, &verifying[0])),
    };
    let form_value = STANDARD.encode(&xml);
    let keys = Keys {
        verifying: &verifying,
        decryption: &[key],
        cbc: Cbc::Refuse,
    };
    let row = Measured::of(20_000 / (xml.len() + 4000) + 1, &form_value, &keys, || {
        encrypted(&form_value, &at_the_floor);
    });
    row.print("RSA-2048", &format!("{how:?}, encrypted"), xml.len());
}
