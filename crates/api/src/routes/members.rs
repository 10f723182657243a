//! Members of a workspace, and the SAML subjects linked to them.

use actix_web::{
    HttpResponse, delete, get, patch, post,
    web::{Data, Path, Query},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use vestibule_model::{
    Actor, ConnectionId, Email, Identity, IdentityId, Member, MemberId, MemberStatus, Proof,
    ProvenBy, Provisioned, Role, Subject, WorkspaceId,
};
use vestibule_policy::{WaysIn, may_change_member, may_take_way_in};
use vestibule_saml::NameId;
use vestibule_store::{MemberFilter, Tx};

use crate::{
    audit, clock,
    extract::{Allowed, Caller, Json, PageQuery, Patch, created, double_option, scope},
    links,
    manage::Change,
    problem::{Problem, ProblemType},
    service::Service,
    text,
    views::{IdentityView, List, MemberView},
};

/// A member to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMember {
    /// The e-mail address, unique in the workspace.
    #[schema(value_type = String, example = "ada@acme.example")]
    email: Email,
    /// What people call them.
    name: Option<String>,
    /// admin or member.
    #[schema(value_type = String, example = "member")]
    role: Role,
    /// Your own id for them, unique in the workspace.
    external_id: Option<String>,
}

/// What changes; an absent field is left alone, `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberPatch {
    /// The e-mail address.
    #[schema(value_type = Option<String>)]
    email: Option<Email>,
    /// What people call them.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    /// admin or member.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// active or deactivated.
    #[schema(value_type = Option<String>)]
    status: Option<MemberStatus>,
    /// Your own id for them.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
}

/// Which members.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MemberQuery {
    /// Only the one with this address.
    #[param(value_type = Option<String>)]
    email: Option<Email>,
    /// Only the one with this external id.
    external_id: Option<String>,
    /// Only those with this role: admin or member.
    #[param(value_type = Option<String>)]
    role: Option<Role>,
    /// Only those with this status: invited, active or deactivated.
    #[param(value_type = Option<String>)]
    status: Option<MemberStatus>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many at most: 1 to 200, 50 by default.
    limit: Option<u32>,
}

/// A SAML subject that is this member, by the caller's word.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIdentity {
    /// The connection it counts on; its IdP's entity ID has to be known.
    #[schema(value_type = String)]
    connection_id: ConnectionId,
    /// The subject.
    subject: NewSubject,
}

/// Who an assertion is about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSubject {
    /// The NameID's value.
    name_id: String,
    /// The NameID's format.
    format: Option<String>,
    /// Its NameQualifier.
    name_qualifier: Option<String>,
    /// Its SPNameQualifier.
    sp_name_qualifier: Option<String>,
}

/// A member whom the caller may see, in a workspace that they may.
pub(super) fn member(
    tx: &mut Tx<'_>,
    caller: &Caller,
    (workspace_id, member_id): (WorkspaceId, MemberId),
) -> Result<Member, Problem> {
    caller.workspace(tx, workspace_id)?;
    tx.member(workspace_id, member_id)?
        .ok_or_else(|| Problem::not_found("member"))
}

/// A member as they are shown.
fn shown(tx: &mut Tx<'_>, member: Member) -> Result<MemberView, Problem> {
    let last = tx.last_sign_ins(member.workspace_id, &[member.id])?;
    let at = last.get(&member.id).copied();
    Ok(MemberView::new(member, at))
}

/// The same change, where the member is what the caller has seen.
fn if_match<T: Send + 'static>(
    caller: &Caller,
    ids: (WorkspaceId, MemberId),
    change: Change<T>,
) -> Change<T> {
    let by = caller.clone();
    caller.if_match(change, move |tx| {
        tx.lock_workspace(ids.0)?;
        let member = member(tx, &by, ids)?;
        shown(tx, member)
    })
}

