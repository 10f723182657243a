//! The certificates of a connection's IdP: which are trusted, until when, and when each was last of
//! use; adding the next, retiring one.

use std::collections::BTreeMap;

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Path, Query},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use vestibule_model::{Connection, ConnectionId, Revision, RevisionId};
use vestibule_policy::{Retirement, plan_gate, retirement};
use vestibule_store::Tx;
use vestibule_xmlsig::{Certificate, KeyFingerprint};

use crate::{
    audit, clock,
    draft::{OurSide, one_certificate},
    extract::{Allowed, Caller, Json, scope},
    live_certificates::{LiveChange, fits, serve_with, too_many},
    metadata, pem,
    problem::{Problem, ProblemType},
    routes::connections::{nothing_saved, stage, to_change, within_reach},
    service::Service,
    views::{ConnectionCertificateView, List},
};

/// The next certificate of the IdP.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCertificate {
    /// PEM; bare base64 is understood too.
    certificate: String,
}

/// Whether to retire a certificate that is in use.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RetireQuery {
    /// Needed when no other certificate has verified a sign-in in the last 30 days.
    force: Option<bool>,
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

    fn view(
        &self,
        certificate: &Certificate,
        revision_id: RevisionId,
        now: Timestamp,
    ) -> ConnectionCertificateView {
        let key = key_of(certificate);
        let in_draft = self.draft.as_ref().map(|draft| {
            let pinned = pinned(draft);
            pinned.iter().any(|pinned| key_of(pinned) == key)
        });
        let last_used = self.last_used(certificate);
        ConnectionCertificateView::new(certificate, revision_id, last_used, in_draft, now)
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

/// List the certificates of a connection's IdP: those of the live revision, else of the draft.
#[utoipa::path(tag = "Connections", operation_id = "listCertificates",
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 200, description = "All of them", body = List<ConnectionCertificateView>)))]
#[get("/connections/{connection_id}/certificates")]
pub(crate) async fn list(
    caller: Allowed<scope::ConnectionsRead>,
    service: Data<Service>,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, now) = (caller.into_caller(), path.into_inner(), clock::now());
    let standing = service
        .store
        .read(move |tx| {
            let (connection, _) = within_reach(tx, &caller, id)?;
            Standing::of(tx, connection)
        })
        .await?;
    let data = standing.revision.iter().flat_map(|revision| {
        let certificates = pinned(revision).into_iter();
        certificates.map(|certificate| standing.view(&certificate, revision.id, now))
    });
    Ok(HttpResponse::Ok().json(List {
        data: data.collect(),
        next_cursor: None,
    }))
}

/// Add the IdP's next certificate.
///
/// On a live connection it counts at once, in a new revision that needs no test of its own: it can
/// break nothing that works. Otherwise it makes a new draft. A new certificate of a key that is
/// trusted already takes the place of the older; one that is there already changes nothing (200).
#[utoipa::path(tag = "Connections", operation_id = "addCertificate", request_body = NewCertificate,
    params(("connection_id" = String, Path, description = "The connection")),
    responses((status = 201, description = "The certificate", body = ConnectionCertificateView),
              (status = 200, description = "It was there", body = ConnectionCertificateView)))]
#[post("/connections/{connection_id}/certificates")]
pub(crate) async fn add(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<ConnectionId>,
    body: Json<NewCertificate>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, Json(new)) = (caller.into_caller(), path.into_inner(), body);
    let (now, service_in) = (clock::now(), service.clone());
    let (added, shown) = service
        .store
        .write(move |tx| {
            let (connection, workspace) = to_change(tx, &caller, id)?;
            plan_gate(workspace.plan, &service_in.rules)?;
            let ours = OurSide {
                public_url: &service_in.config.public_url,
                connection_id: id,
                certificate_pem: &connection.service_provider.certificate_pem,
                provider: connection.provider.as_deref(),
            };
            let certificate = one_certificate("/certificate", &new.certificate, &ours)?;
            add_one(tx, &caller, connection, &certificate, now)
        })
        .await?;
    Ok(if added {
        HttpResponse::Created().json(shown)
    } else {
        HttpResponse::Ok().json(shown)
    })
}

/// `false` when it was there.
fn add_one(
    tx: &mut Tx<'_>,
    caller: &Caller,
    connection: Connection,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(bool, ConnectionCertificateView), Problem> {
    let mut standing = Standing::of(tx, connection)?;
    let base = standing.revision.take().ok_or_else(nothing_saved)?;
    let before = pinned(&base);
    if before.contains(certificate) {
        return Ok((false, standing.view(certificate, base.id, now)));
    }
    let (replaced, mut all): (Vec<_>, Vec<_>) = before
        .into_iter()
        .partition(|other| key_of(other) == key_of(certificate));
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
        actor: caller.actor(),
        // A renewed certificate is the same key.
        keeps_admin_mapping: !replaced.is_empty(),
    };
    let revision = standing.put(tx, base, &all, change, now)?;
    Ok((true, standing.view(certificate, revision, now)))
}

/// Retire a certificate of the IdP. Works on every plan.
///
/// On a live connection it counts no longer at once, in a new revision; otherwise there is a new
/// draft without it. The only one cannot be retired, and the only one that has verified a sign-in in
/// the last 30 days on `force=true` alone. The answer is what was retired; `in_draft` says whether
/// the draft still takes it.
#[utoipa::path(tag = "Connections", operation_id = "retireCertificate",
    params(("connection_id" = String, Path, description = "The connection"),
           ("fingerprint_sha256" = String, Path, description = "SHA-256 of the certificate, lower-case hex"),
           RetireQuery),
    responses((status = 200, description = "What was retired, and the revision without it",
               body = ConnectionCertificateView)))]
#[delete("/connections/{connection_id}/certificates/{fingerprint_sha256}")]
pub(crate) async fn retire(
    caller: Allowed<scope::ConnectionsWrite>,
    service: Data<Service>,
    path: Path<(ConnectionId, String)>,
    query: Query<RetireQuery>,
) -> Result<HttpResponse, Problem> {
    let (caller, (id, fingerprint)) = (caller.into_caller(), path.into_inner());
    let (now, force) = (clock::now(), query.force.unwrap_or(false));
    let retired = service
        .store
        .write(move |tx| {
            let (connection, _) = to_change(tx, &caller, id)?;
            retire_one(tx, &caller, connection, &fingerprint, force, now)
        })
        .await?;
    Ok(HttpResponse::Ok().json(retired))
}

fn retire_one(
    tx: &mut Tx<'_>,
    caller: &Caller,
    connection: Connection,
    fingerprint: &str,
    force: bool,
    now: Timestamp,
) -> Result<ConnectionCertificateView, Problem> {
    let mut standing = Standing::of(tx, connection)?;
    let base = standing.revision.take().ok_or_else(nothing_saved)?;
    let (retired, rest): (Vec<_>, Vec<_>) = pinned(&base)
        .into_iter()
        .partition(|certificate| certificate.fingerprint_sha256() == fingerprint);
    let retired = retired.first();
    let retired = retired.ok_or_else(|| Problem::not_found("certificate"))?;
    // Nobody signs in by a draft.
    let used = |certificate| match standing.is_live {
        true => standing.last_used(certificate),
        false => None,
    };
    let those_that_stay: Vec<_> = rest.iter().map(used).collect();
    match retirement(used(retired), &those_that_stay, now) {
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
        actor: caller.actor(),
        keeps_admin_mapping: true,
    };
    let revision = standing.put(tx, base, &rest, change, now)?;
    Ok(standing.view(retired, revision, now))
}
