//! Domains that a workspace claims, verifies and attaches to a connection.

use actix_web::{
    HttpResponse, delete, get, patch, post,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use vestibule_model::{
    ConnectionId, Domain, DomainId, DomainName, DomainOutcome, Workspace, WorkspaceId,
};
use vestibule_policy::{DomainVerdict, shut_out_by_domain};
use vestibule_session::Secret;
use vestibule_store::{Counted, Reach, Tx};

use crate::{
    audit, clock,
    domains::{self, Looked, record_name, record_value},
    extract::{Allowed, Caller, Json, PageQuery, Patch, created, double_option, scope},
    limits,
    manage::Change,
    problem::{Problem, ProblemType},
    service::Service,
    views::{DomainView, List},
};

/// Members that are looked at for whom a first domain would shut out: once in the life of a workspace.
const LOOKED_AT: i64 = 2_000;
/// How many of them are named.
const NAMED: usize = 100;

/// A domain to be claimed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDomain {
    /// The domain, in any case; an international one as U-labels or A-labels. Subdomains are domains
    /// of their own.
    #[schema(value_type = String, example = "acme.example")]
    domain: DomainName,
    /// The connection its people are sent to; the workspace's default where it is absent.
    #[schema(value_type = Option<String>)]
    connection_id: Option<ConnectionId>,
}

/// What changes; an absent field is left alone, `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DomainPatch {
    /// The connection its people are sent to; null: the workspace's default.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    connection_id: Option<Option<ConnectionId>>,
}

/// Looking the record up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verify {
    /// Verify the workspace's first domain although it shuts members out.
    acknowledge_shut_out: Option<bool>,
}

fn domain(
    tx: &mut Tx<'_>,
    caller: &Caller,
    (workspace_id, domain_id): (WorkspaceId, DomainId),
) -> Result<(Domain, Workspace), Problem> {
    let workspace = caller.workspace(tx, workspace_id)?;
    let domain = tx
        .domain(workspace_id, domain_id)?
        .ok_or_else(|| Problem::not_found("domain"))?;
    Ok((domain, workspace))
}

fn attachable(
    tx: &mut Tx<'_>,
    workspace_id: WorkspaceId,
    id: Option<ConnectionId>,
) -> Result<(), Problem> {
    let Some(id) = id else { return Ok(()) };
    let found = tx.connection(Reach::Workspace(workspace_id), id)?;
    found.map(drop).ok_or_else(|| {
        let expected = "a connection of this workspace";
        Problem::invalid("/connection_id", expected, id.to_string())
    })
}

/// The same change, where the domain is what the caller has seen.
fn if_match<T: Send + 'static>(
    caller: &Caller,
    ids: (WorkspaceId, DomainId),
    change: Change<T>,
) -> Change<T> {
    let by = caller.clone();
    caller.if_match(change, move |tx| {
        tx.lock_workspace(ids.0)?;
        domain(tx, &by, ids).map(|(domain, _)| DomainView::from(domain))
    })
}

/// Claim a domain; the answer says which TXT record proves it. Works on every plan.
///
/// A claim alone does nothing, and several workspaces may claim the same domain: it belongs to the
/// one that verifies it.
#[utoipa::path(tag = "Domains", operation_id = "createDomain", request_body = NewDomain,
    params(("workspace_id" = String, Path, description = "The workspace")),
    responses((status = 201, description = "The domain", body = DomainView)))]
#[post("/workspaces/{workspace_id}/domains")]
pub(crate) async fn create(
    caller: Allowed<scope::DomainsWrite>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    body: Json<NewDomain>,
) -> Result<HttpResponse, Problem> {
    let (caller, workspace_id, Json(new)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let token = Secret::generate().map_err(Problem::internal)?;
    let claimed = Domain {
        id: DomainId::new(now),
        workspace_id,
        domain: new.domain.into_string(),
        connection_id: new.connection_id,
        token: token.expose().to_owned(),
        verified_at: None,
        last_check: None,
        next_check_at: None,
        absences: Vec::new(),
        created_at: now,
    };
    let by = caller.clone();
    let change = Change::by(move |tx| {
        by.workspace(tx, workspace_id)?;
        limits::room_for(tx, Counted::Domains(workspace_id))?;
        attachable(tx, workspace_id, claimed.connection_id)?;
        tx.insert_domain(&claimed)?;
        let detail = json!({"domain": claimed.domain, "connection": claimed.connection_id});
        let (scope, action) = (Some(workspace_id), "domain.claimed");
        audit::record(tx, by.actor(), scope, action, claimed.id, &detail, now)?;
        Ok(claimed)
    });
    let show = |claimed| created(DomainView::from(claimed));
    caller.answer(&service, change, show).await
}

/// List a workspace's domains.
#[utoipa::path(tag = "Domains", operation_id = "listDomains",
    params(("workspace_id" = String, Path, description = "The workspace"), PageQuery),
    responses((status = 200, description = "A part of the list", body = List<DomainView>)))]
