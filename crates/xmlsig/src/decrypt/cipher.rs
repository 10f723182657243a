//! The ciphers of content.

use openssl::symm::{Cipher, Crypter, Mode, decrypt_aead};
use zeroize::Zeroizing;

use crate::encryption::ContentCipher;

/// The initialisation vector of GCM (XML Encryption 1.1 §5.2.4).
const GCM_IV: usize = 12;
/// The tag at the end of GCM.
const GCM_TAG: usize = 16;
/// The block of AES, and the initialisation vector of CBC.
const BLOCK: usize = 16;

/// What came out of a cipher.
pub(super) struct Plain {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Whether its padding is as it must be. Until the bytes have been looked at, nobody asks.
    pub(super) intact: bool,
}

/// Decrypts; none where the cipher says that the content was changed, or cannot be its output.
pub(super) fn decrypt(cipher: ContentCipher, key: &[u8], content: &[u8]) -> Option<Plain> {
    match cipher {
        ContentCipher::Aes128Gcm => gcm(Cipher::aes_128_gcm(), key, content),
        ContentCipher::Aes256Gcm => gcm(Cipher::aes_256_gcm(), key, content),
        ContentCipher::Aes128Cbc => cbc(Cipher::aes_128_cbc(), key, content),
        ContentCipher::Aes256Cbc => cbc(Cipher::aes_256_cbc(), key, content),
    }
}

fn gcm(cipher: Cipher, key: &[u8], content: &[u8]) -> Option<Plain> {
    let (iv, rest) = content.split_at_checked(GCM_IV)?;
    let (body, tag) = rest.split_at_checked(rest.len().checked_sub(GCM_TAG)?)?;
    let bytes = decrypt_aead(cipher, key, Some(iv), &[], body, tag).ok()?;
    Some(Plain {
        bytes: Zeroizing::new(bytes),
        intact: true,
    })
}

/// The last byte says how many were added, 1 to 16; the others may be anything (XML Encryption 1.1
/// §5.2).
fn cbc(cipher: Cipher, key: &[u8], content: &[u8]) -> Option<Plain> {
    let (iv, body) = content.split_at_checked(BLOCK)?;
    if body.is_empty() || !body.len().is_multiple_of(BLOCK) {
        return None;
    }
    let mut crypter = Crypter::new(cipher, Mode::Decrypt, key, Some(iv)).ok()?;
    crypter.pad(false);
    let mut bytes = Zeroizing::new(vec![0_u8; body.len() + BLOCK]);
    let written = crypter.update(body, &mut bytes).ok()?;
    let more = crypter.finalize(bytes.get_mut(written..)?).ok()?;
    bytes.truncate(written + more);
    let padding = usize::from(*bytes.last()?);
    let intact = (1..=BLOCK).contains(&padding);
    let kept = bytes.len() - if intact { padding } else { BLOCK };
    bytes.truncate(kept);
    Some(Plain { bytes, intact })
}
