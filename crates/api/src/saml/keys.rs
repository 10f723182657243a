//! The parsed keys of revisions, and our own keys of connections.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use vestibule_model::{
    ConnectionId, EncryptionCbc, KeyStage, Revision, RevisionId, RevisionSettings,
};
use vestibule_saml::{Cbc, CertificateFacts, Keys, Signing};
use vestibule_store::{Reach, Tx};
use vestibule_xmlsig::{Certificate, DecryptionKey, SigningKey, VerifyingKey};

use crate::{copies::Looks, pem, problem::Problem};

/// How many revisions' keys are kept; about 2 KiB each.
const KEPT: usize = 4_096;

/// One certificate of the IdP, read.
pub(crate) struct Trusted {
    pub(crate) key: VerifyingKey,
    pub(crate) not_after: Timestamp,
}

/// The parsed keys of revisions. A revision never changes, so nothing here ever grows stale.
/// Reading a certificate costs as much as a verification.
#[derive(Default)]
pub(crate) struct RevisionKeys(Mutex<Parsed>);

/// In two generations: when the younger one is full it takes the place of the older one, and what is asked for
/// there becomes young again. So what is used stays, and what is not goes.
#[derive(Default)]
struct Parsed {
    young: HashMap<RevisionId, Arc<[Trusted]>>,
    old: HashMap<RevisionId, Arc<[Trusted]>>,
    looks: Looks,
}

impl Parsed {
    fn find(&mut self, id: RevisionId) -> Option<Arc<[Trusted]>> {
        let found = self.young.get(&id).map(Arc::clone);
        let found = found.or_else(|| {
            let keys = self.old.remove(&id)?;
            self.keep(id, Arc::clone(&keys));
            Some(keys)
        });
        self.looks.note(found.is_some());
        found
    }

    fn keep(&mut self, id: RevisionId, keys: Arc<[Trusted]>) {
        if self.young.len() >= KEPT / 2 {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(id, keys);
    }
}

impl RevisionKeys {
    /// The keys of this revision and no others.
    pub(crate) fn of(&self, revision: &Revision) -> Arc<[Trusted]> {
        if let Some(keys) = self.lock().find(revision.id) {
            return keys;
        }
        // Nobody waits meanwhile; of two who read the same, one has done so in vain.
        let keys: Arc<[Trusted]> = pem::certificates(&revision.settings.idp_certificates)
            .filter_map(|certificate| {
                Some(Trusted {
                    key: certificate.verifying_key().ok()?,
                    not_after: certificate.not_after(),
                })
            })
            .collect();
        self.lock().keep(revision.id, Arc::clone(&keys));
        keys
    }

    /// How often they were looked at.
    pub(crate) fn looks(&self) -> Looks {
        self.lock().looks
    }

    fn lock(&self) -> MutexGuard<'_, Parsed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Our own keys of a connection.
pub(crate) struct OwnKeys {
    /// The one in use.
    signing: Signing,
    /// Its certificate, and that of the next: what metadata announce.
    pub(crate) announced: Vec<Certificate>,
    /// The one in use, the next and those before: each may have been encrypted for.
    pub(crate) decryption: Vec<DecryptionKey>,
}

impl OwnKeys {
    /// How a message for the IdP of these settings is signed: as its metadata says that it verifies.
    pub(crate) fn signing_for(&self, settings: &RevisionSettings) -> Signing {
        self.signing
            .as_declared(&settings.idp_signing_methods, &settings.idp_digest_methods)
    }
}

/// Reads our own keys of a connection; none where there is no such connection.
pub(crate) fn own_keys(tx: &mut Tx<'_>, id: ConnectionId) -> Result<Option<OwnKeys>, Problem> {
    let Some(connection) = tx.connection(Reach::All, id)? else {
        return Ok(None);
    };
    let Some(private) = tx.service_provider_key(id)? else {
        return Ok(None);
    };
    let certificate = own_certificate(&connection.service_provider.certificate_pem)?;
    let key = SigningKey::from_pkcs8_der(&private).map_err(Problem::internal)?;
    let mut announced = vec![certificate.clone()];
    let mut decryption = vec![decryption_key(&private, &certificate)?];
    for other in tx.service_provider_keys(id)? {
        let Some(private) = tx.other_service_provider_key(other.id)? else {
            continue;
        };
        let certificate = own_certificate(&other.certificate_pem)?;
        decryption.push(decryption_key(&private, &certificate)?);
        if other.stage == KeyStage::Next {
            announced.push(certificate);
        }
    }
    Ok(Some(OwnKeys {
        signing: Signing::new(key, Some(certificate)),
        announced,
        decryption,
    }))
}

/// A certificate of ours, as it was stored.
pub(crate) fn own_certificate(pem: &str) -> Result<Certificate, Problem> {
    let read = Certificate::parse_all(pem.as_bytes()).map_err(Problem::internal)?;
    let first = read.into_iter().next();
    first.ok_or_else(|| Problem::internal("a certificate of ours is missing"))
}

fn decryption_key(pkcs8: &[u8], certificate: &Certificate) -> Result<DecryptionKey, Problem> {
    let key = DecryptionKey::from_pkcs8_der(pkcs8).map_err(Problem::internal)?;
    Ok(key.carried_by(certificate))
}

/// Everything that opens a message of one revision.
#[derive(Clone)]
pub(crate) struct KeySet {
    verifying: Vec<VerifyingKey>,
    pub(crate) certificates: Vec<CertificateFacts>,
    own: Option<Arc<OwnKeys>>,
    cbc: Cbc,
}

impl KeySet {
    /// The keys of a revision; where it says so, without those whose certificate has expired.
    pub(crate) fn new(
        trusted: &[Trusted],
        revision: &Revision,
        own: Option<Arc<OwnKeys>>,
        now: Timestamp,
    ) -> Self {
        let expired_counts = !revision.settings.refuse_expired_certificates;
        let counts = |trusted: &&Trusted| expired_counts || trusted.not_after > now;
        Self {
            verifying: trusted
                .iter()
                .filter(counts)
                .map(|trusted| trusted.key.clone())
                .collect(),
            certificates: trusted
                .iter()
                .map(|trusted| CertificateFacts {
                    key: *trusted.key.fingerprint(),
                    not_after: trusted.not_after,
                })
                .collect(),
            own,
            cbc: match revision.settings.encryption_cbc {
                EncryptionCbc::Refuse => Cbc::Refuse,
                EncryptionCbc::WithSignedResponse => Cbc::WithSignedResponse,
                EncryptionCbc::Accept => Cbc::Accept,
            },
        }
    }

    /// The keys, to hand over.
    pub(crate) fn keys(&self) -> Keys<'_> {
        Keys {
            verifying: &self.verifying,
            decryption: self
                .own
                .as_ref()
                .map_or(&[], |own| own.decryption.as_slice()),
            cbc: self.cbc,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_there_is_an_end_to_what_is_kept() {
        let id = |_| RevisionId::new(Timestamp::UNIX_EPOCH);
        let (used, mut parsed) = (id(0), Parsed::default());
        parsed.keep(used, Arc::new([]));
        for number in 0..3 * KEPT {
            parsed.keep(id(number), Arc::new([]));
            if number % (KEPT / 4) == 0 {
                assert!(parsed.find(used).is_some(), "{number}");
            }
            assert!(parsed.young.len() + parsed.old.len() <= KEPT);
        }
    }
}
