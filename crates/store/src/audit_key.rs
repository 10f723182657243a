//! The key of the audit log, and what it says of an entry, of its place in a chain, and of where the chain ends.
//!
//! Whoever can write to the database but does not have the master key can take entries away; they cannot make
//! one, change one, or close the gap (docs/audit.md). The key is made once and sealed under the master key, so
//! that a new master key leaves every mac as it is.

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::StoreError;

/// HMAC-SHA256 under the key of the log.
pub(crate) type Mac = [u8; 32];

/// The mac that the first entry of a chain comes after.
pub(crate) const NOTHING: Mac = [0; 32];

/// The key, made ready.
pub(crate) struct AuditKey(hmac::Key);

impl AuditKey {
    /// The bytes of a new one.
    pub(crate) fn generate() -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let mut bytes = Zeroizing::new(vec![0; 32]);
        aws_lc_rs::rand::fill(&mut bytes).or(Err(StoreError::Crypto))?;
        Ok(bytes)
    }

    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The mac of these parts in this order. Each says whether it is there and how long it is, so that no
    /// other parts give the same bytes; `what` keeps macs of one kind from counting as another.
    pub(crate) fn mac(&self, what: &str, parts: &[Option<&[u8]>]) -> Mac {
        let mut context = hmac::Context::with_key(&self.0);
        for part in std::iter::once(&Some(what.as_bytes())).chain(parts) {
            match part {
                None => context.update(&[0]),
                Some(bytes) => {
                    context.update(&[1]);
                    // A length in memory fits into 64 bits.
                    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                    context.update(&length.to_be_bytes());
                    context.update(bytes);
                }
            }
        }
        let mut mac = [0; 32];
        mac.copy_from_slice(context.sign().as_ref());
        mac
    }

    /// What binds an entry to its place: the mac before it, its number, and its own.
    pub(crate) fn link(&self, chain: &str, number: i64, before: &Mac, entry: &Mac) -> Mac {
        let number = number.to_be_bytes();
        let parts = [chain.as_bytes(), &number, before, entry];
        self.mac("link", &parts.map(Some))
    }

    /// What stands for a number that is left out where a broken chain goes on.
    pub(crate) fn gap(&self, chain: &str, number: i64) -> Mac {
        let number = number.to_be_bytes();
        self.mac("gap", &[Some(chain.as_bytes()), Some(&number)])
    }

    /// What an entry without a mac is linked by: nothing that a real one could be.
    pub(crate) fn unsigned(&self, id: &str) -> Mac {
        self.mac("unsigned", &[Some(id.as_bytes())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_parts_never_give_the_same_mac() {
        let key = AuditKey::new(&[7; 32]);
        let lists: [&[Option<&[u8]>]; 8] = [
            &[],
            &[None],
            &[Some(b"")],
            &[Some(b"ab")],
            &[Some(b"a"), Some(b"b")],
            &[Some(b"ab"), None],
            &[Some(b"ab"), Some(b"")],
            &[None, Some(b"ab")],
        ];
        let macs: std::collections::BTreeSet<_> =
            lists.iter().map(|parts| key.mac("entry", parts)).collect();
        assert_eq!(macs.len(), lists.len());
        assert_ne!(key.mac("entry", &[]), key.mac("link", &[]));
        assert_ne!(
            key.mac("entry", &[]),
            AuditKey::new(&[8; 32]).mac("entry", &[])
        );
    }

    /// RFC 4231, test case 2, to see that it is the HMAC that it claims to be.
    #[test]
    fn it_is_hmac_sha256() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"Jefe");
        let mac = hmac::sign(&key, b"what do ya want for nothing?");
        assert_eq!(mac.as_ref()[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }
}