/// P6, where no other change can come between the question and the change.
fn hold_last_admin(
    tx: &mut Tx<'_>,
    before: &Member,
    after: Option<&Member>,
) -> Result<(), Problem> {
    let others = tx.count_other_active_admins(before.workspace_id, before.id)?;
    Ok(may_change_member(before, after, others > 0)?)
}

fn optional_name(name: Option<String>) -> Result<Option<String>, Problem> {
    name.map(|name| text::name("/name", &name)).transpose()
}

/// Add a member; they are active at once.
#[utoipa::path(tag = "Members", operation_id = "createMember", request_body = NewMember,
    params(("workspace_id" = String, Path, description = "The workspace")),
    responses((status = 201, description = "The member", body = MemberView)))]
#[post("/workspaces/{workspace_id}/members")]
pub(crate) async fn create(
    caller: Allowed<scope::MembersWrite>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    body: Json<NewMember>,
) -> Result<HttpResponse, Problem> {
    let (caller, workspace_id, Json(new)) = (caller.into_caller(), path.into_inner(), body);
    let (member, by) = (new.checked(workspace_id, clock::now())?, caller.clone());
    let change = Change::by(move |tx| {
        by.workspace(tx, workspace_id)?;
        keep(tx, by.actor(), &member)?;
        Ok(member)
    });
    let show = |made| created(MemberView::new(made, None));
    caller.answer(&service, change, show).await
}

impl NewMember {
    /// # Errors
    /// A problem that names the field that cannot be used.
    pub(super) fn checked(
        self,
        workspace_id: WorkspaceId,
        now: Timestamp,
    ) -> Result<Member, Problem> {
        Ok(Member {
            id: MemberId::new(now),
            workspace_id,
            email: self.email,
            name: optional_name(self.name)?,
            role: self.role,
            status: MemberStatus::Active,
            external_id: text::external_id(self.external_id)?,
            provisioned: Provisioned::Api,
            email_proven_at: None,
            created_at: now,
            updated_at: now,
        })
    }
}

/// Keeps a new member.
///
/// # Errors
/// `conflict` where their address or their external id is another's.
pub(super) fn keep(tx: &mut Tx<'_>, actor: Actor, member: &Member) -> Result<(), Problem> {
    tx.insert_member(member)?;
    let (scope, at) = (Some(member.workspace_id), member.created_at);
    let detail = json!({"role": member.role});
    audit::record(tx, actor, scope, "member.created", member.id, &detail, at)?;
    Ok(())
}

/// List members.
#[utoipa::path(tag = "Members", operation_id = "listMembers",
    params(("workspace_id" = String, Path, description = "The workspace"), MemberQuery),
    responses((status = 200, description = "A part of the list", body = List<MemberView>)))]
#[get("/workspaces/{workspace_id}/members")]
pub(crate) async fn list(
    caller: Allowed<scope::MembersRead>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    query: Query<MemberQuery>,
) -> Result<HttpResponse, Problem> {
    let (caller, workspace_id) = (caller.into_caller(), path.into_inner());
    let MemberQuery {
        email,
        external_id,
        role,
        status,
        cursor,
        limit,
    } = query.into_inner();
    let request = PageQuery { cursor, limit }.request()?;
    let filter = MemberFilter {
        email_key: email.map(|email| email.key().clone()),
        external_id,
        role,
        status,
    };
    let page = service
        .store
        .read(move |tx| {
            caller.workspace(tx, workspace_id)?;
            let page = tx.list_members(workspace_id, &filter, &request)?;
            let ids: Vec<_> = page.items.iter().map(|member| member.id).collect();
            let last = tx.last_sign_ins(workspace_id, &ids)?;
            Ok::<_, Problem>((page, last))
        })
        .await?;
    let (page, last) = page;
    Ok(HttpResponse::Ok().json(List::of(page, |member| {
        let at = last.get(&member.id).copied();
        MemberView::new(member, at)
    })))
}

/// Read a member.
#[utoipa::path(tag = "Members", operation_id = "getMember",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("member_id" = String, Path, description = "The member")),
    responses((status = 200, description = "The member", body = MemberView)))]
