//! Adding certificates to a live revision: a new one with the same settings, live at once, because
//! it can break nothing that works.

use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{Actor, Connection, Revision, RevisionId, RevisionSettings};
use vestibule_store::Tx;
use vestibule_xmlsig::{Certificate, KeyFingerprint, MAX_KEYS};

use crate::{audit, problem::Problem};

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

/// Makes a new revision of a live connection, with the settings of the live one and these
/// certificates (PEM) beside its own, and has it serve. What the live one passed and learned counts
/// for it too. The draft stays as it is. `connection` must be locked and is as it was stored; it is
/// changed along.
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
    let live = match connection.live {
        Some(id) => tx.revision(connection.id, id)?,
        None => None,
    };
    let live = live.ok_or_else(|| Problem::not_found("live revision"))?;
    let added = fingerprints(&certificates)?;
    if !fits(&live.settings, certificates.len()) {
        let expected = format!("at most {MAX_KEYS} certificates");
        let found = live.settings.idp_certificates.len() + certificates.len();
        return Err(Problem::invalid(
            "/idp_certificates",
            expected,
            found.to_string(),
        ));
    }
    let before = live.id;
    let mut revision = Revision {
        id: RevisionId::new(now),
        number: tx.next_revision_number(connection.id)?,
        created_at: now,
        ..live
    };
    revision.settings.idp_certificates.extend(certificates);
    tx.insert_revision(&revision)?;
    connection.live = Some(revision.id);
    connection.updated_at = now;
    tx.update_connection(connection)?;
    let from = match from {
        CertificatesFrom::PinnedMetadata { url, signed_by } => json!({
            "metadata_url": url,
            "signed_by": signed_by.as_ref().map(ToString::to_string),
        }),
    };
    let detail = json!({
        "revision": revision.id,
        "before": before,
        "certificates": added,
        "from": from,
    });
    let (scope, action) = (
        Some(connection.workspace_id),
        "connection.certificates_added",
    );
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
