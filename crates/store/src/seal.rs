//! Sealing: AES-256-GCM under the master key, each value bound to its place.
//!
//! A sealed value is base64 of version (1 byte), key id (4 bytes), nonce (12 bytes), ciphertext and
//! tag. The associated data is `table/row/column`, so a value copied to another row or column does
//! not open. The key id says which master key it was, so that keys can be rotated
//! ([`reseal`](crate::Store::reseal)) and a wrong one is told from a changed value.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::StoreError;
use crate::audit_key::AuditKey;

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

    /// What names it in sealed values; says nothing about it.
    fn id(&self) -> KeyId {
        let mut digest: [u8; 32] = Sha256::new()
            .chain_update(b"vestibule master key id")
            .chain_update(self.0.as_slice())
            .finalize()
            .into();
        let id = digest.first_chunk().copied().unwrap_or_default();
        digest.zeroize();
        id
    }
}

/// The master keys of a deployment: the first seals, all of them open. There are several only while
/// the key is being rotated.
#[derive(Clone)]
pub struct MasterKeys(Vec<MasterKey>);

/// How many, never which.
impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKeys({} …)", self.0.len())
    }
}

impl From<MasterKey> for MasterKeys {
    fn from(key: MasterKey) -> Self {
        Self(vec![key])
    }
}

impl MasterKeys {
    /// Reads them, each as [`MasterKey::from_base64`] does, separated by commas or white space.
    ///
    /// # Errors
    /// [`StoreError::Config`] when there is none, when one is not base64 of exactly 32 bytes, or when
    /// one is there twice.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let words = text.split(|c: char| c == ',' || c.is_whitespace());
        let mut keys = Vec::new();
        let mut ids = Vec::new();
        for word in words.filter(|word| !word.is_empty()) {
            let key = MasterKey::from_base64(word)?;
            let id = key.id();
            // Also when two keys had one id by chance: a sealed value says by the id which it was.
            if ids.contains(&id) {
                let twice = "one of the master keys is there twice".to_owned();
                return Err(StoreError::Config(twice));
            }
            ids.push(id);
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(StoreError::Config("there is no master key".to_owned()));
        }
        Ok(Self(keys))
    }
}

type KeyId = [u8; KEY_ID_LEN];

/// Where a sealed value stands. [`SealedColumn`](crate::sealed::SealedColumn) alone makes one, so
/// that nothing is sealed in a column that a change of the master key does not know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) row: &'a str,
    pub(crate) column: &'static str,
}

/// What a value is bound to.
impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.table, self.row, self.column)
    }
}

impl Place<'_> {
    fn aad(&self) -> Aad<String> {
        Aad::from(self.to_string())
    }

    pub(crate) fn refused(&self) -> StoreError {
        StoreError::Sealed {
            table: self.table,
            row: self.row.to_owned(),
            column: self.column,
        }
    }
}

/// The ciphers, made ready once.
pub(crate) struct Vault {
    seals: Cipher,
    /// The other keys, which only open.
    opens: Vec<Cipher>,
    /// What makes the audit log tamper-evident; it lies in the database, sealed.
    audit: Option<AuditKey>,
}

struct Cipher {
    key: RandomizedNonceKey,
    id: KeyId,
}

impl Cipher {
    fn new(master: &MasterKey) -> Result<Self, StoreError> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, master.0.as_slice())
            .or(Err(StoreError::Crypto))?;
        let id = master.id();
        Ok(Self { key, id })
    }
}

impl Vault {
    pub(crate) fn new(master: &MasterKeys) -> Result<Self, StoreError> {
        let (first, others) = master.0.split_first().ok_or(StoreError::Crypto)?;
        Ok(Self {
            seals: Cipher::new(first)?,
            opens: others.iter().map(Cipher::new).collect::<Result<_, _>>()?,
            audit: None,
        })
    }

    /// Takes in the key of the audit log, once it has been unsealed.
    pub(crate) fn take_audit_key(&mut self, key: AuditKey) {
        self.audit = Some(key);
    }

    /// The key of the audit log.
    pub(crate) fn audit_key(&self) -> Result<&AuditKey, StoreError> {
        self.audit.as_ref().ok_or(StoreError::Crypto)
    }

