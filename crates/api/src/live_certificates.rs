//! Changing the certificates of a live revision: a new one with the same settings otherwise, live at
//! once.

use jiff::Timestamp;
use serde_json::{Value, json};
use vestibule_model::{Actor, Connection, Revision, RevisionId, RevisionSettings};
use vestibule_store::Tx;
use vestibule_xmlsig::{Certificate, KeyFingerprint, MAX_KEYS};

use crate::{audit, pem, problem::Problem};

/// Where certificates come from, for the audit log.
pub(crate) enum CertificatesFrom<'a> {
    /// Metadata that a key signed which was pinned with the live revision.
    PinnedMetadata {
        url: &'a str,
        signed_by: Option<KeyFingerprint>,
    },
}

/// Whether a revision takes so many certificates more: more keys than these are never tried.
pub(crate) fn fits(settings: &RevisionSettings, more: usize) -> bool {
    settings.idp_certificates.len().saturating_add(more) <= MAX_KEYS
}

/// There would be more certificates than a revision takes.
pub(crate) fn too_many(pointer: &str, found: usize) -> Problem {
    let expected = format!("at most {MAX_KEYS} certificates");
    Problem::invalid(pointer, expected, found.to_string())
}

/// Makes a new revision of a live connection, with the settings of the live one and these
/// certificates (PEM) beside its own, and has it serve: it can break nothing that works.
/// `connection` must be locked and is as it was stored; it is changed along.
///
/// # Errors
/// A problem when there is no live revision, when a certificate cannot be used, or when there would
/// be too many.
pub(crate) fn add_certificates_to_live(
    tx: &mut Tx<'_>,
    connection: &mut Connection,
    certificates: Vec<String>,
    from: &CertificatesFrom<'_>,
    actor: Actor,
    now: Timestamp,
) -> Result<Revision, Problem> {
    let live = tx.named_revision(connection.id, connection.live)?;
    let live = live.ok_or_else(|| Problem::not_found("live revision"))?;
    let added = fingerprints(&certificates)?;
    if !fits(&live.settings, certificates.len()) {
        let found = live.settings.idp_certificates.len() + certificates.len();
        return Err(too_many("/idp_certificates", found));
    }
    let mut all = live.settings.idp_certificates.clone();
    let new = certificates.clone();
    all.extend(certificates);
    let CertificatesFrom::PinnedMetadata { signed_by: pin, .. } = from;
    let from = match from {
        CertificatesFrom::PinnedMetadata { url, signed_by } => json!({
            "metadata_url": url,
            "signed_by": signed_by.as_ref().map(ToString::to_string),
        }),
    };
    let change = LiveChange {
        action: "connection.certificate_added",
        detail: json!({"certificates": added, "from": from}),
        actor,
        keeps_admin_mapping: true,
    };
    let (entity_id, keys) = (live.idp_entity_id().map(str::to_owned), pem::keys(&new));
    let revision = serve_with(tx, connection, live, all, change, now)?;
    // Whoever proved a link when this pin was trusted trusts what it vouches for (P10).
    if let (Some(pin), Some(entity_id)) = (pin, entity_id) {
        tx.extend_proofs(connection.id, &entity_id, &[*pin], &keys)?;
    }
    Ok(revision)
}

/// What the audit log says of a change.
pub(crate) struct LiveChange {
    pub(crate) action: &'static str,
    /// An object.
    pub(crate) detail: Value,
    pub(crate) actor: Actor,
    /// Whether what a proven admin said of the mapping to `admin` on the revision before goes for this
    /// one too (P8): not where somebody else added a key, who could then make admins.
    pub(crate) keeps_admin_mapping: bool,
}

/// Makes a new revision with the settings of `live` and these certificates (PEM) alone, and has it
/// serve. What the live one passed and learned counts for it too. The draft stays as it is. There is
/// no mail yet, so the event names the admins who should be told. `connection` must be locked and is
/// as it was stored; it is changed along.
///
/// # Errors
/// A problem when the archive failed.
pub(crate) fn serve_with(
    tx: &mut Tx<'_>,
    connection: &mut Connection,
    live: Revision,
    certificates: Vec<String>,
    change: LiveChange,
    now: Timestamp,
) -> Result<Revision, Problem> {
    let before = live.id;
    let mut revision = Revision {
        id: RevisionId::new(now),
        number: tx.next_revision_number(connection.id)?,
        created_at: now,
        ..live
    };
    if !change.keeps_admin_mapping {
        revision.admin_mapping = None;
    }
    revision.settings.idp_certificates = certificates;
    tx.insert_revision(&revision)?;
    connection.live = Some(revision.id);
    connection.updated_at = now;
    tx.update_connection(connection)?;
    let LiveChange {
        action,
        mut detail,
        actor,
        ..
    } = change;
    if let Some(detail) = detail.as_object_mut() {
        let admins = tx.active_admins(connection.workspace_id)?;
        detail.insert("revision".to_owned(), json!(revision.id));
        detail.insert("before".to_owned(), json!(before));
        detail.insert("admins".to_owned(), json!(admins));
    }
    let scope = Some(connection.workspace_id);
    audit::record(tx, actor, scope, action, connection.id, &detail, now)?;
    Ok(revision)
}

/// The fingerprints of certificates that can all be used.
fn fingerprints(certificates: &[String]) -> Result<Vec<String>, Problem> {
    let mut fingerprints = Vec::with_capacity(certificates.len());
    for pem in certificates {
        let read = Certificate::parse_all(pem.as_bytes()).map_err(Problem::internal)?;
        for certificate in read {
            certificate.verifying_key().map_err(Problem::internal)?;
            fingerprints.push(certificate.fingerprint_sha256().to_owned());
        }
    }
    Ok(fingerprints)
}
