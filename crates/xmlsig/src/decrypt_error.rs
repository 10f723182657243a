//! Why nothing was decrypted.

/// Why nothing was decrypted. Everything but [`DecryptError::Failed`] can be told from the clear
/// text of the message and the settings; all that depends on a key or on what was decrypted is that
/// one error, so that nobody can ask what a changed ciphertext decrypts to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// There is no key to decrypt with.
    #[error("there is no key to decrypt with")]
    NoKeys,
    /// More keys than are tried.
    #[error("{count} decryption keys are too many, at most {max} are tried")]
    TooManyKeys {
        /// How many.
        count: usize,
        /// The bound.
        max: usize,
    },
    /// Not built as XML Encryption has it.
    #[error("malformed encryption: {what}")]
    Malformed {
        /// What is wrong.
        what: &'static str,
    },
    /// The content's cipher is none that we decrypt (3DES, say).
    #[error("the content is encrypted with {algorithm}, which is not supported")]
    Cipher {
        /// Its identifier.
        algorithm: String,
    },
    /// The content's cipher is AES-CBC, and that is not accepted.
    #[error("the content is encrypted with {cipher}, which is not accepted")]
    Cbc {
        /// Which.
        cipher: crate::ContentCipher,
    },
    /// No EncryptedKey.
    #[error("there is no EncryptedKey")]
    NoEncryptedKey,
    /// More EncryptedKeys than are tried.
    #[error("{count} EncryptedKeys are too many, at most {max} are tried")]
    TooManyEncryptedKeys {
        /// How many.
        count: usize,
        /// The bound.
        max: usize,
    },
    /// No EncryptedKey is encrypted as we can decrypt; of the first: (RSA-1_5, say).
    #[error("the key is encrypted with {algorithm}, which is not supported")]
    KeyTransport {
        /// Its identifier, or what is unusual about it.
        algorithm: String,
    },
    /// It could not be decrypted: another key, other content, or not XML at all. There is no telling
    /// which.
    #[error("it could not be decrypted")]
    Failed,
    /// The C libraries could not be set up.
    #[error(transparent)]
    Init(#[from] crate::InitError),
}