#[get("/workspaces/{workspace_id}/domains")]
pub(crate) async fn list(
    caller: Allowed<scope::DomainsRead>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (caller, workspace_id) = (caller.into_caller(), path.into_inner());
    let request = query.into_inner().request()?;
    let page = service
        .store
        .read(move |tx| {
            caller.workspace(tx, workspace_id)?;
            Ok::<_, Problem>(tx.list_domains(workspace_id, &request)?)
        })
        .await?;
    Ok(HttpResponse::Ok().json(List::of(page, DomainView::from)))
}

/// Read a domain.
#[utoipa::path(tag = "Domains", operation_id = "getDomain",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("domain_id" = String, Path, description = "The domain")),
    responses((status = 200, description = "The domain", body = DomainView)))]
#[get("/workspaces/{workspace_id}/domains/{domain_id}")]
pub(crate) async fn read(
    caller: Allowed<scope::DomainsRead>,
    service: Data<Service>,
    path: Path<(WorkspaceId, DomainId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids) = (caller.into_caller(), path.into_inner());
    let (found, _) = service
        .store
        .read(move |tx| domain(tx, &caller, ids))
        .await?;
    Ok(HttpResponse::Ok().json(DomainView::from(found)))
}

/// Attach a domain to a connection, or detach it.
#[utoipa::path(tag = "Domains", operation_id = "updateDomain", request_body = DomainPatch,
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("domain_id" = String, Path, description = "The domain")),
    responses((status = 200, description = "The domain", body = DomainView)))]
#[patch("/workspaces/{workspace_id}/domains/{domain_id}")]
pub(crate) async fn update(
    caller: Allowed<scope::DomainsWrite>,
    service: Data<Service>,
    path: Path<(WorkspaceId, DomainId)>,
    body: Patch<DomainPatch>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids, Patch(patch)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let by = caller.clone();
    let change = Change::by(move |tx| {
        tx.lock_workspace(ids.0)?;
        let (mut domain, _) = domain(tx, &by, ids)?;
        let before = domain.connection_id;
        domain.connection_id = patch.connection_id.unwrap_or(before);
        if domain.connection_id == before {
            return Ok(domain);
        }
        attachable(tx, ids.0, domain.connection_id)?;
        tx.update_domain(&domain)?;
        let detail = json!({
            "domain": domain.domain,
            "before": {"connection": before},
            "after": {"connection": domain.connection_id},
        });
        let (scope, action) = (Some(ids.0), "domain.changed");
        audit::record(tx, by.actor(), scope, action, ids.1, &detail, now)?;
        Ok(domain)
    });
    let changed = if_match(&caller, ids, change).make(&service).await?;
    Ok(HttpResponse::Ok().json(DomainView::from(changed)))
}

/// Give a domain up: its people are no longer led here, and another workspace may verify it.
///
/// Without any verified domain a workspace lets newcomers of every domain in again that no other
/// workspace has verified.
#[utoipa::path(tag = "Domains", operation_id = "deleteDomain",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("domain_id" = String, Path, description = "The domain")),
    responses((status = 204, description = "It is gone")))]
#[delete("/workspaces/{workspace_id}/domains/{domain_id}")]
pub(crate) async fn delete(
    caller: Allowed<scope::DomainsWrite>,
    service: Data<Service>,
    path: Path<(WorkspaceId, DomainId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids, now) = (caller.into_caller(), path.into_inner(), clock::now());
    let by = caller.clone();
    let change = Change::by(move |tx| {
        tx.lock_workspace(ids.0)?;
        let (domain, _) = domain(tx, &by, ids)?;
        tx.delete_domain(ids.0, ids.1)?;
        let detail = json!({"domain": domain.domain, "verified_at": domain.verified_at});
        let (scope, action) = (Some(ids.0), "domain.deleted");
        audit::record(tx, by.actor(), scope, action, ids.1, &detail, now)?;
        Ok(())
    });
    if_match(&caller, ids, change).make(&service).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Look a domain's TXT record up now. Works on every plan.
///
/// The first verified domain of a workspace limits whom it lets in: where that shuts members out,
/// `409 acknowledgement-required` names them, and `acknowledge_shut_out` goes on. On a domain that is
/// verified already this counts as one of its regular checks.
#[utoipa::path(tag = "Domains", operation_id = "verifyDomain", request_body = Verify,
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("domain_id" = String, Path, description = "The domain")),
    responses((status = 200, description = "The domain, verified", body = DomainView)))]
