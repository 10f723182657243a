//! What something encrypted may look like. Everything here is decided without a key.

use super::MAX_ENCRYPTED_KEYS;
use crate::algorithm::DSIG_NS;
use crate::decrypt_error::DecryptError;
use crate::element::Element;
use crate::encryption::{
    ContentCipher, KeyTransport, OaepDigest, OaepMask, RSA_OAEP, RSA_OAEP_MGF1P, XENC_NS, XENC11_NS,
};
use crate::shape::decode_base64;
use crate::verify_error::excerpt;

/// What EncryptedData may say it replaces.
const TYPES: [&str; 2] = [
    "http://www.w3.org/2001/04/xmlenc#Element",
    "http://www.w3.org/2001/04/xmlenc#Content",
];

/// Something encrypted that is built as it must be.
pub(super) struct Encrypted {
    pub(super) cipher: ContentCipher,
    pub(super) content: Vec<u8>,
    pub(super) keys: Vec<EncryptedKey>,
}

/// A content key, encrypted for somebody.
pub(super) struct EncryptedKey {
    pub(super) transport: KeyTransport,
    pub(super) value: Vec<u8>,
}

const fn malformed(what: &'static str) -> DecryptError {
    DecryptError::Malformed { what }
}

impl Encrypted {
    /// Judges the EncryptedData in `element`, and the EncryptedKeys in its KeyInfo and beside it.
    pub(super) fn of(element: Element<'_>) -> Result<Self, DecryptError> {
        let data = only(element, "EncryptedData", "not exactly one EncryptedData")?;
        if data
            .attribute("Type")
            .is_some_and(|kind| !TYPES.contains(&&*kind))
        {
            return Err(malformed("a Type that is neither Element nor Content"));
        }
        let method = method(data)?;
        let algorithm = method.attribute("Algorithm").unwrap_or_default();
        let Some(cipher) = ContentCipher::from_uri(&algorithm) else {
            let algorithm = excerpt(&algorithm);
            return Err(DecryptError::Cipher { algorithm });
        };
        if method.children().next().is_some() {
            return Err(malformed("a parameter of the content's EncryptionMethod"));
        }
        let keys = keys(element, data)?;
        let content = cipher_value(data)?;
        Ok(Self {
            cipher,
            content,
            keys,
        })
    }
}

fn keys(element: Element<'_>, data: Element<'_>) -> Result<Vec<EncryptedKey>, DecryptError> {
    let found: Vec<Element<'_>> = data
        .children_named(DSIG_NS, "KeyInfo")
        .flat_map(|info| info.children_named(XENC_NS, "EncryptedKey"))
        .chain(element.children_named(XENC_NS, "EncryptedKey"))
        .take(MAX_ENCRYPTED_KEYS + 1)
        .collect();
    if found.is_empty() {
        return Err(DecryptError::NoEncryptedKey);
    }
    if found.len() > MAX_ENCRYPTED_KEYS {
        let (count, max) = (found.len(), MAX_ENCRYPTED_KEYS);
        return Err(DecryptError::TooManyEncryptedKeys { count, max });
    }
    let mut keys = Vec::with_capacity(found.len());
    let mut unsupported = None;
    for key in found {
        match transport(method(key)?) {
            Ok(transport) => keys.push(EncryptedKey {
                transport,
                value: cipher_value(key)?,
            }),
            Err(algorithm) => {
                unsupported.get_or_insert(algorithm);
            }
        }
    }
    match unsupported {
        Some(algorithm) if keys.is_empty() => Err(DecryptError::KeyTransport { algorithm }),
        _ => Ok(keys),
    }
}

/// RSA-OAEP and its parameters, or what else it is.
fn transport(method: Element<'_>) -> Result<KeyTransport, String> {
    let algorithm = method.attribute("Algorithm").unwrap_or_default();
    if !matches!(&*algorithm, RSA_OAEP_MGF1P | RSA_OAEP) {
        return Err(excerpt(&algorithm));
    }
    let (mut digest, mut mask) = (None, None);
    for parameter in method.children() {
        let named = parameter.attribute("Algorithm").unwrap_or_default();
        if parameter.is(DSIG_NS, "DigestMethod") && digest.is_none() {
            let known = OaepDigest::from_uri(&named);
            digest = Some(known.ok_or_else(|| format!("RSA-OAEP with {}", excerpt(&named)))?);
        } else if parameter.is(XENC11_NS, "MGF") && mask.is_none() && *algorithm == *RSA_OAEP {
            let known = OaepMask::from_uri(&named);
            mask = Some(known.ok_or_else(|| format!("RSA-OAEP with {}", excerpt(&named)))?);
        } else if parameter.is(XENC_NS, "OAEPparams")
            && parameter.text().is_some_and(|text| text.trim().is_empty())
        {
            // An empty label is none.
        } else {
            let name = excerpt(parameter.local_name());
            return Err(format!("RSA-OAEP with {name}"));
        }
        if parameter.children().next().is_some() {
            return Err("RSA-OAEP with a parameter inside a parameter".to_owned());
        }
    }
    Ok(KeyTransport {
        digest: digest.unwrap_or(OaepDigest::Sha1),
        mask: mask.unwrap_or(OaepMask::Sha1),
    })
}

fn method(of: Element<'_>) -> Result<Element<'_>, DecryptError> {
    only(of, "EncryptionMethod", "not exactly one EncryptionMethod")
}

fn cipher_value(of: Element<'_>) -> Result<Vec<u8>, DecryptError> {
    let data = only(of, "CipherData", "not exactly one CipherData")?;
    let value = only(data, "CipherValue", "not exactly one CipherValue")?;
    if data.children().count() != 1 {
        return Err(malformed("something beside the CipherValue"));
    }
    let Some(text) = value.text() else {
        return Err(malformed("a CipherValue with elements inside"));
    };
    decode_base64(&text).ok_or(malformed("a CipherValue that is not base64"))
}

/// The one child of this name.
fn only<'d>(
    parent: Element<'d>,
    name: &'static str,
    what: &'static str,
) -> Result<Element<'d>, DecryptError> {
    let mut found = parent.children_named(XENC_NS, name);
    match (found.next(), found.next()) {
        (Some(child), None) => Ok(child),
        _ => Err(malformed(what)),
    }
}