#[get("/workspaces/{workspace_id}/members/{member_id}")]
pub(crate) async fn read(
    caller: Allowed<scope::MembersRead>,
    service: Data<Service>,
    path: Path<(WorkspaceId, MemberId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids) = (caller.into_caller(), path.into_inner());
    let found = service
        .store
        .read(move |tx| {
            let member = member(tx, &caller, ids)?;
            shown(tx, member)
        })
        .await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Change a member's status, role, name or e-mail.
///
/// A deactivated member's sessions end at once. The last active admin stays one: `409 last-admin`.
/// Who becomes an admin has to prove their links anew.
#[utoipa::path(tag = "Members", operation_id = "updateMember", request_body = MemberPatch,
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("member_id" = String, Path, description = "The member")),
    responses((status = 200, description = "The member", body = MemberView)))]
#[patch("/workspaces/{workspace_id}/members/{member_id}")]
pub(crate) async fn update(
    caller: Allowed<scope::MembersWrite>,
    service: Data<Service>,
    path: Path<(WorkspaceId, MemberId)>,
    body: Patch<MemberPatch>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids, Patch(patch)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let name = patch.name.map(optional_name).transpose()?;
    let external_id = patch.external_id.map(text::external_id).transpose()?;
    if patch.status == Some(MemberStatus::Invited) {
        let expected = "active or deactivated; only an invitation makes a member invited";
        return Err(Problem::invalid("/status", expected, "invited"));
    }
    let by = caller.clone();
    let change = Change::by(move |tx| {
        tx.lock_workspace(ids.0)?;
        let before = member(tx, &by, ids)?;
        let mut after = before.clone();
        after.email = patch.email.unwrap_or(after.email);
        after.name = name.unwrap_or(after.name);
        after.role = patch.role.unwrap_or(after.role);
        after.status = patch.status.unwrap_or(after.status);
        after.external_id = external_id.unwrap_or(after.external_id);
        if after == before {
            return shown(tx, after);
        }
        hold_last_admin(tx, &before, Some(&after))?;
        if after.email.key() != before.email.key() {
            after.email_proven_at = None;
        }
        after.updated_at = now;
        tx.update_member(&after)?;
        if (before.role, after.role) == (Role::Member, Role::Admin) {
            // Who proved the link proved it for a member (P10).
            tx.clear_proofs_of_member(ids.0, ids.1)?;
            // Nor does a link that a member asked for set an admin's password.
            if before.status == MemberStatus::Active {
                tx.revoke_password_links(ids.0, ids.1)?;
            }
        }
        if after.status == MemberStatus::Deactivated {
            tx.revoke_sessions_of_member(ids.0, ids.1, "member deactivated", now)?;
            // Else it would count again once they are active again.
            tx.revoke_password_links(ids.0, ids.1)?;
        }
        let detail = json!({
            "before": {"role": before.role, "status": before.status},
            "after": {"role": after.role, "status": after.status},
            "email_changed": before.email != after.email,
        });
        let (actor, scope) = (by.actor(), Some(ids.0));
        audit::record(tx, actor, scope, "member.changed", ids.1, &detail, now)?;
        shown(tx, after)
    });
    let changed = if_match(&caller, ids, change).make(&service).await?;
    Ok(HttpResponse::Ok().json(changed))
}

/// Delete a member: the id is never used again, the rest is erased.
#[utoipa::path(tag = "Members", operation_id = "deleteMember",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("member_id" = String, Path, description = "The member")),
    responses((status = 204, description = "The member is gone")))]
