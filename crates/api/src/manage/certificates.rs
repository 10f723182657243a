//! The certificates of a connection's IdP: which are trusted, and when each was last of use; adding the
//! next, retiring one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{Connection, ConnectionId, Revision, RevisionId};
use vestibule_policy::{Retirement, plan_gate, retirement};
use vestibule_store::Tx;
use vestibule_xmlsig::{Certificate, KeyFingerprint};

use crate::{
    audit,
    draft::{OurSide, one_certificate},
    live_certificates::{LiveChange, fits, serve_with, too_many},
    manage::{
        Authority, Change,
        connection::{nothing_saved, stage},
    },
    metadata, pem,
    problem::{Problem, ProblemType},
    service::Service,
};

/// A certificate of a connection's IdP, and what is known of it.
pub(crate) struct ConnectionCertificate {
    pub(crate) certificate: Certificate,
    /// The revision that this is about: the live one, else the draft.
    pub(crate) revision_id: RevisionId,
    /// When its key last verified a sign-in, to the hour.
    pub(crate) last_used_at: Option<Timestamp>,
    /// Whether the draft beside the live revision takes this key too; none where there is no such draft.
    pub(crate) in_draft: Option<bool>,
}

impl ConnectionCertificate {
    /// Whole days until its end; negative when it has expired.
    pub(crate) fn days_left(&self, now: Timestamp) -> i64 {
        let left = self.certificate.not_after().duration_since(now);
        left.as_secs().div_euclid(24 * 60 * 60)
    }
}

/// What came of adding one.
pub(crate) struct Added {
    pub(crate) certificate: ConnectionCertificate,
    /// Whether it was there before.
    pub(crate) was_there: bool,
}

/// What the certificates stand in: the live revision, else the draft, else the last live one.
struct Standing {
    connection: Connection,
    revision: Option<Revision>,
    is_live: bool,
    /// Beside a live revision alone.
    draft: Option<Revision>,
    uses: BTreeMap<String, Timestamp>,
}

impl Standing {
    fn of(tx: &mut Tx<'_>, connection: Connection) -> Result<Self, Problem> {
        let uses = tx.certificate_uses(connection.id)?;
        let live = tx.named_revision(connection.id, connection.serving())?;
        let draft = tx.named_revision(connection.id, connection.draft)?;
        let is_live = live.is_some();
        let (revision, draft) = match (live, draft) {
            (Some(live), draft) => (Some(live), draft),
            (None, Some(draft)) => (Some(draft), None),
            (None, None) => (tx.named_revision(connection.id, connection.live)?, None),
        };
        Ok(Self {
            connection,
            revision,
            is_live,
            draft,
            uses,
        })
    }

    fn last_used(&self, certificate: &Certificate) -> Option<Timestamp> {
        let key = key_of(certificate)?;
        self.uses.get(&key.to_string()).copied()
    }

    /// What is known of a certificate in this revision.
    fn known(&self, certificate: Certificate, revision_id: RevisionId) -> ConnectionCertificate {
        let key = key_of(&certificate);
        let in_draft = self.draft.as_ref().map(|draft| {
            let pinned = pinned(draft);
            pinned.iter().any(|pinned| key_of(pinned) == key)
        });
        ConnectionCertificate {
            last_used_at: self.last_used(&certificate),
            certificate,
            revision_id,
            in_draft,
        }
    }

    /// Has these certificates in the place of those of the revision: live at once where it is live,
    /// a draft otherwise.
    fn put(
        &self,
        tx: &mut Tx<'_>,
        base: Revision,
        certificates: &[Certificate],
        change: LiveChange,
        now: Timestamp,
    ) -> Result<RevisionId, Problem> {
        let certificates = certificates.iter().map(Certificate::to_pem).collect();
        let mut connection = self.connection.clone();
        if self.is_live {
            return Ok(serve_with(tx, &mut connection, base, certificates, change, now)?.id);
        }
        let mut settings = base.settings;
        settings.idp_certificates = certificates;
        let (connection, draft) = stage(tx, connection, settings, now)?;
        metadata::follow(tx, &connection, &draft, None, now)?;
        let detail = json!({"revision": draft.id, "number": draft.number});
        let (scope, action) = (Some(connection.workspace_id), "connection.draft_saved");
        let id = connection.id;
        audit::record(tx, change.actor, scope, action, id, &detail, now)?;
        Ok(draft.id)
    }
}

/// The certificates of a revision.
fn pinned(revision: &Revision) -> Vec<Certificate> {
    pem::certificates(&revision.settings.idp_certificates).collect()
}

fn key_of(certificate: &Certificate) -> Option<KeyFingerprint> {
    certificate.key_fingerprint().ok()
}

/// The certificates of a connection's IdP: those of the live revision, else of the draft.
///
/// # Errors
/// `not-found`.
pub(crate) async fn list(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
) -> Result<Vec<ConnectionCertificate>, Problem> {
    let read = move |tx: &mut Tx<'_>| {
        let (connection, _) = authority.connection(tx, id)?;
        Standing::of(tx, connection)
    };
    let standing = service.store.read(read).await?;
    let all = standing.revision.iter().flat_map(|revision| {
        let certificates = pinned(revision).into_iter();
        certificates.map(|certificate| standing.known(certificate, revision.id))
    });
    Ok(all.collect())
}

