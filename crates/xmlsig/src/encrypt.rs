//! Encrypting, for tests and the test IdP: a service provider only ever decrypts.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::error::ErrorStack;
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use openssl::symm::{Cipher, Crypter, Mode, encrypt_aead};

use crate::certificate::Certificate;
use crate::encryption::{
    ContentCipher, KeyTransport, OaepMask, RSA_OAEP, RSA_OAEP_MGF1P, XENC_NS, XENC11_NS,
};
use crate::ffi;

/// Where an EncryptedKey stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the KeyInfo of the EncryptedData.
    Inside,
    /// After the EncryptedData, as with Okta.
    Beside,
}

/// How something is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptOptions {
    /// The cipher of the content.
    pub cipher: ContentCipher,
    /// How its key is encrypted.
    pub transport: KeyTransport,
    /// Where the encrypted key stands.
    pub place: KeyPlace,
    /// Whether the message names the certificate that it was encrypted for.
    pub name_certificate: bool,
}

impl Default for EncryptOptions {
    fn default() -> Self {
        Self {
            cipher: ContentCipher::Aes256Gcm,
            transport: KeyTransport::OAEP_SHA1,
            place: KeyPlace::Inside,
            name_certificate: true,
        }
    }
}

/// Nothing was encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it could not be encrypted")]
pub struct EncryptError;

/// Encrypts `plain` for the keys of `recipients`: the EncryptedData as text, with the EncryptedKeys
/// after it where the options say so, to be put into an EncryptedAssertion.
///
/// # Errors
///
/// [`EncryptError`] if a certificate holds no RSA key, or OpenSSL fails.
pub fn encrypt(
    plain: &[u8],
    recipients: &[&Certificate],
    options: &EncryptOptions,
) -> Result<String, EncryptError> {
    let encrypted = sealed(plain, recipients, options);
    ffi::drain_openssl_errors();
    encrypted.map_err(|_stack| EncryptError)
}

fn sealed(
    plain: &[u8],
    recipients: &[&Certificate],
    options: &EncryptOptions,
) -> Result<String, ErrorStack> {
    let mut key = vec![0_u8; options.cipher.key_bytes()];
    openssl::rand::rand_bytes(&mut key)?;
    let mut keys = String::new();
    for recipient in recipients {
        keys.push_str(&encrypted_key(&key, recipient, options)?);
    }
    let (inside, beside) = match options.place {
        KeyPlace::Inside => (
            format!(r#"<ds:KeyInfo xmlns:ds="{DSIG}">{keys}</ds:KeyInfo>"#),
            String::new(),
        ),
        KeyPlace::Beside => (String::new(), keys),
    };
    let value = STANDARD.encode(content(plain, &key, options.cipher)?);
    let uri = options.cipher.uri();
    Ok(format!(
        r#"<xenc:EncryptedData xmlns:xenc="{XENC_NS}" Type="{XENC_NS}Element"><xenc:EncryptionMethod Algorithm="{uri}"/>{inside}<xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>{beside}"#
    ))
}

const DSIG: &str = crate::algorithm::DSIG_NS;

fn encrypted_key(
    key: &[u8],
    recipient: &Certificate,
    options: &EncryptOptions,
) -> Result<String, ErrorStack> {
    let public = recipient.public_key()?;
    let mut context = PkeyCtx::new(&public)?;
    context.encrypt_init()?;
    context.set_rsa_padding(Padding::PKCS1_OAEP)?;
    context.set_rsa_oaep_md(options.transport.digest.md())?;
    context.set_rsa_mgf1_md(options.transport.mask.md())?;
    let mut value = Vec::new();
    context.encrypt_to_vec(key, &mut value)?;

    let mut xml = format!(r#"<xenc:EncryptedKey xmlns:xenc="{XENC_NS}">"#);
    let digest = options.transport.digest.uri();
    let digest = format!(r#"<ds:DigestMethod xmlns:ds="{DSIG}" Algorithm="{digest}"/>"#);
    // Writing to a String cannot fail.
    let _ = match options.transport.mask {
        OaepMask::Sha1 => write!(
            xml,
            r#"<xenc:EncryptionMethod Algorithm="{RSA_OAEP_MGF1P}">{digest}</xenc:EncryptionMethod>"#
        ),
        mask => write!(
            xml,
            r#"<xenc:EncryptionMethod Algorithm="{RSA_OAEP}">{digest}<xenc11:MGF xmlns:xenc11="{XENC11_NS}" Algorithm="{}"/></xenc:EncryptionMethod>"#,
            mask.uri()
        ),
    };
    if options.name_certificate {
        let _ = write!(
            xml,
            r#"<ds:KeyInfo xmlns:ds="{DSIG}"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"#,
            recipient.to_base64_der()
        );
    }
    let _ = write!(
        xml,
        "<xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>",
        STANDARD.encode(value)
    );
    Ok(xml)
}

/// The initialisation vector, the ciphertext and, with GCM, the tag.
fn content(plain: &[u8], key: &[u8], cipher: ContentCipher) -> Result<Vec<u8>, ErrorStack> {
    let mut tag = [0_u8; 16];
    match cipher {
        ContentCipher::Aes128Gcm | ContentCipher::Aes256Gcm => {
            let algorithm = if cipher == ContentCipher::Aes128Gcm {
                Cipher::aes_128_gcm()
            } else {
                Cipher::aes_256_gcm()
            };
            let mut content = vec![0_u8; 12];
            openssl::rand::rand_bytes(&mut content)?;
            let body = encrypt_aead(algorithm, key, Some(&content), &[], plain, &mut tag)?;
            content.extend_from_slice(&body);
            content.extend_from_slice(&tag);
            Ok(content)
        }
        ContentCipher::Aes128Cbc | ContentCipher::Aes256Cbc => {
            let algorithm = if cipher == ContentCipher::Aes128Cbc {
                Cipher::aes_128_cbc()
            } else {
                Cipher::aes_256_cbc()
            };
            let mut content = vec![0_u8; 16];
            openssl::rand::rand_bytes(&mut content)?;
            // The padding of PKCS #7 is one that XML Encryption allows.
            let mut crypter = Crypter::new(algorithm, Mode::Encrypt, key, Some(&content))?;
            let mut body = vec![0_u8; plain.len() + 32];
            let mut written = crypter.update(plain, &mut body)?;
            if let Some(rest) = body.get_mut(written..) {
                written += crypter.finalize(rest)?;
            }
            body.truncate(written);
            content.extend_from_slice(&body);
            Ok(content)
        }
    }
}
