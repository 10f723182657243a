//! The parsed keys of revisions, kept because reading a certificate costs as much as a verification.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use vestibule_model::{Revision, RevisionId};
use vestibule_xmlsig::{Certificate, VerifyingKey};

/// How many revisions' keys are kept; about 2 KiB each.
const KEPT: usize = 4_096;

/// The parsed keys of revisions. A revision never changes, so nothing here ever grows stale.
#[derive(Default)]
pub(crate) struct RevisionKeys {
    kept: Mutex<HashMap<RevisionId, Arc<[VerifyingKey]>>>,
}

impl RevisionKeys {
    /// The keys of this revision and no others.
    pub(crate) fn of(&self, revision: &Revision) -> Arc<[VerifyingKey]> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = kept.get(&revision.id) {
            return Arc::clone(keys);
        }
        // What cannot be read now was refused when it was saved; without keys nothing verifies.
        let keys: Arc<[VerifyingKey]> = revision
            .settings
            .idp_certificates
            .iter()
            .filter_map(|pem| Certificate::parse_all(pem.as_bytes()).ok())
            .flatten()
            .filter_map(|certificate| certificate.verifying_key().ok())
            .collect();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(revision.id, Arc::clone(&keys));
        keys
    }
}