#[delete("/workspaces/{workspace_id}/members/{member_id}")]
pub(crate) async fn delete(
    caller: Allowed<scope::MembersWrite>,
    service: Data<Service>,
    path: Path<(WorkspaceId, MemberId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids, now) = (caller.into_caller(), path.into_inner(), clock::now());
    let by = caller.clone();
    let change = Change::by(move |tx| {
        tx.lock_workspace(ids.0)?;
        let member = member(tx, &by, ids)?;
        hold_last_admin(tx, &member, None)?;
        tx.delete_member(ids.0, ids.1, now)?;
        let (actor, scope) = (by.actor(), Some(ids.0));
        audit::record(tx, actor, scope, "member.deleted", ids.1, &json!({}), now)?;
        Ok(())
    });
    if_match(&caller, ids, change).make(&service).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End every session of a member, in browsers on Vestibule's own pages too.
#[utoipa::path(tag = "Sessions", operation_id = "revokeMemberSessions",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("member_id" = String, Path, description = "The member")),
    responses((status = 204, description = "They are ended")))]
#[delete("/workspaces/{workspace_id}/members/{member_id}/sessions")]
pub(crate) async fn revoke_sessions(
    caller: Allowed<scope::SessionsWrite>,
    service: Data<Service>,
    path: Path<(WorkspaceId, MemberId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids, now) = (caller.into_caller(), path.into_inner(), clock::now());
    service
        .store
        .write(move |tx| {
            member(tx, &caller, ids)?;
            let ended = tx.revoke_sessions_of_member(ids.0, ids.1, "revoked by API", now)?;
            let (actor, detail) = (caller.actor(), json!({"sessions": ended}));
            audit::record(
                tx,
                actor,
                Some(ids.0),
                "sessions.revoked",
                ids.1,
                &detail,
                now,
            )?;
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Vouch that a SAML subject is this member (P10).
#[utoipa::path(tag = "Members", operation_id = "createIdentity", request_body = NewIdentity,
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("member_id" = String, Path, description = "The member")),
    responses((status = 201, description = "The link", body = IdentityView)))]
#[post("/workspaces/{workspace_id}/members/{member_id}/identities")]
pub(crate) async fn create_identity(
    caller: Allowed<scope::IdentitiesProve>,
    service: Data<Service>,
    path: Path<(WorkspaceId, MemberId)>,
    body: Json<NewIdentity>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids, Json(new)) = (caller.into_caller(), path.into_inner(), body);
    let now = clock::now();
    let name_id = text::name("/subject/name_id", &new.subject.name_id)
        .map(|_| new.subject.name_id.clone())?;
    let name_id = NameId {
        value: name_id,
        format: new.subject.format,
        name_qualifier: new.subject.name_qualifier,
        sp_name_qualifier: new.subject.sp_name_qualifier,
    };
    let (by, connection_id) = (caller.clone(), new.connection_id);
    let change = Change::by(move |tx| prove(tx, &by, ids, connection_id, name_id, now));
    let show = |made| created(IdentityView::from(made));
    caller.answer(&service, change, show).await
}

/// The SaaS company's own proof: it knows which subject of this IdP the member is.
fn prove(
    tx: &mut Tx<'_>,
    caller: &Caller,
    ids: (WorkspaceId, MemberId),
    connection_id: ConnectionId,
    name_id: NameId,
    now: Timestamp,
) -> Result<Identity, Problem> {
    let member = member(tx, caller, ids)?;
    let connection = tx
        .connection(caller.reach(), connection_id)?
        .filter(|connection| connection.workspace_id == member.workspace_id);
    let Some(connection) = connection else {
        let expected = "a connection of this workspace";
        return Err(Problem::invalid(
            "/connection_id",
            expected,
            connection_id.to_string(),
        ));
    };
    let revision = tx.named_revision(connection.id, connection.live.or(connection.draft))?;
    let entity_id = revision
        .as_ref()
        .and_then(|revision| revision.idp_entity_id());
    let Some(idp_entity_id) = entity_id.map(str::to_owned) else {
        let detail = "the entity ID of the connection's IdP is not known yet: save it, or pass a \
                      test, first";
        return Err(Problem::new(ProblemType::DraftRequired, detail));
    };
    let keys = revision.map_or_else(Vec::new, |revision| links::trusted_keys(&revision.settings));
    let subject = Subject {
        idp_entity_id,
        name_id,
    };
    let proof = Proof {
        at: now,
        by: ProvenBy::Application,
        keys,
    };
    let identity = links::prove(tx, &member, connection_id, subject, proof, now)?;
    let detail = json!({"identity": identity.id.to_string(), "by": ProvenBy::Application});
    let (actor, scope) = (caller.actor(), Some(member.workspace_id));
    audit::record(tx, actor, scope, "identity.proven", member.id, &detail, now)?;
    Ok(identity)
}

