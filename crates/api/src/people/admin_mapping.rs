//! A mapping of groups to `admin` counts once a proven admin has said so, on exactly one revision (P8).

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Path},
};
use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{Actor, AdminMapping, ConnectionId, Member, Revision, RevisionId};
use vestibule_pages::{Confirm, Message, Status, plain, text};
use vestibule_policy::{AtTheDesk, Refusal, may_enable_admin_mapping};
use vestibule_store::{Reach, Tx};

use crate::{
    audit, clock, links,
    page::{self, ErrorPage},
    people::{
        Form, begin,
        session::{Desk, SignedIn},
    },
    problem::Problem,
    service::Service,
};

/// What the mapping would do, and the button.
#[get("/account/connections/{connection_id}/revisions/{revision_id}/admin-mapping")]
pub(crate) async fn question(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<(ConnectionId, RevisionId)>,
) -> Result<HttpResponse, ErrorPage> {
    let (ids, now) = (path.into_inner(), clock::now());
    let here = place(ids);
    let Some(signed_in) = SignedIn::find(&request, &service, now).await? else {
        let request_of_ours = super::entrance::own_request(Some(&here), None, now)?;
        return begin(
            &request,
            &service,
            super::flow::Flow::new(request_of_ours),
            now,
        )
        .await;
    };
    if !signed_in.is_fresh(now) {
        let reason = "again-admins";
        let flow = signed_in.again(&here, reason, now)?;
        return begin(&request, &service, flow, now).await;
    }
    let desk = signed_in.desk();
    let (revision, _) = service
        .store
        .read(move |tx| standing(tx, desk, ids, now))
        .await
        .map_err(of_problem)?;
    let mapping = revision.settings.role_mapping.as_ref();
    let groups = mapping.map_or_else(String::new, |mapping| mapping.admin.join(", "));
    let idp = match revision.idp_entity_id() {
        Some(entity_id) => plain(entity_id),
        None => text("admin-mapping-some-idp"),
    };
    let question = Confirm {
        title: text("admin-mapping-title"),
        text: text("admin-mapping-text")
            .with("revision", revision.number)
            .with("groups", groups)
            .with("idp", idp)
            .with("workspace", &signed_in.workspace.name),
        advice: Some(text("admin-mapping-advice")),
        action: here,
        csrf: signed_in.csrf(),
        label: text("admin-mapping-button"),
        cancel_href: Some("/account".to_owned()),
    };
    Ok(page::rendered(StatusCode::OK, question))
}

/// A proven admin says so.
#[post("/account/connections/{connection_id}/revisions/{revision_id}/admin-mapping")]
pub(crate) async fn enable(
    request: HttpRequest,
    service: Data<Service>,
    path: Path<(ConnectionId, RevisionId)>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    let (ids, now) = (path.into_inner(), clock::now());
    let signed_in = SignedIn::find(&request, &service, now).await?;
    let signed_in = signed_in.ok_or_else(|| of_problem(Refusal::NotTheirsToSay.into()))?;
    signed_in.check_form(&request, &service, &fields)?;
    let desk = signed_in.desk();
    service
        .store
        .write(move |tx| {
            let (revision, member) = standing(tx, desk, ids, now)?;
            let enabled = AdminMapping {
                enabled_by: member.id,
                enabled_at: now,
            };
            tx.enable_admin_mapping(ids.0, revision.id, &enabled)?;
            let detail = json!({"revision": revision.id.to_string()});
            let (actor, scope) = (Actor::Member(member.id), Some(member.workspace_id));
            let action = "connection.admin_mapping_enabled";
            audit::record(tx, actor, scope, action, ids.0, &detail, now)?;
            Ok::<_, Problem>(())
        })
        .await
        .map_err(of_problem)?;
    let done = Message {
        title: text("admin-mapping-on-title"),
        text: text("admin-mapping-on-text"),
        advice: None,
        detail: None,
        reference: None,
        links: Vec::new(),
        status: Status::Done,
    };
    Ok(page::rendered(StatusCode::OK, done))
}

/// The revision, if it is theirs to have its mapping count; read again in the transaction that does it.
fn standing(
    tx: &mut Tx<'_>,
    (workspace_id, member_id, authenticated_at): Desk,
    (connection_id, revision_id): (ConnectionId, RevisionId),
    now: Timestamp,
) -> Result<(Revision, Member), Problem> {
    let connection = tx.connection(Reach::Workspace(workspace_id), connection_id)?;
    let revision = match connection {
        Some(_) => tx.revision(connection_id, revision_id)?,
        None => None,
    };
    let gone = || Problem::from(Refusal::NotTheirsToSay);
    let revision = revision.ok_or_else(gone)?;
    let member = tx.member(workspace_id, member_id)?.ok_or_else(gone)?;
    let links = tx.identities_of(workspace_id, member_id)?;
    let trusted = links::trusted_keys(&revision.settings);
    let who = AtTheDesk {
        member: &member,
        authenticated_at,
    };
    may_enable_admin_mapping(who, &links, &revision, &trusted, now)?;
    Ok((revision, member))
}

fn place((connection_id, revision_id): (ConnectionId, RevisionId)) -> String {
    format!("/account/connections/{connection_id}/revisions/{revision_id}/admin-mapping")
}

fn of_problem(problem: Problem) -> ErrorPage {
    ErrorPage::from(problem).link("/account", text("account-go"))
}
