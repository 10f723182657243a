//! Links between members and SAML subjects that somebody has proven (P10).

use jiff::Timestamp;
use vestibule_model::{
    ConnectionId, Identity, IdentityId, KeyFingerprint, Member, Proof, RevisionSettings, Subject,
};
use vestibule_policy::Refusal;
use vestibule_store::Tx;

use crate::{pem, problem::Problem};

/// The keys that a proof given under these settings covers: those that verify assertions, and the pins
/// of the metadata, which vouch for later ones (P10).
pub(crate) fn trusted_keys(settings: &RevisionSettings) -> Vec<KeyFingerprint> {
    let mut keys = pem::keys(&settings.idp_certificates);
    if let Some(metadata) = &settings.idp_metadata {
        keys.extend(pem::keys(&metadata.signing_certificates));
    }
    keys
}

/// Makes a proven link, or proves the one that is there.
///
/// # Errors
/// `identity-conflict` when the subject is somebody else's on this connection.
pub(crate) fn prove(
    tx: &mut Tx<'_>,
    member: &Member,
    connection_id: ConnectionId,
    subject: Subject,
    proof: Proof,
    now: Timestamp,
) -> Result<Identity, Problem> {
    match tx.identity_by_subject(connection_id, &subject)? {
        Some((identity, owner)) if owner.id == member.id => {
            tx.prove_identity(identity.id, &proof)?;
            Ok(Identity {
                proof: Some(proof),
                ..identity
            })
        }
        Some((identity, owner)) => Err(Refusal::IdentityConflict {
            member_id: owner.id,
            identity_id: identity.id,
        }
        .into()),
        None => {
            let identity = Identity {
                id: IdentityId::new(now),
                workspace_id: member.workspace_id,
                member_id: member.id,
                connection_id,
                subject,
                proof: Some(proof),
                created_at: now,
                last_used_at: None,
            };
            tx.insert_identity(&identity)?;
            Ok(identity)
        }
    }
}
