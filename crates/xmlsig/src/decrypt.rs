//! From something encrypted to a document, by one's own keys.

mod cipher;
mod encrypted;

use std::fmt;

use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use zeroize::Zeroizing;

use crate::decrypt_error::DecryptError;
use crate::decryption_key::DecryptionKey;
use crate::document::Document;
use crate::element::Element;
use crate::encryption::{Ciphers, ContentCipher, KeyTransport};
use crate::ffi;
use crate::limits::Limits;
use encrypted::{Encrypted, EncryptedKey};

/// How many keys [`decrypt`] tries: twice what a roll-over needs.
pub const MAX_DECRYPTION_KEYS: usize = 4;
/// How many EncryptedKeys [`decrypt`] tries; one for each recipient of the message.
pub const MAX_ENCRYPTED_KEYS: usize = 8;

/// What something encrypted held: a document of its own. It says nothing of who encrypted it:
/// anybody can, for the key is public.
pub struct Decrypted {
    document: Document,
    cipher: ContentCipher,
    transport: KeyTransport,
}

impl Decrypted {
    /// The content, as a document of its own.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The same, handed over.
    #[must_use]
    pub fn into_document(self) -> Document {
        self.document
    }

    /// How the content was encrypted.
    #[must_use]
    pub fn cipher(&self) -> ContentCipher {
        self.cipher
    }

    /// How its key was.
    #[must_use]
    pub fn transport(&self) -> KeyTransport {
        self.transport
    }
}

impl fmt::Debug for Decrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decrypted({}, {})", self.cipher, self.transport)
    }
}

/// Decrypts the `xenc:EncryptedData` that is the child of `element` (an EncryptedAssertion, say), by
/// any of `keys`, and reads it within `limits`.
///
/// The EncryptedKeys stand in its KeyInfo or beside it; every one is tried with every key, also when
/// one has fitted already. Nothing else of KeyInfo is followed, no reference is, and a Recipient
/// means nothing. When no key fits, a random one goes on in its place, and all fails where a changed
/// content fails.
///
/// # Errors
///
/// [`DecryptError`]: what can be told from the clear text by name, and [`DecryptError::Failed`] for
/// everything else. XML Encryption 1.1 §4.4, §5.2, §5.5; SAML Core §2.3.4, §6.
pub fn decrypt(
    element: Element<'_>,
    keys: &[DecryptionKey],
    ciphers: Ciphers,
    limits: &Limits,
) -> Result<Decrypted, DecryptError> {
    ffi::ready()?;
    if keys.is_empty() {
        return Err(DecryptError::NoKeys);
    }
    let encrypted = Encrypted::of(element)?;
    if encrypted.cipher.is_cbc() && ciphers == Ciphers::Authenticated {
        let cipher = encrypted.cipher;
        return Err(DecryptError::Cbc { cipher });
    }
    if keys.len() > MAX_DECRYPTION_KEYS {
        let (count, max) = (keys.len(), MAX_DECRYPTION_KEYS);
        return Err(DecryptError::TooManyKeys { count, max });
    }
    let decrypted = open(&encrypted, keys, limits);
    ffi::drain_openssl_errors();
    decrypted.ok_or(DecryptError::Failed)
}

fn open(encrypted: &Encrypted, keys: &[DecryptionKey], limits: &Limits) -> Option<Decrypted> {
    let cipher = encrypted.cipher;
    let mut content_key = Zeroizing::new(vec![0_u8; cipher.key_bytes()]);
    openssl::rand::rand_bytes(&mut content_key).ok()?;
    let mut used = None;
    for encrypted_key in &encrypted.keys {
        for key in keys {
            let opened = unwrap(encrypted_key, key);
            if let Some(opened) = opened.filter(|key| key.len() == cipher.key_bytes()) {
                content_key = opened;
                used = Some(encrypted_key.transport);
            }
        }
    }
    let plain = cipher::decrypt(cipher, &content_key, &encrypted.content)?;
    // Bad padding is read like any other content, and refused after it.
    let document = Document::parse(&plain.bytes, limits).ok();
    match (document, used) {
        (Some(document), Some(transport)) if plain.intact => Some(Decrypted {
            document,
            cipher,
            transport,
        }),
        _ => None,
    }
}

/// RSA-OAEP with an empty label.
fn unwrap(encrypted: &EncryptedKey, key: &DecryptionKey) -> Option<Zeroizing<Vec<u8>>> {
    let mut context = PkeyCtx::new(key.private()).ok()?;
    context.decrypt_init().ok()?;
    context.set_rsa_padding(Padding::PKCS1_OAEP).ok()?;
    context
        .set_rsa_oaep_md(encrypted.transport.digest.md())
        .ok()?;
    context
        .set_rsa_mgf1_md(encrypted.transport.mask.md())
        .ok()?;
    let mut opened = Zeroizing::new(Vec::new());
    context.decrypt_to_vec(&encrypted.value, &mut opened).ok()?;
    Some(opened)
}
