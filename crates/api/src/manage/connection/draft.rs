//! The draft of a connection: saved, restored, and staged by what its metadata says.

use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{Connection, ConnectionId, Phase, Revision, RevisionId, RevisionSettings};
use vestibule_policy::plan_gate;
use vestibule_store::Tx;

use crate::{
    audit, clock,
    draft::{NewDraft, OurSide, settings},
    manage::{Authority, Change, connection::ConnectionParts},
    metadata::{self, Look, Seen},
    problem::{Problem, ProblemType},
    service::Service,
};

/// Saves a new draft; what is behind its metadata URL, if it has one, is fetched first. A live revision
/// goes on serving, and pending tests of the draft before end.
///
/// # Errors
/// A problem that names the field that cannot be used; `plan-upgrade-required`, `not-found`.
pub(crate) async fn save_draft(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    new: NewDraft,
) -> Result<Change<ConnectionParts>, Problem> {
    let fetched = fetched(service, &authority, id, &new).await?;
    // Not before: fetching may have taken ten seconds, and revisions are sorted by their time.
    let now = clock::now();
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
        let seen = fetched.as_deref();
        let settings = settings(new, seen.map(|seen| &seen.metadata), &ours)?;
        let before = connection.draft.or(connection.live);
        let (connection, revision) = stage(tx, connection, settings, now)?;
        metadata::follow(tx, &connection, &revision, seen, now)?;
        // Both revisions are kept, with everything in them.
        let detail = json!({
            "before": before,
            "revision": revision.id.to_string(),
            "number": revision.number,
        });
        let (actor, scope) = (authority.actor(), Some(workspace.id));
        audit::record(tx, actor, scope, "connection.draft_saved", id, &detail, now)?;
        ConnectionParts::of(tx, connection, workspace)
    };
    Ok(Change::by(write))
}

/// What is behind the draft's metadata URL, if it has one; for who may save it alone.
async fn fetched(
    service: &Service,
    authority: &Authority,
    id: ConnectionId,
    new: &NewDraft,
) -> Result<Option<Box<Seen>>, Problem> {
    let (asks, rules) = (authority.clone(), service.rules.clone());
    let allowed = move |tx: &mut Tx<'_>| {
        let (_, workspace) = asks.connection(tx, id)?;
        Ok::<_, Problem>(plan_gate(workspace.plan, &rules)?)
    };
    let Some(origin) = new.metadata_origin()? else {
        return Ok(None);
    };
    service.store.read(allowed).await?;
    // No version is known, so there is nothing that could be unchanged.
    match metadata::look(&service.door, &origin, Default::default()).await?? {
        Look::Seen(seen) => Ok(Some(seen)),
        Look::Unchanged => Ok(None),
    }
}

/// Makes settings the draft of a connection: a new revision, which has passed no test. `connection`
/// must be locked and is as it was stored.
///
/// # Errors
/// A problem when the archive failed.
pub(crate) fn stage(
    tx: &mut Tx<'_>,
    mut connection: Connection,
    settings: RevisionSettings,
    now: Timestamp,
) -> Result<(Connection, Revision), Problem> {
    let revision = Revision {
        id: RevisionId::new(now),
        workspace_id: connection.workspace_id,
        connection_id: connection.id,
        number: tx.next_revision_number(connection.id)?,
        settings,
        learned_idp_entity_id: None,
        learned: None,
        passed_test: None,
        admin_mapping: None,
        created_at: now,
    };
    tx.insert_revision(&revision)?;
    tx.expire_pending_tests(connection.id, now)?;
    connection.draft = Some(revision.id);
    if connection.phase != Phase::Live {
        connection.phase = Phase::Draft;
    }
    connection.updated_at = now;
    tx.update_connection(&connection)?;
    Ok((connection, revision))
}

/// Neither a draft nor a revision that was live.
pub(crate) fn nothing_saved() -> Problem {
    let detail = "nothing has been saved yet: PUT …/draft with the IdP's certificate and SSO URL";
    Problem::new(ProblemType::DraftRequired, detail)
}

/// Makes a new draft with the settings of an old revision.
///
/// # Errors
/// `plan-upgrade-required`; `not-found`.
pub(crate) fn restore(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    revision_id: RevisionId,
    now: Timestamp,
) -> Change<ConnectionParts> {
    let rules = service.rules.clone();
    let write = move |tx: &mut Tx<'_>| {
        let (connection, workspace) = authority.connection_to_change(tx, id)?;
        plan_gate(workspace.plan, &rules)?;
        let old = tx.revision(id, revision_id)?;
        let old = old.ok_or_else(|| Problem::not_found("revision"))?;
        let (connection, revision) = stage(tx, connection, old.settings, now)?;
        metadata::follow(tx, &connection, &revision, None, now)?;
        let detail = json!({
            "revision": revision.id.to_string(),
            "restored": revision_id.to_string(),
        });
        let (actor, scope) = (authority.actor(), Some(workspace.id));
        let action = "connection.draft_restored";
        audit::record(tx, actor, scope, action, id, &detail, now)?;
        ConnectionParts::of(tx, connection, workspace)
    };
    Change::by(write)
}

/// Looks at a connection's metadata now, and not when it is due. What came of it stands in the
/// connection's metadata source.
///
/// # Errors
/// Why nothing was seen; `metadata-source-required`, `plan-upgrade-required`, `not-found`.
pub(crate) async fn refresh_metadata(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
) -> Result<ConnectionParts, Problem> {
    let (rules, asks) = (service.rules.clone(), authority.clone());
    let read = move |tx: &mut Tx<'_>| {
        let (_, workspace) = asks.connection(tx, id)?;
        plan_gate(workspace.plan, &rules)?;
        tx.metadata_source(id)?.ok_or_else(|| {
            let kind = ProblemType::MetadataSourceRequired;
            Problem::new(kind, kind.explanation())
        })
    };
    let source = service.store.read(read).await?;
    metadata::refresh(service, source, authority.actor()).await??;
    super::load(service, authority, id).await
}