/// Adds the IdP's next certificate (PEM or bare base64): live at once on a live connection, in a new
/// draft otherwise. One of a key that is trusted already takes the place of the older.
///
/// # Errors
/// A problem with the pointer `/certificate`; `draft-required`, `plan-upgrade-required`, `not-found`.
pub(crate) fn add(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    certificate: String,
    now: Timestamp,
) -> Change<Added> {
    let (rules, public_url) = (service.rules.clone(), service.config.public_url.clone());
    let write = move |tx: &mut Tx<'_>| {
        let (connection, workspace) = authority.connection_to_change(tx, id)?;
        plan_gate(workspace.plan, &rules)?;
        let ours = OurSide {
            public_url: &public_url,
            connection_id: id,
            certificate_pem: &connection.service_provider.certificate_pem,
            provider: connection.provider.as_deref(),
        };
        let certificate = one_certificate("/certificate", &certificate, &ours)?;
        add_one(tx, &authority, connection, certificate, now)
    };
    Change::by(write)
}

fn add_one(
    tx: &mut Tx<'_>,
    authority: &Authority,
    connection: Connection,
    certificate: Certificate,
    now: Timestamp,
) -> Result<Added, Problem> {
    let mut standing = Standing::of(tx, connection)?;
    let base = standing.revision.take().ok_or_else(nothing_saved)?;
    let before = pinned(&base);
    if before.contains(&certificate) {
        return Ok(Added {
            certificate: standing.known(certificate, base.id),
            was_there: true,
        });
    }
    let (replaced, mut all): (Vec<_>, Vec<_>) = before
        .into_iter()
        .partition(|other| key_of(other) == key_of(&certificate));
    if replaced.is_empty() && !fits(&base.settings, 1) {
        return Err(too_many("/certificate", all.len().saturating_add(1)));
    }
    all.push(certificate.clone());
    let replaced: Vec<_> = replaced
        .iter()
        .map(Certificate::fingerprint_sha256)
        .collect();
    let change = LiveChange {
        action: "connection.certificate_added",
        detail: json!({
            "certificates": [certificate.fingerprint_sha256()],
            "replaced": replaced,
        }),
        actor: authority.actor(),
        // A renewed certificate is the same key.
        keeps_admin_mapping: !replaced.is_empty(),
    };
    let revision = standing.put(tx, base, &all, change, now)?;
    Ok(Added {
        certificate: standing.known(certificate, revision),
        was_there: false,
    })
}

/// Retires a certificate of the IdP, named by its SHA-256 in lower-case hex: at once on a live
/// connection, in a new draft otherwise. Works on every plan. What was retired, and the revision
/// without it.
///
/// # Errors
/// `last-certificate`; `force-required` for the only one of late use; `draft-required`, `not-found`.
pub(crate) fn retire(
    authority: Authority,
    id: ConnectionId,
    fingerprint: String,
    force: bool,
    now: Timestamp,
) -> Change<ConnectionCertificate> {
    let write = move |tx: &mut Tx<'_>| {
        let (connection, _) = authority.connection_to_change(tx, id)?;
        retire_one(tx, &authority, connection, &fingerprint, force, now)
    };
    Change::by(write)
}

fn retire_one(
    tx: &mut Tx<'_>,
    authority: &Authority,
    connection: Connection,
    fingerprint: &str,
    force: bool,
    now: Timestamp,
) -> Result<ConnectionCertificate, Problem> {
    let mut standing = Standing::of(tx, connection)?;
    let base = standing.revision.take().ok_or_else(nothing_saved)?;
    let (retired, rest): (Vec<_>, Vec<_>) = pinned(&base)
        .into_iter()
        .partition(|certificate| certificate.fingerprint_sha256() == fingerprint);
    let retired = retired.into_iter().next();
    let retired = retired.ok_or_else(|| Problem::not_found("certificate"))?;
    // Nobody signs in by a draft.
    let used = |certificate| match standing.is_live {
        true => standing.last_used(certificate),
        false => None,
    };
    let those_that_stay: Vec<_> = rest.iter().map(used).collect();
    match retirement(used(&retired), &those_that_stay, now) {
        Retirement::Last => {
            let kind = ProblemType::LastCertificate;
            return Err(Problem::new(kind, kind.explanation()));
        }
        Retirement::InUse if !force => {
            let detail = "no other certificate of the connection has verified a sign-in in the last \
                          30 days, so without this one nobody may get in: say force=true";
            return Err(Problem::new(ProblemType::ForceRequired, detail));
        }
        Retirement::InUse | Retirement::Free => {}
    }
    let change = LiveChange {
        action: "connection.certificate_retired",
        detail: json!({"certificates": [fingerprint], "force": force}),
        actor: authority.actor(),
        keeps_admin_mapping: true,
    };
    let revision = standing.put(tx, base, &rest, change, now)?;
    Ok(standing.known(retired, revision))
}