/// List the subjects linked to a member.
#[utoipa::path(tag = "Members", operation_id = "listIdentities",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("member_id" = String, Path, description = "The member")),
    responses((status = 200, description = "The links", body = List<IdentityView>)))]
#[get("/workspaces/{workspace_id}/members/{member_id}/identities")]
pub(crate) async fn list_identities(
    caller: Allowed<scope::MembersRead>,
    service: Data<Service>,
    path: Path<(WorkspaceId, MemberId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, ids) = (caller.into_caller(), path.into_inner());
    let identities = service
        .store
        .read(move |tx| {
            member(tx, &caller, ids)?;
            Ok::<_, Problem>(tx.identities_of(ids.0, ids.1)?)
        })
        .await?;
    let data: Vec<_> = identities.into_iter().map(IdentityView::from).collect();
    Ok(HttpResponse::Ok().json(List {
        data,
        next_cursor: None,
    }))
}

/// P6: no admin loses the last way in that is kept of them, where nobody else is one.
fn hold_last_way_in(tx: &mut Tx<'_>, member: &Member, unlinked: IdentityId) -> Result<(), Problem> {
    let ids = (member.workspace_id, member.id);
    let links = tx.identities_of(ids.0, ids.1)?;
    let proven_without = |id: Option<IdentityId>| {
        let mut links = links.iter().filter(|link| Some(link.id) != id);
        links.any(|link| link.proof.is_some())
    };
    let before = WaysIn {
        password: tx.password(ids.0, ids.1)?.is_some(),
        passkey: !tx.passkeys_of(ids.0, ids.1)?.is_empty(),
        proven_link: proven_without(None),
    };
    let after = WaysIn {
        proven_link: proven_without(Some(unlinked)),
        ..before
    };
    let others = tx.count_other_active_admins(ids.0, ids.1)?;
    Ok(may_take_way_in(member, before, after, others > 0)?)
}

/// Unlink a subject: the way out of an identity-conflict. The last way in of the last active admin stays:
/// `409 last-admin`.
#[utoipa::path(tag = "Members", operation_id = "deleteIdentity",
    params(("workspace_id" = String, Path, description = "The workspace"),
           ("member_id" = String, Path, description = "The member"),
           ("identity_id" = String, Path, description = "The link")),
    responses((status = 204, description = "The link is gone")))]
#[delete("/workspaces/{workspace_id}/members/{member_id}/identities/{identity_id}")]
pub(crate) async fn delete_identity(
    caller: Allowed<scope::MembersWrite>,
    service: Data<Service>,
    path: Path<(WorkspaceId, MemberId, IdentityId)>,
) -> Result<HttpResponse, Problem> {
    let (caller, (workspace_id, member_id, id)) = (caller.into_caller(), path.into_inner());
    let now = clock::now();
    service
        .store
        .write(move |tx| {
            tx.lock_workspace(workspace_id)?;
            let member = member(tx, &caller, (workspace_id, member_id))?;
            hold_last_way_in(tx, &member, id)?;
            if !tx.delete_identity(workspace_id, member_id, id)? {
                return Err(Problem::not_found("identity"));
            }
            let detail = json!({"identity": id.to_string()});
            let (actor, scope) = (caller.actor(), Some(workspace_id));
            audit::record(
                tx,
                actor,
                scope,
                "identity.unlinked",
                member_id,
                &detail,
                now,
            )?;
            Ok(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