    pub(crate) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<String, StoreError> {
        // Sealed where it lies, so that no copy of the plain text stays behind; with room for the
        // tag, so that the buffer does not move either.
        let mut secret = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
        secret.extend_from_slice(plain);
        let nonce = self
            .seals
            .key
            .seal_in_place_append_tag(place.aad(), &mut secret)
            .map_err(|_cause| {
                secret.zeroize();
                StoreError::Crypto
            })?;
        let mut sealed = vec![VERSION];
        sealed.extend_from_slice(&self.seals.id);
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
        let (id, rest) = key_id(&bytes).ok_or_else(|| place.refused())?;
        let (nonce, rest) = rest
            .split_first_chunk::<NONCE_LEN>()
            .ok_or_else(|| place.refused())?;
        let mut ciphers = std::iter::once(&self.seals).chain(&self.opens);
        let cipher = ciphers
            .find(|cipher| cipher.id == id)
            .ok_or(StoreError::WrongMasterKey)?;
        let mut secret = Zeroizing::new(rest.to_vec());
        let length = cipher
            .key
            .open_in_place(Nonce::from(nonce), place.aad(), &mut secret)
            .map_err(|_cause| place.refused())?
            .len();
        secret.truncate(length);
        Ok(secret)
    }

    /// Whether a value says, by its first [`HEAD`] characters, that the first key has sealed it.
    pub(crate) fn is_current(&self, head: &str) -> bool {
        let bytes = BASE64_STANDARD.decode(head).unwrap_or_default();
        key_id(&bytes).is_some_and(|(id, _)| id == self.seals.id)
    }
}

/// How many characters of a sealed value hold version and key id; whole groups of base64.
pub(crate) const HEAD: usize = 8;

/// The key id of a sealed value, and what follows it.
fn key_id(bytes: &[u8]) -> Option<(KeyId, &[u8])> {
    let rest = bytes.strip_prefix(&[VERSION])?;
    let (id, rest) = rest.split_first_chunk::<KEY_ID_LEN>()?;
    Some((*id, rest))
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
        vault_of(&[&MasterKey::generate().unwrap()])
    }

    fn vault_of(keys: &[&MasterKey]) -> Vault {
        let texts: Vec<_> = keys.iter().map(|key| key.to_base64().to_string()).collect();
        Vault::new(&MasterKeys::parse(&texts.join(",")).unwrap()).unwrap()
    }

    #[test]
    fn the_first_key_seals_and_all_of_them_open() {
        let (old, new) = (
            MasterKey::generate().unwrap(),
            MasterKey::generate().unwrap(),
        );
        let (before, first, second, after) = (
            vault_of(&[&old]),
            vault_of(&[&old, &new]),
            vault_of(&[&new, &old]),
            vault_of(&[&new]),
        );
        let opens = |vault: &Vault, sealed: &str| vault.open(HERE, sealed).map(|_| ());
        for (sealer, by_old) in [
            (&before, true),
            (&first, true),
            (&second, false),
            (&after, false),
        ] {
            let sealed = sealer.seal(HERE, b"a key").unwrap();
            let refused = Err(StoreError::WrongMasterKey);
            assert_eq!(opens(&first, &sealed), Ok(()));
            assert_eq!(opens(&second, &sealed), Ok(()));
            assert_eq!(
                opens(&before, &sealed),
                if by_old { Ok(()) } else { refused.clone() }
            );
            assert_eq!(
                opens(&after, &sealed),
                if by_old { refused } else { Ok(()) }
            );
            let head = sealed.get(..HEAD).unwrap();
            assert_eq!(
                (first.is_current(head), second.is_current(head)),
                (by_old, !by_old)
            );
        }
        assert!(!first.is_current("") && !first.is_current("no base64!"));
    }

    #[test]
    fn keys_are_read_between_commas_and_white_space_and_never_shown() {
        let (one, two) = (
            MasterKey::generate().unwrap(),
            MasterKey::generate().unwrap(),
        );
        let (a, b) = (one.to_base64(), two.to_base64());
        for text in [
            format!("{},{}", *a, *b),
            format!(" {} , {}\n", *a, *b),
            format!("{}\n{}\n", *a, *b),
            format!("{}\r\n\t{},,", *a, *b),
        ] {
            let keys = MasterKeys::parse(&text).unwrap();
            let read: Vec<_> = keys.0.iter().map(|key| key.to_base64()).collect();
            assert_eq!(read, [a.clone(), b.clone()]);
            let shown = format!("{keys:?}");
            assert!(!shown.contains(&**a) && !shown.contains(&**b), "{shown}");
        }
        for (text, expected) in [
            (String::new(), "there is no master key"),
            (" ,\n".to_owned(), "there is no master key"),
            (
                format!("{},{}", *a, *a),
                "one of the master keys is there twice",
            ),
            (
                format!("{};{}", *a, *b),
                "the master key is not 32 bytes in base64",
            ),
            (
                format!("{},AAAA", *a),
                "the master key is not 32 bytes in base64",
            ),
        ] {
            let error = MasterKeys::parse(&text).unwrap_err();
            assert_eq!(error, StoreError::Config(expected.to_owned()), "{text:?}");
        }
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
