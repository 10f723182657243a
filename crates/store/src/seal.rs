//! Sealing: AES-256-GCM under the master key, each value bound to its place.
//!
//! A sealed value is base64 of version (1 byte), key id (4 bytes), nonce (12 bytes), ciphertext and
//! tag. The associated data is `table/row/column`, so a value copied to another row or column does
//! not open. The key id says which master key it was, so that keys can be rotated one day and a
//! wrong one is told from a changed value.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::StoreError;

const VERSION: u8 = 1;
const KEY_ID_LEN: usize = 4;

/// The master key: 32 bytes under which every secret in the database is sealed.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// Never shown.
impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// Makes a new one.
    ///
    /// # Errors
    /// [`StoreError::Crypto`] when the system has no randomness to give.
    pub fn generate() -> Result<Self, StoreError> {
        let mut key = Zeroizing::new([0; 32]);
        aws_lc_rs::rand::fill(key.as_mut()).or(Err(StoreError::Crypto))?;
        Ok(Self(key))
    }

    /// Reads one from base64 (standard alphabet); white space around it is ignored.
    ///
    /// # Errors
    /// [`StoreError::Config`] when it is not base64 of exactly 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, StoreError> {
        let refused = || StoreError::Config("the master key is not 32 bytes in base64".to_owned());
        let bytes = BASE64_STANDARD
            .decode(text.trim())
            .map(Zeroizing::new)
            .map_err(|_cause| refused())?;
        let mut key = Zeroizing::new([0; 32]);
        if bytes.len() != key.len() {
            return Err(refused());
        }
        key.copy_from_slice(&bytes);
        Ok(Self(key))
    }

    /// The key in base64, for the file it is kept in.
    #[must_use]
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_STANDARD.encode(self.0.as_slice()))
    }
}

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) row: &'a str,
    pub(crate) column: &'static str,
}

impl Place<'_> {
    fn aad(&self) -> Aad<String> {
        Aad::from(format!("{}/{}/{}", self.table, self.row, self.column))
    }

    fn refused(&self) -> StoreError {
        StoreError::Sealed {
            table: self.table,
            row: self.row.to_owned(),
            column: self.column,
        }
    }
}

/// The cipher, made ready once.
pub(crate) struct Vault {
    key: RandomizedNonceKey,
    id: [u8; KEY_ID_LEN],
}

impl Vault {
    pub(crate) fn new(master: &MasterKey) -> Result<Self, StoreError> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, master.0.as_slice())
            .or(Err(StoreError::Crypto))?;
        let mut digest: [u8; 32] = Sha256::new()
            .chain_update(b"vestibule master key id")
            .chain_update(master.0.as_slice())
            .finalize()
            .into();
        let id = digest.first_chunk().copied().unwrap_or_default();
        digest.zeroize();
        Ok(Self { key, id })
    }

    pub(crate) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<String, StoreError> {
        // Sealed where it lies, so that no copy of the plain text stays behind; with room for the
        // tag, so that the buffer does not move either.
        let mut secret = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
        secret.extend_from_slice(plain);
        let nonce = self
            .key
            .seal_in_place_append_tag(place.aad(), &mut secret)
            .map_err(|_cause| {
                secret.zeroize();
                StoreError::Crypto
            })?;
        let mut sealed = vec![VERSION];
        sealed.extend_from_slice(&self.id);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.extend_from_slice(&secret);
        Ok(BASE64_STANDARD.encode(sealed))
    }

    pub(crate) fn open(
        &self,
        place: Place<'_>,
        sealed: &str,
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let bytes = BASE64_STANDARD
            .decode(sealed)
            .map_err(|_cause| place.refused())?;
        let (&version, rest) = bytes.split_first().ok_or_else(|| place.refused())?;
        let (id, rest) = rest
            .split_first_chunk::<KEY_ID_LEN>()
            .ok_or_else(|| place.refused())?;
        let (nonce, rest) = rest
            .split_first_chunk::<NONCE_LEN>()
            .ok_or_else(|| place.refused())?;
        if version != VERSION {
            return Err(place.refused());
        }
        if *id != self.id {
            return Err(StoreError::WrongMasterKey);
        }
        let mut secret = Zeroizing::new(rest.to_vec());
        let length = self
            .key
            .open_in_place(Nonce::from(nonce), place.aad(), &mut secret)
            .map_err(|_cause| place.refused())?
            .len();
        secret.truncate(length);
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place<'static> = Place {
        table: "connections",
        row: "conn_1",
        column: "sp_private_key",
    };

    fn vault() -> Vault {
        Vault::new(&MasterKey::generate().unwrap()).unwrap()
    }

    #[test]
    fn opens_what_it_sealed_and_never_seals_the_same_twice() {
        let vault = vault();
        for plain in [&b""[..], b"a key", &[0xff; 3000]] {
            let sealed = vault.seal(HERE, plain).unwrap();
            assert_eq!(vault.open(HERE, &sealed).unwrap().as_slice(), plain);
            assert_ne!(vault.seal(HERE, plain).unwrap(), sealed);
        }
    }

    #[test]
    fn a_value_moved_to_another_row_or_column_does_not_open() {
        let vault = vault();
        let sealed = vault.seal(HERE, b"a key").unwrap();
        for elsewhere in [
            Place {
                row: "conn_2",
                ..HERE
            },
            Place {
                column: "name",
                ..HERE
            },
            Place {
                table: "signing_keys",
                ..HERE
            },
        ] {
            assert_eq!(
                vault.open(elsewhere, &sealed).unwrap_err(),
                elsewhere.refused()
            );
        }
    }

    #[test]
    fn a_changed_value_does_not_open_whichever_byte_it_is() {
        let vault = vault();
        let sealed = BASE64_STANDARD
            .decode(vault.seal(HERE, b"a key").unwrap())
            .unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(
                vault.open(HERE, &BASE64_STANDARD.encode(&changed)).is_err(),
                "byte {at}"
            );
            assert!(
                vault
                    .open(HERE, &BASE64_STANDARD.encode(&sealed[..at]))
                    .is_err(),
                "cut at {at}"
            );
        }
        assert!(vault.open(HERE, "no base64!").is_err());
    }

    #[test]
    fn another_master_key_is_named_as_the_reason() {
        let sealed = vault().seal(HERE, b"a key").unwrap();
        assert_eq!(
            vault().open(HERE, &sealed).unwrap_err(),
            StoreError::WrongMasterKey
        );
    }

    #[test]
    fn the_key_survives_base64_and_is_never_shown() {
        let key = MasterKey::generate().unwrap();
        let text = key.to_base64();
        let again = MasterKey::from_base64(&format!(" {}\n", *text)).unwrap();
        assert_eq!(key.0, again.0);
        assert!(!format!("{key:?}").contains(&**text));
        for wrong in ["", "AAAA", "not base64", &BASE64_STANDARD.encode([0; 33])] {
            let error = MasterKey::from_base64(wrong).unwrap_err();
            assert_eq!(
                error.to_string(),
                "database settings: the master key is not 32 bytes in base64"
            );
        }
    }
}
