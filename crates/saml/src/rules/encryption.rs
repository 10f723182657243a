//! What is encrypted: opening it, and what to say when that fails.

use vestibule_xmlsig::{
    Ciphers, DecryptError, Decrypted, DecryptionKey, Element, Limits, OaepDigest, OaepMask, decrypt,
};

use super::signature::claimed_certificate;
use crate::check::Check;
use crate::keys::{Cbc, Keys};
use crate::names::ns;
use crate::remedies::Fix;
use crate::report::Row;

/// Something that was encrypted for us.
pub(crate) struct Opened {
    pub(crate) decrypted: Decrypted,
    /// Whether a signature vouches for the ciphertext.
    pub(crate) vouched: bool,
}

impl Opened {
    /// Whether somebody could have changed the ciphertext, to learn from our answer.
    pub(crate) fn is_malleable(&self) -> bool {
        self.decrypted.cipher().is_cbc() && !self.vouched
    }

    /// That it could be opened, with the algorithms named; AES-CBC is told every time (IIP-ALG05).
    pub(crate) fn row(&self) -> Row {
        let (cipher, transport) = (self.decrypted.cipher(), self.decrypted.transport());
        let row = if cipher.is_cbc() {
            Row::warn(Check::Encryption)
                .expected("AES-128-GCM or AES-256-GCM")
                .mend(Fix::EncryptionAlgorithm)
        } else {
            Row::pass(Check::Encryption)
        };
        row.received(format!("{cipher}, its key by {transport}"))
    }

    /// Whether SHA-1 is in it. It does no harm in RSA-OAEP.
    pub(crate) fn uses_sha1(&self) -> bool {
        let transport = self.decrypted.transport();
        transport.digest == OaepDigest::Sha1 || transport.mask == OaepMask::Sha1
    }
}

/// Opens an EncryptedAssertion or EncryptedID. `vouched`: it was taken from bytes that a signature
/// covers.
pub(crate) fn open(
    check: Check,
    encrypted: Element<'_>,
    keys: &Keys<'_>,
    vouched: bool,
    limits: &Limits,
) -> Result<Opened, Row> {
    let ciphers = match keys.cbc {
        Cbc::Accept => Ciphers::WithCbc,
        Cbc::WithSignedResponse if vouched => Ciphers::WithCbc,
        Cbc::Refuse | Cbc::WithSignedResponse => Ciphers::Authenticated,
    };
    match decrypt(encrypted, keys.decryption, ciphers, limits) {
        Ok(decrypted) => Ok(Opened { decrypted, vouched }),
        Err(error) => Err(failure(check, encrypted, keys, &error)),
    }
}

/// One text for everything that depends on a key: nobody shall learn what a changed ciphertext
/// decrypts to. What stands in it is clear text.
pub(crate) fn failed(check: Check, encrypted: Element<'_>, keys: &Keys<'_>) -> Row {
    let what = match check {
        Check::NameId => "a NameID",
        _ => "an assertion",
    };
    let mut expected = format!("{what} encrypted for one of our certificates: ");
    for (number, key) in keys.decryption.iter().enumerate() {
        if number > 0 {
            expected.push_str(", ");
        }
        expected.push_str(&name(key));
    }
    let claimed = encrypted_keys(encrypted).find_map(claimed_certificate);
    let received = match claimed {
        None => "it could not be decrypted".to_owned(),
        Some(certificate) => format!(
            "it could not be decrypted; the message names the certificate {} with the SHA-256 \
             fingerprint {}",
            certificate.subject(),
            certificate.fingerprint_sha256()
        ),
    };
    Row::fail(check)
        .expected(expected)
        .received(received)
        .mend(Fix::EncryptionKey)
}

fn name(key: &DecryptionKey) -> String {
    match key.certificate_fingerprint() {
        Some(fingerprint) => fingerprint.to_owned(),
        None => format!("that of the key {}", key.fingerprint()),
    }
}

fn encrypted_keys(encrypted: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    let data = encrypted.children_named(ns::XENC, "EncryptedData");
    data.flat_map(|data| data.children_named(ns::DSIG, "KeyInfo"))
        .flat_map(|info| info.children_named(ns::XENC, "EncryptedKey"))
        .chain(encrypted.children_named(ns::XENC, "EncryptedKey"))
}

fn failure(check: Check, encrypted: Element<'_>, keys: &Keys<'_>, error: &DecryptError) -> Row {
    let what = encrypted.local_name();
    let row = Row::fail(check).received(error.to_string());
    match error {
        DecryptError::Failed => failed(check, encrypted, keys),
        DecryptError::NoKeys => {
            let (expected, of) = match check {
                Check::NameId => ("a NameID that is not encrypted", "the NameID"),
                _ => ("an assertion that is not encrypted", "assertions"),
            };
            Row::fail(check)
                .expected(expected)
                .received(format!("an {what}"))
                .mend(Fix::EncryptionOff(of))
        }
        DecryptError::Cbc { cipher } => row
            .expected("AES-128-GCM or AES-256-GCM")
            .received(match keys.cbc {
                Cbc::WithSignedResponse => {
                    format!("{cipher}, in a Response that is not signed itself")
                }
                Cbc::Refuse | Cbc::Accept => cipher.to_string(),
            })
            .mend(Fix::EncryptionAlgorithm),
        DecryptError::Cipher { algorithm } => row
            .expected("AES-128-GCM or AES-256-GCM")
            .received(algorithm)
            .mend(Fix::EncryptionAlgorithm),
        DecryptError::KeyTransport { algorithm } => row
            .expected("RSA-OAEP, with nothing unusual about it")
            .received(algorithm)
            .mend(Fix::EncryptionAlgorithm),
        _ => row
            .expected(format!("an {what} as XML Encryption has it"))
            .mend(Fix::Software),
    }
}