#[post("/workspaces/{workspace_id}/domains/{domain_id}/verify")]
pub(crate) async fn verify(
    caller: Allowed<scope::DomainsWrite>,
    service: Data<Service>,
    path: Path<(WorkspaceId, DomainId)>,
    body: Json<Verify>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids, Json(body)) = (caller.into_caller(), path.into_inner(), body);
    let asks = caller.clone();
    let (asked, _) = service.store.read(move |tx| domain(tx, &asks, ids)).await?;
    let looked = domains::look_up(&service, &asked).await;
    let (outcome, now) = (looked.outcome, clock::now());
    if outcome == DomainOutcome::Unknown {
        return Err(nobody_knows(&asked, looked));
    }
    let acknowledged = body.acknowledge_shut_out.unwrap_or(false);
    let (domain, verdict) = service
        .store
        .write(move |tx| {
            tx.lock_workspace(ids.0)?;
            let (mut domain, workspace) = domain(tx, &caller, ids)?;
            let shut_out = if outcome == DomainOutcome::Found && domain.verified_at.is_none() {
                may_have(tx, &domain)?;
                let shut_out = shut_out(tx, workspace, &domain)?;
                shut_out.accepted(acknowledged)?
            } else {
                ShutOut::default()
            };
            let verdict = domains::note(tx, &mut domain, outcome, &caller.actor(), now)?;
            if verdict == DomainVerdict::Verified {
                let detail = json!({
                    "domain": domain.domain,
                    "connection": domain.connection_id,
                    "shut_out": shut_out.members.len(),
                    "shut_out_acknowledged": acknowledged,
                });
                let (scope, action) = (Some(ids.0), "domain.verified");
                audit::record(tx, caller.actor(), scope, action, ids.1, &detail, now)?;
            }
            Ok::<_, Problem>((domain, verdict))
        })
        .await?;
    domains::log(&domain, verdict);
    if outcome == DomainOutcome::Absent {
        return Err(record_missing(&domain, looked));
    }
    Ok(HttpResponse::Ok().json(DomainView::from(domain)))
}

/// A verified domain belongs to one workspace. This is told to nobody but those who have just proved
/// that the domain is theirs.
fn may_have(tx: &mut Tx<'_>, domain: &Domain) -> Result<(), Problem> {
    if tx.verified_domain(&domain.domain)?.is_none() {
        return Ok(());
    }
    let detail = "another workspace has verified this domain: it has to be deleted there, or the \
                  record of that workspace has to be gone from DNS for three days";
    Err(Problem::new(ProblemType::Conflict, detail).with("field", "domain.verified"))
}

/// Whom the first verified domain shuts out.
#[derive(Default)]
struct ShutOut {
    members: Vec<Value>,
    /// There are more than are named or were looked at.
    more: bool,
}

impl ShutOut {
    fn accepted(self, acknowledged: bool) -> Result<Self, Problem> {
        if acknowledged || (self.members.is_empty() && !self.more) {
            return Ok(self);
        }
        let detail = "this would be the first verified domain of the workspace, and members who came \
                      just in time with an address elsewhere could no longer sign in: say \
                      acknowledge_shut_out: true, or verify the domains of `shut_out` as well";
        Err(Problem::new(ProblemType::AcknowledgementRequired, detail)
            .with("rule", "P7")
            .with("shut_out", self.members)
            .with("shut_out_is_complete", !self.more))
    }
}

fn shut_out(tx: &mut Tx<'_>, workspace: Workspace, domain: &Domain) -> Result<ShutOut, Problem> {
    let facts = tx.facts_of_workspace(workspace)?;
    let mut shut_out = ShutOut::default();
    if !facts.verified_domains.is_empty() {
        return Ok(shut_out);
    }
    let members = tx.list_all_members(facts.workspace.id, LOOKED_AT)?;
    shut_out.more = i64::try_from(members.len()).is_ok_and(|count| count >= LOOKED_AT);
    for member in members {
        let would_be = |linked| shut_out_by_domain(&facts, &domain.domain, &member, linked);
        // Most are not concerned, whether they have links or not.
        if !would_be(false) {
            continue;
        }
        let linked = !tx.identities_of(member.workspace_id, member.id)?.is_empty();
        if would_be(linked) {
            if shut_out.members.len() == NAMED {
                shut_out.more = true;
                break;
            }
            let shown = json!({"member_id": member.id, "email": member.email});
            shut_out.members.push(shown);
        }
    }
    Ok(shut_out)
}

fn nobody_knows(domain: &Domain, looked: Looked) -> Problem {
    let name = record_name(domain);
    let reason = looked.reason.unwrap_or_default();
    let detail = format!(
        "whether DNS has the TXT record of {name} could not be found out: {reason}. Nothing was \
         changed; try again in a while"
    );
    Problem::new(ProblemType::DomainCheckFailed, detail)
        .with("asked", name)
        .with("reason", reason)
}

fn record_missing(domain: &Domain, looked: Looked) -> Problem {
    let (name, value) = (record_name(domain), record_value(domain));
    let found = if looked.others.is_empty() {
        "no TXT record at all".to_owned()
    } else {
        format!("other TXT records: {:?}", looked.others)
    };
    let detail = format!(
        "the TXT record of {name} was asked for; expected one that says {value}; found {found}. A \
         record that was set a moment ago can take minutes to be seen, and hours where an older \
         answer was kept"
    );
    Problem::new(ProblemType::DomainRecordMissing, detail)
        .with("asked", name)
        .with("expected", value)
        .with("found", looked.others)
        .with("verified_at", json!(domain.verified_at))
}
